"""What every command needs: an open store with the configured pages in it, and a collector.

With `monitor.own_settings`, `monitor.network` and the commands, the only place that reads the
environment.
"""

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from socket import gethostname
from uuid import uuid4

from monitor import config as configuration
from monitor import watch_beginning
from monitor.config import Settings, VendorConfig
from monitor.errors import ConfigError, StoreError
from monitor.kept_settings import digest
from monitor.lookups import by_slug, slugs_of
from monitor.own_settings import load_settings, slugs_of_words
from monitor.plain import join_names
from monitor.settings_changes import restart_hashes
from monitor.store import PageRecord, ServerRecord, Store, places
from monitor.terminal import note
from monitor.wall_clock import now
from monitor.watch_list import difference_note
from monitor.watching import Command

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Context:
    """What every command needs: the settings and an open store. `servers` are the names of those
    that watch by it, `unread` the vendors that must not be read because they do not; `server` is
    the command itself, if it serves.
    """

    settings: Settings
    store: Store
    clock: Callable[[], datetime] = now
    vendors: dict[str, VendorConfig] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    servers: tuple[str, ...] = ()
    server: ServerRecord | None = None

    def pages(self, slugs: Sequence[str] | None) -> list[PageRecord]:
        """Return the pages of these vendors, of all when none is named.

        A vendor is named by its slug or, in any case, by a name: the configured one, its page's own
        (which reports print), or one of the catalogue's; or by its page's address.
        Raises ConfigError for a vendor that is not configured, for a named one that must not be
        read, and where none of those asked for is in the database.
        """
        names = self.slugs(slugs) if slugs else sorted(self.vendors)
        records = self.store.pages(set(names) - self.unread, removed=True)
        missing = sorted(set(names) - set(slugs_of(records)))
        if missing and (not records or (slugs and self.unread.intersection(names))):
            raise ConfigError(self._not_there(missing))
        return records

    def slugs(self, words: Sequence[str]) -> list[str]:
        """Return the slugs of the configured vendors that words name, each once, in their order.

        Raises ConfigError for a word that names none, or several.
        """
        pages = partial(self.store.pages, removed=True)
        return slugs_of_words(words, self.vendors, self.settings.source, pages)

    def _not_there(self, slugs: Sequence[str]) -> str:
        if self.servers:
            return (
                f"not watched in {self.store.address}: {join_names(slugs)}; it is served by"
                f" {join_names(self.servers)}, which reads them after `monitor apply`"
            )
        remedy = "read them with `monitor backfill`, or let `monitor serve` do it"
        return f"not in {self.store.address} yet: {join_names(slugs)}; {remedy}"


@contextmanager
def open_context(
    config: Path | None,
    database: str | None,
    command: Command = Command.LOOK,
    *,
    create: bool | None = None,
) -> Iterator[Context]:
    """Load the settings and open the store; `create` as in `allow_new_database`, None = there has
    to be one. Raises StoreError where there is none and none is made.
    """
    settings = load_settings(config, database)
    if create is None:
        places.require(settings.database_url)
        places.require_tables(settings.database_url)
    else:
        allow_new_database(settings, is_named=database is not None, create=create)
    with open_store(settings, command=command) as context:
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
    settings: Settings, clock: Callable[[], datetime] = now, command: Command = Command.APPLY
) -> Iterator[Context]:
    """Open the store of these settings, and write in it what the command may write of what is
    watched. Says how the settings differ from what it does not write.

    Raises ConfigError where it may not go on.
    """
    with _open(settings.database_url, command) as store:
        if not store.watched_pages() and command is Command.LOOK:
            command = Command.APPLY  # in a database of its own
        watched, written = watch_beginning.begin(store, settings, command, clock())
        difference = difference_note(store.address, watched, settings)
        if difference is not None:
            note(difference)
        yield Context(
            settings=settings,
            store=store,
            clock=clock,
            vendors=by_slug(settings.vendors),
            unread=written.unread,
            servers=watched.server_names,
        )


@contextmanager
def open_to_serve(
    settings: Settings, clock: Callable[[], datetime] = now, *, written: Settings | None = None
) -> Iterator[Context]:
    """Open the store of these settings, put them in force, and be the context's `server` until the
    end.

    `written` are the settings without what options of the command changed, so that nobody is told
    of a restart that would change nothing; None = the same.

    Raises ConfigError where another server watches by other settings.
    """
    server = ServerRecord(
        id=uuid4().hex,
        name=f"{gethostname()} (process {os.getpid()})",
        digest=digest(settings),
        keys=restart_hashes(written or settings),
        started_at=clock(),
        seen_at=clock(),
    )
    with Store.open(settings.database_url) as store:
        before = watch_beginning.begin_to_serve(store, settings, server, clock=clock, on_wait=note)
        if before.watched_slugs:
            for line in before.changes(settings).lines():
                log.info("settings put in force: %s", line)
        try:
            yield Context(
                settings=settings,
                store=store,
                clock=clock,
                vendors=by_slug(settings.vendors),
                server=server,
            )
        finally:
            with contextlib.suppress(StoreError):  # its sign of life ends by itself
                store.dismiss(server.id)


def _open(url: str, command: Command) -> Store:
    """Open a store. Who looks into an empty one is shown that nothing is known of the vendors, out
    of a database that is forgotten.
    """
    store = Store.open(url)
    if command is not Command.LOOK or store.watched_pages():
        return store
    store.close()
    return Store.open("sqlite://")


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
