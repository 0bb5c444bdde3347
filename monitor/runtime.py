"""What every command needs: an open store with the configured pages in it, and a collector.

The only place that reads the clock; with `monitor.network` and the commands, of the environment
too.
"""

import contextlib
import os
import shlex
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from monitor import config as configuration
from monitor.collect import Collector, PollObserver, spec
from monitor.config import Settings, VendorConfig
from monitor.errors import ConfigError
from monitor.fetch import Fetcher, Fetches, Lateness, user_agent
from monitor.network import headers_by_slug, idle_hosts, idle_seconds, network_options
from monitor.settings_changes import by_slug
from monitor.store import PageRecord, Store, places
from monitor.suggestions import did_you_mean, keys_named, nearest_key
from monitor.terminal import note
from monitor.watching import WatchedVendor, is_somebody_elses, join_names, strangers

MOST_NAMED = 20
"""How many vendors are listed where the one that was named is none."""


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Context:
    """What every command needs: the settings and an open store with the configured pages in it."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime] = now
    vendors: dict[str, VendorConfig] = field(default_factory=dict)

    def pages(self, slugs: Sequence[str] | None) -> list[PageRecord]:
        """Return the pages of these vendors, of all when none is named.

        A vendor is named by its slug or, in any case, by a name: the configured one, its page's own
        (which reports print), or one of the catalogue's; or by its page's address.
        Raises ConfigError for a vendor that is not configured, and where none of those asked for is
        in the database. Says which of all vendors are not in it, and which are that the settings do
        not name.
        """
        slugs = self.slugs(slugs) if slugs else sorted(self.vendors)
        records = self.store.pages(slugs, removed=True)
        missing = sorted(set(slugs) - {page.slug for page in records})
        if missing and not records:
            raise ConfigError(f"{self._not_there(missing)}{self._others()}")
        if missing:
            note(self._not_there(missing))
        return records

    def slugs(self, words: Sequence[str]) -> list[str]:
        """Return the slugs of the configured vendors that words name, each once, in their order.

        Raises ConfigError for a word that names none, or several.
        """
        if all(word in self.vendors for word in words):
            return list(dict.fromkeys(words))
        names = self._names()
        return list(dict.fromkeys(self._slug(word, names) for word in words))

    def _names(self) -> dict[str, list[str]]:
        """Return every configured vendor's names, by its slug."""
        names = {}
        for slug, vendor in self.vendors.items():
            address = vendor.url.partition("://")[2]
            names[slug] = [vendor.name, address, *configuration.catalog_names(vendor.url)]
        for page in self.store.pages(removed=True):
            if page.slug in names and page.page_name:
                names[page.slug].append(page.page_name)
        return names

    def _slug(self, word: str, names: Mapping[str, Collection[str]]) -> str:
        source = self.settings.source
        match keys_named(word, names):
            case [slug]:
                return slug
            case []:
                raise ConfigError(f"no vendor {word!r} in {source}; {_remedy(word, names)}")
            case several:
                which = " or ".join(several)
                raise ConfigError(f"{word!r} may be {which} of {source}; write one of them")

    def _not_there(self, slugs: Sequence[str]) -> str:
        remedy = "read them with `monitor backfill`, or let `monitor serve` do it"
        return f"not in {self.store.address} yet: {join_names(slugs)}; {remedy}"

    def _others(self) -> str:
        others = sorted({page.slug for page in self.store.pages()} - self.vendors.keys())
        if not others:
            return ""
        return (
            f". It watches {join_names(others)} (not in {self.settings.source}): name their"
            " settings with --config"
        )


def _remedy(word: str, names: Mapping[str, Collection[str]]) -> str:
    """Return what to do about a word that names no configured vendor."""
    near = nearest_key(word, names)
    if near:
        return did_you_mean(near)
    with contextlib.suppress(ConfigError):
        configuration.page_url(word)
        return f"add it with: monitor add {shlex.quote(word)}"
    return f"there are: {join_names(sorted(names), MOST_NAMED)}"


def load_settings(config: Path | None, database: str | None) -> Settings:
    """Return the settings as they are written now; a `database` that is named (a path or URL, as in
    the settings) replaces theirs. Raises ConfigError.
    """
    settings = configuration.load(config, os.environ)
    if database is None:
        return settings
    return replace(settings, database_url=configuration.read_database(database, "--database"))


class Watches(Enum):
    """What a command makes of the vendors that the database watches."""

    NOTHING = "nothing"
    """It reads them as they are. Only where there are none at all are the settings' put there."""
    MORE = "more"
    """Those of the settings are added, and get their settings."""
    EXACTLY = "exactly"
    """Besides, the others are not watched any more. They keep their history."""


@contextmanager
def open_context(
    config: Path | None,
    database: str | None,
    watches: Watches = Watches.NOTHING,
    *,
    create: bool | None = None,
) -> Iterator[Context]:
    """Load the settings and open the store; `create` as in `allow_new_database`, None = there has
    to be one. Raises StoreError where there is none and none is made.
    """
    settings = load_settings(config, database)
    if create is None:
        places.require(settings.database_url)
    else:
        allow_new_database(settings, is_named=database is not None, create=create)
    with open_store(settings, watches=watches) as context:
        yield context


def allow_new_database(settings: Settings, *, is_named: bool, create: bool) -> None:
    """Do nothing where a command that reads pages may open this database, but say when that makes
    one.

    A file that the settings name, or nobody, is made; one that the command line names
    (`is_named`) only where `create` asks for it, since it may be mistyped. Its folder has to be
    there, but for that of the default place. Raises ConfigError.
    """
    file = places.missing_file(settings.database_url)
    if file is None:
        return
    if is_named and not create:
        raise ConfigError(f"no database at {file}; add --create to make a new one there")
    if not file.parent.is_dir() and file != configuration.default_database_path():
        raise ConfigError(
            f"no folder {file.parent} to make the database in; make it (mkdir -p), or name another"
            " place with --database or the setting `database`"
        )
    note(f"there was no database at {file}, a new one is made")


@contextmanager
def open_store(
    settings: Settings, clock: Callable[[], datetime] = now, watches: Watches = Watches.EXACTLY
) -> Iterator[Context]:
    """Open the store of these settings and bring its pages up to date with them.

    Raises ConfigError where that would change what others watch in it.
    """
    store = Store.open(settings.database_url)
    try:
        vendors = by_slug(settings.vendors)
        if watches is not Watches.NOTHING or not store.pages(removed=True):
            _require_ours(store, settings, clock())
            specs = [spec(vendor) for vendor in settings.vendors]
            store.sync_pages(specs, now=clock(), keep_others=watches is not Watches.EXACTLY)
        yield Context(settings=settings, store=store, clock=clock, vendors=vendors)
    finally:
        store.close()


def _require_ours(store: Store, settings: Settings, moment: datetime) -> None:
    """Raise ConfigError when somebody else's vendors are being watched in the database."""
    pages = [WatchedVendor(page.slug, page.last_poll_at) for page in store.pages()]
    slugs = {vendor.slug for vendor in settings.vendors}
    is_own_list = settings.source != configuration.BUILT_IN
    if is_somebody_elses(pages, slugs, moment, is_chosen=is_own_list):
        raise ConfigError(
            f"{store.address} is in use with other settings: it watches"
            f" {join_names(strangers(pages, slugs, moment))} (not in {settings.source}); give"
            " their settings with --config, or another database with --database"
        )


@asynccontextmanager
async def collecting(
    context: Context, fetcher: Fetches | None = None, observer: PollObserver | None = None
) -> AsyncIterator[Collector]:
    """Yield a collector over the network, or over the given fetcher."""
    async with contextlib.AsyncExitStack() as stack:
        if fetcher is None:
            fetcher = await stack.enter_async_context(_fetcher(context, observer))
        collector = Collector(
            context.store,
            fetcher,
            context.vendors,
            clock=context.clock,
            observer=observer,
            evidence=context.settings.evidence,
            headers=headers_by_slug(context.vendors.values()),
        )
        try:
            yield collector
        finally:
            await collector.close()


def _fetcher(context: Context, observer: PollObserver | None) -> Fetcher:
    settings, vendors = context.settings, context.vendors.values()
    return Fetcher(
        **network_options(settings.network),
        user_agent=user_agent(settings.contact),
        concurrency=settings.concurrency,
        # Half of all requests may go to one platform, so that slow pages of one never hold up the
        # other.
        per_provider=max(1, settings.concurrency // 2),
        idle_hosts=idle_hosts(),
        idle_seconds=idle_seconds(vendor.interval_seconds for vendor in vendors),
        lateness=Lateness() if observer is None else Lateness(on_wake=observer.woke),
    )


def ad_hoc_vendor(
    url: str, *, allow_private: bool = False, like: Settings | None = None
) -> VendorConfig:
    """Return settings for one page; those that `like` has for this address (headers, limits) where
    it is configured.
    """
    slug = configuration.slug_from_url(url)
    vendor = VendorConfig(slug=slug, name=slug, url=url)
    if like is not None:
        vendor = next((other for other in like.vendors if other.url == url), vendor)
    # What the page runs on, and what of it counts, is to be found out.
    return replace(
        vendor,
        platform=None,
        include=(),
        exclude=(),
        critical=(),
        overrides=(),
        allow_private=allow_private or vendor.allow_private,
    )


def ephemeral(
    *vendors: VendorConfig, database: str = "sqlite://", like: Settings | None = None
) -> Settings:
    """Return settings for these vendors only, in a database that is forgotten; all else, the
    network too, as in `like`.
    """
    settings = Settings(vendors=vendors, database_url=database, source="the command line")
    if like is None:
        return settings
    return replace(like, vendors=vendors, database_url=database, source=settings.source)
