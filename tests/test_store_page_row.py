"""What a page says of itself, and the zone its days are cut in, without a database."""

from types import SimpleNamespace

import pytest

from monitor.model import PageInfo
from monitor.store.changes.page_row import compare_page, next_zone_name
from tests.change_support import told


def page_row(**changes):
    values = {"external_id": "k1", "page_name": "Acme", "page_zone": "UTC", "remark": None}
    return SimpleNamespace(platform="statuspage", **(values | changes))


def test_a_page_changes_in_what_it_says_of_itself_and_not_in_what_it_leaves_out():
    info = PageInfo(external_id="k2", name="Acme Inc.", zone="Asia/Tokyo")
    same = PageInfo(external_id="k1", name="Acme", zone="UTC")

    assert compare_page(page_row(), told(page=info)) == {
        "external_id": "k2",
        "id_platform": "statuspage",
        "page_name": "Acme Inc.",
        "page_zone": "Asia/Tokyo",
    }
    for nothing in (told(), told(page=same), told(page=PageInfo())):
        assert compare_page(page_row(), nothing) == {}


@pytest.mark.parametrize(
    ("before", "after", "is_observed", "change"),
    [
        (None, "odd", False, {"remark": "odd"}),
        ("odd", "odder", True, {"remark": "odder"}),
        ("odd", "odd", True, {}),
        ("odd", None, True, {"remark": None}),
        ("odd", None, False, {}),
        (None, None, True, {}),
    ],
)
def test_only_an_answer_with_the_present_state_takes_a_remark_back(
    before, after, is_observed, change
):
    evidence = told(page=PageInfo(remark=after), observed=() if is_observed else None)

    assert compare_page(page_row(remark=before), evidence) == change


@pytest.mark.parametrize(
    ("setting", "of_page", "zone"),
    [
        ("Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo"),
        (None, "Europe/Berlin", "Europe/Berlin"),
        (None, None, "UTC"),
    ],
)
def test_days_are_cut_in_the_configured_zone_else_the_pages_else_as_before(setting, of_page, zone):
    page = SimpleNamespace(configured_zone=setting, zone_name="UTC")

    assert next_zone_name(page, PageInfo(zone=of_page)) == zone


def test_a_zone_that_is_none_does_not_get_into_the_database():
    with pytest.raises(ValueError, match="no time zone is called 'Mars/Olympus'"):
        next_zone_name(
            SimpleNamespace(configured_zone=None, zone_name="UTC"), PageInfo(zone="Mars/Olympus")
        )
