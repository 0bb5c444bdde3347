"""An incident told again: what was told of it before is replaced, poll after poll, and nothing bad
goes on for ever.

Statuspage and incident.io pages as their vendors edit them, read through the collector into one
store.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from simulated import Clock, SimulatedPages, collecting, page_of

from monitor import history
from monitor.collect import Collector
from monitor.config import VendorConfig
from monitor.kit.protocol import Response
from monitor.model import Impact, Level

URL = "https://status.acme.example/"
START = datetime(2026, 3, 5, 10, tzinfo=UTC)
API, WEB = "api000000001", "web000000001"
RELAY, PAGE, TROUBLE = (f"01HZ8Q4N3V{tag:0>16}" for tag in ("AP1", "PAGE", "NC1"))


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


@dataclass
class Told:
    """What a page answers now, by path: a body, or what makes one of the query. A path it does not
    have is 404."""

    bodies: dict[str, Any] = field(default_factory=dict)

    def __call__(self, url: str) -> Response:
        path, _, query = url.removeprefix(URL.rstrip("/")).partition("?")
        body = self.bodies.get(path)
        if callable(body):
            body = body(dict(parse_qsl(query)))
        return Response(
            url=url,
            final_url=url,
            status=200 if body is not None else 404,
            body=json.dumps(body).encode(),
        )


@asynccontextmanager
async def watching(platform: str, told: Told) -> AsyncIterator[tuple[Collector, Clock]]:
    vendor = VendorConfig(slug="acme", name="Acme", url=URL, platform=platform)
    clock = Clock(at(0.5))
    pages = SimulatedPages([], clock, override=told)
    async with collecting(pages, {"acme": vendor}) as collector:
        yield collector, clock


async def poll(collector: Collector) -> None:
    result = await collector.poll(await page_of(collector, "acme"))
    assert result.error is None
    await collector.flush()


async def impacts(collector: Collector) -> set[Impact]:
    return set(collector.store.facts((await page_of(collector, "acme")).id).impacts)


async def levels(
    collector: Collector, component: str, first: date, last: date
) -> list[Level | None]:
    page = await page_of(collector, "acme")
    history = collector.store.page_history(page.id, first, last).components[component]
    return [
        history.day(first + timedelta(days=number)).level
        for number in range((last - first).days + 1)
    ]


# -------------------------------------------------------------------------------------------------------
# Statuspage


def statuspage(
    trouble: dict[str, Any] | None, changed: datetime, *, state: str = "operational"
) -> Told:
    row = {
        "status": "operational", "created_at": "2026-01-01T00:00:00.000Z", "position": 1, "group": False,
        "showcase": False, "start_date": None, "group_id": None,
    }  # fmt: skip
    page = {
        "id": "abcd1234efgh",
        "name": "Acme",
        "time_zone": "Etc/UTC",
        "updated_at": iso(changed),
    }
    rows = [{**row, "id": API, "name": "API", "status": state}, {**row, "id": WEB, "name": "Web"}]
    listed = [] if trouble is None else [trouble]
    unresolved = [each for each in listed if each["status"] != "resolved"]
    summary = {
        "page": page, "components": rows, "incidents": unresolved, "scheduled_maintenances": [],
        "status": {"indicator": "none" if state == "operational" else "minor"},
    }  # fmt: skip
    return Told(
        {
            "/api/v2/summary.json": summary,
            "/api/v2/incidents.json": {"page": page, "incidents": listed},
            "/api/v2/scheduled-maintenances.json": {"page": page, "scheduled_maintenances": []},
        }
    )


def update(status: str, created: datetime, **states: str) -> dict[str, Any]:
    named = [
        {"code": code, "name": code, "old_status": "operational", "new_status": word}
        for code, word in states.items()
    ]
    return {"status": status, "created_at": iso(created), "affected_components": named or None}


def incident(*updates: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An incident that names the API and has impact "major"; its updates are given oldest first."""
    last = updates[-1]
    made = {
        "id": "inc000000001", "name": "Trouble", "impact": "major", "status": last["status"],
        "created_at": updates[0]["created_at"], "started_at": updates[0]["created_at"],
        "resolved_at": last["created_at"] if last["status"] == "resolved" else None,
        "components": [{"id": API, "name": "API"}], "incident_updates": list(reversed(updates)),
    }  # fmt: skip
    return made | more


OPENED = update("investigating", at(0), **{API: "operational"})
RESOLVED = update("resolved", at(1.5))
EDITS = {
    "closed": incident(OPENED, RESOLVED),
    "first bad state in the resolving update": incident(
        OPENED, update("resolved", at(1.5), **{API: "degraded_performance"})
    ),
    "impact edited to none": incident(OPENED, RESOLVED, impact="none"),
    "components unlinked": incident(
        OPENED | {"affected_components": None}, RESOLVED, components=[]
    ),
    "end dated back": incident(OPENED, RESOLVED, resolved_at=iso(at(-1))),
    "start and end dated back": incident(
        OPENED, RESOLVED, created_at=iso(at(-30)), started_at=iso(at(-30)), resolved_at=iso(at(-29))
    ),
}
BAD_ON_THE_DAY = {"closed", "first bad state in the resolving update"}


@pytest.mark.slow
@pytest.mark.parametrize("edit", EDITS)
async def test_a_statuspage_incident_told_again_never_goes_on_for_ever(edit: str) -> None:
    told = statuspage(incident(OPENED), at(0))
    async with watching("statuspage", told) as (collector, clock):
        await poll(collector)
        assert [impact.end for impact in await impacts(collector)] == [None]
        told.bodies = statuspage(EDITS[edit], at(1.5)).bodies
        for _ in range(4):
            clock.forward(hours=24)
            await poll(collector)
        found = await impacts(collector)
        days = await levels(collector, API, date(2026, 3, 5), date(2026, 3, 9))

    assert None not in [impact.end for impact in found]
    assert all(impact.end is not None and impact.end <= at(1.5) for impact in found)
    assert Level.PARTIAL_OUTAGE not in days[1:]
    assert (days[0] is Level.PARTIAL_OUTAGE) == (edit in BAD_ON_THE_DAY)


@pytest.mark.slow
@pytest.mark.parametrize("edit", EDITS)
async def test_polls_then_backfill_and_backfill_alone_tell_the_same_impacts(edit: str) -> None:
    told = statuspage(incident(OPENED), at(0))
    final = statuspage(EDITS[edit], at(1.5))
    async with watching("statuspage", told) as (collector, clock):
        await poll(collector)
        told.bodies = final.bodies
        clock.forward(hours=24)
        await poll(collector)
        await collector.backfill(await page_of(collector, "acme"), at(-24 * 60))
        polled = await impacts(collector)
        before = collector.store.facts((await page_of(collector, "acme")).id)
        await collector.backfill(await page_of(collector, "acme"), at(-24 * 60), again=True)
        assert collector.store.facts((await page_of(collector, "acme")).id) == before
    async with watching("statuspage", final) as (collector, clock):
        clock.forward(hours=24)
        await collector.backfill(await page_of(collector, "acme"), at(-24 * 60))
        read_afterwards = await impacts(collector)

    assert polled == read_afterwards


async def test_days_are_derived_with_what_ended_shortly_before_the_first_of_them() -> None:
    """A poll at five to midnight sees an outage that ends two minutes later; the next poll is of
    the new day."""
    began, ended = (
        update("investigating", at(13.6), **{API: "partial_outage"}),
        update("resolved", at(13.95)),
    )
    told = statuspage(incident(began), at(13.6), state="partial_outage")
    async with watching("statuspage", told) as (collector, clock):
        clock.now = at(13.9)
        await poll(collector)
        told.bodies = statuspage(incident(began, ended), at(13.95)).bodies
        clock.now = at(14.05)
        await poll(collector)
        page, vendor = await page_of(collector, "acme"), collector.vendors["acme"]
        midnight = date(2026, 3, 6)
        facts, _ = history.read(
            collector.store, page, vendor, first=midnight, last=midnight, now=clock.now
        )

    assert [impact.end for impact in facts.impacts] == [at(13.95)]


async def test_a_page_that_stands_still_in_trouble_becomes_unknown_and_stays_so() -> None:
    told = statuspage(None, at(0), state="partial_outage")
    async with watching("statuspage", told) as (collector, clock):
        for _ in range(5):
            await poll(collector)
            clock.forward(hours=24)
        page = await page_of(collector, "acme")
        now = collector.store.current(page.id).levels

    assert (page.remark or "").startswith("suspect")
    assert now == {API: None, WEB: None}


# ------------------------------------------------------------------------------------------------------
# incident.io


def impact_row(
    number: int, start: datetime, end: datetime | None = None, status: str = "partial_outage"
) -> dict[str, Any]:
    return {
        "id": f"01HZ8Q4N3VX{number:0>15}", "component_id": RELAY, "status_page_incident_id": TROUBLE, "status": status,
        "start_at": iso(start), "end_at": iso(end) if end is not None else None,
    }  # fmt: skip


def incidentio(
    status: str,
    *rows: dict[str, Any],
    whole: bool = True,
    window: tuple[dict[str, Any], ...] | None = None,
) -> Told:
    """A page with one incident: `rows` are its impacts, `window` those that an answer about the
    last days lists."""
    link = {
        "id": TROUBLE,
        "name": "Trouble",
        "status": status,
        "published_at": iso(START),
        "type": "incident",
    }
    ongoing = status != "resolved"
    out = ongoing and any(row["end_at"] is None for row in rows)
    listed = link | ({"component_impacts": list(rows)} if whole else {})
    component = {
        "component_id": RELAY,
        "name": "Relay",
        "data_available_since": "2025-01-01T00:00:00Z",
    }
    summary = {
        "id": PAGE, "name": "Acme", "components": [{"id": RELAY, "name": "Relay"}],
        "structure": {"id": "s", "items": [{"component": component}]},
        "affected_components": [{"component_id": RELAY, "status": "partial_outage"}] if out else [],
        "ongoing_incidents": [listed] if ongoing else [], "scheduled_maintenances": [],
    }  # fmt: skip
    history = {
        "component_impacts": list(rows if window is None else window), "component_uptimes": [],
        "incident_links": [link],
    }  # fmt: skip
    proxy = "/proxy/status.acme.example"
    return Told(
        {
            proxy: {"summary": summary},
            f"{proxy}/component_impacts": history,
            f"{proxy}/incidents": {"incidents": []},
        }
    )


IO_EDITS = {
    "closed": (impact_row(1, at(0), at(1.5)),),
    "impact taken away": (),
    "impact under another id": (impact_row(2, at(0), at(1.5)),),
    "end dated back": (impact_row(1, at(0), at(0.1)),),
    "start dated later": (impact_row(1, at(1.4), at(1.5)),),
    "left open": (impact_row(1, at(0)),),
}


@pytest.mark.slow
@pytest.mark.parametrize("edit", IO_EDITS)
async def test_an_incident_io_incident_told_again_never_goes_on_for_ever(edit: str) -> None:
    told = incidentio("investigating", impact_row(1, at(0)))
    async with watching("incidentio", told) as (collector, clock):
        await poll(collector)
        assert [impact.end for impact in await impacts(collector)] == [None]
        told.bodies = incidentio("resolved", *IO_EDITS[edit]).bodies
        for _ in range(4):
            clock.forward(hours=24)
            await poll(collector)
        found = await impacts(collector)
        days = await levels(collector, RELAY, date(2026, 3, 5), date(2026, 3, 9))

    assert all(impact.end is not None and impact.end <= at(1.5) for impact in found)
    assert len(found) == len(IO_EDITS[edit])
    assert Level.PARTIAL_OUTAGE not in days[1:]


@pytest.mark.parametrize("whole", [True, False])
async def test_an_earlier_impact_of_a_long_incident_stays_though_the_last_days_do_not_list_it(
    whole: bool,
) -> None:
    early, late = impact_row(1, at(0), at(2)), impact_row(2, at(24 * 6))
    told = incidentio("investigating", impact_row(1, at(0)), whole=whole)
    async with watching("incidentio", told) as (collector, clock):
        await poll(collector)
        told.bodies = incidentio("investigating", early, whole=whole).bodies
        clock.forward(hours=4)
        await poll(collector)
        clock.forward(hours=24 * 6)
        told.bodies = incidentio("investigating", early, late, whole=whole, window=(late,)).bodies
        await poll(collector)
        found = await impacts(collector)

    assert {(impact.start, impact.end) for impact in found} == {(at(0), at(2)), (at(24 * 6), None)}


async def test_an_incident_in_two_windows_of_a_backfill_keeps_its_impacts_and_its_end() -> None:
    """Windows reach 91 days; each lists the impacts that touch it. A second pass changes
    nothing."""
    rows = (impact_row(1, at(-24 * 95), at(-24 * 94)), impact_row(2, at(-24 * 80), at(-24 * 79)))
    told = incidentio("resolved", *rows)
    calls = "/proxy/status.acme.example/component_impacts"
    everything = told.bodies[calls]

    def window(query: dict[str, str]) -> dict[str, Any]:
        touching = [
            row
            for row in rows
            if row["end_at"] >= query["start_at"] and row["start_at"] <= query["end_at"]
        ]
        return {
            **everything,
            "component_impacts": touching,
            "incident_links": everything["incident_links"] if touching else [],
        }

    told.bodies[calls] = window
    async with watching("incidentio", told) as (collector, _):
        await poll(collector)
        page = await page_of(collector, "acme")
        for again in (False, True):
            await collector.backfill(page, at(-24 * 150), again=again)
            facts = collector.store.facts(page.id)
            assert {(impact.start, impact.end) for impact in facts.impacts} == {
                (at(-24 * 95), at(-24 * 94)),
                (at(-24 * 80), at(-24 * 79)),
            }
            assert [each.resolved_at for each in facts.incidents] == [at(-24 * 79)]
        assert len(collector.store.incident_versions(page.id, TROUBLE)) == 1
