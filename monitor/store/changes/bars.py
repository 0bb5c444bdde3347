"""Bars: the vendor's own days, replaced where they are told again or a complete span leaves them
out. Pure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta, tzinfo
from typing import NamedTuple

from monitor.intervals import day_interval, day_of
from monitor.lookups import by_key
from monitor.model import Aspect, Bar, Evidence
from monitor.store.changes.common import FactChange, FactRow, complete_spans

_MICROSECOND = timedelta(microseconds=1)


class BarSpan(NamedTuple):
    """Days of a component (None = of every one), both ends included."""

    component_id: str | None
    first: date
    last: date

    def holds(self, bar: Bar) -> bool:
        """Whether a bar lies in it."""
        return self.component_id in {None, bar.component_id} and self.first <= bar.day <= self.last


def complete_bar_spans(evidence: Evidence, zone: tzinfo) -> Iterator[BarSpan]:
    """Yield the days of the zone of which the evidence lists every bar that its source has."""
    for cover in complete_spans(evidence, Aspect.BARS):
        first = day_of(cover.span.start, zone)
        last = day_of(cover.span.end - _MICROSECOND, zone)
        yield BarSpan(cover.component_id, first, last)


def bar_spans(evidence: Evidence, zone: tzinfo) -> Iterator[BarSpan]:
    """Yield the days of the zone that the evidence speaks of by bars or by leaving them out."""
    for bar in evidence.bars:
        yield BarSpan(bar.component_id, bar.day, bar.day)
    yield from complete_bar_spans(evidence, zone)


def compare_bars(rows: Iterable[FactRow[Bar]], evidence: Evidence, zone: tzinfo) -> FactChange[Bar]:
    """Return what the bars of the evidence change. `rows` are at least those in `bar_spans`; days
    are the zone's.
    """
    change = FactChange[Bar]()
    bars = by_key(evidence.bars, _key)
    spans = list(complete_bar_spans(evidence, zone))
    same_keys = set()
    for row in rows:
        bar = bars.get(_key(row.fact))
        if bar is not None and is_same_bar(row.fact, bar):
            same_keys.add(_key(bar))
        elif bar is not None or _is_left_out(row.fact, evidence, spans):
            change.supersede(row, day_interval(row.fact.day, zone).start)
    for key, bar in bars.items():
        if key not in same_keys and is_nonzero(bar):
            change.add(bar, day_interval(bar.day, zone).start)
    return change


def _key(bar: Bar) -> tuple[str, date, str]:
    return bar.component_id, bar.day, bar.source


def _is_left_out(bar: Bar, evidence: Evidence, spans: Iterable[BarSpan]) -> bool:
    return bar.source == evidence.source and any(span.holds(bar) for span in spans)


def is_same_bar(one: Bar, other: Bar) -> bool:
    """Whether two bars say the same; the order of incidents says nothing."""
    return sorted(one.incident_ids) == sorted(other.incident_ids) and one == replace(
        other, incident_ids=one.incident_ids
    )


def is_nonzero(bar: Bar) -> bool:
    """Whether a bar says anything: one without seconds or incidents is a good day inside
    coverage.
    """
    return bool(bar.partial_seconds or bar.major_seconds or bar.incident_ids)
