"""Planned work: a maintenance that is announced, begun and ended, or left open, or called off. Pure
but for the dice."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from monitor.intervals import Interval
from monitor.model import Level
from timeline.paper import HOUR, MINUTE, between
from timeline.world import Telling, Update, told_again

WORKS = ("maintained", "left_open", "called_off")
"""What becomes of a maintenance. `left_open`: its component is well again and nobody says that it
is over."""

KINDS = {"google": (), "betterstack": ("maintained",)}
"""What a page can show where it is not all: Google has none, Better Stack's end when it was
planned."""


def drawn(dice: Random, platform: str, off: Collection[str]) -> str | None:
    """Draw what becomes of a maintenance; None where there is none."""
    kind = dice.choice(WORKS)
    return (
        kind
        if dice.random() < 0.4 and kind in KINDS.get(platform, WORKS) and kind not in off
        else None
    )


def work(
    dice: Random, kind: str, part: str, start: datetime, *, exact: bool
) -> tuple[list[Telling], Interval | None]:
    """Return how a maintenance planned for `start` is told, and when the work is truly done; None =
    never.

    `exact`: it begins and ends when it was planned.
    """
    planned = Interval(start, start + between(dice, HOUR, 9 * HOUR))
    announced = start - between(dice, 2 * HOUR, 60 * HOUR)
    begun = start + timedelta(0) if exact else start + between(dice, MINUTE, 20 * MINUTE)
    end = planned.end if exact else planned.end + between(dice, -20 * MINUTE, 2 * HOUR)
    first = Telling(
        since=announced, title="Planned work", impact="maintenance", created=announced, begun=start, ended=None,
        updates=(Update(at=announced, status="scheduled"),), linked=(part,), planned=planned,
    )  # fmt: skip
    if kind == "called_off":
        return [first, _called_off(dice, first)], None
    going = _then(
        replace(first, begun=begun),
        Update(at=begun, status="in_progress", states={part: Level.MAINTENANCE}),
    )
    if kind == "left_open":
        return [first, going], Interval(begun, planned.end)
    over = _then(going, Update(at=end, status="completed", states={part: Level.OPERATIONAL}))
    return [first, going, replace(over, ended=end)], Interval(begun, end)


def _called_off(dice: Random, told: Telling) -> Telling:
    """Take it off the page before it begins, or say that it is over, or called off where a page has
    the word."""
    at = told.begun - between(dice, MINUTE, HOUR)
    if dice.random() < 0.5:
        return told_again(told, at, gone=True)
    return replace(_then(told, Update(at=at, status="cancelled")), ended=at)


def _then(told: Telling, post: Update) -> Telling:
    return told_again(told, post.at, updates=(*told.updates, post))
