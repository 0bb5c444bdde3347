"""When what is stored of a page changed last, by the time that it is about."""

from datetime import UTC, timedelta

import pytest

from monitor.intervals import Interval, day_interval
from monitor.model import Aspect, Bar, Coverage, IncidentUpdate, Level, Phase
from monitor.records.edges import BEGINNING
from monitor.store import Body, BodyRef, ChangeTime, Pin, Store
from tests.store_support import (
    DATABASES,
    HOUR,
    NOW,
    add_page,
    component,
    database,
    evidence,
    impact,
    incident,
    observed,
    save,
)

START = NOW - timedelta(days=3)
READ_AT = NOW - 9 * HOUR
DAY = START.date()
COMPONENTS = ChangeTime(BEGINNING, READ_AT)


@pytest.fixture(params=DATABASES)
def store(request):
    with database(request.param) as url, Store.open(url) as opened:
        yield opened


@pytest.fixture
def changes(store):
    """Return what readings with these parts change, each at its moment, beside the components."""
    page = add_page(store)

    def told(*readings):
        for at, parts in readings:
            save(store, page, evidence(at, **{"components": (component(),)} | parts))
        return set(store.change_times(page.id)) - {COMPONENTS}

    return told


def closed(**more):
    return incident(started_at=START, resolved_at=START + HOUR, phase=Phase.CLOSED, **more)


def message(text):
    return IncidentUpdate(incident_id="i1", key="u1", at=START, status="resolved", text=text)


def test_nothing_is_told_of_a_page_that_was_never_read(store):
    assert store.change_times(add_page(store).id) == []


def test_components_that_come_or_leave_change_all_of_time(store, changes):
    changes((READ_AT, {}))
    (page,) = store.pages()
    assert store.change_times(page.id) == [COMPONENTS]

    new = component("web", "Web")
    assert changes((NOW, {"components": (component(), new)})) == {ChangeTime(BEGINNING, NOW)}
    later = NOW + HOUR
    assert changes((later, {"components": (new,)})) == {ChangeTime(BEGINNING, later)}


def test_an_incident_changed_when_another_version_was_read(changes):
    first = READ_AT, {"incidents": (closed(),)}

    assert changes(first) == {ChangeTime(START, READ_AT)}
    again = NOW, {"incidents": (closed(title="Renamed"),)}
    assert ChangeTime(START, NOW) in changes(again)


def test_what_goes_on_has_no_last_change(changes):
    going_on = {"incidents": (incident(),), "impacts": (impact(START),)}

    assert changes((READ_AT, going_on)) == {ChangeTime(START, None)}


def test_an_impact_is_about_the_time_since_its_incident_began(changes):
    late = impact(NOW - HOUR, NOW, source="acme.history")

    told = changes((READ_AT, {"incidents": (closed(),)}), (NOW, {"impacts": (late,)}))
    assert told == {ChangeTime(START, READ_AT), ChangeTime(START, NOW)}


def test_a_message_is_about_the_time_of_its_incident(changes):
    told = {"incidents": (closed(),), "updates": (message("one"),)}
    edited = {"incidents": (closed(),), "updates": (message("two"),)}

    assert changes((READ_AT, told), (NOW, edited)) == {
        ChangeTime(START, READ_AT),
        ChangeTime(START, NOW),
    }


def test_bars_change_their_day(changes):
    def bars(seconds):
        return {"bars": (Bar(component_id="api", day=DAY, major_seconds=seconds, source="s"),)}

    assert changes((READ_AT, bars(60)), (NOW, bars(90))) == {
        ChangeTime(day_interval(DAY, UTC).start, NOW)
    }


def test_that_readings_go_on_is_no_change(changes):
    def reading(at):
        span = Interval(START, at)
        return {
            "coverage": (Coverage(span=span, aspect=Aspect.IMPACTS),),
            "observed": observed(at, api=Level.OPERATIONAL).observed,
        }

    told = {ChangeTime(START, READ_AT)}
    assert changes((READ_AT, reading(READ_AT))) == told
    next_at = READ_AT + timedelta(minutes=5)
    assert changes((next_at, reading(next_at))) == told


def test_an_answer_that_is_kept_as_evidence_changes_its_day(store, changes):
    changes((READ_AT, {}))
    (page,) = store.pages()
    body = Body(body=b"x", media_type="text/plain")
    (digest,) = store.keep_snapshots([body], now=NOW)
    ref = BodyRef(url="https://acme.example/", status=200, sha256=digest, read_at=NOW)
    store.pin(page.id, [Pin(DAY, "read", ref)], now=NOW)

    day = day_interval(DAY, page.zone).start
    assert ChangeTime(day, NOW) in store.change_times(page.id)
