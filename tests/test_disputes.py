"""A day's sources: whose word counts, how sure it is, and what disputes it; and its seconds."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from test_classify import (
    DAY,
    DEGRADED,
    FIRST,
    LAST,
    MAINTENANCE,
    MAJOR,
    PARTIAL,
    WELL,
    at,
    bar,
    cover,
    day_of_a,
    impact,
    known,
    run,
    span,
)

from monitor.days.classify import Options, derive
from monitor.model import Aspect, Basis, Confidence, Day, Level, PageFacts, Seconds

HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
SECOND = 1 / 3600
BARS = [cover(Aspect.BARS)]
SEEN_BAD = [run(0, 5, WELL), run(5, 7, PARTIAL), run(7, 20, WELL)]


# source and confidence


@pytest.mark.parametrize(
    ("facts", "source", "confidence"),
    [
        ({"impacts": [impact(1, 2)]}, Aspect.IMPACTS, MEDIUM),
        ({"impacts": [impact(1, 2, basis=Basis.DECLARED)]}, Aspect.IMPACTS, HIGH),
        ({"runs": SEEN_BAD}, Aspect.OBSERVATIONS, HIGH),
        ({"runs": SEEN_BAD, "coverage": [cover()]}, Aspect.OBSERVATIONS, HIGH),
        ({"runs": [run(0, 20, WELL)], "impacts": [impact(1, 2)]}, Aspect.IMPACTS, MEDIUM),
        ({"runs": SEEN_BAD, "impacts": [impact(10, 11)]}, Aspect.IMPACTS, MEDIUM),
        ({"runs": [run(0, 20, WELL)]}, Aspect.OBSERVATIONS, HIGH),
        ({"coverage": [cover(within=span(0, 20))]}, Aspect.IMPACTS, MEDIUM),
        (
            {"runs": [run(0, 20, WELL)], "coverage": [cover(within=span(0, 20))]},
            Aspect.IMPACTS,
            HIGH,
        ),
        ({"coverage": [cover(Aspect.BARS, span(0, 20))]}, Aspect.BARS, HIGH),
        (
            {"coverage": [cover(Aspect.BARS, span(0, 20))], "impacts": [impact(1, 2)]},
            Aspect.BARS,
            HIGH,
        ),
    ],
)
def test_whose_word_a_day_is_and_how_sure(facts, source, confidence) -> None:
    """Incidents' words come before what polls saw, and a bar's before both."""
    day = day_of_a(**{"coverage": (), **facts})

    assert (day.source, day.confidence) == (source, confidence)


def test_a_day_of_which_nothing_is_covered_has_no_source() -> None:
    day = day_of_a(impacts=[impact(2, 22, None, word="wobbly")], coverage=())

    assert day == Day(
        day=DAY, level=None, length_seconds=86_400, covered_seconds=0, incident_ids=("i1",)
    )


def test_a_day_that_begins_now_has_no_incidents_whatever_its_bar_names() -> None:
    bar_with_incident = replace(bar(partial=60), incident_ids=("i1",))

    assert day_of_a(bars=[bar_with_incident], coverage=BARS, now=at(0)).incident_ids == ()
    assert day_of_a(bars=[bar_with_incident], coverage=BARS, now=at(1)).incident_ids == ("i1",)


# seconds


@pytest.mark.parametrize("level", [DEGRADED, PARTIAL, MAJOR])
def test_half_a_second_that_somebody_saw_makes_a_day_bad(level) -> None:
    day = day_of_a(runs=[run(5, 5 + SECOND / 2, level)], coverage=())

    assert (day.level, day.seconds.of(level), day.covered_seconds) == (level, 0.5, 0.5)


def test_seconds_are_kept_to_the_millisecond() -> None:
    odd = 10.1234 * SECOND
    of_impact = day_of_a(impacts=[impact(5, 5 + odd)], coverage=BARS)
    of_bar = day_of_a(bars=[bar(partial=600)], coverage=[cover(Aspect.BARS, span(5, 5 + odd))])
    well = day_of_a(runs=[run(5, 5 + odd, WELL)], coverage=())

    assert of_impact.other == Seconds(partial=10.123)
    assert of_bar.seconds == Seconds(partial=10.123)
    assert well.covered_seconds == 10.123


def test_a_bar_that_claims_more_than_its_day_has_is_cut_worst_first() -> None:
    both = day_of_a(bars=[bar(partial=50_000, major=50_000)], coverage=BARS)
    more = day_of_a(bars=[bar(partial=86_400, major=90_000)], coverage=BARS)

    assert both.seconds == Seconds(partial=36_400, major=50_000)
    assert more.seconds == Seconds(major=86_400)


@pytest.mark.parametrize(("level", "name"), [(DEGRADED, "degraded"), (MAINTENANCE, "maintenance")])
def test_what_is_milder_than_an_outage_counts_beside_the_bars(level, name) -> None:
    day = day_of_a(bars=[bar(partial=600)], impacts=[impact(3, 4, level)], coverage=BARS)

    assert day.seconds == Seconds(partial=600, **{name: 3600})


# a bar against others


@pytest.mark.parametrize(("seconds", "is_disputed"), [(0.9, False), (1, True)])
def test_sources_that_differ_by_less_than_a_second_agree(seconds, is_disputed) -> None:
    end = 5 + seconds * SECOND
    green_bar = day_of_a(impacts=[impact(5, end)], coverage=BARS)
    polls = day_of_a(runs=[run(0, 5, WELL), run(5, end, PARTIAL), run(end, 24, WELL)])

    assert (green_bar.disputed, polls.disputed) == (is_disputed, is_disputed)


def test_a_bars_outage_of_which_others_tell_half_a_second_is_not_disputed() -> None:
    runs = [run(0, 5, WELL), run(5, 5 + SECOND / 2, PARTIAL), run(5 + SECOND / 2, 24, WELL)]

    assert not day_of_a(bars=[bar(major=60)], runs=runs, coverage=BARS).disputed


@pytest.mark.parametrize(
    ("hours", "is_disputed"), [((0, 24), True), ((0, 12), False), ((12, 24), False)]
)
@pytest.mark.parametrize("aspect", [Aspect.IMPACTS, Aspect.OBSERVATIONS])
def test_a_bars_outage_is_denied_only_by_who_watched_the_whole_day(
    aspect, hours, is_disputed
) -> None:
    others = {
        Aspect.IMPACTS: {"coverage": [*BARS, cover(within=span(*hours))]},
        Aspect.OBSERVATIONS: {"runs": [run(*hours, WELL)], "coverage": BARS},
    }
    day = day_of_a(bars=[bar(major=60)], **others[aspect])

    assert (day.level, day.disputed) == (MAJOR, is_disputed)
    assert day.other == (Seconds() if is_disputed else None)


def test_a_bars_outage_is_not_denied_by_an_incident_of_which_nobody_knows_how_bad_it_was() -> None:
    vague = impact(5, 6, None, basis=Basis.INFERRED, word="minor")
    both = [*BARS, cover()]

    assert not day_of_a(bars=[bar(major=60)], impacts=[vague], coverage=both).disputed
    assert day_of_a(bars=[bar(major=60)], impacts=[impact(5, 6, DEGRADED)], coverage=both).disputed


def test_a_closed_day_is_one_of_the_pages_zone() -> None:
    """At 16 o'clock of UTC it is tomorrow in Tokyo: the bar has said its last word."""

    def is_disputed_at(now: datetime) -> bool:
        facts = PageFacts(components=(known(),), impacts=(impact(1, 2),), coverage=tuple(BARS))
        options = Options(zone=ZoneInfo("Asia/Tokyo"))
        history = derive(facts, options, first=FIRST, last=LAST, now=now)
        return history.components["a"].day(DAY).disputed

    assert is_disputed_at(at(16))
    assert not is_disputed_at(at(14))


# the record against polls


def test_a_silent_record_is_shown_with_what_it_does_tell() -> None:
    day = day_of_a(runs=SEEN_BAD, impacts=[impact(10, 11, DEGRADED)])

    assert (day.level, day.other) == (PARTIAL, Seconds(degraded=3600))


def test_what_polls_saw_beside_a_bars_outage_is_disputed_with_the_outage_as_it_is() -> None:
    """Nobody watched the whole day, so that nobody denies the outage."""
    milder = [run(0, 5, WELL), run(5, 7, DEGRADED), run(7, 12, WELL)]
    coverage = [*BARS, cover(within=span(0, 12))]
    day = day_of_a(runs=milder, bars=[bar(partial=60, major=30)], coverage=coverage)

    assert day.seconds == Seconds(degraded=7200, partial=60, major=30)
    assert day.other == Seconds(partial=60, major=30)


# what is set aside


@pytest.mark.parametrize(
    ("later", "is_disputed"), [(0, False), (0.5, False), (1, True), (3600, True)]
)
def test_a_claim_that_adds_less_than_a_second_to_what_counts_disputes_nothing(
    later, is_disputed
) -> None:
    """The component is seen well, but another incident, told afterwards, stands."""
    told_afterwards = impact(5 + later * SECOND, 21, incident_id="i2")
    day = day_of_a(
        impacts=[impact(5, 20), told_afterwards],
        runs=[run(0, 24, WELL)],
        first_read={"i1": at(5)},
    )

    assert (day.level, day.disputed) == (PARTIAL, is_disputed)
    assert day.seconds.partial == 16 * 3600 - later
    assert day.other == (Seconds(partial=16 * 3600) if is_disputed else None)


@pytest.mark.parametrize("level", [MAJOR, PARTIAL, DEGRADED, MAINTENANCE])
def test_a_claim_of_any_level_disputes_a_day_on_which_only_milder_things_count(level) -> None:
    milder = {MAJOR: PARTIAL, PARTIAL: DEGRADED, DEGRADED: MAINTENANCE, MAINTENANCE: None}[level]
    counts = [] if milder is None else [impact(0, 24, milder, incident_id="i2")]
    day = day_of_a(
        impacts=[impact(-24, 48, level), *counts],
        runs=[run(-30, 144, WELL)],
        first_read={"i1": at(-24)},
    )

    assert day.level is (milder or Level.OPERATIONAL)
    assert day.disputed
    assert day.other == Seconds(**{level.name.lower().removesuffix("_outage"): 86_400})
