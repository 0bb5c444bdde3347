"""What counts of all that is claimed of a component: posted states, polls, what is set aside."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from test_classify import (
    DAY,
    DEGRADED,
    FIRST,
    LAST,
    MAINTENANCE,
    MAJOR,
    NOW,
    PARTIAL,
    WELL,
    at,
    cover,
    day_of_a,
    impact,
    known,
    run,
    said,
    span,
)

from monitor.days.classify import Options, derive
from monitor.model import Basis, Day, OpenClaim, PageFacts, PostedState, Seconds

MINUTE = 1 / 60
WELL_ALL_DAY = run(0, 24, WELL)
HOURLY = 3600


def partial_hours(**facts: object) -> float:
    return day_of_a(**facts).seconds.partial / 3600  # type: ignore[arg-type]


def well_in(incident: str, hour: float):
    """The incident says at that hour that the component is well."""
    return said(hour, incident, PostedState(component_id="a", level=WELL, before=PARTIAL))


def bad_in(incident: str, hour: float):
    """The incident says at that hour that the component is bad, and was before."""
    return said(hour, incident, PostedState(component_id="a", level=PARTIAL, before=DEGRADED))


# a posted state, and what updates say of it


def test_what_was_said_to_be_well_twice_is_well_until_its_own_incident_says_otherwise() -> None:
    updates = [well_in("i2", 9), well_in("i2", 10), bad_in("i1", 12)]

    assert partial_hours(impacts=[impact(5, 20)], updates=updates) == 4 + 8
    assert partial_hours(impacts=[impact(5, 20)], updates=updates[:2]) == 4


def test_a_state_that_its_own_incident_repeats_or_ends_goes_on_as_its_impact_says() -> None:
    """When an incident's own state ends stands in its impact, not in its updates."""
    after_repeat = partial_hours(impacts=[impact(5, 20)], updates=[bad_in("i1", 9)])
    after_end = partial_hours(impacts=[impact(5, 20)], updates=[well_in("i1", 9)])
    not_renewed = partial_hours(
        impacts=[impact(5, 20)], updates=[well_in("i2", 9), well_in("i1", 12)]
    )

    assert (after_repeat, after_end, not_renewed) == (15, 15, 4)


def test_bad_and_well_again_said_for_one_instant_is_bad() -> None:
    updates = [well_in("i2", 9), bad_in("i1", 12), well_in("i3", 12)]

    assert partial_hours(impacts=[impact(5, 20)], updates=updates) == 4 + 8


@pytest.mark.parametrize("hour", [4, 5, 8, 10])
def test_what_is_said_before_or_after_a_posted_state_or_as_it_begins_does_not_end_it(hour) -> None:
    assert partial_hours(impacts=[impact(5, 8)], updates=[well_in("i2", hour)]) == 3


def test_an_impact_of_no_length_or_of_no_trouble_leaves_the_others_as_they_are() -> None:
    for nothing in (impact(6, 6), impact(6, 7, WELL)):
        day = day_of_a(impacts=[nothing, impact(8, 9, incident_id="i2")])

        assert (day.seconds, day.incident_ids) == (Seconds(partial=3600), ("i2",))


def test_what_an_incident_says_in_parts_counts_as_a_whole_and_once() -> None:
    parts = [impact(5, 6.5), impact(6.5, 9), impact(6, 7)]
    other = impact(6, 8, incident_id="i2")

    assert partial_hours(impacts=parts) == 4
    assert partial_hours(impacts=[*parts, other]) == 4


def test_a_component_is_there_from_its_start_date_in_the_pages_zone() -> None:
    facts = PageFacts(components=(known(start_date=DAY),), coverage=(cover(),))
    options = Options(zone=ZoneInfo("Asia/Tokyo"))
    history = derive(facts, options, first=FIRST, last=LAST, now=NOW).components["a"]

    assert history.day(DAY).covered_seconds == 86_400
    assert history.day(DAY - timedelta(days=1)).covered_seconds == 0


# what polls saw


def tokyo_day(impacts, runs, day: date) -> Day:
    facts = PageFacts(components=(known(),), impacts=impacts, runs=runs, coverage=(cover(),))
    options = Options(zone=ZoneInfo("Asia/Tokyo"))
    return derive(facts, options, first=FIRST, last=LAST, now=NOW).components["a"].day(day)


def test_the_day_that_an_incident_does_not_touch_is_one_of_the_pages_zone() -> None:
    """Tokyo's midnight is 15 o'clock of UTC."""
    late = tokyo_day((impact(15.02, 17),), (run(14.95, 17, PARTIAL),), DAY)
    early = tokyo_day(
        (impact(11, 14.97),), (run(11, 15.04, PARTIAL, seen=15.03),), date(2026, 5, 6)
    )

    assert late.seconds.partial == pytest.approx(0.05 * 3600)
    assert early.seconds.partial == pytest.approx(0.04 * 3600)


def test_a_state_seen_one_interval_before_or_after_an_incident_is_explained_by_it() -> None:
    """It goes on for three minutes, until another state is read."""
    pad = 5 * MINUTE
    before = partial_hours(
        impacts=[impact(5, 5 + MINUTE)], runs=[run(4.5, 5.15, PARTIAL, seen=5 - pad)]
    )
    after = partial_hours(impacts=[impact(5, 6)], runs=[run(5.5, 8, PARTIAL, seen=6 + pad)])

    assert before == pytest.approx(0.5 - pad + MINUTE)
    assert after == 1


@pytest.mark.parametrize(
    "excuse", [impact(5, None), impact(5, 7, None, basis=Basis.INFERRED, word="critical")]
)
def test_an_excuse_explains_what_polls_saw_as_an_impact_does(excuse) -> None:
    facts = PageFacts(
        components=(known(),), runs=(run(5, 7, PARTIAL), run(7, 24, WELL)), excused=(excuse,)
    )
    day = derive(facts, Options(zone=UTC), first=FIRST, last=LAST, now=NOW).components["a"].day(DAY)

    assert day.seconds == Seconds()


# what is set aside


def known_from(start: float, end: float, level=PARTIAL, last_read: float | None = None):
    return OpenClaim(
        component_id="a",
        incident_id="i1",
        level=level,
        span=span(start, end),
        last_read=None if last_read is None else at(last_read),
    )


def day_with_claims(*open_claims: OpenClaim, impacts, runs=(WELL_ALL_DAY,), interval=300) -> Day:
    facts = PageFacts(
        components=(known(),),
        impacts=tuple(impacts),
        coverage=(cover(),),
        runs=tuple(runs),
        open_claims=open_claims,
    )
    options = Options(zone=UTC, interval_seconds=interval)
    return derive(facts, options, first=FIRST, last=LAST, now=NOW).components["a"].day(DAY)


def test_what_an_incident_claimed_earlier_leaves_a_later_claim_to_be_refuted() -> None:
    day = day_with_claims(known_from(1, 2), known_from(6, 9), impacts=[impact(5, 9)])

    assert (day.seconds.partial, day.disputed) == (3600, True)


def test_an_outage_that_follows_a_known_maintenance_is_refuted_once_it_is_known() -> None:
    day = day_with_claims(
        known_from(1, 8, MAINTENANCE),
        known_from(10, 24),
        impacts=[impact(1, 8, MAINTENANCE), impact(8, 24)],
    )

    assert (day.seconds, day.disputed) == (Seconds(maintenance=7 * 3600, partial=2 * 3600), True)


def test_each_incidents_claim_is_set_aside() -> None:
    """The first of them is refuted on a day before the other's."""
    impacts = [impact(-20, -10), impact(5, 9, incident_id="i2")]
    facts = {
        "impacts": impacts,
        "runs": [run(-24, 24, WELL)],
        "first_read": {"i1": at(-20), "i2": at(5)},
    }
    before, after = day_of_a(**facts, day=DAY - timedelta(days=1)), day_of_a(**facts)

    assert (before.disputed, before.other) == (True, Seconds(partial=10 * 3600))
    assert (after.disputed, after.other) == (True, Seconds(partial=4 * 3600))


def test_another_incidents_claim_in_between_leaves_a_claim_told_in_parts_whole() -> None:
    """Known from 6 to 9, polled at 6 and 7: of the second part, from 6.5 on, there is one poll."""
    parts = [impact(5, 6.5), impact(6.5, 9)]
    day = day_with_claims(
        known_from(6, 9, last_read=7),
        impacts=[*parts, impact(5.5, 6, incident_id="i2")],
        interval=HOURLY,
    )

    assert (day.seconds.partial, day.disputed) == (3600, True)


def test_a_claim_set_aside_leaves_the_time_of_an_unknown_state_unknown() -> None:
    day = day_of_a(
        impacts=[impact(5, None)],
        runs=[run(5, 9, PARTIAL), run(9, 12, WELL), run(12, 24, None)],
        first_read={"i1": at(5)},
    )

    assert day.covered_seconds == 12 * 3600


@pytest.mark.parametrize(
    ("open_claims", "hours"),
    [
        ([known_from(6, 6.5, DEGRADED), known_from(6.5, 9)], 1),  # one that was known for 3 hours
        ([known_from(6, 9), known_from(7, 8)], 1),
        ([known_from(6, 6.5), known_from(6.6, 9)], 4),  # two, neither for long enough
        ([known_from(6, 6.5), known_from(6.5, 7), known_from(7, 9)], 1),
        ([known_from(1, 2), known_from(6, 6.5), known_from(6.5, 9)], 1),
        ([known_from(6, 6.5, last_read=6.4), known_from(6.5, 9, last_read=6.8)], 4),  # see below
        ([known_from(6, 6.5, last_read=6.4), known_from(6.5, 9, last_read=7)], 1),
        ([known_from(6, 9, last_read=7), known_from(7, 8, last_read=6.5)], 1),
    ],
)
def test_a_claim_known_without_a_break_is_refuted_as_one(open_claims, hours) -> None:
    """Polled hourly, or at `last_read` last: the two readings may be of different levels, and must
    be an hour apart, or three where nobody knows when they were.
    """
    day = day_with_claims(*open_claims, impacts=[impact(5, 9)], interval=HOURLY)

    assert day.seconds.partial == hours * 3600


@pytest.mark.parametrize(("last_seen", "hours"), [(7.5, 1), (7.6, 2.5)])
def test_a_component_seen_well_last_while_the_claim_was_known_was_seen_so_twice(
    last_seen, hours
) -> None:
    """Known from 6 to 7.5, read at nobody knows what times in between."""
    day = day_with_claims(
        known_from(6, 7.5),
        impacts=[impact(5, 7.5)],
        runs=[run(0, 8, WELL, seen=last_seen)],
        interval=HOURLY,
    )

    assert day.seconds.partial == hours * 3600


@pytest.mark.parametrize(("minutes", "seconds"), [(2, 0), (2 + 1 / 60, 2 * 60 + 1)])
def test_clocks_differ_by_two_minutes_at_most(minutes, seconds) -> None:
    """It was known from 5 to 20, when it was read to be over, and is told to have ended later."""
    day = day_with_claims(known_from(5, 20), impacts=[impact(5, 20 + minutes * MINUTE)])

    assert day.seconds.partial == pytest.approx(seconds, abs=0.01)


def test_a_claim_belongs_to_no_day_that_it_only_borders() -> None:
    """It begins or ends at the day's midnight."""
    bordering = [impact(-1, 0, MAJOR), impact(24, 25, MAJOR, incident_id="i2")]
    day = day_of_a(impacts=[*bordering, impact(3, 4, incident_id="i3")])

    assert (day.level, day.incident_ids) == (PARTIAL, ("i3",))


def test_the_interval_of_a_page_is_what_its_polls_round_to() -> None:
    facts = {"impacts": [impact(5, 6)], "runs": [run(5, 6.5, PARTIAL)]}

    assert partial_hours(**facts, interval_seconds=timedelta(minutes=30).total_seconds()) == 1
    assert partial_hours(**facts, interval_seconds=timedelta(minutes=15).total_seconds()) == 1.25
