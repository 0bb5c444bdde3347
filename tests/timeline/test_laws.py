"""Properties of the whole collecting side over simulated time. Seeds:
VENDORSTATUS_SEEDS=first:count, see `make soak`.

A failure names platform and seed in the test's id; `world(seed, platform)` is the world,
`plan(world, ...)` its reader.
"""

import os
from collections.abc import Iterable

import pytest

from monitor.intervals import day_of
from monitor.writer import derive_page
from timeline import laws, outputs
from timeline.chance import PLATFORMS, world
from timeline.drive import SLUG, Plan, Ran, Seen, backfills, hurried, misled, plan, ran, struck
from timeline.world import World

FIRST, COUNT = (int(part) for part in os.environ.get("VENDORSTATUS_SEEDS", "0:150").split(":"))
LAWS = 8

OFF: dict[str, dict[str, str]] = {}
"""What does not hold yet: law, or law and platform -> event -> why. The law is asked of worlds in
which that does not happen."""


def seeds(number: int, platforms: Iterable[str] = PLATFORMS) -> pytest.MarkDecorator:
    """Give each law its share of the seeds, spread over the platforms."""
    names = list(platforms)
    cases = [
        (names[seed // LAWS % len(names)], seed)
        for seed in range(FIRST + number, FIRST + COUNT, LAWS)
    ]
    return pytest.mark.parametrize(
        ("platform", "seed"), cases, ids=[f"{name}-{seed}" for name, seed in cases]
    )


def made(law: str, platform: str, seed: int) -> World:
    return world(seed, platform, off=[*OFF.get(law, {}), *OFF.get(f"{law} {platform}", {})])


@pytest.mark.slow
@seeds(0)
async def test_nothing_is_green_that_was_bad_and_admitted(platform: str, seed: int) -> None:
    given = made("green", platform, seed)
    now: list[str] = []
    steps = plan(given, 1).then(given.end, "backfill")
    async with ran(
        given, steps, each=lambda reader, seen: now.extend(_now(reader, seen))
    ) as reader:
        found = [
            *now,
            *laws.nothing_admitted_is_green(reader),
            *laws.nothing_of_another_page_enters(reader),
        ]
    assert found == []


def _now(reader: Ran, seen: Seen) -> list[str]:
    return (
        list(laws.nothing_bad_is_green_now(reader, seen))
        if seen.act == "poll" and seen.at.minute % 4 == 0
        else []
    )


@pytest.mark.slow
@seeds(1, laws.SAY_NOW)
async def test_what_nobody_said_is_unknown(platform: str, seed: int) -> None:
    given = world(
        seed, platform, off=["posted"]
    )  # incidents bring records, which speak for more than the present
    async with ran(given, plan(given, 1)) as reader:
        found = list(laws.what_nobody_said_is_unknown(reader))
    assert found == []


@pytest.mark.slow
@seeds(2)
async def test_every_bad_span_ends(platform: str, seed: int) -> None:
    given = made("ends", platform, seed)
    steps = backfills(plan(given, 1), seed, 2).then(given.end, "reread")
    async with ran(given, steps) as reader:
        found = [*laws.every_bad_span_ends(reader), *laws.nothing_of_another_page_enters(reader)]
    assert found == []


@pytest.mark.slow
@seeds(3)
async def test_polls_and_backfill_in_any_order_give_the_same_days(platform: str, seed: int) -> None:
    given = made("order", platform, seed)
    polls = plan(given, 1)
    alone = plan(given, 1).without("poll")
    async with (
        ran(given, polls.then(given.end, "backfill")) as polled,
        ran(given, alone.then(given.end, "backfill", "poll")) as later,
        ran(given, alone.then(given.end, "backfill")) as filled,
    ):
        found = [
            *laws.polls_and_record_agree(polled, filled),
            *laws.same_levels(later, filled, what="then polled"),
        ]
    assert found == []


@pytest.mark.slow
@seeds(4)
async def test_the_same_again_a_rebuild_a_restart_and_a_kill_change_nothing(
    platform: str, seed: int
) -> None:
    given = made("again", platform, seed)
    calm = hurried(backfills(plan(given, 1), seed, 1), seed).then(given.end, "backfill", "poll")
    async with ran(given, struck(calm, seed)) as rough:
        often = rough.picture()
        rebuild(rough)
        found = list(laws.same(often, rough.picture(), what="struck, then rebuilt"))
    async with ran(given, calm) as reader:
        first = reader.picture()
        found += laws.same(first, often, what="struck")
        await reader.collector.backfill(reader.page, given.begin - 5 * laws.DAY, again=True)
        await reader.collector.poll(reader.page)
        await reader.collector.derive(SLUG)
        found += laws.same(first, reader.picture(), what="again")
        rebuild(reader)
        found += laws.same(first, reader.picture(), what="rebuilt")
    assert found == []


def rebuild(reader: Ran) -> None:
    """Derive all days anew, as the command does."""
    now, page = reader.clock.now, reader.page
    first = day_of(reader.store.first_fact(page.id) or now, page.zone)
    derive_page(reader.store, page, reader.vendor, first=first, now=now)


@pytest.mark.slow
@seeds(5)
async def test_two_readers_differ_only_in_what_they_could_see(platform: str, seed: int) -> None:
    given = made("readers", platform, seed)
    async with (
        ran(given, plan(given, 1).then(given.end, "poll", "backfill")) as one,
        ran(given, plan(given, 2).then(given.end, "poll", "backfill")) as two,
    ):
        found = list(laws.readers_differ_by_what_they_saw(one, two))
    assert found == []


@pytest.mark.slow
@seeds(6)
async def test_what_is_unknown_is_unknown_in_every_output(platform: str, seed: int) -> None:
    given = made("outputs", platform, seed)
    cut = (
        given.begin + (given.end - given.begin) * (1 + seed % 5) / 5
    )  # also in the middle of things
    steps = plan(given, 1)
    steps = Plan(
        interval=steps.interval, steps=tuple(step for step in steps.steps if step[0] <= cut)
    )
    async with ran(given, steps) as reader:
        found = list(outputs.unknown_in_every_output(reader))
    assert found == []


@pytest.mark.slow
@seeds(7)
async def test_a_clock_of_ours_that_was_wrong_hides_nothing_and_prolongs_nothing(
    platform: str, seed: int
) -> None:
    given = made("clock", platform, seed)
    steps = misled(plan(given, 1).then(given.end, "backfill"), seed)
    async with ran(given, steps) as reader:
        found = [*laws.nothing_admitted_is_green(reader), *laws.every_bad_span_ends(reader)]
    assert found == []
