"""Whether what one depends on works: never OK where the page says otherwise or nothing is known."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_support import NOW, add_page, component, evidence, incident, observed, save

from exporters.status import as_json, nagios_lines, text_lines
from monitor.answers import (
    Outcome,
    Status,
    Target,
    Thresholds,
    never_read,
    status,
    worst_outcome,
)
from monitor.config import VendorConfig
from monitor.model import Level
from monitor.store import Store

ACME = VendorConfig(
    slug="acme", name="Acme", url="https://status.acme.example/", interval_seconds=300
)
PARTS = (component(), component("web", "Web", group="EU"), component("db", "Data|base"))
ALL_WELL = {"api": Level.OPERATIONAL, "web": Level.OPERATIONAL, "db": Level.OPERATIONAL}
THRESHOLDS = Thresholds()


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


levels = st.one_of(st.none(), st.sampled_from(Level))


def read(store, *incidents, **states: Level | None) -> None:
    page = add_page(store)
    save(store, page, evidence(NOW, components=PARTS, incidents=incidents))
    save(store, page, observed(NOW, **(ALL_WELL | states)))


def asked(store, text: str = "acme", after: float = 0, vendor: VendorConfig = ACME) -> Status:
    now = NOW + timedelta(seconds=after)
    return status(store, store.pages()[0], vendor, Target.parse(text), now)


def outcome(answer: Status) -> Outcome:
    return THRESHOLDS.outcome(answer.level)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (None, Outcome.UNKNOWN),
        (Level.OPERATIONAL, Outcome.OK),
        (Level.MAINTENANCE, Outcome.WARNING),
        (Level.DEGRADED, Outcome.WARNING),
        (Level.PARTIAL_OUTAGE, Outcome.CRITICAL),
        (Level.MAJOR_OUTAGE, Outcome.CRITICAL),
    ],
)
def test_the_exit_codes_are_those_of_the_monitoring_plugins(level, expected) -> None:
    assert THRESHOLDS.outcome(level) is expected
    assert [int(each) for each in Outcome] == [0, 1, 2, 3]


@given(levels, st.sampled_from(list(Level)[1:]), st.sampled_from(list(Level)[1:]))
def test_no_threshold_makes_an_unknown_level_ok_or_an_operational_one_bad(level, warning, critical):
    found = Thresholds(warning, critical).outcome(level)

    assert (found is Outcome.UNKNOWN) == (level is None)
    assert (level is Level.OPERATIONAL) <= (found is Outcome.OK)
    assert (level is not None and level >= critical) == (found is Outcome.CRITICAL)


@given(st.lists(st.sampled_from(Outcome)))
def test_the_worst_is_ok_only_where_all_are(outcomes) -> None:
    worst = worst_outcome(outcomes)

    assert (worst is Outcome.OK) == (set(outcomes) == {Outcome.OK})
    assert (worst is Outcome.CRITICAL) == (Outcome.CRITICAL in outcomes)


def test_what_is_well_says_so_and_how_old_the_reading_is(store) -> None:
    read(store)
    answer = asked(store, after=90)

    assert outcome(answer) is Outcome.OK
    assert list(text_lines([answer], THRESHOLDS)) == [
        "OK        acme  operational; 3 of 3 components known; read 1 min ago",
        "OK: 1 ok",
    ]


@pytest.mark.parametrize(
    ("after", "expected"), [(600, Outcome.OK), (601, Outcome.UNKNOWN), (86_400, Outcome.UNKNOWN)]
)
def test_a_reading_speaks_for_now_as_long_as_two_intervals(store, after, expected) -> None:
    read(store)

    assert outcome(asked(store, after=after)) is expected


def test_an_outage_is_no_less_unknown_when_nobody_has_looked_since(store) -> None:
    read(store, api=Level.MAJOR_OUTAGE)

    assert outcome(asked(store, after=600)) is Outcome.CRITICAL
    assert asked(store, after=601).why_unknown == (
        "the page was not read since; is `monitor serve` running?"
    )


def test_a_page_that_could_not_be_read_is_unknown_at_once(store) -> None:
    read(store)
    page = replace(store.pages()[0], last_ok=False, last_error_message="a bot challenge")
    answer = status(store, page, ACME, Target("acme"), NOW)

    assert (answer.level, answer.why_unknown) == (
        None,
        "the page could not be read: a bot challenge",
    )


def test_a_page_that_was_never_read_is_unknown(store) -> None:
    add_page(store)

    assert asked(store).why_unknown == "the page was never read"
    assert outcome(never_read(ACME, Target("acme"), NOW)) is Outcome.UNKNOWN


def test_a_word_nobody_knows_and_too_few_known_components_are_unknown(store) -> None:
    read(store, api=None)

    assert asked(store).why_unknown == "only 2 of 3 components are known"
    assert asked(store, "acme/api").why_unknown == "only 0 of 1 component is known"
    assert outcome(asked(store, "acme/web")) is Outcome.OK


@pytest.mark.parametrize("text", ["acme/web", "acme/WEB", "acme/eu", "acme/w*"])
def test_a_component_is_named_by_slug_name_group_or_pattern(store, text) -> None:
    read(store, web=Level.PARTIAL_OUTAGE, api=Level.MAJOR_OUTAGE)
    answer = asked(store, text)

    assert (answer.level, answer.counted_components) == (Level.PARTIAL_OUTAGE, 1)
    assert answer.component_names == ("EU / Web",)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("acme", Target("acme")),
        ("acme/EU / Web", Target("acme", "EU / Web")),
        ("https://status.acme.example/eu", Target("https://status.acme.example/eu")),
        ("/some/path", Target("/some/path")),
    ],
)
def test_a_target_is_a_vendor_and_after_its_first_slash_components(text, target) -> None:
    assert Target.parse(text) == target


def test_a_component_that_is_none_names_those_there_are(store) -> None:
    read(store)

    with pytest.raises(ValueError, match=r"acme has no component 'nosuch'; it has api, "):
        asked(store, "acme/nosuch")


def test_what_the_settings_leave_out_counts_only_where_it_is_asked_about(store) -> None:
    read(store, db=Level.MAJOR_OUTAGE)
    vendor = replace(ACME, exclude=("db",))

    assert asked(store, vendor=vendor).level is Level.OPERATIONAL
    assert asked(store, "acme/db", vendor=vendor).level is Level.MAJOR_OUTAGE


def test_an_incident_is_told_of_what_it_names_and_of_the_vendor(store) -> None:
    read(store, incident("i1", component_ids=("web",)), web=Level.DEGRADED)

    assert [each.id for each in asked(store).incidents] == ["i1"]
    assert [each.id for each in asked(store, "acme/web").incidents] == ["i1"]
    assert asked(store, "acme/api").incidents == ()


def test_a_vendors_text_cannot_add_performance_data_or_a_line(store) -> None:
    title = "down | acme=0\nOK - all is well"
    read(store, incident("i1", title=title), db=Level.PARTIAL_OUTAGE)
    first, line = nagios_lines([asked(store)], THRESHOLDS)

    assert first == ("VENDORSTATUS CRITICAL: 1 critical | 'acme'=3;0:0;0:2;0;4 'acme age'=0s")
    assert line.startswith("CRITICAL - acme: partial outage; Data¦base; ")
    assert "|" not in line


def test_unknown_is_null_for_programs_and_u_for_nagios(store) -> None:
    add_page(store)
    answer = asked(store)
    document = json.loads(json.dumps(as_json([answer], THRESHOLDS, NOW)))

    assert (document["status"], document["exit_code"]) == ("unknown", 3)
    (target,) = document["targets"]
    assert (target["level"], target["age_seconds"], target["known_components"]) == (None,) * 3
    assert next(nagios_lines([answer], THRESHOLDS)) == (
        "VENDORSTATUS UNKNOWN: 1 unknown | 'acme'=U;0:0;0:2;0;4"
    )
