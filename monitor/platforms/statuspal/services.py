"""The services of a Statuspal page, which stand inside each other. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState
from monitor.kit.fields import Row, identifier, optional_rows, text
from monitor.kit.sequences import not_among
from monitor.model import Component, Level, by_id, worst_level
from monitor.platforms.statuspal.types import REMEDY, type_of

DEEPEST = 20
"""How deep services may stand inside each other."""

Members = Mapping[str, Sequence[str]]
"""The services that have none inside them, by the groups that they are in, however deep."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service, and the id of the one it is in. `types` are the types of incident it says that it
    is in.
    """

    id: str
    name: str
    parent: str | None
    types: tuple[str, ...]


def flatten(items: Sequence[Row], parent: str | None = None, depth: int = 0) -> Iterator[Service]:
    """Yield services and all inside them, each after the one it is in."""
    if depth > DEEPEST:
        raise UnexpectedShape(
            f"services stand more than {DEEPEST} deep inside each other", remedy=REMEDY
        )
    for item in items:
        key = identifier(item.get("id"), "service.id")
        types = [type_of(item, "current_incident_type")]
        if item.get("parent_incident_type") is not None:
            types.append(type_of(item, "parent_incident_type"))
        owner = parent
        if parent is None and item.get("parent_id") is not None:
            owner = identifier(item["parent_id"], "service.parent_id")
        name = text(item.get("name"), "service.name")
        yield Service(key, name, owner if owner != key else None, tuple(types))
        yield from flatten(optional_rows(item.get("children"), "service.children"), key, depth + 1)


def members_of_groups(services: Sequence[Service]) -> Members:
    """Return the members of each group. Raises UnexpectedShape when every service is a group."""
    parents = {service.id: service.parent for service in services}
    single = not_among(parents, set(parents.values()))
    members: dict[str, list[str]] = {}
    if not single:
        raise UnexpectedShape("every service is in another one", remedy=REMEDY)
    for key in single:
        for group in _groups_above(key, parents):
            members.setdefault(group, []).append(key)
    return members


def _groups_above(key: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the services that one is in, the nearest first."""
    for _ in range(DEEPEST):
        owner = parents.get(key)
        if owner is None or owner not in parents:
            return
        yield owner
        key = owner


def read_states(
    services: Sequence[Service], members: Members, levels: Mapping[str, Level]
) -> Iterator[ComponentState]:
    """Yield the services with none inside them, once for each type of incident they or what speaks
    for them are in.
    """
    types = _types_by_service(services)
    services_by_id = by_id(services)
    speakers = [group for group in members if _is_alone(group, types, members[group], levels)]
    for position, service in enumerate(services):
        if service.id in members:
            continue
        owner = services_by_id.get(service.parent or "")
        component = Component(
            id=service.id,
            name=service.name,
            group=None if owner is None else owner.name,
            position=position,
        )
        yield from _states_of(component, service.types, levels)
        for group in speakers:
            if service.id in members[group]:
                yield from _states_of(component, types[group], levels)


def _states_of(
    component: Component, types: Iterable[str], levels: Mapping[str, Level]
) -> Iterator[ComponentState]:
    for word in types:
        yield ComponentState(component=component, level=levels.get(word), word=word)


def _types_by_service(services: Iterable[Service]) -> dict[str, list[str]]:
    """Return the types of incident that each service says it is in, by its id."""
    types: dict[str, list[str]] = {}
    for service in services:
        types.setdefault(service.id, []).extend(service.types)
    return types


def _is_alone(
    group: str,
    types: Mapping[str, Sequence[str]],
    members: Sequence[str],
    levels: Mapping[str, Level],
) -> bool:
    """Whether a group's state is its own: nothing in it is in such an incident, or in one as
    bad.
    """
    own = set(types.get(group, ()))
    inside: set[str] = set()
    for key in members:
        inside.update(types[key])
    worst_inside, level = _worst(inside, levels), _worst(own, levels)
    is_worse = level is None or worst_inside is None or level > worst_inside
    return is_worse and not own <= inside


def _worst(words: Iterable[str], levels: Mapping[str, Level]) -> Level | None:
    return worst_level(levels.get(word) for word in words)
