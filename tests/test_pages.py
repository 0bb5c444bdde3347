"""What all pages have in common: their frame, addresses, cells, times and what goes wrong."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages_world import fetch, get

from exporters.cells import KEYS, cell, cells_style, level_class, strip
from exporters.pages.links import Links, incident_key
from exporters.pages.navigation import ENTRIES
from exporters.pages.rendering import LONGEST_TEXT, cut, macro, stylesheet
from exporters.pages.times import as_of, moment, window_words
from exporters.wording import age_words
from monitor.errors import StoreError
from monitor.model import Absence, Day, Level, Seconds, Window
from monitor.ratios import POLICIES
from monitor.store import Store

FRIDAY = date(2026, 11, 27)
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
DAY = Day(day=FRIDAY, level=Level.OPERATIONAL, length_seconds=86_400, covered_seconds=86_400)


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


# the frame


async def test_the_header_names_the_page_one_is_on(store):
    page = await get(store, "/definitions")

    (current,) = page.all("a", **{"aria-current": "page"})
    assert current == {"href": "definitions", "aria-current": "page"}
    assert [entry.title for entry in ENTRIES if f" {entry.title} " in page.text]


async def test_definitions_have_every_policy_cell_and_level(store):
    page = await get(store, "/definitions")

    for word in (*POLICIES, *(level.title for level in Level), "Outage share", "Coverage"):
        assert word in page.text.lower() or word in page.text
    assert len(page.all("dt")) == len([own for own in page.all("dt") if own["id"]])
    assert {own["class"] for own in page.all("span")} >= {f"sw c{level.value}" for level in Level}


async def test_a_page_is_answered_with_a_tag_and_not_twice(store):
    first = await fetch(store, "/definitions")
    headers = {"if-none-match": first.headers["etag"]}
    again = await fetch(store, "/definitions", headers=headers)

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "max-age=300"


async def test_the_stylesheet_is_a_file_of_its_own(store):
    answer = await fetch(store, "/style.css")

    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == stylesheet()
    assert answer.content.startswith(cells_style().encode())
    assert set(re.findall(rb"url\([^)]*\)", answer.content)) == {b"url(#hatch)"}
    assert b"@import" not in answer.content


# what goes wrong


async def test_a_store_that_cannot_be_read_is_a_page_of_status_503(store, monkeypatch):
    monkeypatch.setattr(store, "patience", _Failing())

    page = await get(store, "/definitions", status=503)
    answer = await fetch(store, "/definitions", headers={"if-none-match": "*"})

    assert "does not answer" in page.text
    assert "secret" not in page.text
    assert answer.status_code == 503
    assert page.all("div", role="alert")


class _Failing:
    def within(self, seconds):
        raise StoreError("the file /secret/place.db is locked")


# addresses


LIVE = (
    ("", "/"),
    ("v/acme", "/v/acme"),
    ("v/acme/day/2026-05-22", "/v/acme/day/2026-05-22"),
    ("definitions", "/definitions"),
)


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("place", [place for place, _ in LIVE])
@pytest.mark.parametrize("root", ["http://m.example/", "http://m.example/below/a/proxy/"])
def test_every_address_leads_from_every_page_to_the_same_place(root, place, published):
    links = Links(place, published=published)
    own = f"{root}{place}" + ("/" if published and place else "")
    end = "/" if published else ""

    def to(address):
        return urljoin(own, address).removeprefix(root)

    assert to(links.home()) == ""
    assert to(links.vendor("acme")) == f"v/acme{end}"
    assert to(links.component("acme", "a:b/c")) == f"v/acme/a%3Ab%2Fc{end}"
    assert to(links.day("acme", FRIDAY)) == f"v/acme/day/2026-11-27{end}"
    assert to(links.incident("acme", "x1")) == f"v/acme/incident/x1{end}"
    assert to(links.window("acme", 90, FRIDAY)) == f"v/acme/90d/2026-11-27{end}"
    assert to(links.definitions("known-day")) == f"definitions{end}#known-day"
    assert to(links.feed("acme", "json")) == "feeds/vendor/acme.json"
    assert to(links.calendar()) == "calendar/all.ics"
    assert to(links.style()) == "style.css"
    assert to(links.badge("acme")) == "badge/acme.svg"
    assert not links.vendor("acme").startswith("/")


def test_questions_are_asked_of_a_server_only():
    served, published = Links(), Links(published=True)

    assert served.compare("a", "b", window=30) == "compare?v=a&v=b&window=30"
    assert served.home(q="x y") == "./?q=x+y"
    assert served.api("vendors/acme", window_days=30) == "api/v1/vendors/acme?window_days=30"
    assert published.compare("a", "b", window=30) == "compare/"
    assert published.api("vendors/acme") is None
    assert not published.takes_questions


@settings(max_examples=30)
@given(st.text())
def test_an_incidents_key_is_one_part_of_an_address_and_of_a_path(text):
    key = incident_key(text)

    assert key == incident_key(text)
    assert key not in ("", ".", "..")
    assert not set(key) & set("/\\?#%\0 ")
    assert len(key) <= 100


# cells


@pytest.mark.parametrize(
    ("day", "classes", "title"),
    [
        (DAY, "c0", "Fri 27 Nov 2026: operational"),
        (
            replace(
                DAY, level=Level.PARTIAL_OUTAGE, seconds=Seconds(partial=3900, degraded=55 * 60)
            ),
            "c3",
            (
                "Fri 27 Nov 2026: partial outage (partial outage 1 h 05 min 00 s,"
                " degraded 55 min 00 s)"
            ),
        ),
        (
            replace(DAY, covered_seconds=43_200, level=Level.DEGRADED),
            "c2 h",
            "Fri 27 Nov 2026: degraded; 50.0 % of the day is known",
        ),
        (
            replace(DAY, covered_seconds=43_200, level=None),
            "cu",
            "Fri 27 Nov 2026: unknown; 50.0 % of the day is known",
        ),
        (
            replace(DAY, covered_seconds=0, level=None),
            "cu",
            "Fri 27 Nov 2026: unknown; nobody spoke for this day",
        ),
        (
            replace(DAY, covered_seconds=0, level=None, absence=Absence.UNBORN),
            "ca",
            "Fri 27 Nov 2026: not on the page yet",
        ),
        (
            replace(DAY, disputed=True),
            "c0 x",
            "Fri 27 Nov 2026: operational; disputed: sources disagree",
        ),
    ],
    ids=["quiet", "bad", "in part", "unknown in part", "unknown", "absent", "disputed"],
)
def test_a_cell_says_in_words_what_its_classes_show(day, classes, title):
    own = cell(day)

    assert (own.classes, own.title) == (classes, title)


def test_only_a_known_level_has_a_foot():
    assert [level_class(level) for level in (None, *Level)] == ["cu", "c0", "c1", "c2", "c3", "c4"]
    assert len(KEYS) == len(set(KEYS)) == 10


def test_a_strip_marks_months_today_and_revised_days_and_sums_up_in_words():
    first = date(2026, 10, 31)
    days = [replace(DAY, day=first + timedelta(days=n)) for n in range(3)]
    days[2] = replace(days[2], level=Level.MAJOR_OUTAGE, disputed=True)

    own = strip(days, today=days[2].day, revised={days[0].day})

    assert [each.classes for each in own.cells] == ["c0 r", "c0 k", "c4 x"]
    assert own.cells[0].title.endswith("; revised by the vendor")
    assert own.cells[2].title.endswith("; the day so far")
    assert own.summary == "3 days: 1 major outage, 2 operational, 1 disputed"


def test_a_strip_is_one_link_with_a_sentence_as_its_name_and_escapes_the_vendor():
    text = macro("parts.html", "strip")(strip([DAY]), '"><script>\u202e', "v/acme")

    assert text.startswith('<a class="strip" href="v/acme" aria-label="')
    assert "<script>" not in text
    assert "\u202e" not in text
    assert "1 day: 1 operational. Every day" in text
    assert text.count("<i ") == 1


# texts and times


def test_a_long_text_is_cut_and_hidden_characters_are_shown():
    assert len(cut("x" * 10_000)) == LONGEST_TEXT
    assert cut("a\u202eb") == r"a\u202eb"


@pytest.mark.parametrize(
    ("url", "is_link"), [("https://a.example/x", True), ("javascript:alert(1)", False), ("", False)]
)
def test_only_what_a_person_may_follow_is_a_link(url, is_link):
    text = str(macro("parts.html", "outside")("a <b>", url))

    assert ("<a " in text) is is_link
    assert "javascript" not in text
    assert "a &lt;b&gt;" in text


def test_an_instant_is_said_in_the_zone_with_utc_beside():
    now = datetime(2026, 11, 29, 14, 12, tzinfo=UTC)
    same_day, night = now - timedelta(minutes=47), datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
    last_year = datetime(2025, 1, 1, 4, 0, tzinfo=UTC)

    assert moment(same_day, LOS_ANGELES, now).local == "29 Nov 05:25 PST"
    assert moment(same_day, LOS_ANGELES, now).utc == "13:25 UTC"
    assert moment(same_day, UTC, now).utc is None
    assert moment(night, LOS_ANGELES, now).local == "28 Nov 18:00 PST"
    assert moment(night, LOS_ANGELES, now).utc == "29 Nov 02:00 UTC"
    assert moment(last_year, LOS_ANGELES, now).local == "31 Dec 2024 20:00 PST"
    assert moment(last_year, LOS_ANGELES, now).utc == "1 Jan 2025 04:00 UTC"
    assert as_of(now).local == "29 Nov 2026 14:12 UTC"


def test_a_window_is_said_in_full_days():
    within = Window(date(2026, 9, 1), date(2026, 11, 29))
    over = Window(date(2025, 12, 1), date(2026, 2, 28))

    assert window_words(within) == "1 September to 29 November 2026"
    assert window_words(over) == "1 December 2025 to 28 February 2026"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "never"),
        (0, "just now"),
        (59.9, "just now"),
        (60, "1 min ago"),
        (3600, "1 h ago"),
        (47 * 3600, "47 h ago"),
        (48 * 3600, "2 days ago"),
    ],
)
def test_an_age_is_rounded_down(seconds, words):
    assert age_words(seconds) == words
