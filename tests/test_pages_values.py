"""The figures and days of the first page are those of the API, whatever a store holds."""

import pytest
from hypothesis import given
from pages_world import Html
from test_surfaces import QUICK, empty_store, world_of, worlds

from exporters.pages.cells import level_class
from exporters.wording import percent
from monitor.model import Level

LEVELS = {level.word: level for level in Level}


def printed(figures) -> str:
    """Return what a row prints for these figures of the API."""
    days = "unknown"
    if figures["outage_days"] is not None:
        days = f"{figures['outage_days']} of {figures['known_days']}"
    return f"{days} {percent(figures['outage_day_ratio'])} {percent(figures['coverage_ratio'])}"


@pytest.mark.slow
@QUICK
@given(**worlds)
def test_the_row_of_a_vendor_says_what_the_api_says(polled, told, later, exclude, coverage):
    with empty_store() as store:
        world = world_of(store, polled, told, later=later, exclude=exclude, coverage=coverage)
        figures, days = world.get("/vendors/acme?days=90", "/vendors/acme/days?days=90")
        (answer,) = world.fetch("/")
    page = Html(answer.text)
    cells = [classes.split() for classes, _ in page.cells()]

    assert f" {printed(figures)} Definitions" in page.text
    assert len(cells) == len(days["days"]) == 90
    for own, day in zip(cells, days["days"], strict=True):
        level = day["level"]
        is_absent = own[0] == "ca"
        assert own[0] == level_class(None if level is None else LEVELS[level]) or is_absent
        assert level is None or not is_absent
    if figures["disputed_days"] is not None:
        assert sum("x" in own for own in cells) == figures["disputed_days"]
