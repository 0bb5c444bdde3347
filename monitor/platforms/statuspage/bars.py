"""The bars of a page's own uptime record, in seconds: it shows neither degraded time nor
maintenance. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.intervals import Interval, day_interval
from monitor.kit.fields import Row
from monitor.model import Aspect, Bar, Component, Coverage, ReportedUptime
from monitor.platforms.statuspage.answers import calendar_day, text_as_is

SOURCE = "statuspage.uptime"

WINDOWS = {"thirty": 30, "sixty": 60, "ninety": 90}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timelines:
    """Bars of several components, as `/uptime_showcase` or the root page gave them. `first` is the
    earliest day.
    """

    components: tuple[Component, ...]
    bars: tuple[Bar, ...]
    coverage: tuple[Coverage, ...]
    reported: tuple[ReportedUptime, ...]
    unknown_words: tuple[str, ...]
    first: date | None

    @property
    def incident_ids(self) -> tuple[str, ...]:
        """The incidents the bars are linked to, newest day first."""
        ids: list[str] = []
        for bar in sorted(self.bars, key=lambda bar: bar.day, reverse=True):
            ids += bar.incident_ids
        return tuple(dict.fromkeys(ids))


def read_timelines(
    lines: Mapping[str, Row], values: Sequence[Row], zone: ZoneInfo, until: datetime
) -> Timelines:
    """Return the bars of days in a zone, up to `until`. Timelines of groups are left out: a group's
    record is computed from its components'.
    """
    leaves = {code: line for code, line in lines.items() if not _is_group_line(line)}
    bars: list[Bar] = []
    coverage: list[Coverage] = []
    words: set[str] = set()
    starts: list[date] = []
    for code, line in leaves.items():
        bars += _line_bars(code, line)
        words |= _unknown_outages(line)
        if line["days"]:
            first, last = (calendar_day(line["days"][index]["date"]) for index in (0, -1))
            counted_from = max(first, _start_day(line) or first)
            starts.append(first)
            coverage += bar_coverage(code, counted_from, last, zone, until)
    return Timelines(
        components=tuple(_components(lines, leaves)),
        bars=tuple(begun_bars(bars, zone, until)),
        coverage=tuple(coverage),
        reported=tuple(_reported_uptimes(values, leaves)),
        unknown_words=tuple(sorted(words)),
        first=min(starts, default=None),
    )


def _line_bars(code: str, line: Row) -> Iterator[Bar]:
    for day in line["days"]:
        seconds, events = day.get("outages") or {}, day.get("related_events")
        bar = read_bar(code, calendar_day(day["date"]), seconds, events)
        if bar is not None:
            yield bar


def _unknown_outages(line: Row) -> set[str]:
    """Return kinds of outages that we do not know, beside partial and major ones."""
    kinds: set[str] = set()
    for day in line["days"]:
        kinds.update(day.get("outages") or ())
    return {f"outages.{kind}" for kind in kinds - {"p", "m"}}


def _is_group_line(line: Row) -> bool:
    return bool(line["component"].get("isGroup") or line["component"].get("group"))


def _components(lines: Mapping[str, Row], leaves: Mapping[str, Row]) -> Iterator[Component]:
    groups: dict[str, str] = {}
    for line in lines.values():
        component = line["component"]
        if _is_group_line(line):
            groups |= dict.fromkeys(component.get("group") or (), component.get("name"))
    for position, (code, line) in enumerate(leaves.items()):
        yield Component(
            id=code,
            name=text_as_is(line["component"], "name", "component").strip() or code,
            group=groups.get(code),
            position=position,
            start_date=_start_day(line),
            has_bars=True,
        )


def _start_day(line: Row) -> date | None:
    start = line["component"].get("startDate")
    return calendar_day(start) if start else None


def _reported_uptimes(values: Sequence[Row], leaves: Mapping[str, Row]) -> Iterator[ReportedUptime]:
    for value in values:
        code = value.get("component")
        for key, days in WINDOWS.items():
            if code in leaves and value.get(key) is not None:
                ratio = round(float(value[key]) / 100, 8)
                yield ReportedUptime(component_id=code, window_days=days, ratio=ratio)


def read_bar(code: str, day: date, seconds: Row, events: Sequence[Row] | None) -> Bar | None:
    """Return a component's bar of a day, with its seconds in partial ("p") and major outage ("m");
    None where nothing happened.
    """
    partial, major = int(seconds.get("p") or 0), int(seconds.get("m") or 0)
    incidents = tuple(str(event["code"]) for event in events or () if event.get("code"))
    if not (partial or major or incidents):
        return None
    return Bar(
        component_id=code,
        day=day,
        partial_seconds=partial,
        major_seconds=major,
        incident_ids=incidents,
        source=SOURCE,
    )


def begun_bars(bars: Iterable[Bar], zone: ZoneInfo, until: datetime) -> Iterator[Bar]:
    """Yield the bars of days that had begun by then."""
    return (bar for bar in bars if day_interval(bar.day, zone).start <= until)


def bar_coverage(
    code: str, first: date, last: date, zone: ZoneInfo, until: datetime
) -> Iterator[Coverage]:
    """Yield what a component's bars speak for, the last day included, up to `until`."""
    end = min(until, day_interval(last, zone).end)
    span = Interval.between(day_interval(first, zone).start, end)
    if span is not None:
        yield Coverage(span=span, aspect=Aspect.BARS, component_id=code, complete=True)
