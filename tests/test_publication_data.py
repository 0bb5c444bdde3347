"""The dataset that is published: closed months stay, and what changed since stands beside them."""

import json
from datetime import timedelta

import pytest
from publication_world import NOW, contents, published_data, read, vendors_of, watch

from exporters.publication import data_files
from monitor.store import Store

pytestmark = pytest.mark.slow
VENDORS = vendors_of("acme")
MARCH, APRIL, MAY = (f"data/acme/2026-0{month}/days.jsonl" for month in (3, 4, 5))


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        watch(opened, VENDORS)
        read(opened, VENDORS[0])
        yield opened


def test_a_closed_month_stays_and_what_changed_since_is_an_edition_beside_it(store, tmp_path):
    published_data(tmp_path, store, VENDORS, months=2)
    before = contents(tmp_path)
    later = NOW + timedelta(hours=1)
    read(store, VENDORS[0], now=later, hours=3)
    published_data(tmp_path, store, VENDORS, now=later, months=2)
    after = contents(tmp_path)

    assert after[APRIL] == before[APRIL]
    assert after[APRIL] != after["data/acme/2026-04.2/days.jsonl"]
    assert "data/acme/2026-04.2/days.parquet" in after
    assert "data/acme/2026-05.2/days.jsonl" not in after
    assert json.loads(after["manifest.json"])["closed"] == [
        "data/acme/2026-04", "data/acme/2026-04.2",
    ]  # fmt: skip
    assert published_data(tmp_path, store, VENDORS, now=later, months=2).written == 0


def test_a_month_that_was_open_is_written_until_it_is_closed(store, tmp_path):
    published_data(tmp_path, store, VENDORS, months=2)
    later = NOW + timedelta(days=31)
    read(store, VENDORS[0], now=later)
    published_data(tmp_path, store, VENDORS, now=later, months=2)
    files = contents(tmp_path)

    assert json.loads(files["manifest.json"])["closed"] == [
        "data/acme/2026-04", "data/acme/2026-05",
    ]  # fmt: skip
    assert len(files[MAY].splitlines()) == 31 * 3
    assert "data/acme/2026-05.2/days.jsonl" not in files


def test_closed_months_stay_when_fewer_months_are_published(store, tmp_path):
    published_data(tmp_path, store, VENDORS, months=3)
    published_data(tmp_path, store, VENDORS, months=1)

    assert {MARCH, APRIL, MAY} <= contents(tmp_path).keys()


def test_a_file_of_a_closed_month_that_is_gone_is_made_again(store, tmp_path):
    published_data(tmp_path, store, VENDORS, months=2)
    file = tmp_path / "data/acme/2026-04/days.csv"
    before = file.read_bytes()
    file.unlink()
    published_data(tmp_path, store, VENDORS, months=2)

    assert file.read_bytes() == before


def test_there_is_no_parquet_without_its_library(store, tmp_path, monkeypatch):
    monkeypatch.setattr(data_files, "find_spec", lambda _name: None)
    published_data(tmp_path, store, VENDORS, months=2)

    assert not list(tmp_path.rglob("*.parquet"))
    assert (tmp_path / "data/acme/2026-05/days.csv").is_file()


def test_the_tables_say_what_the_store_knows(store, tmp_path):
    published_data(tmp_path, store, VENDORS, months=2)
    rows = [json.loads(line) for line in (tmp_path / APRIL).read_text().splitlines()]
    (outage,) = [row["day"] for row in rows if row["component"] is None and row["major_seconds"]]

    assert outage == "2026-04-12"
    assert len(rows) == 30 * 3
