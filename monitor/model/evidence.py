"""Evidence: what one answer of a page said. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from monitor.intervals import Interval
from monitor.model.levels import Aspect, Basis, Level, Phase
from monitor.plain import safe_link


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

    @property
    def full_name(self) -> str:
        """The name as people are told it: with its group, e.g. ``EU / VMs``."""
        return f"{self.group} / {self.name}" if self.group else self.name


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

    @property
    def is_open(self) -> bool:
        """Whether it has begun and goes on."""
        return self.phase is Phase.OPEN


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
