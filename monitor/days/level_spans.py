"""When a component was at which bad level: the spans behind the seconds of its days. Pure.

A day's seconds have a place in time where they come from incidents and polls. A vendor's bar says
only how many there were on a day. Where the incidents of that day add up to what the bar says, they
are its place; where they do not, the bar counts, and its span is the whole day with the seconds
beside it (`Precision.DAY`).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from monitor.claims import BadSpan, ComponentFacts, FactsByComponent
from monitor.day_range import DayRange
from monitor.days.classify import Options
from monitor.days.evidence import ComponentEvidence, DayEvidence, evidence_from
from monitor.days.seconds import worst_spans
from monitor.intervals import Interval, day_interval, subtract
from monitor.model import BAD_LEVELS, Aspect, Day, History, Level, PageFacts, PageHistory

_SECOND = 1.0
"""Incidents and a bar that differ by less than this many seconds agree."""


class Precision(StrEnum):
    """What is known of when it was."""

    INTERVAL = "interval"  # its start and its end
    DAY = "day"  # the day, and how long in it


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSpan:
    """One component at one bad level over a span.

    `seconds` is how long: as long as the span, but for `Precision.DAY`, whose span is the day's (of
    today, as far as it was read). `is_open`: it was going on at the last reading, where the span
    ends, or at most a poll's interval after that. `source` is what told of it. `incident_id` is
    that of the claim that counts; None = polls saw it, or a bar names no incident or several.
    """

    component_id: str
    level: Level
    span: Interval
    seconds: float
    precision: Precision
    source: Aspect
    incident_id: str | None
    is_open: bool = False


def level_spans(
    facts: PageFacts,
    options: Options,
    page_days: PageHistory,
    *,
    first: date,
    last: date,
    now: datetime,
) -> Iterator[LevelSpan]:
    """Yield the spans of every component from `first` to `last`, by component and time; cut where
    the first day begins and the last one ends.

    `page_days` are the days that these facts give. Of each day and level the spans add up to its
    seconds: to the millisecond where no bar speaks of it, else to the second. Those of one
    component never overlap, but for `Precision.DAY`.
    """
    days = DayRange.of(first, last, now, options)
    by_component = FactsByComponent(facts, days)
    interval = timedelta(seconds=options.interval_seconds)
    polled_until = facts.polled_until
    open_ids = {run.component_id for run in facts.runs if run.holds_at(polled_until)}
    for component in facts.components:
        component_facts = by_component.of(component)
        if component_facts is not None:
            component_days = page_days.components[component.id]
            spans = _component_spans(component_facts, component_days, days)
            for span in spans:
                is_open = _goes_on(span, component_facts, open_ids, interval)
                yield replace(span, is_open=is_open)


def _component_spans(
    facts: ComponentFacts, component_days: History, days: DayRange
) -> list[LevelSpan]:
    bad_days = [day for day in component_days.days.values() if _is_bad(day, days)]
    if not bad_days:
        return []
    evidence = evidence_from(facts, days.options)
    spans: list[LevelSpan] = []
    for day in sorted(bad_days, key=lambda day: day.day):
        spans += _day_spans(day, evidence, facts, days)
    return _join(spans)


def _is_bad(day: Day, days: DayRange) -> bool:
    return days.first <= day.day <= days.last and day.seconds.total > 0


def _day_spans(
    day: Day,
    evidence: ComponentEvidence,
    facts: ComponentFacts,
    days: DayRange,
) -> list[LevelSpan]:
    """Return the spans of one day, in order."""
    day_evidence = evidence.on(day.day, day_interval(day.day, days.zone))
    pieces = list(_pieces(day_evidence))
    spans: list[LevelSpan] = []
    for level in BAD_LEVELS:
        seconds = day.seconds.of(level)
        if not seconds:
            continue
        own = [piece for piece in pieces if piece.level is level]
        if abs(sum(piece.span.seconds for piece in own) - seconds) < _SECOND:
            spans += [_to_span(facts.component_id, piece) for piece in own]
        else:
            spans.append(_somewhere_in(day, level, day_evidence, facts))
    return sorted(spans, key=lambda each: each.span)


def _somewhere_in(
    day: Day,
    level: Level,
    evidence: DayEvidence,
    facts: ComponentFacts,
) -> LevelSpan:
    """Return the seconds of a level of which it is not known when in the day they were."""
    whole = evidence.whole
    return LevelSpan(
        component_id=facts.component_id,
        level=level,
        span=Interval.between(whole.start, min(whole.end, facts.until)) or whole,
        seconds=day.seconds.of(level),
        precision=Precision.DAY,
        source=day.source or Aspect.BARS,
        incident_id=_only_incident(evidence),
    )


def _pieces(evidence: DayEvidence) -> Iterator[BadSpan]:
    """Yield what incidents and polls say of a day, as it counts (rules 1 and 2 of `classify`)."""
    bad = evidence.claims.bad
    if not evidence.bar_spans:
        yield from worst_spans(bad, [evidence.whole])
        return
    in_bar = bad if any(evidence.bar_outage) else evidence.claims.where_no_outage
    yield from worst_spans(in_bar, evidence.bar_spans)
    yield from worst_spans(bad, subtract([evidence.whole], evidence.bar_spans))


def _to_span(component_id: str, piece: BadSpan) -> LevelSpan:
    return LevelSpan(
        component_id=component_id,
        level=piece.level,
        span=piece.span,
        seconds=piece.span.seconds,
        precision=Precision.INTERVAL,
        source=Aspect.OBSERVATIONS if piece.basis is None else Aspect.IMPACTS,
        incident_id=piece.incident_id,
    )


def _only_incident(evidence: DayEvidence) -> str | None:
    """Return the incident that the bar names; None when it names none or several."""
    ids = evidence.bar.incident_ids if evidence.bar else ()
    return ids[0] if len(ids) == 1 else None


def _join(spans: Iterable[LevelSpan]) -> list[LevelSpan]:
    """Return the spans, those as one that are one but for a midnight or another claim's edge."""
    wholes: list[LevelSpan] = []
    places: dict[tuple[Level, Aspect, str | None], int] = {}
    for span in spans:
        key = span.level, span.source, span.incident_id
        place = places.get(key)
        if place is not None and _continues(wholes[place], span):
            start, seconds = wholes[place].span.start, wholes[place].seconds + span.seconds
            whole = Interval(start, span.span.end)
            wholes[place] = replace(span, span=whole, seconds=seconds)
        else:
            places[key] = len(wholes)
            wholes.append(span)
    return wholes


def _continues(last: LevelSpan, span: LevelSpan) -> bool:
    are_placed = last.precision is span.precision is Precision.INTERVAL
    return are_placed and last.span.end == span.span.start


def _goes_on(
    span: LevelSpan, facts: ComponentFacts, open_ids: Collection[str], interval: timedelta
) -> bool:
    """Whether the span was going on at the last reading: its incident had no end, or the last poll
    saw it. `open_ids` are the components whose last polled state was going on.
    """
    if span.precision is Precision.DAY:
        return False
    if facts.component_id in open_ids and _is_seen_further(span, facts, interval):
        return True
    if span.source is Aspect.OBSERVATIONS:
        is_last = span.span.end == max(run.span.end for run in facts.runs)
        return is_last and facts.component_id in open_ids
    if span.span.end != facts.until:
        return False
    return _is_open_incident(span.incident_id, facts)


def _is_open_incident(key: str | None, facts: ComponentFacts) -> bool:
    return any(impact.incident_id == key and impact.end is None for impact in facts.impacts)


def _is_seen_further(span: LevelSpan, facts: ComponentFacts, interval: timedelta) -> bool:
    """Whether the last polled state is the span's level, and the span ends in it at most a poll's
    interval before: a page's own list may be a poll behind what the page shows.
    """
    last = max(facts.runs, key=lambda run: run.span.end)
    is_late = last.span.start <= span.span.end and last.span.end - span.span.end <= interval
    return is_late and last.level is span.level
