"""The table of intervals: a row for each span of a component at a bad level."""

from collections.abc import Iterator

from exporters.tables.extract import Extract
from exporters.tables.table import SUBJECT_COLUMNS, Kind, Row, Table, columns
from exporters.wording import level_key
from monitor.answers import IntervalQuery, bad_intervals
from monitor.days.level_spans import LevelSpan


def _rows(extract: Extract) -> Iterator[Row]:
    query = IntervalQuery(
        first=extract.window.first,
        last=extract.window.last,
        now=extract.query.now,
        known_at=extract.known_at,
        raw=extract.is_raw,
    )
    bad = bad_intervals(extract.store, extract.page, extract.vendor, query)
    subjects = extract.subjects_by_id()
    for span in sorted(bad.spans, key=lambda each: (each.component_id, each.span)):
        subject = subjects.get(span.component_id)
        if subject is not None:
            yield subject.columns | _span(span)


def _span(span: LevelSpan) -> Row:
    return {
        "level": level_key(span.level),
        "start": span.span.start,
        "end": None if span.is_open else span.span.end,
        "seconds": span.seconds,
        "precision": span.precision.value,
        "source": span.source.value,
        "incident": span.incident_id,
    }


INTERVALS = Table(
    "intervals",
    {
        **SUBJECT_COLUMNS,
        "level": Kind.TEXT,
        **columns(Kind.INSTANT, "start", "end"),
        "seconds": Kind.NUMBER,
        **columns(Kind.TEXT, "precision", "source", "incident"),
    },
    _rows,
)
