"""A world from a seed: the same seed, platform and switches always make the same world. Pure.

A switch is a kind of event. `SWITCHES` names all; one that is off in a test stands there with the
reason.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from monitor.demo.truth import short_id, ulid
from monitor.intervals import Interval
from monitor.model import Level
from monitor.platforms.slack import SERVICES
from timeline.paper import HABITS, HOUR, MINUTE, RARE, Episode, between, merged
from timeline.works import WORKS, drawn, work
from timeline.world import Part, Report, World

DAY = timedelta(days=1)
EVENTS = (
    "posted",  # incidents at all
    "silent",  # an outage without an incident
    "paper",  # an incident without an outage
    "joined",  # a component comes later
    "moved",  # a component changes its name and group
    "removed",  # a component leaves
    "recreated",  # a component leaves and comes again under another id
    "words",  # a state in a word we do not know
    "blocked",
    "empty",
    "failing",
    "skew",  # the vendor's clock is seconds off
    "merged",  # two incidents of a component become one
    "another",  # another company's page stands in its place for a while
    "elsewhere",  # the page is sent to another host, and keeps its id
    "far",  # the vendor's clock is hours or days off
)
SWITCHES = (*HABITS, *RARE, *WORKS, *EVENTS)
PLATFORMS = ("statuspage", "incidentio", "betterstack", "instatus", "slack", "google")
ZONES = ("Etc/UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata")
STATELESS = ("slack", "google")
NAMED = ("statuspage", "incidentio", "betterstack")
"""Platforms whose every answer tells the page's id."""
"""Platforms whose pages show components only through incidents."""

LEVELS = {
    "betterstack": (Level.DEGRADED, Level.MAJOR_OUTAGE),
    "slack": (Level.DEGRADED, Level.MAJOR_OUTAGE),
    "google": (Level.DEGRADED, Level.MAJOR_OUTAGE),
}
ALL_LEVELS = (Level.DEGRADED, Level.PARTIAL_OUTAGE, Level.MAJOR_OUTAGE)
ZONED = ("statuspage", "betterstack")
BORN = datetime(2024, 1, 1, tzinfo=UTC)
QUIET = 4 * DAY


def world(seed: int, platform: str, *, off: Collection[str] = (), days: int = 16) -> World:
    """Return the world of this seed in which nothing in `off` happens. Raises ValueError for an
    unknown switch."""
    if unknown := set(off) - set(SWITCHES):
        raise ValueError(f"no such switch: {sorted(unknown)}")
    return _Maker(seed, platform, frozenset(off), days).world()


class _Maker:
    def __init__(self, seed: int, platform: str, off: frozenset[str], days: int) -> None:
        self.seed = seed
        self.platform = platform
        self.dice = Random(f"{seed} {platform}")
        self.off = off
        self.begin = datetime(2026, 1, 1, tzinfo=UTC) + between(self.dice, 0 * DAY, 300 * DAY)
        self.end = self.begin + days * DAY
        self.quiet = self.end - QUIET

    def happens(self, event: str, share: float) -> bool:
        """Throw the dice in any case, so that a switch changes nothing else than its own events."""
        return (self.dice.random() < share) & (event not in self.off)

    def world(self) -> World:
        parts = self._parts()
        episodes = [(part, list(self._episodes(part))) for part in parts]
        reports = [
            report for _, made in episodes for report in self._merged(list(self._reports(made)))
        ]
        truth = {part.id: tuple(_spans(made)) for part, made in episodes}
        reports += self._paper(parts)
        zone = self.dice.choice(ZONES) if self.platform in ZONED else "Etc/UTC"
        record = self.dice.random() < 0.5
        planned = [(part.id, *made) for part in parts if (made := self._work(part)) is not None]
        reports += [report for _, report, _ in planned]
        works = {key: done for key, _, done in planned if done is not None}
        made = World(
            seed=self.seed, platform=self.platform, zone=zone, begin=self.begin, quiet=self.quiet, end=self.end,
            parts=parts, truth=truth, works=works, reports=tuple(reports), states=self.platform not in STATELESS, record=record,
            words={part.id: tuple(self._words()) for part in parts}, ails=tuple(self._ails()), skew=self._skew(record),
        )  # fmt: skip
        return self._elsewhere(made) if self.platform in NAMED else made

    def _elsewhere(self, made: World) -> World:
        """Return the world with another company at its address for a while, or its page at another
        one for ever."""
        dice = Random(f"{self.seed} {self.platform} address")
        start = self.begin + between(dice, DAY, 9 * DAY)
        span = Interval(start, start + between(dice, 9 * HOUR, 50 * HOUR))
        if dice.random() < 0.15 and "another" not in self.off:
            part = replace(made.parts[0], id=self._id("stranger"), begin=BORN, end=None)
            red = {part.id: ((Interval(made.begin, made.end), Level.MAJOR_OUTAGE),)}
            stranger = replace(
                made,
                page="other",
                parts=(part,),
                truth=red,
                reports=(),
                works={},
                ails=(),
                words={},
            )
            made = replace(made, stranger=stranger, ails=((span, "another"), *made.ails))
        return (
            replace(made, moved=start)
            if dice.random() < 0.15 and "elsewhere" not in self.off
            else made
        )

    # -------------------------------------------------------------------------------------------------
    # components

    def _parts(self) -> tuple[Part, ...]:
        count = self.dice.randint(1, 3)
        if self.platform in STATELESS:
            return tuple(
                self._part(number, self.begin, None)
                for number in range(3 if self.platform == "slack" else count)
            )
        made: list[Part] = []
        for number in range(count):
            later = self.happens("joined", 0.15)
            begin = self.begin + between(self.dice, 2 * DAY, 4 * DAY) if later else BORN
            gone = self.begin + between(self.dice, 7 * DAY, 9 * DAY)
            leaves = self.happens("removed", 0.1) and number > 0
            again = self.happens("recreated", 0.1)
            made.append(self._part(number, begin, gone if leaves or again else None))
            if again:
                made.append(
                    self._part(number, gone + between(self.dice, 0 * DAY, DAY), None, new=True)
                )
        return tuple(made)

    def _part(
        self, number: int, begin: datetime, end: datetime | None, *, new: bool = False
    ) -> Part:
        key = self._id("part", number, new)
        names = [(begin, f"Part {number}", self.dice.choice([None, "Core"]))]
        if self.happens("moved", 0.2):
            names.append(
                (self.begin + between(self.dice, 5 * DAY, 9 * DAY), f"Part {number} (new)", "Edge")
            )
        if self.platform == "slack":
            key, names = SERVICES[number], [(begin, SERVICES[number], None)]
        return Part(id=key, begin=begin, end=end, names=tuple(names))

    def _id(self, *what: object) -> str:
        words = [str(self.seed), *map(str, what)]
        match self.platform:
            case "incidentio":
                return ulid(self.begin, *words)
            case "betterstack" | "slack":
                return str(int(short_id(*words), 36) % 10**7 + 1)
            case "instatus":
                return "c" + short_id(*words) + short_id(*words, "more")
            case "google":
                return short_id(*words) + short_id(*words, "more")[:8]
        return short_id(*words)

    # ------------------------------------------------------------------------------------------------
    # what happens

    def _episodes(self, part: Part) -> Iterator[tuple[Episode, str | None]]:
        """Yield what happens to a component while it is listed, and what the vendor makes of it
        (None = nothing)."""
        at = max(self.begin, part.begin) + between(self.dice, 4 * HOUR, 3 * DAY)
        until = min(self.quiet - 2 * DAY, part.end or self.quiet)
        while at < until - 3 * HOUR:
            long = 30 * HOUR if self.dice.random() < 0.2 else 5 * HOUR
            end = min(at + between(self.dice, 40 * MINUTE, long), until)
            levels = LEVELS.get(self.platform, ALL_LEVELS)
            count = 1 if self.platform in STATELESS else self.dice.randint(1, 2)
            moves = tuple(
                (at + number * (end - at) / count, level)
                for number, level in enumerate(self.dice.sample(levels, count))
            )
            habit = self._habit()
            posted = not self.happens("silent", 0.2) and "posted" not in self.off
            if posted or self.platform in STATELESS:
                yield Episode(parts=(part.id,), moves=_whole(moves), end=end), habit
            else:
                yield Episode(parts=(part.id,), moves=_whole(moves), end=end), None
            at = end + between(self.dice, 5 * HOUR, 4 * DAY)

    def _habit(self) -> str:
        """Draw a habit; one that is switched off becomes the plain one."""
        drawn = self.dice.choice([name for name in HABITS if name != "plain"] + ["plain"] * 4)
        return "plain" if drawn in self.off else drawn

    def _reports(self, episodes: list[tuple[Episode, str | None]]) -> Iterator[Report]:
        for episode, habit in episodes:
            if habit is not None:
                yield self._report(episode, habit)

    def _merged(self, reports: list[Report]) -> list[Report]:
        """Return a component's incidents, of which two plain ones in succession may have become
        one."""
        for index, (one, two) in enumerate(pairwise(reports)):
            dice = Random(f"{self.seed} {two.id} merged")
            if (
                dice.random() < 0.25
                and one.kind == two.kind == "plain"
                and "merged" not in self.off
            ):
                told = merged(dice, one.tellings, two.tellings)
                pair = [
                    replace(each, kind="merged", tellings=tuple(made))
                    for each, made in zip((one, two), told, strict=True)
                ]
                return [*reports[:index], *pair, *reports[index + 2 :]]
        return reports

    def _report(self, episode: Episode, habit: str) -> Report:
        rare = Random(f"{self.seed} {episode.start} rare")
        if habit == "plain" and rare.random() < 0.3:
            drawn = rare.choice(list(RARE))
            habit = habit if drawn in self.off else drawn
        dice = Random(f"{self.seed} {episode.start} {habit}")
        key = self._id("report", episode.parts, episode.start)
        return Report(id=key, kind=habit, tellings=tuple((HABITS | RARE)[habit](dice, episode)))

    def _paper(self, parts: tuple[Part, ...]) -> Iterator[Report]:
        """Yield an incident that nothing true stands behind."""
        part = self.dice.choice(parts)
        start = max(part.begin, self.begin) + between(self.dice, DAY, 2 * DAY)
        end = start + between(self.dice, HOUR, 20 * HOUR)
        level, habit = self.dice.choice(LEVELS.get(self.platform, ALL_LEVELS)), self._habit()
        if (
            self.happens("paper", 0.3)
            and "posted" not in self.off
            and self.platform not in STATELESS
        ):
            yield self._report(Episode(parts=(part.id,), moves=((start, level),), end=end), habit)

    def _work(self, part: Part) -> tuple[Report, Interval | None] | None:
        """Return a maintenance of a component, and when work was truly done. Its dice are its
        own."""
        dice = Random(f"{self.seed} {part.id} work")
        kind = drawn(dice, self.platform, self.off)
        start = max(part.begin, self.begin) + between(dice, DAY, 9 * DAY)
        if (
            kind is None
            or "posted" in self.off
            or start > min(self.quiet - DAY, (part.end or self.quiet) - DAY)
        ):
            return None
        told, done = work(dice, kind, part.id, start, exact=self.platform == "betterstack")
        return Report(id=self._id("work", part.id), kind=kind, tellings=tuple(told)), done

    # -----------------------------------------------------------------------------------------------
    # what goes wrong

    def _words(self) -> Iterator[Interval]:
        start = self.begin + between(self.dice, 2 * DAY, 8 * DAY)
        end = start + between(self.dice, 6 * HOUR, 40 * HOUR)
        if self.happens("words", 0.15) and self.platform not in STATELESS:
            yield Interval(start, end)

    def _ails(self) -> Iterator[tuple[Interval, str]]:
        for kind in ("blocked", "empty", "failing"):
            start = self.begin + between(self.dice, DAY, 10 * DAY)
            end = start + between(self.dice, HOUR, 30 * HOUR)
            if self.happens(kind, 0.2):
                yield Interval(start, end), kind

    def _skew(self, record: bool) -> timedelta:
        """Return how far the vendor's clock is ahead: no more than seconds where its seconds a day
        are printed too."""
        skew = between(self.dice, -90 * MINUTE / 60, 90 * MINUTE / 60)
        skew = skew if self.happens("skew", 0.3) else timedelta(0)
        dice = Random(f"{self.seed} {self.platform} far")
        far = between(dice, -3 * DAY, 36 * HOUR)
        barred = self.platform == "betterstack" or (self.platform == "statuspage" and record)
        return far if dice.random() < 0.1 and "far" not in self.off and not barred else skew


def _whole(moves: tuple[tuple[datetime, Level], ...]) -> tuple[tuple[datetime, Level], ...]:
    return tuple((at.replace(microsecond=0), level) for at, level in moves)


def _spans(episodes: list[tuple[Episode, str | None]]) -> Iterator[tuple[Interval, Level]]:
    for episode, _ in episodes:
        ends = [*(at for at, _ in episode.moves), episode.end]
        for (start, end), (_, level) in zip(pairwise(ends), episode.moves, strict=True):
            yield Interval(start, end), level
