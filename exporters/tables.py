"""Days, windows and incidents as flat tables for a notebook: CSV, JSON lines or Parquet, row by
row.

Levels are words, days are the page's (its zone is in every row), instants are UTC. What is unknown
is null (CSV: empty), never 0 and never "operational". The days are the stored ones, which
`/metrics` shows too.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from io import TextIOWrapper
from typing import Any, BinaryIO, Protocol

from exporters.daily import HistoryQuery
from exporters.prometheus import LONGEST_WINDOW, WINDOW_DAYS
from exporters.wording import cell
from monitor.errors import ConfigError
from monitor.intervals import day_interval, day_of, days_between
from monitor.model import (
    Confidence,
    Day,
    History,
    Incident,
    KnownComponent,
    PageFacts,
    PageHistory,
    Seconds,
    Window,
)
from monitor.ratios import POLICIES, WindowFigures, figures, window_ending
from monitor.store import PageRecord, Store

Row = dict[str, Any]


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    TEXTS = "texts"
    WHOLE = "whole"
    NUMBER = "number"
    TRUTH = "truth"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its columns in order, and the rows of one vendor."""

    name: str
    columns: Mapping[str, Kind]
    rows: "Callable[[Reading], Iterator[Row]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One vendor as the store told it, and the range that is asked for."""

    page: PageRecord
    asked: HistoryQuery
    wanted: Window
    history: PageHistory
    facts: PageFacts

    def subjects(self) -> Iterator[tuple[Row, History, date]]:
        """Yield the vendor itself, then its components by slug: its own columns, its days, and the
        last of them.
        """
        vendor = {"vendor": self.page.slug, "zone": self.page.zone_name}
        yield vendor | _NO_COMPONENT, self.history.vendor, self.wanted.last
        for known in self._components():
            last = self.wanted.last
            if known.removed_at is not None:
                last = min(last, day_of(known.removed_at, self.page.zone))
            yield vendor | self._component(known), self.history.components[known.component.id], last

    def _components(self) -> list[KnownComponent]:
        if self.asked.components == "none":
            return []
        return sorted(self.facts.components, key=lambda each: each.slug)

    def _component(self, known: KnownComponent) -> Row:
        part = known.component
        return {
            "component": known.slug,
            "component_id": part.id,
            "component_name": part.name,
            "component_group": part.group,
            "excluded": part.id in self.history.excluded,
        }


def read(store: Store, page: PageRecord, asked: HistoryQuery) -> Reading:
    """Return what the tables need of one vendor. The last day is `asked.until`, or today in the
    page's zone.
    """
    zone = page.zone
    today = day_of(asked.now, zone)
    last = today if asked.until is None else min(asked.until, today)
    wanted = window_ending(last, asked.days)
    return Reading(
        page=page,
        asked=asked,
        wanted=wanted,
        history=store.page_history(
            page.id, wanted.first - timedelta(days=LONGEST_WINDOW - 1), last
        ),
        facts=store.facts(page.id, since=day_interval(wanted.first, zone).start),
    )


_SUBJECT: Mapping[str, Kind] = {
    "vendor": Kind.TEXT,
    "component": Kind.TEXT,
    "component_id": Kind.TEXT,
    "component_name": Kind.TEXT,
    "component_group": Kind.TEXT,
    "excluded": Kind.TRUTH,
    "zone": Kind.TEXT,
}
_NO_COMPONENT: Row = dict.fromkeys(
    ("component", "component_id", "component_name", "component_group", "excluded")
)
_SECONDS: Mapping[str, Kind] = dict.fromkeys(
    ("major_seconds", "partial_seconds", "degraded_seconds", "maintenance_seconds"), Kind.NUMBER
)
_COUNTS: Mapping[str, Kind] = dict.fromkeys(
    (
        "known_days",
        "outage_days",
        "major_days",
        "degraded_days",
        "maintenance_days",
        "unknown_days",
        "disputed_days",
    ),
    Kind.WHOLE,
)


# rows


def _day_rows(reading: Reading) -> Iterator[Row]:
    for own, history, last in reading.subjects():
        for day in history.each(Window(reading.wanted.first, last)):
            yield own | _day(day)


def _day(day: Day) -> Row:
    return {
        "day": day.day,
        "level": day.level.word if day.level is not None else None,
        **_seconds(day.known_seconds),
        "length_seconds": day.length_seconds,
        "covered_seconds": day.covered_seconds,
        "coverage": day.coverage,
        "source": day.source.value if day.source else None,
        "confidence": day.confidence.value if day.confidence else None,
        "disputed": day.disputed,
        "known_components": day.known_components,
        "counted_components": day.counted_components,
        "incidents": list(day.incident_ids),
    }


def _seconds(seconds: Seconds | None) -> Row:
    if seconds is None:
        return dict.fromkeys(_SECONDS)
    return {name: getattr(seconds, name.removesuffix("_seconds")) for name in _SECONDS}


def _window_rows(reading: Reading) -> Iterator[Row]:
    policy = reading.asked.policy
    for own, history, last in reading.subjects():
        for day in days_between(reading.wanted.first, last):
            for length in WINDOW_DAYS:
                found = figures(history, window_ending(day, length))
                yield own | _window(found, length, policy) | _standing(history, found.window)


def _window(found: WindowFigures, length: int, policy: str) -> Row:
    least, most = found.outage_day_bounds or (None, None)
    return {
        "window_days": length,
        "first": found.window.first,
        "last": found.window.last,
        **{name: getattr(found, name) for name in _COUNTS},  # a figure's name is its column's
        "outage_days_least": least,
        "outage_days_most": most,
        "outage_day_ratio": found.outage_day_ratio,
        "downtime_ratio": found.downtime_ratio(POLICIES[policy]),
        "policy": policy,
        **_seconds(found.seconds),
        "covered_seconds": found.covered_seconds,
        "coverage": found.coverage_ratio,
    }


def _standing(history: History, window: Window) -> Row:
    """Return what a window's known days rest on: every source, and the least confidence of them."""
    days = [
        day
        for day in history.days.values()
        if window.first <= day.day <= window.last and day.level is not None
    ]
    runs = [run for run in history.quiet if run.first <= window.last and run.last >= window.first]
    sources = {day.source.value for day in days if day.source is not None} | {
        run.source.value for run in runs
    }
    held = {day.confidence for day in days} | {run.confidence for run in runs}
    lowest = next((word.value for word in reversed(Confidence) if word in held), None)
    return {"sources": sorted(sources), "confidence": lowest}


def _incident_rows(reading: Reading) -> Iterator[Row]:
    slugs = {known.component.id: known.slug for known in reading.facts.components}
    for incident in sorted(reading.facts.incidents, key=lambda each: (each.started_at, each.id)):
        yield {
            "vendor": reading.page.slug,
            "zone": reading.page.zone_name,
            "incident": incident.id,
            "title": incident.title,
            "phase": incident.phase.value,
            "status": incident.status,
            "impact": incident.impact,
            "maintenance": incident.maintenance,
            **_times(incident, reading),
            "components": [slugs[key] for key in incident.component_ids if key in slugs],
            "url": incident.url,
            "source": reading.page.platform,
        }


def _times(incident: Incident, reading: Reading) -> Row:
    ended = incident.resolved_at
    return {
        "first_day": day_of(incident.started_at, reading.page.zone),
        "started_at": incident.started_at,
        "resolved_at": ended,
        "duration_seconds": (
            None if ended is None else (ended - incident.started_at).total_seconds()
        ),
    }


DAYS = Table(
    "days",
    {
        **_SUBJECT,
        "day": Kind.DAY,
        "level": Kind.TEXT,
        **_SECONDS,
        "length_seconds": Kind.NUMBER,
        "covered_seconds": Kind.NUMBER,
        "coverage": Kind.NUMBER,
        "source": Kind.TEXT,
        "confidence": Kind.TEXT,
        "disputed": Kind.TRUTH,
        "known_components": Kind.WHOLE,
        "counted_components": Kind.WHOLE,
        "incidents": Kind.TEXTS,
    },
    _day_rows,
)
WINDOWS = Table(
    "windows",
    {
        **_SUBJECT,
        "window_days": Kind.WHOLE,
        "first": Kind.DAY,
        "last": Kind.DAY,
        **_COUNTS,
        "outage_days_least": Kind.WHOLE,
        "outage_days_most": Kind.WHOLE,
        "outage_day_ratio": Kind.NUMBER,
        "downtime_ratio": Kind.NUMBER,
        "policy": Kind.TEXT,
        **_SECONDS,
        "covered_seconds": Kind.NUMBER,
        "coverage": Kind.NUMBER,
        "sources": Kind.TEXTS,
        "confidence": Kind.TEXT,
    },
    _window_rows,
)
INCIDENTS = Table(
    "incidents",
    {
        "vendor": Kind.TEXT,
        "zone": Kind.TEXT,
        "incident": Kind.TEXT,
        "title": Kind.TEXT,
        "phase": Kind.TEXT,
        "status": Kind.TEXT,
        "impact": Kind.TEXT,
        "maintenance": Kind.TRUTH,
        "first_day": Kind.DAY,
        "started_at": Kind.INSTANT,
        "resolved_at": Kind.INSTANT,
        "duration_seconds": Kind.NUMBER,
        "components": Kind.TEXTS,
        "url": Kind.TEXT,
        "source": Kind.TEXT,
    },
    _incident_rows,
)
TABLES: Mapping[str, Table] = {table.name: table for table in (DAYS, WINDOWS, INCIDENTS)}


# formats


class Sink(Protocol):
    """Takes the rows of one table, one after the other."""

    def add(self, row: Row) -> None:
        """Write one row, which has every column of the table."""

    def close(self) -> None:
        """Write what is held back; the file itself stays open."""


class CsvSink:
    """Comma-separated values with a header. Lists are joined with spaces; in text, what is hidden
    is shown and what a spreadsheet would take for a formula gets an apostrophe in front, because
    titles and names are the vendors' own.
    """

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._text = TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
        self._writer = csv.DictWriter(self._text, list(table.columns), lineterminator="\n")
        self._writer.writeheader()

    def add(self, row: Row) -> None:
        """Write one line."""
        self._writer.writerow({name: _csv(value) for name, value in row.items()})

    def close(self) -> None:
        """Hand the file back."""
        self._text.detach()


def _csv(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return cell(" ".join(value))
    return cell(value) if isinstance(value, str) else value


class JsonSink:
    """JSON lines: one object a line, days and instants in ISO 8601."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._file = file
        self._columns = tuple(table.columns)

    def add(self, row: Row) -> None:
        """Write one line."""
        # Not as it is but escaped: half a surrogate pair in a name has no UTF-8.
        ordered = {name: row[name] for name in self._columns}
        self._file.write(json.dumps(ordered, default=_iso, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        """Do nothing: no row is held back."""


def _iso(value: date) -> str:
    return value.isoformat()


ROW_GROUP = 50_000


class ParquetSink:
    """Parquet with typed columns, in row groups of `ROW_GROUP`. Raises ConfigError without
    pyarrow.
    """

    def __init__(self, file: BinaryIO, table: Table) -> None:
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError as error:
            raise ConfigError(
                "Parquet needs one more library: pip install 'vendorstatus[parquet]'"
            ) from error
        types = {
            Kind.TEXT: pa.string(),
            Kind.TEXTS: pa.list_(pa.string()),
            Kind.WHOLE: pa.int32(),
            Kind.NUMBER: pa.float64(),
            Kind.TRUTH: pa.bool_(),
            Kind.DAY: pa.date32(),
            Kind.INSTANT: pa.timestamp("us", tz="UTC"),
        }
        self._schema = pa.schema([(name, types[kind]) for name, kind in table.columns.items()])
        self._make = pa.Table.from_pylist
        self._writer = parquet.ParquetWriter(file, self._schema)
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """Keep one row until there are enough of them."""
        self._rows.append({name: _utf8(value) for name, value in row.items()})
        if len(self._rows) >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._make(self._rows, schema=self._schema))
        self._rows = []

    def close(self) -> None:
        """Write the last rows and the footer."""
        if self._rows:
            self._flush()
        self._writer.close()


def _utf8(value: Any) -> Any:  # noqa: ANN401
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"

    @property
    def suffix(self) -> str:
        """How the file's name ends."""
        return {"csv": ".csv", "json": ".jsonl", "parquet": ".parquet"}[self.value]


_SINKS: Mapping[Format, Callable[[BinaryIO, Table], Sink]] = {
    Format.CSV: CsvSink,
    Format.JSON: JsonSink,
    Format.PARQUET: ParquetSink,
}


def sink(form: Format, file: BinaryIO, table: Table) -> Sink:
    """Return what writes this table in this format. Raises ConfigError when a library it needs is
    missing.
    """
    return _SINKS[form](file, table)
