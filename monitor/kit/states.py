"""The present state of components, and which of several counts. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.kit.events import ComponentState, Event, ImpactSpan, start_by
from monitor.model import (
    Component,
    Level,
    Phase,
)

UNKNOWN = 1.5
"""How bad an unknown state is where one of several must count: a bad one stands, operational and
maintenance do not."""


def worst_words(
    pairs: Iterable[tuple[str, str]], vocabulary: Mapping[str, Level]
) -> dict[str, str]:
    """Return one word for each id; of several the one of the worst level, and an unknown one is
    worse than green.
    """

    def rank(word: str) -> float:
        return vocabulary.get(word, UNKNOWN)

    worst: dict[str, str] = {}
    for key, word in pairs:
        worst[key] = max(worst.get(key, word), word, key=rank)
    return worst


def worst_word(spans: Iterable[ImpactSpan]) -> str | None:
    """Return the vendor's word for the worst level of an event that has no severity of its own;
    None where no word of it is known. Of words that are as bad the last in the alphabet counts.
    """
    ranks = [(span.level, span.word) for span in spans if span.level is not None and span.word]
    return max(ranks)[1] if ranks else None


def current_states(
    components: Iterable[Component], events: Iterable[Event], now: datetime
) -> tuple[ComponentState, ...]:
    """Return the present state of components where a source tells only of events, and of every one
    that goes on.

    What none of them names is operational, unless one is unattributed: then nothing is known of it.
    """
    open_events = [event for event in _started(events, now) if event.phase is Phase.OPEN]
    unnamed = None if any(event.unattributed for event in open_events) else Level.OPERATIONAL
    states = {
        component.id: ComponentState(component=component, level=unnamed) for component in components
    }
    hit: dict[str, ComponentState] = {}
    for event in open_events:
        for span in event.spans:
            if span.component_id in states and span.goes_on(now):
                state = replace(states[span.component_id], level=span.level, word=span.word)
                hit[span.component_id] = _worse(hit.get(span.component_id, state), state)
    return tuple(_worse(hit.get(key, state), state) for key, state in states.items())


def _started(events: Iterable[Event], now: datetime) -> Iterator[Event]:
    return (start_by(event, now) for event in events)


def worst_of_each(states: Iterable[ComponentState]) -> list[ComponentState]:
    """Return each component once, as it was first listed; of its states the worst known one counts,
    and unknown is worse than green.
    """
    worst: dict[str, ComponentState] = {}
    for state in states:
        first = worst.setdefault(state.component.id, state)
        worst[state.component.id] = replace(_worse(first, state), component=first.component)
    return list(worst.values())


def _worse(first: ComponentState, second: ComponentState) -> ComponentState:
    """Return the worse of two states; of two that are as bad the first."""
    return max(first, second, key=_badness)


def _badness(state: ComponentState) -> float:
    return UNKNOWN if state.level is None else state.level
