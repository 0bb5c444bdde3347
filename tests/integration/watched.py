"""Simulated vendors, watched for a day by the real pipeline with its clock moved, and what a Prometheus then holds.

`watch` is truth in, store and scrapes out: pages are backfilled, polled every five minutes for 26 hours and read again at
the end, as the schedule does, and after every poll the real exposition is kept as a scrape. `filled` puts the 90
days that `monitor export openmetrics` writes, and those scrapes, into a Prometheus that goes on scraping the application.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from servers import _running, free_port

from exporters.prometheus import PollMetrics, StateMetrics, exposition
from exporters.web import application, server
from monitor.config import VendorConfig
from monitor.demo import Truth, TruthIncident, demo_truths, random_truth
from monitor.errors import FetchError, TimedOut
from monitor.model import Evidence, Level, ReportedUptime
from monitor.pipeline import Collector
from monitor.protocol import Response
from monitor.store import PageSpec, Store
from tests.simulated import Clock, SimulatedPages, vendor_of

ROOT = Path(__file__).parents[2]
JOB = "vendorstatus"
WATCHED = timedelta(hours=26)
EVERY = timedelta(minutes=5)
VANISHED = "tidepool-maps"
"""The vendor whose page cannot be read for the last seven hours: two steps of a panel that shows 90 days."""
REWRITTEN = "larkspur-ai"
"""The vendor that finds an outage of three days ago only six hours ago."""
ODD = "quillmail"
"""The vendor that once used a word nobody knows."""
YOUNG = "ashgrove-identity"
"""The vendor that exists for 38 days only."""
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "northwind-cloud": {"tier": "critical", "critical": ["EU"]},
    VANISHED: {"tier": "low"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What watching came to. `scrapes` are instants and the exposition text at them."""

    store: Store
    vendors: Mapping[str, VendorConfig]
    polls: PollMetrics
    now: datetime
    scrapes: Sequence[tuple[datetime, str]]

    def state(self) -> StateMetrics:
        return StateMetrics(self.store, vendors=self.vendors)


# --------------------------------------------------------------------------------------------------------------- watching


def watch(folder: Path, now: datetime) -> World:
    return asyncio.run(_watch(folder, now))


async def _watch(folder: Path, now: datetime) -> World:
    clock = Clock(now - WATCHED)
    pages = SimulatedPages([*demo_truths(now), _young(now)], clock)
    vendors = {truth.slug: vendor_of(truth, **SETTINGS.get(truth.slug, {})) for truth in pages.truths}
    store, polls = Store.open(f"sqlite:///{folder / 'vendorstatus.db'}"), PollMetrics("1.2.3")
    specs = [PageSpec(slug=v.slug, name=v.name, url=v.url, zone=v.zone) for v in vendors.values()]
    store.sync_pages(specs, now=clock())
    collector = Collector(store, pages, vendors, clock=clock, observer=polls)
    pages.override = lambda url: _trouble(url, pages, now)
    await _reread(collector, clock() - timedelta(days=90))
    scrapes = []
    while clock() < now:
        _rewrite(pages, now)
        await _poll(collector)
        scrapes.append((clock(), _exposed(World(store=store, vendors=vendors, polls=polls, now=clock(), scrapes=()))))
        clock.forward(seconds=EVERY.total_seconds())
    clock.now = now
    await _reread(collector, now - timedelta(days=7))
    await _poll(collector)
    await collector.close()
    _print_an_uptime(store, now)
    return World(store=store, vendors=vendors, polls=polls, now=now, scrapes=scrapes)


def _young(now: datetime) -> Truth:
    """Return a vendor that began 38 days ago: of the days before, nothing can be known."""
    parts = ((None, "Sign-in"), (None, "Directory"), (None, "Audit log"))
    old = random_truth(
        5, now=now, slug=YOUNG, name="Ashgrove Identity", zone="Etc/UTC", parts=parts, incidents=9, live=False
    )
    start = (now - timedelta(days=38)).date()
    began = tuple(replace(component, start=start) for component in old.components)
    return replace(old, components=began, incidents=tuple(i for i in old.incidents if i.started_at.date() > start))


def glance(folder: Path, now: datetime, count: int) -> World:
    """Return many vendors with 90 days of history behind them, read once."""
    return asyncio.run(_glance(folder, now, count))


async def _glance(folder: Path, now: datetime, count: int) -> World:
    clock = Clock(now)
    zone = {"zone": "Etc/UTC", "parts": ((None, "API"), (None, "Console")), "incidents": 4}
    truths = [random_truth(seed, now=now, slug=f"vendor-{seed}", **zone) for seed in range(count)]
    pages, vendors = SimulatedPages(truths, clock), {truth.slug: vendor_of(truth) for truth in truths}
    store, polls = Store.open(f"sqlite:///{folder / 'vendorstatus.db'}"), PollMetrics("1.2.3")
    store.sync_pages([PageSpec(slug=v.slug, name=v.name, url=v.url, zone=v.zone) for v in vendors.values()], now=now)
    collector = Collector(store, pages, vendors, clock=clock, observer=polls)
    await _reread(collector, now - timedelta(days=90))
    await _poll(collector)
    await collector.close()
    return World(store=store, vendors=vendors, polls=polls, now=now, scrapes=())


async def _reread(collector: Collector, since: datetime) -> None:
    for page in collector.store.pages():
        await collector.backfill(page, since, again=True)
    await collector.flush()


async def _poll(collector: Collector) -> None:
    for page in collector.store.pages():
        await collector.poll(page)
    await collector.flush()


def _exposed(world: World) -> str:
    world.polls.lagged(0.4)
    return exposition(world.state(), world.polls, now=world.now, openmetrics=False).decode()


def _trouble(url: str, pages: SimulatedPages, now: datetime) -> Response | FetchError | None:
    """Let one page vanish for the last seven hours, and one use an unknown word for half an hour."""
    left = now - pages.clock()
    if VANISHED in url and left < timedelta(hours=7):
        return TimedOut("no answer", url=url)
    if ODD in url and timedelta(hours=4) < left < timedelta(hours=4, minutes=30):
        true = pages._page(url)
        return replace(true, body=true.body.replace(b'"operational"', b'"wobbly"', 1))
    return None


def _rewrite(pages: SimulatedPages, now: datetime) -> None:
    """Six hours ago, let a vendor say that it was down three days ago."""
    if now - pages.clock() > timedelta(hours=6):
        return
    pages.truths = [_with_outage(truth, now) if truth.slug == REWRITTEN else truth for truth in pages.truths]


def _with_outage(truth: Truth, now: datetime) -> Truth:
    start = now - timedelta(days=3)
    found = TruthIncident(
        id="01JZZZZZZZZZZZZZZZZZZZZZZZ", title="Found later", impact="critical", started_at=start,
        resolved_at=start + timedelta(hours=1), effects={truth.components[0].id: ((start, Level.MAJOR_OUTAGE),)},
    )  # fmt: skip
    known = any(incident.id == found.id for incident in truth.incidents)
    return truth if known else replace(truth, incidents=(*truth.incidents, found))


def _print_an_uptime(store: Store, now: datetime) -> None:
    """No simulated page prints an uptime for all of itself; let one have done so."""
    (page,) = store.pages(["halcyon-pay"])
    printed = ReportedUptime(component_id=None, window_days=90, ratio=0.9987)
    told = Evidence(source="statuspage.page", read_at=now, reported=(printed,))
    store.save(page.id, told, now=now, max_gap_seconds=900)


# ----------------------------------------------------------------------------------------------------------- Prometheus


def folders() -> list[Path]:
    """Return the folders with a prometheus and a promtool: those the gate names, else the one on PATH."""
    named = [Path(folder) for folder in os.environ.get("VENDORSTATUS_PROMETHEUS_DIRS", "").split(":") if folder]
    on_path = shutil.which("prometheus")
    if on_path and Path(on_path).parent not in named:
        named.insert(0, Path(on_path).parent)
    return named


@dataclass(frozen=True, slots=True)
class Asked:
    """A running Prometheus, asked over HTTP as Grafana does."""

    address: str
    client: httpx.Client

    def __call__(self, path: str, parameters: Mapping[str, str]) -> Any:
        """Return what is under "data". Raises AssertionError with Prometheus's own words."""
        answer = self.client.post if path.startswith("query") else self.client.get
        key = "data" if path.startswith("query") else "params"
        told = answer(f"http://{self.address}/api/v1/{path}", **{key: parameters}).json()
        assert told["status"] == "success", f"{told.get('errorType')}: {told.get('error')}"
        return told["data"]


@contextmanager
def filled(world: World, binaries: Path, folder: Path) -> Iterator[Asked]:
    """Run a Prometheus that has the world's history and scrapes, and scrapes its application once a second."""
    history, scrapes = folder / "history.om", folder / "scrapes.om"
    _monitor(world, folder, "export", "openmetrics", "--days", "90", "--output", str(history), "--label", f"job={JOB}")
    scrapes.write_text("\n".join([*_scraped_lines(world), "# EOF", ""]))
    for lines in (history, scrapes):
        _import(binaries / "promtool", lines, folder / "data")
    with scraping(world, binaries, folder) as asked:
        yield asked


@contextmanager
def scraping(world: World, binaries: Path, folder: Path) -> Iterator[Asked]:
    """Run a Prometheus over the data in the folder, if there are any, that scrapes the world's application."""
    with _served(world) as target:
        config = yaml.safe_load((ROOT / "grafana" / "prometheus.yml").read_text())
        (job,) = config["scrape_configs"]
        job["scrape_interval"] = job["scrape_timeout"] = "1s"
        job["static_configs"] = [{"targets": [target]}]
        recommended = folder / "prometheus.yml"
        recommended.write_text(yaml.safe_dump({"scrape_configs": [job]}))
        address = f"127.0.0.1:{free_port()}"
        command = [
            str(binaries / "prometheus"), f"--config.file={recommended}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={address}", "--storage.tsdb.retention.time=400d",
        ]  # fmt: skip
        ready = _running(command, folder / "prometheus.log", f"http://{address}/-/ready")
        with ready, httpx.Client(trust_env=False, timeout=60) as client:
            asked = Asked(address, client)
            _await_scrape(asked)
            yield asked


def _scraped_lines(world: World) -> Iterator[str]:
    """Yield the scrapes as OpenMetrics lines, series by series, as a target of its own."""
    by_series: defaultdict[str, list[str]] = defaultdict(list)
    own = f'job="{JOB}",instance="replica-1"'
    for at, text in world.scrapes:
        up = f"up{{{own}}} 1"
        for line in (*text.splitlines(), up):
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                by_series[name].append(f"{_with(name, own)} {value} {int(at.timestamp())}")
    for lines in by_series.values():
        yield from lines


def _with(series: str, labels: str) -> str:
    if "{" not in series:
        return f"{series}{{{labels}}}"
    return series if labels in series else series.replace("{", f"{{{labels},", 1)


def _import(promtool: Path, lines: Path, data: Path) -> None:
    command = [promtool, "tsdb", "create-blocks-from", "--max-block-duration=744h", "-q", "openmetrics", lines, data]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _served(world: World) -> Iterator[str]:
    """Serve the real application over the store in a thread of its own; yield host:port."""
    app = application(world.state(), world.polls, readiness=list, clock=lambda: datetime.now(UTC), version="1.2.3")
    port = free_port()
    web = server(app, "127.0.0.1", port)
    thread = threading.Thread(target=lambda: asyncio.run(web.serve()))
    thread.start()
    try:
        while not web.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"127.0.0.1:{port}"
    finally:
        web.should_exit = True
        thread.join(10)


def _await_scrape(asked: Asked) -> None:
    deadline = time.monotonic() + 20
    while not asked("query", {"query": f'up{{job="{JOB}",instance!="replica-1"}} == 1'})["result"]:
        assert time.monotonic() < deadline, "nothing was scraped in 20 s"
        time.sleep(0.1)
    time.sleep(2)  # a second scrape, so that counters have a rate


def required(*names: str) -> list[str]:
    """Return the paths of programs; skip the test, naming the first that is missing."""
    for name in names:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not on PATH")
    return [str(shutil.which(name)) for name in names]


# ------------------------------------------------------------------------------------------------------ the command line


def reported(world: World, folder: Path) -> dict[str, Any]:
    """Return what `monitor report --format json` says of the world's store, by vendor."""
    told = json.loads(_monitor(world, folder, "report", "--format", "json"))
    return {vendor["vendor"]: vendor for vendor in told["vendors"]}


def _monitor(world: World, folder: Path, *words: str) -> str:
    """Run the command line over the world's store; return what it prints."""
    keys = ("slug", "name", "url", "zone", "tier", "critical")
    vendors = [{key: value for key in keys if (value := _plain(getattr(v, key)))} for v in world.vendors.values()]
    settings = folder / "monitor.yaml"
    settings.write_text(yaml.safe_dump({"vendors": vendors, "database": world.store.address}))
    command = [sys.executable, "-m", "monitor", *words, "--config", str(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: some page could not be read
    return done.stdout


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, frozenset)) else value
