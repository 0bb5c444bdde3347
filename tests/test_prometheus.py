"""What `/metrics` says. Run this file to print the golden text: ``python -m
tests.test_prometheus``."""

import gzip
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from store_support import add_page, component, evidence, observed, save

from exporters.families import STATE_FAMILIES
from exporters.gzipped import stream
from exporters.prometheus import NoSuchVendor, PollMetrics, StateMetrics, exposition
from exporters.text_format import Block, Family, blocks, label, line, render
from monitor import answers, runtime
from monitor.cli.recordings import read_page
from monitor.clocks import ClockLedger
from monitor.config import COMPONENT_METRICS, VendorConfig, normal_url
from monitor.errors import StoreError
from monitor.fetch import Replay
from monitor.intervals import Interval, day_of
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Confidence,
    Coverage,
    Day,
    DayRun,
    History,
    Impact,
    Incident,
    KnownComponent,
    Level,
    ObservedRun,
    PageFacts,
    PageHistory,
    Phase,
    ReportedUptime,
    Seconds,
)
from monitor.overrides import Override
from monitor.ratios import POLICIES
from monitor.store import Health, Store
from tests.cases import FIXTURES, recording_of, write_recording

NOW = datetime(2026, 5, 22, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
FIRST = TODAY - timedelta(days=89)
HERE = Path(__file__).parent


# ------------------------------------------------------------------------------------- a store in
# memory, and builders


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: int = 1
    slug: str = "acme"
    name: str = "Acme"
    url: str = "https://status.acme.example/"
    platform: str | None = "statuspage"
    zone: tzinfo = UTC
    last_poll_at: datetime | None = NOW - timedelta(minutes=1)
    last_success_at: datetime | None = NOW - timedelta(minutes=1)
    last_ok: bool | None = True
    last_error_reason: str | None = None
    version: int = 1
    derived_day: date | None = TODAY
    derived_at: datetime | None = NOW - timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    levels: dict[str, Level | None] = field(default_factory=dict)
    components: tuple[KnownComponent, ...] = ()
    excluded: frozenset[str] = frozenset()
    open_incidents: tuple[Incident, ...] = ()


class MemoryStore:
    """The readings of a store, kept in dictionaries. `reads` counts how often a page's state was
    read."""

    def __init__(self):
        self.rows: list[Row] = []
        self.histories: dict[int, PageHistory] = {}
        self.currents: dict[int, Current] = {}
        self.revised: dict[int, int] = {}
        self.records: dict[int, PageFacts] = {}
        self.told: dict[int, PageFacts] = {}
        self.reads = 0

    def add(self, row, *, current=None, history=None, published=None, revised=0):
        self.rows.append(row)
        self.currents[row.id] = current or Current()
        self.histories[row.id] = history or PageHistory(vendor=unknown_history(), components={})
        self.revised[row.id] = revised
        self.records[row.id] = published or PageFacts()
        return self

    def change(self, **changes):
        self.rows[0] = replace(self.rows[0], **changes)

    def page_states(self, slugs=None):
        return [row for row in self.rows if slugs is None or row.slug in slugs]

    def listed_history(self, page_id, first, last):
        self.reads += 1
        return self.histories[page_id]

    def current(self, page_id):
        return self.currents[page_id]

    def published(self, page_id, first):
        return self.records[page_id]

    def facts(self, page_id, *, since=None):
        return self.told.get(page_id, PageFacts())

    def revised_days(self, page_id, first, last):
        return self.revised[page_id]

    def size_bytes(self):
        return 1_056_768


def known(component_id, name, *, slug=None, group=None):
    return KnownComponent(
        component=Component(id=component_id, name=name, group=group),
        slug=slug or component_id,
        first_seen_at=NOW - timedelta(days=400),
    )


def incident(incident_id, impact, *, phase=Phase.OPEN, maintenance=False):
    return Incident(
        id=incident_id, title="Something", phase=phase, status="investigating", impact=impact,
        started_at=NOW - timedelta(hours=1), maintenance=maintenance,
    )  # fmt: skip


def bad_day(ago, level, seconds=3600.0, *, disputed=False, today=TODAY):
    name = {
        Level.DEGRADED: "degraded",
        Level.PARTIAL_OUTAGE: "partial",
        Level.MAJOR_OUTAGE: "major",
    }[level]
    return Day(
        day=today - timedelta(days=ago), level=level, length_seconds=86_400, covered_seconds=86_400,
        seconds=Seconds(**{name: seconds}), source=Aspect.BARS, confidence=Confidence.HIGH, disputed=disputed,
    )  # fmt: skip


def history(*days, first=FIRST, last=TODAY):
    quiet = DayRun(first, last, Aspect.BARS, Confidence.HIGH)
    return History(first=first, last=last, days={day.day: day for day in days}, quiet=(quiet,))


def unknown_history():
    return History(first=FIRST, last=TODAY, days={})


def record(*bars, reported=(), components=("a",)):
    """What the vendor published: bars over the last 90 days for these components, and the uptimes
    it prints."""
    span = Interval(datetime.combine(FIRST, datetime.min.time(), UTC), NOW)
    return PageFacts(
        bars=bars,
        coverage=tuple(
            Coverage(span=span, aspect=Aspect.BARS, component_id=each) for each in components
        ),
        reported=tuple(
            ReportedUptime(component_id=key, window_days=days, ratio=ratio)
            for key, days, ratio in reported
        ),
    )


def bar(component_id, ago, **seconds):
    return Bar(
        component_id=component_id, day=TODAY - timedelta(days=ago), source="acme.bars", **seconds
    )


def page_history(vendor=None, **components):
    return PageHistory(vendor=vendor or history(), components=components)


def values(store, family, *, now=NOW, **settings):
    """The samples of one state family, by their labels without braces and quotes."""
    text = render(StateMetrics(store, **settings).families(now), openmetrics=False).decode()
    return samples_in(text, family)


def samples_in(text, family):
    found = re.findall(rf"^vendorstatus_{family}\{{(.*)\}} (\S+)$", text, re.MULTILINE)
    return {labels.replace('"', ""): float(value) for labels, value in found}


# -------------------------------------------------------------------------------------------------------
# severities


def test_the_vendors_level_is_the_worst_of_its_included_components():
    current = Current(
        levels={"a": Level.DEGRADED, "b": Level.PARTIAL_OUTAGE, "mail": Level.MAJOR_OUTAGE},
        components=(known("a", "API"), known("b", "Web"), known("mail", "Mail by others")),
        excluded=frozenset({"mail"}),
    )
    store = MemoryStore().add(Row(), current=current)

    assert values(store, "vendor_level") == {"vendor=acme": 3}
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


# ----------------------------------------------------------------------------------------------------
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


# -------------------------------------------------------------------------------------------------------------
# windows


def test_a_window_gives_its_ratio_and_both_its_numbers():
    days = [
        bad_day(1, Level.MAJOR_OUTAGE),
        bad_day(10, Level.PARTIAL_OUTAGE),
        bad_day(40, Level.DEGRADED),
    ]
    store = MemoryStore().add(Row(), history=page_history(history(*days)))

    assert values(store, "vendor_outage_dates") == windows(1, 2, 2)
    assert values(store, "vendor_major_dates") == windows(1, 1, 1)
    assert values(store, "vendor_known_dates") == windows(7, 30, 90)
    assert values(store, "vendor_outage_ratio") == windows(1 / 7, 2 / 30, 2 / 90)
    assert values(store, "vendor_coverage_ratio") == windows(1, 1, 1)


def windows(week, month, quarter, *, labels="vendor=acme", more=""):
    return {
        f"{labels},window={name}{more}": n
        for name, n in (("7d", week), ("30d", month), ("90d", quarter))
    }


def test_a_window_of_which_nothing_is_known_has_no_ratio_and_no_zero_outage_days():
    store = MemoryStore().add(Row(), current=Current(components=(known("a", "A"),)))

    for subject in ("vendor", "component"):
        assert values(store, f"{subject}_outage_ratio") == {}
        assert values(store, f"{subject}_outage_dates") == {}
        assert set(values(store, f"{subject}_known_dates").values()) == {0}
        assert set(values(store, f"{subject}_coverage_ratio").values()) == {0}
    assert values(store, "component_downtime_ratio") == {}
    for family in ("major_dates", "downtime_ratio", "disputed_dates", "revised_dates"):
        assert values(store, f"vendor_{family}") == {}


def test_days_before_the_first_data_are_not_in_the_denominator():
    month = history(bad_day(2, Level.PARTIAL_OUTAGE), first=TODAY - timedelta(days=29))
    store = MemoryStore().add(Row(), history=page_history(month))

    assert values(store, "vendor_outage_ratio") == windows(1 / 7, 1 / 30, 1 / 30)
    assert values(store, "vendor_coverage_ratio") == windows(1, 1, pytest.approx(1 / 3))


def test_downtime_is_weighed_by_the_policy_which_is_named():
    day = bad_day(1, Level.PARTIAL_OUTAGE, 8640)
    store = MemoryStore().add(Row(), history=page_history(history(day)))

    for policy, weight in (("statuspage", 0.3), ("strict", 1.0)):
        expected = windows(*(weight * 0.1 / n for n in (7, 30, 90)), more=f",policy={policy}")
        assert values(store, "vendor_downtime_ratio", policy=policy) == pytest.approx(expected)
    assert values(store, "vendor_downtime_ratio") == values(
        store, "vendor_downtime_ratio", policy="statuspage"
    )


def test_a_components_downtime_is_weighed_like_the_vendors():
    day = history(bad_day(1, Level.PARTIAL_OUTAGE, 8640))
    current = Current(components=(known("a", "A"), known("b", "B")))
    store = MemoryStore().add(
        Row(), current=current, history=page_history(day, a=day, b=unknown_history())
    )

    expected = windows(
        *(0.1 / n for n in (7, 30, 90)), labels="vendor=acme,component=a", more=",policy=strict"
    )
    assert values(store, "component_downtime_ratio", policy="strict") == pytest.approx(expected)


# ----------------------------------------------------------------------------------------- the
# vendor's own figures


def uptimes(published, *, days=None):
    """The uptime families of a vendor with one component `a`."""
    found = days or history()
    store = MemoryStore().add(
        Row(),
        current=Current(components=(known("a", "A"),)),
        history=page_history(found, a=found),
        published=published,
    )
    families = (
        "vendor_reported_uptime_ratio",
        "component_reported_uptime_ratio",
        "component_formula_uptime_ratio",
    )
    return [values(store, family) for family in families]


A90, ACME90 = "vendor=acme,component=a,window=90d", "vendor=acme,window=90d"


def test_a_page_that_prints_its_uptime_has_it_as_a_ratio():
    printed = record(reported=((None, 90, 0.9987), ("a", 90, 0.9991)), components=())

    assert uptimes(printed) == [{ACME90: 0.9987}, {A90: 0.9991}, {}]


def test_an_uptime_printed_for_another_window_is_no_sample():
    assert uptimes(record(reported=((None, 60, 0.9), ("a", 30, 0.9)), components=())) == [
        {},
        {},
        {},
    ]


def test_a_page_that_prints_no_uptime_and_publishes_no_bars_has_none():
    assert uptimes(PageFacts()) == [{}, {}, {}]


def test_our_uptime_by_the_vendors_formula_is_truncated_to_two_decimals_of_a_percent():
    bars = (
        bar("a", 3, major_seconds=7200),
        bar("a", 60, partial_seconds=3600),
        bar("other", 3, major_seconds=86_400),
    )

    # 1 - (7200 + 0.3 * 3600) / (90 * 86400) = 99.8935... %
    assert uptimes(record(*bars))[2] == {A90: 0.9989}


def test_without_bars_for_every_day_there_is_no_uptime_by_the_formula():
    month = history(first=TODAY - timedelta(days=29))

    assert uptimes(record(bar("a", 3, major_seconds=7200)), days=month)[2] == {}


@pytest.mark.parametrize(
    "case", ["statuspage/embed-2021", "statuspage/embed-2026", "incidentio/root-only"]
)
async def test_a_pages_metrics_are_the_figures_of_its_report(case, tmp_path):
    source = Replay(write_recording(recording_of(FIXTURES / case), tmp_path))
    vendor = runtime.ad_hoc_vendor(normal_url(source.page))
    with runtime.open_store(runtime.ephemeral(vendor), clock=lambda: source.recorded_at) as context:
        await read_page(context, source, source.since)
        report = answers.record(
            context.store,
            context.pages(None)[0],
            vendor,
            answers.ReportQuery(now=source.recorded_at),
        )
        text = render(
            StateMetrics(context.store).families(source.recorded_at), openmetrics=False
        ).decode()

    def column(family, policy=""):
        labels = "vendor={},component={},window=90d" + policy
        found = samples_in(text, f"component_{family}")
        return [found.get(labels.format(vendor.slug, each.slug)) for each in report.components]

    figures = [each.figures for each in report.components]
    assert figures
    assert column("reported_uptime_ratio") == [each.reported_uptime for each in report.components]
    assert column("formula_uptime_ratio") == [each.formula_uptime for each in report.components]
    assert column("outage_ratio") == [each.outage_day_ratio for each in figures]
    # The stored days were derived a moment before the report's.
    assert column("coverage_ratio") == pytest.approx(
        [each.coverage_ratio for each in figures], abs=1e-6
    )
    assert column("downtime_ratio", ",policy=statuspage") == pytest.approx(
        [each.downtime_ratio(POLICIES["statuspage"]) for each in figures], abs=1e-6
    )


# ------------------------------------------------------------------------------------------- what
# matters to the user


def test_a_vendors_tier_is_the_configured_one_and_standard_without():
    store = golden_store()
    low = VendorConfig(
        slug="globex", name="Globex", url="https://globex.example/status/", tier="low"
    )
    found = values(store, "vendor_info", vendors={"globex": low})

    assert {
        re.search("vendor=([a-z]+)", labels)[1]: labels.rpartition("tier=")[2] for labels in found
    } == {
        "acme": "standard",
        "globex": "low",
        "initech": "standard",
    }


@pytest.mark.parametrize("pattern", ["c1", "api", "API", "europ*", "ap?"])
def test_a_component_is_critical_when_a_pattern_names_its_id_slug_name_or_group(pattern):
    current = Current(
        components=(known("c1", "API", slug="api", group="Europe"), known("c2", "Web", slug="web"))
    )
    acme = VendorConfig(
        slug="acme", name="Acme", url="https://status.acme.example/", critical=(pattern,)
    )
    found = values(
        MemoryStore().add(Row(), current=current), "component_info", vendors={"acme": acme}
    )

    assert {labels.split(",")[1]: labels.rpartition("critical=")[2] for labels in found} == {
        "component=api": "yes",
        "component=web": "no",
    }


# ------------------------------------------------------------------------------------------------
# the monitor itself


def test_a_page_is_unreadable_for_a_reason_until_it_is_read_again():
    store = MemoryStore().add(Row(last_ok=False, last_error_reason="bot_challenge"))
    state = StateMetrics(store)
    before = render(state.families(NOW), openmetrics=False).decode()
    store.change(last_ok=True, last_error_reason=None)

    assert samples_in(before, "unreadable_info") == {"vendor=acme,reason=bot_challenge": 1}
    assert b"unreadable" not in render(state.families(NOW), openmetrics=False)


def test_a_page_that_was_never_polled_is_not_called_unreadable():
    assert values(MemoryStore().add(Row(last_ok=None)), "unreadable_info") == {}


# -------------------------------------------------------------------------------------------------------------
# clocks


def test_a_page_read_later_than_now_is_not_up_and_was_read_nobody_knows_when():
    later = NOW + timedelta(hours=6)
    store = MemoryStore().add(Row(last_poll_at=later, last_success_at=later, derived_at=later))
    state = StateMetrics(store)
    text = render(state.families(NOW), openmetrics=False).decode()

    assert samples_in(text, "up") == {"vendor=acme": 0}
    assert samples_in(text, "unreadable_info") == {"vendor=acme,reason=clock": 1}
    assert not samples_in(text, "last_poll_timestamp_seconds")
    assert not samples_in(text, "last_success_timestamp_seconds")
    (row,) = state.vendors(NOW)
    assert (row.level, row.last_ok, row.last_success_at) == (None, False, None)
    assert samples_in(render(state.families(later), openmetrics=False).decode(), "up") == {
        "vendor=acme": 1
    }


def test_a_page_whose_clock_was_heard_says_how_far_it_is_ahead_of_ours_and_others_say_nothing():
    store = golden_store()
    heard = {"acme": -3.25}

    class Clocks:
        offsets = heard
        offset_seconds = None
        step_seconds = 0.0
        healed_pages = 0

    state = StateMetrics(store, clocks=Clocks())
    first = render(state.families(NOW), openmetrics=False).decode()
    heard["acme"] = 7200.0
    second = render(state.families(NOW), openmetrics=False).decode()

    assert samples_in(first, "vendor_clock_offset_seconds") == {"vendor=acme": -3.25}
    assert samples_in(second, "vendor_clock_offset_seconds") == {"vendor=acme": 7200}
    assert "monitor_clock_offset" not in first
    assert "\nvendorstatus_monitor_clock_step_seconds 0\n" in first


class Written:
    """A store's health as the exporter sees it."""

    def __init__(self, seconds):
        self.written_seconds_ago = self.unwritten_seconds = seconds


def test_a_vendor_of_which_nothing_could_be_kept_for_two_intervals_is_not_up_and_has_no_figures():
    store, now = golden_store(), NOW + timedelta(seconds=600)
    written = Written(599.0)
    state = StateMetrics(store, health=written)
    before = render(state.families(now), openmetrics=False).decode()
    written.unwritten_seconds = 601.0
    after = render(state.families(now), openmetrics=False).decode()
    said = set(re.findall(r"^vendorstatus_(\w+)\{", after, re.MULTILINE))

    assert samples_in(before, "up")["vendor=acme"] == 1
    assert samples_in(before, "vendor_level")["vendor=acme"] == 3
    assert samples_in(after, "up")["vendor=acme"] == 0
    assert samples_in(after, "unreadable_info")["vendor=acme,reason=store"] == 1
    assert said == {
        "up",
        "last_poll_timestamp_seconds",
        "last_success_timestamp_seconds",
        "unreadable_info",
        "vendor_info",
    }
    vendor = state.vendors(now)[0]
    assert (vendor.level, vendor.last_ok) == (None, False)
    written.unwritten_seconds = 0.0
    assert render(state.families(now), openmetrics=False).decode() == before


def test_a_vendor_that_another_replica_goes_on_reading_keeps_its_figures():
    state = StateMetrics(golden_store(), health=Written(86_400.0))
    text = render(state.families(NOW), openmetrics=False).decode()

    assert samples_in(text, "up")["vendor=acme"] == 1
    assert samples_in(text, "vendor_level")["vendor=acme"] == 3


class Silent(MemoryStore):
    """A store that can stop answering."""

    silent = False

    def page_states(self, slugs=None):
        if self.silent:
            raise StoreError("no answer", cause="timeout")
        return super().page_states(slugs)


def test_a_store_that_is_silent_is_answered_for_from_what_it_said_last_until_that_is_stale():
    store = Silent()
    store.__dict__.update(golden_store().__dict__)
    written = Written(0.0)
    state = StateMetrics(store, health=written)
    before = render(state.families(NOW), openmetrics=False).decode()
    store.silent = True
    soon = render(state.families(NOW), openmetrics=False).decode()
    parts = render(state.families_of(["acme"], NOW), openmetrics=False).decode()
    own = render(state.families_of_monitor(NOW), openmetrics=False).decode()
    written.unwritten_seconds = 3600.0
    late = render(state.families(NOW + timedelta(hours=1)), openmetrics=False).decode()
    written.unwritten_seconds = 0.0
    tomorrow = render(state.families(NOW + timedelta(days=1)), openmetrics=False).decode()

    assert soon == before.replace(
        *re.findall(r"(?:# \w+ vendorstatus_database_size_bytes .*\n)+.*\n", before), ""
    )
    assert samples_in(parts, "vendor_level") == {"vendor=acme": 3}
    assert "vendorstatus_store_last_write_timestamp_seconds" in own
    assert set(samples_in(late, "up").values()) == {0}
    assert "vendor_level" not in late
    assert "vendor_level" not in tomorrow, "its day is over, and nobody knows how it ended"
    assert [state.slugs(), render(state.families_of_monitor(NOW), openmetrics=False)] == [
        ["acme", "globex", "initech"], own.encode(),
    ]  # fmt: skip
    with pytest.raises(StoreError):
        StateMetrics(store).families(NOW)


def test_an_answer_that_waits_for_the_one_before_gives_up_and_is_made_from_what_is_known():
    state = StateMetrics(golden_store(), answer_seconds=0.1)
    before = render(state.families(NOW), openmetrics=False)
    with state._lock:
        begun = time.monotonic()
        meanwhile = render(state.families(NOW), openmetrics=False)

    assert time.monotonic() - begun < 5
    assert set(meanwhile.splitlines()) < set(before.splitlines())


def test_our_time_is_that_of_the_request():
    text = render(StateMetrics(golden_store()).families_of_monitor(NOW), openmetrics=False).decode()

    assert f"\nvendorstatus_monitor_clock_timestamp_seconds {NOW.timestamp():.0f}\n" in text


def test_the_newest_derivation_of_days_is_that_of_any_page():
    newest = NOW - timedelta(minutes=3)
    store = MemoryStore().add(Row(derived_at=NOW - timedelta(hours=3)))
    store.add(Row(id=2, slug="b", derived_at=newest)).add(Row(id=3, slug="c", derived_at=None))
    text = render(StateMetrics(store).families(NOW), openmetrics=False).decode()

    assert (
        f"\nvendorstatus_rollup_last_success_timestamp_seconds {int(newest.timestamp())}\n" in text
    )
    assert "\nvendorstatus_database_size_bytes 1056768\n" in text


def test_before_the_first_derivation_there_is_no_time_of_it():
    store = MemoryStore().add(Row(derived_at=None))

    assert b"rollup" not in render(StateMetrics(store).families(NOW), openmetrics=False)


def test_disputed_and_revised_days_are_counted_over_ninety_days():
    days = [
        bad_day(1, Level.MAJOR_OUTAGE, disputed=True),
        bad_day(50, Level.DEGRADED, disputed=True),
    ]
    store = MemoryStore().add(Row(), history=page_history(history(*days)), revised=5)

    assert values(store, "vendor_disputed_dates") == {"vendor=acme,window=90d": 2}
    assert values(store, "vendor_revised_dates") == {"vendor=acme,window=90d": 5}


def test_settings_that_change_hold_from_the_next_scrape_on_whatever_is_kept_of_the_lines_before():
    store, acme = (
        golden_store(),
        VendorConfig(slug="acme", name="Acme", url="https://status.acme.example/", tier="low"),
    )
    state = golden_state(store)
    before = render(state.families(NOW), openmetrics=False)
    state.configure(vendors={"acme": acme}, policy="strict", component_metrics="none")
    after = render(state.families(NOW), openmetrics=False).decode()
    anew = StateMetrics(
        store, vendors={"acme": acme}, policy="strict", component_metrics="none", clocks=golden_clocks(), health=golden_health()
    )  # fmt: skip

    assert b'tier="critical"' in before
    assert after == render(anew.families(NOW), openmetrics=False).decode()
    assert 'tier="low"' in after
    assert "component_level{" not in after


def test_without_component_metrics_the_vendors_figures_stay_the_same():
    store = golden_store()
    with_them = render(StateMetrics(store).families(NOW), openmetrics=False).decode()
    without = render(
        StateMetrics(store, component_metrics="none").families(NOW), openmetrics=False
    ).decode()

    assert "vendorstatus_component_" not in without
    begin, end = (
        with_them.index("# HELP vendorstatus_component_"),
        with_them.index("# HELP vendorstatus_database_"),
    )
    assert without == with_them[:begin] + with_them[end:]


# -----------------------------------------------------------------------------------------------------------
# incidents


def test_only_open_incidents_are_counted_and_every_impact_has_a_number():
    incidents = (
        incident("1", "major"), incident("2", "Major"), incident("3", "critical", phase=Phase.CLOSED),
        incident("4", "maintenance", phase=Phase.SCHEDULED, maintenance=True),
        incident("5", "none", maintenance=True), incident("6", "catastrophic"),
    )  # fmt: skip
    store = MemoryStore().add(Row(), current=Current(open_incidents=incidents))

    assert values(store, "vendor_open_incidents") == {
        "vendor=acme,impact=none": 0,
        "vendor=acme,impact=minor": 0,
        "vendor=acme,impact=major": 2,
        "vendor=acme,impact=critical": 0,
        "vendor=acme,impact=maintenance": 1,
        "vendor=acme,impact=other": 1,
    }


def test_the_newest_five_open_incidents_are_named_with_their_beginning_and_where_to_read_of_them():
    hours_ago = [NOW - timedelta(hours=n) for n in range(8)]
    shared = [
        replace(incident(str(n), "minor"), title=f"No {n}", started_at=at)
        for n, at in enumerate(hours_ago)
    ]
    shared[0] = replace(shared[0], phase=Phase.SCHEDULED, maintenance=True)
    shared[1] = replace(shared[1], url="https://acme.example/incidents/1", impact="catastrophic")
    shared[2] = replace(shared[2], maintenance=True, impact="none")
    shared[3] = replace(shared[3], phase=Phase.CLOSED)
    found = values(MemoryStore().add(Row(), current=Current(open_incidents=tuple(shared))), STARTS)

    assert found == {
        "vendor=acme,impact=other,title=No 1,url=https://acme.example/incidents/1": hours_ago[
            1
        ].timestamp(),
        "vendor=acme,impact=maintenance,title=No 2,url=https://status.acme.example/": hours_ago[
            2
        ].timestamp(),
        **{
            f"vendor=acme,impact=minor,title=No {n},url=https://status.acme.example/": hours_ago[
                n
            ].timestamp()
            for n in (4, 5, 6)
        },
    }


STARTS = "vendor_open_incident_start_timestamp_seconds"


def test_a_title_that_is_long_or_hostile_is_one_short_line_and_equal_ones_are_one_series():
    titles = ("word " * 100, "Bell \x07 and \u202egnp", "Bell \x07 and \u202egnp")
    shared = tuple(
        replace(incident(str(n), "minor"), title=title) for n, title in enumerate(titles)
    )
    store = MemoryStore().add(Row(), current=Current(open_incidents=shared))
    found = [series.split("title=")[1].split(",url=")[0] for series in values(store, STARTS)]

    assert len(found) == 2
    assert [len(title) for title in found if title.startswith("word")] == [120]
    assert not set("".join(found)) & {"\x07", "\u202e"}


def test_an_incident_without_an_address_and_one_that_has_the_pages_are_one_series():
    one = incident("1", "minor")
    shared = (one, replace(one, id="2", url=Row().url))
    store = MemoryStore().add(Row(), current=Current(open_incidents=shared))
    text = render(StateMetrics(store).families(NOW), openmetrics=False).decode()

    assert (
        len([line for line in text.splitlines() if line.startswith(f"vendorstatus_{STARTS}{{")])
        == 1
    )


# ----------------------------------------------------------------------------------------------
# since when it goes on


def test_an_outage_says_since_when_and_what_is_none_says_nothing():
    two_hours_ago, an_hour_ago = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    parts = (known("a", "A"), known("b", "B"), known("c", "C"))
    levels = {"a": Level.PARTIAL_OUTAGE, "b": Level.MAJOR_OUTAGE, "c": Level.DEGRADED}
    read_at = NOW - timedelta(minutes=1)
    runs = tuple(
        ObservedRun(component_id=key, level=levels[key], span=Interval(since, read_at))
        for key, since in {"a": two_hours_ago, "b": an_hour_ago, "c": two_hours_ago}.items()
    )
    store = MemoryStore().add(
        Row(last_success_at=read_at), current=Current(levels=levels, components=parts)
    )
    store.told[1] = PageFacts(components=parts, runs=runs)

    assert values(store, "vendor_outage_since_timestamp_seconds") == {
        "vendor=acme": two_hours_ago.timestamp()
    }
    assert values(store, "component_outage_since_timestamp_seconds") == {
        "vendor=acme,component=a": two_hours_ago.timestamp(),
        "vendor=acme,component=b": an_hour_ago.timestamp(),
    }
    well = MemoryStore().add(Row(), current=Current(levels={"a": Level.DEGRADED}, components=parts))
    well.facts = None  # what was told is not even read
    assert values(well, "vendor_outage_since_timestamp_seconds") == {}


def test_an_incident_that_the_user_does_not_count_is_no_reason_for_an_outage_to_have_begun():
    hours = [NOW - timedelta(hours=n) for n in range(6)]
    part = known("a", "A")
    told = PageFacts(
        components=(part,),
        incidents=(replace(incident("i1", "major"), started_at=hours[5]),),
        impacts=(
            Impact(
                component_id="a", level=Level.MAJOR_OUTAGE, start=hours[5], end=hours[2], basis=Basis.DECLARED,
                source="x", incident_id="i1",
            ),
        ),
        runs=(ObservedRun(component_id="a", level=Level.MAJOR_OUTAGE, span=Interval(hours[2], hours[0])),),
    )  # fmt: skip
    current = Current(levels={"a": Level.MAJOR_OUTAGE}, components=(part,))
    store = MemoryStore().add(Row(last_success_at=NOW), current=current)
    store.told[1] = told
    advisory = Override(
        incident="i1", level=Level.OPERATIONAL, reason="an advisory", decided=date(2026, 5, 6)
    )
    family = "vendor_outage_since_timestamp_seconds"

    def since(*decisions):
        vendor = VendorConfig(
            slug="acme", name="Acme", url="https://acme.example/", overrides=decisions
        )
        text = render(
            StateMetrics(store, vendors={"acme": vendor}).families(NOW), openmetrics=False
        ).decode()
        (found,) = samples_in(text, family).values()
        return found

    assert since() == hours[5].timestamp()
    assert since(advisory) > hours[2].timestamp() - 1


# ------------------------------------------------------------------------------------------------
# what is kept, and when


def test_an_ordinary_scrape_reads_nothing_but_the_page_rows():
    store = MemoryStore().add(Row())
    state = StateMetrics(store)
    state.families(NOW)
    store.change(last_poll_at=NOW, last_success_at=NOW)
    text = render(state.families(NOW + timedelta(minutes=1)), openmetrics=False).decode()

    assert store.reads == 1
    assert samples_in(text, "last_poll_timestamp_seconds") == {"vendor=acme": NOW.timestamp()}


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"derived_day": None},
        {"name": "Acme Corporation"},
        {"slug": "acme-corporation"},
        {"platform": "incidentio"},
        {"zone": ZoneInfo("Pacific/Auckland")},
        {"last_success_at": None},
        {"last_success_at": NOW - timedelta(days=1)},
    ],
    ids=str,
)
def test_a_change_of_the_page_is_in_the_next_scrape(changes):
    store = MemoryStore().add(Row())
    state = StateMetrics(store)
    state.families(NOW)
    store.change(**changes)

    kept = render(state.families(NOW), openmetrics=False)
    fresh = render(StateMetrics(store).families(NOW), openmetrics=False)
    assert store.reads == 3
    assert kept == fresh


# -------------------------------------------------------------------------------------------
# components with series


def shown(level, days=None, *, critical=()):
    """Whether a component with this level and these days has series where only the degraded ones
    have."""
    current = Current(levels={"a": level}, components=(known("a", "A"),))
    store = MemoryStore().add(Row(), current=current, history=page_history(a=days or history()))
    acme = VendorConfig(
        slug="acme", name="Acme", url="https://status.acme.example/", critical=critical
    )
    return bool(
        values(store, "component_info", vendors={"acme": acme}, component_metrics="degraded")
    )


def test_degraded_leaves_out_what_is_operational_and_had_no_outage_day():
    assert not shown(Level.OPERATIONAL)
    assert not shown(Level.OPERATIONAL, history(bad_day(3, Level.DEGRADED)))
    assert not shown(Level.OPERATIONAL, unknown_history())


@pytest.mark.parametrize("level", [None, *list(Level)[1:]], ids=str)
def test_degraded_keeps_what_is_not_known_to_be_operational_now(level):
    assert shown(level)


@pytest.mark.parametrize("level", [Level.PARTIAL_OUTAGE, Level.MAJOR_OUTAGE], ids=str)
def test_degraded_keeps_what_had_an_outage_day_in_the_longest_window(level):
    assert shown(Level.OPERATIONAL, history(bad_day(89, level)))


def test_degraded_keeps_what_the_user_marked_critical():
    assert shown(Level.OPERATIONAL, critical=("a",))


def test_degraded_and_none_leave_the_vendors_figures_as_they_are():
    texts = [
        render(
            StateMetrics(golden_store(), component_metrics=which).families(NOW), openmetrics=False
        ).decode()
        for which in COMPONENT_METRICS
    ]
    of_vendors = [
        [line for line in text.splitlines() if "vendorstatus_component_" not in line]
        for text in texts
    ]

    assert of_vendors[0] == of_vendors[1] == of_vendors[2]
    assert [len(samples_in(text, "component_info")) for text in texts] == [5, 4, 0]


# -------------------------------------------------------------------------------------------------------
# what is kept


def made_of(families):
    """The blocks of each family, which are compared by identity."""
    return {family.name.removeprefix("vendorstatus_"): list(family.samples) for family in families}


def test_a_poll_without_news_makes_only_the_lines_of_polls_anew():
    store = golden_store()
    state = StateMetrics(store)
    before = made_of(state.families(NOW))
    store.change(last_poll_at=NOW, last_success_at=NOW)
    after = made_of(state.families(NOW))

    anew = {name for name in before if before[name] != after[name]}
    polling = {
        "up",
        "unreadable_info",
        "last_poll_timestamp_seconds",
        "last_success_timestamp_seconds",
    }
    whole = {
        "database_size_bytes",
        "rollup_last_success_timestamp_seconds",
        "monitor_clock_timestamp_seconds",
    }
    assert anew == polling | whole


def test_news_of_a_vendor_makes_only_the_blocks_anew_in_which_a_line_changed():
    store = MemoryStore()
    for number in range(100):
        part = known("a", "A", group=f"Group {number}")
        current = Current(levels={"a": Level.OPERATIONAL}, components=(part,))
        store.add(Row(id=number, slug=f"v{number:02}"), current=current)
    state = StateMetrics(store)
    before = made_of(state.families(NOW))
    store.currents[0] = replace(store.currents[0], levels={"a": Level.DEGRADED})
    store.change(version=2)
    after = made_of(state.families(NOW))

    assert store.reads == 101
    kept = [
        a is b for a, b in zip(before["component_level"], after["component_level"], strict=True)
    ]
    assert kept == [False, True, True, True]
    assert before["component_info"] == after["component_info"]
    assert before["vendor_coverage_ratio"] == after["vendor_coverage_ratio"]


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 99)),
        st.tuples(st.just("remove"), st.integers(0, 99)),
        st.tuples(st.just("level"), st.integers(0, 99), st.sampled_from([None, *Level])),
        st.tuples(st.just("rename"), st.integers(0, 99), st.text(max_size=5)),
        st.tuples(st.just("poll"), st.integers(0, 99), st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 40)),
    ),
    max_size=12,
)


@pytest.mark.slow
@given(CHANGES)
def test_what_is_kept_never_differs_from_what_is_read_anew(changes):
    store, now = golden_store(), NOW
    state = StateMetrics(store, bundle_size=2)
    for what, *how in changes:
        if what == "wait":
            now += timedelta(hours=how[0])
        else:
            change(store, now, what, *how)

        kept, fresh = (
            blocks(each.families(now), openmetrics=True) for each in (state, StateMetrics(store))
        )
        text = b"".join(part for block in fresh for part in block.parts)
        assert b"".join(part for block in kept for part in block.parts) == text
        assert gzip.decompress(b"".join(stream(block.piece() for block in kept))) == text


def change(store, now, what, number, *how):
    if what == "add":
        row = Row(id=number + 10, slug=f"v{number}")
        current = Current(levels={"a": Level.OPERATIONAL}, components=(known("a", "A"),))
        if row.slug not in [each.slug for each in store.rows]:
            store.add(row, current=current)
            store.rows.sort(key=lambda each: each.slug)
    elif store.rows:
        at = number % len(store.rows)
        row = store.rows[at]
        if what == "remove":
            store.rows.pop(at)
        elif what == "poll":
            success = now if how[0] else row.last_success_at
            store.rows[at] = replace(row, last_poll_at=now, last_success_at=success, last_ok=how[0])
        elif what == "rename":
            store.rows[at] = replace(row, name=how[0])
        else:
            levels = dict.fromkeys(store.currents[row.id].levels, how[0])
            store.currents[row.id] = replace(store.currents[row.id], levels=levels)
            store.rows[at] = replace(row, version=row.version + 1)


# -----------------------------------------------------------------------------------------------------
# some vendors


def test_some_vendors_have_the_lines_they_have_among_all():
    state = golden_state()
    whole = render(state.families(NOW), openmetrics=False).decode().splitlines()
    some = (
        render(state.families_of(["globex", "initech"], NOW), openmetrics=False)
        .decode()
        .splitlines()
    )

    wanted = [line for line in whole if 'vendor="globex"' in line or 'vendor="initech"' in line]
    assert [line for line in some if not line.startswith("#")] == wanted
    assert wanted


def test_a_vendor_that_is_not_configured_is_named():
    with pytest.raises(NoSuchVendor, match="hooli"):
        golden_state().families_of(["acme", "hooli"], NOW)


def test_no_vendors_are_no_families():
    assert render(golden_state().families_of([], NOW), openmetrics=False) == b""


# -------------------------------------------------------------------------------------------------------------
# the text


def test_label_values_are_escaped_and_read_back_unchanged():
    nasty = 'a "quoted" \\ back\\nslash\nnewline — ünïcode \u2028 {x="y"}'
    family = Family(
        name="x", help="X.", samples=[Block([line("x", label("name", nasty), 1).encode()])]
    )

    (text,) = parse_text(render([family], openmetrics=False).decode())
    (openmetrics,) = parse_openmetrics(render([family], openmetrics=True).decode())
    assert text.samples[0].labels == openmetrics.samples[0].labels == {"name": nasty}


NAMES = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        "",
        '"',
        "\\",
        "\\n",
        "\n",
        '\\"',
        "} 1",
        "{a=1}",
        "# EOF",
        "\r\n",
        "\x00",
        "\u2028",
        "\ud800",
        " ",
        "é🚑",
        "x" * 5_000,
    ]
)


def printable(text):
    """What a name becomes: half a surrogate pair cannot be written."""
    return text.encode(errors="replace").decode()


@pytest.mark.slow
@given(st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=1, max_size=4))
def test_names_of_any_characters_read_back_as_the_same_samples(names):
    store = MemoryStore()
    for number, (vendor, name, group) in enumerate(names):
        current = Current(levels={"a": Level.DEGRADED}, components=(known("a", name, group=group),))
        store.add(
            Row(id=number, slug=f"v{number}", name=vendor),
            current=current,
            history=page_history(a=history()),
        )
    state, polls = StateMetrics(store), golden_polls()
    text, openmetrics = (
        exposition(state, polls, now=NOW, openmetrics=each).decode() for each in (False, True)
    )

    for read in (list(parse_text(text)), list(parse_openmetrics(openmetrics))):
        found = [sample for family in read for sample in family.samples]
        lines = [line for line in openmetrics.split("\n") if line and not line.startswith("#")]
        assert len(found) == len(lines)
        info = {
            each.labels["vendor"]: each.labels
            for each in found
            if each.name == "vendorstatus_component_info"
        }
        for number, (_, name, group) in enumerate(names):
            assert info[f"v{number}"]["name"] == printable(name)
            assert info[f"v{number}"]["group"] == printable(group)
        vendors = {
            each.labels["vendor"]: each.labels
            for each in found
            if each.name == "vendorstatus_vendor_info"
        }
        assert [vendors[f"v{n}"]["name"] for n in range(len(names))] == [
            printable(vendor) for vendor, _, _ in names
        ]


def test_a_name_with_half_a_surrogate_pair_does_not_take_the_others_down():
    store = MemoryStore().add(Row(name="A\ud800cme"))

    assert b'name="A?cme"' in render(StateMetrics(store).families(NOW), openmetrics=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "1"), (Level.MAJOR_OUTAGE, "4"), (0.25, "0.25"), (1.0, "1"), (1e-7, "1e-07")],
    ids=str,
)
def test_numbers_are_written_so_that_they_read_back_equal(value, text):
    assert line("x", label("a", "b"), value) == f'x{{a="b"}} {text}\n'


def test_a_family_without_samples_is_left_out():
    assert render([Family(name="x", help="X.")], openmetrics=False) == b""


def test_openmetrics_ends_with_exactly_one_end_mark_and_text_has_none():
    state, polls = golden_state(), golden_polls()
    openmetrics = exposition(state, polls, now=NOW, openmetrics=True)

    assert openmetrics.count(b"# EOF") == 1
    assert openmetrics.endswith(b"\n# EOF\n")
    assert b"# EOF" not in exposition(state, polls, now=NOW, openmetrics=False)


def test_both_formats_say_the_same_to_the_official_parsers():
    state, polls = golden_state(), golden_polls()
    text = parse_text(exposition(state, polls, now=NOW, openmetrics=False).decode())
    openmetrics = parse_openmetrics(exposition(state, polls, now=NOW, openmetrics=True).decode())

    def flat(families):
        return sorted(
            (s.name, sorted(s.labels.items()), s.value) for f in families for s in f.samples
        )

    found = flat(text)
    assert found == flat(openmetrics)
    assert len(found) == len({(name, tuple(labels)) for name, labels, _ in found})


def test_no_sample_carries_a_timestamp_or_says_when_the_process_began():
    text = exposition(golden_state(), golden_polls(), now=NOW, openmetrics=True).decode()

    assert all(s.timestamp is None for family in parse_openmetrics(text) for s in family.samples)
    assert "_created" not in text


def test_units_are_the_last_word_of_the_name():
    for family in STATE_FAMILIES.values():
        assert family.unit is None or family.name.endswith(f"_{family.unit}")


def test_the_whole_text_is_what_it_was():
    assert golden_text() == (HERE / "golden" / "metrics.txt").read_text()


def test_the_golden_text_shows_every_family():
    assert {f"# TYPE {family.name} gauge" for family in STATE_FAMILIES.values()} <= set(
        golden_text().splitlines()
    )


def test_every_metric_and_label_is_documented():
    documented = (HERE.parent / "docs" / "metrics.md").read_text()
    names = re.findall(r"^# TYPE (\S+)", golden_text(), re.MULTILINE)
    labels = set(re.findall(r'[{,]([a-z_]+)="', golden_text()))

    assert [name for name in names if f"`{name}`" not in documented] == []
    assert [name for name in labels if f"`{name}`" not in documented] == []


def test_the_documentation_names_no_metric_that_does_not_exist():
    text = (HERE.parent / "docs" / "metrics.md").read_text()
    present = re.sub(r"## Old names\n.*?\n## ", "## ", text, flags=re.DOTALL)
    documented = set(re.findall(r"vendorstatus_[a-z_]+", present))
    exported = set(re.findall(r"^# TYPE (\S+)", golden_text(), re.MULTILINE))

    assert documented - exported == set()


@pytest.mark.integration
@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool, of Prometheus, is not on PATH")
def test_promtool_has_nothing_to_say():
    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input=golden_text(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


# -------------------------------------------------------------------------------------------------------
# our own polling


def test_polls_are_counted_by_provider_and_failures_by_reason_too():
    polls = PollMetrics("1.2.3")
    polls.polled("statuspage", "ok", None, 0.2)
    polls.polled("statuspage", "unchanged", None, 0.1)
    polls.polled("statuspage", "failed", "throttled", 3)
    polls.polled(None, "failed", None, 3)
    text = polls.text(openmetrics=False).decode()

    assert samples_in(text, "polls_total") == {"platform=statuspage": 3, "platform=unknown": 1}
    assert samples_in(text, "poll_not_modified_total") == {"platform=statuspage": 1}
    assert samples_in(text, "poll_failures_total") == {
        "platform=statuspage,reason=throttled": 1,
        "platform=unknown,reason=error": 1,
    }
    assert samples_in(text, "poll_duration_seconds_bucket")["le=0.25,platform=statuspage"] == 2
    assert samples_in(text, "build_info") == {"version=1.2.3": 1}


def test_how_late_polls_began_is_told_of_all_of_them_and_not_of_the_last():
    polls = PollMetrics("1.2.3")
    for seconds in (0.5, 45.0, 400.0, 0.5):
        polls.lagged(seconds)
    lag = samples_in(polls.text(openmetrics=False).decode(), "scheduler_lag_seconds_bucket")

    assert {bound: lag[f"le={bound}"] for bound in ("1.0", "60.0", "300.0", "+Inf")} == {
        "1.0": 2, "60.0": 3, "300.0": 3, "+Inf": 4
    }  # fmt: skip


def test_an_outcome_we_do_not_know_is_refused_and_not_counted():
    polls = PollMetrics("1.2.3")

    with pytest.raises(ValueError, match="'fine'"):
        polls.polled("statuspage", "fine", None, 1)
    assert samples_in(polls.text(openmetrics=False).decode(), "polls_total") == {}


def test_two_poll_metrics_do_not_share_anything():
    first, second = PollMetrics("1"), PollMetrics("2")
    first.skipped(3)

    assert b"vendorstatus_skipped_polls_total 3.0" in first.text(openmetrics=False)
    assert b"vendorstatus_skipped_polls_total 0.0" in second.text(openmetrics=False)


# ---------------------------------------------------------------------------------------------------
# the golden fixture


def golden_store():
    """Three vendors: one with everything, one whose polls fail since yesterday, one that was never
    polled."""
    components = (
        known("c1", "API", slug="api", group="Europe"),
        known("c2", "API", slug="api-2", group="America"),
        known("c3", 'Mail "by others"', slug="mail-by-others"),
        known("c4", "Console", slug="console"),
    )
    outages = history(
        bad_day(0, Level.PARTIAL_OUTAGE, 600), bad_day(3, Level.MAJOR_OUTAGE, 7200), bad_day(20, Level.DEGRADED),
        bad_day(60, Level.PARTIAL_OUTAGE, disputed=True),
    )  # fmt: skip
    acme = page_history(
        outages,
        c1=outages,
        c2=history(),
        c3=history(bad_day(5, Level.MAJOR_OUTAGE)),
        c4=unknown_history(),
    )
    acme_now = Current(
        levels={
            "c1": Level.PARTIAL_OUTAGE,
            "c2": Level.OPERATIONAL,
            "c3": Level.MAJOR_OUTAGE,
            "c4": None,
        },
        components=components,
        excluded=frozenset({"c3"}),
        open_incidents=(
            incident("i1", "major"),
            incident("i2", "maintenance", phase=Phase.SCHEDULED),
        ),
    )
    seen = Interval(NOW - timedelta(minutes=50), NOW - timedelta(minutes=1))
    runs = tuple(
        ObservedRun(component_id=key, level=acme_now.levels[key], span=seen) for key in ("c1", "c3")
    )
    globex_now = Current(
        levels={"g": Level.DEGRADED}, components=(known("g", "Shop", slug="shop"),)
    )
    globex_days = history(
        bad_day(1, Level.DEGRADED), first=TODAY - timedelta(days=9), last=TODAY - timedelta(days=1)
    )
    yesterday = NOW - timedelta(hours=14)
    globex = Row(
        id=2, slug="globex", name="Globex", url="https://globex.example/status/", platform="incidentio", version=7,
        zone=ZoneInfo("America/New_York"), last_success_at=yesterday, last_ok=False, last_error_reason="timeout",
        derived_day=yesterday.date(), derived_at=yesterday,
    )  # fmt: skip
    initech = Row(
        id=3, slug="initech", name="Initech", url="https://status.initech.example/", platform=None, version=0,
        last_poll_at=None, last_success_at=None, last_ok=None, derived_day=None, derived_at=None,
    )  # fmt: skip
    printed = ((None, 90, 0.9987), ("c1", 90, 0.9989), ("c2", 90, 1.0))
    bars = (
        bar("c1", 0, partial_seconds=600),
        bar("c1", 3, major_seconds=7200),
        bar("c1", 60, partial_seconds=3600),
    )
    acme_record = record(*bars, reported=printed, components=("c1", "c2"))
    store = MemoryStore().add(
        Row(), current=acme_now, history=acme, published=acme_record, revised=2
    )
    store.told[1] = PageFacts(components=components, runs=runs)
    store.add(globex, current=globex_now, history=page_history(globex_days, g=globex_days))
    return store.add(initech)


def golden_state(store=None):
    acme = VendorConfig(
        slug="acme", name="Acme", url="https://status.acme.example/", tier="critical", critical=("europe",),
        overrides=(Override(incident="i7", level=Level.OPERATIONAL, reason="an advisory", decided=date(2026, 5, 6)),),
    )  # fmt: skip
    return StateMetrics(
        store or golden_store(),
        vendors={"acme": acme},
        clocks=golden_clocks(),
        health=golden_health(),
    )


def golden_health():
    seconds = iter((0.0, 0.0))
    health = Health(lambda: next(seconds, 30.0))
    health.wrote()
    return health


def golden_clocks():
    ledger = ClockLedger(lambda: 1000.0)
    for vendor, offset in {"acme": -3.25, "globex": -3.5, "initech": 3600.0}.items():
        ledger.note_offset(vendor, offset)
    ledger.look(NOW)
    ledger.look(NOW - timedelta(hours=8))
    ledger.note_healed(2)
    return ledger


def golden_polls():
    polls = PollMetrics("1.2.3", loaded_at=NOW.timestamp())
    polls.polled("statuspage", "ok", None, 0.3)
    polls.polled("statuspage", "unchanged", None, 0.05)
    polls.polled("incidentio", "failed", "timeout", 20.0)
    polls.revised("statuspage", 2)
    polls.unknown_words("statuspage", 1)
    polls.moved("acme", "instatus", "statuspage")
    polls.moved("hooli", "statuspage", "statuspage")
    polls.store_failed("busy")
    polls.queued("statuspage", 0.2)
    polls.overloaded("statuspage")
    polls.woke(0.002)
    polls.lagged(0.25)
    polls.loaded(0.5)
    polls.skipped()
    return polls


def golden_text():
    return exposition(golden_state(), golden_polls(), now=NOW, openmetrics=False).decode()


if __name__ == "__main__":
    print(golden_text(), end="")
