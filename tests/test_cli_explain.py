"""`monitor explain` as it is typed: a day or days, of a vendor or a component, in three formats."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level, Phase
from monitor.store import Store
from tests.processes import typed
from tests.store_support import add_page, component, evidence, impact, incident, save

pytestmark = pytest.mark.hours

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def midnight():
    """The beginning of today in UTC, which is the page's zone."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def monitor(monkeypatch, capsys, tmp_path, midnight):
    """The command over a vendor that was out five days ago, for two components of one name."""
    url = f"sqlite:///{tmp_path / 'monitor.db'}"
    monkeypatch.setenv("MONITOR_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "monitor.yaml").write_text(
        "vendors:\n  - url: https://status.acme.example/\n    slug: acme\n"
    )
    since, out = midnight - 20 * DAY, midnight - 5 * DAY
    parts = (component("c1", "VMs", group="EU"), component("c2", "VMs", group="US", position=1))
    with Store.open(url) as store:
        page = add_page(store, now=since, url="https://status.acme.example/")
        save(store, page, evidence(since, components=parts))
        told = incident(
            started_at=out + HOUR, resolved_at=out + 3 * HOUR, phase=Phase.CLOSED,
            component_ids=("c1",),
        )  # fmt: skip
        claim = impact(out + HOUR, out + 3 * HOUR, component_id="c1", level=Level.MAJOR_OUTAGE)
        cover = Coverage(span=Interval(since, midnight), aspect=Aspect.IMPACTS)
        said = {"incidents": (told,), "impacts": (claim,), "coverage": (cover,)}
        save(store, page, evidence(midnight, components=parts, **said))
    return typed(monkeypatch, capsys)


def test_latest_is_the_latest_day_that_was_worse_than_operational(monitor, midnight):
    day = (midnight - 5 * DAY).date()
    code, text, _ = monitor("explain", "acme", "latest")

    assert code == 0
    assert text.startswith(f"Acme, all included components, {day} (UTC): major outage")
    assert "these are the seconds of EU / VMs, which was out longest" in text
    assert "sources that cover this day:" in text
    assert "witness: EU / VMs: impacts" in monitor("why", "acme", "LATEST")[1]


@pytest.mark.parametrize("command", ["explain", "why"])
def test_where_no_day_was_bad_latest_says_so(monitor, command):
    code, text, _ = monitor(command, "acme", "us / vms", "latest")

    assert code == 0
    assert "Acme, us / vms: no day from " in text
    assert "was worse than operational, as far as is known" in text
    code, text, _ = monitor(command, "acme", "us / vms", "latest", "--format", "json")
    assert (code, json.loads(text)["days"]) == (0, [])


def test_without_a_day_the_usual_window_is_told_and_of_days_only_those_not_quiet(monitor, midnight):
    day = (midnight - 5 * DAY).date()
    line = f"{day}  major outage 2 h 00 min 00 s (EU / VMs); API errors"
    code, usual, _ = monitor("explain", "acme")
    assert code == 0
    assert line in usual
    assert "20 days" not in usual

    range_text = f"{midnight.date() - 7 * DAY}..{midnight.date() - 3 * DAY}"
    since = ("--since", str(midnight.date() - 7 * DAY), "--until", str(midnight.date() - 3 * DAY))
    assert monitor("explain", "acme", range_text)[1] == monitor("explain", "acme", *since)[1]
    assert "4 days are operational, with nothing to tell" in monitor("explain", "acme", *since)[1]
    whole = monitor("explain", "acme", range_text, "--details")[1]
    assert "sources that cover this day:" in whole
    assert whole.count("Acme, all included components") == 2, "the span, and the day"


def test_details_say_once_that_days_are_unknown(monitor, midnight):
    first = midnight.date() - 30 * DAY
    text = monitor("explain", "acme", "EU / VMs", "--since", str(first), "--details")[1]

    assert f"{first} to {first + 9 * DAY}  unknown" in text
    assert text.count("Acme, EU / VMs, ") == 2, "the span, and the bad day"
    assert "Unknown: " in monitor("explain", "acme", str(first))[1]


def test_a_component_is_named_as_reports_print_it(monitor, midnight):
    day = str((midnight - 5 * DAY).date())

    assert "Acme, EU / VMs" in monitor("explain", "acme", "eu / vms", day)[1]
    assert "Acme, US / VMs" in monitor("explain", "acme", "US / VMs", "yesterday")[1]


def test_json_of_one_day_has_all_keys_and_of_several_those_at_a_glance(monitor, midnight):
    code, text, _ = monitor("explain", "acme", "latest", "--format", "json")
    one = json.loads(text)
    several = json.loads(monitor("explain", "acme", "--days", "9", "--format", "json")[1])

    assert code == 0
    assert one["first"] == one["last"] == one["days"][0]["day"]
    assert [day["level"] for day in several["days"] if day["level"]] == ["major_outage"]
    assert "sources" in one["days"][0]
    assert "sources" not in several["days"][0]


def test_markdown_is_a_heading_and_lists(monitor):
    text = monitor("explain", "acme", "latest", "--format", "markdown")[1]

    assert text.startswith("## Acme, all included components")
    assert "\n- source impacts" in text


def test_disputed_days_are_none_where_sources_agree(monitor):
    code, text, _ = monitor("explain", "acme", "--disputed")

    assert code == 0
    assert "no day is disputed" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("VMs", "yesterday"), "2 components are called 'VMs'; write one of: vms (EU / VMs), "),
        (("EU / VNs", "yesterday"), "did you mean 'EU / VMs'?"),
        (("2026-13-01",), "is not in the calendar"),
        (("EU", "/", "VMs", "2026-05-05"), "quote a name with spaces"),
        (("EU", "VMs"), "'VMs' is not a day"),
        (("2099-01-01",), "is in the future"),
        (("2026-05-05..2026-05-01",), "ends before it begins"),
        (("yesterday", "--since", "2026-05-05"), "both say which days"),
        (("yesterday", "--days", "5"), "both say which days"),
        (("yesterday", "--format", "csv"), "'csv' is not one of 'table', 'json', 'markdown'"),
    ],
)
def test_a_mistake_says_what_to_write(monitor, words, said):
    code, out, problem = monitor("explain", "acme", *words)

    assert (code, out) == (2, "")
    assert said in " ".join(problem.split())
    assert "Traceback" not in problem


def test_why_needs_a_day_and_takes_one_at_a_time(monitor):
    code, _, problem = monitor("why", "acme", "eu / vms")
    assert code == 2
    assert "say which day" in problem
    code, _, problem = monitor("why", "acme", "2026-05-01..2026-05-02")
    assert code == 2
    assert "is 2 days, and only one can be asked about" in problem


def test_evidence_is_asked_of_the_same_days(monitor, midnight):
    day = (midnight - 5 * DAY).date()
    code, _, told = monitor("evidence", "acme", "latest", "-o", "kept")
    assert (code, f"no answer of acme is kept of {day}" in told) == (1, True)
    code, _, told = monitor("evidence", "acme", "yesterday", "-o", "kept")
    assert (code, f"no answer of acme is kept of {day + 4 * DAY}" in told) == (1, True)
    code, _, told = monitor("evidence", "acme", "2026-05", "-o", "kept")
    assert (code, "and only one can be asked about" in told) == (2, True)
