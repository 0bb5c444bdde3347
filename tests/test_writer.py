"""The writer: many pages in one transaction, one broken page at nobody's cost, days derived
once."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from simulated import Clock
from store_support import (
    DATABASES,
    GAP_SECONDS,
    MINUTE,
    NOW,
    add_page,
    database,
    incident,
    observed,
)

from monitor.applied_settings import spec
from monitor.config import VendorConfig
from monitor.errors import StoreError
from monitor.fetch import Validators
from monitor.model import Component, IncidentUpdate, Level, Phase
from monitor.store import Body, PollRecord, Store
from monitor.writer import PageCache, PollWrite, Writer

DEGRADED = {"a": Level.DEGRADED, "b": Level.OPERATIONAL}


class CountingStore(Store):
    """A store that counts its transactions of many, and can be out of reach."""

    transactions = 0
    gone = False

    def together(self):
        self.transactions += 1
        if self.gone:
            raise StoreError("the database is gone")
        return super().together()


@asynccontextmanager
async def writing(*slugs: str, clock: Clock | None = None, kind: str = "sqlite"):
    """Yield a writer over these pages, and its store."""
    clock = clock or Clock(NOW)
    with database(kind) as url, CountingStore.open(url) as store:
        pages = {
            slug: VendorConfig(slug=slug, name=slug, url=f"https://{slug}.example/")
            for slug in slugs
        }
        store.sync_pages([spec(vendor) for vendor in pages.values()], now=NOW)
        writer = Writer(
            store,
            pages,
            clock=clock,
            on_revised=lambda *_: None,
            flush_after=100,
            keep_snapshots=True,
            evidence="bad_days",
        )
        try:
            yield writer, store
        finally:
            await writer.close()


def read(store: Store, slug: str, at: datetime = NOW, *, levels=None, **more) -> PollWrite:
    """A poll of this page that saw these levels."""
    page = store.pages([slug])[0]
    told = observed(at, **(levels or DEGRADED))
    parts = tuple(Component(id=key, name=key.upper()) for key in levels or DEGRADED)
    poll = PollRecord(
        page_id=page.id,
        started_at=at,
        duration_ms=1,
        outcome="ok",
        due_at=at + 5 * MINUTE,
        max_gap_seconds=GAP_SECONDS,
    )
    return PollWrite(
        page=page, poll=poll, evidence=[replace(told, components=parts)], derive=True, **more
    )


@pytest.mark.parametrize("kind", DATABASES)
async def test_polls_that_come_while_one_is_written_are_written_together(kind):
    async with writing("one", "two", "three", "four", kind=kind) as (writer, store):
        polls = [read(store, slug) for slug in ("one", "two", "three", "four")]
        await asyncio.gather(*(writer.write(poll) for poll in polls))

        assert store.transactions == 2
        assert all(page.last_ok for page in store.pages())


@pytest.mark.parametrize("kind", DATABASES)
async def test_a_poll_that_cannot_be_kept_costs_no_other_its_place(kind):
    async with writing("one", "two", "three", kind=kind) as (writer, store):
        naive = read(store, "two")
        naive.evidence = [replace(naive.evidence[0], read_at=NOW.replace(tzinfo=None))]
        kept = await asyncio.gather(
            writer.write(read(store, "one")), writer.write(naive), writer.write(read(store, "three")),
            return_exceptions=True,
        )  # fmt: skip

        assert [type(each) for each in kept] == [type(None), ValueError, type(None)]
        assert {page.slug: page.last_ok for page in store.pages()} == {
            "one": True,
            "three": True,
            "two": None,
        }


async def test_a_poll_without_news_that_waits_was_made_before_the_news_that_follows_it():
    clock = Clock(NOW)
    async with writing("one", clock=clock) as (writer, store):
        await writer.write(read(store, "one", NOW, levels={"a": Level.OPERATIONAL}))
        clock.forward(minutes=10)
        waits = read(store, "one", NOW + 5 * MINUTE)
        poll = replace(waits.poll, outcome="unchanged")
        await writer.enqueue(replace(waits, poll=poll, evidence=(), derive=False))
        await writer.write(read(store, "one", NOW + 10 * MINUTE))

        well, *_ = store.facts(store.pages()[0].id).runs
        assert (well.level, well.last_seen, well.span.end) == (
            Level.OPERATIONAL,
            NOW + 5 * MINUTE,
            NOW + 10 * MINUTE,
        )
        assert store.transactions == 2


async def test_a_database_that_is_gone_is_said_to_every_poll_that_waited():
    async with writing("one", "two", "three") as (writer, store):
        polls = [read(store, slug) for slug in ("one", "two", "three")]
        store.gone = True
        kept = await asyncio.gather(*(writer.write(poll) for poll in polls), return_exceptions=True)
        store.gone = False

        assert [str(each) for each in kept] == ["the database is gone"] * 3


async def test_days_are_derived_at_the_next_flush_once_however_often_a_page_had_news():
    clock = Clock(NOW)
    async with writing("one", clock=clock) as (writer, store):
        page = store.pages()[0]
        await writer.write(read(store, "one"))
        clock.forward(minutes=1)
        await writer.write(read(store, "one", clock.now))
        assert (
            store.page_history(page.id, NOW.date(), NOW.date())
            .components["a"]
            .day(NOW.date())
            .level
            is None
        )
        before = store.transactions
        await writer.flush()

        assert store.transactions == before + 1
        assert (
            store.page_history(page.id, NOW.date(), NOW.date())
            .components["a"]
            .day(NOW.date())
            .level
            is Level.DEGRADED
        )


async def test_days_that_could_not_be_derived_are_derived_when_the_database_is_back():
    clock = Clock(NOW)
    async with writing("one", clock=clock) as (writer, store):
        await writer.write(read(store, "one"))
        clock.forward(minutes=1)
        await writer.write(read(store, "one", clock.now))
        store.gone = True
        with pytest.raises(StoreError):
            await writer.flush()
        store.gone = False
        await writer.flush()

        assert store.pages()[0].derived_day == NOW.date()


async def test_what_is_remembered_of_a_page_follows_what_was_written():
    clock = Clock(NOW)
    async with writing("one", clock=clock) as (writer, store):
        await writer.cached(store.pages()[0])
        await writer.write(read(store, "one"))
        await writer.flush()
        page = store.pages()[0]
        cache = writer._caches.get(page.id, page.version)

        assert cache.version == page.version
        assert cache.component_ids == store.component_ids(page.id) == {"a", "b"}
        assert await writer.cached(page) is cache


async def test_a_list_of_components_said_again_is_not_lost_when_another_process_changed_the_page():
    async with writing("one") as (writer, store):
        await writer.cached(store.pages()[0])
        await writer.write(read(store, "one"))
        page = store.pages()[0]
        store.save(
            page.id, replace(observed(NOW + MINUTE, a=Level.DEGRADED), components=(Component(id="a", name="A"),)),
            now=NOW + MINUTE, max_gap_seconds=GAP_SECONDS,
        )  # fmt: skip
        assert store.component_ids(page.id) == {"a"}
        await writer.write(read(store, "one", NOW + 2 * MINUTE))

        assert store.component_ids(page.id) == {"a", "b"}


async def test_bodies_are_kept_with_the_poll_that_brought_them():
    async with writing("one") as (writer, store):
        body = Body(b"{}", "application/json")
        await writer.write(read(store, "one", bodies=[body]))
        (digest,) = store.keep_snapshots([body], now=NOW + timedelta(days=1))

        assert store.snapshot(digest).first_seen_at == NOW


async def test_an_announced_maintenance_is_unfinished_and_not_open():
    assert not PageCache(1, {}, {"m": Phase.SCHEDULED}).has_open_incident
    assert PageCache(1, {}, {"m": Phase.SCHEDULED, "i": Phase.OPEN}).has_open_incident


def test_what_is_done_together_is_done_or_not_done_as_a_whole():
    with Store.open("sqlite://") as store:
        page = add_page(store)

        def broken() -> None:
            with store.together():
                store.save(
                    page.id, observed(NOW, a=Level.DEGRADED), now=NOW, max_gap_seconds=GAP_SECONDS
                )
                raise RuntimeError("the second page is broken")

        with pytest.raises(RuntimeError, match="second page"):
            broken()

        assert store.facts(page.id).runs == ()


async def test_messages_told_again_are_not_compared_again_and_edited_ones_are_kept():
    async with writing("one") as (writer, store):
        page = store.pages()[0]
        await writer.cached(page)
        for minute, text in enumerate(("We look.", "We look.", "We looked.", "We looked.")):
            poll = read(store, "one", NOW + minute * MINUTE)
            messages = (
                IncidentUpdate(incident_id="i1", key="u1", at=NOW, status="open", text=text),
            )
            poll.evidence = [replace(poll.evidence[0], incidents=(incident(),), updates=messages)]
            await writer.write(poll)

        versions = store.incident_updates(page.id, "i1", edits=True)
        assert [each.update.text for each in versions] == ["We look.", "We looked."]


async def test_messages_that_another_process_changed_are_compared_again():
    async with writing("one") as (writer, store):
        page = store.pages()[0]
        await writer.cached(page)
        poll = read(store, "one")
        told = replace(
            poll.evidence[0],
            incidents=(incident(),),
            updates=(
                IncidentUpdate(incident_id="i1", key="u1", at=NOW, status="open", text="We look."),
            ),
        )
        poll.evidence = [told]
        await writer.write(poll)
        other = replace(told, updates=(replace(told.updates[0], text="Edited."),))
        store.save(page.id, other, now=NOW + MINUTE, max_gap_seconds=GAP_SECONDS)
        again = read(store, "one", NOW + 2 * MINUTE)
        again.evidence = [replace(told, read_at=NOW + 2 * MINUTE)]
        await writer.write(again)

        assert [each.update.text for each in store.incident_updates(page.id, "i1")] == ["We look."]


async def test_a_reading_that_came_too_late_leaves_no_validators_behind():
    """Else the next answer that equals it would be taken for the newer one, unchanged."""
    async with writing("one") as (writer, store):
        page = store.pages()[0]
        url = page.url
        new, old = Validators(etag='"new"'), Validators(etag='"old"')
        await writer.write(
            read(store, "one", NOW, levels={"a": Level.MAJOR_OUTAGE}, validators={url: new})
        )
        late = read(
            store, "one", NOW - MINUTE, levels={"a": Level.OPERATIONAL}, validators={url: old}
        )
        await writer.write(late)

        assert store.current(page.id).levels == {"a": Level.MAJOR_OUTAGE}
        assert {url: each.etag for url, each in store.validators(page.id).items()} == {url: '"new"'}
