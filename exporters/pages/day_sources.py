"""What each source said of each component on a day, as spans on its clock. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from exporters.explain.coverage import covered_parts
from exporters.explain.phrases import bad_text
from monitor.answers import ComponentDay, Explanation
from monitor.impacts import impact_level
from monitor.intervals import Interval, merge
from monitor.model import Aspect, Bar, Level, Seconds

EVERYONE = None
"""Stands for all components where a source covers the whole page."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A component at a level, worse than operational or unknown (None), for a part of the day."""

    span: Interval
    level: Level | None


@dataclass(slots=True)
class SourceDay:
    """What one source said of one component: when it covers the day, and what was not well then.
    `amount` are the seconds of a record that has no times.
    """

    covered: list[Interval] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    amount: Seconds | None = None

    @property
    def is_silent(self) -> bool:
        """Whether it said nothing of the day."""
        return not (self.covered or self.stretches or self.amount)

    @property
    def is_well(self) -> bool:
        """Whether it said nothing that is bad or that nobody can read."""
        return not self.stretches and not (self.amount and self.amount.total)


SourceDays = Mapping[Aspect, SourceDay]


def source_days(explanation: Explanation) -> dict[str, dict[Aspect, SourceDay]]:
    """Return what each source said, by component and source, of all that the explanation is
    about.
    """
    sources: dict[str | None, dict[Aspect, SourceDay]] = defaultdict(_silence)
    for part in covered_parts(explanation):
        inside = part.span.clip(explanation.span)
        if inside is not None:
            sources[part.component_id][part.aspect].covered.append(inside)
    for component_id, aspect, stretch in _stretches(explanation):
        sources[component_id][aspect].stretches.append(stretch)
    for bar in explanation.bars:
        sources[bar.component_id][Aspect.BARS].amount = _amount(bar)
    found = {}
    for entry in explanation.days:
        found[entry.component.id] = _merged(sources[entry.component.id], sources[EVERYONE])
    return found


def _silence() -> dict[Aspect, SourceDay]:
    return {aspect: SourceDay() for aspect in Aspect}


def _amount(bar: Bar) -> Seconds:
    return Seconds(partial=bar.partial_seconds, major=bar.major_seconds)


def _merged(own: SourceDays, of_all: SourceDays) -> dict[Aspect, SourceDay]:
    """Return what was said of a component, and of all of them with it."""
    merged = {}
    for aspect, source in own.items():
        covered = merge([*source.covered, *of_all[aspect].covered])
        merged[aspect] = SourceDay(covered, source.stretches, source.amount)
    return merged


def _stretches(explanation: Explanation) -> Iterator[tuple[str, Aspect, Stretch]]:
    """Yield what was not well or cannot be read, by component and source."""
    mapping = explanation.vendor.impact_mapping
    impacts = [*explanation.loose_impacts]
    for account in explanation.incidents:
        impacts += account.impacts
    for impact in impacts:
        end = min(impact.end or explanation.as_of, explanation.span.end)
        inside = Interval.between(max(impact.start, explanation.span.start), end)
        level = impact_level(impact, mapping)
        if inside is not None and level is not Level.OPERATIONAL:
            yield impact.component_id, Aspect.IMPACTS, Stretch(inside, level)
    for run in explanation.runs:
        seen = run.span.clip(explanation.span)
        if seen is not None and run.level is not Level.OPERATIONAL:
            yield run.component_id, Aspect.OBSERVATIONS, Stretch(seen, run.level)


def amount_words(source: SourceDay) -> str:
    """Return what a record says that has amounts and no times."""
    words = "" if source.amount is None else bad_text(source.amount)
    return f"{words}, no times" if words else "no outage"


def are_well(sources: Sequence[SourceDay]) -> bool:
    """Whether none of them said anything bad, or that nobody can read."""
    return all(source.is_well for source in sources)


_UNKNOWN_RANK = 1.5
"""Unknown is worse than maintenance, and better than degraded."""


def worst_first(days: Iterable[ComponentDay]) -> list[ComponentDay]:
    """Return components by how bad their day was, those that are alike in their order."""
    return sorted(days, key=_rank, reverse=True)


def _rank(entry: ComponentDay) -> float:
    return _UNKNOWN_RANK if entry.day.level is None else entry.day.level
