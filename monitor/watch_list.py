"""What a database watches at one moment, by whose settings, and how others differ from them."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, Protocol, Self

from monitor import config as configuration
from monitor.config import Settings
from monitor.kept_settings import digest
from monitor.lookups import names_of, slugs_of
from monitor.records.watching import AppliedSettings, ServerRecord, WatchedPage
from monitor.settings_changes import restart_hashes
from monitor.watch_changes import WatchChanges, WatchedVendor, compare_watched
from monitor.watching import Command, Database, Refusal, Written, is_alive, written_by


class WatchSource(Protocol):
    """What knows by which settings pages are watched, and who serves them; the store does."""

    def watched_pages(self) -> list[WatchedPage]:
        """Return every page by slug, former ones too, with the settings it is watched by."""

    def applied(self) -> AppliedSettings | None:
        """Return the settings that were last put in force as a whole; None = that is not known."""

    def servers(self) -> list[ServerRecord]:
        """Return the servers that did not end, or not as they should, longest running first."""


class WatchList(NamedTuple):
    """What a database watches at one moment, and who serves it, longest running first."""

    pages: tuple[WatchedPage, ...]
    applied: AppliedSettings | None
    servers: tuple[ServerRecord, ...]

    @classmethod
    def read(cls, source: WatchSource, now: datetime, gone: Collection[str] = ()) -> Self:
        """Read it. Servers whose ids are in `gone` are known not to run."""
        servers = []
        for server in source.servers():
            is_gone = server.id in gone
            if not is_gone and is_alive(server.seen_at, now):
                servers.append(server)
        return cls(tuple(source.watched_pages()), source.applied(), tuple(servers))

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


def difference_note(address: str, watch_list: WatchList, settings: Settings) -> str | None:
    """Say how the settings of a command that does not put them in force differ from what is
    watched; None where they do not, or nothing is watched yet.
    """
    if not watch_list.watched_slugs or not watch_list.changes(settings):
        return None
    differences = differences_from(watch_list, settings)
    return (
        f"{settings.source} differs from what {address} watches{differences}; `monitor apply` puts"
        " it in force, --config names other settings"
    )


def differences_from(watch_list: WatchList, settings: Settings) -> str:
    """Return the differences in brackets, behind a space; "" where there are none."""
    differences = watch_list.changes(settings).differences
    return f" ({differences})" if differences else ""
