"""How long `/metrics` takes, and what else it holds up: ``python -m bench.metrics [vendors ...]``.

By default 50, 1,000 and 1,580 vendors of 30 components: the last are a million series. Everything
of ours runs on one core. The store is in memory, so this is the exporter's own work; the last table
is about a real one.

*cold*: every vendor is read anew, as after a start or at midnight; *1 % changed*: one vendor in a
hundred has news; *warm*: nothing but the polls' times changed. Ratios are against prometheus_client
writing the same samples from families that already exist, that is, without making them.
"""

import asyncio
import gc
import gzip
import multiprocessing
import os
import random
import socket
import statistics
import sys
import tempfile
import time
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path

import httpx
from prometheus_client import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from bench import rebuild
from exporters.gzipped import stream
from exporters.prometheus import PollMetrics, StateMetrics
from exporters.text_format import blocks, render
from exporters.web import application, server
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Bar,
    Component,
    Confidence,
    Coverage,
    Day,
    DayRun,
    History,
    Incident,
    KnownComponent,
    Level,
    PageFacts,
    PageHistory,
    Phase,
    ReportedUptime,
    Seconds,
)
from monitor.store import PageSpec, PollRecord, Store
from monitor.writer import derive_page

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
FIRST = TODAY - timedelta(days=89)
COMPONENTS = 30
SIZES = (50, 1_000, 1_580)
NOUNS = [
    "API",
    "Web",
    "Dashboard",
    "Login",
    "Mail",
    "Search",
    "Billing",
    "Webhooks",
    "Queue",
    "Storage",
    "Compute",
    "Network",
    "DNS",
    "CDN",
    "Console",
    "Europe",
    "America",
    "Asia",
    "Database",
    "Cache",
    "Logs",
    "Metrics",
    "Alerts",
    "Auth",
    "Sync",
    "Push",
    "Chat",
    "Voice",
    "Video",
    "Files",
    "Media",
]


# vendors, all different


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: int
    slug: str
    name: str
    url: str
    platform: str | None = "statuspage"
    zone: tzinfo = UTC
    last_poll_at: datetime | None = NOW
    last_success_at: datetime | None = NOW
    last_ok: bool | None = True
    last_error_reason: str | None = None
    version: int = 1
    derived_day: date | None = TODAY
    derived_at: datetime | None = NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    levels: dict[str, Level | None]
    components: tuple[KnownComponent, ...]
    open_incidents: tuple[Incident, ...]
    excluded: frozenset[str] = frozenset()


class Synthetic:
    """Vendors whose components each had none to nine bad days in ninety; a page's state is made
    once and kept."""

    def __init__(self, vendors, components=COMPONENTS):
        self.components = components
        self.rows = [self._row(number) for number in range(vendors)]
        self.page = lru_cache(maxsize=None)(self._page)

    def _row(self, number):
        rng = random.Random(number)
        slug = f"{rng.choice(NOUNS)}-{rng.choice(NOUNS)}-{number}".lower()
        return Row(id=number, slug=slug, name=slug.title(), url=f"https://status.{slug}.example/")

    def _page(self, number, _version):
        rng = random.Random(f"page {number}")
        ids = [f"{number}c{n}" for n in range(self.components)]
        incident = Incident(
            id="i",
            title="Slow",
            phase=Phase.OPEN,
            status="investigating",
            impact="minor",
            started_at=NOW,
        )
        current = Current(
            levels={key: rng.choice([Level.OPERATIONAL] * 19 + [Level.DEGRADED]) for key in ids},
            components=tuple(_component(key, rng) for key in ids),
            open_incidents=(incident,),
        )
        return current, PageHistory(
            vendor=_history(rng), components={key: _history(rng) for key in ids}
        )

    def page_states(self, slugs=None):
        return self.rows if slugs is None else [row for row in self.rows if row.slug in slugs]

    def listed_history(self, page_id, _first, _last):
        return self.page(page_id, 1)[1]

    def current(self, page_id):
        return self.page(page_id, 1)[0]

    def published(self, page_id, _first):
        ids = self.page(page_id, 1)[0].levels
        span = Interval(NOW - timedelta(days=100), NOW)
        return PageFacts(
            bars=tuple(
                Bar(component_id=key, day=TODAY, partial_seconds=page_id, source="s") for key in ids
            ),
            coverage=tuple(
                Coverage(span=span, aspect=Aspect.BARS, component_id=key) for key in ids
            ),
            reported=tuple(
                ReportedUptime(component_id=key, window_days=90, ratio=0.9991)
                for key in (None, *ids)
            ),
        )

    def revised_days(self, page_id, _first, _last):
        return page_id % 3

    def size_bytes(self):
        return 1_000_000

    def poll(self, changed=0):
        """Poll every page; `changed` of them, spread over all, have news: their first component's
        level is another."""
        later = self.rows[0].last_poll_at + timedelta(minutes=5)
        self.rows = [replace(row, last_poll_at=later, last_success_at=later) for row in self.rows]
        for number in range(0, len(self.rows), len(self.rows) // changed) if changed else ():
            levels = self.page(number, 1)[0].levels
            first = next(iter(levels))
            levels[first] = (
                Level.DEGRADED if levels[first] is Level.OPERATIONAL else Level.OPERATIONAL
            )
            self.rows[number] = replace(self.rows[number], version=self.rows[number].version + 1)


def _component(key, rng):
    name = " ".join(rng.sample(NOUNS, 2))
    part = Component(id=key, name=name, group=rng.choice(NOUNS))
    return KnownComponent(
        component=part, slug=f"{name}-{key}".lower().replace(" ", "-"), first_seen_at=NOW
    )


def _history(rng):
    bad = {}
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2, 3, 5, 9])):
        day = TODAY - timedelta(days=rng.randrange(90))
        bad[day] = Day(
            day=day,
            level=Level.PARTIAL_OUTAGE,
            length_seconds=86_400,
            covered_seconds=86_400,
            seconds=Seconds(partial=float(rng.randrange(60, 9_999))),
            source=Aspect.BARS,
            confidence=Confidence.HIGH,
        )
    first = FIRST if rng.random() < 0.9 else FIRST + timedelta(days=rng.randrange(60))
    quiet = (DayRun(first, TODAY, Aspect.BARS, Confidence.HIGH),)
    return History(first=FIRST, last=TODAY, days=bad, quiet=quiet, lengths={TODAY: 43_200.0})


# one scrape


class Ready(Collector):
    """Families as prometheus_client keeps them, made beforehand."""

    def __init__(self, families):
        self.families = families

    def collect(self):
        return self.families


def zipped(state):
    return b"".join(
        stream(block.piece() for block in blocks(state.families(NOW), openmetrics=True))
    )


def plain(state):
    return render(state.families(NOW), openmetrics=False)


def timed(work, *, times=5, before=lambda: None):
    best, answer = float("inf"), None
    for _ in range(times):
        before()
        began = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - began)
    return best, answer


def scrapes(vendors):
    """One size: our times, prometheus_client's, and their ratios."""
    store = Synthetic(vendors)
    zipped(StateMetrics(store))  # makes the pages' states
    state = StateMetrics(store)
    cold, _ = timed(lambda: zipped(state), times=1)
    news, _ = timed(lambda: zipped(state), before=lambda: store.poll(max(1, vendors // 100)))
    warm, sent = timed(lambda: zipped(state), before=store.poll)
    warm_plain, text = timed(lambda: plain(state), before=store.poll)
    series = sum(not line.startswith(b"#") for line in text.splitlines())
    ready = Ready(list(text_string_to_metric_families(text.decode())))
    client, theirs = timed(lambda: gzip.compress(generate_openmetrics(ready)), times=1)
    client_plain, _ = timed(lambda: generate_latest(ready), times=1)
    assert gzip.decompress(sent).count(b"\n") == theirs_lines(theirs, sent)
    print(
        f"| {vendors:,} | {series:,} | {len(text) / 1e6:.0f} MB | {len(sent) / 1e6:.1f} MB |"
        f" {cold:.2f} s | {news * 1e3:.0f} ms | {warm * 1e3:.1f} ms | {warm_plain * 1e3:.0f} ms |"
        f" {client:.2f} s | {client_plain:.2f} s | {client / warm:.0f} |"
        f" {client_plain / warm_plain:.0f} |"
    )


def theirs_lines(theirs, sent):
    """prometheus_client writes the same samples; our lines of units are more."""
    return gzip.decompress(theirs).count(b"\n") + gzip.decompress(sent).count(b"# UNIT")


# ------------------------------------------------------------------------------------- other ways
# to join and compress


def member(parts):
    compressor = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join([*(compressor.compress(part) for part in parts), compressor.flush()])


def _size(parts):
    return sum(map(len, parts))


def alternatives(vendors):
    """What was not chosen: compressing everything at each scrape, and rows of gzip members of
    several sizes."""
    store = Synthetic(vendors)
    state = StateMetrics(store)
    found = blocks(state.families(NOW), openmetrics=True)
    text = b"".join(part for block in found for part in block.parts)
    whole, packed = timed(lambda: gzip.compress(text, 1), times=2)
    print(
        f"| the whole text at each scrape | 1 | {len(packed) / 1e6:.1f} MB | - | {whole * 1e3:.0f}"
        " ms | |"
    )
    rows = [part for block in found for part in block.parts]
    for size in (1, 8, 32, 128):
        groups = [rows[start : start + size] for start in range(0, len(rows), size)]
        members = [member(group) for group in groups]
        largest = max(groups, key=_size)
        again, _ = timed(lambda g=largest: member(g))
        join, sent = timed(lambda m=members: b"".join(m))
        # Quadratic in the number of members: for one a vendor and family it is half a minute, which
        # need not be shown.
        reads = f"{timed(lambda s=sent: gzip.decompress(s), times=1)[0]:.2f} s" if size > 1 else ""
        print(
            f"| members of {size} vendors' lines | {len(members):,} | {len(sent) / 1e6:.1f} MB |"
            f" {again * 1e3:.2f} ms | {join * 1e3:.1f} ms | {reads} |"
        )
    pieces = [block.piece() for block in found]
    join, sent = timed(lambda: b"".join(stream(pieces)))
    reads, _ = timed(lambda: gzip.decompress(sent), times=1)
    again, _ = timed(lambda: member(max((block.parts for block in found), key=_size)))
    print(
        f"| **one member of pieces** (ours) | {len(pieces):,} | {len(sent) / 1e6:.1f} MB |"
        f" {again * 1e3:.2f} ms | {join * 1e3:.1f} ms | {reads:.2f} s |"
    )


# over the wire


def serve(vendors, ready):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    store = Synthetic(vendors)
    for row in store.rows:
        store.page(row.id, 1)
    gc.collect()
    gc.freeze()  # the pages' states stand for a database: they are no garbage to look through
    state = StateMetrics(store)
    app = application(state, PollMetrics("0"), readiness=list, clock=lambda: NOW, version="0")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ready.put(port)
    asyncio.run(server(app, "127.0.0.1", port).serve())


async def watched(address, scraping):
    """Ask /healthz again and again while a scrape goes on; return the scrape's seconds and the
    answers' times in ms."""
    took = []
    async with (
        httpx.AsyncClient(trust_env=False, timeout=300) as client,
        httpx.AsyncClient(trust_env=False) as probe,
    ):
        began = time.perf_counter()
        scrape = asyncio.create_task(scraping(client, address))
        while not scrape.done():
            asked = time.perf_counter()
            await probe.get(f"{address}/healthz")
            took.append((time.perf_counter() - asked) * 1e3)
            await asyncio.sleep(0.005)
        await scrape
        return time.perf_counter() - began, took


async def _fetch(client, address, encoding):
    async with client.stream(
        "GET", f"{address}/metrics", headers={"accept-encoding": encoding}
    ) as answer:
        return sum([len(chunk) async for chunk in answer.aiter_raw()])


def until_it_answers(address):
    while True:
        try:
            return httpx.get(f"{address}/healthz", trust_env=False)
        except httpx.ConnectError:
            time.sleep(0.05)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def over_the_wire(vendors):
    """Scrape a server in a process of its own, on one core, and probe its health meanwhile."""
    context = multiprocessing.get_context("spawn")
    ready = context.Queue()
    process = context.Process(target=serve, args=(vendors, ready), daemon=True)
    process.start()
    address = f"http://127.0.0.1:{ready.get()}"
    until_it_answers(address)
    for what, encoding in (
        ("cold, gzip", "gzip"),
        ("warm, gzip", "gzip"),
        ("warm, plain", "identity"),
    ):
        busy = cpu_seconds(process.pid)
        seconds, took = asyncio.run(watched(address, lambda c, a, e=encoding: _fetch(c, a, e)))
        busy = cpu_seconds(process.pid) - busy
        status = Path(f"/proc/{process.pid}/status").read_text()
        peak = (
            next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
            / 1024
        )
        print(
            f"| {vendors:,} | {what} | {seconds:.2f} s | {busy:.2f} s |"
            f" {statistics.median(took):.1f} ms | {sorted(took)[len(took) * 99 // 100]:.1f} ms |"
            f" {max(took):.1f} ms | {peak:.0f} MB |"
        )
    process.terminate()
    process.join()


# the page rows


def page_rows(count):
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'bench.db'}") as store,
    ):
        specs = [
            PageSpec(slug=f"v{n:05}", name=f"V {n}", url=f"https://{n}.example/")
            for n in range(count)
        ]
        store.sync_pages(specs, now=NOW)
        store.record_polls(
            [
                PollRecord(
                    page_id=page.id,
                    started_at=NOW,
                    duration_ms=1,
                    outcome="ok",
                    due_at=NOW,
                    max_gap_seconds=900,
                )
                for page in store.pages()
            ]
        )
        records, _ = timed(store.pages)
        states, _ = timed(store.page_states)
        one, _ = timed(lambda: store.page_states(["v00005"]))
        state = StateMetrics(store)
        zipped(state)
        warm, _ = timed(lambda: zipped(state))
    print(
        f"| {count:,} | {records * 1e3:.1f} ms | {states * 1e3:.1f} ms | {one * 1e3:.2f} ms |"
        f" {warm * 1e3:.1f} ms |"
    )


def from_a_database(count):
    """Vendors as `bench.rebuild` makes them: what reading one anew costs with a real store."""
    rng = random.Random(1)
    first, day = (rebuild.NOW - timedelta(days=89)).date(), rebuild.NOW.date()
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'bench.db'}") as store,
    ):
        store.sync_pages(
            [
                PageSpec(slug=f"v{n:05}", name="V", url=f"https://{n}.example/")
                for n in range(count)
            ],
            now=rebuild.NOW,
        )
        for page in store.pages():
            store.save(page.id, rebuild.evidence(rng), now=rebuild.NOW, max_gap_seconds=900)
            vendor = VendorConfig(slug=page.slug, name=page.name, url=page.url)
            derive_page(store, page, vendor, first=first, now=rebuild.NOW)
        ids = [page.id for page in store.pages()]
        cold, _ = timed(lambda: StateMetrics(store).families(rebuild.NOW), times=2)
        reads, _ = timed(lambda: [_read(store, page_id, first, day) for page_id in ids], times=2)
    print(
        f"| {count} | {cold:.2f} s | {cold / count * 1e3:.1f} ms | {reads / count * 1e3:.1f} ms |"
    )


def _read(store, page_id, first, last):
    store.current(page_id)
    store.published(page_id, first)
    store.page_history(page_id, first, last)
    store.revised_days(page_id, first, last)


def table(*heads):
    print(f"\n| {' | '.join(heads)} |\n|{'--:|' * len(heads)}")


def main(sizes):
    table(
        "vendors",
        "series",
        "text",
        "gzip",
        "cold",
        "1 % changed",
        "warm",
        "warm, plain",
        "client, gzip",
        "client, plain",
        "ratio, gzip",
        "ratio, plain",
    )
    for vendors in sizes:
        scrapes(vendors)
    table(
        "way to compress",
        "members or pieces",
        "size",
        "largest changed",
        "at a scrape",
        "Python's gzip reads it in",
    )
    alternatives(max(sizes))
    table(
        "vendors",
        "scrape over HTTP",
        "took",
        "server's CPU",
        "/healthz median",
        "99 %",
        "worst",
        "peak memory",
    )
    for vendors in sizes:
        over_the_wire(vendors)
    table(
        "pages in SQLite",
        "whole records",
        "what a scrape reads",
        "of one page",
        "a warm scrape of empty pages",
    )
    for count in (1_000, 10_000):
        page_rows(count)
    table("vendors in SQLite", "cold", "a vendor", "of which reading")
    from_a_database(200)


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    main(tuple(map(int, sys.argv[1:])) or SIZES)
