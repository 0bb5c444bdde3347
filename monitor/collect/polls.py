"""One poll of a page: its current state is read, kept, and the page is due again."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor import platforms
from monitor.clocks import is_ahead, latest_ahead, ours_is_behind
from monitor.collect import timing
from monitor.collect.identification import Identification
from monitor.collect.ownership import new_identities, require_own, start_witness
from monitor.collect.parts import Parts
from monitor.collect.results import PollResult
from monitor.collect.session import Answers, FetchSession, unreadable_bodies
from monitor.collect.timetable import Timetable
from monitor.day_range import gap_seconds
from monitor.errors import (
    BadStatus,
    ClockOff,
    IdentityChanged,
    Overloaded,
    PageError,
    PageUnavailable,
    ParseError,
    UnknownPlatform,
)
from monitor.model import Evidence, PageInfo
from monitor.partial import only_trouble
from monitor.store import PageRecord, PollRecord
from monitor.writer import PageCache, PollWrite

log = logging.getLogger(__package__)

GONE_STATUSES = (404, 410)
"""Statuses with which a page says that it does not have its platform's addresses (any more)."""


@dataclass(slots=True, kw_only=True)
class _Poll:
    """One poll. `cache` is what was known of its page before, `error` why it could not be read.

    `is_off`: what is stored of the page lies later than now, by a clock that was wrong.
    """

    page: PageRecord
    session: FetchSession
    cache: PageCache
    started_at: datetime
    is_off: bool
    error: PageError | None = None

    @property
    def outcome(self) -> str:
        """What it came to."""
        if self.error is not None:
            return "failed"
        return "ok" if self.session.evidence else "unchanged"

    @property
    def reason(self) -> str | None:
        """The reason why it failed; None when it did not."""
        return None if self.error is None else self.error.reason

    @property
    def answer_seconds(self) -> float:
        """How long answers were waited for."""
        return sum(self.session.waits)


class Polls:
    """Polls pages."""

    def __init__(
        self, parts: Parts, *, identification: Identification, timetable: Timetable
    ) -> None:
        self._parts = parts
        self._identification = identification
        self._timetable = timetable

    async def poll(
        self, page: PageRecord, *, answers: Answers | None, gives_way: bool
    ) -> PollResult:
        """Read the page once; see `Collector.poll`."""
        started_at = self._parts.clock()
        timer = asyncio.get_running_loop().time
        timer_start = timer()
        session = self._parts.settings.session(page, gives_way=gives_way)
        if answers is not None or page.platform is None:
            session.answers, session.keeps_answers = answers or Answers(), True
            session.answers.read_at = started_at
        cache = await self._parts.writer.cached(page)
        is_off = is_ahead(page, started_at)
        if is_off:  # an answer that is no other than that of a wrong clock must still be read whole
            cache = replace(cache, validators={})
        poll = _Poll(page=page, session=session, cache=cache, started_at=started_at, is_off=is_off)
        await self._attempt(poll)
        if is_off and not isinstance(poll.error, ClockOff):
            poll.page = await self._parts.heal(poll.page)
        if isinstance(poll.error, Overloaded):
            await self._put_off(poll.page)
        else:
            self._report(poll, total_seconds=timer() - timer_start)
            await self._write(poll)
        return PollResult(slug=page.slug, outcome=poll.outcome, error=poll.error)

    async def _attempt(self, poll: _Poll) -> None:
        """Read the page, or note why it could not be read.

        The only place where the errors of a poll are caught: the other pages go on.
        """
        try:
            await self._read(poll)
            if poll.is_off:
                self._check_clock(poll.page, poll.session)
        except PageError as error:
            poll.error = error
            error.page = error.page or poll.page.slug
            if isinstance(error, IdentityChanged):
                poll.session.forget()
            poll.session.evidence[:] = map(only_trouble, poll.session.evidence)
            # That the page cannot be read is told once, by `report_readability`.
            level = logging.WARNING if isinstance(error, Overloaded) else logging.INFO
            message = "poll failed vendor=%s reason=%s: %s"
            log.log(level, message, poll.page.slug, error.reason, error)

    async def _read(self, poll: _Poll) -> None:
        """Read the page, whose platform is looked for first where it is not known."""
        parts, page, session, cache = self._parts, poll.page, poll.session, poll.cache
        session.validators = cache.validators
        if page.platform is None or self._identification.in_doubt(page):
            page = await self._identification.identify(page, session)
            gives_way = session.limits.gives_way
            session.limits = parts.settings.session(page, gives_way=gives_way).limits
            session.platform, session.validators = page.platform, {}
            # What another platform left open is over.
            cache = await parts.writer.cached(page)
        witness = start_witness(page, session, cache)

        async def keep(evidence: Evidence) -> None:
            require_own(page, session, witness, evidence.page)
            session.evidence.append(await parts.within_bounds(page, cache, evidence))

        steps = platforms.named(page.platform or "").poll(parts.context(page, cache))
        await parts.driver.drive(steps, session, keep)
        if not session.evidence:
            # The same answer as last time tells the same id, though it was not looked for in it.
            is_same = session.has_unchanged_answer
            info = PageInfo(external_id=cache.identity.external_id if is_same else None)
            require_own(page, session, witness, info)
        session.is_understood = True
        poll.page = page

    def _check_clock(self, page: PageRecord, session: FetchSession) -> None:
        """Raise ClockOff when it is our clock that is wrong.

        Something of the page is stored later than now.
        """
        now = self._parts.clock()
        latest = latest_ahead(page, now)
        if latest is None or not ours_is_behind(latest, now, session.offset_seconds):
            return
        session.evidence.clear()
        session.is_understood = False
        behind = timedelta(seconds=round(session.offset_seconds or 0))
        message = (
            f"our clock is {behind} behind the page's, and behind what was read at"
            f" {latest:%Y-%m-%d %H:%M} UTC"
        )
        raise ClockOff(message, url=page.url)

    async def _put_off(self, page: PageRecord) -> None:
        """Leave a page as it was that we were too late for, and have it asked again in a minute."""
        parts = self._parts
        parts.reports.observer.overloaded(page.platform or "unknown")
        due_at = timing.after_overload(parts.clock())
        await parts.writer.db(parts.store.set_due, page.id, due_at)

    def _report(self, poll: _Poll, *, total_seconds: float) -> None:
        """Count the poll and log what is new in it. `total_seconds`: since it began."""
        reports, platform = self._parts.reports, poll.page.platform or "unknown"
        reports.observer.polled(platform, poll.outcome, poll.reason, poll.answer_seconds)
        reports.observer.queued(platform, max(0.0, total_seconds - poll.answer_seconds))
        reports.report_readability(poll.page, poll.error, poll.started_at)
        reports.report_unknown_words(poll.page, poll.session)
        reports.report_move(poll.page, poll.session)

    def _record(self, poll: _Poll) -> PollRecord:
        page, session, error = poll.page, poll.session, poll.error
        failures = page.failures + 1 if error else 0
        vendor = self._parts.settings.vendors[page.slug]
        is_open = poll.cache.has_open_incident or session.has_open_incident
        return PollRecord(
            page_id=page.id,
            started_at=poll.started_at,
            duration_ms=round(poll.answer_seconds * 1000),
            outcome=poll.outcome,
            reason=poll.reason,
            message=str(error) if error else None,
            http_status=session.status,
            requests=session.requests,
            wire_bytes=session.wire_bytes,
            due_at=self._timetable.next_due(vendor, failures, error, is_open=is_open),
            failures=failures,
            parse_failures=_parse_failures(page, error),
            max_gap_seconds=gap_seconds(vendor.interval_seconds),
        )

    async def _write(self, poll: _Poll) -> None:
        """Write what was read; validators only when all they stand for was understood."""
        page, session, identities = poll.page, poll.session, new_identities(poll.session)
        derive = timing.derive_due(
            poll.outcome,
            was_ok=page.last_ok,
            derived_at=page.derived_at,
            now=self._parts.clock(),
        )
        write = PollWrite(
            page=page,
            poll=self._record(poll),
            evidence=session.evidence,
            validators=session.changed_validators if session.is_understood else {},
            bodies=session.readable_bodies if session.is_understood or session.evidence else (),
            conditional_urls=session.new_validators,
            unreadable=unreadable_bodies(poll.error, session.bodies),
            derive=derive,
            identity=identities.own,
            other_identity=identities.other,
        )
        if poll.outcome == "unchanged" and not derive and identities.own is None:
            await self._parts.writer.enqueue(write)
        else:
            await self._parts.writer.write(write)


def _parse_failures(page: PageRecord, error: PageError | None) -> int:
    """Return how many answers in a row were not the page's platform's, after this poll."""
    if isinstance(error, IdentityChanged):
        # Neither what the page should say nor proof that it says it again.
        return page.parse_failures
    return page.parse_failures + 1 if _may_have_moved(error) else 0


def _may_have_moved(error: PageError | None) -> bool:
    """Whether the page answered, and not as its platform does."""
    if isinstance(error, BadStatus):
        return error.status in GONE_STATUSES
    return isinstance(error, (ParseError, UnknownPlatform, PageUnavailable))
