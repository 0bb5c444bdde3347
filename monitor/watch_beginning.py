"""What a command makes of the vendors that a database watches: the rule of `monitor.watching`,
carried out on a store.
"""

import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from monitor.applied_settings import put_in_force, spec
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.kept_settings import digest
from monitor.lookups import names_of
from monitor.plain import join_names
from monitor.store import ServerRecord, Store
from monitor.watch_list import WatchList, differences_from
from monitor.watching import LEASE, Command, Refusal, Written

LOOK_SECONDS = 0.5
"""How often a server that waits for another one's end looks whether that gave a sign of life."""


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
            f"{differences_from(before, settings)}; give both the same settings, stop that one, run"
            " `monitor apply` to put these in force, or use another --database"
        )
    names = join_names(sorted(before.watched_slugs - settings.slugs))
    return (
        f"{address} watches {names}, and nobody chose to end that: no settings file was found, and"
        f" the {settings.source} do not name it; give the settings with --config, or another"
        " database with --database"
    )
