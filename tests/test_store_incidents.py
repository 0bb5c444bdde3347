"""Incidents and impacts in the store: told, told again, withdrawn."""

from dataclasses import replace

from monitor.model import (
    Level,
    Phase,
)
from monitor.records.edges import FAR_FUTURE
from tests.store_support import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    evidence,
    full_evidence,
    impact,
    incident,
    observed,
    open_claims,
    rows,
    save,
)

OK, DEGRADED, MAJOR = Level.OPERATIONAL, Level.DEGRADED, Level.MAJOR_OUTAGE


def test_what_was_said_can_be_read_back(store, page):
    said = full_evidence()
    save(store, page, said)

    facts = store.facts(page.id)
    assert [known.component for known in facts.components] == list(said.components)
    assert facts.incidents == said.incidents
    assert set(facts.impacts) == set(said.impacts)
    assert facts.bars == said.bars
    assert {(cover.span, cover.aspect, cover.component_id) for cover in facts.coverage} == {
        (cover.span, cover.aspect, cover.component_id) for cover in said.coverage
    }
    assert facts.reported == said.reported
    assert store.pages()[0].mark == "etag-of-feed"
    assert store.gaps(page.id) == list(said.gaps)
    assert store.units(page.id)[0].name == "history 2026-05"


def test_the_same_evidence_again_changes_nothing(store, page):
    tables = [
        "component",
        "incident",
        "impact",
        "bar",
        "coverage",
        "reported_uptime",
        "observed_run",
        "unit",
        "gap",
    ]
    assert save(store, page, full_evidence())
    before = ([rows(store, table) for table in tables], store.pages()[0], store.facts(page.id))

    again = save(store, page, full_evidence(), now=NOW + HOUR)

    assert not again
    assert again.affected_since is None
    assert (
        [rows(store, table) for table in tables],
        store.pages()[0],
        store.facts(page.id),
    ) == before


def test_a_rewritten_incident_is_readable_as_it_was_and_as_it_is(store, page):
    save(store, page, evidence(incidents=(incident(impact="critical"),)))
    later = NOW + 2 * DAY
    save(
        store,
        page,
        evidence(later, incidents=(incident(impact="minor", title="Renamed", resolved_at=NOW),)),
    )

    then, now = store.facts(page.id, known_at=NOW + DAY), store.facts(page.id)
    assert (then.incidents[0].impact, then.incidents[0].resolved_at) == ("critical", None)
    assert (now.incidents[0].impact, now.incidents[0].title) == ("minor", "Renamed")
    assert store.facts(page.id, known_at=NOW - MINUTE).incidents == ()
    versions = store.incident_versions(page.id, "i1")
    assert [(each.incident.impact, each.recorded_at, each.superseded_at) for each in versions] == [
        ("critical", NOW, later),
        ("minor", later, None),
    ]


def test_the_order_of_an_incidents_components_is_no_change(store, page):
    save(store, page, evidence(incidents=(incident(component_ids=("a", "b")),)))

    assert not save(
        store, page, evidence(NOW + HOUR, incidents=(incident(component_ids=("b", "a")),))
    )


def test_impacts_of_a_listed_incident_are_replaced_by_difference(store, page):
    kept, old = impact(NOW - 3 * HOUR, NOW - 2 * HOUR), impact(NOW - HOUR)
    save(store, page, evidence(incidents=(incident(),), impacts=(kept, old)))
    ended = replace(old, end=NOW)
    changes = save(
        store, page, evidence(NOW + HOUR, incidents=(incident(),), impacts=(kept, ended))
    )

    assert set(store.facts(page.id).impacts) == {kept, ended}
    assert set(store.facts(page.id, known_at=NOW).impacts) == {kept, old}
    assert (changes.added, changes.superseded, changes.affected_since) == (1, 1, NOW - HOUR)


def test_an_incident_told_again_without_impacts_loses_all_whatever_source_told_them(store, page):
    other = impact(NOW - HOUR, source="acme.history")
    save(store, page, evidence(incidents=(incident(),), impacts=(impact(NOW - HOUR), other)))
    save(store, page, evidence(NOW + HOUR, incidents=(incident(),)))

    assert store.facts(page.id).impacts == ()
    assert len(store.facts(page.id, known_at=NOW).impacts) == 2


def test_an_incident_told_as_over_by_another_source_ends_its_open_impact(store, page):
    save(store, page, evidence(incidents=(incident(),), impacts=(impact(NOW - HOUR),)))
    closed = incident(phase=Phase.CLOSED, resolved_at=NOW)
    ended = impact(NOW - HOUR, NOW, source="acme.archive")
    save(
        store, page, evidence(NOW + HOUR, source="acme.list", incidents=(closed,), impacts=(ended,))
    )

    assert store.facts(page.id).impacts == (ended,)


def test_an_outline_keeps_impacts_and_ends_those_of_incidents_that_are_over(store, page):
    past, going_on = impact(NOW - 3 * HOUR, NOW - 2 * HOUR), impact(NOW - HOUR)
    save(store, page, evidence(incidents=(incident(),), impacts=(past, going_on)))
    save(
        store,
        page,
        evidence(NOW + MINUTE, source="acme.feed", incidents=(incident(),), outline=True),
    )
    assert set(store.facts(page.id).impacts) == {past, going_on}

    closed = incident(phase=Phase.CLOSED, resolved_at=NOW)
    save(store, page, evidence(NOW + HOUR, source="acme.feed", incidents=(closed,), outline=True))
    assert set(store.facts(page.id).impacts) == {past, replace(going_on, end=NOW)}
    assert not save(
        store, page, evidence(NOW + HOUR, source="acme.feed", incidents=(closed,), outline=True)
    )


def test_an_outline_that_dates_an_end_ahead_ends_at_once_what_is_over(store, page):
    save(store, page, evidence(incidents=(incident(),), impacts=(impact(NOW - HOUR),)))
    closed = incident(phase=Phase.CLOSED, resolved_at=NOW + DAY)
    save(store, page, evidence(NOW + MINUTE, source="acme.feed", incidents=(closed,), outline=True))

    assert store.facts(page.id).impacts == (impact(NOW - HOUR, NOW + MINUTE),)


def test_an_outline_between_two_full_tellings_takes_nothing_away_and_makes_no_versions(store, page):
    full = incident(maintenance=True, url="https://acme.example/i1", component_ids=("api", "web"))
    bare = replace(
        full, started_at=NOW, maintenance=False, impact="unknown", url="https://feed.example/i1"
    )
    save(store, page, evidence(incidents=(full,)))
    for minutes, named in enumerate([(), ("web",), ()], start=1):
        at = NOW + minutes * MINUTE
        short = replace(full if named else bare, component_ids=named)
        assert not save(
            store, page, evidence(at, source="acme.feed", incidents=(short,), outline=True)
        )
        assert not save(store, page, evidence(at, incidents=(full,)))
    assert len(store.incident_versions(page.id, "i1")) == 1

    over = replace(
        bare, component_ids=(), phase=Phase.CLOSED, status="resolved", resolved_at=NOW + HOUR
    )
    save(store, page, evidence(NOW + HOUR, source="acme.feed", incidents=(over,), outline=True))
    ended = replace(full, phase=Phase.CLOSED, status="resolved", resolved_at=NOW + HOUR)
    assert store.incident_versions(page.id, "i1")[-1].incident == ended
    dated_back = replace(ended, resolved_at=NOW + 50 * MINUTE)
    save(store, page, evidence(NOW + HOUR, incidents=(dated_back,)))
    assert not save(
        store, page, evidence(NOW + 2 * HOUR, source="acme.feed", incidents=(over,), outline=True)
    )
    assert [each.incident for each in store.incident_versions(page.id, "i1")] == [
        full,
        ended,
        dated_back,
    ]


def test_an_outline_moves_what_has_not_begun_and_knows_alone_what_nobody_told_better(store, page):
    planned = incident(phase=Phase.SCHEDULED, started_at=NOW + DAY)
    save(store, page, evidence(incidents=(planned,)))
    moved = replace(planned, started_at=NOW + 2 * DAY, component_ids=())
    save(store, page, evidence(NOW + HOUR, source="acme.feed", incidents=(moved,), outline=True))
    assert store.incident_versions(page.id, "i1")[-1].incident == replace(
        moved, component_ids=("api",)
    )

    alone = incident("i2", component_ids=())
    for start in (NOW - HOUR, NOW - 2 * HOUR):
        told = replace(alone, started_at=start)
        save(store, page, evidence(NOW + HOUR, source="acme.feed", incidents=(told,), outline=True))
        assert store.incident_versions(page.id, "i2")[-1].incident == told


def test_an_end_that_lies_ahead_is_none_yet_unless_the_incident_is_over(store, page):
    ahead = impact(NOW - HOUR, NOW + DAY)
    save(store, page, evidence(incidents=(incident(),), impacts=(ahead,)))
    assert store.facts(page.id).impacts == (replace(ahead, end=None),)

    closed = incident(phase=Phase.CLOSED, resolved_at=NOW + DAY)
    save(store, page, evidence(NOW + MINUTE, incidents=(closed,), impacts=(ahead,)))
    assert store.facts(page.id).impacts == (replace(ahead, end=NOW + MINUTE),)
    assert not save(store, page, evidence(NOW + HOUR, incidents=(closed,), impacts=(ahead,)))


def test_what_goes_on_was_known_from_when_it_was_read_until_it_was_told_otherwise(store, page):
    """Open for an hour, closed, told longer afterwards, and reopened: nobody knew of it in
    between."""
    began = NOW - 3 * HOUR
    told = [None, None, NOW + HOUR, NOW + 2 * HOUR, None]
    for hours, end in enumerate(told):
        at = NOW + hours * HOUR
        phase, ended = (Phase.OPEN, None) if end is None else (Phase.CLOSED, end)
        save(store, page, evidence(
            at, incidents=(incident(phase=phase, started_at=began, resolved_at=ended),), impacts=(impact(began, end),)
        ))  # fmt: skip
    begun_ahead = impact(NOW + 5 * HOUR, incident_id="i2", level=DEGRADED)
    save(store, page, evidence(NOW + 4 * HOUR, incidents=(incident("i2"),), impacts=(begun_ahead,)))

    found = {
        (each.incident_id, each.level, each.span.start, each.span.end)
        for each in open_claims(store, page)
    }
    assert found == {
        ("i1", Level.PARTIAL_OUTAGE, NOW, NOW + 2 * HOUR),
        ("i1", Level.PARTIAL_OUTAGE, NOW + 4 * HOUR, FAR_FUTURE),
        ("i2", DEGRADED, NOW + 4 * HOUR, FAR_FUTURE),
    }
    assert {each.span.start for each in open_claims(store, page, known_at=NOW + HOUR)} == {NOW}


def test_a_claim_that_is_over_says_when_the_page_was_polled_last_while_it_was_known(store, page):
    """Read by a backfill, polled twice, and over at the third poll; another is told in no poll's
    time."""
    begun, over = impact(NOW - HOUR), impact(NOW - HOUR, NOW)
    save(store, page, observed(NOW - MINUTE, api=MAJOR))
    save(store, page, evidence(NOW, incidents=(incident(),), impacts=(begun,)))
    for minutes in (5, 10):
        save(store, page, observed(NOW + minutes * MINUTE, api=Level.OPERATIONAL))
        assert [each.last_read for each in open_claims(store, page)] == [None]
    at = NOW + 15 * MINUTE
    closed = evidence(
        at, incidents=(incident(phase=Phase.CLOSED, resolved_at=NOW),), impacts=(over,)
    )
    store.save(page.id, observed(at, api=Level.OPERATIONAL), closed, now=at, max_gap_seconds=900)
    save(
        store,
        page,
        evidence(at, incidents=(incident("i2"),), impacts=(replace(begun, incident_id="i2"),)),
    )
    save(store, page, evidence(at + MINUTE, incidents=(incident("i2"),)))

    assert [(each.incident_id, each.last_read) for each in open_claims(store, page)] == [
        ("i1", NOW + 10 * MINUTE),
        ("i2", at),
    ]


def test_incidents_that_ended_lately_are_those_of_now_the_last_first(store, page):
    closed = [
        incident(key, phase=Phase.CLOSED, started_at=NOW - DAY, resolved_at=NOW - hours * HOUR)
        for key, hours in (("new", 1), ("edge", 6), ("old", 7))
    ]
    save(store, page, evidence(incidents=(*closed, incident("open"))))
    assert [each.id for each in store.ended_incidents(page.id, NOW - 6 * HOUR)] == ["new", "edge"]

    reopened = replace(closed[0], phase=Phase.OPEN, resolved_at=None)
    save(store, page, evidence(NOW + MINUTE, incidents=(reopened,)))
    assert [each.id for each in store.ended_incidents(page.id, NOW - 6 * HOUR)] == ["edge"]
