"""The components that IBM's list speaks of, in their present state. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from monitor.kit.events import (
    ComponentState,
    Event,
    all_spans,
    is_any_unattributed,
    open_events,
    spans_by_component,
)
from monitor.kit.protocol import PageContext
from monitor.model import Component, Level
from monitor.platforms.ibm.answer import Answer
from monitor.platforms.ibm.regions import wanted_ids


def states_of(answer: Answer, page: PageContext) -> Iterator[ComponentState]:
    """Yield the components in their present state: operational where no incident that goes on
    names them, unless one is unattributed.
    """
    is_uncertain = bool(answer.unknown_kinds) or is_any_unattributed(answer.events)
    spans = spans_by_component(all_spans(open_events(answer.events)))
    for position, key in enumerate(_ids(answer, page)):
        component = _component(key, answer.services, position)
        if key not in spans:
            yield _quiet_state(component, answer.words.get(key, ""), is_uncertain=is_uncertain)
        for span in spans.get(key, ()):
            yield ComponentState(component=component, level=span.level, word=span.word)


def _ids(answer: Answer, page: PageContext) -> list[str]:
    """Return the components, sorted: what incidents name, and all of the chosen regions."""
    ids = ids_of_events(answer.events) | page.components
    if page.regions:
        ids |= answer.words.keys()
    return sorted(wanted_ids(ids, page))


def ids_of_events(events: Iterable[Event]) -> set[str]:
    """Return the components that events name."""
    ids: set[str] = set()
    for event in events:
        ids.update(event.component_ids)
    return ids


def _component(key: str, services: Mapping[str, str], position: int) -> Component:
    service, _, region = key.rpartition("@")
    name = services.get(service) or service or key
    return Component(id=key, name=name, group=region, region=region, position=position)


def _quiet_state(component: Component, word: str, *, is_uncertain: bool) -> ComponentState:
    """Return the state of what no incident names. IBM's list has a field for it, which nobody has
    seen filled.
    """
    if word or is_uncertain:
        return ComponentState(component=component, level=None, word=word or None)
    return ComponentState(component=component, level=Level.OPERATIONAL, word="no incident")
