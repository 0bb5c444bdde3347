"""What an incident claims although the component was seen well. Pure.

Paperwork does not outrank the state: where the page lists the component as operational in two
polls, `SEEN_WELL_INTERVALS` poll intervals apart at least, while we have read that an incident
claims otherwise, what the incident goes on to claim is set aside. It makes the days it touches
disputed and stays readable. A maintenance is set aside only where the component is seen well for a
day: many pages leave it operational meanwhile. What was read only later (a history read afterwards,
an incident entered afterwards) is an admission, not paperwork: it stands against what was seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.claims.facts import ComponentFacts
from monitor.claims.spans import BadSpan
from monitor.day_range import CLOCK_TOLERANCE, GAP_INTERVALS
from monitor.intervals import Interval, subtract
from monitor.model import Level, ObservedRun, OpenClaim
from monitor.standing import is_bad

SEEN_WELL_INTERVALS = 0.9
"""How far apart the readings are that must both have shown a component well; polls keep their
interval to 5 %."""

MAINTENANCE_SEEN_WELL = timedelta(days=1)
"""For how long polls must have shown a component well to deny a maintenance: many pages show none
while they work."""

LEAST = timedelta(seconds=1)
"""What a bad state counts for that is posted between two readings which saw the component well."""


def split_where_seen_well(
    claims: Iterable[BadSpan], facts: ComponentFacts, interval: timedelta
) -> tuple[list[BadSpan], list[BadSpan]]:
    """Return what counts of the incidents' claims, and what is set aside."""
    well = [run for run in facts.runs if run.level is Level.OPERATIONAL]
    open_claims: dict[str | None, list[OpenClaim]] = defaultdict(list)
    for open_claim in facts.open_claims:
        open_claims[open_claim.incident_id].append(open_claim)
    count: list[BadSpan] = []
    set_aside: list[BadSpan] = []
    earlier: set[tuple[str | None, Level]] = set()
    for claim in _without_repeats(claims):
        key = claim.incident_id, claim.level
        stands = LEAST if is_bad(claim.level) and key not in earlier else timedelta(0)
        earlier.add(key)
        own = open_claims[claim.incident_id]
        denied_spans = _denied_spans(claim, own, well, interval, stands)
        if not denied_spans:
            count.append(claim)
            continue
        count += _parts(claim, subtract([claim.span], denied_spans))
        set_aside += _parts(claim, denied_spans)
    return count, set_aside


def _parts(claim: BadSpan, spans: Iterable[Interval]) -> Iterator[BadSpan]:
    for span in spans:
        yield replace(claim, span=span)


def _without_repeats(claims: Iterable[BadSpan]) -> list[BadSpan]:
    """Return what an incident claims at one level without a break as one: to say it again is no new
    claim.
    """
    runs: list[BadSpan] = []
    for claim in sorted(claims, key=_place):
        if runs and _goes_on(runs[-1], claim):
            last = runs[-1].span
            span = Interval(last.start, max(last.end, claim.span.end))
            runs[-1] = replace(runs[-1], span=span)
        else:
            runs.append(claim)
    return runs


def _place(claim: BadSpan) -> tuple[str, Level, datetime]:
    """Return where a claim stands when those that may be one follow each other."""
    return claim.incident_id or "", claim.level, claim.span.start


def _goes_on(last: BadSpan, claim: BadSpan) -> bool:
    """Whether the claim, which begins no earlier, is the same incident's without a break."""
    return (
        claim.incident_id is not None
        and replace(last, span=claim.span) == claim
        and claim.span.start <= last.span.end
    )


def _denied_spans(
    claim: BadSpan,
    open_claims: Iterable[OpenClaim],
    well: Sequence[ObservedRun],
    interval: timedelta,
    stands: timedelta,
) -> list[Interval]:
    """Return the parts of a claim that polls deny.

    A part is the time over which the claim was known from its incident's own open claims, from the
    first of the readings that saw the component well. The second may be later than the claim's
    end, which was told afterwards then.

    What was told only afterwards is none of them, though the same incident had claimed an earlier
    time while it was. Nor is the moment, as long as it `stands`, to which a state is dated after
    its incident was read first (it was posted meanwhile, or by a clock that is ahead of ours): no
    reading was made just then.
    """
    least = timedelta(0) if is_bad(claim.level) else MAINTENANCE_SEEN_WELL
    spans = []
    for open_claim in _unbroken(open_claims, claim):
        part = _known_part(claim, open_claim)
        if part is None:
            continue
        earliest = part.start + stands if open_claim.span.start < claim.span.start else part.start
        at = part.end
        for run in well:
            if _in_two_polls(run, open_claim, part, interval, least):
                at = min(at, max(run.span.start, earliest))
        if at < part.end:
            spans.append(Interval(at, part.end))
    return spans


def _known_part(claim: BadSpan, open_claim: OpenClaim) -> Interval | None:
    """Return the part of a claim of which we knew from this open claim; None = of no part."""
    end = open_claim.span.end
    # An end that lay ahead by no more than clocks differ was told with the reading that said so,
    # not afterwards.
    if claim.span.end - CLOCK_TOLERANCE <= end:
        end = max(end, claim.span.end)
    return Interval(open_claim.span.start, end).clip(claim.span)


def _unbroken(open_claims: Iterable[OpenClaim], claim: BadSpan) -> list[OpenClaim]:
    """Return the open claims that are about the claim, those as one that were known without a
    break.
    """
    unbroken: list[OpenClaim] = []
    for open_claim in sorted(open_claims, key=lambda each: each.span.start):
        if not _is_about(open_claim, claim):
            continue
        if unbroken and open_claim.span.start <= unbroken[-1].span.end:
            last = max(unbroken[-1], open_claim, key=lambda each: each.span.end)
            span = Interval(unbroken[-1].span.start, last.span.end)
            unbroken[-1] = replace(last, span=span)
        else:
            unbroken.append(open_claim)
    return unbroken


def _is_about(open_claim: OpenClaim, claim: BadSpan) -> bool:
    """Whether an open claim is one of trouble, or at least of maintenance where the claim is no
    more.
    """
    return open_claim.level is None or is_bad(open_claim.level) or not is_bad(claim.level)


def _in_two_polls(
    run: ObservedRun,
    open_claim: OpenClaim,
    part: Interval,
    interval: timedelta,
    least: timedelta,
) -> bool:
    """Whether two readings of the run surely were made while the claim was known, the first in this
    part of it, and the run lasted at least so long.

    The run says when it was seen first and last, and that readings in between are `GAP_INTERVALS`
    apart at most. The claim says when the page was polled last.
    """
    last = open_claim.span.end if open_claim.last_read is None else open_claim.last_read
    apart = min(run.last_seen, last) - max(run.span.start, part.start)
    is_sure = open_claim.last_read is not None or run.last_seen <= last
    return apart >= max(least, interval * (SEEN_WELL_INTERVALS if is_sure else GAP_INTERVALS))
