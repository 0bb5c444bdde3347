"""What happened to simulated vendors: the truth's own arithmetic, and truths made by chance."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from truths import MINUTE, NOW, ask, incident, one_component

from monitor.demo import (
    TruthIncident,
    random_truth,
)
from monitor.demo.truth import short_id, ulid
from monitor.intervals import day_interval, day_of, days_between
from monitor.model import Level, Seconds

BEGIN = datetime(2026, 3, 7, 23, 57, tzinfo=UTC)


@st.composite
def small_incidents(draw: st.DrawFn) -> list[TruthIncident]:
    made = []
    for number in range(draw(st.integers(0, 4))):
        points = sorted(draw(st.sets(st.integers(0, 420), min_size=1, max_size=5)))
        at = [BEGIN + timedelta(seconds=point) for point in points]
        moves = tuple((moment, draw(st.sampled_from(list(Level)))) for moment in at)
        end = draw(
            st.none()
            | st.integers(points[-1], 480).map(lambda second: BEGIN + timedelta(seconds=second))
        )
        made.append(incident(number, at[0], end, *moves))
    return made


@pytest.mark.slow
@given(incidents=small_incidents(), until=st.integers(0, 600))
def test_the_seconds_of_two_days_equal_counting_every_second(incidents, until):
    truth, now = one_component(*incidents), BEGIN + timedelta(seconds=until)
    counted = {day: dict.fromkeys(Level, 0) for day in (date(2026, 3, 7), date(2026, 3, 8))}
    for second in range(until):
        at = BEGIN + timedelta(seconds=second)
        counted[at.date()][truth.level("aaaaaaaaaaaa", at)] += 1

    for day, sums in counted.items():
        seconds = truth.seconds("aaaaaaaaaaaa", day, now=now)
        assert [seconds.of(level) for level in Level if level] == [
            sums[level] for level in Level if level
        ]


@pytest.mark.slow
@given(incidents=small_incidents(), until=st.integers(0, 600))
def test_the_levels_are_the_worst_of_overlapping_incidents_at_every_second(incidents, until):
    truth, now = one_component(*incidents), BEGIN + timedelta(seconds=until)
    levels = truth.levels("aaaaaaaaaaaa", now=now)

    for second in range(until):
        at = BEGIN + timedelta(seconds=second)
        alone = [level_of(one, at) for one in incidents]
        assert [level for span, level in levels if at in span] == [
            top for top in [max(alone, default=0)] if top
        ]


def level_of(one: TruthIncident, at: datetime) -> Level:
    """A second way to say it: the last transition by then, unless the incident is over."""
    found = Level.OPERATIONAL
    for since, level in one.effects["aaaaaaaaaaaa"]:
        if since <= at:
            found = level
    return Level.OPERATIONAL if one.resolved_at is not None and at >= one.resolved_at else found


@pytest.mark.slow
@given(incidents=small_incidents())
def test_levels_are_ascending_and_disjoint_and_equal_neighbours_are_joined(incidents):
    levels = one_component(*incidents).levels("aaaaaaaaaaaa", now=BEGIN + timedelta(hours=1))

    for (earlier, low), (later, high) in pairwise(levels):
        assert earlier.end < later.start or (earlier.end == later.start and low != high)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), back=st.integers(0, 400))
def test_the_seconds_of_a_day_never_exceed_its_length_and_agree_with_the_levels(seed, back):
    now = NOW - timedelta(days=back)
    truth = random_truth(seed, now=now, days=30)
    today = day_of(now, truth.tz)

    for component in truth.components:
        levels = truth.levels(component.id, now=now)
        for day in days_between(today - timedelta(days=31), today + timedelta(days=1)):
            whole = day_interval(day, truth.tz)
            seconds = truth.seconds(component.id, day, now=now)
            assert 0 <= seconds.total <= whole.seconds
            parts = [(part.seconds, level) for span, level in levels if (part := span.clip(whole))]
            assert seconds == Seconds(
                maintenance=sum(s for s, level in parts if level is Level.MAINTENANCE),
                degraded=sum(s for s, level in parts if level is Level.DEGRADED),
                partial=sum(s for s, level in parts if level is Level.PARTIAL_OUTAGE),
                major=sum(s for s, level in parts if level is Level.MAJOR_OUTAGE),
            )


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [("Europe/Berlin", date(2026, 10, 25), 90_000), ("America/Los_Angeles", date(2026, 3, 8), 82_800), ("Australia/Lord_Howe", date(2026, 4, 5), 88_200)],
)  # fmt: skip
def test_an_outage_over_a_change_of_clock_lasts_as_long_as_that_day(zone, day, length):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    truth = one_component(incident(0, start, None, (start, Level.MAJOR_OUTAGE)), zone=zone)

    assert truth.seconds("aaaaaaaaaaaa", day, now=NOW) == Seconds(major=length)


def test_what_lies_after_now_has_not_happened():
    end = NOW + 30 * MINUTE
    truth = one_component(
        incident(
            0,
            NOW - 10 * MINUTE,
            end,
            (NOW - 10 * MINUTE, Level.DEGRADED),
            (NOW + MINUTE, Level.MAJOR_OUTAGE),
        ),
        incident(1, NOW + 5 * MINUTE, end, (NOW + 5 * MINUTE, Level.MAJOR_OUTAGE)),
    )

    assert truth.seconds("aaaaaaaaaaaa", NOW.date(), now=NOW) == Seconds(degraded=600)
    assert [one["id"] for one in ask(truth, "/api/v2/incidents.json")["incidents"]] == [
        truth.incidents[0].id
    ]
    assert "major_outage" not in json.dumps(ask(truth, "/api/v2/summary.json"))
    assert ask(truth, "/api/v2/summary.json", end)["status"]["indicator"] == "none"


def test_equal_seeds_give_equal_truths_and_different_seeds_different_ones():
    assert random_truth(3, now=NOW) == random_truth(3, now=NOW)
    assert random_truth(3, now=NOW).incidents != random_truth(4, now=NOW).incidents


@pytest.mark.slow
def test_random_truths_hold_everything_that_makes_pages_hard_to_read():
    truths = [random_truth(seed, now=NOW) for seed in range(60)]
    incidents = [(truth, one) for truth in truths for one in truth.incidents]

    assert {truth.zone for truth in truths} >= {"Etc/UTC", "Europe/Berlin", "Australia/Lord_Howe"}
    assert any([c.name for c in truth.components].count("API") == 2 for truth in truths)
    assert any(not c.showcase for truth in truths for c in truth.components)
    assert any(
        c.start > NOW.date() - timedelta(days=90) for truth in truths for c in truth.components
    )
    assert any(not one.effects for _, one in incidents)
    assert any(one.resolved_at is None for _, one in incidents)
    assert any(one.maintenance and one.started_at > NOW for _, one in incidents)
    assert any(one.maintenance and one.is_over(NOW) for _, one in incidents)
    assert any(
        one.maintenance and one.started_at < NOW and not one.is_over(NOW) for _, one in incidents
    )
    assert any(
        start == end
        for _, one in incidents
        for key in one.effects
        for start, end, _ in one.spans(key, NOW)
    )
    assert any(sum(two.effects.keys() & one.effects.keys() != set() and two.started_at < one.started_at < (two.resolved_at or NOW) for two in truth.incidents) for truth, one in incidents)  # fmt: skip


def test_nothing_happens_to_a_component_before_its_first_day():
    for seed in range(60):
        truth = random_truth(seed, now=NOW)
        for component in truth.components:
            begin = day_interval(component.start, truth.tz).start
            assert all(
                moves[0][0] > begin
                for one in truth.incidents
                if (moves := one.effects.get(component.id))
            )


def test_ids_have_the_form_of_their_platform():
    assert re.fullmatch("[a-z0-9]{12}", short_id("a", "b"))
    assert re.fullmatch("01[0-9A-HJKMNP-TV-Z]{24}", ulid(NOW, "a"))
    assert ulid(NOW, "a") < ulid(NOW + MINUTE, "a")


def test_transitions_out_of_order_are_refused():
    with pytest.raises(ValueError, match="out of order"):
        incident(0, NOW, None, (NOW + MINUTE, Level.DEGRADED), (NOW, Level.MAJOR_OUTAGE))
