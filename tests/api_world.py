"""The API over a small store, and what asks it in this process."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
from report_support import DAY, HOUR, START, report
from report_support import NOW as REPORTED_AT

from exporters.api import Desk, api_routes
from exporters.web import application
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level, Phase
from monitor.stacks import Stacks, Target
from monitor.store import PageSpec, Store
from tests.scrape_world import MemoryStore, golden_polls, golden_state
from tests.store_support import add_page, component, evidence, impact, incident, observed, save

NOW = REPORTED_AT
ACME = VendorConfig(slug="acme", name="Acme", url="https://acme.example/", exclude=("web",))
GLOBEX = VendorConfig(slug="globex", name="Globex Corporation", url="https://globex.example/")
NEVER = VendorConfig(slug="initech", name="Initech", url="https://initech.example/")
VENDORS = {each.slug: each for each in (ACME, GLOBEX, NEVER)}
STACKS: Stacks = {"all": (Target("globex"), Target("initech"))}


def small_store() -> Store:
    """Return a store of three vendors: one of every kind of day in Tokyo, one that is fine and was
    not last week, and one that was never read."""
    store = Store.open("sqlite://")
    page = add_page(store, "globex", now=START, zone="UTC", name=GLOBEX.name)
    over = incident(
        "g1", title="<b>Slow</b>", started_at=START + DAY, resolved_at=START + DAY + HOUR,
        phase=Phase.CLOSED,
    )  # fmt: skip
    span = Interval(START - 5 * DAY, NOW - HOUR)
    said = evidence(
        NOW - HOUR,
        components=(component("api", "API"), component("web", "Web", position=1)),
        incidents=(over,),
        impacts=(
            impact(START + DAY, START + DAY + HOUR, incident_id="g1", level=Level.MAJOR_OUTAGE),
        ),
        coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),),
    )
    save(store, page, said)
    for minutes in (10, 5, 0):
        at = NOW - timedelta(minutes=minutes)
        save(store, page, observed(at, api=Level.OPERATIONAL, web=Level.OPERATIONAL))
    report(store)
    zones = {"acme": "Asia/Tokyo"}
    specs = [
        PageSpec(slug=each.slug, name=each.name, url=each.url, zone=zones.get(each.slug, "UTC"))
        for each in VENDORS.values()
    ]
    store.sync_pages(specs, now=START)
    return store


def app_of(
    store: Store | None = None,
    *,
    vendors: Mapping[str, VendorConfig] = VENDORS,
    clock: Callable[[], datetime] = lambda: NOW,
    origins: Sequence[str] = (),
    stacks: Stacks = STACKS,
):
    """Return the whole web application, with the API over this store."""
    store = small_store() if store is None else store
    desk = Desk(store, vendors=vendors, clock=clock, stacks=stacks)
    return application(
        golden_state(MemoryStore()),
        golden_polls(),
        readiness=list,
        clock=clock,
        routes=api_routes(desk, version="1.2.3", origins=origins),
    )


@asynccontextmanager
async def asking(app):
    """Give a client of an application in this process."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        yield client


async def ask(path: str, app=None, *, method: str = "GET", headers=None):
    async with asking(app_of() if app is None else app) as client:
        return await client.request(method, path, headers=headers)
