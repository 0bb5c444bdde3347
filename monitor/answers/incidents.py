"""The incidents and maintenances that vendors told of, each with the worst level it came to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor import history
from monitor.config import VendorConfig
from monitor.impacts import impact_level
from monitor.intervals import day_interval
from monitor.lookups import among
from monitor.model import Impact, Incident, KnownComponent, Level, Window, by_id, worst_level
from monitor.standing import is_bad
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True)
class ImpactReading:
    """At which level an incident put a component, from `start` to `end` (UTC), None = still.

    `level` None = its word says no level.
    """

    component: KnownComponent
    level: Level | None
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLevel:
    """An incident as it was published at the moment that counts, with the components that it names
    and the page knows, and the worst `level` at which it put one of them.

    `level` None = no impact of it is known or counts, or one of them has a word that says no level
    and none says anything bad. `readings` say of which components that was known, and when.
    """

    incident: Incident
    components: tuple[KnownComponent, ...]
    level: Level | None
    readings: tuple[ImpactReading, ...] = ()


def incidents(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    window: Window,
    *,
    now: datetime,
    known_at: datetime | None = None,
    raw: bool = False,
) -> tuple[IncidentLevel, ...]:
    """Return those that touch the days of a window, in the page's zone: the latest start first.

    The user's overrides count, unless `raw`.
    """
    facts = history.read_facts(
        store, page, vendor, first=window.first, now=now, known_at=known_at, raw=raw
    )
    begin = day_interval(window.first, page.zone).start
    end = day_interval(window.last, page.zone).end
    impacts: dict[str | None, list[Impact]] = defaultdict(list)
    for impact in facts.impacts:
        impacts[impact.incident_id].append(impact)
    entries = by_id(facts.components)
    incidents = []
    for incident in facts.incidents:
        is_over = incident.resolved_at is not None and incident.resolved_at < begin
        if is_over or incident.started_at >= end:
            continue
        own = impacts[incident.id]
        incidents.append(
            IncidentLevel(
                incident=incident,
                components=tuple(among(entries, incident.component_ids)),
                level=worst_of(own, vendor),
                readings=tuple(_readings(own, vendor, entries)),
            )
        )
    return tuple(sorted(incidents, key=_place))


def _readings(
    impacts: Iterable[Impact], vendor: VendorConfig, entries: Mapping[str, KnownComponent]
) -> Iterator[ImpactReading]:
    """Yield what each impact says of a component that the page knows, by component and start."""
    own_impacts = (impact for impact in impacts if impact.component_id in entries)
    for impact in sorted(own_impacts, key=lambda each: (each.component_id, each.start)):
        level = impact_level(impact, vendor.impact_mapping)
        yield ImpactReading(entries[impact.component_id], level, impact.start, impact.end)


def worst_of(impacts: Iterable[Impact], vendor: VendorConfig) -> Level | None:
    """Return the worst level of impacts. One that is unknown is never taken for a good one."""
    levels = {impact_level(impact, vendor.impact_mapping) for impact in impacts}
    worst = worst_level(levels)
    return None if None in levels and not is_bad(worst) else worst


def _place(entry: IncidentLevel) -> tuple[float, str]:
    return -entry.incident.started_at.timestamp(), entry.incident.id
