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
from monitor.kit.events import ComponentState, Event, ImpactSpan, component_ids_of, start_by
from monitor.kit.messages import updates_of
from monitor.kit.protocol import PageContext
from monitor.kit.states import components_of, worst_of_each
from monitor.model import (
    Aspect,
    Basis,
    Component,
    Coverage,
    Evidence,
    Gap,
    Impact,
    Incident,
    IncidentUpdate,
    Level,
    Observation,
    PageInfo,
    Phase,
    by_id,
    without_none,
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
    first_wanted, first_known = day_of(since, UTC), day_of(first, UTC)
    if first_wanted < first_known:
        missing = f"{what} {first_wanted}..{first_known - ONE_DAY}"
        gap = Gap(what=missing, reason=Truncated.reason, message=why)
        yield gap_evidence(source, page, gap)


def first_covered(piece: Evidence, page: PageContext) -> datetime:
    """Return since when a piece of evidence speaks of anything; now where it speaks of nothing."""
    return min((cover.span.start for cover in piece.coverage), default=page.now)


def gap_until_now(
    source: str,
    page: PageContext,
    since: datetime,
    why: str,
    *,
    what: str = "days",
) -> Evidence:
    """Return what is missing when history was asked for `since` and a source keeps none of it."""
    missing = f"{what} {day_of(since, UTC)}..{day_of(page.now, UTC)}"
    return gap_evidence(source, page, Gap(what=missing, reason=Truncated.reason, message=why))


def gap_evidence(source: str, page: PageContext, *gaps: Gap) -> Evidence:
    """Return the evidence that nothing was read of a source but what is missing."""
    return Evidence(source=source, read_at=page.now, gaps=gaps)


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
    states = None if parts is None else worst_of_each(parts)
    latest = _latest(events, since, page.now)
    if states is not None:
        components = components_of(states)
    return Evidence(
        source=source,
        read_at=page.now,
        page=info,
        components=_distinct(components),
        observed=None if states is None else tuple(map(_observation, states)),
        incidents=tuple(map(_incident, latest)),
        updates=_updates(latest),
        impacts=_impacts(latest, source, page.now),
        coverage=tuple(_coverage(latest, since, page.now)),
        lists=None if since is None else Interval.between(since, page.now),
        withdrawn=tuple(sorted(set(withdrawn))),
        unknown_words=_unknown_words(states or (), latest, unknown_words),
        cursor=cursor,
    )


def one_remark(remarks: Iterable[str | None]) -> str | None:
    """Return several remarks as one; None is none, and where there is no other there is none."""
    return "; ".join(without_none(remarks)) or None


def with_remark(evidence: Evidence) -> Evidence:
    """Return evidence with a remark where the complete list of components is empty and nothing else
    says why: the page was read, and that does not mean that all is well.
    """
    info = evidence.page or PageInfo()
    if evidence.components is None or evidence.components or info.remark is not None:
        return evidence
    of_itself = f"; of itself it says {info.indicator!r}" if info.indicator is not None else ""
    return replace(evidence, page=replace(info, remark=f"{NOTHING_LISTED}{of_itself}"))


def _latest(events: Iterable[Event], since: datetime | None, now: datetime) -> list[Event]:
    """Return the last event of each id, without those that ended before `since`."""
    latest = {}
    for event in events:
        if since is None or not _is_over_before(event, since):
            latest[event.id] = start_by(event, now)
    return list(latest.values())


def _is_over_before(event: Event, since: datetime) -> bool:
    return event.phase is Phase.CLOSED and max(event.end or event.start, event.start) <= since


def _unknown_words(
    states: Iterable[ComponentState], events: Iterable[Event], others: Iterable[str]
) -> tuple[str, ...]:
    """Return the vendor's words that mean nothing to us, sorted."""
    words = set(others)
    for event in events:
        words.update(event.unknown_words)
        words.update(_words_without_level(event.spans))
    words.update(_words_without_level(states))
    return tuple(sorted(words))


def _words_without_level(ratings: Iterable[ComponentState | ImpactSpan]) -> Iterator[str]:
    for rating in ratings:
        if rating.level is None and rating.word:
            yield rating.word


def _distinct(components: Iterable[Component] | None) -> tuple[Component, ...] | None:
    """Return the last component of each id; None where the list is not known."""
    return None if components is None else tuple(by_id(components).values())


def _observation(part: ComponentState) -> Observation:
    return Observation(component_id=part.component.id, level=part.level, word=part.word)


def _incident(event: Event) -> Incident:
    end = event.end if event.phase is Phase.CLOSED else None
    hit_ids = component_ids_of(event.spans)
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
        component_ids=tuple(dict.fromkeys([*event.component_ids, *hit_ids])),
    )


def _updates(events: Iterable[Event]) -> tuple[IncidentUpdate, ...]:
    updates: list[IncidentUpdate] = []
    for event in events:
        updates += updates_of(event.id, event.updates)
    return tuple(updates)


def _impacts(events: Iterable[Event], source: str, now: datetime) -> tuple[Impact, ...]:
    """Return what the events meant for their components so far, each impact once.

    What is announced has not happened yet, and what was withdrawn never did.
    """
    impacts: dict[Impact, None] = {}
    for event in events:
        if event.phase in {Phase.SCHEDULED, Phase.WITHDRAWN}:
            continue
        for span in event.spans:
            if span.level is not Level.OPERATIONAL and _has_begun(span, now):
                impacts[_impact(event, span, source, now)] = None
    return tuple(impacts)


def _has_begun(span: ImpactSpan, now: datetime) -> bool:
    """Whether some of the span lies behind us; one without an end begins the instant it starts."""
    return span.start < now or (span.start == now and span.end is None)


def _impact(event: Event, span: ImpactSpan, source: str, now: datetime) -> Impact:
    is_inferred = span.basis is Basis.INFERRED
    word = span.word
    if is_inferred and span.level is not None:
        word = IMPACT_WORDS[span.level]
    return Impact(
        component_id=span.component_id,
        level=None if is_inferred else span.level,
        start=span.start,
        end=_end(span.start, span.end, now, over=event.phase is Phase.CLOSED),
        basis=span.basis,
        source=source,
        incident_id=event.id,
        word=word,
    )


def _end(start: datetime, end: datetime | None, now: datetime, *, over: bool) -> datetime | None:
    """Return the end, at least a moment after the start. An end that lies ahead is a plan: it is
    still going on. That of an event that is over is left as it is told, and the store ends it when
    that was first read.
    """
    if end is None or end > now:
        return end if over else None
    return min(max(end, start + MIN_DURATION), max(now, start + timedelta(microseconds=1)))


def _coverage(events: Iterable[Event], since: datetime | None, now: datetime) -> Iterator[Coverage]:
    """Yield the time that the events speak for: from `since` on, but for that of unattributed
    ones.
    """
    whole = None if since is None else Interval.between(since, now)
    if whole is None:
        return
    holes = []
    for event in events:
        if event.unattributed:
            hole = Interval.between(event.start, min(event.end or now, now))
            holes += [hole] if hole is not None else []
    for span in subtract([whole], holes):
        yield Coverage(span=span, aspect=Aspect.IMPACTS, complete=True)
