"""The record of bars before what a page shows, component by component, month by month. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from monitor.errors import FetchError
from monitor.intervals import ONE_DAY, day_interval, day_of
from monitor.kit.evidence import gap_evidence
from monitor.kit.fallback import gap_of
from monitor.kit.fields import Row, items
from monitor.kit.protocol import Response, Steps, StepsTo
from monitor.kit.responses import unwrap
from monitor.model import Bar, Component, Evidence, Gap
from monitor.platforms.statuspage.answers import (
    UNREADABLE,
    calendar_day,
    parse,
    try_get,
)
from monitor.platforms.statuspage.bars import SOURCE, Timelines, bar_coverage, begun_bars, read_bar
from monitor.platforms.statuspage.live import PageState
from monitor.platforms.statuspage.quarters import SETTLED_AFTER, Quarter, quarters
from monitor.platforms.statuspage.shown_bars import CHUNK

SHOWN_DAYS = timedelta(days=90)


def read_older_bars(state: PageState, since: datetime, timelines: Timelines | None) -> Steps:
    """Read quarters of bars, newest first, for every component whose record begins before what was
    shown.
    """
    first, since_day = _first_shown(state, timelines), day_of(since, state.days_zone)
    failures = 0
    for component in state.components:
        target = max(since_day, component.start_date or since_day)
        if not component.has_bars or target >= first:
            continue
        if failures > 1:
            gap = Gap(
                what=f"uptime record of {component.name}",
                reason="skipped",
                message="others failed before it",
            )
            yield gap_evidence(SOURCE, state.page, gap)
            return
        is_whole = yield from _read_component(state, component, target, first)
        failures = 0 if is_whole else failures + 1


def _first_shown(state: PageState, timelines: Timelines | None) -> date:
    """Return the first day of the bars that the page shows; the day after today where it shows
    none.
    """
    if timelines is not None and timelines.first is not None:
        return timelines.first
    tomorrow = day_of(state.page.now, state.days_zone) + ONE_DAY
    # Those that an earlier run read reach as far.
    return tomorrow - SHOWN_DAYS if CHUNK in state.page.completed_chunks else tomorrow


def _read_component(
    state: PageState,
    component: Component,
    target: date,
    first: date,
) -> StepsTo[bool]:
    """Read one component's record from the day before `first` back to `target`; return False when a
    page failed.
    """
    oldest = first
    for quarter in quarters(day_of(state.page.now, state.days_zone)):
        if quarter.number == 1 and quarter.oldest >= first:
            continue  # usually the shown bars cover it
        if oldest <= target:
            break
        if _chunk(component, quarter) not in state.page.completed_chunks:
            path = f"/uptime/{component.id}.json?page={quarter.number}"
            response = yield from try_get(path)
            evidence = _quarter_evidence(state, component, response, quarter)
            yield evidence
            if evidence.gaps:
                return False
            if not evidence.coverage:
                break  # before the component's first day
        oldest = quarter.oldest
    return True


class DayRecord(NamedTuple):
    """A day of a component's record, and its bar where something happened on it."""

    day: date
    bar: Bar | None


def _quarter_evidence(
    state: PageState,
    component: Component,
    response: Response | FetchError,
    quarter: Quarter,
) -> Evidence:
    try:
        days = parse(unwrap(response), lambda answer: _read_days(answer, component.id))
    except UNREADABLE as error:
        gap = gap_of(f"uptime record of {component.name}, {quarter.month}", error)
        return gap_evidence(SOURCE, state.page, gap)
    evidence = Evidence(source=SOURCE, read_at=state.page.now, chunk=_chunk(component, quarter))
    if not days:
        return evidence
    first = max(days[0].day, component.start_date or date.min)
    last = days[-1].day
    bars = [record.bar for record in days if record.bar is not None]
    return replace(
        evidence,
        bars=tuple(begun_bars(bars, state)),
        coverage=tuple(bar_coverage(component.id, first, last, state)),
        final=day_interval(last, state.days_zone).end < state.page.now - SETTLED_AFTER,
    )


def _chunk(component: Component, quarter: Quarter) -> str:
    return f"uptime:{component.id}:{quarter.month}"


def _read_days(answer: Row, component_id: str) -> list[DayRecord]:
    """Return the days of the months that have a percentage, in order. A group's answer has none: it
    counts components, not seconds.
    """
    months = items(answer.get("months"), "answer.months")
    records: list[DayRecord] = []
    for month in () if answer.get("is_group") else months:
        days = list(_days_of(month, component_id))
        if month.get("uptime_percentage") is not None:
            records += days
    return sorted(records, key=lambda record: record.day)


def _days_of(month: Row, component_id: str) -> Iterator[DayRecord]:
    """Yield the days of a month; one without a date pads it and is left out."""
    for day in items(month.get("days"), "months[].days"):
        at = calendar_day(day["date"]) if day.get("date") else date.min
        bar = read_bar(component_id, at, day, day.get("events"))
        if at > date.min:
            yield DayRecord(at, bar)
