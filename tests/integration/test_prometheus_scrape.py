"""A real Prometheus scrapes the real application over a real store."""

import asyncio
import subprocess
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml
from servers import program, prometheus, serving

from exporters.prometheus import PollMetrics, StateMetrics
from exporters.web import application
from monitor.classify import Options, derive
from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Basis,
    Component,
    Coverage,
    Evidence,
    Impact,
    Incident,
    Level,
    Observation,
    PageInfo,
    Phase,
)
from monitor.store import PageSpec, PollRecord, Store

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
# Ten days ago at noon: one day of the last 30 and 90, none of the last 7.
OUTAGE = Interval(
    datetime.combine(TODAY - timedelta(days=10), datetime.min.time(), UTC) + timedelta(hours=12),
    datetime.combine(TODAY - timedelta(days=10), datetime.min.time(), UTC) + timedelta(hours=14),
)
SINCE = NOW - timedelta(days=100)
OPEN = Incident(
    id="i2", title="Web is slow", phase=Phase.OPEN, status="investigating", impact="minor",
    started_at=NOW - timedelta(minutes=5), component_ids=("web",),
)  # fmt: skip
OVER = Incident(
    id="i1", title="API down", phase=Phase.CLOSED, status="resolved", impact="critical",
    started_at=OUTAGE.start, resolved_at=OUTAGE.end, component_ids=("api",),
)  # fmt: skip
READ = Evidence(
    source="statuspage.summary",
    read_at=NOW,
    page=PageInfo(name="Acme", zone="Etc/UTC"),
    components=(Component(id="api", name="API"), Component(id="web", name="Web site", group="Sites")),
    incidents=(OVER, OPEN),
    impacts=(
        Impact(
            component_id="api", level=Level.MAJOR_OUTAGE, start=OUTAGE.start, end=OUTAGE.end,
            basis=Basis.TRANSITION, source="statuspage.incident", incident_id="i1",
        ),
    ),
    observed=(
        Observation(component_id="api", level=Level.OPERATIONAL),
        Observation(component_id="web", level=Level.DEGRADED),
    ),
    coverage=(Coverage(span=Interval(SINCE, NOW), aspect=Aspect.IMPACTS),),
)  # fmt: skip


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'vendorstatus.db'}") as store:
        spec = PageSpec(slug="acme", name="Acme", url="https://status.acme.example/", platform="statuspage")
        store.sync_pages([spec], now=SINCE)
        (page,) = store.pages()
        store.save(page.id, READ, now=NOW, max_gap_seconds=900)
        store.record_polls([
            PollRecord(
                page_id=page.id, started_at=NOW, duration_ms=120, outcome="ok", due_at=NOW + timedelta(minutes=5),
                max_gap_seconds=900, http_status=200,
            )
        ])  # fmt: skip
        options = Options(zone=ZoneInfo("UTC"))
        history = derive(store.facts(page.id), options, first=TODAY - timedelta(days=89), last=TODAY, now=NOW)
        store.save_days(page.id, history, today=TODAY, now=NOW)
        yield store


@pytest.fixture
def polls():
    polls = PollMetrics("0.0.0")
    polls.polled("statuspage", "ok", None, 0.12)
    return polls


@asynccontextmanager
async def scraped(store, polls, folder):
    """Yield a Prometheus that scrapes the application once a second, with the job we recommend otherwise unchanged."""
    app = application(StateMetrics(store), polls, readiness=list, clock=lambda: datetime.now(UTC), version="0.0.0")
    async with serving(app) as address:
        config = yaml.safe_load((ROOT / "grafana" / "prometheus.yml").read_text())
        (job,) = config["scrape_configs"]
        job["scrape_interval"] = job["scrape_timeout"] = "1s"
        job["static_configs"] = [{"targets": [address]}]
        config.pop("rule_files", None)
        config.pop("alerting", None)
        with prometheus(folder, yaml.safe_dump(config)) as server:
            yield server


async def test_prometheus_stores_what_the_store_says_under_the_documented_labels(store, polls, tmp_path):
    async with scraped(store, polls, tmp_path) as server:
        target, up = await server.one("up")
        own = {"instance": target["instance"], "job": "vendorstatus"}
        acme = {"vendor": "acme", **own}

        assert up == 1
        assert await server.one("vendorstatus_up") == (acme, 1)
        assert await server.one("vendorstatus_last_success_timestamp_seconds") == (acme, NOW.timestamp())
        assert await server.one("vendorstatus_vendor_severity") == (acme, Level.DEGRADED)
        assert await server.one('vendorstatus_vendor_outage_dates{window="7d"}') == ({**acme, "window": "7d"}, 0)
        assert await server.one('vendorstatus_vendor_outage_dates{window="90d"}') == ({**acme, "window": "90d"}, 1)
        assert await server.one('vendorstatus_vendor_observed_dates{window="90d"}') == ({**acme, "window": "90d"}, 90)
        assert await server.one('vendorstatus_component_outage_dates{window="30d"} > 0') == (
            {**acme, "component": "api", "window": "30d"},
            1,
        )
        assert await server.one('vendorstatus_component_info{component="web-site"}') == (
            {**acme, "component": "web-site", "name": "Web site", "group": "Sites", "critical": "no"},
            1,
        )
        assert await server.one('vendorstatus_vendor_open_incidents{impact="minor"}') == (
            {**acme, "impact": "minor"},
            1,
        )
        assert await server.one("vendorstatus_polls_total") == ({"provider": "statuspage", **own}, 1)


async def test_a_vendor_that_leaves_the_configuration_leaves_the_queries(store, polls, tmp_path):
    async with scraped(store, polls, tmp_path) as server:
        await server.one("vendorstatus_up")
        store.sync_pages([], now=datetime.now(UTC))
        async with asyncio.timeout(20):
            while await server.query("vendorstatus_up"):
                await asyncio.sleep(0.2)

        assert (await server.one("up"))[1] == 1


async def test_promtool_accepts_what_is_served(store, polls):
    promtool = program("promtool")
    app = application(StateMetrics(store), polls, readiness=list, clock=lambda: NOW, version="0.0.0")
    async with serving(app) as address, httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"http://{address}/metrics")).text

    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_promtool_accepts_the_configuration_we_recommend():
    promtool, config = program("promtool"), ROOT / "grafana" / "prometheus.yml"
    checked = subprocess.run([promtool, "check", "config", config], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr
