"""The table of windows: a row for each length, last day, and vendor or component."""

from collections.abc import Iterator

from exporters.figures import COUNTS, SECONDS, figure_columns
from exporters.samples import WINDOW_DAYS
from exporters.tables.extract import Extract
from exporters.tables.table import SUBJECT_COLUMNS, Kind, Row, Table, columns
from monitor.intervals import days_between
from monitor.model import Confidence, Day, DayRun, History, Window
from monitor.ratios import figures, window_ending


def _rows(extract: Extract) -> Iterator[Row]:
    policy = extract.query.policy
    for subject in extract.subjects():
        for day in days_between(extract.window.first, subject.last):
            for length in WINDOW_DAYS:
                window = window_ending(day, length)
                yield {
                    **subject.columns,
                    "window_days": length,
                    **_window(subject.history, window, policy),
                    **_basis(subject.history, window),
                }


def _window(history: History, window: Window, policy: str) -> Row:
    total = figures(history, window)
    return {
        "first": window.first,
        "last": window.last,
        **figure_columns(total, policy),
        "covered_seconds": total.covered_seconds,
        "coverage_ratio": total.coverage_ratio,
    }


def _basis(history: History, window: Window) -> Row:
    """Return what a window's known days rest on: every source, and the least confidence of them."""
    sources: set[str] = set()
    confidences: set[Confidence | None] = set()
    for day in _known_days(history, window):
        confidences.add(day.confidence)
        if day.source is not None:
            sources.add(day.source.value)
    least = None
    for confidence in Confidence:
        if confidence in confidences:
            least = confidence.value
    return {"sources": sorted(sources), "confidence": least}


def _known_days(history: History, window: Window) -> Iterator[Day | DayRun]:
    """Yield the known days of the window, and the runs of quiet ones that reach into it."""
    for day in history.days.values():
        if window.first <= day.day <= window.last and day.level is not None:
            yield day
    for run in history.quiet:
        if run.first <= window.last and run.last >= window.first:
            yield run


WINDOWS = Table(
    "windows",
    {
        **SUBJECT_COLUMNS,
        "window_days": Kind.WHOLE,
        **columns(Kind.DAY, "first", "last"),
        **columns(Kind.WHOLE, *COUNTS, "outage_days_least", "outage_days_most"),
        **columns(Kind.NUMBER, "outage_day_ratio", "downtime_ratio"),
        "policy": Kind.TEXT,
        **columns(Kind.NUMBER, *SECONDS, "covered_seconds", "coverage_ratio"),
        "sources": Kind.TEXTS,
        "confidence": Kind.TEXT,
    },
    _rows,
)
