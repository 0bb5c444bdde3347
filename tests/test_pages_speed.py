"""What the first page reads of the store and how long it takes, with many vendors."""

import gc
import gzip
import statistics
import time
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from scrape_world import golden_polls, golden_state
from store_support import (
    DAY,
    HOUR,
    NOW,
    component,
    evidence,
    impact,
    incident,
    observed,
    poll,
    save,
)

from exporters.pages import Site, page_routes
from exporters.watched import Watched
from exporters.web import application
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level, Phase
from monitor.store import PageSpec, Store

PARTS = [f"c{number}" for number in range(5)]
FIRST = NOW - 91 * DAY
SECOND = timedelta(seconds=1)
MOST_OF_ONE = 25
"""So many questions a vendor costs of which something was stored: its row, state and record."""


def watch(store: Store, count: int) -> dict[str, VendorConfig]:
    """Watch so many vendors with an outage every nine days, all read just now."""
    vendors = {
        slug: VendorConfig(slug=slug, name=slug.title(), url=f"https://{slug}.example/")
        for slug in (f"vendor-{number}" for number in range(count))
    }
    specs = [PageSpec(slug=v.slug, name=v.name, url=v.url) for v in vendors.values()]
    store.sync_pages(specs, now=FIRST)
    with store.together():
        for number, page in enumerate(store.pages()):
            save(store, page, history(number))
            save(store, page, observed(NOW, **dict.fromkeys(PARTS, Level.OPERATIONAL)))
            store.record_polls([poll(page, NOW, "ok")])
    return vendors


def history(number: int):
    starts = [FIRST + (day + number % 7) * DAY + 3 * HOUR for day in range(0, 80, 9)]
    incidents, impacts = [], []
    for place, start in enumerate(starts):
        key, part = f"i{place}", PARTS[place % len(PARTS)]
        over = {"phase": Phase.CLOSED, "started_at": start, "resolved_at": start + HOUR}
        incidents.append(incident(key, component_ids=(part,), **over))
        impacts.append(impact(start, start + HOUR, incident_id=key, component_id=part))
    return evidence(
        NOW,
        components=tuple(component(part, part.title()) for part in PARTS),
        incidents=tuple(incidents),
        impacts=tuple(impacts),
        coverage=(Coverage(span=Interval(FIRST, NOW), aspect=Aspect.IMPACTS),),
    )


class World:
    """A site over a store, whose clock is moved by hand, and what it asks of the store."""

    def __init__(self, store, vendors):
        self.store, self.now, self.statements = store, NOW, []
        watched = Watched(store=store, vendors=lambda: vendors, clock=lambda: self.now)
        self.app = application(
            golden_state(),
            golden_polls(),
            readiness=list,
            clock=lambda: self.now,
            routes=page_routes(Site(watched=watched)),
        )

    @asynccontextmanager
    async def asking(self):
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://m.example") as client:
            yield client

    @contextmanager
    def counting(self):
        """Keep what is asked of the store inside."""
        self.statements.clear()

        def note(_connection, _cursor, statement, *_):
            self.statements.append(statement)

        sa.event.listen(self.store._engine, "before_cursor_execute", note)
        try:
            yield self.statements
        finally:
            sa.event.remove(self.store._engine, "before_cursor_execute", note)

    def change(self, slug: str, level: Level) -> None:
        """Poll one vendor, whose first component is at another level now."""
        page = self.store.pages([slug])[0]
        levels = dict.fromkeys(PARTS, Level.OPERATIONAL) | {PARTS[0]: level}
        save(self.store, page, observed(self.now, **levels))
        self.store.record_polls([poll(page, self.now, "ok")])


def asked(statements: list[str]) -> list[str]:
    """Return what was asked, without what only begins a transaction."""
    return [each for each in statements if each.lstrip().upper().startswith("SELECT")]


@pytest.mark.slow
async def test_a_page_asks_the_store_about_what_has_changed_and_nothing_else():
    with Store.open("sqlite://") as store:
        world = World(store, watch(store, 12))
        async with world.asking() as client:
            with world.counting() as statements:
                await client.get("/")
            assert 12 < len(asked(statements)) <= 1 + 12 * MOST_OF_ONE
            world.now += 30 * SECOND
            with world.counting() as statements:
                again = await client.get("/?sort=share&group=tier")
            assert len(asked(statements)) == 1
            world.change("vendor-3", Level.MAJOR_OUTAGE)
            with world.counting() as statements:
                changed = await client.get("/")
            assert 1 < len(asked(statements)) <= 1 + MOST_OF_ONE

    assert "No trouble reported by twelve vendors" in again.text
    assert "One of twelve vendors has trouble now." in changed.text


ROUNDS, ASKED = 3, 100
"""In the best of three rounds: others use this machine too, and what they do only adds."""
MOST_SECONDS, MOST_BYTES = 0.050, 150_000
MOST_COMPRESSIONS = 14
"""The same 50 ms as a multiple of what it takes to compress the answer once, 3.6 ms where it was
measured: a machine that is half as fast, or shared with others, takes twice as long for both."""


@pytest.mark.measure
async def test_a_thousand_vendors_are_quick_to_show_and_small():
    with Store.open("sqlite://") as store:
        world, slowest = World(store, watch(store, 1_000)), []
        async with world.asking() as client:
            for number in (1, 2, 3, 4, 5):
                await client.get(f"/?page={number}")
            gc.collect()
            gc.freeze()  # what the tests hold is none of the server's
            most = 0.0
            while len(slowest) < ROUNDS and min(slowest, default=1) > most:
                taken, answer = await a_round(world, client, len(slowest) * ASKED)
                slowest.append(statistics.quantiles(taken, n=100)[98])
                most = max(MOST_SECONDS, most, MOST_COMPRESSIONS * compression(answer.content))

    size = int(answer.headers["content-length"])
    print(
        f"median {statistics.median(taken) * 1e3:.1f} ms, p99 {min(slowest) * 1e3:.1f} ms of"
        f" processor, {size / 1e3:.0f} KB of {len(answer.content) / 1e3:.0f},"
        f" {len(gzip.compress(answer.content)) / 1e3:.0f} at best, {most * 1e3:.0f} ms allowed"
    )
    assert size <= MOST_BYTES
    assert min(slowest) <= most


def compression(body: bytes) -> float:
    """Return the seconds of processor that it takes to compress the answer, the median of many."""
    taken = []
    for _ in range(50):
        began = time.process_time()
        gzip.compress(body, 1)
        taken.append(time.process_time() - began)
    return statistics.median(taken)


async def a_round(watched, client, first):
    """Ask after each of so many vendors has changed; return the seconds of processor that each
    answer took, and the last answer."""
    taken = []
    for number in range(first, first + ASKED):
        watched.now += SECOND
        watched.change(f"vendor-{number}", Level.DEGRADED)
        began = time.process_time()
        answer = await client.get("/", headers={"accept-encoding": "gzip"})
        taken.append(time.process_time() - began)
        assert answer.status_code == 200
    return taken, answer
