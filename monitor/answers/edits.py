"""What vendors edited after the fact: days that were over, and incidents that were."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from monitor.answers.incident_history import FieldEdit, field_edits
from monitor.config import VendorConfig
from monitor.model import Day, KnownComponent, by_id
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class EditsQuery:
    """The edits that were seen from `since` to `now`; of days and of incidents each, `most` after
    the first `skip`.
    """

    now: datetime
    since: datetime
    skip: int = 0
    most: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEdit:
    """A component's day that was over, and then had other seconds or another level; `component`
    None = the page does not know it any more. `seen_at` is UTC.
    """

    page: PageRecord
    component: KnownComponent | None
    component_id: str
    date: date
    before: Day
    after: Day
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEdits:
    """What was changed of an incident after it was over, in one reading."""

    page: PageRecord
    components: Mapping[str, KnownComponent]
    edits: tuple[FieldEdit, ...]
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """The edits, those that were seen last first, and how many there are in all; `longer` and
    `shorter` count days by their outage.
    """

    days: tuple[DayEdit, ...]
    day_count: int
    longer: int
    shorter: int
    incidents: tuple[IncidentEdits, ...]
    incident_count: int


def edits(store: Store, vendors: Mapping[str, VendorConfig], query: EditsQuery) -> Edits:
    """Return what these vendors, by slug, edited. A day of which nothing was known before is none.

    Asks the store three questions, and for the components of each vendor that is shown.
    """
    pages = {page.id: page for page in store.pages(set(vendors))}
    end = query.skip + query.most
    days = sorted(_day_edits(store, pages, query), key=_day_place, reverse=True)
    incidents = sorted(_incident_edits(store, pages, query), key=_incident_place, reverse=True)
    names = _Names(store)
    return Edits(
        days=tuple(names.of_day(each) for each in days[query.skip : end]),
        day_count=len(days),
        longer=sum(each.after.seconds.outage > each.before.seconds.outage for each in days),
        shorter=sum(each.after.seconds.outage < each.before.seconds.outage for each in days),
        incidents=tuple(names.of_incident(each) for each in incidents[query.skip : end]),
        incident_count=len(incidents),
    )


def _day_edits(
    store: Store, pages: Mapping[int, PageRecord], query: EditsQuery
) -> Iterator[DayEdit]:
    for (page_id, key, day), versions in store.revisions_since(query.since).items():
        if page_id not in pages or key is None:
            continue
        for before, after in pairwise(versions):
            if query.since <= after.recorded_at <= query.now and _differ(before.day, after.day):
                yield DayEdit(
                    page=pages[page_id],
                    component=None,
                    component_id=key,
                    date=day,
                    before=before.day,
                    after=after.day,
                    seen_at=after.recorded_at,
                )


def _differ(before: Day, after: Day) -> bool:
    is_known = before.known_seconds is not None
    return is_known and (before.level, before.seconds) != (after.level, after.seconds)


def _incident_edits(
    store: Store, pages: Mapping[int, PageRecord], query: EditsQuery
) -> Iterator[IncidentEdits]:
    for (page_id, _), versions in store.incidents_edited_since(query.since).items():
        if page_id not in pages:
            continue
        for pair in pairwise(versions):
            own = tuple(edit for edit in field_edits(pair) if edit.is_afterwards)
            if own and query.since <= own[0].seen_at <= query.now:
                yield IncidentEdits(
                    page=pages[page_id], components={}, edits=own, seen_at=own[0].seen_at
                )


def _day_place(edit: DayEdit) -> tuple[datetime, date, str, str]:
    return edit.seen_at, edit.date, edit.page.slug, edit.component_id


def _incident_place(edit: IncidentEdits) -> tuple[datetime, str, str]:
    return edit.seen_at, edit.page.slug, edit.edits[0].after.id


class _Names:
    """Reads the components of a page once, when something of it is shown."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._components: dict[int, Mapping[str, KnownComponent]] = {}

    def of_day(self, edit: DayEdit) -> DayEdit:
        component = self._of(edit.page).get(edit.component_id)
        return replace(edit, component=component)

    def of_incident(self, edit: IncidentEdits) -> IncidentEdits:
        return replace(edit, components=self._of(edit.page))

    def _of(self, page: PageRecord) -> Mapping[str, KnownComponent]:
        if page.id not in self._components:
            self._components[page.id] = by_id(self._store.known_components(page.id))
        return self._components[page.id]
