"""Announced and running work, as the page shows it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from exporters.pages.links import Links
from exporters.pages.times import Moment, moment, when_read
from monitor.answers import Maintenance
from monitor.plain import join_names

_MOST_COMPONENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A maintenance. `end` None = the vendor names none; `stale` says that its page has not been
    read lately, "" where it has.
    """

    vendor: str
    vendor_address: str
    title: str
    address: str
    start: Moment
    end: Moment | None
    components: str
    calendar: str
    stale: str


@dataclass(frozen=True, slots=True)
class WorkList:
    """The work under a heading."""

    title: str
    key: str
    works: tuple[Work, ...]


def work_lists(maintenances: Iterable[Maintenance], links: Links, now: datetime) -> list[WorkList]:
    """Return what goes on, what is to come, and what should have begun or ended by now, each by its
    start.
    """
    running, to_come, overdue = [], [], []
    for each in maintenances:
        work = _work(each, links, now)
        end = each.incident.resolved_at
        if end is not None and end <= now:
            overdue.append(work)
        elif each.incident.is_open:
            running.append(work)
        elif each.incident.started_at <= now:
            overdue.append(work)
        else:
            to_come.append(work)
    lists = (
        WorkList("Going on", "running", tuple(running)),
        WorkList("Announced", "announced", tuple(to_come)),
        WorkList("Past its time, and not closed by the vendor", "overdue", tuple(overdue)),
    )
    return [each for each in lists if each.works]


def _work(each: Maintenance, links: Links, now: datetime) -> Work:
    incident, page, zone = each.incident, each.page, each.page.zone
    end = incident.resolved_at
    return Work(
        vendor=each.vendor.name,
        vendor_address=links.vendor(page.slug),
        title=incident.title,
        address=links.incident(page.slug, incident.id),
        start=moment(incident.started_at, zone, now),
        end=None if end is None else moment(end, zone, now),
        components=join_names(
            [entry.component.full_name for entry in each.components], _MOST_COMPONENTS
        ),
        calendar=links.calendar(page.slug),
        stale="" if each.is_fresh else _stale(each, links, now),
    )


def _stale(each: Maintenance, links: Links, now: datetime) -> str:
    page = each.page
    read = when_read(page.observed_until, page.zone, now, is_published=links.published)
    return f"as last read, {read}: it may be otherwise now"


def sentence(lists: Sequence[WorkList], vendors: int) -> str:
    """Return what the page says first."""
    counts = {each.key: len(each.works) for each in lists}
    if not counts:
        return "No work is announced, as far as the pages that we read say."
    return f"{', '.join(_parts(counts))}, at {vendors} {'vendor' if vendors == 1 else 'vendors'}."


def _parts(counts: dict[str, int]) -> Iterator[str]:
    words = {"running": "going on", "announced": "announced", "overdue": "past its time"}
    for key, word in words.items():
        if key in counts:
            number = counts[key]
            yield f"{number} {'maintenance' if number == 1 else 'maintenances'} {word}"
