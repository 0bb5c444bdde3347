"""Our own lateness is told as ours: a time limit that was reached while we stood still says nothing
about a page."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from loopback import LOCAL, fetcher, message, serving
from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of
from store_support import NOW
from test_pipeline import truth_for

from monitor.collect import NoObserver
from monitor.config import Settings
from monitor.errors import FetchError, Overloaded, TimedOut
from monitor.fetch.lateness import NAP_SECONDS, Lateness
from monitor.schedule import Schedule

# -------------------------------------------------------------------------------------------------------
# measured


async def naps(*late: float) -> tuple[Lateness, list[float], list[float]]:
    """Return what has watched naps that ended so many seconds late, what it was told of each, and
    when each ended."""
    clock, told, ends = [100.0], [], []

    async def sleep(seconds: float) -> None:
        if len(ends) == len(late):
            await asyncio.sleep(3600)
        clock[0] += seconds + late[len(ends)]
        ends.append(clock[0])

    found = Lateness(on_wake=told.append, clock=lambda: clock[0], sleep=sleep)
    watch = asyncio.create_task(found.watch())
    while len(told) < len(late):
        await asyncio.sleep(0)
    watch.cancel()
    return found, told, ends


async def test_what_a_nap_lasted_longer_is_how_long_the_loop_stood_still() -> None:
    found, told, (_, second, third) = await naps(0.0, 3.0, 0.0)

    assert told == pytest.approx([0.0, 3.0, 0.0])
    assert found.within(100.0, third) == pytest.approx(3.0)
    assert found.within(second - 1.0, third) == pytest.approx(1.0)
    assert found.within(second, third) == 0


async def test_a_nap_that_should_have_ended_counts_before_it_does() -> None:
    found, _, (last,) = await naps(0.0)

    assert found.within(last, last + NAP_SECONDS) == 0
    assert found.within(last, last + NAP_SECONDS + 2) == pytest.approx(2.0)


async def test_what_timers_are_not_exact_by_is_no_lateness() -> None:
    found, _, ends = await naps(*[0.01] * 50)

    assert found.within(100.0, ends[-1]) == 0


# ------------------------------------------------------------------------------------------------------------
# told


class Stood(Lateness):
    """A loop that stood still for a share of any span."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def within(self, start: float, end: float) -> float:
        return (end - start) * self.share


@pytest.mark.parametrize(
    ("share", "error"), [(0.0, TimedOut), (0.1, TimedOut), (0.3, Overloaded), (0.9, Overloaded)]
)
async def test_a_time_limit_is_ours_when_we_stood_still_for_a_fifth_of_it(
    share: float, error: type
) -> None:
    async def silent(_writer, _path, _headers) -> None:
        await asyncio.sleep(30)

    async with serving(silent) as server, fetcher(lateness=Stood(share)) as asking:
        with pytest.raises(error) as caught:
            await asking.get(server.url, accept="*/*", limits=replace(LOCAL, timeout_seconds=0.3))

    assert caught.value.url == server.url
    assert ("our own process stood still" in str(caught.value)) is (error is Overloaded)
    assert not issubclass(Overloaded, FetchError)


async def test_a_host_that_answers_in_time_while_we_stand_still_is_not_blamed() -> None:
    """The answer lies there after a moment; we look after a second and a half."""

    async def answer(writer, _path, _headers) -> None:
        time.sleep(
            1.5
        )  # the server of this test runs in our own loop, so it stands still as a whole
        await asyncio.sleep(0.2)
        writer.write(message(b"x"))

    async with serving(answer) as server, fetcher(lateness=Lateness()) as asking:
        await asyncio.sleep(2 * NAP_SECONDS)
        with pytest.raises(Overloaded):
            await asking.get(server.url, accept="*/*", limits=replace(LOCAL, timeout_seconds=1.0))


async def test_what_a_host_took_to_answer_is_told_without_our_lateness() -> None:
    async def answer(writer, _path, _headers) -> None:
        time.sleep(1.0)
        writer.write(message(b"x"))

    async with serving(answer) as server, fetcher(lateness=Lateness()) as asking:
        await asyncio.sleep(2 * NAP_SECONDS)
        fetched = await asking.get(server.url, accept="*/*", limits=LOCAL)

    assert fetched.elapsed_seconds < 0.8


# ---------------------------------------------------------------------------------------------
# polls and backfills


class Counts(NoObserver):
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.polls: list[tuple[str, float]] = []
        self.queues: list[float] = []
        self.late = 0

    def polled(self, provider: str, outcome: str, reason: str | None, seconds: float) -> None:
        self.polls.append((outcome, seconds))

    def queued(self, provider: str, seconds: float) -> None:
        self.queues.append(seconds)

    def overloaded(self, provider: str) -> None:
        self.late += 1


def late_for(part: str):
    """Return what is too late for URLs with this in them, and the list of those; emptying that ends
    it."""
    parts = [part]
    return (
        lambda url: (
            Overloaded("we stood still", url=url) if any(each in url for each in parts) else None
        ),
        parts,
    )


async def test_a_poll_that_we_were_too_late_for_leaves_the_page_as_it_was() -> None:
    truth, clock, counts = truth_for(3, "statuspage"), Clock(NOW), Counts()
    pages = SimulatedPages([truth], clock)
    async with collecting(pages, observer=counts) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        before = await page_of(collector, truth.slug)
        clock.forward(minutes=5)
        pages.override, parts = late_for("summary.json")
        result = await collector.poll(before)
        after = await page_of(collector, truth.slug)
        with collector.store._read() as connection:
            (polls,) = connection.exec_driver_sql("SELECT sum(polls) FROM poll").one()

        assert isinstance(result.error, Overloaded)
        assert replace(after, due_at=None) == replace(before, due_at=None)
        assert after.due_at == clock.now + timedelta(seconds=60)
        assert polls == 1
        assert (len(counts.polls), counts.late) == (1, 1)
        parts.clear()
        clock.forward(minutes=1)
        assert (await collector.poll(after)).error is None


@pytest.mark.slow
@pytest.mark.parametrize("part", ["uptime_showcase", "scheduled-maintenances", "page=2", "summary"])
async def test_a_backfill_that_we_were_too_late_for_has_no_gap_and_is_done_again(part: str) -> None:
    truth, clock = truth_for(3, "statuspage"), Clock(NOW)
    pages = SimulatedPages([truth], clock)
    async with collecting(pages, {truth.slug: vendor_of(truth)}) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        pages.override, parts = late_for(part)
        schedule = Schedule(
            collector,
            Settings(vendors=(), database_url="sqlite://", source="test", backfill_days=200),
            clock=clock,
        )
        await schedule._histories.read(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)
        late = collector.store.gaps(page.id), page.reread_day, schedule._histories.is_unread(page)
        parts.clear()
        await schedule._histories.read(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)

    assert late == ([], None, True)
    assert page.reread_day is not None


async def test_the_duration_of_a_poll_is_the_pages_and_the_rest_is_the_queues() -> None:
    truth, clock, counts = truth_for(3, "statuspage"), Clock(NOW), Counts()
    pages = SimulatedPages([truth], clock)
    answer = pages.get

    async def get(url: str, **options):
        await asyncio.sleep(0.05)  # a turn that we waited for
        return replace(await answer(url, **options), elapsed_seconds=2.0)

    pages.get = get
    async with collecting(pages, observer=counts) as collector:
        await collector.poll(await page_of(collector, truth.slug))

    (polled,) = counts.polls
    assert polled == ("ok", 2.0 * len(pages.asked))
    assert counts.queues == [0.0]


async def test_answers_that_were_asked_for_together_took_as_long_as_the_longest() -> None:
    clock, counts = Clock(NOW), Counts()
    truth = truth_for(3, "statuspage")
    async with collecting(SimulatedPages([truth], clock), observer=counts) as collector:
        session = collector.session(collector.store.pages()[0])

        async def answer(get, session):
            session.waits.append(float(get))

        collector._driver.ask = answer
        await collector._driver._ask_all([1.0, 3.0, 2.0], session)

    assert session.waits == [3.0]
