"""`/search`: vendors, components, incidents and the catalogue by a word in their names."""

from datetime import timedelta

import pytest
from pages_world import get
from store_support import DAY, NOW, component, evidence, incident, save
from watched_world import ACME

from exporters.pages.search import MOST
from monitor.answers import SearchQuery, search
from monitor.config import VendorConfig, catalog
from monitor.store import PageSpec, Store

GITHUB = next(entry for entry in catalog() if entry.slug == "github")
GLOBEX = VendorConfig(slug="globex", name="Globex", url="https://globex.example/")
VENDORS = (ACME, GLOBEX)


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        watched = [ACME, GLOBEX]
        specs = [PageSpec(slug=each.slug, name=each.name, url=each.url) for each in watched]
        opened.sync_pages(specs, now=NOW)
        yield opened


def read(store, slug, *, components=(), incidents=()):
    (page,) = store.pages([slug])
    save(store, page, evidence(NOW, components=components, incidents=incidents))


async def test_it_finds_a_word_in_any_case_in_every_kind(store):
    read(
        store,
        "acme",
        components=(component(name="Globex bridge"), component("x", "Other", group="GLOBEX")),
        incidents=(incident(title="To globex slow"), incident("i2", title="Another")),
    )
    page = await get(store, "/search?q=gLoBeX", *VENDORS)

    assert "Vendors Globex" in page.text
    assert "Components Globex bridge" in page.text
    assert "GLOBEX / Other" in page.text
    assert "To globex slow , Acme , 22 May 11:00 UTC" in page.text
    assert "Another" not in page.text
    assert {"v/globex", "v/acme/globex-bridge", "v/acme/incident/i1"} <= set(page.links)


async def test_the_catalogue_is_offered_with_the_command_that_adds_it(store):
    page = await get(store, "/search?q=github", *VENDORS)
    own = VendorConfig(slug="github", name="GitHub", url=GITHUB.url)
    watched = await get(store, "/search?q=github", ACME, own)

    assert "monitor add github" in page.text
    assert "monitor add github" not in watched.text
    assert "v/github" in watched.links


async def test_old_incidents_and_former_components_and_vendors_are_left_out(store):
    old = incident(title="Word of old", started_at=NOW - 91 * DAY)
    read(store, "acme", components=(component(name="Word"),), incidents=(old,))
    read(store, "acme", components=(component("y", "New"),))
    read(store, "globex", components=(component(name="Word"),))
    query = SearchQuery(text="word", now=NOW + timedelta(seconds=1))
    found = search(store, {"acme": ACME}, query)

    assert not found.components
    assert not found.incidents
    assert not found.vendors


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; drop table page; --", "<b>", "\u202e"])
async def test_signs_are_looked_for_as_they_are(store, text):
    read(store, "acme", components=(component(name="plain"),))
    page = await get(store, f"/search?{'q=' + text.replace('%', '%25').replace(';', '%3B')}")

    assert "Components" not in page.text
    assert "has “" in page.text


async def test_a_list_is_bounded_and_says_so(store):
    many = tuple(component(f"c{number}", f"Word {number:02}") for number in range(MOST + 5))
    read(store, "acme", components=many)
    page = await get(store, "/search?q=word", *VENDORS)

    assert page.text.count("Word ") == MOST
    assert f"The first {MOST}; more words find fewer." in page.text


async def test_no_word_asks_for_one_and_the_header_of_each_page_has_the_field(store):
    page = await get(store, "/search", *VENDORS)

    assert "Nothing that is watched" not in page.text
    assert page.all("form", role="search", action="search")
