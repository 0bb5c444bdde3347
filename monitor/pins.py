"""Which days a piece of evidence names bad: the answer it came from is then worth keeping for good.
Pure.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo

from monitor.impacts import impact_level
from monitor.intervals import Interval, day_of, days_touched
from monitor.model import Evidence, Impact, Level, PageHistory
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
    evidence: Evidence, zone: tzinfo, mapping: Mapping[str, Level], *, since: datetime
) -> frozenset[date]:
    """Return the days of the zone, from that of `since` to that of the reading, that this evidence
    names bad.

    Bad is an impact, a bar or a state worse than maintenance, and what nobody can read: a word we
    do not know. `mapping` gives the level that the user's settings infer from an incident's impact
    word.
    """
    first, last = day_of(since, zone), day_of(evidence.read_at, zone)
    found = {bar.day for bar in evidence.bars if bar.partial_seconds + bar.major_seconds > 0}
    for span in _bad_spans(evidence, mapping, since):
        found.update(days_touched(span, zone))
    if _seen_bad(evidence):
        found.add(last)
    return frozenset(day for day in found if first <= day <= last)


def _bad_spans(
    evidence: Evidence, mapping: Mapping[str, Level], since: datetime
) -> Iterator[Interval]:
    now = evidence.read_at + _INSTANT
    for impact in evidence.impacts:
        if not _is_bad(impact, mapping):
            continue
        end = min(impact.end or now, now)
        span = Interval.between(max(impact.start, end - LONGEST, since), end)
        if span is not None:
            yield span


def _is_bad(impact: Impact, mapping: Mapping[str, Level]) -> bool:
    level = impact_level(impact, mapping)
    return level is None or is_bad(level)


def _seen_bad(evidence: Evidence) -> bool:
    seen = evidence.observed or ()
    return bool(evidence.unknown_words) or any(
        each.level is None or is_bad(each.level) for each in seen
    )


def concluded(found: PageHistory) -> tuple[frozenset[date], frozenset[date]]:
    """Return the days that some component had a bad level on, and those on which its sources
    disagree.
    """
    days = [
        day for each in (found.vendor, *found.components.values()) for day in each.days.values()
    ]
    bad = frozenset(day.day for day in days if is_bad(day.level))
    return bad, frozenset(day.day for day in days if day.disputed)
