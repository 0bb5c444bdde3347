"""Evidence to days: the five rules, and the properties no evidence may break."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.days.classify import Options, derive
from monitor.intervals import Interval, day_interval
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Confidence,
    Coverage,
    Day,
    Impact,
    Incident,
    IncidentUpdate,
    KnownComponent,
    Level,
    ObservedRun,
    OpenClaim,
    PageFacts,
    Phase,
    PostedState,
    Seconds,
)

MAJOR, PARTIAL, DEGRADED, MAINTENANCE = (
    Level.MAJOR_OUTAGE,
    Level.PARTIAL_OUTAGE,
    Level.DEGRADED,
    Level.MAINTENANCE,
)
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 10)
NOW = datetime(2026, 5, 11, tzinfo=UTC)
DAY = date(2026, 5, 5)


def at(hour: float, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour)


def span(start: float, end: float, day: date = DAY) -> Interval:
    return Interval(at(start, day), at(end, day))


WHOLE = Interval(datetime(2026, 5, 1, tzinfo=UTC), NOW)
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def known(key: str = "a", **changes: object) -> KnownComponent:
    removed_at = changes.pop("removed_at", None)
    component = Component(id=key, name=key.upper(), **changes)  # type: ignore[arg-type]
    return KnownComponent(
        component=component, slug=key, first_seen_at=WHOLE.start, removed_at=removed_at
    )  # type: ignore[arg-type]


def impact(
    start: float, end: float | None, level: Level | None = PARTIAL, **changes: object
) -> Impact:
    values = {
        "basis": Basis.TRANSITION,
        "source": "x",
        "incident_id": "i1",
        "component_id": "a",
        **changes,
    }
    return Impact(level=level, start=at(start), end=None if end is None else at(end), **values)  # type: ignore[arg-type]


def cover(
    aspect: Aspect = Aspect.IMPACTS, within: Interval = WHOLE, component: str | None = None
) -> Coverage:
    return Coverage(span=within, aspect=aspect, component_id=component)


def run(
    start: float, end: float, level: Level | None, component: str = "a", seen: float | None = None
) -> ObservedRun:
    until = None if seen is None else at(seen)
    return ObservedRun(component_id=component, level=level, span=span(start, end), seen_until=until)


def bar(partial: int = 0, major: int = 0, day: date = DAY, component: str = "a") -> Bar:
    return Bar(
        component_id=component, day=day, partial_seconds=partial, major_seconds=major, source="x"
    )


def known_open(
    impacts: Sequence[Impact], incidents: Mapping[str, datetime]
) -> tuple[OpenClaim, ...]:
    """Return that impacts were known to go on from when their incidents were first read, until they
    ended."""
    return tuple(
        OpenClaim(
            component_id=each.component_id,
            incident_id=each.incident_id,
            level=each.level,
            span=known,
        )
        for each in impacts
        if each.incident_id in incidents
        and (
            known := Interval.between(
                max(each.start, incidents[each.incident_id]), each.end or FOR_EVER
            )
        )
        is not None
    )


def day_of_a(
    *,
    impacts: Sequence[Impact] = (),
    coverage: Sequence[Coverage] = (cover(),),
    runs: Sequence[ObservedRun] = (),
    bars: Sequence[Bar] = (),
    updates: Sequence[IncidentUpdate] = (),
    first_read: Mapping[str, datetime] | None = None,
    now: datetime = NOW,
    component: KnownComponent | None = None,
    day: date = DAY,
    **options: object,
) -> Day:
    facts = PageFacts(
        components=(component or known(),),
        impacts=tuple(impacts),
        updates=tuple(updates),
        open_claims=known_open(impacts, first_read or {}),
        coverage=tuple(coverage),
        runs=tuple(runs),
        bars=tuple(bars),
    )
    history = derive(facts, Options(zone=UTC, **options), first=FIRST, last=LAST, now=now)  # type: ignore[arg-type]
    return history.components["a"].day(day)


def test_nothing_read_is_unknown_not_operational() -> None:
    assert day_of_a(coverage=()).level is None


def test_a_covered_day_without_evidence_is_operational() -> None:
    day = day_of_a()

    assert day.level is Level.OPERATIONAL
    assert day.coverage == 1.0


@pytest.mark.parametrize(
    ("facts", "confidence"),
    [
        ({"coverage": (cover(Aspect.BARS),)}, Confidence.HIGH),
        ({"runs": (run(-24, 48, Level.OPERATIONAL),)}, Confidence.HIGH),
        ({"coverage": (cover(Aspect.IMPACTS),)}, Confidence.MEDIUM),
    ],
    ids=["a bar says so", "polls saw it", "no incident was told"],
)
def test_a_good_day_is_sure_where_the_state_was_told_and_less_so_where_only_no_incident_was(
    facts, confidence
) -> None:
    page = PageFacts(components=(known(),), **facts)
    history = derive(page, Options(zone=UTC), first=FIRST, last=LAST, now=NOW)

    for each in (history.components["a"], history.vendor):
        day = each.day(DAY)
        assert (day.level, day.confidence) == (Level.OPERATIONAL, confidence)


def test_overlapping_incidents_count_once_at_the_worst_level() -> None:
    day = day_of_a(
        impacts=[impact(0, 18), impact(12, 18, MAJOR, incident_id="i2"), impact(10, 20, DEGRADED)]
    )

    assert (day.seconds.major, day.seconds.partial, day.seconds.degraded) == (
        6 * 3600,
        12 * 3600,
        2 * 3600,
    )
    assert day.level is MAJOR
    assert day.incident_ids == ("i1", "i2")


def test_an_ongoing_incident_counts_up_to_now() -> None:
    day = day_of_a(
        impacts=[impact(6, None)], now=at(9), coverage=[cover(within=Interval(WHOLE.start, at(9)))]
    )

    assert day.seconds.partial == 3 * 3600
    assert day.length_seconds == 9 * 3600


def test_an_ongoing_incident_stops_growing_when_the_page_can_no_longer_be_read() -> None:
    read = Interval(WHOLE.start, at(8))
    same_day = day_of_a(impacts=[impact(6, None)], coverage=[cover(within=read)])
    next_day = day_of_a(
        impacts=[impact(6, None)], coverage=[cover(within=read)], day=date(2026, 5, 6)
    )

    assert same_day.seconds.partial == 2 * 3600
    assert same_day.coverage == pytest.approx(8 / 24)
    assert next_day.level is None


def test_a_zero_length_or_backdated_impact_gives_no_seconds() -> None:
    day = day_of_a(impacts=[impact(6, 6), impact(8, 7)])

    assert day.level is Level.OPERATIONAL
    assert day.seconds.total == 0


def test_an_incident_across_midnight_is_split_at_the_pages_own_midnight() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    facts = PageFacts(components=(known(),), impacts=(impact(14, 16),), coverage=(cover(),))
    history = derive(facts, Options(zone=tokyo), first=FIRST, last=LAST, now=NOW).components["a"]

    assert history.day(DAY).seconds.partial == 3600
    assert history.day(date(2026, 5, 6)).seconds.partial == 3600


def test_bars_decide_the_outage_and_impacts_the_degradation() -> None:
    day = day_of_a(
        bars=[bar(partial=600)],
        impacts=[impact(1, 2), impact(3, 4, DEGRADED)],
        coverage=[cover(), cover(Aspect.BARS)],
    )

    assert (day.seconds.partial, day.seconds.degraded) == (600, 3600)
    assert day.source is Aspect.BARS
    assert not day.disputed


def test_a_green_bar_on_a_day_with_an_outage_is_disputed_and_both_values_stay() -> None:
    day = day_of_a(impacts=[impact(1, 2)], coverage=[cover(), cover(Aspect.BARS)])

    assert day.level is Level.OPERATIONAL
    assert day.disputed
    assert day.other is not None
    assert day.other.partial == 3600


HALF_A_MINUTE = 1 / 120
WELL = Level.OPERATIONAL


@pytest.mark.parametrize(
    "facts",
    [
        {"impacts": [impact(5, 5 + HALF_A_MINUTE)], "coverage": [cover(), cover(Aspect.BARS)]},
        {
            "runs": [
                run(0, 5, WELL),
                run(5, 5 + HALF_A_MINUTE, PARTIAL),
                run(5 + HALF_A_MINUTE, 24, WELL),
            ]
        },
    ],
    ids=["an incident, a green bar", "seen by polls, hidden by the record"],
)
def test_half_a_minute_on_which_sources_contradict_each_other_is_enough_for_a_dispute(
    facts,
) -> None:
    day = day_of_a(**facts)

    assert day.disputed
    assert day.other is not None


def test_an_outage_bar_on_a_day_watched_green_throughout_is_disputed() -> None:
    day = day_of_a(
        bars=[bar(major=60)], runs=[run(0, 24, Level.OPERATIONAL)], coverage=[cover(Aspect.BARS)]
    )

    assert day.level is MAJOR
    assert day.disputed


def test_a_bar_read_during_the_day_speaks_only_for_the_part_before() -> None:
    day = day_of_a(
        bars=[bar(partial=600)],
        coverage=[cover(Aspect.BARS, Interval(WHOLE.start, at(12)))],
        runs=[run(10, 15, Level.OPERATIONAL), run(15, 16, MAJOR), run(16, 24, Level.OPERATIONAL)],
    )

    assert (day.seconds.partial, day.seconds.major) == (600, 3600)
    assert day.coverage == 1.0


def test_an_observed_outage_without_any_incident_counts() -> None:
    day = day_of_a(
        runs=[run(0, 5, Level.OPERATIONAL), run(5, 7, PARTIAL), run(7, 24, Level.OPERATIONAL)]
    )

    assert day.level is PARTIAL
    assert day.seconds.partial == 2 * 3600


def test_an_observed_outage_that_an_impact_explains_is_not_counted_twice() -> None:
    day = day_of_a(impacts=[impact(5, 7)], runs=[run(5.05, 7.05, PARTIAL)], interval_seconds=300)

    assert day.seconds.partial == 2 * 3600


def test_an_impact_that_explains_the_last_sight_explains_that_the_state_was_taken_to_go_on() -> (
    None
):
    explained = day_of_a(
        impacts=[impact(5, 6)], runs=[run(5.1, 8, PARTIAL, seen=5.9)], interval_seconds=300
    )
    seen_longer = day_of_a(
        impacts=[impact(5, 6)], runs=[run(5.1, 8, PARTIAL, seen=7)], interval_seconds=300
    )

    assert explained.seconds.partial == 3600
    assert seen_longer.seconds.partial == 3600 + 2 * 3600 - 300


def test_an_observed_outage_longer_than_its_incident_keeps_the_rest() -> None:
    day = day_of_a(impacts=[impact(5, 6)], runs=[run(5, 9, PARTIAL)], interval_seconds=300)

    assert day.seconds.partial == 3600 + 3 * 3600 - 300


def test_a_worse_observed_level_is_not_explained_by_a_milder_incident() -> None:
    day = day_of_a(impacts=[impact(5, 7, DEGRADED)], runs=[run(5, 7, MAJOR)])

    assert day.level is MAJOR
    assert day.seconds.major == 2 * 3600


def test_an_unknown_state_is_not_covered() -> None:
    day = day_of_a(runs=[run(0, 12, Level.OPERATIONAL), run(12, 24, None)], coverage=())

    assert day.coverage == 0.5


def test_inferred_impacts_follow_the_vendors_mapping() -> None:
    inferred = impact(1, 2, None, basis=Basis.INFERRED, word="minor")

    assert day_of_a(impacts=[inferred]).level is DEGRADED
    assert day_of_a(impacts=[inferred], impact_mapping={"minor": PARTIAL}).level is PARTIAL
    assert day_of_a(impacts=[inferred]).confidence is Confidence.LOW


def test_an_impact_word_in_no_mapping_uncovers_its_span() -> None:
    day = day_of_a(impacts=[impact(0, 24, None, basis=Basis.INFERRED, word="catastrophic")])

    assert day.level is None


def test_an_inferred_impact_gives_way_to_the_incidents_own_transitions() -> None:
    day = day_of_a(
        impacts=[impact(1, 9, None, basis=Basis.INFERRED, word="critical"), impact(2, 3, DEGRADED)]
    )

    assert day.level is DEGRADED
    assert day.seconds.total == 3600


def test_days_before_the_component_started_are_unknown() -> None:
    component = known(start_date=date(2026, 5, 6))

    assert day_of_a(component=component).level is None
    assert day_of_a(component=component, day=date(2026, 5, 6)).level is Level.OPERATIONAL


def test_a_removed_component_keeps_its_history_and_is_unknown_afterwards() -> None:
    component = known(removed_at=at(0, date(2026, 5, 7)))

    assert day_of_a(component=component, day=date(2026, 5, 6)).level is Level.OPERATIONAL
    assert day_of_a(component=component, day=date(2026, 5, 7)).level is None


def test_outages_up_to_the_minimum_do_not_make_an_outage_day() -> None:
    day = day_of_a(impacts=[impact(1, 1 + 1 / 60)], min_outage_seconds=60)

    assert day.level is Level.OPERATIONAL
    assert day.seconds.partial == 60
    assert day_of_a(impacts=[impact(1, 1 + 1 / 60)], min_outage_seconds=59).level is PARTIAL


def test_what_lasted_longer_than_the_minimum_together_with_worse_is_the_days_level() -> None:
    """40 s of a partial and 30 s of a major outage are 70 s of at least a partial one."""
    both = [impact(1, 1 + 40 / 3600), impact(2, 2 + 30 / 3600, MAJOR, incident_id="i2")]

    assert day_of_a(impacts=both, min_outage_seconds=60).level is PARTIAL
    assert day_of_a(impacts=both, min_outage_seconds=29).level is MAJOR
    assert day_of_a(impacts=both, min_outage_seconds=70).level is Level.OPERATIONAL


def test_todays_bar_is_disputed_by_nothing_until_the_day_is_over() -> None:
    noon = {"coverage": [cover(), cover(Aspect.BARS)], "impacts": [impact(1, 2)]}

    assert not day_of_a(**noon, now=at(24) - timedelta(seconds=1)).disputed
    assert day_of_a(**noon, now=at(24)).disputed


def test_a_day_that_begins_now_is_not_known_yet() -> None:
    day = day_of_a(runs=[run(-24, 0, Level.OPERATIONAL)], now=at(0))

    assert (day.day, day.level, day.length_seconds, day.covered_seconds) == (DAY, None, 0, 0)


def test_a_25_hour_bar_fits_its_25_hour_day() -> None:
    zone = ZoneInfo("America/New_York")
    day = date(2026, 11, 1)
    whole = day_interval(day, zone)
    facts = PageFacts(
        components=(known(),),
        bars=(bar(partial=90_000, day=day),),
        coverage=(cover(Aspect.BARS, whole),),
    )
    classified = (
        derive(facts, Options(zone=zone), first=day, last=day, now=whole.end)
        .components["a"]
        .day(day)
    )

    assert classified.seconds.partial == 90_000
    assert classified.length_seconds == 90_000


def vendor_day(
    components: Sequence[KnownComponent], exclude: frozenset[str] = frozenset(), **facts: object
) -> Day:
    page = PageFacts(components=tuple(components), **facts)  # type: ignore[arg-type]
    return derive(
        page, Options(zone=UTC, exclude=exclude), first=FIRST, last=LAST, now=NOW
    ).vendor.day(DAY)


def test_a_vendors_level_is_the_worst_of_its_components_and_its_seconds_those_of_the_one_out_longest() -> (
    None
):
    day = vendor_day(
        [known("a"), known("b")],
        impacts=(
            impact(1, 2, MAJOR),
            impact(1, 6, PARTIAL, component_id="b", basis=Basis.DECLARED),
        ),
        coverage=(cover(),),
    )

    assert day.level is MAJOR
    assert (day.seconds.major, day.seconds.partial) == (0, 5 * 3600)
    assert (day.component_id, day.confidence) == ("b", Confidence.HIGH)


def test_an_excluded_component_does_not_count_for_the_vendor() -> None:
    day = vendor_day(
        [known("a"), known("b")],
        frozenset({"b"}),
        impacts=(impact(1, 6, MAJOR, component_id="b"),),
        coverage=(cover(),),
    )

    assert day.level is Level.OPERATIONAL


def test_a_vendor_is_unknown_when_too_few_of_its_components_are_known() -> None:
    half = vendor_day([known("a"), known("b")], coverage=(cover(component="a"),))
    most = vendor_day(
        [known(each) for each in "abcdefghij"],
        coverage=[cover(component=each) for each in "abcdefghi"],
    )

    assert (half.level, half.coverage, half.known_components, half.counted_components) == (
        None,
        0.5,
        1,
        2,
    )
    assert (most.level, most.coverage, most.known_components, most.counted_components) == (
        Level.OPERATIONAL, 0.9, 9, 10,
    )  # fmt: skip


def test_a_vendor_is_out_when_one_component_is_however_few_are_known() -> None:
    day = vendor_day(
        [known("a"), known("b")], impacts=(impact(1, 2),), coverage=(cover(component="a"),)
    )

    assert (day.level, day.known_components) == (PARTIAL, 1)


def test_a_component_that_came_later_does_not_make_earlier_days_unknown() -> None:
    came = replace(known("b"), first_seen_at=at(8, date(2026, 5, 7)))
    facts = {"coverage": (cover(component="a"),), "runs": (ObservedRun(
        component_id="b", level=Level.OPERATIONAL, span=Interval(came.first_seen_at, NOW)),
    )}  # fmt: skip
    page = PageFacts(components=(known("a"), came), **facts)
    vendor = derive(page, Options(zone=UTC), first=FIRST, last=LAST, now=NOW).vendor

    levels = [vendor.day(date(2026, 5, day)).level for day in (6, 7, 8)]
    assert levels == [Level.OPERATIONAL, None, Level.OPERATIONAL]
    assert vendor.day(date(2026, 5, 7)).known_components == 1


def test_a_partly_covered_day_is_unknown_and_keeps_what_is_known_of_it() -> None:
    day = day_of_a(runs=[run(0, 12, Level.OPERATIONAL)], coverage=())
    enough = day_of_a(runs=[run(0, 21.6, Level.OPERATIONAL)], coverage=())

    assert (day.level, day.coverage) == (None, 0.5)
    assert enough.level is Level.OPERATIONAL
    assert (
        day_of_a(runs=[run(0, 12, Level.OPERATIONAL)], coverage=(), min_coverage=0.5).level
        is Level.OPERATIONAL
    )


def test_maintenance_needs_coverage_as_well_and_an_outage_does_not() -> None:
    maintained = day_of_a(runs=[run(0, 12, MAINTENANCE)], coverage=())
    out = day_of_a(runs=[run(0, 1, DEGRADED)], coverage=())

    assert (maintained.level, maintained.seconds.maintenance) == (None, 12 * 3600)
    assert out.level is DEGRADED


def test_an_incident_whose_level_nobody_can_read_is_listed_on_its_days() -> None:
    day = day_of_a(impacts=[impact(2, 22, None, word="wobbly")])
    blank = day_of_a(impacts=[impact(2, 22, None, word="wobbly")], coverage=())

    assert (day.level, day.incident_ids, day.coverage) == (None, ("i1",), 4 / 24)
    assert (blank.level, blank.incident_ids, blank.coverage) == (None, ("i1",), 0.0)


# ------------------------------------------------------------------------------------- what was
# seen, what is claimed


def test_a_posted_state_ends_when_the_component_is_seen_well_and_what_is_claimed_then_is_disputed() -> (
    None
):
    day = day_of_a(
        impacts=[impact(5, None)],
        runs=[run(0, 5.1, Level.OPERATIONAL), run(5.1, 9, PARTIAL), run(9, 24, Level.OPERATIONAL)],
        first_read={"i1": at(5.1)},
    )

    assert (day.level, day.seconds.partial, day.disputed) == (PARTIAL, 4 * 3600, True)
    assert day.other is not None
    assert day.other.partial == 19 * 3600


def test_an_incident_left_open_over_a_component_that_is_always_seen_well_counts_until_it_is_seen() -> (
    None
):
    left_open = {"impacts": [impact(5, None)], "first_read": {"i1": at(5.1)}}
    later = date(2026, 5, 8)
    runs = [ObservedRun(component_id="a", level=Level.OPERATIONAL, span=Interval(WHOLE.start, NOW))]
    first = day_of_a(runs=runs, **left_open)
    after = day_of_a(runs=runs, day=later, **left_open)

    assert first.seconds.partial == pytest.approx(360, abs=1)
    assert (after.level, after.disputed, after.incident_ids) == (Level.OPERATIONAL, True, ("i1",))
    assert after.other is not None
    assert after.other.partial == 86_400


def test_a_maintenance_left_open_over_a_component_that_is_seen_well_for_a_day_ends_with_the_first_good_reading() -> (
    None
):
    runs = [run(0, 5, Level.OPERATIONAL), run(5, 7, MAINTENANCE), run(7, 144, Level.OPERATIONAL)]
    left_open = {
        "impacts": [impact(5, None, MAINTENANCE)],
        "runs": runs,
        "first_read": {"i1": at(5)},
    }
    worked, later = day_of_a(**left_open), day_of_a(day=date(2026, 5, 8), **left_open)

    assert (worked.level, worked.seconds, worked.disputed) == (
        MAINTENANCE,
        Seconds(maintenance=2 * 3600),
        True,
    )
    assert (later.level, later.disputed, later.other) == (
        Level.OPERATIONAL,
        True,
        Seconds(maintenance=86_400),
    )


def test_a_maintenance_of_hours_over_a_component_that_stays_operational_is_maintenance_and_undisputed() -> (
    None
):
    runs = [run(0, 144, Level.OPERATIONAL)]
    day = day_of_a(impacts=[impact(1, 24, MAINTENANCE)], runs=runs, first_read={"i1": at(1)})

    assert (day.level, day.seconds, day.disputed) == (
        MAINTENANCE,
        Seconds(maintenance=23 * 3600),
        False,
    )


def test_a_maintenance_that_was_known_does_not_make_trouble_known() -> None:
    """The incident is known as a maintenance since 1; that it was an outage from 8 to 9 is admitted
    afterwards."""
    facts = PageFacts(
        components=(known(),), impacts=(impact(1, 8, MAINTENANCE), impact(8, 9)), coverage=(cover(),),
        runs=(run(0, 24, Level.OPERATIONAL),), open_claims=known_open([impact(1, None, MAINTENANCE)], {"i1": at(1)}),
    )  # fmt: skip
    day = derive(facts, Options(zone=UTC), first=FIRST, last=LAST, now=NOW).components["a"].day(DAY)

    assert (day.level, day.seconds.partial) == (PARTIAL, 3600)


def test_paperwork_of_a_worse_level_is_disputed_on_a_day_that_is_bad_anyway() -> None:
    day = day_of_a(
        impacts=[impact(1, None, MAJOR), impact(4, 24, DEGRADED, incident_id="i2")],
        runs=[run(1, 2, MAJOR), run(2, 4, Level.OPERATIONAL), run(4, 24, DEGRADED)],
        first_read={"i1": at(1)},
    )

    assert (day.seconds.major, day.seconds.degraded, day.disputed) == (3600, 20 * 3600, True)
    assert day.other is not None
    assert day.other.major == 23 * 3600


def test_a_poll_is_a_witness_of_its_own_on_a_day_that_the_incident_does_not_touch() -> None:
    late = impact(24.02, 26)
    runs = [run(0, 23.95, Level.OPERATIONAL, seen=23.9), run(23.95, 26, PARTIAL)]
    ended = day_of_a(
        impacts=[impact(20, 23.97)],
        runs=[run(20, 24.03, PARTIAL, seen=23.95)],
        day=date(2026, 5, 6),
    )

    assert day_of_a(impacts=[late], runs=runs).seconds.partial == pytest.approx(180)
    assert (ended.level, ended.seconds.partial) == (Level.OPERATIONAL, 0)


def test_one_good_reading_does_not_end_a_posted_state() -> None:
    day = day_of_a(
        impacts=[impact(5, 20)],
        runs=[run(5, 9, PARTIAL), run(9, 9.2, Level.OPERATIONAL, seen=9), run(9.2, 20, PARTIAL)],
        first_read={"i1": at(5)},
    )

    assert (day.seconds.partial, day.disputed) == (15 * 3600, False)


def test_a_claim_that_came_and_went_between_two_good_readings_stands() -> None:
    day = day_of_a(
        impacts=[impact(5, 6)], runs=[run(0, 24, Level.OPERATIONAL)], first_read={"i1": at(5.9)}
    )
    hourly = day_of_a(
        impacts=[impact(5, 6)],
        runs=[run(0, 24, Level.OPERATIONAL)],
        first_read={"i1": at(5)},
        interval_seconds=3600,
    )

    assert (day.seconds.partial, day.disputed) == (3600, False)
    assert (hourly.seconds.partial, hourly.disputed) == (3600, False)


def test_two_good_readings_end_a_posted_state_at_the_first() -> None:
    day = day_of_a(
        impacts=[impact(5, 20)],
        runs=[run(5, 9, PARTIAL), run(9, 9.2, Level.OPERATIONAL, seen=9.1), run(9.2, 20, PARTIAL)],
        first_read={"i1": at(5)},
    )

    assert day.seconds.partial == pytest.approx(14.8 * 3600)


def test_what_is_admitted_afterwards_stands_against_what_was_seen() -> None:
    day = day_of_a(
        impacts=[impact(5, 9)], runs=[run(0, 24, Level.OPERATIONAL)], first_read={"i1": at(10)}
    )

    assert (day.seconds.partial, day.disputed) == (4 * 3600, False)


def test_what_a_closed_incident_is_told_to_have_lasted_longer_stands_against_what_was_seen() -> (
    None
):
    """It was known from 5 to 8 and then over; that it lasted until 20 was told later."""
    facts = PageFacts(
        components=(known(),),
        impacts=(impact(5, 20),),
        coverage=(cover(),),
        runs=(run(0, 24, Level.OPERATIONAL),),
        open_claims=known_open([impact(5, 8)], {"i1": at(5)}),
    )
    day = derive(facts, Options(zone=UTC), first=FIRST, last=LAST, now=NOW).components["a"].day(DAY)

    assert (day.seconds.partial, day.disputed) == (12 * 3600, True)
    assert day.other == Seconds(partial=15 * 3600)


@pytest.mark.parametrize(("end", "admitted"), [(20 + 1 / 60, 0), (20.5, 1800)])
def test_an_end_that_lay_ahead_by_no_more_than_clocks_differ_was_known(end, admitted) -> None:
    """It was known from 5 to 20, when it was read to be over."""
    facts = PageFacts(
        components=(known(),), impacts=(impact(5, end),), coverage=(cover(),), runs=(run(0, 24, Level.OPERATIONAL),),
        open_claims=known_open([impact(5, 20)], {"i1": at(5)}),
    )  # fmt: skip
    day = derive(facts, Options(zone=UTC), first=FIRST, last=LAST, now=NOW).components["a"].day(DAY)

    assert (day.seconds.partial, day.disputed) == (admitted, True)


def test_a_claim_known_twice_takes_two_good_readings_each_time() -> None:
    claims = known_open([impact(5, 5.01), impact(9, 10), impact(12, None)], {"i1": at(5)})
    facts = PageFacts(
        components=(known(),), impacts=(impact(5, 24),), coverage=(cover(),), open_claims=claims,
        runs=(run(0, 10, Level.OPERATIONAL), run(10, 13, PARTIAL), run(13, 24, Level.OPERATIONAL)),
    )  # fmt: skip
    day = derive(facts, Options(zone=UTC), first=FIRST, last=LAST, now=NOW).components["a"].day(DAY)

    assert day.seconds.partial == (4 + 3) * 3600


@pytest.mark.parametrize(
    ("last_read", "end", "denied_from"),
    [
        (6.1, 7, None),  # polled once since, whatever is known of the run later
        (6.8, 7, None),
        (6.9, 7, 6),
        (7, 7.5, 6),
        (
            7,
            6.5,
            6,
        ),  # the end was dated back: it was known to go on at the second poll all the same
        (7, 6, None),
        (None, 7.5, None),  # nobody knows when: three intervals may have been without a poll
        (None, 9, 6),
    ],
)
def test_a_claim_is_refuted_by_two_polls_while_it_was_known(last_read, end, denied_from) -> None:
    """Known from 6 on; the component is seen well all day, each hour at best."""
    known_until = span(6, max(end, last_read or 0) + 0.5 if last_read else end)
    claim = OpenClaim(
        component_id="a",
        incident_id="i1",
        level=PARTIAL,
        span=known_until,
        last_read=at(last_read) if last_read else None,
    )
    facts = PageFacts(
        components=(known(),), impacts=(impact(5, end),), coverage=(cover(),), open_claims=(claim,),
        runs=(run(0, 24, Level.OPERATIONAL),),
    )  # fmt: skip
    day = (
        derive(facts, Options(zone=UTC, interval_seconds=3600), first=FIRST, last=LAST, now=NOW)
        .components["a"]
        .day(DAY)
    )

    assert day.seconds.partial == ((denied_from or end) - 5) * 3600
    assert day.disputed is (denied_from is not None)


def test_a_claim_told_in_parts_at_one_level_is_refuted_as_a_whole() -> None:
    """Known from 6 to 9, polled at 6 and 7: the second part, from 6.5 on, only once."""
    claim = OpenClaim(
        component_id="a", incident_id="i1", level=PARTIAL, span=span(6, 9), last_read=at(7)
    )
    facts = PageFacts(
        components=(known(),), impacts=(impact(5, 6.5), impact(6.5, 9)), coverage=(cover(),), open_claims=(claim,),
        runs=(run(0, 24, Level.OPERATIONAL),),
    )  # fmt: skip
    options = Options(zone=UTC, interval_seconds=3600)
    day = derive(facts, options, first=FIRST, last=LAST, now=NOW).components["a"].day(DAY)

    assert day.seconds.partial == 3600
    assert day.disputed


@pytest.mark.parametrize(
    ("impacts", "seconds"),
    [
        ([impact(8, None)], Seconds(partial=1)),
        (
            [impact(8, 9), impact(12, None)],
            Seconds(partial=1),
        ),  # to say the same again is no new claim
        ([impact(8, 9, DEGRADED), impact(9, None)], Seconds(degraded=1, partial=1)),
        ([impact(8, None, MAINTENANCE)], Seconds()),
    ],
)
def test_a_state_dated_later_than_it_was_read_counts_for_that_moment(impacts, seconds) -> None:
    """Known from 6 on, by a clock that is ahead of ours; the component is seen well all the
    time."""
    worst = max(each.level for each in impacts)
    claim = OpenClaim(
        component_id="a", incident_id="i1", level=worst, span=Interval(at(6), FOR_EVER)
    )
    facts = PageFacts(
        components=(known(),), impacts=tuple(impacts), coverage=(cover(),), open_claims=(claim,),
        runs=(run(0, 144, Level.OPERATIONAL),),
    )  # fmt: skip
    day = derive(facts, Options(zone=UTC), first=FIRST, last=LAST, now=NOW).components["a"].day(DAY)

    assert (day.seconds, day.disputed) == (seconds, True)


def test_a_component_seen_bad_again_counts_from_then_on() -> None:
    day = day_of_a(
        impacts=[impact(5, None)],
        runs=[run(5, 9, PARTIAL), run(9, 12, Level.OPERATIONAL), run(12, 24, PARTIAL)],
        first_read={"i1": at(5)},
    )

    assert day.seconds.partial == (4 + 12) * 3600


def test_a_claim_that_was_set_aside_leaves_the_time_nobody_looked_unknown() -> None:
    day = day_of_a(
        impacts=[impact(5, None)],
        runs=[run(5, 9, PARTIAL), run(9, 12, Level.OPERATIONAL)],
        first_read={"i1": at(5)},
    )

    assert day.seconds.partial == 4 * 3600
    assert day.covered_seconds == 12 * 3600


def test_a_component_seen_well_before_the_derived_days_stays_well() -> None:
    facts = PageFacts(
        components=(known(),),
        impacts=(impact(5, None),),
        coverage=(cover(),),
        runs=(run(5, 9, PARTIAL), run(9, 24, Level.OPERATIONAL)),
        open_claims=known_open([impact(5, None)], {"i1": at(5)}),
    )
    whole = derive(facts, Options(zone=UTC), first=FIRST, last=LAST, now=NOW)
    part = derive(facts, Options(zone=UTC), first=LAST, last=LAST, now=NOW)

    assert part.components["a"].day(LAST) == whole.components["a"].day(LAST)
    assert part.components["a"].day(LAST).level is None


def test_trouble_that_polls_saw_and_the_record_hides_counts_and_is_disputed() -> None:
    runs = [run(0, 5, Level.OPERATIONAL), run(5, 7, PARTIAL), run(7, 24, Level.OPERATIONAL)]
    told, untold = day_of_a(runs=runs), day_of_a(runs=runs, coverage=())
    explained = day_of_a(runs=runs, impacts=[impact(5, 7)])

    assert (told.level, told.disputed, told.other) == (PARTIAL, True, Seconds())
    assert (untold.level, untold.disputed) == (PARTIAL, False)
    assert (explained.level, explained.disputed) == (PARTIAL, False)


def test_an_incident_that_is_on_its_list_no_longer_counts_and_is_disputed() -> None:
    incident = Incident(
        id="i1", title="Gone", phase=Phase.CLOSED, status="resolved", impact="major", started_at=at(5),
        resolved_at=at(7), component_ids=("a",),
    )  # fmt: skip
    facts = PageFacts(
        components=(known(),), impacts=(impact(5, 7),), coverage=(cover(),), incidents=(incident,)
    )
    gone = replace(facts, incidents=(replace(incident, unlisted_at=at(20)),))
    listed, unlisted = (
        derive(each, Options(zone=UTC), first=FIRST, last=LAST, now=NOW).vendor.day(DAY)
        for each in (facts, gone)
    )

    assert (listed.level, listed.disputed) == (PARTIAL, False)
    assert (unlisted.level, unlisted.disputed, unlisted.other) == (PARTIAL, True, Seconds())


def test_what_a_bar_cannot_show_and_the_record_hides_is_disputed_too() -> None:
    """An outage without an incident is the bar's to tell; what is milder is not."""
    both = [cover(), cover(Aspect.BARS)]
    milder, outage = (
        [run(0, 5, Level.OPERATIONAL), run(5, 7, level)] for level in (DEGRADED, PARTIAL)
    )
    seen = day_of_a(runs=milder, coverage=both)
    beside = day_of_a(runs=[*milder, run(7, 8, MAJOR)], bars=[bar(major=60)], coverage=both)
    told = day_of_a(runs=milder, impacts=[impact(5, 7, DEGRADED)], coverage=both)
    barred = day_of_a(runs=outage, bars=[bar(partial=7200)], coverage=both)

    assert (seen.seconds, seen.other) == (Seconds(degraded=7200), Seconds())
    assert (beside.seconds, beside.other) == (Seconds(degraded=7200, major=60), Seconds(major=60))
    assert (told.level, told.disputed) == (DEGRADED, False)
    assert (barred.level, barred.disputed) == (PARTIAL, False)


def test_an_outage_that_the_bar_denies_does_not_hide_what_polls_saw_that_was_milder() -> None:
    seen = [run(0, 5, Level.OPERATIONAL), run(5, 7, DEGRADED), run(7, 24, Level.OPERATIONAL)]
    barred = {"runs": seen, "coverage": [cover(Aspect.BARS)]}
    denied = day_of_a(impacts=[impact(5, 8, MAJOR)], **barred)
    told = day_of_a(
        impacts=[impact(5, 8, MAJOR), impact(7.5, 9, DEGRADED, incident_id="i2")], **barred
    )
    counted = day_of_a(impacts=[impact(5, 8, MAJOR)], bars=[bar(major=60)], **barred)

    assert (denied.level, denied.seconds, denied.disputed) == (
        DEGRADED,
        Seconds(degraded=2 * 3600),
        True,
    )
    assert denied.other == Seconds(major=3 * 3600)
    assert told.seconds == Seconds(degraded=3.5 * 3600)
    assert counted.seconds == Seconds(major=60)


def test_a_milder_state_goes_on_beside_no_outage_that_a_bar_of_another_day_tells() -> None:
    """Seen last before the day, and explained by an outage that the day before counts."""
    seen = [
        run(0, 22, Level.OPERATIONAL),
        run(22, 25, DEGRADED, seen=22),
        run(25, 48, Level.OPERATIONAL),
    ]
    asked = {
        "impacts": [impact(22, 23.9, MAJOR)],
        "bars": [bar(major=6840)],
        "coverage": [cover(Aspect.BARS)],
    }

    assert day_of_a(runs=seen, day=date(2026, 5, 6), **asked).level is Level.OPERATIONAL


def test_paperwork_is_disputed_on_days_with_bars_too() -> None:
    day = day_of_a(
        impacts=[impact(5, None, DEGRADED)],
        bars=[bar()],
        coverage=[cover(Aspect.BARS)],
        runs=[
            run(0, 5.1, Level.OPERATIONAL, seen=5),
            run(5.1, 6, DEGRADED),
            run(6, 24, Level.OPERATIONAL),
        ],
        first_read={"i1": at(5)},
    )

    assert (day.level, day.seconds.degraded, day.disputed) == (DEGRADED, 3600, True)
    assert day.other is not None
    assert day.other.degraded == 19 * 3600


def said(hour: float, incident: str, *states: PostedState) -> IncidentUpdate:
    return IncidentUpdate(
        incident_id=incident, key=f"{hour}", at=at(hour), status="update", states=states
    )


def test_a_posted_state_ends_where_another_incident_says_that_the_component_was_well() -> None:
    other = said(9, "i2", PostedState(component_id="a", level=DEGRADED, before=Level.OPERATIONAL))
    elsewhere = said(
        7, "i2", PostedState(component_id="b", level=DEGRADED, before=Level.OPERATIONAL)
    )
    day = day_of_a(impacts=[impact(5, None)], updates=[other, elsewhere])

    assert (day.seconds.partial, day.disputed) == (4 * 3600, False)


def test_a_posted_state_that_its_own_incident_renews_counts_again() -> None:
    updates = [
        said(9, "i2", PostedState(component_id="a", level=Level.OPERATIONAL, before=PARTIAL)),
        said(12, "i1", PostedState(component_id="a", level=PARTIAL, before=Level.OPERATIONAL)),
    ]

    assert day_of_a(impacts=[impact(5, 20)], updates=updates).seconds.partial == (4 + 8) * 3600


def test_an_interval_the_vendor_declares_is_not_ended_by_updates() -> None:
    other = said(9, "i2", PostedState(component_id="a", level=DEGRADED, before=Level.OPERATIONAL))

    assert (
        day_of_a(impacts=[impact(5, 20, basis=Basis.DECLARED)], updates=[other]).seconds.partial
        == 15 * 3600
    )


def test_an_incident_naming_no_component_is_listed_and_gives_no_level() -> None:
    incident = Incident(
        id="i9", title="Something", phase=Phase.CLOSED, status="resolved", impact="critical",
        started_at=at(1), resolved_at=at(2),
    )  # fmt: skip
    day = vendor_day([known()], incidents=(incident,), coverage=(cover(),))

    assert day.level is Level.OPERATIONAL
    assert day.incident_ids == ("i9",)


# ------------------------------------------------------------------------------------------------------
# properties

HOURS = 10 * 24


@st.composite
def facts(draw: st.DrawFn) -> PageFacts:
    def piece(most: int = 60) -> Interval:
        start = draw(st.integers(0, HOURS - 1))
        return Interval(
            WHOLE.start + timedelta(hours=start),
            WHOLE.start + timedelta(hours=start + draw(st.integers(1, most))),
        )

    components = tuple(known(key) for key in draw(st.sampled_from(["a", "ab", "abc"])))
    keys = [each.component.id for each in components]
    impacts = tuple(
        Impact(
            component_id=draw(st.sampled_from(keys)),
            level=draw(st.sampled_from([MAINTENANCE, DEGRADED, PARTIAL, MAJOR])),
            start=(found := piece()).start,
            end=draw(st.sampled_from([found.end, None])),
            basis=draw(st.sampled_from([Basis.TRANSITION, Basis.DECLARED])),
            source="x",
            incident_id=draw(st.sampled_from(["i1", "i2", None])),
        )
        for _ in range(draw(st.integers(0, 5)))
    )
    bars = tuple(
        bar(
            draw(st.integers(0, 100_000)),
            draw(st.integers(0, 100_000)),
            FIRST + timedelta(days=offset),
            key,
        )
        for key in keys
        for offset in draw(st.sets(st.integers(0, 9), max_size=3))
    )
    coverage = tuple(
        Coverage(
            span=piece(150),
            aspect=draw(st.sampled_from(list(Aspect))),
            component_id=draw(st.sampled_from([*keys, None])),
        )
        for _ in range(draw(st.integers(0, 4)))
    )
    runs = tuple(
        ObservedRun(
            component_id=draw(st.sampled_from(keys)),
            level=draw(st.sampled_from([*Level, None])),
            span=piece(30),
        )
        for _ in range(draw(st.integers(0, 4)))
    )
    open_claims = known_open(
        impacts, {key: piece().start for key in draw(st.sets(st.sampled_from(["i1", "i2"])))}
    )
    return PageFacts(
        components=components,
        impacts=impacts,
        bars=bars,
        coverage=coverage,
        runs=runs,
        open_claims=open_claims,
    )


@pytest.mark.slow
@given(
    facts(),
    st.sampled_from(["UTC", "America/Los_Angeles", "Australia/Lord_Howe"]),
    st.integers(1, 240),
)
def test_seconds_fit_the_covered_part_and_the_covered_part_fits_the_day(
    page: PageFacts, zone: str, hours: int
) -> None:
    now = WHOLE.start + timedelta(hours=hours)
    history = derive(page, Options(zone=ZoneInfo(zone)), first=FIRST, last=LAST, now=now)

    for each in (history.vendor, *history.components.values()):
        for offset in range(10):
            day = each.day(FIRST + timedelta(days=offset))
            parts = (
                day.seconds.maintenance,
                day.seconds.degraded,
                day.seconds.partial,
                day.seconds.major,
            )
            assert all(part >= 0 for part in parts)
            assert day.seconds.total <= day.covered_seconds + 0.01
            assert day.covered_seconds <= day.length_seconds + 0.01
            if day.level in (Level.OPERATIONAL, MAINTENANCE):
                assert (
                    day.covered_seconds >= 0.9 * day.length_seconds - 0.01 or each is history.vendor
                )
            if day.level is None:
                assert not day.seconds.bad
            if day.level is Level.OPERATIONAL:
                assert day.seconds.total == 0


@pytest.mark.slow
@given(facts(), st.randoms(use_true_random=False))
def test_the_order_of_facts_and_repeating_them_change_nothing(
    page: PageFacts, shuffler: random.Random
) -> None:
    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        twice = [*items, *items]
        shuffler.shuffle(twice)
        return tuple(twice)

    again = PageFacts(
        components=page.components,
        impacts=shuffled(page.impacts),  # type: ignore[arg-type]
        bars=page.bars,
        coverage=shuffled(page.coverage),  # type: ignore[arg-type]
        runs=shuffled(page.runs),  # type: ignore[arg-type]
        open_claims=page.open_claims,
    )
    options = Options(zone=UTC)

    assert derive(again, options, first=FIRST, last=LAST, now=NOW) == derive(
        page, options, first=FIRST, last=LAST, now=NOW
    )


@pytest.mark.slow
@given(facts())
def test_deriving_a_part_of_the_range_gives_the_same_days(page: PageFacts) -> None:
    whole = derive(page, Options(zone=UTC), first=FIRST, last=LAST, now=NOW)
    part = derive(page, Options(zone=UTC), first=DAY, last=LAST, now=NOW)

    for offset in range((LAST - DAY).days + 1):
        day = DAY + timedelta(days=offset)
        assert part.vendor.day(day) == whole.vendor.day(day)
        assert all(
            part.components[key].day(day) == whole.components[key].day(day)
            for key in part.components
        )


@pytest.mark.slow
@given(facts())
def test_more_coverage_never_makes_a_known_outage_green(page: PageFacts) -> None:
    before = derive(page, Options(zone=UTC), first=FIRST, last=LAST, now=NOW)
    more = PageFacts(
        components=page.components, impacts=page.impacts, bars=page.bars, runs=page.runs,
        open_claims=page.open_claims, coverage=(*page.coverage, cover()),
    )  # fmt: skip
    after = derive(more, Options(zone=UTC), first=FIRST, last=LAST, now=NOW)

    for key, history in before.components.items():
        for day in history.days.values():
            if day.level is not None and day.level.is_outage:
                level = after.components[key].day(day.day).level
                assert level is not None
                assert level >= Level.PARTIAL_OUTAGE
