"""The bars of a page's own uptime record, in seconds: it shows neither degraded time nor
maintenance. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from monitor.intervals import Interval, day_interval
from monitor.kit.fields import Row, number
from monitor.kit.responses import shape_error
from monitor.model import Aspect, Bar, Component, Coverage, Evidence, ReportedUptime
from monitor.platforms.statuspage.answers import calendar_day, text_as_is
from monitor.platforms.statuspage.live import PageState

SOURCE = "statuspage.uptime"

LONGEST_DAY_SECONDS = 90_000
"""A day cannot hold more: 25 hours, where clocks are put back."""

WINDOWS = {"thirty": 30, "sixty": 60, "ninety": 90}


class Timelines(NamedTuple):
    """Bars of several components, as `/uptime_showcase` or the root page gave them. `first` is the
    earliest day.
    """

    evidence: Evidence
    first: date | None

    @property
    def incident_ids(self) -> tuple[str, ...]:
        """The incidents the bars are linked to, newest day first."""
        newest_first = sorted(self.evidence.bars, key=lambda bar: bar.day, reverse=True)
        ids: dict[str, None] = {}
        for bar in newest_first:
            ids |= dict.fromkeys(bar.incident_ids)
        return tuple(ids)


def read_timelines(lines: Mapping[str, Row], values: Sequence[Row], state: PageState) -> Timelines:
    """Return the bars of a page. Timelines of groups are left out: a group's record is computed
    from its components'.
    """
    leaves = {code: line for code, line in lines.items() if not _is_group_line(line)}
    bars: list[Bar] = []
    coverage: list[Coverage] = []
    words: set[str] = set()
    starts: list[date] = []
    for code, line in leaves.items():
        bars += _line_bars(code, line)
        words |= _unknown_outages(line)
        if days := line["days"]:
            first, last = calendar_day(days[0]["date"]), calendar_day(days[-1]["date"])
            starts.append(first)
            coverage += bar_coverage(code, max(first, _start_day(line) or first), last, state)
    evidence = Evidence(
        source=SOURCE,
        read_at=state.page.now,
        components=tuple(_components(lines, leaves)),
        bars=tuple(begun_bars(bars, state)),
        coverage=tuple(coverage),
        reported=tuple(_reported_uptimes(values, leaves)),
        unknown_words=tuple(sorted(words)),
    )
    return Timelines(evidence, min(starts, default=None))


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
    partial, major = _seconds(seconds, "p"), _seconds(seconds, "m")
    incidents = tuple(_codes(events or ()))
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


def _seconds(outages: Row, kind: str) -> int:
    """Return a day's whole seconds of a kind of outage, a day's at most."""
    seconds = number(outages.get(kind) or 0, f"outages.{kind}")
    if seconds < 0:
        shape_error(f"outages.{kind}", "a number of seconds", seconds)
    return int(min(seconds, LONGEST_DAY_SECONDS))


def _codes(events: Iterable[Row]) -> Iterator[str]:
    """Yield the codes of the incidents that a day is linked to."""
    for event in events:
        if event.get("code"):
            yield str(event["code"])


def begun_bars(bars: Iterable[Bar], state: PageState) -> Iterator[Bar]:
    """Yield the bars of the days that had begun when the page was last believed."""
    for bar in bars:
        if day_interval(bar.day, state.days_zone).start <= state.until:
            yield bar


def bar_coverage(code: str, first: date, last: date, state: PageState) -> Iterator[Coverage]:
    """Yield what a component's bars speak for, the last day included as far as the page is
    believed.
    """
    start, end = day_interval(first, state.days_zone).start, day_interval(last, state.days_zone).end
    span = Interval.between(start, min(state.until, end))
    if span is not None:
        yield Coverage(span=span, aspect=Aspect.BARS, component_id=code, complete=True)
