"""`monitor status --at`: what had been read by then, and unknown where it had not."""

from datetime import datetime, timedelta

import pytest
from store_support import HOUR, NOW, add_page, component, evidence, incident, observed, poll, save

from monitor.answers import Status, Target, past_statuses
from monitor.config import VendorConfig
from monitor.model import Level, Phase
from monitor.store import Store

ACME = VendorConfig(slug="acme", name="Acme", url="https://acme.example/", interval_seconds=300)
PARTS = (component(), component("web", "Web"))
MINUTE = timedelta(minutes=1)
BAD = Level.MAJOR_OUTAGE


def read(store: Store, minutes: float, api: Level | None, **parts) -> None:
    """Read the page so many minutes after NOW, with a poll in the log."""
    at = NOW + minutes * MINUTE
    page = store.pages()[0]
    save(store, page, evidence(at, components=PARTS, **parts))
    save(store, page, observed(at, api=api, web=Level.OPERATIONAL))
    store.record_polls([poll(page, at)])


def read_often(store: Store) -> None:
    """Read it every five minutes for half an hour; from 10 to 20 it was out."""
    add_page(store, now=NOW - HOUR)
    for minutes in range(0, 31, 5):
        read(store, minutes, BAD if 10 <= minutes < 20 else Level.OPERATIONAL)


def at(store: Store, minutes: float, target: str = "acme") -> Status:
    return at_instant(store, NOW + minutes * MINUTE, target)


def at_instant(store: Store, moment: datetime, target: str = "acme") -> Status:
    targets = [Target.parse(target)]
    (found,) = past_statuses(store, {"acme": ACME}, targets, moment)
    return found


@pytest.mark.parametrize(
    ("minutes", "level", "read_minutes"),
    [
        (0, Level.OPERATIONAL, 0),
        (9.9, Level.OPERATIONAL, 5),
        (10, BAD, 10),
        (14, BAD, 10),
        (19.9, BAD, 15),
        (20, Level.OPERATIONAL, 20),
        (40, Level.OPERATIONAL, 30),
    ],
)
def test_it_is_what_the_last_reading_by_then_said(store, minutes, level, read_minutes):
    read_often(store)
    found = at(store, minutes)

    assert (found.level, found.read_at) == (level, NOW + read_minutes * MINUTE)
    assert found.as_of == NOW + minutes * MINUTE
    assert (found.known_components, found.counted_components) == (2, 2)


@pytest.mark.parametrize(
    ("minutes", "why"),
    [(-1, "the page had not been read by then"), (40.1, "the page was not read then")],
)
def test_where_it_had_not_been_read_it_is_unknown(store, minutes, why):
    read_often(store)
    found = at(store, minutes)

    assert (found.level, found.why_unknown) == (None, why)


def test_a_page_that_could_not_be_read_then_is_unknown_though_it_was_read_later(store):
    read_often(store)
    page = store.pages()[0]
    store.record_polls([poll(page, NOW + 35 * MINUTE, outcome="failed", reason="bot_challenge")])
    read(store, 40, Level.OPERATIONAL)

    assert at(store, 36).why_unknown == "the page could not be read: bot challenge"
    assert at(store, 34).level is Level.OPERATIONAL
    assert at(store, 40).level is Level.OPERATIONAL


def test_an_incident_goes_on_as_long_as_it_was_told_to(store):
    add_page(store, now=NOW - HOUR)
    read(store, 0, Level.OPERATIONAL)
    read(store, 5, BAD, incidents=(incident(started_at=NOW - HOUR),))
    over = incident(started_at=NOW - HOUR, phase=Phase.CLOSED, resolved_at=NOW + 2 * MINUTE)
    read(store, 10, Level.OPERATIONAL, incidents=(over,))

    told = [[each.id for each in at(store, minutes).incidents] for minutes in (3, 7, 12)]
    assert told == [[], ["i1"], []]


def test_a_component_that_came_later_was_not_there(store):
    add_page(store, now=NOW - HOUR)
    read(store, 0, Level.OPERATIONAL)
    new = (*PARTS, component("db", "Database"))
    page = store.pages()[0]
    save(store, page, evidence(NOW + 5 * MINUTE, components=new))

    assert at(store, 4, "acme/db").why_unknown == "acme has no component 'db'; it has api, web"


def test_without_the_log_of_polls_a_state_that_was_seen_before_and_after_stands(store):
    read_often(store)
    store.prune(now=NOW + timedelta(days=60), snapshot_days=1, poll_days=1)
    found = at(store, 13)

    assert (found.level, found.read_at, found.age_seconds) == (BAD, None, None)
    assert at(store, 45).level is None
    assert at(store, -5).level is None


def test_a_vendor_that_was_removed_later_was_watched(store):
    read_often(store)
    store.sync_pages([], now=NOW + 33 * MINUTE)

    assert at(store, 32).level is Level.OPERATIONAL
    assert at(store, 34).why_unknown == "it is not watched any more"
