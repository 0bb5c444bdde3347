"""The components of a page: each of its parts at each location, in its present state. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.kit.events import ComponentState
from monitor.kit.fields import Row, optional_rows, verbatim
from monitor.kit.states import UNKNOWN
from monitor.kit.times import instant
from monitor.model import Component, Level
from monitor.platforms.statusio.codes import LEVELS, read_code


@dataclass(frozen=True, slots=True)
class Place:
    """One part at one location, with its code and since when it has it."""

    component: Component
    code: str
    since: datetime

    @property
    def state(self) -> ComponentState:
        """The component and its present state."""
        return ComponentState(component=self.component, level=LEVELS.get(self.code), word=self.code)

    @property
    def badness(self) -> float:
        """How bad its state is: an unknown one is worse than green."""
        return LEVELS.get(self.code, UNKNOWN)


def read_places(parts: Iterable[Row]) -> dict[str, Place]:
    """Return the places by id; of one that is listed twice the worst state counts."""
    places: dict[str, Place] = {}
    for part in parts:
        for place in _places_of(part, len(places)):
            first = places.setdefault(place.component.id, place)
            if place.badness > first.badness:
                places[place.component.id] = replace(place, component=first.component)
    return places


def _places_of(part: Row, position: int) -> Iterator[Place]:
    """Yield a part at each of its locations; a part without any is one place of its own."""
    key = verbatim(part.get("id"), "id")
    name = verbatim(part.get("name"), "name")
    containers = optional_rows(part.get("containers"), "containers")
    if not containers:
        yield _place(part, Component(id=key, name=name, position=position))
    several = len(containers) > 1
    for at, container in enumerate(containers, start=position):
        location = verbatim(container.get("name"), "name")
        component = Component(
            id=f"{key}.{verbatim(container.get('id'), 'id')}",
            name=f"{name} ({location})" if several else name,
            group=name if several else None,
            region=location,
            position=at,
        )
        yield _place(container, component)


def _place(fields: Row, component: Component) -> Place:
    code = read_code(fields, "status_code")
    return Place(component, code, instant(fields.get("updated"), "updated"))


def remark_on(parts: Iterable[Row]) -> str | None:
    """Return which parts are said to be worse than all of their locations; None = none is."""
    notes = []
    for part in parts:
        own = LEVELS.get(read_code(part, "status_code"))
        if own and own > _worst_location(part, own):
            name = verbatim(part.get("name"), "name")
            notes.append(f"{name} is said to be at {own.title}, and none of its locations is")
    return "; ".join(notes) or None


def _worst_location(part: Row, unknown: Level) -> Level:
    """Return the worst level of a part's locations; `unknown` where that is not known."""
    worst = None
    for container in part.get("containers") or ():
        level = LEVELS.get(read_code(container, "status_code"))
        if level is None:
            return unknown
        worst = level if worst is None else max(worst, level)
    return unknown if worst is None else worst
