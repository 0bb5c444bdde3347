"""Which sources cover a day, and when. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from monitor.answers import Explanation
from monitor.intervals import Interval, merge_adjacent
from monitor.model import Aspect


class CoveredPart(NamedTuple):
    """A part of the day that one source covers, of one component; None = of all."""

    aspect: Aspect
    component_id: str | None
    span: Interval


def covered_parts(explanation: Explanation) -> Iterator[CoveredPart]:
    """Yield what each source covers of the day, as often as it was said."""
    for cover in explanation.coverage:
        yield CoveredPart(cover.aspect, cover.component_id, cover.span)
    for run in explanation.runs:
        if run.level is not None:
            yield CoveredPart(Aspect.OBSERVATIONS, run.component_id, run.span)


def spans_by_source(explanation: Explanation) -> Mapping[Aspect, list[Interval]]:
    """Return the parts of the day that each source covers for any component, the best source
    first.
    """
    parts: dict[Aspect, list[Interval]] = defaultdict(list)
    for part in covered_parts(explanation):
        inside = part.span.clip(explanation.span)
        if inside is not None:
            parts[part.aspect].append(inside)
    spans = {}
    for aspect in Aspect:
        if aspect in parts:
            spans[aspect] = merge_adjacent(parts[aspect])
    return spans


def component_numbers(explanation: Explanation) -> Mapping[Aspect, int | None]:
    """Return of how many components each source covers a part of the day; None = of all."""
    ids: dict[Aspect, set[str | None]] = {aspect: set() for aspect in Aspect}
    for part in covered_parts(explanation):
        ids[part.aspect].add(part.component_id)
    return {aspect: None if None in keys else len(keys) for aspect, keys in ids.items()}
