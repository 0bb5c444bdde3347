"""What is behind one day: what was said of it, by whom, when we read it, and what it came to."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from monitor import history
from monitor.answers.component_days import (
    ComponentDay,
    Dispute,
    component_days,
    days_of,
    disputes,
    worst_components,
)
from monitor.answers.day_query import DayQuery
from monitor.config import VendorConfig
from monitor.intervals import Interval, day_interval
from monitor.model import (
    Bar,
    Coverage,
    Day,
    Impact,
    Incident,
    KnownComponent,
    ObservedRun,
    PageFacts,
    by_id,
)
from monitor.overrides import Override, overridden, overrides_by_id
from monitor.store import DayRevision, PageRecord, PinnedBody, Store, UpdateVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAccount:
    """An incident as it bears on a day: its impacts there, its messages in every version read,
    oldest first, and what the user decided about it.
    """

    incident: Incident
    impacts: tuple[Impact, ...]
    messages: tuple[UpdateVersion, ...]
    override: Override | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One day of one component, or of the vendor when `component` is None, with what is behind it.

    `span` are the day's instants, `components` all of the page by id. Bars, impacts, coverage and
    runs are those of the day and of the components asked about; `loose_impacts` belong to no
    incident. `days` are those of the component asked about, or of all that count for the vendor.
    `worst` are the components as bad as a vendor's bad day, `disputes` those that make a day
    disputed. `revisions` are the values that the day had before the vendor changed its record,
    oldest first. `bodies` are the answers
    kept as evidence of the page's day, with where and when each was read. Nothing here was learnt
    after `as_of`.
    """

    page: PageRecord
    vendor: VendorConfig
    as_of: datetime
    component: KnownComponent | None
    components: Mapping[str, KnownComponent]
    day: Day
    days: tuple[ComponentDay, ...]
    worst: tuple[ComponentDay, ...]
    disputes: tuple[Dispute, ...]
    revisions: tuple[DayRevision, ...]
    span: Interval
    bars: tuple[Bar, ...]
    incidents: tuple[IncidentAccount, ...]
    loose_impacts: tuple[Impact, ...]
    runs: tuple[ObservedRun, ...]
    coverage: tuple[Coverage, ...]
    bodies: tuple[PinnedBody, ...]

    def name_of(self, component_id: str) -> str:
        """Return a component's name; its id when the page has none of that id."""
        entry = self.components.get(component_id)
        return component_id if entry is None else entry.component.full_name


def explanation(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    query: DayQuery,
) -> Explanation:
    """Return what is behind a day.

    Raises ValueError when the component is not known or its name is not unique, or the day has not
    begun.
    """
    query.require_begun(page)
    day, span = query.day, day_interval(query.day, page.zone)
    facts, page_days = history.read(
        store, page, vendor, first=day, last=day, now=query.now, known_at=query.known_at
    )
    component = query.component_of(facts.components)
    components = by_id(facts.components)
    ids = components.keys() if component is None else {component.id}
    facts = _about(facts, ids, day, span)
    return Explanation(
        page=page,
        vendor=vendor,
        as_of=query.moment,
        component=component,
        components=components,
        day=days_of(page_days, component).day(day),
        days=component_days(page_days, components, component, day),
        worst=() if component else worst_components(page_days, components, day),
        disputes=disputes(page_days, components, component, day),
        revisions=tuple(_revisions(store, page, component, query)),
        span=span,
        bars=facts.bars,
        incidents=tuple(_accounts(store, page, vendor, facts, query.moment)),
        loose_impacts=tuple(_of_incident(facts.impacts, None)),
        runs=facts.runs,
        coverage=facts.coverage,
        bodies=tuple(_read_by(query.moment, store.pinned(page.id, day))),
    )


def day_versions(store: Store, page: PageRecord, query: DayQuery) -> tuple[DayRevision, ...]:
    """Return what the day was and is, as it was derived then, oldest first: all that is known at
    `query.now`, whatever its `known_at` leaves out. None of an unknown day.

    Raises ValueError when the component is not known or its name is not unique.
    """
    component = None
    if query.component is not None:
        component = query.component_of(store.known_components(page.id))
    key = None if component is None else component.id
    return tuple(_recorded_by(query.now, store.revisions(page.id, key, query.day)))


def _recorded_by(moment: datetime, revisions: Iterable[DayRevision]) -> Iterator[DayRevision]:
    for revision in revisions:
        if revision.recorded_at <= moment:
            yield revision


def _read_by(moment: datetime, bodies: Iterable[PinnedBody]) -> Iterator[PinnedBody]:
    for body in bodies:
        if body.ref.read_at <= moment:
            yield body


def _revisions(
    store: Store,
    page: PageRecord,
    component: KnownComponent | None,
    query: DayQuery,
) -> Iterator[DayRevision]:
    key = None if component is None else component.id
    for revision in store.revisions(page.id, key, query.day):
        if revision.superseded_at is not None and revision.superseded_at <= query.moment:
            yield revision


def _about(facts: PageFacts, ids: Collection[str], day: date, span: Interval) -> PageFacts:
    """Return the facts that bear on the day of these components. An incident does when an impact or
    a bar names it, and, when it names no component, by its times alone.
    """
    bars = tuple(bar for bar in facts.bars if bar.component_id in ids and bar.day == day)
    impacts = tuple(_during(facts.impacts, ids, span))
    incident_ids: set[str | None] = set()
    for impact in (*impacts, *_during(facts.excused, ids, span)):
        incident_ids.add(impact.incident_id)
    for bar in bars:
        incident_ids.update(bar.incident_ids)
    return PageFacts(
        incidents=tuple(_bearing(facts.incidents, incident_ids, span)),
        impacts=impacts,
        bars=bars,
        coverage=tuple(_within(facts.coverage, {None, *ids}, span)),
        runs=tuple(_within(facts.runs, ids, span)),
    )


def _during(impacts: Iterable[Impact], ids: Collection[str], span: Interval) -> Iterator[Impact]:
    for impact in impacts:
        if impact.component_id in ids and _overlaps(span, impact.start, impact.end):
            yield impact


def _of_incident(impacts: Iterable[Impact], key: str | None) -> Iterator[Impact]:
    for impact in impacts:
        if impact.incident_id == key:
            yield impact


def _bearing(
    incidents: Iterable[Incident], incident_ids: Collection[str | None], span: Interval
) -> Iterator[Incident]:
    for incident in incidents:
        is_during = _overlaps(span, incident.started_at, incident.resolved_at)
        if incident.id in incident_ids or (is_during and not incident.component_ids):
            yield incident


def _overlaps(span: Interval, start: datetime, end: datetime | None) -> bool:
    return start < span.end and (end is None or end > span.start)


_Spanning = TypeVar("_Spanning", Coverage, ObservedRun)


def _within(
    facts: Iterable[_Spanning], ids: Collection[str | None], span: Interval
) -> Iterator[_Spanning]:
    for fact in facts:
        if fact.component_id in ids and fact.span.clip(span) is not None:
            yield fact


def _accounts(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    facts: PageFacts,
    moment: datetime,
) -> Iterator[IncidentAccount]:
    decisions = overrides_by_id(overridden(facts.incidents, vendor.overrides))
    ids = [incident.id for incident in facts.incidents]
    messages = store.updates_of(page.id, ids, known_at=moment, edits=True)
    for incident in facts.incidents:
        yield IncidentAccount(
            incident=incident,
            impacts=tuple(_of_incident(facts.impacts, incident.id)),
            messages=tuple(messages.get(incident.id, ())),
            override=decisions.get(incident.id),
        )
