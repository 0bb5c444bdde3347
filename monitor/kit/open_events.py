"""Lists that hold only what goes on: a poll hands its open events to the next. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.intervals import utc
from monitor.kit.cursor import read_cursor
from monitor.kit.events import Event, ImpactSpan, unlisted
from monitor.kit.protocol import PageContext
from monitor.model import (
    Basis,
    Level,
    Phase,
    id_set,
)


def dump_open(events: Iterable[Event]) -> str:
    """Return what a poll hands to the next one: the events that have not ended.

    For pages that list only what is going on: an event that leaves such a list has ended, and
    nothing else says so.
    """
    rows = {}
    for event in events:
        if event.phase in {Phase.OPEN, Phase.SCHEDULED}:
            rows[event.id] = _encode(event)
    return json.dumps(rows)


def closed_since(
    page: PageContext, events: Iterable[Event]
) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Return the events that the last poll handed on and that are no longer listed, as ended now;
    and the ids of those we hold as open or announced that never took place or were not handed on,
    to be withdrawn.
    """
    ids = id_set(events)
    ended_events = []
    for key, event in sorted(_decode_all(page.cursor).items()):
        if key not in ids and event.start < page.now:
            ended_events.append(_closed_at(event, page.now))
    withdrawn = unlisted(page, ended_events) - ids
    return tuple(ended_events), tuple(sorted(withdrawn))


def _closed_at(event: Event, now: datetime) -> Event:
    """Return the event as ended now, or when it said it would end where that is past."""

    def end_of(end: datetime | None) -> datetime:
        return now if end is None else min(end, now)

    spans = tuple(replace(span, end=end_of(span.end)) for span in event.spans)
    status = "no longer listed"
    end = end_of(event.end)
    return replace(event, phase=Phase.CLOSED, status=status, end=end, spans=spans)


def _encode(event: Event) -> list[Any]:
    return [
        event.title,
        event.phase,
        event.start.isoformat(),
        event.end and event.end.isoformat(),
        event.status,
        event.impact,
        event.url,
        event.maintenance,
        list(event.component_ids),
        [_encode_span(span) for span in event.spans],
        event.unattributed,
    ]


def _encode_span(span: ImpactSpan) -> list[Any]:
    return [
        span.component_id,
        span.level,
        span.start.isoformat(),
        span.end and span.end.isoformat(),
        span.word,
        span.basis,
    ]


def _decode_all(cursor: str | None) -> Mapping[str, Event]:
    """Return the events of an earlier poll; none when there was none or another version wrote
    them.
    """
    try:
        return {key: _decode(key, row) for key, row in read_cursor(cursor).items()}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return {}


def _decode(key: str, row: Sequence[Any]) -> Event:
    title, phase, start, end, status, impact, url, *others = row
    maintenance, component_ids, spans, unattributed = others
    return Event(
        id=key,
        title=str(title),
        phase=Phase(phase),
        start=_instant(start),
        end=end and _instant(end),
        status=str(status),
        impact=str(impact),
        url=url,
        maintenance=bool(maintenance),
        component_ids=tuple(map(str, component_ids)),
        spans=tuple(map(_decode_span, spans)),
        unattributed=bool(unattributed),
    )


def _decode_span(row: Sequence[Any]) -> ImpactSpan:
    component_id, level, start, end, word, basis = row
    return ImpactSpan(
        component_id=str(component_id),
        level=None if level is None else Level(level),
        start=_instant(start),
        end=end and _instant(end),
        word=word,
        basis=Basis(basis),
    )


def _instant(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))
