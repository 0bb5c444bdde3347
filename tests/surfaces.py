"""Every surface that says how a vendor is, as a table, for the tests that hold them together.

A new surface is one more row of `NOW` or `DAYS`.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import httpx

from exporters.api import Desk, api
from exporters.badges import level_badge
from exporters.prometheus import StateMetrics
from exporters.report import json_lines
from exporters.status import as_json
from exporters.text_format import render
from exporters.watched import Watched
from monitor.answers import ReportQuery, Target, Thresholds, record, status
from monitor.api import ALL, History
from monitor.config import Settings, VendorConfig
from monitor.model import Level
from monitor.runtime import Context
from monitor.store import Store

SLUG = "acme"
VENDOR = ""
"""The subject that is the vendor itself; components go by their slugs."""
UNKNOWN = None
DAYS_SHOWN = 4

Word = str | None
_WORDS = {level.word for level in Level}
_METRIC = re.compile(
    r'^vendorstatus_(vendor|component)_level\{(?:.*component="([^"]*)")?.*\} (\S+)$', re.MULTILINE
)
_RELIABLE = re.compile(
    r"^vendorstatus_(up|last_success_timestamp_seconds)\{.*\} (\S+)$", re.MULTILINE
)


@dataclass(frozen=True)
class World:
    """A store with one vendor that is asked about at `now`."""

    store: Store
    vendor: VendorConfig
    now: datetime

    @property
    def page(self):
        return self.store.pages([SLUG])[0]

    def get(self, *paths: str) -> list[dict[str, Any]]:
        """Return what the HTTP API answers."""
        _APP.state.desk = Desk(self.store, vendors={SLUG: self.vendor}, clock=lambda: self.now)
        return asyncio.run(_get(_APP, paths))

    def report(self) -> dict[str, Any]:
        """Return the vendor's part of `monitor report --format json`."""
        query = ReportQuery(now=self.now, window_days=DAYS_SHOWN)
        found = record(self.store, self.page, self.vendor, query)
        return json.loads("\n".join(json_lines([found], query, [found.window.last])))["vendors"][0]

    def python(self) -> History:
        """Return the Python API."""
        settings = Settings(vendors=(self.vendor,), database_url="sqlite://", source="test")
        context = Context(
            settings=settings,
            store=self.store,
            clock=lambda: self.now,
            vendors={SLUG: self.vendor},
        )
        return History(context)

    def metrics(self) -> StateMetrics:
        return StateMetrics(self.store, vendors={SLUG: self.vendor})


_APP = api(Desk(None, vendors={}, clock=lambda: None), version="1")
"""Made once: to make it takes longer than to ask it. Every world puts its own desk there."""


async def _get(app, paths):
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://m.example") as client:
        answers = [await client.get(f"/api/v1{path}") for path in paths]
    assert {answer.status_code for answer in answers} <= {200}
    return [answer.json() for answer in answers]


@dataclass(frozen=True)
class Surface:
    """What one surface says. Of a page that cannot be relied on, a stricter one may say unknown
    where one that is less strict still says a level; never the other way."""

    name: str
    read: Callable[[World], Mapping[Any, Word]]
    strictness: int = 0


# now


def _standing(world: World) -> dict[str, Word]:
    (found,) = world.get(f"/vendors/{SLUG}/standing")
    return {VENDOR: found["current_level"], **found["levels"]}


def _check(world: World) -> dict[str, Word]:
    found = world.get(f"/vendors/{SLUG}/standing", "/vendors")
    check, listed = found[0]["check"], found[1]["vendors"][0]["check"]
    assert check == listed
    assert (check["level"] is None) is (check["outcome"] == "unknown")
    return {VENDOR: check["level"]}


def _vendor_list(world: World) -> dict[str, Word]:
    (found,) = world.get("/vendors")
    return {VENDOR: found["vendors"][0]["current_level"]}


def _record_now(world: World) -> dict[str, Word]:
    record, parts, compared = world.get(
        f"/vendors/{SLUG}?days=4", f"/vendors/{SLUG}/components?days=4", f"/compare?vendor={SLUG}"
    )
    assert compared["vendors"][0]["current_level"] == record["current_level"]
    return {
        VENDOR: record["current_level"],
        **{each["slug"]: each["current_level"] for each in parts["components"]},
    }


def _report_now(world: World) -> dict[str, Word]:
    found = world.report()
    return {
        VENDOR: found["current_level"],
        **{each["slug"]: each["current_level"] for each in found["components"]},
    }


def _status_now(world: World) -> dict[str, Word]:
    targets = [Target(SLUG), *(Target(SLUG, slug) for slug in _slugs(world))]
    found = {}
    for target in targets:
        answer = status(world.store, world.page, world.vendor, target, world.now)
        (told,) = as_json([answer], Thresholds(), world.now)["targets"]
        found[target.components or VENDOR] = told["level"]
    return found


def _slugs(world: World) -> list[str]:
    excluded = set(world.vendor.exclude)
    current = world.store.current(world.page.id)
    return [entry.slug for entry in current.components if entry.slug not in excluded]


def _metrics_now(world: World) -> dict[str, Word]:
    """Return what /metrics says as it is to be read: levels are those of the last success, and say
    something of now while the page is up and that is at most three intervals ago."""
    text = render(world.metrics().families(world.now), openmetrics=False).decode()
    found: dict[str, Word] = {VENDOR: UNKNOWN, **dict.fromkeys(_slugs(world), UNKNOWN)}
    reliable = {name: float(value) for name, value in _RELIABLE.findall(text)}
    age = world.now.timestamp() - reliable.get("last_success_timestamp_seconds", 0)
    if not reliable.get("up") or age > 3 * world.vendor.interval_seconds:
        return found
    for _, component, value in _METRIC.findall(text):
        found[component or VENDOR] = Level(int(float(value))).word
    return found


def _landing(world: World) -> dict[str, Word]:
    level = world.metrics().vendors(world.now)[0].level
    return {VENDOR: UNKNOWN if level is None else level.word}


def _badge(world: World) -> dict[str, Word]:
    watched = Watched(
        store=world.store, vendors=lambda: {SLUG: world.vendor}, clock=lambda: world.now
    )
    badge = level_badge("Acme", watched.status(SLUG, world.now).level)
    word = badge.message.replace(" ", "_")
    return {VENDOR: word if word in _WORDS else UNKNOWN}


def _python_now(world: World) -> dict[str, Word]:
    found = world.python().standing(SLUG)
    return {VENDOR: found.level, **found.levels}


NOW = (
    Surface("GET /vendors/{vendor}/standing", _standing),
    Surface("GET /vendors", _vendor_list),
    Surface("GET /vendors/{vendor}, /components, /compare", _record_now),
    Surface("monitor report --format json", _report_now),
    Surface("monitor.api standing", _python_now),
    Surface("check of the API", _check, strictness=2),
    Surface("monitor status", _status_now, strictness=2),
    Surface("/metrics", _metrics_now, strictness=1),
    Surface("landing page", _landing, strictness=1),
    Surface("badge", _badge, strictness=2),
)
"""What says how a vendor and its components are now."""

# days


def _report_days(world: World) -> dict[tuple[str, str], Word]:
    found = world.report()
    told = {VENDOR: found["days"]} | {each["slug"]: each["days"] for each in found["components"]}
    return {(slug, day["date"]): day["level"] for slug, days in told.items() for day in days}


def _api_days(world: World) -> dict[tuple[str, str], Word]:
    slugs = [entry.slug for entry in world.store.known_components(world.page.id)]
    path = f"/vendors/{SLUG}/days?days={DAYS_SHOWN}"
    told = world.get(path, *(f"{path}&component={slug}" for slug in slugs))
    return {
        (each["component"] or VENDOR, day["date"]): day["level"]
        for each in told
        for day in each["days"]
    }


def _evidence_days(world: World) -> dict[tuple[str, str], Word]:
    days = [day["date"] for day in world.report()["days"]]
    told = world.get(*(f"/vendors/{SLUG}/days/{day}" for day in days))
    return {(VENDOR, each["day"]["day"]): each["day"]["level"] for each in told}


def _python_days(world: World) -> dict[tuple[str, str], Word]:
    api_of = world.python()
    every = [*api_of.days(SLUG, days=DAYS_SHOWN), *api_of.days(SLUG, ALL, days=DAYS_SHOWN)]
    return {(each.component or VENDOR, each.day.isoformat()): each.level for each in every}


DAYS = (
    Surface("monitor report --format json", _report_days),
    Surface("GET /vendors/{vendor}/days", _api_days),
    Surface("GET /vendors/{vendor}/days/{day}", _evidence_days),
    Surface("monitor.api days", _python_days),
)
"""What says of which level the days of a vendor and of its components are."""


def asked(surfaces, world: World) -> list[SimpleNamespace]:
    """Return what each surface says of the world."""
    return [SimpleNamespace(surface=each, says=dict(each.read(world))) for each in surfaces]
