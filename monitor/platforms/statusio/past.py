"""What the document says of the past: since when components have their state, and before that what
the messages of what is open say. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from monitor.intervals import Interval
from monitor.model import Aspect, Basis, Coverage, Impact, Level
from monitor.platforms.statusio.document import LEVELS, Said

SOURCE = "statusio.status"

States = Mapping[str, tuple[str, datetime]]
"""Each component's code and since when it has it, by the component's id."""

Sayings = Mapping[str, Sequence[Said]]
"""What the messages of each event say, by the event's id."""


def impacts_of_states(states: States, at: datetime) -> Iterator[Impact]:
    """Yield the trouble that components were in from when it began until it was read.

    Polls tell how it goes on.
    """
    for key, (code, since) in states.items():
        level = LEVELS.get(code)
        if level and since < at:
            yield Impact(
                component_id=key,
                level=level,
                start=since,
                end=at,
                basis=Basis.TRANSITION,
                source=SOURCE,
                word=code,
            )


def impacts_of_messages(said: Sayings, now: datetime) -> Iterator[Impact]:
    """Yield the trouble that messages tell of; a code we do not know leaves its time unknown."""
    for key, told in said.items():
        for each in told:
            level, end = LEVELS.get(each.code), min(each.end, now)
            if level is not Level.OPERATIONAL and each.start < end:
                yield Impact(
                    component_id=each.component_id,
                    level=level,
                    start=each.start,
                    end=end,
                    basis=Basis.TRANSITION,
                    source=SOURCE,
                    incident_id=key,
                    word=each.code,
                )


def coverage_of_states(states: States, since: datetime, at: datetime) -> Iterator[Coverage]:
    """Yield the spans since each component's last change: inferred from there having been none."""
    for key, (code, changed) in states.items():
        yield from _coverage(key, code, Interval.between(max(changed, since), at))


def coverage_of_messages(said: Sayings, since: datetime, at: datetime) -> Iterator[Coverage]:
    """Yield the spans that messages speak for."""
    for told in said.values():
        for each in told:
            span = Interval.between(max(each.start, since), min(each.end, at))
            yield from _coverage(each.component_id, each.code, span)


def _coverage(component_id: str, code: str, span: Interval | None) -> Iterator[Coverage]:
    if code in LEVELS and span is not None:
        yield Coverage(span=span, aspect=Aspect.IMPACTS, component_id=component_id)
