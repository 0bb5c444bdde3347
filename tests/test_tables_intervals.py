"""Tables of what happened when: intervals, messages of incidents, polled states."""

import csv
import io
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from past import demo_store
from store_support import add_page, component, evidence, impact, incident, observed, save
from test_tables import NOW, rows, written

from exporters.history_query import HistoryQuery
from exporters.tables import TABLES, Format, read
from monitor import history
from monitor.config import VendorConfig
from monitor.intervals import Interval, day_interval
from monitor.model import Aspect, Coverage, IncidentUpdate, Level, Phase, PostedState
from monitor.store import Store

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
COVERED = Coverage(span=Interval(NOW - timedelta(days=9), NOW), aspect=Aspect.IMPACTS)


@pytest.fixture
def store():
    with Store.open("sqlite://") as store:
        yield store


@pytest.fixture
def page(store):
    """Give a page with an outage that is over, in an incident of two messages, and one that goes
    on."""
    page = add_page(store, now=NOW, interval_seconds=300)
    begin = NOW - 30 * HOUR
    over = incident("i1", phase=Phase.CLOSED, started_at=begin, resolved_at=begin + HOUR)
    state = PostedState(component_id="k1", level=Level.PARTIAL_OUTAGE)
    odd = PostedState(component_id="k2", level=None, word="odd")
    said = evidence(
        NOW,
        components=(component("k1", "The API"), component("k2", "Web")),
        incidents=(over, incident("i2", started_at=NOW - HOUR)),
        updates=(
            IncidentUpdate(
                incident_id="i1", key="u1", at=begin, status="investigating", text="We look.", states=(state, odd)
            ),
            IncidentUpdate(incident_id="i1", key="u2", at=begin + HOUR, status="resolved"),
        ),
        impacts=(
            impact(begin, begin + HOUR, component_id="k1", incident_id="i1"),
            impact(NOW - HOUR, None, component_id="k2", incident_id="i2"),
        ),
        coverage=(COVERED,),
    )  # fmt: skip
    save(store, page, said)
    return page


def test_an_outage_has_its_start_and_end_and_one_that_goes_on_no_end(store, page) -> None:
    over, still = rows(store, "intervals")
    names = ("component", "component_id", "component_name", "level", "incident")

    assert [over[name] for name in names] == ["the-api", "k1", "The API", "partial_outage", "i1"]
    assert (over["start"], over["end"]) == (NOW - 30 * HOUR, NOW - 29 * HOUR)
    assert (over["seconds"], over["precision"], over["source"]) == (3600, "interval", "impacts")
    assert (still["start"], still["end"], still["seconds"]) == (NOW - HOUR, None, 3600)
    assert (still["vendor"], still["zone"], still["excluded"]) == ("acme", "UTC", False)


def test_intervals_are_those_of_the_days_asked_for(store, page) -> None:
    (only,) = rows(store, "intervals", days=1)

    assert only["incident"] == "i2"


def test_a_day_before_a_component_came_says_so(store, page) -> None:
    came = component("k3", "New", start_date=(NOW - timedelta(days=1)).date())
    said = evidence(NOW, components=(component("k1", "The API"), component("k2", "Web"), came))
    save(store, page, said)
    vendor = VendorConfig(slug=page.slug, name=page.name, url=page.url)
    first, last = (NOW - timedelta(days=2)).date(), NOW.date()
    _, days = history.read(store, page, vendor, first=first, last=last, now=NOW)
    store.save_days(page.id, days, today=last, now=NOW, revised_since=None)
    of_new = [row for row in rows(store, "days", days=3) if row["component"] == "new"]

    assert [row["level"] for row in of_new] == [None, "operational", "operational"]
    assert [row["absence"] for row in of_new] == ["unborn", None, None]


def test_only_vendors_have_no_intervals(store, page) -> None:
    assert rows(store, "intervals", components="none") == []


def test_a_message_has_its_text_and_the_states_it_gives(store, page) -> None:
    first, second = rows(store, "incident_updates")

    assert (first["incident"], first["update"], first["text"]) == ("i1", "u1", "We look.")
    assert (first["components"], first["levels"]) == (["the-api", "web"], ["partial_outage", None])
    assert (first["posted_at"], first["read_at"]) == (NOW - 30 * HOUR, NOW)
    assert (second["status"], second["components"]) == ("resolved", [])


def test_an_unknown_word_in_a_list_of_a_csv_is_said_to_be_unknown(store, page) -> None:
    text = written(Format.CSV, "incident_updates", rows(store, "incident_updates")).decode()
    first, _ = csv.DictReader(io.StringIO(text))

    assert (first["components"], first["levels"]) == ("the-api web", "partial_outage unknown")


def test_an_incident_after_the_last_day_has_no_row(store, page) -> None:
    yesterday = (NOW - timedelta(days=1)).date()

    assert [row["incident"] for row in rows(store, "incidents", until=yesterday)] == ["i1"]


def test_a_polled_state_has_no_end_while_it_holds(store, page) -> None:
    for minutes, level in ((20, Level.OPERATIONAL), (10, Level.DEGRADED), (5, Level.DEGRADED)):
        save(store, page, observed(NOW - minutes * MINUTE, k1=level))
    well, bad = rows(store, "observations", days=1)

    assert (well["level"], well["start"]) == ("operational", NOW - 20 * MINUTE)
    assert (well["end"], well["last_seen_at"]) == (NOW - 10 * MINUTE, NOW - 20 * MINUTE)
    assert (bad["level"], bad["start"], bad["end"]) == ("degraded", NOW - 10 * MINUTE, None)
    assert (bad["component"], bad["seconds"]) == ("the-api", 300)


def test_a_word_nobody_knows_is_a_state_without_a_level(store, page) -> None:
    save(store, page, observed(NOW - 10 * MINUTE, k1=None))
    save(store, page, observed(NOW - 5 * MINUTE, k1=None))
    (row,) = rows(store, "observations", days=1)

    assert row["level"] is None


@pytest.mark.slow
async def test_intervals_add_up_to_the_days_of_simulated_vendors() -> None:
    now = datetime(2026, 5, 20, 16, 30, tzinfo=UTC)
    query = HistoryQuery(now=now, days=60)
    placed = 0
    async with demo_store("sqlite://", now) as (store, vendors):
        for page in store.pages():
            extract = read(store, page, vendors[page.slug], query)
            sums = defaultdict(float)
            for row in TABLES["intervals"].rows(extract):
                placed += row["precision"] == "interval"
                for key, seconds in _by_day(row, page.zone, now):
                    sums[key] += seconds
            for day in TABLES["days"].rows(extract):
                for word in ("maintenance", "degraded", "partial", "major"):
                    level = word if word in ("maintenance", "degraded") else f"{word}_outage"
                    if day["component"] is not None:
                        found = sums[day["component"], day["day"], level]
                        assert found == pytest.approx(day[f"{word}_seconds"] or 0, abs=1)
    assert placed > 20


def _by_day(row, zone, now):
    """Yield the seconds of an interval on each of the days it touches."""
    end = row["end"] or row["start"] + timedelta(seconds=row["seconds"])
    day, last = row["start"].astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        part = Interval(row["start"], end).clip(day_interval(day, zone))
        if part is not None:
            seconds = part.seconds if row["precision"] == "interval" else row["seconds"]
            yield (row["component"], day, row["level"]), seconds
        day += timedelta(days=1)
