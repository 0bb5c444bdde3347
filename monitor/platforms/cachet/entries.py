"""The rows of a Cachet page's lists, which either version writes in its own way. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from monitor.errors import UnexpectedShape
from monitor.kit.fields import (
    Row,
    identifier,
    keyword,
    maybe_row,
    maybe_text,
    optional_rows,
    row,
    text,
)
from monitor.kit.times import maybe_instant
from monitor.platforms.cachet.lists import Entities, ListPage

UNSAID = frozenset({"0", "5"})
"""The numbers by which Cachet itself says that it does not know a component's state."""

Relations = Mapping[str, Sequence[Row]]
"""What a row refers to, by kind of relation."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of either version; `where` names it in errors.

    `ambiguous_ids` are components to which several rows of the list refer.
    """

    row: Row
    where: str
    zone: tzinfo
    relations: Relations = field(default_factory=dict)
    ambiguous_ids: frozenset[str] = frozenset()

    @property
    def fields(self) -> Row:
        """What the row says: version 3 has it under `attributes`."""
        attributes = self.row.get("attributes")
        return self.row if attributes is None else row(attributes, f"{self.where}.attributes")

    @property
    def id(self) -> str:
        """The row's id. Raises UnexpectedShape when it has none."""
        return identifier(self.row.get("id"), f"{self.where}.id")

    @property
    def title(self) -> str:
        """The row's name, else its id."""
        return maybe_text(self.fields.get("name")) or self.id

    def state(self, *keys: str) -> str:
        """Return the first of these numbers that is there, as a word."""
        where = f"{self.where}.{keys[0]}"
        for key in keys:
            value = self.fields.get(key)
            if value is not None:
                return _number(value, where)
        return _number(None, where)

    def time(self, name: str) -> datetime | None:
        """Return the time of this name, None when there is none: version 2 has it in `{name}_at`,
        version 3 in an object.
        """
        value = self.fields.get(f"{name}_at")
        in_version_3 = self.fields.get(name)
        if value is None and isinstance(in_version_3, dict):
            value = in_version_3.get("string")
        return maybe_instant(value, f"{self.where}.{name}", self.zone)

    def first_time(self, *names: str) -> datetime:
        """Return the first of these times that is there. Raises UnexpectedShape when none is."""
        for name in names:
            at = self.time(name)
            if at is not None:
                return at
        raise UnexpectedShape(f"{self.where} has no time: none of {', '.join(names)}")

    def updates(self) -> Iterator["Entry"]:
        """Yield the row's updates, from the row itself or from what it refers to."""
        where = f"{self.where}.updates"
        own_updates = optional_rows(self.fields.get("updates"), where)
        for update in own_updates or self.relations.get("updates", ()):
            yield Entry(update, where, self.zone)

    def component_ids(self) -> tuple[str, ...]:
        """Return the components that the row names; 0 is none."""
        where = f"{self.where}.component"
        ids: dict[str, None] = {}
        for value in self._component_keys():
            ids[identifier(value, where)] = None
        return tuple(ids)

    def _component_keys(self) -> Iterator[Any]:
        """Yield whatever is said to be the id of a component."""
        for item in optional_rows(self.fields.get("components"), f"{self.where}.components"):
            yield item.get("component_id") or item.get("id")
        linked_components = self.relations.get("components", ())
        for component in linked_components:
            yield component.get("id")
        if not linked_components and self.fields.get("component_id"):
            yield self.fields["component_id"]

    def own_state(self, component_id: str) -> str | None:
        """Return the state that an incident of version 3 declares for a component; None when it
        declares none, or nobody knows which incident does.
        """
        if component_id in self.ambiguous_ids:
            return None
        for component in self.relations.get("components", ()):
            if str(component.get("id")) == component_id:
                return _pivot_state(component.get("attributes"))
        return None


def _pivot_state(attributes: object) -> str | None:
    pivot = maybe_row(attributes).get("pivot")
    if not isinstance(pivot, dict):
        return None
    state = _number(pivot.get("component_status"), "pivot.component_status")
    return None if state in UNSAID else state


def _number(value: object, where: str) -> str:
    return keyword(value.get("value") if isinstance(value, dict) else value, where)


def entries_of(pages: Iterable[ListPage], where: str, zone: tzinfo) -> list[Entry]:
    """Return the rows of all pages of a list; `where` names them in errors."""
    entries: list[Entry] = []
    for page in pages:
        relations = [_relations(item, page.entities) for item in page.rows]
        ambiguous_ids = _ids_of_several(relations)
        for item, own_relations in zip(page.rows, relations, strict=True):
            entry = Entry(item, where, zone, own_relations, ambiguous_ids)
            entries.append(entry)
    return entries


def _ids_of_several(relations: Iterable[Relations]) -> frozenset[str]:
    """Return the components to which several rows refer: each is included once, with one row's
    state.
    """
    times: Counter[str] = Counter()
    for own in relations:
        for component in own.get("components", ()):
            times[identifier(component.get("id"), "component.id")] += 1
    return frozenset(key for key, count in times.items() if count > 1)


def _relations(item: Row, entities: Entities) -> Relations:
    """Return what a row of version 3 refers to, by kind of relation."""
    relations: dict[str, Sequence[Row]] = {}
    for name, relation in row(item.get("relationships") or {}, "relationships").items():
        relations[name] = _resolve(relation, entities)
    return relations


def _resolve(relation: object, entities: Entities) -> list[Row]:
    """Return what a relation links to, as it is included, else the link alone."""
    links = row(relation, "relationship").get("data")
    if isinstance(links, dict):
        links = [links]
    targets = []
    for link in optional_rows(links, "relationship.data"):
        key = text(link.get("type"), "link.type"), identifier(link.get("id"), "link.id")
        targets.append(entities.get(key, link))
    return targets
