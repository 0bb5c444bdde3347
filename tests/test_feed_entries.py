"""What feeds say: each incident, level change and edit once, by an id that stays."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from store_support import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_page,
    component,
    evidence,
    impact,
    incident,
    observed,
    save,
)
from watched_world import ACME

from exporters.feeds.entries import Entry, entries_of, unread_entry
from monitor import answers
from monitor.answers import ChronicleQuery, Target
from monitor.intervals import Interval
from monitor.model import Aspect, Bar, Coverage, IncidentUpdate, Level, Phase
from monitor.store import PageSpec, Store

PARTS = (component(), component("web", "Web"))


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


def told(store, *, now=NOW, part: str | None = None, vendor=ACME) -> list[Entry]:
    page = store.pages()[0]
    query = ChronicleQuery(now=now, component=part)
    return list(entries_of(answers.chronicle(store, page, vendor, query)))


def of_kind(kind: str, entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind == kind]


def message(key: str, at, text: str = "We look into it.") -> IncidentUpdate:
    return IncidentUpdate(incident_id="i1", key=key, at=at, status="identified", text=text)


def test_an_incident_is_one_entry_that_is_updated_with_each_message(store):
    page = add_page(store)
    first = message("u1", NOW - 50 * MINUTE)
    save(store, page, evidence(components=PARTS, incidents=(incident(),), updates=(first,)))
    (before,) = of_kind("incident", told(store))

    later = NOW + 10 * MINUTE
    second = message("u2", later - MINUTE, "It is <b>fixed</b>.")
    save(store, page, evidence(later, incidents=(incident(),), updates=(first, second)))
    (after,) = of_kind("incident", told(store, now=later))

    assert (before.published_at, before.updated_at) == (NOW - HOUR, NOW - 50 * MINUTE)
    assert (after.id, after.published_at) == (before.id, before.published_at)
    assert after.updated_at == later - MINUTE
    assert "We look into it." in before.lines
    assert after.lines.index("It is fixed.") < after.lines.index("We look into it.")


def test_what_the_vendor_edits_without_a_message_moves_the_entry_to_when_it_was_read(store):
    page = add_page(store)
    save(store, page, evidence(components=PARTS, incidents=(incident(),)))
    (before,) = of_kind("incident", told(store))
    later = NOW + HOUR
    save(store, page, evidence(later, incidents=(incident(title="API down"),)))

    (after,) = of_kind("incident", told(store, now=later))

    assert (after.id, after.title, after.updated_at) == (before.id, "Acme: API down", later)


def test_a_message_that_is_edited_or_taken_back_moves_the_entry_to_when_that_was_read(store):
    page = add_page(store)
    first = message("u1", NOW - 50 * MINUTE)
    moments = []
    for number, updates in enumerate([(first,), (replace(first, text="All well."),), ()]):
        at = NOW + number * HOUR
        other = message("u0", NOW - 55 * MINUTE)
        told_now = (other, *updates)
        save(store, page, evidence(at, components=PARTS, incidents=(incident(),), updates=told_now))
        (entry,) = of_kind("incident", told(store, now=at))
        moments.append(entry.updated_at)

    assert moments == [NOW - 50 * MINUTE, NOW + HOUR, NOW + 2 * HOUR]
    assert "All well." not in entry.lines


def test_ids_stay_when_the_vendor_and_its_components_are_renamed(store):
    page = add_page(store)
    claim = impact(NOW - 2 * HOUR, NOW - HOUR)
    save(store, page, evidence(components=PARTS, incidents=(incident(),), impacts=(claim,)))
    before = told(store)
    renamed = (component(name="The API"), PARTS[1])
    save(store, page, evidence(NOW + MINUTE, components=renamed))
    store.rename_page(page.id, "acme-corp")
    store.sync_pages([PageSpec(slug="acme-corp", name="Acme Corp", url=page.url)], now=NOW)

    after = told(store, vendor=replace(ACME, slug="acme-corp", name="Acme Corp"))

    assert [entry.id for entry in after] == [entry.id for entry in before]
    assert len({entry.id for entry in before}) == len(before) == 2
    assert after[1].title == "Acme Corp: partial outage"


def test_a_level_that_several_components_share_is_one_change_of_the_vendor(store):
    page = add_page(store)
    claims = (
        impact(NOW - 5 * HOUR, NOW - 3 * HOUR),
        impact(NOW - 4 * HOUR, NOW - 2 * HOUR, component_id="web"),
        impact(NOW - 4 * HOUR, NOW - 210 * MINUTE, level=Level.MAJOR_OUTAGE, component_id="web"),
    )
    save(store, page, evidence(components=PARTS, incidents=(incident(),), impacts=claims))

    changes = of_kind("level", told(store))

    assert [(each.level, each.published_at, each.updated_at) for each in changes] == [
        (Level.PARTIAL_OUTAGE, NOW - 5 * HOUR, NOW - 4 * HOUR),
        (Level.MAJOR_OUTAGE, NOW - 4 * HOUR, NOW - 210 * MINUTE),
        (Level.PARTIAL_OUTAGE, NOW - 210 * MINUTE, NOW - 2 * HOUR),
    ]
    assert changes[2].lines == (
        "Partial outage from 2026-05-22 08:30 UTC to 2026-05-22 10:00 UTC, 1 h 30 min.",
        "Components: API, Web.",
    )
    of_api = of_kind("level", told(store, part="api"))
    assert [each.updated_at for each in of_api] == [NOW - 3 * HOUR]
    assert of_api[0].title == "Acme API: partial outage"
    assert of_api[0].id not in {each.id for each in changes}


def test_a_component_that_does_not_count_changes_no_level_of_the_vendor(store):
    page = add_page(store)
    save(store, page, evidence(components=PARTS, impacts=(impact(NOW - HOUR, incident_id=None),)))

    assert of_kind("level", told(store))
    assert not of_kind("level", told(store, vendor=replace(ACME, exclude=("api",))))


def test_what_goes_on_is_not_called_over_and_keeps_its_id_when_it_ends(store):
    page = add_page(store)
    save(store, page, evidence(components=PARTS))
    save(store, page, observed(NOW, api=Level.DEGRADED, web=Level.OPERATIONAL))
    save(store, page, observed(NOW + 5 * MINUTE, api=Level.DEGRADED, web=Level.OPERATIONAL))
    (going_on,) = of_kind("level", told(store, now=NOW + 5 * MINUTE))
    save(store, page, observed(NOW + 10 * MINUTE, api=Level.OPERATIONAL, web=Level.OPERATIONAL))

    (over,) = of_kind("level", told(store, now=NOW + 10 * MINUTE))

    assert going_on.lines[0].endswith("going on when last read.")
    assert (over.id, over.level) == (going_on.id, Level.DEGRADED)
    assert going_on.updated_at == going_on.published_at < over.updated_at


def test_an_impact_told_to_a_poll_ago_goes_on_where_the_last_poll_saw_it(store):
    page = add_page(store)
    claim = impact(NOW - HOUR, NOW, level=Level.DEGRADED)
    save(store, page, evidence(components=PARTS, incidents=(incident(),), impacts=(claim,)))
    save(store, page, observed(NOW, api=Level.DEGRADED, web=Level.OPERATIONAL))
    later = NOW + 5 * MINUTE
    save(store, page, observed(later, api=Level.DEGRADED, web=Level.OPERATIONAL))
    (going_on,) = of_kind("level", told(store, now=later))
    at_last = later + 5 * MINUTE
    save(store, page, observed(at_last, api=Level.OPERATIONAL, web=Level.OPERATIONAL))

    (over,) = of_kind("level", told(store, now=at_last))

    assert going_on.lines[0].endswith("going on when last read.")
    assert not over.lines[0].endswith("going on when last read.")


def test_what_began_before_the_feed_does_is_left_out_rather_than_told_anew_each_day(store):
    page = add_page(store)
    claim = impact(NOW - 60 * DAY, incident_id=None)
    save(store, page, evidence(components=PARTS, impacts=(claim,)))

    assert not of_kind("level", told(store))


def test_a_bar_is_an_entry_of_its_day_that_says_how_long(store):
    page = add_page(store)
    day = date(2026, 5, 20)
    bar = Bar(component_id="api", day=day, partial_seconds=3_900, source="s")
    covered = Coverage(
        span=Interval(NOW - 5 * DAY, NOW), aspect=Aspect.BARS, component_id="api", complete=True
    )
    parts = (component(has_bars=True),)
    save(store, page, evidence(components=parts, bars=(bar,), coverage=(covered,)))

    (entry,) = of_kind("level", told(store))

    assert entry.lines[0] == "Partial outage for 1 h 5 min on 2026-05-20 (UTC)."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Since 2026-05-22 11:00 UTC, not ended when last read."),
        (
            {"phase": Phase.CLOSED, "resolved_at": NOW},
            "From 2026-05-22 11:00 UTC to 2026-05-22 12:00 UTC.",
        ),
        (
            {"phase": Phase.CLOSED},
            "From 2026-05-22 11:00 UTC; it is over, and its end was not told.",
        ),
        (
            {"phase": Phase.SCHEDULED, "maintenance": True, "started_at": NOW + DAY},
            "Announced for 2026-05-23 12:00 UTC.",
        ),
        (
            {"phase": Phase.WITHDRAWN, "resolved_at": NOW},
            "Withdrawn by the vendor; it was told to begin at 2026-05-22 11:00 UTC.",
        ),
    ],
)
def test_an_incident_says_how_it_stands_and_is_never_of_the_future(store, changes, sentence):
    page = add_page(store)
    save(store, page, evidence(components=PARTS, incidents=(incident(**changes),)))

    (entry,) = of_kind("incident", told(store))

    assert sentence in entry.lines
    assert entry.published_at <= entry.updated_at <= NOW


def test_an_incident_whose_level_nobody_knows_is_of_every_level(store):
    page = add_page(store)
    save(store, page, evidence(components=PARTS, incidents=(incident(),)))

    (entry,) = told(store)

    assert entry.level is None
    assert entry.lines[0] == "Incident, unknown; status: investigating."
    assert entry.is_at_least(Level.MAJOR_OUTAGE)


def unread(store, *, after: timedelta) -> Entry | None:
    now, page = NOW + after, store.pages()[0]
    status = answers.status(store, page, ACME, Target("acme"), now)
    return unread_entry(status, "Acme", page)


def test_a_page_that_is_not_read_any_more_is_an_entry_that_stays_the_same(store):
    page = add_page(store)
    save(store, page, evidence(components=PARTS))
    save(store, page, observed(NOW, api=Level.OPERATIONAL, web=Level.OPERATIONAL))

    soon, first, again = (unread(store, after=n * MINUTE) for n in (10, 11, 600))

    assert soon is None
    assert first == again
    assert first is not None
    assert (first.title, first.level) == ("Acme: unknown", None)
    assert first.updated_at == NOW + 10 * MINUTE


def test_a_page_that_was_never_read_is_unknown_once_it_had_the_time(store):
    add_page(store)

    assert unread(store, after=MINUTE) is None
    entry = unread(store, after=HOUR)
    assert entry is not None
    assert entry.lines == (
        "How it stands is unknown: the page was never read.",
        "Last read: never.",
    )


def test_a_closed_day_that_the_vendor_changed_is_an_entry(store):
    page = add_page(store)
    span = Interval(NOW - 5 * DAY, NOW)
    covered = Coverage(span=span, aspect=Aspect.IMPACTS, complete=True)
    save(store, page, evidence(components=PARTS, coverage=(covered,)))
    _derive(store, NOW, revised_since=None)
    later = NOW + HOUR
    claim = impact(NOW - 3 * DAY, NOW - 3 * DAY + HOUR)
    save(store, page, evidence(later, incidents=(incident(),), impacts=(claim,)))
    _derive(store, later, revised_since=date(2026, 5, 1))

    (of_vendor,) = of_kind("edit", told(store, now=later))
    (of_api,) = of_kind("edit", told(store, now=later, part="api"))

    assert of_vendor.title == "Acme: 2026-05-19 changed by the vendor"
    assert of_vendor.lines == (
        "2026-05-19 (UTC) was operational, with 0 s of outage.",
        "It is now partial outage, with 1 h.",
    )
    assert (of_vendor.level, of_vendor.updated_at) == (Level.PARTIAL_OUTAGE, later)
    assert of_vendor.id != of_api.id
    assert not of_kind("edit", told(store, now=later, part="web"))


def _derive(store, now, *, revised_since) -> None:
    from monitor import history

    page = store.pages()[0]
    first, last = date(2026, 5, 15), now.date()
    _, days = history.read(store, page, ACME, first=first, last=last, now=now)
    store.save_days(page.id, days, today=last, now=now, revised_since=revised_since)
