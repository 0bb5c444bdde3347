"""The evidence that states and events make. Pure.

`evidence` keeps the model's promises whatever the vendor wrote: ids are unique, nothing ends before
it begins, nothing that is not over ends ahead, a word nobody knows is counted and never green, and
an event that does not say what it hit leaves its time uncovered.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.errors import Truncated
from monitor.impacts import IMPACT_WORDS
from monitor.intervals import ONE_DAY, Interval, day_of, subtract
from monitor.kit.events import ComponentState, Event, start_by
from monitor.kit.messages import updates_of
from monitor.kit.protocol import PageContext
from monitor.kit.states import _worst_of_each
from monitor.model import (
    Aspect,
    Basis,
    Component,
    Coverage,
    Evidence,
    Gap,
    Impact,
    Incident,
    Level,
    Observation,
    PageInfo,
    Phase,
)

MIN_DURATION = timedelta(seconds=1)
"""What something that ended as it began counts for."""

NOTHING_LISTED = "the page was read and lists no components, so nothing is known of their state"


def gap_before(
    source: str,
    page: PageContext,
    since: datetime,
    first: datetime,
    why: str,
    *,
    what: str = "impacts",
) -> Iterator[Evidence]:
    """Yield what is missing when history was asked for `since` and a source's record begins at
    `first`.
    """
    asked, begun = day_of(since, UTC), day_of(first, UTC)
    if asked < begun:
        gap = Gap(what=f"{what} {asked}..{begun - ONE_DAY}", reason=Truncated.reason, message=why)
        yield Evidence(source=source, read_at=page.now, gaps=(gap,))


def evidence(
    source: str,
    page: PageContext,
    *,
    info: PageInfo | None = None,
    parts: Sequence[ComponentState] | None = None,
    components: Sequence[Component] | None = None,
    events: Iterable[Event] = (),
    since: datetime | None = None,
    withdrawn: Iterable[str] = (),
    unknown_words: Iterable[str] = (),
    cursor: str | None = None,
) -> Evidence:
    """Return the evidence that parts and events make.

    `parts` are the complete present state; `components` the complete list where no state is told
    with it. Of ids told twice the worst part and the last event count. `since`: everything that
    happened from then to now is among the events (None = they are only some of it); the time of
    unattributed events is left out of that, and what ended before it is left out altogether: of a
    time of which only what was bad is known, every known day would be bad.
    """
    listed = _worst_of_each(parts) if parts is not None else None
    all_begun = (start_by(event, page.now) for event in events)
    told = {
        event.id: event for event in all_begun if since is None or not _over_before(event, since)
    }
    unknown = {part.word for part in listed or () if part.level is None and part.word} | set(
        unknown_words
    )
    unknown |= {word for event in told.values() for word in event.unknown_words}
    unknown |= {
        span.word
        for event in told.values()
        for span in event.spans
        if span.level is None and span.word
    }
    return Evidence(
        source=source,
        read_at=page.now,
        page=info,
        components=(
            tuple(p.component for p in listed) if listed is not None else _distinct(components)
        ),
        observed=None if listed is None else tuple(map(_observation, listed)),
        incidents=tuple(_incident(event) for event in told.values()),
        updates=tuple(
            update for event in told.values() for update in updates_of(event.id, event.updates)
        ),
        impacts=tuple(
            dict.fromkeys(
                impact for event in told.values() for impact in _impacts(event, source, page.now)
            )
        ),
        coverage=_coverage(told.values(), since, page.now),
        lists=Interval.between(since, page.now) if since is not None else None,
        withdrawn=tuple(sorted(set(withdrawn))),
        unknown_words=tuple(sorted(unknown)),
        cursor=cursor,
    )


def remarked(evidence: Evidence) -> Evidence:
    """Return evidence with a remark where the complete list of components is empty and nothing else
    says why: that is no page that was not read, and no page where all is well.
    """
    info = evidence.page or PageInfo()
    if evidence.components is None or evidence.components or info.remark is not None:
        return evidence
    of_itself = f"; of itself it says {info.indicator!r}" if info.indicator is not None else ""
    return replace(evidence, page=replace(info, remark=f"{NOTHING_LISTED}{of_itself}"))


def _over_before(event: Event, since: datetime) -> bool:
    return event.phase is Phase.CLOSED and max(event.end or event.start, event.start) <= since


def _distinct(components: Iterable[Component] | None) -> tuple[Component, ...] | None:
    return None if components is None else tuple({each.id: each for each in components}.values())


def _observation(part: ComponentState) -> Observation:
    return Observation(component_id=part.component.id, level=part.level, word=part.word)


def _incident(event: Event) -> Incident:
    end = event.end if event.phase is Phase.CLOSED else None
    named = (*event.component_ids, *(span.component_id for span in event.spans))
    return Incident(
        id=event.id,
        title=event.title,
        phase=event.phase,
        status=event.status,
        impact=event.impact,
        started_at=event.start,
        resolved_at=None if end is None else max(end, event.start),
        url=event.url,
        maintenance=event.maintenance,
        component_ids=tuple(dict.fromkeys(named)),
    )


def _impacts(event: Event, source: str, now: datetime) -> Iterable[Impact]:
    """Yield what the event meant for its components so far; what is announced has not happened
    yet.
    """
    if event.phase in {Phase.SCHEDULED, Phase.WITHDRAWN}:
        return
    for span in event.spans:
        end = _end(span.start, span.end, now, over=event.phase is Phase.CLOSED)
        if (
            span.start > now
            or (span.start == now and span.end is not None)
            or span.level is Level.OPERATIONAL
        ):
            continue
        inferred = span.basis is Basis.INFERRED
        yield Impact(
            component_id=span.component_id,
            level=None if inferred else span.level,
            start=span.start,
            end=end,
            basis=span.basis,
            source=source,
            incident_id=event.id,
            word=IMPACT_WORDS[span.level] if inferred and span.level is not None else span.word,
        )


def _end(start: datetime, end: datetime | None, now: datetime, *, over: bool) -> datetime | None:
    """Return the end, at least a moment after the start. An end that lies ahead is a plan: it is
    still going on. That of an event that is over is left as it is told, and the store ends it when
    that was first read.
    """
    if end is None or end > now:
        return end if over else None
    return min(max(end, start + MIN_DURATION), max(now, start + timedelta(microseconds=1)))


def _coverage(
    events: Iterable[Event], since: datetime | None, now: datetime
) -> tuple[Coverage, ...]:
    whole = Interval.between(since, now) if since is not None else None
    if whole is None:
        return ()
    unattributed = (
        Interval.between(each.start, min(each.end or now, now))
        for each in events
        if each.unattributed
    )
    spans = subtract([whole], (span for span in unattributed if span is not None))
    return tuple(Coverage(span=span, aspect=Aspect.IMPACTS, complete=True) for span in spans)
