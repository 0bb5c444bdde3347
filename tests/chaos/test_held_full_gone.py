"""A database that is held by another process, full, deleted or replaced: what was read is kept, or
it is said."""

import asyncio
import contextlib
import logging
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from store_support import MINUTE, NOW, add_page, poll

from monitor.errors import StoreError
from monitor.model import Level
from monitor.schedule import Schedule
from monitor.store import Body, Health, Patience, Store
from tests.chaos.support import full, held, held_for, told, until, watching

LONGER_THAN_SQLITE_WAITED = 6.0


def url(folder) -> str:
    return f"sqlite:///{folder}/status.db"


async def test_an_outage_read_while_the_database_is_held_for_six_seconds_is_kept_and_the_page_given_back(
    tmp_path,
):
    async with watching(url(tmp_path)) as watched:
        (page,) = watched.store.claim_due(now=NOW, limit=1, lease_seconds=120)
        with held_for(tmp_path / "status.db", LONGER_THAN_SQLITE_WAITED):
            await watched.collector.writer.write(told(watched, api=Level.MAJOR_OUTAGE))

        assert watched.store.current(page.id).levels == {"api": Level.MAJOR_OUTAGE}
        assert watched.page.lease_until is None
        assert watched.store.health.failures["busy"] > 0
        assert watched.store.health.problem is None


async def test_what_waits_for_the_database_is_written_in_the_order_it_was_read(tmp_path):
    async with watching(url(tmp_path)) as watched:
        writer, levels = (
            watched.collector.writer,
            (Level.DEGRADED, Level.MAJOR_OUTAGE, Level.OPERATIONAL),
        )
        with held_for(tmp_path / "status.db", 1.5):
            readings = [
                told(watched, NOW + number * MINUTE, api=level)
                for number, level in enumerate(levels)
            ]
            await asyncio.gather(*(writer.write(reading) for reading in readings))
        watched.clock.forward(minutes=3)
        runs = watched.store.facts(watched.page.id).runs

        assert [run.level for run in sorted(runs, key=lambda run: run.span.start)] == list(
            levels[:2]
        )
        assert watched.store.current(watched.page.id).levels == {"api": levels[2]}


async def test_what_could_not_be_kept_in_time_is_said_and_kept_as_soon_as_it_can_be(tmp_path):
    async with watching(url(tmp_path), lock_seconds=0.2, retry_seconds=0.5) as watched:
        (page,) = watched.store.claim_due(now=NOW, limit=1, lease_seconds=120)
        with held(tmp_path / "status.db"):
            with pytest.raises(StoreError, match="locked"):
                await watched.collector.writer.write(told(watched, api=Level.MAJOR_OUTAGE))
            assert watched.collector.writer.has_waiting(page.id)
        await watched.collector.flush()

        assert not watched.collector.writer.has_waiting(page.id)
        assert watched.store.current(page.id).levels == {"api": Level.MAJOR_OUTAGE}
        assert watched.page.lease_until is None
        assert watched.page.derived_day == NOW.date()


async def test_a_page_of_which_a_reading_waits_is_not_read_again_before_that_is_kept(tmp_path):
    async with watching(url(tmp_path), lock_seconds=0.1, retry_seconds=0.1) as watched:
        schedule = Schedule(watched.collector, watched.settings, clock=watched.clock)
        with held(tmp_path / "status.db"), pytest.raises(StoreError):
            await watched.collector.writer.write(told(watched, api=Level.DEGRADED))
        schedule._launch(watched.page)

        assert not schedule._tasks


async def test_a_page_that_a_held_database_kept_us_from_reading_is_due_again_at_once_and_not_after_its_lease(
    tmp_path,
):
    async with watching(url(tmp_path), lock_seconds=0.1, retry_seconds=0.1) as watched:
        schedule = Schedule(watched.collector, watched.settings, clock=watched.clock)
        schedule._retiming._retimed_at = schedule._timer()
        original, watched.collector.poll = watched.collector.poll, _broken
        await schedule.tick()
        await until(lambda: not schedule._tasks)
        assert watched.page.lease_until == NOW + timedelta(seconds=120)
        watched.collector.poll = original
        await schedule.tick()
        await until(lambda: watched.page.last_success_at is not None)
        await until(lambda: not schedule._tasks)

        assert watched.page.last_poll_at == NOW
        assert watched.page.lease_until is None


async def _broken(*_, **__):
    raise StoreError("held", cause="busy")


async def test_a_connection_that_breaks_while_it_commits_doubles_nothing(tmp_path):
    async with watching(url(tmp_path)) as watched:
        writer = watched.collector.writer
        reading = told(watched, api=Level.DEGRADED)
        await writer.write(reading)
        reading.is_done = False  # committed, and the answer to that was lost
        await writer.write(reading)
        with watched.store._read() as connection:
            polls = connection.exec_driver_sql("SELECT sum(polls) FROM poll").scalar_one()

        assert (reading.is_done, polls) == (True, 1)


async def test_what_was_read_while_the_disk_was_full_is_kept_when_there_is_room_and_what_fits_at_once(
    tmp_path,
):
    async with watching(url(tmp_path)) as watched:
        writer = watched.collector.writer
        watched.store.claim_due(now=NOW, limit=1, lease_seconds=120)
        small, large = (
            told(watched, api=Level.DEGRADED),
            told(watched, NOW + MINUTE, api=Level.MAJOR_OUTAGE),
        )
        small.evidence, small.derive = (), False
        large.bodies = [
            Body(random.Random(1).randbytes(400_000), "text/plain", "https://status.acme.example/")
        ]
        with full(watched.store):
            await writer.enqueue(small)
            with pytest.raises(StoreError, match="make room"):
                await writer.write(large)
            assert watched.page.last_poll_at == NOW
            assert watched.store.health.failures["full"] == 2
        await watched.collector.flush()

        assert watched.page.last_poll_at == NOW + MINUTE
        assert watched.store.current(watched.page.id).levels == {"api": Level.MAJOR_OUTAGE}
        assert watched.page.lease_until is None
        assert watched.store.health.problem is None


def test_a_file_that_was_deleted_is_missed_at_the_next_write_and_not_made_anew(tmp_path):
    with Store.open(url(tmp_path)) as store:
        store.beat()
        for path in tmp_path.iterdir():
            path.unlink()
        for ask in (store.beat, store.pages):
            with pytest.raises(StoreError, match="not there any more") as caught:
                ask()
            assert caught.value.cause == "gone"
        assert store.health.problem is not None
        assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_moved_away_and_back_is_written_again(tmp_path):
    with Store.open(url(tmp_path)) as store:
        store.beat()
        (tmp_path / "status.db").rename(tmp_path / "away.db")
        with pytest.raises(StoreError, match="put the file back"):
            store.beat()
        (tmp_path / "away.db").rename(tmp_path / "status.db")
        store.beat()

        assert store.health.problem is None


def test_a_file_that_another_was_put_in_the_place_of_is_not_mixed_with_it(tmp_path):
    with Store.open(url(tmp_path)) as store:
        store.beat()
        shutil.copy(tmp_path / "status.db", tmp_path / "other.db")
        (tmp_path / "other.db").replace(tmp_path / "status.db")
        with pytest.raises(StoreError, match="another file was put in its place"):
            store.beat()


def test_committing_nothing_does_not_prove_that_the_database_can_be_written(tmp_path):
    with Store.open(url(tmp_path)) as store:
        assert store.claim_due(now=NOW, limit=1, lease_seconds=1) == []
        assert store.health.written_seconds_ago is None
        store.beat()
        assert store.health.written_seconds_ago < 60


def test_a_hold_of_some_seconds_is_no_reason_to_be_unready_and_a_longer_one_is():
    at = [0.0]
    health = Health(lambda: at[0])
    busy = StoreError("database x: locked; stop the other", cause="busy")
    health.failed(busy, writing=True)
    at[0] = 10.0
    health.failed(busy, writing=True)
    assert health.problem is None
    at[0] = 20.0
    assert health.problem == "nothing could be kept for 20 s: database x: locked; stop the other"
    health.wrote()
    assert health.problem is None
    health.failed(StoreError("damaged", cause="damaged"), writing=True)
    assert health.problem is not None


def test_a_cause_is_logged_once_a_minute_however_often_it_is_met(caplog):
    at = [0.0]
    health = Health(lambda: at[0])
    with caplog.at_level(logging.WARNING, "monitor.store.health"):
        for second in range(180):
            at[0] = float(second)
            for _ in range(50):
                health.failed(StoreError("held", cause="busy"), writing=True)
        health.failed(StoreError("no room", cause="full"), writing=True)
    lines = [record.getMessage() for record in caplog.records]

    assert lines == [
        "store cause=busy: held",
        "store cause=busy, 2999 more since it was last said: held",
        "store cause=busy, 2999 more since it was last said: held",
        "store cause=full: no room",
    ]
    assert health.failures["busy"] == 9000


async def test_trouble_of_the_database_is_no_bug_of_a_page(tmp_path, caplog):
    async with watching(url(tmp_path), lock_seconds=0.1, retry_seconds=0.1) as watched:
        schedule = Schedule(watched.collector, watched.settings, clock=watched.clock)
        await schedule.start()
        watched.clock.forward(minutes=6)
        await until(lambda: watched.page.last_success_at is not None)
        with held(tmp_path / "status.db"):
            caplog.clear()
            caplog.set_level(logging.WARNING, "monitor.store.health")
            watched.clock.forward(minutes=10)
            await asyncio.sleep(4)
            text = caplog.text
        await schedule.stop()

    assert text.count("cause=busy") == 1
    assert "bug" not in text
    assert "Traceback" not in text


async def test_the_end_of_the_process_waits_for_a_held_database_less_than_ten_seconds(tmp_path):
    async with watching(url(tmp_path)) as watched:
        schedule = Schedule(watched.collector, watched.settings, clock=watched.clock)
        await schedule.start()
        watched.clock.forward(minutes=6)
        await until(lambda: watched.page.last_success_at is not None)
        with held(tmp_path / "status.db"):
            watched.clock.forward(minutes=10)
            await asyncio.sleep(2)
            begun = asyncio.get_running_loop().time()
            with contextlib.suppress(StoreError):  # what nobody had read yet is not lost
                await schedule.stop()
            await _lost(watched.collector)
            took = asyncio.get_running_loop().time() - begun

    assert took < 10


async def _lost(collector) -> None:
    with contextlib.suppress(StoreError):
        await collector.flush()


def test_a_poll_is_found_again_by_its_page_and_start(tmp_path):
    with Store.open(url(tmp_path), patience=Patience()) as store:
        page = add_page(store)
        store.record_polls([poll(page, NOW)])

        assert store.kept_polls([poll(page, NOW), poll(page, NOW + MINUTE)]) == {(page.id, NOW)}


async def test_what_is_lost_at_the_end_is_named(tmp_path, caplog):
    async with watching(url(tmp_path), lock_seconds=0.1, retry_seconds=0.1) as watched:
        writer = watched.collector.writer
        with held(tmp_path / "status.db"):
            with pytest.raises(StoreError):
                await writer.write(told(watched, api=Level.DEGRADED))
            with pytest.raises(StoreError):
                await writer.close()
        writer._waiting.clear()
        writer._thread = ThreadPoolExecutor(1)

    assert (
        f"what was read is lost, it could not be kept: {watched.settings.vendors[0].slug}"
        in caplog.text
    )


async def test_a_first_backfill_that_the_database_cut_short_is_done_again(tmp_path):
    async with watching(url(tmp_path)) as watched:
        schedule = Schedule(
            watched.collector, replace(watched.settings, backfill_days=30), clock=watched.clock
        )
        backfill, watched.collector.backfill = watched.collector.backfill, _broken
        with pytest.raises(StoreError):
            await schedule._work(watched.page)
        assert watched.page.last_success_at is not None
        assert watched.page.reread_day is None
        watched.collector.backfill = backfill
        watched.clock.forward(minutes=5)
        await schedule._work(watched.page)
        await schedule._histories.read(watched.page)
        first = watched.store.first_fact(watched.page.id)

    assert NOW - first > timedelta(days=20)


async def test_something_is_written_once_a_minute(tmp_path):
    async with watching(url(tmp_path)) as watched:
        schedule = Schedule(watched.collector, watched.settings, clock=watched.clock)
        schedule._retiming._retimed_at = schedule._timer()
        watched.store.set_due(watched.page.id, NOW + timedelta(days=1))
        watched.store.health._wrote -= 59
        await schedule.tick()
        assert watched.store.health.written_seconds_ago > 50
        watched.store.health._wrote -= 5
        await schedule.tick()

        assert watched.store.health.written_seconds_ago < 50
