"""Publishing again: only what shows something else is written, and no page looks newer than what
was read for it."""

import json
import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from publication_world import (
    NOW,
    contents,
    published,
    read,
    scope_of,
    vendors_of,
    watch,
)
from starlette.datastructures import QueryParams
from store_support import HOUR, MINUTE, component, evidence, impact, incident, observed, poll

from exporters.pages.links import Links
from exporters.pages.routes import frame
from exporters.pages.visits import Visit
from exporters.publication.page_files import page_files
from monitor import history
from monitor.model import Level
from monitor.store import Store

pytestmark = pytest.mark.slow

VENDORS = vendors_of("acme", "globex")
PAGES_OF_ALL = ("changes", "compare", "definitions", "maintenance", "ranking")
OF_ALL = {
    "index.html",
    *(f"{name}/index.html" for name in PAGES_OF_ALL),
    "stacks/index.html",
    "stacks/checkout/index.html",
}
"""The pages that show every vendor."""


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        watch(opened, VENDORS)
        for vendor in VENDORS:
            read(opened, vendor)
            poll_again(opened, vendor, NOW)
        yield opened


def poll_again(store, vendor, now, **parts):
    """Read a vendor's page again, all of whose components are well, and derive its days."""
    page = store.pages([vendor.slug])[0]
    seen = observed(now, api=Level.OPERATIONAL, web=Level.OPERATIONAL).observed
    said = evidence(now, components=(component(), component("web")), observed=seen, **parts)
    store.save(page.id, said, now=now, max_gap_seconds=900.0)
    store.record_polls([poll(page, now, "ok")])
    page = store.pages([vendor.slug])[0]
    day = now.date() - timedelta(days=1)
    _, days = history.read(store, page, vendor, first=day, last=now.date(), now=now)
    store.save_days(page.id, days, today=now.date(), now=now, revised_since=day)


def changed(before, after):
    """Return the pages that are others."""
    return {
        path
        for path, content in after.items()
        if path.endswith(".html") and before.get(path) != content
    }


def of_today(slug, today="2026-05-04"):
    """Return the pages of a vendor that show how it is now."""
    places = ["", "api/", "api-errors/", f"90d/{today}/", f"day/{today}/"]
    return {f"v/{slug}/{place}index.html" for place in places}


def page_of(root, path):
    return BeautifulSoup((root / path).read_bytes(), "html.parser")


def header_moment(page):
    return page.select_one("header time")["datetime"]


def test_with_nothing_new_only_the_manifest_is_written(store, tmp_path):
    published(tmp_path, store, VENDORS)
    before = contents(tmp_path)
    folder = published(tmp_path, store, VENDORS, now=NOW + 10 * MINUTE)
    after = contents(tmp_path)

    assert (folder.written, folder.removed) == (0, 0)
    assert {path for path in after if after[path] != before[path]} == {"manifest.json"}
    assert json.loads(after["manifest.json"])["as_of"] == "2026-05-04T12:10:00+00:00"


def test_a_vendor_that_was_read_changes_its_pages_of_now_and_those_of_all(store, tmp_path):
    published(tmp_path, store, VENDORS)
    before = contents(tmp_path)
    now = NOW + 10 * MINUTE
    poll_again(store, VENDORS[0], now)
    published(tmp_path, store, VENDORS, now=now)

    assert changed(before, contents(tmp_path)) == OF_ALL | of_today("acme")


def test_what_was_told_of_days_that_are_over_changes_their_pages(store, tmp_path):
    published(tmp_path, store, VENDORS)
    before = contents(tmp_path)
    now = NOW + 10 * MINUTE
    late = NOW - 30 * HOUR
    told = incident("i2", title="Told late", started_at=late, resolved_at=late + HOUR)
    poll_again(
        store,
        VENDORS[0],
        now,
        incidents=(told,),
        impacts=(impact(late, late + HOUR, incident_id="i2"),),
    )
    published(tmp_path, store, VENDORS, now=now)
    pages = changed(before, contents(tmp_path))

    assert "v/acme/90d/2026-05-03/index.html" in pages
    assert "v/acme/90d/2026-05-02/index.html" not in pages
    assert header_moment(page_of(tmp_path, "v/acme/90d/2026-05-03/index.html")) == (
        "2026-05-04T12:10Z"
    )
    assert not [path for path in pages if "globex" in path]


def test_a_reading_is_told_with_its_end_and_is_unknown_after_it(store, tmp_path):
    published(tmp_path, store, VENDORS, now=NOW + 10 * MINUTE)
    box = page_of(tmp_path, "v/acme/index.html").select_one(".box")
    assert "operational when it was read last, 4 May 12:00 UTC." in box.text
    assert "After 4 May 12:10 UTC that says nothing of how it is." in box.text

    stack = page_of(tmp_path, "stacks/checkout/index.html")
    assert "Operational when read last; 1 of 1 target is known." in stack.text
    assert stack.find_all("td")[-1].text == "4 May 12:00 UTC"

    published(tmp_path, store, VENDORS, now=NOW + 3 * HOUR)
    silent = page_of(tmp_path, "v/acme/index.html")
    assert "unknown as of 4 May 12:15 UTC, read last 4 May 12:00 UTC." in (
        silent.select_one(".box").text
    )
    assert header_moment(silent) == "2026-05-04T12:15Z"
    assert header_moment(page_of(tmp_path, "index.html")) == "2026-05-04T12:15Z"


def test_a_badge_says_of_when_it_is_unless_it_is_unknown(store, tmp_path):
    published(tmp_path, store, VENDORS, now=NOW + 10 * MINUTE)

    def message(name):
        return json.loads((tmp_path / f"badge/acme{name}.json").read_text())["message"]

    assert message("") == "operational, 4 May 2026 12:00 UTC"
    assert message("/outage-days-30d") == "1 of 30 known, to 4 May 2026"
    published(tmp_path, store, VENDORS, now=NOW + HOUR)
    assert message("") == "unknown"


AS_OF = re.compile(r"(as of|As of) <time[^>]*>[^<]*</time>")


def test_a_page_of_days_that_are_over_shows_what_one_that_is_made_now_shows(store):
    now = NOW + 3 * HOUR
    begun = NOW - 40 * HOUR
    told = incident("i3", started_at=begun, resolved_at=None)
    poll_again(store, VENDORS[1], NOW + HOUR, incidents=(told,), impacts=(impact(begun),))
    scope = scope_of(store, VENDORS, now=now, months=2)
    count = 0
    for file in page_files(scope):
        if file.address.days_until is None:
            continue
        moment = scope.moments(file.address.parts["vendor"]).of_days(file.address.days_until)
        if moment == scope.present(file.address.parts["vendor"]):
            continue
        visit = Visit(
            site=scope.site,
            now=now,
            path=file.address.parts,
            question=QueryParams(),
            links=Links(file.place, published=True),
        )
        made_now = frame(visit, file.published.kind.make(visit)).decode()
        own = file.content(scope, _Everything()).decode()
        assert AS_OF.sub("", own) == AS_OF.sub("", made_now), file.path
        assert own != made_now
        count += 1

    assert count > 50


class _Everything:
    """All paths: no link is dead."""

    def __contains__(self, path):
        return True
