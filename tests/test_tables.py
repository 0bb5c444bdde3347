"""Days, windows and incidents as flat tables: typed, with zone and coverage, unknown as nothing."""

import csv
import io
import json
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from past import demo_store, history, keep_days
from pyarrow import parquet
from store_support import add_page, component, evidence, incident, save

from exporters.history_query import HistoryQuery
from exporters.tables import TABLES, Format, read, sink, sinks
from monitor.answers import ReportQuery, record
from monitor.config import VendorConfig
from monitor.errors import ConfigError
from monitor.model import Level, Phase
from monitor.store import Store

NOW = datetime(2026, 5, 20, 16, 30, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def store():
    with Store.open("sqlite://") as store:
        yield store


def rows(store: Store, name: str, **asked) -> list[dict]:
    page = store.pages()[0]
    vendor = VendorConfig(slug=page.slug, name=page.name, url=page.url)
    return list(TABLES[name].rows(read(store, page, vendor, HistoryQuery(now=NOW, **asked))))


def written(form: Format, name: str, content: list[dict]) -> bytes:
    file = io.BytesIO()
    target = sink(form, file, TABLES[name])
    for row in content:
        target.add(row)
    target.close()
    return file.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("name", list(TABLES))
async def test_every_row_has_exactly_the_columns_of_its_table(name) -> None:
    async with demo_store("sqlite://", NOW) as (store, vendors):
        found = [
            row
            for page in store.pages()
            for row in TABLES[name].rows(
                read(store, page, vendors[page.slug], HistoryQuery(now=NOW, days=5))
            )
        ]

    assert found
    assert all(row.keys() == TABLES[name].columns.keys() for row in found)
    assert all(row["zone"] for row in found)


@pytest.mark.parametrize("name", list(TABLES))
def test_the_guide_names_every_column(name) -> None:
    guide = (Path(__file__).parents[1] / "docs" / "history.md").read_text()
    columns = re.search(rf"^- `{name}`: .*?Columns: (.*?)\.$", guide, re.MULTILINE | re.DOTALL)[1]

    assert re.findall(r"`(\w+)`", columns) == list(TABLES[name].columns)


@pytest.mark.slow
async def test_windows_are_those_of_the_report() -> None:
    async with demo_store("sqlite://", NOW) as (store, vendors):
        for page in store.pages():
            report = record(store, page, vendors[page.slug], ReportQuery(now=NOW))
            last = [
                row
                for row in TABLES["windows"].rows(
                    read(store, page, vendors[page.slug], HistoryQuery(now=NOW, days=1))
                )
                if row["window_days"] == 90
            ]
            told = {None: report.figures} | {each.slug: each.figures for each in report.components}

            assert {row["component"] for row in last} == told.keys()
            for row in last:
                found = told[row["component"]]
                assert (row["known_days"], row["outage_days"], row["major_days"], row["disputed_days"]) == (
                    found.known_days, found.outage_days, found.major_days, found.disputed_days,
                )  # fmt: skip
                assert row["coverage_ratio"] == pytest.approx(found.coverage_ratio, abs=1e-6)
                assert row["partial_seconds"] == pytest.approx(found.seconds.partial, abs=0.01)


@pytest.mark.slow
async def test_days_are_those_of_the_report() -> None:
    async with demo_store("sqlite://", NOW) as (store, vendors):
        for page in store.pages():
            report = record(store, page, vendors[page.slug], ReportQuery(now=NOW, window_days=30))
            levels = {(None, day.day): day.level for day in report.days}
            levels |= {
                (each.slug, day.day): day.level for each in report.components for day in each.days
            }
            found = {
                (row["component"], row["day"]): row["level"]
                for row in TABLES["days"].rows(
                    read(store, page, vendors[page.slug], HistoryQuery(now=NOW, days=30))
                )
            }

            assert found == {
                key: None if level is None else level.word for key, level in levels.items()
            }


def test_an_unknown_day_is_a_row_of_nothing(store) -> None:
    page = add_page(store, now=NOW)
    keep_days(store, page, history(TODAY - 5 * DAY, TODAY, {TODAY - DAY: None}), {}, now=NOW)
    row = next(row for row in rows(store, "days") if row["day"] == TODAY - DAY)

    assert row["level"] is row["source"] is row["confidence"] is row["major_seconds"] is None
    assert (row["coverage_ratio"], row["covered_seconds"], row["length_seconds"]) == (0, 0, 86_400)


def test_a_window_without_a_known_day_counts_only_what_is_unknown(store) -> None:
    add_page(store, now=NOW)
    row = rows(store, "windows", days=1)[0]

    assert (row["known_days"], row["unknown_days"], row["coverage_ratio"]) == (0, 7, 0)
    assert (
        row["outage_days"]
        is row["outage_day_ratio"]
        is row["downtime_ratio"]
        is row["partial_seconds"]
        is None
    )
    assert (row["sources"], row["confidence"]) == ([], None)


def test_a_removed_components_rows_end_on_the_day_it_left(store) -> None:
    page = add_page(store, now=NOW - 9 * DAY)
    save(
        store, page, evidence(NOW - 9 * DAY, components=(component("api"), component("web", "Web")))
    )
    save(store, page, evidence(NOW - 2 * DAY, components=(component("web", "Web"),)))
    last = {row["component"]: row["day"] for row in rows(store, "days", days=5)}

    assert last == {None: TODAY, "api": TODAY - 2 * DAY, "web": TODAY}


def test_a_range_can_end_in_the_past(store) -> None:
    add_page(store, now=NOW)
    found = [row["day"] for row in rows(store, "days", days=2, until=date(2026, 5, 1))]

    assert found == [date(2026, 4, 30), date(2026, 5, 1)]


def test_an_incident_has_its_times_and_its_components_as_slugs(store) -> None:
    page = add_page(store, zone="Asia/Tokyo", now=NOW)
    over = incident(
        phase=Phase.CLOSED, started_at=NOW - timedelta(hours=20), resolved_at=NOW - timedelta(hours=19),
        component_ids=("k1", "gone"),
    )  # fmt: skip
    still = incident("i2", started_at=NOW, component_ids=())
    save(
        store,
        page,
        evidence(NOW, components=(component("k1", "The API"),), incidents=(over, still)),
    )
    first, second = rows(store, "incidents")

    assert (first["first_day"], first["duration_seconds"], first["components"]) == (
        date(2026, 5, 20),
        3600,
        ["the-api"],
    )
    assert (second["resolved_at"], second["duration_seconds"], second["components"]) == (
        None,
        None,
        [],
    )


def test_csv_has_a_header_and_leaves_the_unknown_empty(store) -> None:
    page = add_page(store, now=NOW)
    keep_days(
        store, page, history(TODAY - DAY, TODAY, {TODAY - DAY: Level.MAJOR_OUTAGE}), {}, now=NOW
    )
    text = written(Format.CSV, "days", rows(store, "days", days=3)).decode()
    unknown, bad, good = csv.DictReader(io.StringIO(text))

    assert (unknown["level"], unknown["major_seconds"], unknown["component"]) == ("", "", "")
    assert (bad["level"], bad["disputed"], bad["day"]) == ("major_outage", "true", str(TODAY - DAY))
    assert (good["level"], good["disputed"], good["source"]) == ("operational", "false", "bars")


def test_csv_has_no_formulas_for_a_spreadsheet(store) -> None:
    page = add_page(store, now=NOW)
    bad = incident(title='=HYPERLINK("http://evil.example")', started_at=NOW)
    save(store, page, evidence(NOW, components=(component(),), incidents=(bad,)))
    (row,) = csv.DictReader(
        io.StringIO(written(Format.CSV, "incidents", rows(store, "incidents")).decode())
    )

    assert row["title"].startswith("'=")


@pytest.mark.slow
async def test_json_lines_and_parquet_say_the_same() -> None:
    async with demo_store("sqlite://", NOW) as (store, vendors):
        for name, table in TABLES.items():
            content = [
                row
                for page in store.pages()
                for row in table.rows(
                    read(store, page, vendors[page.slug], HistoryQuery(now=NOW, days=2))
                )
            ]
            lines = [json.loads(line) for line in written(Format.JSON, name, content).splitlines()]
            typed = parquet.read_table(pa.BufferReader(written(Format.PARQUET, name, content)))

            assert typed.to_pylist() == content
            assert lines == [
                json.loads(json.dumps(row, default=lambda value: value.isoformat()))
                for row in content
            ]
            assert [field.name for field in typed.schema] == list(table.columns)


def test_parquet_columns_have_types() -> None:
    schema = parquet.read_schema(pa.BufferReader(written(Format.PARQUET, "incidents", [])))

    assert schema.field("started_at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("first_day").type == pa.date32()
    assert schema.field("components").type == pa.list_(pa.string())
    assert schema.field("maintenance").type == pa.bool_()


def test_parquet_is_written_in_groups_of_rows(monkeypatch, store) -> None:
    monkeypatch.setattr(sinks, "ROW_GROUP", 10)
    add_page(store, now=NOW)
    content = rows(store, "days", days=25)
    found = parquet.ParquetFile(pa.BufferReader(written(Format.PARQUET, "days", content)))

    assert [found.metadata.row_group(n).num_rows for n in range(found.metadata.num_row_groups)] == [
        10,
        10,
        5,
    ]


@pytest.mark.parametrize("form", list(Format))
def test_half_a_surrogate_pair_takes_nothing_down(store, form) -> None:
    row = dict.fromkeys(TABLES["incidents"].columns) | {"title": "Ac\ud83d", "components": []}

    assert written(form, "incidents", [row])


def test_a_missing_library_is_named_with_a_remedy(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ConfigError, match=r"pip install '\.\[parquet\]' in a checkout"):
        sink(Format.PARQUET, io.BytesIO(), TABLES["days"])
