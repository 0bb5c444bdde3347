"""Which pages are published: each kind, and of what there is one.

A page joins with a line in `PUBLISHED`: the kind that is served too, and what yields the parts of
the addresses at which there is one, by their names. What takes questions is published as it is
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
from exporters.pages.vendor import COMPONENT, VENDOR, VENDOR_WINDOW
from exporters.pages.visits import PageKind
from exporters.publication.scope import Scope
from monitor.config import TIERS, VendorConfig
from monitor.intervals import days_between

Parts = Mapping[str, str]
Question = Sequence[tuple[str, str]]


def once(_scope: Scope) -> Iterator[Parts]:
    """Yield the one address of a page of which there is one."""
    yield {}


def each_vendor(scope: Scope) -> Iterator[Parts]:
    """Yield every vendor, one that was never read too."""
    for slug in scope.vendors:
        yield {"vendor": slug}


def each_component(scope: Scope) -> Iterator[Parts]:
    """Yield the components of the window that pages show."""
    for page in scope.pages():
        for part in scope.page_record(page).components:
            yield {"vendor": page.slug, "component": part.slug}


def each_day(scope: Scope) -> Iterator[Parts]:
    """Yield every day of every vendor, from the first that is known."""
    for slug, day in _days(scope):
        yield {"vendor": slug, "date": day.isoformat()}


def each_figure(scope: Scope) -> Iterator[Parts]:
    """Yield the 90 days that end with each of those days."""
    for slug, day in _days(scope):
        yield {"vendor": slug, "days": "90", "date": day.isoformat()}


def _days(scope: Scope) -> Iterator[tuple[str, date]]:
    for page in scope.pages():
        known = scope.known_days(page)
        if known is not None:
            for day in days_between(known.first, known.last):
                yield page.slug, day


def each_incident(scope: Scope) -> Iterator[Parts]:
    """Yield every incident and maintenance that a page may lead to."""
    for page in scope.pages():
        for each in scope.incidents(page):
            yield {"vendor": page.slug, "incident": incident_key(each.incident.id)}


def each_stack(scope: Scope) -> Iterator[Parts]:
    """Yield every stack."""
    for name in scope.watched.stacks():
        yield {"stack": name}


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
    addresses: Callable[[Scope], Iterator[Parts]]
    question: Callable[[Scope], Question] = nothing


PUBLISHED = (
    Published(HOME, once),
    Published(VENDOR, each_vendor),
    Published(COMPONENT, each_component),
    Published(VENDOR_WINDOW, each_figure),
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
