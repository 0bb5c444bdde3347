"""What polls and pieces of backfills read, written into the store in transactions. All of it is
called by the writer's thread.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice

from monitor.day_range import gap_seconds
from monitor.fetch import Validators
from monitor.intervals import utc
from monitor.model import Evidence
from monitor.store import Body, BodyRef, Changes, PageRecord, PollRecord
from monitor.writer.parts import Parts
from monitor.writer.poll_write import PollWrite, rounds, unwritten


class PollStore:
    """Writes polls and pieces of backfills into the store."""

    def __init__(self, parts: Parts, *, keeps_snapshots: bool) -> None:
        self._parts = parts
        self._keeps_snapshots = keeps_snapshots

    def write(self, batch: Sequence[PollWrite]) -> None:
        """Write polls in one transaction."""
        with self._parts.store.together():
            for one_a_page in rounds(batch):
                self._write_round(one_a_page)

    def mark_stored(self, batch: Iterable[PollWrite]) -> None:
        """Mark what was stored after all: a connection that broke while it committed has not said
        so.
        """
        doubtful = [write for write in unwritten(batch) if write.may_be_stored]
        if not doubtful:
            return
        stored_keys = self._parts.store.kept_polls(_polls_of(doubtful))
        for write in doubtful:
            if (write.poll.page_id, utc(write.poll.started_at)) in stored_keys:
                write.is_done, write.error = True, None
                self._parts.caches.drop(write.page.id)

    def _write_round(self, batch: Sequence[PollWrite]) -> None:
        """Write polls of different pages: what they told, then what they were answered, then that
        they were made.
        """
        now = self._parts.clock()
        news = [write for write in batch if write.is_news]
        before = self._parts.store.page_versions([write.page.id for write in news])
        changes: list[Changes | None] = []
        validators: dict[int, Mapping[str, Validators]] = {}
        for write in news:
            changes.append(self._write_evidence(write, before.get(write.page.id), now))
            validators[write.page.id] = write.validators
        self._parts.store.save_validators(validators)
        for write in batch:
            self._parts.pinning.set_conditional_urls(write.page.id, write.conditional_urls)
        if self._keeps_snapshots:
            self._keep_bodies(news, changes, now)
        self._parts.store.record_polls(_polls_of(batch))
        self._parts.caches.update(news, before)

    def _write_evidence(
        self, write: PollWrite, version: int | None, now: datetime
    ) -> Changes | None:
        """Write what a poll said and who the page is; return what of it was new, None when it said
        nothing.
        """
        changes, page_id = None, write.page.id
        if write.evidence:
            pieces = [
                self._parts.caches.drop_unchanged(page_id, version, evidence)
                for evidence in write.evidence
            ]
            gap = self._max_gap_seconds(write.page)
            changes = self._parts.store.save(page_id, *pieces, now=now, max_gap_seconds=gap)
            if changes.left_out:
                # Another reading came first; an answer equal to this one would be taken for that
                # one unchanged.
                write.validators = {}
        if write.identity is not None:
            self._parts.store.know(page_id, write.identity)
        elif write.other_identity is not None:
            self._parts.store.refuse(page_id, write.other_identity)
        return changes

    def _keep_bodies(
        self, news: Sequence[PollWrite], changes: Iterable[Changes | None], now: datetime
    ) -> None:
        """Keep the bodies of polls, and for good those that the setting asks for."""
        bodies = chain.from_iterable(write.bodies for write in news)
        every_ref = iter(self._keep_snapshots(list(bodies), now))
        for write, change in zip(news, changes, strict=True):
            refs = list(islice(every_ref, len(write.bodies)))
            if self._parts.pinning.is_active:
                self._parts.pinning.pin_poll(write.page, write.evidence, change, refs, now=now)
                if write.unreadable:
                    reason = write.poll.reason or "unknown"
                    self._parts.pinning.pin_unreadable(write.page, write.unreadable, reason, now)

    def _keep_snapshots(self, bodies: Sequence[Body], now: datetime) -> list[BodyRef]:
        digests = self._parts.store.keep_snapshots(bodies, now=now)
        pairs = zip(bodies, digests, strict=True)
        return [BodyRef(body.url, body.status, digest, now) for body, digest in pairs]

    def write_piece(self, page: PageRecord, evidence: Evidence, bodies: Sequence[Body]) -> None:
        """Write a piece of a backfill in a transaction of its own, and the bodies behind it when it
        tells something new.
        """
        now, gap = self._parts.clock(), self._max_gap_seconds(page)
        with self._parts.store.together():
            changes = self._parts.store.save(page.id, evidence, now=now, max_gap_seconds=gap)
            if changes and bodies and self._keeps_snapshots:
                refs = self._keep_snapshots(bodies, now)
                if self._parts.pinning.is_active:
                    self._parts.pinning.pin_piece(page, evidence, changes, refs, now=now)
        if changes:
            self._parts.caches.drop(page.id)

    def _max_gap_seconds(self, page: PageRecord) -> float:
        return gap_seconds(self._parts.vendors[page.slug].interval_seconds)


def _polls_of(batch: Iterable[PollWrite]) -> list[PollRecord]:
    return [write.poll for write in batch]
