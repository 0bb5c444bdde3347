"""What a server says of its own accord: pages that cannot be read, that are read again, backfills."""

import logging
from datetime import UTC, datetime

import pytest
from simulated import Clock, SimulatedPages, collecting, page_of
from test_pipeline import truth_for

from monitor.errors import ConnectFailed
from monitor.logs import LogFormat, OneLine
from monitor.schedule.histories import Histories
from monitor.store import Store

NOW = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)
FIVE_MINUTES = 300


@pytest.fixture
def news(caplog):
    """The news since it was asked for last, as lines for people without their time."""
    for name in ("monitor.collect.news", "monitor.schedule.news"):
        caplog.set_level(logging.INFO, name)

    def heard() -> list[str]:
        form = OneLine(LogFormat.TEXT)
        lines = [form.format(each) for each in caplog.records if each.name.endswith(".news")]
        caplog.clear()
        return [line.partition(" ")[2] for line in lines]

    return heard


class Pages(SimulatedPages):
    """Pages that may be out of reach."""

    is_out_of_reach = False

    async def get(self, url: str, **options):
        if self.is_out_of_reach:
            raise ConnectFailed("no route to host", url=url)
        return await super().get(url, **options)


async def poll(collector, clock: Clock, times: int = 1) -> None:
    for _ in range(times):
        await collector.poll(await page_of(collector, "acme"))
        await collector.flush()
        clock.forward(seconds=FIVE_MINUTES)


async def test_a_page_that_cannot_be_read_is_told_once_and_once_that_it_is_read_again(news) -> None:
    clock = Clock(NOW)
    pages = Pages([truth_for(1, "statuspage", slug="acme")], clock)
    async with collecting(pages) as collector:
        await poll(collector, clock, 2)
        assert news() == []

        pages.is_out_of_reach = True
        await poll(collector, clock, 3)
        (line,) = news()
        assert line.startswith("WARNING page cannot be read: no route to host; page acme")
        assert line.endswith("vendor=acme reason=connect last_read=2026-05-20T12:35:00Z")
        assert "check the address and your own network" in line

        pages.is_out_of_reach = False
        await poll(collector, clock, 2)
        assert news() == ['INFO page is read again vendor=acme unread_for="20 min 00 s"']

        pages.is_out_of_reach = True
        await poll(collector, clock, 2)
        assert len(news()) == 1


async def test_after_a_restart_an_unreadable_page_is_told_of_once_more(news) -> None:
    clock = Clock(NOW)
    pages = Pages([truth_for(1, "statuspage", slug="acme")], clock)
    with Store.open("sqlite://") as store:
        async with collecting(pages, store=store) as collector:
            await poll(collector, clock)
            pages.is_out_of_reach = True
            await poll(collector, clock, 2)
        news()

        async with collecting(pages, store=store) as collector:
            await poll(collector, clock, 2)
            (line,) = news()
        assert "page cannot be read" in line

        async with collecting(pages, store=store) as collector:
            pages.is_out_of_reach = False
            await poll(collector, clock, 2)
        assert news() == ['INFO page is read again vendor=acme unread_for="25 min 00 s"']


async def test_a_page_that_was_never_read_says_so(news) -> None:
    clock = Clock(NOW)
    pages = Pages([truth_for(1, "statuspage", slug="acme")], clock)
    pages.is_out_of_reach = True
    async with collecting(pages) as collector:
        await poll(collector, clock)
        (line,) = news()
        pages.is_out_of_reach = False
        await poll(collector, clock)

    assert line.endswith("last_read=never")
    assert news() == ['INFO page is read again vendor=acme unread_for="5 min 00 s"']


async def test_a_backfill_says_when_it_begins_and_what_it_came_to(news) -> None:
    clock = Clock(NOW)
    pages = Pages([truth_for(1, "statuspage", slug="acme")], clock)
    async with collecting(pages) as collector:
        await collector.poll(await page_of(collector, "acme"))
        histories = Histories(
            collector, 30, clock=clock, describe=lambda page, days: f"{page.slug}: {days} days"
        )
        await histories.read_whole(await page_of(collector, "acme"))
        begin, end = news()
        pages.is_out_of_reach = True
        await histories.read_whole(await page_of(collector, "acme"))
        _, broken = news()

    assert begin == "INFO backfill begins vendor=acme days=30"
    assert end.startswith("INFO backfill ends: acme: 30 days vendor=acme requests=")
    assert broken.startswith("WARNING backfill ends before all was read: acme: 30 days vendor=acme")
