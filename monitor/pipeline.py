"""Collect (fetch, read, keep facts) and derive (facts to days): the one place where these meet.

The schedule, the command line and replays all go through `Collector`; backfill is the same path with an older start.
The only place page errors are caught is here: a page that cannot be read is recorded as failed and the others go on.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar
from urllib.parse import urljoin

from monitor import history, platforms
from monitor.classify import GAP_INTERVALS
from monitor.config import VendorConfig
from monitor.errors import FetchError, PageError, ParseError, Throttled, UnknownPlatform
from monitor.fetch import Fetches, Limits, Validators, backoff_seconds
from monitor.intervals import day_interval, day_of, zone_named
from monitor.model import Evidence, Gap
from monitor.protocol import Get, PageContext, Response, Signal, Steps
from monitor.store import PageRecord, PollRecord, Store

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

REREAD_DAYS = 7
"""History is read again this far back every day: later than that, vendors were not seen to change it by themselves."""

RESUME_WITHIN = timedelta(hours=6)
"""A backfill run again within this time does not ask again for what it already completed."""

REDETECT_AFTER = 3
"""Consecutive unreadable answers after which the platform is detected anew: pages move."""

FAST_SECONDS = 60
"""Poll interval while an incident is open, for pages that allow it."""

DERIVE_EVERY = timedelta(minutes=15)
"""How old a page's derived days may be while polls bring no news: today's covered part grows with every poll."""

JITTER = 0.05
"""Share of the interval by which the next poll is moved at random, so that pages do not march in step."""


class PollObserver(Protocol):
    """Who counts what happened; the exporter implements it."""

    def polled(self, provider: str, outcome: str, reason: str | None, seconds: float) -> None: ...  # noqa: D102
    def revised(self, provider: str, days: int) -> None: ...  # noqa: D102
    def unknown_words(self, provider: str, count: int) -> None: ...  # noqa: D102


class NoObserver:
    """Counts nothing."""

    def polled(self, provider: str, outcome: str, reason: str | None, seconds: float) -> None:
        """Ignore a poll."""

    def revised(self, provider: str, days: int) -> None:
        """Ignore revised days."""

    def unknown_words(self, provider: str, count: int) -> None:
        """Ignore unknown vendor words."""


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


Progress = Callable[[BackfillResult, Evidence], None]

DETECTION = (Get(path="", accept="text/html"), Get(path="/api/v2/summary.json"))
"""What is read to recognise a platform, in order; the second only when the first was not enough."""

SIGNALS_NEEDED = 2
"""Independent kinds of signal that prove a platform. That some address answers proves nothing: many imitate."""


@dataclass(slots=True)
class _Reading:
    """The requests of one poll or backfill, and what is to be remembered when all of it was understood."""

    url: str
    limits: Limits
    known: Mapping[str, Validators]
    learned: dict[str, Validators] = field(default_factory=dict)
    bodies: list[tuple[str, Response]] = field(default_factory=list)
    requests: int = 0
    wire_bytes: int = 0
    status: int | None = None
    evidence: int = 0
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the store knew of a page at one version of it; valid as long as the version is."""

    version: int
    validators: Mapping[str, Validators]
    open_incidents: frozenset[str]


class Collector:
    """Polls, backfills and derives pages. One writer thread talks to the store.

    Unchanged polls are gathered and written together (`flush`), at the latest when `flush_after` are waiting: a
    transaction of their own would cost seventy times as much.
    """

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
    ) -> None:
        self.store = store
        self.vendors = dict(vendors)
        self._fetcher = fetcher
        self._clock = clock
        self._observer = observer or NoObserver()
        self._flush_after = flush_after
        self._keep_snapshots = keep_snapshots
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._waiting: list[PollRecord] = []
        self._memory: dict[int, _Memory] = {}

    async def db(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a store call in the writer thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, lambda: call(*args, **kwargs))

    async def close(self) -> None:
        """Write what is waiting and stop the writer thread. The store stays open."""
        await self.flush()
        self._writer.shutdown(wait=True)

    # ------------------------------------------------------------------------------------------------- polling

    async def poll(self, page: PageRecord) -> PollResult:
        """Read the page's current state once, keep it, and set when it is due again. A PageError is in the result."""
        started = self._clock()
        timer = asyncio.get_running_loop().time
        begun = timer()
        reading = self.reading(page)
        try:
            page, outcome = await self._poll(page, reading)
            error = None
        except PageError as caught:
            outcome, error = "failed", caught
            error.page = error.page or page.slug
            log.warning("poll failed vendor=%s reason=%s: %s", page.slug, caught.reason, caught)
        seconds = timer() - begun
        self._observer.polled(page.platform or "unknown", outcome, error.reason if error else None, seconds)
        await self._record(
            self._poll_record(page, reading, started=started, seconds=seconds, outcome=outcome, error=error)
        )
        await self._derive_if_due(page, outcome)
        return PollResult(slug=page.slug, outcome=outcome, error=error)

    async def _poll(self, page: PageRecord, reading: _Reading) -> tuple[PageRecord, str]:
        memory = await self._remembered(page)
        if page.platform is None:
            page = await self._identify(page)
            memory = _Memory(memory.version, {}, memory.open_incidents)
        reading.known = memory.validators
        context = self._context(page, memory.open_incidents)
        platform = platforms.named(page.platform or "")

        async def keep(evidence: Evidence) -> None:
            await self._save(page, evidence)

        await self._drive(platform.poll(context), reading, keep)
        await self._learn(page, reading)
        return page, "ok" if reading.evidence else "unchanged"

    async def _remembered(self, page: PageRecord) -> _Memory:
        memory = self._memory.get(page.id)
        if memory is None or memory.version != page.version:
            validators, open_incidents = await self.db(self._recall, page.id)
            memory = self._memory[page.id] = _Memory(page.version, validators, open_incidents)
        return memory

    def _recall(self, page_id: int) -> tuple[dict[str, Validators], frozenset[str]]:
        validators = {
            url: Validators(etag=row.etag, last_modified=row.last_modified, sha256=row.sha256)
            for url, row in self.store.validators(page_id).items()
        }
        return validators, frozenset(self.store.open_incident_ids(page_id))

    async def _learn(self, page: PageRecord, reading: _Reading) -> None:
        """Remember the validators, now that everything they stand for was understood and kept."""
        changed = {url: known for url, known in reading.learned.items() if reading.known.get(url) != known}
        if changed:
            await self.db(self.store.save_validators, page.id, changed)
            self._memory.pop(page.id, None)
        if self._keep_snapshots:
            for media_type, response in reading.bodies:
                await self.db(self.store.keep_snapshot, response.body, media_type, now=self._clock())

    async def _save(self, page: PageRecord, evidence: Evidence) -> None:
        gap = GAP_INTERVALS * self.vendors[page.slug].interval_seconds
        changes = await self.db(self.store.save, page.id, evidence, now=self._clock(), max_gap_seconds=gap)
        if evidence.unknown_words:
            log.warning("unknown words vendor=%s words=%s", page.slug, ", ".join(evidence.unknown_words))
            self._observer.unknown_words(page.platform or "unknown", len(evidence.unknown_words))
        if changes:
            self._memory.pop(page.id, None)

    def _poll_record(
        self,
        page: PageRecord,
        reading: _Reading,
        *,
        started: datetime,
        seconds: float,
        outcome: str,
        error: PageError | None,
    ) -> PollRecord:
        failures = page.failures + 1 if error else 0
        unreadable = page.parse_failures + 1 if isinstance(error, (ParseError, UnknownPlatform)) else 0
        vendor = self.vendors[page.slug]
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
            due_at=self._next_due(page, vendor, failures, error),
            failures=failures,
            parse_failures=unreadable,
            forget_platform=unreadable >= REDETECT_AFTER and vendor.platform is None,
            max_gap_seconds=GAP_INTERVALS * vendor.interval_seconds,
        )

    def _next_due(self, page: PageRecord, vendor: VendorConfig, failures: int, error: PageError | None) -> datetime:
        memory = self._memory.get(page.id)
        interval = float(vendor.interval_seconds)
        if vendor.fast_while_open and memory is not None and memory.open_incidents:
            interval = min(interval, FAST_SECONDS)
        wait = backoff_seconds(failures, interval) if failures else interval
        wait *= 1 + random.uniform(-JITTER, JITTER)  # noqa: S311
        if isinstance(error, Throttled) and error.retry_after is not None:
            wait = max(wait, error.retry_after.total_seconds())
        return self._clock() + timedelta(seconds=wait)

    async def _record(self, poll: PollRecord) -> None:
        self._waiting.append(poll)
        if poll.outcome != "unchanged" or len(self._waiting) >= self._flush_after:
            await self.flush()

    async def flush(self) -> None:
        """Write the polls that are waiting."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            await self.db(self.store.record_polls, waiting)

    # ------------------------------------------------------------------------------------------------ backfill

    async def backfill(
        self,
        page: PageRecord,
        since: datetime,
        *,
        again: bool = False,
        progress: Progress | None = None,
    ) -> BackfillResult:
        """Rebuild the page's history back to `since` from the vendor's own records, best source first.

        `again` asks anew also for what an earlier run completed. What was read stays when a later request fails: the
        result then carries gaps or an error, and the next run goes on from there.
        """
        result = BackfillResult(slug=page.slug)
        reading = self.reading(page)

        async def keep(evidence: Evidence) -> None:
            await self._save(page, evidence)
            _note(result, evidence)
            result.requests = reading.requests
            if progress is not None:
                progress(result, evidence)

        try:
            if page.platform is None:
                page = await self._identify(page)
            done = frozenset() if again else await self._done(page)
            memory = await self._remembered(page)
            context = replace(self._context(page, memory.open_incidents), done=done)
            await self._drive(platforms.named(page.platform or "").backfill(context, since), reading, keep)
        except PageError as error:
            error.page = error.page or page.slug
            result.error = error
            log.warning("backfill failed vendor=%s reason=%s: %s", page.slug, error.reason, error)
        result.requests = reading.requests
        await self.derive(page.slug, since=since)
        return result

    async def reread(self, page: PageRecord) -> BackfillResult:
        """Read the last days of history again: vendors edit a day's record until some hours after it closed."""
        today = day_of(self._clock(), zone_named(page.zone))
        since = day_interval(today - timedelta(days=REREAD_DAYS), zone_named(page.zone)).start
        result = await self.backfill(page, since, again=True)
        await self.db(self.store.set_reread, page.id, today)
        return result

    async def _done(self, page: PageRecord) -> frozenset[str]:
        return await self.db(self.store.done_units, page.id, now=self._clock(), fresh_for=RESUME_WITHIN)

    # ---------------------------------------------------------------------------------------- driving a generator

    def reading(self, page: PageRecord, known: Mapping[str, Validators] | None = None) -> _Reading:
        """Return the bookkeeping for one poll, backfill or detection of the page, with the page's limits."""
        vendor = self.vendors[page.slug]
        size = vendor.max_body_mib or getattr(
            platforms.named(page.platform) if page.platform in platforms.names() else None, "MAX_BODY_MIB", None
        )
        limits = Limits(timeout_seconds=vendor.timeout_seconds, allow_private=vendor.allow_private)
        if size is not None:
            limits = replace(limits, max_body_bytes=int(size * 1024 * 1024))
        return _Reading(page.url, limits, known or {}, provider=page.platform)

    def _context(self, page: PageRecord, open_incidents: frozenset[str]) -> PageContext:
        return PageContext(
            url=page.url,
            now=self._clock(),
            zone=self.vendors[page.slug].zone or page.page_zone,
            mark=page.mark,
            open_incidents=open_incidents,
        )

    async def _drive(self, steps: Steps, reading: _Reading, keep: Callable[[Evidence], Awaitable[None]]) -> None:
        try:
            step = next(steps)
            while True:
                if isinstance(step, Evidence):
                    reading.evidence += 1
                    await keep(step)
                    step = next(steps)
                elif isinstance(step, Get):
                    answer = await self._answer(step, reading)
                    step = steps.throw(answer) if isinstance(answer, FetchError) else steps.send(answer)
                else:
                    answers = await asyncio.gather(*(self._answer(get, reading) for get in step))
                    step = steps.send(answers)
        except StopIteration:
            return
        finally:
            steps.close()

    async def _answer(self, get: Get, reading: _Reading) -> Response | FetchError:
        url = urljoin(reading.url, get.path)
        known = reading.known.get(url) if get.conditional else None
        reading.requests += 1
        try:
            fetched = await self._fetcher.get(
                url, accept=get.accept, limits=reading.limits, validators=known, provider=reading.provider
            )
        except FetchError as error:
            return error
        reading.status = fetched.response.status
        reading.wire_bytes += fetched.wire_bytes
        if get.conditional:
            reading.learned[url] = fetched.validators
        if not fetched.response.unchanged and fetched.response.status == 200:  # noqa: PLR2004
            reading.bodies.append((fetched.response.headers.get("content-type", ""), fetched.response))
        return fetched.response

    # ----------------------------------------------------------------------------------------------- detection

    async def _identify(self, page: PageRecord) -> PageRecord:
        """Return the page with its platform, detected from two independent signals, and keep both."""
        configured = self.vendors[page.slug].platform
        if configured is not None:
            name, why = configured, ["configured"]
        else:
            name, signals = await self.detect(page.url, self.reading(page))
            why = [f"{signal.kind}: {signal.why}" for signal in signals]
        await self.db(self.store.set_platform, page.id, name, why)
        log.info("platform vendor=%s platform=%s because %s", page.slug, name, "; ".join(why))
        return replace(page, platform=name)

    async def detect(self, url: str, reading: _Reading | None = None) -> tuple[str, list[Signal]]:
        """Return the platform of the page at this URL and the signals that prove it.

        Reads the root page, then the common summary address. Raises UnknownPlatform, naming what was seen, unless
        one platform shows two independent kinds of signal, and the FetchError when nothing could be read at all.
        """
        reading = reading or _Reading(url, Limits(), {})
        found: dict[str, dict[str, Signal]] = {name: {} for name in platforms.names()}
        failure: FetchError | None = None
        answered = False
        for get in DETECTION:
            answer = await self._answer(get, reading)
            if isinstance(answer, FetchError):
                failure = failure or answer
                continue
            answered = True
            for name in platforms.names():
                for signal in platforms.named(name).detect(answer):
                    found[name].setdefault(signal.kind, signal)
            best = max(found, key=lambda name: len(found[name]))
            if len(found[best]) >= SIGNALS_NEEDED and _clear(found, best):
                return best, list(found[best].values())
        if failure is not None and not answered:
            raise failure
        raise _not_recognised(url, found)

    # ------------------------------------------------------------------------------------------------ deriving

    async def _derive_if_due(self, page: PageRecord, outcome: str) -> None:
        """Derive after news, when the page starts or stops being readable, and every `DERIVE_EVERY` without any.

        An answer after a short silence also speaks for the silence, so days are derived from the last reading on.
        """
        steady = outcome == "unchanged" and page.last_ok is not False
        still_down = outcome == "failed" and page.last_ok is False
        recent = page.derived_at is not None and self._clock() - page.derived_at < DERIVE_EVERY
        if (steady or still_down) and recent:
            return
        await self.derive(page.slug, since=page.observed_until)

    async def derive(self, slug: str, *, since: datetime | None = None) -> int:
        """Derive the page's days that facts have touched since the last time; return the number of revised days."""
        await self.flush()
        provider, revisions = await self.db(self._derive, slug, since)
        if revisions:
            self._observer.revised(provider, revisions)
        return revisions

    def _derive(self, slug: str, since: datetime | None) -> tuple[str, int]:
        page = self.store.pages([slug])[0]
        now = self._clock()
        zone = zone_named(page.zone)
        today = day_of(now, zone)
        starts = [day for day in (page.dirty_since, page.derived_day) if day is not None]
        first = min(starts, default=today)
        if since is not None:
            first = min(first, day_of(since, zone))
        revisions = derive_page(self.store, page, self.vendors[slug], first=min(first, today), now=now)
        return page.platform or "unknown", revisions


def _note(result: BackfillResult, evidence: Evidence) -> None:
    result.gaps += evidence.gaps
    for cover in evidence.coverage:
        source = f"{evidence.source} ({cover.aspect.value})"
        result.reach[source] = min(result.reach.get(source, cover.span.start), cover.span.start)


def _clear(found: Mapping[str, Mapping[str, Signal]], best: str) -> bool:
    """Whether no other platform shows as many kinds of signal."""
    return all(len(signals) < len(found[best]) for name, signals in found.items() if name != best)


def _not_recognised(url: str, found: Mapping[str, Mapping[str, Signal]]) -> UnknownPlatform:
    seen = [f"{name} {signal.kind}" for name, signals in found.items() for signal in signals.values()]
    what = f"only one kind of sign was seen ({', '.join(seen)})" if seen else "nothing familiar was seen"
    return UnknownPlatform(f"no platform recognised: {what}", url=url)


def derive_page(store: Store, page: PageRecord, vendor: VendorConfig, *, first: date, now: datetime) -> int:
    """Derive and keep the page's days from `first` to today; return the number of revised days."""
    today = day_of(now, zone_named(page.zone))
    _, derived = history.read(store, page, vendor, first=first, last=today, now=now)
    return store.save_days(page.id, derived, today=today, now=now)
