"""The vocabulary: levels, what pages say (evidence and facts), and what we conclude (days). Pure.

Identifiers called ``component_id`` and ``incident_id`` here are always the *vendor's* ids, never
database keys.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from monitor.intervals import Interval
from monitor.plain import safe_link


class Level(IntEnum):
    """How bad one component was, worst highest. *Unknown* is not a level but the absence of one:
    ``None``.
    """

    OPERATIONAL = 0
    MAINTENANCE = 1
    DEGRADED = 2
    PARTIAL_OUTAGE = 3
    MAJOR_OUTAGE = 4

    @property
    def word(self) -> str:
        """The machine word, e.g. ``partial_outage``."""
        return self.name.lower()

    @property
    def title(self) -> str:
        """The word for people, e.g. ``partial outage``."""
        return self.word.replace("_", " ")

    @property
    def is_outage(self) -> bool:
        """Whether this level counts in the headline figure (partial or major outage)."""
        return self >= Level.PARTIAL_OUTAGE


BAD_LEVELS = (Level.MAJOR_OUTAGE, Level.PARTIAL_OUTAGE, Level.DEGRADED, Level.MAINTENANCE)


def level_word(level: Level | None) -> str:
    """Return the machine word of a level; ``unknown`` for None."""
    return "unknown" if level is None else level.word


class Basis(StrEnum):
    """Why we believe an impact's level."""

    TRANSITION = "transition"  # the vendor posted the component's state
    DECLARED = "declared"  # the platform serves impacts itself
    INFERRED = "inferred"  # only the incident's impact word is known; a per-vendor setting maps it


class Phase(StrEnum):
    """Where an incident or maintenance is in its life."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # the vendor removed it; kept as we saw it


class Aspect(StrEnum):
    """What kind of statement a coverage span is about."""

    BARS = "bars"
    IMPACTS = "impacts"
    OBSERVATIONS = "observations"


class Confidence(StrEnum):
    """How firmly a day's level stands: first-hand record, rebuilt from updates, or inferred."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def worst_level(levels: Iterable[Level | None]) -> Level | None:
    """Return the worst known level; None when none is known."""
    return max((level for level in levels if level is not None), default=None)


# evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInfo:
    """What a page says of itself. `zone` is None when the page does not say. `remark` is what a
    reader must know beside the state, e.g. an indicator that contradicts the components; None when
    there is nothing.
    """

    external_id: str | None = None
    name: str | None = None
    zone: str | None = None
    indicator: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A vendor's part. `start_date` is the first day (in the page's zone) the vendor counts;
    earlier days are unknown. `has_bars`: the vendor publishes an uptime record for it. Group rows
    are never components.
    """

    id: str
    name: str
    group: str | None = None
    region: str | None = None
    position: int = 0
    start_date: date | None = None
    has_bars: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident or maintenance as the vendor publishes it now.

    `started_at` is the vendor's start (for a maintenance: scheduled start), `resolved_at` its end;
    None = not ended. `component_ids`: every component it ever named; empty = unattributed: it is
    listed and gives no level. `unlisted_at` is for facts read back: the first reading of a list
    that should hold it and does not; None = it is listed, or too old for the list, or no list was
    read. It changes no level: the vendor may only have tidied up. `url` is one a person may follow,
    http or https; any other that is given, or was stored, is None (`safe_link`).
    """

    id: str
    title: str
    phase: Phase
    status: str
    impact: str
    started_at: datetime
    resolved_at: datetime | None = None
    url: str | None = None
    maintenance: bool = False
    component_ids: tuple[str, ...] = ()
    unlisted_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.url is not None and safe_link(self.url) is None:
            object.__setattr__(self, "url", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedState:
    """A component's state as an incident's update gave it. `level` None = the vendor's `word` is
    unknown to us.

    `before` is the state the component was in until then by the vendor's word (Statuspage's
    ``old_status``); None = not said, or a word we do not know.
    """

    component_id: str
    level: Level | None
    word: str | None = None
    before: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdate:
    """One message of an incident or maintenance: when the vendor says it was posted, its word, text
    and states.

    `key` names it among those of its incident: the vendor's id of it, else one made of its time and
    status. `text` may be HTML when told; the store keeps it as plain text, and leaves it out of the
    facts that days are derived from. `states` are those it gives, in the vendor's order.
    """

    incident_id: str
    key: str
    at: datetime
    status: str
    text: str = ""
    states: tuple[PostedState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """One component at one level over [start, end). `end` None = still going on when it was read.
    An end later than the reading is that of an incident told to be over, whose vendor's clock or
    date is ahead: the store ends it at the reading that first said so.

    `level` is None when `basis` is INFERRED: then `word` (the incident's impact word) is mapped to
    a level by the vendor's setting when days are derived; and when the vendor posted a state `word`
    we do not know: then the span is unknown. `source` is the record it came from, e.g.
    ``statuspage.incident``.
    """

    component_id: str
    level: Level | None
    start: datetime
    end: datetime | None
    basis: Basis
    source: str
    incident_id: str | None = None
    word: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The vendor's own seconds of partial and major outage for one component and one day of the
    page's zone.

    Only bars with seconds or with incidents are kept; a bar of zero is a day inside BARS coverage
    without a row.
    """

    component_id: str
    day: date
    partial_seconds: int = 0
    major_seconds: int = 0
    incident_ids: tuple[str, ...] = ()
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A component's state in one answer. `level` is None when the vendor used a word we do not know
    (`word`).
    """

    component_id: str
    level: Level | None
    word: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The span a source spoke for. `component_id` None = every component of the page.

    `complete`: the evidence this belongs to lists *everything* this source has inside the span, so
    stored impacts (or bars of the component) of the same source that touch the span and are not
    listed again are superseded.
    """

    span: Interval
    aspect: Aspect
    component_id: str | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedUptime:
    """An uptime figure the vendor prints, as a ratio 0..1. `component_id` None = the whole page."""

    component_id: str | None
    window_days: int
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something a backfill could not read: `what` names it for people, `reason` is the error's
    reason.
    """

    what: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one answer, or a few read together, said. Stored in one transaction.

    `components` None = this answer does not list components; otherwise it is the complete list and
    components not in it have been removed by the vendor. `observed` None = no current state;
    otherwise the complete state at `read_at`. `withdrawn`: ids of incidents the vendor removed.
    `chunk` names the piece of a backfill this completes (it is not fetched again by a resumed run);
    `final` means it can no longer change. `unknown_words` are vendor words outside our vocabulary,
    counted and never green. `cursor` is handed back to the next `poll` untouched.

    An incident listed here is told whole: its impacts here replace all that was told of it before,
    also when there are none. `outline`: the incidents are told without what they meant for
    components (a feed, a list of titles); what is known of that stays, and ends where one is told
    to be over.

    `updates` are all those of the incidents listed beside them: one that we hold of such an
    incident and that is not among them was taken back. An incident listed without any keeps those
    it has: not every answer holds them. `lists`: every incident of this source that lies in this
    span is among `incidents`; None = they are only some.
    """

    source: str
    read_at: datetime
    page: PageInfo | None = None
    components: tuple[Component, ...] | None = None
    incidents: tuple[Incident, ...] = ()
    updates: tuple[IncidentUpdate, ...] = ()
    impacts: tuple[Impact, ...] = ()
    bars: tuple[Bar, ...] = ()
    observed: tuple[Observation, ...] | None = None
    coverage: tuple[Coverage, ...] = ()
    reported: tuple[ReportedUptime, ...] = ()
    withdrawn: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unknown_words: tuple[str, ...] = ()
    chunk: str | None = None
    final: bool = False
    cursor: str | None = None
    outline: bool = False
    lists: Interval | None = None


# facts, read back


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
    """Everything known about one page at one moment of knowledge; the input of `monitor.classify`.

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


# days


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Seconds at each bad level on one day; at every instant only the worst level counts, so they
    add up.
    """

    maintenance: float = 0.0
    degraded: float = 0.0
    partial: float = 0.0
    major: float = 0.0

    @property
    def outage(self) -> float:
        """Seconds of partial or major outage."""
        return self.partial + self.major

    @property
    def bad(self) -> float:
        """Seconds worse than maintenance."""
        return self.degraded + self.partial + self.major

    @property
    def total(self) -> float:
        """Seconds at any bad level."""
        return self.maintenance + self.degraded + self.partial + self.major

    def of(self, level: Level) -> float:
        """Return the seconds at one bad level."""
        return (0.0, self.maintenance, self.degraded, self.partial, self.major)[level]


NO_SECONDS = Seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Our classification of one component's (or vendor's) calendar day.

    `level` None = unknown: nothing bad was said, and too little is known to call it operational;
    `seconds` and `covered_seconds` say what is. `length_seconds` is the day's length in its zone,
    for today the part that has elapsed. 0 <= seconds.total <= covered_seconds <= length_seconds.
    `source` is the aspect the outage seconds came from. A `disputed` day keeps the value that
    counts in `seconds`; `other` holds what the other sources say.

    Of a vendor's day, `component_id` is the component whose seconds, source and confidence these
    are (the one that was out longest), and `known_components` of `counted_components` are known;
    None = all of them, or a component's day.
    """

    day: date
    level: Level | None
    length_seconds: float
    covered_seconds: float
    seconds: Seconds = NO_SECONDS
    source: Aspect | None = None
    confidence: Confidence | None = None
    disputed: bool = False
    other: Seconds | None = None
    incident_ids: tuple[str, ...] = ()
    component_id: str | None = None
    known_components: int | None = None
    counted_components: int | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether the day is unknown and there is nothing to say of it either."""
        return self.level is None and not self.covered_seconds and not self.incident_ids

    @property
    def known_seconds(self) -> Seconds | None:
        """The seconds at each bad level; None where nothing of the day is known."""
        return self.seconds if self.covered_seconds else None

    @property
    def coverage(self) -> float:
        """Covered share of the (elapsed) day, 0..1."""
        return min(1.0, self.covered_seconds / self.length_seconds) if self.length_seconds else 0.0


@dataclass(frozen=True, slots=True)
class DayRun:
    """Consecutive days, first to last inclusive, fully covered and without anything to say:
    operational.
    """

    first: date
    last: date
    source: Aspect
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Window:
    """`first` to `last` inclusive, in days of the page's zone."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The classified days of one component or vendor from `first` to `last`, sparse.

    `days` holds the days with something to say; days inside a `quiet` run are operational and fully
    covered; every other day is unknown. `lengths` gives the day lengths that differ from 86,400 s
    (clock changes, today).
    """

    first: date
    last: date
    days: Mapping[date, Day]
    quiet: tuple[DayRun, ...] = ()
    lengths: Mapping[date, float] = field(default_factory=dict)

    def day(self, day: date) -> Day:
        """Return the classification of any day; unknown outside what was derived."""
        known = self.days.get(day)
        if known is not None:
            return known
        length = self.lengths.get(day, 86_400.0)
        for run in self.quiet:
            if run.first <= day <= run.last:
                return Day(
                    day=day,
                    level=Level.OPERATIONAL,
                    length_seconds=length,
                    covered_seconds=length,
                    source=run.source,
                    confidence=run.confidence,
                )
        return Day(day=day, level=None, length_seconds=length, covered_seconds=0.0)

    def each(self, window: Window) -> Iterator[Day]:
        """Yield every day of the window in order."""
        for offset in range((window.last - window.first).days + 1):
            yield self.day(date.fromordinal(window.first.toordinal() + offset))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHistory:
    """A page's derived days: the vendor's own (worst of its included components) and each
    component's, by id.

    `excluded` are ids the user left out of the vendor's figure; they keep their own history.
    """

    vendor: History
    components: Mapping[str, History]
    excluded: frozenset[str] = frozenset()
