"""What vendors do with the incidents they post: one function for each of their habits. Pure but for
the dice.

Each takes an episode, what truly happened, and returns the tellings of its incident in order of
time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from monitor.model import Level
from timeline.world import Telling, Update, told_again

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
IMPACTS = {Level.DEGRADED: "minor", Level.PARTIAL_OUTAGE: "major", Level.MAJOR_OUTAGE: "critical"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Components that were at these levels, from each instant on, until the end."""

    parts: tuple[str, ...]
    moves: tuple[tuple[datetime, Level], ...]
    end: datetime

    @property
    def start(self) -> datetime:
        """When it began."""
        return self.moves[0][0]


def between(dice: Random, least: timedelta, most: timedelta) -> timedelta:
    """Return a span of whole seconds in this range."""
    return timedelta(seconds=dice.randint(int(least.total_seconds()), int(most.total_seconds())))


def posts(dice: Random, episode: Episode) -> list[Update]:
    """Return what is posted of an episode, each change some time after it."""
    late = between(dice, MINUTE, 14 * MINUTE)
    words = ["investigating", *["identified"] * len(episode.moves)]
    made = [
        Update(at=at + late, status=word, states=dict.fromkeys(episode.parts, level))
        for word, (at, level) in zip(words, episode.moves, strict=False)
    ]
    return [*made, _closing(episode, episode.end + late)]


def _closing(episode: Episode, at: datetime) -> Update:
    return Update(at=at, status="resolved", states=dict.fromkeys(episode.parts, Level.OPERATIONAL))


def telling(
    episode: Episode, updates: Sequence[Update], since: datetime, **changes: object
) -> Telling:
    """Return the record with these updates, ended by the first that says so."""
    closed = [post.at for post in updates if post.status == "resolved"]
    worst = max(level for _, level in episode.moves)
    made = Telling(
        since=since, title="Trouble", impact=IMPACTS[worst], created=updates[0].at, begun=updates[0].at,
        ended=closed[0] if closed else None, updates=tuple(updates), linked=episode.parts,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def plain(dice: Random, episode: Episode) -> list[Telling]:
    """Post every change and the end, a few minutes late."""
    updates = posts(dice, episode)
    return [telling(episode, updates[: count + 1], post.at) for count, post in enumerate(updates)]


def late(dice: Random, episode: Episode) -> list[Telling]:
    """Post all of it when it is over, each update dated when it was."""
    at = episode.end + between(dice, HOUR, 60 * HOUR)
    return [telling(episode, posts(dice, episode), at, created=at)]


def begun_before(dice: Random, episode: Episode) -> list[Telling]:
    """Date the start back to when it began."""
    return [replace(each, begun=episode.start) for each in plain(dice, episode)]


def ended_before(dice: Random, episode: Episode) -> list[Telling]:
    """Close it hours later and date the end back."""
    *made, last = plain(dice, episode)
    at = last.since + between(dice, HOUR, 30 * HOUR)
    *updates, closing = last.updates
    return [
        *made,
        replace(last, since=at, ended=episode.end, updates=(*updates, replace(closing, at=at))),
    ]


def ended_before_posted(dice: Random, episode: Episode) -> list[Telling]:
    """Begin to post when it is over, and date start and end back: the end is before the first
    post."""
    at = episode.end + between(dice, MINUTE, 3 * HOUR)
    updates = [
        Update(
            at=at, status="monitoring", states=dict.fromkeys(episode.parts, episode.moves[0][1])
        ),
        _closing(episode, at + between(dice, MINUTE, HOUR)),
    ]
    return [telling(episode, updates, updates[-1].at, begun=episode.start, ended=episode.end)]


def rerated(dice: Random, episode: Episode) -> list[Telling]:
    """Think better of how bad it was, some time after the end."""
    made = plain(dice, episode)
    level = dice.choice([Level.DEGRADED, Level.MAJOR_OUTAGE])
    updates = tuple(
        replace(
            post,
            states={key: level if state else state for key, state in (post.states or {}).items()},
        )
        for post in made[-1].updates
    )
    at = made[-1].since + between(dice, HOUR, 40 * HOUR)
    return [*made, told_again(made[-1], at, impact=IMPACTS[level], updates=updates)]


def edited_to_none(dice: Random, episode: Episode) -> list[Telling]:
    """Say at the end, or after it, that nothing was."""
    made = plain(dice, episode)
    updates = tuple(
        replace(post, states=dict.fromkeys(post.states or {}, Level.OPERATIONAL))
        for post in made[-1].updates
    )
    edited = told_again(made[-1], made[-1].since + HOUR, impact="none", updates=updates)
    return (
        [*made[:-1], replace(edited, since=made[-1].since)]
        if dice.random() < 0.5
        else [*made, edited]
    )


def unlinked(dice: Random, episode: Episode) -> list[Telling]:
    """Take the components off when it ends; half of the time off the updates too."""
    made = plain(dice, episode)
    updates = made[-1].updates
    if dice.random() < 0.5:
        updates = tuple(replace(post, states=None) for post in updates)
    return [*made[:-1], replace(made[-1], updates=updates, linked=())]


def first_said_at_the_end(dice: Random, episode: Episode) -> list[Telling]:
    """Post texts, and the only bad state in the update that closes it."""
    updates = posts(dice, episode)
    texts = [replace(post, states=None) for post in updates[:-1]]
    last = replace(updates[-1], states=dict.fromkeys(episode.parts, episode.moves[-1][1]))
    return [
        telling(episode, [*texts, last][: count + 1], post.at) for count, post in enumerate(updates)
    ]


def withdrawn(dice: Random, episode: Episode) -> list[Telling]:
    """Take it off the page, open or closed."""
    made = plain(dice, episode)
    if dice.random() < 0.5:
        made = made[:-1]
    return [*made, told_again(made[-1], made[-1].since + between(dice, HOUR, 40 * HOUR), gone=True)]


def renamed(dice: Random, episode: Episode) -> list[Telling]:
    """Give it another title."""
    made = plain(dice, episode)
    return [
        *made,
        told_again(
            made[-1], made[-1].since + between(dice, HOUR, 40 * HOUR), title="Trouble, explained"
        ),
    ]


def reviewed(dice: Random, episode: Episode) -> list[Telling]:
    """Publish a review hours or days after the end."""
    made = plain(dice, episode)
    at = made[-1].since + between(dice, HOUR, 70 * HOUR)
    return [
        *made,
        told_again(made[-1], at, updates=(*made[-1].updates, Update(at=at, status="postmortem"))),
    ]


def never_closed(dice: Random, episode: Episode) -> list[Telling]:
    """Leave it open for ever."""
    return plain(dice, episode)[:-1]


def reopened(dice: Random, episode: Episode) -> list[Telling]:
    """Close it in the middle by mistake, open it again, and close it."""
    made = plain(dice, episode)
    first, last = made[0], made[-1]
    half = (last.since - first.since) / 2
    closed = replace(_closing(episode, first.since + half / 2), states=None)
    again = Update(
        at=first.since + half,
        status="identified",
        states=dict.fromkeys(episode.parts, episode.moves[-1][1]),
    )
    updates = [first.updates[0], closed, again, last.updates[-1]]
    return [
        telling(episode, updates[:1], updates[0].at),
        telling(episode, updates[:2], updates[1].at),
        telling(episode, [updates[0], again], updates[2].at),
        telling(episode, [updates[0], again, updates[3]], updates[3].at),
    ]


def dated_ahead(dice: Random, episode: Episode) -> list[Telling]:
    """Type a date that is yet to come; half of the time it is corrected when all is over."""
    made = plain(dice, episode)
    by = between(dice, 3 * HOUR, 40 * HOUR)
    wrong = [
        replace(
            each, created=each.created + by, begun=each.begun + by, ended=each.ended + by if each.ended else None,
            updates=tuple(replace(post, at=post.at + by) for post in each.updates),
        )
        for each in made
    ]  # fmt: skip
    if dice.random() < 0.5:
        return wrong
    return [*wrong, replace(made[-1], since=made[-1].since + between(dice, HOUR, 60 * HOUR))]


HABITS: dict[str, Callable[[Random, Episode], list[Telling]]] = {
    habit.__name__: habit
    for habit in (
        plain, late, begun_before, ended_before, ended_before_posted, rerated, edited_to_none, unlinked,
        first_said_at_the_end, withdrawn, renamed, reviewed, never_closed, reopened,
    )
}  # fmt: skip
RARE = {"dated_ahead": dated_ahead}
"""Habits that take the place of some plain ones."""


def merged(
    dice: Random, one: Sequence[Telling], two: Sequence[Telling]
) -> tuple[list[Telling], list[Telling]]:
    """Merge a later incident into an earlier one, both closed: its posts appear there, and it is
    off the page."""
    first, last = one[-1], two[-1]
    at = last.since + between(dice, HOUR, 30 * HOUR)
    *posted, closing = first.updates
    updates = (*posted, replace(closing, status="monitoring"), *last.updates)
    impact = max(first.impact, last.impact, key=list(IMPACTS.values()).index)
    whole = told_again(first, at, updates=updates, ended=last.ended, impact=impact)
    return [*one, whole], [*two, told_again(last, at, gone=True)]
