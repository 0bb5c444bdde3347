"""`monitor serve` as a process, and harm done to it for minutes: what it says meanwhile, what it
has afterwards.

Not in the gate: `make chaos`.
"""

import contextlib
import json
import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from processes import now, served
from store_support import database
from test_pipeline import truth_for

from monitor.demo.server import Simulator, application
from monitor.demo.truth import Truth, TruthIncident
from monitor.model import Level
from monitor.store import Store, upkeep
from tests.chaos.support import held, through_proxy
from tests.integration.servers import free_port

pytestmark = [pytest.mark.chaos, pytest.mark.hours]

INTERVAL = 60
RED = f"{Level.MAJOR_OUTAGE:d}"


@dataclass
class Served:
    """A running `monitor serve` that watches one simulated vendor."""

    folder: Path
    url: str
    address: str
    process: subprocess.Popen[bytes]
    slug: str
    seen: list[str] = field(default_factory=list)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://{self.address}{path}", timeout=15)

    def value(self, name: str) -> str | None:
        """Return a sample of the vendor, or of the monitor, as text; None when there is none."""
        answer = self.get("/metrics")
        found = re.search(rf"^vendorstatus_{name}(?:{{[^}}]*}})? (\S+)$", answer.text, re.MULTILINE)
        return found[1] if found else None

    @property
    def problems(self) -> list[str]:
        return json.loads(self.get("/readyz").text)["problems"]

    @property
    def log(self) -> list[str]:
        return (self.folder / "monitor.log").read_text().splitlines()

    def until(self, condition: Callable[[], bool], seconds: float) -> float:
        """Wait until this holds, and return for how long; an answer that fails is none yet."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            try:
                if condition():
                    return time.monotonic() - begun
            except (httpx.HTTPError, ValueError):
                pass
            time.sleep(0.25)
        raise AssertionError(f"not within {seconds} s: {self.log[-5:]}")

    def end(self) -> float:
        """End it as a supervisor does, and return how long that took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - begun


class Changing(Simulator):
    """A simulator of one vendor that something may happen to."""

    changed: Truth | None = None

    def change(self, truth: Truth) -> None:
        self.changed = truth

    def application(self, truth: Truth):
        async def page(scope, receive, send):
            await application(self.changed or truth, self._clock)(scope, receive, send)

        return page


def outage(truth):
    """The vendor, in a major outage from now on."""
    part, at = truth.components[0].id, now() - timedelta(minutes=1)
    return replace(
        truth,
        incidents=(
            *truth.incidents,
            TruthIncident(
                id="chaos", title="All is down", impact="critical", started_at=at,
                effects={part: ((at, Level.MAJOR_OUTAGE),)},
            ),
        ),
    )  # fmt: skip


@contextmanager
def serving(
    folder: Path,
    url: str,
    *,
    files: int | None = None,
    beside: Sequence[Mapping[str, object]] = (),
    **environment: str,
) -> Iterator[tuple[Served, Callable[[], None]]]:
    """Run the command on a healthy vendor; yields it, and what puts the vendor into an outage.

    It may open so many `files`, None = as many as we. `beside` are more vendors.
    """
    truth = replace(truth_for(1, "statuspage"), incidents=())
    folder.mkdir(exist_ok=True)
    address = f"127.0.0.1:{free_port()}"
    with served(truth, kind=Changing) as simulator:
        vendor = simulator.vendors[0]
        watched = {
            "slug": truth.slug,
            "url": vendor.url,
            "allow_private": True,
            "interval": f"{INTERVAL}s",
        }
        settings = {"backfill": "2d", "vendors": [watched, *beside]}
        (folder / "monitor.yaml").write_text(yaml.safe_dump(settings))
        environment = (
            os.environ | {"MONITOR_DATABASE_URL": url, "MONITOR_LISTEN": address} | environment
        )
        with (folder / "monitor.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "monitor", "serve", "--config", str(folder / "monitor.yaml")],
                cwd=folder, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        if files is not None:
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (files, files))
        monitor = Served(folder, url, address, process, truth.slug)
        try:
            monitor.until(
                lambda: monitor.value("up") == "1" and monitor.value("vendor_level") == "0", 60
            )
            time.sleep(2)  # the first backfill is over
            yield monitor, lambda: simulator.change(outage(truth))
        finally:
            process.kill()
            process.wait(10)


def told_once_a_minute(monitor: Served, since: int, minutes: float) -> None:
    lines = monitor.log[since:]
    assert len(lines) <= 6 * (minutes + 1), lines
    assert not [line for line in lines if "Traceback" in line or "bug" in line]


def test_a_database_held_for_longer_than_a_page_may_wait_is_told_and_nothing_is_lost(tmp_path):
    with serving(tmp_path / "m", f"sqlite:///{tmp_path}/m/status.db") as (monitor, break_down):
        lines = len(monitor.log)
        with held(tmp_path / "m" / "status.db"):
            break_down()
            assert monitor.until(lambda: monitor.get("/readyz").status_code == 503, 90) > 10
            assert any("another process holds it" in problem for problem in monitor.problems)
            monitor.until(
                lambda: monitor.value("up") == "0" and monitor.value("vendor_level") is None, 150
            )
        monitor.until(lambda: monitor.get("/readyz").status_code == 200, 15)
        monitor.until(lambda: monitor.value("vendor_level") == RED, 90)
        assert monitor.value("up") == "1"
        told_once_a_minute(monitor, lines, 5)
        assert monitor.end() < 10


def test_the_end_comes_within_ten_seconds_while_the_database_is_held(tmp_path):
    file = tmp_path / "m" / "status.db"
    with serving(tmp_path / "m", f"sqlite:///{file}") as (monitor, break_down), held(file):
        break_down()
        time.sleep(INTERVAL + 10)
        assert monitor.end() < 10


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a disk of its own needs root and mount")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(path: Path) -> None:
    """Write until nothing more can be."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as filling:
        while True:
            filling.write(bytes(4096))


def test_a_full_disk_is_told_and_what_was_read_is_kept_when_there_is_room(tmp_path, small_disk):
    with serving(tmp_path / "m", f"sqlite:///{small_disk}/status.db") as (monitor, break_down):
        lines = len(monitor.log)
        fill(small_disk / "filling")
        break_down()
        monitor.until(lambda: monitor.get("/readyz").status_code == 503, 180)
        assert any("make room" in problem for problem in monitor.problems)
        assert re.search(
            r'store_failures_total\{cause="full"\} [1-9]', monitor.get("/metrics").text
        )
        monitor.until(
            lambda: monitor.value("up") == "0" and monitor.value("vendor_level") is None, 180
        )
        (small_disk / "filling").unlink()
        assert monitor.until(lambda: monitor.get("/readyz").status_code == 200, 30) < 10
        monitor.until(lambda: monitor.value("vendor_level") == RED, 90)
        told_once_a_minute(monitor, lines, 6)
        assert monitor.end() < 10
    assert upkeep.problems(small_disk / "status.db") == []


def test_a_deleted_file_is_told_within_seconds_and_no_other_is_made(tmp_path):
    with serving(tmp_path / "m", f"sqlite:///{tmp_path}/m/status.db") as (monitor, _):
        lines = len(monitor.log)
        for path in (tmp_path / "m").glob("status.db*"):
            path.unlink()
        monitor.until(lambda: monitor.get("/readyz").status_code == 503, 10)
        assert any("put the file back" in problem for problem in monitor.problems)
        monitor.until(lambda: monitor.value("up") == "0", 150)
        assert not list((tmp_path / "m").glob("status.db*"))
        told_once_a_minute(monitor, lines, 3)
        assert monitor.end() < 10


def test_a_file_that_is_damaged_while_it_is_used_is_told_and_never_a_traceback(tmp_path):
    file = tmp_path / "m" / "status.db"
    with serving(tmp_path / "m", f"sqlite:///{file}") as (monitor, break_down):
        lines = len(monitor.log)
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with file.open("r+b") as opened:
            opened.seek(4096)
            opened.write(random.Random(1).randbytes(file.stat().st_size - 4096))
        break_down()
        monitor.until(lambda: monitor.get("/readyz").status_code == 503, 90)
        assert any("monitor db restore FILE" in problem for problem in monitor.problems)
        statuses = {
            monitor.get(path).status_code
            for path in ("/metrics", "/", "/sd", "/metrics/monitor", "/readyz")
        }
        assert statuses <= {200, 503}
        told_once_a_minute(monitor, lines, 2)
        assert monitor.end() < 10


def test_a_frozen_server_is_told_within_five_seconds_a_request_and_nothing_is_lost(tmp_path):
    with database("postgresql") as url, through_proxy(url) as (proxy, way), serving(tmp_path / "m", way) as (
        monitor, break_down,
    ):  # fmt: skip
        lines = len(monitor.log)
        proxy.freeze()
        break_down()
        slowest = 0.0
        until = time.monotonic() + 150
        statuses = set()
        while time.monotonic() < until:
            for path in ("/metrics", "/readyz"):
                begun = time.monotonic()
                statuses.add((path, monitor.get(path).status_code))
                slowest = max(slowest, time.monotonic() - begun)
        print(
            f"slowest answer while frozen {slowest:.2f} s, {len(monitor.log) - lines} log lines in 150 s"
        )
        assert slowest < 5
        assert ("/readyz", 503) in statuses
        assert monitor.value("up") == "0"
        told_once_a_minute(monitor, lines, 3)
        proxy.thaw()
        monitor.until(lambda: monitor.get("/readyz").status_code == 200, 60)
        monitor.until(lambda: monitor.value("vendor_level") == RED, 120)
        proxy.freeze()
        time.sleep(3)
        took = monitor.end()
        print(f"SIGTERM while frozen {took:.2f} s")
        assert took < 10


def test_a_kill_at_any_moment_costs_none_of_the_facts_and_doubles_none(tmp_path):
    url = f"sqlite:///{tmp_path}/m/status.db"
    with serving(tmp_path / "m", url) as (monitor, break_down):
        break_down()
        monitor.until(lambda: monitor.value("vendor_level") == RED, 90)
        monitor.process.kill()
        monitor.process.wait(10)
        assert upkeep.was_cut_short(tmp_path / "m" / "status.db")
        assert upkeep.problems(tmp_path / "m" / "status.db") == []
        with Store.open(url) as store:
            page = store.pages()[0]
            assert Level.MAJOR_OUTAGE in store.current(page.id).levels.values()
