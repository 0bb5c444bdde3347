"""Clocks that are off: ours ahead for a poll, ours set back, a vendor's; and what is believed and
told meanwhile."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
import sqlalchemy as sa
from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of
from test_pipeline import dump, truth_for

from monitor import history
from monitor.cli.serving import clock_problems
from monitor.clocks import (
    LONGEST_WAIT,
    TOLERANCE,
    WITNESSES,
    ClockLedger,
    believable,
    due_again,
    is_ahead,
    lease_is_real,
    ours_is_behind,
)
from monitor.collect import NoObserver
from monitor.collect.timing import derive_due
from monitor.config import Settings
from monitor.fetch import sent_at
from monitor.intervals import Interval, day_of, zone_named
from monitor.kit.protocol import Response
from monitor.model import Aspect, Coverage, Level
from monitor.schedule import Schedule
from monitor.store import PageSpec, Store
from monitor.store.tables import METADATA
from tests.store_support import (
    DATABASES,
    MINUTE,
    add_page,
    database,
    evidence,
    impact,
    observed,
    save,
)

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OK, MAJOR = Level.OPERATIONAL, Level.MAJOR_OUTAGE
INTERVAL = 300
BAD = "major_outage"


class World:
    """One vendor's page whose first component is in the state a test says, and two clocks: the true
    one and ours."""

    def __init__(self, *, dated: bool = False) -> None:
        self.truth = replace(truth_for(5, "statuspage"), incidents=(), zone="UTC")
        self.true, self.ours = Clock(NOW), Clock(NOW)
        self.state = "operational"
        self.dated = dated
        self.down = False
        self.pages = SimulatedPages([self.truth], self.ours, self._answer)
        self.vendors = {
            self.truth.slug: vendor_of(self.truth, zone="UTC", interval_seconds=INTERVAL)
        }
        self.database = "sqlite://"

    def forward(self, **amount: float) -> None:
        self.true.forward(**amount)
        self.ours.forward(**amount)

    def set_ours(self, **off: float) -> None:
        self.ours.now = self.true.now + timedelta(**off)

    def _answer(self, url: str) -> Response | None:
        if self.down:
            return Response(url=url, final_url=url, status=500)
        self.pages.clock = self.true
        answer = self.pages._page(url)
        self.pages.clock = self.ours
        body = answer.body
        if url.endswith("summary.json"):
            told = json.loads(body)
            told["components"][0]["status"] = self.state
            told["page"]["updated_at"] = f"2026-05-20T11:0{len(self.state) % 10}:00.000Z"
            body = json.dumps(told).encode()
        headers = {"date": format_datetime(self.true.now, usegmt=True)} if self.dated else {}
        return replace(answer, body=body, headers={"content-type": "application/json", **headers})

    @property
    def component(self) -> str:
        return self.truth.components[0].id

    async def poll(self, collector):
        return await collector.poll(await page_of(collector, self.truth.slug))

    def seconds(self, collector, first: date, last: date):
        """Return the covered and the major seconds of the component by day, as derived and
        stored."""
        page = collector.store.pages()[0]
        days = collector.store.page_history(page.id, first, last).components[self.component]
        return {
            day: (days.day(day).covered_seconds, days.day(day).seconds.major, days.day(day).level)
            for day in DAYS
        }


DAYS = (date(2026, 5, 20), date(2026, 5, 21))


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [timedelta(minutes=10), 6 * HOUR, timedelta(days=60)], ids=str)
@pytest.mark.parametrize("restart", [False, True], ids=["one process", "restarts between"])
@pytest.mark.parametrize("dated", [False, True], ids=["no Date", "Date"])
async def test_an_outage_read_after_a_poll_by_a_clock_that_was_ahead_is_kept(
    ahead, restart, dated, tmp_path
) -> None:
    world = World(dated=dated)
    store = Store.open(f"sqlite:///{tmp_path}/store.db")

    async def polled(times: int) -> None:
        for _ in range(times):
            async with collecting(world.pages, world.vendors, store) as collector:
                result = await world.poll(collector)
                assert result.error is None, result.error
            world.forward(minutes=5)

    async def in_one(times: int) -> None:
        async with collecting(world.pages, world.vendors, store) as collector:
            for _ in range(times):
                assert (await world.poll(collector)).error is None
                world.forward(minutes=5)

    read = polled if restart else in_one
    await read(3)  # 12:00, 12:05, 12:10
    world.set_ours(seconds=ahead.total_seconds())
    await read(1)  # truly 12:15
    world.set_ours()
    world.state = BAD
    await read(3)  # 12:20 to 12:30
    async with collecting(world.pages, world.vendors, store) as collector:
        await collector.derive(world.truth.slug)
        page = await page_of(collector, world.truth.slug)
        levels = store.current(page.id).levels
        found = world.seconds(collector, *DAYS)
        later = store.page_history(page.id, date(2026, 5, 21), date(2026, 8, 20))

    last = NOW + timedelta(minutes=30)
    assert levels[world.component] is MAJOR
    assert (page.last_poll_at, page.last_success_at, page.observed_until, page.last_ok) == (
        last,
        last,
        last,
        True,
    )
    assert page.due_at <= world.ours.now + timedelta(seconds=1.1 * INTERVAL)
    covered, major, level = found[DAYS[0]]
    assert (level, major) == (MAJOR, 600)
    assert covered == 12.5 * 3600  # the page lists the incidents of the day
    assert all(
        day is None for day in (later.vendor.day(day).level for day in map(later_day, range(90)))
    )
    assert not is_ahead(page, world.ours.now)


def later_day(number: int) -> date:
    return date(2026, 5, 21) + timedelta(days=number)


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [6 * HOUR, timedelta(days=60)], ids=str)
async def test_the_same_answer_after_a_wrong_clock_is_read_whole_and_not_taken_for_unchanged(
    ahead,
) -> None:
    world = World()
    async with collecting(world.pages, world.vendors) as collector:
        world.set_ours(seconds=ahead.total_seconds())
        world.state = BAD
        await world.poll(collector)
        world.forward(minutes=5)
        world.set_ours()
        again = await world.poll(collector)
        page = await page_of(collector, world.truth.slug)

        assert again.outcome == "ok"
        assert collector.store.current(page.id).levels[world.component] is MAJOR
        assert page.observed_until == world.ours.now


@pytest.mark.parametrize("later", [6 * HOUR, timedelta(days=30)], ids=str)
async def test_nothing_is_green_in_a_span_that_only_a_reading_of_the_future_spoke_for(
    later, caplog
) -> None:
    """The page answers once, by a clock 60 days ahead, and never again."""
    world = World()
    async with collecting(world.pages, world.vendors) as collector:
        await world.poll(collector)
        world.forward(minutes=5)
        world.set_ours(days=60)
        await world.poll(collector)
        await collector.flush()
        world.true.now = NOW + later
        world.set_ours()
        page = collector.store.pages()[0]
        vendor = world.vendors[world.truth.slug]
        today = day_of(world.ours.now, zone_named("UTC"))
        first = date(2026, 5, 20)
        _, told = history.read(
            collector.store, page, vendor, first=first, last=today, now=world.ours.now
        )
        world.down = True
        failed = await world.poll(collector)
        page = await page_of(collector, world.truth.slug)
        stored = collector.store.page_history(page.id, first, today + timedelta(days=60))

    assert failed.outcome == "failed"
    for found in (told, stored):
        assert found.vendor.day(first).covered_seconds == 12 * 3600  # what the page listed at noon
        days = [
            found.vendor.day(first + timedelta(days=n)) for n in range(1, (today - first).days + 1)
        ]
        assert all((day.level, day.covered_seconds) == (None, 0) for day in days)
    assert all(stored.vendor.day(today + timedelta(days=n)).level is None for n in range(1, 60))
    assert page.last_success_at == NOW
    assert f"set aside vendor={world.truth.slug} up_to=2026-07-19 12:05" in caplog.text


async def test_a_poll_by_a_wrong_clock_and_a_heal_change_nothing_a_second_time() -> None:
    world = World()
    async with collecting(world.pages, world.vendors) as collector:
        await world.poll(collector)
        world.set_ours(hours=6)
        await world.poll(collector)
        world.forward(minutes=5)
        world.set_ours()
        await world.poll(collector)
        await collector.flush()
        page = collector.store.pages()[0]
        before = dump(collector.store)

        assert collector.store.heal(page.id, now=world.ours.now) is None
        assert dump(collector.store) == before


@pytest.fixture(params=DATABASES)
def store(request):
    with database(request.param) as url, Store.open(url) as opened:
        yield opened


def test_no_instant_of_any_table_lies_later_than_now_after_healing(store) -> None:
    page = add_page(store, now=NOW + 5 * HOUR)
    ahead = NOW + 6 * HOUR
    for ago in (20, 10):
        save(store, page, observed(NOW - ago * MINUTE, api=OK))
    save(
        store,
        page,
        evidence(
            ahead,
            impacts=(impact(NOW - HOUR, ahead),),
            unknown_words=("odd",),
            chunk="all",
            final=True,
        ),
    )
    save(store, page, observed(ahead, api=MAJOR))
    store.heal(page.id, now=NOW)

    with store._engine.connect() as connection:
        for table in METADATA.sorted_tables:
            for column in (
                c for c in table.c if c.type.__class__.__name__ == "Instant" and c.name != "due_at"
            ):
                latest = connection.execute(sa.select(sa.func.max(column))).scalar()
                assert latest is None or latest <= NOW, (table.name, column.name)
    (kept,) = store.facts(page.id).impacts
    assert (kept.start, kept.end) == (NOW - HOUR, NOW - 10 * MINUTE)
    assert store.done_units(page.id, now=NOW, fresh_for=HOUR) == frozenset()


@pytest.mark.parametrize(
    "then", [MAJOR, OK, Level.DEGRADED], ids=["goes on", "is over", "is milder"]
)
def test_an_outage_that_the_last_believable_reading_began_is_kept(store, then) -> None:
    """That it was bad at that instant is known, whatever the readings showed that are set aside."""
    page = add_page(store, now=NOW - HOUR)
    for ago, level in ((12, OK), (6, MAJOR), (-6, then), (-12, OK)):
        save(store, page, observed(NOW - ago * MINUTE, api=level))
    told = believable(store.facts(page.id), store.last_reading(page.id, now=NOW), NOW).runs
    store.heal(page.id, now=NOW)
    save(store, page, observed(NOW + MINUTE, api=OK))

    for found in (told, store.facts(page.id).runs):
        assert [(run.span.start, run.span.seconds) for run in found if run.level is MAJOR] == [
            (NOW - 6 * MINUTE, 1)
        ]
        assert all(run.last_seen <= run.span.end for run in found)
    assert not [run for run in told if run.span.end > NOW]


def test_coverage_that_a_reading_of_the_future_replaced_holds_again(store) -> None:
    page = add_page(store, now=NOW - 48 * HOUR)

    def covered(until):
        span = Interval(NOW - 240 * HOUR, until)
        return evidence(
            until, coverage=(Coverage(span=span, aspect=Aspect.IMPACTS, complete=True),)
        )

    save(store, page, observed(NOW - HOUR, api=OK))
    save(store, page, covered(NOW - HOUR))
    save(store, page, observed(NOW + 60 * 24 * HOUR, api=OK))
    store.save(
        page.id, covered(NOW + 60 * 24 * HOUR), now=NOW + 60 * 24 * HOUR, max_gap_seconds=900
    )
    store.heal(page.id, now=NOW)

    (cover,) = store.facts(page.id).coverage
    assert cover.span == Interval(NOW - 240 * HOUR, NOW - HOUR)


# -------------------------------------------------------------------------------------------------
# our clock goes back


class Steady:
    """A monotonic clock the test moves, together with the wall clock or without it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Polls(NoObserver):
    """Counts the polls."""

    count = 0

    def polled(self, *_: object) -> None:
        self.count += 1


def schedule_of(collector, clock, timer) -> Schedule:
    settings = Settings(vendors=(), database_url="sqlite://", source="test", backfill_days=0)
    collector.clocks.timer = timer
    return Schedule(collector, settings, clock=clock, timer=timer)


async def ticked(schedule, clock, timer, seconds: int, *, step: int = 10) -> None:
    """Let time pass and tick, each poll to its end."""
    for _ in range(0, seconds, step):
        clock.forward(seconds=step)
        timer.now += step
        await schedule.tick()
        while schedule._tasks:
            await schedule._tasks.wait()
            await asyncio.sleep(0)
        await schedule._collector.flush()


@pytest.mark.slow
@pytest.mark.parametrize(
    "off", [-8 * HOUR, 8 * HOUR, timedelta(days=-40), timedelta(days=40)], ids=str
)
async def test_a_page_is_polled_within_its_interval_after_the_clock_was_set(off, caplog) -> None:
    world, timer, polls = World(), Steady(), Polls()
    async with collecting(world.pages, world.vendors, observer=polls) as collector:
        schedule = schedule_of(collector, world.ours, timer)
        await ticked(schedule, world.ours, timer, 600)
        before = polls.count
        world.ours.now += off
        await ticked(schedule, world.ours, timer, INTERVAL + 40)
        page = await page_of(collector, world.truth.slug)

    assert 1 <= polls.count - before <= 2
    assert page.last_ok
    assert page.last_poll_at <= world.ours.now
    assert "our clock was set" in caplog.text


def test_pages_that_wait_stay_spread_when_the_clock_is_set(store) -> None:
    """A step makes neither all of them due at once nor any of them wait for longer than its
    interval."""
    specs = [
        PageSpec(slug=f"v{n}", name="V", url=f"https://v{n}.example/", interval_seconds=INTERVAL)
        for n in range(60)
    ]
    store.sync_pages(specs, now=NOW)
    for number, page in enumerate(store.pages()):
        store.set_due(page.id, NOW + 8 * HOUR + timedelta(seconds=number * 5))
    store.claim_due(now=NOW + 9 * HOUR, limit=1, lease_seconds=120)

    assert len(store.retime(now=NOW)) == 60
    waits = sorted((page.due_at - NOW).total_seconds() for page in store.pages())
    assert 0 <= waits[0] <= waits[-1] < INTERVAL
    assert max(later - sooner for sooner, later in pairwise(waits)) < 4 * INTERVAL / 60
    assert not any(page.lease_until for page in store.pages())
    assert store.retime(now=NOW) == []


@pytest.mark.slow
async def test_a_clock_that_jumps_to_and_fro_makes_no_storm() -> None:
    world, timer, polls = World(), Steady(), Polls()
    async with collecting(world.pages, world.vendors, observer=polls) as collector:
        schedule = schedule_of(collector, world.ours, timer)
        for number in range(20):
            world.ours.now += (8 if number % 2 else -8) * HOUR
            await ticked(schedule, world.ours, timer, 60)

    assert 3 <= polls.count <= 5  # twenty minutes


async def test_days_go_on_being_derived_and_read_again_after_the_clock_went_back() -> None:
    world = World()
    async with collecting(world.pages, world.vendors) as collector:
        await world.poll(collector)
        page = await page_of(collector, world.truth.slug)
        collector.store.set_reread(page.id, date(2026, 7, 1))
        await collector.derive(world.truth.slug)
        schedule = schedule_of(collector, world.ours, Steady())
        world.ours.forward(minutes=-20)

        page = collector.store.pages()[0]
        assert derive_due(
            "unchanged", was_ok=page.last_ok, derived_at=page.derived_at, now=world.ours()
        )
        assert schedule._histories.is_reread_due(collector.store.pages()[0])


async def test_when_the_pages_own_clock_says_that_ours_went_back_nothing_is_dated_by_it() -> None:
    """What was read before stays as it was, and comes back with the right time."""
    world = World(dated=True)
    world.state = BAD
    async with collecting(world.pages, world.vendors) as collector:
        for _ in range(3):
            assert (await world.poll(collector)).error is None
            world.forward(minutes=5)
        await collector.flush()
        runs = collector.store.facts(collector.store.pages()[0].id).runs
        world.set_ours(hours=-8)
        wrong = await world.poll(collector)
        page = await page_of(collector, world.truth.slug)
        assert (wrong.outcome, page.last_error_reason, page.last_ok) == ("failed", "clock", False)
        assert "our clock is 8:00:00 behind" in str(wrong.error)
        assert collector.store.facts(page.id).runs == runs

        world.set_ours()
        assert (await world.poll(collector)).error is None
        await collector.derive(world.truth.slug)
        found = world.seconds(collector, *DAYS)[DAYS[0]]

    assert found == (12.25 * 3600, 900, MAJOR)


# -------------------------------------------------------------------------------------------------------
# what is told


async def test_readiness_names_a_clock_that_went_back_and_pages_read_later_than_now() -> None:
    world, timer = World(), Steady()
    async with collecting(world.pages, world.vendors) as collector:
        schedule = schedule_of(collector, world.ours, timer)
        await ticked(schedule, world.ours, timer, 60)
        assert clock_problems(collector, now=world.ours()) == []
        world.ours.forward(hours=-8)
        (stored,) = clock_problems(collector, now=world.ours())
        await ticked(schedule, world.ours, timer, 10)
        told = clock_problems(collector, now=world.ours())
        await ticked(schedule, world.ours, timer, 700)

        assert (
            stored
            == f"1 page was read later than now: {world.truth.slug}; our clock is, or was, wrong: set it by NTP"
        )
        assert "our clock went back by 8:00:00; set it by NTP" in told
        assert clock_problems(collector, now=world.ours()) == []


async def test_the_clocks_of_pages_tell_how_far_ours_is_off() -> None:
    ledger = ClockLedger(Steady())
    for number in range(WITNESSES):
        assert ledger.offset_seconds is None
        ledger.note_offset(f"v{number}", [-21600.0, -21601.0, 3600.0][number])

    assert ledger.offset_seconds == 21600.0
    assert ledger.problems == ["our clock is 6:00:00 ahead of the pages' clocks; set it by NTP"]


async def test_a_poll_hears_the_clock_of_the_page() -> None:
    world = World(dated=True)
    async with collecting(world.pages, world.vendors) as collector:
        world.set_ours(hours=2)
        await world.poll(collector)

        assert collector.clocks.offsets == {world.truth.slug: -7200.0}


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({"date": "Wed, 20 May 2026 12:00:00 GMT"}, NOW),
        ({"date": "Wed, 20 May 2026 11:00:00 GMT", "age": "3600"}, NOW),
        ({"date": "Wed, 20 May 2026 12:00:00 GMT", "age": "-5"}, NOW),
        ({"date": "yesterday"}, None),
        ({"age": "12"}, None),
        ({"date": "Fri, 31 Dec 9999 23:59:59 GMT", "age": "999999999"}, None),
    ],
)
def test_an_answer_was_sent_when_its_date_and_its_age_say(headers, sent) -> None:
    assert sent_at(Response(url="https://acme.example/", status=200, headers=headers)) == sent


# ------------------------------------------------------------------------------------------------------
# what is decided


def waiting(**changes):
    store = Store.open("sqlite://")
    page = add_page(store, now=NOW, interval_seconds=INTERVAL)
    return replace(page, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"due_at": NOW + timedelta(seconds=315), "last_poll_at": NOW},
        {"due_at": NOW - HOUR, "last_poll_at": NOW - 2 * HOUR},
        {"due_at": NOW + LONGEST_WAIT, "last_poll_at": NOW, "failures": 1},
        {"due_at": NOW + timedelta(seconds=390), "last_poll_at": NOW + timedelta(seconds=90)},
    ],
)
def test_a_wait_that_this_clock_began_stands(changes) -> None:
    assert due_again(waiting(**changes), NOW) is None


def test_a_host_that_asked_us_to_wait_is_not_asked_sooner_because_the_clock_was_set() -> None:
    page = waiting(last_poll_at=NOW + 8 * HOUR, due_at=NOW + 10 * HOUR, failures=1)

    assert due_again(page, NOW) == NOW + 2 * HOUR


def test_a_lease_longer_than_any_was_taken_on_another_clock() -> None:
    assert lease_is_real(waiting(lease_until=NOW + timedelta(seconds=120)), NOW)
    assert not lease_is_real(waiting(lease_until=NOW + HOUR), NOW)


def test_clocks_that_differ_by_little_are_believed() -> None:
    assert not is_ahead(waiting(last_poll_at=NOW + TOLERANCE), NOW)
    assert is_ahead(waiting(last_poll_at=NOW + TOLERANCE + timedelta(seconds=1)), NOW)


@pytest.mark.parametrize(
    ("offset", "behind"),
    [
        (None, False),
        (0.0, False),
        (600.0, False),
        (6 * 3600.0, True),
        (9 * 3600.0, True),
        (60 * 86_400.0, False),
    ],
)
def test_ours_is_behind_when_what_we_stored_and_the_page_agree_against_it(offset, behind) -> None:
    assert ours_is_behind(NOW + 6 * HOUR, NOW, offset) is behind


def test_a_step_is_what_the_wall_clock_moved_and_the_steady_one_did_not() -> None:
    timer = Steady()
    ledger = ClockLedger(timer)

    assert ledger.look(NOW) == timedelta()
    timer.now += 60
    assert ledger.look(NOW + timedelta(seconds=61)) == timedelta()
    timer.now += 1
    assert ledger.look(NOW - 8 * HOUR + timedelta(seconds=62)) == -8 * HOUR
    timer.now += 1
    assert ledger.look(NOW - 8 * HOUR + timedelta(seconds=63)) == timedelta()
    assert ledger.step_seconds == -8 * 3600
    timer.now += 3600
    assert ledger.step_seconds == 0
