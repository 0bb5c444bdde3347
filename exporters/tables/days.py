"""The table of days: a row for each day of each vendor and component."""

from collections.abc import Iterator, Mapping

from exporters.figures import SECONDS, second_columns
from exporters.tables.extract import Extract
from exporters.tables.table import SUBJECT_COLUMNS, Kind, Row, Table, columns
from exporters.wording import level_key
from monitor.lookups import slugs_by_id
from monitor.model import Day, Window


def _rows(extract: Extract) -> Iterator[Row]:
    slugs = slugs_by_id(extract.facts.components)
    for subject in extract.subjects():
        for day in subject.history.each(Window(extract.window.first, subject.last)):
            yield subject.columns | _day(day, slugs)


def _day(day: Day, slugs: Mapping[str, str]) -> Row:
    """Return a day's columns; `slugs` by the id of a component."""
    return {
        "day": day.day,
        "level": level_key(day.level),
        "absence": None if day.absence is None else day.absence.value,
        **second_columns(day.known_seconds),
        "length_seconds": day.length_seconds,
        "covered_seconds": day.covered_seconds,
        "coverage_ratio": day.coverage,
        "seconds_of": None if day.component_id is None else slugs.get(day.component_id),
        "source": day.source.value if day.source else None,
        "confidence": day.confidence.value if day.confidence else None,
        "disputed": day.disputed,
        "known_components": day.known_components,
        "counted_components": day.counted_components,
        "incidents": list(day.incident_ids),
    }


DAYS = Table(
    "days",
    {
        **SUBJECT_COLUMNS,
        "day": Kind.DAY,
        **columns(Kind.TEXT, "level", "absence"),
        **columns(Kind.NUMBER, *SECONDS, "length_seconds", "covered_seconds", "coverage_ratio"),
        **columns(Kind.TEXT, "seconds_of", "source", "confidence"),
        "disputed": Kind.TRUTH,
        **columns(Kind.WHOLE, "known_components", "counted_components"),
        "incidents": Kind.TEXTS,
    },
    _rows,
)
