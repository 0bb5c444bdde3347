"""Lists that hold only what goes on: a poll hands its open events to the next. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.intervals import utc
from monitor.kit.events import Event, ImpactSpan, unlisted
from monitor.kit.protocol import PageContext
from monitor.model import (
    Basis,
    Level,
    Phase,
)


def dump_open(events: Iterable[Event]) -> str:
    """Return what a poll hands to the next one: the events that have not ended.

    For pages that list only what is going on: an event that leaves such a list has ended, and
    nothing else says so.
    """
    return json.dumps(
        {
            event.id: _written(event)
            for event in events
            if event.phase in {Phase.OPEN, Phase.SCHEDULED}
        }
    )


def closed_since(
    page: PageContext, events: Iterable[Event]
) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Return the events of the last poll's `remembered` that are no longer listed, as ended now;
    and the ids of those we hold as open or announced that never took place or are not remembered,
    to be withdrawn.
    """
    listed = {event.id for event in events}
    held = _read(page.cursor)
    over = [held[key] for key in sorted(held) if key not in listed and held[key].start < page.now]
    withdrawn = unlisted(page, over) - listed
    return tuple(_closed(event, page.now) for event in over), tuple(sorted(withdrawn))


def _closed(event: Event, now: datetime) -> Event:
    end = min(event.end, now) if event.end is not None else now
    spans = tuple(
        replace(span, end=span.end if span.end is not None and span.end <= now else now)
        for span in event.spans
    )
    return replace(event, phase=Phase.CLOSED, status="no longer listed", end=end, spans=spans)


def _written(event: Event) -> list[Any]:
    spans = [
        [s.component_id, s.level, s.start.isoformat(), s.end and s.end.isoformat(), s.word, s.basis]
        for s in event.spans
    ]
    end = event.end and event.end.isoformat()
    told = [
        event.title,
        event.phase,
        event.start.isoformat(),
        end,
        event.status,
        event.impact,
        event.url,
    ]
    return [*told, event.maintenance, list(event.component_ids), spans, event.unattributed]


def _read(cursor: str | None) -> Mapping[str, Event]:
    """Return the events of an earlier poll; none when there was none or another version wrote
    them.
    """
    try:
        return {key: _event(key, told) for key, told in json.loads(cursor or "{}").items()}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return {}


def _event(key: str, told: Sequence[Any]) -> Event:
    (
        title,
        phase,
        start,
        end,
        status,
        impact,
        url,
        maintenance,
        component_ids,
        spans,
        unattributed,
    ) = told
    return Event(
        id=key,
        title=str(title),
        phase=Phase(phase),
        start=_time(start),
        end=end and _time(end),
        status=str(status),
        impact=str(impact),
        url=url,
        maintenance=bool(maintenance),
        component_ids=tuple(map(str, component_ids)),
        spans=tuple(
            ImpactSpan(
                component_id=str(component),
                level=None if level is None else Level(level),
                start=_time(first),
                end=last and _time(last),
                word=word,
                basis=Basis(basis),
            )
            for component, level, first, last, word, basis in spans
        ),
        unattributed=bool(unattributed),
    )


def _time(written: str) -> datetime:
    return utc(datetime.fromisoformat(written))
