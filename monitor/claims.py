"""What is claimed of one component: the bad spans that stand, those set aside, and those nobody can
read. Pure.

An incident's posted state holds until the component is *seen* well again, until another incident's
update says that it was well, or until it ends. Paperwork does not outrank the state: where the page
lists the component as operational in two polls, `SEEN_WELL_INTERVALS` poll intervals apart at
least, while we have read that an incident claims otherwise, what the incident goes on to claim is
set aside. It makes the days it touches disputed and stays readable. A maintenance is set aside only
where the component is seen well for a day: many pages leave it operational meanwhile. What was read
only later (a history read afterwards, an incident entered afterwards) is an admission, not
paperwork: it stands against what was seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeVar

from monitor.frame import CLOCK_TOLERANCE, GAP_INTERVALS
from monitor.impacts import impact_level
from monitor.intervals import Interval, day_interval, day_of, subtract
from monitor.model import Basis, Confidence, Impact, IncidentUpdate, Level, ObservedRun, OpenClaim
from monitor.standing import is_bad

SEEN_WELL_INTERVALS = 0.9
"""How far apart the readings are that must both have shown a component well; polls keep their
interval to 5 %."""

MAINTENANCE_SEEN_WELL = timedelta(days=1)
"""For how long polls must have shown a component well to deny a maintenance: many pages show none
while they work."""

LEAST = timedelta(seconds=1)
"""What a bad state counts for that is posted between two readings which saw the component well."""

_CONFIDENCE = {
    Basis.DECLARED: Confidence.HIGH,
    Basis.TRANSITION: Confidence.MEDIUM,
    Basis.INFERRED: Confidence.LOW,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One component at one bad level over a span. `basis` is that of the impact, None = we saw it
    when polling.
    """

    span: Interval
    level: Level
    basis: Basis | None = None
    incident_id: str | None = None

    @property
    def confidence(self) -> Confidence:
        """How firmly the level stands."""
        return Confidence.HIGH if self.basis is None else _CONFIDENCE[self.basis]


@dataclass(frozen=True, slots=True)
class Hole:
    """A span of which nothing is known, though something was said of it."""

    span: Interval
    incident_id: str | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """`pieces` count; `set_aside` are claimed and do not; `holes` are spans without a level anybody
    can read. `beneath` is what polls saw that was milder than an outage and that none but outages
    explain: it counts where they do not.
    """

    pieces: Sequence[Piece]
    set_aside: Sequence[Piece]
    holes: Sequence[Hole]
    beneath: Sequence[Piece] = ()

    @property
    def spans(self) -> list[Interval]:
        """The spans something was claimed of."""
        pieces = (*self.pieces, *self.set_aside, *self.beneath)
        return [*(piece.span for piece in pieces), *(hole.span for hole in self.holes)]

    @property
    def incident_ids(self) -> set[str]:
        """The incidents behind the claims, those included whose level nobody can read."""
        named = (piece.incident_id for piece in (*self.pieces, *self.set_aside))
        return {each for each in (*named, *(hole.incident_id for hole in self.holes)) if each}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said of one component. `open_claims` are the times at which it was known that an
    incident claims what goes on (see `PageFacts`); `until` is the last reading of the page, where
    what goes on has come so far. `excused` are impacts the user does not count. `zone` is the one
    of the page's days.
    """

    scope: Interval
    until: datetime
    impacts: Sequence[Impact]
    runs: Sequence[ObservedRun]
    updates: Sequence[IncidentUpdate] = ()
    excused: Sequence[Impact] = ()
    open_claims: Sequence[OpenClaim] = ()
    zone: tzinfo = UTC


def claims(
    told: Told, component_id: str, *, mapping: Mapping[str, Level], interval_seconds: float
) -> Claims:
    """Return what is claimed of a component inside the scope. `mapping`: the level of an inferred
    impact's word.

    What happened before the scope decides with: a component that was seen well before it stays well
    in it.
    """
    stated, holes = _stated(told.impacts, told.until, mapping)
    excused, _ = _stated(told.excused, told.until, mapping)
    stated = [
        part for piece in stated for part in _until_said_well(piece, told.updates, component_id)
    ]
    counted, set_aside = _while_not_seen_well(stated, told, timedelta(seconds=interval_seconds))
    seen = [run.span for run in told.runs if run.level is not None]
    for piece in set_aside:
        holes += [Hole(span, piece.incident_id) for span in subtract([piece.span], seen)]
    pad = timedelta(seconds=interval_seconds)
    milder = replace(told, runs=[run for run in told.runs if run.level and not run.level.is_outage])
    observed = _unexplained(told, [*counted, *excused], pad)
    beneath = _unexplained(
        milder, [*(each for each in counted if not each.level.is_outage), *excused], pad
    )
    return Claims(
        list(_inside(told.scope, [*counted, *observed])),
        list(_inside(told.scope, set_aside)),
        list(_inside(told.scope, holes)),
        list(_inside(told.scope, beneath)),
    )


Spanning = TypeVar("Spanning", Piece, Hole)


def _inside(scope: Interval, found: Iterable[Spanning]) -> Iterator[Spanning]:
    for each in found:
        span = each.span.clip(scope)
        if span is not None:
            yield replace(each, span=span)


def _stated(
    impacts: Iterable[Impact], until: datetime, mapping: Mapping[str, Level]
) -> tuple[list[Piece], list[Hole]]:
    """Return the impacts as pieces, and the spans whose word nobody can read."""
    pieces, holes = [], []
    for impact in impacts:
        span = Interval.between(impact.start, impact.end or until)
        if span is None:
            continue
        level = impact_level(impact, mapping)
        if level is None:
            holes.append(Hole(span, impact.incident_id))
        elif level > Level.OPERATIONAL:
            pieces.append(Piece(span, level, impact.basis, impact.incident_id))
    return pieces, holes


def _until_said_well(
    piece: Piece, updates: Iterable[IncidentUpdate], component_id: str
) -> Iterator[Piece]:
    """Yield the parts of a posted state that no other incident's update ends, as long as its own
    does not renew it.
    """
    if piece.basis is not Basis.TRANSITION or not is_bad(piece.level):
        yield piece
        return
    start: datetime | None = piece.span.start
    for at, is_well in _turns(piece, updates, component_id):
        if is_well and start is not None and start < at:
            yield replace(piece, span=Interval(start, at))
            start = None
        elif not is_well and start is None:
            start = at
    if start is not None:
        yield replace(piece, span=Interval(start, piece.span.end))


def _turns(
    piece: Piece, updates: Iterable[IncidentUpdate], component_id: str
) -> list[tuple[datetime, bool]]:
    """Return when the component was said to be well by other incidents' updates, and bad by this
    one's, in order.
    """
    turns = []
    for update in updates:
        if update.at not in piece.span or update.at == piece.span.start:
            continue
        for state in (each for each in update.states if each.component_id == component_id):
            own = update.incident_id == piece.incident_id
            if not own and Level.OPERATIONAL in (state.before, state.level):
                turns.append((update.at, True))
            elif own and is_bad(state.level):
                turns.append((update.at, False))
    return sorted(turns)


def _while_not_seen_well(
    stated: Iterable[Piece], told: Told, interval: timedelta
) -> tuple[list[Piece], list[Piece]]:
    """Return what of the posted states counts, and what is claimed after the component was seen
    well.
    """
    well = [run for run in told.runs if run.level is Level.OPERATIONAL]
    known: dict[str | None, list[OpenClaim]] = defaultdict(list)
    for each in told.open_claims:
        known[each.incident_id].append(each)
    counted: list[Piece] = []
    set_aside: list[Piece] = []
    said: set[tuple[str | None, Level]] = set()
    for piece in _joined(stated):
        posted = is_bad(piece.level) and (piece.incident_id, piece.level) not in said
        said.add((piece.incident_id, piece.level))
        denied = list(
            _denied(
                piece, known[piece.incident_id], well, interval, LEAST if posted else timedelta(0)
            )
        )
        counted += [replace(piece, span=span) for span in subtract([piece.span], denied)]
        set_aside += [replace(piece, span=span) for span in denied]
    return counted, set_aside


def _joined(stated: Iterable[Piece]) -> list[Piece]:
    """Return what an incident claims at one level without a break as one piece: to say it again is
    no new claim.
    """
    joined: list[Piece] = []
    for piece in sorted(
        stated, key=lambda each: (each.incident_id or "", each.level, each.span.start)
    ):
        last = joined[-1] if joined else None
        if last is not None and piece.incident_id is not None and _goes_on(last, piece):
            joined[-1] = replace(
                last, span=Interval(last.span.start, max(last.span.end, piece.span.end))
            )
        else:
            joined.append(piece)
    return joined


def _goes_on(last: Piece, piece: Piece) -> bool:
    alike = (last.incident_id, last.level, last.basis) == (
        piece.incident_id,
        piece.level,
        piece.basis,
    )
    return alike and piece.span.start <= last.span.end


def _denied(
    piece: Piece,
    own: Iterable[OpenClaim],
    well: Sequence[ObservedRun],
    interval: timedelta,
    stands: timedelta,
) -> Iterator[Interval]:
    """Yield the parts of a claim over which it was known from its incident's own open claims, from
    the first of the readings that saw the component well. The second may be later than the claim's
    end, which was told afterwards then.

    What was told only afterwards is none of them, though the same incident had claimed an earlier
    time while it was. Nor is the moment, as long as it `stands`, to which a state is dated after
    its incident was read first (it was posted meanwhile, or by a clock that is ahead of ours): no
    reading was made just then.
    """
    least = timedelta(0) if is_bad(piece.level) else MAINTENANCE_SEEN_WELL
    for known in _known(each for each in own if _claims_alike(each.level, piece)):
        # An end that lay ahead by no more than clocks differ was told with the reading that said
        # so, not afterwards.
        ended = (
            piece.span.end if piece.span.end - CLOCK_TOLERANCE <= known.span.end else known.span.end
        )
        part = Interval(known.span.start, max(known.span.end, ended)).clip(piece.span)
        if part is None:
            continue
        earliest = part.start + stands if known.span.start < piece.span.start else part.start
        seen = (
            max(run.span.start, earliest)
            for run in well
            if _in_two_polls(run, known, part, interval, least)
        )
        at = min(seen, default=part.end)
        if at < part.end:
            yield Interval(at, part.end)


def _known(own: Iterable[OpenClaim]) -> Iterator[OpenClaim]:
    """Yield the claims, those as one that were known without a break."""
    held: OpenClaim | None = None
    for each in sorted(own, key=lambda claim: claim.span.start):
        if held is not None and each.span.start <= held.span.end:
            last = max(held, each, key=lambda claim: claim.span.end)
            held = replace(last, span=Interval(held.span.start, last.span.end))
            continue
        if held is not None:
            yield held
        held = each
    if held is not None:
        yield held


def _claims_alike(level: Level | None, piece: Piece) -> bool:
    """Whether an open claim at this level is one of trouble, or at least of maintenance where the
    piece is no more.
    """
    return level is None or is_bad(level) or not is_bad(piece.level)


def _in_two_polls(
    run: ObservedRun, known: OpenClaim, part: Interval, interval: timedelta, least: timedelta
) -> bool:
    """Whether two readings of the run surely were made while the claim was known, the first in this
    part of it, and the run lasted at least so long: it says when it was seen first and last, and
    that readings in between are `GAP_INTERVALS` apart at most, and the claim when the page was
    polled last.
    """
    last = known.span.end if known.last_read is None else known.last_read
    apart = min(run.last_seen, last) - max(run.span.start, part.start)
    sure = known.last_read is not None or run.last_seen <= last
    return apart >= max(least, interval * (SEEN_WELL_INTERVALS if sure else GAP_INTERVALS))


def _unexplained(told: Told, stated: Sequence[Piece], pad: timedelta) -> list[Piece]:
    """Return the observed bad states that no piece of at least their level explains."""
    pieces = []
    for run in told.runs:
        if run.level:
            explained = (
                _explained(run, piece, pad, told.zone)
                for piece in stated
                if piece.level >= run.level
            )
            pieces += [Piece(left, run.level) for left in subtract([run.span], explained)]
    return pieces


def _explained(run: ObservedRun, piece: Piece, pad: timedelta, zone: tzinfo) -> Interval:
    """Return the time that a piece explains of an observed state.

    Polling sees times rounded to its interval, so it reaches one interval beyond the piece on both
    sides, but into no other day: there the poll is a witness of its own. What explains the last
    sight of a state also explains that it was taken to go on until another one was read.
    """
    first, last = (
        day_interval(day_of(at, zone), zone) for at in (piece.span.start, piece.span.end)
    )
    start, end = max(piece.span.start - pad, first.start), min(piece.span.end + pad, last.end)
    return Interval(start, max(end, run.span.end) if start <= run.last_seen <= end else end)
