"""Seconds at each level: from bad spans that overlap, and within what a day can hold. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.claims import BadSpan
from monitor.claims.spans import inside
from monitor.intervals import Interval, between_edges, spans_of, throughout
from monitor.model import NO_SECONDS, Level, Seconds


def worst_seconds(bad: Sequence[BadSpan], within: Iterable[Interval]) -> Seconds:
    """Return the seconds at each level, each instant counted once at its worst level."""
    if not bad:
        return NO_SECONDS
    lengths = [timedelta()] * len(Level)
    for parts, start, end in _between_edges(bad, within):
        lengths[_worst_level(parts, start, end)] += end - start
    _, maintenance, mild, partial, major = (round(each.total_seconds(), 3) for each in lengths)
    return Seconds(maintenance=maintenance, degraded=mild, partial=partial, major=major)


def _between_edges(
    bad: Sequence[BadSpan], within: Iterable[Interval]
) -> Iterator[tuple[list[BadSpan], datetime, datetime]]:
    """Yield each stretch of these intervals in which no claim begins or ends, with the claims that
    touch its interval, cut to that.
    """
    for span in within:
        parts = list(inside(span, bad))
        for start, end in between_edges(spans_of(parts)):
            yield parts, start, end


def _worst_level(parts: Iterable[BadSpan], start: datetime, end: datetime) -> Level:
    """Return the worst level between two edges that follow each other."""
    worst = Level.OPERATIONAL
    for part in throughout(parts, start, end):
        worst = max(worst, part.level)
    return worst


def clamp(seconds: Seconds, room: float) -> Seconds:
    """Return the seconds cut, worst first, to what the covered part of the day can hold.

    Vendors edit bars by hand: a bar may claim more seconds than the day has.
    """
    parts = {}
    for name in ("major", "partial", "degraded", "maintenance"):
        parts[name] = round(max(0.0, min(getattr(seconds, name), room)), 3)
        room -= parts[name]
    return Seconds(**parts)


def worst_spans(bad: Sequence[BadSpan], within: Iterable[Interval]) -> Iterator[BadSpan]:
    """Yield what `worst_seconds` counts, in order and piece by piece: each instant once, by the
    claim that is worst there.

    Of equal ones an incident's counts before what polls saw, then the one that began first.
    """
    for _, start, end in _between_edges(bad, within):
        there = list(throughout(bad, start, end))
        if there:
            yield replace(min(there, key=_rank), span=Interval(start, end))


def _rank(claim: BadSpan) -> tuple[int, bool, datetime, str]:
    key = claim.incident_id or ""
    return -claim.level, claim.basis is None, claim.span.start, key
