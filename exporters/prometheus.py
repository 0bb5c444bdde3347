"""What the store knows, and how polling goes, as Prometheus text. Read at every scrape; nothing is
decided here.

The state of a vendor comes from the store (`StateMetrics`), counters of our own polling from
`PollMetrics`; `blocks` writes both as text format 0.0.4 or OpenMetrics 1.0. Lines look like this::

    vendorstatus_up{vendor="acme"} 1
    vendorstatus_last_success_timestamp_seconds{vendor="acme"} 1779451200
    vendorstatus_vendor_level{vendor="acme"} 3
    vendorstatus_vendor_day_level{vendor="acme",dates_ago="1",closed="yes"} 4
    vendorstatus_vendor_outage_ratio{vendor="acme",window="90d"} 0.25
    vendorstatus_component_level{vendor="acme",component="api"} 3
    vendorstatus_component_info{vendor="acme",component="api",name="API",group="Europe",critical="yes"}
    1 vendorstatus_poll_failures_total{platform="statuspage",reason="timeout"} 2.0

A level is a number: 0 operational, 1 maintenance, 2 degraded, 3 partial outage, 4 major outage.
What is not known has no sample; it is never 0 (a day that is not known has `UNKNOWN`). Samples
carry no timestamps and, outside the info metrics, no free text. The days of a window are days of
the page's zone and end with today there.

A day of a page carries its own date: `dates_ago="1"` is the page's day whose date is one before
UTC's at the moment of the scrape, whatever the page's zone, so that it can be found again without
knowing the zone (`grafana.generate.queries`). It is told until it is over everywhere, and says
whether it is over where the page is.

Text is written by hand because 1,000 vendors with 30 components are more than half a million lines.
A vendor's lines are kept, by family, until the store has something new about it or its day ends.
The formats want all lines of a family together, so a scrape joins them family by family. What
bundles of vendors compress to is kept too, and a compressed answer is joined from that without
touching the text (`exporters.gzipped`).
"""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from itertools import islice
from threading import Lock
from typing import NamedTuple, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector

from exporters.gzipped import Piece, piece
from monitor import overrides
from monitor.clocks import is_ahead
from monitor.config import VendorConfig
from monitor.errors import STORE_CAUSES, ClockOff, StoreError
from monitor.history import named_ids, options
from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.intervals import Interval, day_interval, day_of
from monitor.model import History, Incident, KnownComponent, Level, PageFacts, PageHistory, Phase
from monitor.plain import visible
from monitor.ratios import (
    DEFAULT_POLICY,
    POLICIES,
    Policy,
    WindowFigures,
    figures,
    reported_ratios,
    vendor_formula,
    window_ending,
)
from monitor.since import DAYS, Since, outage_since
from monitor.standing import Standing, is_bad, together

PREFIX = "vendorstatus_"
WINDOW_DAYS = (7, 30, 90)
LONGEST_WINDOW = max(WINDOW_DAYS)
# So many vendors' lines make a block. More, and one that changes has more neighbours to compress
# again; fewer, and there are more blocks to join at each scrape, which compress worse.
BUNDLE_SIZE = 32
_LONGEST = f',window="{LONGEST_WINDOW}d"'
DATES_AGO = (0, 1, 2)
"""The dates of a page's days that are told, in dates before UTC's. West of Greenwich today's is 1
for some hours; east of it a day that UTC has not reached is told when it does."""
UNKNOWN = -1
"""What is said of a day that is not known. Without a sample it would be taken for what was last
said of it."""
STALE_INTERVALS = 2
"""For how many of its intervals nothing may be kept until a vendor's figures are no longer its
state now."""

ANSWER_SECONDS = 3.0
"""How long the store may be silent during a scrape; then the answer is made from what it said
last."""

LEAST_SECONDS = 0.25
"""How long the store may be silent when an answer has waited that long for the one before it."""

UNKEPT = "store"
"""The reason for which a page is unreadable while what is read of it cannot be kept."""

_STILL_TRUE = "vendor_info"
"""The one family of a vendor's kept lines that says nothing of its state."""

IMPACTS = (*DEFAULT_IMPACT_MAPPING, "other")
"""The closed set of the `impact` label. `maintenance` is any maintenance under way, `other` a word
of another set."""

MOST_INCIDENTS = 5
"""How many open incidents of a vendor have a series, the newest; a series ends with its incident,
or its title."""

LONGEST_TITLE = 120
"""How many characters of an incident's title are told."""

TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


# ------------------------------------------------------------------------------------------- what
# we read of the store


class PageRow(Protocol):
    """One configured page, as the store keeps it."""

    @property
    def id(self) -> int:
        """The store's key of the page."""

    @property
    def slug(self) -> str:
        """The vendor's slug: the `vendor` label."""

    @property
    def name(self) -> str:
        """The vendor's name for people."""

    @property
    def url(self) -> str:
        """The page's address."""

    @property
    def platform(self) -> str | None:
        """The software behind the page; None = not detected yet."""

    @property
    def zone(self) -> tzinfo:
        """The zone the page's days are cut in."""

    @property
    def last_poll_at(self) -> datetime | None:
        """When the page was last asked; None = never."""

    @property
    def last_success_at(self) -> datetime | None:
        """When the page was last fetched and read; None = never."""

    @property
    def last_ok(self) -> bool | None:
        """Whether the last poll succeeded; None = never polled."""

    @property
    def last_error_reason(self) -> str | None:
        """Why the last poll failed, one of a small closed set; None when it did not."""

    @property
    def version(self) -> int:
        """A number that grows whenever what is stored about the page changes."""

    @property
    def derived_day(self) -> date | None:
        """The last day that was derived; None = none yet."""

    @property
    def derived_at(self) -> datetime | None:
        """When that was; None = never."""


class CurrentRow(Protocol):
    """The state of a page at its last success; components are keyed by the vendor's ids."""

    @property
    def levels(self) -> Mapping[str, Level | None]:
        """The level of each component at the last success; None = a word we do not know."""

    @property
    def components(self) -> tuple[KnownComponent, ...]:
        """The components still on the page."""

    @property
    def excluded(self) -> frozenset[str]:
        """Ids of components that do not count in the vendor's own figures."""

    @property
    def open_incidents(self) -> tuple[Incident, ...]:
        """The incidents the page lists as not ended."""


class ClockFigures(Protocol):
    """What the collecting side has noticed about clocks, in seconds; see
    `monitor.clocks.ClockLedger`.
    """

    @property
    def offsets(self) -> Mapping[str, float]:
        """How far the clock behind each vendor's page is ahead of ours, by slug."""

    @property
    def offset_seconds(self) -> float | None:
        """How far our clock is ahead of those behind the pages, by their median; None = too few
        were heard.
        """

    @property
    def step_seconds(self) -> float:
        """The greatest step of our clock within the last hour: ahead > 0, back < 0, 0 = none."""

    @property
    def healed_pages(self) -> int:
        """How often within the last hour readings of a page that lay later than now were set
        aside.
        """


class StoreHealth(Protocol):
    """How the store is doing; see `monitor.store.health`."""

    @property
    def written_seconds_ago(self) -> float | None:
        """How long ago something was last written, in seconds; None = nothing yet."""

    @property
    def unwritten_seconds(self) -> float:
        """For how long nothing was written, in seconds; since the beginning, if nothing was yet."""


class Readings(Protocol):
    """What this exporter reads of the store."""

    def page_states(self, slugs: Collection[str] | None = None) -> Sequence[PageRow]:
        """Return the configured pages; only those of `slugs` if given."""

    def listed_history(self, page_id: int, first: date, last: date) -> PageHistory:
        """Return the derived days from first to last, both included, of what is on the page."""

    def current(self, page_id: int) -> CurrentRow:
        """Return the state at the last success."""

    def published(self, page_id: int, first: date) -> PageFacts:
        """Return the vendor's own bars, what they cover, and the uptimes it prints."""

    def facts(self, page_id: int, *, since: datetime | None = None) -> PageFacts:
        """Return what was told and seen of what touches [since, ...)."""

    def revised_days(self, page_id: int, first: date, last: date) -> int:
        """Return how many closed days from first to last changed after they were first derived."""

    def size_bytes(self) -> int:
        """Return the size of the database."""


# families and rendering


class Block:
    """Finished lines, as bytes, and once somebody asks also as a piece of a gzip stream. Never
    changes.
    """

    __slots__ = ("_piece", "parts")

    def __init__(self, parts: Iterable[bytes]) -> None:
        self.parts = tuple(parts)
        self._piece: Piece | None = None

    def piece(self) -> Piece:
        """Return the lines compressed; the work is done once."""
        if self._piece is None:
            self._piece = piece(self.parts)
        return self._piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A metric family. `samples` are blocks of finished lines, each ending in a newline; see
    `sample`.

    `unit`, when there is one, is the last word of the name.
    """

    name: str
    help: str
    type: str = "gauge"
    unit: str | None = None
    samples: Sequence[Block] = ()


def blocks(families: Iterable[Family], *, openmetrics: bool, more: bytes = b"") -> list[Block]:
    """Return the families that have samples, then `more`, in text format 0.0.4 or OpenMetrics 1.0.

    `more` is text in the same format without the closing ``# EOF``, which is written here, once.
    """
    found: list[Block] = []
    for family in families:
        if family.samples:
            found.append(_header(replace(family, samples=()), openmetrics=openmetrics))
            found.extend(family.samples)
    return [*found, Block([more, b"# EOF\n" if openmetrics else b""])]


@cache
def _header(family: Family, *, openmetrics: bool) -> Block:
    return Block([header(family, openmetrics=openmetrics)])


def header(family: Family, *, openmetrics: bool) -> bytes:
    """Return what stands before a family's samples."""
    unit = f"# UNIT {family.name} {family.unit}\n" if openmetrics and family.unit else ""
    return (
        f"# HELP {family.name} {family.help}\n# TYPE {family.name} {family.type}\n{unit}".encode()
    )


def render(families: Iterable[Family], *, openmetrics: bool, more: bytes = b"") -> bytes:
    """Return the text of `blocks`."""
    found = blocks(families, openmetrics=openmetrics, more=more)
    return b"".join(part for block in found for part in block.parts)


def label(name: str, value: str) -> str:
    """Return a label pair with its value escaped, as both formats want it."""
    escaped = value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return f'{name}="{escaped}"'


def day_labels(ago: int, *, closed: bool) -> tuple[tuple[str, str], ...]:
    """Return the labels of a day of a page: how many dates before UTC's its own is, and whether it
    is over there.
    """
    return ("dates_ago", str(ago)), ("closed", "yes" if closed else "no")


def sample(name: str, labels: str, value: float) -> str:
    """Return one line. `labels` are pairs made by `label`, joined with commas; whole numbers lose
    their fraction.
    """
    number = int(value) if value == int(value) else value
    return f"{name}{{{labels}}} {number!r}\n" if labels else f"{name} {number!r}\n"


# the state of vendors

_CACHED = f"cached, see {PREFIX}last_success_timestamp_seconds"
_SCALE = "0 operational, 1 maintenance, 2 degraded, 3 partial outage, 4 major outage"
_DAY = (
    f"Level of the page's calendar day that is so many dates before UTC's, -1 not known: {_SCALE}."
)
_REPORTED = "Uptime of the window as the vendor's page prints it, 0 to 1"
_DOWNTIME = "Weighted outage time among the covered time, 0 to 1, by policy."


def _declare(short: str, text: str, unit: str | None = None) -> tuple[str, Family]:
    return short, Family(name=PREFIX + short, help=text, unit=unit)


STATE_FAMILIES: Mapping[str, Family] = dict(
    (
        _declare("up", "Whether the last poll of the page was fetched and read: 1 yes, 0 no."),
        _declare(
            "last_poll_timestamp_seconds", "Unix time of the last poll, in seconds.", "seconds"
        ),
        _declare(
            "last_success_timestamp_seconds",
            "Unix time of the last poll that was fetched and read, in seconds.",
            "seconds",
        ),
        _declare(
            "unreadable_info",
            "Why the last poll of the page failed; 1 until the page is read again.",
        ),
        _declare(
            "vendor_clock_offset_seconds",
            "How far the clock behind the page is ahead of ours, in seconds.",
            "seconds",
        ),
        _declare(
            "vendor_level",
            "Current level: the worst of the counted components, if it is bad or enough are"
            f" known: {_SCALE} ({_CACHED}).",
        ),
        _declare("vendor_day_level", _DAY),
        _declare(
            "vendor_outage_ratio",
            "Outage days among the known days of the window, 0 to 1.",
            "ratio",
        ),
        _declare(
            "vendor_outage_dates",
            "Calendar days of the window with a partial or major outage.",
            "dates",
        ),
        _declare(
            "vendor_major_dates",
            "Calendar days of the window with a major outage; part of the outage days.",
            "dates",
        ),
        _declare(
            "vendor_known_dates", "Calendar days of the window whose level is known.", "dates"
        ),
        _declare(
            "vendor_coverage_ratio",
            "Share of the window's time some source spoke for, 0 to 1.",
            "ratio",
        ),
        _declare("vendor_downtime_ratio", _DOWNTIME, "ratio"),
        _declare("vendor_reported_uptime_ratio", f"{_REPORTED} ({_CACHED}).", "ratio"),
        _declare(
            "vendor_open_incidents",
            f"Incidents open on the page, not scheduled ones, by impact ({_CACHED}).",
        ),
        _declare("vendor_components", f"Components on the page, excluded ones too ({_CACHED})."),
        _declare(
            "vendor_counted_components",
            f"Components that count in the vendor's figures ({_CACHED}).",
        ),
        _declare(
            "vendor_known_components",
            f"Counted components whose current level is known ({_CACHED}).",
        ),
        _declare(
            "vendor_disputed_dates",
            "Calendar days of the window on which the page's own sources disagree.",
            "dates",
        ),
        _declare(
            "vendor_revised_dates",
            "Calendar days of the window that the vendor's record changed after they were closed.",
            "dates",
        ),
        _declare(
            "vendor_outage_since_timestamp_seconds",
            "Unix time since which a partial or major outage goes on without a break, in seconds"
            f" ({_CACHED}).",
            "seconds",
        ),
        _declare(
            "vendor_open_incident_start_timestamp_seconds",
            "Unix time at which an incident began that is open on the page, in seconds"
            f" ({_CACHED}).",
            "seconds",
        ),
        _declare(
            "vendor_overrides",
            "The user's own decisions about single incidents that these figures rest on.",
        ),
        _declare(
            "vendor_info",
            "The vendor's name, the software behind its page, the address and tier; always 1.",
        ),
        _declare("component_level", f"Current level of the component: {_SCALE} ({_CACHED})."),
        _declare("component_day_level", _DAY),
        _declare(
            "component_outage_since_timestamp_seconds",
            "Unix time since which a partial or major outage goes on without a break, in seconds"
            f" ({_CACHED}).",
            "seconds",
        ),
        _declare(
            "component_outage_ratio",
            "Outage days among the known days of the window, 0 to 1.",
            "ratio",
        ),
        _declare(
            "component_outage_dates",
            "Calendar days of the window with a partial or major outage.",
            "dates",
        ),
        _declare(
            "component_known_dates",
            "Calendar days of the window whose level is known.",
            "dates",
        ),
        _declare(
            "component_coverage_ratio",
            "Share of the window's time some source spoke for, 0 to 1.",
            "ratio",
        ),
        _declare("component_downtime_ratio", _DOWNTIME, "ratio"),
        _declare("component_reported_uptime_ratio", f"{_REPORTED} ({_CACHED}).", "ratio"),
        _declare(
            "component_formula_uptime_ratio",
            "Uptime of the window by the vendor's own formula from the bars we read, 0 to 1.",
            "ratio",
        ),
        _declare(
            "component_info",
            "The component's present name and group, and whether the user marked it critical;"
            " always 1.",
        ),
        _declare("database_size_bytes", "Size of the database, in bytes.", "bytes"),
        _declare(
            "store_last_write_timestamp_seconds",
            "Unix time at which something was last written to the database, in seconds.",
            "seconds",
        ),
        _declare(
            "rollup_last_success_timestamp_seconds",
            "Unix time at which days were last derived for any page, in seconds.",
            "seconds",
        ),
        _declare(
            "monitor_clock_timestamp_seconds", "Unix time by our clock, in seconds.", "seconds"
        ),
        _declare(
            "monitor_clock_offset_seconds",
            "How far our clock is ahead of those behind the pages, by their median, in seconds.",
            "seconds",
        ),
        _declare(
            "monitor_clock_step_seconds",
            "Greatest step of our clock within the last hour, back below 0, in seconds.",
            "seconds",
        ),
        _declare(
            "monitor_clock_healed_pages",
            "Pages whose readings later than now were set aside in the last hour.",
        ),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorNow:
    """A vendor as it stands. `level` is the worst current level, None = not known; times are UTC,
    None = never.
    """

    slug: str
    name: str
    url: str
    level: Level | None
    last_success_at: datetime | None
    last_ok: bool | None


class NoSuchVendor(LookupError):
    """A vendor was asked for that is not configured; `slug` says which."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@dataclass(frozen=True, slots=True)
class _Shown:
    """The settings by which is answered; they are the `number`th. Never changed, so threads need no
    lock.
    """

    number: int
    vendors: Mapping[str, VendorConfig]
    policy: Policy
    component_metrics: str

    def vendor(self, slug: str, name: str, url: str) -> VendorConfig:
        """Return a vendor's settings; one without any has the default ones."""
        return self.vendors.get(slug) or VendorConfig(slug=slug, name=name, url=url)


class StateMetrics:
    """The state of every configured vendor, read from the store at each call; safe to call from
    several threads.

    A vendor's lines are kept until its version, its row or the day in its zone changes, so an
    ordinary scrape reads the page rows only. `component_metrics` is one of
    `monitor.config.COMPONENT_METRICS` and says of which components there are series; the vendors'
    own figures stay the same. `vendors` are the settings by slug; a vendor without any has the
    default ones. Raises KeyError for a policy that is not in `monitor.ratios.POLICIES`, and
    whatever the store raises: half an answer would look like vendors that have gone.

    `health` tells when the store was last written: a vendor of which nothing could be kept for two
    of its intervals is not up and has no figures. A store that does not answer is answered for from
    what it said last, as long as that; before it has said anything, what it raises is raised.
    `within` bounds how long the store is waited for.
    """

    def __init__(
        self,
        store: Readings,
        *,
        vendors: Mapping[str, VendorConfig] | None = None,
        policy: str = DEFAULT_POLICY,
        component_metrics: str = "all",
        bundle_size: int = BUNDLE_SIZE,
        clocks: ClockFigures | None = None,
        health: StoreHealth | None = None,
        within: Callable[[float], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._clocks = clocks
        self._health = health
        self._within = within
        self._pages: Sequence[PageRow] = ()
        self._store = store
        self._shown = _Shown(0, vendors or {}, POLICIES[policy], component_metrics)
        self._bundle_size = bundle_size
        self._kept: dict[int, _Kept] = {}
        self._bundles: list[_Bundle] = []
        self._lock = Lock()

    def configure(
        self,
        *,
        vendors: Mapping[str, VendorConfig],
        policy: str = DEFAULT_POLICY,
        component_metrics: str = "all",
    ) -> None:
        """Answer by these settings from now on; arguments and errors are those of the
        constructor.
        """
        self._shown = _Shown(self._shown.number + 1, vendors, POLICIES[policy], component_metrics)

    def families(self, now: datetime) -> list[Family]:
        """Return every state family with its samples at `now`, in the order they are documented."""
        try:
            with self._turn():
                state = self._state(now)
                size = self._store.size_bytes()
                self._kept = {page.id: kept for page, kept in state}
                self._pages = [page for page, _ in state]
                return self._all(state, now, size)
        except StoreError:
            if not self._pages:
                raise
            return self._all(self._remembered(now, None), now, None)

    def _all(
        self, state: "list[tuple[PageRow, _Kept]]", now: datetime, size: int | None
    ) -> list[Family]:
        told = [kept.told(stale=self._is_stale(page, now)) for page, kept in state]
        self._bundles = bundles = list(_bundled(told, self._bundle_size, self._bundles))
        polling = _joined([self._polling(page, kept, now) for page, kept in state])
        whole = _joined([self._whole((page for page, _ in state), now, size)])
        return _families([*(bundle.blocks for bundle in bundles), polling, whole])

    def families_of(self, slugs: Collection[str], now: datetime) -> list[Family]:
        """Return the families of these vendors alone, without those about the monitor. Raises
        NoSuchVendor.
        """
        try:
            with self._within(ANSWER_SECONDS):
                state = self._state(now, slugs)
        except StoreError:
            if not self._pages:
                raise
            state = self._remembered(now, slugs)
        for missing in sorted(set(slugs) - {page.slug for page, _ in state}):
            raise NoSuchVendor(missing)
        return _families(
            [
                _joined(
                    [
                        kept.told(stale=self._is_stale(page, now)).lines
                        | self._polling(page, kept, now)
                        for page, kept in state
                    ]
                )
            ]
        )

    def families_of_monitor(self, now: datetime) -> list[Family]:
        """Return the families that are about the monitor as a whole, at `now`."""
        try:
            with self._within(ANSWER_SECONDS):
                self._pages = self._store.page_states()
                size: int | None = self._store.size_bytes()
        except StoreError:
            if not self._pages:
                raise
            size = None
        return _families([_joined([self._whole(self._pages, now, size)])])

    def slugs(self) -> list[str]:
        """Return the slugs of the configured vendors, in order; as they were last known while the
        store is silent.
        """
        try:
            with self._within(ANSWER_SECONDS):
                self._pages = self._store.page_states()
        except StoreError:
            if not self._pages:
                raise
        return [page.slug for page in self._pages]

    def vendors(self, now: datetime) -> list[VendorNow]:
        """Return every configured vendor as it stands, in the store's order."""
        with self._turn():
            state = self._state(now)
        return [
            _vendor_now(page, kept.level, ahead=is_ahead(page, now) or self._is_stale(page, now))
            for page, kept in state
        ]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Read the store alone, and wait for that no longer than for the store itself. Raises
        StoreError.
        """
        begun = time.monotonic()
        if not self._lock.acquire(timeout=ANSWER_SECONDS):
            raise StoreError("the answer before is still waiting for the database", cause="timeout")
        try:
            with self._within(max(LEAST_SECONDS, ANSWER_SECONDS - (time.monotonic() - begun))):
                yield
        finally:
            self._lock.release()

    def _is_stale(self, page: PageRow, now: datetime) -> bool:
        """Whether nothing could be kept for so long that what is kept is not how the vendor stands
        now.

        Another replica's writes are not ours, but show in the page's row.
        """
        if self._health is None:
            return False
        settings = self._shown.vendor(page.slug, page.name, page.url)
        limit = STALE_INTERVALS * settings.interval_seconds
        if self._health.unwritten_seconds <= limit:
            return False
        return page.last_poll_at is None or (now - page.last_poll_at).total_seconds() > limit

    def _remembered(
        self, now: datetime, slugs: Collection[str] | None
    ) -> "list[tuple[PageRow, _Kept]]":
        """Return what the store said last; of a vendor whose day has ended since only what it is
        called.
        """
        days, found = _Days(now), []
        for page in self._pages:
            if slugs is not None and page.slug not in slugs:
                continue
            kept, key = self._kept.get(page.id), _Key.of(page, days, self._shown.number)
            whole = kept is not None and (kept.key.today, kept.key.utc_today) == (
                key.today,
                key.utc_today,
            )
            found.append((page, kept if kept is not None and whole else _Kept(key, None, {})))
        return found

    def _polling(self, page: PageRow, kept: "_Kept", now: datetime) -> dict[str, bytes]:
        """Return the vendor's lines that change with every poll."""
        offset = self._clocks.offsets.get(page.slug) if self._clocks is not None else None
        return kept.polling(
            page, offset, ahead=is_ahead(page, now), stale=self._is_stale(page, now)
        )

    def _whole(self, pages: Iterable[PageRow], now: datetime, size: int | None) -> dict[str, bytes]:
        """Return the lines that are about the monitor as a whole. A derivation later than now is
        not believed.
        """
        past = (
            page.derived_at
            for page in pages
            if page.derived_at is not None and not is_ahead(page, now)
        )
        derived = max(past, default=None)
        lines = _Lines("")
        lines.add("database_size_bytes", size)
        ago = None if self._health is None else self._health.written_seconds_ago
        lines.add(
            "store_last_write_timestamp_seconds", None if ago is None else now.timestamp() - ago
        )
        lines.add("rollup_last_success_timestamp_seconds", _unix(derived))
        lines.add("monitor_clock_timestamp_seconds", _unix(now))
        if self._clocks is not None:
            lines.add("monitor_clock_offset_seconds", self._clocks.offset_seconds)
            lines.add("monitor_clock_step_seconds", self._clocks.step_seconds)
            lines.add("monitor_clock_healed_pages", self._clocks.healed_pages)
        return lines.text()

    def _state(
        self, now: datetime, slugs: Collection[str] | None = None
    ) -> "list[tuple[PageRow, _Kept]]":
        days = _Days(now)
        return [(page, self._keep(page, days)) for page in self._store.page_states(slugs)]

    def _keep(self, page: PageRow, days: "_Days") -> "_Kept":
        """Return the page's lines, read anew when what they depend on has changed."""
        before, key = self._kept.get(page.id), _Key.of(page, days, self._shown.number)
        if before is not None and before.key == key:
            return before
        level, lines = self._read(page, key)
        if (
            before is not None
        ):  # what reads the same stays the same object, so it is compressed no second time
            lines |= {
                short: text for short, text in before.lines.items() if lines.get(short) == text
            }
        # At once, not when all are read: a scrape that is given up halfway still spares the next
        # one its work.
        self._kept[page.id] = kept = _Kept(key, level, lines)
        # hands the interpreter over: a request that waits for it would else wait 5 ms, again and
        # again
        time.sleep(0)
        return kept

    def _read(self, page: PageRow, key: "_Key") -> tuple[Level | None, dict[str, bytes]]:
        page_id = page.id
        first, shown = key.today - timedelta(days=LONGEST_WINDOW - 1), self._shown
        current, published = self._store.current(page_id), self._store.published(page_id, first)
        settings = shown.vendor(key.slug, key.name, key.url)
        reading = _Reading(
            key=key,
            history=self._store.listed_history(page_id, first, key.today),
            current=current,
            published=published,
            printed=reported_ratios(published),
            tier=settings.tier,
            critical=named_ids(current.components, settings.critical),
            revised_days=self._store.revised_days(page_id, first, key.today),
            min_coverage=settings.min_coverage,
            overrides=len(settings.overrides),
            since=self._since(page, settings, current),
        )
        lines = _Lines(label("vendor", key.slug))
        _vendor(lines, reading, shown.policy)
        for known in reading.shown(shown.component_metrics):
            _component(lines, reading, known, shown.policy)
        return reading.standing.level, lines.text()

    def _since(self, page: PageRow, settings: VendorConfig, current: CurrentRow) -> Since:
        """Return since when outages go on. What was told and seen is read of the pages alone that
        are in one.
        """
        read_at = page.last_success_at
        if read_at is None or not any(
            level is not None and level.is_outage for level in current.levels.values()
        ):
            return Since()
        facts = self._store.facts(page.id, since=read_at - timedelta(days=DAYS))
        facts = overrides.apply(facts, settings.overrides)
        return outage_since(facts, options(settings, page.zone, facts), read_at)


class _Days:
    """The day it is in each zone, and its span; `utc` is UTC's date."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.utc = now.astimezone(UTC).date()
        self._known: dict[tzinfo, tuple[date, Interval]] = {}

    def today(self, zone: tzinfo) -> tuple[date, Interval]:
        if zone not in self._known:
            day = day_of(self._now, zone)
            self._known[zone] = day, day_interval(day, zone)
        return self._known[zone]


class _Key(NamedTuple):
    """Everything a vendor's kept lines depend on."""

    version: int
    derived_day: date | None
    today: date
    utc_today: date
    read: bool
    read_today: bool
    slug: str
    name: str
    url: str
    platform: str
    settings: int

    @classmethod
    def of(cls, page: PageRow, days: _Days, settings: int) -> "_Key":
        (today, span), read_at = days.today(page.zone), page.last_success_at
        return cls(
            version=page.version,
            derived_day=page.derived_day,
            today=today,
            utc_today=days.utc,
            read=read_at is not None,
            read_today=read_at is not None and span.start <= read_at < span.end,
            slug=page.slug,
            name=page.name,
            url=page.url,
            platform=page.platform or "unknown",
            settings=settings,
        )


class _Kept:
    """A vendor's lines by family: those that stand until the key changes, and those of the last
    poll.
    """

    __slots__ = ("_polling", "_stale", "key", "level", "lines")

    def __init__(self, key: _Key, level: Level | None, lines: dict[str, bytes]) -> None:
        self.key = key
        self.level = level
        self.lines = lines
        self._polling: tuple[object, dict[str, bytes]] = (None, {})
        self._stale: _Kept | None = None

    def told(self, *, stale: bool) -> "_Kept":
        """Return these lines, or, when they are `stale`, those alone that say nothing of how the
        vendor stands.
        """
        if not stale:
            return self
        if self._stale is None:
            still = {short: text for short, text in self.lines.items() if short == _STILL_TRUE}
            self._stale = _Kept(self.key, None, still)
        return self._stale

    def polling(
        self, page: PageRow, offset: float | None, *, ahead: bool, stale: bool
    ) -> dict[str, bytes]:
        """Return the lines that change with every poll. `ahead`: what is stored of them lies later
        than now; `stale`: nothing could be kept for too long.
        """
        told = (
            page.last_ok,
            page.last_poll_at,
            page.last_success_at,
            page.last_error_reason,
            offset,
            ahead,
            stale,
        )
        before, lines = self._polling
        if before != told:
            lines = _unbelieved(page, offset) if ahead else _polling(page, offset, stale=stale)
            self._polling = told, lines
        return lines


class _Bundle(NamedTuple):
    """Neighbouring vendors whose lines are compressed together."""

    vendors: list[_Kept]
    blocks: dict[str, Block]


def _bundled(vendors: Sequence[_Kept], size: int, before: Sequence[_Bundle]) -> Iterator[_Bundle]:
    """Yield the vendors' bundles; those in which nothing changed are the ones before."""
    for number, start in enumerate(range(0, len(vendors), size)):
        mine = list(vendors[start : start + size])
        old = before[number] if number < len(before) else _Bundle([], {})
        yield (
            old
            if old.vendors == mine
            else _Bundle(mine, _joined([kept.lines for kept in mine], old.blocks))
        )


def _joined(
    lines: Sequence[Mapping[str, bytes]], before: Mapping[str, Block] | None = None
) -> dict[str, Block]:
    """Return the vendors' lines as one block a family; a block whose lines are the same is the one
    before.
    """
    found = {}
    for short in STATE_FAMILIES:
        parts = tuple(each[short] for each in lines if short in each)
        if parts:
            old = before.get(short) if before else None
            found[short] = old if old is not None and old.parts == parts else Block(parts)
    return found


def _families(found: Sequence[Mapping[str, Block]]) -> list[Family]:
    return [
        replace(family, samples=[each[short] for each in found if short in each])
        for short, family in STATE_FAMILIES.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One vendor as the store told it."""

    key: _Key
    history: PageHistory
    current: CurrentRow
    published: PageFacts
    printed: Mapping[tuple[str | None, int], float]
    tier: str
    critical: frozenset[str]
    revised_days: int
    min_coverage: float
    overrides: int
    since: Since

    @property
    def components(self) -> list[KnownComponent]:
        return [known for known in self.current.components if known.removed_at is None]

    @property
    def standing(self) -> Standing:
        """What the counted components come to at the last reading."""
        counted = (
            known.component.id
            for known in self.components
            if known.component.id not in self.current.excluded
        )
        return together(map(self.current.levels.get, counted), self.min_coverage)

    def day_levels(self, history: History, current: Level | None) -> Iterator[tuple[str, float]]:
        """Yield the labels and the levels of the page's days that have begun."""
        for ago in DATES_AGO:
            day = self.key.utc_today - timedelta(days=ago)
            if day > self.key.today:
                continue
            closed = day < self.key.today
            level = history.day(day).level if closed else self._today(history, current)
            labels = "".join(f",{label(*pair)}" for pair in day_labels(ago, closed=closed))
            yield labels, UNKNOWN if level is None else level

    def _today(self, history: History, current: Level | None) -> Level | None:
        """Today's level so far: what was derived, or anything worse that holds now, if that was
        read today.

        Until today is derived for the first time, what holds now is all that is known of it.
        """
        derived = history.day(self.key.today).level
        begun = self.key.derived_day is not None and self.key.derived_day >= self.key.today
        if not self.key.read_today or (begun and not is_bad(current)):
            return derived
        return max((level for level in (derived, current) if level is not None), default=None)

    def windows(self, history: History) -> Iterator[tuple[str, WindowFigures]]:
        for days in WINDOW_DAYS:
            yield f"{days}d", figures(history, window_ending(self.key.today, days))

    def reported(self, component_id: str | None) -> float | None:
        """What the page prints for the longest window; `component_id` None = for the page. None =
        it prints nothing.
        """
        return self.printed.get((component_id, LONGEST_WINDOW))

    def formula(self, known: KnownComponent) -> float | None:
        """The longest window's uptime by the vendor's own formula, 0 to 1."""
        window = window_ending(self.key.today, LONGEST_WINDOW)
        percent = vendor_formula(known, self.published, self.history_of(known.component.id), window)
        return None if percent is None else float(percent / 100)

    def shown(self, which: str) -> list[KnownComponent]:
        """Return the components that have series: all, none, or those that matter now or did in the
        longest window.
        """
        if which == "all":
            return self.components
        return [
            known
            for known in self.components
            if which == "degraded" and self._matters(known.component.id)
        ]

    def _matters(self, component_id: str) -> bool:
        """Whether it is marked critical, not known to be operational now, or had an outage day."""
        if (
            component_id in self.critical
            or self.current.levels.get(component_id) is not Level.OPERATIONAL
        ):
            return True
        days = self.history_of(component_id).days.values()
        return any(day.level is not None and day.level.is_outage for day in days)

    def history_of(self, component_id: str) -> History:
        nothing = History(first=self.key.today, last=self.key.today, days={})
        return self.history.components.get(component_id, nothing)


class _Lines:
    """Lines by family. All carry the labels `common`."""

    def __init__(self, common: str) -> None:
        self._common = common
        self._lines: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, short: str, value: float | None, labels: str = "") -> None:
        """Add a sample; None, which is "not known", adds nothing."""
        if value is not None:
            self._lines[short].append(sample(PREFIX + short, self._common + labels, value))

    def text(self) -> dict[str, bytes]:
        # A vendor may send half a surrogate pair in a name; one such name must not take the others
        # down.
        return {
            short: "".join(lines).encode(errors="replace") for short, lines in self._lines.items()
        }


def _vendor_now(page: PageRow, level: Level | None, *, ahead: bool) -> VendorNow:
    """Return the vendor as it stands; `ahead`: it was read later than now, which is not
    believed.
    """
    return VendorNow(
        slug=page.slug,
        name=page.name,
        url=page.url,
        level=level,
        last_success_at=None if ahead else page.last_success_at,
        last_ok=False if ahead else page.last_ok,
    )


def _unbelieved(page: PageRow, offset: float | None) -> dict[str, bytes]:
    """Return the lines of a page that was read later than now: when it was read, nobody knows, and
    it is not up.
    """
    lines = _Lines(label("vendor", page.slug))
    lines.add("up", 0)
    lines.add("unreadable_info", 1, f",{label('reason', ClockOff.reason)}")
    lines.add("vendor_clock_offset_seconds", offset)
    return lines.text()


def _polling(page: PageRow, offset: float | None, *, stale: bool) -> dict[str, bytes]:
    """Return the lines that change with every poll. `stale`: what was read since could not be
    kept.
    """
    lines = _Lines(label("vendor", page.slug))
    lines.add("up", False if stale else page.last_ok)
    if stale or page.last_ok is False:
        reason = UNKEPT if stale else page.last_error_reason or "error"
        lines.add("unreadable_info", 1, f",{label('reason', reason)}")
    lines.add("last_poll_timestamp_seconds", _unix(page.last_poll_at))
    lines.add("last_success_timestamp_seconds", _unix(page.last_success_at))
    lines.add("vendor_clock_offset_seconds", offset)
    return lines.text()


def _unix(instant: datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()


def _vendor(lines: _Lines, reading: _Reading, policy: Policy) -> None:
    key = reading.key
    info = {"name": key.name, "platform": key.platform, "url": key.url, "tier": reading.tier}
    lines.add("vendor_info", 1, "".join(f",{label(*pair)}" for pair in info.items()))
    history = reading.history.vendor
    standing = reading.standing
    lines.add("vendor_level", standing.level)
    for labels, level in reading.day_levels(history, standing.level):
        lines.add("vendor_day_level", level, labels)
    for window, found in reading.windows(history):
        labels = f',window="{window}"'
        _figures(lines, "vendor", labels, found, policy)
        lines.add("vendor_major_dates", found.major_days if found.known_days else None, labels)
        if window == f"{LONGEST_WINDOW}d" and found.known_days:
            lines.add("vendor_disputed_dates", found.disputed_days, labels)
            lines.add("vendor_revised_dates", reading.revised_days, labels)
    lines.add("vendor_reported_uptime_ratio", reading.reported(None), _LONGEST)
    if standing.level is not None and standing.level.is_outage:
        lines.add("vendor_outage_since_timestamp_seconds", _unix(reading.since.vendor))
    lines.add("vendor_overrides", reading.overrides or None)
    if reading.key.read:  # before, nothing listed is not nothing open
        lines.add("vendor_components", len(reading.components))
        lines.add("vendor_counted_components", standing.counted_components)
        lines.add("vendor_known_components", standing.known_components)
        for impact, count in _open_incidents(reading.current.open_incidents).items():
            lines.add("vendor_open_incidents", count, f',impact="{impact}"')
        for labels, began in _newest_open(reading.current.open_incidents, key.url):
            lines.add("vendor_open_incident_start_timestamp_seconds", _unix(began), labels)


def _component(lines: _Lines, reading: _Reading, known: KnownComponent, policy: Policy) -> None:
    part = known.component
    labels = "," + label("component", known.slug)
    info = {
        "name": part.name,
        "group": part.group or "",
        "critical": "yes" if part.id in reading.critical else "no",
    }
    lines.add("component_info", 1, labels + "".join(f",{label(*pair)}" for pair in info.items()))
    level, history = reading.current.levels.get(part.id), reading.history_of(part.id)
    lines.add("component_level", level, labels)
    for of_day, day_level in reading.day_levels(history, level):
        lines.add("component_day_level", day_level, labels + of_day)
    if level is not None and level.is_outage:
        lines.add(
            "component_outage_since_timestamp_seconds",
            _unix(reading.since.components.get(part.id)),
            labels,
        )
    for window, found in reading.windows(history):
        _figures(lines, "component", f'{labels},window="{window}"', found, policy)
    lines.add("component_reported_uptime_ratio", reading.reported(part.id), labels + _LONGEST)
    lines.add("component_formula_uptime_ratio", reading.formula(known), labels + _LONGEST)


def _figures(
    lines: _Lines, subject: str, labels: str, found: WindowFigures, policy: Policy
) -> None:
    """Add a window's ratio and its two numbers. With no known day, "0 outage days" would read as
    green: left out.
    """
    lines.add(f"{subject}_outage_ratio", found.outage_day_ratio, labels)
    lines.add(f"{subject}_outage_dates", found.outage_days if found.known_days else None, labels)
    lines.add(f"{subject}_known_dates", found.known_days, labels)
    lines.add(f"{subject}_coverage_ratio", found.coverage_ratio, labels)
    lines.add(
        f"{subject}_downtime_ratio",
        found.downtime_ratio(policy),
        f'{labels},policy="{policy.name}"',
    )


def _open_incidents(incidents: Iterable[Incident]) -> dict[str, int]:
    """Count by impact what is open; what is scheduled has not begun."""
    counts = dict.fromkeys(IMPACTS, 0)
    for incident in incidents:
        if incident.phase is Phase.OPEN:
            counts[_impact(incident)] += 1
    return counts


def _impact(incident: Incident) -> str:
    word = "maintenance" if incident.maintenance else incident.impact.lower()
    return word if word in IMPACTS else "other"


def _newest_open(incidents: Iterable[Incident], page_url: str) -> Iterator[tuple[str, datetime]]:
    """Yield the labels of the open incidents that have series, the newest first, and when each
    began.

    Of several with the same labels the newest has the series: two samples of one series make a
    scrape unreadable.
    """
    found: dict[str, datetime] = {}
    begun = (incident for incident in incidents if incident.phase is Phase.OPEN)
    for incident in sorted(begun, key=lambda each: each.started_at, reverse=True):
        named = {
            "impact": _impact(incident),
            "title": _shortened(incident.title),
            "url": incident.url or page_url,
        }
        found.setdefault("".join(f",{label(*pair)}" for pair in named.items()), incident.started_at)
    yield from islice(found.items(), MOST_INCIDENTS)


def _shortened(title: str) -> str:
    text = visible(" ".join(title.split()))
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"


# our own polling


class PollMetrics:
    """Counters of our own polling since the process began, in a registry of their own.

    The methods are what the collecting side calls, through a protocol it defines itself; they never
    block. `platform` is the platform's name, None = not detected yet; `loaded_at` is when the
    settings were read (Unix time, seconds). Lines look like this::

        vendorstatus_polls_total{platform="statuspage"} 12.0
        vendorstatus_poll_failures_total{platform="statuspage",reason="throttled"} 1.0
        vendorstatus_build_info{version="1.2.3"} 1.0
    """

    def __init__(self, version: str, *, loaded_at: float = 0.0) -> None:
        registry = CollectorRegistry()
        self._collected = _WithoutCreated(registry)
        by_platform = ["platform"]
        self._polls = Counter(f"{PREFIX}polls", "Polls of pages.", by_platform, registry=registry)
        self._failures = Counter(
            f"{PREFIX}poll_failures",
            "Polls that failed, by reason.",
            ["platform", "reason"],
            registry=registry,
        )
        self._not_modified = Counter(
            f"{PREFIX}poll_not_modified",
            "Polls answered with what was read before.",
            by_platform,
            registry=registry,
        )
        self._revisions = Counter(
            f"{PREFIX}revisions",
            "Closed days that changed afterwards.",
            by_platform,
            registry=registry,
        )
        self._unknown_words = Counter(
            f"{PREFIX}unknown_words",
            "Words of pages that we have no meaning for.",
            by_platform,
            registry=registry,
        )
        self._moves = Counter(
            f"{PREFIX}platform_changes",
            "Pages found on another platform than before.",
            ["before", "after"],
            registry=registry,
        )
        self._addresses = Counter(
            f"{PREFIX}address_changes",
            "Pages that answered from another host than before, under the same id.",
            by_platform,
            registry=registry,
        )
        self._seconds = Histogram(
            f"{PREFIX}poll_duration_seconds",
            "How long pages took to answer polls, in seconds.",
            by_platform,
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=registry,
        )
        self._queue = Histogram(
            f"{PREFIX}poll_queue_seconds",
            "How long polls waited for us and not for their page, in seconds.",
            by_platform,
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=registry,
        )
        self._overloaded = Counter(
            f"{PREFIX}overloaded_polls",
            "Polls that say nothing, because this process stood still meanwhile.",
            by_platform,
            registry=registry,
        )
        self._woke = Histogram(
            f"{PREFIX}event_loop_lag_seconds",
            "How late our event loop woke up, in seconds.",
            buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=registry,
        )
        self._lag = Histogram(
            f"{PREFIX}scheduler_lag_seconds",
            "How late polls began, in seconds.",
            buckets=(1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
            registry=registry,
        )
        self._load = Gauge(
            f"{PREFIX}scheduler_load_ratio",
            "Polls that the intervals ask for, to those that can be done.",
            registry=registry,
        )
        self._skipped = Counter(
            f"{PREFIX}skipped_polls",
            "Polls left out because the one before had not ended.",
            registry=registry,
        )
        self._store = Counter(
            f"{PREFIX}store_failures",
            "Tries to read or write the database that failed, by cause.",
            ["cause"],
            registry=registry,
        )
        for cause in STORE_CAUSES:
            self._store.labels(cause)
        self._reload_ok = Gauge(
            f"{PREFIX}config_last_reload_successful",
            "Whether the last reading of the settings succeeded: 1 yes, 0 no; then the ones before"
            " hold.",
            registry=registry,
        )
        self._reload_at = Gauge(
            f"{PREFIX}config_last_reload_success_timestamp_seconds",
            "Unix time of the last reading of the settings that succeeded, in seconds.",
            registry=registry,
        )
        build = Gauge(
            f"{PREFIX}build_info", "The running version; always 1.", ["version"], registry=registry
        )
        build.labels(version).set(1)
        self.reread(loaded_at)

    def polled(
        self, platform: str | None, outcome: str, reason: str | None, seconds: float
    ) -> None:
        """Count a poll whose page took `seconds` to answer. `outcome` is ok, unchanged or failed.

        `reason` is a failure's reason. Raises ValueError for another outcome.
        """
        if outcome not in {"ok", "unchanged", "failed"}:
            raise ValueError(f"a poll ends ok, unchanged or failed, not {outcome!r}")
        name = platform or "unknown"
        self._polls.labels(name).inc()
        self._seconds.labels(name).observe(seconds)
        if outcome == "failed":
            self._failures.labels(name, reason or "error").inc()
        elif outcome == "unchanged":
            self._not_modified.labels(name).inc()

    def queued(self, platform: str | None, seconds: float) -> None:
        """Count how long a poll waited for its turn, the database and our own processor."""
        self._queue.labels(platform or "unknown").observe(seconds)

    def overloaded(self, platform: str | None) -> None:
        """Count a poll that we were too late for to say anything about its page."""
        self._overloaded.labels(platform or "unknown").inc()

    def woke(self, seconds_late: float) -> None:
        """Count how late the event loop woke up from a nap."""
        self._woke.observe(seconds_late)

    def revised(self, platform: str | None, days: int) -> None:
        """Count closed days that changed."""
        self._revisions.labels(platform or "unknown").inc(days)

    def unknown_words(self, platform: str | None, count: int) -> None:
        """Count words of a page that we have no meaning for."""
        self._unknown_words.labels(platform or "unknown").inc(count)

    def moved(self, vendor: str, before: str, after: str) -> None:  # noqa: ARG002
        """Count a page that was found on another platform than before, or, where both are the same,
        at another address; which page it was, the log says.
        """
        if before == after:
            self._addresses.labels(after).inc()
        else:
            self._moves.labels(before, after).inc()

    def lagged(self, seconds: float) -> None:
        """Count a poll that began this late, in seconds after it was due."""
        self._lag.observe(seconds)

    def loaded(self, ratio: float) -> None:
        """Set what the pages' intervals ask for against what this process can do."""
        self._load.set(ratio)

    def skipped(self, polls: int = 1) -> None:
        """Count polls that were left out."""
        self._skipped.inc(polls)

    def store_failed(self, cause: str) -> None:
        """Count something that the database could not do. `cause` is one of
        `monitor.errors.STORE_CAUSES`.
        """
        self._store.labels(cause).inc()

    def reread(self, at: float | None) -> None:
        """Note that the settings were read at this Unix time; None = they could not be, and those
        before hold.
        """
        self._reload_ok.set(at is not None)
        if at is not None:
            self._reload_at.set(at)

    def text(self, *, openmetrics: bool) -> bytes:
        """Return the counters in text format 0.0.4, or in OpenMetrics 1.0 without the closing ``#
        EOF``.
        """
        if openmetrics:
            text: bytes = generate_openmetrics(self._collected)  # type: ignore[no-untyped-call]
            return text.removesuffix(b"# EOF\n")
        return generate_latest(self._collected)


class _WithoutCreated(Collector):
    """A registry without the `_created` samples, which would double the series and say when *we*
    began.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [each for each in metric.samples if not each.name.endswith("_created")]
            yield metric


def exposition(
    state: StateMetrics, polls: PollMetrics, *, now: datetime, openmetrics: bool
) -> bytes:
    """Return everything `/metrics` answers at `now`, in text format 0.0.4 or OpenMetrics 1.0."""
    return render(
        state.families(now), openmetrics=openmetrics, more=polls.text(openmetrics=openmetrics)
    )
