"""The web application over a real store, for the tests of badges, feeds and calendars."""

from collections.abc import Callable
from datetime import datetime

import httpx
from scrape_world import golden_polls, golden_state
from starlette.routing import BaseRoute
from store_support import NOW

from exporters.watched import Watched
from exporters.web import application
from monitor.config import VendorConfig
from monitor.store import Store

ACME = VendorConfig(
    slug="acme", name="Acme", url="https://acme.example/", interval_seconds=300, tier="critical"
)


def watched(store: Store, *vendors: VendorConfig, now: datetime = NOW) -> Watched:
    by_slug = {vendor.slug: vendor for vendor in vendors or (ACME,)}
    return Watched(store=store, vendors=lambda: by_slug, clock=lambda: now)


async def ask(
    make_routes: Callable[[Watched], list[BaseRoute]],
    world: Watched,
    path: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    app = application(
        golden_state(),
        golden_polls(),
        readiness=list,
        clock=world.clock,
        routes=make_routes(world),
    )
    transport = httpx.ASGITransport(app=app)
    plain = {"accept-encoding": "identity", **(headers or {})}
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        return await client.request(method, path, headers=plain)
