"""Settings that change while pages are being read by them: nothing read is lost, nothing is read
twice at a time."""

import asyncio
from dataclasses import replace

import pytest
from processes import now
from simulated import SimulatedPages, collecting, vendor_of
from test_schedule import settings_for, two_truths, until

from monitor.applied_settings import spec
from monitor.demo.chance import random_truth
from monitor.schedule import Schedule

pytestmark = pytest.mark.hours


class Held(SimulatedPages):
    """Pages that count who reads them at the same time, and can hold an answer back."""

    def __init__(self, truths, clock):
        super().__init__(truths, clock)
        self.hold = ""
        self.go_on = asyncio.Event()
        self.reached = asyncio.Event()
        self.inside: list[str] = []
        self.doubled: list[str] = []

    async def get(self, url, **options):
        host = url.split("/")[2]
        self.doubled += [host] if host in self.inside else []
        self.inside.append(host)
        try:
            if self.hold and self.hold in url:
                self.reached.set()
                await self.go_on.wait()
            return await super().get(url, **options)
        finally:
            self.inside.remove(host)


async def test_what_is_being_read_when_its_settings_change_is_kept_and_read_once_at_a_time() -> (
    None
):
    one, other = two_truths()
    third = random_truth(5, now=now(), slug="third", url="https://status.third.example/")
    pages = Held([one, other, third], now)
    pages.hold = "other"
    async with collecting(
        pages, {truth.slug: vendor_of(truth) for truth in (one, other)}
    ) as collector:
        store = collector.store
        schedule = Schedule(collector, settings_for(), clock=now)
        await schedule.start()
        await asyncio.wait_for(pages.reached.wait(), 30)
        await until(lambda: store.pages([one.slug])[0].last_success_at is not None)
        changed = vendor_of(other, url="https://elsewhere.example/", interval_seconds=600)
        schedule.reconfigure(settings_for(vendor_of(third), changed), {})
        await until(
            lambda: any(page.slug == "third" and page.last_success_at for page in store.pages())
        )
        await until(lambda: not store.pages([one.slug]))  # its history may have been being read
        meanwhile = {page.slug: page for page in store.pages()}
        asked = len(pages.asked)
        await asyncio.sleep(2.5)  # ticks, none of which may ask the page again
        assert [url for url in pages.asked[asked:] if "other" in url] == []
        pages.hold = ""
        pages.go_on.set()
        await until(lambda: store.pages(["other"])[0].url == "https://elsewhere.example/")
        with store._read() as connection:
            polls = connection.exec_driver_sql(
                "SELECT outcome FROM poll JOIN page ON page.id = poll.page_id WHERE slug = 'other' ORDER BY poll.id"
            ).all()
        (page,) = store.pages(["other"])
        await schedule.stop()
        gone = {page.slug: page for page in store.pages(removed=True)}[one.slug]

    assert set(meanwhile) == {"other", "third"}
    assert meanwhile["other"].url == other.url
    assert (page.url, page.interval_seconds) == ("https://elsewhere.example/", 600)
    assert [outcome for (outcome,) in polls][:1] == ["ok"]
    assert gone.removed_at is not None
    assert gone.last_success_at is not None
    assert pages.doubled == []


async def test_a_vendor_that_is_removed_and_added_again_while_it_is_read_is_read_once_at_a_time() -> (
    None
):
    one, other = two_truths()
    pages = Held([one, other], now)
    pages.hold = "other"
    vendors = [vendor_of(truth) for truth in (one, other)]
    async with collecting(pages, {vendor.slug: vendor for vendor in vendors}) as collector:
        schedule = Schedule(collector, settings_for(), clock=now)
        await schedule.start()
        await asyncio.wait_for(pages.reached.wait(), 30)
        for wanted in (
            [vendors[0]],
            vendors,
            [vendors[0]],
            [vendors[0], replace(vendors[1], tier="low")],
        ):
            schedule.reconfigure(settings_for(*wanted), {})
            await asyncio.sleep(1.2)
        assert collector.vendors["other"].tier == "standard"
        pages.hold = ""
        pages.go_on.set()
        await until(lambda: collector.vendors["other"].tier == "low")
        await schedule.stop()
        (page,) = collector.store.pages(["other"])

    assert page.last_ok
    assert pages.doubled == []


async def test_a_reading_of_a_vendor_that_is_gone_is_kept_however_late() -> None:
    one, other = two_truths()
    pages = Held([one, other], now)
    pages.hold = "other"
    async with collecting(
        pages, {truth.slug: vendor_of(truth) for truth in (one, other)}
    ) as collector:
        page = collector.store.pages(["other"])[0]
        polling = asyncio.create_task(collector.poll(page))
        await asyncio.wait_for(pages.reached.wait(), 30)
        collector.store.sync_pages([spec(vendor_of(one))], now=now())
        collector.configure({one.slug: vendor_of(one)}, {})
        pages.go_on.set()
        result = await polling
        await collector.flush()
        (page,) = [page for page in collector.store.pages(removed=True) if page.slug == "other"]

    assert result.error is None
    assert page.last_success_at is not None
    assert page.removed_at is not None
