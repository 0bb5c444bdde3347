"""Feeds as they are served: valid, small to ask for again, and inert whatever vendors write."""

import json
import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_support import (
    DAY,
    HOUR,
    NOW,
    add_page,
    component,
    evidence,
    full_evidence,
    impact,
    incident,
    observed,
    save,
)
from watched_world import ACME, ask, watched

from exporters.feeds import feed_routes
from exporters.feeds.atom import atom
from exporters.feeds.entries import Entry
from exporters.feeds.feed import MOST_ENTRIES, Feed, newest
from exporters.feeds.json_feed import json_feed
from exporters.feeds.texts import html, paragraphs, title
from monitor.config import VendorConfig
from monitor.model import IncidentUpdate, Level
from monitor.store import PageSpec, Store

ATOM = "{http://www.w3.org/2005/Atom}"
BRICK = VendorConfig(slug="brick", name="Brick", url="https://brick.example/", interval_seconds=60)
PATHS = ("all", "tier/critical", "vendor/acme", "vendor/acme/api")


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


@pytest.fixture
def full(store):
    page = add_page(store)
    save(store, page, evidence(NOW - 2 * DAY, components=(component(), component("web", "Web"))))
    save(store, page, full_evidence())
    return store


async def feed(store, path, *, vendors=(ACME,), now=NOW, **asked):
    return await ask(feed_routes, watched(store, *vendors, now=now), f"/feeds/{path}", **asked)


def check_atom(document: bytes) -> ET.Element:
    """Check what RFC 4287 says a feed and its entries must have."""
    root = ET.fromstring(document)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", element.findtext(f"{ATOM}id") or "")
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    (itself,) = [link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert (itself.get("href") or "").startswith("http://monitor.example/feeds/")
    for date in (*root.iter(f"{ATOM}updated"), *root.iter(f"{ATOM}published")):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date.text or "")
    for entry in root.iter(f"{ATOM}entry"):
        rels = [link.get("rel") for link in entry.findall(f"{ATOM}link")]
        assert rels == ["alternate"]
        assert entry.find(f"{ATOM}content").get("type") == "html"
        assert all(each.get("term") for each in entry.iter(f"{ATOM}category"))
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return root


@pytest.mark.parametrize("path", PATHS)
async def test_a_feed_is_valid_atom_that_a_reader_reads(full, path):
    answer = await feed(full, f"{path}.atom")

    check_atom(answer.content)
    read = feedparser.parse(answer.content)
    assert (read.bozo, read.version) == (False, "atom10")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert len(read.entries) >= 3
    assert read.entries[0].updated_parsed >= read.entries[-1].updated_parsed


@pytest.mark.parametrize("path", PATHS)
async def test_the_json_feed_says_what_the_atom_feed_says(full, path):
    answer = await feed(full, f"{path}.json")
    told, read = answer.json(), feedparser.parse((await feed(full, f"{path}.atom")).content)

    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["feed_url"] == f"http://monitor.example/feeds/{path}.json"
    assert [item["id"] for item in told["items"]] == [entry.id for entry in read.entries]
    for item, entry in zip(told["items"], read.entries, strict=True):
        assert (item["title"], item["url"]) == (entry.title, entry.link)
        assert item["content_html"] == entry.content[0].value
        at = datetime.fromisoformat(item["date_modified"])
        assert at.replace(microsecond=0) == datetime(*entry.updated_parsed[:6], tzinfo=UTC)


async def test_a_minimum_level_leaves_out_what_is_known_to_be_milder(full):
    whole = (await feed(full, "vendor/acme.json")).json()["items"]
    bad = (await feed(full, "vendor/acme.json?level=major_outage")).json()["items"]

    assert {item["_vendorstatus"]["level"] for item in bad} == {"major_outage"}
    assert 0 < len(bad) < len(whole)
    assert (await feed(full, "vendor/acme.json?level=operational")).json()["items"] == whole


async def test_a_kind_chooses_entries(full):
    answer = await feed(full, "vendor/acme.json?kind=level,edit")

    assert {item["_vendorstatus"]["kind"] for item in answer.json()["items"]} == {"level"}


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("vendor/acne.atom", 404, "acne"),
        ("vendor/acme/apy.json", 404, "api"),
        ("tier/gold.atom", 404, "critical"),
        ("all.atom?level=unknown", 400, "partial_outage"),
        ("all.json?kind=incidents", 400, "incident"),
        ("all.rss", 404, "Not Found"),
    ],
)
async def test_what_is_not_there_is_answered_with_what_is(full, path, status, word):
    answer = await feed(full, path)

    assert (answer.status_code, word in answer.text) == (status, True)


async def test_a_tier_holds_its_vendors_and_all_holds_every_one(store):
    specs = [PageSpec(slug=v.slug, name=v.name, url=v.url) for v in (ACME, BRICK)]
    store.sync_pages(specs, now=NOW)
    for page in store.pages():
        save(store, page, evidence(components=(component(),), incidents=(incident(),)))

    async def vendors(path):
        answer = await feed(store, path, vendors=(ACME, BRICK))
        assert answer.headers["cache-control"] == f"max-age={300 if 'critical' in path else 60}"
        return {item["_vendorstatus"]["vendor"] for item in answer.json()["items"]}

    assert await vendors("all.json") == {"acme", "brick"}
    assert await vendors("tier/critical.json") == {"acme"}
    assert await vendors("tier/standard.json") == {"brick"}


async def test_a_feed_is_answered_once_and_again_when_there_is_news(full):
    world = watched(full)
    first = await ask(feed_routes, world, "/feeds/all.atom")
    known = {"if-none-match": first.headers["etag"]}
    assert (await ask(feed_routes, world, "/feeds/all.atom", headers=known)).status_code == 304
    head = await ask(feed_routes, world, "/feeds/all.atom", method="HEAD", headers=known)
    assert head.status_code == 304
    zipped = await ask(feed_routes, world, "/feeds/all.atom", headers={"accept-encoding": "gzip"})
    assert (zipped.headers["content-encoding"], zipped.content) == ("gzip", first.content)

    save(full, full.pages()[0], evidence(NOW, incidents=(incident("i9", title="New"),)))

    again = await ask(feed_routes, world, "/feeds/all.atom", headers=known)
    assert again.status_code == 200
    assert "Acme: New" in again.text


async def test_what_was_stored_since_is_in_the_next_answer_of_the_same_application(full):
    routes = feed_routes(watched(full))

    async def titles():
        answer = await ask(lambda _: routes, watched(full), "/feeds/vendor/acme.json")
        return [item["title"] for item in answer.json()["items"]]

    assert "Acme: New" not in await titles()
    save(full, full.pages()[0], evidence(NOW, incidents=(incident("i9", title="New"),)))
    assert "Acme: New" in await titles()


async def test_a_vendor_that_is_not_read_any_more_is_told_as_unknown_and_never_as_well(store):
    page = add_page(store)
    save(store, page, evidence(components=(component(),)))
    save(store, page, observed(NOW, api=Level.OPERATIONAL))

    answer = await feed(store, "all.json?level=major_outage", now=NOW + HOUR)

    (item,) = answer.json()["items"]
    assert (item["title"], item["_vendorstatus"]["level"]) == ("Acme: unknown", None)
    assert "operational" not in answer.text


async def test_a_feed_without_entries_is_valid(store):
    check_atom((await feed(store, "all.atom")).content)


def entry(**changes) -> Entry:
    values = {
        "id": "urn:uuid:00000000-0000-0000-0000-000000000000", "kind": "incident", "vendor": "acme",
        "title": "t", "lines": ("a",), "level": Level.DEGRADED, "url": "https://acme.example/",
        "published_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return Entry(**(values | changes))


def feed_of(*entries: Entry) -> Feed:
    url = "http://monitor.example/feeds/all.atom"
    return Feed(id=entry().id, title="All", url=url, home=None, entries=entries)


def test_a_feed_holds_the_newest_entries_and_no_more():
    entries = [entry(id=str(n), updated_at=NOW + n * HOUR) for n in range(MOST_ENTRIES + 5)]

    chosen = newest(entries, level=None, kinds=["incident"])

    assert len(chosen) == MOST_ENTRIES
    assert chosen[0].id == str(MOST_ENTRIES + 4)


hostile = (
    st.text(st.characters(categories=None), max_size=200)
    | st.sampled_from(
        [
            "<script>alert(1)</script>",
            "]]><x/>",
            "&lt;b&gt;",
            "\u202eevil\u2066",
            "a\x00\x1b[2J\uffff",
        ]
    )
    | st.just("<b>\n" * 10_000)
)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@given(hostile, hostile)
def test_whatever_a_vendor_writes_a_feed_is_valid_and_shows_just_that(name, text):
    lines = paragraphs(text, name)
    one = feed_of(entry(title=title(name), lines=lines))

    root = check_atom(atom(one))
    item = json.loads(json_feed(one))["items"][0]

    content = root.findtext(f"{ATOM}entry/{ATOM}content") or ""
    assert content == item["content_html"] == html(lines)
    assert set(re.findall("<[^>]*>", content)) <= {"<p>", "</p>"}
    for shown in (root.findtext(f"{ATOM}entry/{ATOM}title") or "", content, *lines):
        assert not UNSEEN.search(shown)
    assert len(title(name)) <= 200
    assert sum(map(len, lines)) <= 201 * 2_000


async def test_hostile_texts_reach_a_feed_from_the_store_as_texts(store):
    page = add_page(store)
    evil = "</title><script>alert('x')</script>\u202e\x00\n]]>"
    said = IncidentUpdate(incident_id="i1", key="u", at=NOW, status=evil, text=evil)
    told = evidence(
        components=(component(name=evil),),
        incidents=(incident(title=evil, url="javascript:alert(1)"),),
        updates=(said,),
        impacts=(impact(NOW - HOUR),),
    )
    save(store, page, told)

    answer = await feed(store, "all.atom")

    read = feedparser.parse(answer.content)
    assert not read.bozo
    check_atom(answer.content)
    assert "<script" not in answer.text
    assert "javascript:" not in answer.text
    assert not UNSEEN.search(answer.text)
