"""Which pages are published: each kind, and of what there is one.

A page joins with a line in `PUBLISHED`: the kind that is served too, and what yields the addresses
at which there is one. What takes questions is published as it is
without one. A link to an address at which nothing is published is no link there (`dead_links`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exporters.pages.changes import CHANGES
from exporters.pages.compare import COMPARE, MOST
from exporters.pages.day import DAY
from exporters.pages.definitions import DEFINITIONS
from exporters.pages.home import HOME
from exporters.pages.incident import INCIDENT
from exporters.pages.links import incident_key
from exporters.pages.maintenance import MAINTENANCE
from exporters.pages.ranking import RANKING
from exporters.pages.stacks import STACK, STACKS
from exporters.pages.vendor import COMPONENT, COMPONENT_WINDOW, VENDOR, VENDOR_WINDOW
from exporters.pages.visits import PageKind
from exporters.publication.scope import Scope
from monitor.answers import IncidentLevel
from monitor.config import TIERS, VendorConfig
from monitor.intervals import day_of, days_between
from monitor.model import without_none
from monitor.store import PageRecord

Question = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Address:
    """Where there is a page: the parts of its address by their names. `days_until` is the last of
    the days that it is about; None = it shows how it is now.
    """

    parts: Mapping[str, str]
    days_until: date | None = None


def once(_scope: Scope) -> Iterator[Address]:
    """Yield the one address of a page of which there is one."""
    yield Address({})


def each_vendor(scope: Scope) -> Iterator[Address]:
    """Yield every vendor, one that was never read too."""
    for slug in scope.vendors:
        yield Address({"vendor": slug})


def each_component(scope: Scope) -> Iterator[Address]:
    """Yield the components of the window that pages show."""
    for page in scope.pages():
        for part in scope.page_record(page).components:
            yield Address({"vendor": page.slug, "component": part.slug})


def each_day(scope: Scope) -> Iterator[Address]:
    """Yield every day of every vendor, from the first that is known."""
    for slug, day in _days(scope):
        yield Address({"vendor": slug, "date": day.isoformat()}, day)


def each_figure(scope: Scope) -> Iterator[Address]:
    """Yield the 90 days that end with each of those days."""
    for slug, day in _days(scope):
        yield Address({"vendor": slug, "days": "90", "date": day.isoformat()}, day)


def each_component_figure(scope: Scope) -> Iterator[Address]:
    """Yield the 90 days of each component that end with a month. Of every day they would be most
    of the site: as many for each component as for the vendor.
    """
    for page in scope.pages():
        for last in scope.month_ends(page):
            for part in scope.page_record(page, last).components:
                parts = {"vendor": page.slug, "component": part.slug, "days": "90"}
                yield Address(parts | {"date": last.isoformat()}, last)


def _days(scope: Scope) -> Iterator[tuple[str, date]]:
    for page in scope.pages():
        known = scope.known_days(page)
        if known is not None:
            for day in days_between(known.first, known.last):
                yield page.slug, day


def each_incident(scope: Scope) -> Iterator[Address]:
    """Yield every incident and maintenance that a page may lead to."""
    for page in scope.pages():
        for each in scope.incidents(page):
            parts = {"vendor": page.slug, "incident": incident_key(each.incident.id)}
            yield Address(parts, _last_day(each, page))


def _last_day(each: IncidentLevel, page: PageRecord) -> date | None:
    """Return the last day that an incident touches; None = it goes on."""
    ends = [each.incident.resolved_at, *(reading.end for reading in each.readings)]
    if each.incident.is_open or None in ends:
        return None
    return day_of(max(without_none(ends)), page.zone)


def each_stack(scope: Scope) -> Iterator[Address]:
    """Yield every stack."""
    for name in scope.watched.stacks():
        yield Address({"stack": name})


def nothing(_scope: Scope) -> Question:
    """Return that a page is asked nothing."""
    return ()


def foremost_vendors(scope: Scope) -> Question:
    """Return the vendors that are depended on most, as many as can be compared."""
    vendors = sorted(scope.vendors.values(), key=_importance)
    return [("v", vendor.slug) for vendor in vendors[:MOST]]


def _importance(vendor: VendorConfig) -> tuple[int, str]:
    return TIERS.index(vendor.tier), vendor.slug


@dataclass(frozen=True, slots=True)
class Published:
    """A kind of page: where there is one, and what it is asked."""

    kind: PageKind
    addresses: Callable[[Scope], Iterator[Address]]
    question: Callable[[Scope], Question] = nothing


PUBLISHED = (
    Published(HOME, once),
    Published(VENDOR, each_vendor),
    Published(COMPONENT, each_component),
    Published(VENDOR_WINDOW, each_figure),
    Published(COMPONENT_WINDOW, each_component_figure),
    Published(DAY, each_day),
    Published(INCIDENT, each_incident),
    Published(CHANGES, once),
    Published(RANKING, once),
    Published(COMPARE, once, foremost_vendors),
    Published(MAINTENANCE, once),
    Published(STACKS, once),
    Published(STACK, each_stack),
    Published(DEFINITIONS, once),
)
