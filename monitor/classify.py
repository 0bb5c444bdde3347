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

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple, TypeVar

from monitor.claims import Claims, Piece, Told, claims
from monitor.frame import Frame, Options, gap_seconds, lengths_of
from monitor.intervals import (
    ONE_DAY,
    Interval,
    day_interval,
    day_of,
    days_touched,
    intersect,
    merge,
    subtract,
    total_seconds,
)
from monitor.model import (
    BAD_LEVELS,
    NO_SECONDS,
    Aspect,
    Bar,
    Basis,
    Confidence,
    Coverage,
    Day,
    DayRun,
    History,
    Impact,
    IncidentUpdate,
    KnownComponent,
    Level,
    ObservedRun,
    OpenClaim,
    PageFacts,
    PageHistory,
    Seconds,
)
from monitor.standing import is_bad, judged
from monitor.vendor_days import vendor_history

__all__ = ("Options", "claimed", "derive", "seen_until")

_SECOND = 1.0


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Everything said about one component inside the derived range."""

    scope: Interval
    bars: Mapping[date, Bar]
    claims: Claims
    unlisted: frozenset[str]
    bar_cover: Sequence[Interval]
    impact_cover: Sequence[Interval]
    observed_cover: Sequence[Interval]
    cover: Sequence[Interval]


def derive(
    facts: PageFacts, options: Options, *, first: date, last: date, now: datetime
) -> PageHistory:
    """Return the classified days from `first` to `last` of every component and of the vendor, as
    known at `now`.

    Days after `now` are unknown. Raises ValueError when `last` is before `first` or `now` is naive.
    """
    if last < first:
        raise ValueError(f"last day {last} is before first day {first}")
    now = _last_reading(facts, now.astimezone(UTC), options)
    frame = Frame(
        first, last, options.zone, now, lengths_of(first, last, options.zone, now), options
    )
    histories = _histories(facts, frame)
    vendor = vendor_history(facts, histories, frame)
    return PageHistory(vendor=vendor, components=histories, excluded=options.exclude)


def claimed(
    facts: PageFacts, options: Options, *, first: date, last: date, now: datetime
) -> dict[str, Claims]:
    """Return what is claimed of each component from `first` to `last`, by its id, as it counts in
    `derive`.
    """
    now = now.astimezone(UTC)
    frame = Frame(
        first, last, options.zone, now, lengths_of(first, last, options.zone, now), options
    )
    said_of = _by_component(facts, frame)
    return {
        known.component.id: _claims(said.told, known.component.id, options)
        for known in facts.components
        if (said := said_of(known)) is not None
    }


def _claims(told: Told, component_id: str, options: Options) -> Claims:
    return claims(
        told,
        component_id,
        mapping=options.impact_mapping,
        interval_seconds=options.interval_seconds,
    )


def _last_reading(facts: PageFacts, now: datetime, options: Options) -> datetime:
    """Return the last reading if it is of today and recent enough to be the present, else now.

    Today has elapsed as far as it was read; an earlier day has elapsed whole, read or not.
    """
    until = seen_until(facts, now)
    if until is None or (now - until).total_seconds() > gap_seconds(options.interval_seconds):
        return now
    return until if day_of(until, options.zone) == day_of(now, options.zone) else now


def seen_until(facts: PageFacts, now: datetime) -> datetime | None:
    """Return the last moment anything was read from the page, at most `now`; None when nothing
    was.
    """
    ends = [cover.span.end for cover in facts.coverage] + [run.span.end for run in facts.runs]
    return min(max(ends), now) if ends else None


# gathering the evidence


class _Said(NamedTuple):
    """What was said of one component, as it was said."""

    told: Told
    bars: Mapping[date, Bar]
    covers: Sequence[Coverage]
    unlisted: frozenset[str]

    @property
    def alike(self) -> Hashable:
        """What a component of which no trouble was said shares with its neighbours; None when there
        is trouble.
        """
        if self.bars or self.told.impacts or self.told.excused:
            return None
        return (
            self.told.scope,
            tuple((run.level, run.span) for run in self.told.runs),
            tuple(self.covers),
        )


def _histories(facts: PageFacts, frame: Frame) -> dict[str, History]:
    """Return every component's history. Most components of a page were told the same: those are
    classified once.
    """
    said_of = _by_component(facts, frame)
    shared: dict[Hashable, History] = {}
    histories = {}
    for known in facts.components:
        said = said_of(known)
        alike = None if said is None else said.alike
        history = None if alike is None else shared.get(alike)
        if history is None:
            evidence = None if said is None else _gather(said, known.component.id, frame.options)
            history = _component(evidence, frame)
            if alike is not None:
                shared[alike] = history
        histories[known.component.id] = history
    return histories


def _by_component(facts: PageFacts, frame: Frame) -> Callable[[KnownComponent], _Said | None]:
    until = seen_until(facts, frame.now) or frame.now
    impacts, excused = _of_each(_best_basis(facts.impacts)), _of_each(facts.excused)
    runs, updates, open_claims = (
        _of_each(facts.runs),
        _naming(facts.updates),
        _of_each(facts.open_claims),
    )
    bars: dict[str, dict[date, Bar]] = defaultdict(dict)
    covers: dict[str | None, list[Coverage]] = defaultdict(list)
    for bar in facts.bars:
        bars[bar.component_id][bar.day] = bar
    for cover in facts.coverage:
        covers[cover.component_id].append(cover)

    unlisted = frozenset(
        incident.id for incident in facts.incidents if incident.unlisted_at is not None
    )
    scopes: dict[tuple[date | None, datetime | None], Interval | None] = {}

    def said_of(known: KnownComponent) -> _Said | None:
        life = known.component.start_date, known.removed_at
        if life not in scopes:
            scopes[life] = _scope(known, frame)
        scope = scopes[life]
        key = known.component.id
        if scope is None:
            return None
        own = covers.get(key)
        told = Told(
            scope=scope,
            until=until,
            impacts=impacts[key],
            runs=runs[key],
            updates=updates[key],
            excused=excused[key],
            open_claims=open_claims[key],
            zone=frame.zone,
        )
        return _Said(told, bars[key], covers[None] + own if own else covers[None], unlisted)

    return said_of


Said = TypeVar("Said", Impact, ObservedRun, OpenClaim)


def _of_each(said: Iterable[Said]) -> dict[str, list[Said]]:
    """Return what was said of each component, in the order given."""
    found: dict[str, list[Said]] = defaultdict(list)
    for each in said:
        found[each.component_id].append(each)
    return found


def _naming(updates: Iterable[IncidentUpdate]) -> dict[str, list[IncidentUpdate]]:
    """Return the updates that give a state of each component."""
    found: dict[str, list[IncidentUpdate]] = defaultdict(list)
    for update in updates:
        for key in dict.fromkeys(state.component_id for state in update.states):
            found[key].append(update)
    return found


def _best_basis(impacts: Iterable[Impact]) -> list[Impact]:
    """Drop inferred impacts of incidents whose states of that component are known first-hand."""
    impacts = list(impacts)
    known = {
        (i.incident_id, i.component_id)
        for i in impacts
        if i.basis is not Basis.INFERRED and i.incident_id
    }
    return [
        i
        for i in impacts
        if i.basis is not Basis.INFERRED or (i.incident_id, i.component_id) not in known
    ]


def _scope(known: KnownComponent, frame: Frame) -> Interval | None:
    start = day_interval(frame.first, frame.zone).start
    end = min(day_interval(frame.last, frame.zone).end, frame.now)
    if known.component.start_date is not None:
        start = max(start, day_interval(known.component.start_date, frame.zone).start)
    if known.removed_at is not None:
        end = min(end, known.removed_at)
    return Interval.between(start, end)


def _gather(said: _Said, component_id: str, options: Options) -> _Evidence:
    told, scope, covers = said.told, said.told.scope, said.covers
    found = _claims(told, component_id, options)
    bar_cover = _covered(covers, Aspect.BARS, scope)
    impact_cover = subtract(
        _covered(covers, Aspect.IMPACTS, scope), (hole.span for hole in found.holes)
    )
    observed_cover = merge(
        intersect((run.span for run in told.runs if run.level is not None), scope)
    )
    cover = merge(
        [*bar_cover, *impact_cover, *observed_cover, *(piece.span for piece in found.pieces)]
    )
    return _Evidence(
        scope, said.bars, found, said.unlisted, bar_cover, impact_cover, observed_cover, cover
    )


def _covered(covers: Iterable[Coverage], aspect: Aspect, scope: Interval) -> list[Interval]:
    return merge(intersect((cover.span for cover in covers if cover.aspect is aspect), scope))


# one component


def _component(evidence: _Evidence | None, frame: Frame) -> History:
    if evidence is None:
        return History(first=frame.first, last=frame.last, days={}, lengths=frame.lengths)
    days = {}
    for day in sorted(_interesting_days(evidence, frame)):
        classified = _classify_day(day, evidence, frame)
        if not _is_plain(classified, frame):
            days[day] = classified
    quiet = _quiet_runs(evidence, set(days), frame)
    return History(
        first=frame.first, last=frame.last, days=days, quiet=quiet, lengths=frame.lengths
    )


def _is_plain(day: Day, frame: Frame) -> bool:
    """Whether the day needs no row of its own: unknown and empty, or operational, fully covered and
    silent.
    """
    if day.level is None:
        return day.says_nothing
    is_today = day_interval(day.day, frame.zone).end > frame.now
    return (
        day.level is Level.OPERATIONAL
        and day.covered_seconds >= day.length_seconds - (frame.slack_seconds if is_today else 0.0)
        and not day.seconds.total
        and not day.incident_ids
        and not day.disputed
    )


def _interesting_days(evidence: _Evidence, frame: Frame) -> set[date]:
    """Return the days that may not be plain: those of bars and claims, and those only partly
    covered.
    """
    days = {day for day in evidence.bars if frame.first <= day <= frame.last}
    for span in evidence.claims.spans:
        days.update(days_touched(span, frame.zone))
    for cover in evidence.cover:
        first, last = (
            day_of(cover.start, frame.zone),
            day_of(cover.end - timedelta(microseconds=1), frame.zone),
        )
        if day_interval(first, frame.zone).start < cover.start:
            days.add(first)
        if cover.end < day_interval(last, frame.zone).end and not frame.is_present(cover.end):
            days.add(last)
    return days


def _classify_day(day: date, evidence: _Evidence, frame: Frame) -> Day:
    span = frame.span(day)
    whole = day_interval(day, frame.zone)
    length = frame.lengths.get(day, 86_400.0)
    if span is None:
        return Day(day=day, level=None, length_seconds=length, covered_seconds=0.0)
    covered = total_seconds(intersect(evidence.cover, whole))
    bar = evidence.bars.get(day)
    found = _on(evidence.claims, whole)
    incident_ids = _incident_ids(bar, found)
    if covered <= 0:
        return Day(
            day=day,
            level=None,
            length_seconds=length,
            covered_seconds=0.0,
            incident_ids=incident_ids,
        )
    barred = intersect(evidence.bar_cover, whole)
    seconds, other = _day_seconds(bar, barred, found, whole)
    seconds = _fit(seconds, covered)
    otherwise = _paperwork(found, whole)
    if day < day_of(frame.now, frame.zone):  # today the vendor's record has not said its last word
        denied = _disputed(bar, other, found, evidence, whole) if barred else None
        otherwise = (
            denied or _silent(found, evidence, whole, seconds if barred else None) or otherwise
        )
    worst = _level(seconds, frame.options.min_outage_seconds)
    return Day(
        day=day,
        level=judged(worst, known=covered, counted=length, min_coverage=frame.options.min_coverage),
        length_seconds=length,
        covered_seconds=round(covered, 3),
        seconds=seconds,
        source=_source(barred, found.pieces, evidence, whole),
        confidence=_confidence(barred, found.pieces, evidence, whole),
        disputed=otherwise is not None,
        other=otherwise,
        incident_ids=incident_ids,
    )


def _on(found: Claims, whole: Interval) -> Claims:
    """Return the claims that touch a day."""

    def touches(span: Interval) -> bool:
        return span.start < whole.end and span.end > whole.start

    return Claims(
        [piece for piece in found.pieces if touches(piece.span)],
        [piece for piece in found.set_aside if touches(piece.span)],
        [hole for hole in found.holes if touches(hole.span)],
        [piece for piece in found.beneath if touches(piece.span)],
    )


def _day_seconds(
    bar: Bar | None, barred: Sequence[Interval], found: Claims, whole: Interval
) -> tuple[Seconds, Seconds]:
    """Return the day's seconds (rules 1 and 2), and what impacts and observations alone say of the
    barred part.
    """
    if not barred:
        swept = _worst_seconds(found.pieces, [whole])
        return swept, swept
    inside = _worst_seconds(found.pieces, barred)
    after = _worst_seconds(found.pieces, subtract([whole], barred))
    partial, major = (bar.partial_seconds, bar.major_seconds) if bar else (0, 0)
    milder = inside
    mild = [piece for piece in found.pieces if not piece.level.is_outage]
    if not partial + major and len(mild) < len(
        found.pieces
    ):  # an outage that does not count hides nothing milder
        milder = _worst_seconds([*mild, *found.beneath], barred)
    seconds = Seconds(
        maintenance=milder.maintenance + after.maintenance,
        degraded=milder.degraded + after.degraded,
        partial=partial + after.partial,
        major=major + after.major,
    )
    return seconds, inside


def _worst_seconds(pieces: Sequence[Piece], spans: Sequence[Interval]) -> Seconds:
    """Return the seconds per level inside the spans, each instant counted once at its worst
    level.
    """
    if not pieces:
        return NO_SECONDS
    seconds = [0.0] * len(Level)
    for within in spans:
        parts = [
            (span, piece.level) for piece in pieces if (span := piece.span.clip(within)) is not None
        ]
        edges = sorted({edge for span, _ in parts for edge in (span.start, span.end)})
        for start, end in pairwise(edges):
            worst = max(
                (level for span, level in parts if span.start <= start and span.end >= end),
                default=0,
            )
            seconds[worst] += (end - start).total_seconds()
    return Seconds(
        maintenance=round(seconds[1], 3),
        degraded=round(seconds[2], 3),
        partial=round(seconds[3], 3),
        major=round(seconds[4], 3),
    )


def _fit(seconds: Seconds, room: float) -> Seconds:
    """Return the seconds cut, worst first, to what the covered part of the day can hold.

    Vendors edit bars by hand: a bar may claim more seconds than the day has.
    """
    fitted = {}
    for name in ("major", "partial", "degraded", "maintenance"):
        fitted[name] = round(max(0.0, min(getattr(seconds, name), room)), 3)
        room -= fitted[name]
    return Seconds(**fitted)


def _level(seconds: Seconds, minimum: float) -> Level:
    held = 0.0
    for level in BAD_LEVELS:
        held += seconds.of(level)
        if held > minimum and seconds.of(level) > 0:
            return level
    return Level.OPERATIONAL


def _disputed(
    bar: Bar | None, other: Seconds, found: Claims, evidence: _Evidence, whole: Interval
) -> Seconds | None:
    """Return what others say of a closed day on which the vendor's bar says otherwise; None when
    they agree.
    """
    published = bar is not None and bar.partial_seconds + bar.major_seconds > 0
    if not published:
        return other if other.outage >= _SECOND else None
    if other.outage > 0 or any(piece.confidence is Confidence.LOW for piece in found.pieces):
        return None
    denied = _spans_all(evidence.observed_cover, whole) or _spans_all(evidence.impact_cover, whole)
    return other if denied else None


def _paperwork(found: Claims, whole: Interval) -> Seconds | None:
    """Return the day's seconds with what incidents claim although the component was seen well; None
    when all agree.
    """
    if not found.set_aside:
        return None
    claimed, counted = (
        _worst_seconds(pieces, [whole])
        for pieces in ([*found.pieces, *found.set_aside], found.pieces)
    )
    more = zip(_at_least(claimed), _at_least(counted), strict=True)
    return claimed if any(theirs >= ours + _SECOND for theirs, ours in more) else None


def _at_least(seconds: Seconds) -> tuple[float, float, float, float]:
    """Return how long it was a major outage, an outage at least, bad at all, and at least in
    maintenance.
    """
    return seconds.major, seconds.outage, seconds.bad, seconds.total


def _silent(
    found: Claims, evidence: _Evidence, whole: Interval, barred: Seconds | None
) -> Seconds | None:
    """Return what the vendor's record says now of a closed day on which polls saw trouble that it
    does not tell of, though it speaks for that time, or of which it told an incident that is on its
    list no longer; None when they agree. `barred` are the day's seconds where a bar speaks of it,
    which is the record of outages: what is milder counts then.
    """
    bad = [
        piece
        for piece in found.pieces
        if is_bad(piece.level) and not (barred and piece.level.is_outage)
    ]
    seen = [piece.span for piece in bad if piece.basis is None]
    hidden = [part for cover in evidence.impact_cover for part in intersect(seen, cover)]
    hidden += [piece.span for piece in bad if piece.incident_id in evidence.unlisted]
    if total_seconds(intersect(hidden, whole)) < _SECOND:
        return None
    told = (piece for piece in found.pieces if piece.basis is not None)
    says = _worst_seconds(
        [piece for piece in told if piece.incident_id not in evidence.unlisted], [whole]
    )
    return says if barred is None else replace(says, partial=barred.partial, major=barred.major)


def _spans_all(cover: Iterable[Interval], span: Interval) -> bool:
    return any(part.start <= span.start and part.end >= span.end for part in cover)


def _source(
    barred: Sequence[Interval], pieces: Sequence[Piece], evidence: _Evidence, whole: Interval
) -> Aspect:
    if barred:
        return Aspect.BARS
    if any(piece.basis is not None for piece in pieces) or (
        not pieces and intersect(evidence.impact_cover, whole)
    ):
        return Aspect.IMPACTS
    return Aspect.OBSERVATIONS if intersect(evidence.observed_cover, whole) else Aspect.IMPACTS


def _confidence(
    barred: Sequence[Interval], pieces: Sequence[Piece], evidence: _Evidence, whole: Interval
) -> Confidence:
    if barred:
        return Confidence.HIGH
    if any(piece.confidence is Confidence.LOW for piece in pieces):
        return Confidence.LOW
    if any(piece.confidence is Confidence.MEDIUM for piece in pieces):
        return Confidence.MEDIUM
    return (
        Confidence.HIGH
        if pieces or intersect(evidence.observed_cover, whole)
        else Confidence.MEDIUM
    )


def _incident_ids(bar: Bar | None, found: Claims) -> tuple[str, ...]:
    return tuple(sorted(found.incident_ids.union(bar.incident_ids if bar else ())))


# -------------------------------------------------------------------------------------- quiet runs,
# in day ordinals

_Range = tuple[int, int]  # first and last day ordinal, both included


def _quiet_runs(evidence: _Evidence, taken: set[date], frame: Frame) -> tuple[DayRun, ...]:
    """Return the fully covered days without a row, each run with the best source that covers it."""
    left = _without(_full_days(evidence.cover, frame), taken)
    runs: list[DayRun] = []
    for cover, source, confidence in (
        (evidence.bar_cover, Aspect.BARS, Confidence.HIGH),
        (evidence.impact_cover, Aspect.IMPACTS, Confidence.MEDIUM),
        (evidence.cover, Aspect.OBSERVATIONS, Confidence.HIGH),
    ):
        if not left:
            break
        inside, left = _split(left, _full_days(cover, frame))
        runs += [
            DayRun(date.fromordinal(lo), date.fromordinal(hi), source, confidence)
            for lo, hi in inside
        ]
    return tuple(sorted(runs, key=lambda run: run.first))


def _full_days(cover: Iterable[Interval], frame: Frame) -> list[_Range]:
    """Return the days fully inside the cover; today counts when all that has elapsed of it is
    covered.
    """
    ranges = []
    for part in cover:
        first = day_of(part.start, frame.zone)
        if day_interval(first, frame.zone).start < part.start:
            first += ONE_DAY
        last = day_of(part.end, frame.zone)
        if day_interval(last, frame.zone).start >= part.end or not frame.is_present(part.end):
            last -= ONE_DAY
        first, last = max(first, frame.first), min(last, frame.last)
        if first <= last:
            ranges.append((first.toordinal(), last.toordinal()))
    return ranges


def _without(ranges: Iterable[_Range], taken: Iterable[date]) -> list[_Range]:
    points = sorted(day.toordinal() for day in taken)
    left = []
    for lo, hi in ranges:
        start = lo
        for point in points[bisect_right(points, lo - 1) :]:
            if point > hi:
                break
            if start < point:
                left.append((start, point - 1))
            start = point + 1
        if start <= hi:
            left.append((start, hi))
    return left


def _split(ranges: Iterable[_Range], by: Sequence[_Range]) -> tuple[list[_Range], list[_Range]]:
    """Return the parts of the ranges inside and outside the (sorted, disjoint) ranges of `by`."""
    inside, outside = [], []
    for lo, hi in ranges:
        start = lo
        for a, b in by:
            first, last = max(start, a), min(hi, b)
            if first > last:
                continue
            if start < first:
                outside.append((start, first - 1))
            inside.append((first, last))
            start = last + 1
        if start <= hi:
            outside.append((start, hi))
    return inside, outside
