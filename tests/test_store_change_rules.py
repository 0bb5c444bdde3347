"""Rules of what evidence changes, one by one: bars, components, coverage, impacts, messages."""

from dataclasses import replace
from datetime import UTC, date, timedelta
from types import SimpleNamespace

import pytest

from monitor.intervals import Interval, day_interval
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Coverage,
    Impact,
    Incident,
    IncidentUpdate,
    KnownComponent,
    Level,
    Observation,
    Phase,
    PostedState,
)
from monitor.store.changes.bars import bar_spans, compare_bars
from monitor.store.changes.common import FactChange, FactRow, closed_day
from monitor.store.changes.components import (
    ComponentChange,
    Move,
    NewComponent,
    StoredComponent,
    compare_components,
    starts,
)
from monitor.store.changes.coverage import CoverageChange, CoverageKey, compare_coverage
from monitor.store.changes.impacts import end_impacts_at
from monitor.store.changes.incidents import LEFT_BEHIND, leave_behind, unlist
from monitor.store.changes.runs import OpenRun, compare_runs
from monitor.store.changes.updates import UpdateChange, compare_updates, digest_of, stored_key
from tests.change_support import GAP, HOUR, NOW, ZONE, told

SECOND = timedelta(seconds=1)
DAY = date(2026, 5, 20)
WHOLE_DAY = day_interval(DAY, ZONE)
API = Component(id="a", name="API")


@pytest.mark.parametrize(
    "change",
    [
        FactChange(fresh=[1]),
        FactChange(stale=[FactRow(1, 1)]),
        ComponentChange(moves=[Move("a", "b")]),
        ComponentChange(fresh=[NewComponent(API, "api")]),
        ComponentChange(updates={"a": {}}),
        CoverageChange(fresh=[(CoverageKey("s", "", "bars"), WHOLE_DAY)]),
        CoverageChange(stale=[1]),
        CoverageChange(growth={CoverageKey("s", "", "bars"): {1: WHOLE_DAY}}),
        UpdateChange(fresh=[1]),
        UpdateChange(stale=[1]),
    ],
)
def test_whatever_is_to_be_written_is_a_change(change):
    assert change
    assert not type(change)()


# bars, and days


def test_evidence_speaks_of_the_days_of_its_bars_and_of_those_a_complete_span_covers():
    bar = Bar(component_id="a", day=DAY, source="acme.incident")
    whole = Interval(WHOLE_DAY.start, WHOLE_DAY.end + timedelta(days=1))
    spans = [
        Coverage(span=whole, aspect=Aspect.BARS, component_id="b", complete=True),
        Coverage(span=whole, aspect=Aspect.BARS, component_id="c"),
        Coverage(span=whole, aspect=Aspect.IMPACTS, component_id="d", complete=True),
    ]

    assert list(bar_spans(told(bars=(bar,), coverage=tuple(spans)), ZONE)) == [
        ("a", DAY, DAY),
        ("b", DAY, DAY + timedelta(days=1)),
    ]


def test_a_complete_span_begins_with_the_day_of_the_zone_in_which_it_begins():
    """It begins in the evening of New York, when it is tomorrow in UTC."""
    late = Interval(WHOLE_DAY.end - HOUR, WHOLE_DAY.end)
    cover = Coverage(span=late, aspect=Aspect.BARS, complete=True)

    assert list(bar_spans(told(coverage=(cover,)), ZONE)) == [(None, DAY, DAY)]


@pytest.mark.parametrize(
    "seconds", [{"partial_seconds": 1}, {"major_seconds": 1}, {"incident_ids": ("i1",)}]
)
def test_a_bar_with_seconds_or_an_incident_is_kept_and_an_empty_one_is_not(seconds):
    empty = Bar(component_id="a", day=DAY, source="acme.incident")
    bar = replace(empty, **seconds)
    change = compare_bars([], told(bars=(empty, replace(bar, component_id="b"))), ZONE)

    assert change.fresh == [replace(bar, component_id="b")]
    assert change.affected_from == [WHOLE_DAY.start]
    assert compare_bars([FactRow(1, bar)], told(bars=(empty,)), ZONE).stale_ids == [1]


def test_the_order_of_a_bars_incidents_says_nothing():
    bar = Bar(component_id="a", day=DAY, source="acme.incident", incident_ids=("i1", "i2"))
    other = replace(bar, incident_ids=("i2", "i1"))

    assert not compare_bars([FactRow(1, bar)], told(bars=(other,)), ZONE)
    assert compare_bars([FactRow(1, bar)], told(bars=(replace(other, major_seconds=1),)), ZONE)


def test_a_closed_day_is_one_of_the_pages_zone():
    """One hour before midnight in New York it is tomorrow in UTC."""
    late = WHOLE_DAY.end - HOUR
    page = SimpleNamespace(zone=ZONE, derived_day=DAY + timedelta(days=1))

    assert closed_day(page, late) == DAY
    assert closed_day(SimpleNamespace(zone=UTC, derived_day=page.derived_day), late) is None


# components


def row_of(component=API, platform="statuspage", **changes):
    entry = KnownComponent(component=component, slug="api", first_seen_at=NOW - HOUR)
    return StoredComponent(replace(entry, **changes), platform)


def compare_one(row, *components, platform="statuspage"):
    return compare_components([row], components, platform, NOW)


def test_a_component_that_is_not_listed_has_left_now():
    change = compare_one(row_of())

    assert (change.updates, change.removed_ids) == ({"a": {"removed_at": NOW}}, ["a"])
    assert change.affected_from == [NOW]
    assert not compare_one(row_of(removed_at=NOW - HOUR))


def test_a_component_that_is_listed_again_was_away_from_when_it_left():
    change = compare_one(row_of(removed_at=NOW - HOUR), API)

    assert change.updates == {"a": {"removed_at": None}}
    assert change.affected_from == [NOW - HOUR]


def test_a_component_that_changes_gets_all_the_columns_that_the_list_fills():
    after = Component(
        id="a", name="Web", group="Core", region="EU", position=3, start_date=DAY, has_bars=True
    )
    change = compare_one(row_of(platform="incidentio"), after)
    columns = {
        "name": "Web",
        "group_name": "Core",
        "region": "EU",
        "position": 3,
        "start_date": DAY,
        "has_bars": True,
    }

    assert change.updates == {"a": {**columns, "platform": "statuspage"}}
    assert change.dated_anew == [API, after]


def test_a_list_that_says_no_start_date_takes_none_back_and_another_date_counts():
    with_date = replace(API, start_date=DAY)

    assert not compare_one(row_of(with_date), API)
    assert compare_one(row_of(with_date), API).dated_anew == []
    later = replace(with_date, start_date=NOW.date())
    assert compare_one(row_of(with_date), later).updates["a"]["start_date"] == NOW.date()


def test_new_components_and_those_dated_anew_may_have_days_since_their_start():
    before, after = replace(API, start_date=DAY), replace(API, start_date=NOW.date())
    new = [Component(id=key, name=key.upper()) for key in "bc"]

    assert compare_one(row_of(before), after, *new).dated_anew == [*new, before, after]


def test_a_component_that_moves_keeps_all_but_its_id_and_what_the_new_list_says():
    change = compare_one(row_of(platform="incidentio"), replace(API, id="x"))

    assert change.moves == [("a", "x")]
    assert change.updates == {"x": {"platform": "statuspage"}}


@pytest.mark.parametrize(
    ("platform", "before"), [("statuspage", "statuspage"), ("statuspage", None), (None, "x")]
)
def test_a_component_moves_only_from_one_platform_to_another_that_is_known(platform, before):
    change = compare_one(row_of(platform=before), replace(API, id="x"), platform=platform)

    assert (change.moves, change.removed_ids) == ([], ["a"])
    assert [new.component.id for new in change.fresh] == ["x"]


def test_of_namesakes_the_one_in_the_same_group_goes_on():
    """Without a group is one of the groups; the other ones' plain names are no longer unique."""
    rows = [
        row_of(replace(API, id="a"), "incidentio", slug="a"),
        row_of(replace(API, id="b", group="Core"), "incidentio", slug="b"),
        row_of(replace(API, id="c", group="Shop"), "incidentio", slug="c"),
        row_of(replace(API, id="d", name="Web"), "incidentio", slug="d"),
    ]
    present = [
        replace(API, id="x", group="core", name="api"),
        replace(API, id="y"),
        replace(API, id="z", group="Core", name="Web"),
    ]
    moves = compare_components(rows, present, "statuspage", NOW).moves

    assert sorted(moves) == [("a", "y"), ("b", "x"), ("d", "z")]


def test_a_component_moves_once_and_one_that_is_still_listed_moves_nowhere():
    rows = [
        row_of(replace(API, group="Core"), "incidentio", slug="a"),
        row_of(Component(id="b", name="Web"), "incidentio", slug="b"),
    ]
    present = [replace(API, id="x", group="Core"), Component(id="b", name="Web", group="New")]

    assert compare_components(rows, present, "statuspage", NOW).moves == [("a", "x")]


def test_new_components_get_slugs_that_no_other_has_in_the_pages_order():
    new = [Component(id="x", name="API", position=2), Component(id="y", name="API", position=1)]
    change = compare_components([row_of()], [API, *new], "statuspage", NOW)

    assert [(part.component.id, part.slug) for part in change.fresh] == [
        ("y", "api-2"),
        ("x", "api-3"),
    ]


def test_components_may_have_days_since_their_start_and_since_anything_is_covered():
    parts = [API, replace(API, start_date=DAY), replace(API, start_date=date(2026, 5, 1))]
    first_fact = WHOLE_DAY.start - HOUR

    assert list(starts(parts, first_fact, ZONE)) == [first_fact, WHOLE_DAY.start, first_fact]
    assert list(starts(parts, None, ZONE)) == []


# coverage


def test_coverage_that_begins_as_a_row_ends_prolongs_it():
    key = CoverageKey("acme.incident", "", "impacts")
    page = SimpleNamespace(zone=UTC, derived_day=NOW.date() + timedelta(days=1))
    span = Interval(NOW, NOW + GAP)
    cover = Coverage(span=span, aspect=Aspect.IMPACTS)
    rows = {key: {7: Interval(NOW - HOUR, NOW)}}
    change = compare_coverage(rows, told(coverage=(cover,)), page, GAP)

    assert change.growth == {key: {7: Interval(NOW - HOUR, NOW + GAP)}}
    assert (change.fresh, change.affected_from) == ([], [NOW])


def test_a_row_takes_the_place_of_those_that_end_with_it():
    key = CoverageKey("acme.incident", "", "impacts")
    rows = {key: {7: Interval(NOW - HOUR, NOW), 8: Interval(NOW - 9 * HOUR, NOW - 8 * HOUR)}}
    span = Interval(NOW - 2 * HOUR, NOW)
    cover = Coverage(span=span, aspect=Aspect.IMPACTS)
    change = compare_coverage(
        rows, told(coverage=(cover,)), SimpleNamespace(zone=UTC, derived_day=None), GAP
    )

    assert (change.fresh, change.stale) == ([(key, span)], [7])


# runs


def test_a_reading_leaves_the_run_of_a_component_whose_state_goes_on():
    levels = {"a": Level.OPERATIONAL, "b": Level.DEGRADED, "c": Level.OPERATIONAL}
    runs = {
        key: OpenRun(n, key, level, None, NOW - HOUR)
        for n, (key, level) in enumerate(levels.items())
    }
    reading = {key: Observation(component_id=key, level=Level.OPERATIONAL) for key in "abd"}
    change = compare_runs(runs, reading, NOW)

    assert (change.ended_ids, change.instant_ids) == ([1, 2], [])
    assert [observation.component_id for observation in change.fresh] == ["b", "d"]


# incidents and impacts


def impact_row(start, end=None):
    return FactRow(
        1,
        Impact(
            component_id="a",
            level=None,
            start=start,
            end=end,
            basis=Basis.TRANSITION,
            source="acme.incident",
        ),
    )


@pytest.mark.parametrize(
    ("start", "end"), [(NOW - HOUR, NOW), (NOW, NOW + SECOND), (NOW + HOUR, NOW + HOUR + SECOND)]
)
def test_all_that_goes_on_ends_at_one_instant_a_second_after_it_began_at_least(start, end):
    over = impact_row(NOW - 2 * HOUR, NOW - HOUR)
    change = end_impacts_at([over, impact_row(start)], NOW)

    assert [fact.end for fact in change.fresh] == [end]
    assert [row.fact.start for row in change.stale] == [start]
    assert change.affected_from == [start]


@pytest.mark.parametrize(
    ("phase", "phase_after"),
    [(Phase.OPEN, Phase.CLOSED), (Phase.SCHEDULED, Phase.WITHDRAWN)],
)
def test_what_a_platform_leaves_behind_is_over_or_was_never_to_be(phase, phase_after):
    incident = Incident(
        id="i1", title="slow", phase=phase, status="posted", impact="minor", started_at=NOW
    )
    after = leave_behind(incident, NOW + HOUR)

    assert after == replace(incident, phase=phase_after, status=LEFT_BEHIND, resolved_at=NOW + HOUR)
    assert leave_behind(incident, NOW - HOUR).resolved_at == NOW


@pytest.mark.parametrize(
    ("start", "end", "is_noted"), [(-1, 1, True), (0, 1, False), (-1, 0, False)]
)
def test_what_lies_at_the_edge_of_a_list_is_not_missed_on_it(start, end, is_noted):
    incident = Incident(
        id="i1", title="slow", phase=Phase.CLOSED, status="posted", impact="minor",
        started_at=NOW - HOUR, resolved_at=NOW,
    )  # fmt: skip
    listing = Interval(NOW - HOUR + start * SECOND, NOW + end * SECOND)

    assert bool(unlist(FactRow(1, incident), listing, NOW)) is is_noted


# messages


def update(key="1", **changes):
    values = {"incident_id": "i1", "key": key, "at": NOW, "status": "posted", "text": "slow"}
    return IncidentUpdate(**(values | changes))


def test_keys_of_up_to_200_characters_are_stored_as_they_are():
    assert stored_key(update("k" * 200)) == "k" * 200
    assert stored_key(update("k" * 201)) != "k" * 201
    assert len(stored_key(update("k" * 1_000))) == 24


@pytest.mark.parametrize(
    "changes",
    [
        {"at": NOW + SECOND},
        {"status": "resolved"},
        {"text": "slower"},
        {"states": (PostedState(component_id="a", level=None),)},
        {"states": (PostedState(component_id="b", level=None, word="odd"),)},
        {"text": "half a character: \ud83d"},
    ],
)
def test_a_version_differs_in_what_the_vendor_wrote(changes):
    assert digest_of(update(**changes)) != digest_of(update())
    assert digest_of(update("2")) == digest_of(update())


def test_the_digest_of_a_message_stays_what_it_was_in_earlier_databases():
    """Another one would store every message again."""
    state = PostedState(component_id="a", level=None, word="odd")

    assert digest_of(update(states=(state,))) == "53cd46b9e212dc96a3163d2d"


def test_a_new_message_affects_days_only_where_it_gives_states():
    state = PostedState(component_id="a", level=None)
    silent, telling = update(), update("2", at=NOW - HOUR, states=(state,))

    assert compare_updates([], [silent]).affected_from == []
    assert compare_updates([], [silent, telling]).affected_from == [NOW - HOUR]
