"""What a vendor did over a window: its figures, each with what it rests on.

The figures are derived from the facts at the moment of asking, so a query with `known_at` answers
what was known then.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from monitor import history, platforms
from monitor.answers.sources import SourceReach, source_reaches
from monitor.answers.spans import SpanFigures, SpanSums
from monitor.config import VendorConfig
from monitor.intervals import Interval, day_interval
from monitor.model import (
    Component,
    Day,
    History,
    Incident,
    KnownComponent,
    Level,
    Life,
    PageFacts,
    PageHistory,
    Window,
)
from monitor.overrides import Overridden, overridden
from monitor.ratios import (
    DEFAULT_POLICY,
    POLICIES,
    RAW_POLICY,
    WindowFigures,
    figures,
    vendor_formula,
    window_ending,
)
from monitor.spans import Span
from monitor.statuses.standing import Standing
from monitor.store import CurrentState, PageRecord, Store

DEFINITION = "partial or major outage, by the vendor's own record"
"""What makes a day count in the headline figure."""

_FORMULA_REACH = timedelta(days=89)
"""How many days before the last one a vendor's own formula looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """Which window is asked for: `window_days` days that end with `as_of` in each page's zone.

    `as_of` None = today there. `known_at` leaves out what was learnt later; None = everything known
    at `now`. `policy` is one of `monitor.ratios.POLICIES`. `spans` are parts of the window that are
    added up as well, each by itself, and `target` is the uptime they are held against, 0..1.
    """

    now: datetime
    window_days: int = 90
    as_of: date | None = None
    known_at: datetime | None = None
    policy: str = DEFAULT_POLICY
    spans: tuple[Span, ...] = ()
    target: Fraction | None = None

    @property
    def by_span(self) -> SpanSums:
        """The question about each of the spans."""
        return SpanSums(spans=self.spans, policy=POLICIES[self.policy], target=self.target)

    def today(self, page: PageRecord) -> date:
        """Return the day it was at the page when the answer was known."""
        moment = history.knowledge_at(self.now, self.known_at)
        return moment.astimezone(page.zone).date()

    def last_day(self, page: PageRecord) -> date:
        """Return the last day of a page's window. Raises ValueError for one that had not begun."""
        today = self.today(page)
        last = self.as_of or today
        if last > today:
            raise ValueError(f"{last} is in the future of what was known on {today} ({page.zone})")
        return last


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRecord:
    """One component over the window, and its `level` now (None = unknown). `removed_at` is when it
    was seen to have left the page (UTC); None = it is there.

    Outside its `life` it was not on the page: such days have an absence, and are in no figure.
    `reported_uptime` is what the vendor prints for such a window, `formula_uptime` what its own
    formula gives from its bars; None where there is no such figure.
    """

    component: Component
    slug: str
    removed_at: datetime | None
    life: Life
    level: Level | None
    figures: WindowFigures
    days: tuple[Day, ...]
    spans: tuple[SpanFigures, ...]
    reported_uptime: float | None
    formula_uptime: float | None
    is_excluded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One vendor over the window, its components with it, and its `standing` at `query.now`.

    `days` are all days of the window, oldest first. Of a window that ends before today, or is asked
    for as it was known then, the standing knows no level. `incidents` are those that touch the
    window, maintenances too, and `overrides` the user's decisions about them; none with the raw
    policy. `caveat` is what the page's platform under-reports; "" when nothing is known. `sources`
    are those that speak of the window.
    """

    page: PageRecord
    query: ReportQuery
    figures: WindowFigures
    days: tuple[Day, ...]
    standing: Standing
    incidents: tuple[Incident, ...]
    components: tuple[ComponentRecord, ...]
    spans: tuple[SpanFigures, ...]
    reported_uptime: float | None
    overrides: tuple[Overridden, ...]
    caveat: str
    sources: tuple[SourceReach, ...] = ()

    @property
    def name(self) -> str:
        """The page's own name, else the configured one."""
        return self.page.page_name or self.page.name

    @property
    def window(self) -> Window:
        """The window in days of the page's zone."""
        return self.figures.window


def record(store: Store, page: PageRecord, vendor: VendorConfig, query: ReportQuery) -> Record:
    """Return a vendor's record. Raises ValueError when `as_of` lies in the future of `known_at` or
    now.
    """
    today, last = query.today(page), query.last_day(page)
    window = window_ending(last, query.window_days)
    is_raw = query.policy == RAW_POLICY
    facts, days = history.read(
        store,
        page,
        vendor,
        first=min(window.first, last - _FORMULA_REACH),
        last=today,
        now=query.now,
        known_at=query.known_at,
        raw=is_raw,
    )
    is_today = last == today
    current = CurrentState(
        levels=store.current(page.id).levels if is_today and query.known_at is None else {},
        components=tuple(entry for entry in facts.components if entry.removed_at is None),
        excluded=days.excluded,
        open_incidents=facts.incidents,
    )
    standing = Standing.of(page, current, vendor, query.now)
    uptimes = _reported_uptimes(facts, query.window_days) if is_today else {}
    begin, end = day_interval(window.first, page.zone), day_interval(last, page.zone)
    span = Interval(begin.start, end.end)
    incidents = tuple(_touching(facts.incidents, span))
    components = []
    for entry in _components(facts, span):
        component = _component(
            entry, facts, days, window, query=query, levels=standing.levels, uptimes=uptimes
        )
        components.append(component)
    return Record(
        page=page,
        query=query,
        figures=figures(days.vendor, window),
        days=tuple(days.vendor.each(window)),
        standing=standing,
        incidents=incidents,
        components=tuple(components),
        spans=query.by_span.of_vendor(days.vendor, _counted_histories(days)),
        reported_uptime=uptimes.get(None),
        overrides=() if is_raw else overridden(incidents, vendor.overrides),
        caveat=platforms.caveat(page.platform),
        sources=source_reaches(facts),
    )


def _reported_uptimes(facts: PageFacts, window_days: int) -> dict[str | None, float]:
    """Return the uptimes the vendor prints for so many days by component id; None = its page."""
    uptimes = {}
    for figure in facts.reported:
        if figure.window_days == window_days:
            uptimes[figure.component_id] = figure.ratio
    return uptimes


def _component(
    entry: KnownComponent,
    facts: PageFacts,
    page_days: PageHistory,
    window: Window,
    *,
    query: ReportQuery,
    levels: Mapping[str, Level | None],
    uptimes: Mapping[str | None, float],
) -> ComponentRecord:
    key = entry.component.id
    days = page_days.components[key]
    percentage = vendor_formula(entry, facts, days, window)
    return ComponentRecord(
        component=entry.component,
        slug=entry.slug,
        removed_at=entry.removed_at,
        life=days.life,
        level=levels.get(key),
        figures=figures(days, window),
        days=tuple(days.each(window)),
        spans=query.by_span.of_component(days),
        reported_uptime=uptimes.get(key),
        formula_uptime=None if percentage is None else float(percentage / 100),
        is_excluded=key in page_days.excluded,
    )


def _counted_histories(days: PageHistory) -> Iterator[History]:
    """Yield the histories of the components that count in the vendor's figure."""
    for key, own in days.components.items():
        if key not in days.excluded:
            yield own


def _components(facts: PageFacts, span: Interval) -> list[KnownComponent]:
    """Return the components that were on the page in the span, in the page's order."""
    here = (entry for entry in facts.components if entry.is_listed_after(span.start))
    return sorted(here, key=_place)


def _place(entry: KnownComponent) -> tuple[str, int, str]:
    part = entry.component
    return part.group or "", part.position, part.name


def _touching(incidents: Iterable[Incident], span: Interval) -> Iterator[Incident]:
    for incident in incidents:
        end = incident.resolved_at
        if incident.started_at < span.end and (end is None or end >= span.start):
            yield incident
