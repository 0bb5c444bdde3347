"""What really happened to invented vendors, second by second. Pure; knows nothing of how a page
would print it.

A truth never changes. Everything is asked as of a `now`: what lies after it has not happened yet,
except that an announced maintenance is known from its announcement.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from monitor.intervals import Interval, day_interval
from monitor.model import Level, Seconds

Transition = tuple[datetime, Level]

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class LevelSpan(NamedTuple):
    """How long a component was at a bad level; end None = it still is."""

    start: datetime
    end: datetime | None
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthComponent:
    """One part of a vendor. `start` is the first day (in the page's zone) the vendor counts;
    `showcase`: it publishes an uptime record for it. Names repeat across groups.
    """

    id: str
    name: str
    start: date
    group: str | None = None
    showcase: bool = True

    @property
    def full_name(self) -> str:
        """The name with its group in front, e.g. ``EU - API``."""
        return f"{self.group} - {self.name}" if self.group else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthIncident:
    """An incident, or a maintenance, with the exact level of every component it names.

    `effects` maps a component's id to its transitions, strictly ascending, inside [started_at,
    resolved_at]. A level holds until the component's next transition; at `resolved_at` every
    component is operational again. `resolved_at` None = it never ends. No effects = the incident
    names no component. `notes` are instants of texts that change no state; one after `resolved_at`
    is a postmortem. `announced_at` is for maintenances. `drops_components`: the vendor takes the
    components off its list when it ends. Raises ValueError when instants are out of order.
    """

    id: str
    title: str
    impact: str
    started_at: datetime
    resolved_at: datetime | None = None
    maintenance: bool = False
    announced_at: datetime | None = None
    effects: Mapping[str, tuple[Transition, ...]] = field(default_factory=dict)
    notes: tuple[datetime, ...] = ()
    drops_components: bool = False

    def __post_init__(self) -> None:
        for transitions in self.effects.values():
            instants = list(_instants_of(transitions))
            is_inside = self.started_at <= instants[0] and (
                self.resolved_at is None or instants[-1] <= self.resolved_at
            )
            if not is_inside or instants != sorted(set(instants)):
                raise ValueError(
                    f"incident {self.id}: transitions out of order or outside the incident"
                )

    @property
    def visible_at(self) -> datetime:
        """When the vendor first said anything: the announcement of a maintenance, else the
        start.
        """
        return self.announced_at or self.started_at

    def is_over(self, now: datetime) -> bool:
        """Whether it is over at `now`."""
        return self.resolved_at is not None and self.resolved_at <= now

    def level(self, component_id: str, at: datetime) -> Level:
        """Return the level this incident alone gives a component at an instant."""
        if self.is_over(at):
            return Level.OPERATIONAL
        level_at = Level.OPERATIONAL
        for since, level in self.effects.get(component_id, ()):
            if since <= at:
                level_at = level
        return level_at

    def component_ids(self, now: datetime) -> tuple[str, ...]:
        """Return the components it has named by `now`; a maintenance names all of them when it is
        announced.
        """
        if self.maintenance:
            return tuple(self.effects)
        return tuple(key for key, transitions in self.effects.items() if transitions[0][0] <= now)

    def spans(self, component_id: str, now: datetime) -> list[LevelSpan]:
        """Return the spans of a component's bad levels that have begun by `now`.

        Zero-length spans are kept: vendors publish them.
        """
        transitions = self.effects.get(component_id, ())
        ends = [*_instants_of(transitions[1:]), self.resolved_at][: len(transitions)]
        spans = []
        for (start, level), end in zip(transitions, ends, strict=True):
            if start <= now and level is not Level.OPERATIONAL:
                has_ended = end is not None and end <= now
                spans.append(LevelSpan(start, end if has_ended else None, level))
        return spans

    def instants(self) -> Iterator[datetime]:
        """Yield, unordered and with repetitions, every instant at which a state changes or a text
        is posted.
        """
        yield self.visible_at
        yield self.started_at
        for transitions in self.effects.values():
            yield from _instants_of(transitions)
        yield from self.notes
        if self.resolved_at is not None:
            yield self.resolved_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """An invented vendor and everything that ever happened to it.

    `platform` is ``statuspage`` or ``incidentio``. `zone` is the IANA zone of its page.
    `created_at` is when the page was made; nothing happened before. `url` is the page's root and
    ends in "/".
    """

    slug: str
    name: str
    platform: str
    zone: str
    url: str
    created_at: datetime
    components: tuple[TruthComponent, ...]
    incidents: tuple[TruthIncident, ...] = ()

    @property
    def tz(self) -> ZoneInfo:
        """The page's zone."""
        return ZoneInfo(self.zone)

    @property
    def page_id(self) -> str:
        """The page's id in the form its platform uses."""
        return new_id(self.platform, self.created_at, self.slug, "page")

    def group_id(self, group: str) -> str:
        """Return a group's id in the form the platform uses."""
        return new_id(self.platform, self.created_at, self.slug, "group", group)

    def component(self, component_id: str) -> TruthComponent:
        """Return a component. Raises KeyError when there is none."""
        for component in self.components:
            if component.id == component_id:
                return component
        raise KeyError(component_id)

    @property
    def showcase_components(self) -> list[TruthComponent]:
        """The components whose uptime is published."""
        return [component for component in self.components if component.showcase]

    def visible(self, now: datetime) -> Iterator[TruthIncident]:
        """Yield the incidents and maintenances the vendor has spoken of by `now`, in no particular
        order.
        """
        for incident in self.incidents:
            if incident.visible_at <= now:
                yield incident

    def level(self, component_id: str, at: datetime) -> Level:
        """Return the component's level at an instant: the worst of its incidents."""
        worst = Level.OPERATIONAL
        for incident in self.incidents:
            worst = max(worst, incident.level(component_id, at))
        return worst

    def levels_at(self, now: datetime) -> list[Level]:
        """Return the level of every component at an instant."""
        return [self.level(component.id, now) for component in self.components]

    def levels(self, component_id: str, *, now: datetime) -> list[tuple[Interval, Level]]:
        """Return the bad levels of a component until `now`, ascending and disjoint, equal
        neighbours joined.
        """
        edges = {now, *self._instants(component_id, before=now)}
        spans: list[tuple[Interval, Level]] = []
        for start, end in pairwise(sorted(edges)):
            level = self.level(component_id, start)
            if spans and spans[-1][1] == level and spans[-1][0].end == start:
                spans[-1] = (Interval(spans[-1][0].start, end), level)
            elif level is not Level.OPERATIONAL:
                spans.append((Interval(start, end), level))
        return spans

    def _instants(self, component_id: str, before: datetime) -> Iterator[datetime]:
        """Yield the instants before another, of the incidents that concern a component."""
        for incident in self.incidents:
            if component_id not in incident.effects:
                continue
            for at in incident.instants():
                if at < before:
                    yield at

    def seconds(self, component_id: str, day: date, *, now: datetime) -> Seconds:
        """Return the exact seconds at each bad level of a component on one day of the page's zone.

        At every instant the worst level counts; what lies after `now` has not happened. Days before
        the component's start are counted like any other. This is the oracle of the tests: it sweeps
        the day from event to event.
        """
        whole = day_interval(day, self.tz)
        end = min(whole.end, now)
        edges: set[datetime] = set()
        if whole.start < end:
            edges = {whole.start, end}
        for at in self._instants(component_id, before=end):
            if whole.start < at:
                edges.add(at)
        sums = dict.fromkeys(Level, 0.0)
        for since, until in pairwise(sorted(edges)):
            sums[self.level(component_id, since)] += (until - since).total_seconds()
        return Seconds(
            maintenance=sums[Level.MAINTENANCE],
            degraded=sums[Level.DEGRADED],
            partial=sums[Level.PARTIAL_OUTAGE],
            major=sums[Level.MAJOR_OUTAGE],
        )

    def changed_at(self, now: datetime) -> datetime:
        """Return the last instant by `now` at which anything on the page changed."""
        latest = self.created_at
        for incident in self.incidents:
            for at in incident.instants():
                if latest < at <= now:
                    latest = at
        return latest

    def component_changed_at(self, component_id: str, now: datetime) -> datetime:
        """Return the last instant by `now` at which the component's state changed."""
        latest = self.created_at
        for span, _ in self.levels(component_id, now=now):
            for edge in (span.start, span.end):
                if latest < edge < now:
                    latest = edge
        return latest


def _instants_of(transitions: Iterable[Transition]) -> Iterator[datetime]:
    for at, _ in transitions:
        yield at


def new_id(platform: str, at: datetime, *parts: str) -> str:
    """Return an id as the platform writes them, the same for the same parts."""
    return ulid(at, *parts) if platform == "incidentio" else short_id(*parts)


def short_id(*parts: str) -> str:
    """Return 12 characters of [a-z0-9]."""
    number = int.from_bytes(sha256("/".join(parts).encode()).digest()[:10])
    return "".join(_BASE36[number // 36**place % 36] for place in range(12))


def ulid(at: datetime, *parts: str) -> str:
    """Return a ULID: 10 characters of time in milliseconds and 16 that depend on the parts."""
    milliseconds = int(at.timestamp() * 1000)
    number = (milliseconds << 80) | int.from_bytes(sha256("/".join(parts).encode()).digest()[:10])
    return "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(26)))


def whole_second(instant: datetime) -> datetime:
    """Return the instant without its fraction of a second."""
    return instant - timedelta(microseconds=instant.microsecond)
