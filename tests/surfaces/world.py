"""A store with a vendor in it, and the whole monitor that answers from it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx
from mcp.client import Client

from exporters.agents.tools import tool_server
from exporters.api import Desk, api
from exporters.badge_routes import badge_routes
from exporters.below import Below
from exporters.feeds import feed_routes
from exporters.pages import Site, page_routes
from exporters.prometheus import PollMetrics, StateMetrics
from exporters.watched import Watched
from exporters.web import application
from monitor.answers import STALE_INTERVALS, Record, ReportQuery, Target, record
from monitor.api import History
from monitor.config import Settings, VendorConfig
from monitor.model import KnownComponent, Level
from monitor.runtime import Context
from monitor.store import PageRecord, Store

SLUG = "acme"
VENDOR = ""
"""The subject that is the vendor itself; components go by their slugs."""
UNKNOWN = None
STACK = "checkout"
SILENT = "silent"
"""What a surface says that tells of events and has none to tell."""
DAYS_SHOWN = 4

Word = str | None
WORDS = {level.title: level.word for level in Level}

_API = api(Desk(None, vendors={}, clock=lambda: None), version="1")
"""Made once: to make it takes longer than to ask it. Every world puts its own desk there."""


class _AnyDesk:
    """The desk of the world that is asked, for tools that are made once for the same reason."""

    def __init__(self) -> None:
        self.own: Desk | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)


_DESK = _AnyDesk()
_TOOLS = tool_server(_DESK, version="1")


@dataclass(frozen=True)
class World:
    """A store with vendors, one of whom is asked about at `now`."""

    store: Store
    vendor: VendorConfig
    now: datetime
    others: tuple[VendorConfig, ...] = ()

    @property
    def slug(self) -> str:
        return self.vendor.slug

    @property
    def vendors(self) -> Mapping[str, VendorConfig]:
        return {each.slug: each for each in (self.vendor, *self.others)}

    @property
    def of_others(self) -> list["World"]:
        """Return the same world, with each other vendor asked about."""
        vendors = list(self.vendors.values())
        return [
            replace(self, vendor=other, others=tuple(each for each in vendors if each != other))
            for other in self.others
        ]

    @property
    def stacks(self) -> Mapping[str, tuple[Target, ...]]:
        """Return one stack, of which the vendor is all."""
        return {STACK: (Target(self.slug),)}

    @property
    def page(self) -> PageRecord:
        return self.store.pages([self.slug])[0]

    @property
    def components(self) -> list[KnownComponent]:
        """Return the components on the page that count."""
        excluded = set(self.vendor.exclude)
        current = self.store.current(self.page.id)
        return [entry for entry in current.components if entry.slug not in excluded]

    @property
    def slugs(self) -> list[str]:
        return [entry.slug for entry in self.components]

    @property
    def is_doubtful(self) -> bool:
        """Whether the last reading is to be doubted: it failed, or is older than two intervals."""
        page = self.page
        if page.last_ok is not True or page.observed_until is None:
            return True
        age = (self.now - page.observed_until).total_seconds()
        return age > STALE_INTERVALS * self.vendor.interval_seconds

    def fetch(self, *paths: str) -> list[httpx.Response]:
        """Return what the web server answers."""
        answers = asyncio.run(_fetch(self._web(), paths))
        assert {answer.status_code for answer in answers} <= {200}
        return answers

    def get(self, *paths: str) -> list[dict[str, Any]]:
        """Return what the HTTP API answers."""
        return [answer.json() for answer in self.fetch(*(f"/api/v1{path}" for path in paths))]

    def call(self, tool: str, *questions: dict[str, object]) -> list[dict[str, Any]]:
        """Return what a tool for assistants answers."""
        return asyncio.run(_call(self.desk(), tool, questions))

    def record(self, known_at: datetime | None = None) -> Record:
        """Return the vendor's record over the days shown, as it was known then (None = now)."""
        return record(self.store, self.page, self.vendor, self.query(known_at))

    def query(self, known_at: datetime | None = None) -> ReportQuery:
        return ReportQuery(now=self.now, window_days=DAYS_SHOWN, known_at=known_at)

    def python(self) -> History:
        """Return the Python API."""
        settings = Settings(
            vendors=tuple(self.vendors.values()), database_url="sqlite://", source="test"
        )
        context = Context(
            settings=settings, store=self.store, clock=lambda: self.now, vendors=self.vendors
        )
        return History(context)

    def desk(self) -> Desk:
        return Desk(self.store, vendors=self.vendors, clock=lambda: self.now, stacks=self.stacks)

    def _web(self):
        """Return the web application, as `monitor serve` puts it together."""
        watched = Watched(
            store=self.store,
            vendors=lambda: self.vendors,
            clock=lambda: self.now,
            stacks=lambda: self.stacks,
        )
        _API.state.desk = self.desk()
        return application(
            StateMetrics(self.store, vendors=self.vendors),
            PollMetrics("1"),
            readiness=list,
            clock=lambda: self.now,
            routes=[
                *page_routes(Site(watched=watched)),
                *badge_routes(watched),
                *feed_routes(watched),
                Below("/api", _API),
            ],
        )


async def _fetch(app, paths):
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://m.example") as client:
        return [await client.get(path) for path in paths]


async def _call(desk, tool, questions):
    answers, _DESK.own = [], desk
    async with Client(_TOOLS) as client:
        for question in questions:
            result = await client.call_tool(tool, question)
            assert not result.is_error, result.content
            answers.append(json.loads(json.dumps(result.structured_content)))
    return answers


def word_of(title: str) -> Word:
    """Return the word of a level as people read it; anything else is unknown."""
    return WORDS.get(title, UNKNOWN)
