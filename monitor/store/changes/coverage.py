"""Coverage: it grows, and never shrinks. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.intervals import Interval, merge, subtract
from monitor.model import Evidence
from monitor.records.edges import WHOLE_PAGE
from monitor.store.changes.common import DerivedPage, closed_day


class CoverageKey(NamedTuple):
    """Whose coverage: a source, a component (`WHOLE_PAGE` = all) and an aspect's word."""

    source: str
    component_id: str
    aspect: str


Spans = Mapping[CoverageKey, Mapping[int, Interval]]
"""Stored spans by whose they are, then by the id of their row."""


@dataclass(slots=True)
class CoverageChange:
    """Spans to add, ids of rows to supersede, and rows that grow in place: `growth` is what they
    span then.

    That coverage goes on where it ended affects only days that are closed.
    """

    fresh: list[tuple[CoverageKey, Interval]] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    growth: dict[CoverageKey, dict[int, Interval]] = field(default_factory=dict)
    affected_from: list[datetime] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fresh or self.stale or self.growth)


def compare_coverage(
    stored_spans: Spans,
    evidence: Evidence,
    page: DerivedPage,
    max_gap: timedelta,
) -> CoverageChange:
    """Return what the coverage of the evidence adds to what is stored of its source.

    A span that begins inside or right after a stored one, and ends no more than `max_gap` after it,
    is the next poll's share of the same coverage: one row a day of polling, not one a poll.
    """
    comparison = _Comparison(page, max_gap)
    for key, spans in _spans_of(evidence).items():
        present = dict(stored_spans.get(key, {}))
        for span in merge(spans):
            comparison.cover(key, span, present)
    return comparison.change


def _spans_of(evidence: Evidence) -> dict[CoverageKey, list[Interval]]:
    spans: dict[CoverageKey, list[Interval]] = defaultdict(list)
    for cover in evidence.coverage:
        whose = CoverageKey(evidence.source, cover.component_id or WHOLE_PAGE, cover.aspect.value)
        spans[whose].append(cover.span)
    return spans


@dataclass(frozen=True, slots=True)
class _Comparison:
    page: DerivedPage
    max_gap: timedelta
    change: CoverageChange = field(default_factory=CoverageChange)

    def cover(self, key: CoverageKey, span: Interval, present: dict[int, Interval]) -> None:
        """Add a span to those `present`, which are then what is stored with the change."""
        missing = subtract([span], present.values())
        if not missing:
            return
        first = missing[0].start
        row_id = _row_to_prolong(span, present, self.max_gap)
        if row_id is not None:
            present[row_id] = Interval(present[row_id].start, span.end)
            self.change.growth.setdefault(key, {})[row_id] = present[row_id]
            if closed_day(self.page, first) is not None:
                self.change.affected_from.append(first)
            return
        self.change.affected_from.append(first)
        self.change.fresh.append((key, span))
        for inner_id in list(_rows_inside(span, present)):
            self.change.stale.append(inner_id)
            del present[inner_id]


def _row_to_prolong(
    span: Interval, present: Mapping[int, Interval], max_gap: timedelta
) -> int | None:
    for row_id, before in present.items():
        if before.start <= span.start <= before.end and span.end - before.end <= max_gap:
            return row_id
    return None


def _rows_inside(span: Interval, present: Mapping[int, Interval]) -> Iterator[int]:
    for row_id, before in present.items():
        if span.start <= before.start and before.end <= span.end:
            yield row_id
