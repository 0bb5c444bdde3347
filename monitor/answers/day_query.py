"""Which day is asked about, of which component, as known when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor import history
from monitor.component_names import find_component
from monitor.intervals import day_of
from monitor.model import KnownComponent
from monitor.store import PageRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class DayQuery:
    """One day of a page's zone, asked about at `now`.

    `component` is an id, a slug or a name, with or without its group; None = the vendor's own day.
    `known_at` leaves out what was learnt later; None = everything known at `now`.
    """

    day: date
    now: datetime
    component: str | None = None
    known_at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """The instant whose knowledge counts."""
        return history.knowledge_at(self.now, self.known_at)

    def require_begun(self, page: PageRecord) -> None:
        """Raise ValueError for a day that had not begun at the page."""
        if self.day > day_of(self.moment, page.zone):
            raise ValueError(f"{self.day} has not begun in {page.zone}")

    def component_of(self, components: Sequence[KnownComponent]) -> KnownComponent | None:
        """Return the component that is asked about. Raises ValueError as `find_component` does."""
        return None if self.component is None else find_component(components, self.component)
