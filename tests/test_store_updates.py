"""How an incident was told: its messages and whether it is still on the vendor's list, in every
database."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.intervals import Interval
from monitor.model import IncidentUpdate, Level, Phase, PostedState
from monitor.store import Store
from tests.store_support import (
    DATABASES,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_page,
    component,
    database,
    evidence,
    incident,
    save,
)

OK, DEGRADED, MAJOR = Level.OPERATIONAL, Level.DEGRADED, Level.MAJOR_OUTAGE


@pytest.fixture(scope="module", params=DATABASES)
def opened(request):
    with database(request.param) as url, Store.open(url) as store:
        yield store


@pytest.fixture
def store(opened):
    with opened._write() as connection:
        connection.execute(sa.text("DELETE FROM page"))
    return opened


@pytest.fixture
def page(store):
    return add_page(store)


def update(key: str = "u1", **changes) -> IncidentUpdate:
    values = {
        "incident_id": "i1", "key": key, "at": NOW - HOUR, "status": "investigating", "text": "We are looking.",
        "states": (PostedState(component_id="api", level=MAJOR, word="major_outage", before=OK),),
    }  # fmt: skip
    return IncidentUpdate(**(values | changes))


def told(*updates: IncidentUpdate, at=NOW, **parts):
    return evidence(at, **({"incidents": (incident(),), "updates": updates} | parts))


def texts(store, page, **when):
    return [each.update.text for each in store.incident_updates(page.id, "i1", **when)]


def versions_of_i1(store, page):
    return [each.incident for each in store.incident_versions(page.id, "i1")]


# ----------------------------------------------------------------------------------------------------------
# messages


def test_a_message_comes_back_with_its_states_its_text_and_when_it_was_read(store, page):
    save(store, page, told(update()))

    (version,) = store.incident_updates(page.id, "i1")
    assert version.update == update()
    assert (version.recorded_at, version.superseded_at) == (NOW, None)


def test_facts_hold_the_states_of_messages_without_their_text(store, page):
    save(store, page, told(update(), update("u2", states=())))

    (read,) = store.facts(page.id).updates
    assert read == update(text="")


def test_a_state_in_an_unknown_word_stays_unknown(store, page):
    states = (PostedState(component_id="api", level=None, word="wobbly"),)
    save(store, page, told(update(states=states)))

    assert store.facts(page.id).updates[0].states == states


def test_facts_hold_only_recent_states(store, page):
    save(store, page, told(update(), update("u2", at=NOW - 9 * DAY)))

    assert [each.key for each in store.facts(page.id, since=NOW - DAY).updates] == ["u1"]
    assert [each.key for each in store.facts(page.id).updates] == ["u2", "u1"]


def test_the_same_messages_again_change_nothing(store, page):
    save(store, page, told(update(), update("u2", text="<p>Found &amp; mended</p>")))

    changes = save(
        store, page, told(update(), update("u2", text="<p>Found &amp; mended</p>"), at=NOW + MINUTE)
    )

    assert not changes
    assert changes.affected_since is None


def test_an_edited_message_keeps_what_it_said_before(store, page):
    save(store, page, told(update()))
    changes = save(store, page, told(update(text="We looked."), at=NOW + HOUR))

    assert changes
    assert texts(store, page) == ["We looked."]
    assert texts(store, page, known_at=NOW + MINUTE) == ["We are looking."]
    first, second = store.incident_updates(page.id, "i1", edits=True)
    assert (first.superseded_at, second.recorded_at, second.superseded_at) == (
        NOW + HOUR,
        NOW + HOUR,
        None,
    )


def test_a_state_edited_afterwards_makes_its_days_due(store, page):
    save(store, page, told(update()))
    edited = update(
        states=(PostedState(component_id="api", level=DEGRADED, word="degraded_performance"),)
    )

    changes = save(store, page, told(edited, at=NOW + HOUR))

    assert changes.affected_since == edited.at
    assert store.facts(page.id).updates[0].states[0].level is DEGRADED
    assert store.facts(page.id, known_at=NOW).updates[0].states[0].level is MAJOR


def test_a_message_taken_back_is_gone_and_stays_readable(store, page):
    save(store, page, told(update(), update("u2", text="Never mind.")))
    save(store, page, told(update(), at=NOW + HOUR))

    assert texts(store, page) == ["We are looking."]
    assert texts(store, page, known_at=NOW) == ["We are looking.", "Never mind."]
    assert [each.superseded_at for each in store.incident_updates(page.id, "i1", edits=True)] == [
        None,
        NOW + HOUR,
    ]


def test_nothing_is_known_of_a_message_before_it_was_read(store, page):
    save(store, page, told(update()))

    before = NOW - MINUTE
    assert store.incident_updates(page.id, "i1", known_at=before) == []
    assert store.incident_updates(page.id, "i1", known_at=before, edits=True) == []
    assert store.facts(page.id, known_at=before).updates == ()


def test_what_a_withdrawn_incident_said_of_components_does_not_count_and_stays_readable(
    store, page
):
    save(store, page, told(update()))
    save(store, page, evidence(NOW + HOUR, withdrawn=("i1",)))

    assert store.facts(page.id).updates == ()
    assert [each.states for each in store.facts(page.id, known_at=NOW).updates] == [update().states]
    assert texts(store, page) == ["We are looking."]


def test_an_edit_that_came_later_does_not_show_at_an_earlier_moment(store, page):
    save(store, page, told(update()))
    save(store, page, told(update(text="We looked."), at=NOW + HOUR))

    (only,) = store.incident_updates(page.id, "i1", known_at=NOW, edits=True)
    assert only.superseded_at is None


def test_an_answer_without_messages_leaves_those_there_are(store, page):
    save(store, page, told(update()))
    save(store, page, told(at=NOW + HOUR))

    assert texts(store, page) == ["We are looking."]


def test_messages_of_an_incident_renamed_and_reopened_go_on(store, page):
    save(store, page, told(update(), incidents=(incident(),)))
    closing = update("u2", at=NOW, status="resolved", states=(), text="Over.")
    closed = incident(phase=Phase.CLOSED, status="resolved", resolved_at=NOW)
    save(store, page, told(update(), closing, at=NOW + MINUTE, incidents=(closed,)))
    again = update("u3", at=NOW + HOUR, text="Back again.")
    named = incident(title="API and web errors")
    save(store, page, told(update(), closing, again, at=NOW + 2 * HOUR, incidents=(named,)))

    assert texts(store, page) == ["We are looking.", "Over.", "Back again."]
    assert texts(store, page, known_at=NOW + MINUTE) == ["We are looking.", "Over."]
    assert [each.title for each in versions_of_i1(store, page)] == [
        "API errors",
        "API errors",
        "API and web errors",
    ]


def test_two_incidents_may_use_the_same_key(store, page):
    other = update(incident_id="i2", text="Something else.")
    save(store, page, told(update(), other, incidents=(incident(), incident("i2"))))
    save(store, page, told(update(), at=NOW + HOUR))

    assert texts(store, page) == ["We are looking."]
    assert len(store.incident_updates(page.id, "i2")) == 1, "it was not among the incidents told"


def test_a_posted_state_follows_its_component_to_another_platform(store, page):
    store.set_platform(page.id, "statuspage", [])
    page = store.pages()[0]
    save(store, page, told(update(), components=(component(),)))
    store.set_platform(page.id, "incidentio", [])
    save(store, store.pages()[0], evidence(NOW + HOUR, components=(component("01J"),)))

    assert [each.component_id for each in store.facts(page.id).updates[0].states] == ["01J"]


# --------------------------------------------------------------------------------------------------------------
# text


def test_html_and_what_a_terminal_would_obey_are_left_out_of_the_text(store, page):
    hostile = "<p>All <b>well</b>\x1b[2J\x07</p><script>x</script>\u202egreen&lt;br&gt;\r\n<!-- no --> end"
    save(store, page, told(update(text=hostile, status="\x1b]0;ok\x07resolved")))

    (version,) = store.incident_updates(page.id, "i1")
    assert version.update.text == "All well [2J\nx green<br>\nend"
    assert version.update.status == "]0;ok resolved"


def test_a_text_without_end_is_cut(store, page):
    save(store, page, told(update(text="<i>" * 9_000 + "x" * 50_000)))
    assert len(texts(store, page)[0]) == 1
    save(store, page, told(update(text="x" * 50_000), at=NOW + HOUR))
    (text,) = texts(store, page)
    assert (len(text), text[-1]) == (4_000, "…")


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(st.characters(), max_size=300),
    status=st.text(st.characters(), max_size=300),
    word=st.none() | st.text(st.characters(), max_size=90),
    key=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=300),
)
def test_no_text_a_vendor_writes_breaks_the_store(store, text, status, word, key):
    page = add_page(store, "any")
    states = (PostedState(component_id="api", level=None, word=word),)
    said = told(update(key, text=text, status=status, states=states))
    save(store, page, said)

    assert not save(store, page, said), "the same again changes nothing"
    (version,) = store.incident_updates(page.id, "i1")
    for shown in (version.update.status, version.update.text, version.update.states[0].word or ""):
        assert all(line.isprintable() for line in shown.split("\n"))


# -------------------------------------------------------------------------------------------------
# off the vendor's list

WEEK = Interval(NOW - 7 * DAY, NOW)


def listing(at, *incidents, **parts):
    return evidence(at, incidents=incidents, lists=Interval(NOW - 7 * DAY, at), **parts)


def unlisted(store, page):
    return [each.unlisted_at for each in versions_of_i1(store, page)]


def test_an_incident_a_list_should_hold_and_does_not_is_off_the_list_since_that_reading(
    store, page
):
    save(store, page, listing(NOW, incident()))
    changes = save(store, page, listing(NOW + HOUR))
    save(store, page, listing(NOW + 2 * HOUR))

    assert unlisted(store, page) == [None, NOW + HOUR]
    assert changes.affected_since is None, "it changes no day"
    assert store.facts(page.id).incidents == (incident(unlisted_at=NOW + HOUR),)
    assert store.facts(page.id, known_at=NOW).incidents == (incident(),)


def test_an_incident_listed_again_is_back_on_the_list(store, page):
    save(store, page, listing(NOW, incident()))
    save(store, page, listing(NOW + HOUR))
    save(store, page, listing(NOW + 2 * HOUR, incident()))
    save(store, page, listing(NOW + 3 * HOUR))

    assert unlisted(store, page) == [None, NOW + HOUR, None, NOW + 3 * HOUR]


def test_the_incidents_own_page_does_not_put_it_back_on_the_list(store, page):
    save(store, page, listing(NOW, incident()))
    save(store, page, listing(NOW + HOUR))
    alone = evidence(NOW + HOUR, incidents=(incident(),))

    assert not save(store, page, alone)
    save(store, page, evidence(NOW + 2 * HOUR, incidents=(incident(title="Renamed"),)))

    assert [each.unlisted_at for each in versions_of_i1(store, page)] == [
        None,
        NOW + HOUR,
        NOW + HOUR,
    ]


def test_an_incident_too_old_for_the_list_is_not_off_it(store, page):
    save(
        store,
        page,
        listing(
            NOW, incident(started_at=NOW - 8 * DAY, phase=Phase.CLOSED, resolved_at=NOW - 6 * DAY)
        ),
    )
    save(store, page, listing(NOW + HOUR))

    assert unlisted(store, page) == [None]


def test_what_another_source_told_is_not_missed_on_this_list(store, page):
    save(store, page, listing(NOW, incident(), source="acme.other"))
    save(store, page, evidence(NOW, incidents=(incident("i2"),)))
    save(store, page, listing(NOW + HOUR))

    assert [each.unlisted_at for each in store.facts(page.id).incidents] == [None, None]


def test_an_incident_withdrawn_after_it_left_the_list_keeps_when_it_left(store, page):
    save(store, page, listing(NOW, incident()))
    save(store, page, listing(NOW + HOUR, withdrawn=("i1",)))
    save(store, page, listing(NOW + 2 * HOUR, withdrawn=("i1",)))

    last = versions_of_i1(store, page)[-1]
    assert (last.phase, last.unlisted_at) == (Phase.WITHDRAWN, NOW + HOUR)


def test_a_page_that_moved_to_another_platform_keeps_what_was_off_the_list(store, page):
    save(store, page, listing(NOW, incident()))
    save(store, page, listing(NOW + HOUR))
    store.change_platform(
        page.id, "incidentio", [], left_at=NOW + HOUR, now=NOW + timedelta(hours=2)
    )

    last = versions_of_i1(store, page)[-1]
    assert (last.phase, last.unlisted_at) == (Phase.CLOSED, NOW + HOUR)
