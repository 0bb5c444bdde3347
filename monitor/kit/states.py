"""The present state of components, and which of several counts. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from monitor.kit.events import (
    ComponentState,
    Event,
    ImpactSpan,
    is_any_unattributed,
    present_spans,
    spans_by_component,
    start_by,
)
from monitor.model import (
    Component,
    Level,
    by_id,
)


class HasComponent(Protocol):
    """Whatever is about one component."""

    @property
    def component(self) -> Component:
        """The component."""
        ...


class HasLevel(Protocol):
    """Whatever is at a level."""

    @property
    def level(self) -> Level | None:
        """The level; None = unknown."""
        ...


class HasWord(Protocol):
    """Whatever is in a state that the vendor has a word for."""

    @property
    def word(self) -> str | None:
        """The word; None = there is none."""
        ...


UNKNOWN = 1.5
"""How bad an unknown state is where one of several must count: a bad one stands, operational and
maintenance do not."""


def components_in_order(names: Mapping[str, str]) -> list[Component]:
    """Return components of these ids and names, each in its position."""
    components = []
    for position, (key, name) in enumerate(names.items()):
        components.append(Component(id=key, name=name, position=position))
    return components


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
    worst = max(_levels_with_words(spans), default=None)
    return worst[1] if worst is not None else None


def _levels_with_words(spans: Iterable[ImpactSpan]) -> Iterator[tuple[Level, str]]:
    for span in spans:
        if span.level is not None and span.word:
            yield span.level, span.word


def current_states(
    components: Iterable[Component], events: Iterable[Event], now: datetime
) -> tuple[ComponentState, ...]:
    """Return the present state of components where a source tells only of events, and of every one
    that goes on.

    What none of them names is operational, unless one is unattributed: then nothing is known of it.
    """
    so_far = [start_by(event, now) for event in events]
    level = None if is_any_unattributed(so_far) else Level.OPERATIONAL
    spans = spans_by_component(present_spans(so_far, now))
    # A page may list a component a thousand times.
    components = by_id(components).values()
    states = []
    for component in components:
        quiet = ComponentState(component=component, level=level)
        hits = states_by_spans(quiet, spans.get(component.id, ()))
        states.append(max((*hits, quiet), key=_badness))
    return tuple(states)


def states_by_spans(quiet: ComponentState, spans: Iterable[ImpactSpan]) -> list[ComponentState]:
    """Return a component's state by each of these impacts; `quiet` is its state without them."""
    return [replace(quiet, level=span.level, word=span.word) for span in spans]


def components_of(states: Iterable[HasComponent]) -> list[Component]:
    """Return the components whose states these are, in their order."""
    return [state.component for state in states]


def levels_of(states: Iterable[HasLevel]) -> list[Level | None]:
    """Return the levels of these states, in their order; None where a state is unknown."""
    return [state.level for state in states]


def words_of(states: Iterable[HasWord]) -> list[str]:
    """Return the vendor's words for these states, each once; without what has none."""
    return list(dict.fromkeys(state.word for state in states if state.word))


def in_trouble(states: Iterable[ComponentState]) -> list[ComponentState]:
    """Return the states that are not known to be operational."""
    return [state for state in states if state.level is not Level.OPERATIONAL]


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
