"""What a story of a page that is polled is, for the cases that other tools get wrong. The pages
are those of `written_pages`."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of
from surfaces import World
from test_pipeline import NOW, incident_json, truth_for
from written_pages import API, Page, polled

from monitor.config import VendorConfig
from monitor.fetch import FetchResult
from monitor.kit.protocol import Response

Word = str | None
UNKNOWN = None
TODAY, YESTERDAY, BEFORE = "2026-05-20", "2026-05-19", "2026-05-18"
BUSY = Response(url="", status=503, body=b"busy")
OTHER_VENDOR = VendorConfig(
    slug="first", name="First", url="https://first.example/", platform="statuspage"
)


class SimulatedTogether(SimulatedPages):
    """Pages whose answers take a while, so that one is being read while another is."""

    async def get(self, url: str, **how: Any) -> FetchResult:
        await asyncio.sleep(0)
        return await super().get(url, **how)


class Stage:
    """A page, another vendor's, a clock, and the collector that polls them."""

    def __init__(self) -> None:
        self.page, self.other = Page(), Page()
        self.other.key, self.other.name = "ffffffffffff", "First"
        self.clock = Clock(NOW)
        self.collector: Any = None

    def answer(self, url: str) -> Response:
        return (self.other if url.startswith(OTHER_VENDOR.url) else self.page)(url)

    async def poll(self, **later: float) -> None:
        """Let some time pass, and poll."""
        self.clock.forward(**later)
        await polled(self.collector)

    async def poll_together(self, **later: float) -> None:
        """Let some time pass, and poll all pages at once, in their order."""
        self.clock.forward(**later)
        await self.collector.flush()
        pages = self.collector.store.pages(list(self.collector.vendors))
        await asyncio.gather(*map(self.collector.poll, pages))
        await self.collector.flush()

    async def read_history(self) -> None:
        """Read the vendor's own record of the last days, as is done every night."""
        (slug,) = self.collector.vendors
        await self.collector.reread(await page_of(self.collector, slug))
        await self.collector.flush()

    async def derive(self) -> None:
        """Make the days of four days anew."""
        (slug,) = self.collector.vendors
        await self.collector.derive(slug, since=NOW - timedelta(days=4))


@dataclass(frozen=True)
class Story:
    """What happens, and what is right then: of now by subject, of days by subject and day; and what
    the vendor made of days that were over, from which level to which. `going_on` are the incidents and maintenances that go on, by the vendor's
    ids. `other` is right of another
    vendor, None where there is none."""

    name: str
    play: Callable[[Stage], Awaitable[None]]
    now: Mapping[str, Word] = field(default_factory=dict)
    days: Mapping[tuple[str, str], Word] = field(default_factory=dict)
    edited: Mapping[tuple[str, str], tuple[Word, Word]] = field(default_factory=dict)
    going_on: frozenset[str] | set[str] = frozenset()
    exclude: tuple[str, ...] = ()
    other: Mapping[str, Word] | None = None


STORIES: list[Story] = []


def story(name: str, **right: Any):
    """Add a story to the table."""

    def add(play: Callable[[Stage], Awaitable[None]]) -> Callable[[Stage], Awaitable[None]]:
        STORIES.append(Story(name, play, **right))
        return play

    return add


@contextmanager
def played(told: Story) -> Iterator[World]:
    """Give the world at the end of a story."""
    stage = Stage()
    world = asyncio.run(_play(told, stage))
    with world.store:
        yield world


async def _play(told: Story, stage: Stage) -> World:
    own = vendor_of(truth_for(1, "statuspage"), platform="statuspage", zone=None)
    own = replace(own, exclude=told.exclude)
    others = () if told.other is None else (OTHER_VENDOR,)
    pages = SimulatedTogether([], stage.clock, stage.answer)
    vendors = {each.slug: each for each in (*others, own)}
    async with collecting(pages, vendors) as stage.collector:
        await told.play(stage)
        return World(stage.collector.store, own, stage.clock.now, others)


def told_incident(
    start: datetime,
    end: datetime | None,
    status: str,
    *,
    told_late: timedelta = timedelta(0),
    key: str = "iiiiiiiiiii1",
) -> dict[str, object]:
    """Return an incident that put the API at this status, and was over at its end; the messages
    were written so much later than they say."""
    updates = [_update("u1", start, told_late, "operational", status)]
    if end is not None:
        updates.insert(0, _update("u2", end, told_late, status, "operational"))
    return {
        **incident_json(API), "id": key, "impact": "major", "created_at": _iso(start),
        "started_at": _iso(start), "updated_at": _iso(end or start),
        "status": "investigating" if end is None else "resolved",
        "resolved_at": None if end is None else _iso(end), "incident_updates": updates,
    }  # fmt: skip


def _update(key, at, told_late, before, after):
    change = {"code": API, "name": "API", "old_status": before, "new_status": after}
    return {
        "id": key, "status": "resolved" if after == "operational" else "investigating", "body": "",
        "created_at": _iso(at + told_late), "updated_at": _iso(at + told_late),
        "display_at": _iso(at), "affected_components": [change],
    }  # fmt: skip


def _iso(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.000Z"


def at(day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{time}:00+00:00")
