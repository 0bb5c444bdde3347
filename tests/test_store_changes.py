"""What evidence changes among stored facts, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.intervals import Interval, day_interval, merge, subtract
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Coverage,
    Evidence,
    Impact,
    Incident,
    IncidentUpdate,
    KnownComponent,
    Level,
    Observation,
    Phase,
    PostedState,
    ReportedUptime,
)
from monitor.store.changes.bars import compare_bars, is_nonzero
from monitor.store.changes.common import FactRow, closed_day
from monitor.store.changes.components import StoredComponent, compare_components
from monitor.store.changes.coverage import CoverageKey, compare_coverage
from monitor.store.changes.figures import compare_figures
from monitor.store.changes.impacts import (
    compare_impacts,
    end_impacts,
    incident_ends,
    incidents_of_impacts,
    rows_in_question,
)
from monitor.store.changes.incidents import compare_incidents, unlist, withdraw
from monitor.store.changes.runs import OpenRun, Sequel, compare_runs, sequel
from monitor.store.changes.updates import StoredUpdate, compare_updates

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GAP = timedelta(minutes=15)
ZONE = ZoneInfo("America/New_York")
PAGE = SimpleNamespace(zone=ZONE, derived_day=None)
IDS = st.sampled_from(["a", "b", "c"])
PAST = st.integers(-96, 0).map(lambda hours: NOW + hours * HOUR)
AROUND_NOW = st.integers(-96, 24).map(lambda hours: NOW + hours * HOUR)
SPANS = st.tuples(PAST, st.integers(1, 72)).map(
    lambda each: Interval(each[0], each[0] + each[1] * HOUR)
)
LEVELS = st.sampled_from([None, *Level])


def unique(elements, key):
    return st.lists(elements, max_size=6, unique_by=key).map(tuple)


@st.composite
def incident(draw):
    start = draw(AROUND_NOW)
    phase = draw(st.sampled_from([Phase.SCHEDULED, Phase.OPEN, Phase.CLOSED]))
    return Incident(
        id=draw(IDS),
        title=draw(st.sampled_from(["slow", "down"])),
        phase=phase,
        status="posted",
        impact=draw(st.sampled_from(["minor", "major"])),
        started_at=start,
        resolved_at=start + draw(st.integers(0, 48)) * HOUR if phase is Phase.CLOSED else None,
        component_ids=draw(st.lists(IDS, unique=True).map(tuple)),
    )


INCIDENTS = unique(incident(), lambda each: each.id)


@st.composite
def impact(draw, incidents, outline):
    """An impact of one of the incidents, or of none; it goes on only where its incident does. An
    end that lies ahead is told only of an incident that is told whole, and is over."""
    of = draw(st.sampled_from([None, *incidents]))
    start = draw(PAST) - timedelta(seconds=1)
    is_over = of is None or of.phase is Phase.CLOSED
    end = start + draw(st.integers(1, 48)) * HOUR if is_over or draw(st.booleans()) else None
    if end is not None and (of is None or outline):
        end = min(end, NOW)
    return Impact(
        component_id=draw(IDS),
        level=draw(LEVELS),
        start=start,
        end=end,
        basis=Basis.TRANSITION,
        source="acme.incident",
        incident_id=of and of.id,
    )


@st.composite
def told_impacts(draw):
    incidents, outline = draw(INCIDENTS), draw(st.booleans())
    impacts = unique(impact(incidents, outline), lambda each: (each.component_id, each.start))
    return Evidence(
        source="acme.incident",
        read_at=NOW,
        incidents=incidents,
        impacts=draw(impacts),
        coverage=draw(st.sampled_from([(), (COMPLETE,)])),
        outline=outline,
    )


COMPLETE = Coverage(
    span=Interval(NOW - 48 * HOUR, NOW), aspect=Aspect.IMPACTS, component_id=None, complete=True
)
BARS = unique(
    st.builds(
        Bar,
        component_id=IDS,
        day=st.integers(18, 22).map(lambda day: date(2026, 5, day)),
        partial_seconds=st.sampled_from([0, 60]),
        incident_ids=st.lists(IDS, unique=True, max_size=1).map(tuple),
        source=st.just("acme.bars"),
    ),
    lambda bar: (bar.component_id, bar.day),
)
COVERAGE = st.builds(
    Coverage, span=SPANS, aspect=st.sampled_from(Aspect), component_id=st.sampled_from([None, "a"])
)
FIGURES = unique(
    st.builds(
        ReportedUptime,
        component_id=st.sampled_from([None, "a", "b"]),
        window_days=st.sampled_from([30, 90]),
        ratio=st.sampled_from([0.9, 1.0]),
    ),
    lambda figure: (figure.component_id, figure.window_days),
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


def told(**parts):
    return Evidence(source="acme.incident", read_at=NOW, **parts)


class Rows:
    """Present rows of one kind of fact, as a table would hold them."""

    def __init__(self, facts=()):
        self._ids = count(1)
        self.present = {}
        self.add(facts)

    def add(self, facts):
        self.present |= {next(self._ids): fact for fact in facts}

    def stored(self):
        return [FactRow(*row) for row in self.present.items()]

    def apply(self, change):
        """Write a change, and check that it supersedes only what is here, as it is here."""
        for row in change.stale:
            assert self.present.pop(row.id) == row.fact
        self.add(change.fresh)
        return change

    @property
    def facts(self):
        return set(self.present.values())


def tell_incidents(rows, evidence):
    stored = {row.fact.id: row for row in rows.stored()}
    return [rows.apply(compare_incidents(stored, evidence))]


def tell_impacts(rows, evidence):
    """Tell impacts as the store does: an outline's ends first, then what it tells of those in
    question."""
    changes = []
    if evidence.outline:
        ends = incident_ends(evidence)
        ended = [row for row in rows.stored() if row.fact.incident_id in ends]
        changes.append(rows.apply(end_impacts(ended, ends)))
    ids = incidents_of_impacts(evidence)
    stored = rows_in_question(
        (row for row in rows.stored() if row.fact.incident_id in {None, *ids}), evidence
    )
    for cover in evidence.coverage:
        stored += (row for row in rows.stored() if touches(row.fact, cover.span))
    return [*changes, rows.apply(compare_impacts(dict.fromkeys(stored), evidence))]


def touches(fact, span):
    return fact.start < span.end and (fact.end is None or fact.end > span.start)


def tell_bars(rows, evidence):
    return [rows.apply(compare_bars(rows.stored(), evidence, ZONE))]


def tell_figures(rows, evidence):
    return [rows.apply(compare_figures(rows.stored(), evidence))]


KINDS = {
    "incidents": (tell_incidents, INCIDENTS.map(lambda facts: told(incidents=facts))),
    "impacts": (tell_impacts, told_impacts()),
    "bars": (tell_bars, BARS.map(lambda facts: told(bars=facts))),
    "figures": (tell_figures, FIGURES.map(lambda facts: told(reported=facts))),
}


def start_of(fact):
    if isinstance(fact, Bar):
        return day_interval(fact.day, ZONE).start
    return fact.started_at if isinstance(fact, Incident) else fact.start


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_the_same_evidence_again_changes_nothing(kind, data):
    tell, evidence = KINDS[kind]
    rows = Rows()
    tell(rows, data.draw(evidence))
    again = data.draw(evidence)
    tell(rows, again)
    facts = rows.facts

    assert not any(tell(rows, again))
    assert rows.facts == facts


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["incidents", "impacts", "bars"])
@given(data=st.data())
def test_days_are_affected_from_the_earliest_difference_on(kind, data):
    tell, evidence = KINDS[kind]
    rows = Rows()
    tell(rows, data.draw(evidence))
    before = rows.facts
    changes = tell(rows, data.draw(evidence))

    starts = [start_of(fact) for fact in before ^ rows.facts]
    affected = [moment for change in changes for moment in change.affected_from]
    assert min(affected, default=None) == min(starts, default=None)


@pytest.mark.slow
@given(before=INCIDENTS, page=INCIDENTS, outline=st.booleans())
def test_a_shorter_page_forgets_no_incident(before, page, outline):
    rows = Rows(before)
    tell_incidents(rows, told(incidents=page, outline=outline))

    ids = {incident.id for incident in page}
    assert {each.id for each in rows.facts} == ids | {each.id for each in before}
    assert rows.facts >= {incident for incident in before if incident.id not in ids}


@pytest.mark.slow
@given(before=told_impacts(), page=told_impacts())
def test_a_shorter_page_forgets_no_impact_of_another_incident(before, page):
    rows = Rows()
    tell_impacts(rows, before)
    ids = {None, *(incident.id for incident in page.incidents)}
    others = {impact for impact in rows.facts if impact.incident_id not in ids}
    tell_impacts(rows, replace(page, coverage=()))

    assert others <= rows.facts


@given(before=BARS, page=BARS)
def test_a_shorter_page_forgets_no_bar(before, page):
    rows = Rows(filter(is_nonzero, before))
    days = {(bar.component_id, bar.day) for bar in page}
    others = {bar for bar in rows.facts if (bar.component_id, bar.day) not in days}
    tell_bars(rows, told(bars=page))

    assert rows.facts == others | set(filter(is_nonzero, page))


def test_a_complete_span_forgets_the_bars_of_its_source_and_days_that_it_leaves_out():
    day = date(2026, 5, 20)
    left_out = Bar(component_id="a", day=day, partial_seconds=60, source="acme.incident")
    others = {
        replace(left_out, source="acme.bars"),
        replace(left_out, component_id="b"),
        replace(left_out, day=day - timedelta(days=1)),
        replace(left_out, day=day + timedelta(days=1)),
    }
    rows = Rows([left_out, *others])
    whole = Coverage(
        span=day_interval(day, ZONE), aspect=Aspect.BARS, component_id="a", complete=True
    )
    (change,) = tell_bars(rows, told(coverage=(whole,)))

    assert rows.facts == others
    assert change.affected_from == [whole.span.start]


@given(before=FIGURES, page=FIGURES)
def test_a_figure_stays_until_it_is_printed_again(before, page):
    rows = Rows(before)
    tell_figures(rows, told(reported=page))

    latest = {(each.component_id, each.window_days): each for each in (*before, *page)}
    assert rows.facts == set(latest.values())


OTHER = {
    "title": "other",
    "phase": Phase.WITHDRAWN,
    "status": "other",
    "impact": "critical",
    "started_at": NOW - 200 * HOUR,
    "resolved_at": NOW + 200 * HOUR,
    "url": "https://acme.example/1",
    "maintenance": True,
    "component_ids": ("a", "b", "c", "d"),
}


@given(before=incident(), fields=st.sets(st.sampled_from(sorted(OTHER))))
def test_an_incident_gets_a_version_exactly_when_a_field_differs(before, fields):
    after = replace(before, **{name: OTHER[name] for name in fields})
    change = compare_incidents({before.id: FactRow(1, before)}, told(incidents=(after,)))

    assert bool(change) is bool(fields)
    assert [incident for _, incident in change.stale] == [before] * bool(fields)
    assert change.fresh == [after] * bool(fields)


@given(before=incident(), turn=st.randoms())
def test_the_order_of_components_is_no_difference(before, turn):
    ids = list(before.component_ids)
    turn.shuffle(ids)
    after = replace(before, component_ids=tuple(ids))

    assert not compare_incidents({before.id: FactRow(1, before)}, told(incidents=(after,)))


@given(incident(), SPANS)
def test_what_left_a_list_is_noted_once_and_affects_no_day(before, listed):
    rows = Rows([before])
    change = rows.apply(unlist(*rows.stored(), listed, NOW))
    last = before.resolved_at or before.started_at

    assert change.affected_from == []
    assert bool(change) is (listed.start < before.started_at <= last < listed.end)
    assert not unlist(*rows.stored(), listed, NOW + HOUR)


@given(incident())
def test_what_was_withdrawn_is_over_and_withdrawn_once(before):
    rows = Rows([before])
    change = rows.apply(withdraw(*rows.stored(), NOW))
    (after,) = rows.facts

    assert (after.phase, after.resolved_at) == (Phase.WITHDRAWN, before.resolved_at or NOW)
    assert change.affected_from == [before.started_at]
    assert not withdraw(*rows.stored(), NOW)


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
