"""The whole chain on real servers: a simulated vendor, `monitor serve`, Prometheus with our rules,
Alertmanager, a pager.

The rules and the Alertmanager configuration are the ones we ship, in a copy with shorter times
(`shortened`); nothing else in them is changed. The vendor's page follows a truth that the test
changes while it is being watched, and the test makes pages due through the store, as another
replica might, because no interval is shorter than a minute.
"""

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from servers import Prometheus, alertmanager, free_port, program, prometheus, serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from grafana.alerts.generate import RULES
from monitor.demo import random_truth
from monitor.demo.server import application as page_of
from monitor.demo.truth import Truth, TruthIncident, new_id
from monitor.model import Level
from monitor.store import Store

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
ACME, QUIET = "acme", "quiet"
FRESH_SECONDS = 12
"""How old a severity may be in the shortened rules; 1800 in the real ones."""

RATIOS = (
    'vendorstatus_vendor_outage_ratio{vendor="acme",window="90d"}',
    'vendorstatus_vendor_downtime_ratio{vendor="acme",window="90d"}',
)


def now() -> datetime:
    return datetime.now(UTC)


def midday_zone() -> str:
    """Return a zone in which it is about noon, so that no day ends while the test runs."""
    hours = 12 - now().hour
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"


# -------------------------------------------------------------------------------------------------
# the simulated vendor


@dataclass
class Vendor:
    """A page that tells a truth which the test changes."""

    truth: Truth

    async def __call__(self, scope, receive, send) -> None:
        await page_of(self.truth, now)(scope, receive, send)

    def outage(self) -> None:
        """Begin a major outage of the first component, without an end."""
        start = now().replace(microsecond=0)
        component = self.truth.components[0]
        begun = TruthIncident(
            id=new_id(self.truth.platform, start, self.truth.slug, "incident", start.isoformat()),
            title="Requests fail",
            impact="critical",
            started_at=start,
            effects={component.id: ((start, Level.MAJOR_OUTAGE),)},
        )
        self.truth = replace(self.truth, incidents=(*self.truth.incidents, begun))

    def over(self) -> None:
        """End it now."""
        *before, last = self.truth.incidents
        self.truth = replace(
            self.truth, incidents=(*before, replace(last, resolved_at=now().replace(microsecond=0)))
        )


def vendor(slug: str, seed: int) -> Vendor:
    parts = ((None, "API"), (None, "Console"), (None, "Webhooks"))
    truth = random_truth(
        seed, now=now(), slug=slug, name=slug.title(), zone=midday_zone(), parts=parts, live=False
    )
    return Vendor(truth)


# -------------------------------------------------------------------------------------------------------
# the monitor


@dataclass
class Monitor:
    """A real `monitor serve`, with settings and database of its own."""

    folder: Path
    address: str
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.database = f"sqlite:///{self.folder / 'monitor.db'}"
        self.environment = os.environ | {
            "MONITOR_DATABASE_URL": self.database,
            "MONITOR_CONFIG": str(self.folder / "monitor.yaml"),
            "MONITOR_LISTEN": self.address,
        }

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *words], cwd=self.folder, env=self.environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    @contextmanager
    def serving(self, pages: dict[str, str]) -> Iterator[None]:
        """Serve until the end, or until `process` is killed."""
        vendors = [
            {
                "slug": slug,
                "name": slug.title(),
                "url": url,
                "allow_private": True,
                "interval": "60s",
            }
            for slug, url in pages.items()
        ]
        vendors[0] |= {"tier": "critical", "critical": ["API"]}
        (self.folder / "monitor.yaml").write_text(yaml.safe_dump({"vendors": vendors}))
        with (self.folder / "monitor.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "monitor", "serve"],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            yield
        finally:
            self.process.kill()
            self.process.wait(10)


async def kept_due(store: Store) -> None:
    """Make every page due each second."""
    while True:
        for page in await asyncio.to_thread(store.pages):
            if page.due_at is None or page.due_at > now() + timedelta(seconds=5):
                await asyncio.to_thread(store.set_due, page.id, now())
        await asyncio.sleep(1)


async def read_completely(store: Store) -> None:
    """Wait until every page was read and its first backfill is over."""
    async with asyncio.timeout(60):
        while not (pages := await asyncio.to_thread(store.pages)) or not all(
            page.reread_day for page in pages
        ):
            await asyncio.sleep(0.2)


# --------------------------------------------------------------------------------------- Prometheus
# and Alertmanager


def shortened(rules: str) -> str:
    """Return the rules evaluated every second, with `for` and `keep_firing_for` of two, and a
    freshness of seconds."""
    rules = re.sub(r"interval: \w+", "interval: 1s", rules)
    rules = re.sub(r"\b(for|keep_firing_for): \w+", r"\1: 2s", rules)
    return rules.replace("< 1800", f"< {FRESH_SECONDS}")


def shortened_alertmanager(text: str, address: str) -> str:
    """Return the configuration we ship, with the test's receiver and waits of a second."""
    text = re.sub(r"(group_wait|group_interval): \w+", r"\1: 1s", text)
    return text.replace("127.0.0.1:9099", address)


def imported(monitor: Monitor, folder: Path) -> None:
    """Put the last 90 days into the data folder of a Prometheus, as the export says."""
    said = monitor.command("export", "openmetrics", "--days", "90", "-o", str(folder / "history.om"), "--label", f"instance={monitor.address}").stdout  # fmt: skip
    (command,) = re.findall(r"^  promtool (.*)$", said, re.MULTILINE)
    done = subprocess.run(
        [program("promtool"), *shlex.split(command)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "history.om.blocks").rename(folder / "prometheus")


def prometheus_config(monitor: Monitor, alerts_to: str) -> str:
    """Return the configuration we recommend, with our rules, scraping each second."""
    config = yaml.safe_load((ROOT / "grafana" / "prometheus.yml").read_text())
    (job,) = [each for each in config["scrape_configs"] if each["job_name"] == "vendorstatus"]
    job |= {
        "scrape_interval": "1s",
        "scrape_timeout": "1s",
        "static_configs": [{"targets": [monitor.address]}],
    }
    return yaml.safe_dump(
        {
            "scrape_configs": [job],
            "rule_files": ["vendorstatus.rules.yaml"],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alerts_to]}]}]},
        }
    )


# ----------------------------------------------------------------------------------------------------------
# the pager


@dataclass
class Receiver:
    """What Alertmanager delivered, in order: (receiver, status, labels)."""

    delivered: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{receiver}", self.received, methods=["POST"])])

    async def received(self, request: Request) -> PlainTextResponse:
        message = json.loads(await request.body())
        for alert in message["alerts"]:
            self.delivered.append(
                (request.path_params["receiver"], alert["status"], alert["labels"])
            )
        return PlainTextResponse("thank you")

    def told(self, name: str, status: str) -> list[tuple[str, dict[str, str]]]:
        return [
            (where, each)
            for where, said, each in self.delivered
            if (each["alertname"], said) == (name, status)
        ]

    async def arrives(self, name: str, status: str = "firing") -> tuple[str, dict[str, str]]:
        """Wait for the next message of an alert and return its receiver and labels."""
        return await until(lambda: self.told(name, status), f"{name} {status}, of {self.delivered}")

    def forget(self) -> None:
        self.delivered.clear()


async def until(found: Callable[[], list], what: str, seconds: float = 40):
    """Wait until something is there and return the last of it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not found():
                await asyncio.sleep(0.1)
    assert found(), f"not within {seconds} s: {what}"
    return found()[-1]


# ----------------------------------------------------------------------------------------------------------
# the stack


@dataclass
class Stack:
    acme: Vendor
    dark: Callable[[], object]
    monitor: Monitor
    prometheus: Prometheus
    receiver: Receiver

    async def value(self, expression: str) -> float:
        return (await self.prometheus.one(expression))[1]

    async def firing(self, name: str) -> list[dict[str, str]]:
        """Return the labels of what Prometheus itself has firing."""
        found = await self.prometheus.query(f'ALERTS{{alertname="{name}",alertstate="firing"}}')
        return [labels for labels, _ in found]


@asynccontextmanager
async def stack(folder: Path) -> AsyncIterator[Stack]:
    for each in ("prometheus", "promtool", "prometheus-alertmanager"):
        program(each)
    receiver, monitor = Receiver(), Monitor(folder, f"127.0.0.1:{free_port()}")
    acme, quiet = vendor(ACME, 3), vendor(QUIET, 4)
    async with AsyncExitStack() as running:
        page = await running.enter_async_context(AsyncExitStack())
        pages = {
            ACME: f"http://{await page.enter_async_context(serving(acme))}/",
            QUIET: f"http://{await running.enter_async_context(serving(quiet))}/",
        }
        for each in (acme, quiet):
            each.truth = replace(each.truth, url=pages[each.truth.slug])
        running.enter_context(monitor.serving(pages))
        store = running.enter_context(opened(monitor.database))
        await read_completely(store)
        await asyncio.to_thread(imported, monitor, folder)
        due = asyncio.create_task(kept_due(store))
        running.callback(due.cancel)

        (folder / "vendorstatus.rules.yaml").write_text(shortened(RULES.read_text()))
        pager = await running.enter_async_context(serving(receiver.app))
        shipped = (RULES.parent / "alertmanager.yml").read_text()
        alerts_to = running.enter_context(
            alertmanager(folder, shortened_alertmanager(shipped, pager))
        )
        config = prometheus_config(monitor, alerts_to)
        flags = ["--storage.tsdb.retention.time=400d"]
        server = running.enter_context(prometheus(folder, config, flags=flags))
        yield Stack(acme, page.aclose, monitor, server, receiver)


@contextmanager
def opened(database: str) -> Iterator[Store]:
    with Store.open(database) as store:
        yield store


async def test_an_outage_its_end_a_dark_page_and_a_dead_monitor_reach_the_pager(tmp_path):
    async with stack(tmp_path) as running:
        receiver = running.receiver
        days = 'count_over_time(vendorstatus_vendor_day_level{vendor="acme",dates_ago="2"}[90d])'
        assert await running.value(days) > 80  # history and the first scrapes, one series
        await running.prometheus.one('vendor:vendorstatus_vendor_level:max{vendor="acme"} == 0')
        assert (
            receiver.told("VendorStatusMajorOutage", "firing") == []
        )  # 90 days with outages in them wake nobody

        # An outage starts, and its alert arrives where the critical ones go, because the vendor's
        # tier is critical.
        running.acme.outage()
        where, labels = await receiver.arrives("VendorStatusMajorOutage")
        assert labels.pop("url").startswith("http://127.0.0.1:")  # where the vendor's page is
        assert (where, labels) == (
            "pager",
            {
                "alertname": "VendorStatusMajorOutage", "job": "vendorstatus", "vendor": ACME, "tier": "critical",
                "severity": "critical",
            },
        )  # fmt: skip
        assert (await receiver.arrives("VendorStatusCriticalComponentOutage"))[1][
            "component"
        ] == "api"

        # It ends, and the resolve arrives.
        running.acme.over()
        await receiver.arrives("VendorStatusMajorOutage", "resolved")
        assert await running.firing("VendorStatusMajorOutage") == []

        # Another one starts, and then the page goes dark.
        receiver.forget()
        running.acme.outage()
        await receiver.arrives("VendorStatusMajorOutage")
        before = {ratio: await running.value(ratio) for ratio in RATIOS}
        await running.dark()
        where, labels = await receiver.arrives("VendorStatusPageUnreadable")
        assert (where, labels["vendor"], labels["severity"]) == ("tickets", ACME, "warning")

        # What was cached of the outage is believed for a while and then unknown: it ends, and
        # nobody is told that it is over.
        await until_empty(running, "VendorStatusMajorOutage")
        await asyncio.sleep(3)
        assert receiver.told("VendorStatusMajorOutage", "resolved") == []
        assert await running.value('vendorstatus_vendor_level{vendor="acme"}') == Level.MAJOR_OUTAGE
        assert (
            await running.prometheus.query('vendor:vendorstatus_vendor_level:max{vendor="acme"}')
            == []
        )
        for ratio, value in before.items():
            assert await running.value(f"min_over_time({ratio}[10s])") >= value  # no ratio improves

        # Nobody looks any more, and that has an alert of its own; the vendor whose page was quiet
        # had none.
        running.monitor.process.kill()
        where, labels = await receiver.arrives("VendorStatusMonitorDown")
        assert (where, labels["severity"]) == ("pager", "critical")
        assert [
            each
            for where, _, each in receiver.delivered
            if each.get("vendor") == QUIET and where != "digest"
        ] == []


async def until_empty(running: Stack, name: str, seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while await running.firing(name):
            await asyncio.sleep(0.2)
