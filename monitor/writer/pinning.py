"""Keep for good the bodies behind bad, disputed and revised days: in the writer's transactions, by
its thread.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from operator import attrgetter
from typing import NamedTuple

from monitor.config import EVIDENCE_ALL, EVIDENCE_NONE, VendorConfig
from monitor.intervals import ONE_DAY, day_of
from monitor.lookups import by_key
from monitor.model import Evidence, PageHistory
from monitor.pins import BAD, DISPUTED, READ, REVISED, bad_days, bad_days_of, disputed_days_of
from monitor.store import Body, BodyRef, Changes, PageRecord, Pin, Store


class _News(NamedTuple):
    """The bodies that told something new, and since when it is about."""

    since: datetime
    refs: Sequence[BodyRef]


class Pinning:
    """What is kept for good, by the setting `storage: evidence`.

    In memory are the bodies behind each page's present state, and those that told something new
    since its days were last derived. A process that begins takes the former from the store.
    """

    def __init__(self, store: Store, vendors: Mapping[str, VendorConfig], policy: str) -> None:
        self._store = store
        self._vendors = vendors
        self._pins_all = policy == EVIDENCE_ALL
        self.is_active = policy != EVIDENCE_NONE
        self._conditional_urls: dict[int, Collection[str]] = {}
        self._current: dict[int, Sequence[BodyRef]] = {}
        self._news: dict[int, list[_News]] = {}

    def set_conditional_urls(self, page_id: int, urls: Collection[str]) -> None:
        """Note for which URLs the page's last reading asked: an unchanged answer stands for the
        body before it.
        """
        self._conditional_urls[page_id] = urls

    def forget(self, page_id: int) -> None:
        """Forget what was read of a page: when it was read is not believed any more."""
        self._current.pop(page_id, None)
        self._news.pop(page_id, None)

    def pin_poll(
        self,
        page: PageRecord,
        evidence: Sequence[Evidence],
        changes: Changes | None,
        refs: Sequence[BodyRef],
        *,
        now: datetime,
    ) -> None:
        """Pin what is behind a poll with news: the bodies it read, and those its unchanged answers
        stand for. `changes` is None where it said nothing.
        """
        self._note_current(page.id, refs)
        distinct = by_key(self._current_refs(page.id), attrgetter("sha256"))
        self._pin_reading(page.id, refs, now)
        if changes is None:
            return
        for piece in evidence:
            self._pin_bad_days(page, piece, changes, list(distinct.values()), now)

    def _note_current(self, page_id: int, refs: Sequence[BodyRef]) -> None:
        """Note that the page's state is that of these bodies, and of those before them of which it
        was answered that they are unchanged.
        """
        if refs:
            urls = set(self._conditional_urls.get(page_id, ()))
            urls.update(ref.url for ref in refs)
            by_url = by_key((*self._current_refs(page_id), *refs), attrgetter("url"))
            self._current[page_id] = _of_urls(by_url.values(), urls)

    def pin_piece(
        self,
        page: PageRecord,
        evidence: Evidence,
        changes: Changes,
        refs: Sequence[BodyRef],
        *,
        now: datetime,
    ) -> None:
        """Pin what is behind a piece of a backfill that told something new."""
        self._pin_reading(page.id, refs, now)
        self._pin_bad_days(page, evidence, changes, refs, now)

    def pin_unreadable(
        self,
        page: PageRecord,
        bodies: Sequence[Body],
        reason: str,
        now: datetime,
    ) -> None:
        """Keep for good what could not be read: the first of a kind a day."""
        self._store.pin_first(page.id, day_of(now, page.zone), reason, bodies=bodies, now=now)

    def _pin_reading(self, page_id: int, refs: Sequence[BodyRef], now: datetime) -> None:
        if self._pins_all and refs:
            day = day_of(now, self._zone(page_id))
            self._store.pin(page_id, _pins(day, READ, refs), now=now)

    def _pin_bad_days(
        self,
        page: PageRecord,
        evidence: Evidence,
        changes: Changes,
        refs: Sequence[BodyRef],
        now: datetime,
    ) -> None:
        """Pin the bodies behind evidence for the days that it names bad, as far back as it changed
        anything.
        """
        since = changes.affected_since
        if since is None or not refs:
            return
        self._news.setdefault(page.id, []).append(_News(since, refs))
        mapping = self._vendors[page.slug].impact_mapping
        pins = []
        for day in sorted(bad_days(evidence, self._zone(page.id), mapping, since=since)):
            pins += _pins(day, BAD, refs)
        self._store.pin(page.id, pins, now=now)

    def _zone(self, page_id: int) -> tzinfo:
        """Return the page's zone as stored now: what was just read may have told it."""
        return self._store.page(page_id).zone

    def _current_refs(self, page_id: int) -> Sequence[BodyRef]:
        """Return the bodies behind the page's present state: of the URLs that its last reading with
        news asked for. None are known of a page that this process has not read.
        """
        if page_id not in self._current:
            urls = self._conditional_urls.get(page_id)
            if urls is None:
                return []
            newest = self._store.newest_bodies(page_id)
            self._current[page_id] = _of_urls(newest, urls)
        return self._current[page_id]

    def pin_days(
        self,
        page: PageRecord,
        history: PageHistory,
        revised_days: frozenset[date],
        *,
        now: datetime,
    ) -> None:
        """Pin bodies for what the days came to: a bad day that goes on, a disputed one, a revised
        one.

        A day goes on being bad while answers are unchanged: then it is the body read before that
        stands for it.
        """
        news = self._news.pop(page.id, [])
        bad, disputed_days = bad_days_of(history), disputed_days_of(history)
        days = bad.union(disputed_days, revised_days)
        if not days:
            return
        zone, current = page.zone, self._current_refs(page.id)
        reasons = self._store.pinned_for(page.id, min(days), max(days))
        pins = []
        for day in revised_days:
            pins += _pins(day, REVISED, _news_of(day, news, zone) or current)
        for day in _not_pinned(disputed_days, DISPUTED, reasons):
            is_old = day < day_of(now, zone) - ONE_DAY
            refs = _news_of(day, news, zone) or ([] if is_old else current)
            pins += _pins(day, DISPUTED, refs)
        for day in _not_pinned(bad, BAD, reasons):
            pins += _pins(day, BAD, _until(day, current, zone))
        self._store.pin(page.id, pins, now=now)


def _not_pinned(
    days: Iterable[date], why: str, reasons: Mapping[date, Collection[str]]
) -> Iterator[date]:
    """Yield the days for which nothing is pinned for this reason yet."""
    for day in days:
        if why not in reasons.get(day, ()):
            yield day


def _of_urls(refs: Iterable[BodyRef], urls: Collection[str]) -> list[BodyRef]:
    return [ref for ref in refs if ref.url in urls]


def _pins(day: date, why: str, refs: Iterable[BodyRef]) -> list[Pin]:
    return [Pin(day, why, ref) for ref in refs]


def _until(day: date, refs: Iterable[BodyRef], zone: tzinfo) -> list[BodyRef]:
    """Return the bodies that were read by the end of this day."""
    return [ref for ref in refs if day_of(ref.read_at, zone) <= day]


def _news_of(day: date, news: Iterable[_News], zone: tzinfo) -> list[BodyRef]:
    """Return the bodies that told something new of the time up to this day."""
    refs: list[BodyRef] = []
    for item in news:
        if day_of(item.since, zone) <= day:
            refs += item.refs
    return refs
