"""When a page is asked next: every rule of it. Pure; the clock and chance are arguments.

What a clock that was set does to pages that wait stands in `monitor/clocks.py`.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, tzinfo

from monitor.clocks import TOLERANCE
from monitor.intervals import day_interval, day_of

Uniform = Callable[[float, float], float]
"""Draws a number between two others, as `random.uniform` does."""

FAST_SECONDS = 60
"""Poll interval while an incident is open, for pages that allow it; no page is asked sooner than
after this long."""

JITTER = 0.05
"""Share of the interval by which the next poll is moved at random, so that pages do not march in
step."""

BACKOFF_CAP_SECONDS = 3600.0
"""A page that fails is asked again after this long at the latest, unless its own interval is
longer."""

_MOST_DOUBLINGS = 32
"""More would make a number that no float holds; the cap is reached long before."""

FIRST_RUNS_PER_SECOND = 4
"""How many pages that were never read are asked for the first time in a second."""

BEHIND_ITSELF = timedelta(seconds=10)
"""How long the poll of a page waits whose history is just being read."""

LEASE_SECONDS = 120.0
"""How long a claimed page is ours. Longer than any poll may take; a killed replica's pages come
back after it."""

RESUME_WITHIN = timedelta(hours=6)
"""A backfill run again within this time does not ask again for what it already completed."""

REREAD_DAYS = 7
"""History is read again this far back every day: later than that, vendors were not seen to change
it by themselves."""

REREAD_AFTER = timedelta(hours=2)
"""How long after the page's midnight yesterday's record is read again; vendors settle a day some
time after it."""

DERIVE_EVERY = timedelta(minutes=15)
"""How old a page's derived days may be while polls bring no news: today's covered part grows with
every poll."""


def next_wait(
    interval_seconds: float,
    failures: int,
    *,
    fast: bool,
    retry_after: timedelta | None,
    uniform: Uniform,
) -> timedelta:
    """Return how long a page waits for its next poll, at least `FAST_SECONDS`.

    `failures` counts the polls that failed in a row, the last one included. `fast`: something is
    going on, and the page allows to be asked more often meanwhile. `retry_after` is how long the
    page's host asked us to wait, None = it did not.
    """
    interval = min(interval_seconds, FAST_SECONDS) if fast else interval_seconds
    wait = backoff_seconds(failures, interval) if failures else interval
    wait = max(wait * (1 + uniform(-JITTER, JITTER)), FAST_SECONDS)
    if retry_after is not None:
        wait = max(wait, retry_after.total_seconds())
    return timedelta(seconds=wait)


def backoff_seconds(failures: int, interval_seconds: float) -> float:
    """Return how long to wait after so many failures in a row.

    The interval, doubled for each failure after the first. At most an hour, but never less than
    the interval itself.
    """
    doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
    wait = interval_seconds * 2.0**doublings
    return max(interval_seconds, min(wait, BACKOFF_CAP_SECONDS))


def due_together(now: datetime, wait: timedelta, others: Iterable[datetime]) -> datetime:
    """Return when a vendor is due after `wait`, beside `others` of the same page.

    Where another one is due at about that time, with it, so that one request serves both. It may be
    half as soon and, for the others' jitter, a little later.
    """
    due, earliest = now + wait, now + wait / 2
    latest = now + wait * (1 + JITTER) / (1 - JITTER)  # chance put off the other, brought ours on
    near = [other for other in others if earliest <= other <= latest]
    return min(near, key=lambda other: abs(other - due), default=due)


def after_overload(now: datetime) -> datetime:
    """Return when a page is asked again that we were too late for to say anything."""
    return now + timedelta(seconds=FAST_SECONDS)


def after_history(now: datetime) -> datetime:
    """Return when a page is looked at again whose own history is just being read."""
    return now + BEHIND_ITSELF


def first_runs_within(interval_seconds: Iterable[int]) -> float:
    """Return within how many seconds pages with these intervals that were never read are asked
    first.
    """
    intervals = list(interval_seconds)
    return min(len(intervals) / FIRST_RUNS_PER_SECOND, min(intervals, default=0))


def first_due(now: datetime, within: float, uniform: Uniform) -> datetime:
    """Return when a page that was never read is asked first, somewhere `within` seconds."""
    return now + timedelta(seconds=uniform(0, within))


def left_to_wait(started_at: float | None, clock_set_at: float | None, now: float) -> float | None:
    """Return how many seconds a page must still wait though it seems due; None when it need not.

    It must when our clock was set just now and it was asked less than `FAST_SECONDS` ago, whatever
    the clock says. All three are seconds of a clock that nobody sets: when the page was asked last
    and when the clock was set, None = never since this process began, and now.
    """
    if started_at is None or clock_set_at is None or now - clock_set_at > FAST_SECONDS:
        return None
    wait = started_at + FAST_SECONDS - now
    # A page that waited its time may seem early by the time a poll takes.
    return None if wait < FAST_SECONDS / 2 else wait


def derive_due(
    outcome: str,
    *,
    was_ok: bool | None,
    derived_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether days are derived from a poll.

    After news, when the page starts or stops being readable, and every `DERIVE_EVERY` without any.
    An answer after a short silence also speaks for the silence, so days are derived from the last
    reading on. `was_ok` says whether the poll before was one, None = there was none.
    """
    steady = outcome == "unchanged" and was_ok is not False
    still_down = outcome == "failed" and was_ok is False
    if not (steady or still_down) or derived_at is None:
        return True
    return not -TOLERANCE <= now - derived_at < DERIVE_EVERY


def reread_due(read_on: date | None, now: datetime, zone: tzinfo) -> bool:
    """Whether the page's day is old enough and its last days were not read again on it.

    `read_on` is the page's day on which they were read last, None = never.
    """
    return read_on is None or not day_of(now - REREAD_AFTER, zone) <= read_on <= day_of(now, zone)


def reread_since(today: date, zone: tzinfo) -> datetime:
    """Return the beginning of the days that are read again on the page's day `today`."""
    return day_interval(today - timedelta(days=REREAD_DAYS), zone).start
