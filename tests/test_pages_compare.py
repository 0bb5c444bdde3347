"""`/compare`: the days on which vendors were out at once, beside what chance gives."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pages_world import get
from store_support import DAY, HOUR, NOW, component, evidence, impact, save
from watched_world import ACME

from monitor.answers import ReportQuery, joint_days, record
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level
from monitor.store import PageSpec, Store

GLOBEX = VendorConfig(slug="globex", name="Globex <b>", url="https://globex.example/")
VENDORS = (ACME, GLOBEX)


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        specs = [PageSpec(slug=each.slug, name=each.name, url=each.url) for each in VENDORS]
        opened.sync_pages(specs, now=NOW)
        yield opened


def read(store, slug, *, covered_days=10, outages_days_ago=()):
    """Cover the last days of a vendor, with an hour of partial outage on some of them."""
    (page,) = store.pages([slug])
    impacts = [
        impact(NOW - ago * DAY - HOUR, NOW - ago * DAY, incident_id=f"i{ago}")
        for ago in outages_days_ago
    ]
    coverage = []
    if covered_days:
        span = Interval(NOW - covered_days * DAY, NOW)
        coverage = [Coverage(span=span, aspect=Aspect.IMPACTS)]
    said = evidence(
        NOW, components=(component(),), impacts=tuple(impacts), coverage=tuple(coverage)
    )
    save(store, page, said)


def joint(store):
    query = ReportQuery(now=NOW, window_days=30)
    pages = {page.slug: page for page in store.pages()}
    return joint_days([record(store, pages[each.slug], each, query) for each in VENDORS])


async def test_it_says_first_how_many_days_all_were_out_and_what_chance_gives(store):
    read(store, "acme", outages_days_ago=(1, 2, 3))
    read(store, "globex", outages_days_ago=(1, 3, 5))
    page = await get(store, "/compare?v=acme&v=globex&window=30", *VENDORS)

    # The tenth day back is half covered and so unknown, unless something bad is known of it.
    assert "Both had an outage on 2 of 10 days known of all." in page.text
    assert "would share 0.9 on average, and 0 to 2 in 95 of 100 cases: this is within" in page.text
    assert "3 and 3 outage days strewn independently over 10 days" in page.text
    assert "Thu 21 May 2026" in page.text
    assert "Tue 19 May 2026" in page.text
    assert "Wed 20 May 2026" not in page.text.split("Joint outage days")[1]
    assert "v/globex/day/2026-05-21" in page.links
    assert "Globex <b>" in page.text


async def test_a_day_that_is_unknown_of_one_counts_for_none(store):
    read(store, "acme", outages_days_ago=(1, 2, 8))
    read(store, "globex", covered_days=4, outages_days_ago=(1,))
    both = joint(store)

    assert both.dates == 30
    assert both.known_dates == 4
    assert both.outage_days == (2, 1)
    assert [str(day) for day in both.days] == ["2026-05-21"]
    assert all(day.level is Level.PARTIAL_OUTAGE for day in both.days[NOW.date() - DAY])


async def test_where_no_day_is_known_of_both_nothing_is_said_of_chance(store):
    read(store, "acme", outages_days_ago=(1,))
    read(store, "globex", covered_days=0)
    page = await get(store, "/compare?v=acme&v=globex", *VENDORS)

    assert "There is no day that is known of all of them." in page.text
    assert "unknown of 0" not in page.text
    assert "over 0 days" not in page.text
    assert "on average" not in page.text
    assert joint(store).chance is None
    assert joint(store).outage_days == (0, 0)


async def test_more_than_chance_and_less_are_called_so(store):
    read(store, "acme", covered_days=30, outages_days_ago=(1, 2, 3, 4))
    read(store, "globex", covered_days=30, outages_days_ago=(1, 2, 3, 4))
    page = await get(store, "/compare?v=acme&v=globex&window=30", *VENDORS)

    assert "this is more than chance" in page.text


async def test_one_vendor_or_none_is_asked_for_another(store):
    read(store, "acme")
    nobody = await get(store, "/compare", *VENDORS)
    alone = await get(store, "/compare?v=acme&v=acme", *VENDORS)

    assert "Choose two vendors or more" in nobody.text
    assert len(nobody.all("select", name="v")) == len(alone.all("select", name="v")) == 2
    assert "Choose two vendors or more" in alone.text
    assert "days in UTC" in alone.text
    assert [own["value"] for own in alone.all("option", selected=None)] == ["acme", "90"]


async def test_a_vendor_that_was_never_read_is_said_to_be_unknown(store):
    read(store, "acme")
    new = replace(GLOBEX, slug="new", name="New")
    page = await get(store, "/compare?v=acme&v=new", ACME, new)

    assert "New has never been read: nothing is known of it." in page.text


@pytest.mark.parametrize(
    ("question", "status", "sentence"),
    [
        ("v=acme&v=globx", 404, "There is no vendor “globx”."),
        ("window=91", 400, "window must be 30, 90, 365 (days)"),
        ("&".join(f"v={number}" for number in range(7)), 400, "at most 6 vendors"),
    ],
)
async def test_a_question_without_an_answer_says_why(store, question, status, sentence):
    page = await get(store, f"/compare?{question}", *VENDORS, status=status)

    assert sentence in page.text


async def test_today_differs_by_zone_and_only_common_dates_count(store):
    store.sync_pages(
        [
            PageSpec(slug="acme", name="Acme", url=ACME.url, zone="Pacific/Kiritimati"),
            PageSpec(slug="globex", name="Globex", url=GLOBEX.url, zone="Pacific/Pago_Pago"),
        ],
        now=NOW,
    )
    read(store, "acme")
    read(store, "globex")
    page = await get(
        store, "/compare?v=acme&v=globex&window=30", *VENDORS, now=NOW + timedelta(minutes=1)
    )

    assert "(Pacific/Kiritimati, Pacific/Pago_Pago)" in page.text
    assert joint(store).dates < 30
