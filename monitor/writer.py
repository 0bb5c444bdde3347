"""What polls read, on its way into the store, and days derived from it: one thread that writes for
many pages at once.

A transaction costs more than a poll. Polls that found nothing new wait for each other
(`Writer.later`); a poll with news is written at once, together with everything that came while the
last transaction was busy (`Writer.keep`). Days are derived from it at the next `flush`, for all
pages that had news together, once however often each had some.

A database that is busy, or does not answer, is asked again for `RETRY_SECONDS`, and everybody else
waits in line meanwhile. What was read and could not be kept after that stays here, one reading a
page, and goes first at the next `flush`: it is lost only when the process ends before the database
can be written again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import ParamSpec, TypeVar

from monitor import history
from monitor.config import EVIDENCE_NONE, VendorConfig
from monitor.day_range import gap_seconds
from monitor.errors import StoreError
from monitor.fetch import Validators
from monitor.identity import Identity
from monitor.intervals import day_of, utc
from monitor.model import Component, Evidence, PageHistory, Phase
from monitor.pinning import Pinning
from monitor.store import Body, BodyRef, Changes, PageRecord, PollRecord, Store

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

RETRY_SECONDS = 90.0
"""How long a database that may be back in a moment is asked again; less than a page is leased."""

RETRY_PAUSE_SECONDS = 0.5

SETTLES_AFTER = timedelta(days=2)
"""So long a new page's days may still change because we learn more of them, and not because its
vendor changed them."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the store knew of a page at one version of it; valid as long as the version is.

    `unfinished` are the incidents and maintenances that have not ended, announced ones included;
    `components` the ids of what is on the page, `listed` the components as it last listed them
    (None = not since this process began), `told` by source a hash of the messages of incidents that
    it last told. `identity` is what the page is known by, `refused` the other page that was read in
    its place.
    """

    version: int
    validators: Mapping[str, Validators] = field(default_factory=dict)
    unfinished: Mapping[str, Phase] = field(default_factory=dict)
    components: frozenset[str] = frozenset()
    listed: tuple[Component, ...] | None = None
    told: Mapping[str, int] = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)
    refused: Identity | None = None

    @property
    def has_open_incident(self) -> bool:
        """Whether something is going on now; what is only announced is not."""
        return Phase.OPEN in self.unfinished.values()


@dataclass(slots=True, kw_only=True)
class Collected:
    """What one poll read. `validators` are those learned; `derive` asks for the page's days to be
    derived from it.

    `asked` are the URLs it asked for that may answer "unchanged"; `unreadable` the bodies that it
    could not read. `identity` is what the page is known by afterwards, None = as before; `refused`
    another page read in its place. `error` says why it could not be kept. `tried`: it may have
    been, though the database has not said so; `done`: it was, or never will be.
    """

    page: PageRecord
    poll: PollRecord
    evidence: Sequence[Evidence] = ()
    validators: Mapping[str, Validators] = field(default_factory=dict)
    bodies: Sequence[Body] = ()
    asked: Collection[str] = ()
    unreadable: Sequence[Body] = ()
    derive: bool = False
    identity: Identity | None = None
    refused: Identity | None = None
    error: Exception | None = None
    tried: bool = False
    done: bool = False

    @property
    def is_news(self) -> bool:
        """Whether anything is to be written beside the poll itself."""
        return bool(
            self.evidence or self.validators or self.identity or self.refused or self.unreadable
        )


class Writer:
    """The one writer of a process. Every store call of the collecting side goes through its
    thread.
    """

    def __init__(
        self,
        store: Store,
        vendors: Mapping[str, VendorConfig],
        *,
        clock: Callable[[], datetime],
        on_revised: Callable[[str, int], None],
        flush_after: int,
        keep_snapshots: bool,
        evidence: str,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._store = store
        self._retry_seconds = retry_seconds
        self._vendors = vendors
        self._clock = clock
        self._on_revised = on_revised
        self._flush_after = flush_after
        self._keep_snapshots = keep_snapshots
        self._pinning = Pinning(store, evidence if keep_snapshots else EVIDENCE_NONE)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._turn = asyncio.Lock()
        self._waiting: list[Collected] = []
        self._memory: dict[int, Memory] = {}
        self._to_derive: dict[str, datetime | None] = {}

    async def db(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a store call in the writer's thread; again and again, for a while, when the database
        is only busy.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, lambda: self._patiently(lambda: call(*args, **kwargs))
        )

    def _patiently(self, call: Callable[[], R]) -> R:
        patience = self._store.patience
        end = patience.timer() + self._retry_seconds
        while True:
            try:
                return call()
            except StoreError as error:
                if not error.passes or patience.passed(end):
                    raise
            patience.sleep(RETRY_PAUSE_SECONDS)

    def holds(self, page_id: int) -> bool:
        """Whether something that was read of this page waits to be kept."""
        return any(collected.page.id == page_id for collected in self._waiting)

    def held(self) -> frozenset[str]:
        """Return the slugs of the vendors of which something that was read waits to be kept."""
        return frozenset(collected.page.slug for collected in self._waiting)

    async def close(self) -> None:
        """Write what is waiting and end the thread. The store stays open. Raises StoreError when
        that is lost.
        """
        try:
            await self.flush()
        except StoreError:
            log.error(  # noqa: TRY400 - the error itself is raised
                "what was read is lost, it could not be kept: %s",
                self._lost() or "days to be derived again",
            )
            raise
        finally:
            self._thread.shutdown(wait=True)

    def _lost(self) -> str:
        return ", ".join(sorted({collected.page.slug for collected in self._waiting}))

    # memory

    async def remembered(self, page: PageRecord) -> Memory:
        """Return what makes the page's next poll cheap; read from the store when the page has
        changed since.
        """
        memory = self._memory.get(page.id)
        if memory is None or memory.version != page.version:
            memory = self._memory[page.id] = await self.db(self._recall, page)
        return memory

    def _recall(self, page: PageRecord) -> Memory:
        # before all else: what changes meanwhile has a later version
        now = self._store.page(page.id)
        validators = {
            url: Validators(etag=row.etag, last_modified=row.last_modified, sha256=row.sha256)
            for url, row in self._store.validators(page.id).items()
        }
        return Memory(
            now.version,
            validators,
            self._store.unfinished_incidents(page.id),
            self._store.component_ids(page.id),
            identity=now.identity,
            refused=now.refused,
        )

    # writing

    async def later(self, collected: Collected) -> None:
        """Keep a poll without news at the next `flush`, at the latest when `flush_after` are
        waiting.
        """
        self._waiting.append(collected)
        if len(self._waiting) >= self._flush_after:
            await self._write_waiting()

    async def keep(self, collected: Collected) -> None:
        """Keep a poll now. Raises what kept it from being written; other polls are written all the
        same.

        After a StoreError the poll waits here for the next `flush`.
        """
        self._waiting.append(collected)
        await self._write_waiting()
        if collected.error is not None:
            raise collected.error

    async def flush(self) -> None:
        """Write what is waiting, then derive the days of the pages that had news. Raises
        StoreError.
        """
        await self._write_waiting()
        await self._derive_waiting()

    async def _write_waiting(self) -> None:
        """Write what is waiting; what comes meanwhile is written together afterwards. Raises
        StoreError.
        """
        async with self._turn:
            waiting, self._waiting = self._waiting, []
            try:
                if waiting:
                    await self.db(self._write, waiting)
            finally:
                self._waiting = [*(each for each in waiting if not each.done), *self._waiting]
        for collected in waiting:
            if collected.derive and collected.error is None:
                self._derive_later(collected.page)

    def _write(self, waiting: Sequence[Collected]) -> None:
        """Write a batch in one transaction; if something in it cannot be kept, each poll in its
        own.

        Raises StoreError when some are to be tried again; those are not `done`.
        """
        self._look_for(waiting)
        batch = [collected for collected in waiting if not collected.done]
        if not batch:
            return
        for collected in batch:
            collected.error, collected.tried = None, True
        try:
            with self._store.together():
                for part in _rounds(batch):
                    self._write_all(part)
        except StoreError as error:
            for collected in batch:
                collected.error = error
            if error.is_of_database and (len(batch) == 1 or error.cause != "full"):
                raise
            self._forget(batch)
            self._write_apart(batch, error)
        except Exception as error:
            self._forget(batch)
            if len(batch) == 1:
                log.exception("cannot keep what was read vendor=%s", batch[0].page.slug)
            self._write_apart(batch, error)
        for collected in batch:
            collected.done = True

    def _write_apart(self, batch: Sequence[Collected], error: Exception) -> None:
        """Write each poll in its own transaction: where all is too much, some may not be."""
        if len(batch) == 1:
            batch[0].error = error
            return
        for collected in batch:
            self._write([collected])

    def _look_for(self, waiting: Iterable[Collected]) -> None:
        """Mark what was kept after all: a connection that broke while it committed has not said
        so.
        """
        tried = [collected for collected in waiting if collected.tried and not collected.done]
        if not tried:
            return
        kept = self._store.kept_polls([collected.poll for collected in tried])
        for collected in tried:
            if (collected.poll.page_id, utc(collected.poll.started_at)) in kept:
                collected.done, collected.error = True, None
                self._forget([collected])

    def _forget(self, batch: Iterable[Collected]) -> None:
        for collected in batch:
            self._memory.pop(collected.page.id, None)

    def _write_all(self, batch: Sequence[Collected]) -> None:
        now = self._clock()
        news = [collected for collected in batch if collected.is_news]
        before = self._store.page_versions([collected.page.id for collected in news])
        changed = [self._save_all(collected, before, now) for collected in news]
        self._store.save_validators({collected.page.id: collected.validators for collected in news})
        for collected in batch:
            self._pinning.asked(collected.page.id, collected.asked)
        if self._keep_snapshots:
            self._keep_bodies(news, changed, now)
        self._store.record_polls([collected.poll for collected in batch])
        self._remember(news, before)

    def _save_all(
        self, collected: Collected, before: Mapping[int, int], now: datetime
    ) -> Changes | None:
        """Keep what a poll said and who the page is; return what of it was new, None when it said
        nothing.
        """
        changes = None
        if collected.evidence:
            told = [
                self._without_old_news(collected.page.id, each, before)
                for each in collected.evidence
            ]
            gap = self._max_gap(collected.page.slug)
            changes = self._store.save(collected.page.id, *told, now=now, max_gap_seconds=gap)
            if changes.left_out:
                # Another reading came first; an answer equal to this one would be taken for that
                # one unchanged.
                collected.validators = {}
        self._keep_identity(collected)
        return changes

    def _keep_bodies(
        self, news: Sequence[Collected], changed: Sequence[Changes | None], now: datetime
    ) -> None:
        """Keep the bodies of polls, and for good those that the setting asks for."""
        digests = iter(
            self._store.keep_snapshots(
                [body for collected in news for body in collected.bodies], now=now
            )
        )
        for collected, changes in zip(news, changed, strict=True):
            fresh = [
                BodyRef(body.url, body.status, next(digests), now) for body in collected.bodies
            ]
            if not self._pinning.active:
                continue
            page = collected.page
            told = [(each, changes) for each in collected.evidence if changes is not None]
            self._pinning.polled(page, self._vendors[page.slug], told, fresh, now=now)
            if collected.unreadable:
                self._keep_unreadable(
                    page, collected.unreadable, collected.poll.reason or "unknown", now
                )

    def _keep_unreadable(
        self, page: PageRecord, bodies: Sequence[Body], reason: str, now: datetime
    ) -> None:
        """Keep for good what could not be read: the first of a kind a day."""
        self._store.pin_first(page.id, day_of(now, page.zone), reason, bodies=bodies, now=now)

    def _keep_identity(self, collected: Collected) -> None:
        if collected.identity is not None:
            self._store.know(collected.page.id, collected.identity)
        elif collected.refused is not None:
            self._store.refuse(collected.page.id, collected.refused)

    def _without_old_news(
        self, page_id: int, evidence: Evidence, versions: Mapping[int, int]
    ) -> Evidence:
        """Leave out components and messages that are those kept last: comparing them with the rows
        is dear.
        """
        memory = self._memory.get(page_id)
        if memory is None or memory.version != versions.get(page_id):
            return evidence
        if evidence.components is not None and evidence.components == memory.listed:
            evidence = replace(evidence, components=None)
        if evidence.updates and hash(evidence.updates) == memory.told.get(evidence.source):
            evidence = replace(evidence, updates=())
        return evidence

    def _max_gap(self, slug: str) -> float:
        return gap_seconds(self._vendors[slug].interval_seconds)

    def _remember(self, news: Sequence[Collected], before: Mapping[int, int]) -> None:
        """Remember what the next poll will ask for, unless another process changed the page
        meanwhile.
        """
        after = self._store.page_versions([collected.page.id for collected in news])
        for collected in news:
            page, memory = collected.page, self._memory.pop(collected.page.id, None)
            if memory is None or memory.version != before.get(page.id):
                continue
            listed = _listed(collected, memory)
            self._memory[page.id] = Memory(
                after[page.id],
                {**memory.validators, **collected.validators},
                self._unfinished(collected, memory),
                (
                    memory.components
                    if listed is None
                    else frozenset(component.id for component in listed)
                ),
                listed,
                {
                    **memory.told,
                    **{
                        each.source: hash(each.updates)
                        for each in collected.evidence
                        if each.updates
                    },
                },
                collected.identity or memory.identity,
                None if collected.identity is not None else collected.refused or memory.refused,
            )

    def _unfinished(self, collected: Collected, memory: Memory) -> Mapping[str, Phase]:
        told = any(evidence.incidents or evidence.withdrawn for evidence in collected.evidence)
        return self._store.unfinished_incidents(collected.page.id) if told else memory.unfinished

    async def heal(self, page: PageRecord) -> PageRecord:
        """Re-time or set aside what is stored of the page later than now; return the page as it is
        then.
        """
        healed = await self.db(self._store.heal, page.id, now=self._clock())
        if healed is None:
            return page
        self._memory.pop(page.id, None)
        self._pinning.forget(page.id)
        return await self.db(self._store.page, page.id)

    async def save(self, page: PageRecord, evidence: Evidence, bodies: Sequence[Body] = ()) -> None:
        """Keep one piece of a backfill, in a transaction of its own: an interrupted one goes on
        after it.

        `bodies` are the answers behind it; they are kept when it tells something new.
        """
        if await self.db(self._save_piece, page, evidence, bodies):
            self._memory.pop(page.id, None)

    def _save_piece(self, page: PageRecord, evidence: Evidence, bodies: Sequence[Body]) -> Changes:
        now, gap = self._clock(), self._max_gap(page.slug)
        with self._store.together():
            changes = self._store.save(page.id, evidence, now=now, max_gap_seconds=gap)
            if changes and bodies and self._keep_snapshots:
                digests = self._store.keep_snapshots(bodies, now=now)
                pairs = zip(bodies, digests, strict=True)
                refs = [BodyRef(body.url, body.status, digest, now) for body, digest in pairs]
                if self._pinning.active:
                    self._pinning.backfilled(
                        page, self._vendors[page.slug], evidence, changes, refs, now=now
                    )
        return changes

    async def keep_unreadable(self, page: PageRecord, bodies: Sequence[Body], reason: str) -> None:
        """Keep for good what a backfill could not read: the first of a kind a day."""
        if bodies and self._pinning.active:
            await self.db(self._keep_unreadable, page, bodies, reason, self._clock())

    async def recognise(
        self, page: PageRecord, *, known: Identity | None = None, refused: Identity | None = None
    ) -> None:
        """Keep what a page is known by after a backfill, or the other page that was read in its
        place.
        """
        if known is not None:
            await self.db(self._store.know, page.id, known)
        elif refused is not None:
            await self.db(self._store.refuse, page.id, refused)
        self._memory.pop(page.id, None)

    # deriving

    async def derive(self, slug: str, *, since: datetime | None = None) -> int:
        """Derive the page's days that facts have touched since the last time; return the number of
        revised days.

        `since` also derives the days from that instant on.
        """
        await self.flush()
        return sum(await self._derived({slug: since}))

    def _derive_later(self, page: PageRecord) -> None:
        """Have the page's days derived at the next flush, from its last reading on."""
        starts = [
            at for at in (self._to_derive.get(page.slug), page.observed_until) if at is not None
        ]
        self._to_derive[page.slug] = min(starts, default=None)

    async def _derive_waiting(self) -> None:
        waiting, self._to_derive = self._to_derive, {}
        if not waiting:
            return
        try:
            await self._derived(waiting)
        except StoreError:
            self._to_derive = waiting | self._to_derive
            raise

    async def _derived(self, waiting: Mapping[str, datetime | None]) -> list[int]:
        found = await self.db(self._derive_all, waiting)
        for provider, revisions in found:
            if revisions:
                self._on_revised(provider, revisions)
        return [revisions for _, revisions in found]

    def _derive_all(self, waiting: Mapping[str, datetime | None]) -> list[tuple[str, int]]:
        """Derive in one transaction; if that breaks, each page in its own. A bug raises when one
        page was asked for.
        """
        try:
            with self._store.together():
                pages = self._store.pages(waiting)
                found = [self._derive(page, waiting[page.slug]) for page in pages]
                self._follow({page.id: page.version for page in pages})
                return found
        except StoreError:
            raise
        except Exception:
            if len(waiting) == 1:
                raise
        return [
            found for slug, since in waiting.items() for found in self._derive_guarded(slug, since)
        ]

    def _derive_guarded(self, slug: str, since: datetime | None) -> list[tuple[str, int]]:
        try:
            return self._derive_all({slug: since})
        except Exception:
            log.exception("bug while deriving vendor=%s", slug)
            return []

    def _follow(self, before: Mapping[int, int]) -> None:
        """Let what is remembered of pages follow the versions that deriving their days has given
        them.
        """
        for key, version in self._store.page_versions(list(before)).items():
            memory = self._memory.get(key)
            if memory is not None and memory.version == before[key]:
                self._memory[key] = replace(memory, version=version)

    def _derive(self, page: PageRecord, since: datetime | None) -> tuple[str, int]:
        now = self._clock()
        zone = page.zone
        today = day_of(now, zone)
        starts = [day for day in (page.dirty_since, page.derived_day) if day is not None]
        first = min(starts, default=today)
        if since is not None:
            first = min(first, day_of(since, zone))
        vendor = self._vendors[page.slug]
        found, revisions = _derived(self._store, page, vendor, first=min(first, today), now=now)
        if self._pinning.active:
            revised = self._store.revised_at(page.id, now) if revisions else ()
            self._pinning.derived(page, found, revised, now=now)
        return page.platform or "unknown", revisions


def _rounds(batch: Iterable[Collected]) -> list[list[Collected]]:
    """Return the polls in rounds of one a page, each page's in their order: beside what a poll says
    is kept when the page was read last before it, though nothing was new then.
    """
    rounds: list[list[Collected]] = []
    held: Counter[int] = Counter()
    for collected in batch:
        number = held[collected.page.id]
        held[collected.page.id] += 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(collected)
    return rounds


def _listed(collected: Collected, memory: Memory) -> tuple[Component, ...] | None:
    lists = [
        evidence.components for evidence in collected.evidence if evidence.components is not None
    ]
    return lists[-1] if lists else memory.listed


def derive_page(
    store: Store, page: PageRecord, vendor: VendorConfig, *, first: date, now: datetime
) -> int:
    """Derive and keep the page's days from `first` to today; return the number of days the vendor
    has revised.
    """
    return _derived(store, page, vendor, first=first, now=now)[1]


def _derived(
    store: Store, page: PageRecord, vendor: VendorConfig, *, first: date, now: datetime
) -> tuple[PageHistory, int]:
    today = day_of(now, page.zone)
    _, found = history.read(store, page, vendor, first=first, last=today, now=now, gone=False)
    return found, store.save_days(
        page.id, found, today=today, now=now, revised_since=_revised_since(page, today)
    )


def _revised_since(page: PageRecord, today: date) -> date | None:
    """Return since when days may differ because the vendor changed them: since when facts did, once
    its history was read whole. A page that is never backfilled has been read for some days by then.
    """
    settled = (
        page.reread_day is not None or day_of(page.added_at, page.zone) + SETTLES_AFTER < today
    )
    return page.dirty_since if settled else None
