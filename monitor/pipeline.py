"""Collect: fetch a page, let its platform read it, and hand what it said to the writer, which keeps and derives.

The schedule, the command line and replays all go through `Collector`; backfill is the same path with an older start.
The only place page errors are caught is here: a page that cannot be read is recorded as failed and the others go on.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import ParamSpec, Protocol, TypeVar
from urllib.parse import urljoin

from monitor import platforms
from monitor.classify import GAP_INTERVALS
from monitor.config import VendorConfig
from monitor.errors import (
    BadStatus,
    FetchError,
    PageError,
    PageUnavailable,
    ParseError,
    Throttled,
    UnknownPlatform,
)
from monitor.fetch import Fetches, Limits, Validators, backoff_seconds
from monitor.intervals import day_interval, day_of, zone_named
from monitor.model import Evidence, Gap, Phase
from monitor.protocol import Get, PageContext, Response, Signal, Steps, is_challenge
from monitor.store import Body, PageRecord, PollRecord, Store
from monitor.told import remarked
from monitor.writer import Collected, Memory, Writer

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

REREAD_DAYS = 7
"""History is read again this far back every day: later than that, vendors were not seen to change it by themselves."""

RESUME_WITHIN = timedelta(hours=6)
"""A backfill run again within this time does not ask again for what it already completed."""

REDETECT_AFTER = 3
"""Consecutive unreadable answers after which the platform is detected anew: pages move."""

GONE = (404, 410)
"""Statuses with which a page says that it does not have its platform's addresses (any more)."""

FAST_SECONDS = 60
"""Poll interval while an incident is open, for pages that allow it; no page is asked sooner than after this long."""

DERIVE_EVERY = timedelta(minutes=15)
"""How old a page's derived days may be while polls bring no news: today's covered part grows with every poll."""

JITTER = 0.05
"""Share of the interval by which the next poll is moved at random, so that pages do not march in step."""


class PollObserver(Protocol):
    """Who counts what happened; the exporter implements it."""

    def polled(self, provider: str, outcome: str, reason: str | None, seconds: float) -> None: ...  # noqa: D102
    def revised(self, provider: str, days: int) -> None: ...  # noqa: D102
    def unknown_words(self, provider: str, count: int) -> None: ...  # noqa: D102
    def moved(self, vendor: str, before: str, after: str) -> None: ...  # noqa: D102


class NoObserver:
    """Counts nothing."""

    def polled(self, provider: str, outcome: str, reason: str | None, seconds: float) -> None:
        """Ignore a poll."""

    def revised(self, provider: str, days: int) -> None:
        """Ignore revised days."""

    def unknown_words(self, provider: str, count: int) -> None:
        """Ignore unknown vendor words."""

    def moved(self, vendor: str, before: str, after: str) -> None:
        """Ignore a page that changed its platform."""


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
    bodies: list[Body] = field(default_factory=list)
    requests: int = 0
    wire_bytes: int = 0
    status: int | None = None
    evidence: list[Evidence] = field(default_factory=list)
    provider: str | None = None
    understood: bool = False

    @property
    def changed_validators(self) -> dict[str, Validators]:
        """What makes the next requests conditional, where it is not known already."""
        return {url: learned for url, learned in self.learned.items() if self.known.get(url) != learned}

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
    ) -> None:
        self.store = store
        self.vendors = dict(vendors)
        self._fetcher = fetcher
        self._clock = clock
        self._observer = observer or NoObserver()
        self._logged_words: set[tuple[str, str]] = set()
        self._writer = Writer(
            store,
            self.vendors,
            clock=clock,
            on_revised=self._observer.revised,
            flush_after=flush_after,
            keep_snapshots=keep_snapshots,
        )

    async def db(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a store call in the writer's thread."""
        return await self._writer.db(call, *args, **kwargs)

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

    async def poll(self, page: PageRecord) -> PollResult:
        """Read the page's current state once, keep it, and set when it is due again. A PageError is in the result."""
        started = self._clock()
        timer = asyncio.get_running_loop().time
        begun = timer()
        reading = self.reading(page)
        memory, error = await self._writer.remembered(page), None
        try:
            page = await self._poll(page, reading, memory)
            outcome = "ok" if reading.evidence else "unchanged"
        except PageError as caught:
            outcome, error = "failed", caught
            error.page = error.page or page.slug
            log.warning("poll failed vendor=%s reason=%s: %s", page.slug, caught.reason, caught)
        seconds = timer() - begun
        self._observer.polled(page.platform or "unknown", outcome, error.reason if error else None, seconds)
        self._report_words(page, reading)
        poll = self._poll_record(page, reading, memory, started=started, seconds=seconds, outcome=outcome, error=error)
        await self._keep(page, reading, poll)
        return PollResult(slug=page.slug, outcome=outcome, error=error)

    async def _poll(self, page: PageRecord, reading: _Reading, memory: Memory) -> PageRecord:
        reading.known = memory.validators
        if page.platform is None or self._in_doubt(page):
            page = await self._identify(page)
            reading.limits, reading.provider, reading.known = self.reading(page).limits, page.platform, {}
            memory = await self._writer.remembered(page)  # what another platform left open is over
        context = self._context(page, memory)
        platform = platforms.named(page.platform or "")

        async def keep(evidence: Evidence) -> None:
            reading.evidence.append(evidence)

        await self._drive(platform.poll(context), reading, keep)
        reading.understood = True
        return page

    def _report_words(self, page: PageRecord, reading: _Reading) -> None:
        """Count the words we have no meaning for, and log each of a page once."""
        for evidence in reading.evidence:
            if evidence.unknown_words:
                self._observer.unknown_words(page.platform or "unknown", len(evidence.unknown_words))
            new = [word for word in evidence.unknown_words if (page.slug, word) not in self._logged_words]
            if new:
                self._logged_words.update((page.slug, word) for word in new)
                log.warning("unknown words vendor=%s words=%s", page.slug, ", ".join(new))

    async def _keep(self, page: PageRecord, reading: _Reading, poll: PollRecord) -> None:
        """Keep what was read; validators only when everything they stand for was understood."""
        collected = Collected(
            page=page,
            poll=poll,
            evidence=reading.evidence,
            validators=reading.changed_validators if reading.understood else {},
            bodies=reading.bodies if reading.understood else (),
            derive=self._derive_due(page, poll.outcome),
        )
        if poll.outcome == "unchanged" and not collected.derive:
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
        interval = float(vendor.interval_seconds)
        if vendor.fast_while_open and open_now:
            interval = min(interval, FAST_SECONDS)
        wait = backoff_seconds(failures, interval) if failures else interval
        wait = max(wait * (1 + random.uniform(-JITTER, JITTER)), FAST_SECONDS)  # noqa: S311
        if isinstance(error, Throttled) and error.retry_after is not None:
            wait = max(wait, error.retry_after.total_seconds())
        return self._clock() + timedelta(seconds=wait)

    def _derive_due(self, page: PageRecord, outcome: str) -> bool:
        """Derive after news, when the page starts or stops being readable, and every `DERIVE_EVERY` without any.

        An answer after a short silence also speaks for the silence, so days are derived from the last reading on.
        """
        steady = outcome == "unchanged" and page.last_ok is not False
        still_down = outcome == "failed" and page.last_ok is False
        recent = page.derived_at is not None and self._clock() - page.derived_at < DERIVE_EVERY
        return not (recent and (steady or still_down))

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
            await self._writer.save(page, evidence)
            reading.evidence.append(evidence)
            self._report_words(page, reading)
            reading.evidence.clear()
            reading.bodies.clear()
            _note(result, evidence)
            result.requests = reading.requests
            if progress is not None:
                progress(result, evidence)

        try:
            if page.platform is None:
                page = await self._identify(page)
            done = frozenset() if again else await self._done(page)
            context = replace(self._context(page, await self._writer.remembered(page)), done=done)
            await self._drive(platforms.named(page.platform or "").backfill(context, since), reading, keep)
        except PageError as error:
            error.page = error.page or page.slug
            result.error = error
            log.warning("backfill failed vendor=%s reason=%s: %s", page.slug, error.reason, error)
        result.requests = reading.requests
        await self.derive(page.slug, since=since)
        if result.complete:
            # From here on, what changes on a closed day is what the vendor changed.
            today = day_of(self._clock(), zone_named(page.zone))
            await self.db(self.store.set_reread, page.id, today)
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
            reading.bodies.append(Body(fetched.response.body, fetched.response.headers.get("content-type", "")))
        return fetched.response

    # ----------------------------------------------------------------------------------------------- detection

    def _in_doubt(self, page: PageRecord) -> bool:
        """Whether the page has been something else than its platform's answers several times in a row."""
        unreadable = page.parse_failures
        return self.vendors[page.slug].platform is None and unreadable > 0 and unreadable % REDETECT_AFTER == 0

    async def _identify(self, page: PageRecord) -> PageRecord:
        """Return the page with its platform, detected from two independent signals, and keep both.

        A page whose platform is in doubt keeps it where nothing else is recognised: then it is broken, not moved.
        """
        configured = self.vendors[page.slug].platform
        if configured is not None:
            name, why = configured, ["configured"]
        else:
            try:
                detected = await self.detect(page.url, self.reading(page))
            except PageError:
                if page.platform is None:
                    raise
                return page
            name, why = detected.platform, detected.why
        if page.platform in {None, name}:
            await self.db(self.store.set_platform, page.id, name, why)
            log.info("platform vendor=%s platform=%s because %s", page.slug, name, "; ".join(why))
        else:
            await self._move(page, name, why)
        (page,) = await self.db(self.store.pages, [page.slug])
        return page

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
