"""Levels on `/metrics`: of now and of the page's days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from scrape_world import (
    NOW,
    TODAY,
    Current,
    MemoryStore,
    Row,
    bad_day,
    history,
    known,
    page_history,
    samples_in,
    unknown_history,
    values,
)
from store_support import add_page, component, evidence, observed, save

from exporters.prometheus import StateMetrics
from exporters.text_format import render
from monitor.config import VendorConfig
from monitor.intervals import day_of
from monitor.model import Level
from monitor.store import Store

# levels


def test_the_vendors_level_is_the_worst_of_its_included_components():
    current = Current(
        levels={"a": Level.DEGRADED, "b": Level.PARTIAL_OUTAGE, "mail": Level.MAJOR_OUTAGE},
        components=(known("a", "API"), known("b", "Web"), known("mail", "Mail by others")),
    )
    store = MemoryStore().add(Row(), current=current)
    acme = VendorConfig(slug="acme", name="Acme", url=Row().url, exclude=("Mail by others",))

    assert values(store, "vendor_level", vendors={"acme": acme}) == {"vendor=acme": 3}
    assert values(store, "vendor_level") == {"vendor=acme": 4}
    assert values(store, "component_level")["vendor=acme,component=mail"] == 4


def test_an_unknown_level_has_no_sample_and_is_never_zero():
    current = Current(
        levels={"a": None, "b": Level.OPERATIONAL},
        components=(known("a", "A"), known("b", "B"), known("c", "C")),
    )
    store = MemoryStore().add(Row(), current=current)

    assert values(store, "component_level") == {"vendor=acme,component=b": 0}
    assert values(store, "vendor_level") == {}
    assert values(store, "vendor_known_components") == {"vendor=acme": 1}
    assert values(store, "vendor_counted_components") == {"vendor=acme": 3}


def test_a_bad_component_shows_however_many_are_unknown():
    current = Current(
        levels={"a": None, "b": Level.DEGRADED},
        components=(known("a", "A"), known("b", "B"), known("c", "C")),
    )

    assert values(MemoryStore().add(Row(), current=current), "vendor_level") == {"vendor=acme": 2}


def test_a_vendor_of_which_nothing_is_known_has_no_level():
    store = MemoryStore().add(
        Row(), current=Current(levels={"a": None}, components=(known("a", "A"),))
    )

    assert values(store, "vendor_level") == {}
    assert set(values(store, "vendor_day_level").values()) == {-1}


def test_two_components_with_one_name_are_two_series():
    current = Current(
        levels={"1": Level.MAJOR_OUTAGE, "2": Level.OPERATIONAL},
        components=(
            known("1", "API", slug="api", group="Europe"),
            known("2", "API", slug="api-2", group="America"),
        ),
    )
    store = MemoryStore().add(Row(), current=current)

    assert values(store, "component_level") == {
        "vendor=acme,component=api": 4,
        "vendor=acme,component=api-2": 0,
    }


def test_a_renamed_component_keeps_its_series():
    store = MemoryStore().add(Row(), current=Current(components=(known("1", "API", slug="api"),)))
    state = StateMetrics(store)
    before = render(state.families(NOW), openmetrics=False).decode()
    store.currents[1] = Current(components=(known("1", "Interface", slug="api"),))
    store.change(version=2)
    after = render(state.families(NOW), openmetrics=False).decode()

    assert (
        samples_in(before, "component_known_dates").keys()
        == samples_in(after, "component_known_dates").keys()
    )
    assert samples_in(after, "component_info") == {
        "vendor=acme,component=api,name=Interface,group=,critical=no": 1
    }


def test_a_component_removed_by_the_vendor_vanishes():
    before, after = NOW - timedelta(minutes=10), NOW - timedelta(minutes=5)
    with Store.open("sqlite://") as store:
        page = add_page(store, now=before)
        both = (component("a", "A"), component("b", "B"))
        save(store, page, evidence(before, components=both))
        save(store, page, observed(before, a=Level.OPERATIONAL, b=Level.MAJOR_OUTAGE))
        assert values(store, "vendor_level") == {"vendor=acme": 4}
        save(store, page, evidence(after, components=both[:1]))
        save(store, page, observed(after, a=Level.OPERATIONAL))

        assert values(store, "component_level") == {"vendor=acme,component=a": 0}
        assert values(store, "vendor_level") == {"vendor=acme": 0}


def test_a_vendor_removed_from_the_configuration_vanishes():
    store = MemoryStore().add(Row())
    state = StateMetrics(store)
    assert b"acme" in render(state.families(NOW), openmetrics=False)
    store.rows = []

    assert b"acme" not in render(state.families(NOW), openmetrics=False)


def test_maintenance_is_not_an_outage():
    store = MemoryStore().add(
        Row(), current=Current(levels={"a": Level.MAINTENANCE}, components=(known("a", "A"),))
    )

    assert values(store, "vendor_level") == {"vendor=acme": 1}


def test_failing_polls_keep_the_last_level_beside_an_ageing_success_and_up_zero():
    current = Current(levels={"a": Level.DEGRADED}, components=(known("a", "A"),))
    hours_ago = NOW - timedelta(hours=5)
    store = MemoryStore().add(Row(last_ok=False, last_success_at=hours_ago), current=current)

    assert values(store, "vendor_level") == {"vendor=acme": 2}
    assert values(store, "up") == {"vendor=acme": 0}
    assert values(store, "last_success_timestamp_seconds") == {"vendor=acme": hours_ago.timestamp()}
    assert values(store, "last_poll_timestamp_seconds") == {"vendor=acme": NOW.timestamp() - 60}


def test_a_page_that_was_never_polled_is_neither_up_nor_down_and_has_no_open_incidents():
    store = MemoryStore().add(
        Row(last_poll_at=None, last_success_at=None, last_ok=None, derived_day=None)
    )

    for family in (
        "up",
        "last_poll_timestamp_seconds",
        "vendor_open_incidents",
        "vendor_components",
    ):
        assert values(store, family) == {}
    assert len(values(store, "vendor_info")) == 1


# the current day


def day_level(
    *,
    derived=None,
    current=Level.OPERATIONAL,
    read_at=NOW - timedelta(minutes=1),
    now=NOW,
    zone="UTC",
):
    vendor = derived or unknown_history()
    store = MemoryStore().add(
        Row(last_success_at=read_at, zone=ZoneInfo(zone)),
        current=Current(levels={"a": current}, components=(known("a", "A"),)),
        history=page_history(vendor, a=vendor),
    )
    ago = (now.date() - day_of(now, ZoneInfo(zone))).days
    today = f"dates_ago={ago},closed=no"
    component = values(store, "component_day_level", now=now)[f"vendor=acme,component=a,{today}"]
    assert component == values(store, "vendor_day_level", now=now)[f"vendor=acme,{today}"]
    return component


def test_the_days_level_is_the_worst_so_far_even_when_it_is_over():
    assert day_level(derived=history(bad_day(0, Level.MAJOR_OUTAGE))) == 4


def test_the_days_level_is_raised_by_what_holds_now():
    assert day_level(derived=history(bad_day(0, Level.DEGRADED)), current=Level.PARTIAL_OUTAGE) == 3


def test_a_day_not_derived_yet_takes_the_level_of_now_if_that_was_read_today():
    assert day_level(current=Level.PARTIAL_OUTAGE) == 3


def test_past_midnight_yesterdays_level_does_not_leak_into_the_new_day():
    before, after = (
        datetime(2026, 5, 21, 23, 59, tzinfo=UTC),
        datetime(2026, 5, 22, 0, 1, tzinfo=UTC),
    )
    yesterday = history(bad_day(1, Level.MAJOR_OUTAGE), last=TODAY - timedelta(days=1))

    assert day_level(derived=yesterday, current=Level.MAJOR_OUTAGE, read_at=before, now=before) == 4
    assert day_level(derived=yesterday, current=Level.MAJOR_OUTAGE, read_at=before, now=after) == -1
    assert day_level(derived=yesterday, current=Level.MAJOR_OUTAGE, read_at=after, now=after) == 4


def test_the_day_is_the_day_of_the_pages_zone():
    at_seven_utc = datetime(2026, 5, 22, 6, 59, tzinfo=UTC)  # still the 21st in Los Angeles
    outage_on_the_21st = history(bad_day(1, Level.MAJOR_OUTAGE))

    assert (
        day_level(
            derived=outage_on_the_21st, now=at_seven_utc, zone="America/Los_Angeles", read_at=None
        )
        == 4
    )
    assert day_level(derived=outage_on_the_21st, now=at_seven_utc, read_at=None) == 0


@pytest.mark.parametrize(
    ("zone", "at", "told"),
    [
        ("UTC", "2026-05-22T12:00", {"0,no": 4, "1,yes": 3, "2,yes": -1}),
        (
            "America/Los_Angeles",
            "2026-05-22T06:59",
            {"1,no": 3, "2,yes": -1},
        ),  # where the 22nd has not begun
        ("America/Los_Angeles", "2026-05-22T07:00", {"0,no": 4, "1,yes": 3, "2,yes": -1}),
        ("Pacific/Kiritimati", "2026-05-22T09:59", {"0,no": 4, "1,yes": 3, "2,yes": -1}),
        (
            "Pacific/Kiritimati",
            "2026-05-22T10:00",
            {"0,yes": 4, "1,yes": 3, "2,yes": -1},
        ),  # the 23rd, which UTC has not
        ("Pacific/Kiritimati", "2026-05-23T00:00", {"0,no": 2, "1,yes": 4, "2,yes": 3}),
    ],
)
def test_a_day_is_told_by_its_own_date_whatever_the_zone(zone, at, told):
    may = [date(2026, 5, day) for day in (21, 22, 23)]
    levels = dict(zip(may, (Level.PARTIAL_OUTAGE, Level.MAJOR_OUTAGE, Level.DEGRADED), strict=True))
    days = {day: replace(bad_day(0, level), day=day) for day, level in levels.items()}
    vendor = replace(history(last=may[-1]), days=days, quiet=())
    store = MemoryStore().add(
        Row(zone=ZoneInfo(zone), last_success_at=None, derived_day=may[-1]),
        current=Current(levels={}, components=(known("a", "A"),)),
        history=page_history(vendor, a=vendor),
    )
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)

    assert values(store, "vendor_day_level", now=now) == {
        f"vendor=acme,dates_ago={of_day.replace(',', ',closed=')}": level
        for of_day, level in told.items()
    }
    assert values(store, "component_day_level", now=now) == {
        f"vendor=acme,component=a,dates_ago={of_day.replace(',', ',closed=')}": level
        for of_day, level in told.items()
    }


def test_what_holds_now_raises_today_alone():
    now = datetime(2026, 5, 22, 9, tzinfo=UTC)
    for zone in ("UTC", "Asia/Kolkata", "America/Los_Angeles"):
        assert day_level(now=now, current=Level.MAJOR_OUTAGE, read_at=now, zone=zone) == 4
    store = MemoryStore().add(
        Row(last_success_at=now, derived_day=now.date()),
        current=Current(levels={"a": Level.MAJOR_OUTAGE}, components=(known("a", "A"),)),
        history=page_history(history(last=now.date())),
    )

    told = values(store, "vendor_day_level", now=now)
    assert list(told.values()) == [4, 0, 0]
    assert list(told) == [
        f"vendor=acme,dates_ago={of_day}"
        for of_day in ("0,closed=no", "1,closed=yes", "2,closed=yes")
    ]


def days_told_at(store, *moments):
    """Return the vendor's days as one and the same exporter tells them at these moments."""
    state = StateMetrics(store)
    texts = (render(state.families(now), openmetrics=False).decode() for now in moments)
    return [samples_in(text, "vendor_day_level") for text in texts]


def test_lines_that_are_kept_still_change_at_midnight_of_the_pages_zone():
    store = MemoryStore().add(
        Row(last_success_at=NOW - timedelta(days=3), zone=ZoneInfo("America/Los_Angeles")),
        history=page_history(history(bad_day(1, Level.MAJOR_OUTAGE))),
    )
    found = days_told_at(
        store, datetime(2026, 5, 22, 6, 59, tzinfo=UTC), datetime(2026, 5, 22, 7, 0, tzinfo=UTC)
    )

    before = {"vendor=acme,dates_ago=2,closed=yes": 0}
    assert found == [
        {"vendor=acme,dates_ago=1,closed=no": 4} | before,
        {"vendor=acme,dates_ago=0,closed=no": 0, "vendor=acme,dates_ago=1,closed=yes": 4} | before,
    ]


def test_lines_that_are_kept_still_change_at_midnight_of_utc():
    store = MemoryStore().add(
        Row(last_success_at=NOW - timedelta(days=3), zone=ZoneInfo("America/Los_Angeles")),
        history=page_history(history(bad_day(1, Level.MAJOR_OUTAGE))),
    )
    found = days_told_at(
        store, datetime(2026, 5, 21, 23, 59, tzinfo=UTC), datetime(2026, 5, 22, 0, 0, tzinfo=UTC)
    )

    assert [each.get("vendor=acme,dates_ago=0,closed=no") for each in found] == [4, None]
    assert [each.get("vendor=acme,dates_ago=1,closed=no") for each in found] == [None, 4]
