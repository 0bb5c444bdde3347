"""Cases polled into a real store."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from simulated import Clock, SimulatedPages, collecting, page_of

from monitor.collect import Collector
from monitor.config import VendorConfig
from monitor.kit.protocol import PageContext
from monitor.model import Evidence, PageHistory
from tests.drive import answers_from

DAY = date(2026, 5, 20)
"""The day on which the cases of the platforms play."""


def vendor_of_case(platform: str, told: PageContext) -> VendorConfig:
    """Return the vendor of a case's page, named acme."""
    return VendorConfig(
        slug="acme",
        name="Acme",
        url=told.url,
        platform=platform,
        regions=told.regions,
        html=told.html,
        feed=told.feed,
    )


@asynccontextmanager
async def collecting_case(
    vendor: VendorConfig, told: PageContext, pages: SimulatedPages
) -> AsyncIterator[Collector]:
    """Yield a collector of the case's page, whose last poll left what the case is known by."""
    async with collecting(pages, {vendor.slug: vendor}) as collector:
        if told.cursor is not None:
            page = await page_of(collector, vendor.slug)
            before = Evidence(source="before", read_at=told.now, cursor=told.cursor)
            collector.store.save(page.id, before, now=told.now, max_gap_seconds=900)
        yield collector


@dataclass(frozen=True, slots=True)
class Polls:
    """What polls one after another came to, and what is kept of the day at the end."""

    outcomes: list[str]
    history: PageHistory
    has_unfinished: bool


async def polled_in_turn(folder: Path, url: str, turns: Sequence[tuple[str, int]]) -> Polls:
    """Poll a page of the platform whose cases a folder has, from 09:55: each turn is a case that it
    answers with, and how many minutes later.
    """
    clock = Clock(datetime(DAY.year, DAY.month, DAY.day, 9, 55, tzinfo=UTC))
    pages = SimulatedPages([], clock)
    vendor = VendorConfig(slug="it", name="It", url=url, platform=folder.name, zone="UTC")
    outcomes = []
    async with collecting(pages, {"it": vendor}) as collector:
        for shown, minutes in turns:
            clock.forward(minutes=minutes)
            pages.override = answers_from(folder / shown)
            outcomes.append((await collector.poll(await page_of(collector, "it"))).outcome)
        page = await page_of(collector, "it")
        return Polls(
            outcomes=outcomes,
            history=collector.store.page_history(page.id, DAY, DAY),
            has_unfinished=bool(collector.store.unfinished_incidents(page.id)),
        )
