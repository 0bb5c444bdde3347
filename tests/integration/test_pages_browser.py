"""The pages in a real browser: every kind of them, narrow and wide, light and dark, of few vendors,
of 300 and of hostile ones; by keyboard, without scripts, and on paper."""

import os
import subprocess
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from asking import at_leisure
from once import made_once
from page_browser import PATHS, chromium, install_judges, markup_errors, served, tab
from page_worlds import HOSTILE, MANY, NOW, demo_world, hostile_world, many_world
from PIL import Image
from servers import program

from monitor.demo import demo_truths
from monitor.store import Store

pytestmark = pytest.mark.integration

WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that can tell the dark page from the light one: they differ in colours only."""
OF_MANY = tuple(path for path in PATHS if "{vendor}" not in path)
"""The pages that grow with the number of vendors."""
OTHERS = {
    "/v/nobody": 404,
    "/v/vendor-000": 200,
    "/v/vendor-001/90d/never": 400,
    "/stacks/nobody": 404,
    "/?q=nobody": 200,
    "/search?q=nobody": 200,
    "/v/vendor-005": 200,
    "/v/vendor-005/day/2026-11-22": 200,
    "/v/vendor-005/incident/i0": 200,
}
"""Addresses where little is to be shown, the first vendor being one that was never read; and those
of a vendor that edited an incident after the fact.
"""
UNKNOWN_TO_IT = "“vector-effect”"
"""A property of SVG 2 that the validator has not heard of."""
ROWS_LOOKED_AT = 12
"""So many rows of cells are judged in every width; the others are like them."""
REMOVE = "most => [...document.querySelectorAll('.rows tbody tr')].slice(most).map(e => e.remove())"


@pytest.fixture(scope="module")
def sites(request, tmp_path_factory):
    """The pages of each world, served; made before there is a browser, which lets no loop run."""
    at_leisure(request.config)
    folder = tmp_path_factory.mktemp("pages")
    with ExitStack() as stack:
        made = {}
        for make in (demo_world, many_world, hostile_world):
            store = stack.enter_context(Store.open(f"sqlite:///{folder / make.__name__}.db"))
            made[make.__name__] = stack.enter_context(served(make(store)))
        yield made


@pytest.fixture(scope="module")
def demo(sites):
    return sites["demo_world"]


@pytest.fixture(scope="module")
def many(sites):
    return sites["many_world"]


@pytest.fixture(scope="module")
def hostile(sites):
    return sites["hostile_world"]


@pytest.fixture(scope="module")
def browser(sites):
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def judges(sites, tmp_path_factory):
    """The folder of the npm packages."""
    return made_once(tmp_path_factory, "judges-of-pages", install_judges) / "node_modules"


@pytest.fixture(scope="module")
def axe(judges) -> str:
    return (judges / "axe-core" / "axe.min.js").read_text()


# ---------------------------------------------------------------------------------------------------
# every page


def widths(looking):
    for width in WIDTHS:
        looking.page.set_viewport_size({"width": width, "height": 800})
        assert looking.overhang <= 0, f"{width} px: wider by {looking.overhang}"
        yield width


def judge(looking, axe):
    """Judge a page in every width and scheme."""
    for width in widths(looking):
        for scheme in SCHEMES:
            looking.page.emulate_media(color_scheme=scheme)
            rules = () if scheme == "light" else COLOURS
            assert looking.violations(axe, rules) == [], (width, scheme)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_six_vendors_is_accessible_and_fits_and_asks_nobody_else(
    browser, demo, axe, path
):
    with tab(browser, demo) as looking:
        looking.open(demo.address(path))
        judge(looking, axe)

    assert looking.faults == []


@pytest.mark.parametrize("path", OF_MANY)
def test_a_page_of_300_vendors_is_accessible_and_fits_and_asks_nobody_else(
    browser, many, axe, path
):
    with tab(browser, many) as looking:
        looking.open(many.address(path))
        assert list(widths(looking)) == [*WIDTHS]
        looking.page.evaluate(REMOVE, ROWS_LOOKED_AT)
        judge(looking, axe)

    assert looking.faults == []


@pytest.mark.parametrize(("address", "status"), OTHERS.items())
def test_a_page_of_nothing_or_of_edits_is_accessible_and_fits(browser, many, axe, address, status):
    with tab(browser, many) as looking:
        looking.open(f"{many.base}{address}", status)
        judge(looking, axe)


def test_what_was_edited_is_marked(browser, many):
    with tab(browser, many) as looking:
        looking.open(f"{many.base}/v/vendor-005")
        assert looking.page.locator(".strip.big > .r").count() == 1
        looking.open(f"{many.base}/v/vendor-005/incident/i0")
        versions = looking.page.locator("main").inner_text()
        looking.open(f"{many.base}/changes")
        changes = looking.page.locator("main").inner_text()

    assert "All requests failed in Europe" in versions
    assert "Requests fail (i0)" in versions
    assert "Vendor 005" in changes


def test_all_300_vendors_are_on_two_pages(browser, many):
    with tab(browser, many) as looking:
        looking.open(f"{many.base}/")
        first = looking.page.locator(".rows tbody tr").count()
        looking.page.get_by_role("link", name="Vendors after").click()
        looking.page.wait_for_load_state()
        second = looking.page.locator(".rows tbody tr").count()

    assert (first, second) == (200, MANY - 200)


@pytest.mark.parametrize("path", PATHS)
def test_hostile_texts_do_nothing_and_the_layout_holds(browser, hostile, path):
    with tab(browser, hostile) as looking:
        looking.open(hostile.address(path))
        assert list(widths(looking)) == [*WIDTHS]
        title = looking.page.title()
        links = looking.page.evaluate("[...document.links].map(each => each.protocol)")
        made = looking.page.locator("script, img, iframe, b > svg, [onload], [onerror]").count()

    assert title.endswith(" · vendorstatus")
    assert set(links) == {"http:"} | (set(links) & {"https:"})
    assert made == 0
    assert looking.faults == []


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_name_is_a_name(browser, hostile, number):
    with tab(browser, hostile) as looking:
        looking.open(f"{hostile.base}/v/hostile-{number}")
        assert list(widths(looking)) == [*WIDTHS]
        heading = looking.page.locator("h1").text_content()

    assert heading.startswith(HOSTILE[number][:3].replace("\u202e", r"\u202e"))
    assert looking.faults == []


def addresses(sites):
    """Yield the address of each page of each world."""
    yield from map(sites["demo_world"].address, PATHS)
    yield from map(sites["hostile_world"].address, PATHS)
    many = sites["many_world"]
    yield from map(many.address, OF_MANY)
    yield from (f"{many.base}{address}" for address in OTHERS)


def test_no_page_has_an_error_in_its_markup(sites, judges, tmp_path):
    with httpx.Client(trust_env=False) as client:
        for number, address in enumerate(addresses(sites)):
            (tmp_path / f"{number}.html").write_bytes(client.get(address).content)
        style = client.get(f"{sites['demo_world'].base}/style.css")
    (tmp_path / "style.css").write_bytes(style.content)
    errors = markup_errors(tmp_path, judges / "vnu-jar" / "build" / "dist" / "vnu.jar")

    assert [error for error in errors if UNKNOWN_TO_IT not in error] == []


# ---------------------------------------------------------------------------------------------------
# what is true


def outage_days(truth) -> int:
    """Count the page's own days, of 90 until now, on which something of it was out."""
    last = NOW.astimezone(truth.tz).date()
    days = (last - timedelta(days=ago) for ago in range(90))
    return sum(is_out(truth, day) for day in days)


def is_out(truth, day) -> bool:
    seconds = (truth.seconds(part.id, day, now=NOW) for part in truth.components)
    return any(each.partial or each.major for each in seconds)


def test_the_first_page_shows_the_demo_s_truth(browser, demo):
    with tab(browser, demo) as looking:
        looking.open(f"{demo.base}/")
        rows = looking.page.locator(".rows tbody tr").all_inner_texts()

    for truth in demo_truths(NOW):
        (row,) = [row for row in rows if row.startswith(truth.name)]
        level = max(truth.levels_at(NOW))
        assert f"{outage_days(truth)} of 90" in row
        assert level.title in row


# ---------------------------------------------------------------------------------------------------
# without a pointer, a script, a screen


FOCUSED = "() => document.activeElement.getAttribute('href')"


def test_the_keyboard_reaches_every_day_of_a_vendor_in_order_and_can_pass_them_by(browser, demo):
    with tab(browser, demo) as looking:
        page = looking.page
        looking.open(demo.address("/v/{vendor}"))
        days = page.locator(".cal a").evaluate_all("all => all.map(e => e.getAttribute('href'))")
        page.locator(".cal a").first.focus()
        reached = []
        for _ in days:
            reached.append(page.evaluate(FOCUSED))
            page.keyboard.press("Tab")
        assert reached == days
        assert len(set(days)) == 90

        page.keyboard.press("Shift+Tab")
        style = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid"
        page.keyboard.press("Enter")
        page.wait_for_url("**/v/northwind-cloud/day/2026-11-29")

        looking.open(demo.address("/v/{vendor}"))
        page.get_by_role("link", name="Skip the days").press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.closest('.cal')") is None


def test_the_first_key_leads_past_the_header_and_every_vendor_is_reached(browser, demo):
    with tab(browser, demo) as looking:
        page = looking.page
        looking.open(f"{demo.base}/")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == "#main"
        page.keyboard.press("Enter")
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(page.evaluate(FOCUSED))

    assert {f"v/{slug}" for slug in demo.world.vendors} <= reached


def test_a_table_stays_a_table_for_screen_readers_when_it_is_shown_as_a_grid(browser, demo):
    with tab(browser, demo) as looking:
        looking.open(f"{demo.base}/")
        counts = [looking.roles() for _ in widths(looking)]

    rows = len(demo.world.vendors)
    for roles in counts:
        assert roles["table"] == 2
        assert roles["rowheader"] >= rows
        assert roles["cell"] >= 4 * rows


@pytest.mark.parametrize("path", PATHS)
def test_a_page_shows_the_same_without_scripts(browser, demo, path):
    texts = []
    for scripts in (True, False):
        with tab(browser, demo, java_script_enabled=scripts) as looking:
            looking.open(demo.address(path))
            texts.append(looking.page.locator("body").inner_text())

    assert texts[0] == texts[1]
    assert len(texts[0]) > 100


def test_a_form_filters_without_scripts(browser, demo):
    with tab(browser, demo, java_script_enabled=False) as looking:
        looking.open(f"{demo.base}/")
        looking.page.get_by_label("Name", exact=True).fill("north")
        looking.page.get_by_role("button", name="Show").click()
        names = looking.page.locator(".rows tbody th a").all_inner_texts()

    assert names == ["Northwind Cloud"]


def test_a_printed_vendor_has_the_sentence_definitions_and_evidence(browser, demo, tmp_path):
    pdftotext, paper = program("pdftotext"), tmp_path / "vendor.pdf"
    with tab(browser, demo) as looking:
        looking.open(demo.address("/v/{vendor}"))
        sentence = looking.page.locator(".lead").inner_text()
        terms = looking.page.locator("footer dt").all_inner_texts()
        looking.page.pdf(path=paper, prefer_css_page_size=True)
    done = subprocess.run([pdftotext, "-layout", paper, "-"], capture_output=True, check=True)
    pages = done.stdout.decode().split("\f")
    words = " ".join(done.stdout.decode().split())

    assert sentence in words
    assert len(terms) >= 4
    assert [term for term in terms if term not in words] == []
    assert "Evidence" in words
    assert "https://" in words.partition("Evidence")[2]
    assert "Search" not in words
    assert 2 <= len([page for page in pages if page.strip()]) <= 8


# ---------------------------------------------------------------------------------------------------
# to look at

FOLDER = os.environ.get("VENDORSTATUS_PICTURES")
PICTURES = {
    "page-now": ("/", 1280, 1180, "light"),
    "page-vendor": ("/v/{vendor}", 1280, 1100, "light"),
    "page-compare": ("/compare", 1280, 900, "dark"),
    "page-day": ("/v/{vendor}/day/{date}", 1280, 1100, "light"),
    "page-phone": ("/", 400, 860, "dark"),
}
"""What `make pictures` keeps: a page, its width and height, and its scheme."""


@pytest.mark.parametrize(("name", "shown"), PICTURES.items())
def test_a_main_page_can_be_drawn_and_make_pictures_keeps_it(browser, demo, tmp_path, name, shown):
    path, width, height, scheme = shown
    picture = (Path(FOLDER) if FOLDER else tmp_path) / f"{name}.png"
    size = {"width": width, "height": height}
    with tab(browser, demo, viewport=size, color_scheme=scheme) as looking:
        looking.open(demo.address(path))
        looking.page.screenshot(path=picture)
    with Image.open(picture) as taken:
        few = taken.convert("RGB").quantize(
            128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        few.save(picture, optimize=True)

    assert few.size == (width, height)
    assert len(few.getcolors()) > 10
