"""The list of vendors: reading it, and what two of them cannot share."""

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.config.addresses import free_slug, page_of
from monitor.config.nodes import Value, read_each
from monitor.config.settings import VendorConfig
from monitor.config.vendors import read_vendor

PlacedVendor = tuple[Value, VendorConfig]
"""A vendor and where it is listed."""


def read_list(value: Value | None, common: Mapping[str, Any]) -> list[PlacedVendor]:
    """Return the vendors of the file's list. Raises Mistake when it is not a list."""
    if value is None or value.kind == "null":
        return []
    return read_items(value.items(), common)


def vendors_of(places: Iterable[PlacedVendor]) -> list[VendorConfig]:
    """Return the vendors without their places."""
    return [vendor for _, vendor in places]


def read_items(items: Iterable[Value], common: Mapping[str, Any]) -> list[PlacedVendor]:
    """Return the vendors that could be read, each with its place."""
    pairs = read_each(items, lambda value: (value, read_vendor(value, common)))
    return [(value, vendor) for value, vendor in pairs if vendor is not None]


def note_doubles(vendors: Iterable[PlacedVendor]) -> None:
    """Note every page that is listed before to count the same, and every slug another one has."""
    pages: dict[tuple[object, ...], PlacedVendor] = {}
    slugs: dict[str, PlacedVendor] = {}
    for value, vendor in vendors:
        page = _page_and_parts(vendor)
        if page in pages:
            problem = f"the page {vendor.url} is already listed as {_place(*pages[page])}"
            value.get("url").wrong(f"{problem}; remove one of them")
        elif vendor.slug in slugs:
            problem = f"the slug '{vendor.slug}' belongs to {_place(*slugs[vendor.slug])}"
            free = free_slug(vendor.url, slugs)
            value.get("slug").wrong(f"{problem}; give one a `slug`, like {free}")
        pages.setdefault(page, (value, vendor))
        slugs.setdefault(vendor.slug, (value, vendor))


def _page_and_parts(vendor: VendorConfig) -> tuple[object, ...]:
    """Return which page a vendor is, and what of it counts.

    One page may be several vendors, for several teams.
    """
    parts = (vendor.include, vendor.exclude, vendor.regions)
    return page_of(vendor.url), *map(frozenset, parts)


def _place(value: Value, vendor: VendorConfig) -> str:
    return f"'{vendor.slug}'" if value.line is None else f"{value.where} on line {value.line}"
