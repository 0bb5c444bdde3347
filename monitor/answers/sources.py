"""Since when each source of a page speaks, and how far it has been read."""

from dataclasses import dataclass
from datetime import datetime

from monitor.intervals import Interval
from monitor.model import Aspect, PageFacts


@dataclass(frozen=True, slots=True)
class SourceReach:
    """A source speaks from `first` to `last` (UTC); of the time between, some may be missing."""

    aspect: Aspect
    first: datetime
    last: datetime


def source_reaches(facts: PageFacts) -> tuple[SourceReach, ...]:
    """Return the sources that speak of any time in these facts, the best first."""
    spans: dict[Aspect, list[Interval]] = {aspect: [] for aspect in Aspect}
    for cover in facts.coverage:
        spans[cover.aspect].append(cover.span)
    spans[Aspect.OBSERVATIONS] += (run.span for run in facts.runs if run.level is not None)
    reaches = []
    for aspect, own in spans.items():
        if own:
            first, last = min(span.start for span in own), max(span.end for span in own)
            reaches.append(SourceReach(aspect, first, last))
    return tuple(reaches)
