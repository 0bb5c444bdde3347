"""Faults of a database, made on purpose: held, full, deleted, damaged, and a server that stops
moving."""

import asyncio
import contextlib
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from simulated import Clock, SimulatedPages, vendor_of
from store_support import GAP_SECONDS, MINUTE, NOW, observed
from test_pipeline import truth_for

from monitor.applied_settings import spec
from monitor.collect import Collector
from monitor.config import Settings
from monitor.model import Component, Level
from monitor.store import Health, Patience, PollRecord, Store
from monitor.writer import PollWrite


@contextmanager
def held(file: Path) -> Iterator[sqlite3.Connection]:
    """Hold the database as another process would that writes; the connection ends it with
    ROLLBACK."""
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        other.close()


@contextmanager
def held_for(file: Path, seconds: float) -> Iterator[threading.Timer]:
    """Hold the database for so long, from now."""
    with held(file) as other:
        timer = threading.Timer(seconds, other.execute, ["ROLLBACK"])
        timer.start()
        try:
            yield timer
        finally:
            timer.join()


@contextmanager
def full(store: Store) -> Iterator[None]:
    """Let the store's file grow no more, as on a full disk."""

    def limit(connection, pages=1):
        connection.execute(f"PRAGMA max_page_count={pages}")

    @sa.event.listens_for(store._engine, "checkout")
    def no_more(connection, *_):
        limit(connection)

    try:
        yield
    finally:
        sa.event.remove(store._engine, "checkout", no_more)
        with store._engine.connect() as connection:
            limit(connection.connection.driver_connection, 1_000_000)
        store._engine.dispose()


class Proxy:
    """A way to a server on loopback that can stop moving without closing anything."""

    def __init__(self, host: str, port: int) -> None:
        self._there = host, port
        self._moving = threading.Event()
        self._moving.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    def freeze(self) -> None:
        self._moving.clear()

    def thaw(self) -> None:
        self._moving.set()

    def close(self) -> None:
        self._moving.set()
        for each in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._there)
            self._sockets += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                self._moving.wait()
                other.sendall(data)
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def through_proxy(url: str) -> Iterator[tuple[Proxy, str]]:
    """Give a proxy in front of a PostgreSQL server, and the database's URL through it."""
    parts = urlsplit(url)
    proxy = Proxy(parts.hostname or "127.0.0.1", parts.port or 5432)
    try:
        yield proxy, parts._replace(netloc=f"{parts.username}@127.0.0.1:{proxy.port}").geturl()
    finally:
        proxy.close()


@dataclass
class World:
    """A collector over one simulated page, its store and clock."""

    collector: Collector
    store: Store
    clock: Clock
    pages: SimulatedPages
    settings: Settings

    @property
    def page(self):
        return self.store.pages()[0]


@asynccontextmanager
async def watching(
    url: str, *, lock_seconds: float = 30.0, retry_seconds: float = 90.0, clock: Clock | None = None
) -> AsyncIterator[World]:
    """Watch one page with this database. Limits of time are those of the product unless they are
    named."""
    clock = clock or Clock(NOW)
    truth = truth_for(1, "statuspage")
    pages, vendor = SimulatedPages([truth], clock), vendor_of(truth)
    settings = Settings(vendors=(vendor,), database_url=url, source="test", backfill_days=0)
    with Store.open(url, patience=Patience(lock_seconds=lock_seconds), health=Health()) as store:
        store.sync_pages([spec(vendor)], now=clock())
        collector = Collector(
            store, pages, {vendor.slug: vendor}, clock=clock, retry_seconds=retry_seconds
        )
        try:
            yield World(collector, store, clock, pages, settings)
        finally:
            store.patience.hurry(5)
            await collector.close()


def told(watched: World, at=NOW, **levels: Level) -> PollWrite:
    """A poll of the watched page that saw these levels."""
    page = watched.page
    poll = PollRecord(
        page_id=page.id,
        started_at=at,
        duration_ms=1,
        outcome="ok",
        due_at=at + 5 * MINUTE,
        max_gap_seconds=GAP_SECONDS,
    )
    parts = tuple(Component(id=key, name=key.upper()) for key in levels)
    return PollWrite(
        page=page,
        poll=poll,
        evidence=[replace(observed(at, **levels), components=parts)],
        derive=True,
    )


async def until(condition, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)
