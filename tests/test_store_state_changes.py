"""What evidence changes among stored coverage, messages, runs and components, without a database."""

from dataclasses import replace
from datetime import UTC, date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.intervals import Interval, merge, subtract
from monitor.model import (
    Aspect,
    Component,
    Coverage,
    IncidentUpdate,
    KnownComponent,
    Observation,
    PostedState,
)
from monitor.store.changes.common import closed_day
from monitor.store.changes.components import StoredComponent, compare_components
from monitor.store.changes.coverage import CoverageKey, compare_coverage
from monitor.store.changes.runs import OpenRun, Sequel, compare_runs, sequel
from monitor.store.changes.updates import StoredUpdate, compare_updates
from tests.change_support import GAP, HOUR, IDS, LEVELS, NOW, PAST, SPANS, ZONE, told, unique

PAGE = SimpleNamespace(zone=ZONE, derived_day=None)
COVERAGE = st.builds(
    Coverage, span=SPANS, aspect=st.sampled_from(Aspect), component_id=st.sampled_from([None, "a"])
)
UPDATES = unique(
    st.builds(
        IncidentUpdate,
        incident_id=IDS,
        key=st.sampled_from(["1", "2", "3" * 300]),
        at=PAST,
        status=st.sampled_from(["identified", "resolved"]),
        states=st.lists(st.builds(PostedState, component_id=IDS, level=LEVELS), max_size=2).map(
            tuple
        ),
    ),
    lambda update: (update.incident_id, update.key),
)
OBSERVATIONS = st.dictionaries(IDS, LEVELS).map(
    lambda levels: {
        key: Observation(component_id=key, level=level) for key, level in levels.items()
    }
)
COMPONENTS = unique(
    st.builds(Component, id=IDS, name=st.sampled_from(["API", "Web"]), position=st.integers(0, 3)),
    lambda component: component.id,
)


# coverage


class Spans(dict):
    """Stored coverage by whose it is, then by row."""

    def apply(self, change):
        for row_id in change.stale:
            assert any(rows.pop(row_id, None) for rows in self.values())
        for key, rows in change.growth.items():
            assert rows.keys() <= self[key].keys()
            self[key] |= rows
        for key, span in change.fresh:
            self.setdefault(key, {})[len(self.ids) + 1000] = span
            self.ids.append(span)
        return change

    def union(self):
        return {key: merge(rows.values()) for key, rows in self.items() if rows}

    @classmethod
    def empty(cls):
        spans = cls()
        spans.ids = []
        return spans


@given(st.lists(st.lists(COVERAGE, max_size=4), max_size=4), st.sampled_from([GAP, 4 * HOUR]))
def test_coverage_is_the_union_of_all_that_was_covered(answers, gap):
    spans, expected = Spans.empty(), {}
    for answer in answers:
        before = spans.union()
        evidence = told(coverage=tuple(answer))
        change = spans.apply(compare_coverage(spans, evidence, PAGE, gap))
        for cover in answer:
            key = CoverageKey("acme.incident", cover.component_id or "", cover.aspect.value)
            expected.setdefault(key, []).append(cover.span)

        new = [
            span.start
            for key, whole in spans.union().items()
            for span in subtract(whole, before.get(key, ()))
        ]
        assert min(change.affected_from, default=None) == min(new, default=None)
        assert not compare_coverage(spans, evidence, PAGE, gap)
    assert spans.union() == {key: merge(covered) for key, covered in expected.items()}


def test_the_next_polls_share_of_coverage_grows_the_row_and_affects_no_day_that_is_open():
    page = SimpleNamespace(zone=UTC, derived_day=NOW.date())
    key = CoverageKey("acme.incident", "", "impacts")
    stored = {key: {7: Interval(NOW - HOUR, NOW)}}
    cover = Coverage(span=Interval(NOW - HOUR, NOW + GAP), aspect=Aspect.IMPACTS)
    change = compare_coverage(stored, told(coverage=(cover,)), page, GAP)

    assert (change.fresh, change.stale, change.affected_from) == ([], [], [])
    assert change.growth == {key: {7: cover.span}}
    assert stored == {key: {7: Interval(NOW - HOUR, NOW)}}, "what is given is not touched"


def test_a_share_longer_than_the_gap_is_a_row_of_its_own_instead_of_those_inside_it():
    key = CoverageKey("acme.incident", "", "impacts")
    stored = {key: {7: Interval(NOW - 2 * HOUR, NOW - HOUR), 8: Interval(NOW - HOUR, NOW)}}
    span = Interval(NOW - HOUR, NOW + GAP + timedelta(seconds=1))
    cover = Coverage(span=span, aspect=Aspect.IMPACTS)
    change = compare_coverage(stored, told(coverage=(cover,)), PAGE, GAP)

    assert (change.fresh, change.stale, change.growth) == ([(key, span)], [8], {})
    assert change.affected_from == [NOW]


@pytest.mark.parametrize(
    ("derived_day", "closed"),
    [(None, date(2026, 5, 22)), (date(2026, 5, 23), date(2026, 5, 22)), (date(2026, 5, 22), None)],
    ids=["never-derived", "derived-later", "derived-today"],
)
def test_a_day_is_closed_before_the_last_derived_one(derived_day, closed):
    assert closed_day(SimpleNamespace(zone=UTC, derived_day=derived_day), NOW) == closed


# messages


@given(before=UPDATES, after=UPDATES)
def test_messages_are_replaced_as_a_whole_and_once(before, after):
    rows = stored_updates(compare_updates([], before).fresh)
    ids = {update.incident_id for update in after}
    present = [row for row in rows if row.incident_id in ids]
    change = compare_updates(present, after)

    left = [row for row in present if row.id not in change.stale]
    assert {row.id for row in present} >= set(change.stale)
    assert len(left) + len(change.fresh) == len(after)
    assert {new.update for new in change.fresh} == set(after) - set(before)
    assert not compare_updates([*left, *stored_updates(change.fresh, 100)], after)
    gone = [row.at for row in present if row.id in change.stale]
    rated = [new.update.at for new in change.fresh if new.update.states]
    assert sorted(change.affected_from) == sorted([*gone, *rated])


def stored_updates(fresh, first_id=0):
    return [
        StoredUpdate(row_id, new.update.incident_id, new.key, new.digest, new.update.at)
        for row_id, new in enumerate(fresh, first_id)
    ]


# observed runs


@given(before=OBSERVATIONS, after=OBSERVATIONS, earlier=st.booleans())
def test_a_reading_ends_and_begins_exactly_what_differs(before, after, earlier):
    begun = NOW - HOUR if earlier else NOW
    runs = {
        key: OpenRun(number, key, state.level, None, begun)
        for number, (key, state) in enumerate(before.items())
    }
    change = compare_runs(runs, after, NOW)

    ended = {run.id for key, run in runs.items() if before[key] != after.get(key)}
    assert set(change.ended_ids if earlier else change.instant_ids) == ended
    assert len(change.ended_ids) + len(change.instant_ids) == len(ended)
    assert change.fresh == [state for key, state in after.items() if before.get(key) != state]
    assert bool(change) is (before != after)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, Sequel.ANEW),
        (NOW + HOUR, Sequel.OUT_OF_ORDER),
        (NOW, Sequel.GOES_ON),
        (NOW - GAP, Sequel.GOES_ON),
        (NOW - GAP - timedelta(microseconds=1), Sequel.ANEW),
    ],
    ids=["the-first", "read-earlier", "same-instant", "in-time", "after-a-silence"],
)
def test_a_silence_longer_than_the_gap_begins_anew(until, expected):
    assert sequel(until, NOW, GAP) is expected


# components


def stored_components(rows, change, now):
    """Return the components as they are stored after a change."""
    by_id = {row.entry.component.id: row for row in rows}
    for move in change.moves:
        row = by_id.pop(move.old_id)
        moved = replace(row.entry.component, id=move.new_id)
        by_id[move.new_id] = row._replace(entry=replace(row.entry, component=moved))
    for key, values in change.updates.items():
        by_id[key] = updated(by_id[key], values)
    for new in change.fresh:
        first = KnownComponent(component=new.component, slug=new.slug, first_seen_at=now)
        by_id[new.component.id] = StoredComponent(first, "statuspage")
    return list(by_id.values())


def updated(row, values):
    names = {"group_name": "group"}
    fields = {names.get(name, name): value for name, value in values.items()}
    platform = fields.pop("platform", row.platform)
    removed_at = fields.pop("removed_at", row.entry.removed_at)
    component = replace(row.entry.component, **fields)
    return StoredComponent(replace(row.entry, component=component, removed_at=removed_at), platform)


@given(before=COMPONENTS, after=COMPONENTS, elsewhere=st.booleans())
def test_the_page_has_what_it_lists_and_forgets_no_component(before, after, elsewhere):
    rows = [
        StoredComponent(
            KnownComponent(component=each, slug=f"{each.id}-slug", first_seen_at=NOW - HOUR),
            "incidentio" if elsewhere else "statuspage",
        )
        for each in before
    ]
    change = compare_components(rows, after, "statuspage", NOW)
    stored = stored_components(rows, change, NOW)

    listed = {row.entry.component for row in stored if row.entry.removed_at is None}
    assert listed == set(after)
    assert len(stored) == len(before) + len(change.fresh)
    assert {row.entry.slug for row in rows} <= {row.entry.slug for row in stored}
    assert len({row.entry.slug for row in stored}) == len(stored)
    assert bool(change.moves) <= elsewhere
    assert not compare_components(stored, after, "statuspage", NOW + HOUR)


@pytest.mark.parametrize("removed_at", [None, NOW - HOUR], ids=["just-left", "left-before"])
def test_a_component_goes_on_under_another_id_from_when_it_left(removed_at):
    before = Component(id="a", name="API", group="Shop")
    known = KnownComponent(
        component=before, slug="api", first_seen_at=NOW - 2 * HOUR, removed_at=removed_at
    )
    after = Component(id="x", name="api")
    change = compare_components([StoredComponent(known, "incidentio")], [after], "statuspage", NOW)

    assert change.moves == [("a", "x")]
    assert (change.fresh, change.removed_ids) == ([], [])
    assert min(change.affected_from) == (removed_at or NOW)


def test_a_name_that_two_components_have_tells_nobody_which_goes_on():
    rows = [
        StoredComponent(
            KnownComponent(component=Component(id=key, name="API"), slug=key, first_seen_at=NOW),
            "incidentio",
        )
        for key in ("a", "b")
    ]

    assert not compare_components(rows, [Component(id="x", name="API")], "statuspage", NOW).moves
