"""The web application over a small world, for the tests of what it answers."""

import httpx
from scrape_world import NOW, Current, MemoryStore, Row, golden_polls, golden_state, known

from exporters.web import application
from monitor.errors import StoreError
from monitor.model import Level

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=0.0.4;q=0.25,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Broken(MemoryStore):
    def page_states(self, slugs=None):
        raise StoreError("the database file is locked: /secret/place.db")


def app_of(store=None, *, readiness=list):
    state = golden_state(store)
    return application(state, golden_polls(), readiness=readiness, clock=lambda: NOW)


async def ask(path, store=None, *, method="GET", readiness=list, headers=None):
    transport = httpx.ASGITransport(app=app_of(store, readiness=readiness))
    plain = {"accept-encoding": "identity", **(headers or {})}
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        return await client.request(method, path, headers=plain)


def many_vendors():
    """Vendors whose metrics are more than a megabyte: what is compressed in pieces."""
    store = MemoryStore()
    for number in range(150):
        names = [f"component-{n}-of-{number}" for n in range(20)]
        components = tuple(known(name, name.title(), group="Everything") for name in names)
        levels = dict.fromkeys(names, Level.OPERATIONAL)
        store.add(
            Row(id=number, slug=f"v{number:03}"),
            current=Current(levels=levels, components=components),
        )
    return store
