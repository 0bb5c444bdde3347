"""One vendor of the list: what is written of it, the catalogue's word and the defaults."""

from collections.abc import Collection, Mapping
from typing import Any

import yaml

from monitor.config.addresses import is_address, normal_url, slug_from_url
from monitor.config.catalog import CatalogEntry, explain_unknown, find_entry
from monitor.config.keys import read_fields
from monitor.config.nodes import Value
from monitor.config.settings import VendorConfig
from monitor.config.vendor_keys import VENDOR_KEYS
from monitor.impacts import DEFAULT_IMPACT_MAPPING


def read_vendor(value: Value, common: Mapping[str, Any]) -> VendorConfig | None:
    """Return one vendor of the list; None when no page can be told, which is noted."""
    own, keys = _read_own(value)
    slug, url = own.get("slug"), own.get("url")
    if any(name in keys and name not in own for name in ("slug", "url")):
        return None
    entry = find_entry(slug, url)
    if url is None and entry is None:
        value.get("slug").wrong(explain_unknown(slug))
        return None
    own |= _implied_platform(value, own)
    fields = {**common, **own, **_identity(own, entry)}
    fields["impact_mapping"] = {
        **DEFAULT_IMPACT_MAPPING,
        **common.get("impact_mapping", {}),
        **own.get("impact_mapping", {}),
    }
    return VendorConfig(**{**_catalogue_excludes(fields), **fields})


def _read_own(value: Value) -> tuple[dict[str, Any], Collection[str]]:
    """Return what an item of the list sets and the keys it writes.

    A bare word is a slug or an address.
    """
    if isinstance(value.node, yaml.MappingNode):
        return read_fields(value, VENDOR_KEYS), value.entries()
    text = value.text()
    return ({"url": normal_url(text)} if is_address(text) else {"slug": text}), ()


def _identity(own: Mapping[str, Any], entry: CatalogEntry | None) -> dict[str, str]:
    """Return address, slug and name: as written, else the catalogue's, else of the address."""
    if entry is not None:
        url = own.get("url") or entry.url
        slug = own.get("slug") or entry.slug
        name = own.get("name") or entry.name
    else:
        url = own["url"]
        slug = own.get("slug") or slug_from_url(url)
        name = own.get("name") or slug.replace("-", " ").title()
    return {"url": url, "slug": slug, "name": name}


def _catalogue_excludes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the catalogue leaves out of a page's figure.

    It leaves nothing out when the user says which components count.
    """
    entry = find_entry(None, fields["url"])
    if entry is None or "include" in fields or "exclude" in fields:
        return {}
    return {"exclude": entry.exclude}


def _implied_platform(value: Value, own: Mapping[str, Any]) -> dict[str, str]:
    """Return the platform that `html` or `feed` implies.

    Notes what contradicts them, and `html` without settings.
    """
    platform = own.get("platform")
    setting = next((key for key in ("html", "feed") if key in own), None)
    if platform == "html" and setting != "html":
        problem = "says how to read a page that nobody knows"
        value.get("platform").wrong(f"{problem}; say where its components are under `html`")
    elif setting is not None and platform not in {None, setting}:
        value.get(setting).wrong(f"is not read on a page of {platform}; remove one of the two")
    return {"platform": setting} if setting is not None and platform is None else {}
