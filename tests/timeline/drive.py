"""Readers of a world: polls, backfills, rereads and restarts at their instants, with the real
collector and store."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal, TypeVar
from urllib.parse import parse_qsl, urlsplit

from simulated import Clock, SimulatedPages, collecting

from monitor.collect import Collector
from monitor.config import VendorConfig
from monitor.intervals import Interval, day_of
from monitor.kit.protocol import Response
from monitor.model import Day, Level, PageHistory
from monitor.store import PageRecord, Store
from timeline.death import dying
from timeline.pages import answer
from timeline.stores import fresh_file, fresh_store
from timeline.world import Telling, World

SLUG = "acme"
LIFE = 12
"""Of how many writes and commits a process sees the end on average before it is killed; an act has
3 to 30."""
HOUR = timedelta(hours=1)
T = TypeVar("T")
Act = Literal["poll", "backfill", "reread", "restart", "kill"]
"""`kill`: the process dies somewhere in the act that follows, and does it again when it is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a reader does: acts at true instants, ascending. Its clock is ahead by `ahead` inside
    the span given, behind where that is negative."""

    interval: timedelta
    steps: tuple[tuple[datetime, Act], ...]
    ahead: tuple[tuple[Interval, timedelta], ...] = ()

    def clock(self, at: datetime) -> datetime:
        """Return what the reader's clock shows."""
        return at + sum((by for span, by in self.ahead if at in span), timedelta(0))

    def without(self, *acts: Act) -> "Plan":
        """Return the plan without these acts."""
        steps = tuple(step for step in self.steps if step[1] not in acts)
        return Plan(interval=self.interval, steps=steps, ahead=self.ahead)

    def then(self, at: datetime, *acts: Act) -> "Plan":
        """Return the plan with these acts at its end."""
        return Plan(
            interval=self.interval,
            steps=(*self.steps, *((at, act) for act in acts)),
            ahead=self.ahead,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one act that succeeded was told: the components' states and the incidents' records.
    `read` are the ids of those that its answers named: a poll does not ask for all of them.
    """

    at: datetime
    act: Act
    shown: dict[str, Level | None]
    told: dict[str, Telling]
    read: frozenset[str]


@dataclass(slots=True)
class Ran:
    """A reader at the end of its plan."""

    world: World
    plan: Plan
    collector: Collector
    clock: Clock
    answers: list[bytes] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    failed: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """Its store."""
        return self.collector.store

    @property
    def vendor(self) -> VendorConfig:
        """Its settings of the page."""
        return self.collector.vendors[SLUG]

    @property
    def page(self) -> PageRecord:
        """The page's row; polls that wait are not in it yet."""
        return self.store.pages([SLUG])[0]

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of the world, in the page's zone, of which whole days could be
        known."""
        zone = self.page.zone
        return day_of(self.world.begin, zone) + timedelta(days=1), day_of(self.clock.now, zone)

    def history(self) -> PageHistory:
        """Return the derived days of the world."""
        return self.store.page_history(self.page.id, *self.days)

    def picture(self) -> dict[str, list[Day]]:
        """Return every day of every component, and of the vendor under ``""``."""
        found = self.history()
        first, last = self.days
        dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        rows = {"": found.vendor, **found.components}
        return {key: [history.day(day) for day in dates] for key, history in rows.items()}


def plan(world: World, seed: object, *, sparse: bool = True) -> Plan:
    """Return a seeded plan: polls around an interval, with holes where we were down, from the
    world's begin to its end."""
    dice = Random(f"reader {seed} {world.seed}")
    interval = HOUR * (dice.choice([6, 8, 12]) if sparse else 1)
    at, steps = world.begin, list[tuple[datetime, Act]]()
    while at < world.end:
        steps.append((at, "poll"))
        at += timedelta(seconds=round(interval.total_seconds() * dice.uniform(0.9, 1.1)))
        if dice.random() < 0.02 and at < world.quiet:
            at += HOUR * dice.randint(4, 40)
    steps += [(world.end, "poll")]
    return Plan(interval=interval, steps=tuple(steps))


def hurried(given: Plan, seed: object) -> Plan:
    """Return the plan with a second poll a few minutes after some, as while an incident is open: it
    waits to be written."""
    dice = Random(f"hurry {seed}")
    soon = [
        (at + timedelta(minutes=5), act)
        for at, act in given.steps[:-1]
        if act == "poll" and dice.random() < 0.2
    ]
    return Plan(
        interval=given.interval,
        steps=tuple(sorted([*given.steps, *soon], key=lambda step: step[0])),
        ahead=given.ahead,
    )


def struck(given: Plan, seed: object) -> Plan:
    """Return the plan with a process that is started again after some acts, and killed in some,
    which it does again."""
    dice = Random(f"strikes {seed}")
    steps = list[tuple[datetime, Act]]()
    for at, act in given.steps:
        if dice.random() < 0.15:
            steps.append((at, "kill"))
        steps.append((at, act))
        if dice.random() < 0.1:
            steps.append((at, "restart"))
    return Plan(interval=given.interval, steps=tuple(steps), ahead=given.ahead)


def misled(given: Plan, seed: object) -> Plan:
    """Return the plan with our clock hours or days ahead, or set back, for a while in the first
    half."""
    dice = Random(f"clock {seed}")
    first = given.steps[dice.randrange(2, len(given.steps) // 2)][0]
    span = Interval(first, first + given.interval * dice.choice([0.5, 3]))
    ahead = HOUR * dice.choice([6, 30, 100])
    again = Random(f"set back {seed}")
    if again.random() < 0.5:
        ahead = -HOUR * again.choice([3, 6, 30])
    return Plan(interval=given.interval, steps=given.steps, ahead=((span, ahead),))


def backfills(given: Plan, seed: object, count: int) -> Plan:
    """Return the plan with `count` backfills and rereads in between."""
    dice = Random(f"backfills {seed}")
    extra = [
        (dice.choice(given.steps)[0], dice.choice(["backfill", "reread"])) for _ in range(count)
    ]
    return Plan(
        interval=given.interval, steps=tuple(sorted([*given.steps, *extra], key=lambda step: step[0])), ahead=given.ahead
    )  # fmt: skip


@asynccontextmanager
async def ran(
    world: World, given: Plan, *, each: Callable[["Ran", Seen], None] | None = None
) -> AsyncIterator[Ran]:
    """Run the plan over a new store and yield the reader at its end. `each` is called after every
    act that succeeded."""
    asyncio.get_running_loop().run_in_executor = _at_once  # type: ignore[assignment,method-assign]
    clock = Clock(given.clock(world.begin))
    true = [world.begin]
    answers: list[bytes] = []
    pages = SimulatedPages([], clock, lambda url: _heard(_page(world, url, true[0]), answers))
    dice = Random(f"deaths {world.seed}")
    mortal = any(act == "kill" for _, act in given.steps)
    async with AsyncExitStack() as lives:
        store = lives.enter_context(fresh_file() if mortal else fresh_store())
        reader = Ran(
            world,
            given,
            await lives.enter_async_context(_born(world, given, pages, store)),
            clock,
            answers,
        )
        for (at, act), (_, following) in zip(
            given.steps, [*given.steps[1:], given.steps[-1]], strict=True
        ):
            true[0], clock.now = at, given.clock(at)
            if act == "kill":
                # A schedule writes what waits every second: only what the act itself reads can be
                # lost with the process.
                await reader.collector.writer._write_waiting()
                with dying(store, int(dice.expovariate(1 / LIFE))):
                    await _act(reader, at, following)
                    if dice.random() < 0.5:
                        await reader.collector.flush()
                reader.collector = await lives.enter_async_context(
                    _born(world, given, pages, store)
                )
                continue
            seen = await _act(reader, at, act)
            if seen is not None:
                reader.seen.append(seen)
            if each is not None and seen is not None:
                await reader.collector.flush()
                each(reader, seen)
        await reader.collector.derive(SLUG)
        yield reader


async def _at_once(_executor: object, call: Callable[[], T]) -> T:
    """Make a store's call here and now: to hand it to the writer's thread and wait takes a fifth of
    a run."""
    return call()


def _born(
    world: World, given: Plan, pages: SimulatedPages, store: Store
) -> AbstractAsyncContextManager[Collector]:
    """Return the collector of a process that begins with this store."""
    vendor = VendorConfig(
        slug=SLUG,
        name="Acme",
        url=world.url,
        platform=world.platform,
        interval_seconds=int(given.interval.total_seconds()),
    )
    return collecting(pages, {SLUG: vendor}, store)


async def _act(reader: Ran, at: datetime, act: Act) -> Seen | None:
    if act == "restart":
        old = reader.collector
        await old.flush()
        reader.collector = Collector(
            old.store, old._driver._fetcher, old.vendors, clock=reader.clock
        )
        return None
    if (
        at.minute % 4 == 0
    ):  # derived now and then, as by a scheduler that is busy; waiting polls are written in any case
        await reader.collector.flush()
    page = reader.page
    reader.answers.clear()
    if act == "poll":
        error = (await reader.collector.poll(page)).error
    elif act == "reread":
        error = (await reader.collector.reread(page)).error
    else:
        error = (
            await reader.collector.backfill(
                page, reader.world.begin - timedelta(days=5), again=True
            )
        ).error
    if error is not None:
        reader.failed.append((at, error.reason))
        return None
    world = reader.world
    told = dict(world.told(at))
    return Seen(
        at=at, act=act, told=told, shown=world.shown_all(at) if act == "poll" else {},
        read=frozenset(key for key in told if any(key.encode() in body for body in reader.answers)),
    )  # fmt: skip


def _heard(response: Response, answers: list[bytes]) -> Response:
    answers.append(response.body)
    return response


def _page(world: World, url: str, now: datetime) -> Response:
    parts = urlsplit(url)
    status, headers, body = answer(world, parts.path, dict(parse_qsl(parts.query)), now)
    moved = world.moved is not None and now >= world.moved
    final = url.replace("//status.acme", "//status.acme-new") if moved else url
    return Response(url=url, final_url=final, status=status, headers=headers, body=body)
