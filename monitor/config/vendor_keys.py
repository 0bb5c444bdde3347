"""The keys of a vendor, and of `defaults:` for all of them."""

import re
from collections.abc import Mapping

from monitor import platforms
from monitor.config.addresses import ADDRESS, normal_url, to_slug
from monitor.config.headers import read_headers
from monitor.config.keys import Key, duration_keys, read_fields, shape_of
from monitor.config.mistakes import Mistake, quote
from monitor.config.nodes import Value
from monitor.config.override_keys import overrides
from monitor.config.readers import TEXT, Reader, as_text, written
from monitor.config.settings import TIERS
from monitor.config.unknown_pages import feed, html
from monitor.config.values import between, choice, mebibytes, patterns, share, truth, zone
from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.model import LEVEL_OF_WORD, Level

_SLUG = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"


@as_text(rf"^\s*{_SLUG}\s*$")
def _slug(value: Value) -> str:
    text = value.text()
    if not re.fullmatch(_SLUG, text):
        remedy = f"write lower-case letters, digits and hyphens, like {to_slug(text)}"
        raise Mistake(f"{quote(text)} is not a slug; {remedy}")
    return text


@written(TEXT)
def _name(value: Value) -> str:
    text = value.text()
    if not text.isprintable():
        problem = "the name holds a line break or control character"
        raise Mistake(f"{problem}; write it on one line")
    return text


@as_text(ADDRESS)
def _url(value: Value) -> str:
    return normal_url(value.text())


def _impact_mapping(value: Value) -> dict[str, Level]:
    words = read_fields(value, _impact_keys())
    return {word: LEVEL_OF_WORD[name] for word, name in words.items()}


def _impact_keys() -> dict[str, Key]:
    level = choice(lambda: LEVEL_OF_WORD, "a level")
    return {word: Key(word, level) for word in DEFAULT_IMPACT_MAPPING}


COMMON_KEYS: Mapping[str, Key] = {
    "zone": Key("zone", zone),
    **duration_keys("interval", "interval_seconds", "interval_seconds", "60s", "30d"),
    "fast_while_open": Key("fast_while_open", truth),
    "include": Key("include", patterns),
    "exclude": Key("exclude", patterns),
    "tier": Key("tier", choice(lambda: TIERS, "a tier")),
    "critical": Key("critical", patterns),
    "impact_mapping": Key(
        "impact_mapping", Reader(_impact_mapping, lambda: shape_of(_impact_keys()))
    ),
    **duration_keys("min_outage", "min_outage_seconds", "min_outage_seconds", "0s", "24h"),
    "min_coverage": Key("min_coverage", share),
    "allow_private": Key("allow_private", truth),
    "max_body_mib": Key("max_body_mib", mebibytes),
    "max_components": Key("max_components", between(1, 1_000_000)),
    "max_new_components": Key("max_new_components", between(1, 1_000_000)),
    "max_name_length": Key("max_name_length", between(100, 100_000)),
    **duration_keys("timeout", "timeout_seconds", "timeout_seconds", "1s", "10m"),
}
"""Keys of `defaults:`, and of a vendor."""

VENDOR_KEYS: Mapping[str, Key] = {
    "slug": Key("slug", _slug),
    "name": Key("name", _name),
    "url": Key("url", _url),
    "platform": Key("platform", choice(platforms.names, "a platform")),
    "regions": Key("regions", patterns),
    "feed": Key("feed", feed),
    "html": Key("html", html),
    "overrides": Key("overrides", overrides),
    "headers": Key("headers", read_headers),
    **COMMON_KEYS,
}
"""Keys of one vendor."""
