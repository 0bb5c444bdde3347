"""What goes into the store and comes out of it, beside the vocabulary of `monitor.model`. Plain
data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from monitor.intervals import zone_named
from monitor.model import Day, Incident, IncidentUpdate


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpec:
    """A page as configured. `platform` None = to be detected; `zone` None = what the page says,
    else UTC. `settings` are all that are kept of the vendor; None = not known.
    """

    slug: str
    name: str
    url: str
    platform: str | None = None
    zone: str | None = None
    interval_seconds: int = 300
    settings: Mapping[str, Any] | None = None


class PageMark(NamedTuple):
    """What is another after every poll, and after whatever a report could show: see `PageRecord`
    for the fields.
    """

    slug: str
    version: int
    last_poll_at: datetime | None
    derived_at: datetime | None


class PageState(NamedTuple):
    """What an export needs of a page, which is read at every scrape: see `PageRecord` for the
    fields.
    """

    id: int
    slug: str
    name: str
    url: str
    platform: str | None
    zone_name: str
    last_poll_at: datetime | None
    last_success_at: datetime | None
    last_ok: bool | None
    last_error_reason: str | None
    version: int
    derived_day: date | None
    derived_at: datetime | None

    @property
    def zone(self) -> ZoneInfo:
        """The zone its days are cut in. Raises ValueError where this machine does not know it."""
        return zone_named(self.zone_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """One poll and what follows from it for the page.

    `outcome` is ``ok``, ``unchanged`` (the last reading still stands) or ``failed``; `reason` and
    `message` say why it failed. After a silence longer than `max_gap_seconds` an unchanged answer
    starts a new observation instead of prolonging the last one.
    """

    page_id: int
    started_at: datetime
    duration_ms: int
    outcome: str
    due_at: datetime
    max_gap_seconds: float
    reason: str | None = None
    message: str | None = None
    http_status: int | None = None
    requests: int = 0
    wire_bytes: int = 0
    sha256: str | None = None
    failures: int = 0
    parse_failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What saving one piece of evidence changed; false when it changed nothing.

    `affected_since` is the earliest instant whose classification may differ now; None = none. That
    observations merely went on is no change. `left_out`: a state was read earlier than the last one
    we have, and does not count; what would make the next request conditional on it must not be
    kept.
    """

    added: int = 0
    superseded: int = 0
    updated: int = 0
    affected_since: datetime | None = None
    new_components: tuple[str, ...] = ()
    removed_components: tuple[str, ...] = ()
    left_out: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.superseded or self.updated)


@dataclass(frozen=True, slots=True)
class Validator:
    """What makes the next request for a URL conditional."""

    etag: str | None
    last_modified: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """A body to be kept as a snapshot: what this URL answered, with this HTTP status."""

    body: bytes
    media_type: str
    url: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class BodyRef:
    """A body that is kept as a snapshot, and the answer it came in: the last one that had it before
    it changed.
    """

    url: str
    status: int
    sha256: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Pin:
    """A body that stays because it is behind a day of the page's zone; `why` is a word of
    `monitor.pins`, or the reason of the error for which it could not be read.
    """

    day: date
    why: str
    ref: BodyRef


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedBody:
    """A body kept for good behind a day, and every reason why; `size_bytes` as it was received,
    decoded.
    """

    ref: BodyRef
    why: tuple[str, ...]
    media_type: str
    size_bytes: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A body as it was received."""

    sha256: str
    media_type: str
    body: bytes
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRecord:
    """A completed piece of a backfill; `final` pieces are never read again."""

    name: str
    completed_at: datetime
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownWordRecord:
    """A vendor's word outside our vocabulary, and how often it came."""

    word: str
    first_seen_at: datetime
    last_seen_at: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRevision:
    """One revision of a closed day, from 1. It stood from `recorded_at` until `superseded_at` (None
    = it stands).
    """

    revision: int
    day: Day
    recorded_at: datetime
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentVersion:
    """An incident as the page published it from `recorded_at` until `superseded_at` (None =
    still).
    """

    incident: Incident
    recorded_at: datetime
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateVersion:
    """A message of an incident, as plain text, that stood from `recorded_at` until `superseded_at`
    (None = it stands).

    `recorded_at` is when we first read it so. It was edited or taken back at some time before
    `superseded_at`.
    """

    update: IncidentUpdate
    recorded_at: datetime
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealedPage:
    """A page of which something was stored later than now, up to `latest`.

    `until` is the last reading that is believed, None = none is: what was stored as read later is
    set aside.
    """

    slug: str
    latest: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedRows:
    """How many rows were deleted."""

    polls: int = 0
    snapshots: int = 0
