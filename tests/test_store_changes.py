"""What evidence changes among stored incidents, impacts, bars and figures, without a database."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.intervals import Interval, day_interval
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Coverage,
    Evidence,
    Impact,
    Incident,
    Phase,
    ReportedUptime,
)
from monitor.store.changes.bars import compare_bars, is_nonzero
from monitor.store.changes.common import FactRow
from monitor.store.changes.figures import compare_figures
from monitor.store.changes.impacts import (
    compare_impacts,
    end_impacts,
    incident_ends,
    incidents_of_impacts,
    rows_in_question,
)
from monitor.store.changes.incidents import compare_incidents, unlist, withdraw
from tests.change_support import HOUR, IDS, LEVELS, NOW, PAST, SPANS, ZONE, told, unique

AROUND_NOW = st.integers(-96, 24).map(lambda hours: NOW + hours * HOUR)


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
FIGURES = unique(
    st.builds(
        ReportedUptime,
        component_id=st.sampled_from([None, "a", "b"]),
        window_days=st.sampled_from([30, 90]),
        ratio=st.sampled_from([0.9, 1.0]),
    ),
    lambda figure: (figure.component_id, figure.window_days),
)


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
    own = (row for row in rows.stored() if row.fact.incident_id in {None, *ids})
    stored = list(rows_in_question(own, evidence))
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
