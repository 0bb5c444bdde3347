"""What `/metrics` says. Run this file to print the golden text: ``python -m
tests.test_prometheus``."""

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from scrape_world import (
    HERE,
    NOW,
    Current,
    MemoryStore,
    Row,
    golden_polls,
    golden_state,
    golden_text,
    history,
    known,
    page_history,
    samples_in,
)

from exporters.families import STATE_FAMILIES
from exporters.prometheus import PollMetrics, StateMetrics, exposition
from exporters.text_format import Block, Family, label, line, render
from monitor.model import Level

# the text


def test_label_values_are_escaped_and_read_back_unchanged():
    nasty = 'a "quoted" \\ back\\nslash\nnewline — ünïcode \u2028 {x="y"}'
    family = Family(
        name="x", help="X.", samples=[Block([line("x", label("name", nasty), 1).encode()])]
    )

    (text,) = parse_text(render([family], openmetrics=False).decode())
    (openmetrics,) = parse_openmetrics(render([family], openmetrics=True).decode())
    assert text.samples[0].labels == openmetrics.samples[0].labels == {"name": nasty}


NAMES = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        "",
        '"',
        "\\",
        "\\n",
        "\n",
        '\\"',
        "} 1",
        "{a=1}",
        "# EOF",
        "\r\n",
        "\x00",
        "\u2028",
        "\ud800",
        " ",
        "é🚑",
        "x" * 5_000,
    ]
)


def printable(text):
    """What a name becomes: half a surrogate pair cannot be written."""
    return text.encode(errors="replace").decode()


@pytest.mark.slow
@given(st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=1, max_size=4))
def test_names_of_any_characters_read_back_as_the_same_samples(names):
    store = MemoryStore()
    for number, (vendor, name, group) in enumerate(names):
        current = Current(levels={"a": Level.DEGRADED}, components=(known("a", name, group=group),))
        store.add(
            Row(id=number, slug=f"v{number}", name=vendor),
            current=current,
            history=page_history(a=history()),
        )
    state, polls = StateMetrics(store), golden_polls()
    text, openmetrics = (
        exposition(state, polls, now=NOW, openmetrics=each).decode() for each in (False, True)
    )

    for read in (list(parse_text(text)), list(parse_openmetrics(openmetrics))):
        found = [sample for family in read for sample in family.samples]
        lines = [line for line in openmetrics.split("\n") if line and not line.startswith("#")]
        assert len(found) == len(lines)
        info = {
            each.labels["vendor"]: each.labels
            for each in found
            if each.name == "vendorstatus_component_info"
        }
        for number, (_, name, group) in enumerate(names):
            assert info[f"v{number}"]["name"] == printable(name)
            assert info[f"v{number}"]["group"] == printable(group)
        vendors = {
            each.labels["vendor"]: each.labels
            for each in found
            if each.name == "vendorstatus_vendor_info"
        }
        assert [vendors[f"v{n}"]["name"] for n in range(len(names))] == [
            printable(vendor) for vendor, _, _ in names
        ]


def test_a_name_with_half_a_surrogate_pair_does_not_take_the_others_down():
    store = MemoryStore().add(Row(name="A\ud800cme"))

    assert b'name="A?cme"' in render(StateMetrics(store).families(NOW), openmetrics=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "1"), (Level.MAJOR_OUTAGE, "4"), (0.25, "0.25"), (1.0, "1"), (1e-7, "1e-07")],
    ids=str,
)
def test_numbers_are_written_so_that_they_read_back_equal(value, text):
    assert line("x", label("a", "b"), value) == f'x{{a="b"}} {text}\n'


def test_a_family_without_samples_is_left_out():
    assert render([Family(name="x", help="X.")], openmetrics=False) == b""


def test_openmetrics_ends_with_exactly_one_end_mark_and_text_has_none():
    state, polls = golden_state(), golden_polls()
    openmetrics = exposition(state, polls, now=NOW, openmetrics=True)

    assert openmetrics.count(b"# EOF") == 1
    assert openmetrics.endswith(b"\n# EOF\n")
    assert b"# EOF" not in exposition(state, polls, now=NOW, openmetrics=False)


def test_both_formats_say_the_same_to_the_official_parsers():
    state, polls = golden_state(), golden_polls()
    text = parse_text(exposition(state, polls, now=NOW, openmetrics=False).decode())
    openmetrics = parse_openmetrics(exposition(state, polls, now=NOW, openmetrics=True).decode())

    def flat(families):
        return sorted(
            (s.name, sorted(s.labels.items()), s.value) for f in families for s in f.samples
        )

    found = flat(text)
    assert found == flat(openmetrics)
    assert len(found) == len({(name, tuple(labels)) for name, labels, _ in found})


def test_no_sample_carries_a_timestamp_or_says_when_the_process_began():
    text = exposition(golden_state(), golden_polls(), now=NOW, openmetrics=True).decode()

    assert all(s.timestamp is None for family in parse_openmetrics(text) for s in family.samples)
    assert "_created" not in text


def test_units_are_the_last_word_of_the_name():
    for family in STATE_FAMILIES.values():
        assert family.unit is None or family.name.endswith(f"_{family.unit}")


def test_the_whole_text_is_what_it_was():
    assert golden_text() == (HERE / "golden" / "metrics.txt").read_text()


def test_the_golden_text_shows_every_family():
    assert {f"# TYPE {family.name} gauge" for family in STATE_FAMILIES.values()} <= set(
        golden_text().splitlines()
    )


def test_every_metric_and_label_is_documented():
    documented = (HERE.parent / "docs" / "metrics.md").read_text()
    names = re.findall(r"^# TYPE (\S+)", golden_text(), re.MULTILINE)
    labels = set(re.findall(r'[{,]([a-z_]+)="', golden_text()))

    assert [name for name in names if f"`{name}`" not in documented] == []
    assert [name for name in labels if f"`{name}`" not in documented] == []


def test_the_documentation_names_no_metric_that_does_not_exist():
    text = (HERE.parent / "docs" / "metrics.md").read_text()
    present = re.sub(r"## Old names\n.*?\n## ", "## ", text, flags=re.DOTALL)
    documented = set(re.findall(r"vendorstatus_[a-z_]+", present))
    exported = set(re.findall(r"^# TYPE (\S+)", golden_text(), re.MULTILINE))

    assert documented - exported == set()


@pytest.mark.integration
@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool, of Prometheus, is not on PATH")
def test_promtool_has_nothing_to_say():
    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input=golden_text(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


# our own polling


def test_polls_are_counted_by_provider_and_failures_by_reason_too():
    polls = PollMetrics("1.2.3")
    polls.polled("statuspage", "ok", None, 0.2)
    polls.polled("statuspage", "unchanged", None, 0.1)
    polls.polled("statuspage", "failed", "throttled", 3)
    polls.polled(None, "failed", None, 3)
    text = polls.text(openmetrics=False).decode()

    assert samples_in(text, "polls_total") == {"platform=statuspage": 3, "platform=unknown": 1}
    assert samples_in(text, "poll_not_modified_total") == {"platform=statuspage": 1}
    assert samples_in(text, "poll_failures_total") == {
        "platform=statuspage,reason=throttled": 1,
        "platform=unknown,reason=error": 1,
    }
    assert samples_in(text, "poll_duration_seconds_bucket")["le=0.25,platform=statuspage"] == 2
    assert samples_in(text, "build_info") == {"version=1.2.3": 1}


def test_how_late_polls_began_is_told_of_all_of_them_and_not_of_the_last():
    polls = PollMetrics("1.2.3")
    for seconds in (0.5, 45.0, 400.0, 0.5):
        polls.lagged(seconds)
    lag = samples_in(polls.text(openmetrics=False).decode(), "scheduler_lag_seconds_bucket")

    assert {bound: lag[f"le={bound}"] for bound in ("1.0", "60.0", "300.0", "+Inf")} == {
        "1.0": 2, "60.0": 3, "300.0": 3, "+Inf": 4
    }  # fmt: skip


def test_an_outcome_we_do_not_know_is_refused_and_not_counted():
    polls = PollMetrics("1.2.3")

    with pytest.raises(ValueError, match="'fine'"):
        polls.polled("statuspage", "fine", None, 1)
    assert samples_in(polls.text(openmetrics=False).decode(), "polls_total") == {}


def test_two_poll_metrics_do_not_share_anything():
    first, second = PollMetrics("1"), PollMetrics("2")
    first.skipped(3)

    assert b"vendorstatus_skipped_polls_total 3.0" in first.text(openmetrics=False)
    assert b"vendorstatus_skipped_polls_total 0.0" in second.text(openmetrics=False)


if __name__ == "__main__":
    print(golden_text(), end="")
