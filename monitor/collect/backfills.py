"""A page's history, read from the vendor's own records."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from monitor import platforms
from monitor.clocks import is_ahead
from monitor.collect import timing
from monitor.collect.identification import Identification
from monitor.collect.ownership import new_identities, require_own, start_witness
from monitor.collect.parts import Parts
from monitor.collect.results import BackfillResult, Progress
from monitor.collect.session import Answers, FetchSession, readable, unreadable_bodies
from monitor.errors import IdentityChanged, Overloaded, PageError
from monitor.intervals import day_of
from monitor.model import Evidence, PageInfo
from monitor.store import PageRecord
from monitor.witness import Witness
from monitor.writer import PageCache

log = logging.getLogger(__package__)


class _IdentityHeard(Exception):
    """A page has said who it is: the rest of what it would say is not needed."""


@dataclass(slots=True, kw_only=True)
class _Backfill:
    """One backfill of a page, back to `since`. `again` asks anew also for completed pieces."""

    page: PageRecord
    session: FetchSession
    since: datetime
    again: bool
    progress: Progress | None
    result: BackfillResult

    def add(self, piece: Evidence) -> None:
        """Add what a piece of the history says to the result, and tell of it."""
        self.result.add(piece)
        self.result.requests = self.session.requests
        if self.progress is not None:
            self.progress(self.result, piece)


class Backfills:
    """Reads the history of pages."""

    def __init__(self, parts: Parts, *, identification: Identification) -> None:
        self._parts = parts
        self._identification = identification

    async def backfill(
        self,
        page: PageRecord,
        since: datetime,
        *,
        again: bool,
        progress: Progress | None,
        answers: Answers | None,
        gives_way: bool,
    ) -> BackfillResult:
        """Rebuild the page's history back to `since`; see `Collector.backfill`."""
        parts, result = self._parts, BackfillResult(slug=page.slug)
        session = parts.settings.session(page, gives_way=gives_way)
        session.answers = answers
        run = _Backfill(
            page=page, session=session, since=since, again=again, progress=progress, result=result
        )
        try:
            if is_ahead(page, parts.clock()):
                run.page = await parts.heal(page)
            if run.page.platform is None:
                run.page = await self._identification.identify(run.page, session)
            await self._read(run)
        except PageError as error:
            error.page = error.page or page.slug
            result.error = error
            bodies = unreadable_bodies(error, session.bodies)
            await parts.writer.pin_unreadable(run.page, bodies, error.reason)
            log.warning("backfill failed vendor=%s reason=%s: %s", page.slug, error.reason, error)
        result.requests = session.requests
        await self._write_identities(run.page, session)
        await parts.writer.derive(page.slug, since=since)
        if result.complete:
            # From here on, what changes on a closed day is what the vendor changed.
            today = day_of(parts.clock(), run.page.zone)
            await parts.writer.db(parts.store.set_reread, page.id, today)
        return result

    async def _read(self, run: _Backfill) -> None:
        """Read the history and keep it piece by piece."""
        parts, page, session = self._parts, run.page, run.session
        chunks = frozenset() if run.again else await self._completed_chunks(page)
        cache = await parts.writer.cached(page)
        context = replace(parts.context(page, cache), completed_chunks=chunks)
        if session.answers is not None and session.answers.read_at is not None:
            context = replace(context, now=session.answers.read_at)
        witness = start_witness(page, session, cache)

        async def keep(evidence: Evidence) -> None:
            info = evidence.page or PageInfo()
            says_whose = bool(info.external_id or info.name)
            if witness.lacks_proof and not says_whose and not session.has_asked_identity:
                session.has_asked_identity = True
                await self._ask_identity(page, session, witness, cache)
            require_own(page, session, witness, evidence.page)
            piece = await parts.within_bounds(page, cache, evidence)
            await self._keep_piece(page, session, piece)
            session.evidence.append(piece)
            parts.reports.report_unknown_words(page, session)
            session.evidence.clear()
            run.add(piece)

        steps = platforms.named(page.platform or "").backfill(context, run.since)
        await parts.driver.drive(steps, session, keep)
        session.is_understood = True

    async def _completed_chunks(self, page: PageRecord) -> frozenset[str]:
        """Return the pieces that need no reading again."""
        parts = self._parts
        return await parts.writer.db(
            parts.store.done_units, page.id, now=parts.clock(), fresh_for=timing.RESUME_WITHIN
        )

    async def _keep_piece(
        self, page: PageRecord, session: FetchSession, evidence: Evidence
    ) -> None:
        """Keep a piece of a backfill, the answers behind it, and those it could not read.

        Behind it are the answers since the piece before; where there are none, both pieces were in
        the same answers.
        """
        writer = self._parts.writer
        if session.bodies:
            session.piece_bodies, session.bodies = session.bodies, []
        await writer.write_piece(page, evidence, list(readable(session.piece_bodies)))
        for gap in evidence.gaps:
            unread = [body for body in session.piece_bodies if body.url in gap.message]
            await writer.pin_unreadable(page, unread, gap.reason)

    async def _ask_identity(
        self,
        page: PageRecord,
        session: FetchSession,
        witness: Witness,
        cache: PageCache,
    ) -> None:
        """Ask the page once, as a poll would, who it is, where the pieces do not say it.

        A page that cannot be read now is judged by what it tells otherwise. Raises IdentityChanged
        when it is another page.
        """

        async def hear(evidence: Evidence) -> None:
            if evidence.page is not None:
                require_own(page, session, witness, evidence.page)
                if not witness.lacks_proof:
                    raise _IdentityHeard

        try:
            context = self._parts.context(page, cache)
            steps = platforms.named(page.platform or "").poll(context)
            await self._parts.driver.drive(steps, session, hear)
        except _IdentityHeard:
            return
        except (IdentityChanged, Overloaded):
            raise
        except PageError as error:
            log.info("not asked who it is vendor=%s reason=%s", page.slug, error.reason)

    async def _write_identities(self, page: PageRecord, session: FetchSession) -> None:
        """Keep what a backfill told of who the page is."""
        self._parts.reports.report_move(page, session)
        own, other = new_identities(session)
        if own is not None or other is not None:
            await self._parts.writer.write_identity(page, own=own, other=other)

    async def reread(self, page: PageRecord, *, gives_way: bool) -> BackfillResult:
        """Read the last days of history again; see `Collector.reread`."""
        parts = self._parts
        zone = page.zone
        today = day_of(parts.clock(), zone)
        result = await self.backfill(
            page,
            timing.reread_since(today, zone),
            again=True,
            progress=None,
            answers=None,
            gives_way=gives_way,
        )
        if not isinstance(result.error, Overloaded):
            await parts.writer.db(parts.store.set_reread, page.id, today)
        return result
