"""`/v/<vendor>`: the sentence first, everything behind it below."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from edited_world import AGAIN, edited_store
from pages_world import Html, check, fetch, get
from store_support import DAY, HOUR, NOW, component, evidence, impact, incident, observed, save
from watched_world import ACME, watched

from exporters.cells import cell
from exporters.pages import Site
from exporters.pages.calendar_months import calendar_months
from exporters.pages.component_rows import MOST_STRIPS
from exporters.pages.dossiers import KEPT_SECONDS
from exporters.pages.vendor import vendor_page
from exporters.pages.vendor_windows import spans_until
from exporters.pages.visits import Visit
from monitor import answers
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Day, Level, Phase, ReportedUptime
from monitor.store import PageSpec, Store

API = component("api", "API", group="EU")
WEB = component("web", "Web <i>", position=1)


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        opened.sync_pages([PageSpec(slug="acme", name="Acme", url=ACME.url)], now=NOW)
        yield opened


def read(store, *, covered_days=100, incidents=(), impacts=(), level=Level.OPERATIONAL, **parts):
    (page,) = store.pages(["acme"])
    span = Interval(NOW - covered_days * DAY, NOW)
    said = evidence(
        NOW,
        components=(API, WEB),
        incidents=incidents,
        impacts=impacts,
        coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),),
        **parts,
    )
    save(store, page, said)
    save(store, page, observed(NOW, api=level, web=Level.OPERATIONAL))


OUTAGE = impact(NOW - 3 * DAY, NOW - 3 * DAY + HOUR, level=Level.MAJOR_OUTAGE)
OVER = incident(
    phase=Phase.CLOSED,
    started_at=NOW - 3 * DAY,
    resolved_at=NOW - 3 * DAY + HOUR,
    url="https://acme.example/i1",
)


async def test_the_sentence_comes_first_with_all_it_rests_on(store):
    read(store, incidents=(OVER,), impacts=(OUTAGE,))
    page = await get(store, "/v/acme")

    sentence = "Partial or major outage on 1 of 90 known days (1.1 %), 22 February to 22 May 2026"
    assert sentence.replace("22 February", "22 February") in page.text
    assert "Any component, by the vendor’s own record. Days in UTC. Coverage 100 %." in page.text
    assert "As of 22 May 12:00 UTC" in page.text
    assert "../v/acme/90d/2026-05-22" in page.links
    (described,) = page.all("meta", property="og:description")
    assert described["content"].startswith("Partial or major outage on 1 of 90 known days")
    (pictured,) = page.all("meta", property="og:image")
    assert pictured["content"] == "http://monitor.example/v/acme/bars.png"


async def test_now_is_said_with_its_age_and_what_the_vendor_says(store):
    going_on = incident("i2", title="Slow uploads", started_at=NOW - HOUR)
    read(store, incidents=(going_on,), level=Level.PARTIAL_OUTAGE)
    page = await get(store, "/v/acme")

    assert "partial outage now , read just now. Slow uploads , since 22 May 11:00 UTC" in page.text
    assert "../v/acme/incident/i2" in page.links


async def test_a_page_that_is_not_read_any_more_is_unknown_now_and_never_green(store):
    read(store)
    page = await get(store, "/v/acme", now=NOW + DAY)

    assert "unknown now , read 24 h ago. Too little is known of it now." in page.text
    assert "operational now" not in page.text


async def test_components_stand_under_their_groups_with_printed_uptime_and_level(store):
    read(
        store,
        impacts=(OUTAGE,),
        incidents=(OVER,),
        reported=(ReportedUptime(component_id="api", window_days=90, ratio=0.99123),),
    )
    page = await get(store, "/v/acme")

    assert "EU API operational 1 of 90 99.12 % / – 100 %" in page.text
    assert "Without a group Web <i> operational 0 of 90 – / – 100 %" in page.text
    assert "../v/acme/api" in page.links


async def test_every_day_of_the_window_is_a_link_that_says_what_it_was(store):
    read(store, impacts=(OUTAGE,), incidents=(OVER,))
    page = await get(store, "/v/acme")
    days = [own for own in page.all("a") if "/day/" in own["href"] and "aria-label" in own]

    assert len(days) == 90
    assert len({own["href"] for own in days}) == 90
    bad = next(own for own in days if own["href"].endswith("2026-05-19"))
    assert bad["aria-label"] == "Tue 19 May 2026: major outage (major outage 1 h 00 min 00 s)"
    assert bad["class"] == "c4"


async def test_incidents_have_our_reading_and_a_number_that_is_evidence_in_print(store):
    loose = incident("i3", title="Loose", component_ids=(), started_at=NOW - DAY)
    read(store, impacts=(OUTAGE,), incidents=(OVER, loose))
    page = await get(store, "/v/acme")

    assert "API errors [2] major EU / API : major outage 1 h 00 min 00 s" in page.text
    assert "Loose [1] major names no component: no level concluded" in page.text
    assert "API errors: https://acme.example/i1" in page.text


async def test_of_very_many_components_those_with_most_outage_days_have_a_row(store):
    (page,) = store.pages(["acme"])
    many = tuple(component(f"c{n}", f"Part {n:04}") for n in range(MOST_STRIPS + 30))
    last = many[-1].id
    out = impact(NOW - DAY, NOW - DAY + HOUR, component_id=last)
    save(store, page, evidence(NOW, components=many, impacts=(out,)))
    own = await get(store, "/v/acme")
    rows = [each["aria-label"] for each in own.all("a", class_="strip")]

    assert len(rows) == MOST_STRIPS
    assert any(f"Part {MOST_STRIPS + 29:04}" in label for label in rows)
    assert "30 more components" in own.text
    assert "Part 0119 unknown, outage unknown days" in own.text


async def test_a_component_has_a_page_of_its_own_with_its_own_figures(store):
    read(store, impacts=(OUTAGE,), incidents=(OVER,))
    page = await get(store, "/v/acme/web-i")

    assert "Partial or major outage on 0 of 90 known days (0 %)" in page.text
    assert "API errors" not in page.text
    assert "../../v/acme/web-i/90d/2026-05-22" in page.links
    assert "../../v/acme/day/2026-05-19?component=web-i" in page.links


async def test_a_lasting_address_keeps_its_window_and_has_no_now(store):
    read(store, impacts=(OUTAGE,), incidents=(OVER,))
    page = await get(store, "/v/acme/7d/2026-05-20")
    later = await get(store, "/v/acme/7d/2026-05-20", now=NOW + 2 * DAY)

    sentence = "Partial or major outage on 1 of 7 known days (14.3 %), 14 May to 20 May 2026."
    assert sentence in page.text
    assert sentence in later.text
    assert " now , read" not in page.text
    assert (
        len([own for own in page.all("a") if "aria-label" in own and "/day/" in own["href"]]) == 7
    )


async def test_days_before_anything_was_read_are_unknown_and_in_no_number(store):
    read(store, covered_days=10)
    page = await get(store, "/v/acme")

    assert "0 of 10 known days" in page.text
    assert "80 days are unknown" in page.text
    assert sum(classes == "cu" for classes, _ in page.cells()) >= 79


async def test_a_vendor_that_was_never_read_says_so(store):
    new = replace(ACME, slug="new", name="New")
    page = await get(store, "/v/new", new)

    assert "Nothing is known of it yet" in page.text
    assert not page.cells()


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/v/acm", 404, "There is no vendor “acm”."),
        ("/v/acme/nope", 404, "Acme had no component “nope” on these days."),
        ("/v/acme/0d/2026-05-20", 400, "a window has 1 to 3660 days"),
        ("/v/acme/90d/2026-13-20", 400, "a window is such as 90d/2026-05-22"),
        ("/v/acme/90d/2027-05-20", 404, "is in the future"),
    ],
)
async def test_what_is_not_there_says_why(store, path, status, sentence):
    read(store)
    page = await get(store, path, status=status)

    assert sentence in page.text


async def test_days_the_vendor_changed_afterwards_are_marked_and_told():
    with edited_store() as store:
        page = await get(store, "/v/acme", now=AGAIN + HOUR)

    assert "Tue 19 May 2026 : revised" in page.text
    assert (
        "Was operational; since then it is partial outage (partial outage 1 h 00 min 00 s)."
        in page.text
    )
    days = {
        own["aria-label"]: own["class"]
        for own in page.all("a")
        if "/day/" in own["href"] and "aria-label" in own
    }
    (title,) = [each for each in days if each.startswith("Tue 19 May 2026")]
    assert title.endswith("revised by the vendor")
    assert days[title].split()[-1] == "r"
    assert sum("r" in each.split() for each in days.values()) == 2


async def test_it_is_not_sent_again_while_nothing_changes_and_asks_the_store_little(store):
    read(store)
    first = await fetch(store, "/v/acme")
    check(first)
    again = await fetch(store, "/v/acme", headers={"if-none-match": first.headers["etag"]})

    assert again.status_code == 304
    assert int(first.headers["cache-control"].removeprefix("max-age=")) <= 300


async def test_it_is_made_anew_when_something_is_stored_or_a_minute_is_over(store, monkeypatch):
    read(store)
    made = []
    record = answers.record
    monkeypatch.setattr(answers, "record", lambda *asked: made.append(1) or record(*asked))
    site = Site(watched=watched(store))
    (page,) = store.pages(["acme"])

    def look(seconds=0, **path):
        visit = Visit(
            site=site, now=NOW + timedelta(seconds=seconds), path={"vendor": "acme"} | path
        )
        return vendor_page(visit).values["subject"].figures.outage_days

    assert [look(), look(1), look(1, component="api")] == [0, 0, 0]
    assert len(made) == 1
    look(KEPT_SECONDS)
    assert len(made) == 2
    look(KEPT_SECONDS, days="7", date="2026-05-20")
    assert len(made) == 3
    read(store, impacts=(OUTAGE,), incidents=(OVER,))
    assert look(KEPT_SECONDS) == 1
    assert page.version != store.pages(["acme"])[0].version


def test_it_asks_the_store_no_more_for_more_components(store):
    counts = [queries_of(store, number) for number in (2, 40)]

    assert counts[0] == counts[1] <= 45


def queries_of(store, number):
    (page,) = store.pages(["acme"])
    save(
        store,
        page,
        evidence(NOW, components=tuple(component(f"c{n}", f"C{n}") for n in range(number))),
    )
    asked = []

    def count(*_):
        asked.append(1)

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", count)
    try:
        vendor_page(Visit(site=Site(watched=watched(store)), now=NOW, path={"vendor": "acme"}))
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", count)
    return len(asked)


async def test_hostile_names_are_text(store):
    (page,) = store.pages(["acme"])
    bad = component("x", '"><script>alert(1)</script>\u202e' + "y" * 10_000, group="<b>")
    told = incident("i9", title="javascript:alert(1)\n<img>", url="javascript:alert(1)")
    save(store, page, evidence(NOW, components=(bad,), incidents=(told,)))
    answer = await fetch(store, "/v/acme")
    check(answer)
    own = Html(answer.text)

    assert not own.all("script")
    assert not own.all("img")
    assert "\u202e" not in answer.text
    assert not [link for link in own.links if link.startswith("javascript")]


def test_windows_end_with_the_day_and_months_are_the_calendars():
    spans = spans_until(date(2026, 3, 15))

    assert [span.days for span in spans[:4]] == [7, 30, 90, 365]
    assert [span.name for span in spans[4:7]] == ["Mar 2026 (1–15)", "Feb 2026", "Jan 2026"]
    assert len(spans) == 4 + 12
    for later, earlier in pairwise(spans[4:]):
        assert earlier.last + timedelta(1) == later.first
    assert spans_until(date(2026, 2, 28))[4].name == "Feb 2026"


def test_a_month_begins_on_its_weekday_and_has_whole_weeks():
    days = [
        Day(
            day=date(2026, 5, 1) + timedelta(n),
            level=None,
            length_seconds=86_400,
            covered_seconds=0,
        )
        for n in range(33)
    ]
    may, june = calendar_months(days, map(cell, days), str, date(2026, 6, 2))

    assert may.title == "May 2026"
    assert may.summary == "no day is known"
    assert [day and day.number for day in may.weeks[0]] == [None, None, None, None, 1, 2, 3]
    assert {len(week) for week in (*may.weeks, *june.weeks)} == {7}
    assert june.weeks[0][1].is_today
    assert not june.weeks[0][0].is_today
