"""How long the HTTP API takes while a thousand pages are polled: the command as a process, over a
database in a file, asked over HTTP."""

import json
import multiprocessing
import os
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from store_support import component, evidence, impact, incident, save

from bench.poll import COMPONENTS, component_row, serve
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Phase
from monitor.store import PageSpec, Store

pytestmark = pytest.mark.measure

PAGES = 1_000
BIG = "127.0.9.1"
"""The address of the page that changes whenever it is asked (`bench.poll.Server`)."""
PARTS = [component_row(number, "operational") for number in range(COMPONENTS)]
PATHS = [f"/api/v1/vendors/big{part}" for part in ("", "/components", "/standing", "/days")]
ASKED, SECONDS_BETWEEN = 200, 0.4


@contextmanager
def pages():
    """Give the port at which pages answer, at any address of 127/8."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()


def vendors(port: int) -> dict[str, str]:
    """Return the addresses of the vendors by slug."""
    others = {
        f"v{number}": f"http://127.0.{1 + number // 250}.{1 + number % 250}:{port}/"
        for number in range(PAGES)
    }
    return {"big": f"http://{BIG}:{port}/", **others}


def write_settings(folder: Path, urls: dict[str, str], port: int) -> None:
    listed = [
        {"slug": slug, "name": slug, "url": url, "platform": "statuspage", "allow_private": True}
        for slug, url in urls.items()
    ]
    settings = {
        "vendors": listed,
        "defaults": {"interval": "60s"},
        "backfill": "0d",
        "server": f"127.0.0.1:{port}",
    }
    (folder / "monitor.yaml").write_text(json.dumps(settings))


def fill(url: str, urls: dict[str, str], now: datetime) -> None:
    """Write the pages, and of the big one an outage a week over 90 days."""
    first, hour = now - timedelta(days=90), timedelta(hours=1)
    ids = [part["id"] for part in PARTS]
    outages = [first + timedelta(days=day) for day in range(0, 90, 7)]
    with Store.open(url) as store:
        specs = [
            PageSpec(slug=slug, name=slug, url=url, platform="statuspage")
            for slug, url in urls.items()
        ]
        store.sync_pages(specs, now=first)
        said = evidence(
            now,
            components=tuple(component(part["id"], part["name"]) for part in PARTS),
            incidents=tuple(
                incident(
                    f"i{number}",
                    started_at=at,
                    component_ids=tuple(ids),
                    phase=Phase.CLOSED,
                    resolved_at=at + hour,
                )
                for number, at in enumerate(outages)
            ),
            impacts=tuple(
                impact(at, at + hour, incident_id=f"i{number}", component_id=key)
                for number, at in enumerate(outages)
                for key in ids
            ),
            coverage=(Coverage(span=Interval(first, now), aspect=Aspect.IMPACTS),),
        )
        save(store, store.pages(["big"])[0], said)


@contextmanager
def monitor_serving(folder: Path):
    """Give the address of a `monitor serve` that polls the pages."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pages() as pages_port:
        urls, database = vendors(pages_port), f"sqlite:///{folder / 'monitor.db'}"
        write_settings(folder, urls, port)
        fill(database, urls, datetime.now(UTC) - timedelta(minutes=5))
        environment = os.environ | {"MONITOR_DATABASE_URL": database}
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "--log-level", "error", "serve"],
            cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def wait_until_all_are_polled(client: httpx.Client) -> None:
    while polls(client) < PAGES:
        time.sleep(2)


def polls(client: httpx.Client) -> float:
    """Return how many polls there were."""
    try:
        text = client.get("/metrics/monitor").text
    except httpx.TransportError:
        return 0
    return sum(map(float, re.findall(r"^vendorstatus_polls_total\{.*\} (\S+)", text, re.MULTILINE)))


def asked(client: httpx.Client, path: str) -> tuple[float, httpx.Response]:
    """Return how many seconds an answer took, and the answer."""
    began = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == 200
    return time.perf_counter() - began, answer


def made_at(answer: httpx.Response) -> datetime:
    document = answer.json()
    return datetime.fromisoformat(document.get("generated_at") or document["as_of"])


def p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


def test_what_polls_change_is_made_ahead_and_what_is_at_hand_takes_20_ms_at_most(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(8192, hard)), hard))
    at_hand, waited, of_nothing, seen = [], [], [], set()
    with (
        monitor_serving(tmp_path) as address,
        httpx.Client(base_url=address, timeout=30, headers={"accept-encoding": "gzip"}) as client,
    ):
        wait_until_all_are_polled(client)
        for path in PATHS * 2:
            asked(client, path)
        polls_before = polls(client)
        for number in range(ASKED):
            of_nothing.append(asked(client, "/healthz")[0])
            now = datetime.now(UTC)
            seconds, answer = asked(client, PATHS[number % len(PATHS)])
            (waited if made_at(answer) >= now else at_hand).append(seconds)
            seen.add(answer.headers["etag"])
            time.sleep(SECONDS_BETWEEN)
        polls_meanwhile = polls(client) - polls_before

    print(
        f"{len(at_hand)} at hand: median {statistics.median(at_hand) * 1e3:.1f} ms, p99"
        f" {p99(at_hand) * 1e3:.1f} ms; {len(waited)} made meanwhile, the longest"
        f" {max(waited, default=0) * 1e3:.0f} ms; /healthz: median"
        f" {statistics.median(of_nothing) * 1e3:.1f} ms, p99 {p99(of_nothing) * 1e3:.1f} ms;"
        f" {len(seen)} different answers, {polls_meanwhile:.0f} polls"
    )
    assert polls_meanwhile > PAGES
    assert len(seen) > 2 * len(PATHS)  # the page was polled meanwhile
    # Who asks in the moment in which an answer is made ahead waits for it.
    assert len(waited) <= (len(seen) - len(PATHS)) / 2
    # On a machine that is busy with something else, an answer that needs nothing waits too.
    assert p99(at_hand) < max(0.020, 4 * p99(of_nothing))
