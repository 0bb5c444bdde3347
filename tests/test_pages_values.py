"""The figures that people read on pages are those of the API and of the report, for any store."""

import pytest
from hypothesis import given
from page_tables import Tables
from surfaces.world import SLUG, word_of
from test_surfaces import QUICK, empty_store, world_of, worlds

from exporters.report import record_json
from exporters.wording import percent
from monitor.answers import ReportQuery, record

pytestmark = pytest.mark.slow

DAYS = 90
WINDOWS = (7, 30, 90, 365)


def of_days(figures) -> str:
    """Return the outage days of the API's figures as a page prints them."""
    if figures["outage_days"] is None:
        return "unknown"
    return f"{figures['outage_days']} of {figures['known_days']}"


def count(number) -> str:
    return "unknown" if number is None else f"{number}"


def days_of(figures) -> list[tuple[str, str | None]]:
    return [(day["date"], day["level"]) for day in figures["days"]]


def shown_days(row) -> list[tuple[str, str | None]]:
    return [(f"{day}", word_of(title)) for day, title in row.levels()]


def reported(drawn, days=DAYS):
    """Return what `monitor report --format json` says."""
    query = ReportQuery(now=drawn.now, window_days=days)
    return record_json(record(drawn.store, drawn.page, drawn.vendor, query))


@QUICK
@given(**worlds)
def test_the_row_of_a_vendor_has_the_figures_of_the_api_and_of_the_report(
    polled, told, later, exclude, coverage
):
    with empty_store() as store:
        world = world_of(store, polled, told, later=later, exclude=exclude, coverage=coverage)
        answer, standing = world.get(f"/vendors/{SLUG}?days={DAYS}", f"/vendors/{SLUG}/standing")
        report = reported(world)
        (page,) = world.fetch("/")
    tables = Tables(page.text)
    row = next(row for row in tables.rows if row.cells and row.name == "Acme" and row.titles)

    assert row.named["outage days"] == of_days(answer) == of_days(report)
    share = percent(answer["outage_day_ratio"])
    assert row.named["outage share"] == share == percent(report["outage_day_ratio"])
    coverage = percent(answer["coverage_ratio"])
    assert row.named["coverage"] == coverage == percent(report["coverage_ratio"])
    assert shown_days(row) == days_of(report)
    assert word_of(row.small.partition(",")[0]) == standing["check"]["level"]


@QUICK
@given(**worlds)
def test_a_vendor_s_page_has_the_sentence_windows_and_components_of_the_api_and_of_the_report(
    polled, told, later, exclude, coverage
):
    with empty_store() as store:
        world = world_of(store, polled, told, later=later, exclude=exclude, coverage=coverage)
        answers = world.get(*(f"/vendors/{SLUG}?days={days}" for days in WINDOWS))
        (parts,) = world.get(f"/vendors/{SLUG}/components?days={DAYS}")
        reports = [reported(world, days) for days in WINDOWS]
        (page,) = world.fetch(f"/v/{SLUG}")
    tables = Tables(page.text)

    sentence = answers[2]["sentence"].removeprefix("Acme: ").partition(", 20")[0]
    assert tables.lead.lower().startswith(f"{sentence}, ")
    for days, answer, report in zip(WINDOWS, answers, reports, strict=True):
        cells = tables[f"last {days} days"].cells
        for source in (answer, report):
            assert cells[1:3] == [of_days(source), percent(source["outage_day_ratio"])]
            kinds = ("major_days", "degraded_days", "maintenance_days")
            assert cells[4:7] == [count(source[kind]) for kind in kinds]
            assert cells[7] == percent(source["downtime_ratio"], 3)
            assert cells[8] == percent(source["coverage_ratio"])
    for part, other in zip(parts["components"], reports[2]["components"], strict=True):
        row = tables[part["name"]]
        for source in (part, other):
            assert row.named["outage days"] == of_days(source)
            assert row.named["coverage"] == percent(source["coverage_ratio"])
            assert word_of(row.small.partition(",")[0]) == source["current_level"]
        assert shown_days(row) == days_of(other)
