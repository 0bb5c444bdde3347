"""From evidence to classified days. Pure; the rules of the product in one place.

For one component and one calendar day of the page's zone:

1. Outage seconds come from the vendor's bar where bars cover the day. A bar speaks for the part of the day before it
   was read; the rest of the day, and days without bars, come from impacts and observations: at each instant the
   worst of them. An observed bad state that an impact of at least the same level explains is not counted twice: it
   is dropped from one poll interval before to one after that impact, because polling only sees times rounded to
   the interval.
2. Degraded and maintenance seconds come from impacts and observations; bars cannot show them.
3. The level is the worst one that held, alone or together with worse ones, for more than `min_outage_seconds`.
   It is unknown when nothing covered the day. What a source *said* covers its own span even where no list is
   complete; an impact whose word is in no mapping uncovers its span: unknown is never green.
4. A closed day on which the bar shows no outage and others do, or the reverse, is disputed: it keeps the bar's value
   and carries the other's.

An impact without an end goes on until the last moment anything was read from the page, not until now: an outage in
progress stops growing when the page cannot be read.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple

from monitor.intervals import (
    ONE_DAY,
    Interval,
    day_interval,
    day_of,
    days_between,
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
    Incident,
    KnownComponent,
    Level,
    ObservedRun,
    PageFacts,
    PageHistory,
    Phase,
    Seconds,
)

DEFAULT_IMPACT_MAPPING: Mapping[str, Level] = {
    "none": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "minor": Level.DEGRADED,
    "major": Level.PARTIAL_OUTAGE,
    "critical": Level.MAJOR_OUTAGE,
}
"""Level of an incident's impact word when nothing better is known. Measured on vendors that post both, "minor" is a
degradation on some pages and a partial outage on others, which is why it is a setting."""

GAP_INTERVALS = 3
"""A silence of more than this many poll intervals is a gap: nothing is known about it."""

_SECOND = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to classify one page. `exclude` are component ids left out of the vendor's own figure."""

    zone: tzinfo
    impact_mapping: Mapping[str, Level] = field(default_factory=lambda: DEFAULT_IMPACT_MAPPING)
    exclude: frozenset[str] = frozenset()
    min_outage_seconds: float = 0.0
    interval_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """One component at one bad level over a span, from an impact or an observation."""

    span: Interval
    level: Level
    observed: bool = False
    incident_id: str | None = None
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Everything said about one component inside the derived range."""

    scope: Interval
    bars: Mapping[date, Bar]
    pieces: Sequence[_Piece]
    bar_cover: Sequence[Interval]
    impact_cover: Sequence[Interval]
    observed_cover: Sequence[Interval]
    cover: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The derived range: days, their zone, and the moment of knowledge."""

    first: date
    last: date
    zone: tzinfo
    now: datetime
    lengths: Mapping[date, float]
    options: Options

    @property
    def slack_seconds(self) -> float:
        """How long ago the last reading may be for today to count as covered so far: three poll intervals."""
        return GAP_INTERVALS * self.options.interval_seconds

    def is_present(self, instant: datetime) -> bool:
        """Whether what was covered until this instant of today counts as covered until now."""
        fresh = self.now - timedelta(seconds=self.slack_seconds)
        return fresh <= instant <= self.now and day_of(instant, self.zone) == day_of(self.now, self.zone)

    def span(self, day: date) -> Interval | None:
        """Return the elapsed part of the day; None for a day that has not begun."""
        whole = day_interval(day, self.zone)
        return whole if whole.end <= self.now else Interval.between(whole.start, self.now)


def derive(facts: PageFacts, options: Options, *, first: date, last: date, now: datetime) -> PageHistory:
    """Return the classified days from `first` to `last` of every component and of the vendor, as known at `now`.

    Days after `now` are unknown. Raises ValueError when `last` is before `first` or `now` is naive.
    """
    if last < first:
        raise ValueError(f"last day {last} is before first day {first}")
    now = _last_reading(facts, now.astimezone(UTC), options)
    frame = _Frame(first, last, options.zone, now, _lengths(first, last, options.zone, now), options)
    histories = _histories(facts, frame)
    vendor = _vendor(facts, histories, frame)
    return PageHistory(vendor=vendor, components=histories, excluded=options.exclude)


def _last_reading(facts: PageFacts, now: datetime, options: Options) -> datetime:
    """Return the last reading if it is of today and recent enough to be the present, else now.

    Today has elapsed as far as it was read; an earlier day has elapsed whole, read or not.
    """
    until = seen_until(facts, now)
    if until is None or (now - until).total_seconds() > GAP_INTERVALS * options.interval_seconds:
        return now
    return until if day_of(until, options.zone) == day_of(now, options.zone) else now


def _lengths(first: date, last: date, zone: tzinfo, now: datetime) -> dict[date, float]:
    lengths = {}
    for day in days_between(first, last):
        whole = day_interval(day, zone)
        seconds = min(whole.seconds, max(0.0, (now - whole.start).total_seconds()))
        if seconds != 86_400.0:  # noqa: PLR2004
            lengths[day] = seconds
    return lengths


def seen_until(facts: PageFacts, now: datetime) -> datetime | None:
    """Return the last moment anything was read from the page, at most `now`; None when nothing was."""
    ends = [cover.span.end for cover in facts.coverage] + [run.span.end for run in facts.runs]
    return min(max(ends), now) if ends else None


# ------------------------------------------------------------------------------------------- gathering the evidence


class _Told(NamedTuple):
    """What was said of one component, as it was said."""

    scope: Interval
    bars: Mapping[date, Bar]
    impacts: Sequence[Impact]
    runs: Sequence[ObservedRun]
    covers: Sequence[Coverage]

    @property
    def alike(self) -> Hashable:
        """What a component of which no trouble was said shares with its neighbours; None when there is trouble."""
        if self.bars or self.impacts:
            return None
        return self.scope, tuple((run.level, run.span) for run in self.runs), tuple(self.covers)


def _histories(facts: PageFacts, frame: _Frame) -> dict[str, History]:
    """Return every component's history. Most components of a page were told the same: those are classified once."""
    until = seen_until(facts, frame.now) or frame.now
    told_of = _by_component(facts, frame)
    shared: dict[Hashable, History] = {}
    histories = {}
    for known in facts.components:
        told = told_of(known)
        alike = None if told is None else told.alike
        history = None if alike is None else shared.get(alike)
        if history is None:
            evidence = None if told is None else _gather(told, until=until, options=frame.options)
            history = _component(evidence, frame)
            if alike is not None:
                shared[alike] = history
        histories[known.component.id] = history
    return histories


def _by_component(facts: PageFacts, frame: _Frame) -> Callable[[KnownComponent], _Told | None]:
    bars: dict[str, dict[date, Bar]] = defaultdict(dict)
    impacts: dict[str, list[Impact]] = defaultdict(list)
    runs: dict[str, list[ObservedRun]] = defaultdict(list)
    covers: dict[str | None, list[Coverage]] = defaultdict(list)
    for bar in facts.bars:
        bars[bar.component_id][bar.day] = bar
    for impact in _best_basis(facts.impacts):
        impacts[impact.component_id].append(impact)
    for run in facts.runs:
        runs[run.component_id].append(run)
    for cover in facts.coverage:
        covers[cover.component_id].append(cover)

    scopes: dict[tuple[date | None, datetime | None], Interval | None] = {}

    def told_of(known: KnownComponent) -> _Told | None:
        life = known.component.start_date, known.removed_at
        if life not in scopes:
            scopes[life] = _scope(known, frame)
        scope = scopes[life]
        key = known.component.id
        if scope is None:
            return None
        own = covers.get(key)
        return _Told(scope, bars[key], impacts[key], runs[key], covers[None] + own if own else covers[None])

    return told_of


def _best_basis(impacts: Iterable[Impact]) -> list[Impact]:
    """Drop inferred impacts of incidents whose component states are known first-hand."""
    impacts = list(impacts)
    known = {impact.incident_id for impact in impacts if impact.basis is not Basis.INFERRED}
    return [i for i in impacts if i.basis is not Basis.INFERRED or i.incident_id is None or i.incident_id not in known]


def _scope(known: KnownComponent, frame: _Frame) -> Interval | None:
    start = day_interval(frame.first, frame.zone).start
    end = min(day_interval(frame.last, frame.zone).end, frame.now)
    if known.component.start_date is not None:
        start = max(start, day_interval(known.component.start_date, frame.zone).start)
    if known.removed_at is not None:
        end = min(end, known.removed_at)
    return Interval.between(start, end)


def _gather(told: _Told, *, until: datetime, options: Options) -> _Evidence:
    scope, runs, covers = told.scope, told.runs, told.covers
    stated, holes = _stated(told.impacts, until, scope, options.impact_mapping)
    bar_cover = _covered(covers, Aspect.BARS, scope)
    impact_cover = subtract(_covered(covers, Aspect.IMPACTS, scope), holes)
    observed_cover = merge(intersect((run.span for run in runs if run.level is not None), scope))
    observed = _unexplained(runs, stated, scope, options.interval_seconds)
    cover = merge([*bar_cover, *impact_cover, *observed_cover, *(piece.span for piece in stated)])
    return _Evidence(scope, told.bars, [*stated, *observed], bar_cover, impact_cover, observed_cover, cover)


def _covered(covers: Iterable[Coverage], aspect: Aspect, scope: Interval) -> list[Interval]:
    return merge(intersect((cover.span for cover in covers if cover.aspect is aspect), scope))


def _stated(
    impacts: Iterable[Impact], until: datetime, scope: Interval, mapping: Mapping[str, Level]
) -> tuple[list[_Piece], list[Interval]]:
    """Return the impacts as pieces, and the spans whose impact word nobody can read."""
    pieces, holes = [], []
    for impact in impacts:
        span = Interval.between(impact.start, impact.end or until)
        span = span and span.clip(scope)
        if span is None:
            continue
        level = impact.level if impact.basis is not Basis.INFERRED else mapping.get(impact.word or "")
        if level is None:
            holes.append(span)
        elif level > Level.OPERATIONAL:
            pieces.append(_Piece(span, level, incident_id=impact.incident_id, confidence=_CONFIDENCE[impact.basis]))
    return pieces, holes


_CONFIDENCE = {
    Basis.DECLARED: Confidence.HIGH,
    Basis.TRANSITION: Confidence.MEDIUM,
    Basis.INFERRED: Confidence.LOW,
}


def _unexplained(
    runs: Iterable[ObservedRun], stated: Sequence[_Piece], scope: Interval, interval_seconds: float
) -> list[_Piece]:
    """Return the observed bad states that no impact of at least their level explains (rule 1)."""
    pad = timedelta(seconds=interval_seconds)
    pieces = []
    for run in runs:
        span = run.span.clip(scope)
        if span is None or not run.level:
            continue
        explained = (
            Interval(piece.span.start - pad, piece.span.end + pad) for piece in stated if piece.level >= run.level
        )
        pieces += [_Piece(left, run.level, observed=True) for left in subtract([span], explained)]
    return pieces


# ------------------------------------------------------------------------------------------------- one component


def _component(evidence: _Evidence | None, frame: _Frame) -> History:
    if evidence is None:
        return History(first=frame.first, last=frame.last, days={}, lengths=frame.lengths)
    days = {}
    for day in sorted(_interesting_days(evidence, frame)):
        classified = _classify_day(day, evidence, frame)
        if not _is_plain(classified, frame):
            days[day] = classified
    quiet = _quiet_runs(evidence, set(days), frame)
    return History(first=frame.first, last=frame.last, days=days, quiet=quiet, lengths=frame.lengths)


def _is_plain(day: Day, frame: _Frame) -> bool:
    """Whether the day needs no row of its own: unknown and empty, or operational, fully covered and silent."""
    if day.level is None:
        return True
    is_today = day_interval(day.day, frame.zone).end > frame.now
    return (
        day.level is Level.OPERATIONAL
        and day.covered_seconds >= day.length_seconds - (frame.slack_seconds if is_today else 0.0)
        and not day.seconds.total
        and not day.incident_ids
        and not day.disputed
    )


def _interesting_days(evidence: _Evidence, frame: _Frame) -> set[date]:
    """Return the days that may not be plain: those of bars and pieces, and those only partly covered."""
    days = {day for day in evidence.bars if frame.first <= day <= frame.last}
    for piece in evidence.pieces:
        days.update(days_touched(piece.span, frame.zone))
    for cover in evidence.cover:
        first, last = day_of(cover.start, frame.zone), day_of(cover.end - timedelta(microseconds=1), frame.zone)
        if day_interval(first, frame.zone).start < cover.start:
            days.add(first)
        if cover.end < day_interval(last, frame.zone).end and not frame.is_present(cover.end):
            days.add(last)
    return days


def _classify_day(day: date, evidence: _Evidence, frame: _Frame) -> Day:
    span = frame.span(day)
    whole = day_interval(day, frame.zone)
    length = frame.lengths.get(day, 86_400.0)
    covered = total_seconds(intersect(evidence.cover, whole))
    bar = evidence.bars.get(day)
    if span is None or covered <= 0:
        return Day(day=day, level=None, length_seconds=length, covered_seconds=0.0)
    pieces = [piece for piece in evidence.pieces if piece.span.start < whole.end and piece.span.end > whole.start]
    barred = intersect(evidence.bar_cover, whole)
    seconds, other = _day_seconds(bar, barred, pieces, whole)
    seconds = _fit(seconds, covered)
    disputed = bool(barred) and day < day_of(frame.now, frame.zone) and _disputed(bar, other, pieces, evidence, span)
    return Day(
        day=day,
        level=_level(seconds, frame.options.min_outage_seconds),
        length_seconds=length,
        covered_seconds=round(covered, 3),
        seconds=seconds,
        source=_source(barred, pieces, evidence, whole),
        confidence=_confidence(barred, pieces, evidence, whole),
        disputed=disputed,
        other=other if disputed else None,
        incident_ids=_incident_ids(bar, pieces),
    )


def _day_seconds(
    bar: Bar | None, barred: Sequence[Interval], pieces: Sequence[_Piece], whole: Interval
) -> tuple[Seconds, Seconds]:
    """Return the day's seconds (rules 1 and 2), and what impacts and observations alone say of the barred part."""
    swept = _worst_seconds(pieces, [whole])
    if not barred:
        return swept, swept
    inside = _worst_seconds(pieces, barred)
    after = _worst_seconds(pieces, subtract([whole], barred))
    partial, major = (bar.partial_seconds, bar.major_seconds) if bar else (0, 0)
    seconds = Seconds(
        maintenance=swept.maintenance,
        degraded=swept.degraded,
        partial=partial + after.partial,
        major=major + after.major,
    )
    return seconds, inside


def _worst_seconds(pieces: Sequence[_Piece], spans: Sequence[Interval]) -> Seconds:
    """Return the seconds per level inside the spans, each instant counted once at its worst level."""
    if not pieces:
        return NO_SECONDS
    seconds = [0.0] * len(Level)
    for within in spans:
        parts = [(span, piece.level) for piece in pieces if (span := piece.span.clip(within)) is not None]
        edges = sorted({edge for span, _ in parts for edge in (span.start, span.end)})
        for start, end in pairwise(edges):
            worst = max((level for span, level in parts if span.start <= start and span.end >= end), default=0)
            seconds[worst] += (end - start).total_seconds()
    return Seconds(
        maintenance=round(seconds[1], 3), degraded=round(seconds[2], 3),
        partial=round(seconds[3], 3), major=round(seconds[4], 3),
    )  # fmt: skip


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


def _disputed(bar: Bar | None, other: Seconds, pieces: Sequence[_Piece], evidence: _Evidence, span: Interval) -> bool:
    published = bar is not None and bar.partial_seconds + bar.major_seconds > 0
    if not published:
        return other.outage >= _SECOND
    if other.outage > 0 or any(piece.confidence is Confidence.LOW for piece in pieces):
        return False
    return _spans_all(evidence.observed_cover, span) or _spans_all(evidence.impact_cover, span)


def _spans_all(cover: Iterable[Interval], span: Interval) -> bool:
    return any(part.start <= span.start and part.end >= span.end for part in cover)


def _source(barred: Sequence[Interval], pieces: Sequence[_Piece], evidence: _Evidence, whole: Interval) -> Aspect:
    if barred:
        return Aspect.BARS
    if any(not piece.observed for piece in pieces) or (not pieces and intersect(evidence.impact_cover, whole)):
        return Aspect.IMPACTS
    return Aspect.OBSERVATIONS if intersect(evidence.observed_cover, whole) else Aspect.IMPACTS


def _confidence(
    barred: Sequence[Interval], pieces: Sequence[_Piece], evidence: _Evidence, whole: Interval
) -> Confidence:
    if barred:
        return Confidence.HIGH
    if any(piece.confidence is Confidence.LOW for piece in pieces):
        return Confidence.LOW
    if any(piece.confidence is Confidence.MEDIUM for piece in pieces):
        return Confidence.MEDIUM
    return Confidence.HIGH if pieces or intersect(evidence.observed_cover, whole) else Confidence.MEDIUM


def _incident_ids(bar: Bar | None, pieces: Iterable[_Piece]) -> tuple[str, ...]:
    ids = {piece.incident_id for piece in pieces if piece.incident_id}
    return tuple(sorted(ids.union(bar.incident_ids if bar else ())))


# -------------------------------------------------------------------------------------- quiet runs, in day ordinals

_Range = tuple[int, int]  # first and last day ordinal, both included


def _quiet_runs(evidence: _Evidence, taken: set[date], frame: _Frame) -> tuple[DayRun, ...]:
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
        runs += [DayRun(date.fromordinal(lo), date.fromordinal(hi), source, confidence) for lo, hi in inside]
    return tuple(sorted(runs, key=lambda run: run.first))


def _full_days(cover: Iterable[Interval], frame: _Frame) -> list[_Range]:
    """Return the days fully inside the cover; today counts when all that has elapsed of it is covered."""
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


# ------------------------------------------------------------------------------------------------------ the vendor


def _vendor(facts: PageFacts, histories: Mapping[str, History], frame: _Frame) -> History:
    """Return the vendor's days: the worst level of the included components that exist on the day.

    Its outage seconds are those of the component that was out longest, its coverage the mean of theirs. Incidents
    that name no component are listed on the days they touch and give no level.
    """
    included = [known for known in facts.components if known.component.id not in frame.options.exclude]
    alive = {known.component.id: _alive(known, frame) for known in included}
    counts = _QuietCounts(frame)
    rows: set[date] = set()
    for known in included:
        counts.add(histories[known.component.id], alive[known.component.id])
        rows.update(histories[known.component.id].days)
    unattributed = _unattributed_days(facts.incidents, frame)
    days: dict[date, Day] = {}
    quiet: list[DayRun] = []
    for day in days_between(frame.first, frame.last):
        index = day.toordinal() - frame.first.toordinal()
        if day not in rows and day not in unattributed and counts.all_quiet(index):
            _extend(quiet, day, counts.source(index))
        elif day in rows or day in unattributed or counts.some_quiet(index):
            own = [
                (row, 1) for key, (lo, hi) in alive.items() if lo <= day <= hi and (row := histories[key].days.get(day))
            ]
            classified = _vendor_day(day, own + counts.quiet_day(index, day), counts.exist(index), frame)
            classified = _with_incidents(classified, unattributed.get(day, ()))
            if classified.level is not None:
                days[day] = classified
    return History(first=frame.first, last=frame.last, days=days, quiet=tuple(quiet), lengths=frame.lengths)


def _alive(known: KnownComponent, frame: _Frame) -> tuple[date, date]:
    first = max(known.component.start_date or frame.first, frame.first)
    last = frame.last if known.removed_at is None else min(frame.last, day_of(known.removed_at, frame.zone))
    return first, last


class _QuietCounts:
    """How many components exist, and are quiet by which source, on each day of the frame."""

    def __init__(self, frame: _Frame) -> None:
        self._origin = frame.first.toordinal()
        self._lengths = frame.lengths
        size = (frame.last - frame.first).days + 2
        self._exists = [0] * size
        self._quiet = {aspect: [0] * size for aspect in Aspect}
        self._summed = False

    def add(self, history: History, alive: tuple[date, date]) -> None:
        self._mark(self._exists, *alive)
        for run in history.quiet:
            self._mark(self._quiet[run.source], run.first, run.last)

    def _mark(self, counts: list[int], first: date, last: date) -> None:
        if first <= last:
            counts[first.toordinal() - self._origin] += 1
            counts[last.toordinal() - self._origin + 1] -= 1

    def _sum(self) -> None:
        for counts in (self._exists, *self._quiet.values()):
            for index in range(1, len(counts)):
                counts[index] += counts[index - 1]
        self._summed = True

    def _quiet_on(self, index: int) -> int:
        if not self._summed:
            self._sum()
        return sum(counts[index] for counts in self._quiet.values())

    def exist(self, index: int) -> int:
        """Return how many components exist on the day."""
        self._quiet_on(index)
        return self._exists[index]

    def quiet_day(self, index: int, day: date) -> list[tuple[Day, int]]:
        """Return the quiet components' common day and their number; nothing when there is none."""
        count = self._quiet_on(index)
        if not count:
            return []
        length = self._lengths.get(day, 86_400.0)
        source = self.source(index)
        quiet = Day(
            day=day, level=Level.OPERATIONAL, length_seconds=length, covered_seconds=length, source=source,
            confidence=_quiet_confidence(source),
        )  # fmt: skip
        return [(quiet, count)]

    def some_quiet(self, index: int) -> bool:
        return self._quiet_on(index) > 0

    def all_quiet(self, index: int) -> bool:
        return 0 < self._quiet_on(index) >= self._exists[index]

    def source(self, index: int) -> Aspect:
        """Return the weakest source among the quiet components."""
        for aspect in (Aspect.OBSERVATIONS, Aspect.IMPACTS):
            if self._quiet[aspect][index]:
                return aspect
        return Aspect.BARS


def _quiet_confidence(source: Aspect) -> Confidence:
    return Confidence.MEDIUM if source is Aspect.IMPACTS else Confidence.HIGH


def _extend(runs: list[DayRun], day: date, source: Aspect) -> None:
    confidence = _quiet_confidence(source)
    if runs and runs[-1].source is source and runs[-1].last + ONE_DAY == day:
        runs[-1] = DayRun(runs[-1].first, day, source, confidence)
    else:
        runs.append(DayRun(day, day, source, confidence))


def _unattributed_days(incidents: Iterable[Incident], frame: _Frame) -> dict[date, tuple[str, ...]]:
    days: dict[date, list[str]] = defaultdict(list)
    horizon = Interval.between(
        day_interval(frame.first, frame.zone).start, min(day_interval(frame.last, frame.zone).end, frame.now)
    )
    for incident in incidents:
        if incident.component_ids or incident.phase is Phase.SCHEDULED or horizon is None:
            continue
        end = max(incident.resolved_at or frame.now, incident.started_at + timedelta(microseconds=1))
        span = Interval(incident.started_at, end).clip(horizon)
        for day in days_touched(span, frame.zone) if span else ():
            days[day].append(incident.id)
    return {day: tuple(sorted(ids)) for day, ids in days.items()}


def _vendor_day(day: date, present: Sequence[tuple[Day, int]], existing: int, frame: _Frame) -> Day:
    """Return the vendor's day from its components' days, each with the number of components it stands for."""
    length = frame.lengths.get(day, 86_400.0)
    known = [each for each, _ in present if each.level is not None]
    if not known:
        return Day(day=day, level=None, length_seconds=length, covered_seconds=0.0)
    worst = max(known, key=lambda each: (each.level or 0, each.seconds.outage))
    seconds = _longest(known)
    covered = sum(each.covered_seconds * count for each, count in present) / existing
    return Day(
        day=day,
        level=worst.level,
        length_seconds=length,
        covered_seconds=round(max(covered, seconds.total), 3),
        seconds=seconds,
        source=worst.source,
        confidence=worst.confidence,
        disputed=any(each.disputed for each in known),
        other=_longest([_other(each) for each in known]) if any(each.disputed for each in known) else None,
        incident_ids=tuple(sorted({key for each in known for key in each.incident_ids})),
    )


def _with_incidents(day: Day, incident_ids: tuple[str, ...]) -> Day:
    return replace(day, incident_ids=tuple(sorted({*day.incident_ids, *incident_ids}))) if incident_ids else day


def _other(day: Day) -> Day:
    return day if day.other is None else Day(
        day=day.day, level=day.level, length_seconds=day.length_seconds, covered_seconds=day.covered_seconds,
        seconds=day.other,
    )  # fmt: skip


def _longest(days: Sequence[Day]) -> Seconds:
    """Return the longest major outage, the longest outage, and so on down, as seconds that add up."""
    major = max(day.seconds.major for day in days)
    outage = max(day.seconds.major + day.seconds.partial for day in days)
    degraded = max(day.seconds.major + day.seconds.partial + day.seconds.degraded for day in days)
    total = max(day.seconds.total for day in days)
    return Seconds(
        major=major,
        partial=round(max(0.0, outage - major), 3),
        degraded=round(max(0.0, degraded - outage), 3),
        maintenance=round(max(0.0, total - degraded), 3),
    )
