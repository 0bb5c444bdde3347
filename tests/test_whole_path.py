"""Every platform on the whole path: polled, backfilled, kept, derived, reported, and the same again
changes nothing."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from polled_cases import collecting_case, vendor_of_case
from simulated import Clock, SimulatedPages, page_of

from exporters.report import record_json
from monitor.answers import ReportQuery, record
from monitor.errors import PageError
from tests.cases import case_of, expected_of
from tests.drive import answers_from, known_page
from tests.test_platforms import CASES


def marked(case: Path) -> object:
    """A case of something going on is tried with the slow tests, all others where there is
    time."""
    mark = pytest.mark.slow if case.name == "ongoing" else pytest.mark.measure
    return pytest.param(case, marks=mark, id=case_of(case))


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
async def test_a_case_is_kept_and_reported_or_fails_with_our_error(case: Path) -> None:
    await read_whole(case)


async def read_whole(case: Path) -> None:
    """Poll and backfill a case twice over a real store, and assert that nothing breaks, and nothing
    changes again."""
    name, expected, told = case.parent.name, expected_of(case), known_page(case)
    pages = SimulatedPages([], Clock(told.now), answers_from(case))
    vendor = vendor_of_case(name, told)
    async with collecting_case(vendor, told, pages) as collector:
        store, days = collector.store, timedelta(days=90)
        polled = await collector.poll(await page_of(collector, "acme"))
        filled = await collector.backfill(await page_of(collector, "acme"), pages.clock() - days)
        facts = store.facts((await page_of(collector, "acme")).id)
        await collector.backfill(await page_of(collector, "acme"), pages.clock() - days, again=True)
        page = await page_of(collector, "acme")
        shown = record_json(record(store, page, vendor, ReportQuery(now=pages.clock())))

        assert isinstance(polled.error, PageError | None)
        assert isinstance(filled.error, PageError | None)
        assert store.facts(page.id) == facts
    assert json.loads(json.dumps(shown))["platform"] == name
    assert shown["known_days"] + shown["unknown_days"] + shown["absent_days"] == 90
    assert (
        shown["open_incidents"] or "open" not in expected["poll"] or not open_ones(expected, shown)
    )


def open_ones(expected: dict[str, dict[str, list[str]]], shown: dict[str, object]) -> bool:
    """Whether the case has something going on that the report does not show under either
    heading."""
    return bool(expected["poll"]["open"]) and not shown["open_maintenances"]
