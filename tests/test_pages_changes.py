"""`/changes`: what vendors edited of days and incidents that were over."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from edited_world import ACME, AGAIN, EDITED, edited_store
from pages_world import get
from store_support import DAY, HOUR, NOW, add_page, component, evidence, incident, save

from exporters.pages.changes import ROWS
from monitor.answers import EditsQuery, edits
from monitor.config import VendorConfig
from monitor.model import Phase
from monitor.store import PageSpec, Store

LATER = AGAIN + HOUR
OVER = incident(
    title="Slow", phase=Phase.CLOSED, started_at=NOW - DAY, resolved_at=NOW - DAY + HOUR
)


@pytest.fixture
def store():
    with edited_store() as opened:
        yield opened


def told(store, *incidents, now):
    page = store.pages()[0]
    save(store, page, evidence(now, components=(component(),), incidents=incidents))


async def test_days_are_counted_in_both_directions_and_shown_as_they_were_and_are(store):
    page = await get(store, "/changes", ACME, now=LATER)

    assert (
        "Three closed component days were changed afterwards: no to less outage, three to more"
        in page.text
    )
    first, second, third = _rows(page)
    assert "Wed 20 May 2026 Acme Web operational nothing bad major outage" in first
    assert "+1 h 00 min 00 s 22 May 14:00 UTC" in first
    assert "Tue 19 May 2026 Acme API partial outage" in second
    assert "operational nothing bad partial outage" in third
    assert "v/acme/day/2026-05-19?component=api" in page.links
    assert page.all("a", **{"aria-current": "page"})[0]["href"] == "changes"


def _rows(page):
    text = page.text.split("Seen at our reading of ")[1].split(" Incidents ")[0]
    return [part for part in text.replace(" Tue ", "\nTue ").splitlines() if "May" in part]


def asked(store, **values):
    return edits(store, {"acme": ACME}, EditsQuery(now=LATER, since=NOW - DAY, **values))


def test_only_what_was_seen_in_time_counts(store):
    early = EditsQuery(now=EDITED, since=NOW - DAY)
    late = EditsQuery(now=LATER, since=AGAIN)

    assert asked(store).day_count == 3
    assert edits(store, {"acme": ACME}, early).day_count == 1
    assert edits(store, {"acme": ACME}, late).day_count == 2
    assert edits(store, {}, early).day_count == 0


def test_a_list_is_cut_where_it_is_asked_to_be_and_counted_whole(store):
    part = asked(store, skip=1, most=1)

    assert (part.day_count, part.longer, part.shorter) == (3, 3, 0)
    assert [(each.date, each.component_id) for each in part.days] == [(date(2026, 5, 19), "api")]


def test_a_day_of_which_nothing_was_known_before_is_no_edit(store, monkeypatch):
    *_, (key, versions) = store.revisions_since(NOW - DAY).items()
    blank = replace(versions[0].day, covered_seconds=0, level=None)
    first = replace(versions[0], day=blank)
    monkeypatch.setattr(store, "revisions_since", lambda _: {key: [first, versions[1]]})

    assert versions[1].day.seconds.outage
    assert asked(store).day_count == 0


async def test_only_changes_of_incidents_that_were_over_are_listed():
    with Store.open("sqlite://") as store:
        add_page(store)
        told(store, replace(OVER, phase=Phase.OPEN, resolved_at=None), now=NOW)
        told(store, OVER, now=NOW + HOUR)
        told(store, replace(OVER, title="Slower", impact="minor"), now=NOW + 2 * HOUR)
        page = await get(store, "/changes", ACME, now=LATER + HOUR)

    text = page.text.split(" Incidents ")[1]
    assert "title Slow Slower 22 May 14:00 UTC" in text
    assert "impact word major minor" in text
    assert "phase" not in text
    assert "v/acme/incident/i1" in page.links
    assert "No closed day was changed afterwards, as far as we have read." in page.text


async def test_a_withdrawn_incident_is_one_that_was_changed():
    with Store.open("sqlite://") as store:
        add_page(store)
        told(store, replace(OVER, phase=Phase.OPEN, resolved_at=None), now=NOW)
        told(store, replace(OVER, phase=Phase.WITHDRAWN, resolved_at=None), now=NOW + HOUR)
        page = await get(store, "/changes", ACME, now=LATER)

    assert "phase open withdrawn" in page.text


async def test_one_vendor_and_a_day_can_be_asked_for(store):
    other = VendorConfig(slug="globex", name="Globex", url="https://globex.example/")
    specs = [PageSpec(slug=each.slug, name=each.name, url=each.url) for each in (ACME, other)]
    store.sync_pages(specs, now=NOW)
    theirs = await get(store, "/changes?vendor=globex", ACME, other, now=LATER)
    later = await get(store, "/changes?since=2026-05-23", ACME, now=NOW + 2 * DAY)

    assert "No closed day was changed" in theirs.text
    assert theirs.all("option", selected=None)[0]["value"] == "globex"
    assert "No closed day was changed" in later.text
    assert later.all("input", name="since")[0]["value"] == "2026-05-23"


@pytest.mark.parametrize(
    ("question", "status", "sentence"),
    [
        ("since=may", 400, "is not a day"),
        ("page=0", 400, "page is a number from 1 to 1000"),
        ("page=x", 400, "page is a number"),
        ("vendor=acmo", 404, "There is no vendor “acmo”."),
    ],
)
async def test_a_question_without_an_answer_says_why(store, question, status, sentence):
    page = await get(store, f"/changes?{question}", ACME, now=LATER, status=status)

    assert sentence in page.text


async def test_long_lists_are_in_pages():
    with Store.open("sqlite://") as store:
        add_page(store)
        many = [replace(OVER, id=f"i{number}") for number in range(ROWS + 1)]
        told(store, *many, now=NOW)
        told(store, *(replace(each, title="Other") for each in many), now=NOW + HOUR)
        first = await get(store, "/changes?vendor=acme", ACME, now=LATER)
        second = await get(store, "/changes?vendor=acme&page=2", ACME, now=LATER)

    (older,) = first.all("a", rel="next")
    assert older["href"].startswith("changes?vendor=acme&since=")
    assert older["href"].endswith("&page=2")
    assert f"1 to {ROWS} of {ROWS + 1}" in first.text
    assert f"{ROWS + 1} to {ROWS + 1} of {ROWS + 1}" in second.text
    assert second.all("a", rel="prev")
    assert not second.all("a", rel="next")


async def test_hostile_text_is_text():
    evil = "<script>alert(1)</script>\u202e" + "x" * 10_000
    with Store.open("sqlite://") as store:
        add_page(store)
        told(store, OVER, now=NOW)
        told(store, replace(OVER, title=evil), now=NOW + timedelta(minutes=1))
        page = await get(store, "/changes", ACME, now=LATER)

    assert not page.all("script")
    assert "\u202e" not in page.text
    assert max(map(len, page.words)) < 1_000


async def test_it_asks_the_database_a_few_questions(store):
    asked = []
    sa.event.listen(store._engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    await get(store, "/changes", ACME, now=LATER)

    assert len([each for each in asked if each.startswith("SELECT")]) <= 5
