"""Pages, polls, components and facts in the store, on every database it supports."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Coverage,
    Gap,
    Level,
    Observation,
    PageFacts,
    PageInfo,
    Phase,
    ReportedUptime,
)
from monitor.store import Body, PageSpec, PageState, Store, Validator
from monitor.store.addresses import display
from monitor.store.edges import FAR_FUTURE
from monitor.store.tables.instants import from_microseconds, to_microseconds
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
    impact,
    incident,
    observed,
    poll,
    save,
)

OK, DEGRADED, MAJOR = Level.OPERATIONAL, Level.DEGRADED, Level.MAJOR_OUTAGE


@pytest.fixture(params=DATABASES)
def store(request):
    with database(request.param) as url, Store.open(url) as opened:
        yield opened


@pytest.fixture
def page(store):
    return add_page(store)


def rows(store, table):
    with store._read() as connection:
        return connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()


# ----------------------------------------------------------------------------------------------------------
# instants


def test_an_instant_in_another_zone_comes_back_as_the_same_instant_in_utc(store, page):
    tokyo = datetime(2026, 5, 22, 9, 30, 0, 123456, tzinfo=ZoneInfo("Asia/Tokyo"))
    save(store, page, evidence(incidents=(incident(started_at=tokyo),)))

    (known,) = store.facts(page.id).incidents
    assert known.started_at == tokyo
    assert known.started_at.tzinfo is UTC
    assert known.started_at.microsecond == 123456


def test_a_naive_instant_is_refused_and_nothing_is_kept(store, page):
    with pytest.raises(ValueError, match="naive"):
        save(
            store,
            page,
            evidence(incidents=(incident("i1"), incident("i2", started_at=datetime(2026, 5, 1)))),
        )

    assert store.facts(page.id).incidents == ()


@pytest.mark.parametrize(
    "instant",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 5, 22, 1, 2, 3, 999999, tzinfo=UTC),
        datetime(2096, 10, 2, 7, 6, 40, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_every_microsecond_survives_as_an_integer(instant):
    assert from_microseconds(to_microseconds(instant)) == instant


# -------------------------------------------------------------------------------------------------------------
# pages


def test_a_page_no_longer_configured_keeps_its_history_and_comes_back(store, page):
    save(store, page, evidence(components=(component(),)))
    store.sync_pages([], now=NOW)
    assert store.pages() == []
    assert store.pages(removed=True)[0].removed_at == NOW

    back = add_page(store, now=NOW + DAY)

    assert (back.id, back.removed_at, back.due_at) == (page.id, None, NOW + DAY)
    assert len(store.facts(page.id).components) == 1


def test_syncing_the_same_configuration_changes_nothing(store, page):
    assert add_page(store, now=NOW + DAY) == page


def test_a_new_address_is_detected_anew(store, page):
    store.set_platform(page.id, "statuspage", ["html: generator"])
    store.save_validators({page.id: {page.url: Validator("e", None, None)}})

    moved = add_page(store, url="https://status.acme.example/", now=NOW + HOUR)

    assert (moved.id, moved.platform, moved.due_at) == (page.id, None, NOW + HOUR)
    assert store.validators(page.id) == {}


def test_a_configured_platform_wins_over_a_detected_one(store, page):
    store.set_platform(page.id, "statuspage", ["html: generator"])

    assert add_page(store).platform == "statuspage"
    assert add_page(store, platform="incidentio").platform == "incidentio"


def test_the_configured_zone_wins_over_the_pages_own(store, page):
    save(store, page, evidence(page=PageInfo(zone="Asia/Tokyo", name="Acme", external_id="x")))
    said = store.pages()[0]
    assert (said.zone_name, said.page_zone, said.page_name, said.external_id) == (
        "Asia/Tokyo",
        "Asia/Tokyo",
        "Acme",
        "x",
    )

    assert add_page(store, zone="Europe/Berlin").zone_name == "Europe/Berlin"


def test_another_zone_makes_all_days_due_for_deriving(store, page):
    span = Interval(NOW - 30 * DAY, NOW)
    save(store, page, evidence(coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),)))

    assert add_page(store, zone="Asia/Tokyo").dirty_since == date(2026, 4, 22)


def test_a_name_that_is_no_zone_does_not_get_into_the_database(store, page):
    with pytest.raises(ValueError, match="Mars"):
        save(store, page, evidence(page=PageInfo(zone="Mars/Olympus")))

    assert store.pages()[0].zone_name == "UTC"


def test_a_remark_goes_when_the_page_agrees_with_itself_again(store, page):
    save(
        store,
        page,
        evidence(page=PageInfo(remark="green banner over a red component"), observed=()),
    )
    save(store, page, evidence(page=PageInfo()))
    assert store.pages()[0].remark == "green banner over a red component"

    save(store, page, evidence(NOW + MINUTE, page=PageInfo(), observed=()))

    assert store.pages()[0].remark is None


def test_a_claimed_page_is_not_claimed_again_until_its_lease_ends(store, page):
    assert [each.slug for each in store.claim_due(now=NOW, limit=5, lease_seconds=60)] == ["acme"]

    assert store.claim_due(now=NOW + MINUTE / 2, limit=5, lease_seconds=60) == []
    assert len(store.claim_due(now=NOW + MINUTE, limit=5, lease_seconds=60)) == 1


def test_the_longest_waiting_pages_are_claimed_first_and_removed_ones_never(store):
    store.sync_pages(
        [PageSpec(slug=s, name=s, url=f"https://{s}.example/") for s in "abcd"], now=NOW
    )
    by_slug = {each.slug: each for each in store.pages()}
    for wait, slug in enumerate("bca"):
        store.set_due(by_slug[slug].id, NOW - (5 - wait) * MINUTE)
    store.sync_pages(
        [PageSpec(slug=s, name=s, url=f"https://{s}.example/") for s in "abc"], now=NOW
    )

    assert [each.slug for each in store.claim_due(now=NOW, limit=2, lease_seconds=60)] == ["b", "c"]
    assert [each.slug for each in store.claim_due(now=NOW, limit=9, lease_seconds=60)] == ["a"]


def test_claimants_at_the_same_moment_share_the_pages(store):
    store.sync_pages(
        [PageSpec(slug=f"v{n}", name="V", url=f"https://v{n}.example/") for n in range(40)], now=NOW
    )
    claimed = []

    def claim():
        for _ in range(4):
            claimed.extend(
                each.slug for each in store.claim_due(now=NOW, limit=3, lease_seconds=60)
            )

    threads = [Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == sorted(set(claimed)), "no page twice"
    claimed += [each.slug for each in store.claim_due(now=NOW, limit=99, lease_seconds=60)]
    assert len(set(claimed)) == len(claimed) == 40


def test_a_poll_ends_the_lease(store, page):
    store.claim_due(now=NOW, limit=1, lease_seconds=600)
    store.record_polls([poll(page, NOW, "ok", due_at=NOW + MINUTE)])

    assert len(store.claim_due(now=NOW + MINUTE, limit=1, lease_seconds=60)) == 1


def test_asking_for_a_page_that_does_not_exist_says_so(store):
    with pytest.raises(StoreError, match="no page has the id 77"):
        store.facts(77)


# -------------------------------------------------------------------------------------------------------------
# polls


def test_a_batch_of_polls_moves_each_page_on(store):
    slugs = [f"v{n}" for n in range(5)]
    store.sync_pages(
        [PageSpec(slug=s, name=s, url=f"https://{s}.example/") for s in slugs], now=NOW
    )
    pages = store.pages()
    polls = [poll(each, NOW, "ok") for each in pages[:4]]
    polls.append(poll(pages[4], NOW, "failed", reason="timeout", message="too slow", failures=1))
    store.record_polls(polls)

    good, bad = store.pages()[0], store.pages()[4]
    assert (good.last_ok, good.last_success_at, good.due_at) == (True, NOW, NOW + 5 * MINUTE)
    assert (bad.last_ok, bad.last_success_at, bad.last_poll_at) == (False, None, NOW)
    assert (bad.last_error_reason, bad.last_error_message, bad.failures) == (
        "timeout",
        "too slow",
        1,
    )
    assert rows(store, "poll") == 5


def test_several_polls_of_one_page_in_a_batch_count_in_order(store, page):
    store.record_polls(
        [poll(page, NOW, "failed", reason="dns", failures=1), poll(page, NOW + MINUTE, "unchanged")]
    )

    moved = store.pages()[0]
    assert (moved.last_ok, moved.failures, moved.last_error_reason) == (True, 0, None)
    assert moved.last_success_at == NOW + MINUTE


def test_a_steady_page_keeps_its_version(store, page):
    store.record_polls([poll(page, NOW)])
    before = store.pages()[0].version
    store.record_polls([poll(page, NOW + n * MINUTE) for n in range(1, 4)])
    assert store.pages()[0].version == before

    store.record_polls([poll(page, NOW + HOUR, "failed", reason="dns")])

    assert store.pages()[0].version > before


def test_the_state_of_pages_is_that_part_of_their_records(store):
    add_page(store, "globex", zone="Europe/Berlin")
    store.sync_pages(
        [PageSpec(slug=s, name=s, url=f"https://{s}.example/") for s in ("globex", "acme")], now=NOW
    )
    acme, globex = store.pages()
    save(store, acme, evidence(page=PageInfo(zone="Asia/Tokyo")))
    store.record_polls([poll(acme, NOW, "ok"), poll(globex, NOW, "failed", reason="dns")])

    states = store.page_states()
    assert [state.slug for state in states] == ["acme", "globex"]
    assert states == [
        PageState(**{name: getattr(p, name) for name in PageState._fields}) for p in store.pages()
    ]
    assert (states[0].zone_name, states[1].last_error_reason) == ("Asia/Tokyo", "dns")
    assert store.page_states(["globex", "nobody"]) == states[1:]
    store.sync_pages([], now=NOW)
    assert store.page_states() == []


def test_what_was_read_as_another_platform_makes_no_request_conditional(store, page):
    store.set_platform(page.id, "statuspage", ["configured"])
    store.save_validators({page.id: {"https://acme.example/a": Validator("e", None, None)}})
    store.change_platform(page.id, "instatus", ["shape"], left_at=NOW, now=NOW)

    assert store.pages()[0].platform == "instatus"
    assert store.validators(page.id) == {}


def test_on_another_platform_a_component_goes_on_under_the_id_its_only_namesake_has_there(
    store, page
):
    """Two have the name "API" there, so neither is taken for the one we knew; what a group tells
    apart is told apart."""
    store.set_platform(page.id, "statuspage", ["shape"])
    parts = (
        component("a", "API"),
        component("b", "Web", group="EU"),
        component("c", "Web", group="US"),
    )
    save(
        store,
        page,
        evidence(
            components=parts, impacts=(impact(NOW - HOUR, component_id="b", incident_id=None),)
        ),
    )
    store.change_platform(page.id, "instatus", ["shape"], left_at=NOW, now=NOW + DAY)
    there = (
        component("1", "api", group="x"), component("2", "API", group="y"),
        component("3", "web", group="eu"), component("4", "Web", group="Asia"),
    )  # fmt: skip
    save(store, page, evidence(components=there), now=NOW + DAY)

    facts = store.facts(page.id)
    assert {known.component.id: known.slug for known in facts.components} == {
        "a": "api", "3": "web", "c": "us-web", "1": "x-api", "2": "y-api", "4": "asia-web",
    }  # fmt: skip
    assert [each.component_id for each in facts.impacts] == ["3"]
    assert [known.component.id for known in facts.components if known.removed_at] == ["a", "c"]


def test_on_the_same_platform_a_namesake_is_another_component(store, page):
    store.set_platform(page.id, "statuspage", ["shape"])
    save(store, page, evidence(components=(component("a", "API"),)))
    save(store, page, evidence(components=(component("b", "API"),)), now=NOW + DAY)

    assert {known.component.id: known.slug for known in store.facts(page.id).components} == {
        "a": "api",
        "b": "api-2",
    }


def test_no_polls_are_no_work(store):
    store.record_polls([])

    assert rows(store, "poll") == 0


# --------------------------------------------------------------------------------------------------------
# components


def test_a_list_that_does_not_say_when_a_component_began_takes_nothing_back(store, page):
    began = date(2026, 5, 1)
    save(store, page, evidence(components=(component(start_date=began),)))
    changes = save(store, page, evidence(NOW + MINUTE, components=(component(),)))

    assert not changes
    assert [each.component.start_date for each in store.facts(page.id).components] == [began]


def test_a_renamed_component_keeps_its_slug(store, page):
    save(store, page, evidence(components=(component(name="API"),)))
    save(
        store,
        page,
        evidence(components=(component(name="Public API", group="Core"),)),
        now=NOW + DAY,
    )

    (known,) = store.facts(page.id).components
    assert (known.component.name, known.component.group, known.slug) == (
        "Public API",
        "Core",
        "api",
    )
    assert known.first_seen_at == NOW


def test_components_of_the_same_name_stay_apart(store, page):
    parts = tuple(
        component(key, "API", group=group, position=n)
        for n, (key, group) in enumerate(
            [("a", "US"), ("b", "EU"), ("c", None), ("d", "EU"), ("e", None)]
        )
    )
    save(store, page, evidence(components=parts))

    slugs = {known.component.id: known.slug for known in store.facts(page.id).components}
    assert slugs == {"a": "api", "b": "eu-api", "c": "api-2", "d": "eu-api-2", "e": "api-3"}


def test_a_component_with_nothing_to_spell_gets_a_slug_all_the_same(store, page):
    save(store, page, evidence(components=(component("a", "***"),)))

    assert store.facts(page.id).components[0].slug == "component"


def test_a_component_gone_from_the_list_is_removed_and_may_come_back(store, page):
    both = (component("api"), component("web", "Web"))
    save(store, page, evidence(components=both))
    gone = save(store, page, evidence(NOW + HOUR, components=both[:1]))
    removed = {known.component.id: known.removed_at for known in store.facts(page.id).components}
    assert removed == {"api": None, "web": NOW + HOUR}
    assert (gone.removed_components, gone.affected_since) == (("web",), NOW + HOUR)
    assert [known.slug for known in store.current(page.id).components] == ["api"]

    back = save(store, page, evidence(NOW + DAY, components=both))

    assert {known.removed_at for known in store.facts(page.id).components} == {None}
    assert (back.new_components, back.affected_since) == ((), NOW + HOUR)


def test_the_components_ever_listed_are_told_in_the_pages_order_with_when_they_left(store, page):
    save(
        store,
        page,
        evidence(components=(component("web", "Web", position=1), component("api", position=2))),
    )
    save(store, page, evidence(NOW + HOUR, components=(component("api", position=1),)))

    assert [(known.slug, known.removed_at) for known in store.known_components(page.id)] == [
        ("web", NOW + HOUR),
        ("api", None),
    ]


@pytest.mark.slow
def test_evidence_without_a_list_of_components_removes_none(store, page):
    save(store, page, evidence(components=(component(),)))
    save(store, page, evidence(NOW + HOUR, components=None))

    assert len(store.current(page.id).components) == 1


def test_a_later_component_is_covered_by_what_covered_the_whole_page(store, page):
    cover = Coverage(span=Interval(NOW - 30 * DAY, NOW), aspect=Aspect.IMPACTS)
    save(store, page, evidence(components=(component(),), coverage=(cover,)))
    known_start = component("b", "B", start_date=date(2026, 5, 20))

    assert (
        save(store, page, evidence(components=(component(), component("c", "C")))).affected_since
        == NOW - 30 * DAY
    )
    changes = save(
        store, page, evidence(components=(component(), component("c", "C"), known_start))
    )
    assert changes.affected_since == datetime(2026, 5, 20, tzinfo=UTC)


# ---------------------------------------------------------------------------------------------------------
# incidents


def full_evidence():
    span = Interval(NOW - 2 * DAY, NOW)
    return evidence(
        page=PageInfo(name="Acme", zone="Europe/Berlin"),
        components=(
            component(),
            component("web", "Web", has_bars=True, start_date=date(2026, 1, 1)),
        ),
        incidents=(
            incident(),
            incident("i2", phase=Phase.CLOSED, resolved_at=NOW, url="https://acme.example/i2"),
        ),
        impacts=(
            impact(NOW - HOUR),
            impact(
                NOW - DAY,
                NOW - DAY + HOUR,
                level=None,
                basis=Basis.INFERRED,
                word="major",
                incident_id="i2",
            ),
        ),
        bars=(
            Bar(
                component_id="web",
                day=date(2026, 5, 21),
                partial_seconds=60,
                incident_ids=("i2",),
                source="s",
            ),
        ),
        coverage=(
            Coverage(span=span, aspect=Aspect.IMPACTS, complete=True),
            Coverage(span=span, aspect=Aspect.BARS, component_id="web", complete=True),
        ),
        observed=(
            Observation(component_id="api", level=MAJOR),
            Observation(component_id="web", level=None, word="odd"),
        ),
        reported=(ReportedUptime(component_id=None, window_days=90, ratio=0.99),),
        gaps=(Gap(what="2026-04", reason="timeout", message="too slow"),),
        chunk="history 2026-05",
        cursor="etag-of-feed",
    )


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


def open_claims(store, page, **asked):
    return store.facts(page.id, **asked).open_claims


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


# --------------------------------------------------------------------------------------------------
# bars and coverage


def bar(day: int, partial: int = 0, major: int = 0, **changes):
    values = {"component_id": "api", "day": date(2026, 5, day), "source": "acme.summary"}
    return Bar(**(values | {"partial_seconds": partial, "major_seconds": major} | changes))


def bar_cover(first: datetime, last: datetime, **changes):
    return Coverage(
        **(
            {
                "span": Interval(first, last),
                "aspect": Aspect.BARS,
                "component_id": "api",
                "complete": True,
            }
            | changes
        )
    )


def test_bars_edited_by_hand_are_readable_before_and_after(store, page):
    cover = bar_cover(NOW - 10 * DAY, NOW)
    save(store, page, evidence(bars=(bar(14, 60), bar(15, 0, 120), bar(16, 30)), coverage=(cover,)))
    changes = save(
        store, page, evidence(NOW + HOUR, bars=(bar(14, 60), bar(15, 0, 90)), coverage=(cover,))
    )

    assert set(store.facts(page.id).bars) == {bar(14, 60), bar(15, 0, 90)}
    assert set(store.facts(page.id, known_at=NOW).bars) == {
        bar(14, 60),
        bar(15, 0, 120),
        bar(16, 30),
    }
    assert changes.affected_since == datetime(2026, 5, 15, tzinfo=UTC)


def test_bars_outside_a_complete_span_or_of_others_stay(store, page):
    other, early = bar(15, 9, component_id="web"), bar(10, 9)
    save(store, page, evidence(bars=(early, bar(15, 9), other)))
    start = datetime(2026, 5, 11, tzinfo=UTC)
    save(store, page, evidence(coverage=(bar_cover(start, NOW),)), now=NOW + HOUR)

    assert set(store.facts(page.id).bars) == {early, other}


def test_a_bars_day_is_a_day_of_the_pages_zone(store):
    page = add_page(store, zone="Asia/Tokyo")
    save(store, page, evidence(bars=(bar(14, 9), bar(15, 9), bar(16, 9))))
    tokyo_15 = datetime(2026, 5, 14, 15, tzinfo=UTC)
    changes = save(
        store, page, evidence(coverage=(bar_cover(tokyo_15, tokyo_15 + DAY),)), now=NOW + HOUR
    )

    assert set(store.facts(page.id).bars) == {bar(14, 9), bar(16, 9)}
    assert changes.affected_since == tokyo_15


def test_a_bar_without_seconds_or_incidents_is_no_row(store, page):
    save(store, page, evidence(bars=(bar(14, 60), bar(15))))
    save(store, page, evidence(bars=(bar(14),)), now=NOW + HOUR)

    assert store.facts(page.id).bars == ()


def spans(store, page, **how):
    return [cover.span for cover in store.facts(page.id, **how).coverage]


def said_for(read_at, start, end, **changes):
    return evidence(
        read_at, coverage=(Coverage(span=Interval(start, end), aspect=Aspect.IMPACTS),), **changes
    )


def test_coverage_only_grows(store, page):
    save(store, page, said_for(NOW, NOW - 5 * DAY, NOW))
    inside = save(store, page, said_for(NOW + HOUR, NOW - 3 * DAY, NOW - DAY))
    assert not inside

    wider = save(store, page, said_for(NOW + HOUR, NOW - 9 * DAY, NOW))

    assert spans(store, page) == [Interval(NOW - 9 * DAY, NOW)]
    assert spans(store, page, known_at=NOW) == [Interval(NOW - 5 * DAY, NOW)]
    assert wider.affected_since == NOW - 9 * DAY


def test_coverage_inside_the_union_of_several_spans_is_known_already(store, page):
    save(store, page, said_for(NOW, NOW - 5 * DAY, NOW - 2 * DAY))
    save(store, page, said_for(NOW, NOW - 2 * DAY, NOW))

    assert not save(store, page, said_for(NOW, NOW - 4 * DAY, NOW - DAY))


def test_coverage_that_polls_prolong_stays_one_row_and_was_shorter_before(store, page):
    for n in range(10):
        at = NOW + n * 5 * MINUTE
        save(store, page, said_for(at, NOW - DAY, at))

    assert rows(store, "coverage") == 1
    assert spans(store, page) == [Interval(NOW - DAY, NOW + 45 * MINUTE)]
    assert spans(store, page, known_at=NOW + 20 * MINUTE) == [
        Interval(NOW - DAY, NOW + 20 * MINUTE)
    ]


def test_coverage_that_polls_prolong_is_no_change(store, page):
    save(store, page, said_for(NOW, NOW - DAY, NOW))
    version = store.pages()[0].version

    assert not save(store, page, said_for(NOW + 5 * MINUTE, NOW - DAY, NOW + 5 * MINUTE))
    assert store.pages()[0].version == version


def test_coverage_after_a_silence_was_not_known_during_it(store, page):
    save(store, page, said_for(NOW, NOW - DAY, NOW))
    save(store, page, said_for(NOW + 5 * HOUR, NOW - DAY, NOW + 5 * HOUR))

    assert spans(store, page) == [Interval(NOW - DAY, NOW + 5 * HOUR)]
    assert spans(store, page, known_at=NOW + 3 * HOUR) == [Interval(NOW - DAY, NOW)]


def test_a_changed_uptime_figure_keeps_the_one_before(store, page):
    figure = ReportedUptime(component_id="api", window_days=90, ratio=0.9991)
    save(store, page, evidence(reported=(figure,)))
    save(store, page, evidence(NOW + DAY, reported=(replace(figure, ratio=0.9987),)))

    assert store.facts(page.id).reported == (replace(figure, ratio=0.9987),)
    assert store.facts(page.id, known_at=NOW).reported == (figure,)


def test_the_vendors_own_record_is_that_part_of_the_facts(store, page):
    since, day = NOW - 10 * DAY, (NOW - 10 * DAY).date()
    cover = bar_cover(NOW - 30 * DAY, NOW)
    impacts = Coverage(span=cover.span, aspect=Aspect.IMPACTS)
    bars = [bar(day.day, 60), bar(2, 60)]
    figure = ReportedUptime(component_id=None, window_days=90, ratio=0.9991)
    said = evidence(
        bars=tuple(bars),
        impacts=(impact(NOW - HOUR),),
        coverage=(cover, impacts),
        reported=(figure,),
    )
    save(store, page, said)

    facts, published = store.facts(page.id, since=since), store.published(page.id, day)
    assert published.bars == facts.bars == (bars[0],)
    assert (
        published.coverage
        == tuple(each for each in facts.coverage if each.aspect is Aspect.BARS)
        != ()
    )
    assert published.reported == facts.reported == (figure,)
    assert published == PageFacts(
        bars=published.bars, coverage=published.coverage, reported=published.reported
    )


def test_a_database_has_a_size_that_grows(store, page):
    before = store.size_bytes()
    store.keep_snapshots([Body(Random(1).randbytes(1_000_000), "text/html")], now=NOW)

    assert before > 0
    assert store.size_bytes() > before


def test_facts_since_leave_out_what_ended_before(store, page):
    day, long_ago = NOW - DAY, NOW - 9 * DAY
    over, going_on = impact(long_ago, long_ago + HOUR, incident_id=None), impact(long_ago, None)
    incidents = (incident("old", started_at=long_ago, resolved_at=long_ago + HOUR), incident("new"))
    covers = tuple(
        Coverage(span=Interval(start, start + HOUR), aspect=Aspect.IMPACTS)
        for start in (long_ago, day + HOUR)
    )
    parts = {
        "impacts": (over, going_on),
        "incidents": incidents,
        "coverage": covers,
        "bars": (bar(14, 9), bar(21, 9)),
    }
    save(store, page, evidence(**parts))

    facts = store.facts(page.id, since=day)
    assert facts.impacts == (going_on,)
    assert [each.id for each in facts.incidents] == ["new"]
    assert [cover.span.start for cover in facts.coverage] == [day + HOUR]
    assert facts.bars == (bar(21, 9),)


# ------------------------------------------------------------------------------------------------------
# observations


def runs(store, page, **how):
    found = store.facts(page.id, **how).runs
    return [
        (run.component_id, run.level, run.span.start - NOW, run.span.end - NOW) for run in found
    ]


def test_a_steady_state_is_one_run(store, page):
    for n in range(5):
        save(store, page, observed(NOW + n * 5 * MINUTE, api=OK))

    assert rows(store, "observed_run") == 1
    assert runs(store, page) == [("api", OK, 0 * MINUTE, 20 * MINUTE)]


def test_a_state_holds_until_the_reading_that_shows_another(store, page):
    for n, level in enumerate([OK, OK, MAJOR, MAJOR, DEGRADED]):
        save(store, page, observed(NOW + n * 5 * MINUTE, api=level, web=OK))

    api = [run for run in runs(store, page) if run[0] == "api"]
    assert api == [
        ("api", OK, 0 * MINUTE, 10 * MINUTE),
        ("api", MAJOR, 10 * MINUTE, 20 * MINUTE),
        ("api", DEGRADED, 20 * MINUTE - timedelta(seconds=1), 20 * MINUTE),
    ]
    assert store.current(page.id).levels == {"api": DEGRADED, "web": OK}


def test_a_silence_is_in_no_run(store, page):
    for minutes in (0, 10, 60, 70):
        save(store, page, observed(NOW + minutes * MINUTE, api=OK))

    assert runs(store, page) == [
        ("api", OK, 0 * MINUTE, 10 * MINUTE),
        ("api", OK, 60 * MINUTE, 70 * MINUTE),
    ]


def test_single_readings_between_silences_leave_no_runs_behind(store, page):
    for hours in range(4):
        save(store, page, observed(NOW + hours * HOUR, api=OK))

    assert runs(store, page) == []
    assert rows(store, "observed_run") == 1
    assert store.current(page.id).levels == {"api": OK}


def test_a_component_not_listed_any_more_is_observed_until_then(store, page):
    save(store, page, observed(NOW, api=OK, web=MAJOR))
    save(store, page, observed(NOW + 5 * MINUTE, api=OK))
    save(store, page, observed(NOW + 10 * MINUTE, api=OK))

    assert ("web", MAJOR, 0 * MINUTE, 5 * MINUTE) in runs(store, page)
    assert store.current(page.id).levels == {"api": OK}


def test_a_reading_older_than_the_last_is_no_observation(store, page):
    save(store, page, observed(NOW, api=OK))
    late = save(store, page, observed(NOW - 5 * MINUTE, api=MAJOR), now=NOW)

    assert late.left_out
    assert store.current(page.id).levels == {"api": OK}
    assert store.pages()[0].observed_until == NOW


def test_two_readings_at_one_instant_keep_the_second(store, page):
    save(store, page, observed(NOW, api=OK))
    save(store, page, observed(NOW, api=MAJOR))
    save(store, page, observed(NOW + 5 * MINUTE, api=MAJOR))

    assert runs(store, page) == [("api", MAJOR, 0 * MINUTE, 5 * MINUTE)]


def test_an_unknown_word_is_a_run_without_a_level(store, page):
    odd = evidence(
        observed=(Observation(component_id="api", level=None, word="wobbly"),),
        unknown_words=("wobbly",),
    )
    save(store, page, odd)
    save(store, page, replace(odd, read_at=NOW + 5 * MINUTE))

    assert runs(store, page) == [("api", None, 0 * MINUTE, 5 * MINUTE)]
    (word,) = store.unknown_words(page.id)
    assert (word.word, word.count, word.first_seen_at, word.last_seen_at) == (
        "wobbly",
        2,
        NOW,
        NOW + 5 * MINUTE,
    )


def test_runs_end_at_the_moment_of_knowledge(store, page):
    for n in range(4):
        save(store, page, observed(NOW + n * 5 * MINUTE, api=MAJOR if n == 2 else OK))

    assert runs(store, page, known_at=NOW + 7 * MINUTE) == [("api", OK, 0 * MINUTE, 7 * MINUTE)]


def test_that_a_state_goes_on_is_no_change(store, page):
    save(store, page, observed(NOW, api=OK))
    version = store.pages()[0].version
    changes = save(store, page, observed(NOW + 5 * MINUTE, api=OK))

    assert not changes
    assert store.pages()[0].version == version
    assert store.pages()[0].observed_until == NOW + 5 * MINUTE


def test_an_unchanged_poll_prolongs_the_observation(store, page):
    save(store, page, observed(NOW, api=OK))
    store.record_polls([poll(page, NOW + n * 10 * MINUTE) for n in (1, 2)])

    assert runs(store, page) == [("api", OK, 0 * MINUTE, 20 * MINUTE)]


def test_an_unchanged_poll_after_a_silence_starts_the_observation_anew(store, page):
    save(store, page, observed(NOW, api=MAJOR))
    store.record_polls([poll(page, NOW + n * MINUTE) for n in (10, 60, 65)])

    assert runs(store, page) == [
        ("api", MAJOR, 0 * MINUTE, 10 * MINUTE),
        ("api", MAJOR, 60 * MINUTE, 65 * MINUTE),
    ]


def test_a_failed_poll_prolongs_nothing(store, page):
    save(store, page, observed(NOW, api=OK))
    store.record_polls([poll(page, NOW + 5 * MINUTE, "failed", reason="timeout")])

    assert runs(store, page) == []


# -------------------------------------------------------------------------------------------------
# dirt, units, bodies


def test_the_first_day_to_derive_is_the_earliest_affected_in_the_pages_zone(store):
    page = add_page(store, zone="America/Los_Angeles")
    save(store, page, evidence(impacts=(impact(datetime(2026, 5, 10, 3, tzinfo=UTC)),)))
    save(store, page, evidence(impacts=(impact(NOW, incident_id="i2"),)))

    assert store.pages()[0].dirty_since == date(2026, 5, 9)


def test_a_completed_unit_is_done_while_fresh_and_a_final_one_for_ever(store, page):
    save(store, page, evidence(chunk="page 1"))
    save(store, page, evidence(chunk="2024", final=True))

    def done(after: timedelta):
        return store.done_units(page.id, now=NOW + after, fresh_for=6 * HOUR)

    assert done(HOUR) == {"page 1", "2024"}
    assert done(7 * HOUR) == {"2024"}
    store.forget_units(page.id)
    assert done(HOUR) == frozenset()


def test_a_gap_read_later_is_no_gap_any_more(store, page):
    save(store, page, evidence(gaps=(Gap(what="2026-04", reason="timeout", message="slow"),)))
    save(store, page, evidence(chunk="2026-04"))

    assert store.gaps(page.id) == []


def test_validators_are_kept_by_url(store, page):
    store.save_validators(
        {page.id: {"u": Validator('"a"', None, "00"), "v": Validator(None, "Mon", None)}}
    )
    store.save_validators({page.id: {"u": Validator('"b"', None, "01")}})

    assert store.validators(page.id) == {
        "u": Validator('"b"', None, "01"),
        "v": Validator(None, "Mon", None),
    }


def test_a_body_is_kept_once(store):
    (first,) = store.keep_snapshots([Body(b"<html>" * 100, "text/html")], now=NOW)
    assert store.keep_snapshots([Body(b"<html>" * 100, "text/html")] * 2, now=NOW + DAY) == [
        first,
        first,
    ]

    kept = store.snapshot(first)
    assert kept is not None
    assert (kept.body, kept.media_type, kept.first_seen_at, kept.last_seen_at) == (
        b"<html>" * 100, "text/html", NOW, NOW + DAY,
    )  # fmt: skip
    assert store.snapshot("00") is None


def test_pruning_deletes_old_polls_and_bodies_only(store, page):
    save(store, page, full_evidence(), now=NOW - 60 * DAY)
    store.record_polls([poll(page, NOW - 31 * DAY, "ok"), poll(page, NOW - 29 * DAY, "ok")])
    (old,) = store.keep_snapshots([Body(b"old", "text/plain")], now=NOW - 31 * DAY)
    (new,) = store.keep_snapshots([Body(b"new", "text/plain")], now=NOW - 29 * DAY)
    before = store.facts(page.id)

    pruned = store.prune(now=NOW, snapshot_days=30, poll_days=30)

    assert (pruned.polls, pruned.snapshots) == (1, 1)
    assert store.snapshot(old) is None
    assert store.snapshot(new) is not None
    assert store.facts(page.id) == before


def test_a_healthy_store_answers(store):
    store.ping()


# -----------------------------------------------------------------------------------------------------------
# secrets


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@db.example/status",
        "postgres://me:hunter2@db.example/status",
        "postgresql://db.example/status?password=hunter2",
        "postgresql://db.example/status?sslmode=require&sslpassword=hunter2",
        "postgresql://db.example/status?options=-c%20my.key%3Dhunter2",
        "postgresql://db.example/status?sslpassword=x&sslpassword=hunter2",
        "postgresql://db.example/status?anything=hunter2",
    ],
)
def test_a_password_is_never_shown(url):
    assert "hunter2" not in display(url)
    assert "db.example" in display(url)


def test_an_unreadable_url_is_not_quoted_and_names_the_remedy():
    with pytest.raises(StoreError, match="sqlite:///path") as caught:
        Store.open("me:hunter2@db.example")

    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("option", ["", "&sslpassword=hunter2", "&options=-c%20my.key%3Dhunter2"])
def test_a_failed_connection_hides_the_password(option):
    with pytest.raises(StoreError) as caught:
        Store.open(f"postgresql://me:hunter2@127.0.0.1:1/nothing?connect_timeout=2{option}")

    assert "hunter2" not in str(caught.value)


def test_what_is_no_secret_of_a_database_is_shown():
    url = "postgresql://me@db.example/status?connect_timeout=2&sslmode=require"

    assert display(url) == url.replace("postgresql:", "postgresql+psycopg:")


def test_a_database_of_another_kind_is_refused_with_a_remedy():
    with pytest.raises(StoreError, match="sqlite or postgresql"):
        Store.open("nosuchdb://host/name")
