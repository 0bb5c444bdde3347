"""What polls saw and no impact explains. Pure."""

from collections.abc import Iterable, Sequence
from datetime import timedelta, tzinfo

from monitor.claims.spans import BadSpan, milder_than_outages
from monitor.intervals import Interval, day_interval, day_of, subtract
from monitor.model import ObservedRun


def find_unexplained(
    runs: Iterable[ObservedRun],
    claims: Sequence[BadSpan],
    pad: timedelta,
    zone: tzinfo,
) -> list[BadSpan]:
    """Return the bad states that polls saw and that no claim of at least their level explains."""
    bad = []
    for run in runs:
        if run.level:
            worse = (claim for claim in claims if claim.level >= run.level)
            reach = (_reach(run, claim, pad, zone) for claim in worse)
            bad += [BadSpan(span, run.level) for span in subtract([run.span], reach)]
    return bad


def find_beneath_outages(
    runs: Iterable[ObservedRun],
    bad: Iterable[BadSpan],
    excuses: Iterable[BadSpan],
    pad: timedelta,
    zone: tzinfo,
) -> list[BadSpan]:
    """Return what polls saw that was milder than an outage and that nothing milder explains, nor
    what the user excuses.
    """
    mild_runs = (run for run in runs if run.level and not run.level.is_outage)
    return find_unexplained(mild_runs, [*milder_than_outages(bad), *excuses], pad, zone)


def _reach(run: ObservedRun, claim: BadSpan, pad: timedelta, zone: tzinfo) -> Interval:
    """Return the time that a claim explains of an observed state.

    Polling sees times rounded to its interval, so it reaches one interval, the `pad`, beyond the
    claim on both sides, but into no other day: there the poll is a witness of its own. What
    explains the last sight of a state also explains that it was taken to go on until another one
    was read.
    """
    day_start = day_interval(day_of(claim.span.start, zone), zone).start
    day_end = day_interval(day_of(claim.span.end, zone), zone).end
    start = max(claim.span.start - pad, day_start)
    end = min(claim.span.end + pad, day_end)
    if start <= run.last_seen <= end:
        end = max(end, run.span.end)
    return Interval(start, end)
