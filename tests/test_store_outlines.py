"""What an outline of incidents speaks of and leaves as it was, without a database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.intervals import Interval
from monitor.model import Basis, Impact, Incident, Phase
from monitor.store.changes.common import FactRow
from monitor.store.changes.impacts import (
    compare_impacts,
    end_impacts,
    incidents_of_impacts,
    rows_in_question,
)
from monitor.store.changes.incidents import compare_incidents, fill_in
from tests.change_support import HOUR, NOW, told

WHOLE = Incident(
    id="i1",
    title="slow",
    phase=Phase.OPEN,
    status="identified",
    impact="critical",
    started_at=NOW - 3 * HOUR,
    url="https://acme.example/i1",
    maintenance=True,
    component_ids=("a", "b"),
)
OUTLINE = Incident(
    id="i1",
    title="very slow",
    phase=Phase.OPEN,
    status="monitoring",
    impact="minor",
    started_at=NOW - 2 * HOUR,
    url="https://acme.example/history/i1",
)


def test_an_outline_that_names_no_component_knows_title_phase_and_status():
    assert fill_in(OUTLINE, WHOLE) == replace(
        WHOLE, title="very slow", phase=Phase.OPEN, status="monitoring"
    )


def test_an_outline_that_names_components_knows_all_but_those_named_before():
    outline = replace(OUTLINE, component_ids=("c", "a"))

    assert fill_in(outline, WHOLE) == replace(outline, component_ids=("a", "b", "c"))


@pytest.mark.parametrize("component_ids", [(), ("c",)])
def test_an_outline_knows_all_of_an_incident_that_named_no_component(component_ids):
    outline = replace(OUTLINE, component_ids=component_ids)

    assert fill_in(outline, replace(WHOLE, component_ids=())) == outline


def test_what_only_the_outline_has_is_taken_from_it():
    outline = replace(OUTLINE, maintenance=True)
    incident = fill_in(outline, replace(WHOLE, url=None, maintenance=False))

    assert (incident.url, incident.maintenance) == (OUTLINE.url, True)
    assert not fill_in(OUTLINE, replace(WHOLE, maintenance=False)).maintenance


def test_a_beginning_that_is_only_planned_is_the_outlines():
    planned = fill_in(replace(OUTLINE, phase=Phase.SCHEDULED), WHOLE)

    assert (planned.started_at, planned.phase) == (OUTLINE.started_at, Phase.SCHEDULED)


@pytest.mark.parametrize(
    ("phase_before", "phase", "ends_before", "ends", "end"),
    [
        (Phase.OPEN, Phase.CLOSED, None, 0, 0),
        (Phase.CLOSED, Phase.CLOSED, -1, 0, -1),
        (Phase.CLOSED, Phase.OPEN, -1, None, None),
        (Phase.OPEN, Phase.CLOSED, None, -5, -3),  # not before it began
    ],
)
def test_an_end_is_the_outlines_unless_the_incident_was_over_before(
    phase_before, phase, *, ends_before, ends, end
):
    def after(hours):
        return None if hours is None else NOW + hours * HOUR

    before = replace(WHOLE, phase=phase_before, resolved_at=after(ends_before))
    outline = replace(OUTLINE, phase=phase, resolved_at=after(ends))

    assert fill_in(outline, before).resolved_at == after(end)


@pytest.mark.parametrize(
    ("lists", "is_off"), [(None, True), (Interval(NOW - 9 * HOUR, NOW), False)]
)
def test_only_a_list_puts_an_incident_back_on_it(lists, is_off):
    before = replace(WHOLE, unlisted_at=NOW - HOUR)
    evidence = told(incidents=(replace(WHOLE, status="resolved"),), lists=lists)
    change = compare_incidents({"i1": FactRow(1, before)}, evidence)

    assert [incident.unlisted_at is not None for incident in change.fresh] == [is_off]
    assert change.affected_from == [WHOLE.started_at, WHOLE.started_at]


def test_a_new_incident_affects_days_from_when_it_began():
    change = compare_incidents({}, told(incidents=(WHOLE,)))

    assert (change.fresh, change.stale, change.affected_from) == ([WHOLE], [], [WHOLE.started_at])


# impacts


def told_impacts(*, outline):
    """Evidence with incidents 1 and 2, and impacts of the first, of a third and of none."""
    impacts = [impact("i1"), impact("i3"), impact(None)]
    incidents = [replace(WHOLE, id="i1"), replace(WHOLE, id="i2")]
    return told(incidents=tuple(incidents), impacts=tuple(impacts), outline=outline)


def impact(incident_id, start=NOW - HOUR, end=None):
    return Impact(
        component_id="a",
        level=None,
        start=start,
        end=end,
        basis=Basis.TRANSITION,
        source="acme.incident",
        incident_id=incident_id,
    )


def test_an_outline_tells_impacts_only_of_incidents_it_has_impacts_of():
    assert incidents_of_impacts(told_impacts(outline=False)) == ["i1", "i2", "i3"]
    assert incidents_of_impacts(told_impacts(outline=True)) == ["i1", "i3"]


def test_evidence_speaks_of_all_impacts_of_an_incident_told_whole_and_else_of_those_told_again():
    same, earlier = impact("i1"), impact("i1", start=NOW - 2 * HOUR)
    loose, other = impact(None), impact(None, start=NOW - 2 * HOUR)
    rows = [FactRow(n, fact) for n, fact in enumerate((same, earlier, loose, other))]

    def ids(*, outline):
        return [row.id for row in rows_in_question(rows, told_impacts(outline=outline))]

    assert ids(outline=False) == [0, 1, 2]
    assert ids(outline=True) == [0, 2]


@pytest.mark.parametrize(
    ("phase", "end_before", "end_after"),
    [
        (Phase.OPEN, None, None),
        (Phase.CLOSED, None, NOW),
        (Phase.CLOSED, NOW - HOUR / 2, NOW - HOUR / 2),
    ],
)
def test_an_end_that_lies_ahead_is_a_plan_until_its_incident_is_over(phase, end_before, end_after):
    """Then it ended when that was first read."""
    ahead = impact("i1", end=NOW + HOUR)
    incident = replace(WHOLE, phase=phase)
    rows = [FactRow(1, replace(ahead, end=end_before))]
    first = compare_impacts([], told(incidents=(incident,), impacts=(ahead,)))
    again = compare_impacts(rows, told(incidents=(incident,), impacts=(ahead,)))

    assert [fact.end for fact in first.fresh] == [None if phase is Phase.OPEN else NOW]
    facts = [
        fact for fact in (rows[0].fact, *again.fresh) if fact not in dict(again.stale).values()
    ]
    assert [fact.end for fact in facts] == [end_after]


def test_an_impact_that_ends_before_it_began_ends_a_second_after():
    late = impact("i1", start=NOW + HOUR, end=NOW + 2 * HOUR)
    incident = replace(WHOLE, phase=Phase.CLOSED)
    (fact,) = compare_impacts([], told(incidents=(incident,), impacts=(late,))).fresh

    assert fact.end == NOW + HOUR + timedelta(seconds=1)


def test_an_outlines_end_ends_what_goes_on_of_its_incident_and_nothing_else():
    open_impact, over = impact("i1"), impact("i1", end=NOW - HOUR / 2)
    late = impact("i1", start=NOW)
    rows = [FactRow(n, fact) for n, fact in enumerate((open_impact, over, late))]
    change = end_impacts(rows, {"i1": NOW - HOUR / 4})

    assert change.stale_ids == [0, 2]
    assert [fact.end for fact in change.fresh] == [NOW - HOUR / 4, NOW + timedelta(seconds=1)]


def test_an_incident_of_an_outline_keeps_what_the_outline_leaves_out():
    (version,) = compare_incidents(
        {"i1": FactRow(1, WHOLE)}, told(incidents=(OUTLINE,), outline=True)
    ).fresh

    assert version == fill_in(OUTLINE, WHOLE)
