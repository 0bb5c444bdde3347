"""Which days a piece of evidence names bad: the answer it came from is then worth keeping for good.
Pure.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo

from monitor.impacts import impact_level
from monitor.intervals import Interval, day_of, days_touched
from monitor.model import Day, Evidence, Level, PageHistory
from monitor.standing import is_bad

BAD = "bad"
"""Why a body is kept: it says that the day was bad, or in what nobody can read."""
DISPUTED = "disputed"
"""Why a body is kept: the page's sources disagree about the day, and it is one of them."""
REVISED = "revised"
"""Why a body is kept: after it was read, a closed day was another one."""
READ = "read"
"""Why a body is kept: it was read on the day, and the user keeps all of them."""

LONGEST = timedelta(days=90)
"""Of something that lasts longer, only the last days in this count: the longest window of a
report."""

_INSTANT = timedelta(microseconds=1)


def bad_days(
    evidence: Evidence,
    zone: tzinfo,
    mapping: Mapping[str, Level],
    *,
    since: datetime,
) -> frozenset[date]:
    """Return the days of the zone, from that of `since` to that of the reading, that this evidence
    names bad.

    Bad is an impact, a bar or a state worse than maintenance, and what nobody can read: a word we
    do not know. `mapping` gives the level that the user's settings infer from an incident's impact
    word.
    """
    first, last = day_of(since, zone), day_of(evidence.read_at, zone)
    days = set(_days_with_seconds(evidence))
    for span in _bad_spans(evidence, mapping, since):
        days.update(days_touched(span, zone))
    states = evidence.observed or ()
    if evidence.unknown_words or any(_is_bad_or_unreadable(state.level) for state in states):
        days.add(last)
    return frozenset(day for day in days if first <= day <= last)


def _days_with_seconds(evidence: Evidence) -> Iterator[date]:
    """Yield the days of which the vendor's record has seconds of outage."""
    for bar in evidence.bars:
        if bar.partial_seconds + bar.major_seconds > 0:
            yield bar.day


def _bad_spans(
    evidence: Evidence, mapping: Mapping[str, Level], since: datetime
) -> Iterator[Interval]:
    now = evidence.read_at + _INSTANT
    for impact in evidence.impacts:
        if _is_bad_or_unreadable(impact_level(impact, mapping)):
            end = min(impact.end or now, now)
            span = Interval.between(max(impact.start, end - LONGEST, since), end)
            if span is not None:
                yield span


def _is_bad_or_unreadable(level: Level | None) -> bool:
    return level is None or is_bad(level)


def bad_days_of(page: PageHistory) -> set[date]:
    """Return the days on which the vendor or some component had a bad level."""
    return {day.day for day in _days_of(page) if is_bad(day.level)}


def disputed_days_of(page: PageHistory) -> set[date]:
    """Return the days on which the sources of the vendor or of some component disagree."""
    return {day.day for day in _days_of(page) if day.disputed}


def _days_of(page: PageHistory) -> Iterator[Day]:
    for history in (page.vendor, *page.components.values()):
        yield from history.days.values()
