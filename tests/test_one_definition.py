"""A vendor's seconds are one thing: every output has those of the component that was out longest."""

from datetime import UTC, datetime, timedelta

import pytest

from exporters import explain, why
from exporters.daily import vendor_series
from exporters.history_query import HistoryQuery
from exporters.report import record_json
from exporters.tables import TABLES, read
from monitor import history
from monitor.answers import DayQuery, ReportQuery, explanation, reasons, record
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Basis, Coverage, Level
from monitor.store import Store
from tests.store_support import add_page, component, evidence, impact, incident, save

START = datetime(2026, 5, 5, tzinfo=UTC)
DAY = START.date()
HOUR = timedelta(hours=1)
NOW = START + timedelta(days=1, hours=12)
ACME = VendorConfig(slug="acme", name="Acme", url="https://status.acme.example/")
LONGEST = 4 * 3600.0
"""Seconds of partial outage of Web; API had a major outage of one hour, at another time."""


@pytest.fixture(scope="module")
def store():
    with Store.open("sqlite://") as opened:
        page = add_page(opened, now=START, url=ACME.url)
        parts = (component(), component("web", "Web", position=1))
        save(opened, page, evidence(START, components=parts))
        impacts = (
            impact(START + HOUR, START + 2 * HOUR, level=Level.MAJOR_OUTAGE),
            impact(START + 9 * HOUR, START + 13 * HOUR, component_id="web", basis=Basis.DECLARED),
        )
        cover = Coverage(span=Interval(START, NOW), aspect=Aspect.IMPACTS)
        told = (incident(component_ids=("api", "web")),)
        save(opened, page, evidence(NOW, incidents=told, impacts=impacts, coverage=(cover,)))
        _, days = history.read(opened, page, ACME, first=DAY, last=NOW.date(), now=NOW)
        opened.save_days(page.id, days, today=NOW.date(), now=NOW, revised_since=DAY)
        yield opened


@pytest.fixture
def page(store):
    return store.pages()[0]


def test_explain_and_why_have_the_seconds_source_and_confidence_of_the_longest(store, page):
    query = DayQuery(day=DAY, now=NOW)
    found = explain.explained_json(explanation(store, page, ACME, query))
    because = reasons(store, page, ACME, query)
    day = because.day

    assert found["level"] == "major_outage"
    assert (found["major_seconds"], found["partial_seconds"]) == (0, LONGEST)
    assert found["seconds_of"]["component"] == "web"
    assert found["confidence"] == "high", "Web's; the one of API is medium"
    assert (day.seconds.major, day.seconds.partial) == (0, LONGEST)
    assert (day.component_id, day.confidence) == ("web", "high")
    (line, *_) = [line for line in why.lines([because]) if "seconds" in line]
    assert line == "  seconds: those of Web, which was out or bad longest"
    assert why.as_json([because])["days"][0]["seconds_of"] == "Web"


def test_a_report_adds_them_up(store, page):
    answer = record(store, page, ACME, ReportQuery(now=NOW, window_days=2, as_of=NOW.date()))
    found = record_json(answer)

    assert answer.figures.seconds.partial == LONGEST
    assert answer.figures.seconds.major == 0
    assert found["downtime_ratio"] == 0.3 * LONGEST / (36 * 3600)


def test_exported_tables_have_them_and_say_whose_they_are(store, page):
    extract = read(store, page, ACME, HistoryQuery(now=NOW, days=2))
    days = {(row["component"], row["day"]): row for row in TABLES["days"].rows(extract)}
    of_vendor = days[None, DAY]

    assert (of_vendor["major_seconds"], of_vendor["partial_seconds"]) == (0, LONGEST)
    assert (of_vendor["seconds_of"], of_vendor["confidence"]) == ("web", "high")
    assert days["api", DAY]["seconds_of"] is None
    windows = [
        row
        for row in TABLES["windows"].rows(extract)
        if row["component"] is None and row["last"] == NOW.date()
    ]
    assert {(row["major_seconds"], row["partial_seconds"]) for row in windows} == {(0, LONGEST)}


def test_prometheus_is_told_them_weighed(store, page):
    query = HistoryQuery(now=NOW, days=2)
    (series,) = [
        each
        for each in vendor_series(store, page, ACME, query)
        if each.family == "vendor_downtime_ratio" and ("window", "7d") in each.labels
    ]

    assert series.points[-1][1] == 0.3 * LONGEST / (36 * 3600)
