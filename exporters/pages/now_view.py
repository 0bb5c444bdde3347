"""The vendors that have trouble now, and the incidents of the others. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from exporters.boards import LATELY, Entry
from exporters.cells import level_class
from exporters.pages.links import Links
from exporters.pages.row_heads import entry_moment, entry_zone, last_read
from exporters.pages.times import Moment, when_read
from exporters.pages.words import sentence_case
from exporters.wording import level_title
from monitor.model import Incident, Level
from monitor.plain import join_names

_WORST_FIRST = (
    Level.MAJOR_OUTAGE,
    Level.PARTIAL_OUTAGE,
    Level.DEGRADED,
    None,
    Level.MAINTENANCE,
    Level.OPERATIONAL,
)


@dataclass(frozen=True, slots=True)
class Said:
    """An incident as its vendor calls it, with the address of its page, and since when it is."""

    title: str
    address: str
    since: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A vendor that is not well or not known to be. `why` says why it is unknown, else it is
    "".
    """

    name: str
    address: str
    level_class: str
    level: str
    says: tuple[Said, ...]
    why: str
    last_read: Moment | None
    components: str
    age: str


@dataclass(frozen=True, slots=True)
class Told:
    """An incident of a vendor, with the addresses of both, and when it began or ended."""

    name: str
    address: str
    title: str
    incident: str
    at: Moment


def badness(entry: Entry) -> int:
    """Return a number that is the smaller the worse a vendor is now; unknown is worse than
    maintenance.
    """
    return _WORST_FIRST.index(entry.status.level)


def is_trouble(entry: Entry) -> bool:
    """Whether a vendor is not known to be operational."""
    return entry.status.level is not Level.OPERATIONAL


def troubles(entries: Iterable[Entry], links: Links, now: datetime) -> Iterator[Trouble]:
    """Yield the vendors with trouble, the worst first."""
    for entry in sorted(filter(is_trouble, entries), key=badness):
        yield _trouble(entry, links, now)


def _trouble(entry: Entry, links: Links, now: datetime) -> Trouble:
    status = entry.status
    return Trouble(
        name=entry.name,
        address=links.vendor(entry.vendor.slug),
        level_class=level_class(status.level),
        level=level_title(status.level),
        says=tuple(_said(entry, links, now)),
        why=_why(entry),
        last_read=last_read(entry, now),
        components=join_names(status.component_names),
        age=when_read(status.read_at, entry_zone(entry), now, is_published=links.published),
    )


def _why(entry: Entry) -> str:
    """Return why a vendor is unknown, and how often its page could not be read since."""
    why = sentence_case(entry.status.why_unknown or "")
    failures = 0 if entry.page is None or not why else entry.page.failures
    return f"{why}, {failures} times in a row" if failures > 1 else why


def _said(entry: Entry, links: Links, now: datetime) -> Iterator[Said]:
    status = entry.status
    if status.level is None:
        return
    for incident in (*status.incidents, *status.maintenances):
        address = links.incident(entry.vendor.slug, incident.id)
        yield Said(incident.title, address, entry_moment(entry, incident.started_at, now))


def ended_lately(entries: Iterable[Entry], links: Links, now: datetime) -> list[Told]:
    """Return the incidents that ended within the last hours, the last first."""
    ended = sorted(_ended(entries, now), key=lambda each: each[0], reverse=True)
    return [_told(entry, incident, at, links, now) for at, entry, incident in ended]


def _ended(entries: Iterable[Entry], now: datetime) -> Iterator[tuple[datetime, Entry, Incident]]:
    for entry in entries:
        for incident in entry.ended:
            at = incident.resolved_at
            if at is not None and now - LATELY <= at <= now and not incident.maintenance:
                yield at, entry, incident


def unrated(entries: Iterable[Entry], links: Links, now: datetime) -> Iterator[Told]:
    """Yield the incidents that go on at vendors all of whose components are told to be well."""
    for entry in entries:
        if entry.status.level is Level.OPERATIONAL:
            for incident in entry.status.incidents:
                yield _told(entry, incident, incident.started_at, links, now)


def _told(entry: Entry, incident: Incident, at: datetime, links: Links, now: datetime) -> Told:
    slug = entry.vendor.slug
    return Told(
        name=entry.name,
        address=links.vendor(slug),
        title=incident.title,
        incident=links.incident(slug, incident.id),
        at=entry_moment(entry, at, now),
    )
