"""The first page: what is failing now, what ended, and every vendor with its days."""

import re
from dataclasses import replace

import pytest
from edited_world import AGAIN, edited_store
from pages_world import Html, fetch, get
from store_support import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    component,
    evidence,
    impact,
    incident,
    observed,
    poll,
    save,
)
from watched_world import watched

from exporters.pages import Site
from exporters.pages.home import home_page
from exporters.pages.links import Links
from exporters.pages.routes import frame
from exporters.pages.visits import Visit
from monitor.answers import ReportQuery, record, silence
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level, PageInfo, Phase
from monitor.store import PageSpec, Store

NAMES = ("acme", "brick", "cedar", "delta")
VENDORS = {
    slug: VendorConfig(slug=slug, name=slug.title(), url=f"https://{slug}.example/")
    for slug in NAMES
}
ACME, BRICK, CEDAR, DELTA = VENDORS.values()


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


def watch(store, *vendors):
    """Watch these, and return their pages by slug."""
    specs = [PageSpec(slug=each.slug, name=each.name, url=each.url) for each in vendors]
    store.sync_pages(specs, now=NOW - 90 * DAY)
    return {page.slug: page for page in store.pages()}


def read(store, page, level=Level.OPERATIONAL, *, at=NOW, days=90, incidents=(), impacts=()):
    """Read a page with one component, of which that many days are covered."""
    said = evidence(
        at,
        components=(component(),),
        incidents=incidents,
        impacts=impacts,
        coverage=(Coverage(span=Interval(at - days * DAY, at), aspect=Aspect.IMPACTS),),
    )
    save(store, page, said)
    save(store, page, observed(at, api=level))
    store.record_polls([poll(page, at, "ok")])


def fail(store, page, at=NOW):
    store.record_polls([poll(page, at, "failed", reason="http_503", message="answered 503")])


# now


async def test_nothing_watched_is_said_and_how_to_begin(store):
    page = await get(store, "/", is_empty=True)

    assert "Nothing is watched yet." in page.text
    assert "monitor add" in page.text


async def test_a_vendor_that_was_just_added_is_unknown_and_its_days_are_hatched(store):
    watch(store, ACME)
    page = await get(store, "/", ACME)

    assert "Nothing is known of the one vendor now." in page.text
    assert "The page was never read" in page.text
    assert {classes.split()[0] for classes, _ in page.cells()} == {"cu"}
    assert len(page.cells()) == 90


async def test_nothing_is_wrong_is_said_only_when_every_page_was_read_lately(store):
    pages = watch(store, ACME, BRICK)
    for each in pages.values():
        read(store, each)
    fine = await get(store, "/", ACME, BRICK)
    stale = await get(store, "/", ACME, BRICK, now=NOW + 20 * MINUTE)

    assert "No trouble reported by two vendors; all were read within the last 1 min." in (fine.text)
    assert "No trouble" not in stale.text
    assert "Nothing is known of two vendors now." in stale.text
    assert "operational" not in stale.text.partition("The last 90 days")[0].replace(
        "never operational", ""
    )


async def test_the_worst_comes_first_and_unknown_before_maintenance(store):
    pages = watch(store, *VENDORS.values())
    read(store, pages["acme"], Level.MAINTENANCE)
    read(store, pages["brick"], Level.DEGRADED)
    read(store, pages["cedar"], at=NOW - HOUR)
    fail(store, pages["cedar"])
    read(store, pages["delta"], Level.MAJOR_OUTAGE)
    page = await get(store, "/", *VENDORS.values())
    now = page.text.partition("Our reading")[2].partition("The last 90 days")[0]

    assert "Two of four vendors have trouble now; one is unknown." in page.text
    assert sorted(NAMES, key=lambda slug: now.find(slug.title())) == [
        "delta", "brick", "cedar", "acme",
    ]  # fmt: skip
    assert "The page could not be read: answered 503" in now
    assert "1 h ago" in now


async def test_what_the_vendor_says_stands_with_its_beginning_in_the_zone_and_utc(store):
    pages = watch(store, ACME)
    zone = evidence(page=PageInfo(name="Acme Corporation", zone="Europe/Berlin"))
    save(store, pages["acme"], zone)
    said = incident(title="Errors <b>", started_at=NOW - HOUR)
    read(
        store,
        pages["acme"],
        Level.PARTIAL_OUTAGE,
        incidents=(said,),
        impacts=(impact(NOW - HOUR),),
    )
    page = await get(store, "/", ACME)

    assert "Errors <b> , since 22 May 13:00 CEST (11:00 UTC)" in page.text
    assert "Acme Corporation" in page.text
    assert page.all("time", datetime="2026-05-22T11:00Z")
    assert page.all("a", href="v/acme/incident/i1")


async def test_what_ended_within_six_hours_is_told_and_no_longer_later(store):
    pages = watch(store, ACME)
    over = incident(
        phase=Phase.CLOSED,
        started_at=NOW - 3 * HOUR,
        resolved_at=NOW - 2 * HOUR,
        title="It was out",
    )
    read(store, pages["acme"], incidents=(over,))
    soon = await get(store, "/", ACME)
    later = await get(store, "/", ACME, now=NOW + 4 * HOUR + MINUTE)

    assert "Ended in the last six hours: Acme , It was out , 22 May 10:00 UTC . " in soon.text
    assert "It was out" not in later.text


async def test_an_open_incident_that_changes_no_level_is_told_all_the_same(store):
    pages = watch(store, ACME, BRICK)
    read(store, pages["acme"], incidents=(incident(title="Slow builds", component_ids=()),))
    read(store, pages["brick"])
    page = await get(store, "/", ACME, BRICK)

    assert "No component is in trouble at two vendors; one open incident changes no level." in (
        page.text
    )
    assert "change no level: Acme , Slow builds , since 22 May 11:00 UTC ." in page.text
    assert "No trouble" not in page.text


async def test_how_often_a_page_could_not_be_read_is_said(store):
    pages = watch(store, ACME)
    read(store, pages["acme"], at=NOW - HOUR)
    for number in (1, 2, 3):
        at = NOW - (4 - number) * MINUTE
        failed = {"reason": "http_503", "message": "answered 503", "failures": number}
        store.record_polls([poll(pages["acme"], at, "failed", **failed)])
    page = await get(store, "/", ACME)

    assert "The page could not be read: answered 503, 3 times in a row; last read" in page.text


async def test_a_published_page_has_every_row_and_asks_nothing(store):
    many = [replace(ACME, slug=f"v{n}", name=f"V{n}", url=f"https://v{n}.example/") for n in "ab"]
    watch(store, *many)
    site = Site(watched=watched(store, *many), published=True)
    visit = Visit(site=site, now=NOW, links=Links(published=True))
    page = Html(frame(visit, home_page(visit)).decode())

    assert [own["href"] for own in page.all("a", class_="strip")] == ["v/va/#days", "v/vb/#days"]
    assert page.all("form") == []
    assert not [link for link in page.links if "?" in link]


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ((Level.OPERATIONAL, Level.OPERATIONAL), "No trouble reported by two vendors."),
        ((Level.OPERATIONAL, None), "No trouble reported by one of two vendors; one is unknown."),
        ((Level.DEGRADED, None), "One of two vendors had trouble when read last; one is unknown."),
        ((None, None), "Nothing is known of two vendors."),
    ],
)
async def test_a_published_page_says_nothing_of_now_and_how_old_its_oldest_reading_is(
    store, levels, sentence
):
    pages = watch(store, ACME, BRICK)
    for minutes, (slug, level) in enumerate(zip(("acme", "brick"), levels, strict=True)):
        if level is not None:
            read(store, pages[slug], level, at=NOW - minutes * MINUTE)
    site = Site(watched=watched(store, ACME, BRICK), published=True)
    visit = Visit(site=site, now=NOW, links=Links(published=True))
    page = Html(frame(visit, home_page(visit)).decode())

    assert sentence in page.text
    assert not re.search(r"\bnow\b", page.text, re.IGNORECASE)
    oldest = NOW if levels[1] is None else NOW - MINUTE
    is_told = f"read longest ago was read {oldest.day} May {oldest:%H:%M} UTC" in page.text
    assert is_told == any(level is not None for level in levels)


async def test_one_suspects_ones_own_network_when_many_pages_fall_silent(store):
    pages = watch(store, *VENDORS.values())
    for each in pages.values():
        read(store, each, at=NOW - HOUR)
    for slug in ("acme", "brick"):
        fail(store, pages[slug])
    two = await get(store, "/", *VENDORS.values())
    fail(store, pages["cedar"])
    three = await get(store, "/", *VENDORS.values())

    assert "suspect" not in two.text
    assert "3 of 4 pages unreadable since 22 May 11:00 UTC: suspect your own network." in (
        three.text
    )


def test_few_silent_pages_of_very_many_are_the_vendors_own_affair(store):
    pages = list(watch(store, *VENDORS.values()).values())
    fine = [replace(page, last_success_at=NOW, last_ok=True) for page in pages]
    silent = [replace(page, last_ok=False) for page in fine]

    assert silence([*silent[:3], *fine[:9]]).unreadable == 3
    assert silence([*silent[:3], *fine[:4], *fine[:4], *fine[:2]]) is None
    assert silence(silent[:2]) is None
    assert silence([replace(page, last_success_at=None) for page in silent]) is None


# the rows


@pytest.fixture
def full(store):
    pages = watch(store, *VENDORS.values())
    bad = [NOW - 10 * DAY, NOW - 20 * DAY]
    read(store, pages["acme"], impacts=[impact(at, at + HOUR, incident_id=None) for at in bad])
    read(store, pages["brick"], days=10)
    read(store, pages["cedar"], impacts=[impact(bad[0], bad[0] + HOUR, incident_id=None)])
    return store


async def test_a_row_has_the_figures_of_the_report(full):
    page = await get(full, "/", *VENDORS.values())
    own = record(full, full.pages(["acme"])[0], ACME, ReportQuery(now=NOW)).figures

    assert (own.outage_days, own.known_days) == (2, 90)
    assert "Acme operational 2 of 90 2.2 % 100 %" in page.text
    assert "Delta unknown unknown unknown 0 %" in page.text
    assert len(page.cells()) == 4 * 90
    names = [own["aria-label"] for own in page.all("a", class_="strip")]
    assert names[0] == "Acme, 90 days: 2 partial outage, 88 operational. Every day"
    assert page.all("a", class_="strip")[0]["href"] == "v/acme#days"


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", "acme brick cedar delta"),
        ("share", "acme cedar brick delta"),
        ("coverage", "delta brick acme cedar"),
        ("now", "delta acme brick cedar"),
    ],
)
async def test_rows_are_sorted_and_what_is_not_known_is_never_among_the_best(full, sort, order):
    page = await get(full, f"/?sort={sort}", *VENDORS.values())

    assert [own["href"] for own in page.all("a", class_="strip")] == [
        f"v/{slug}#days" for slug in order.split()
    ]


@pytest.mark.parametrize(
    ("question", "slugs"),
    [
        ("q=CED", "cedar"),
        ("tier=critical", "brick"),
        ("trouble=1", "delta"),
        ("q=acme&tier=critical", ""),
        ("category=ai", "acme"),
        ("stack=shop", "cedar delta"),
    ],
)
async def test_vendors_are_left_out_by_what_is_asked(full, question, slugs):
    vendors = (
        replace(ACME, url="https://status.openai.com/"),
        replace(BRICK, tier="critical"),
        CEDAR,
        DELTA,
    )
    page = await get(full, f"/?{question}", *vendors, stacks={"shop": ("cedar", "delta/api")})

    assert [own["href"] for own in page.all("a", class_="strip")] == [
        f"v/{slug}#days" for slug in slugs.split()
    ]
    if not slugs:
        assert "No vendor named “acme” of tier “critical”." in page.text


async def test_what_was_asked_stays_in_the_form_and_is_only_text(full):
    page = await get(full, "/?q=%22%3E%3Cb%3E&sort=share", *VENDORS.values())

    assert page.all("input", name="q")[-1]["value"] == '"><b>'
    assert page.all("option", value="share")[0] == {"value": "share", "selected": None}
    assert 'No vendor named “ "><b> ”' in page.text or 'named “"><b>”' in page.text


async def test_hostile_names_and_titles_are_inert_and_cut(store):
    name = "<script>alert(1)</script>\u202e\n" + "x" * 10_000
    pages = watch(store, ACME)
    save(store, pages["acme"], evidence(page=PageInfo(name=name)))
    said = incident(title=f"</td>{name}", url="javascript:alert(1)")
    read(store, pages["acme"], Level.MAJOR_OUTAGE, incidents=(said,), impacts=(impact(NOW - HOUR),))
    answer = await fetch(store, "/", ACME)
    page = await get(store, "/", ACME)

    assert "\u202e" not in answer.text
    assert "x" * 201 not in answer.text
    assert "javascript" not in answer.text
    assert r"<script>alert(1)</script>\u202e\n" in page.text


async def test_groups_have_headings_the_most_important_first(full):
    vendors = (replace(ACME, tier="low"), replace(BRICK, tier="critical"), CEDAR, DELTA)
    page = await get(full, "/?group=tier", *vendors)
    headings = ["Tier: critical", "Tier: standard", "Tier: low"]

    assert sorted(headings, key=page.text.find) == headings
    assert len(page.all("tr", class_="group")) == 3


@pytest.mark.parametrize(
    "question", ["sort=best", "group=name", "trouble=2", "page=0", "page=x", "page=²"]
)
async def test_a_word_that_is_none_is_refused_with_those_there_are(full, question):
    page = await get(full, f"/?{question}", ACME, status=400)

    assert "There is no " in page.text


@pytest.mark.slow
async def test_many_vendors_are_paged(store):
    many = [
        VendorConfig(slug=f"v{n:03}", name=f"V{n:03}", url=f"https://v{n}.example/")
        for n in range(201)
    ]
    watch(store, *many)
    first = await get(store, "/?sort=now&page=1", *many)
    second = await get(store, "/?sort=now&page=2", *many)
    third = await get(store, "/?page=3", *many)
    trouble = first.text.partition("Our reading")[2].partition("The last 90 days")[0]

    assert len(first.all("a", class_="strip")) == 200
    assert [own["href"] for own in first.all("a", rel="next")] == ["./?sort=now&page=2"]
    assert [own["href"] for own in second.all("a", rel="prev")] == ["./?sort=now"]
    assert "201 to 201 of 201" in second.text
    assert trouble.count("The page was never read") == 50
    assert "And 151 more" in trouble
    assert "There is no such page of vendors." in third.text


# how it is answered


async def test_it_may_be_kept_no_longer_than_an_interval(full):
    quick = replace(ACME, interval_seconds=30)
    usual = await fetch(full, "/", ACME)
    often = await fetch(full, "/", quick)

    assert usual.headers["cache-control"] == "max-age=60"
    assert often.headers["cache-control"] == "max-age=30"


async def test_what_was_stored_since_is_in_the_next_answer(full):
    page = full.pages(["acme"])[0]
    before = await get(full, "/", ACME)
    read(full, page, Level.MAJOR_OUTAGE, at=NOW + MINUTE)
    after = await get(full, "/", ACME, now=NOW + MINUTE)

    assert "No trouble reported by the one vendor" in before.text
    assert "The one vendor has trouble now." in after.text
    assert after.cells()[-1][0] == "c4"


async def test_days_that_a_vendor_changed_afterwards_are_marked_in_its_row():
    with edited_store() as store:
        page = await get(store, "/", now=AGAIN + HOUR)

    revised = [
        cell["title"] for cell in page.all("i") if cell["class"].endswith(" r") and "title" in cell
    ]
    assert [title[:10] for title in revised] == ["Tue 19 May", "Wed 20 May"]
    assert all("revised by the vendor" in title for title in revised)
