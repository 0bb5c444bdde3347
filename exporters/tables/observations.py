"""The table of observations: a row for each state that polls saw of a component, as long as it
held.
"""

from collections.abc import Iterator

from exporters.tables.extract import Extract
from exporters.tables.table import SUBJECT_COLUMNS, Kind, Row, Table, columns
from exporters.wording import level_key
from monitor.intervals import Interval, day_interval
from monitor.model import ObservedRun


def _rows(extract: Extract) -> Iterator[Row]:
    zone = extract.page.zone
    begin, end = day_interval(extract.window.first, zone), day_interval(extract.window.last, zone)
    window = Interval(begin.start, end.end)
    subjects = extract.subjects_by_id()
    polled_until = extract.facts.polled_until
    for run in sorted(extract.facts.runs, key=lambda run: (run.component_id, run.span)):
        subject = subjects.get(run.component_id)
        if subject is not None and run.span.clip(window) is not None:
            yield subject.columns | _run(run, holds=run.holds_at(polled_until))


def _run(run: ObservedRun, *, holds: bool) -> Row:
    return {
        "level": level_key(run.level),
        "start": run.span.start,
        "end": None if holds else run.span.end,
        "last_seen_at": run.last_seen,
        "seconds": run.span.seconds,
    }


OBSERVATIONS = Table(
    "observations",
    {
        **SUBJECT_COLUMNS,
        "level": Kind.TEXT,
        **columns(Kind.INSTANT, "start", "end", "last_seen_at"),
        "seconds": Kind.NUMBER,
    },
    _rows,
)
