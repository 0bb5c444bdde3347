"""The store at work: instants, components, what is kept beside facts, secrets."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.errors import StoreError
from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Coverage,
    Gap,
    Level,
)
from monitor.records.instants import from_microseconds, to_microseconds
from monitor.store import Body, Store, Validator
from monitor.store.addresses import display
from tests.store_support import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_page,
    component,
    evidence,
    full_evidence,
    impact,
    incident,
    poll,
    save,
)

OK, DEGRADED, MAJOR = Level.OPERATIONAL, Level.DEGRADED, Level.MAJOR_OUTAGE


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

    assert display(url) == url


def test_a_database_of_another_kind_is_refused_with_a_remedy():
    with pytest.raises(StoreError, match="sqlite or postgresql"):
        Store.open("nosuchdb://host/name")
