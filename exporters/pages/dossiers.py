"""What a vendor's pages are made of, kept while it is the same: it is most of their work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from exporters.latest import Latest
from monitor.answers import IncidentLevel, Record, RevisedDay, WindowSums
from monitor.store import PageRecord

KEPT_SECONDS = 60
"""So long a dossier stands while nothing is stored of its page: today goes on."""

_MOST = 32
"""How many dossiers are kept, those that were asked for last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierKey:
    """A vendor's page, and the window: so many days until `last`, None = today."""

    page_id: int
    days: int
    last: date | None
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The record of the window with its incidents and edits, and what other windows add up to."""

    record: Record
    windows: WindowSums
    incidents: tuple[IncidentLevel, ...]
    revisions: tuple[RevisedDay, ...]


class Dossiers:
    """Keeps dossiers. Safe to use from several threads: what two want at one time is made twice."""

    def __init__(self) -> None:
        self._dossiers: Latest[DossierKey, Dossier] = Latest(_MOST)

    def of(
        self,
        key: DossierKey,
        page: PageRecord,
        settings: object,
        now: datetime,
        make: Callable[[], Dossier],
    ) -> Dossier:
        """Return the dossier of a key, made anew where anything was stored of its page, its
        vendor's settings are others, or it is old.
        """
        stamp = (page, settings, int(now.timestamp() // KEPT_SECONDS))
        return self._dossiers.get(key, make, stamp)
