"""The settings of who runs the command, by the environment and the file it names, and which vendor
of them a word means.
"""

import contextlib
import os
import shlex
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monitor import config as configuration
from monitor.config import Settings, VendorConfig
from monitor.errors import ConfigError
from monitor.lookups import by_slug
from monitor.plain import join_names
from monitor.records.page import PageRecord
from monitor.suggestions import did_you_mean, keys_named, nearest_key

MOST_NAMED = 20
"""How many vendors are listed where the one that was named is none."""


def load_settings(config: Path | None, database: str | None) -> Settings:
    """Return the settings as they are written now; a `database` that is named (a path or URL, as in
    the settings) replaces theirs. Raises ConfigError.
    """
    settings = configuration.load(config, os.environ)
    if database is None:
        return settings
    return replace(settings, database_url=configuration.read_database(database, "--database"))


def slugs_of_words(
    words: Sequence[str],
    vendors: Mapping[str, VendorConfig],
    source: str,
    pages: Callable[[], Iterable[PageRecord]],
) -> list[str]:
    """Return the slugs of the vendors that words name, each once, in their order. The vendors are
    by slug, of the settings `source`; `pages` reads what is stored, where a word is no slug: a
    page's own name counts too.

    Raises ConfigError for a word that names none, or several.
    """
    if all(word in vendors for word in words):
        return list(dict.fromkeys(words))
    names = configuration.vendor_names(vendors.values())
    for page in pages():
        if page.slug in names and page.page_name:
            names[page.slug].append(page.page_name)
    return list(dict.fromkeys(_slug(word, names, source) for word in words))


def slug_of(word: str, settings: Settings) -> str:
    """Return the slug of the configured vendor that a word names: by its slug, or by a name of its
    settings or the catalogue. Raises ConfigError for a word that names none, or several.
    """
    vendors = by_slug(settings.vendors)
    return (
        word
        if word in vendors
        else _slug(word, configuration.vendor_names(settings.vendors), settings.source)
    )


def _slug(word: str, names: Mapping[str, Collection[str]], source: str) -> str:
    match keys_named(word, names):
        case [slug]:
            return slug
        case []:
            raise ConfigError(f"no vendor {word!r} in {source}; {_remedy(word, names)}")
        case several:
            which = " or ".join(several)
            raise ConfigError(f"{word!r} may be {which} of {source}; write one of them")


def page_named(word: str, settings: Settings) -> str:
    """Return the address of the page that a word names: of a configured vendor, else of one of the
    catalogue, by slug or name in any case, else the address that it is.

    Raises ConfigError for a word that is none of these, with what was probably meant.
    """
    vendors = by_slug(settings.vendors)
    names = configuration.vendor_names(settings.vendors)
    slugs = keys_named(word, names)
    if len(slugs) == 1:
        return vendors[slugs[0]].url
    near = None if configuration.nearest_vendor(word) else nearest_key(word, names)
    try:
        return configuration.page_url(word)
    except ConfigError as error:
        if near is None:
            raise
        raise ConfigError(f"no vendor {word!r}; {did_you_mean(near)}") from error


def _remedy(word: str, names: Mapping[str, Collection[str]]) -> str:
    """Return what to do about a word that names no configured vendor."""
    with contextlib.suppress(ConfigError):
        configuration.page_url(word)
        return f"add it with: monitor add {shlex.quote(word)}"
    near = nearest_key(word, names)
    if near:
        return did_you_mean(near)
    return f"there are: {join_names(sorted(names), MOST_NAMED)}"
