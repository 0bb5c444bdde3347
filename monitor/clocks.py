"""Clocks that are off: what may be believed of an instant that lies later than now. Pure; the
clocks are arguments.

A clock may be ahead for hours (a machine that takes local time for UTC until NTP has answered) or
be set back. What was read while it was ahead carries instants that lie in the future as soon as the
clock is right, and no later reading would count beside them. So an instant later than now is never
believed: it is named, and re-timed or set aside.

Two clocks are told apart: the wall clock, which people set and which dates everything that is kept,
and a monotonic one, which nothing sets and which waits are measured on.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.day_range import CLOCK_TOLERANCE
from monitor.model import Coverage, ObservedRun, PageFacts, without_none
from monitor.standing import is_bad

TOLERANCE = CLOCK_TOLERANCE

LONGEST_WAIT = timedelta(days=1)
"""No page waits longer for its next poll: the longest Retry-After that is honoured."""

LONGEST_LEASE = timedelta(minutes=5)
"""No page is claimed for longer; what is claimed for longer was claimed on another clock."""

AGREES_WITHIN = timedelta(days=1)
"""How long ago, by a page's clock, the last reading may be for the two to agree."""

WITNESSES = 3
"""Pages whose clocks must have been heard before ours is said to be off: of two that differ either
may be wrong."""

REMEMBERED_SECONDS = 3600.0
"""How long a step of our clock, and what was healed after it, is told in the metrics."""

READY_AFTER_SECONDS = 300.0
"""How long after our clock went back we say that we are not ready."""

_A_MOMENT = timedelta(seconds=1)
"""What a bad state counts for that the last reading which may be believed began."""

_GOLDEN = 0.6180339887498949


class PageInstants(Protocol):
    """What is stored of a page that only a reading, or a derivation, of the past can have
    written.
    """

    @property
    def last_poll_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def last_success_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def derived_at(self) -> datetime | None: ...  # noqa: D102


def latest_ahead(page: PageInstants, now: datetime) -> datetime | None:
    """Return the latest instant stored of the page that lies later than now; None when all may be
    believed.

    What lies less than `TOLERANCE` ahead may.
    """
    observed_until = getattr(page, "observed_until", None)
    instants = (page.last_poll_at, page.last_success_at, page.derived_at, observed_until)
    latest = max(without_none(instants), default=None)
    return latest if latest is not None and latest > now + TOLERANCE else None


def is_ahead(page: PageInstants, now: datetime) -> bool:
    """Whether something stored of the page lies later than now."""
    return latest_ahead(page, now) is not None


class WaitingPage(Protocol):
    """A page that waits for its next poll."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def interval_seconds(self) -> int: ...  # noqa: D102
    @property
    def failures(self) -> int: ...  # noqa: D102
    @property
    def last_poll_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def due_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def lease_until(self) -> datetime | None: ...  # noqa: D102


def due_again(page: WaitingPage, now: datetime, step: timedelta = timedelta()) -> datetime | None:
    """Return when the page is due by a clock that says `now`; None when what is stored may stand.

    `step` is how far that clock was just set, if that is known; then the page waits for what was
    left of its wait.

    A page that is read regularly is due somewhere within its interval, each at a place of its own,
    so that pages whose clock was set back are not all asked at once. One that fails, or was asked
    to wait, waits as long as it was to wait.
    """
    if page.due_at is None:
        return None
    if page.last_poll_at is not None and page.failures:
        wait = min(page.due_at - page.last_poll_at, LONGEST_WAIT)
        latest = now + LONGEST_WAIT + TOLERANCE
        is_too_late = page.last_poll_at > now + TOLERANCE or page.due_at > latest
        return now + max(wait, timedelta()) if is_too_late else None
    interval = timedelta(seconds=page.interval_seconds)
    latest = now + 1.1 * interval + TOLERANCE  # a tenth is more than any jitter
    if page.due_at <= latest:
        return None
    if now <= page.due_at + step <= latest:
        return page.due_at + step
    return now + interval * (page.id * _GOLDEN % 1)


def lease_is_real(page: WaitingPage, now: datetime) -> bool:
    """Whether the page's lease, if it has one, can have been taken by a clock that agrees with
    `now`.
    """
    return page.lease_until is None or page.lease_until <= now + LONGEST_LEASE + TOLERANCE


def believable(facts: PageFacts, until: datetime | None, now: datetime) -> PageFacts:
    """Return the facts of a page of which something lies later than `now`, as far as they may be
    believed.

    `until` is the last reading at or before now, None = there is none. What a reading of the future
    spoke for is known until then only: nothing says when it really was made. What was bad stays, up
    to now.
    """
    return replace(
        facts,
        coverage=tuple(_coverage_until(facts.coverage, until, now)),
        runs=tuple(_runs_until(facts.runs, until, now)),
    )


def _coverage_until(
    coverage: tuple[Coverage, ...], end: datetime | None, now: datetime
) -> Iterator[Coverage]:
    for cover in coverage:
        if cover.span.end <= now:
            yield cover
        elif end is not None and cover.span.start < end:
            yield replace(cover, span=replace(cover.span, end=end))


def _runs_until(
    runs: tuple[ObservedRun, ...], end: datetime | None, now: datetime
) -> Iterator[ObservedRun]:
    for run in runs:
        if run.span.end <= now:
            yield run
        elif end is not None and run.span.start < end:
            yield replace(run, span=replace(run.span, end=end))
        elif run.span.start == end and is_bad(run.level):
            yield replace(run, span=replace(run.span, end=run.span.start + _A_MOMENT))


def ours_is_behind(latest: datetime, now: datetime, offset_seconds: float | None) -> bool:
    """Whether it is our clock that is wrong where `latest`, which we stored, lies later than `now`.

    `offset_seconds` says how far the page's clock is ahead of ours, None = not known. When the
    page's clock has passed `latest` too, by `AGREES_WITHIN` at most, two agree against one: what is
    stored was read at the time it says, and ours has gone back. A page's clock that is somewhere
    else altogether agrees with nobody.
    """
    if offset_seconds is None or offset_seconds <= TOLERANCE.total_seconds():
        return False
    since = timedelta(seconds=offset_seconds) - (latest - now)
    return -TOLERANCE <= since <= AGREES_WITHIN


@dataclass(frozen=True, slots=True)
class _ClockEvent:
    """Something that happened to our clock, and when on the monotonic one."""

    at: float
    step_seconds: float = 0.0
    pages: int = 0


@dataclass(slots=True)
class ClockLedger:
    """What one process has noticed about clocks. `timer` is a monotonic clock in seconds."""

    timer: Callable[[], float]
    _offsets: dict[str, float] = field(default_factory=dict)
    _events: list[_ClockEvent] = field(default_factory=list)
    _last_look: tuple[float, datetime] | None = None

    def look(self, now: datetime) -> timedelta:
        """Return how far our clock, which says `now`, was set since the last look: ahead > 0, back
        < 0.

        Less than `TOLERANCE` is drift or a leap second and counts as zero. The first look finds
        nothing.
        """
        at, before = self.timer(), self._last_look
        self._last_look = at, now
        if before is None:
            return timedelta()
        step = (now - before[1]) - timedelta(seconds=at - before[0])
        if abs(step) <= TOLERANCE:
            return timedelta()
        self._events.append(_ClockEvent(at, step_seconds=step.total_seconds()))
        return step

    def note_offset(self, vendor: str, offset_seconds: float) -> None:
        """Note how far the clock behind a vendor's page is ahead of ours."""
        self._offsets[vendor] = offset_seconds

    def note_healed(self, pages: int = 1) -> None:
        """Note that stored instants of so many pages lay later than now and were healed."""
        self._events.append(_ClockEvent(self.timer(), pages=pages))

    @property
    def offsets(self) -> Mapping[str, float]:
        """How far the clock behind each vendor's page is ahead of ours, in seconds, as last
        heard.
        """
        return self._offsets

    @property
    def offset_seconds(self) -> float | None:
        """How far our clock is ahead of the pages', by their median; None before `WITNESSES` of
        them were heard.
        """
        from statistics import median  # late: only what reads pages asks

        offsets = self._offsets.values()
        return -median(offsets) if len(offsets) >= WITNESSES else None

    @property
    def step_seconds(self) -> float:
        """The greatest step of our clock within `REMEMBERED_SECONDS`: ahead > 0, back < 0, 0 =
        none.
        """
        return max(self._steps(REMEMBERED_SECONDS), key=abs, default=0.0)

    @property
    def healed_pages(self) -> int:
        """How often a page's stored instants were healed within `REMEMBERED_SECONDS`."""
        return sum(event.pages for event in self._lately(REMEMBERED_SECONDS))

    @property
    def problems(self) -> list[str]:
        """What of our clock keeps us from working, in words for people."""
        problems = []
        back = min(self._steps(READY_AFTER_SECONDS), default=0.0)
        if back < 0:
            problems.append(
                f"our clock went back by {timedelta(seconds=-round(back))}; set it by NTP"
            )
        off = self.offset_seconds
        if off is not None and abs(off) > TOLERANCE.total_seconds():
            which = "ahead of" if off > 0 else "behind"
            problems.append(
                f"our clock is {timedelta(seconds=round(abs(off)))} {which} the pages' clocks; set"
                " it by NTP"
            )
        return problems

    def _steps(self, seconds: float) -> list[float]:
        return [event.step_seconds for event in self._lately(seconds)]

    def _lately(self, seconds: float) -> list[_ClockEvent]:
        now = self.timer()
        self._events = [event for event in self._events if now - event.at < REMEMBERED_SECONDS]
        return [event for event in self._events if now - event.at < seconds]
