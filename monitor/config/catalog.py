"""The catalogue of vendors we ship: reading it and searching in it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from monitor.config.addresses import is_address, normal_url, page_of
from monitor.config.catalog_text import default_entries, entry_text, whole_text
from monitor.config.mistakes import Mistake, quote
from monitor.suggestions import fold, keys_named, nearest_key

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
    chosen. `aliases` are other names people type for it, in any case.
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
    aliases: tuple[str, ...] = ()
    note: str | None = None
    default: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What people may call it: its name, with and without what is bracketed, its aliases."""
        return self.name, self.name.partition(" (")[0], *self.aliases


@cache
def catalog() -> tuple[CatalogEntry, ...]:
    """Return the vendors we ship, in the file's order.

    Nothing is checked here: a wrong entry fails our tests.
    """
    return tuple(_read(whole_text()))


@cache
def _entry_of(text: str) -> CatalogEntry:
    return _read(text)[0]


def _read(text: str) -> list[CatalogEntry]:
    # CSafeLoader is safe too; SafeLoader alone takes a tenth of a second.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries: list[dict[str, Any]] = yaml.load(text, Loader=loader)  # noqa: S506
    return [_entry(keys) for keys in entries]


def _entry(keys: dict[str, Any]) -> CatalogEntry:
    lists = {key: tuple(keys.get(key, ())) for key in ("exclude", "regions", "aliases")}
    return CatalogEntry(**keys | lists)


def default_slugs() -> tuple[str, ...]:
    """Return the catalogue slugs monitored when there is no file."""
    return tuple(default_entries())


def platform_hint(url: str) -> str | None:
    """Return the catalogue's platform for a normalised page URL.

    None when it names none for that page.
    """
    entry = find_entry(None, url)
    return entry.platform if entry and entry.platform != UNKNOWN_PLATFORM else None


def find_entry(slug: str | None, url: str | None) -> CatalogEntry | None:
    """Return the catalogue's entry for a slug, or for a URL when no slug is written; of several
    that share it the first. Only that entry is read.
    """
    text = entry_text(slug, None if url is None else page_of(url))
    return None if text is None else _entry_of(text)


def page_url(text: str) -> str:
    """Return the address of a page: itself normalised, or of the catalogue's vendor that the text
    names by slug, name or alias, in any case.

    Raises ConfigError for a name of none, with what was probably meant.
    """
    if is_address(text) and not _is_dotted_name(text):
        return normal_url(text)
    slugs = keys_named(text, _names())
    entry = find_entry(slugs[0], None) if slugs else None
    if entry is None:
        raise Mistake(_unknown(text, "give the address of its status page"))
    return entry.url


def search_catalog(text: str) -> list[CatalogEntry]:
    """Return the catalogue's vendors that have a text in slug, name, alias, address or note, in any
    case; all for an empty one.
    """
    text = text.casefold()
    return [entry for entry in catalog() if _mentions(entry, text)]


def _mentions(entry: CatalogEntry, text: str) -> bool:
    fields = (entry.slug, entry.name, entry.url, entry.note or "", *entry.aliases)
    return any(text in field.casefold() for field in fields)


def _is_dotted_name(text: str) -> bool:
    """Whether what looks like a host is how a vendor of the catalogue is called: Fly.io."""
    return "/" not in text and any(text.casefold() == each.name.casefold() for each in catalog())


def catalog_names(url: str) -> tuple[str, ...]:
    """Return the names that the catalogue has for the vendor of a page; none where it has none."""
    entry = find_entry(None, url)
    return entry.names if entry else ()


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Return every slug's names; the first entry's where several share a slug."""
    names: dict[str, tuple[str, ...]] = {}
    for entry in catalog():
        names.setdefault(entry.slug, entry.names)
    return names


def explain_unknown(slug: str | None) -> str:
    """Return what is said of a vendor whose page is not told, with the nearest that is known."""
    if slug is None:
        return "names no page; write the `slug` of a vendor in the catalogue or the page's `url`"
    return _unknown(slug, "give the page's address as `url`")


def nearest_vendor(text: str) -> str | None:
    """Return the slug of the catalogue's vendor that was probably meant; None when none is near."""
    slugs = keys_named(text, _names())
    return slugs[0] if slugs else nearest_key(text, _names()) or _named_like(text)


def _unknown(text: str, remedy: str) -> str:
    near = nearest_vendor(text)
    question = f"did you mean '{near}'? If not, " if near else ""
    return f"{quote(text)} is not in the catalogue; {question}{remedy}"


def _named_like(word: str) -> str | None:
    """Return the slug of the one vendor that has the word, whole, in its name."""
    words = set(fold(word).split("-"))
    slugs = []
    for entry in catalog():
        own_words = set(fold(entry.name).split("-"))
        if words <= own_words:
            slugs.append(entry.slug)
    return slugs[0] if len(slugs) == 1 and "" not in words else None
