"""`/v/<vendor>/incident/<id>`: every version that we read, and what changed between them."""

from dataclasses import replace
from datetime import date

import pytest
from pages_world import get
from store_support import DAY, HOUR, NOW, add_page, component, evidence, impact, incident, save
from watched_world import ACME

from exporters.pages.incident_fields import FieldWords
from exporters.pages.links import incident_key
from monitor.answers import FIELDS, field_edits, incident_history
from monitor.model import IncidentUpdate, Level, Phase
from monitor.overrides import Override
from monitor.store import IncidentVersion, Store

OUT = NOW - 2 * DAY
TOLD = incident(
    title="Console unreachable",
    impact="critical",
    started_at=OUT,
    resolved_at=OUT + 3 * HOUR,
    phase=Phase.CLOSED,
    status="resolved",
    url="https://acme.example/i1",
)
SHORTER = replace(TOLD, title="Console slow", impact="minor", resolved_at=OUT + HOUR)


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        add_page(opened)
        yield opened


def read(store, told, now=NOW, *, length=3 * HOUR, updates=()):
    said = evidence(
        now,
        components=(component(),),
        incidents=(told,),
        impacts=(impact(OUT, OUT + length, incident_id=told.id),),
        updates=updates,
    )
    save(store, store.pages()[0], said)


async def test_every_field_that_changed_is_shown_as_it_was_and_is(store):
    read(store, TOLD)
    read(store, SHORTER, NOW + HOUR, length=HOUR)
    page = await get(store, "/v/acme/incident/i1", ACME, now=NOW + 2 * HOUR)

    assert "Read in 2 versions, first 22 May 12:00 UTC , the latest 22 May 13:00 UTC" in page.text
    table = page.text.split("What changed between our readings")[1].split("First version")[0]
    assert "title Console unreachable Console slow 22 May 13:00 UTC after it was over" in table
    assert "impact word critical minor" in table
    assert "end 20 May 15:00 UTC 20 May 13:00 UTC" in table
    assert table.count("after it was over") == 3
    assert len(page.all("del")) == len(page.all("ins")) == 6
    assert "As of 22 May 14:00 UTC" in page.text


async def test_it_says_our_reading_its_days_and_where_the_vendor_tells_it(store):
    read(store, TOLD)
    page = await get(store, "/v/acme/incident/i1", ACME)

    assert "At worst, by our reading: partial outage" in page.text
    assert "API : partial outage, 20 May 12:00 UTC to 20 May 15:00 UTC" in page.text
    assert "../../../v/acme/day/2026-05-20" in page.links
    assert "https://acme.example/i1" in page.links
    assert "Nothing: every reading said the same." in page.text


async def test_an_incident_that_names_no_component_has_no_level(store):
    save(store, store.pages()[0], evidence(incidents=(replace(TOLD, component_ids=()),)))
    page = await get(store, "/v/acme/incident/i1", ACME)

    assert "It names no component, so it changes no level." in page.text
    assert "operational" not in page.text.split("Definitions")[1].split("Outage day")[0]


async def test_messages_show_their_edits(store):
    first = IncidentUpdate(incident_id="i1", key="u", at=OUT, status="identified", text="It broke.")
    read(store, TOLD, updates=(first,))
    read(store, TOLD, NOW + HOUR, updates=(replace(first, text="It was slow."),))
    page = await get(store, "/v/acme/incident/i1", ACME, now=NOW + 2 * HOUR)

    assert "It broke." in page.text
    assert "It was slow." in page.text
    assert "edited before 22 May 13:00 UTC" in page.text


async def test_an_incident_whose_id_is_an_address_is_found_by_its_digest(store):
    long_id = "https://acme.example/incidents/1?x=y"
    read(store, replace(TOLD, id=long_id))
    page = await get(store, f"/v/acme/incident/{incident_key(long_id)}", ACME)

    assert "Console unreachable" in page.text


@pytest.mark.parametrize("key", ["i2", "~0123456789abcdef", "<b>"])
async def test_an_incident_that_was_not_told_is_not_there(store, key):
    read(store, TOLD)
    page = await get(store, f"/v/acme/incident/{key}", ACME, status=404)

    assert f"Acme told of no incident “{key}”, as far as we read." in page.text
    assert "../../../v/acme#incidents" in page.links


async def test_nothing_was_told_by_a_vendor_that_was_never_read():
    with Store.open("sqlite://") as empty:
        page = await get(empty, "/v/acme/incident/i1", ACME, status=404)

    assert "told of no incident" in page.text


async def test_what_a_vendor_writes_is_text_and_bounded(store):
    evil = '<script>alert(1)</script>"\u202e\n' + "x" * 10_000
    update = IncidentUpdate(incident_id="i1", key="u", at=OUT, status=evil, text=evil)
    told = replace(TOLD, title=evil, status=evil, impact=evil, url="javascript:alert(1)")
    read(store, told, updates=(update,))
    page = await get(store, "/v/acme/incident/i1", ACME)

    assert not page.all("script")
    assert "\u202e" not in page.text
    assert not [link for link in page.links if "javascript" in link]
    assert max(map(len, page.words)) < 2_100


def test_what_you_decided_counts_in_our_reading(store):
    read(store, TOLD)
    decided = Override(
        incident="i1", reason="not used", decided=date(2026, 5, 21), level=Level.DEGRADED
    )
    vendor = replace(ACME, overrides=(decided,))
    told = incident_history(store, store.pages()[0], vendor, "i1", NOW)

    assert told.level is Level.DEGRADED
    assert told.account.override == decided


def test_what_is_read_later_than_now_is_not_told(store):
    read(store, TOLD)
    read(store, SHORTER, NOW + HOUR, length=HOUR)
    told = incident_history(store, store.pages()[0], ACME, "i1", NOW)

    assert told.account.incident.title == "Console unreachable"
    assert told.edits == ()


def versions(*incidents):
    return [
        IncidentVersion(incident=each, recorded_at=NOW + n * HOUR, superseded_at=None)
        for n, each in enumerate(incidents)
    ]


def test_an_edit_is_one_after_the_fact_when_the_incident_was_over_or_is_withdrawn():
    going_on = replace(TOLD, phase=Phase.OPEN, resolved_at=None)
    withdrawn = replace(going_on, phase=Phase.WITHDRAWN)

    assert not any(edit.is_afterwards for edit in field_edits(versions(going_on, TOLD)))
    assert all(edit.is_afterwards for edit in field_edits(versions(TOLD, going_on)))
    assert all(edit.is_afterwards for edit in field_edits(versions(going_on, withdrawn)))


def test_another_order_of_components_is_no_edit():
    one = replace(TOLD, component_ids=("a", "b"))

    assert list(field_edits(versions(one, replace(one, component_ids=("b", "a"))))) == []


def test_every_field_has_words():
    words = FieldWords(lambda instant: instant, str.upper)
    comparison = words.comparison(TOLD, replace(TOLD, unlisted_at=NOW))

    assert len(comparison) == len(FIELDS)
    assert [title for title, was, now in comparison if was != now] == ["on the vendor’s list"]
    assert words.value("component_ids", TOLD).text == "API"
