"""Keep for good the bodies behind bad, disputed and revised days: in the writer's transactions, by
its thread.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, tzinfo
from itertools import chain

from monitor.config import EVIDENCE_ALL, EVIDENCE_NONE, VendorConfig
from monitor.intervals import ONE_DAY, day_of
from monitor.model import Evidence, PageHistory
from monitor.pins import BAD, DISPUTED, READ, REVISED, bad_days, concluded
from monitor.store import BodyRef, Changes, PageRecord, Pin, Store


class Pinning:
    """What is kept for good, by the setting `storage: evidence`.

    In memory are the answers behind each page's present state, and those that told something new
    since its days were last derived. A process that begins takes the former from the store.
    """

    def __init__(self, store: Store, policy: str) -> None:
        self._store = store
        self._all = policy == EVIDENCE_ALL
        self.active = policy != EVIDENCE_NONE
        self._asked: dict[int, Collection[str]] = {}
        self._newest: dict[int, Sequence[BodyRef]] = {}
        self._told: dict[int, list[tuple[datetime, Sequence[BodyRef]]]] = {}

    def asked(self, page_id: int, urls: Collection[str]) -> None:
        """Note for which URLs the page's last reading asked: an unchanged answer stands for the
        body before it.
        """
        self._asked[page_id] = urls

    def forget(self, page_id: int) -> None:
        """Forget what was read of a page: when it was read is not believed any more."""
        self._newest.pop(page_id, None)
        self._told.pop(page_id, None)

    def polled(
        self,
        page: PageRecord,
        vendor: VendorConfig,
        told: Iterable[tuple[Evidence, Changes]],
        fresh: Sequence[BodyRef],
        *,
        now: datetime,
    ) -> None:
        """Pin what is behind a poll with news: the bodies it read, and those its unchanged answers
        stand for.
        """
        if fresh:
            urls = {*self._asked.get(page.id, ()), *(ref.url for ref in fresh)}
            known = {ref.url: ref for ref in chain(self._standing(page.id), fresh)}
            self._newest[page.id] = [ref for url, ref in known.items() if url in urls]
        refs = {ref.sha256: ref for ref in self._standing(page.id)}
        self._read(page.id, fresh, now)
        self.told(page, vendor, told, list(refs.values()), now=now)

    def backfilled(
        self,
        page: PageRecord,
        vendor: VendorConfig,
        evidence: Evidence,
        changes: Changes,
        refs: Sequence[BodyRef],
        *,
        now: datetime,
    ) -> None:
        """Pin what is behind a piece of a backfill that told something new."""
        self._read(page.id, refs, now)
        self.told(page, vendor, [(evidence, changes)], refs, now=now)

    def _read(self, page_id: int, fresh: Sequence[BodyRef], now: datetime) -> None:
        if self._all and fresh:
            day = day_of(now, self._zone(page_id))
            self._store.pin(page_id, [Pin(day, READ, ref) for ref in fresh], now=now)

    def told(
        self,
        page: PageRecord,
        vendor: VendorConfig,
        told: Iterable[tuple[Evidence, Changes]],
        refs: Sequence[BodyRef],
        *,
        now: datetime,
    ) -> None:
        """Pin the bodies behind evidence for the days that it names bad, as far back as it changed
        anything.
        """
        for evidence, changes in told:
            if changes.affected_since is None or not refs:
                continue
            self._told.setdefault(page.id, []).append((changes.affected_since, refs))
            days = bad_days(
                evidence, self._zone(page.id), vendor.impact_mapping, since=changes.affected_since
            )
            self._store.pin(
                page.id, [Pin(day, BAD, ref) for day in sorted(days) for ref in refs], now=now
            )

    def _zone(self, page_id: int) -> tzinfo:
        """Return the page's zone as stored now: what was just read may have told it."""
        return self._store.page(page_id).zone

    def _standing(self, page_id: int) -> Sequence[BodyRef]:
        """Return the bodies behind the page's present state: of the URLs that its last reading with
        news asked for.
        """
        known = self._newest.get(page_id)
        if known is None:
            asked = self._asked.get(page_id)
            if asked is None:
                return []  # not read by this process
            known = self._newest[page_id] = [
                ref for ref in self._store.newest_bodies(page_id) if ref.url in asked
            ]
        return known

    # days derived

    def derived(
        self, page: PageRecord, found: PageHistory, revised: Collection[date], *, now: datetime
    ) -> None:
        """Pin bodies for what the days came to: a bad day that goes on, a disputed one, a revised
        one.

        A day goes on being bad while answers are unchanged: then it is the body read before that
        stands for it.
        """
        told = self._told.pop(page.id, [])
        bad, disputed = concluded(found)
        days = bad.union(disputed, revised)
        if not days:
            return
        have, zone = self._store.pinned_for(page.id, min(days), max(days)), page.zone
        standing = self._standing(page.id)
        pins = [
            Pin(day, REVISED, ref) for day in revised for ref in _of(day, told, zone) or standing
        ]
        for day in disputed:
            if DISPUTED not in have.get(day, ()):
                late = day_of(now, zone) - ONE_DAY <= day
                pins += [
                    Pin(day, DISPUTED, ref)
                    for ref in _of(day, told, zone) or (standing if late else [])
                ]
        for day in bad:
            if BAD not in have.get(day, ()):
                pins += [Pin(day, BAD, ref) for ref in standing if day_of(ref.read_at, zone) <= day]
        self._store.pin(page.id, pins, now=now)


def _of(
    day: date, told: Iterable[tuple[datetime, Sequence[BodyRef]]], zone: tzinfo
) -> list[BodyRef]:
    """Return the bodies that told something new of the time up to this day."""
    return [ref for since, refs in told if day_of(since, zone) <= day for ref in refs]
