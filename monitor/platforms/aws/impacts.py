"""What AWS's events say of their services, now and over time. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.kit.sequences import with_end
from monitor.kit.states import UNKNOWN
from monitor.model import Basis, Component, Impact, Level, Observation
from monitor.platforms.aws.events import LEVELS, Change, HealthEvent, Service

SOURCE = "aws.events"


def observe(
    components: Iterable[Component], events: Iterable[HealthEvent], now: datetime
) -> Iterator[Observation]:
    """Yield the present state of every component. What no open event names is operational: the list
    is complete.
    """
    worst: dict[str, Observation] = {}
    for event in events:
        if not event.is_over(now):
            for state in _present_states(event, now):
                first = worst.setdefault(state.component_id, state)
                worst[state.component_id] = max(first, state, key=_badness)
    for component in components:
        operational = Observation(component_id=component.id, level=Level.OPERATIONAL, word="0")
        yield worst.get(component.id, operational)


def _present_states(event: HealthEvent, now: datetime) -> Iterator[Observation]:
    """Yield what an open event says of its services; when it is silent, that nobody knows, of its
    region too.
    """
    if event.silent_since(now) is None:
        for key, service in event.services.items():
            yield Observation(component_id=key, level=LEVELS.get(service.code), word=service.code)
    else:
        for key in (*event.services, event.region):
            yield Observation(component_id=key, level=None, word=event.silence)


def _badness(state: Observation) -> float:
    """Return how bad a state is; what is unknown is not outvoted by what is well."""
    return UNKNOWN if state.level is None else state.level


def impacts_of(events: Iterable[HealthEvent], now: datetime) -> tuple[Impact, ...]:
    """Return the impacts of all events, each once, whatever the regions chosen."""
    impacts: dict[Impact, None] = {}
    for event in events:
        impacts |= dict.fromkeys(_impacts(event, now))
    return tuple(impacts)


def _impacts(event: HealthEvent, now: datetime) -> Iterator[Impact]:
    """Yield an event's impacts, and the unknown time after it fell silent."""
    silent_since = event.silent_since(now)
    for key, service in event.services.items():
        for change, end in _changes_with_ends(service, event):
            if change.at < now:
                open_end = silent_since if end is None or end > now else end
                yield from _impact(key, event, change, open_end)
    if silent_since is not None:
        for key in (*event.services, event.region):
            yield _unknown(key, silent_since, None, event.silence)


def _changes_with_ends(
    service: Service, event: HealthEvent
) -> Iterator[tuple[Change, datetime | None]]:
    """Yield each code with when it ceased to hold, None = it holds. Nothing holds beyond the end of
    the event.
    """
    for change, end in with_end(service.changes, event.end):
        if end is None or change.at < end:
            yield change, end


def _impact(key: str, event: HealthEvent, change: Change, end: datetime | None) -> Iterator[Impact]:
    level = LEVELS.get(change.code)
    if level is None:
        yield _unknown(key, change.at, end, change.code)
    elif level is not Level.OPERATIONAL:
        yield Impact(
            component_id=key,
            level=level,
            start=change.at,
            end=end,
            basis=Basis.TRANSITION,
            source=SOURCE,
            incident_id=event.arn,
            word=change.code,
        )


def _unknown(key: str, start: datetime, end: datetime | None, word: str) -> Impact:
    # An inferred impact gives way to known ones of its incident; this one must not, or it would
    # read as green, so it is of no incident.
    return Impact(
        component_id=key,
        level=None,
        start=start,
        end=end,
        basis=Basis.INFERRED,
        source=SOURCE,
        word=word,
    )
