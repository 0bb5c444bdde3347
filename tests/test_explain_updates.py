"""What `monitor explain` says of how an incident was told."""

from datetime import timedelta

import pytest

from exporters import explain
from monitor.answers import DayQuery, explanation
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import IncidentUpdate, Level, PostedState
from monitor.store import Store
from tests.store_support import (
    DAY,
    HOUR,
    NOW,
    add_page,
    component,
    evidence,
    impact,
    incident,
    save,
)

VENDOR = VendorConfig(slug="acme", name="Acme", url="https://acme.example/")
OUTAGE = (impact(NOW - HOUR),)


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


def update(key="u1", **changes) -> IncidentUpdate:
    states = (
        PostedState(
            component_id="api", level=Level.MAJOR_OUTAGE, word="down", before=Level.OPERATIONAL
        ),
        PostedState(component_id="web", level=None, word="wobbly"),
    )
    values = {
        "incident_id": "i1",
        "key": key,
        "at": NOW - HOUR,
        "status": "investigating",
        "states": states,
    }
    return IncidentUpdate(**(values | {"text": "<b>We look.</b><br>Soon more."} | changes))


def told(at, *updates, **parts):
    listed = {
        "components": (component(), component("web", "Web")),
        "impacts": OUTAGE,
        "incidents": (incident(),),
    }
    return evidence(
        at, **(listed | {"updates": updates, "lists": Interval(NOW - 7 * DAY, at)} | parts)
    )


def explained(store, page, *, now, known_at=None) -> list[str]:
    query = DayQuery(day=NOW.date(), now=now, known_at=known_at)
    document = explain.document(explanation(store, page, VENDOR, query))
    return [line.strip() for line in explain.text_lines(document)]


def test_every_message_is_shown_with_its_states_its_text_and_when_it_was_read(store):
    page = add_page(store)
    save(store, page, told(NOW, update()))

    lines = explained(store, page, now=NOW + HOUR)
    first = lines.index("how it was told:")
    assert lines[first + 1 : first + 6] == [
        "2026-05-22 11:00:00+0000 investigating (read 2026-05-22 12:00:00+0000)",
        "API: major outage, before operational",
        "Web: unknown word 'wobbly'",
        "| We look.",
        "| Soon more.",
    ]


def test_messages_edited_and_taken_back_are_shown_as_such_and_only_as_known_then(store):
    page = add_page(store)
    save(store, page, told(NOW, update(), update("u2", at=NOW, status="monitoring", states=())))
    save(store, page, told(NOW + HOUR, update(status="identified")))

    now = "\n".join(explained(store, page, now=NOW + 2 * HOUR))
    assert (
        "investigating (read 2026-05-22 12:00:00+0000, edited before 2026-05-22 13:00:00+0000)"
        in now
    )
    assert "identified (read 2026-05-22 13:00:00+0000)" in now
    assert (
        "monitoring (read 2026-05-22 12:00:00+0000, taken back before 2026-05-22 13:00:00+0000)"
        in now
    )
    then = "\n".join(
        explained(store, page, now=NOW + 2 * HOUR, known_at=NOW + timedelta(minutes=1))
    )
    assert "identified" not in then
    assert "monitoring (read 2026-05-22 12:00:00+0000)" in then


@pytest.mark.slow
def test_an_incident_off_the_list_says_since_when_and_rates_as_before(store):
    page = add_page(store)
    save(store, page, told(NOW, update()))
    before = explained(store, page, now=NOW + HOUR)[0]
    save(store, page, evidence(NOW + HOUR, lists=Interval(NOW - 7 * DAY, NOW + HOUR)))

    after = explained(store, page, now=NOW + HOUR)
    assert "no longer on the vendor's list since 2026-05-22 13:00:00+0000" in after
    assert after[0] == before
