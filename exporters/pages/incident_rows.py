"""The incidents of a window, with our reading of their levels. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby

from exporters.cells import level_class
from exporters.pages.links import Links
from exporters.pages.times import Moment, moment
from exporters.wording import level_title
from monitor.answers import ImpactReading, IncidentLevel
from monitor.model import Incident, Level, Phase
from monitor.plain import duration

MOST = 100
"""So many incidents stand on a page."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A level with how long a component was at it."""

    classes: str
    words: str


@dataclass(frozen=True, slots=True)
class ComponentReading:
    """A component and the levels at which an incident put it, the worst first."""

    name: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An incident; `url` is its place on the vendor's page, where that may be followed, `number`
    how it is listed as evidence. `nothing` says why there is no reading of it.
    """

    number: int
    begun: Moment
    title: str
    address: str
    url: str | None
    impact: str
    components: tuple[ComponentReading, ...]
    nothing: str
    lasted: str


def incident_rows(
    incidents: Iterable[IncidentLevel], slug: str, zone: tzinfo, now: datetime, links: Links
) -> Iterator[IncidentRow]:
    """Yield the rows in the order of the incidents, at most `MOST`."""
    for number, each in enumerate(incidents, start=1):
        if number > MOST:
            return
        incident = each.incident
        yield IncidentRow(
            number=number,
            begun=moment(incident.started_at, zone, now),
            title=incident.title,
            address=links.incident(slug, incident.id),
            url=incident.url,
            impact="maintenance" if incident.maintenance else incident.impact or "none",
            components=tuple(_component_readings(each, now)),
            nothing=_nothing(each),
            lasted=_lasted(incident, now),
        )


def _component_readings(each: IncidentLevel, now: datetime) -> Iterator[ComponentReading]:
    for component, own in groupby(each.readings, key=lambda reading: reading.component):
        readings = tuple(_readings(own, now))
        if readings:
            yield ComponentReading(component.component.full_name, readings)


def _readings(own: Iterable[ImpactReading], now: datetime) -> Iterator[Reading]:
    lengths: dict[Level | None, timedelta] = {}
    for reading in own:
        length = (reading.end or now) - reading.start
        lengths[reading.level] = lengths.get(reading.level, timedelta(0)) + max(
            length, timedelta(0)
        )
    worst_first = sorted(lengths, key=lambda level: -1 if level is None else level, reverse=True)
    for level in worst_first:
        if level is not Level.OPERATIONAL:
            words = f"{level_title(level)} {duration(lengths[level].total_seconds())}"
            yield Reading(level_class(level), words)


def _nothing(each: IncidentLevel) -> str:
    if not each.incident.component_ids:
        return "names no component: no level concluded"
    return "no level is known of its components"


def _lasted(incident: Incident, now: datetime) -> str:
    end = incident.resolved_at
    if incident.phase is Phase.WITHDRAWN:
        return "withdrawn"
    if incident.phase is Phase.SCHEDULED:
        return "announced"
    if end is not None and end <= now:
        return duration(max((end - incident.started_at).total_seconds(), 0.0))
    if incident.phase is Phase.CLOSED:
        return "over, its end was not told"
    return f"going on, {duration(max((now - incident.started_at).total_seconds(), 0.0))}"
