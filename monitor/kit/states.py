"""The present state of components, and which of several counts. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.kit.events import ComponentState, Event, start_by
from monitor.model import (
    Component,
    Level,
    Phase,
)

UNKNOWN = 1.5
"""How bad an unknown state is where one of several must count: a bad one stands, operational and
maintenance do not."""


def worst_words(said: Iterable[tuple[str, str]], vocabulary: Mapping[str, Level]) -> dict[str, str]:
    """Return one word for each id; of several the one of the worst level, and an unknown one is
    worse than green.
    """
    found: dict[str, str] = {}
    for key, word in said:
        found[key] = max(found.get(key, word), word, key=lambda each: vocabulary.get(each, UNKNOWN))
    return found


def current_states(
    components: Iterable[Component], events: Iterable[Event], now: datetime
) -> tuple[ComponentState, ...]:
    """Return the present state of components where a source tells only of events, and of every one
    that goes on.

    What none of them names is operational, unless one is unattributed: then nothing is known of it.
    """
    going = [event for each in events if (event := start_by(each, now)).phase is Phase.OPEN]
    held: dict[str, ComponentState] = {}
    rest = None if any(event.unattributed for event in going) else Level.OPERATIONAL
    listed = {component.id: component for component in components}
    for span in (span for event in going for span in event.spans):
        component = listed.get(span.component_id)
        if component is not None and span.start <= now and (span.end is None or span.end > now):
            part = ComponentState(component=component, level=span.level, word=span.word)
            held[component.id] = max(held.get(component.id, part), part, key=_badness)
    calm = (ComponentState(component=component, level=rest) for component in listed.values())
    return tuple(max(held.get(part.component.id, part), part, key=_badness) for part in calm)


def _worst_of_each(parts: Iterable[ComponentState]) -> list[ComponentState]:
    """Return each component once; of several states the worst known one counts, and unknown is
    worse than green.
    """
    found: dict[str, ComponentState] = {}
    for part in parts:
        held = found.get(part.component.id)
        found[part.component.id] = (
            part
            if held is None
            else replace(max(held, part, key=_badness), component=held.component)
        )
    return list(found.values())


def _badness(part: ComponentState) -> float:
    return UNKNOWN if part.level is None else part.level
