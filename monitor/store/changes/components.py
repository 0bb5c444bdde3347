"""Components: brought to the vendor's present list; nothing is ever deleted. Pure.

When a page moves to another platform its components get other ids. One that has the same name
there, and no other has, goes on as the same component under the new id.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from monitor.intervals import day_interval
from monitor.lookups import by_key
from monitor.model import Component, KnownComponent, by_id
from monitor.store.slugs import Slugs


class StoredComponent(NamedTuple):
    """A component of the page, and the platform that listed it last (None = before that was
    kept).
    """

    entry: KnownComponent
    platform: str | None

    @property
    def id(self) -> str:
        """The vendor's id of it."""
        return self.entry.id


class Move(NamedTuple):
    """What was said of a component goes on under another id."""

    old_id: str
    new_id: str


class NewComponent(NamedTuple):
    """A component to add."""

    component: Component
    slug: str


@dataclass(slots=True)
class ComponentChange:
    """Components that move, come, change (columns by id, the removal too) and leave the page.

    `dated_anew` are those that may have days since their start date, see `starts`.
    """

    moves: list[Move] = field(default_factory=list)
    fresh: list[NewComponent] = field(default_factory=list)
    updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    removed_ids: list[str] = field(default_factory=list)
    dated_anew: list[Component] = field(default_factory=list)
    affected_from: list[datetime] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.moves or self.fresh or self.updates)


def compare_components(
    rows: Iterable[StoredComponent],
    components: Sequence[Component],
    platform: str | None,
    now: datetime,
) -> ComponentChange:
    """Return what the page's present list changes among all components it ever listed.

    `platform` is the page's. What is not listed has left the page `now`.
    """
    change = ComponentChange()
    present = by_id(components)
    entries = by_id(rows)
    for move in _moves(entries, present, platform):
        row = entries.pop(move.old_id)
        entries[move.new_id] = row._replace(entry=_with_id(row.entry, move.new_id))
        change.moves.append(move)
        change.affected_from.append(row.entry.removed_at or now)
    _add_new(change, entries, present)
    for key, row in entries.items():
        if key in present:
            _update(change, row, present[key], platform)
        elif row.entry.removed_at is None:
            change.updates[key] = {"removed_at": now}
            change.removed_ids.append(key)
            change.affected_from.append(now)
    return change


def _with_id(entry: KnownComponent, new_id: str) -> KnownComponent:
    return replace(entry, component=replace(entry.component, id=new_id))


def _moves(
    entries: Mapping[str, StoredComponent], present: Mapping[str, Component], platform: str | None
) -> list[Move]:
    """Return what another platform listed and has its only namesake on this one."""
    if platform is None:
        return []
    new = list(_new(entries, present))
    former = list(_of_another_platform(entries, present, platform))
    old_ids: dict[str, str] = {}  # by new id
    for name in (_full_name, _plain_name):
        ours, theirs = _only(new, name), _only(former, name)
        for same_name in ours.keys() & theirs.keys():
            new_id, old_id = ours[same_name].id, theirs[same_name].id
            if new_id not in old_ids and old_id not in old_ids.values():
                old_ids[new_id] = old_id
    return [Move(old_id, new_id) for new_id, old_id in old_ids.items()]


def _new(
    entries: Mapping[str, StoredComponent], present: Mapping[str, Component]
) -> Iterator[Component]:
    """Yield the components that were never listed under their ids."""
    for key, component in present.items():
        if key not in entries:
            yield component


def _of_another_platform(
    entries: Mapping[str, StoredComponent], present: Mapping[str, Component], platform: str
) -> Iterator[Component]:
    """Yield the components that are not listed now and were last on another platform."""
    for key, row in entries.items():
        if key not in present and row.platform not in {None, platform}:
            yield row.entry.component


def _full_name(component: Component) -> str:
    return f"{component.group or ''}\n{component.name}".casefold()


def _plain_name(component: Component) -> str:
    return component.name.casefold()


def _only(
    components: Sequence[Component], name: Callable[[Component], str]
) -> dict[str, Component]:
    """Return the components that no other of these shares its name with, by that name."""
    count = Counter(map(name, components))
    only = by_key(components, name)
    for text, number in count.items():
        if number > 1:
            del only[text]
    return only


def _add_new(
    change: ComponentChange,
    entries: Mapping[str, StoredComponent],
    present: Mapping[str, Component],
) -> None:
    new = list(_new(entries, present))
    if not new:
        return
    slugs = Slugs(row.entry.slug for row in entries.values())
    for component in sorted(new, key=lambda component: component.position):
        change.fresh.append(NewComponent(component, slugs.give(component)))
    change.dated_anew += new


def _update(
    change: ComponentChange,
    row: StoredComponent,
    component: Component,
    platform: str | None,
) -> None:
    before = row.entry.component
    values: dict[str, Any] = {}
    if component.start_date is None:  # a list that does not say takes back nothing
        component = replace(component, start_date=before.start_date)
    if before != component:
        values = column_values(component)
    if row.entry.removed_at is not None:
        values["removed_at"] = None
        change.affected_from.append(row.entry.removed_at)
    if before.start_date != component.start_date:
        change.dated_anew += [before, component]
    if row.platform != platform:
        values["platform"] = platform
    if values:
        change.updates[component.id] = values


def column_values(component: Component) -> dict[str, Any]:
    """Return the columns that the vendor's list fills."""
    return {
        "name": component.name,
        "group_name": component.group,
        "region": component.region,
        "position": component.position,
        "start_date": component.start_date,
        "has_bars": component.has_bars,
    }


def starts(
    components: Iterable[Component], first_fact: datetime | None, zone: tzinfo
) -> Iterator[datetime]:
    """Yield since when components may have days: what covers the whole page covers them too, from
    `first_fact` on (None = nothing covers any time yet).
    """
    if first_fact is None:
        return
    for component in components:
        if component.start_date is None:
            yield first_fact
        else:
            yield max(day_interval(component.start_date, zone).start, first_fact)
