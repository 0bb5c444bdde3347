"""From evidence to classified days. Pure; the rules of the product in one place.

For one component and one calendar day of the page's zone:

1. Outage seconds come from the vendor's bar where bars cover the day. A bar speaks for the part of
   the day before it was read; the rest of the day, and days without bars, come from impacts and
   observations: at each instant the worst of them. An observed bad state that an impact of at least
   the same level explains is not counted twice: it is dropped from one poll interval before to one
   after that impact, because polling only sees times rounded to the interval.
2. Degraded and maintenance seconds come from impacts and observations; bars cannot show them. An
   outage that the bar of a day denies hides none of them.
3. The level is the worst one that held, alone or together with worse ones, for more than
   `min_outage_seconds`. Bad needs one witness, good needs coverage (`monitor.standing`):
   "operational" and "maintenance" stand only where enough of the day is known. What a source *said*
   covers its own span even where no list is complete; an impact whose word is in no mapping
   uncovers its span: unknown is never green.
4. A closed day on which the bar shows no outage and others do, or the reverse, is disputed: it
   keeps the bar's value and carries the other's. So is a closed day on which polls saw trouble that
   the vendor's record, which speaks for that time, does not tell of, or told of it in an incident
   that is on its list no longer: what was seen or told counts; where a bar speaks of the outages,
   of degraded time only. So is a day on which incidents claim more than what counts, because the
   component was seen well meanwhile (`monitor.claims`).

An impact without an end goes on until the last moment anything was read from the page, not until
now: an outage in progress stops growing when the page cannot be read.
"""

from collections.abc import Hashable
from dataclasses import replace
from datetime import UTC, date, datetime

from monitor.claims import BadSpan, Claims, ComponentFacts, FactsByComponent, claims, last_read_at
from monitor.day_range import DayRange, Options, gap_seconds
from monitor.days.evidence import ComponentEvidence, DayEvidence, evidence_from
from monitor.days.quiet import days_to_classify, needs_no_row, quiet_key, quiet_runs
from monitor.days.seconds import clamp, worst_seconds
from monitor.days.vendor import vendor_history
from monitor.intervals import Interval, day_interval, day_of, intersect, subtract, total_seconds
from monitor.lives import with_lives
from monitor.model import (
    BAD_LEVELS,
    Aspect,
    Confidence,
    Day,
    History,
    Level,
    PageFacts,
    PageHistory,
    Seconds,
)
from monitor.standing import is_bad, standing_level

__all__ = ("Options", "claims_by_component", "derive", "last_read_at")

_SECOND = 1.0
"""Sources that differ by less than this many seconds agree."""


# the rules


def _classify_day(day: date, component: ComponentEvidence, days: DayRange) -> Day:
    whole = day_interval(day, days.zone)
    length = days.length(day)
    unknown = Day(day=day, level=None, length_seconds=length, covered_seconds=0.0)
    if whole.start >= days.now:  # it has not begun
        return unknown
    evidence = component.on(day, whole)
    covered_seconds = round(min(total_seconds(intersect(component.cover, whole)), length), 3)
    if covered_seconds <= 0:
        return replace(unknown, incident_ids=evidence.incident_ids)
    from_impacts = worst_seconds(evidence.claims.bad, evidence.bar_spans or [whole])
    seconds = clamp(_seconds(evidence, from_impacts), covered_seconds)
    is_closed = day < day_of(days.now, days.zone)
    other = _dispute(evidence, seconds, from_impacts, is_closed=is_closed)
    return Day(
        day=day,
        level=_level(seconds, covered_seconds, length, days.options),
        length_seconds=length,
        covered_seconds=covered_seconds,
        seconds=seconds,
        source=_source(evidence),
        confidence=_confidence(evidence),
        disputed=other is not None,
        other=other,
        incident_ids=evidence.incident_ids,
    )


def _seconds(evidence: DayEvidence, from_impacts: Seconds) -> Seconds:
    """Return the day's seconds by rules 1 and 2.

    `from_impacts` is what impacts and observations say of the part of the day of which bars speak,
    or of the whole day when none do.
    """
    if not evidence.bar_spans:
        return from_impacts
    after_bar = subtract([evidence.whole], evidence.bar_spans)
    in_bar = _outage_seconds(evidence) + _milder_seconds(evidence, from_impacts)
    return in_bar + worst_seconds(evidence.claims.bad, after_bar)


def _outage_seconds(evidence: DayEvidence) -> Seconds:
    """Return the outage seconds of the part of the day of which the bar speaks (rule 1)."""
    partial, major = evidence.bar_outage
    return Seconds(partial=partial, major=major)


def _milder_seconds(evidence: DayEvidence, from_impacts: Seconds) -> Seconds:
    """Return the degraded and maintenance seconds of the part of the day of which the bar speaks
    (rule 2): an outage that the bar denies hides nothing milder.
    """
    milder = from_impacts
    if not any(evidence.bar_outage):
        milder = worst_seconds(evidence.claims.where_no_outage, evidence.bar_spans)
    return Seconds(maintenance=milder.maintenance, degraded=milder.degraded)


def _level(
    seconds: Seconds,
    covered_seconds: float,
    length_seconds: float,
    options: Options,
) -> Level | None:
    """Return the day's level by rule 3; None = unknown."""
    worst = _worst_that_lasted(seconds, options.min_outage_seconds)
    return standing_level(
        worst, share=covered_seconds, of=length_seconds, min_coverage=options.min_coverage
    )


def _worst_that_lasted(seconds: Seconds, minimum: float) -> Level:
    at_least_so_bad = 0.0
    for level in BAD_LEVELS:
        at_least_so_bad += seconds.of(level)
        if at_least_so_bad > minimum and seconds.of(level) > 0:
            return level
    return Level.OPERATIONAL


def _dispute(
    evidence: DayEvidence,
    seconds: Seconds,
    from_impacts: Seconds,
    *,
    is_closed: bool,
) -> Seconds | None:
    """Return the day's seconds by the sources that do not count (rule 4); None when all agree.

    Today the vendor's record has not said its last word: only claims that are set aside dispute it.
    """
    other = None
    if is_closed:
        other = _against_bar(evidence, from_impacts) or _by_silent_record(evidence, seconds)
    return other or _with_set_aside(evidence)


def _against_bar(evidence: DayEvidence, from_impacts: Seconds) -> Seconds | None:
    """Return what others say of a closed day of which the vendor's bar says otherwise; None when
    they agree.
    """
    if not evidence.bar_spans:
        return None
    if not any(evidence.bar_outage):
        return from_impacts if from_impacts.outage >= _SECOND else None
    if from_impacts.outage > 0 or _lowest_confidence(evidence.claims) is Confidence.LOW:
        return None
    component = evidence.component
    is_denied = evidence.is_inside(component.polled_cover) or evidence.is_inside(
        component.impact_cover
    )
    return from_impacts if is_denied else None


def _by_silent_record(evidence: DayEvidence, seconds: Seconds) -> Seconds | None:
    """Return what the vendor's record says now of a closed day on which there was more trouble.

    Either polls saw trouble that the record does not tell of, though it speaks for that time, or it
    told of it in an incident that is on its list no longer. None when they agree. A bar is the
    record of outages: where one speaks of the day, only what is milder is disputed.
    """
    if total_seconds(_off_record_spans(evidence)) < _SECOND:
        return None
    unlisted_ids = evidence.component.unlisted_ids
    record = [bad for bad in evidence.claims.bad if _is_on_record(bad, unlisted_ids)]
    other = worst_seconds(record, [evidence.whole])
    if not evidence.bar_spans:
        return other
    return replace(other, partial=seconds.partial, major=seconds.major)


def _off_record_spans(evidence: DayEvidence) -> list[Interval]:
    """Return the parts of the day with trouble that the vendor's record does not tell of."""
    polled_spans, spans = [], []
    for bad in evidence.claims.bad:
        if is_bad(bad.level) and not (evidence.bar_spans and bad.level.is_outage):
            if bad.incident_id in evidence.component.unlisted_ids:
                spans.append(bad.span)
            elif bad.basis is None:
                polled_spans.append(bad.span)
    for cover in evidence.component.impact_cover:
        spans += intersect(polled_spans, cover)
    return intersect(spans, evidence.whole)


def _is_on_record(bad: BadSpan, unlisted_ids: frozenset[str]) -> bool:
    return bad.basis is not None and bad.incident_id not in unlisted_ids


def _with_set_aside(evidence: DayEvidence) -> Seconds | None:
    """Return the day's seconds with what incidents claim although the component was seen well;
    None when that is no more than what counts.
    """
    bad, set_aside = evidence.claims.bad, evidence.claims.set_aside
    if not set_aside:
        return None
    claim = worst_seconds([*bad, *set_aside], [evidence.whole])
    count = worst_seconds(bad, [evidence.whole])
    pairs = zip(_at_least(claim), _at_least(count), strict=True)
    return claim if any(more >= less + _SECOND for more, less in pairs) else None


def _at_least(seconds: Seconds) -> tuple[float, float, float, float]:
    """Return how long it was a major outage, an outage at least, bad at all, and at least in
    maintenance.
    """
    return seconds.major, seconds.outage, seconds.bad, seconds.total


def _source(evidence: DayEvidence) -> Aspect:
    if evidence.bar_spans:
        return Aspect.BARS
    bad, component = evidence.claims.bad, evidence.component
    if any(span.basis is not None for span in bad):
        return Aspect.IMPACTS
    if not bad and evidence.has_any_of(component.impact_cover):
        return Aspect.IMPACTS
    is_polled = evidence.has_any_of(component.polled_cover)
    return Aspect.OBSERVATIONS if is_polled else Aspect.IMPACTS


def _confidence(evidence: DayEvidence) -> Confidence:
    if evidence.bar_spans:
        return Confidence.HIGH
    if evidence.claims.bad:
        return _lowest_confidence(evidence.claims)
    is_polled = evidence.has_any_of(evidence.component.polled_cover)
    return Confidence.HIGH if is_polled else Confidence.MEDIUM


def _lowest_confidence(day_claims: Claims) -> Confidence:
    confidences = {bad.confidence for bad in day_claims.bad}
    for confidence in (Confidence.LOW, Confidence.MEDIUM):
        if confidence in confidences:
            return confidence
    return Confidence.HIGH


# from a page's facts to its days


def derive(
    facts: PageFacts,
    options: Options,
    *,
    first: date,
    last: date,
    now: datetime,
) -> PageHistory:
    """Return the classified days from `first` to `last` of every component and of the vendor, as
    known at `now`.

    Days after `now` are unknown. Raises ValueError when `last` is before `first` or `now` is naive.
    """
    if last < first:
        raise ValueError(f"last day {last} is before first day {first}")
    now = _end_of_knowledge(facts, now.astimezone(UTC), options)
    days = DayRange.of(first, last, now, options)
    histories = with_lives(
        facts.components,
        _histories(facts, days),
        options.zone,
        first_read_at=min((each.first_seen_at for each in facts.components), default=None),
    )
    vendor = vendor_history(facts, histories, days)
    return PageHistory(vendor=vendor, components=histories, excluded=options.exclude)


def claims_by_component(
    facts: PageFacts,
    options: Options,
    *,
    first: date,
    last: date,
    now: datetime,
) -> dict[str, Claims]:
    """Return what is claimed of each component from `first` to `last`, by its id, as it counts in
    `derive`. Components that were not on the page then are left out.
    """
    days = DayRange.of(first, last, now.astimezone(UTC), options)
    by_component = FactsByComponent(facts, days)
    result = {}
    for component in facts.components:
        component_facts = by_component.of(component)
        if component_facts is not None:
            result[component.id] = claims(component_facts, options)
    return result


def _end_of_knowledge(facts: PageFacts, now: datetime, options: Options) -> datetime:
    """Return the last reading if it is of today and recent enough to be the present, else now.

    Today has elapsed as far as it was read; an earlier day has elapsed whole, read or not.
    """
    until = last_read_at(facts, now)
    if until is None or (now - until).total_seconds() > gap_seconds(options.interval_seconds):
        return now
    return until if day_of(until, options.zone) == day_of(now, options.zone) else now


def _histories(facts: PageFacts, days: DayRange) -> dict[str, History]:
    """Return every component's history. Of most components of a page the same was said: those are
    classified once.
    """
    by_component = FactsByComponent(facts, days)
    histories: dict[str, History] = {}
    by_key: dict[Hashable, History] = {}
    for component in facts.components:
        component_facts = by_component.of(component)
        key = quiet_key(component_facts) or component.id
        if key not in by_key:
            by_key[key] = _history(component_facts, days)
        histories[component.id] = by_key[key]
    return histories


def _history(facts: ComponentFacts | None, days: DayRange) -> History:
    rows: dict[date, Day] = {}
    if facts is None:
        return History(first=days.first, last=days.last, days=rows, lengths=days.lengths)
    evidence = evidence_from(facts, days.options)
    for day in sorted(days_to_classify(evidence, days)):
        row = _classify_day(day, evidence, days)
        if not needs_no_row(row, days):
            rows[day] = row
    quiet = quiet_runs(evidence, rows, days)
    return History(first=days.first, last=days.last, days=rows, quiet=quiet, lengths=days.lengths)
