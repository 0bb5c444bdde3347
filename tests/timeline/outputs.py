"""What every output must leave unknown: the report's JSON, the metrics, and the daily bars for
Prometheus."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from exporters.boards import Board
from exporters.daily import vendor_series
from exporters.history_query import HistoryQuery
from exporters.prometheus import StateMetrics
from exporters.report import record_json
from exporters.text_format import render
from exporters.watched import Watched
from monitor.answers import ReportQuery, record
from monitor.model import Day, Level
from timeline.drive import SLUG, Ran
from timeline.laws import COVERED, is_bad, is_green, word

SAMPLE = re.compile(
    r'^vendorstatus_(vendor|component)_level\{(?:.*component="([^"]*)")?.*\} (\S+)$',
    re.MULTILINE,
)


def unknown_in_every_output(ran: Ran) -> Iterator[str]:
    """What is unknown of a day or now is unknown everywhere; the vendor is good only where its
    components are known."""
    yield from _in_json(ran)
    yield from _in_metrics(ran)
    yield from _in_bars(ran)
    yield from _in_sums(ran)


def _in_sums(ran: Ran) -> Iterator[str]:
    """A vendor's day, and now, is green only where nine tenths of its components are known, and
    none of them is bad.

    A page that could never be read (it listed no components yet) is unknown now.
    """
    picture = ran.picture()
    for index, day in enumerate(picture.get("", ())):
        parts = [picture[key][index] for key in picture if key and _alive(ran, key, day.day)]
        yield from _green(f"the vendor on {day.day}", day.level, [part.level for part in parts])
    last = list(ran.world.shown_all(ran.seen[-1].at).values()) if ran.seen else [None]
    yield from _green("the vendor now", _shown(ran), last)


def _shown(ran: Ran) -> Level | None:
    """Return the level now that the first page shows."""
    now, vendors = ran.clock.now, {SLUG: ran.vendor}
    watched = Watched(store=ran.store, vendors=lambda: vendors, clock=lambda: now)
    (entry,) = Board(watched, lambda *_: None).entries(now)
    return entry.status.level


def _alive(ran: Ran, key: str, day: date) -> bool:
    part = next((part for part in ran.world.parts if part.id == key), None)
    return part is None or (part.begin.date() < day and (part.end is None or day < part.end.date()))


def _green(what: str, level: Level | None, parts: list[Level | None]) -> Iterator[str]:
    known = [part for part in parts if part is not None]
    if is_green(level) and (
        len(known) < COVERED * len(parts) or any(is_bad(part) for part in known)
    ):
        yield f"{what} is {word(level)}, of {', '.join(map(word, parts))}"


def _in_json(ran: Ran) -> Iterator[str]:
    query = ReportQuery(now=ran.clock.now, window_days=len(ran.picture()[""]))
    told = record_json(record(ran.store, ran.page, ran.vendor, query))
    levels = ran.store.current(ran.page.id).levels
    for row in (told, *told["components"]):
        key = row.get("id", "")
        for day, shown in _paired(ran.picture()[key], row["days"]):
            if (shown["level"] in {None, "unknown"}) != (day.level is None):
                yield f"JSON: {key or 'the vendor'} on {day.day} is {shown['level']}, derived {word(day.level)}"
        without = row["unknown_days"] + row["absent_days"]
        if without != sum(day.level is None for day in ran.picture()[key]):
            yield f"JSON: {key or 'the vendor'} has {row['unknown_days']} unknown days"
        if key and levels.get(key) is None and row["current_level"] not in {None, "unknown"}:
            yield f"JSON: {key} is {row['current_level']} now, and unknown"


def _paired(days: list[Day], rows: list[dict[str, str]]) -> Iterator[tuple[Day, dict[str, str]]]:
    by_date = {row["date"]: row for row in rows}
    for day in days:
        if day.day.isoformat() in by_date:
            yield day, by_date[day.day.isoformat()]


def _in_metrics(ran: Ran) -> Iterator[str]:
    text = render(
        StateMetrics(ran.store, vendors={SLUG: ran.vendor}).families(ran.clock.now),
        openmetrics=False,
    )
    told = {
        slug: float(value)
        for subject, slug, value in SAMPLE.findall(text.decode())
        if subject == "component"
    }
    levels = ran.store.current(ran.page.id).levels
    for known in ran.store.known_components(ran.page.id):
        level = levels.get(known.component.id)
        if told.get(known.slug) != (None if level is None else float(level)):
            yield f"metrics: {known.component.id} has {told.get(known.slug)}, is {word(level)}"


def _in_bars(ran: Ran) -> Iterator[str]:
    asked = HistoryQuery(now=ran.clock.now, days=len(ran.picture()[""]))
    ids = {known.slug: known.component.id for known in ran.store.known_components(ran.page.id)}
    picture = ran.picture()
    for series in vendor_series(ran.store, ran.page, ran.vendor, asked):
        labels = dict(series.labels)
        if not series.family.endswith("_day_level"):
            continue
        key = ids.get(labels.get("component", ""), "")
        days = {day.day: day for day in picture[key]}
        for stamp, value in series.points:
            ago = timedelta(days=int(labels["dates_ago"]))
            day = days.get(datetime.fromtimestamp(stamp, UTC).date() - ago)
            if day is not None and (-1.0 if day.level is None else float(day.level)) != float(
                value
            ):
                yield f"bars: {key or 'the vendor'} on {day.day} is {value}, derived {word(day.level)}"
