"""What truly happens to a vendor, and what it writes about it, which need not be the same. Pure.

A `World` is whole from the start; everything is asked as of an instant. Instants are UTC and of
whole seconds. What a page prints is `now` plus the vendor's own error of clock, which the renderers
add.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.intervals import Interval
from monitor.model import Level

States = Mapping[str, Level]
CLOSING = ("resolved", "completed", "cancelled")
"""What closes an incident or a maintenance."""
RATED = {
    "critical": Level.MAJOR_OUTAGE, "major": Level.MAJOR_OUTAGE, "minor": Level.DEGRADED, "maintenance": Level.MAINTENANCE,
}  # fmt: skip
"""What an incident as a whole is rated at where a page tells nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A component, on the page over [begin, end). `names` are (from, name, group), the first from
    `begin`."""

    id: str
    begin: datetime
    names: tuple[tuple[datetime, str, str | None], ...]
    end: datetime | None = None

    def listed(self, now: datetime) -> bool:
        """Whether the page lists it."""
        return self.begin <= now and (self.end is None or now < self.end)

    def name(self, now: datetime) -> tuple[str, str | None]:
        """Return its name and group; the first ones before its time."""
        past = [(name, group) for at, name, group in self.names if at <= now]
        return past[-1] if past else self.names[0][1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One post as its vendor dates it. `states` None = only a text."""

    at: datetime
    status: str
    states: States | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An incident's whole record as it reads from `since` on, until it is told again. `gone`: it is
    off the page.

    `ended` is the end the vendor gives. `linked` are the components it names beside its updates.
    `planned` is the time a maintenance is planned for; None = an incident.
    """

    since: datetime
    title: str
    impact: str
    created: datetime
    begun: datetime
    ended: datetime | None
    updates: tuple[Update, ...]
    linked: tuple[str, ...]
    gone: bool = False
    planned: Interval | None = None

    @property
    def status(self) -> str:
        """The status of the last update."""
        return self.updates[-1].status

    @property
    def over(self) -> bool:
        """Whether the record says that it has ended."""
        return self.ended is not None

    @property
    def end(self) -> datetime | None:
        """The later of the end given and the closing post, which is the first that says so."""
        if self.ended is None:
            return None
        return max([self.ended, *(post.at for post in self.updates if post.status in CLOSING)][:2])

    def claims(self) -> list[tuple[str, datetime, datetime | None, Level]]:
        """Return (component, start, end, level) of every bad state posted, each held until the next
        or the end."""
        found = []
        named = dict.fromkeys(key for post in self.updates for key in post.states or ())
        for key in named:
            posts = [
                (post.at, post.states[key])
                for post in self.updates
                if post.states and key in post.states
            ]
            ends: list[datetime | None] = [at for at, _ in posts[1:]]
            for (start, level), end in zip(posts, [*ends, self.end], strict=True):
                if level > Level.OPERATIONAL and (end is None or end > start):
                    found.append((key, start, end, level))
        return found

    def state(self, component_id: str) -> Level:
        """Return the level the record gives a component now."""
        if self.over or self.gone:
            return Level.OPERATIONAL
        said = [
            post.states[component_id]
            for post in self.updates
            if post.states and component_id in post.states
        ]
        return said[-1] if said else Level.OPERATIONAL

    def rated(self, component_id: str) -> Level:
        """Return the level that the whole incident gives now to a component it names."""
        if self.over or self.gone or self.status == "scheduled" or component_id not in self.linked:
            return Level.OPERATIONAL
        return RATED.get(self.impact, Level.OPERATIONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An incident through all its tellings, ascending; `kind` is what the vendor did with it."""

    id: str
    kind: str
    tellings: tuple[Telling, ...]

    def told(self, now: datetime) -> Telling | None:
        """Return how its record reads at `now`; None before the first and after it was taken
        off."""
        past = [telling for telling in self.tellings if telling.since <= now]
        return past[-1] if past and not past[-1].gone else None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A vendor's true states, its page and its paperwork from `begin` to `end`.

    `truth` maps a component to its bad spans, ascending and disjoint; after `quiet` there are none.
    `works` are the spans in which work was done on it as planned. `states`: the page
    shows components in their true state, else only what is posted. `words` are spans of a component
    over which the page calls its state a word that we do not know. `ails` are spans over which the
    page answers otherwise (`blocked`, `empty`, `failing`, `another`: the page of the `stranger`
    stands in its place). `moved` is since when its address sends everybody to another host. `page`
    is what its id is made of. `skew` is how far the vendor's clock is ahead.
    """

    seed: int
    platform: str
    zone: str
    begin: datetime
    quiet: datetime
    end: datetime
    parts: tuple[Part, ...]
    truth: Mapping[str, tuple[tuple[Interval, Level], ...]]
    reports: tuple[Report, ...]
    works: Mapping[str, Interval] = field(default_factory=dict)
    states: bool = True
    record: bool = True
    words: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    ails: tuple[tuple[Interval, str], ...] = ()
    skew: timedelta = timedelta(0)
    page: str = "acme"
    stranger: "World | None" = None
    moved: datetime | None = None

    @property
    def url(self) -> str:
        """The page's root."""
        return (
            "https://slack-status.com/"
            if self.platform == "slack"
            else "https://status.acme.example/"
        )

    def listed(self, now: datetime) -> list[Part]:
        """Return the components on the page."""
        return [part for part in self.parts if part.listed(now)]

    def told(self, now: datetime) -> list[tuple[str, Telling]]:
        """Return (id, record) of every incident on the page, the newest first."""
        found = [
            (report.id, telling)
            for report in self.reports
            if (telling := report.told(now)) is not None
        ]
        return sorted(found, key=lambda pair: (pair[1].created, pair[0]), reverse=True)

    def level(self, component_id: str, now: datetime) -> Level:
        """Return the component's true level."""
        work = self.works.get(component_id)
        well = Level.MAINTENANCE if work is not None and now in work else Level.OPERATIONAL
        return next(
            (level for span, level in self.truth.get(component_id, ()) if now in span), well
        )

    def shown(self, component_id: str, now: datetime) -> Level | None:
        """Return the level the page shows; None = it uses a word that we do not know."""
        if any(now in span for span in self.words.get(component_id, ())):
            return None
        if self.states:
            return self.level(component_id, now)
        said = (self._said(telling, component_id) for _, telling in self.told(now))
        return max(said, default=Level.OPERATIONAL)

    def _said(self, telling: Telling, component_id: str) -> Level:
        """Return what an incident says of a component now where the page shows none: Slack rates
        the whole incident, Google as long as no post says more.
        """
        posted = any(component_id in (post.states or {}) for post in telling.updates)
        whole = self.platform == "slack" or (self.platform == "google" and not posted)
        return telling.rated(component_id) if whole else telling.state(component_id)

    def shown_all(self, now: datetime) -> dict[str, Level | None]:
        """Return the level shown of every component on the page."""
        return {part.id: self.shown(part.id, now) for part in self.listed(now)}

    def ailment(self, now: datetime) -> str | None:
        """Return how the page fails to answer; None when it answers."""
        return next((kind for span, kind in self.ails if now in span), None)

    def bad(self, component_id: str, span: Interval) -> bool:
        """Whether the component truly was worse than in maintenance at some instant of the span."""
        spans = self.truth.get(component_id, ())
        return any(
            part.clip(span) is not None and level > Level.MAINTENANCE for part, level in spans
        )


def told_again(telling: Telling, at: datetime, **changes: object) -> Telling:
    """Return the record as it reads from `at` on."""
    return replace(telling, since=at, **changes)  # type: ignore[arg-type]


def ascending(report: Report) -> bool:
    """Whether the tellings are in order of time."""
    return all(earlier.since < later.since for earlier, later in pairwise(report.tellings))
