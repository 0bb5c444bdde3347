"""The components that an Instatus page lists, with their groups and states. Pure."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState
from monitor.kit.fields import Row, maybe_row, row, verbatim
from monitor.model import Component
from monitor.platforms.instatus.rows import as_list, has_cuid, maybe_instant, name_of
from monitor.platforms.instatus.words import LEVELS

GroupedRow = tuple[Row, str | None]
"""A component's row, and the name of its group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedComponent:
    """A component as the page lists it. `since` is the day its record begins, `incident_ids` are
    those it names as its own.
    """

    id: str
    name: str
    word: str
    group: str | None
    since: datetime | None
    incident_ids: tuple[str, ...]


def read_components(rows: Sequence[Row]) -> tuple[ListedComponent, ...]:
    """Return the components in the page's order. Raises UnexpectedShape when there is none.

    A group is a row with children, a row that says so, or one that others name as theirs. What is
    archived is not shown. Of a component listed twice the worse state counts.
    """
    groups = group_names(rows)
    components: dict[str, ListedComponent] = {}
    for entry, group in sorted(_rows_without(groups, rows), key=_order):
        if not entry.get("archivedAt"):
            component = _component(entry, group)
            first = components.setdefault(component.id, component)
            worse = _worse(first.word, component.word)
            components[component.id] = replace(first, word=worse)
    if not components:
        raise UnexpectedShape(
            "components is empty: a page without components says nothing of their state"
        )
    return tuple(components.values())


def group_names(rows: Iterable[Row]) -> dict[str, str]:
    """Return the names of the groups by id."""
    names, groups = {}, {}
    for entry in rows:
        key = verbatim(entry.get("id"), "components.id")
        names[key] = name_of(entry, "components")
        if entry.get("isParent") is True or as_list(entry.get("children")):
            groups[key] = names[key]
        owner = entry.get("group")
        if isinstance(owner, dict) and isinstance(owner.get("id"), str):
            groups[owner["id"]] = name_of(owner, "components.group")
    return groups


def states_of(components: Iterable[ListedComponent]) -> list[ComponentState]:
    """Return the components with their states.

    The days before a record begins are left uncovered rather than told as a first day: the JSON
    answers do not have it, and a first day that comes and goes would be a change at every reading.
    """
    states = []
    for position, one in enumerate(components):
        component = Component(id=one.id, name=one.name, group=one.group, position=position)
        level = LEVELS.get(one.word)
        states.append(ComponentState(component=component, level=level, word=one.word))
    return states


def _rows_without(groups: Mapping[str, str], rows: Iterable[Row]) -> Iterator[GroupedRow]:
    """Yield the rows that are no groups, then those inside groups that are not listed beside them
    too.
    """
    at_top = set()
    for entry in rows:
        if entry["id"] not in groups:
            at_top.add(entry["id"])
            yield entry, groups.get(_group_id(entry) or "")
    for group in rows:
        for child in as_list(group.get("children")):
            if isinstance(child, str):
                continue
            entry = row(child, "components.children")
            if verbatim(entry.get("id"), "components.id") not in at_top:
                yield entry, groups[group["id"]]


def _group_id(entry: Row) -> str | None:
    owner = entry.get("group")
    key = maybe_row(owner).get("id")
    return key if isinstance(key, str) else None


def _order(entry: GroupedRow) -> int:
    order = entry[0].get("order")
    return order if type(order) is int else 0


def _component(entry: Row, group: str | None) -> ListedComponent:
    own_group = entry.get("group")
    return ListedComponent(
        id=verbatim(entry.get("id"), "components.id"),
        name=name_of(entry, "components"),
        word=verbatim(entry.get("status"), "components.status"),
        group=group or (own_group if isinstance(own_group, str) and own_group else None),
        since=_first_day(entry),
        incident_ids=tuple(_incident_ids(entry)),
    )


def _incident_ids(entry: Row) -> Iterator[str]:
    for incident in as_list(entry.get("activeIncidents")):
        if has_cuid(incident):
            yield incident["id"]


def _first_day(entry: Row) -> datetime | None:
    """Return the start of the component's record, which may be a bare date; the record's days are
    UTC.
    """
    start = entry.get("startDate")
    if isinstance(start, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", start):
        start = f"{start}T00:00:00Z"
    return maybe_instant(start, "components.startDate")


def _worse(first: str, other: str) -> str:
    """Return the worse of two words for one component; a word nobody knows is not outvoted."""
    if other not in LEVELS:
        return other
    return max(first, other, key=lambda word: LEVELS.get(word, math.inf))
