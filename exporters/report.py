"""The figures of a window, with everything a reader needs to argue with them: definition, zone,
window, coverage.

`gather` builds one `VendorReport` from the store; the `*_lines` functions write reports as JSON,
CSV or Markdown, and `drawn` as a terminal table, one after another, so that no more than one need
be in memory; `as_*` writes all at once. The figures are derived from the facts at the moment of
asking, so `known_at` answers what was known then.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from monitor import history
from monitor.clocks import is_ahead
from monitor.config import VendorConfig
from monitor.day_range import gap_seconds
from monitor.intervals import day_interval
from monitor.model import (
    Day,
    History,
    Incident,
    KnownComponent,
    Level,
    PageFacts,
    Phase,
    Window,
    level_word,
)
from monitor.overrides import Overridden, overridden
from monitor.plain import json_text, markdown_link, markdown_text, visible
from monitor.ratios import (
    DEFAULT_POLICY,
    POLICIES,
    RAW_POLICY,
    WindowFigures,
    figures,
    reported_ratios,
    vendor_formula,
    window_ending,
)
from monitor.standing import Standing, together
from monitor.store import PageRecord, Store
from monitor.terminal import words

DEFINITION = "partial or major outage, by the vendor's own record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is asked for. `as_of` None = today in each page's zone; `known_at` None =
    everything known.
    """

    now: datetime
    window_days: int = 90
    as_of: date | None = None
    known_at: datetime | None = None
    policy: str = DEFAULT_POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentReport:
    """One component's figures. `formula` is ours by the vendor's own formula, in percent; None
    without bars.
    """

    known: KnownComponent
    level: Level | None
    figures: WindowFigures
    days: tuple[Day, ...]
    reported: float | None
    formula: Decimal | None
    excluded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorReport:
    """One vendor's figures and its components'. `trust`: what its source under-reports, "" when
    nothing is known.

    `overridden` are the incidents of the window that the user has decided about; none with the raw
    policy. `standing` is the present one of the counted components: of a reading that is not fresh,
    or in the past, nothing is known now.
    """

    page: PageRecord
    asked: Asked
    as_of: date
    figures: WindowFigures
    days: tuple[Day, ...]
    standing: Standing
    incidents: Mapping[str, Incident]
    components: tuple[ComponentReport, ...]
    reported: float | None
    trust: str = ""
    overridden: tuple[Overridden, ...] = ()

    @property
    def level(self) -> Level | None:
        """The present level; None = unknown."""
        return self.standing.level

    @property
    def window(self) -> Window:
        """The window in days of the page's zone."""
        return self.figures.window

    @property
    def open_incidents(self) -> tuple[Incident, ...]:
        """Incidents that are going on, by start."""
        return self._open(maintenance=False)

    @property
    def open_maintenances(self) -> tuple[Incident, ...]:
        """Maintenances in progress, by start; announced ones are not."""
        return self._open(maintenance=True)

    def _open(self, *, maintenance: bool) -> tuple[Incident, ...]:
        found = [
            i
            for i in self.incidents.values()
            if i.phase is Phase.OPEN and i.maintenance == maintenance
        ]
        return tuple(sorted(found, key=lambda incident: incident.started_at))


def last_day(page: PageRecord, asked: Asked) -> date:
    """Return the last day of a page's window. Raises ValueError when it lies in the future of
    `known_at` or now.
    """
    today = _today(page, asked)
    as_of = asked.as_of or today
    if as_of > today:
        raise ValueError(
            f"--as-of {as_of} is in the future of what was known on {today} ({page.zone})"
        )
    return as_of


def _today(page: PageRecord, asked: Asked) -> date:
    moment = min(asked.now, asked.known_at or asked.now)
    return moment.astimezone(page.zone).date()


def gather(
    store: Store, page: PageRecord, vendor: VendorConfig, asked: Asked, *, trust: str = ""
) -> VendorReport:
    """Return one vendor's report, which repeats `trust`.

    Raises ValueError when `as_of` lies in the future of `known_at` or now.
    """
    today, as_of = _today(page, asked), last_day(page, asked)
    window = window_ending(as_of, asked.window_days)
    first = min(window.first, as_of - timedelta(days=89))
    raw = asked.policy == RAW_POLICY
    facts, derived = history.read(
        store,
        page,
        vendor,
        first=first,
        last=today,
        now=asked.now,
        known_at=asked.known_at,
        raw=raw,
    )
    is_now = as_of == today
    current = _levels_now(store, page, asked, vendor) if is_now else {}
    printed = reported_ratios(facts) if is_now else {}
    components = tuple(
        _component(
            known,
            facts,
            derived.components[known.component.id],
            window,
            current,
            printed,
            derived.excluded,
        )
        for known in sorted(facts.components, key=_place)
        if known.removed_at is None
        or known.removed_at > day_interval(window.first, page.zone).start
    )
    return VendorReport(
        page=page,
        asked=asked,
        as_of=as_of,
        figures=figures(derived.vendor, window),
        days=tuple(derived.vendor.each(window)),
        standing=_standing(components, vendor.min_coverage),
        incidents={incident.id: incident for incident in facts.incidents},
        components=components,
        reported=printed.get((None, asked.window_days)),
        trust=trust,
        overridden=() if raw else _overridden(facts, vendor, window, page),
    )


def _overridden(
    facts: PageFacts, vendor: VendorConfig, window: Window, page: PageRecord
) -> tuple[Overridden, ...]:
    """Return the incidents that touch the window and that the user has decided about."""
    zone = page.zone
    start, end = day_interval(window.first, zone).start, day_interval(window.last, zone).end
    touching = (
        i
        for i in facts.incidents
        if i.started_at < end and (i.resolved_at is None or i.resolved_at >= start)
    )
    return overridden(touching, vendor.overrides)


def _standing(components: Sequence[ComponentReport], min_coverage: float) -> Standing:
    counted = (each for each in components if not each.excluded and each.known.removed_at is None)
    return together((each.level for each in counted), min_coverage)


def _place(known: KnownComponent) -> tuple[str, int, str]:
    return known.component.group or "", known.component.position, known.component.name


def _levels_now(
    store: Store, page: PageRecord, asked: Asked, vendor: VendorConfig
) -> Mapping[str, Level | None]:
    """Return the level per component at the last reading; nothing when that is more than three
    intervals ago, or ahead of now by a clock that was wrong.
    """
    seen, age = page.observed_until, gap_seconds(vendor.interval_seconds)
    if (
        asked.known_at is not None
        or seen is None
        or is_ahead(page, asked.now)
        or (asked.now - seen).total_seconds() > age
    ):
        return {}
    return store.current(page.id).levels


def _component(  # noqa: PLR0917
    known: KnownComponent,
    facts: PageFacts,
    derived: History,
    window: Window,
    current: Mapping[str, Level | None],
    printed: Mapping[tuple[str | None, int], float],
    excluded: frozenset[str],
) -> ComponentReport:
    key = known.component.id
    length = (window.last - window.first).days + 1
    return ComponentReport(
        known=known,
        level=current.get(key),
        figures=figures(derived, window),
        days=tuple(derived.each(window)),
        reported=printed.get((key, length)),
        formula=vendor_formula(known, facts, derived, window),
        excluded=key in excluded,
    )


# in words


def percent(ratio: float | None) -> str:
    """Return a ratio as a percentage with at most one decimal; never "0" or "100" unless it is
    exactly that.
    """
    if ratio is None:
        return "unknown"
    value = ratio * 100
    if value in (0, 100):
        return f"{value:.0f} %"
    return f"{min(max(value, 0.1), 99.9):.1f} %"


def sentence(report: VendorReport) -> str:
    """Return the figure as one sentence that carries its definition, window, zone, scope and
    coverage.
    """
    found = report.figures
    counted = [component for component in report.components if not component.excluded]
    left_out = len(report.components) - len(counted)
    scope = (
        "any component"
        if not left_out
        else f"any of {len(counted)} components ({left_out} excluded)"
    )
    if found.known_days:
        figure = (
            f"partial or major outage on {found.outage_days} of {found.known_days} known days "
            f"({percent(found.outage_day_ratio)}){_bounds(found)}"
        )
    else:
        figure = f"nothing is known of any of the {found.unknown_days} days"
    name = report.page.page_name or report.page.name
    return (
        f"{name}: {figure}, {report.window.first} to {report.window.last}, days in"
        f" {report.page.zone}, {scope}, coverage {percent(found.coverage_ratio)}"
    )


def _bounds(found: WindowFigures) -> str:
    """Return what the unknown days leave open, e.g. ", 39 to 44 of 90"; nothing when all days are
    known.
    """
    if not found.unknown_days:
        return ""
    least, most = found.outage_day_bounds
    return f", {least} to {most} of {found.known_days + found.unknown_days}"


def remarks(report: VendorReport) -> list[str]:
    """Return what a reader must know beside the sentence: unknown and disputed days, stale
    readings, exclusions.
    """
    found, page = report.figures, report.page
    notes = []
    if found.unknown_days and found.known_days:
        notes.append(
            f"unknown days: {found.unknown_days}, which count in neither number; "
            "the bounds beside them take all of them as good, and as bad"
        )
    if found.disputed_days:
        notes.append(
            f"disputed days: {found.disputed_days}; sources disagree, the published value is"
            " counted"
        )
    notes += _present(report)
    if page.last_ok is False and page.last_error_message:
        notes.append(f"the last reading failed: {page.last_error_message}")
    notes += [_override_note(each) for each in report.overridden]
    if page.remark:
        notes.append(f"about the page: {page.remark}")
    unattributed = [i for i in report.open_incidents if not i.component_ids]
    notes += [f"open incident naming no component: {incident.title}" for incident in unattributed]
    if report.trust:
        notes.append(f"about this source: {report.trust.rstrip('.')}")
    return notes


def _override_note(found: Overridden) -> str:
    override, incident = found.override, found.incident
    return (
        f"decided by you on {override.decided}: {incident.title!r} ({incident.id}) is"
        f" {override.said}, because {override.reason}; `--policy {RAW_POLICY}` shows the figure"
        " without"
    )


def _present(report: VendorReport) -> list[str]:
    """Return what a reader must know of the present state: that it is unknown and why, or how much
    of it is.
    """
    known, counted = report.standing.known, report.standing.counted
    if report.asked.as_of is not None or report.asked.known_at is not None or known == counted:
        return []
    if not known:
        return [
            (
                "the current state is unknown: the page was not read lately, "
                "or says nothing we can read"
            )
        ]
    of = f"the state of {counted - known} of {counted} components is unknown"
    return [f"the current state is unknown: {of}" if report.level is None else of]


# formats


def as_json(reports: Sequence[VendorReport], asked: Asked) -> dict[str, Any]:
    """Return the documented JSON object. Ratios are 0..1, null when nothing is known; instants are
    UTC.
    """
    return _head(asked, (r.as_of for r in reports)) | {
        "vendors": [_vendor_json(report) for report in reports]
    }


def json_lines(
    reports: Iterable[VendorReport], asked: Asked, last_days: Iterable[date]
) -> Iterator[str]:
    """Yield the lines of that object, one report after another; `last_days` are those of their
    windows.
    """
    whole = json_text(_head(asked, last_days) | {"vendors": []}, indent=2)
    *head, waiting = whole.removesuffix("]\n}").split("\n")
    yield from head
    for report in reports:
        yield waiting
        *lines, end = json_text(_vendor_json(report), indent=2).split("\n")
        yield from (f"    {line}" for line in lines)
        waiting = f"    {end},"
    yield from (f"{waiting}]",) if waiting.endswith("[") else (waiting.removesuffix(","), "  ]")
    yield "}"


def _head(asked: Asked, last_days: Iterable[date]) -> dict[str, Any]:
    return {
        "as_of": (asked.as_of or max(last_days, default=asked.now.date())).isoformat(),
        "window_days": asked.window_days,
        "policy": asked.policy,
        "known_at": asked.known_at.isoformat() if asked.known_at else None,
        "generated_at": asked.now.isoformat(),
        "definition": DEFINITION,
    }


def _vendor_json(report: VendorReport) -> dict[str, Any]:
    page = report.page
    return {
        "vendor": page.slug,
        "name": page.page_name or page.name,
        "page": page.url,
        "platform": page.platform,
        "zone": page.zone_name,
        "window": {
            "first": report.window.first.isoformat(),
            "last": report.window.last.isoformat(),
        },
        "sentence": sentence(report),
        **_figures_json(report.figures, report.asked.policy),
        "current_level": report.level.word if report.level is not None else None,
        "known_components": report.standing.known,
        "counted_components": report.standing.counted,
        "last_success_at": page.last_success_at.isoformat() if page.last_success_at else None,
        "error": page.last_error_message if page.last_ok is False else None,
        "remark": page.remark,
        "trust": report.trust or None,
        "overrides": [_override_json(each) for each in report.overridden],
        "open_incidents": [_incident_json(incident) for incident in report.open_incidents],
        "open_maintenances": [_incident_json(incident) for incident in report.open_maintenances],
        "vendor_reported_uptime": report.reported,
        "days": [_day_json(day) for day in report.days],
        "components": [_component_json(component, report) for component in report.components],
    }


def _override_json(found: Overridden) -> dict[str, Any]:
    override = found.override
    return {
        "incident": found.incident.id,
        "title": found.incident.title,
        "level": (
            None
            if override.level is None
            else "none"
            if override.leaves_out
            else override.level.word
        ),
        "start": override.start.isoformat() if override.start else None,
        "end": override.end.isoformat() if override.end else None,
        "reason": override.reason,
        "date": override.decided.isoformat(),
    }


def _figures_json(found: WindowFigures, policy: str) -> dict[str, Any]:
    """Return the figures. Where no day is known, what would read as "none" is null."""
    known = found.known_days > 0
    return {
        "known_days": found.known_days,
        "outage_days": found.outage_days if known else None,
        "outage_day_bounds": list(found.outage_day_bounds) if known else None,
        "major_days": found.major_days if known else None,
        "degraded_days": found.degraded_days if known else None,
        "maintenance_days": found.maintenance_days if known else None,
        "unknown_days": found.unknown_days,
        "disputed_days": found.disputed_days if known else None,
        "outage_day_ratio": found.outage_day_ratio,
        "downtime_ratio": found.downtime_ratio(POLICIES[policy]),
        "coverage_ratio": found.coverage_ratio,
    }


def _component_json(component: ComponentReport, report: VendorReport) -> dict[str, Any]:
    return {
        "id": component.known.component.id,
        "slug": component.known.slug,
        "name": component.known.component.name,
        "group": component.known.component.group,
        "excluded": component.excluded,
        "removed_at": (
            component.known.removed_at.isoformat() if component.known.removed_at else None
        ),
        "current_level": component.level.word if component.level is not None else None,
        **_figures_json(component.figures, report.asked.policy),
        "outage_seconds": _seconds(component.figures),
        "vendor_reported_uptime": component.reported,
        "vendor_formula_uptime": (
            None if component.formula is None else float(component.formula / 100)
        ),
        "days": [_day_json(day) for day in component.days],
    }


def _seconds(found: WindowFigures) -> dict[str, float | None]:
    """Return the seconds per level; None for each when nothing was covered."""
    levels = ("partial", "major", "degraded", "maintenance")
    return {
        name: getattr(found.seconds, name) if found.covered_seconds else None for name in levels
    }


def _day_json(day: Day) -> dict[str, Any]:
    found: dict[str, Any] = {
        "date": day.day.isoformat(),
        "level": day.level.word if day.level is not None else None,
        "incidents": list(day.incident_ids),
    }
    if day.level is not None or day.covered_seconds:
        found["coverage"] = round(day.coverage, 4)
        found["source"] = day.source.value if day.source else None
    if day.known_components != day.counted_components:
        found |= {
            "known_components": day.known_components,
            "counted_components": day.counted_components,
        }
    if day.disputed:
        found["disputed"] = True
    return found


def _incident_json(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "title": incident.title,
        "impact": incident.impact,
        "status": incident.status,
        "maintenance": incident.maintenance,
        "started_at": incident.started_at.isoformat(),
        "url": incident.url,
        "components": list(incident.component_ids),
    }


COLUMNS = (
    "vendor",
    "component",
    "component_id",
    "group",
    "first",
    "last",
    "zone",
    "platform",
    "current_level",
    "known_components",
    "counted_components",
    "known_days",
    "outage_days",
    "outage_days_least",
    "outage_days_most",
    "major_days",
    "degraded_days",
    "maintenance_days",
    "unknown_days",
    "disputed_days",
    "outage_day_ratio",
    "downtime_ratio",
    "policy",
    "overrides",
    "coverage_ratio",
    "partial_seconds",
    "major_seconds",
    "degraded_seconds",
    "maintenance_seconds",
)


def as_csv(reports: Iterable[VendorReport]) -> str:
    """Return one line per vendor (empty component) and one per component; empty cells are
    unknown.
    """
    return "".join(f"{line}\n" for line in csv_lines(reports))


def csv_lines(reports: Iterable[VendorReport]) -> Iterator[str]:
    """Yield those lines, the head first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="")
    writer.writeheader()
    yield text.getvalue()
    for report in reports:
        for component in (None, *report.components):
            text.seek(0)
            text.truncate()
            writer.writerow(_csv_row(report, component))
            yield text.getvalue()


def _csv_row(report: VendorReport, component: ComponentReport | None) -> dict[str, Any]:
    found = component.figures if component else report.figures
    level = component.level if component else report.level
    return {
        "vendor": report.page.slug,
        "component": cell(component.known.component.name) if component else "",
        "component_id": cell(component.known.component.id) if component else "",
        "group": cell(component.known.component.group or "") if component else "",
        "first": report.window.first,
        "last": report.window.last,
        "zone": report.page.zone_name,
        "platform": report.page.platform or "",
        "current_level": level.word if level is not None else "",
        "known_components": "" if component else report.standing.known,
        "counted_components": "" if component else report.standing.counted,
        "policy": report.asked.policy,
        "overrides": len(report.overridden),
        **_csv_figures(found, report.asked.policy),
        **{f"{name}_seconds": value for name, value in _seconds(found).items()},
    }


def _csv_figures(found: WindowFigures, policy: str) -> dict[str, Any]:
    figures = _figures_json(found, policy)
    least, most = figures.pop("outage_day_bounds") or (None, None)
    return figures | {"outage_days_least": least, "outage_days_most": most}


def cell(text: str) -> str:
    """Return a vendor's text for a cell: on one line, nothing hidden in it, and no formula for a
    spreadsheet.
    """
    text = visible(text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def as_markdown(reports: Iterable[VendorReport]) -> str:
    """Return a section per vendor: the sentence, its remarks, a table of components and the open
    incidents.
    """
    return "\n".join(markdown_lines(reports)) + "\n"


def markdown_lines(reports: Iterable[VendorReport]) -> Iterator[str]:
    """Yield the lines of those sections."""
    for number, report in enumerate(reports):
        yield from _markdown(report) if number == 0 else ("", *_markdown(report))


def _markdown(report: VendorReport) -> list[str]:
    title, said = map(markdown_text, (report.page.page_name or report.page.name, sentence(report)))
    lines = [f"## {title}", "", f"**{said}.**", ""]
    lines += [f"- {markdown_text(note)}" for note in remarks(report)]
    lines += [
        (
            f"Source: <{report.page.url}>. A day counts when it had a {DEFINITION}; policy"
            f" `{report.asked.policy}`."
        ),
        "",
        "| component | now | outage days | major | degraded | downtime | coverage |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for component in report.components:
        found = component.figures
        lines.append(
            f"| {markdown_text(component_name(component))} |"
            f" {level_word(component.level).replace('_', ' ')} | {_outage_days(found)} |"
            f" {_count(found.major_days, found)} | {_count(found.degraded_days, found)} |"
            f" {downtime(found, report.asked.policy)} | {percent(found.coverage_ratio)} |"
        )
    for title, going_on in (
        ("incidents", report.open_incidents),
        ("maintenance", report.open_maintenances),
    ):
        if going_on:
            lines += [
                "",
                f"Open {title}:",
                "",
                *(_open_line(incident, report) for incident in going_on),
            ]
    return lines


def _open_line(incident: Incident, report: VendorReport) -> str:
    since = incident.started_at.astimezone(report.page.zone).strftime("%Y-%m-%d %H:%M%z")
    title = markdown_link(incident.title, incident.url)
    return (
        f"- {title}: {markdown_text(incident.status)}, since {since}, impact"
        f" {markdown_text(incident.impact)}"
    )


def _outage_days(found: WindowFigures) -> str:
    return f"{found.outage_days} of {found.known_days}" if found.known_days else "unknown"


def _count(days: int, found: WindowFigures) -> str:
    return f"{days}" if found.known_days else "unknown"


def component_name(component: ComponentReport) -> str:
    """Return the name with its group, and "(excluded)" or "(removed)" where that is so."""
    known = component.known
    name = (
        f"{known.component.group} / {known.component.name}"
        if known.component.group
        else known.component.name
    )
    suffix = " (excluded)" if component.excluded else " (removed)" if known.removed_at else ""
    return name + suffix


def downtime(found: WindowFigures, policy: str) -> str:
    """Return the weighted downtime ratio as a percentage with three decimals; "unknown" without
    coverage.
    """
    ratio = found.downtime_ratio(POLICIES[policy])
    return "unknown" if ratio is None else f"{ratio * 100:.3f} %"


# the terminal

# Height says what colour says: the row can be read without colours.
CELLS: Mapping[Level | None, tuple[str, str]] = {
    None: ("?", "bright_black"),
    Level.OPERATIONAL: ("▁", "green"),
    Level.MAINTENANCE: ("▂", "blue"),
    Level.DEGRADED: ("▄", "yellow"),
    Level.PARTIAL_OUTAGE: ("▆", "dark_orange"),
    Level.MAJOR_OUTAGE: ("█", "red"),
}


def cells(days: Sequence[Day]) -> Text:
    """Return one coloured character per day, oldest first; partly covered days are dim."""
    row = words("")
    row.no_wrap = True
    for day in days:
        glyph, colour = CELLS[day.level]
        row.append(glyph, style=f"dim {colour}" if 0 < day.coverage < 1 else colour)
    return row


def legend() -> Text:
    """Return what the characters mean."""
    text = words("")
    for level, (glyph, colour) in CELLS.items():
        text.append(f"{glyph} ", style=colour)
        text.append(f"{level_word(level).replace('_', ' ')}   ", style="dim")
    return text


def as_table(reports: Iterable[VendorReport], *, width: int) -> Group:
    """Return the report for a terminal of this width: per vendor the sentence, remarks, then two
    lines a component.
    """
    return Group(*drawn(reports, width=width))


def drawn(reports: Iterable[VendorReport], *, width: int) -> Iterator[RenderableType]:
    """Yield the parts of that, from top to bottom."""
    for report in reports:
        yield words(sentence(report), "bold")
        yield from (_indented(words(note, "italic")) for note in remarks(report))
        if report.components:
            yield _scale(report, width)
        for component in report.components:
            yield _indented(_figures_line(component, report))
            yield from (_indented(cells(row)) for row in _rows(component.days, width))
        yield words("")
    yield legend()


INDENT = 2


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, INDENT))


def _rows(days: Sequence[Day], width: int) -> list[Sequence[Day]]:
    """Return the days in rows that fit, as even as can be; one row where the terminal is wide
    enough.
    """
    count = -(-len(days) // max(7, width - INDENT))
    length = -(-len(days) // count)
    return [days[start : start + length] for start in range(0, len(days), length)]


def _scale(report: VendorReport, width: int) -> Padding:
    """Return the line above the cells that says which days they are."""
    rows = _rows(report.days, width)
    if len(rows) > 1:
        spans = "; ".join(f"{row[0].day} to {row[-1].day}" for row in rows)
        return _indented(words(f"{len(rows)} rows of days: {spans}", "dim"))
    first, last = f"{report.days[0].day}", f"{report.days[-1].day}"
    gap = len(report.days) - len(first) - len(last)
    return _indented(words(first + " " * gap + last if gap > 0 else f"{first} to {last}", "dim"))


def _figures_line(component: ComponentReport, report: VendorReport) -> Text:
    found = component.figures
    line = words(f"{component_name(component)}: ")
    if report.asked.as_of is None:
        glyph, colour = CELLS[component.level]
        line.append(f"now {glyph} {level_word(component.level).replace('_', ' ')}; ", style=colour)
    days = f" days ({found.major_days} major)" if found.known_days else ""
    line.append(f"outage {_outage_days(found)}{days}; ")
    line.append(
        f"downtime {downtime(found, report.asked.policy)}, coverage"
        f" {percent(found.coverage_ratio)}",
        "dim",
    )
    return line
