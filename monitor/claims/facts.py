"""One page's facts, sorted by component. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import TypeVar

from monitor.day_range import DayRange
from monitor.intervals import Interval, day_interval, spans_of
from monitor.lookups import by_key
from monitor.model import (
    Bar,
    Basis,
    Coverage,
    Impact,
    Incident,
    IncidentUpdate,
    KnownComponent,
    ObservedRun,
    OpenClaim,
    PageFacts,
    id_set,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentFacts:
    """What was said of one component, as it was said.

    `scope` is the part of the range in which it was on the page, at most until now. `until` is the
    page's last reading: as far as that, an impact without an end has come. `coverage` is the
    page's and the component's own. `excused` are impacts that the user does not count.
    `unlisted_ids` are the page's incidents that are no longer on its list.
    """

    component_id: str
    scope: Interval
    until: datetime
    impacts: Sequence[Impact]
    runs: Sequence[ObservedRun]
    updates: Sequence[IncidentUpdate]
    excused: Sequence[Impact]
    open_claims: Sequence[OpenClaim]
    bars: Mapping[date, Bar]
    coverage: Sequence[Coverage]
    unlisted_ids: frozenset[str]

    def polled_spans(self) -> Iterator[Interval]:
        """Yield the spans of which polls saw what level it was at."""
        for run in self.runs:
            if run.level is not None:
                yield run.span


class FactsByComponent:
    """A page's facts, sorted once for all its components."""

    def __init__(self, facts: PageFacts, days: DayRange) -> None:
        self._days = days
        self._until = last_read_at(facts, days.now) or days.now
        self._impacts = _by_component(_without_inferred_twins(facts.impacts))
        self._excused = _by_component(facts.excused)
        self._runs = _by_component(facts.runs)
        self._open_claims = _by_component(facts.open_claims)
        self._bars = _by_component(facts.bars)
        self._updates = _updates_by_component(facts.updates)
        self._coverage: dict[str | None, list[Coverage]] = defaultdict(list)
        for coverage in facts.coverage:
            self._coverage[coverage.component_id].append(coverage)
        self._unlisted_ids = frozenset(id_set(_off_the_list(facts.incidents)))

    def of(self, component: KnownComponent) -> ComponentFacts | None:
        """Return what was said of a component; None for one that was on the page on no day."""
        scope = _scope(component, self._days)
        if scope is None:
            return None
        key = component.id
        return ComponentFacts(
            component_id=key,
            scope=scope,
            until=self._until,
            impacts=self._impacts.get(key, ()),
            runs=self._runs.get(key, ()),
            updates=self._updates.get(key, ()),
            excused=self._excused.get(key, ()),
            open_claims=self._open_claims.get(key, ()),
            bars=by_key(self._bars.get(key, ()), attrgetter("day")),
            coverage=[*self._coverage.get(None, ()), *self._coverage.get(key, ())],
            unlisted_ids=self._unlisted_ids,
        )


def last_read_at(facts: PageFacts, now: datetime) -> datetime | None:
    """Return when anything was last read from the page, at most `now`; None = never."""
    spans = [*spans_of(facts.coverage), *spans_of(facts.runs)]
    return min(max(span.end for span in spans), now) if spans else None


def _off_the_list(incidents: Iterable[Incident]) -> Iterator[Incident]:
    for incident in incidents:
        if incident.unlisted_at is not None:
            yield incident


Fact = TypeVar("Fact", Impact, ObservedRun, OpenClaim, Bar)


def _by_component(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Return the facts of each component, in the order given."""
    sorted_facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        sorted_facts[fact.component_id].append(fact)
    return sorted_facts


def _updates_by_component(updates: Iterable[IncidentUpdate]) -> dict[str, list[IncidentUpdate]]:
    """Return the updates that give a state of each component, each update once."""
    sorted_updates: dict[str, list[IncidentUpdate]] = defaultdict(list)
    for update in updates:
        for key in dict.fromkeys(state.component_id for state in update.states):
            sorted_updates[key].append(update)
    return sorted_updates


def _without_inferred_twins(impacts: Iterable[Impact]) -> list[Impact]:
    """Drop inferred impacts of incidents whose states of that component are known first-hand."""
    impacts = list(impacts)
    first_hand: set[tuple[str | None, str]] = set()
    for impact in impacts:
        if impact.basis is not Basis.INFERRED and impact.incident_id:
            first_hand.add((impact.incident_id, impact.component_id))
    others = []
    for impact in impacts:
        is_inferred = impact.basis is Basis.INFERRED
        if not is_inferred or (impact.incident_id, impact.component_id) not in first_hand:
            others.append(impact)
    return others


def _scope(component: KnownComponent, days: DayRange) -> Interval | None:
    scope = days.span
    if scope is None:
        return None
    start, end = scope.start, scope.end
    start_date = component.component.start_date
    if start_date is not None:
        start = max(start, day_interval(start_date, days.zone).start)
    if component.removed_at is not None:
        end = min(end, component.removed_at)
    return Interval.between(start, end)
