"""Pages in the store: configured, claimed, polled."""

from dataclasses import replace
from datetime import date
from threading import Thread

import pytest

from monitor.errors import StoreError
from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Coverage,
    Level,
    PageInfo,
)
from monitor.store import PageSpec, PageState, Validator
from tests.store_support import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_page,
    component,
    evidence,
    impact,
    observed,
    poll,
    rows,
    save,
)

OK, DEGRADED, MAJOR = Level.OPERATIONAL, Level.DEGRADED, Level.MAJOR_OUTAGE


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


def test_a_page_has_another_mark_after_whatever_changed_of_it(store):
    spec = PageSpec(slug="acme", name="Acme", url="https://acme.example/")
    store.sync_pages([spec], now=NOW)
    page = store.pages()[0]
    changes = [
        lambda: store.sync_pages([replace(spec, name="Acme Inc")], now=NOW),
        lambda: store.sync_pages([replace(spec, zone="Asia/Tokyo")], now=NOW),
        lambda: store.set_platform(page.id, "statuspage", ["configured"]),
        lambda: store.record_polls([poll(page, NOW, "failed", reason="dns", failures=1)]),
        lambda: save(store, page, evidence(page=PageInfo(name="The Acme"))),
        lambda: save(store, page, observed(NOW + HOUR, api=Level.DEGRADED)),
        lambda: store.record_polls([poll(page, NOW + HOUR, "unchanged")]),
    ]
    for change in changes:
        before, mark = store.pages(), store.page_marks()
        change()
        assert store.pages() != before
        assert store.page_marks() != mark

    before = store.page_marks()
    store.claim_due(now=NOW + DAY, limit=1, lease_seconds=60)
    assert store.page_marks() == before
    store.sync_pages([], now=NOW)
    assert store.page_marks() == []


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
