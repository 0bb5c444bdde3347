"""Maintenances as a calendar: each once, changed by what the vendor changes, inert."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from store_support import DAY, HOUR, NOW, add_page, component, evidence, incident, save
from watched_world import ACME, ask, watched

from exporters.feeds import feed_routes
from exporters.feeds.calendar import Calendar, Maintenance, ics
from exporters.feeds.texts import paragraphs, title
from monitor.config import VendorConfig
from monitor.model import IncidentUpdate, Phase
from monitor.stacks import NO_STACKS, Target
from monitor.store import PageSpec, Store


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


def maintenance(**changes):
    values = {
        "phase": Phase.SCHEDULED, "maintenance": True, "title": "Database upgrade", "status": "scheduled",
        "started_at": NOW + DAY, "url": "https://acme.example/m1",
    }  # fmt: skip
    return incident("m1", **(values | changes))


def tell(store, page, *incidents, at=NOW, **parts):
    save(store, page, evidence(at, components=(component(),), incidents=incidents, **parts))


async def events(store, path="vendor/acme", *, now=NOW, vendors=(ACME,), stacks=NO_STACKS):
    world = replace(watched(store, *vendors, now=now), stacks=lambda: stacks)
    answer = await ask(feed_routes, world, f"/calendar/{path}.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return IcsCalendarStream.calendar_from_ics(answer.text).events


async def test_an_announced_maintenance_is_an_event_that_another_library_reads(store):
    tell(store, add_page(store), maintenance(), incident("i1"))

    (event,) = await events(store)

    assert (event.summary, event.dtstart) == ("Acme: Database upgrade", NOW + DAY)
    assert (event.status, event.sequence) == ("CONFIRMED", 0)
    assert str(event.url) == "https://acme.example/m1"
    assert event.description.splitlines() == [
        "Maintenance; status: scheduled.",
        "Announced for 2026-05-23 12:00 UTC.",
        "Components: API.",
    ]


async def test_every_change_of_the_vendor_raises_the_sequence_and_keeps_the_event(store):
    page = add_page(store)
    tell(store, page, maintenance())
    sequences, uids = [], set()
    first = IncidentUpdate(incident_id="m1", key="u", at=NOW, status="scheduled", text="Soon.")
    steps = (
        {},
        {"started_at": NOW + 2 * DAY},
        {"updates": (first,)},
        {"updates": (replace(first, text="Later."),)},
        {"phase": Phase.OPEN, "started_at": NOW + HOUR},
        {"phase": Phase.CLOSED, "started_at": NOW + HOUR, "resolved_at": NOW + 5 * HOUR},
    )
    told = {}
    for number, step in enumerate(steps):
        at = NOW + number * HOUR
        told |= step
        updates = told.get("updates", ())
        changes = {key: value for key, value in told.items() if key != "updates"}
        tell(store, page, maintenance(**changes), at=at, updates=updates)
        (event,) = await events(store, now=at)
        sequences.append(event.sequence)
        uids.add(event.uid)

    assert sequences == sorted(set(sequences))
    assert sequences[0] == 0
    assert len(uids) == 1
    assert (event.dtstart, event.dtend) == (NOW + HOUR, NOW + 5 * HOUR)


async def test_nothing_new_changes_nothing(store):
    page = add_page(store)
    tell(store, page, maintenance())
    world = watched(store)
    before = await ask(feed_routes, world, "/calendar/all.ics")
    tell(store, page, maintenance(), at=NOW + HOUR)
    later = watched(store, now=NOW + HOUR)

    known = {"if-none-match": before.headers["etag"]}
    again = await ask(feed_routes, later, "/calendar/all.ics", headers=known)

    assert again.status_code == 304


async def test_a_withdrawn_maintenance_is_cancelled_and_stays(store):
    page = add_page(store)
    tell(store, page, maintenance())
    (before,) = await events(store)
    save(store, page, evidence(NOW + HOUR, withdrawn=("m1",)))

    (event,) = await events(store, now=NOW + HOUR)

    assert (event.uid, event.status) == (before.uid, "CANCELLED")
    assert event.sequence > before.sequence
    assert "Withdrawn by the vendor" in event.description


async def test_an_event_keeps_its_uid_when_the_vendor_is_renamed(store):
    page = add_page(store)
    tell(store, page, maintenance())
    (before,) = await events(store)
    store.rename_page(page.id, "acme-corp")
    store.sync_pages([PageSpec(slug="acme-corp", name="Acme Corp", url=page.url)], now=NOW)
    renamed = replace(ACME, slug="acme-corp", name="Acme Corp")

    (after,) = await events(store, "vendor/acme-corp", vendors=(renamed,))

    assert after.uid == before.uid
    assert after.summary == "Acme Corp: Database upgrade"


async def test_a_tier_and_all_hold_their_vendors_and_an_unknown_vendor_is_an_error(store):
    tell(store, add_page(store), maintenance())

    assert len(await events(store, "all")) == 1
    assert len(await events(store, "tier/critical")) == 1
    assert not await events(store, "tier/low")
    assert (await ask(feed_routes, watched(store), "/calendar/vendor/x.ics")).status_code == 404


async def test_a_stack_holds_the_maintenances_of_what_it_depends_on_each_once(store):
    of_both = maintenance(component_ids=("api", "web"), title="Of both")
    of_web = replace(maintenance(component_ids=("web",), title="Of the web"), id="m2")
    globex = VendorConfig(slug="globex", name="Globex", url="https://globex.example/")
    page, other = add_page(store), add_page(store, globex.slug)
    parts = (component(), component("web", "Web"))
    save(store, page, evidence(components=parts, incidents=(of_both, of_web)))
    tell(store, other, maintenance(title="Of Globex"))
    stacks = {
        "api": (Target("acme", "api"),),
        "both": (Target("acme", "api"), Target("acme", "web"), Target("globex")),
        "left": (Target("gone"),),
    }

    found = {}
    for name in stacks:
        told = await events(store, f"stack/{name}", vendors=(ACME, globex), stacks=stacks)
        found[name] = sorted(each.summary for each in told)

    assert found["api"] == ["Acme: Of both"]
    assert found["both"] == ["Acme: Of both", "Acme: Of the web", "Globex: Of Globex"]
    assert found["left"] == []


async def test_a_stack_that_is_none_is_an_error(store):
    answer = await ask(feed_routes, watched(store), "/calendar/stack/checkout.ics")

    assert answer.status_code == 404


hostile = st.text(st.characters(categories=None), max_size=200) | st.sampled_from(
    [
        "\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:EMAIL",
        "a;b,c:\\n\\",
        "\u202eevil\u2066\x00\x1b\x7f",
        "x" * 10_000,
        "é" * 10_000,
    ]
)


@settings(max_examples=40)
@given(hostile, hostile)
def test_whatever_a_vendor_writes_an_event_is_one_event_and_says_just_that(name, text):
    lines = paragraphs(text)
    one = Maintenance(
        uid="urn:uuid:1",
        vendor="acme",
        title=title(name),
        lines=lines,
        url="https://acme.example/",
        start=NOW,
        end=NOW + HOUR,
        is_withdrawn=False,
        sequence=3,
        published_at=NOW,
        updated_at=NOW,
    )

    body = ics(Calendar(name=title(name), maintenances=(one,)))
    document = body.decode()
    (event,) = IcsCalendarStream.calendar_from_ics(document).events

    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    names = re.findall(r"^(BEGIN|END):(\w+)\r$", document, re.MULTILINE)
    assert [kind for _, kind in names] == ["VCALENDAR", "VEVENT", "VEVENT", "VCALENDAR"]
    assert (event.summary or "").strip() == title(name).strip()
    assert [line.strip() for line in (event.description or "").split("\n") if line.strip()] == [
        line.strip() for line in lines
    ]
    assert not re.search(
        "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", document
    )
