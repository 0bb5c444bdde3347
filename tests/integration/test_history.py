"""History in real Prometheus servers: what was exported comes back equal, and goes on as one series
with the scrapes."""

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from past import demo_store, expected
from servers import Prometheus, generations, program, prometheus, serving

from exporters.families import HISTORIC, PREFIX
from exporters.history_query import HistoryQuery
from exporters.prometheus import PollMetrics, StateMetrics
from exporters.web import application

pytestmark = pytest.mark.integration

DAYS = 90
EVERYTHING = '{__name__=~"vendorstatus_.+"}[120d]'
INFO = {f"{PREFIX}vendor_info", f"{PREFIX}component_info"}


@pytest.fixture(
    params=generations(), ids=["debian", *(f"other{n}" for n in range(1, len(generations())))]
)
def binaries(request) -> str:
    program("prometheus", request.param)
    program("promtool", request.param)
    return request.param


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class Monitor:
    """The demo's vendors after a backfill at `began`, their settings, and the command line on them.

    The command reads the clock of this machine, and an hour may end while it runs: with it a day of
    some page, or the wait for a noon. What an export may say is therefore what is true before it,
    or after.
    """

    def __init__(self, folder: Path, store, vendors, began: datetime):
        self.folder, self.store, self.vendors, self.began = folder, store, vendors, began

    @property
    def app(self):
        state = StateMetrics(self.store, vendors=self.vendors)
        return application(state, PollMetrics("0.0.0"), readiness=list, clock=lambda: self.began)

    async def export(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "MONITOR_DATABASE_URL": f"sqlite:///{self.folder / 'demo.db'}",
            "MONITOR_CONFIG": str(self.folder / "monitor.yaml"),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }
        return await asyncio.to_thread(
            subprocess.run, [sys.executable, "-m", "monitor", "export", *words], cwd=self.folder, capture_output=True,
            text=True, check=False, env=os.environ | environment,
        )  # fmt: skip

    def truths(self, labels: dict[str, str], settled: timedelta) -> list[dict]:
        """Return what may have been exported since the backfill."""
        return [self._truth(labels, settled, at) for at in (self.began, now())]

    def _truth(self, labels: dict[str, str], settled: timedelta, at: datetime) -> dict:
        """Return every value the store has for the days exported at an instant, as (labels with
        name, stamp)."""
        found = {}
        for page in self.store.pages():
            asked = HistoryQuery(now=at, days=DAYS, settled=settled)
            days = [each.day for each in asked.stamped_days(page.zone)]
            for (name, own, stamp), value in expected(
                self.store, page, days, labels, now=at, settled=settled
            ).items():
                found[own | {("__name__", name)}, stamp] = value
        return found


@pytest.fixture
async def monitor(tmp_path):
    began = now()
    async with demo_store(f"sqlite:///{tmp_path / 'demo.db'}", began) as (store, vendors):
        settings = {
            "vendors": [
                {"slug": each.slug, "name": each.name, "url": each.url} for each in vendors.values()
            ]
        }
        (tmp_path / "monitor.yaml").write_text(json.dumps(settings))
        yield Monitor(tmp_path, store, vendors, began)


def config(target: str = "", *, window: str = "") -> str:
    """Return a configuration that scrapes a target each second, and takes samples of the past in a
    window."""
    scrape = {
        "job_name": "vendorstatus",
        "scrape_interval": "1s",
        "static_configs": [{"targets": [target]}],
    }
    storage = {"storage": {"tsdb": {"out_of_order_time_window": window}}} if window else {}
    return json.dumps({"scrape_configs": [scrape] if target else [], **storage})


def flat(found: dict) -> dict:
    return {(labels, stamp): value for labels, points in found.items() for stamp, value in points}


def name_of(labels: frozenset[tuple[str, str]]) -> str:
    return dict(labels)["__name__"]


async def blocks(monitor: Monitor, binaries: str, address: str) -> tuple[str, int]:
    """Export, and do what the export says: return the retention it asks for and the samples
    promtool counted."""
    exported = await monitor.export(
        "openmetrics", "--days", str(DAYS), "-o", "h.om", "--label", f"instance={address}"
    )
    assert exported.returncode == 0, exported.stderr
    (command,) = re.findall(r"^  promtool (.*)$", exported.stdout, re.MULTILINE)
    made = await asyncio.to_thread(
        subprocess.run, [program("promtool", binaries), *shlex.split(command)], cwd=monitor.folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert f"NUM SAMPLES must add up to {samples_in(made.stdout):,}." in exported.stdout
    (monitor.folder / "h.om.blocks").rename(monitor.folder / "prometheus")
    (retention,) = re.findall(r"--storage.tsdb.retention.time=\w+", exported.stdout)
    return retention, samples_in(made.stdout)


def samples_in(table: str) -> int:
    header, *rows = [
        re.split(r"\s{2,}", line.strip()) for line in table.splitlines() if line.strip()
    ]
    column = header.index("NUM SAMPLES")
    return sum(int(row[column]) for row in rows)


@asynccontextmanager
async def with_history(monitor: Monitor, binaries: str):
    """Yield a Prometheus that has the history and scrapes the application, and what restarts it."""
    async with serving(monitor.app) as address:
        retention, _ = await blocks(monitor, binaries, address)

        def start():
            return prometheus(monitor.folder, config(address), binaries=binaries, flags=[retention])

        yield address, start


async def test_every_exported_value_is_read_back_equal_to_the_stores(monitor, binaries):
    labels = {"job": "vendorstatus", "instance": "monitor:9184"}
    retention, samples = await blocks(monitor, binaries, "monitor:9184")
    with prometheus(monitor.folder, config(), binaries=binaries, flags=[retention]) as server:
        found = flat(await server.samples(EVERYTHING))
    truth = {key: value for key, value in found.items() if name_of(key[0]) not in INFO}

    assert len(found) == samples
    assert truth in monitor.truths(labels, timedelta(hours=3))
    assert len(truth) > 40_000
    # Whatever has a figure on a day has a name on it.
    assert {day_of_subject(key) for key in found if name_of(key[0]) in INFO} == {
        day_of_subject(key) for key in truth
    }


def day_of_subject(key) -> tuple[str | None, str | None, date]:
    labels = dict(key[0])
    day = datetime.fromtimestamp(key[1], UTC).date() - timedelta(
        days=int(labels.get("dates_ago", 0))
    )
    return labels.get("vendor"), labels.get("component"), day


async def test_history_and_live_scrapes_are_one_unbroken_series(monitor, binaries):
    async with with_history(monitor, binaries) as (_, start):
        with start() as server:
            live = await scraped(server)
            found = await server.samples(EVERYTHING)
    past = {
        labels
        for labels, points in found.items()
        if points[0][0] < monitor.began.timestamp() - 86_400
    }
    both = {labels for labels in past if found[labels][-1][0] >= monitor.began.timestamp()}
    days = {labels for labels in both if dict(labels).get("dates_ago") == "2"}
    past, both = ({labels for labels in each if is_past(labels)} for each in (past, both))
    historic = {
        labels
        for labels in live
        if name_of(labels).removeprefix(PREFIX) in HISTORIC and is_past(labels)
    }

    # Every series that is scraped and can have a past has it, under the same labels, and every past
    # goes on.
    assert historic <= past
    assert past - historic == set()
    assert both == historic
    assert len(historic) > 400
    assert len(days) > 20


def is_past(labels: frozenset[tuple[str, str]]) -> bool:
    """Whether what is scraped has the same labels at every hour, and on a subject's first days: not
    a day's severity."""
    return "dates_ago" not in dict(labels)


async def scraped(server: Prometheus) -> set[frozenset[tuple[str, str]]]:
    """Wait for a scrape, and return the series it stored."""
    await server.one("up == 1")
    async with asyncio.timeout(20):
        while not (found := await server.samples('{__name__=~"vendorstatus_.+"}[30s]')):
            await asyncio.sleep(0.2)
    return set(found)


async def test_a_restart_after_the_import_loses_nothing_that_was_scraped(monitor, binaries):
    async with with_history(monitor, binaries) as (_, start):
        with start() as server:
            await scraped(server)
            await asyncio.sleep(3)
            before = await server.samples("up[1h]")
        with start() as server:
            await server.one("up == 1")
            after = await server.samples("up[1h]")

    assert len(flat(before)) >= 3
    assert flat(before).items() <= flat(after).items()


RECEIVER = "--web.enable-remote-write-receiver"


async def test_remote_write_says_the_same_and_saying_it_twice_changes_nothing(monitor, binaries):
    labels = {"job": "vendorstatus", "instance": "monitor:9184"}
    flags = ["--storage.tsdb.retention.time=400d", RECEIVER]
    with prometheus(
        monitor.folder, config(window="100d"), binaries=binaries, flags=flags
    ) as server:
        words = [
            "--days",
            str(DAYS),
            "--url",
            f"http://{server.address}/api/v1/write",
            "--label",
            "instance=monitor:9184",
        ]
        first = await monitor.export("remote-write", *words)
        found = await stored(server, first)
        second = await monitor.export("remote-write", *words, "--again")
        again = await stored(server, second)

    assert f"sent {len(found):,} samples" in first.stdout
    truths = monitor.truths(labels, timedelta(0))
    assert again == found or truths[0] != truths[1]
    assert {key: value for key, value in found.items() if name_of(key[0]) not in INFO} in truths


async def stored(server: Prometheus, export: subprocess.CompletedProcess[str]) -> dict:
    """Return every sample of the server once there are as many as were sent, or those there are
    after ten seconds.

    Writing sets off a compaction, and a query meanwhile may omit samples that are there:
    prometheus/prometheus#13115, in Debian's version and mended since.
    """
    assert export.returncode == 0, export.stderr
    sent = int(re.match(r"sent ([\d,]+) samples", export.stdout)[1].replace(",", ""))
    for _ in range(10):
        found = flat(await server.samples(EVERYTHING))
        if len(found) >= sent:
            break
        await asyncio.sleep(1)
    return found


async def test_a_server_that_takes_no_past_is_explained(monitor, binaries):
    """The server scrapes: as long as it has no sample at all it would take those of any time."""
    async with serving(monitor.app) as address:
        with prometheus(
            monitor.folder, config(address), binaries=binaries, flags=[RECEIVER]
        ) as server:
            await scraped(server)
            refused = await monitor.export(
                "remote-write", "--url", f"http://{server.address}/api/v1/write"
            )

    assert refused.returncode == 1
    assert "out_of_order_time_window: 91d" in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_a_server_that_receives_nothing_is_explained(monitor, binaries):
    with prometheus(monitor.folder, config(), binaries=binaries) as server:
        refused = await monitor.export(
            "remote-write", "--url", f"http://{server.address}/api/v1/write"
        )

    assert refused.returncode == 1
    assert RECEIVER in refused.stderr
    assert "Traceback" not in refused.stderr
