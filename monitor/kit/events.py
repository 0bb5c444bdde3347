"""What most pages tell of what happened: events with a beginning and an end. Pure."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.kit.protocol import PageContext
from monitor.model import (
    Basis,
    Component,
    IncidentUpdate,
    Level,
    Phase,
    id_set,
)

SILENT_AFTER = timedelta(days=7)
"""An event that stays open and of which nothing was said for so long does not speak for the present
any more."""

RECENTLY = timedelta(days=2)
"""What ended so recently may have come and gone between two polls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentState:
    """A component and its state. `level` None = the vendor's `word` is unknown to us.

    `word` None beside `level` None = nothing is said of its state now; that is no new word.
    """

    component: Component
    level: Level | None
    word: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactSpan:
    """One component at one level over [start, end), as part of an event. `end` None = still going
    on.

    `level` None = the vendor's `word` is unknown to us. `basis` INFERRED = only the event's
    severity is known, not the component's state; what that is worth, the user's `impact_mapping`
    may change.
    """

    component_id: str
    level: Level | None
    start: datetime
    end: datetime | None = None
    word: str | None = None
    basis: Basis = Basis.DECLARED

    def goes_on(self, now: datetime) -> bool:
        """Whether it has begun and not ended."""
        return self.start <= now and (self.end is None or self.end > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An incident or a maintenance. `status` and `impact` are the vendor's own words, the rest is
    what they mean.

    `component_ids` are components it names beside those of its spans. `unattributed`: something was
    bad and it is not said what, so nothing is known of its time. `unknown_words`: words of it that
    are unknown to us. `updates` are all its messages, or none where the answer does not hold them.
    `planned`: its vendor calls it scheduled, so a date ahead is right.
    """

    id: str
    title: str
    phase: Phase
    start: datetime
    end: datetime | None = None
    status: str
    impact: str
    url: str | None = None
    maintenance: bool = False
    planned: bool = False
    component_ids: tuple[str, ...] = ()
    spans: tuple[ImpactSpan, ...] = ()
    unattributed: bool = False
    unknown_words: tuple[str, ...] = ()
    updates: tuple[IncidentUpdate, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.phase is Phase.OPEN


def words_not_in(known: Container[str], *words: str) -> tuple[str, ...]:
    """Return the words that a vocabulary does not have, each once."""
    return tuple(word for word in dict.fromkeys(words) if word not in known)


def spans_for(
    component_ids: Iterable[str],
    level: Level | None,
    start: datetime,
    end: datetime | None = None,
    *,
    word: str | None = None,
    basis: Basis = Basis.INFERRED,
) -> tuple[ImpactSpan, ...]:
    """Return one severity over all of these components, from start to end."""
    spans = []
    for key in dict.fromkeys(component_ids):
        span = ImpactSpan(
            component_id=key, level=level, start=start, end=end, word=word, basis=basis
        )
        spans.append(span)
    return tuple(spans)


def start_by(event: Event, now: datetime) -> Event:
    """Return what nobody planned as going on from now at the latest: it is listed, so the date
    ahead of us is wrong.
    """
    if (
        event.maintenance
        or event.planned
        or event.phase is not Phase.SCHEDULED
        or event.start <= now
    ):
        return event
    spans = tuple(replace(span, start=min(span.start, now)) for span in event.spans)
    return replace(event, phase=Phase.OPEN, start=now, spans=spans)


def is_past(end: datetime | None, now: datetime) -> bool:
    """Whether an end is told and lies behind us, or is now."""
    return end is not None and end <= now


def phase_at(start: datetime, end: datetime | None, now: datetime) -> Phase:
    """Return the phase of what is dated and has no state of its own: closed from its end on (None =
    it has none), scheduled before its start, open between.
    """
    if is_past(end, now):
        return Phase.CLOSED
    return Phase.SCHEDULED if start > now else Phase.OPEN


def phase_by_end(end: datetime | None, now: datetime) -> Phase:
    """Return the phase of what has begun and has no state of its own: closed from its end on (None
    = it has none), open before.
    """
    return Phase.CLOSED if is_past(end, now) else Phase.OPEN


def present_spans(events: Iterable[Event], now: datetime) -> Iterator[ImpactSpan]:
    """Yield the impacts that go on now, of events that do."""
    for span in all_spans(open_events(events)):
        if span.goes_on(now):
            yield span


def open_events(events: Iterable[Event]) -> list[Event]:
    """Return the events that go on, in their order."""
    return [event for event in events if event.is_open]


def all_spans(events: Iterable[Event]) -> Iterator[ImpactSpan]:
    """Yield the impacts of events, one event after the other."""
    for event in events:
        yield from event.spans


def component_ids_of(spans: Iterable[ImpactSpan]) -> list[str]:
    """Return the ids of the components that impacts are on, each once, in their order."""
    ids: dict[str, None] = {}
    for span in spans:
        ids[span.component_id] = None
    return list(ids)


def spans_by_component(spans: Iterable[ImpactSpan]) -> dict[str, list[ImpactSpan]]:
    """Return the impacts on each component, by its id, in the order in which they come."""
    by_component: dict[str, list[ImpactSpan]] = {}
    for span in spans:
        by_component.setdefault(span.component_id, []).append(span)
    return by_component


def is_any_unattributed(events: Iterable[Event]) -> bool:
    """Whether something goes on of which it is not said what it hit."""
    return any(event.unattributed for event in open_events(events))


def recent_or_open(events: Iterable[Event], page: PageContext) -> list[Event]:
    """Return what a poll tells of where a source lists all of the past: not what we know to have
    ended long ago.
    """
    return [event for event in events if _is_recent_or_open(event, page)]


def _is_recent_or_open(event: Event, page: PageContext) -> bool:
    if event.phase is not Phase.CLOSED or event.id in page.open_incidents:
        return True
    return event.end is None or event.end > page.now - RECENTLY


def events_since(events: Iterable[Event], since: datetime) -> list[Event]:
    """Return the events that go on or ended at `since` or later."""
    return [event for event in events if event.end is None or event.end >= since]


def first_start(events: Iterable[Event]) -> datetime | None:
    """Return when the oldest of the events began; None where there is none."""
    return min((event.start for event in events), default=None)


def unlisted(page: PageContext, events: Iterable[Event]) -> frozenset[str]:
    """Return the ids of what we hold as open or announced and is not among these events.

    Where a source lists all that goes on, these have ended or were withdrawn.
    """
    return page.open_incidents - id_set(events)


def expire_stale(event: Event, spoke: datetime, now: datetime) -> Event:
    """Return the event as it counts when it was last spoken of at `spoke`: if it stays open and
    `SILENT_AFTER` has passed since, nobody knows how it went on. It is listed all the same.
    """
    until = max(spoke, event.start) + SILENT_AFTER
    if not event.is_open or until >= now:
        return event
    spans: list[ImpactSpan] = []
    for span in event.spans:
        spans += _cut_at(span, until)
    status = f"{event.status}, silent since {spoke:%Y-%m-%d}"
    return replace(event, status=status, spans=tuple(spans))


def _cut_at(span: ImpactSpan, until: datetime) -> Iterator[ImpactSpan]:
    """Yield the span up to `until`, and what is after it as unknown."""
    if span.end is not None and span.end <= until:
        yield span
        return
    if span.start < until:
        yield replace(span, end=until)
    # The basis stays what it was: of one event, what is inferred does not count beside what is
    # declared.
    yield replace(span, level=None, word=None, start=max(span.start, until))
