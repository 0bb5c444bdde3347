"""Chronicles, kept until something is stored of their page, its settings change, or a day ends."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

from exporters.watched import Watched
from monitor import answers
from monitor.answers import Chronicle, ChronicleQuery
from monitor.config import VendorConfig
from monitor.store import PageRecord

_MOST = 2_000
"""How many chronicles are kept, those that were asked for last."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A chronicle and what it was made of."""

    version: int
    today: date
    vendor: VendorConfig
    chronicle: Chronicle

    def is_of(self, page: PageRecord, today: date, vendor: VendorConfig) -> bool:
        """Whether it would be the same if it were made now."""
        return (self.version, self.today, self.vendor) == (page.version, today, vendor)


class Chronicles:
    """Answers what happened at vendors. Safe to use from several threads."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._kept: OrderedDict[tuple[int, str | None], _Kept] = OrderedDict()
        self._lock = Lock()

    def of(
        self, page: PageRecord, vendor: VendorConfig, component: str | None, now: datetime
    ) -> Chronicle:
        """Return what happened at a vendor, or one of its components. Raises ValueError as
        `monitor.answers.chronicle` does.
        """
        key, today = (page.id, component), now.astimezone(page.zone).date()
        with self._lock:
            own = self._kept.get(key)
        if own is not None and own.is_of(page, today, vendor):
            return own.chronicle
        query = ChronicleQuery(now=now, component=component)
        chronicle = answers.chronicle(self._watched.store, page, vendor, query)
        with self._lock:
            self._kept[key] = _Kept(page.version, today, vendor, chronicle)
            self._kept.move_to_end(key)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return chronicle
