"""What is counted in a sentence is in the singular where it is one."""

from datetime import date, timedelta

import pytest
from store_support import NOW, incident

from exporters.agents.incidents import _count
from exporters.report.sentences import headline
from monitor.cli.outcomes import _known_share
from monitor.intervals import ONE_DAY
from monitor.model import Aspect, Confidence, DayRun, History, Level, Phase
from monitor.ratios import figures, window_ending

TODAY = date(2026, 5, 20)


def figures_of(level: Level | None, days: int):
    """Return the figures of so many days, all quiet or all unknown."""
    first = TODAY - (days - 1) * ONE_DAY
    quiet = () if level is None else (DayRun(first, TODAY, Aspect.BARS, Confidence.HIGH),)
    history = History(first=first, last=TODAY, days={}, quiet=quiet, lengths={})
    return figures(history, window_ending(TODAY, days))


@pytest.mark.parametrize(
    ("level", "days", "says"),
    [
        (None, 1, "no data for the day"),
        (None, 2, "no data for any of the 2 days"),
        (Level.OPERATIONAL, 1, "partial or major outage on 0 of 1 known day (0 %)"),
        (Level.OPERATIONAL, 2, "partial or major outage on 0 of 2 known days (0 %)"),
    ],
)
def test_a_report_of_one_day(level, days, says):
    assert headline(figures_of(level, days)) == says


@pytest.mark.parametrize(
    ("level", "days", "says"),
    [
        (None, 1, "the day is unknown"),
        (None, 2, "all 2 days are unknown"),
        (Level.OPERATIONAL, 1, "the day known, coverage 100 %"),
        (Level.OPERATIONAL, 2, "all 2 days known, coverage 100 %"),
    ],
)
def test_a_backfill_of_one_day(level, days, says):
    first = TODAY - (days - 1) * ONE_DAY

    assert _known_share((first, TODAY), figures_of(level, days)) == says


def test_assistants_are_told_of_one_incident_and_of_several():
    going_on = incident("i1", started_at=NOW)
    over = incident("i2", started_at=NOW, phase=Phase.CLOSED, resolved_at=NOW + timedelta(hours=1))

    assert _count([going_on], 20) == "1 incident or maintenance is told of, and goes on"
    assert _count([over], 20) == "1 incident or maintenance is told of, and is over"
    assert _count([going_on, over], 20) == (
        "2 incidents and maintenances are told of, 1 of them goes on"
    )
    assert _count([], 20) == "0 incidents and maintenances are told of, 0 of them go on"
