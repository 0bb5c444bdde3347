"""Badges: unknown is grey and says so, whatever a vendor is called the picture is one."""

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_support import DAY, HOUR, NOW, add_page, component, evidence, impact, observed, save
from watched_world import ACME, ask, watched

from exporters.badge_routes import METRICS, badge_routes
from exporters.badges import (
    COLOURS,
    GREEN,
    GREY,
    LABEL_COLOUR,
    ORANGE,
    TEXT_COLOUR,
    endpoint,
    level_badge,
    svg,
    text_width,
    unknown_badge,
)
from exporters.revalidation import is_known
from monitor.answers import Target, status_of
from monitor.errors import StoreError
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level
from monitor.store import Store

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


def read(store, level: Level | None = Level.OPERATIONAL, at=NOW):
    page = add_page(store)
    save(store, page, evidence(at, components=(component(),)))
    save(store, page, observed(at, api=level))
    return page


async def badge(store, path="/badge/acme.json", *, after: float = 0, **asked):
    world = watched(store, now=NOW + timedelta(seconds=after))
    return await ask(badge_routes, world, path, **asked)


def texts(picture: str) -> list[str | None]:
    return [each.text for each in ET.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize("level", Level)
async def test_a_badge_says_the_level_now_in_its_colour(store, level):
    read(store, level)

    answer = await badge(store)
    told = answer.json()

    assert (told["label"], told["message"]) == ("Acme", level.title)
    assert (told["color"], told["isError"], told["schemaVersion"]) == (COLOURS[level], False, 1)
    picture = await badge(store, "/badge/acme.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert texts(picture.text) == ["Acme", level.title]
    assert COLOURS[level] in picture.text


async def test_what_was_read_two_intervals_ago_is_unknown(store):
    read(store)

    at_last, too_late = await badge(store, after=600), await badge(store, after=601)

    assert at_last.json()["color"] == GREEN
    assert (too_late.json()["message"], too_late.json()["color"]) == ("unknown", GREY)
    assert too_late.json()["isError"] is True


async def test_a_vendor_that_was_never_read_is_unknown(store):
    assert (await badge(store)).json()["message"] == "unknown"
    add_page(store)
    answer = await badge(store, "/badge/acme.svg?metric=outage-days-90d")
    assert texts(answer.text)[1] == "unknown"
    assert GREEN not in answer.text


async def test_a_database_that_cannot_be_read_makes_a_badge_unknown(store, monkeypatch):
    def fail(*_, **__):
        raise StoreError("the database file is locked: /secret/place.db")

    read(store)
    monkeypatch.setattr(Store, "pages", fail)

    answer = await badge(store)

    assert (answer.status_code, answer.json()["message"]) == (200, "unknown")
    assert answer.headers["cache-control"] == "max-age=0"


@pytest.mark.parametrize(("age", "seconds"), [(0, 300), (299, 300), (400, 200), (600, 0)])
async def test_a_badge_is_kept_for_an_interval_and_never_longer_than_it_holds(store, age, seconds):
    read(store)

    answer = await badge(store, after=age)

    assert answer.headers["cache-control"] == f"max-age={seconds}"


@pytest.mark.parametrize(
    ("covered_days", "outage_days", "message", "colour"),
    [
        (7, 2, "2 of 7 known", ORANGE),
        (7, 0, "0 of 7 known", GREEN),
        (4, 0, "0 of 4 known", GREY),
        (0, 0, "unknown", GREY),
    ],
)
async def test_outage_days_are_those_of_the_known_ones_and_green_only_when_all_are(
    store, covered_days, outage_days, message, colour
):
    page = add_page(store)
    span = Interval(NOW - covered_days * DAY - HOUR, NOW)
    covered = [Coverage(span=span, aspect=Aspect.IMPACTS, complete=True)] if covered_days else []
    impacts = [impact(NOW - day * DAY, NOW - day * DAY + HOUR) for day in range(1, outage_days + 1)]
    told = evidence(components=(component(),), impacts=tuple(impacts), coverage=tuple(covered))
    save(store, page, told)

    answer = await badge(store, "/badge/acme.json?metric=outage-days-7d")

    assert answer.json()["label"] == "Acme outage days, 7 days"
    assert (answer.json()["message"], answer.json()["color"]) == (message, colour)


async def test_a_metric_or_vendor_that_is_none_is_an_error_that_names_those_there_are(store):
    wrong = await badge(store, "/badge/acme.svg?metric=uptime")
    missing = await badge(store, "/badge/acne.svg")

    assert (wrong.status_code, missing.status_code) == (400, 404)
    assert all(metric in wrong.text for metric in METRICS)


async def test_a_badge_is_answered_once_and_compressed_where_that_is_taken(store):
    read(store)
    first = await badge(store, "/badge/acme.svg")

    known = await badge(
        store, "/badge/acme.svg", headers={"if-none-match": f'"x", {first.headers["etag"]}'}
    )
    zipped = await badge(store, "/badge/acme.svg", headers={"accept-encoding": "gzip"})
    head = await badge(store, "/badge/acme.svg", method="HEAD")

    assert (known.status_code, known.content) == (304, b"")
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.text == first.text
    assert zipped.headers["etag"] == head.headers["etag"] == first.headers["etag"]


def test_any_etag_is_known_and_a_part_of_one_is_not():
    assert is_known('W/"a"', "*")
    assert is_known('W/"a"', '"a"')
    assert not is_known('W/"ab"', 'W/"a"')
    assert not is_known('W/"a"', "")


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [GREY, LABEL_COLOUR, *COLOURS.values()])
def test_texts_can_be_read_on_every_colour(colour):
    contrast = (_luminance(TEXT_COLOUR) + 0.05) / (_luminance(colour) + 0.05)

    assert contrast >= 4.5


def test_a_text_is_as_wide_as_its_characters():
    assert text_width("iiii") < text_width("mmmm")
    assert text_width("operational") == 62
    assert text_width("日本") == 22
    assert text_width("e\u0301") == text_width("e")


@given(st.text(st.characters(categories=None), max_size=200) | st.just("<b>" * 4_000))
def test_whatever_a_vendor_is_called_its_badge_is_a_picture_without_anything_else(name):
    picture = svg(level_badge(name, Level.DEGRADED))
    root = ET.fromstring(picture.encode())

    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "title", "clipPath", "rect", "g", "text",
    }  # fmt: skip
    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{SVG}title")
    assert len(picture) < 3_000
    assert not any(char in picture for char in "\u202e\u2066\x00\x1b")


@cache
def stored(level: Level | None):
    """Return a page that was read at this level, and its state."""
    with Store.open("sqlite://") as store:
        read(store, level)
        page = store.pages()[0]
        return page, store.current(page.id)


@given(
    level=st.none() | st.sampled_from(Level),
    age=st.integers(-1_000, 2_000),
    failed=st.booleans(),
)
def test_a_badge_is_never_better_than_the_status(level, age, failed):
    page, current = stored(level)
    now = NOW + timedelta(seconds=age)
    asked = status_of(replace(page, last_ok=not failed), current, ACME, Target("acme"), now)

    told = endpoint(level_badge("Acme", asked.level))

    assert (told["color"] == GREEN) == (asked.level is Level.OPERATIONAL)
    if failed or age > 600 or level is None:
        assert told == endpoint(unknown_badge("Acme"))
    assert json.loads(json.dumps(told)) == told
