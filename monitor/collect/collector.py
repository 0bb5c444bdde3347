"""Collect: fetch a page, let its platform read it, and hand what it said to the writer, which keeps and derives.

The schedule, the command line and replays all go through `Collector`; backfill is the same path with an older start.
The only place page errors are caught is here: a page that cannot be read is recorded as failed and the others go on.
"""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import ParamSpec, Protocol, TypeVar
from urllib.parse import urljoin, urlsplit

from monitor import platforms
from monitor.bounds import bounded, require_few_new
from monitor.classify import GAP_INTERVALS
from monitor.clocks import ClockLedger, is_ahead, latest_ahead, ours_is_behind
from monitor.collect import timing
from monitor.config import EVIDENCE_BAD_DAYS, VendorConfig
from monitor.errors import (
    BadStatus,
    ClockOff,
    FetchError,
    IdentityChanged,
    Overloaded,
    PageError,
    PageUnavailable,
    ParseError,
    Throttled,
    UnknownPlatform,
)
from monitor.fetch import Fetched, Fetches, Limits, Shared, Validators, sent_at
from monitor.identity import Identity, Verdict, Witness, at_home, difference, host_of, judge
from monitor.intervals import day_of, zone_named
from monitor.model import Evidence, Gap, PageInfo, Phase
from monitor.partial import admitted
from monitor.protocol import Get, PageContext, Response, Signal, Steps, is_challenge
from monitor.store import Body, PageRecord, PageSpec, PollRecord, Store
from monitor.told import remarked
from monitor.writer import RETRY_SECONDS, Collected, Memory, Writer

log = logging.getLogger(__package__)

Headers = tuple[tuple[str, str], ...]
P = ParamSpec("P")
R = TypeVar("R")

REDETECT_AFTER = 3
"""Consecutive unreadable answers after which the platform is detected anew: pages move."""

OK = 200

GONE = (404, 410)
"""Statuses with which a page says that it does not have its platform's addresses (any more)."""

MOST_LOGGED_WORDS = 10_000
"""So many unknown words are logged, over all pages and until the process ends: a page may invent one at each poll."""


class PollObserver(Protocol):
    """Who counts what happened; the exporter implements it."""

    def polled(self, provider: str, outcome: str, reason: str | None, seconds: float) -> None: ...  # noqa: D102
    def revised(self, provider: str, days: int) -> None: ...  # noqa: D102
    def unknown_words(self, provider: str, count: int) -> None: ...  # noqa: D102
    def moved(self, vendor: str, before: str, after: str) -> None: ...  # noqa: D102
    def queued(self, provider: str, seconds: float) -> None: ...  # noqa: D102
    def overloaded(self, provider: str) -> None: ...  # noqa: D102
    def woke(self, seconds_late: float) -> None: ...  # noqa: D102


class NoObserver:
    """Counts nothing."""

    def polled(self, provider: str, outcome: str, reason: str | None, seconds: float) -> None:
        """Ignore a poll."""

    def revised(self, provider: str, days: int) -> None:
        """Ignore revised days."""

    def unknown_words(self, provider: str, count: int) -> None:
        """Ignore unknown vendor words."""

    def moved(self, vendor: str, before: str, after: str) -> None:
        """Ignore a page that changed its platform, or, where both are the same, its address."""

    def queued(self, provider: str, seconds: float) -> None:
        """Ignore how long a poll waited for us and not for its page."""

    def overloaded(self, provider: str) -> None:
        """Ignore a poll that we were too late for to say anything."""

    def woke(self, seconds_late: float) -> None:
        """Ignore how late the event loop woke up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one poll came to. `outcome` is ok, unchanged or failed; `error` says why it failed."""

    slug: str
    outcome: str
    error: PageError | None = None


@dataclass(slots=True, kw_only=True)
class BackfillResult:
    """How far a backfill came. `reach` is the earliest covered instant per source; `error` ended it early."""

    slug: str
    reach: dict[str, datetime] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    requests: int = 0
    error: PageError | None = None

    @property
    def complete(self) -> bool:
        """Whether everything asked for was read."""
        return self.error is None and not self.gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """A page's platform, the independent signs that prove it, and the chains of addresses redirects led through."""

    platform: str
    signals: tuple[Signal, ...]
    redirects: tuple[tuple[str, ...], ...] = ()

    @property
    def why(self) -> list[str]:
        """The evidence, a line each."""
        chains = (f"redirected: {' -> '.join(chain)}" for chain in self.redirects)
        return [*(f"{signal.kind}: {signal.why}" for signal in self.signals), *chains]


@dataclass(slots=True)
class Answers:
    """What a page's first poll was answered, for the backfill that follows at once: it need not ask that again.

    `read_at` is the poll's own instant; what the backfill says is then of that instant too.
    """

    by_request: dict[tuple[str, str], Fetched] = field(default_factory=dict)
    read_at: datetime | None = None

    def keep(self, url: str, accept: str, answer: Fetched) -> None:
        """Keep an answer that can be used for another reading: whole, and what was asked for."""
        if answer.response.status == OK and not answer.response.unchanged:
            self.by_request[url, accept] = answer


Progress = Callable[[BackfillResult, Evidence], None]

DETECTION = (Get(path="", accept="text/html"), Get(path="/api/v2/summary.json"))
"""What is read to recognise a platform, in order; the second only when the first was not enough."""

SIGNALS_NEEDED = 2
"""Independent kinds of signal that prove a platform. That some address answers proves nothing: many imitate."""


@dataclass(slots=True)
class _Reading:
    """The requests of one poll or backfill, and what is to be remembered when all of it was understood.

    `bodies` are the answers that were not unchanged; of a backfill those since its last piece, and `behind` those of
    that piece. `hosts` are those the page's own addresses were answered from, redirects followed; `unchanged`: some
    answer was what it was last time; `shares`: other vendors of the same page may be given its answers. `refused` is
    the other page that was read in the page's place.
    """

    url: str
    limits: Limits
    known: Mapping[str, Validators]
    slug: str = ""
    shares: bool = False
    learned: dict[str, Validators] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)
    behind: list[Body] = field(default_factory=list)
    requests: int = 0
    wire_bytes: int = 0
    took: list[float] = field(default_factory=list)
    """How long, in seconds, answers were waited for; of those asked for together the longest."""
    status: int | None = None
    offset_seconds: float | None = None
    """How far the page's clock is ahead of ours, None = it did not say."""
    evidence: list[Evidence] = field(default_factory=list)
    provider: str | None = None
    understood: bool = False
    hosts: set[str] = field(default_factory=set)
    unchanged: bool = False
    memory: Memory | None = None
    witness: Witness | None = None
    refused: Identity | None = None
    asked_who: bool = False
    answers: Answers | None = None
    """Answers of a reading just before, to be used instead of asking."""
    keeps: bool = False
    """Whether what is asked is added to them."""
    used: set[tuple[str, str]] = field(default_factory=set)

    def answered(self, url: str, accept: str) -> Fetched | None:
        """Return what a reading just before was answered; once, for who asks again wants to know it anew."""
        request = (url, accept)
        if self.answers is None or request in self.used:
            return None
        self.used.add(request)
        return self.answers.by_request.get(request)

    @property
    def changed_validators(self) -> dict[str, Validators]:
        """What makes the next requests conditional, where it is not known already."""
        return {url: learned for url, learned in self.learned.items() if self.known.get(url) != learned}

    def forget(self) -> None:
        """Forget what was read: none of it is the page's."""
        self.evidence.clear()
        self.bodies.clear()
        self.learned.clear()

    @property
    def readable(self) -> list[Body]:
        """The bodies with which its requests were answered."""
        return [body for body in self.bodies if body.status == OK]

    @property
    def found_open_incident(self) -> bool:
        """Whether something is going on, as far as this reading says."""
        return any(incident.phase is Phase.OPEN for each in self.evidence for incident in each.incidents)


class Collector:
    """Polls, backfills and derives pages. Polls that found nothing new are written together (`flush`)."""

    def __init__(
        self,
        store: Store,
        fetcher: Fetches,
        vendors: Mapping[str, VendorConfig],
        *,
        clock: Callable[[], datetime],
        observer: PollObserver | None = None,
        flush_after: int = 100,
        keep_snapshots: bool = True,
        evidence: str = EVIDENCE_BAD_DAYS,
        headers: Mapping[str, Headers] | None = None,
        timer: Callable[[], float] = time.monotonic,
        retry_seconds: float = RETRY_SECONDS,
        uniform: timing.Uniform = random.uniform,
    ) -> None:
        self.clocks = ClockLedger(timer)
        self.store = store
        self.vendors = dict(vendors)
        self._fetcher = fetcher
        self._headers = headers or {}
        self._clock = clock
        self._uniform = uniform
        self._observer = observer or NoObserver()
        self._shared = Shared(fetcher, lambda: clock().timestamp())
        self._of_page = Counter(vendor.url for vendor in vendors.values())
        self._due: dict[str, dict[str, datetime]] = {}
        self._logged_words: set[tuple[str, str]] = set()
        self._writer = Writer(
            store,
            self.vendors,
            clock=clock,
            on_revised=self._observer.revised,
            flush_after=flush_after,
            keep_snapshots=keep_snapshots,
            evidence=evidence,
            retry_seconds=retry_seconds,
        )

    async def db(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a store call in the writer's thread."""
        return await self._writer.db(call, *args, **kwargs)

    def configure(self, vendors: Mapping[str, VendorConfig], headers: Mapping[str, Headers]) -> None:
        """Read pages with these settings from now on. Those of vendors that are gone stay known: what was read of
        them may still have to be kept.
        """
        self.vendors.update(vendors)
        self._headers = headers
        self._of_page = Counter(vendor.url for vendor in vendors.values())
        self._due.clear()

    def holds(self, page_id: int) -> bool:
        """Whether something that was read of this page waits to be kept."""
        return self._writer.holds(page_id)

    def held(self) -> frozenset[str]:
        """Return the slugs of the vendors of which something that was read waits to be kept."""
        return self._writer.held()

    async def close(self) -> None:
        """Write what is waiting and end the writer's thread. The store stays open."""
        await self._writer.close()

    async def flush(self) -> None:
        """Write the polls that are waiting and derive the days of the pages that had news."""
        await self._writer.flush()

    async def derive(self, slug: str, *, since: datetime | None = None) -> int:
        """Derive the page's days that facts have touched since the last time; return the number of revised days."""
        return await self._writer.derive(slug, since=since)

    # ------------------------------------------------------------------------------------------------- polling

    async def poll(self, page: PageRecord, *, answers: Answers | None = None, gives_way: bool = False) -> PollResult:
        """Read the page's current state once, keep it, and set when it is due again. A PageError is in the result.

        `answers` takes what the page answered, for a backfill at once. What `gives_way` holds up no other reading.
        """
        started = self._clock()
        timer = asyncio.get_running_loop().time
        begun = timer()
        reading = self.reading(page, gives_way=gives_way)
        if answers is not None or page.platform is None:
            reading.answers, reading.keeps = answers or Answers(), True
            reading.answers.read_at = started
        memory, error = await self._writer.remembered(page), None
        off = is_ahead(page, started)
        if off:  # an answer that is no other than that of a wrong clock must still be read whole
            memory = replace(memory, validators={})
        try:
            page = await self._poll(page, reading, memory)
            if off:
                self._check_clock(page, reading)
            outcome = "ok" if reading.evidence else "unchanged"
        except PageError as caught:
            outcome, error = "failed", caught
            error.page = error.page or page.slug
            if isinstance(caught, IdentityChanged):
                reading.forget()
            reading.evidence[:] = map(admitted, reading.evidence)
            log.warning("poll failed vendor=%s reason=%s: %s", page.slug, caught.reason, caught)
        if off and not isinstance(error, ClockOff):
            page = await self._healed(page)
        provider = page.platform or "unknown"
        if isinstance(error, Overloaded):
            return await self._not_read(page, error)
        seconds = sum(reading.took)
        self._observer.polled(provider, outcome, error.reason if error else None, seconds)
        self._observer.queued(provider, max(0.0, timer() - begun - seconds))
        self._report_words(page, reading)
        self._report_moved(page, reading)
        poll = self._poll_record(page, reading, memory, started=started, seconds=seconds, outcome=outcome, error=error)
        await self._keep(page, reading, poll, error)
        return PollResult(slug=page.slug, outcome=outcome, error=error)

    async def _not_read(self, page: PageRecord, error: Overloaded) -> PollResult:
        """Leave a page as it was that we were too late for, and have it asked again in a minute."""
        self._observer.overloaded(page.platform or "unknown")
        await self.db(self.store.set_due, page.id, timing.after_overload(self._clock()))
        return PollResult(slug=page.slug, outcome="failed", error=error)

    def _check_clock(self, page: PageRecord, reading: _Reading) -> None:
        """Raise ClockOff when it is our clock that is wrong where something of the page is stored later than now."""
        now = self._clock()
        latest = latest_ahead(page, now)
        if latest is not None and ours_is_behind(latest, now, reading.offset_seconds):
            reading.evidence.clear()
            reading.understood = False
            behind = timedelta(seconds=round(reading.offset_seconds or 0))
            message = (
                f"our clock is {behind} behind the page's, and behind what was read at {latest:%Y-%m-%d %H:%M} UTC"
            )
            raise ClockOff(message, url=page.url)

    async def _healed(self, page: PageRecord) -> PageRecord:
        """Return the page after what is stored of it later than now was re-timed or set aside."""
        await self.flush()
        healed = await self._writer.heal(page)
        if healed is not page:
            self.clocks.healed()
        return healed

    async def _poll(self, page: PageRecord, reading: _Reading, memory: Memory) -> PageRecord:
        reading.known = memory.validators
        if page.platform is None or self._in_doubt(page):
            page = await self._identify(page, reading)
            reading.limits = self.reading(page, gives_way=reading.limits.gives_way).limits
            reading.provider, reading.known = page.platform, {}
            memory = await self._writer.remembered(page)  # what another platform left open is over
        context = self._context(page, memory)
        platform = platforms.named(page.platform or "")
        witness = _testify(page, reading, memory)

        async def keep(evidence: Evidence) -> None:
            _require_own(page, reading, witness, evidence.page)
            reading.evidence.append(await self._bounded(page, memory, evidence))

        await self._drive(platform.poll(context), reading, keep)
        if not reading.evidence:
            # The same answer as last time tells the same id, though it was not looked for in it.
            same = PageInfo(external_id=memory.identity.external_id if reading.unchanged else None)
            _require_own(page, reading, witness, same)
        reading.understood = True
        return page

    async def _bounded(self, page: PageRecord, memory: Memory, evidence: Evidence) -> Evidence:
        """Return evidence within the page's bounds. Raises TooManyComponents or NameTooLong."""
        bounds = self.vendors[page.slug].bounds
        evidence = bounded(evidence, bounds, url=page.url)
        new = {component.id for component in evidence.components or ()} - memory.components
        if new:
            since = self._clock() - timedelta(days=1)
            require_few_new(await self.db(self.store.count_new, page.id, new, since=since), bounds, url=page.url)
        return evidence

    @staticmethod
    def _recognised(reading: _Reading) -> tuple[Identity | None, Identity | None]:
        """Return what is to be kept of who the page is: what it is known by now, or the other page in its place."""
        memory = reading.memory or Memory(0)
        if reading.refused is not None:
            return None, reading.refused if reading.refused != memory.refused else None
        if reading.witness is None or not reading.understood:
            return None, None
        known = reading.witness.known
        return known if known != memory.identity or memory.refused is not None else None, None

    def _report_moved(self, page: PageRecord, reading: _Reading) -> None:
        """Log and count that the same page answers from a host that was not known for it."""
        witness = reading.witness
        if witness is None or not witness.moved or reading.refused is not None:
            return
        before, after = (", ".join(sorted(hosts)) for hosts in (witness.stored.hosts, reading.hosts))
        log.warning("address changed vendor=%s id=%s from=%s to=%s", page.slug, witness.told.external_id, before, after)
        platform = page.platform or "unknown"
        self._observer.moved(page.slug, platform, platform)

    def _report_words(self, page: PageRecord, reading: _Reading) -> None:
        """Count the words we have no meaning for, and log each of a page once."""
        for evidence in reading.evidence:
            if evidence.unknown_words:
                self._observer.unknown_words(page.platform or "unknown", len(evidence.unknown_words))
            new = [word for word in evidence.unknown_words if (page.slug, word) not in self._logged_words]
            if new and len(self._logged_words) < MOST_LOGGED_WORDS:
                self._logged_words.update((page.slug, word) for word in new)
                log.warning("unknown words vendor=%s words=%s", page.slug, ", ".join(new))

    async def _keep(self, page: PageRecord, reading: _Reading, poll: PollRecord, error: PageError | None) -> None:
        """Keep what was read; validators only when everything they stand for was understood."""
        identity, refused = self._recognised(reading)
        collected = Collected(
            page=page,
            poll=poll,
            evidence=reading.evidence,
            validators=reading.changed_validators if reading.understood else {},
            bodies=reading.readable if reading.understood or reading.evidence else (),
            asked=reading.learned,
            unreadable=_unreadable(error, reading.bodies),
            derive=timing.derive_due(poll.outcome, was_ok=page.last_ok, derived_at=page.derived_at, now=self._clock()),
            identity=identity,
            refused=refused,
        )
        if poll.outcome == "unchanged" and not collected.derive and identity is None:
            await self._writer.later(collected)
        else:
            await self._writer.keep(collected)

    def _poll_record(
        self,
        page: PageRecord,
        reading: _Reading,
        memory: Memory,
        *,
        started: datetime,
        seconds: float,
        outcome: str,
        error: PageError | None,
    ) -> PollRecord:
        failures = page.failures + 1 if error else 0
        unreadable = page.parse_failures + 1 if _says_something_else(error) else 0
        if isinstance(error, IdentityChanged):
            unreadable = page.parse_failures  # neither what the page should say nor proof that it says it again
        vendor = self.vendors[page.slug]
        open_now = memory.has_open_incident or reading.found_open_incident
        return PollRecord(
            page_id=page.id,
            started_at=started,
            duration_ms=round(seconds * 1000),
            outcome=outcome,
            reason=error.reason if error else None,
            message=str(error) if error else None,
            http_status=reading.status,
            requests=reading.requests,
            wire_bytes=reading.wire_bytes,
            due_at=self._next_due(vendor, failures, error, open_now=open_now),
            failures=failures,
            parse_failures=unreadable,
            max_gap_seconds=GAP_INTERVALS * vendor.interval_seconds,
        )

    def _next_due(self, vendor: VendorConfig, failures: int, error: PageError | None, *, open_now: bool) -> datetime:
        """Return when a vendor's page is due again; with another vendor's of the same page, unless we are to wait."""
        retry_after = error.retry_after if isinstance(error, Throttled) else None
        wait = timing.next_wait(
            vendor.interval_seconds,
            failures,
            fast=vendor.fast_while_open and open_now,
            retry_after=retry_after,
            uniform=self._uniform,
        )
        now = self._clock()
        if retry_after is not None or self._of_page[vendor.url] < 2:  # noqa: PLR2004
            return now + wait
        dues = self._due.setdefault(vendor.url, {})
        others = [due for slug, due in dues.items() if slug != vendor.slug]
        dues[vendor.slug] = timing.due_together(now, wait, others)
        return dues[vendor.slug]

    # ------------------------------------------------------------------------------------------------ backfill

    async def backfill(
        self,
        page: PageRecord,
        since: datetime,
        *,
        again: bool = False,
        progress: Progress | None = None,
        answers: Answers | None = None,
        gives_way: bool = False,
    ) -> BackfillResult:
        """Rebuild the page's history back to `since` from the vendor's own records, best source first.

        `again` asks anew also for what an earlier run completed. What was read stays when a later request fails: the
        result then carries gaps or an error, and the next run goes on from there. `answers` of a poll just before are
        used instead of asking again. What `gives_way` holds up no other reading.
        """
        result = BackfillResult(slug=page.slug)
        reading = self.reading(page, gives_way=gives_way)
        reading.answers = answers

        async def keep(evidence: Evidence) -> None:
            await self._require_own_piece(page, reading, evidence)
            evidence = await self._bounded(page, memory, evidence)
            await self._keep_piece(page, reading, evidence)
            reading.evidence.append(evidence)
            self._report_words(page, reading)
            reading.evidence.clear()
            _note(result, evidence)
            result.requests = reading.requests
            if progress is not None:
                progress(result, evidence)

        try:
            if is_ahead(page, self._clock()):
                page = await self._healed(page)
            if page.platform is None:
                page = await self._identify(page, reading)
            done = frozenset() if again else await self._done(page)
            memory = await self._writer.remembered(page)
            context = replace(self._context(page, memory), done=done)
            if answers is not None and answers.read_at is not None:
                context = replace(context, now=answers.read_at)
            _testify(page, reading, memory)
            await self._drive(platforms.named(page.platform or "").backfill(context, since), reading, keep)
            reading.understood = True
        except PageError as error:
            error.page = error.page or page.slug
            result.error = error
            await self._writer.keep_unreadable(page, _unreadable(error, reading.bodies), error.reason)
            log.warning("backfill failed vendor=%s reason=%s: %s", page.slug, error.reason, error)
        result.requests = reading.requests
        await self._recognise(page, reading)
        await self.derive(page.slug, since=since)
        if result.complete:
            # From here on, what changes on a closed day is what the vendor changed.
            today = day_of(self._clock(), zone_named(page.zone))
            await self.db(self.store.set_reread, page.id, today)
        return result

    async def _keep_piece(self, page: PageRecord, reading: _Reading, evidence: Evidence) -> None:
        """Keep a piece of a backfill, the answers behind it, and those it could not read.

        Behind it are the answers since the piece before; where there are none, both pieces were in the same answers.
        """
        if reading.bodies:
            reading.behind, reading.bodies = reading.bodies, []
        await self._writer.save(page, evidence, [body for body in reading.behind if body.status == OK])
        for gap in evidence.gaps:
            unread = [body for body in reading.behind if body.url in gap.message]
            await self._writer.keep_unreadable(page, unread, gap.reason)

    async def _require_own_piece(self, page: PageRecord, reading: _Reading, evidence: Evidence) -> None:
        """Raise IdentityChanged unless a piece of a backfill is the page's own.

        Where the pieces do not say whose they are, the page is asked once, as a poll would, before the first is kept.
        """
        witness, memory = reading.witness, reading.memory
        if witness is None or memory is None:
            return
        info = evidence.page or PageInfo()
        if witness.lacking and not reading.asked_who and not (info.external_id or info.name):
            reading.asked_who = True
            await self._ask_who(page, reading, memory)
        _require_own(page, reading, witness, evidence.page)

    async def _ask_who(self, page: PageRecord, reading: _Reading, memory: Memory) -> None:
        """Ask the page who it is; a page that cannot be read now is judged by what it tells otherwise."""

        async def hear(evidence: Evidence) -> None:
            if reading.witness is not None and evidence.page is not None:
                _require_own(page, reading, reading.witness, evidence.page)
                if not reading.witness.lacking:
                    raise _Told

        try:
            steps = platforms.named(page.platform or "").poll(self._context(page, memory))
            await self._drive(steps, reading, hear)
        except _Told:
            return
        except (IdentityChanged, Overloaded):
            raise
        except PageError as error:
            log.info("not asked who it is vendor=%s reason=%s", page.slug, error.reason)

    async def _recognise(self, page: PageRecord, reading: _Reading) -> None:
        """Keep what a backfill told of who the page is."""
        self._report_moved(page, reading)
        known, refused = self._recognised(reading)
        if known is not None or refused is not None:
            await self._writer.recognise(page, known=known, refused=refused)

    async def reread(self, page: PageRecord, *, gives_way: bool = False) -> BackfillResult:
        """Read the last days of history again: vendors edit a day's record until some hours after it closed."""
        today = day_of(self._clock(), zone_named(page.zone))
        since = timing.reread_since(today, zone_named(page.zone))
        result = await self.backfill(page, since, again=True, gives_way=gives_way)
        if not isinstance(result.error, Overloaded):
            await self.db(self.store.set_reread, page.id, today)
        return result

    async def _done(self, page: PageRecord) -> frozenset[str]:
        return await self.db(self.store.done_units, page.id, now=self._clock(), fresh_for=timing.RESUME_WITHIN)

    # ---------------------------------------------------------------------------------------- driving a generator

    def reading(self, page: PageRecord, *, gives_way: bool = False) -> _Reading:
        """Return the bookkeeping for one poll, backfill or detection of the page, with the page's limits."""
        vendor = self.vendors[page.slug]
        size = vendor.max_body_mib or getattr(
            platforms.named(page.platform) if page.platform in platforms.names() else None, "MAX_BODY_MIB", None
        )
        limits = Limits(
            timeout_seconds=vendor.timeout_seconds,
            allow_private=vendor.allow_private,
            own_host=urlsplit(vendor.url).hostname,
            headers=self._headers.get(page.slug, ()),
            gives_way=gives_way,
        )
        if size is not None:
            limits = replace(limits, max_body_bytes=int(size * 1024 * 1024))
        shares = self._of_page[page.url] > 1
        return _Reading(page.url, limits, {}, slug=page.slug, shares=shares, provider=page.platform)

    def _context(self, page: PageRecord, memory: Memory) -> PageContext:
        return PageContext(
            url=page.url,
            now=self._clock(),
            zone=self.vendors[page.slug].zone or page.page_zone,
            mark=page.mark,
            open_incidents=frozenset(memory.unfinished),
            components=memory.components,
            regions=self.vendors[page.slug].regions,
            feed=self.vendors[page.slug].feed,
            html=self.vendors[page.slug].html,
        )

    async def _drive(self, steps: Steps, reading: _Reading, keep: Callable[[Evidence], Awaitable[None]]) -> None:
        try:
            step = next(steps)
            while True:
                if isinstance(step, Evidence):
                    await keep(remarked(step))
                    step = next(steps)
                elif isinstance(step, Get):
                    answer = await self._answer(step, reading)
                    step = steps.throw(answer) if isinstance(answer, FetchError) else steps.send(answer)
                else:
                    step = steps.send(await self._answers(step, reading))
        except StopIteration:
            return
        finally:
            steps.close()

    async def _answers(self, gets: Sequence[Get], reading: _Reading) -> list[Response | FetchError]:
        """Ask for several at once, and wait for all of them, whatever one comes to."""
        before = len(reading.took)
        answers = await asyncio.gather(*(self._answer(get, reading) for get in gets), return_exceptions=True)
        reading.took[before:] = [max(reading.took[before:], default=0.0)]
        found: list[Response | FetchError] = []
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, FetchError):
                raise answer
            found.append(answer)
        return found

    async def _answer(self, get: Get, reading: _Reading) -> Response | FetchError:
        url = urljoin(reading.url, get.path)
        answered = reading.answered(url, get.accept)
        if answered is not None:
            return self._hear(get, url, answered, reading)
        known = reading.known.get(url) if get.conditional else None
        reading.requests += 1
        try:
            ask = partial(self._shared.get, reading.slug) if reading.shares else self._fetcher.get
            fetched = await ask(
                url, accept=get.accept, limits=reading.limits, validators=known, provider=reading.provider
            )
        except FetchError as error:
            reading.took.append(error.elapsed_seconds)
            return error
        reading.took.append(fetched.elapsed_seconds)
        if reading.answers is not None and reading.keeps:
            reading.answers.keep(url, get.accept, fetched)
        self._hear_clock(fetched.response, reading)
        return self._hear(get, url, fetched, reading)

    @staticmethod
    def _hear(get: Get, url: str, fetched: Fetched, reading: _Reading) -> Response:
        """Note what an answer says beside what its platform reads in it."""
        reading.status = fetched.response.status
        if host_of(url) == host_of(reading.url) and (fetched.response.unchanged or fetched.response.status == OK):
            reading.hosts.add(host_of(fetched.response.final_url or url))
        reading.unchanged |= fetched.response.unchanged
        reading.wire_bytes += fetched.wire_bytes
        if get.conditional:
            reading.learned[url] = fetched.validators
        if not fetched.response.unchanged:
            media_type = fetched.response.headers.get("content-type", "")
            reading.bodies.append(Body(fetched.response.body, media_type, url, fetched.response.status))
        return fetched.response

    def _hear_clock(self, response: Response, reading: _Reading) -> None:
        """Note how far the clock of the page's host is ahead of ours."""
        told = sent_at(response)
        if told is not None:
            reading.offset_seconds = (told - self._clock()).total_seconds()
            if reading.slug:
                self.clocks.heard(reading.slug, reading.offset_seconds)

    # ----------------------------------------------------------------------------------------------- detection

    def _in_doubt(self, page: PageRecord) -> bool:
        """Whether the page has been something else than its platform's answers several times in a row."""
        unreadable = page.parse_failures
        return self.vendors[page.slug].platform is None and unreadable > 0 and unreadable % REDETECT_AFTER == 0

    async def _identify(self, page: PageRecord, asking: _Reading) -> PageRecord:
        """Return the page with its platform, detected from two independent signals, and keep both.

        A page whose platform is in doubt keeps it where nothing else is recognised: then it is broken, not moved.
        """
        configured = self.vendors[page.slug].platform
        if configured is not None:
            name, why = configured, ["configured"]
        else:
            reading = self.reading(page, gives_way=asking.limits.gives_way)
            reading.answers, reading.keeps = asking.answers, asking.keeps
            try:
                detected = await self.detect(page.url, reading)
            except Overloaded:
                raise
            except PageError:
                if page.platform is None:
                    asking.bodies += reading.bodies
                    raise
                return page
            finally:
                asking.took += reading.took
            name, why = detected.platform, detected.why
            await self._require_same_place(page, name, reading.hosts, asking)
        if page.platform in {None, name}:
            await self.db(self.store.set_platform, page.id, name, why)
            log.info("platform vendor=%s platform=%s because %s", page.slug, name, "; ".join(why))
        else:
            await self._move(page, name, why)
        return await self.db(self.store.page, page.id)

    async def _require_same_place(self, page: PageRecord, name: str, hosts: Iterable[str], asking: _Reading) -> None:
        """Raise IdentityChanged when a page of another platform was found at another host: nothing vouches for it."""
        if page.platform in {None, name}:
            return
        asking.memory = await self._writer.remembered(page)
        stored, told = at_home(asking.memory.identity, page.url), Identity(platform=name, hosts=frozenset(hosts))
        if judge(stored, told) is Verdict.ANOTHER:
            asking.refused = told
            raise _changed(page, stored, told)

    async def _move(self, page: PageRecord, name: str, why: Sequence[str]) -> None:
        """Keep that the page is on another platform than before: its history stays, what lies between is unknown."""
        left_at = page.last_success_at or self._clock()
        why = [*why, f"moved: was {page.platform} until {left_at:%Y-%m-%d %H:%M} UTC"]
        await self.db(self.store.change_platform, page.id, name, why, left_at=left_at, now=self._clock())
        log.warning(
            "platform changed vendor=%s from=%s to=%s because %s", page.slug, page.platform, name, "; ".join(why)
        )
        self._observer.moved(page.slug, page.platform or "unknown", name)

    async def detect(self, url: str, reading: _Reading | None = None) -> Detected:
        """Return the platform of the page at this URL, the signals that prove it, and the redirects met on the way.

        Asks what a platform knows to ask of this host, then the root page, then the common summary address; at last
        what platforms answer on any host, those first that have shown a sign already. A host that refuses us, by a
        challenge or by asking us to wait, is not asked that. A platform of last resort is looked for when no other has
        shown any sign. Raises UnknownPlatform, naming what was seen, unless one platform shows two independent kinds
        of signal, and the FetchError when nothing could be read at all.
        """
        reading = reading or _Reading(url, Limits(), {})
        redirects: dict[tuple[str, ...], None] = {}
        found: dict[str, dict[str, Signal]] = {name: {} for name in platforms.names()}
        failure: FetchError | None = None
        answered = refused = False
        first = (*platforms.probes_for(url), *DETECTION)
        hints: list[Get] = []
        for get in chain(first, _guesses(found, first, hints)):
            if get not in first and (refused or not answered):
                break
            answer = await self._answer(get, reading)
            if isinstance(answer, FetchError):
                failure, refused = failure or answer, refused or isinstance(answer, Throttled)
                continue
            answered, refused = True, refused or is_challenge(answer)
            if answer.redirects:
                redirects[(*answer.redirects, answer.final_url)] = None
            hints += platforms.follow_ups(answer)
            best = _look_at(answer, found)
            if len(found[best]) >= SIGNALS_NEEDED and _clear(found, best):
                return Detected(platform=best, signals=tuple(found[best].values()), redirects=tuple(redirects))
        if failure is not None and not answered:
            raise failure
        raise _not_recognised(url, found)


def spec(vendor: VendorConfig) -> PageSpec:
    """Return the vendor as the store keeps it."""
    return PageSpec(
        slug=vendor.slug,
        name=vendor.name,
        url=vendor.url,
        platform=vendor.platform,
        zone=vendor.zone,
        interval_seconds=vendor.interval_seconds,
    )


class _Told(Exception):
    """A page has said who it is: the rest of what it would say is not needed."""


def _testify(page: PageRecord, reading: _Reading, memory: Memory) -> Witness:
    """Prepare a reading to be judged by what is known of the page; its configured address is always its own."""
    stored = at_home(memory.identity, page.url)
    reading.memory = memory
    reading.witness = Witness(stored=stored, platform=page.platform, refused=memory.refused)
    return reading.witness


def _require_own(page: PageRecord, reading: _Reading, witness: Witness, info: PageInfo | None) -> None:
    """Raise IdentityChanged unless what an answer says of its page, and where it came from, is the page's own."""
    stored = witness.stored
    if witness.hear(info, reading.hosts) is Verdict.ANOTHER:
        reading.refused = witness.told
        raise _changed(page, stored, witness.told)


def _changed(page: PageRecord, stored: Identity, told: Identity) -> IdentityChanged:
    return IdentityChanged(
        f"identity changed: {difference(stored, told)}; nothing of it is kept",
        url=page.url,
        page=page.slug,
        remedy=f"run `monitor accept {page.slug}` if it is your vendor's page all the same, else correct its address",
    )


def _look_at(answer: Response, found: dict[str, dict[str, Signal]]) -> str:
    """Add the signals every platform sees in the answer; return the platform that shows the most so far."""
    for name in platforms.names():
        for signal in platforms.named(name).detect(answer):
            found[name].setdefault(signal.kind, signal)
    return _leading(found)


def _leading(found: Mapping[str, Mapping[str, Signal]]) -> str:
    """Return the platform with the most kinds of sign. One of last resort leads only when no other has any."""
    own = [name for name in found if not platforms.is_last_resort(name)]
    some = any(found[name] for name in own)
    return max(own if some else found, key=lambda name: len(found[name]))


def _guesses(found: Mapping[str, Mapping[str, Signal]], first: Iterable[Get], hints: Sequence[Get]) -> Iterator[Get]:
    """Yield what platforms answer on any host, each once, to be taken one by one: what is found orders the rest.

    Last comes what the answers themselves suggested and what platforms of last resort would ask, if no other platform
    has shown any sign by then.
    """
    asked = {get.path for get in first}
    own = {name: list(platforms.anywhere(name)) for name in found if not platforms.is_last_resort(name)}
    while any(own.values()):
        name = max((name for name in own if own[name]), key=lambda name: len(found[name]))
        path = own[name].pop(0)
        if path not in asked:
            asked.add(path)
            yield Get(path=path)
    if not any(found[name] for name in own):
        last = (Get(path=path) for name in found if name not in own for path in platforms.anywhere(name))
        yield from {get.path: get for get in (*hints, *last) if get.path not in asked}.values()


def _unreadable(error: PageError | None, bodies: Sequence[Body]) -> list[Body]:
    """Return the bodies for which a reading failed, of the answers it had; none when no answer came, or another page's.

    An error names the URL it is about; one of several answers together may name the page.
    """
    if not isinstance(error, (ParseError, PageUnavailable, UnknownPlatform, BadStatus)):
        return []
    named = [body for body in bodies if body.url == error.url] or bodies[-1:]
    return [body for body in named if body.body]


def _says_something_else(error: PageError | None) -> bool:
    """Whether the page answered, and not as its platform does: it may have moved to another one."""
    if isinstance(error, BadStatus):
        return error.status in GONE
    return isinstance(error, (ParseError, UnknownPlatform, PageUnavailable))


def _note(result: BackfillResult, evidence: Evidence) -> None:
    result.gaps += evidence.gaps
    for cover in evidence.coverage:
        source = f"{evidence.source} ({cover.aspect.value})"
        result.reach[source] = min(result.reach.get(source, cover.span.start), cover.span.start)


def _clear(found: Mapping[str, Mapping[str, Signal]], best: str) -> bool:
    """Whether no other platform shows as many kinds of signal; beside one of its own, those of last resort are none."""
    others = (name for name in found if name != best and not platforms.is_last_resort(name))
    return all(len(found[name]) < len(found[best]) for name in others)


def _not_recognised(url: str, found: Mapping[str, Mapping[str, Signal]]) -> UnknownPlatform:
    seen = [f"{name} {signal.kind}" for name, signals in found.items() for signal in signals.values()]
    what = f"only one kind of sign was seen ({', '.join(seen)})" if seen else "nothing familiar was seen"
    return UnknownPlatform(f"no platform recognised: {what}", url=url)
