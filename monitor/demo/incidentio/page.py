"""A truth as of a moment, as incident.io spells it."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from monitor.demo.posts import Answer, Post, json_answer, posts
from monitor.demo.truth import Truth, TruthComponent, TruthIncident
from monitor.intervals import day_interval, day_of
from monitor.model import Level

Json = dict[str, Any]


STATES = {
    Level.OPERATIONAL: "operational",
    Level.MAINTENANCE: "under_maintenance",
    Level.DEGRADED: "degraded_performance",
    Level.PARTIAL_OUTAGE: "partial_outage",
    Level.MAJOR_OUTAGE: "full_outage",
}
MAINTENANCE_WORDS = {
    "scheduled": "maintenance_scheduled",
    "in_progress": "maintenance_in_progress",
    "completed": "maintenance_complete",
}
HEADERS = {
    "server": "Vercel",
    "content-security-policy": (
        "default-src 'self'; connect-src 'self' https://*-incident-io-team.vercel.app"
    ),
    "cache-control": "public, max-age=0, must-revalidate",
}
PAGE_DAYS = 91


@dataclass(frozen=True, slots=True)
class Page:
    """A truth as of a moment."""

    truth: Truth
    now: datetime

    def level(self, component_id: str) -> Level:
        """Return a component's level now."""
        return self.truth.level(component_id, self.now)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The 91 calendar days, ending with all of today, that the page itself shows."""
        zone = self.truth.tz
        today = day_of(self.now, zone)
        first = today - timedelta(days=PAGE_DAYS - 1)
        return day_interval(first, zone).start, day_interval(today, zone).end

    def status(self, incident: TruthIncident) -> str:
        """Return an incident's state in the platform's word."""
        return status_word(status_posts(incident, self.now)[-1].status)


def status_word(status: str) -> str:
    """Return the platform's word for what a post says."""
    return MAINTENANCE_WORDS.get(status, status)


def status_posts(incident: TruthIncident, now: datetime) -> list[Post]:
    """Return the posts of this platform: write-ups are not among them."""
    return [post for post in posts(incident, now) if post.status != "postmortem"]


def iso(at: datetime) -> str:
    """Return an instant in UTC, in milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without_none(document: Json) -> Json:
    """Return a document without the keys that have no value."""
    return {key: value for key, value in document.items() if value is not None}


def json_document(document: Json) -> Answer:
    """Answer with a document."""
    return json_answer(document, HEADERS)


def recorded_since(page: Page, component: TruthComponent) -> datetime:
    """Return when the vendor's data on a component begins: noon UTC, so that it is the same date in
    every zone in use.
    """
    first = datetime.combine(component.start, time(12), UTC)
    return max(page.truth.created_at, first)
