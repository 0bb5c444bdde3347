"""The catalogue of vendors we ship: reading it and searching in it."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from monitor.config.addresses import page_of
from monitor.config.mistakes import quote
from monitor.suggestions import nearest

CATEGORIES = (
    "ai",
    "cloud",
    "network",
    "developer",
    "data",
    "observability",
    "security",
    "identity",
    "payments",
    "communication",
    "productivity",
    "business",
    "consumer",
    "government",
)
"""What the catalogue's vendors are for: the closed set of `category`.

Explained at the head of the file.
"""

CONFIDENCES = ("high", "medium", "low")
"""How firmly the catalogue's platform stands, firmest first: the closed set of `confidence`."""

UNKNOWN_PLATFORM = "unknown"
"""The platform of a page that nobody is known to read; whether we can, detection says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """A vendor we ship.

    `platform` is a hint as of `checked` (YYYY-MM or YYYY-MM-DD); detection decides.
    `category` is one of `CATEGORIES`, `confidence` one of `CONFIDENCES`; `source` says where the
    knowledge is from: keys of the file's head, commas between. `exclude`, written like a vendor's,
    names components that are services of other companies; it is the vendor's own until the user
    writes `include` or `exclude`. `regions` are those the page offers: a help to choose, never
    chosen.
    """

    slug: str
    name: str
    url: str
    platform: str
    category: str
    confidence: str
    checked: str
    source: str
    exclude: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    note: str | None = None
    default: bool = False


@cache
def catalog() -> tuple[CatalogEntry, ...]:
    """Return the vendors we ship, in the file's order.

    Nothing is checked here: a wrong entry fails our tests.
    """
    text = resources.files("monitor").joinpath("catalog.yaml").read_text(encoding="utf-8")
    # CSafeLoader is safe too; SafeLoader alone takes a tenth of a second.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries: list[dict[str, Any]] = yaml.load(text, Loader=loader)  # noqa: S506
    return tuple(_entry(keys) for keys in entries)


def _entry(keys: dict[str, Any]) -> CatalogEntry:
    lists = {key: tuple(keys.get(key, ())) for key in ("exclude", "regions")}
    return CatalogEntry(**keys | lists)


def default_slugs() -> tuple[str, ...]:
    """Return the catalogue slugs monitored when there is no file."""
    return tuple(entry.slug for entry in catalog() if entry.default)


def platform_hint(url: str) -> str | None:
    """Return the catalogue's platform for a normalised page URL.

    None when it names none for that page.
    """
    entry = find_entry(None, url)
    return entry.platform if entry and entry.platform != UNKNOWN_PLATFORM else None


def find_entry(slug: str | None, url: str | None) -> CatalogEntry | None:
    """Return the catalogue's entry for a slug, or for a URL when no slug is written."""
    by_slug, by_page = _index()
    if slug is not None:
        return by_slug.get(slug)
    return None if url is None else by_page.get(page_of(url))


@cache
def _index() -> tuple[dict[str, CatalogEntry], dict[str, CatalogEntry]]:
    """Return the catalogue by slug and by page; the first of several that share one."""
    by_slug: dict[str, CatalogEntry] = {}
    by_page: dict[str, CatalogEntry] = {}
    for entry in catalog():
        by_slug.setdefault(entry.slug, entry)
        by_page.setdefault(page_of(entry.url), entry)
    return by_slug, by_page


def explain_unknown(slug: str | None) -> str:
    """Return what is said of a vendor whose page is not told, with the nearest that is known."""
    if slug is None:
        return "names no page; write the `slug` of a vendor in the catalogue or the page's `url`"
    near = nearest(slug, [entry.slug for entry in catalog()]) or _named_like(slug)
    remedy = f"did you mean '{near}'? If not, give" if near else "give"
    return f"{quote(slug)} is not in the catalogue; {remedy} the page's address as `url`"


def _named_like(word: str) -> str | None:
    """Return the first slug whose vendor has the word in its name."""
    return next((entry.slug for entry in catalog() if word.lower() in entry.name.lower()), None)
