"""The instances of Salesforce Trust, which are the components, and what they carry. Pure.

Sandboxes, and instances out of use, stand in the same lists; only those in production and in use
are components.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import count

from monitor.errors import PageUnavailable, UnexpectedShape
from monitor.kit.events import ComponentState, Event
from monitor.kit.fields import Row, maybe_row, maybe_text, row, rows, text
from monitor.kit.protocol import PageContext
from monitor.kit.responses import shape_error
from monitor.kit.times import maybe_instant
from monitor.model import Component, PageInfo
from monitor.platforms.salesforce.addresses import Place, place_of
from monitor.platforms.salesforce.incidents import limit_to, read_events
from monitor.platforms.salesforce.words import VOCABULARY

LONGEST_WORD = 60
NO_INSTANCE = "no instance in production is called or located as `regions` say: correct them"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """What one answer says. `keys` are those of all instances in it, whether or not they are
    components.
    """

    info: PageInfo
    states: tuple[ComponentState, ...]
    keys: frozenset[str]
    events: tuple[Event, ...]


def read_state(answer: object, page: PageContext) -> PageState:
    """Return the state of what the page's address names.

    Raises PageUnavailable when there is no such instance or product, or the instance is out of use.
    """
    place = place_of(page.url)
    instances = _instances(answer, place)
    states = tuple(_states(instances, page))
    if not states and place.is_one_instance:
        raise PageUnavailable(f"the instance {place.key} is not in use any more")
    display_name = maybe_text(maybe_row(answer).get("altDisplayName"))
    keys = frozenset(dict(instances))
    return PageState(
        info=PageInfo(
            name=" ".join(filter(None, ("Salesforce", display_name or place.key))),
            remark=None if states else NO_INSTANCE,
        ),
        states=states,
        keys=keys,
        events=tuple(limit_to(_events_of(instances, page.now).values(), keys)),
    )


def _instances(answer: object, place: Place) -> list[tuple[str, Row]]:
    """Return the instances in an answer, each with its key."""
    if place.kind:
        whole = row(answer, "the answer")
        if not {"Instances", "key"} & whole.keys():
            why = maybe_text(whole.get("message")) or "nothing is told of it"
            raise PageUnavailable(f"{place.kind} {place.key}: {why}")
        items = rows(whole.get("Instances", [whole]), "Instances")
    else:
        items = rows(answer, "the answer")
    if not items:
        raise UnexpectedShape("the answer lists no instance")
    instances = []
    for index, item in enumerate(items):
        instances.append((text(item.get("key"), f"instances[{index}].key"), item))
    return instances


def _is_component(item: Row, key: str, page: PageContext) -> bool:
    """Whether an instance is a component: in use, in production, and chosen. A page of one instance
    is about that.
    """
    is_in_use = item.get("isActive")
    if not isinstance(is_in_use, bool):
        shape_error(f"instance {key}.isActive", "true or false", is_in_use)
    if place_of(page.url).is_one_instance or not is_in_use:
        return is_in_use
    is_in_production = text(item.get("environment"), f"instance {key}.environment") == "production"
    return is_in_production and _is_chosen(item, key, page.regions)


def _is_chosen(item: Row, key: str, regions: tuple[str, ...]) -> bool:
    location = maybe_text(item.get("location")) or ""
    for pattern in regions:
        if fnmatchcase(key, pattern) or fnmatchcase(location, pattern):
            return True
    return not regions


def _states(instances: Iterable[tuple[str, Row]], page: PageContext) -> Iterator[ComponentState]:
    """Yield the states of the instances that are components."""
    positions = count()
    for key, item in instances:
        if _is_component(item, key, page):
            yield _state(key, item, next(positions))


def _state(key: str, item: Row, position: int) -> ComponentState:
    word = text(item.get("status"), f"instance {key}.status")
    first_use = maybe_instant(item.get("createdAt"), f"instance {key}.createdAt")
    component = Component(
        id=key,
        name=key,
        region=maybe_text(item.get("location")),
        position=position,
        start_date=first_use.date() if first_use is not None else None,
    )
    level = VOCABULARY.get(word.upper())
    return ComponentState(component=component, level=level, word=word[:LONGEST_WORD])


def _events_of(instances: list[tuple[str, Row]], now: datetime) -> Mapping[str, Event]:
    """Return the incidents and maintenances that instances carry, by id. One is told in full by
    each it concerns.
    """
    events: dict[str, Event] = {}
    for key, item in instances:
        for event in read_events(item, f"instance {key}", (key,), now):
            previous = events.get(event.id, event)
            spans = dict.fromkeys((*previous.spans, *event.spans))
            events[event.id] = replace(event, spans=tuple(spans))
    return events
