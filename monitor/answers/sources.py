"""Since when each source of a page speaks, and how far it has been read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.intervals import Interval
from monitor.lookups import among
from monitor.model import Aspect, PageFacts


@dataclass(frozen=True, slots=True)
class SourceReach:
    """A source speaks from `first` to `last` (UTC); of the time between, some may be missing."""

    aspect: Aspect
    first: datetime
    last: datetime


def source_reaches(facts: PageFacts) -> tuple[SourceReach, ...]:
    """Return the sources that speak of any time in these facts, the best first."""
    reaches: dict[Aspect, SourceReach] = {}
    for aspect, span in _spans(facts):
        reach = reaches.get(aspect, SourceReach(aspect, span.start, span.end))
        first, last = min(reach.first, span.start), max(reach.last, span.end)
        reaches[aspect] = SourceReach(aspect, first, last)
    return tuple(among(reaches, Aspect))


def _spans(facts: PageFacts) -> Iterator[tuple[Aspect, Interval]]:
    """Yield what each source speaks of, in no particular order."""
    for cover in facts.coverage:
        yield cover.aspect, cover.span
    for run in facts.runs:
        if run.level is not None:
            yield Aspect.OBSERVATIONS, run.span
