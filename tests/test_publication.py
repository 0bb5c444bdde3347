"""What is published: the pages that are served, feeds, badges and tables, as files."""

import hashlib
import json
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from pages_world import get
from publication_world import (
    HOSTILE,
    NOW,
    PROSE,
    check_links,
    contents,
    published,
    read,
    scope_of,
    vendors_of,
    watch,
)

from exporters.pages.routes import PAGES
from exporters.publication import Folder, publish
from exporters.publication.page_list import PUBLISHED
from monitor.store import Store

pytestmark = pytest.mark.slow

VENDORS = vendors_of("acme", "globex")


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        watch(opened, VENDORS)
        read(opened, VENDORS[0])
        yield opened


def test_the_same_database_and_moment_give_the_same_bytes(store, tmp_path):
    published(tmp_path / "a", store, VENDORS)
    published(tmp_path / "b", store, VENDORS)
    again = published(tmp_path / "b", store, VENDORS)

    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert (again.written, again.removed) == (0, 0)


def test_the_manifest_has_the_sha256_of_every_file_and_what_was_published(store, tmp_path):
    published(tmp_path, store, VENDORS)
    files = contents(tmp_path)
    manifest = json.loads(files.pop("manifest.json"))

    assert {path: own["sha256"] for path, own in manifest["files"].items()} == {
        path: hashlib.sha256(content).hexdigest() for path, content in files.items()
    }
    assert manifest["as_of"] == NOW.isoformat()
    assert manifest["vendors"] == ["acme", "globex"]
    assert manifest["closed"] == []


def test_every_link_leads_to_a_file_of_the_folder(store, tmp_path):
    read(store, VENDORS[1], title=HOSTILE)
    published(tmp_path, store, VENDORS)

    assert check_links(tmp_path) > 300


def test_every_figure_has_its_lasting_page(store, tmp_path):
    published(tmp_path, store, VENDORS)
    figures = sorted(each.name for each in (tmp_path / "v/acme/90d").iterdir())
    page = BeautifulSoup((tmp_path / "v/acme/index.html").read_bytes(), "html.parser")
    permalink = page.find("a", string="Permalink of this figure")

    assert figures == ["2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04"]
    assert permalink["href"] == "../../v/acme/90d/2026-05-04/"


def test_a_component_has_a_lasting_page_for_the_end_of_each_month(store, tmp_path):
    published(tmp_path, store, VENDORS, months=3)
    figures = sorted(each.name for each in (tmp_path / "v/acme/api/90d").iterdir())
    page = BeautifulSoup((tmp_path / "v/acme/api/index.html").read_bytes(), "html.parser")
    permalink = page.find("a", string="Permalink of the figure of 30 Apr 2026")
    figure = BeautifulSoup(
        (tmp_path / "v/acme/api/90d/2026-04-30/index.html").read_bytes(), "html.parser"
    )

    assert figures == ["2026-03-31", "2026-04-30"]
    assert permalink["href"] == "../../../v/acme/api/90d/2026-04-30/"
    assert figure.find("a", string="Permalink of this figure")["href"].endswith("/2026-04-30/")
    assert "31 January to 30 April 2026" in figure.find("p", class_="lead").text
    assert check_links(tmp_path) > 300


async def test_a_published_page_says_what_is_served(store, tmp_path):
    published(tmp_path, store, VENDORS)
    served = await get(store, "/v/acme", *VENDORS, now=NOW)
    page = BeautifulSoup((tmp_path / "v/acme/index.html").read_bytes(), "html.parser")

    assert page.find("h1").text == "Acme"
    for cell in served.all("i"):
        assert page.find("i", title=cell["title"])


def test_a_moment_before_anything_was_read_has_no_level_and_no_page_of_an_incident(store, tmp_path):
    published(tmp_path, store, VENDORS, now=NOW - timedelta(days=9))
    badge = json.loads((tmp_path / "badge/acme.json").read_text())

    assert badge["message"] == "unknown"
    assert not (tmp_path / "v/acme/incident").exists()
    assert check_links(tmp_path) > 50


def test_every_page_that_is_served_is_published_but_the_search():
    missing = {each.path for each in PAGES} - {each.kind.path for each in PUBLISHED}

    assert missing == {"/search", "/v/{vendor}/{component}/day/{date}"}


def test_a_vendor_that_is_left_out_leaves_nothing_behind(store, tmp_path):
    published(tmp_path, store, VENDORS)
    (tmp_path / "CNAME").write_text("status.example.com")
    folder = published(tmp_path, store, VENDORS[:1])

    assert folder.removed > 10
    assert not [path for path in contents(tmp_path) if "globex" in path]
    assert (tmp_path / "CNAME").is_file()
    check_links(tmp_path)


def test_what_vendors_wrote_is_published_only_when_that_is_asked_for(store, tmp_path):
    published(tmp_path, store, VENDORS, has_texts=True, months=2)
    with_texts = [path for path, content in contents(tmp_path).items() if PROSE.encode() in content]
    published(tmp_path, store, VENDORS, months=2)
    without = [path for path, content in contents(tmp_path).items() if PROSE.encode() in content]

    assert "data/acme/2026-04/incident_updates.csv" in with_texts
    assert without == []
    assert not list(tmp_path.rglob("incident_updates.*"))
    assert b"API errors" in (tmp_path / "data/acme/2026-04/incidents.csv").read_bytes()


@pytest.mark.parametrize(
    ("base", "own"),
    [
        (None, "all.atom"),
        ("https://example.com/status/", "https://example.com/status/feeds/all.atom"),
    ],
)
def test_feeds_and_pictures_have_the_address_that_is_told(store, tmp_path, base, own):
    published(tmp_path, store, VENDORS, base_url=base)
    feed = ET.parse(tmp_path / "feeds/all.atom")
    page = BeautifulSoup((tmp_path / "v/acme/index.html").read_bytes(), "html.parser")
    picture = page.find("meta", property="og:image")

    assert feed.find("{*}link[@rel='self']").get("href") == own
    assert (tmp_path / "v/acme/bars.png").read_bytes().startswith(b"\x89PNG")
    assert (picture and picture["content"]) == (base and f"{base}v/acme/bars.png")


def test_badges_are_those_that_pages_link(store, tmp_path):
    published(tmp_path, store, VENDORS)

    assert b"outage days" in (tmp_path / "badge/acme/outage-days-90d.svg").read_bytes()
    assert json.loads((tmp_path / "badge/globex.json").read_text())["message"] == "unknown"


def test_no_link_is_dead_in_a_site_of_fifty_vendors(tmp_path):
    vendors = vendors_of(*(f"vendor-{number}" for number in range(50)))
    with Store.open("sqlite://") as store:
        watch(store, vendors)
        for vendor in vendors[:-1]:
            read(store, vendor)
        published(tmp_path, store, vendors)

    assert check_links(tmp_path) > 10_000


def test_what_is_stored_while_it_publishes_is_not_in_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'status.db'}"
    with Store.open(url) as reader, Store.open(url) as writer:
        watch(writer, VENDORS)
        read(writer, VENDORS[0])
        published(tmp_path / "before", reader, VENDORS)
        folder = Folder.open(tmp_path / "meanwhile")
        with reader.at_one_moment():
            steps = list(publish(scope_of(reader, VENDORS), folder))
            for number, step in enumerate(steps):
                if number == len(steps) // 2:
                    read(writer, VENDORS[0], hours=5, title="More errors")
                step()
        published(tmp_path / "after", reader, VENDORS)

    assert contents(tmp_path / "meanwhile") == contents(tmp_path / "before")
    assert contents(tmp_path / "after") != contents(tmp_path / "before")
