"""Past days as series: what stays true of a day, under the names and labels of `/metrics`."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from past import demo_store, history, keep_days, noon
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from store_support import add_page, component, evidence, save

from exporters.daily import vendor_series
from exporters.families import HISTORIC, STATE_FAMILIES
from exporters.history_query import HistoryQuery
from exporters.prometheus import StateMetrics
from exporters.series import Series, refuse_future
from exporters.text_format import render
from monitor.config import VendorConfig
from monitor.model import Level
from monitor.store import Store

NOW = datetime(2026, 5, 20, 16, 30, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
ACME = VendorConfig(slug="acme", name="Acme", url="https://acme.example/")


@pytest.fixture
def store():
    with Store.open("sqlite://") as store:
        yield store


def told(store: Store, asked: HistoryQuery, vendor: VendorConfig = ACME) -> list[Series]:
    return list(vendor_series(store, store.pages([vendor.slug])[0], vendor, asked))


def points(found: list[Series], family: str, **labels: str) -> dict[date, float]:
    """Return a family's values by day, of the one series with these labels."""
    (series,) = [
        each
        for each in found
        if each.family == family and labels.items() <= dict(each.labels).items()
    ]
    ago = timedelta(days=int(labels.get("dates_ago", 0)))
    return {
        datetime.fromtimestamp(stamp, UTC).date() - ago: value for stamp, value in series.points
    }


def test_the_guide_names_the_families_with_a_past_and_those_without() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "history.md").read_text()
    with_past, without = (
        set(
            re.findall(
                r"`vendorstatus_(\w+)`", "".join(re.findall(r"^\| (.*?) \|", part, re.MULTILINE))
            )
        )
        for part in guide.split("The others have no past")
    )

    assert with_past == set(HISTORIC)
    assert without == STATE_FAMILIES.keys() - set(HISTORIC)


@pytest.mark.slow
async def test_todays_values_are_those_of_metrics_under_the_same_labels() -> None:
    async with demo_store("sqlite://", NOW) as (store, vendors):
        state = StateMetrics(store, vendors=vendors)
        live = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(
                render(state.families(NOW), openmetrics=True).decode()
            )
            if family.name.removeprefix("vendorstatus_") in HISTORIC
            for sample in family.samples
        }
        exported = {
            (series.name, frozenset(series.labels)): series.points[-1][1]
            for page in store.pages()
            for series in vendor_series(
                store, page, vendors[page.slug], HistoryQuery(now=NOW, days=3)
            )
            if series.points[-1][0] == noon(TODAY)
        }
        tonight = HistoryQuery(
            now=datetime(2026, 5, 20, 23, 59, tzinfo=UTC), days=4
        )  # tomorrow has begun in Berlin
        at_the_end = {
            (series.name, frozenset(series.labels)): dict(series.points).get(end(TODAY))
            for page in store.pages()
            for series in vendor_series(store, page, vendors[page.slug], tonight)
            if ("dates_ago", "2") in series.labels
        }

    assert len(live) > 400
    assert exported | at_the_end == live


def end(day: date) -> int:
    return int(datetime.combine(day, time(23, 59), UTC).timestamp())


def test_a_day_is_told_on_three_dates_as_it_is_on_metrics_and_last_when_it_is_over_everywhere(
    store,
) -> None:
    page = add_page(store, now=NOW)
    bad = TODAY - 4 * DAY
    days = history(TODAY - 20 * DAY, TODAY, {bad: Level.MAJOR_OUTAGE, TODAY: Level.DEGRADED})
    keep_days(store, page, days, {}, now=NOW)
    found = told(store, HistoryQuery(now=NOW, days=6))
    series = {
        dict(each.labels)["dates_ago"]: each
        for each in found
        if each.family == "vendor_day_level" and ("closed", "yes") in each.labels
    }
    (today,) = [each for each in found if ("closed", "no") in each.labels]

    assert (today.labels[1:], today.points) == (
        (("dates_ago", "0"), ("closed", "no")),
        [(noon(TODAY), 2)],
    )
    assert {
        ago: [stamp for stamp, level in each.points if level == 4] for ago, each in series.items()
    } == {
        "0": [noon(bad)],
        "1": [noon(bad + DAY)],
        "2": [end(bad + 2 * DAY)],
    }
    assert {
        ago: max(points(found, "vendor_day_level", dates_ago=ago, closed="yes")) for ago in series
    } == {
        "0": TODAY - DAY,
        "1": TODAY - DAY,
        "2": TODAY - 3 * DAY,
    }
    assert all(stamp <= NOW.timestamp() for each in series.values() for stamp, _ in each.points)
    early = told(store, HistoryQuery(now=NOW, days=6, settled=timedelta(hours=18)))
    assert max(points(early, "vendor_day_level", dates_ago="2", closed="yes")) == TODAY - 4 * DAY


@pytest.mark.parametrize(
    ("zone", "now", "last"),
    [
        ("UTC", "2026-05-20T11:59:59", "2026-05-19"),
        ("UTC", "2026-05-20T12:00:00", "2026-05-20"),
        (
            "Pacific/Kiritimati",
            "2026-05-20T12:00:00",
            "2026-05-20",
        ),  # the 21st there, its noon is to come
        ("America/Los_Angeles", "2026-05-21T03:00:00", "2026-05-20"),  # still the 20th there
        ("America/Los_Angeles", "2026-05-20T03:00:00", "2026-05-19"),
    ],
)
def test_the_last_day_is_the_last_of_the_page_whose_noon_in_utc_is_past(zone, now, last) -> None:
    asked = HistoryQuery(now=datetime.fromisoformat(now).replace(tzinfo=UTC), days=5)

    assert asked.stamped_days(ZoneInfo(zone))[-1].day == date.fromisoformat(last)


def test_the_days_asked_for_count_the_last_one() -> None:
    days = [
        each.day
        for each in HistoryQuery(now=NOW, days=3, until=date(2026, 5, 10)).stamped_days(UTC)
    ]

    assert days == [date(2026, 5, 8), date(2026, 5, 9), date(2026, 5, 10)]


def test_days_to_come_are_cut_off() -> None:
    assert HistoryQuery(now=NOW, days=2, until=TODAY + 5 * DAY).stamped_days(UTC)[-1].day == TODAY


def test_a_day_without_knowledge_has_no_level_and_lowers_the_coverage(store) -> None:
    page = add_page(store, now=NOW)
    keep_days(store, page, history(TODAY - 20 * DAY, TODAY, {TODAY - 3 * DAY: None}), {}, now=NOW)
    found = told(store, HistoryQuery(now=NOW, days=5))

    for ago in ("0", "1", "2"):
        days = points(found, "vendor_day_level", dates_ago=ago, closed="yes")
        assert (days[TODAY - 4 * DAY], days[TODAY - 3 * DAY]) == (0, -1)
    assert points(found, "vendor_known_dates", window="7d") == {
        TODAY - 4 * DAY: 7, TODAY - 3 * DAY: 6, TODAY - 2 * DAY: 6, TODAY - DAY: 6, TODAY: 6,
    }  # fmt: skip


def test_a_window_ends_with_its_day(store) -> None:
    page = add_page(store, now=NOW)
    bad = TODAY - 8 * DAY
    keep_days(
        store, page, history(TODAY - 120 * DAY, TODAY, {bad: Level.PARTIAL_OUTAGE}), {}, now=NOW
    )
    dates = points(told(store, HistoryQuery(now=NOW, days=12)), "vendor_outage_dates", window="7d")

    assert [day for day, count in dates.items() if count] == [bad + n * DAY for n in range(7)]


def test_a_window_looks_back_past_the_first_day_exported(store) -> None:
    page = add_page(store, now=NOW)
    days = history(TODAY - 120 * DAY, TODAY, {TODAY - 50 * DAY: Level.MAJOR_OUTAGE})
    keep_days(store, page, days, {}, now=NOW)

    assert points(
        told(store, HistoryQuery(now=NOW, days=1)), "vendor_major_dates", window="90d"
    ) == {TODAY: 1}


def test_a_vendor_has_no_past_before_its_first_known_day(store) -> None:
    page = add_page(store, now=NOW)
    keep_days(store, page, history(TODAY - 3 * DAY, TODAY, {}), {}, now=NOW)
    found = told(store, HistoryQuery(now=NOW, days=30))

    first = TODAY - 3 * DAY
    late = {
        ("1", "yes"): noon(first + DAY),
        ("2", "yes"): end(first + 2 * DAY),
        ("0", "no"): noon(TODAY),
    }
    for series in found:
        day = tuple(value for name, value in series.labels if name in {"dates_ago", "closed"})
        assert min(stamp for stamp, _ in series.points) == late.get(day, noon(first)), series


def test_a_vendor_of_which_nothing_is_known_says_so_from_the_day_it_was_added(store) -> None:
    add_page(store, now=NOW - DAY)
    found = told(store, HistoryQuery(now=NOW, days=30))

    families = {
        "vendor_info",
        "vendor_known_dates",
        "vendor_coverage_ratio",
        "vendor_day_level",
    }
    assert {series.family for series in found} == families
    assert points(found, "vendor_day_level", dates_ago="0", closed="yes") == {TODAY - DAY: -1}
    assert points(found, "vendor_known_dates", window="90d") == {TODAY - DAY: 0, TODAY: 0}


def test_a_component_that_left_the_page_ends_on_the_day_it_left_and_counts_in_the_vendors_past(
    store,
) -> None:
    page = add_page(store, now=NOW - 9 * DAY)
    save(
        store, page, evidence(NOW - 9 * DAY, components=(component("api"), component("web", "Web")))
    )
    save(store, page, evidence(NOW - 2 * DAY, components=(component("web", "Web"),)))
    quiet = history(TODAY - 9 * DAY, TODAY, {})
    keep_days(store, page, quiet, {"api": quiet, "web": quiet}, now=NOW)
    found = told(store, HistoryQuery(now=NOW, days=5))

    # It left at half past four, after that day's noon.
    assert max(points(found, "component_info", component="api")) == TODAY - 2 * DAY
    for ago in ("0", "1"):
        gone = points(found, "component_day_level", component="api", dates_ago=ago, closed="yes")
        assert max(gone) == TODAY - 2 * DAY
    assert max(points(found, "component_info", component="web")) == TODAY


def test_settings_show_in_the_info_metrics(store) -> None:
    page = add_page(store, now=NOW)
    save(
        store,
        page,
        evidence(NOW, components=(component("api"), component("web", "Web", group="Sites"))),
    )
    quiet = history(TODAY - DAY, TODAY, {})
    keep_days(store, page, quiet, {"api": quiet, "web": quiet}, now=NOW)
    vendor = VendorConfig(
        slug="acme", name="Acme", url=ACME.url, tier="critical", critical=("web",)
    )
    info = {
        series.labels
        for series in told(store, HistoryQuery(now=NOW), vendor)
        if series.family.endswith("_info")
    }

    assert {dict(labels).get("tier") for labels in info} == {"critical", None}
    assert {dict(labels).get("critical") for labels in info} == {None, "no", "yes"}


def test_without_components_the_vendors_figures_are_the_same(store) -> None:
    page = add_page(store, now=NOW)
    save(store, page, evidence(NOW, components=(component("api"),)))
    bad = history(TODAY - DAY, TODAY, {TODAY: Level.MAJOR_OUTAGE})
    keep_days(store, page, bad, {"api": bad}, now=NOW)
    everything, vendors = (
        told(store, HistoryQuery(now=NOW)),
        told(store, HistoryQuery(now=NOW, components="none")),
    )

    assert vendors == [series for series in everything if series.family.startswith("vendor_")]
    assert len(everything) > len(vendors)


@pytest.mark.slow
async def test_components_that_failed_have_the_series_they_have_on_metrics() -> None:
    async with demo_store("sqlite://", NOW) as (store, demo):
        vendors = {slug: replace(vendor, critical=("tiles",)) for slug, vendor in demo.items()}
        state = StateMetrics(store, vendors=vendors, component_metrics="degraded")
        text = render(state.families(NOW), openmetrics=False).decode()
        live = set(re.findall(r'component_day_level\{(vendor="[^"]*",component="[^"]*")', text))
        found = {
            ",".join(f'{name}="{value}"' for name, value in series.labels[:2])
            for page in store.pages()
            for series in vendor_series(
                store,
                page,
                vendors[page.slug],
                HistoryQuery(now=NOW, days=1, components="degraded"),
            )
            if series.family == "component_day_level"
        }
        everything = sum(len(store.known_components(page.id)) for page in store.pages())

    assert found == live
    assert 'vendor="tidepool-maps",component="tiles"' in found
    assert len(found) < everything


def test_a_component_that_failed_and_left_keeps_its_past(store) -> None:
    page = add_page(store, now=NOW - 9 * DAY)
    save(
        store, page, evidence(NOW - 9 * DAY, components=(component("api"), component("web", "Web")))
    )
    save(store, page, evidence(NOW - 2 * DAY, components=()))
    quiet = history(TODAY - 9 * DAY, TODAY, {})
    bad = history(TODAY - 9 * DAY, TODAY, {TODAY - 5 * DAY: Level.PARTIAL_OUTAGE})
    keep_days(store, page, quiet, {"api": bad, "web": quiet}, now=NOW)
    found = told(store, HistoryQuery(now=NOW, days=5, components="degraded"))

    assert {dict(series.labels).get("component") for series in found} == {None, "api"}


def test_a_sample_in_the_future_is_refused() -> None:
    series = Series("vendor_day_level", (("vendor", "acme"),), [(100, 0), (200, 0)])
    refuse_future(series, 200)

    with pytest.raises(ValueError, match="future"):
        refuse_future(series, 199.5)
