"""`/maintenance`: announced and running work, and what its page has not closed."""

import pytest
from pages_world import get
from store_support import DAY, HOUR, NOW, component, evidence, incident, observed, save
from watched_world import ACME

from monitor.answers import maintenances
from monitor.config import VendorConfig
from monitor.model import Level, Phase
from monitor.store import PageSpec, Store

GLOBEX = VendorConfig(slug="globex", name="Globex", url="https://globex.example/")
VENDORS = (ACME, GLOBEX)


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        specs = [PageSpec(slug=each.slug, name=each.name, url=each.url) for each in VENDORS]
        opened.sync_pages(specs, now=NOW)
        yield opened


def work(key, start, end=None, phase=Phase.SCHEDULED, **changes):
    values = {"title": f"Work {key}", "maintenance": True, "status": phase.value}
    return incident(key, phase=phase, started_at=start, resolved_at=end, **values | changes)


def read(store, slug, *works, read_at=NOW):
    (page,) = store.pages([slug])
    save(store, page, evidence(read_at, components=(component(),), incidents=works))
    save(store, page, observed(read_at, api=Level.OPERATIONAL))


async def lists(store, **asked):
    """Return the titles of the work under each heading."""
    page = await get(store, "/maintenance", *VENDORS, **asked)
    found, heading = {}, None
    for words in map(str.strip, page.words):
        if words in ("Going on", "Announced", "Past its time, and not closed by the vendor"):
            heading = words.split(",")[0]
        elif words.startswith("Work ") and heading:
            found.setdefault(heading, []).append(words)
    return found


async def test_work_is_listed_by_what_it_is_now_and_by_its_start(store):
    read(
        store,
        "acme",
        work("late", NOW + 2 * DAY, NOW + 3 * DAY),
        work("soon", NOW + HOUR),
        work("now", NOW - HOUR, NOW + HOUR, Phase.OPEN),
        work("over", NOW - 3 * HOUR, NOW - HOUR, Phase.OPEN),
        work("forgotten", NOW - HOUR),
        work("done", NOW - DAY, NOW - HOUR, Phase.CLOSED),
        work("withdrawn", NOW + HOUR, None, Phase.WITHDRAWN),
        incident("i1", title="Work of an incident"),
    )
    read(store, "globex", work("theirs", NOW + DAY))

    assert await lists(store) == {
        "Going on": ["Work now"],
        "Announced": ["Work soon", "Work theirs", "Work late"],
        "Past its time": ["Work over", "Work forgotten"],
    }


async def test_the_sentence_counts_and_each_work_has_its_times_components_and_calendar(store):
    read(store, "acme", work("soon", NOW + HOUR, NOW + 3 * HOUR))
    page = await get(store, "/maintenance", *VENDORS)

    assert "1 maintenance announced, at 1 vendor." in page.text
    assert "22 May 13:00 UTC 22 May 15:00 UTC Acme Work soon API" in page.text
    assert "calendar/vendor/acme.ics" in page.links
    assert "v/acme" in page.links


async def test_where_there_is_none_only_what_was_read_is_claimed(store):
    page = await get(store, "/maintenance", *VENDORS)

    assert "No work is announced, as far as the pages that we read say." in page.text


async def test_work_of_a_page_that_is_not_read_any_more_is_said_to_be_old(store):
    read(store, "acme", work("soon", NOW + 3 * DAY))
    later = await get(store, "/maintenance", *VENDORS, now=NOW + 2 * DAY)

    assert "as last read, 2 days ago: it may be otherwise now" in later.text
    assert "as last read" not in (await get(store, "/maintenance", *VENDORS)).text


async def test_hostile_titles_are_text(store):
    title = "Work <script>alert(1)</script>\u202e" + "x" * 10_000
    read(store, "acme", work("bad", NOW + HOUR, title=title))
    page = await get(store, "/maintenance", *VENDORS)

    assert "<script>alert(1)" in page.text
    assert "\u202e" not in page.text
    assert max(map(len, page.words)) < 1_000


def test_it_reads_pages_and_work_once_and_components_of_those_that_have_some(store, monkeypatch):
    read(store, "acme", work("a", NOW + HOUR), work("b", NOW + HOUR))
    read(store, "globex")
    asked = []
    known = store.known_components
    monkeypatch.setattr(store, "known_components", lambda page: asked.append(page) or known(page))
    found = list(maintenances(store, {each.slug: each for each in VENDORS}, NOW))

    assert [each.incident.id for each in found] == ["a", "b"]
    assert len(asked) == 1
    assert list(maintenances(store, {"globex": GLOBEX}, NOW)) == []
    assert found[0].components[0].component.name == "API"
