"""PostgreSQL that stands still with its connections open: nothing of ours waits for it for long."""

import asyncio
import contextlib
import os
import time
from contextlib import asynccontextmanager

import httpx
import psycopg
import pytest
import sqlalchemy as sa
from store_support import NOW, POSTGRES, add_page, database

from exporters.prometheus import PollMetrics, StateMetrics
from exporters.web import application
from monitor.cli.serving import find_problems
from monitor.errors import StoreError
from monitor.model import Level
from monitor.schedule import Schedule
from monitor.store import Patience, Store
from tests.chaos.support import through_proxy, told, until, watching

pytestmark = pytest.mark.integration


@asynccontextmanager
async def behind_a_proxy(**limits):
    """Watch one page with a PostgreSQL database that can be frozen."""
    with database("postgresql") as url, through_proxy(url) as (proxy, way):
        async with watching(way, **limits) as watched:
            try:
                yield proxy, watched
            finally:
                proxy.thaw()


def app_of(watched, schedule=None):
    store = watched.store
    state = StateMetrics(
        store, vendors=watched.collector.vendors, health=store.health, within=store.patience.within
    )
    return application(
        state, PollMetrics("1"), clock=watched.clock,
        readiness=lambda: find_problems(watched.collector, schedule, watched.clock()) if schedule else [],
    )  # fmt: skip


@asynccontextmanager
async def asking(app):
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://monitor.example", timeout=30
    ) as client:
        yield client


async def test_a_frozen_server_costs_a_scrape_less_than_five_seconds_and_no_vendor_its_place():
    async with behind_a_proxy() as (proxy, watched), asking(app_of(watched)) as client:
        await watched.collector.poll(watched.page)
        await watched.collector.flush()
        before = (await client.get("/metrics")).text
        proxy.freeze()
        for _ in range(2):  # the first finds a connection that is frozen, the second has none
            begun = time.monotonic()
            answers = await asyncio.gather(*(client.get("/metrics") for _ in range(3)))
            took = time.monotonic() - begun
            assert took < 5
            assert [answer.status_code for answer in answers] == [200] * 3
            assert all("vendorstatus_vendor_level{" in answer.text for answer in answers)
        watched.clock.forward(hours=1)
        watched.store.health._wrote -= 3600
        late = (await client.get("/metrics")).text
        proxy.thaw()
        watched.store.beat()
        after = (await client.get("/metrics")).text

    vendor = f'vendor="{watched.settings.vendors[0].slug}"'
    assert f"vendorstatus_up{{{vendor}}} 1" in before
    assert f"vendorstatus_up{{{vendor}}} 0" in late
    assert "vendorstatus_vendor_level{" not in late
    assert f"vendorstatus_up{{{vendor}}} 1" in after


async def test_a_server_that_was_frozen_from_the_first_scrape_on_fails_it_within_five_seconds():
    async with behind_a_proxy() as (proxy, watched), asking(app_of(watched)) as client:
        proxy.freeze()
        begun = time.monotonic()
        answer = await client.get("/metrics")

        assert time.monotonic() - begun < 5
        assert answer.status_code == 503


async def test_a_frozen_server_is_told_by_readiness_within_five_seconds():
    async with behind_a_proxy() as (proxy, watched):
        schedule = Schedule(watched.collector, watched.settings, clock=watched.clock)
        await schedule.start()
        async with asking(app_of(watched, schedule)) as client:
            assert (await client.get("/readyz")).status_code == 200
            proxy.freeze()
            begun = time.monotonic()
            answer = await client.get("/readyz")
            took = time.monotonic() - begun
        begun = time.monotonic()
        with contextlib.suppress(StoreError):  # only when something waited to be written
            await schedule.stop()
        stopped = time.monotonic() - begun

    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert took < 5
    assert stopped < 10


async def test_what_was_read_while_the_server_was_frozen_is_kept_when_it_moves_again():
    async with behind_a_proxy() as (proxy, watched):
        watched.store.patience.answer_seconds = 1.0
        watched.store.claim_due(now=NOW, limit=1, lease_seconds=120)
        reading = told(watched, api=Level.MAJOR_OUTAGE)
        proxy.freeze()
        keeping = asyncio.create_task(watched.collector.writer.write(reading))
        await asyncio.sleep(5)
        proxy.thaw()
        await keeping
        page = watched.page
        with watched.store._read() as connection:
            polls = connection.execute(sa.text("SELECT sum(polls) FROM poll")).scalar_one()

        assert watched.store.current(page.id).levels == {"api": Level.MAJOR_OUTAGE}
        assert (page.lease_until, polls) == (None, 1)
        assert watched.store.health.failures["timeout"] > 0


async def test_a_row_that_another_client_holds_is_waited_for_some_seconds_and_tried_again():
    with database("postgresql") as url:
        async with watching(url) as watched:
            page = watched.page
            with watched.store._engine.connect() as other, other.begin():
                other.execute(sa.text("SELECT * FROM page FOR UPDATE"))
                keeping = asyncio.create_task(
                    watched.collector.writer.write(told(watched, api=Level.DEGRADED))
                )
                await asyncio.sleep(7)
                assert not keeping.done()
            await keeping

            assert watched.store.health.failures["busy"] >= 1
            assert watched.store.current(page.id).levels == {"api": Level.DEGRADED}


def limits(url: str) -> dict[str, str]:
    with Store.open(url) as store, store._read() as connection:
        return {
            name: connection.execute(sa.text(f"SHOW {name}")).scalar_one()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }


def test_every_connection_has_limits_and_those_that_the_user_sets_stand():
    with database("postgresql") as url:
        ours = limits(url)
        theirs = limits(url.replace("-csearch_path", "-cstatement_timeout%3D7000%20-csearch_path"))

    assert ours == {
        "statement_timeout": "20s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "1min",
    }
    assert theirs == ours | {"statement_timeout": "7s"}


def test_a_server_that_takes_connections_and_never_speaks_is_given_up_within_seconds():
    with through_proxy(os.environ.get(POSTGRES) or pytest.skip(f"{POSTGRES} is not set")) as (
        proxy,
        way,
    ):
        proxy.freeze()
        begun = time.monotonic()
        with pytest.raises(StoreError, match=r"timeout|does not answer"):
            Store.open(way)

        assert time.monotonic() - begun < 10


def test_a_connection_that_the_server_ends_is_opened_anew():
    with database("postgresql") as url, Store.open(url) as store:
        add_page(store)
        with psycopg.connect(os.environ[POSTGRES], autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user AND query ILIKE '%page%'"
            )

        assert len(store.pages()) == 1


def test_committing_nothing_on_a_server_is_no_write_and_a_beat_is():
    with database("postgresql") as url, Store.open(url, patience=Patience()) as store:
        assert store.claim_due(now=NOW, limit=1, lease_seconds=1) == []
        assert store.health.written_seconds_ago is None
        add_page(store)
        assert store.health.written_seconds_ago < 60
        store.beat()


async def test_the_proxy_of_these_tests_lets_everything_through_again():
    async with behind_a_proxy() as (proxy, watched):
        proxy.freeze()
        reading = asyncio.create_task(asyncio.to_thread(watched.store.pages))
        await asyncio.sleep(0.5)
        assert not reading.done()
        proxy.thaw()
        await until(reading.done, 10)

        assert len(reading.result()) == 1
