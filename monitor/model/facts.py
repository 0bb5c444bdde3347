"""Facts: what the store knows of a page, read back. Pure."""

from dataclasses import dataclass
from datetime import datetime

from monitor.intervals import Interval
from monitor.model.evidence import (
    Bar,
    Component,
    Coverage,
    Impact,
    Incident,
    IncidentUpdate,
    ReportedUptime,
)
from monitor.model.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRun:
    """A component's polled state held over [start, end), run-length encoded. `level` None = an
    unknown word.

    `seen_until` is the last reading that showed it; from then on it is only taken to have held,
    until the reading that showed another one. None = it was seen until its end.
    """

    component_id: str
    level: Level | None
    span: Interval
    seen_until: datetime | None = None

    @property
    def last_seen(self) -> datetime:
        """The last instant at which it is known to have held, not after its end."""
        return self.span.end if self.seen_until is None else min(self.seen_until, self.span.end)

    def holds_at(self, polled_until: datetime | None) -> bool:
        """Whether it was going on at the page's last reading of states."""
        return self.last_seen == self.span.end == polled_until


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownComponent:
    """A component as the store keeps it: `slug` never changes; `removed_at` None = still on the
    page.
    """

    component: Component
    slug: str
    first_seen_at: datetime
    removed_at: datetime | None = None

    @property
    def id(self) -> str:
        """The vendor's id of it."""
        return self.component.id

    def is_listed_after(self, instant: datetime) -> bool:
        """Whether it is on the page still or left it later than this."""
        return self.removed_at is None or self.removed_at > instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClaim:
    """An incident was read to claim that a component is at a level and that it goes on. `span` is
    from when that was read, before the claimed start where that is dated ahead, until another
    reading said otherwise. `level` as that of an `Impact`. `last_read` is the last poll in that
    time; None = it is known still, or nothing says when it was polled last.
    """

    component_id: str
    incident_id: str
    level: Level | None
    span: Interval
    last_read: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """Everything known about one page at one moment of knowledge; `monitor.days` makes days of it.

    `open_claims` are the times at which incidents were known to claim what goes on, whatever is
    told of them now: what is claimed of other times, nobody could know then.
    `excused` are impacts the user has overridden, as they were: what they explain of the polled
    states does not count.
    """

    components: tuple[KnownComponent, ...] = ()
    incidents: tuple[Incident, ...] = ()
    updates: tuple[IncidentUpdate, ...] = ()
    impacts: tuple[Impact, ...] = ()
    bars: tuple[Bar, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    runs: tuple[ObservedRun, ...] = ()
    reported: tuple[ReportedUptime, ...] = ()
    open_claims: tuple[OpenClaim, ...] = ()
    excused: tuple[Impact, ...] = ()

    @property
    def polled_until(self) -> datetime | None:
        """When the page's state was read last; None = never."""
        return max((run.span.end for run in self.runs), default=None)
