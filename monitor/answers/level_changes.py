"""When a vendor as a whole, or one of its components, was at which bad level. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.days.level_spans import LevelSpan, Precision
from monitor.intervals import between_edges, spans_of, throughout
from monitor.model import KnownComponent, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """A bad level that began at `start` (UTC). `end` None = it went on at the last reading; after
    its end another level held, or none is known.

    `components` are those that were at it at some time, in the page's order. Where `seconds` is
    given the vendor said only how long it was within that span; None = all of it.
    """

    level: Level
    start: datetime
    end: datetime | None
    components: tuple[KnownComponent, ...]
    seconds: float | None = None


def level_changes(
    spans: Iterable[LevelSpan],
    components: Mapping[str, KnownComponent],
    counted_ids: Collection[str],
    *,
    since: datetime,
) -> tuple[LevelChange, ...]:
    """Return the worst level of these components at each instant, as changes that began after
    `since`, where the spans are cut off: the oldest first.
    """
    by_precision: dict[Precision, list[LevelSpan]] = defaultdict(list)
    for span in spans:
        if span.component_id in counted_ids:
            by_precision[span.precision].append(span)
    changes = [
        *_of_intervals(by_precision[Precision.INTERVAL], components),
        *_of_days(by_precision[Precision.DAY], components),
    ]
    changes.sort(key=lambda change: (change.start, change.level))
    return tuple(change for change in changes if change.start > since)


def _of_intervals(
    spans: Sequence[LevelSpan], components: Mapping[str, KnownComponent]
) -> Iterator[LevelChange]:
    """Yield the worst level of spans that have a place in time, those that touch as one."""
    last: LevelChange | None = None
    for change in _between_edges(spans, components):
        if last is None:
            last = change
        elif last.level is change.level and last.end == change.start:
            both = _together(last.components, change.components)
            last = replace(last, end=change.end, components=both)
        else:
            yield last
            last = change
    if last is not None:
        yield last


def _between_edges(
    spans: Sequence[LevelSpan], components: Mapping[str, KnownComponent]
) -> Iterator[LevelChange]:
    """Yield the worst level between two edges that follow each other, where there is one."""
    for start, end in between_edges(spans_of(spans)):
        there = list(throughout(spans, start, end))
        if there:
            yield _worst(there, start, end, components)


def _worst(
    there: Sequence[LevelSpan],
    start: datetime,
    end: datetime,
    components: Mapping[str, KnownComponent],
) -> LevelChange:
    """Return the worst level of spans that all hold from start to end."""
    level = max(span.level for span in there)
    worst = []
    goes_on = False
    for span in there:
        if span.level is level:
            worst.append(span)
            goes_on = goes_on or (span.is_open and span.span.end == end)
    return LevelChange(
        level=level,
        start=start,
        end=None if goes_on else end,
        components=_entries_of(worst, components),
    )


def _of_days(
    spans: Iterable[LevelSpan], components: Mapping[str, KnownComponent]
) -> Iterator[LevelChange]:
    """Yield a day and level of which only the seconds are known, with the longest of them."""
    by_day: dict[tuple[datetime, Level], list[LevelSpan]] = defaultdict(list)
    for span in spans:
        by_day[span.span.start, span.level].append(span)
    for (start, level), same in by_day.items():
        yield LevelChange(
            level=level,
            start=start,
            end=max(span.span.end for span in same),
            components=_entries_of(same, components),
            seconds=max(span.seconds for span in same),
        )


def _entries_of(
    spans: Iterable[LevelSpan], components: Mapping[str, KnownComponent]
) -> tuple[KnownComponent, ...]:
    ids = {span.component_id for span in spans}
    return tuple(entry for key, entry in components.items() if key in ids)


def _together(
    some: Sequence[KnownComponent], more: Sequence[KnownComponent]
) -> tuple[KnownComponent, ...]:
    return tuple(dict.fromkeys([*some, *more]))
