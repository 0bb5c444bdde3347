"""What a search found, as the page shows it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from exporters.pages.links import Links
from exporters.pages.times import Moment, moment
from monitor.answers import Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that was found: a vendor's text with its address, whose it is, and since when."""

    text: str
    address: str | None = None
    vendor: str = ""
    since: Moment | None = None
    command: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `is_cut`: there may be more."""

    title: str
    key: str
    hits: tuple[Hit, ...]
    is_cut: bool


def groups(findings: Findings, most: int, links: Links, now: datetime) -> list[Group]:
    """Return what was found by its kind, of which each has something."""
    hits = (
        ("Vendors", "vendors", _vendors(findings, links)),
        ("Components", "components", _components(findings, links)),
        ("Incidents and maintenances", "incidents", _incidents(findings, links, now)),
        ("In the catalogue, not watched", "catalogue", _catalogue(findings)),
    )
    found = []
    for title, key, of_kind in hits:
        own = tuple(of_kind)
        if own:
            found.append(Group(title, key, own, len(own) == most))
    return found


def _vendors(findings: Findings, links: Links) -> Iterator[Hit]:
    for vendor in findings.vendors:
        yield Hit(text=vendor.name, address=links.vendor(vendor.slug))


def _components(findings: Findings, links: Links) -> Iterator[Hit]:
    for each in findings.components:
        yield Hit(
            text=each.component.component.full_name,
            address=links.component(each.page.slug, each.component.slug),
            vendor=each.page.name,
        )


def _incidents(findings: Findings, links: Links, now: datetime) -> Iterator[Hit]:
    for each in findings.incidents:
        yield Hit(
            text=each.incident.title,
            address=links.incident(each.page.slug, each.incident.id),
            vendor=each.page.name,
            since=moment(each.incident.started_at, each.page.zone, now),
        )


def _catalogue(findings: Findings) -> Iterator[Hit]:
    for entry in findings.catalogue:
        yield Hit(text=entry.name, command=f"monitor add {entry.slug}")
