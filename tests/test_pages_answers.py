"""`/v/<vendor>/day/<date>/answers/<sha256>`: what a vendor sent, as a file and never as our page."""

from datetime import date

import pytest
from pages_world import fetch, get
from store_support import NOW, add_page
from watched_world import ACME

from exporters.pages.links import Links
from monitor.store import Body, BodyRef, Pin, Store

DAY = date(2026, 5, 20)
SENT = b"<script>alert(1)</script>"


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        add_page(opened)
        yield opened


def keep(store):
    """Keep an answer behind the day, and return its digest."""
    (digest,) = store.keep_snapshots([Body(SENT, "text/html")], now=NOW)
    ref = BodyRef("javascript:alert(1)", 200, digest, NOW)
    store.pin(store.pages()[0].id, [Pin(DAY, "bad", ref)], now=NOW)
    return digest


async def test_a_kept_answer_is_a_file_that_no_browser_runs(store):
    digest = keep(store)
    answer = await fetch(store, f"/v/acme/day/{DAY}/answers/{digest}", ACME)

    assert answer.content == SENT
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


async def test_the_day_leads_to_its_answers(store):
    digest = keep(store)
    page = await get(store, f"/v/acme/day/{DAY}", ACME)

    assert f"../../../v/acme/day/{DAY}/answers/{digest}" in page.links
    assert not [link for link in page.links if "javascript" in link]
    assert "25 bytes" in page.text
    assert Links(published=True).kept_answer("acme", DAY, digest) is None


@pytest.mark.parametrize(
    "place",
    ["acme/day/2026-05-20/answers/0", "acme/day/2026-05-21/answers/{}", "acme/day/x/answers/{}"],
)
async def test_what_is_not_kept_of_the_day_is_not_there(store, place):
    digest = keep(store)
    answer = await fetch(store, f"/v/{place.format(digest)}", ACME)

    assert answer.status_code == 404


async def test_a_vendor_that_is_not_watched_has_none(store):
    digest = keep(store)
    answer = await fetch(store, f"/v/globex/day/{DAY}/answers/{digest}", ACME)

    assert answer.status_code == 404
