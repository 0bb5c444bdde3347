"""A truth as of a moment, as Atlassian Statuspage spells it."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from monitor.demo.posts import Answer, Query, json_answer, newest_of
from monitor.demo.truth import Truth, TruthComponent, TruthIncident
from monitor.intervals import Interval, day_interval, day_of, days_between
from monitor.model import Level

Json = dict[str, Any]


STATES = {
    Level.OPERATIONAL: "operational",
    Level.MAINTENANCE: "under_maintenance",
    Level.DEGRADED: "degraded_performance",
    Level.PARTIAL_OUTAGE: "partial_outage",
    Level.MAJOR_OUTAGE: "major_outage",
}
INDICATORS = {
    Level.OPERATIONAL: ("none", "All Systems Operational"),
    Level.MAINTENANCE: ("maintenance", "Service Under Maintenance"),
    Level.DEGRADED: ("minor", "Partially Degraded Service"),
    Level.PARTIAL_OUTAGE: ("minor", "Minor Service Outage"),
    Level.MAJOR_OUTAGE: ("major", "Partial System Outage"),
}
HEADERS = {
    "server": "AtlassianEdge",
    "x-statuspage-version": "5d0b7c1e9a3f48626c1f0e2d4b8a97531fedcba0",
    "x-statuspage-skip-logging": "true",
    "cache-control": (
        "max-age=10, public, s-maxage=10, stale-while-revalidate=20, stale-if-error=3600"
    ),
    "vary": "Accept,Accept-Encoding",
    "access-control-allow-origin": "*",
}
MOST_INCIDENTS = 50


class Outages(NamedTuple):
    """Seconds of partial and of major outage on a day."""

    partial: int
    major: int


@dataclass(frozen=True, slots=True)
class Page:
    """A truth as of a moment, and the spellings of this platform."""

    truth: Truth
    now: datetime

    def stamp(self, at: datetime | None) -> str | None:
        """Return an instant in the page's zone, as it is printed."""
        return None if at is None else iso(at.astimezone(self.truth.tz))

    @property
    def today(self) -> date:
        """The page's day."""
        return day_of(self.now, self.truth.tz)

    @property
    def head(self) -> Json:
        """What every document says of the page."""
        return {
            "id": self.truth.page_id,
            "name": self.truth.name,
            "url": self.truth.url.rstrip("/"),
            "time_zone": self.truth.zone,
            "updated_at": self.stamp(self.truth.changed_at(self.now)),
        }

    def level(self, component_id: str) -> Level:
        """Return a component's level now."""
        return self.truth.level(component_id, self.now)

    def incidents(self) -> list[TruthIncident]:
        """Return the incidents, newest first by resolution or, failing that, creation."""
        incidents = [each for each in self.truth.visible(self.now) if not each.maintenance]
        return sorted(incidents, key=self._resolved_or_started, reverse=True)

    def _resolved_or_started(self, incident: TruthIncident) -> datetime:
        if incident.resolved_at is not None and incident.is_over(self.now):
            return incident.resolved_at
        return incident.started_at

    def maintenances(self) -> list[TruthIncident]:
        """Return the maintenances, the one announced last first."""
        return newest_of(self.truth, self.now, maintenance=True)

    def find(self, incident_id: str) -> TruthIncident | None:
        """Return an incident or maintenance that the page has spoken of."""
        for incident in self.truth.visible(self.now):
            if incident.id == incident_id:
                return incident
        return None

    def related_events(self, component_id: str, day: date) -> list[Json]:
        """Return the incidents that harmed the component on a day, as the uptime record names
        them.
        """
        interval = day_interval(day, self.truth.tz)
        incidents = [
            each for each in self.truth.incidents if self._harms(each, component_id, interval)
        ]
        return [{"name": incident.title, "code": incident.id} for incident in incidents]

    def _harms(self, incident: TruthIncident, component_id: str, interval: Interval) -> bool:
        if incident.maintenance:
            return False
        for start, end, _ in incident.spans(component_id, self.now):
            if start < interval.end and (end is None or end > interval.start) and start != end:
                return True
        return False

    def outages(self, component: TruthComponent, day: date) -> Outages:
        """Return the seconds of partial and of major outage; none before the component's first
        day.
        """
        if day < component.start or day > self.today:
            return Outages(0, 0)
        seconds = self.truth.seconds(component.id, day, now=self.now)
        return Outages(int(seconds.partial), int(seconds.major))


def iso(at: datetime) -> str:
    """Return an instant in its own zone, in milliseconds."""
    text = at.isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def groups_of(truth: Truth) -> dict[str, list[TruthComponent]]:
    """Return the components of each group, in the page's order."""
    groups: dict[str, list[TruthComponent]] = {}
    for component in truth.components:
        if component.group is not None:
            groups.setdefault(component.group, []).append(component)
    return groups


def json_document(document: Json) -> Answer:
    """Answer with a document."""
    return json_answer(document, HEADERS, etag=True)


def midnight(page: Page, day: date) -> str:
    """Return the day's first instant in the page's zone."""
    return iso(datetime.combine(day, time(), page.truth.tz))


def page_number(query: Query) -> int:
    """Return which page of the record is asked for, from 1 on."""
    text = query.get("page", "1")
    return max(1, int(text)) if text.isdecimal() else 1


def month_before(day: date, months: int) -> date:
    """Return the first day of the month so many months before a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def months_before(day: date, months: int) -> list[date]:
    """Return the first days of three months, latest first: the latest is so many before a day's."""
    return [month_before(day, months + back) for back in range(3)]


def days_of_month(month: date) -> list[date]:
    """Return all days of the month that begins on a day."""
    _, length = calendar.monthrange(month.year, month.month)
    return list(days_between(month, month.replace(day=length)))
