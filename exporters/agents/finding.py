"""Which vendors there are, watched and in the catalogue."""

from collections.abc import Iterator, Sequence

from exporters.agents.models import Found, FoundVendor
from exporters.agents.texts import bounded, moment
from exporters.api.desk import Moment
from monitor.config import CatalogEntry, VendorConfig, catalog, catalog_names
from monitor.lookups import urls_of
from monitor.plain import count_of
from monitor.suggestions import did_you_mean, fold, nearest_key

USUAL, MOST = 10, 50


def find(knowledge: Moment, search: str, limit: int) -> Found:
    """Return the vendors that have a word in their names: first those that are watched."""
    word = fold(search)
    own_vendors = [each for each in knowledge.vendors.values() if _matches(word, _names(each))]
    others = list(_others(knowledge, word))
    matches = [*map(_of_settings, own_vendors), *map(_of_catalogue, others)]
    near = None if matches else _nearest(knowledge, search)
    return Found(
        sentence=_sentence(knowledge, search, len(own_vendors), len(others), near),
        as_of=knowledge.now,
        vendors=matches[:limit],
        more_vendors=max(len(matches) - limit, 0),
        suggestion=near,
    )


def _others(knowledge: Moment, word: str) -> Iterator[CatalogEntry]:
    """Yield the vendors of the catalogue that have the word in a name and are not watched."""
    own_urls = urls_of(knowledge.vendors.values())
    for entry in catalog():
        if entry.url not in own_urls and _matches(word, (entry.slug, *entry.names)):
            yield entry


def _names(vendor: VendorConfig) -> tuple[str, ...]:
    return (vendor.slug, vendor.name, *catalog_names(vendor.url))


def _matches(word: str, names: tuple[str, ...]) -> bool:
    return any(word in fold(name) for name in names)


def _of_settings(vendor: VendorConfig) -> FoundVendor:
    entry = next((each for each in catalog() if each.url == vendor.url), None)
    return FoundVendor(
        slug=vendor.slug,
        name=bounded(vendor.name),
        page=vendor.url,
        platform=vendor.platform or (entry.platform if entry else None),
        category=entry.category if entry else None,
        watched=True,
    )


def _of_catalogue(entry: CatalogEntry) -> FoundVendor:
    return FoundVendor(
        slug=entry.slug,
        name=entry.name,
        page=entry.url,
        platform=entry.platform,
        category=entry.category,
        watched=False,
    )


def _nearest(knowledge: Moment, search: str) -> str | None:
    names: dict[str, Sequence[str]] = {}
    for entry in catalog():
        names[entry.slug] = (entry.slug, *entry.names)
    for vendor in knowledge.vendors.values():
        names[vendor.slug] = _names(vendor)
    return nearest_key(search, names)


def _sentence(knowledge: Moment, search: str, own: int, others: int, near: str | None) -> str:
    as_of = f"as of {moment(knowledge.now)}"
    if not own and not others:
        hint = did_you_mean(near) or "a person can add its page with `monitor add ADDRESS`"
        return f"no vendor of the name {bounded(search)!r} is known; {hint}; {as_of}"
    return (
        f"{count_of(own, 'watched vendor')} and {count_of(others, 'other')} of the catalogue have"
        f" {bounded(search)!r}"
        " in their names; how a vendor that is not watched is, is unknown: a person can add it with"
        f" `monitor add SLUG`; {as_of}"
    )
