"""What the store knows, and how polling goes, as Prometheus text. Read at every scrape; nothing is decided here.

The state of a vendor comes from the store (`StateMetrics`), counters of our own polling from `PollMetrics`; `render`
writes both as text format 0.0.4 or OpenMetrics 1.0. Lines look like this::

    vendorstatus_up{vendor="acme"} 1
    vendorstatus_last_success_timestamp_seconds{vendor="acme"} 1779451200
    vendorstatus_vendor_severity{vendor="acme"} 3
    vendorstatus_vendor_outage_ratio{vendor="acme",window="90d"} 0.25
    vendorstatus_component_severity{vendor="acme",component="api"} 3
    vendorstatus_component_info{vendor="acme",component="api",name="API",group="Europe",critical="yes"} 1
    vendorstatus_poll_failures_total{provider="statuspage",reason="timeout"} 2.0

A severity is a number: 0 operational, 1 maintenance, 2 degraded, 3 partial outage, 4 major outage. What is not known
has no sample; it is never 0. Samples carry no timestamps and, outside the info metrics, no free text. The days of a
window are days of the page's zone and end with today there. Text is written by hand because 1,000 vendors with 30
components are half a million lines; every vendor's lines are kept until the store has something new about it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector

from monitor.config import VendorConfig
from monitor.history import named_ids
from monitor.intervals import day_of, zone_named
from monitor.model import History, Incident, KnownComponent, Level, PageFacts, PageHistory, Phase, worst_level
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

PREFIX = "vendorstatus_"
WINDOW_DAYS = (7, 30, 90)
LONGEST_WINDOW = max(WINDOW_DAYS)
_LONGEST = f',window="{LONGEST_WINDOW}d"'
IMPACTS = ("none", "minor", "major", "critical", "maintenance", "other")
"""The closed set of the `impact` label. `maintenance` is any maintenance under way, `other` a word of another set."""

TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


# ------------------------------------------------------------------------------------------- what we read of the store


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
    def zone(self) -> str:
        """The IANA name of the zone the page's days are cut in."""

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
    def removed_at(self) -> datetime | None:
        """When the vendor left the configuration; None = configured."""

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


class Readings(Protocol):
    """What this exporter reads of the store."""

    def pages(self) -> Sequence[PageRow]:
        """Return the configured pages."""

    def page_history(self, page_id: int, first: date, last: date) -> PageHistory:
        """Return the derived days from first to last, both included."""

    def current(self, page_id: int) -> CurrentRow:
        """Return the state at the last success."""

    def published(self, page_id: int, first: date) -> PageFacts:
        """Return the vendor's own bars, what they cover, and the uptimes it prints."""

    def revised_days(self, page_id: int, first: date, last: date) -> int:
        """Return how many closed days from first to last changed after they were first derived."""

    def size_bytes(self) -> int:
        """Return the size of the database."""


# ---------------------------------------------------------------------------------------------- families and rendering


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A metric family. `samples` are blocks of finished lines, each ending in a newline; see `sample`.

    `unit`, when there is one, is the last word of the name.
    """

    name: str
    help: str
    type: str = "gauge"
    unit: str | None = None
    samples: Sequence[str] = ()


def render(families: Iterable[Family], *, openmetrics: bool, more: bytes = b"") -> bytes:
    """Return the families that have samples, then `more`, in text format 0.0.4 or OpenMetrics 1.0.

    `more` is text in the same format without the closing ``# EOF``, which is written here, once.
    """
    parts: list[str] = []
    for family in families:
        if family.samples:
            parts.append(_header(family, openmetrics=openmetrics))
            parts.extend(family.samples)
    # A vendor may send half a surrogate pair in a name; one such name must not take the others down.
    return "".join(parts).encode(errors="replace") + more + (b"# EOF\n" if openmetrics else b"")


def _header(family: Family, *, openmetrics: bool) -> str:
    unit = f"# UNIT {family.name} {family.unit}\n" if openmetrics and family.unit else ""
    return f"# HELP {family.name} {family.help}\n# TYPE {family.name} {family.type}\n{unit}"


def label(name: str, value: str) -> str:
    """Return a label pair with its value escaped, as both formats want it."""
    escaped = value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return f'{name}="{escaped}"'


def sample(name: str, labels: str, value: float) -> str:
    """Return one line. `labels` are pairs made by `label`, joined with commas; whole numbers lose their fraction."""
    number = int(value) if value == int(value) else value
    return f"{name}{{{labels}}} {number!r}\n" if labels else f"{name} {number!r}\n"


# ------------------------------------------------------------------------------------------------- the state of vendors

_CACHED = f"cached, see {PREFIX}last_success_timestamp_seconds"
_SCALE = "0 operational, 1 maintenance, 2 degraded, 3 partial outage, 4 major outage"
_REPORTED = "Uptime of the window as the vendor's page prints it, 0 to 1"
_DOWNTIME = "Weighted outage time among the covered time, 0 to 1, by policy."


def _declare(short: str, text: str, unit: str | None = None) -> tuple[str, Family]:
    return short, Family(name=PREFIX + short, help=text, unit=unit)


STATE_FAMILIES: Mapping[str, Family] = dict(
    (
        _declare("up", "Whether the last poll of the page was fetched and read: 1 yes, 0 no."),
        _declare("last_poll_timestamp_seconds", "Unix time of the last poll, in seconds.", "seconds"),
        _declare(
            "last_success_timestamp_seconds",
            "Unix time of the last poll that was fetched and read, in seconds.",
            "seconds",
        ),
        _declare("unreadable_info", "Why the last poll of the page failed; 1 until the page is read again."),
        _declare("vendor_severity", f"Worst current severity of the included components: {_SCALE} ({_CACHED})."),
        _declare("vendor_day_severity", f"Severity of the current day of the page's zone so far: {_SCALE}."),
        _declare("vendor_outage_ratio", "Outage days among the known days of the window, 0 to 1.", "ratio"),
        _declare("vendor_outage_dates", "Calendar days of the window with a partial or major outage.", "dates"),
        _declare(
            "vendor_major_dates", "Calendar days of the window with a major outage; part of the outage days.", "dates"
        ),
        _declare("vendor_observed_dates", "Calendar days of the window whose severity is known.", "dates"),
        _declare("vendor_coverage_ratio", "Share of the window's time some source spoke for, 0 to 1.", "ratio"),
        _declare("vendor_downtime_ratio", _DOWNTIME, "ratio"),
        _declare("vendor_reported_uptime_ratio", f"{_REPORTED} ({_CACHED}).", "ratio"),
        _declare("vendor_open_incidents", f"Incidents open on the page, not scheduled ones, by impact ({_CACHED})."),
        _declare("vendor_components", f"Components on the page, excluded ones too ({_CACHED})."),
        _declare(
            "vendor_disputed_dates", "Calendar days of the window on which the page's own sources disagree.", "dates"
        ),
        _declare("vendor_revised_dates", "Calendar days of the window that changed after they were closed.", "dates"),
        _declare("vendor_info", "The vendor's name, the software behind its page, the address and tier; always 1."),
        _declare("component_severity", f"Current severity of the component: {_SCALE} ({_CACHED})."),
        _declare("component_day_severity", f"Severity of the current day of the page's zone so far: {_SCALE}."),
        _declare("component_outage_ratio", "Outage days among the known days of the window, 0 to 1.", "ratio"),
        _declare("component_outage_dates", "Calendar days of the window with a partial or major outage.", "dates"),
        _declare("component_observed_dates", "Calendar days of the window whose severity is known.", "dates"),
        _declare("component_coverage_ratio", "Share of the window's time some source spoke for, 0 to 1.", "ratio"),
        _declare("component_downtime_ratio", _DOWNTIME, "ratio"),
        _declare("component_reported_uptime_ratio", f"{_REPORTED} ({_CACHED}).", "ratio"),
        _declare(
            "component_formula_uptime_ratio",
            "Uptime of the window by the vendor's own formula from the bars we read, 0 to 1.",
            "ratio",
        ),
        _declare(
            "component_info",
            "The component's present name and group, and whether the user marked it critical; always 1.",
        ),
        _declare("database_size_bytes", "Size of the database, in bytes.", "bytes"),
        _declare(
            "rollup_last_success_timestamp_seconds",
            "Unix time at which days were last derived for any page, in seconds.",
            "seconds",
        ),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorNow:
    """A vendor as it stands. `level` is the worst current level, None = not known; times are UTC, None = never."""

    slug: str
    name: str
    url: str
    level: Level | None
    last_success_at: datetime | None
    last_ok: bool | None


class StateMetrics:
    """The state of every configured vendor, read from the store at each call; safe to call from several threads.

    A vendor's lines are kept until its version, its row or the day in its zone changes, so an ordinary scrape reads
    the page rows only. With `component_metrics` off the series of components, by far the most, are left out; the
    vendors' own figures stay the same. `vendors` are the settings by slug; a vendor without any has the default ones.
    Raises KeyError for a policy that is not in `monitor.ratios.POLICIES`, and whatever the store raises: half an answer
    would look like vendors that have gone.
    """

    def __init__(
        self,
        store: Readings,
        *,
        vendors: Mapping[str, VendorConfig] | None = None,
        policy: str = DEFAULT_POLICY,
        component_metrics: bool = True,
    ) -> None:
        self._store = store
        self._vendors = vendors or {}
        self._policy = POLICIES[policy]
        self._component_metrics = component_metrics
        self._kept: dict[int, _Kept] = {}
        self._lock = Lock()

    def families(self, now: datetime) -> list[Family]:
        """Return every state family with its samples at `now`, in the order they are documented."""
        samples: defaultdict[str, list[str]] = defaultdict(list)
        state = self._state(now)
        for page, kept in state:
            for short, text in _polling(page).items():
                samples[short].append(text)
            for short, text in kept.lines.items():
                samples[short].append(text)
        for short, text in self._whole(page for page, _ in state).items():
            samples[short].append(text)
        return [replace(family, samples=samples[short]) for short, family in STATE_FAMILIES.items()]

    def vendors(self, now: datetime) -> list[VendorNow]:
        """Return every configured vendor as it stands, in the store's order."""
        return [
            VendorNow(
                slug=page.slug, name=page.name, url=page.url, level=kept.level,
                last_success_at=page.last_success_at, last_ok=page.last_ok,
            )
            for page, kept in self._state(now)
        ]  # fmt: skip

    def _whole(self, pages: Iterable[PageRow]) -> dict[str, str]:
        """Return the lines that are about the monitor as a whole."""
        derived = max((page.derived_at for page in pages if page.derived_at is not None), default=None)
        block = _Block("")
        block.add("database_size_bytes", self._store.size_bytes())
        block.add("rollup_last_success_timestamp_seconds", _unix(derived))
        return block.text()

    def _state(self, now: datetime) -> "list[tuple[PageRow, _Kept]]":
        with self._lock:
            pages = [page for page in self._store.pages() if page.removed_at is None]
            state = [(page, self._keep(page, now)) for page in pages]
            self._kept = {page.id: kept for page, kept in state}
            return state

    def _keep(self, page: PageRow, now: datetime) -> "_Kept":
        key = _Key.of(page, now)
        kept = self._kept.get(page.id)
        return kept if kept is not None and kept.key == key else self._read(page, key)

    def _read(self, page: PageRow, key: "_Key") -> "_Kept":
        first = key.today - timedelta(days=LONGEST_WINDOW - 1)
        current, published = self._store.current(page.id), self._store.published(page.id, first)
        settings = self._vendors.get(page.slug, VendorConfig(slug=page.slug, name=page.name, url=page.url))
        reading = _Reading(
            key=key,
            history=self._store.page_history(page.id, first, key.today),
            current=current,
            published=published,
            printed=reported_ratios(published),
            tier=settings.tier,
            critical=named_ids(current.components, settings.critical),
            revised_days=self._store.revised_days(page.id, first, key.today),
        )
        block = _Block(label("vendor", page.slug))
        _vendor(block, reading, self._policy)
        if self._component_metrics:
            for known in reading.components:
                _component(block, reading, known, self._policy)
        return _Kept(key=key, level=reading.level, lines=block.text())


@dataclass(frozen=True, slots=True)
class _Key:
    """Everything a vendor's kept lines depend on."""

    version: int
    derived_day: date | None
    today: date
    read: bool
    read_today: bool
    slug: str
    words: tuple[str, str, str]

    @classmethod
    def of(cls, page: PageRow, now: datetime) -> "_Key":
        zone = zone_named(page.zone)
        today, read_at = day_of(now, zone), page.last_success_at
        return cls(
            version=page.version,
            derived_day=page.derived_day,
            today=today,
            read=read_at is not None,
            read_today=read_at is not None and day_of(read_at, zone) == today,
            slug=page.slug,
            words=(page.name, page.url, page.platform or "unknown"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    key: _Key
    level: Level | None
    lines: dict[str, str]


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

    @property
    def components(self) -> list[KnownComponent]:
        return [known for known in self.current.components if known.removed_at is None]

    @property
    def level(self) -> Level | None:
        """The worst known level of the included components."""
        included = (known.component.id for known in self.components if known.component.id not in self.current.excluded)
        return worst_level(self.current.levels.get(component_id) for component_id in included)

    def day_level(self, history: History, current: Level | None) -> Level | None:
        """Today's level so far: what was derived, and what holds now if that was read today."""
        return worst_level((history.day(self.key.today).level, current if self.key.read_today else None))

    def windows(self, history: History) -> Iterator[tuple[str, WindowFigures]]:
        for days in WINDOW_DAYS:
            yield f"{days}d", figures(history, window_ending(self.key.today, days))

    def reported(self, component_id: str | None) -> float | None:
        """What the page prints for the longest window; `component_id` None = for the page. None = it prints nothing."""
        return self.printed.get((component_id, LONGEST_WINDOW))

    def formula(self, known: KnownComponent) -> float | None:
        """The longest window's uptime by the vendor's own formula, 0 to 1."""
        window = window_ending(self.key.today, LONGEST_WINDOW)
        percent = vendor_formula(known, self.published, self.history_of(known.component.id), window)
        return None if percent is None else float(percent / 100)

    def history_of(self, component_id: str) -> History:
        nothing = History(first=self.key.today, last=self.key.today, days={})
        return self.history.components.get(component_id, nothing)


class _Block:
    """Lines by family. All carry the labels `common`."""

    def __init__(self, common: str) -> None:
        self._common = common
        self._lines: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, short: str, value: float | None, labels: str = "") -> None:
        """Add a sample; None, which is "not known", adds nothing."""
        if value is not None:
            self._lines[short].append(sample(PREFIX + short, self._common + labels, value))

    def text(self) -> dict[str, str]:
        return {short: "".join(lines) for short, lines in self._lines.items()}


def _polling(page: PageRow) -> dict[str, str]:
    """Return the lines that change with every poll."""
    block = _Block(label("vendor", page.slug))
    block.add("up", page.last_ok)
    if page.last_ok is False:
        block.add("unreadable_info", 1, f",{label('reason', page.last_error_reason or 'error')}")
    block.add("last_poll_timestamp_seconds", _unix(page.last_poll_at))
    block.add("last_success_timestamp_seconds", _unix(page.last_success_at))
    return block.text()


def _unix(instant: datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()


def _vendor(block: _Block, reading: _Reading, policy: Policy) -> None:
    name, url, provider = reading.key.words
    info = {"name": name, "provider": provider, "url": url, "tier": reading.tier}
    block.add("vendor_info", 1, "".join(f",{label(*pair)}" for pair in info.items()))
    history = reading.history.vendor
    block.add("vendor_severity", reading.level)
    block.add("vendor_day_severity", reading.day_level(history, reading.level))
    for window, found in reading.windows(history):
        labels = f',window="{window}"'
        _figures(block, "vendor", labels, found, policy)
        block.add("vendor_major_dates", found.major_days if found.known_days else None, labels)
        if window == f"{LONGEST_WINDOW}d" and found.known_days:
            block.add("vendor_disputed_dates", found.disputed_days, labels)
            block.add("vendor_revised_dates", reading.revised_days, labels)
    block.add("vendor_reported_uptime_ratio", reading.reported(None), _LONGEST)
    if reading.key.read:  # before, nothing listed is not nothing open
        block.add("vendor_components", len(reading.components))
        for impact, count in _open_incidents(reading.current.open_incidents).items():
            block.add("vendor_open_incidents", count, f',impact="{impact}"')


def _component(block: _Block, reading: _Reading, known: KnownComponent, policy: Policy) -> None:
    part = known.component
    labels = "," + label("component", known.slug)
    info = {"name": part.name, "group": part.group or "", "critical": "yes" if part.id in reading.critical else "no"}
    block.add("component_info", 1, labels + "".join(f",{label(*pair)}" for pair in info.items()))
    level, history = reading.current.levels.get(part.id), reading.history_of(part.id)
    block.add("component_severity", level, labels)
    block.add("component_day_severity", reading.day_level(history, level), labels)
    for window, found in reading.windows(history):
        _figures(block, "component", f'{labels},window="{window}"', found, policy)
    block.add("component_reported_uptime_ratio", reading.reported(part.id), labels + _LONGEST)
    block.add("component_formula_uptime_ratio", reading.formula(known), labels + _LONGEST)


def _figures(block: _Block, subject: str, labels: str, found: WindowFigures, policy: Policy) -> None:
    """Add a window's ratio and its two numbers. With no known day, "0 outage days" would read as green: left out."""
    block.add(f"{subject}_outage_ratio", found.outage_day_ratio, labels)
    block.add(f"{subject}_outage_dates", found.outage_days if found.known_days else None, labels)
    block.add(f"{subject}_observed_dates", found.known_days, labels)
    block.add(f"{subject}_coverage_ratio", found.coverage_ratio, labels)
    block.add(f"{subject}_downtime_ratio", found.downtime_ratio(policy), f'{labels},policy="{policy.name}"')


def _open_incidents(incidents: Iterable[Incident]) -> dict[str, int]:
    """Count by impact what is open; what is scheduled has not begun."""
    counts = dict.fromkeys(IMPACTS, 0)
    for incident in incidents:
        if incident.phase is Phase.OPEN:
            word = "maintenance" if incident.maintenance else incident.impact.lower()
            counts[word if word in counts else "other"] += 1
    return counts


# -------------------------------------------------------------------------------------------------- our own polling


class PollMetrics:
    """Counters of our own polling since the process began, in a registry of their own.

    The methods are what the collecting side calls, through a protocol it defines itself; they never block. `provider`
    is the platform's name, None = not detected yet. Lines look like this::

        vendorstatus_polls_total{provider="statuspage"} 12.0
        vendorstatus_poll_failures_total{provider="statuspage",reason="throttled"} 1.0
        vendorstatus_build_info{version="1.2.3"} 1.0
    """

    def __init__(self, version: str) -> None:
        registry = CollectorRegistry()
        self._collected = _WithoutCreated(registry)
        by_provider = ["provider"]
        self._polls = Counter(f"{PREFIX}polls", "Polls of pages.", by_provider, registry=registry)
        self._failures = Counter(
            f"{PREFIX}poll_failures", "Polls that failed, by reason.", ["provider", "reason"], registry=registry
        )
        self._not_modified = Counter(
            f"{PREFIX}poll_not_modified", "Polls answered with what was read before.", by_provider, registry=registry
        )
        self._revisions = Counter(
            f"{PREFIX}revisions", "Closed days that changed afterwards.", by_provider, registry=registry
        )
        self._unknown_words = Counter(
            f"{PREFIX}unknown_words", "Words of pages that we have no meaning for.", by_provider, registry=registry
        )
        self._seconds = Histogram(
            f"{PREFIX}poll_duration_seconds", "Duration of polls, in seconds.", by_provider,
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30), registry=registry,
        )  # fmt: skip
        self._lag = Gauge(
            f"{PREFIX}scheduler_lag_seconds", "How late the last poll began, in seconds.", registry=registry
        )
        self._skipped = Counter(
            f"{PREFIX}skipped_polls", "Polls left out because the one before had not ended.", registry=registry
        )
        build = Gauge(f"{PREFIX}build_info", "The running version; always 1.", ["version"], registry=registry)
        build.labels(version).set(1)

    def polled(self, provider: str | None, outcome: str, reason: str | None, seconds: float) -> None:
        """Count a poll that took `seconds`. `outcome` is ok, unchanged or failed; `reason` is a failure's reason.

        Raises ValueError for another outcome.
        """
        if outcome not in {"ok", "unchanged", "failed"}:
            raise ValueError(f"a poll ends ok, unchanged or failed, not {outcome!r}")
        name = provider or "unknown"
        self._polls.labels(name).inc()
        self._seconds.labels(name).observe(seconds)
        if outcome == "failed":
            self._failures.labels(name, reason or "error").inc()
        elif outcome == "unchanged":
            self._not_modified.labels(name).inc()

    def revised(self, provider: str | None, days: int) -> None:
        """Count closed days that changed."""
        self._revisions.labels(provider or "unknown").inc(days)

    def unknown_words(self, provider: str | None, count: int) -> None:
        """Count words of a page that we have no meaning for."""
        self._unknown_words.labels(provider or "unknown").inc(count)

    def lagged(self, seconds: float) -> None:
        """Set how late the poll that just began was."""
        self._lag.set(seconds)

    def skipped(self, polls: int = 1) -> None:
        """Count polls that were left out."""
        self._skipped.inc(polls)

    def text(self, *, openmetrics: bool) -> bytes:
        """Return the counters in text format 0.0.4, or in OpenMetrics 1.0 without the closing ``# EOF``."""
        if openmetrics:
            text: bytes = generate_openmetrics(self._collected)  # type: ignore[no-untyped-call]
            return text.removesuffix(b"# EOF\n")
        return generate_latest(self._collected)


class _WithoutCreated(Collector):
    """A registry without the `_created` samples, which would double the series and say when *we* began."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [each for each in metric.samples if not each.name.endswith("_created")]
            yield metric


def exposition(state: StateMetrics, polls: PollMetrics, *, now: datetime, openmetrics: bool) -> bytes:
    """Return everything `/metrics` answers at `now`, in text format 0.0.4 or OpenMetrics 1.0."""
    return render(state.families(now), openmetrics=openmetrics, more=polls.text(openmetrics=openmetrics))
