"""What a command makes of the vendors that a database watches: the rule of `monitor.watching`,
carried out on a store.
"""

import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple, Self

from monitor import config as configuration
from monitor.applied_settings import put_in_force, spec
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.kept_settings import digest
from monitor.lookups import names_of, slugs_of
from monitor.plain import join_names
from monitor.settings_changes import restart_hashes
from monitor.store import AppliedSettings, ServerRecord, Store, WatchedPage
from monitor.watch_changes import WatchChanges, WatchedVendor, compare_watched
from monitor.watching import LEASE, Command, Database, Refusal, Written, is_alive, written_by

LOOK_SECONDS = 0.5
"""How often a server that waits for another one's end looks whether that gave a sign of life."""


class WatchList(NamedTuple):
    """What a database watches at one moment, and who serves it, longest running first."""

    pages: tuple[WatchedPage, ...]
    applied: AppliedSettings | None
    servers: tuple[ServerRecord, ...]

    @classmethod
    def read(cls, store: Store, now: datetime, gone: Collection[str] = ()) -> Self:
        """Read it. Servers whose ids are in `gone` are known not to run."""
        servers = []
        for server in store.servers():
            is_gone = server.id in gone
            if not is_gone and is_alive(server.seen_at, now):
                servers.append(server)
        return cls(tuple(store.watched_pages()), store.applied(), tuple(servers))

    @property
    def server_names(self) -> tuple[str, ...]:
        """The names of the servers that watch."""
        return tuple(names_of(self.servers))

    @property
    def watched_slugs(self) -> frozenset[str]:
        """The vendors that are watched."""
        return frozenset(page.slug for page in self.pages if page.removed_at is None)

    @property
    def is_chosen(self) -> bool:
        """Whether somebody chose what is watched; unless that is known, vendors that are not in the
        built-in list tell it.
        """
        if self.applied is not None:
            return self.applied.source != configuration.BUILT_IN
        return not self.watched_slugs <= set(configuration.default_slugs())

    def changes(self, settings: Settings) -> WatchChanges:
        """Return what these settings would change in it."""
        return compare_watched([_vendor(page) for page in self.pages], settings.vendors)

    def others(self, settings: Settings) -> tuple[ServerRecord, ...]:
        """Return the servers that watch by other settings; none where these are those that were
        applied last.
        """
        own = digest(settings)
        if self.applied is not None and self.applied.digest == own:
            return ()
        return tuple(server for server in self.servers if server.digest != own)

    def restarts(self, settings: Settings) -> dict[str, tuple[str, ...]]:
        """Return the keys whose values in these settings need a restart, by the name of the server
        that runs with others.
        """
        own = restart_hashes(settings)
        # This database is the one it serves, however its address is written.
        own.pop("database", None)
        keys_by_server = {}
        for server in self.servers:
            keys = [key for key, value in server.keys.items() if own.get(key, value) != value]
            keys_by_server[server.name] = tuple(keys)
        return {name: keys for name, keys in keys_by_server.items() if keys}

    def decide(self, command: Command, settings: Settings) -> Written | Refusal:
        """Return what a command with these settings writes, or why it is refused."""
        database = Database(
            watched=self.watched_slugs,
            former=frozenset(slugs_of(self.pages)) - self.watched_slugs,
            is_served=bool(self.servers),
            is_served_otherwise=bool(self.others(settings)),
            is_chosen=self.is_chosen,
        )
        return written_by(command, database, settings.slugs, is_chosen=is_chosen(settings))


def is_chosen(settings: Settings) -> bool:
    """Whether somebody chose these vendors, in a file or a variable."""
    if settings.source != configuration.BUILT_IN:
        return True
    return settings.slugs != set(configuration.default_slugs())


def _vendor(page: WatchedPage) -> WatchedVendor:
    is_watched = page.removed_at is None
    if page.settings is not None:
        return WatchedVendor(page.slug, page.settings, is_watched)
    kept_values = {
        "name": page.name,
        "url": page.url,
        "zone": page.zone,
        "interval_seconds": page.interval_seconds,
    }
    return WatchedVendor(page.slug, kept_values, is_watched, is_whole=False)


class Beginning(NamedTuple):
    """What is watched when a command begins, and what it wrote of that."""

    watched: WatchList
    written: Written


def begin(store: Store, settings: Settings, command: Command, now: datetime) -> Beginning:
    """Write what a command may write before it begins. Raises ConfigError where it may not go
    on.
    """
    if command is Command.LOOK:  # it waits for no writer
        return Beginning(WatchList.read(store, now), Written())
    with store.together():
        store.lock_servers()
        before = WatchList.read(store, now)
        decision = before.decide(command, settings)
        if isinstance(decision, Refusal):
            raise ConfigError(_explain(decision, store.address, before, settings))
        _write(store, settings, command, decision, now)
        return Beginning(WatchList.read(store, now), decision)


def _write(
    store: Store,
    settings: Settings,
    command: Command,
    decision: Written,
    now: datetime,
) -> None:
    if command in {Command.APPLY, Command.SERVE}:
        put_in_force(store, settings, settings.vendors, now)
    elif decision.added:
        new = [spec(vendor) for vendor in settings.vendors if vendor.slug in decision.added]
        store.sync_pages(new, now=now, keep_others=True)


def begin_to_serve(
    store: Store,
    settings: Settings,
    server: ServerRecord,
    *,
    clock: Callable[[], datetime],
    on_wait: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> WatchList:
    """Put the settings in force and enroll the server; return what was there before.

    Where a server with other settings did not end as it should, its next sign of life is waited
    for, at most `LEASE`. Raises ConfigError when it comes.
    """
    signs: dict[str, datetime] = {}
    seconds = 0.0
    while True:
        now = clock()
        gone = signs if seconds >= LEASE.total_seconds() else {}
        with store.together():
            store.lock_servers()
            before = WatchList.read(store, now, gone)
            decision = before.decide(Command.SERVE, settings)
            if isinstance(decision, Written):
                _write(store, settings, Command.SERVE, decision, now)
                store.enroll(server._replace(digest=digest(settings), started_at=now, seen_at=now))
                return before
        others = before.others(settings)
        is_seen = signs and any(signs.get(other.id) != other.seen_at for other in others)
        if decision is Refusal.NOT_CHOSEN or is_seen:
            raise ConfigError(_explain(decision, store.address, before, settings))
        if not signs:
            on_wait(_waiting(store.address, others))
        signs = {other.id: other.seen_at for other in others}
        sleep(LOOK_SECONDS)
        seconds += LOOK_SECONDS


def _waiting(address: str, others: Collection[ServerRecord]) -> str:
    names = join_names(names_of(others))
    return (
        f"{address} was served a moment ago, with other settings, by {names}; waiting up to"
        f" {LEASE.total_seconds():.0f} s for a sign that it still runs"
    )


def _explain(why: Refusal, address: str, before: WatchList, settings: Settings) -> str:
    if why is Refusal.SERVED_OTHERWISE:
        names = join_names(names_of(before.others(settings)))
        return (
            f"{address} is served by {names} with other settings than {settings.source}"
            f"{_differences(before, settings)}; give both the same settings, stop that one, run"
            " `monitor apply` to put these in force, or use another --database"
        )
    names = join_names(sorted(before.watched_slugs - settings.slugs))
    return (
        f"{address} watches {names}, and nobody chose to end that: no settings file was found, and"
        f" the {settings.source} do not name it; give the settings with --config, or another"
        " database with --database"
    )


def difference_note(address: str, watch_list: WatchList, settings: Settings) -> str | None:
    """Say how the settings of a command that does not put them in force differ from what is
    watched; None where they do not, or nothing is watched yet.
    """
    if not watch_list.watched_slugs or not watch_list.changes(settings):
        return None
    differences = _differences(watch_list, settings)
    return (
        f"{settings.source} differs from what {address} watches{differences}; `monitor apply` puts"
        " it in force, --config names other settings"
    )


def _differences(watch_list: WatchList, settings: Settings) -> str:
    differences = watch_list.changes(settings).differences
    return f" ({differences})" if differences else ""
