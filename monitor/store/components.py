"""A page's components: upserts from the vendor's list, and the slugs that never change.

When a page moves to another platform its components get other ids. One that has the same name
there, and no other has, goes on as the same component: its facts and days are filed under the new
id. Nothing else of them changes.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from slugify import slugify
from sqlalchemy.engine import Connection

from monitor.intervals import day_interval
from monitor.model import Component, KnownComponent
from monitor.store import pages, tables, updates
from monitor.store.records import PageRecord

COMPONENT = tables.core(tables.Component)
LONGEST_SLUG = 200
"""In characters, before a number: one letter of a name may become twenty of a slug."""
_CHUNK = 1_000

_COLUMNS = tuple(
    COMPONENT.c[name]
    for name in (
        "external_id",
        "name",
        "group_name",
        "region",
        "position",
        "start_date",
        "has_bars",
        "slug",
        "first_seen_at",
        "removed_at",
        "excluded",
    )
)
_OF_PAGE = (
    sa.select(*_COLUMNS)
    .where(
        COMPONENT.c.page_id == sa.bindparam("page"),
        COMPONENT.c.first_seen_at <= sa.bindparam("known_at"),
    )
    .order_by(COMPONENT.c.position, COMPONENT.c.id)
)
_LISTED = (
    sa.select(*_COLUMNS)
    .where(COMPONENT.c.page_id == sa.bindparam("page"), COMPONENT.c.removed_at.is_(None))
    .order_by(COMPONENT.c.position, COMPONENT.c.id)
)
_UPDATE = sa.update(COMPONENT).where(
    COMPONENT.c.page_id == sa.bindparam("page"),
    COMPONENT.c.external_id == sa.bindparam("component"),
)


def rows(
    connection: Connection, page_id: int, known_at: datetime
) -> list[tuple[KnownComponent, bool]]:
    """Return the components known at an instant, in the page's order, each with whether it is
    excluded.
    """
    return [
        _known(tuple(row), known_at)
        for row in connection.execute(_OF_PAGE, {"page": page_id, "known_at": known_at}).all()
    ]


def listed(connection: Connection, page_id: int) -> list[tuple[KnownComponent, bool]]:
    """Return the components that are on the page, in its order, each with whether it is
    excluded.
    """
    return [
        _known(tuple(row), tables.FAR_FUTURE)
        for row in connection.execute(_LISTED, {"page": page_id}).all()
    ]


_PLATFORMS = sa.select(COMPONENT.c.external_id, COMPONENT.c.platform).where(
    COMPONENT.c.page_id == sa.bindparam("page")
)

_REFILE = [
    sa.update(table)
    .where(table.c.page_id == sa.bindparam("page"), table.c.component_id == sa.bindparam("old"))
    .values(component_id=sa.bindparam("new"))
    for table in tables.Table.metadata.sorted_tables
    if {"page_id", "component_id"} <= set(table.c.keys())
]
"""What files everything said of one component under another id."""

LISTED_IDS = sa.select(COMPONENT.c.external_id).where(
    COMPONENT.c.page_id == sa.bindparam("page"), COMPONENT.c.removed_at.is_(None)
)
_KNOWN_AMONG = sa.select(sa.func.count()).where(
    COMPONENT.c.page_id == sa.bindparam("page"),
    COMPONENT.c.external_id.in_(sa.bindparam("ids", expanding=True)),
)
_FIRST_LIST = sa.select(sa.func.min(COMPONENT.c.first_seen_at)).where(
    COMPONENT.c.page_id == sa.bindparam("page")
)
_NEW_AFTER = sa.select(sa.func.count()).where(
    COMPONENT.c.page_id == sa.bindparam("page"), COMPONENT.c.first_seen_at > sa.bindparam("since")
)


def ids(connection: Connection, page_id: int) -> frozenset[str]:
    """Return the ids of the components that are on the page."""
    return frozenset(connection.execute(LISTED_IDS, {"page": page_id}).scalars())


def count_new(connection: Connection, page_id: int, asked: Collection[str], since: datetime) -> int:
    """Return how many components were first seen after `since`, with those asked for that never
    were.

    Those of the page's first list do not count; 0 where it has listed none.
    """
    first = connection.execute(_FIRST_LIST, {"page": page_id}).scalar()
    if first is None:
        return 0
    recent: int = connection.execute(
        _NEW_AFTER, {"page": page_id, "since": max(first, since)}
    ).scalar_one()
    among = sorted(asked)
    chunks = (among[start : start + _CHUNK] for start in range(0, len(among), _CHUNK))
    known = sum(
        connection.execute(_KNOWN_AMONG, {"page": page_id, "ids": chunk}).scalar_one()
        for chunk in chunks
    )
    return recent + len(among) - known


# The same rows are read at every change of a page.
@lru_cache(maxsize=16_384)
def _known(row: tuple[Any, ...], known_at: datetime) -> tuple[KnownComponent, bool]:
    (
        key,
        name,
        group,
        region,
        position,
        start_date,
        has_bars,
        slug,
        first_seen_at,
        removed_at,
        excluded,
    ) = row
    component = Component(
        id=key,
        name=name,
        group=group,
        region=region,
        position=position,
        start_date=start_date,
        has_bars=has_bars,
    )
    gone = removed_at if removed_at is not None and removed_at <= known_at else None
    return (
        KnownComponent(
            component=component, slug=slug, first_seen_at=first_seen_at, removed_at=gone
        ),
        excluded,
    )


class Slugs:
    """Gives components slugs that no other of the page has. However many have one name, each takes
    the same time.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def give(self, component: Component) -> str:
        """Return the name's slug, else that of group and name, else with the first free number,
        from 2 on.
        """
        plain = slugify(component.name, max_length=LONGEST_SLUG) or "component"
        grouped = (
            slugify(f"{component.group} {component.name}", max_length=LONGEST_SLUG)
            if component.group
            else plain
        )
        slug = next(
            (each for each in (plain, grouped) if each not in self._taken), None
        ) or self._numbered(grouped)
        self._taken.add(slug)
        return slug

    def _numbered(self, slug: str) -> str:
        # What is taken stays so: the numbers below the last one need not be tried again.
        number = self._next.get(slug, 2)
        while f"{slug}-{number}" in self._taken:
            number += 1
        self._next[slug] = number + 1
        return f"{slug}-{number}"


class ComponentChanges:
    """Brings a page's components to the vendor's present list; nothing is ever deleted."""

    def __init__(self, connection: Connection, page: PageRecord, now: datetime) -> None:
        self._connection = connection
        self._page = page
        self._now = now
        self._known: dict[str, KnownComponent] = {
            known.component.id: known for known, _ in rows(connection, page.id, tables.FAR_FUTURE)
        }
        self._listed_by: dict[str, str | None] = {
            row.external_id: row.platform
            for row in connection.execute(_PLATFORMS, {"page": page.id})
        }
        self.new: list[str] = []
        self.removed: list[str] = []
        self.updated = 0
        self.affected: list[datetime] = []

    def apply(self, components: Iterable[Component]) -> None:
        """Add, update and bring back what is listed; mark the others as removed."""
        listed = {component.id: component for component in components}
        self._adopt(listed)
        self._add([component for key, component in listed.items() if key not in self._known])
        for key, known in self._known.items():
            if key in listed:
                self._update(known, listed[key])
            elif known.removed_at is None:
                self._set(key, {"removed_at": self._now})
                self.removed.append(key)
                self.affected.append(self._now)

    def _adopt(self, listed: Mapping[str, Component]) -> None:
        """File what another platform listed under the id that its only namesake has on this one."""
        new = [component for key, component in listed.items() if key not in self._known]
        left = [
            known.component
            for key, known in self._known.items()
            if key not in listed and self._listed_by.get(key) not in {None, self._page.platform}
        ]
        if not new or not left or self._page.platform is None:
            return
        for name in (_full_name, _plain_name):
            ours, theirs = _only(new, name), _only(left, name)
            for said in ours.keys() & theirs.keys():
                if theirs[said].id in self._known and ours[said].id not in self._known:
                    self._move(theirs[said].id, ours[said].id)

    def _move(self, old: str, new: str) -> None:
        for statement in _REFILE:
            self._connection.execute(statement, {"page": self._page.id, "old": old, "new": new})
        updates.refile(self._connection, self._page.id, old, new)
        self._connection.execute(
            _UPDATE.values(external_id=new), {"page": self._page.id, "component": old}
        )
        known = self._known.pop(old)
        self._known[new] = replace(known, component=replace(known.component, id=new))
        self.affected.append(known.removed_at or self._now)

    def _add(self, components: Sequence[Component]) -> None:
        if not components:
            return
        slugs = Slugs(known.slug for known in self._known.values())
        in_order = sorted(components, key=lambda each: each.position)
        values = [self._row(component, slugs.give(component)) for component in in_order]
        self._connection.execute(sa.insert(COMPONENT), values)
        self.new = [component.id for component in components]
        self.affected += self._starts(components)

    def _row(self, component: Component, slug: str) -> dict[str, Any]:
        return {
            "page_id": self._page.id,
            "external_id": component.id,
            "slug": slug,
            "excluded": False,
            "first_seen_at": self._now,
            "platform": self._page.platform,
        } | _described(component)

    def _starts(self, components: Iterable[Component]) -> list[datetime]:
        """Return since when new components may have days: what covers the whole page covers them
        too.
        """
        first = pages.first_fact(self._connection, self._page.id)
        if first is None:
            return []
        zone = self._page.zone
        return [
            (
                first
                if each.start_date is None
                else max(day_interval(each.start_date, zone).start, first)
            )
            for each in components
        ]

    def _update(self, known: KnownComponent, listed: Component) -> None:
        values: dict[str, Any] = {}
        if listed.start_date is None:  # a list that does not say takes back nothing
            listed = replace(listed, start_date=known.component.start_date)
        if known.component != listed:
            values = _described(listed)
        if known.removed_at is not None:
            values |= {"removed_at": None}
            self.affected.append(known.removed_at)
        if known.component.start_date != listed.start_date:
            self.affected += self._starts([known.component, listed])
        if self._listed_by.get(listed.id) != self._page.platform:
            values |= {"platform": self._page.platform}
        if values:
            self._set(listed.id, values)

    def _set(self, component_id: str, values: Mapping[str, Any]) -> None:
        self._connection.execute(
            _UPDATE.values(dict(values)), {"page": self._page.id, "component": component_id}
        )
        self.updated += 1


def _full_name(component: Component) -> str:
    return f"{component.group or ''}\n{component.name}".casefold()


def _plain_name(component: Component) -> str:
    return component.name.casefold()


def _only(
    components: Iterable[Component], name: Callable[[Component], str]
) -> dict[str, Component]:
    """Return the components that no other of these shares its name with, by that name."""
    components = list(components)
    count = Counter(map(name, components))
    return {name(each): each for each in components if count[name(each)] == 1}


def _described(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "group_name": component.group,
        "region": component.region,
        "position": component.position,
        "start_date": component.start_date,
        "has_bars": component.has_bars,
    }


_EXCLUDED = sa.select(COMPONENT.c.external_id).where(
    COMPONENT.c.page_id == sa.bindparam("page"), COMPONENT.c.excluded
)
_EXCLUDE = _UPDATE.values(excluded=sa.bindparam("value"))


def exclude(connection: Connection, page_id: int, excluded: frozenset[str]) -> bool:
    """Remember which components the vendor's figure leaves out; return whether that changed."""
    before = frozenset(connection.execute(_EXCLUDED, {"page": page_id}).scalars())
    changed = 0
    for key in before ^ excluded:
        row = {"page": page_id, "component": key, "value": key in excluded}
        changed += connection.execute(_EXCLUDE, row).rowcount
    return changed > 0
