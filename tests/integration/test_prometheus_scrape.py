"""A real Prometheus scrapes the real application over a real store."""

import asyncio
import re
import subprocess
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml
from instants import simulated_now
from servers import program, prometheus, serving
from web_world import many_vendors

from exporters.prometheus import PollMetrics, StateMetrics
from exporters.text_format import render
from exporters.web import application
from monitor.days.classify import Options, derive
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

pytestmark = [pytest.mark.integration, pytest.mark.hours]

ROOT = Path(__file__).parents[2]
NOW = simulated_now()
"""What the application is asked at; the samples have the time of this machine."""
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
        spec = PageSpec(
            slug="acme", name="Acme", url="https://status.acme.example/", platform="statuspage"
        )
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
        history = derive(
            store.facts(page.id), options, first=TODAY - timedelta(days=89), last=TODAY, now=NOW
        )
        store.save_days(page.id, history, today=TODAY, now=NOW, revised_since=None)
        yield store


@pytest.fixture
def polls():
    polls = PollMetrics("0.0.0")
    polls.polled("statuspage", "ok", None, 0.12)
    return polls


@asynccontextmanager
async def scraped(store, polls, folder):
    """Yield a Prometheus that scrapes the application once a second, with the job we recommend
    otherwise unchanged."""
    app = application(StateMetrics(store), polls, readiness=list, clock=lambda: NOW)
    async with serving(app) as address:
        config = yaml.safe_load((ROOT / "grafana" / "prometheus.yml").read_text())
        (job,) = config["scrape_configs"]
        job["scrape_interval"] = job["scrape_timeout"] = "1s"
        job["static_configs"] = [{"targets": [address]}]
        config.pop("rule_files", None)
        config.pop("alerting", None)
        with prometheus(folder, yaml.safe_dump(config)) as server:
            yield server


async def test_prometheus_stores_what_the_store_says_under_the_documented_labels(
    store, polls, tmp_path
):
    async with scraped(store, polls, tmp_path) as server:
        target, up = await server.one(
            "up == 1"
        )  # on a busy machine the first scrape may be too late
        own = {"instance": target["instance"], "job": "vendorstatus"}
        acme = {"vendor": "acme", **own}

        assert up == 1
        assert await server.one("vendorstatus_up") == (acme, 1)
        assert await server.one("vendorstatus_last_success_timestamp_seconds") == (
            acme,
            NOW.timestamp(),
        )
        assert await server.one("vendorstatus_vendor_level") == (acme, Level.DEGRADED)
        assert await server.one('vendorstatus_vendor_outage_dates{window="7d"}') == (
            {**acme, "window": "7d"},
            0,
        )
        assert await server.one('vendorstatus_vendor_outage_dates{window="90d"}') == (
            {**acme, "window": "90d"},
            1,
        )
        assert await server.one('vendorstatus_vendor_known_dates{window="90d"}') == (
            {**acme, "window": "90d"},
            90,
        )
        assert await server.one('vendorstatus_component_outage_dates{window="30d"} > 0') == (
            {**acme, "component": "api", "window": "30d"},
            1,
        )
        assert await server.one('vendorstatus_component_info{component="web-site"}') == (
            {
                **acme,
                "component": "web-site",
                "name": "Web site",
                "group": "Sites",
                "critical": "no",
            },
            1,
        )
        assert await server.one('vendorstatus_vendor_open_incidents{impact="minor"}') == (
            {**acme, "impact": "minor"},
            1,
        )
        assert await server.one("vendorstatus_polls_total") == (
            {"platform": "statuspage", **own},
            1,
        )


async def test_a_vendor_that_leaves_the_configuration_leaves_the_queries(store, polls, tmp_path):
    async with scraped(store, polls, tmp_path) as server:
        await server.one("vendorstatus_up")
        store.sync_pages([], now=NOW)
        async with asyncio.timeout(20):
            while await server.query("vendorstatus_up"):
                await asyncio.sleep(0.2)

        assert (await server.one("up"))[1] == 1


async def test_prometheus_reads_every_series_of_a_large_answer_that_is_joined_from_pieces(
    polls, tmp_path
):
    store = many_vendors()
    text = render(StateMetrics(store).families(NOW), openmetrics=False).decode()
    expected = Counter(re.findall(r'^(\w+)\{vendor="', text, re.MULTILINE))
    async with scraped(store, polls, tmp_path) as server:
        await server.one(
            'vendorstatus_component_info{vendor="v149",component="component-19-of-149"}'
        )
        named = 'label_replace({vendor!=""}, "family", "$1", "__name__", "(.+)")'
        found = await server.query(f"count by (family) ({named})")

    assert len(text) > 1_000_000
    assert {labels["family"]: count for labels, count in found} == expected


@asynccontextmanager
async def discovered(store, polls, folder, path):
    """Yield the application's address and a Prometheus that discovers it there, as documented but
    once a second."""
    app = application(StateMetrics(store), polls, readiness=list, clock=lambda: NOW)
    async with serving(app) as address:
        config = yaml.safe_load(documented()[0])
        (job,) = config["scrape_configs"]
        (discovery,) = job["http_sd_configs"]
        discovery["url"] = f"http://{address}{path}"
        job["scrape_interval"] = discovery["refresh_interval"] = "1s"
        with prometheus(folder, yaml.safe_dump(config)) as server:
            yield address, server


def documented():
    """The scrape configuration of the documentation, what it says to add to its job, and the one
    that keeps an old label."""
    found = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "docs" / "metrics.md").read_text(), re.DOTALL | re.MULTILINE
    )
    return [text for text in found if "_configs:" in text]


async def test_prometheus_discovers_each_vendor_and_scrapes_it_by_itself(store, polls, tmp_path):
    acme = PageSpec(
        slug="acme", name="Acme", url="https://status.acme.example/", platform="statuspage"
    )
    store.sync_pages(
        [acme, PageSpec(slug="globex", name="Globex", url="https://globex.example/")], now=NOW
    )
    async with discovered(store, polls, tmp_path, "/sd") as (address, server):
        ours, theirs, own = (
            {"job": "vendorstatus", "instance": f"{address}/{part}"}
            for part in ("acme", "globex", "monitor")
        )

        assert await server.one("vendorstatus_vendor_level") == (
            {**ours, "vendor": "acme"},
            Level.DEGRADED,
        )
        info = {
            "name": "Globex",
            "platform": "unknown",
            "tier": "standard",
            "url": "https://globex.example/",
        }
        assert await server.one('vendorstatus_vendor_info{vendor="globex"}') == (
            {**theirs, "vendor": "globex", **info},
            1,
        )
        assert await server.one("vendorstatus_polls_total") == (
            {**own, "platform": "statuspage"},
            1,
        )
        assert (await server.one("vendorstatus_database_size_bytes"))[0] == own
        assert sorted(await server.query("up"), key=str) == [(ours, 1), (theirs, 1), (own, 1)]
        assert await server.query('{exported_vendor!=""}') == []


async def test_prometheus_discovers_shards_that_together_hold_every_vendor(polls, tmp_path):
    async with discovered(many_vendors(), polls, tmp_path, "/sd?shards=8") as (_, server):
        await server.one("count(vendorstatus_vendor_info) == 150")

        assert await server.one("count(count by (vendor) (vendorstatus_vendor_info))") == ({}, 150)
        assert await server.one("count(count by (instance) (vendorstatus_vendor_info))") == ({}, 8)
        assert await server.one("count(up == 1)") == ({}, 9)


async def test_a_vendor_that_is_added_is_discovered(store, polls, tmp_path):
    async with discovered(store, polls, tmp_path, "/sd") as (_, server):
        await server.one('vendorstatus_up{vendor="acme"}')
        acme = PageSpec(
            slug="acme", name="Acme", url="https://status.acme.example/", platform="statuspage"
        )
        store.sync_pages(
            [acme, PageSpec(slug="globex", name="Globex", url="https://globex.example/")], now=NOW
        )

        assert (await server.one('vendorstatus_vendor_info{vendor="globex"}'))[1] == 1


async def test_promtool_accepts_what_is_served(store, polls):
    promtool = program("promtool")
    app = application(StateMetrics(store), polls, readiness=list, clock=lambda: NOW)
    async with serving(app) as address, httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"http://{address}/metrics")).text

    checked = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_promtool_accepts_the_configuration_we_recommend():
    assert_promtool_accepts(ROOT / "grafana" / "prometheus.yml")


def test_promtool_accepts_the_discovery_we_document(tmp_path):
    whole, addition, old_label = (yaml.safe_load(text) for text in documented())
    whole["scrape_configs"][0] |= addition
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(whole))
    (tmp_path / "old-label.yml").write_text(yaml.safe_dump(old_label))

    assert_promtool_accepts(tmp_path / "prometheus.yml")
    assert_promtool_accepts(tmp_path / "old-label.yml")


def assert_promtool_accepts(config):
    promtool = program("promtool")
    checked = subprocess.run(
        [promtool, "check", "config", config], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
