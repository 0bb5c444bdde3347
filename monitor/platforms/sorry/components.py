"""The components of a Sorry page, and the groups that they are in. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState
from monitor.kit.fields import Row, identifier, ids_of, keyword, maybe_text, text
from monitor.kit.states import UNKNOWN
from monitor.model import Component, Level
from monitor.platforms.sorry.words import REMEDY, VOCABULARY


@dataclass(frozen=True, slots=True)
class Tree:
    """The components' states, and the components in each group."""

    states: Sequence[ComponentState]
    members: Mapping[str, Sequence[str]]

    def expand(self, ids: Sequence[str]) -> list[str]:
        """Return components a notice names; a group of which none is named stands for all that is
        in it.
        """
        components: dict[str, None] = {}
        for key in ids:
            members = self.members.get(key)
            if members is None:
                components[key] = None
            elif not set(members) & set(ids):
                components.update(dict.fromkeys(members))
        return list(components)


def read_tree(listing: Sequence[Row]) -> Tree:
    """Return the components of a list. Raises UnexpectedShape when it is empty, and when every one
    is a group.
    """
    if not listing:
        what = "no component is listed: such a page says nothing of any"
        raise UnexpectedShape(what, remedy=REMEDY)
    worst, owners = _worst_of_each(listing), _owners(listing)
    owner_ids = set(chain.from_iterable(owners.values()))
    if owner_ids == worst.keys():
        raise UnexpectedShape("every component is in another one", remedy=REMEDY)
    groups: dict[str, list[str]] = {}
    for key in worst:
        if key not in owner_ids:
            groups[key] = _ancestors(key, owners)
    members = _members(groups)
    return Tree(list(_states(worst, groups, members)), members)


def _members(groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the components in each group; `groups` has the groups of each component."""
    members: dict[str, list[str]] = {}
    for key, own_groups in groups.items():
        for group in own_groups:
            members.setdefault(group, []).append(key)
    return members


def _states(
    worst: Mapping[str, Row],
    groups: Mapping[str, Sequence[str]],
    members: Mapping[str, Sequence[str]],
) -> Iterator[ComponentState]:
    """Yield the state of each component that is no group: its own, or that of the worst group that
    speaks for it.
    """
    speaking = {group for group in members if _all_operational(members[group], worst)}
    for position, (key, component) in enumerate(worst.items()):
        if key in groups:
            own_groups = groups[key]
            speakers = [worst[group] for group in own_groups if group in speaking]
            speaker = max(speakers, key=_badness, default=component)
            group_row = worst[own_groups[0]] if own_groups else None
            yield _state(component, group_row, position, speaker)


def _all_operational(ids: Sequence[str], listing: Mapping[str, Row]) -> bool:
    """Whether nothing in a group says that it is bad: then the group speaks for it."""
    return all(_badness(listing[key]) == Level.OPERATIONAL for key in ids)


def _owners(listing: Sequence[Row]) -> dict[str, list[str]]:
    """Return the listed components that each is in, by id; one that is listed twice may be in
    two.
    """
    keys = set(ids_of(listing, "component"))
    owners: dict[str, list[str]] = {}
    for component in listing:
        key, parent = identifier(component.get("id"), "component.id"), component.get("parent_id")
        if parent is None:
            continue
        owner = identifier(parent, "component.parent_id")
        if owner in keys and owner != key:
            owners.setdefault(key, []).append(owner)
    return owners


def _ancestors(key: str, owners: Mapping[str, Sequence[str]]) -> list[str]:
    """Return all that a component is in, the nearest first, each once."""
    ancestors: dict[str, None] = {}
    queue = list(owners.get(key, ()))
    while queue:
        group = queue.pop(0)
        if group not in ancestors:
            ancestors[group] = None
            queue += owners.get(group, ())
    return list(ancestors)


def _worst_of_each(listing: Sequence[Row]) -> dict[str, Row]:
    """Return the rows by id; of several of one id that of the worst state, and an unknown one is
    worse than green.
    """
    worst: dict[str, Row] = {}
    for component in listing:
        key = identifier(component.get("id"), "component.id")
        worst[key] = max(worst.get(key, component), component, key=_badness)
    return worst


def _badness(component: Row) -> float:
    return VOCABULARY.get(keyword(component.get("state"), "component.state"), UNKNOWN)


def _state(component: Row, group: Row | None, position: int, speaker: Row) -> ComponentState:
    """Return a component's state, which its row or a group's (`speaker`) says."""
    word = keyword(speaker.get("state"), "component.state")
    own = Component(
        id=identifier(component.get("id"), "component.id"),
        name=text(component.get("name"), "component.name"),
        group=None if group is None else maybe_text(group.get("name")),
        position=position,
    )
    return ComponentState(component=own, level=VOCABULARY.get(word), word=word)
