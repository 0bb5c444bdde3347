"""What a page of each platform says, as every surface tells it: none is greener than another, and
none calls well what is at a word that nobody knows."""

import asyncio

import pytest
from simulated import page_of
from surfaces import NOW, World, asked, better, greener
from test_sequences import watching

from tests.cases import FIXTURES, expected_of

pytestmark = pytest.mark.slow

CASES = sorted(path for name in ("ongoing", "unknown-word") for path in FIXTURES.glob(f"*/{name}"))


async def _polled(case) -> World:
    """Return the world after two polls of a case's page."""
    async with watching(case) as (collector, pages):
        for _ in range(2):
            await collector.poll(await page_of(collector, "acme"))
            pages.clock.forward(minutes=5)
        await collector.flush()
        return World(collector.store, collector.vendors["acme"], pages.clock())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}, {case.name}")
def test_no_surface_is_greener_than_another_or_than_what_the_page_says(case):
    reviewed = expected_of(case)["poll"]["levels"]
    world = asyncio.run(_polled(case))
    with world.store:
        slugs = {entry.id: entry.slug for entry in world.components}
        found = asked(NOW, world)
        is_doubtful = world.is_doubtful

    right = {slugs[key]: level for key, level in reviewed.items()}
    assert not list(greener(found, is_doubtful=is_doubtful))
    for each in found:
        for slug in right.keys() & each.says.keys():
            assert not better(each.says[slug], right[slug]), each.surface.name
