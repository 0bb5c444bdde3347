"""Simulated vendors, watched for a day by the real pipeline with its clock moved, and what a
Prometheus then holds.

`watch` is truth in, store and scrapes out: pages are backfilled, polled every five minutes for 26
hours and read again at the end, as the schedule does, and after every poll the real exposition is
kept as a scrape. `filled` puts the 90 days that `monitor export openmetrics` writes, and those
scrapes, into a Prometheus.

A world ends at an instant that the test names, and everything is asked as of it: the report, the
export, and every query. No clock of this machine decides what is right, so no day ends while two
answers are compared.
"""

import asyncio
import os
import shutil
import subprocess
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
from servers import _running, free_port, served_by_thread

from exporters.openmetrics import SETTLED
from exporters.prometheus import PollMetrics, StateMetrics, exposition
from exporters.report import record_json
from exporters.web import application
from monitor.answers import ReportQuery
from monitor.cli.export_openmetrics import write_openmetrics
from monitor.cli.export_query import export_query
from monitor.cli.report_forms import Question, records
from monitor.cli.spans import chosen
from monitor.collect import Collector
from monitor.config import Settings, VendorConfig
from monitor.demo import Truth, TruthIncident, demo_truths, random_truth
from monitor.errors import FetchError, TimedOut
from monitor.intervals import day_of, zone_named
from monitor.kit.protocol import Response
from monitor.model import Evidence, Level, ReportedUptime
from monitor.runtime import Context
from monitor.store import PageSpec, Store
from tests.simulated import Clock, SimulatedPages, vendor_of

ROOT = Path(__file__).parents[2]
JOB = "vendorstatus"
WATCHED = timedelta(hours=26)
EVERY = timedelta(minutes=5)
ENDS = timedelta(minutes=5)
"""How long before its end a world is scraped every minute, so that counters have a rate then."""
VANISHED = "tidepool-maps"
"""The vendor whose page cannot be read for the last seven hours: two steps of a panel that shows 90
days."""
REWRITTEN = "larkspur-ai"
"""The vendor that finds an outage of three days ago only six hours ago."""
ODD = "quillmail"
"""The vendor that once used a word nobody knows."""
YOUNG = "ashgrove-identity"
"""The vendor that exists for 38 days only, and whose today is tomorrow elsewhere for half of each
day."""
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

    def monitor(self) -> Context:
        """Return what every command has, with this world's clock."""
        settings = Settings(
            vendors=tuple(self.vendors.values()),
            database_url=self.store.address,
            source="the simulated world",
        )
        return Context(
            settings=settings, store=self.store, clock=lambda: self.now, vendors=dict(self.vendors)
        )


# ---------------------------------------------------------------------------------------------------------------
# watching


def watch(folder: Path, now: datetime) -> World:
    return asyncio.run(_watch(folder, now))


async def _watch(folder: Path, now: datetime) -> World:
    clock = Clock(now - WATCHED)
    pages = SimulatedPages([*demo_truths(now), _young(now)], clock)
    vendors = {
        truth.slug: vendor_of(truth, **SETTINGS.get(truth.slug, {})) for truth in pages.truths
    }
    store, polls = Store.open(f"sqlite:///{folder / 'vendorstatus.db'}"), PollMetrics("1.2.3")
    specs = [PageSpec(slug=v.slug, name=v.name, url=v.url, zone=v.zone) for v in vendors.values()]
    store.sync_pages(specs, now=clock())
    collector = Collector(store, pages, vendors, clock=clock, observer=polls)
    pages.override = lambda url: _trouble(url, pages, now)
    await _reread(collector, clock() - timedelta(days=90))
    scrapes: list[tuple[datetime, str]] = []

    def scrape() -> tuple[datetime, str]:
        return clock(), exposed(
            World(store=store, vendors=vendors, polls=polls, now=clock(), scrapes=())
        )

    while clock() < now:
        _rewrite(pages, now)
        await _poll(collector)
        scrapes.append(scrape())
        clock.forward(seconds=EVERY.total_seconds())
    for minute in range(1, int(ENDS.total_seconds()) // 60):
        clock.now = now - ENDS + timedelta(minutes=minute)
        scrapes.append(scrape())
    clock.now = now
    await _reread(collector, now - timedelta(days=7))
    await _poll(collector)
    await collector.close()
    _print_an_uptime(store, now)
    return World(store=store, vendors=vendors, polls=polls, now=now, scrapes=[*scrapes, scrape()])


def _young(now: datetime) -> Truth:
    """Return a vendor that began 38 days ago: of the days before, nothing can be known."""
    parts = ((None, "Sign-in"), (None, "Directory"), (None, "Audit log"))
    old = random_truth(
        5,
        now=now,
        slug=YOUNG,
        name="Ashgrove Identity",
        zone="Pacific/Auckland",
        parts=parts,
        incidents=9,
        live=False,
    )
    start = (now - timedelta(days=38)).date()
    began = tuple(replace(component, start=start) for component in old.components)
    return replace(
        old,
        components=began,
        incidents=tuple(i for i in old.incidents if i.started_at.date() > start),
    )


def glance(folder: Path, now: datetime, count: int) -> World:
    """Return many vendors with 90 days of history behind them, read once."""
    return asyncio.run(_glance(folder, now, count))


async def _glance(folder: Path, now: datetime, count: int) -> World:
    clock = Clock(now)
    zone = {"zone": "Etc/UTC", "parts": ((None, "API"), (None, "Console")), "incidents": 4}
    truths = [random_truth(seed, now=now, slug=f"vendor-{seed}", **zone) for seed in range(count)]
    pages, vendors = (
        SimulatedPages(truths, clock),
        {truth.slug: vendor_of(truth) for truth in truths},
    )
    store, polls = Store.open(f"sqlite:///{folder / 'vendorstatus.db'}"), PollMetrics("1.2.3")
    store.sync_pages(
        [PageSpec(slug=v.slug, name=v.name, url=v.url, zone=v.zone) for v in vendors.values()],
        now=now,
    )
    collector = Collector(store, pages, vendors, clock=clock, observer=polls)
    await _reread(collector, now - timedelta(days=90))
    await _poll(collector)
    await collector.close()
    world = World(store=store, vendors=vendors, polls=polls, now=now, scrapes=())
    return replace(world, scrapes=[(now, exposed(world))])


async def _reread(collector: Collector, since: datetime) -> None:
    for page in collector.store.pages():
        await collector.backfill(page, since, again=True)
    await collector.flush()


async def _poll(collector: Collector) -> None:
    for page in collector.store.pages():
        await collector.poll(page)
    await collector.flush()


def exposed(world: World) -> str:
    world.polls.lagged(0.4)
    return exposition(world.state(), world.polls, now=world.now, openmetrics=False).decode()


def _trouble(url: str, pages: SimulatedPages, now: datetime) -> Response | FetchError | None:
    """Let one page vanish for the last seven hours, and one use an unknown word for half an
    hour."""
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
    pages.truths = [
        _with_outage(truth, now) if truth.slug == REWRITTEN else truth for truth in pages.truths
    ]


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


# -----------------------------------------------------------------------------------------------------------
# Prometheus


def folders() -> list[Path]:
    """Return the folders with a prometheus and a promtool: those the gate names, else the one on
    PATH."""
    named = [
        Path(folder)
        for folder in os.environ.get("VENDORSTATUS_PROMETHEUS_DIRS", "").split(":")
        if folder
    ]
    on_path = shutil.which("prometheus")
    if on_path and Path(on_path).parent not in named:
        named.insert(0, Path(on_path).parent)
    return named


@dataclass(frozen=True, slots=True)
class Asked:
    """A running Prometheus, asked over HTTP as Grafana does. `now` is the instant at which a
    dashboard is looked at."""

    address: str
    client: httpx.Client
    now: datetime

    def __call__(self, path: str, parameters: Mapping[str, str]) -> Any:
        """Return what is under "data". Raises AssertionError with Prometheus's own words."""
        answer = self.client.post if path.startswith("query") else self.client.get
        key = "data" if path.startswith("query") else "params"
        told = answer(f"http://{self.address}/api/v1/{path}", **{key: parameters}).json()
        assert told["status"] == "success", f"{told.get('errorType')}: {told.get('error')}"
        return told["data"]


@contextmanager
def filled(world: World, binaries: Path, folder: Path) -> Iterator[Asked]:
    """Run a Prometheus that has the world's history and scrapes, and scrapes nothing itself."""
    history = folder / "history.om"
    export(world, history)
    with holding(world, [history], binaries, folder) as asked:
        yield asked


@contextmanager
def holding(
    world: World, histories: Sequence[Path], binaries: Path, folder: Path
) -> Iterator[Asked]:
    """Run a Prometheus that has what was exported and the world's scrapes, and scrapes nothing
    itself."""
    scrapes = folder / "scrapes.om"
    scrapes.write_text("\n".join([*_scraped_lines(world), "# EOF", ""]))
    for lines in (*histories, scrapes):
        _import(binaries / "promtool", lines, folder / "data")
    with _prometheus(binaries, folder, {"scrape_configs": []}) as (address, client):
        yield Asked(address, client, world.now)


@contextmanager
def scraping(world: World, binaries: Path, folder: Path) -> Iterator[Asked]:
    """Run an empty Prometheus that scrapes the world's application, and look at it when it has its
    first sample.

    The application tells of the world's last instant, whatever the time is; the samples have the
    time of this machine.
    """
    app = application(world.state(), world.polls, readiness=list, clock=lambda: world.now)
    with served_by_thread(app) as target:
        config = yaml.safe_load((ROOT / "grafana" / "prometheus.yml").read_text())
        (job,) = config["scrape_configs"]
        job["scrape_interval"] = job["scrape_timeout"] = "1s"
        job["static_configs"] = [{"targets": [target]}]
        with _prometheus(binaries, folder, {"scrape_configs": [job]}) as (address, client):
            yield Asked(address, client, _first_scrape(Asked(address, client, world.now)))


@contextmanager
def _prometheus(
    binaries: Path, folder: Path, config: Mapping[str, Any]
) -> Iterator[tuple[str, httpx.Client]]:
    """Run a Prometheus over the data in the folder, if there are any; yield host:port and a
    client."""
    recommended = folder / "prometheus.yml"
    recommended.write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    command = [
        str(binaries / "prometheus"), f"--config.file={recommended}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}", "--storage.tsdb.retention.time=400d",
    ]  # fmt: skip
    ready = _running(command, folder / "prometheus.log", f"http://{address}/-/ready")
    with ready, httpx.Client(trust_env=False, timeout=60) as client:
        yield address, client


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
    command = [
        promtool,
        "tsdb",
        "create-blocks-from",
        "--max-block-duration=744h",
        "-q",
        "openmetrics",
        lines,
        data,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _first_scrape(asked: Asked) -> datetime:
    """Wait for a scrape and return the instant of the first."""
    deadline = time.monotonic() + 20
    while not (
        found := asked("query", {"query": f'vendorstatus_build_info{{job="{JOB}"}}[1h]'})["result"]
    ):
        assert time.monotonic() < deadline, "nothing was scraped in 20 s"
        time.sleep(0.1)
    (series,) = found
    return datetime.fromtimestamp(series["values"][0][0], UTC)


def required(*names: str) -> list[str]:
    """Return the paths of programs; skip the test, naming the first that is missing."""
    for name in names:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not on PATH")
    return [str(shutil.which(name)) for name in names]


# ------------------------------------------------------------------------------------------------------
# the command line


def reported(world: World, days: int = 90) -> dict[str, Any]:
    """Return what `monitor report --format json` says at the world's last instant, by vendor."""
    monitor = world.monitor()
    query = ReportQuery(now=world.now, window_days=days, policy=monitor.settings.policy)
    questions = [Question(page, query) for page in monitor.pages(None)]
    all_records = records(monitor, questions)
    return {record.page.slug: record_json(record) for record in all_records}


UNKNOWN = -1


def levels_of(vendor: Mapping[str, Any], told: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Return {date: level} of a vendor of the report, or of one of its components, `UNKNOWN` where
    it is not known.

    What is bad now counts in the page's today, as on `/metrics`: at a midnight the day has no
    length yet.
    """
    found = {day["date"]: _level(day["level"]) for day in told["days"]}
    today = day_of(now, zone_named(vendor["zone"])).isoformat()
    if _level(told["current_level"]) > Level.MAINTENANCE:
        found[today] = max(found[today], _level(told["current_level"]))
    return found


def _level(word: str | None) -> int:
    return UNKNOWN if word in {None, "unknown"} else int(Level[word.upper()])


def export(world: World, file: Path, days: int = 90) -> None:
    """Write what `monitor export openmetrics` writes at the world's last instant."""
    monitor = world.monitor()
    asked = export_query(monitor, chosen(days=days), components=None, settled=SETTLED)
    write_openmetrics(monitor, monitor.pages(None), asked, file, {"job": JOB})
