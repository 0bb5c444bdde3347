"""The cases that other tools get wrong, as stories of a page that is polled, each with what is
right at its end. The pages are those of `test_wrong_green`.

A story's name begins with the number of its case; those without one were found in our own code.
Cases 8, 9, 29 and 30 are about settings, traffic and labels, and say nothing of a level.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulated import Clock
from surfaces import VENDOR, World
from test_pipeline import NOW, incident_json
from test_wrong_green import API, OTHER, Page, component, polled, watching

from monitor.kit.protocol import Response

Word = str | None
UNKNOWN = None
TODAY, YESTERDAY, BEFORE = "2026-05-20", "2026-05-19", "2026-05-18"
BUSY = Response(url="", status=503, body=b"busy")


class Stage:
    """A page, a clock, and the collector that polls it."""

    def __init__(self) -> None:
        self.page = Page()
        self.clock = Clock(NOW)
        self.collector: Any = None

    async def poll(self, **later: float) -> None:
        """Let some time pass, and poll."""
        self.clock.forward(**later)
        await polled(self.collector)

    async def derive(self) -> None:
        """Make the days of four days anew."""
        (slug,) = self.collector.vendors
        await self.collector.derive(slug, since=NOW - timedelta(days=4))


@dataclass(frozen=True)
class Story:
    """What happens, and what is right then: of now by subject, of days by subject and day."""

    name: str
    play: Callable[[Stage], Awaitable[None]]
    now: Mapping[str, Word] = field(default_factory=dict)
    days: Mapping[tuple[str, str], Word] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()


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
    async with watching(stage.page, stage.clock, exclude=told.exclude) as stage.collector:
        await told.play(stage)
        (vendor,) = stage.collector.vendors.values()
        return World(stage.collector.store, vendor, stage.clock.now)


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


@story(
    "01 two components of one name",
    now={VENDOR: "major_outage", "api": "operational", "api-2": "major_outage"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(API), component(OTHER, "major_outage")]
    await stage.poll()


@story("02, 10 a component under maintenance", now={VENDOR: "maintenance", "api": "maintenance"})
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="under_maintenance")]
    stage.page.indicator = "maintenance"
    await stage.poll()
    await stage.poll(minutes=5)


@story("03 a page answers 503 for hours", now={VENDOR: UNKNOWN, "api": UNKNOWN})
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.page.raw = BUSY
    for _ in range(8):
        await stage.poll(minutes=15)


@story("04 an incident escalates and is renamed", now={VENDOR: "major_outage"})
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="degraded_performance")]
    stage.page.incidents = [{**incident_json(API), "impact": "minor"}]
    await stage.poll()
    stage.page.rows = [component(status="major_outage")]
    stage.page.incidents = [incident_json(API, name="API down everywhere")]
    await stage.poll(minutes=5)


@story(
    "05, 06 a component is renamed, another leaves",
    now={VENDOR: "operational", "api": "operational"},
    days={("old", TODAY): "major_outage", (VENDOR, TODAY): "major_outage"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(), component(OTHER, "major_outage", name="Old")]
    await stage.poll()
    stage.page.rows = [component(name="Public API")]
    await stage.poll(minutes=5)


@story("07 a maintenance is announced for next year", now={VENDOR: "operational"})
async def _(stage: Stage) -> None:
    stage.page.maintenances = [
        {
            **incident_json(API), "status": "scheduled", "impact": "maintenance", "incident_updates": [],
            "scheduled_for": "2027-02-01T00:00:00.000Z", "scheduled_until": "2027-02-01T04:00:00.000Z",
        }
    ]  # fmt: skip
    await stage.poll()


@story(
    "11 a word never seen before beside an outage",
    now={VENDOR: "partial_outage", "api": UNKNOWN, "web": "partial_outage"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [
        component(status="wobbly"),
        component(OTHER, "partial_outage", name="Web"),
    ]
    await stage.poll()


@story("12 the page's indicator says none during an outage", now={VENDOR: "partial_outage"})
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="partial_outage")]
    await stage.poll()


@story("13 an incident names no component", now={VENDOR: "operational"})
async def _(stage: Stage) -> None:
    stage.page.incidents = [{**incident_json(API, linked=False), "incident_updates": []}]
    await stage.poll()


@story("14 the host answers with another's page", now={VENDOR: UNKNOWN})
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.page.raw = Response(
        url="", status=200, final_url="https://new.example/", body=b"<html>hello</html>"
    )
    for _ in range(4):
        await stage.poll(minutes=5)


@story("15 an empty body", now={VENDOR: UNKNOWN}, days={(VENDOR, TODAY): UNKNOWN})
async def _(stage: Stage) -> None:
    stage.page.raw = Response(url="", status=200, body=b"")
    await stage.poll()


@story(
    "16, 17 incidents go on at once",
    now={VENDOR: "major_outage"},
    days={(VENDOR, TODAY): "major_outage", ("api", TODAY): "major_outage"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="major_outage")]
    stage.page.incidents = [incident_json(API), {**incident_json(API), "id": "iiiiiiiiiii2"}]
    await stage.poll()


@story(
    "18, 19 a list of fifty reaches back a day",
    now={VENDOR: "operational"},
    days={(VENDOR, "2026-05-17"): UNKNOWN, (VENDOR, BEFORE): UNKNOWN},
)
async def _(stage: Stage) -> None:
    hours = timedelta(hours=24)
    for number in range(50):
        moment = NOW - hours * number / 49
        past = told_incident(moment, moment, "operational", key=f"old{number:09d}")
        stage.page.older.append({**past, "components": [], "incident_updates": []})
    await stage.poll()
    await stage.derive()


@story(
    "20 an impact word of no table",
    now={VENDOR: "operational"},
    days={(VENDOR, TODAY): UNKNOWN, ("api", TODAY): UNKNOWN},
)
async def _(stage: Stage) -> None:
    odd = told_incident(at(TODAY, "02:00"), None, "operational")
    stage.page.incidents = [{**odd, "impact": "catastrophic"}]
    await stage.poll()


@story(
    "21 the history breaks half way",
    now={VENDOR: UNKNOWN},
    days={(VENDOR, YESTERDAY): UNKNOWN, (VENDOR, BEFORE): UNKNOWN},
)
async def _(stage: Stage) -> None:
    stage.page.broken = {"/api/v2/incidents.json"}
    await stage.poll()
    await stage.derive()


@story(
    "22 an active incident is deleted",
    now={VENDOR: "operational"},
    days={(VENDOR, TODAY): "major_outage"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="major_outage")]
    stage.page.incidents = [incident_json(API)]
    await stage.poll()
    stage.page.rows, stage.page.incidents = [component()], []
    await stage.poll(minutes=5)


@story(
    "24 an incident is over and its impact was never ended",
    now={VENDOR: "operational"},
    days={(VENDOR, BEFORE): "partial_outage", (VENDOR, YESTERDAY): "operational"},
)
async def _(stage: Stage) -> None:
    start = at(BEFORE, "10:00")
    stage.page.older = [told_incident(start, None, "partial_outage")]
    await stage.poll()
    over = told_incident(start, start + timedelta(hours=2), "operational")
    stage.page.older = [{**over, "incident_updates": over["incident_updates"][:1]}]
    await stage.poll(minutes=5)
    await stage.derive()


@story(
    "25 a critical incident of days whose components were degraded",
    now={VENDOR: "degraded"},
    days={(VENDOR, YESTERDAY): "degraded", (VENDOR, TODAY): "degraded"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="degraded_performance")]
    long = told_incident(at("2026-05-01", "12:00"), None, "degraded_performance")
    stage.page.incidents = [{**long, "impact": "critical"}]
    await stage.poll()
    await stage.derive()


@story(
    "26 another company's component is mirrored",
    now={VENDOR: "operational"},
    days={(VENDOR, TODAY): "operational"},
    exclude=("twilio-sms",),
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(), component(OTHER, "major_outage", name="Twilio SMS")]
    await stage.poll()


@story(
    "28 days are those of Los Angeles",
    now={VENDOR: "operational"},
    days={(VENDOR, BEFORE): "partial_outage", (VENDOR, YESTERDAY): "operational"},
)
async def _(stage: Stage) -> None:
    stage.page.zone = "America/Los_Angeles"
    stage.page.older = [
        told_incident(at(YESTERDAY, "02:00"), at(YESTERDAY, "03:00"), "partial_outage"),
        told_incident(at("2026-05-10", "02:00"), at("2026-05-10", "03:00"), "partial_outage", key="i2"),
    ]  # fmt: skip
    await stage.poll()
    await stage.derive()


@story("one of two components is at an unknown word", now={VENDOR: UNKNOWN, "api": UNKNOWN})
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="wobbly"), component(OTHER, name="Web")]
    await stage.poll()


@story(
    "an unknown word for most of a day",
    now={VENDOR: "operational"},
    days={(VENDOR, YESTERDAY): UNKNOWN, ("api", YESTERDAY): UNKNOWN},
)
async def _(stage: Stage) -> None:
    stage.page.older = [told_incident(at(YESTERDAY, "02:00"), at(YESTERDAY, "22:00"), "wobbly")]
    await stage.poll()
    await stage.derive()


@story(
    "an outage is entered when it is over",
    now={VENDOR: "operational"},
    days={(VENDOR, YESTERDAY): "partial_outage"},
)
async def _(stage: Stage) -> None:
    start, late = at(YESTERDAY, "10:00"), timedelta(minutes=65)
    end = start + timedelta(minutes=50)
    stage.page.older = [told_incident(start, end, "partial_outage", told_late=late)]
    await stage.poll()
    await stage.derive()


@story("an incident is left open while its component is well", now={VENDOR: "operational"})
async def _(stage: Stage) -> None:
    stage.page.incidents = [told_incident(at(YESTERDAY, "10:00"), None, "partial_outage")]
    await stage.poll()
    await stage.poll(minutes=5)


@story("one reading by a clock that was ahead", now={VENDOR: UNKNOWN, "api": UNKNOWN})
async def _(stage: Stage) -> None:
    stage.clock.forward(hours=6)
    await stage.poll()
    stage.clock.forward(hours=-6)
    stage.page.rows = [component(status="major_outage")]


@story("a true reading after a clock that was ahead", now={VENDOR: "major_outage"})
async def _(stage: Stage) -> None:
    stage.clock.forward(hours=6)
    await stage.poll()
    stage.clock.forward(hours=-6)
    stage.page.rows = [component(status="major_outage")]
    await stage.poll(minutes=5)
    await stage.poll(minutes=5)


@story("the clock was set back by hours", now={VENDOR: UNKNOWN, "api": UNKNOWN})
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.clock.forward(hours=-8)


@story("another company's page is at the address", now={VENDOR: UNKNOWN})
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.page.key = "qqqqqqqqqqqq"
    for _ in range(4):
        await stage.poll(minutes=5)


@story(
    "nobody polls for days",
    now={VENDOR: UNKNOWN, "api": UNKNOWN},
    days={(VENDOR, "2026-05-22"): UNKNOWN},
)
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.clock.forward(days=3)
