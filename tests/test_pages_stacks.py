"""`/stacks` and `/stacks/<name>`: never well while a target is unknown."""

from dataclasses import replace

import pytest
from pages_world import Html, check, site_routes
from store_support import HOUR, NOW, component, evidence, incident, observed, save
from watched_world import ACME, ask, watched

from monitor.answers import Target
from monitor.config import VendorConfig
from monitor.model import Level
from monitor.store import PageSpec, Store

GLOBEX = VendorConfig(slug="globex", name="Globex", url="https://globex.example/")
STACKS = {
    "checkout": (Target("acme", "API"), Target("globex")),
    "mail": (Target("acme"),),
    "gone": (Target("nobody"), Target("acme")),
}


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        specs = [PageSpec(slug=each.slug, name=each.name, url=each.url) for each in (ACME, GLOBEX)]
        opened.sync_pages(specs, now=NOW)
        yield opened


def read(store, slug, level=Level.OPERATIONAL, *, incidents=()):
    (page,) = store.pages([slug])
    said = evidence(NOW, components=(component(),), incidents=incidents)
    save(store, page, said)
    save(store, page, observed(NOW, api=level))


async def get(store, path, *, stacks=STACKS, status=200):
    world = replace(watched(store, ACME, GLOBEX), stacks=lambda: stacks)
    answer = await ask(site_routes, world, path)
    assert answer.status_code == status
    check(answer)
    return Html(answer.text)


async def test_a_stack_is_as_bad_as_its_worst_target_which_is_named_first(store):
    read(store, "acme")
    told = incident("i1", title="Searches fail", started_at=NOW - HOUR)
    read(store, "globex", Level.MAJOR_OUTAGE, incidents=(told,))
    page = await get(store, "/stacks/checkout")

    assert "Major outage now, at globex; 2 of 2 targets are known." in page.text
    assert page.text.index("globex major outage API") < page.text.index("acme/API operational")
    assert "Searches fail , since 22 May 11:00 UTC" in page.text
    assert "../v/globex" in page.links
    assert "feeds/stack/checkout.atom" in " ".join(page.links)
    assert "calendar/stack/checkout.ics" in " ".join(page.links)


async def test_a_stack_with_a_target_that_was_never_read_is_unknown(store):
    read(store, "acme")
    page = await get(store, "/stacks/checkout")
    every = await get(store, "/stacks")

    assert "Unknown now: 1 of 2 targets is known; unknown: globex." in page.text
    assert "globex unknown the page was never read never" in page.text
    assert "checkout unknown globex 1 of 2" in every.text
    assert "gone unknown nobody 1 of 2" in every.text
    assert "mail operational 1 of 1" in every.text


async def test_trouble_stands_whatever_is_unknown(store):
    read(store, "acme", Level.DEGRADED)
    page = await get(store, "/stacks/gone")

    assert "Degraded now, at acme; 1 of 2 targets is known." in page.text
    assert "nobody unknown it is not watched" in page.text
    assert "nobody" not in " ".join(page.links)


async def test_stacks_are_listed_by_their_trouble(store):
    read(store, "acme", Level.MAINTENANCE)
    read(store, "globex", Level.PARTIAL_OUTAGE)
    every = await get(store, "/stacks")
    links = [link for link in every.links if link.startswith("stacks/")]

    assert links == ["stacks/checkout", "stacks/gone", "stacks/mail"]


async def test_without_stacks_it_says_how_to_name_some(store):
    page = await get(store, "/stacks", stacks={})

    assert "The settings have no stacks." in page.text


async def test_a_name_that_is_none_is_answered_with_the_nearest(store):
    page = await get(store, "/stacks/chekout", status=404)

    assert "no stack 'chekout'" in page.text
    assert "../stacks/checkout" in page.links
