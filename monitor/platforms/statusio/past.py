"""What the document says of the past: since when components have their state, and before that what
the messages of what is open say. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from monitor.intervals import Interval
from monitor.model import Aspect, Basis, Coverage, Impact, Level
from monitor.platforms.statusio.codes import LEVELS
from monitor.platforms.statusio.incidents import PostedSpan

SOURCE = "statusio.status"

States = Mapping[str, tuple[str, datetime]]
"""Each component's code and since when it has it, by the component's id."""

PostedSpans = Mapping[str, Sequence[PostedSpan]]
"""What the messages of each event say, by the event's id."""


def impacts_of_states(states: States, at: datetime) -> Iterator[Impact]:
    """Yield the trouble that components were in from when it began until it was read.

    Polls tell how it goes on.
    """
    for key, (code, since) in states.items():
        level = LEVELS.get(code)
        if level and since < at:
            yield Impact(
                component_id=key,
                level=level,
                start=since,
                end=at,
                basis=Basis.TRANSITION,
                source=SOURCE,
                word=code,
            )


def impacts_of_messages(posted_spans: PostedSpans, now: datetime) -> Iterator[Impact]:
    """Yield the trouble that messages speak of; a code we do not know leaves its time unknown."""
    for key, spans in posted_spans.items():
        for span in spans:
            level, end = LEVELS.get(span.code), min(span.end, now)
            if level is not Level.OPERATIONAL and span.start < end:
                yield Impact(
                    component_id=span.component_id,
                    level=level,
                    start=span.start,
                    end=end,
                    basis=Basis.TRANSITION,
                    source=SOURCE,
                    incident_id=key,
                    word=span.code,
                )


def coverage_of_states(states: States, since: datetime, at: datetime) -> Iterator[Coverage]:
    """Yield the spans since each component's last change: inferred from there having been none."""
    for key, (code, last_set) in states.items():
        yield from _coverage(key, code, Interval.between(max(last_set, since), at))


def coverage_of_messages(
    posted_spans: PostedSpans, since: datetime, at: datetime
) -> Iterator[Coverage]:
    """Yield the spans that messages speak for."""
    for spans in posted_spans.values():
        for span in spans:
            interval = Interval.between(max(span.start, since), min(span.end, at))
            yield from _coverage(span.component_id, span.code, interval)


def _coverage(component_id: str, code: str, span: Interval | None) -> Iterator[Coverage]:
    if code in LEVELS and span is not None:
        yield Coverage(span=span, aspect=Aspect.IMPACTS, component_id=component_id)
