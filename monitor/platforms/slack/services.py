"""The services in their present state, and incidents as of now. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.kit.events import Event
from monitor.kit.protocol import PageContext
from monitor.kit.states import components_in_order, current_states
from monitor.model import Component, Level, Observation, Phase
from monitor.platforms.slack.detection import BUSY, QUIET
from monitor.platforms.slack.incidents import SERVICES

FARTHEST_AHEAD = timedelta(days=7)
"""How far Slack's clock may be ahead of ours: what it dates later says nothing of now."""


def observations(word: str, events: Sequence[Event], page: PageContext) -> Iterator[Observation]:
    """Yield every service's state, with the answer's own `word` where no incident has one for it.

    A service that no incident names is operational only where that word bears it out.
    """
    is_sure = word == QUIET or (word == BUSY and bool(events))
    current = [begin_by(event, page.now) for event in events]
    for state in current_states(components_of(events, page), current, page.now):
        key, level = state.component.id, state.level
        if level is Level.OPERATIONAL and not is_sure:
            yield Observation(component_id=key, level=None, word=word)
        else:
            yield Observation(component_id=key, level=level, word=state.word or word)


def components_of(events: Iterable[Event], page: PageContext) -> tuple[Component, ...]:
    """Return the documented services, then those an incident names now or once named."""
    names = set(page.components)
    for event in events:
        names.update(event.component_ids)
    others = sorted(names.difference(SERVICES))
    return tuple(components_in_order({name: name for name in (*SERVICES, *others)}))


def so_far(events: Iterable[Event], now: datetime) -> Iterator[Event]:
    """Yield the incidents as of now: what goes on has begun, unless it is dated too far ahead of
    us.
    """
    for event in events:
        yield event if event.start > now + FARTHEST_AHEAD else begin_by(event, now)


def begin_by(event: Event, now: datetime) -> Event:
    """Return an incident that goes on as begun, though its clock is ahead of ours."""
    if event.phase is not Phase.OPEN or event.start <= now:
        return event
    return replace(event, spans=tuple(replace(span, start=now) for span in event.spans))
