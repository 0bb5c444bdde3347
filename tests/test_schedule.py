"""The schedule: state in the page rows, a task per page, its own drain."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from simulated import Clock, SimulatedPages, collecting, vendor_of
from test_pipeline import truth_for

from monitor.config import Settings
from monitor.demo.chance import random_truth
from monitor.schedule import DRAIN_SECONDS, Schedule
from monitor.store import Store

pytestmark = pytest.mark.hours


def now() -> datetime:
    return datetime.now(UTC)


def settings_for(*vendors) -> Settings:
    return Settings(vendors=vendors, database_url="sqlite://", source="test", backfill_days=0)


def two_truths():
    return (
        replace(truth_for(1, "statuspage"), incidents=()),
        random_truth(2, now=now(), slug="other", url="https://status.other.example/"),
    )


async def until(condition, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


async def test_due_pages_are_polled_and_get_their_next_due_time() -> None:
    truths = two_truths()
    async with collecting(SimulatedPages(truths, now)) as collector:
        schedule = Schedule(collector, settings_for(), clock=now)
        await schedule.start()
        assert schedule.problem is None
        await until(lambda: all(page.last_success_at for page in collector.store.pages()))
        await schedule.stop()
        pages = collector.store.pages()

    assert schedule.problem is not None
    assert all(page.due_at > now() + timedelta(seconds=200) for page in pages)


async def test_a_page_that_hangs_delays_no_other_and_is_cancelled_at_the_end_of_the_drain() -> None:
    truths = two_truths()
    pages = SimulatedPages(truths, now)
    answer = pages.get
    hanging = asyncio.Event()

    async def hang(url: str, **options):
        if "other" in url:
            hanging.set()
            await asyncio.sleep(3600)
        return await answer(url, **options)

    pages.get = hang
    async with collecting(pages) as collector:
        schedule = Schedule(collector, settings_for(), clock=now, drain_seconds=1.5)
        await schedule.start()
        await until(lambda: any(page.last_success_at for page in collector.store.pages()))
        await until(lambda: hanging.is_set() and len(schedule._tasks) == 1)
        begun = asyncio.get_running_loop().time()
        await schedule.stop()
        took = asyncio.get_running_loop().time() - begun

    assert 1.5 <= took < 3.5
    assert DRAIN_SECONDS + 1 < 10


async def test_a_claimed_page_is_not_claimed_again_until_its_lease_ends() -> None:
    truth = truth_for(1, "statuspage")
    clock = Clock(now())
    async with collecting(SimulatedPages([truth], clock)) as collector:
        collector.store.set_due(collector.store.pages()[0].id, clock.now)
        first = collector.store.claim_due(now=clock.now, limit=10, lease_seconds=60)
        second = collector.store.claim_due(now=clock.now, limit=10, lease_seconds=60)
        clock.forward(seconds=61)
        third = collector.store.claim_due(now=clock.now, limit=10, lease_seconds=60)

    assert (len(first), len(second), len(third)) == (1, 0, 1)


@pytest.mark.slow
async def test_what_is_due_is_claimed_as_soon_as_polls_end_and_not_at_the_next_tick(
    monkeypatch,
) -> None:
    """Sixty pages and room for two: at two a tick the last one would begin a quarter of an hour
    later."""
    monkeypatch.setattr("monitor.schedule.loops.TICK_SECONDS", 30.0)
    clock = Clock(now())
    truths = [
        replace(
            truth_for(1, "statuspage"), slug=f"v{n}", url=f"https://v{n}.example/", incidents=()
        )
        for n in range(60)
    ]
    async with collecting(SimulatedPages(truths, clock)) as collector:
        schedule = Schedule(collector, replace(settings_for(), concurrency=2), clock=clock)
        await schedule.start()
        for page in collector.store.pages():
            collector.store.set_due(page.id, clock.now)
        await schedule.tick()
        await until(lambda: all(page.last_poll_at for page in collector.store.pages()), seconds=120)
        await schedule.stop()


@pytest.mark.slow
async def test_more_pages_than_can_be_polled_in_time_are_told_by_the_log_and_a_figure(
    caplog,
) -> None:
    """Polls of five minutes and more, one at a time, of a page that is to be polled every 60 s."""
    clock, loads = Clock(now()), []
    began = clock.now
    truth = truth_for(1, "statuspage")
    vendors = {truth.slug: vendor_of(truth, interval_seconds=60)}

    def slow(_url: str) -> None:
        clock.forward(seconds=300)

    def steady() -> float:
        return (clock.now - began).total_seconds()

    pages = SimulatedPages([truth], clock, override=slow)
    async with collecting(pages, vendors) as collector:
        settings = replace(settings_for(), concurrency=1)
        schedule = Schedule(collector, settings, clock=clock, on_load=loads.append, timer=steady)
        collector.clocks.timer = steady
        for _ in range(100):
            await schedule.tick()
            while schedule._tasks:
                await schedule._tasks.wait()
                await asyncio.sleep(0)
            await collector.flush()
            clock.forward(seconds=70)

    assert loads[0] == pytest.approx(1 / 60)
    assert loads[-1] > 1
    assert [
        line
        for line in caplog.messages
        if "raise `concurrency`" in line and "unless other replicas" in line
    ]
    assert (
        len([line for line in caplog.messages if "raise `concurrency`" in line]) <= 100 * 700 / 3600
    )


def named(*slugs: str):
    """Return a quiet vendor for each name."""
    return [
        replace(truth_for(1, "statuspage"), slug=slug, url=f"https://{slug}.example/", incidents=())
        for slug in slugs
    ]


def hang(pages: SimulatedPages, hangs) -> None:
    """Let requests for such URLs never be answered."""
    answer = pages.get

    async def get(url: str, **options):
        if hangs(url):
            pages.asked.append(url)
            await asyncio.sleep(3600)
        return await answer(url, **options)

    pages.get = get


async def test_new_pages_hold_up_no_page_that_is_known() -> None:
    """Forty new pages that never end to answer, and places for four: a known page is read when it
    is due."""
    clock = Clock(now())
    new = named(*(f"new-{n}" for n in range(40)))
    (known,) = named("known")
    with Store.open("sqlite://") as store:
        async with collecting(SimulatedPages([known], clock), store=store) as collector:
            await collector.poll(store.pages()[0])
        pages = SimulatedPages([*new, known], clock)
        hang(pages, lambda url: "new-" in url)
        async with collecting(pages, store=store) as collector:
            settings = replace(settings_for(), concurrency=4, backfill_days=0)
            schedule = Schedule(collector, settings, clock=clock, drain_seconds=0.1)
            clock.forward(hours=1)
            await schedule.start()
            for page in store.pages():
                store.set_due(
                    page.id, clock.now - timedelta(seconds=0 if page.slug == "known" else 60)
                )
            await until(lambda: store.pages(["known"])[0].last_poll_at == clock.now, seconds=15)
            await until(lambda: sum("new-" in url for url in pages.asked) == 2)
            await schedule.stop()

    assert len({url for url in pages.asked if "new-" in url}) == 2


async def test_the_history_of_pages_holds_up_no_poll_and_is_read_two_at_a_time() -> None:
    clock, slugs = Clock(now()), [f"page-{n}" for n in range(12)]
    pages = SimulatedPages(named(*slugs), clock)
    with Store.open("sqlite://") as store:
        async with collecting(pages, store=store) as collector:
            for page in store.pages():
                await collector.poll(page)
        hang(pages, lambda url: "scheduled-maintenances" in url)
        pages.asked.clear()
        async with collecting(pages, store=store) as collector:
            settings = replace(settings_for(), concurrency=4, backfill_days=5)
            schedule = Schedule(collector, settings, clock=clock, drain_seconds=0.1)
            clock.forward(hours=1)
            await schedule.start()
            for page in store.pages():
                store.set_due(page.id, clock.now)
            await until(
                lambda: all(page.last_poll_at == clock.now for page in store.pages()), seconds=20
            )
            await until(lambda: sum("scheduled-maintenances" in url for url in pages.asked) == 2)
            await asyncio.sleep(0.1)
            await schedule.stop()

    assert sum("scheduled-maintenances" in url for url in pages.asked) == 2


async def test_a_page_whose_first_backfill_the_end_of_the_process_cut_off_gets_it_from_the_next() -> (
    None
):
    clock = Clock(now())
    pages = SimulatedPages(named("acme"), clock)
    with Store.open("sqlite://") as store:
        async with collecting(pages, store=store) as collector:
            await collector.poll(store.pages()[0])
        async with collecting(pages, store=store) as collector:
            schedule = Schedule(collector, replace(settings_for(), backfill_days=200), clock=clock)
            clock.forward(hours=1)
            await schedule.start()
            store.set_due(store.pages()[0].id, clock.now)
            await until(lambda: store.pages()[0].reread_day is not None)
            await schedule.stop()
    assert [url for url in pages.asked if url.endswith("page=2")]


async def test_a_fresh_page_is_backfilled_after_its_first_poll() -> None:
    truth = random_truth(3, now=now(), slug="acme", url="https://status.acme.example/")
    vendors = {truth.slug: vendor_of(truth)}
    async with collecting(SimulatedPages([truth], now), vendors) as collector:
        schedule = Schedule(collector, replace(settings_for(), backfill_days=30), clock=now)
        await schedule.start()
        await until(lambda: collector.store.pages()[0].reread_day is not None)
        await schedule.stop()
        units = collector.store.units(collector.store.pages()[0].id)

    assert units
