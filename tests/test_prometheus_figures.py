"""Figures of windows on `/metrics`, and the vendor's own beside them."""

import re
from datetime import timedelta

import pytest
from scrape_world import (
    TODAY,
    Current,
    MemoryStore,
    Row,
    bad_day,
    bar,
    golden_store,
    history,
    known,
    page_history,
    record,
    samples_in,
    unknown_history,
    values,
)

from exporters.prometheus import StateMetrics
from exporters.text_format import render
from monitor import answers, runtime
from monitor.cli.recordings import read_page
from monitor.config import VendorConfig, normal_url
from monitor.fetch import Replay
from monitor.model import Level, PageFacts
from monitor.ratios import POLICIES
from tests.cases import FIXTURES, recording_of, write_recording

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
