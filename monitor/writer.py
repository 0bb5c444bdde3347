"""What polls read, on its way into the store, and days derived from it: one thread that writes for many pages at once.

A transaction costs more than a poll. Polls that found nothing new wait for each other (`Writer.later`); a poll with
news is written at once, together with everything that came while the last transaction was busy (`Writer.keep`).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ParamSpec, TypeVar

from monitor import history
from monitor.classify import GAP_INTERVALS
from monitor.config import VendorConfig
from monitor.errors import StoreError
from monitor.fetch import Validators
from monitor.intervals import day_of, zone_named
from monitor.model import Evidence, Phase
from monitor.store import Body, PageRecord, PollRecord, Store

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Memory:
    """What the store knew of a page at one version of it; valid as long as the version is.

    `unfinished` are the incidents and maintenances that have not ended, announced ones included; `components` the ids
    of what is on the page.
    """

    version: int
    validators: Mapping[str, Validators] = field(default_factory=dict)
    unfinished: Mapping[str, Phase] = field(default_factory=dict)
    components: frozenset[str] = frozenset()

    @property
    def has_open_incident(self) -> bool:
        """Whether something is going on now; what is only announced is not."""
        return Phase.OPEN in self.unfinished.values()


@dataclass(slots=True, kw_only=True)
class Collected:
    """What one poll read. `validators` are those learned; `derive` asks for the page's days to be derived from it.

    `error` says why it could not be kept.
    """

    page: PageRecord
    poll: PollRecord
    evidence: Sequence[Evidence] = ()
    validators: Mapping[str, Validators] = field(default_factory=dict)
    bodies: Sequence[Body] = ()
    derive: bool = False
    error: Exception | None = None


class Writer:
    """The one writer of a process. Every store call of the collecting side goes through its thread."""

    def __init__(
        self,
        store: Store,
        vendors: Mapping[str, VendorConfig],
        *,
        clock: Callable[[], datetime],
        on_revised: Callable[[str, int], None],
        flush_after: int,
        keep_snapshots: bool,
    ) -> None:
        self._store = store
        self._vendors = vendors
        self._clock = clock
        self._on_revised = on_revised
        self._flush_after = flush_after
        self._keep_snapshots = keep_snapshots
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._turn = asyncio.Lock()
        self._waiting: list[Collected] = []
        self._memory: dict[int, Memory] = {}

    async def db(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a store call in the writer's thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: call(*args, **kwargs))

    async def close(self) -> None:
        """Write what is waiting and end the thread. The store stays open."""
        await self.flush()
        self._thread.shutdown(wait=True)

    # --------------------------------------------------------------------------------------------------- memory

    async def remembered(self, page: PageRecord) -> Memory:
        """Return what makes the page's next poll cheap; read from the store when the page has changed since."""
        memory = self._memory.get(page.id)
        if memory is None or memory.version != page.version:
            memory = self._memory[page.id] = await self.db(self._recall, page)
        return memory

    def _recall(self, page: PageRecord) -> Memory:
        validators = {
            url: Validators(etag=row.etag, last_modified=row.last_modified, sha256=row.sha256)
            for url, row in self._store.validators(page.id).items()
        }
        return Memory(
            page.version, validators, self._store.unfinished_incidents(page.id), self._store.component_ids(page.id)
        )

    # -------------------------------------------------------------------------------------------------- writing

    async def later(self, collected: Collected) -> None:
        """Keep a poll without news at the next `flush`, at the latest when `flush_after` are waiting."""
        self._waiting.append(collected)
        if len(self._waiting) >= self._flush_after:
            await self.flush()

    async def keep(self, collected: Collected) -> None:
        """Keep a poll now. Raises what kept it from being written; other polls are written all the same."""
        self._waiting.append(collected)
        await self.flush()
        if collected.error is not None:
            raise collected.error

    async def flush(self) -> None:
        """Write what is waiting; what comes meanwhile is written together afterwards. Raises StoreError."""
        async with self._turn:
            waiting, self._waiting = self._waiting, []
            if waiting:
                for provider, revisions in await self.db(self._write, waiting):
                    self._on_revised(provider, revisions)

    def _write(self, batch: Sequence[Collected]) -> list[tuple[str, int]]:
        """Write a batch in one transaction; if something in it cannot be kept, each poll in its own."""
        try:
            with self._store.together():
                return list(self._write_all(batch))
        except StoreError as error:
            for collected in batch:
                collected.error = error
            raise
        except Exception as error:
            self._forget(batch)
            if len(batch) == 1:
                batch[0].error = error
                log.exception("cannot keep what was read vendor=%s", batch[0].page.slug)
                return []
            return [revised for collected in batch for revised in self._write([collected])]

    def _forget(self, batch: Iterable[Collected]) -> None:
        for collected in batch:
            self._memory.pop(collected.page.id, None)

    def _write_all(self, batch: Sequence[Collected]) -> Iterable[tuple[str, int]]:
        now = self._clock()
        news = [collected for collected in batch if collected.evidence or collected.validators]
        before = self._store.page_versions([collected.page.id for collected in news])
        for collected in news:
            if collected.evidence:
                gap = self._max_gap(collected.page.slug)
                self._store.save(collected.page.id, *collected.evidence, now=now, max_gap_seconds=gap)
        self._store.save_validators({collected.page.id: collected.validators for collected in news})
        if self._keep_snapshots:
            self._store.keep_snapshots([body for collected in news for body in collected.bodies], now=now)
        self._store.record_polls([collected.poll for collected in batch])
        revised = [self._derive(each.page.slug, each.page.observed_until) for each in batch if each.derive]
        self._remember(news, before)
        return [(provider, count) for provider, count in revised if count]

    def _max_gap(self, slug: str) -> float:
        return GAP_INTERVALS * self._vendors[slug].interval_seconds

    def _remember(self, news: Sequence[Collected], before: Mapping[int, int]) -> None:
        """Remember what the next poll will ask for, unless another process changed the page meanwhile."""
        after = self._store.page_versions([collected.page.id for collected in news])
        for collected in news:
            page, memory = collected.page, self._memory.pop(collected.page.id, None)
            if memory is None or memory.version != before.get(page.id) or collected.poll.forget_platform:
                continue
            self._memory[page.id] = Memory(
                after[page.id],
                {**memory.validators, **collected.validators},
                self._unfinished(collected, memory),
                _components(collected, memory),
            )

    def _unfinished(self, collected: Collected, memory: Memory) -> Mapping[str, Phase]:
        told = any(evidence.incidents or evidence.withdrawn for evidence in collected.evidence)
        return self._store.unfinished_incidents(collected.page.id) if told else memory.unfinished

    async def save(self, page: PageRecord, evidence: Evidence) -> None:
        """Keep one piece of a backfill, in a transaction of its own: an interrupted one goes on after it."""
        gap = self._max_gap(page.slug)
        if await self.db(self._store.save, page.id, evidence, now=self._clock(), max_gap_seconds=gap):
            self._memory.pop(page.id, None)

    # ------------------------------------------------------------------------------------------------- deriving

    async def derive(self, slug: str, *, since: datetime | None = None) -> int:
        """Derive the page's days that facts have touched since the last time; return the number of revised days."""
        await self.flush()
        provider, revisions = await self.db(self._derive_alone, slug, since)
        if revisions:
            self._on_revised(provider, revisions)
        return revisions

    def _derive_alone(self, slug: str, since: datetime | None) -> tuple[str, int]:
        with self._store.together():
            return self._derive(slug, since)

    def _derive(self, slug: str, since: datetime | None) -> tuple[str, int]:
        page = self._store.pages([slug])[0]
        now = self._clock()
        zone = zone_named(page.zone)
        today = day_of(now, zone)
        starts = [day for day in (page.dirty_since, page.derived_day) if day is not None]
        first = min(starts, default=today)
        if since is not None:
            first = min(first, day_of(since, zone))
        revisions = derive_page(self._store, page, self._vendors[slug], first=min(first, today), now=now)
        return page.platform or "unknown", revisions


def _components(collected: Collected, memory: Memory) -> frozenset[str]:
    listed = memory.components
    for evidence in collected.evidence:
        if evidence.components is not None:
            listed = frozenset(component.id for component in evidence.components)
    return listed


def derive_page(store: Store, page: PageRecord, vendor: VendorConfig, *, first: date, now: datetime) -> int:
    """Derive and keep the page's days from `first` to today; return the number of revised days."""
    today = day_of(now, zone_named(page.zone))
    _, derived = history.read(store, page, vendor, first=first, last=today, now=now)
    return store.save_days(page.id, derived, today=today, now=now)
