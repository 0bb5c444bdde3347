"""Chronicles, kept until something is stored of their page, its settings change, or a day ends."""

from datetime import datetime

from exporters.latest import Latest
from exporters.watched import Watched
from monitor import answers
from monitor.answers import Chronicle, ChronicleQuery
from monitor.config import VendorConfig
from monitor.store import PageRecord

_MOST = 2_000
"""How many chronicles are kept, those that were asked for last."""


class Chronicles:
    """Answers what happened at vendors. Safe to use from several threads."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._latest: Latest[tuple[int, str | None], Chronicle] = Latest(_MOST)

    def of(
        self, page: PageRecord, vendor: VendorConfig, component: str | None, now: datetime
    ) -> Chronicle:
        """Return what happened at a vendor, or one of its components. Raises ValueError as
        `monitor.answers.chronicle` does.
        """
        query = ChronicleQuery(now=now, component=component)
        today = now.astimezone(page.zone).date()
        return self._latest.get(
            (page.id, component),
            lambda: answers.chronicle(self._watched.store, page, vendor, query),
            stamp=(page.version, today, vendor),
        )
