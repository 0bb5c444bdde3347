"""What happened at a vendor lately: incidents as they were told, changes of its level, days that it
changed afterwards.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor import history
from monitor.answers.day_revisions import RevisedDay, revised_days
from monitor.answers.incidents import worst_of
from monitor.answers.level_changes import LevelChange, level_changes
from monitor.component_names import find_component
from monitor.config import VendorConfig
from monitor.days.level_spans import level_spans
from monitor.intervals import day_interval
from monitor.lookups import among
from monitor.model import (
    Impact,
    Incident,
    KnownComponent,
    Level,
    PageFacts,
    Phase,
    Window,
    by_id,
)
from monitor.ratios import window_ending
from monitor.store import IncidentVersion, PageRecord, Store, UpdateVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ChronicleQuery:
    """The last `days` in a page's zone, asked about at `now`; `component` as `find_component` takes
    it, None = the vendor as a whole.
    """

    now: datetime
    days: int = 30
    component: str | None = None

    def window(self, page: PageRecord) -> Window:
        """Return the days, the last of which is the page's today."""
        return window_ending(self.now.astimezone(page.zone).date(), self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStory:
    """An incident or maintenance and its messages as they stand now, oldest first.

    `level` is the worst that it gave one of its `components`; None = unknown. `published_at` is
    when it was told of first; `updated_at` when the vendor last posted, ended or edited it, none
    of them later than now. `changes` counts all that it told, edited and took back after the first.
    """

    incident: Incident
    level: Level | None
    components: tuple[KnownComponent, ...]
    messages: tuple[UpdateVersion, ...]
    published_at: datetime
    updated_at: datetime
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """What happened in a window, of one component or of the vendor when it is None. Incidents are
    by start, level changes and edits of days in their order in time.
    """

    page: PageRecord
    vendor: VendorConfig
    component: KnownComponent | None
    window: Window
    incidents: tuple[IncidentStory, ...]
    changes: tuple[LevelChange, ...]
    edits: tuple[RevisedDay, ...]


def chronicle(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    query: ChronicleQuery,
) -> Chronicle:
    """Return what happened at a vendor. The user's overrides count. Raises ValueError when the page
    has no such component.
    """
    window = query.window(page)
    since = day_interval(window.first, page.zone).start
    facts, days = history.read(
        store, page, vendor, first=window.first, last=window.last, now=query.now
    )
    entries = by_id(facts.components)
    component, counted_ids = None, entries.keys() - days.excluded
    if query.component is not None:
        component = find_component(facts.components, query.component)
        counted_ids = {component.id}
    spans = level_spans(
        facts,
        history.options(vendor, page.zone, facts),
        days,
        first=window.first,
        last=window.last,
        now=query.now,
    )
    return Chronicle(
        page=page,
        vendor=vendor,
        component=component,
        window=window,
        incidents=tuple(_Stories(store, page, vendor, facts, query.now).of(component, since)),
        changes=level_changes(spans, entries, counted_ids, since=since),
        edits=tuple(_edits(store, page, component, query)),
    )


@dataclass(frozen=True, slots=True)
class _Stories:
    """Tells a page's incidents as they are known at `now`."""

    store: Store
    page: PageRecord
    vendor: VendorConfig
    facts: PageFacts
    now: datetime

    def of(self, component: KnownComponent | None, since: datetime) -> Iterator[IncidentStory]:
        """Yield those that had not ended by then, and name the component if one is asked about."""
        entries = by_id(self.facts.components)
        impacts: dict[str | None, list[Impact]] = defaultdict(list)
        for impact in self.facts.impacts:
            impacts[impact.incident_id].append(impact)
        for incident in sorted(self.facts.incidents, key=lambda each: (each.started_at, each.id)):
            is_over = incident.resolved_at is not None and incident.resolved_at < since
            is_about = component is None or component.id in incident.component_ids
            if is_about and not is_over:
                level = _level(incident, impacts[incident.id], self.vendor)
                components = among(entries, incident.component_ids)
                yield self._story(incident, level, tuple(components))

    def _story(
        self, incident: Incident, level: Level | None, components: tuple[KnownComponent, ...]
    ) -> IncidentStory:
        messages = self.store.incident_updates(self.page.id, incident.id, edits=True)
        versions = self.store.incident_versions(self.page.id, incident.id)
        first_read_at = versions[0].recorded_at if versions else incident.started_at
        published_at = min(self.now, first_read_at, incident.started_at)
        instants = (at for at in _told_at(incident, messages, versions) if at <= self.now)
        return IncidentStory(
            incident=incident,
            level=level,
            components=components,
            messages=tuple(each for each in messages if each.superseded_at is None),
            published_at=published_at,
            updated_at=max(instants, default=published_at),
            changes=_changes(messages, versions),
        )


def _level(incident: Incident, impacts: list[Impact], vendor: VendorConfig) -> Level | None:
    """Return the worst level of an incident; a maintenance that gives none is one all the same."""
    if incident.maintenance and not impacts:
        return Level.MAINTENANCE
    return worst_of(impacts, vendor)


def _told_at(
    incident: Incident, messages: list[UpdateVersion], versions: list[IncidentVersion]
) -> Iterator[datetime]:
    """Yield when something was told of an incident: by the vendor's clock, and where it changed
    what it had told before, when we read that.
    """
    yield incident.started_at
    if incident.resolved_at is not None:
        yield incident.resolved_at
    for message in messages:
        yield message.superseded_at or message.update.at
    for version in versions[1:]:
        yield version.recorded_at
    if incident.phase is Phase.SCHEDULED and versions:
        yield versions[0].recorded_at


def _changes(messages: list[UpdateVersion], versions: list[IncidentVersion]) -> int:
    """Count what was told after the first; a message that was edited or taken back counts twice, so
    that the count never falls.
    """
    superseded_count = sum(message.superseded_at is not None for message in messages)
    return max(0, len(versions) - 1) + len(messages) + superseded_count


def _edits(
    store: Store,
    page: PageRecord,
    component: KnownComponent | None,
    query: ChronicleQuery,
) -> list[RevisedDay]:
    """Return the edits of the component's days, of the vendor's own where it is None."""
    edits = []
    for edit in revised_days(store, page, query.window(page), moment=query.now):
        of_id = None if edit.component is None else edit.component.id
        if of_id == (None if component is None else component.id):
            edits.append(edit)
    return sorted(edits, key=lambda edit: edit.changed_at)
