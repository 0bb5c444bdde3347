"""What incidents were known to claim at any moment."""

from datetime import timedelta

import pytest

from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Coverage,
    Level,
    Phase,
)
from tests.store_support import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    evidence,
    impact,
    incident,
    observed,
    save,
)

OK, DEGRADED, MAJOR = Level.OPERATIONAL, Level.DEGRADED, Level.MAJOR_OUTAGE


def test_impacts_of_incidents_not_mentioned_stay(store, page):
    save(store, page, evidence(incidents=(incident(),), impacts=(impact(NOW - HOUR),)))
    save(store, page, evidence(NOW + HOUR, incidents=(incident("i2"),)))

    assert len(store.facts(page.id).impacts) == 1


@pytest.mark.slow
def test_a_complete_span_drops_what_it_no_longer_lists(store, page):
    inside = impact(NOW - 5 * HOUR, NOW - 4 * HOUR, incident_id=None)
    touching = impact(NOW - 8 * HOUR, NOW - 5 * HOUR, incident_id="i9")
    outside = impact(NOW - 9 * HOUR, NOW - 6 * HOUR, incident_id="i8")
    elsewhere = impact(NOW - 5 * HOUR, NOW - 4 * HOUR, source="acme.history", incident_id="i7")
    save(store, page, evidence(impacts=(inside, touching, outside, elsewhere)))
    cover = Coverage(span=Interval(NOW - 6 * HOUR, NOW), aspect=Aspect.IMPACTS, complete=True)
    save(store, page, evidence(NOW + MINUTE, coverage=(cover,)))

    assert set(store.facts(page.id).impacts) == {outside, elsewhere}


def test_a_complete_span_of_one_component_spares_the_others(store, page):
    mine, other = (
        impact(NOW - HOUR, NOW),
        impact(NOW - HOUR, NOW, component_id="web", incident_id="i2"),
    )
    save(store, page, evidence(impacts=(mine, other)))
    cover = Coverage(
        span=Interval(NOW - DAY, NOW), aspect=Aspect.IMPACTS, component_id="api", complete=True
    )
    save(store, page, evidence(NOW + MINUTE, coverage=(cover,)))

    assert store.facts(page.id).impacts == (other,)


def test_a_withdrawn_incident_stays_readable_and_no_longer_counts(store, page):
    save(store, page, evidence(incidents=(incident(),), impacts=(impact(NOW - HOUR),)))
    changes = save(store, page, evidence(NOW + HOUR, withdrawn=("i1", "never-heard-of")))

    (gone,) = store.facts(page.id).incidents
    assert (gone.phase, gone.resolved_at, gone.title) == (Phase.WITHDRAWN, NOW + HOUR, "API errors")
    assert store.facts(page.id).impacts == ()
    assert len(store.facts(page.id, known_at=NOW).impacts) == 1
    assert changes.affected_since == NOW - HOUR
    assert not save(store, page, evidence(NOW + HOUR, withdrawn=("i1",)))


def test_a_withdrawn_incident_listed_again_is_open_again(store, page):
    save(store, page, evidence(incidents=(incident(),)))
    save(store, page, evidence(NOW + HOUR, withdrawn=("i1",)))
    save(store, page, evidence(NOW + 2 * HOUR, incidents=(incident(),)))

    assert set(store.unfinished_incidents(page.id)) == {"i1"}
    assert [each.incident.phase for each in store.incident_versions(page.id, "i1")] == [
        "open",
        "withdrawn",
        "open",
    ]


def test_a_bad_state_that_one_reading_saw_leaves_its_trace_and_a_good_one_covers_nothing(
    store, page
):
    save(store, page, observed(NOW, api=MAJOR, web=OK))
    (seen,) = store.facts(page.id).runs
    assert (seen.component_id, seen.span) == ("api", Interval(NOW - timedelta(seconds=1), NOW))

    save(store, page, observed(NOW + DAY, api=OK, web=OK))
    save(store, page, observed(NOW + DAY + MINUTE, api=OK, web=OK))
    runs = {(each.component_id, each.level): each.span for each in store.facts(page.id).runs}
    assert runs == {
        ("api", MAJOR): Interval(NOW, NOW + timedelta(seconds=1)),
        ("api", OK): Interval(NOW + DAY, NOW + DAY + MINUTE),
        ("web", OK): Interval(NOW + DAY, NOW + DAY + MINUTE),
    }


def test_announced_and_open_incidents_are_not_ended(store, page):
    phases = {"a": Phase.OPEN, "b": Phase.SCHEDULED, "c": Phase.CLOSED}
    save(
        store,
        page,
        evidence(incidents=tuple(incident(key, phase=phase) for key, phase in phases.items())),
    )

    assert set(store.unfinished_incidents(page.id)) == {"a", "b"}
    assert {each.id for each in store.current(page.id).open_incidents} == {"a", "b"}
