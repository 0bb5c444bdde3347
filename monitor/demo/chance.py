"""Random truths: plausible vendors with everything that makes status pages hard to read. Pure,
seeded.

Overlapping incidents, incidents that name no component or name one without harming it, components
that recover before their incident ends, two components of one name, a component without an uptime
record, a component that started recently, maintenances past, present and announced, and zones that
change their clocks.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from monitor.demo.truth import (
    Transition,
    Truth,
    TruthComponent,
    TruthIncident,
    new_id,
    whole_second,
)
from monitor.intervals import day_of, utc
from monitor.model import Level

ZONES = (
    "Etc/UTC",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
)

PARTS: tuple[tuple[str | None, str], ...] = (
    (None, "Dashboard"),
    (None, "Webhooks"),
    ("EU", "API"),
    ("US", "API"),
    ("EU", "Storage"),
    ("US", "Storage"),
    (None, "Login"),
    (None, "Documentation"),
    ("US", "Search"),
    (None, "Email delivery"),
)

RECENT = 0.5  # how often one component is younger than the days looked back
RECORD_SHARE = 0.8

BAD = (Level.DEGRADED, Level.PARTIAL_OUTAGE, Level.MAJOR_OUTAGE)
IMPACT_WORDS = {
    Level.OPERATIONAL: "none",
    Level.DEGRADED: "minor",
    Level.PARTIAL_OUTAGE: "major",
    Level.MAJOR_OUTAGE: "critical",
}
TITLES = (
    "Elevated error rates",
    "Increased latency",
    "Requests timing out",
    "Intermittent connection failures",
    "Delayed processing",
    "Failed sign-ins",
    "Partial loss of connectivity",
    "Unavailable in one region",
)
CHORES = (
    "Database maintenance",
    "Network upgrade",
    "Scheduled failover exercise",
    "Certificate rotation",
)


def random_truth(
    seed: int,
    *,
    now: datetime,
    days: int = 90,
    platform: str = "statuspage",
    slug: str | None = None,
    name: str | None = None,
    zone: str | None = None,
    url: str | None = None,
    parts: Sequence[tuple[str | None, str]] | None = None,
    incidents: int | None = None,
    live: bool = True,
) -> Truth:
    """Return a vendor whose incidents begin in the `days` before `now`, on whole seconds; equal
    seeds, equal truths.

    `parts` are (group, name) of its components, `incidents` how many ended incidents it has; None =
    by chance. `live` adds an ongoing incident, a maintenance in progress or announced, and an
    incident that begins after `now`, each by chance; without it nothing is going on at `now` or
    later.
    """
    rng = Random(seed)  # noqa: S311
    slug = slug or f"vendor-{seed}"
    zone = zone or rng.choice(ZONES)
    created_at = whole_second(utc(now)) - timedelta(days=days + 400)
    parts = list(parts) if parts is not None else rng.sample(PARTS, rng.randint(3, len(PARTS)))
    components = _components(
        rng, parts, (day_of(now, ZoneInfo(zone)), days), (platform, created_at, slug)
    )
    empty = Truth(
        slug=slug,
        name=name or f"Vendor {seed}",
        platform=platform,
        zone=zone,
        created_at=created_at,
        url=url or f"https://status.{slug}.example/",
        components=components,
    )
    return Maker(rng, empty, now, days).fill(
        rng.randint(4, 14) if incidents is None else incidents, live=live
    )


def _components(
    rng: Random,
    parts: Sequence[tuple[str | None, str]],
    past: tuple[date, int],
    key: tuple[str, datetime, str],
) -> tuple[TruthComponent, ...]:
    (today, days), (platform, created_at, slug) = past, key
    recent = rng.randrange(len(parts)) if len(parts) > 1 and rng.random() < RECENT else None
    components = []
    for place, (group, name) in enumerate(parts):
        age = rng.randint(2, max(2, days - 1)) if place == recent else days + 300
        components.append(
            TruthComponent(
                id=new_id(platform, created_at, slug, group or "", name),
                name=name,
                group=group,
                start=today - timedelta(days=age),
                showcase=place == 0 or rng.random() < RECORD_SHARE,
            )
        )
    return tuple(components)


class Maker:
    """Adds incidents to a truth, by chance or as told; nothing it makes lies before its components'
    start.
    """

    def __init__(self, rng: Random, truth: Truth, now: datetime, days: int = 90) -> None:
        self.rng = rng
        self.truth = truth
        self.now = whole_second(utc(now))
        self.days = days
        self.incidents: list[TruthIncident] = list(truth.incidents)

    def fill(self, count: int, *, live: bool) -> Truth:
        """Return the truth with `count` ended incidents or maintenances and, if `live`, some going
        on.
        """
        for _ in range(count):
            self._add_past()
        if live:
            self._add_live()
        return self.truth_so_far()

    def truth_so_far(self) -> Truth:
        """Return the truth with everything added so far, in the order it was added."""
        return replace(self.truth, incidents=tuple(self.incidents))

    def _chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def _add_past(self) -> None:
        length = timedelta(seconds=int(120 * 2 ** self.rng.uniform(0, 10)))
        latest = int((self.days * timedelta(days=1) - length).total_seconds()) - 86_400
        start = self.now - length - timedelta(seconds=self.rng.randint(1, max(2, latest)))
        if self._chance(0.2):
            self.maintenance(start, start + length)
        else:
            self.incident(start, start + length)

    def _add_live(self) -> None:
        hours = [timedelta(seconds=self.rng.randint(1, 40_000)) for _ in range(6)]
        if self._chance(0.6):
            self.incident(self.now - hours[0], self.now + hours[1] if self._chance(0.5) else None)
        if self._chance(0.4):
            self.maintenance(self.now - hours[2], self.now + hours[3])
        if self._chance(0.4):
            self.maintenance(self.now + hours[4], self.now + hours[4] + hours[5])
        if self._chance(0.3):
            self.incident(self.now + hours[5], self.now + hours[5] + hours[0])

    def incident(
        self,
        start: datetime,
        end: datetime | None,
        *,
        title: str | None = None,
        worst: Level | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        """Add an incident over [start, end); `end` None = it goes on.

        With `worst`, every component in `names` (full names; None = by chance) is at that level all
        the time; without it components and levels vary, and sometimes no component is named.
        """
        components = self._components_at(start)
        if worst is None:
            effects = self._effects(components, start, end)
        else:
            effects = self._alike(components, names, (start, worst))
        levels = [Level.OPERATIONAL]
        for moves in effects.values():
            levels += [level for _, level in moves]
        self.incidents.append(
            TruthIncident(
                id=self._id(start),
                title=title or self.rng.choice(TITLES),
                started_at=start,
                resolved_at=end,
                impact=IMPACT_WORDS[max(levels)] if effects else self.rng.choice(("none", "minor")),
                effects=effects,
                notes=self._notes(effects, start, end),
                drops_components=self._chance(0.2),
            )
        )

    def maintenance(
        self,
        start: datetime,
        end: datetime | None,
        *,
        title: str | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        """Add a maintenance over [start, end), announced up to three days before."""
        components = self._components_at(start)
        announced_at = min(start, self.now) - timedelta(seconds=self.rng.randint(3_600, 250_000))
        self.incidents.append(
            TruthIncident(
                id=self._id(announced_at),
                title=title or self.rng.choice(CHORES),
                impact="maintenance",
                started_at=start,
                resolved_at=end,
                maintenance=True,
                announced_at=announced_at,
                effects=self._alike(components, names, (start, Level.MAINTENANCE)),
            )
        )

    def _components_at(self, start: datetime) -> list[TruthComponent]:
        """Return the components that are older than an incident."""
        day = day_of(start, self.truth.tz)
        return [component for component in self.truth.components if component.start < day]

    def _id(self, at: datetime) -> str:
        return new_id(
            self.truth.platform, at, self.truth.slug, "incident", str(len(self.incidents))
        )

    def _pick(
        self, components: Sequence[TruthComponent], names: Sequence[str] | None
    ) -> list[TruthComponent]:
        if names is not None:
            return [c for c in components if c.full_name in names]
        return self.rng.sample(list(components), min(len(components), self.rng.randint(1, 3)))

    def _alike(
        self,
        components: Sequence[TruthComponent],
        names: Sequence[str] | None,
        transition: Transition,
    ) -> dict[str, tuple[Transition, ...]]:
        """Return the same transition for some components."""
        effects: dict[str, tuple[Transition, ...]] = {}
        for component in self._pick(components, names):
            effects[component.id] = (transition,)
        return effects

    def _effects(
        self, components: Sequence[TruthComponent], start: datetime, end: datetime | None
    ) -> dict[str, tuple[Transition, ...]]:
        if self._chance(0.1):
            return {}
        first, *others = self._pick(components, None)
        effects = {first.id: self._moves(start, start, end)}
        for other in others:
            effects[other.id] = self._moves(start, self._between(start, end), end)
        others = [c for c in components if c.id not in effects]
        if others and self._chance(0.3):
            zero_length = (end or start, Level.DEGRADED if end else Level.OPERATIONAL)
            effects[self.rng.choice(others).id] = (
                zero_length if self._chance(0.5) else (start, Level.OPERATIONAL),
            )
        return effects

    def _moves(
        self, start: datetime, since: datetime, end: datetime | None
    ) -> tuple[Transition, ...]:
        instants = {since}
        for _ in range(self.rng.randint(0, 3)):
            instants.add(max(since, self._between(start, end)))
        moves: list[Transition] = []
        for at in sorted(instants):
            levels = (*BAD, Level.OPERATIONAL) if moves else BAD
            moves.append((at, self.rng.choice(levels)))
        return tuple(moves)

    def _between(self, start: datetime, end: datetime | None) -> datetime:
        length = ((end or max(self.now, start) + timedelta(hours=2)) - start).total_seconds()
        return start + timedelta(seconds=self.rng.randrange(max(1, int(length))))

    def _notes(
        self, effects: dict[str, tuple[Transition, ...]], start: datetime, end: datetime | None
    ) -> tuple[datetime, ...]:
        changes = {start, end}
        for moves in effects.values():
            for at, _ in moves:
                changes.add(at)
        notes = {self._between(start, end)} - changes
        if end is not None and self._chance(0.15):
            notes.add(end + timedelta(seconds=self.rng.randint(3_600, 200_000)))
        return tuple(sorted(at.astimezone(UTC) for at in notes if at is not None))
