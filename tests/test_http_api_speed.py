"""How long the HTTP API takes while pages are polled."""

import statistics
import time
from datetime import timedelta

import pytest
from api_world import app_of, asking
from store_support import NOW, add_page, component, evidence, impact, incident, observed, poll, save

from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level
from monitor.store import Store

pytestmark = pytest.mark.measure

PARTS = [f"c{number}" for number in range(60)]
ASKED = 400
BETWEEN_POLLS = 150
"""A reader who asks every two seconds asks so often between two polls."""
PATHS = [f"/api/v1/vendors/big{part}" for part in ("", "/components", "/standing", "/days")]


def big_store() -> Store:
    """Return a store of one vendor with 60 components and an outage a week over 90 days."""
    store, first = Store.open("sqlite://"), NOW - timedelta(days=90)
    page = add_page(store, "big", now=first, zone="UTC")
    outages = [first + timedelta(days=day) for day in range(0, 90, 7)]
    hour = timedelta(hours=1)
    said = evidence(
        NOW,
        components=tuple(component(part, part.title()) for part in PARTS),
        incidents=tuple(
            incident(f"i{number}", started_at=at, component_ids=tuple(PARTS))
            for number, at in enumerate(outages)
        ),
        impacts=tuple(
            impact(at, at + hour, incident_id=f"i{number}", component_id=part)
            for number, at in enumerate(outages)
            for part in PARTS
        ),
        coverage=(Coverage(span=Interval(first, NOW), aspect=Aspect.IMPACTS),),
    )
    save(store, page, said)
    return store


async def test_answers_are_quick_between_polls_and_what_a_poll_changes_is_made_once():
    store, now = big_store(), [NOW]
    vendor = VendorConfig(slug="big", name="Big", url="https://big.example/")
    page, taken = store.pages(["big"])[0], []
    async with asking(app_of(store, vendors={"big": vendor}, clock=lambda: now[0])) as client:
        for number in range(ASKED):
            now[0] += timedelta(seconds=2)
            if number % BETWEEN_POLLS == 0:
                level = Level.DEGRADED if number % 2 else Level.OPERATIONAL
                save(store, page, observed(now[0], **dict.fromkeys(PARTS, level)))
                store.record_polls([poll(page, now[0], "ok")])
            began = time.perf_counter()
            answer = await client.get(PATHS[number % len(PATHS)])
            taken.append(time.perf_counter() - began)
            assert answer.status_code == 200

    percentiles = statistics.quantiles(taken, n=100)
    print(
        f"median {percentiles[49] * 1e3:.1f} ms, p99 {percentiles[98] * 1e3:.1f} ms,"
        f" longest {max(taken) * 1e3:.0f} ms"
    )
    assert percentiles[49] < 0.020
    assert percentiles[98] < 0.500  # what is made anew after a poll
