"""The vendors' history, read: the questions that can be asked of one database."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from exporters.tables.incidents import incident_row
from exporters.tables.updates import update_row
from exporters.wording import level_key
from monitor import answers
from monitor.api import rows
from monitor.api.errors import NotFound
from monitor.api.questions import Choice, Question, question
from monitor.api.records import component_record, report_query, vendor_record
from monitor.api.sequence import Rows
from monitor.component_patterns import left_out
from monitor.errors import ConfigError
from monitor.lookups import slugs_by_id
from monitor.model import Incident, KnownComponent
from monitor.runtime import Context
from monitor.store import PageRecord

ALL = "*"
"""As a component: each of the vendor's, and not the vendor itself."""

Row = TypeVar("Row")


class History:
    """What a database knows of vendors, to be read and never written; `monitor.api.open` gives one.

    A vendor is named by its slug, or by a name as in `monitor report`; a component by its slug, its
    id or its name. Days are those of the page's zone, given as a `date` or a text (`2026-05-22`,
    `today`, `yesterday`). `days` are how many (90) that end with the last one, `as_of` or `until`
    (today); `since` gives the first day instead. `known_at`, an aware `datetime` or a text such as
    `2026-05-06T12:00Z`, leaves out what was learnt later. `policy` (`statuspage`, `strict`, `any`,
    `raw`) weighs the downtime, and `raw` leaves out your overrides; None = the settings' policy.

    Questions raise NotFound, BadQuestion, and StoreError when the database cannot be read.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._context.store.close()

    def vendors(self) -> Rows[rows.Vendor]:
        """Return the vendors that are watched, by slug."""
        pages = sorted(self._context.store.pages(), key=lambda page: page.slug)
        return Rows(rows.Vendor, map(_vendor, pages))

    def components(self, vendor: str) -> Rows[rows.Component]:
        """Return a vendor's components by slug, those included that have left its page."""
        page = self._page(vendor)
        entries = self._context.store.known_components(page.id)
        excluded_ids = left_out(entries, self._context.vendors[page.slug])
        by_slug = sorted(entries, key=lambda entry: entry.slug)
        return Rows(rows.Component, (_component(page, entry, excluded_ids) for entry in by_slug))

    def standing(self, vendor: str) -> rows.Standing:
        """Return how a vendor stands now."""
        page = self._page(vendor)
        settings = self._context.vendors[page.slug]
        now = answers.standing(self._context.store, page, settings, self._context.clock())
        slugs = self._slugs(page)
        return rows.Standing(
            vendor=page.slug,
            as_of=now.as_of,
            read_at=now.read_at,
            freshness=now.freshness.value,
            level=level_key(now.level),
            known_components=now.known_components,
            counted_components=now.counted_components,
            levels={
                slugs[key]: level_key(level) for key, level in now.levels.items() if key in slugs
            },
            open_incidents=self._maybe_incidents(page, now.incidents),
            open_maintenances=self._maybe_incidents(page, now.maintenances),
        )

    def record(
        self,
        vendor: str,
        component: str | None = None,
        *,
        days: int | None = None,
        as_of: date | str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        known_at: datetime | str | None = None,
        policy: str | None = None,
    ) -> rows.Record:
        """Return what a vendor did over the days, or one of its components."""
        choice = Choice(
            days=days, as_of=as_of, since=since, until=until, known_at=known_at, policy=policy
        )
        query = self._question(self._page(vendor), choice)
        report = answers.record(query.store, query.page, query.vendor, report_query(query))
        if component is None:
            return vendor_record(report)
        key = query.component(component).id
        for own in report.components:
            if own.component.id == key:
                return component_record(report, own)
        raise NotFound(f"{query.page.slug}: {component!r} was not on the page in these days")

    def days(
        self,
        vendor: str | None = None,
        component: str | None = None,
        *,
        days: int | None = None,
        as_of: date | str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        known_at: datetime | str | None = None,
        policy: str | None = None,
    ) -> Rows[rows.Day]:
        """Return each day of a vendor (None = of every one) or of a component (`ALL` = of each)."""
        choice = Choice(
            days=days, as_of=as_of, since=since, until=until, known_at=known_at, policy=policy
        )
        of_vendors = component is None
        values = self._rows("days", vendor, None if of_vendors else component, choice)
        return _rows_of(rows.Day, _days_of(values, of_vendors=of_vendors))

    def intervals(
        self,
        vendor: str | None = None,
        component: str | None = None,
        *,
        days: int | None = None,
        as_of: date | str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        known_at: datetime | str | None = None,
        policy: str | None = None,
    ) -> Rows[rows.Interval]:
        """Return when components were at bad levels, maintenance too: all of the vendor, of every
        vendor where none is named, or one.
        """
        choice = Choice(
            days=days, as_of=as_of, since=since, until=until, known_at=known_at, policy=policy
        )
        values = self._rows("intervals", vendor, component, choice)
        return _rows_of(rows.Interval, values)

    def observations(
        self,
        vendor: str | None = None,
        component: str | None = None,
        *,
        days: int | None = None,
        as_of: date | str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        known_at: datetime | str | None = None,
    ) -> Rows[rows.Observation]:
        """Return the states that polls saw, whole, of those that held in these days."""
        choice = Choice(days=days, as_of=as_of, since=since, until=until, known_at=known_at)
        values = self._rows("observations", vendor, component, choice)
        return _rows_of(rows.Observation, values)

    def incidents(
        self,
        vendor: str | None = None,
        component: str | None = None,
        *,
        days: int | None = None,
        as_of: date | str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        known_at: datetime | str | None = None,
        policy: str | None = None,
    ) -> Rows[rows.Incident]:
        """Return the incidents and maintenances that touch these days, each with its messages; with
        a component, those that name it.
        """
        choice = Choice(
            days=days, as_of=as_of, since=since, until=until, known_at=known_at, policy=policy
        )
        with_updates: list[rows.Incident] = []
        for query in self._questions(vendor, choice):
            slug = _slug(query, component)
            own = (r for r in query.rows("incidents") if slug is None or slug in r["components"])
            with_updates += self._with_updates(query.page, own, query.known_at or query.now)
        return Rows(rows.Incident, with_updates)

    def _rows(
        self,
        table: str,
        vendor: str | None,
        component: str | None,
        choice: Choice,
    ) -> Iterator[dict[str, Any]]:
        """Yield a table's rows: those of one component, or all."""
        for query in self._questions(vendor, choice):
            slug = _slug(query, component)
            for row in query.rows(table):
                if slug is None or row["component"] == slug:
                    yield row

    def _questions(self, vendor: str | None, choice: Choice) -> Iterator[Question]:
        """Yield the question about one vendor, or about each."""
        pages = self._context.store.pages() if vendor is None else [self._page(vendor)]
        for page in sorted(pages, key=lambda page: page.slug):
            yield self._question(page, choice)

    def _question(self, page: PageRecord, choice: Choice) -> Question:
        return question(
            self._context.store,
            page,
            self._context.vendors[page.slug],
            choice,
            now=self._context.clock(),
            policy=self._context.settings.policy,
        )

    def _page(self, vendor: str) -> PageRecord:
        """Return the page of a vendor. Raises NotFound."""
        try:
            (slug,) = self._context.slugs([vendor])
        except ConfigError as error:
            raise NotFound(str(error)) from None
        pages = self._context.store.pages([slug], removed=True)
        if not pages:
            where = self._context.store.address
            raise NotFound(f"{slug} is not in {where} yet; read it with `monitor backfill {slug}`")
        return pages[0]

    def _slugs(self, page: PageRecord) -> dict[str, str]:
        """Return the slugs of a page's components by id."""
        return slugs_by_id(self._context.store.known_components(page.id))

    def _maybe_incidents(
        self, page: PageRecord, incidents: Iterable[Incident] | None
    ) -> tuple[rows.Incident, ...] | None:
        if incidents is None:
            return None
        slugs = self._slugs(page)
        each = (incident_row(page, incident, slugs) for incident in incidents)
        return tuple(self._with_updates(page, each, self._context.clock()))

    def _with_updates(
        self, page: PageRecord, incidents: Iterable[Mapping[str, Any]], moment: datetime
    ) -> Iterator[rows.Incident]:
        """Yield incidents with their messages as they stood then."""
        slugs, store = self._slugs(page), self._context.store
        for row in incidents:
            versions = store.incident_updates(page.id, row["incident"], known_at=moment)
            messages = (update_row(page, version, slugs) for version in versions)
            updates = tuple(_make(rows.IncidentUpdate, message) for message in messages)
            yield _make(rows.Incident, {**row, "updates": updates})


def _slug(query: Question, component: str | None) -> str | None:
    """Return the slug of the component that is meant; None = all of them. Raises NotFound."""
    return None if component in {None, ALL} else query.component(str(component)).slug


def _days_of(values: Iterable[dict[str, Any]], *, of_vendors: bool) -> Iterator[dict[str, Any]]:
    """Yield the rows of vendors, or those of components."""
    for row in values:
        if (row["component"] is None) is of_vendors:
            yield row


def _rows_of(kind: type[Row], values: Iterable[Mapping[str, Any]]) -> Rows[Row]:
    return Rows(kind, (_make(kind, row) for row in values))


def _make(row: Callable[..., Row], values: Mapping[str, Any]) -> Row:
    """Return a row of these values, its lists as tuples."""
    frozen = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return row(**frozen)


def _vendor(page: PageRecord) -> rows.Vendor:
    return rows.Vendor(
        vendor=page.slug,
        name=page.page_name or page.name,
        page=page.url,
        platform=page.platform,
        zone=page.zone_name,
        added_at=page.added_at,
        last_poll_at=page.last_poll_at,
        last_success_at=page.last_success_at,
    )


def _component(
    page: PageRecord, entry: KnownComponent, excluded_ids: frozenset[str]
) -> rows.Component:
    return rows.Component(
        vendor=page.slug,
        component=entry.slug,
        component_id=entry.id,
        component_name=entry.component.name,
        component_group=entry.component.group,
        excluded=entry.id in excluded_ids,
        first_seen_at=entry.first_seen_at,
        removed_at=entry.removed_at,
    )
