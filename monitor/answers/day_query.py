"""Which day is asked about, of which component, as known when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.intervals import day_of
from monitor.model import KnownComponent
from monitor.store import PageRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class DayQuery:
    """One day of a page's zone, asked about at `now`.

    `component` is an id, a slug or a name; None = the vendor's own day. `known_at` leaves out what
    was learnt later; None = everything known at `now`.
    """

    day: date
    now: datetime
    component: str | None = None
    known_at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """The instant whose knowledge counts."""
        return min(self.now, self.known_at or self.now)

    def require_begun(self, page: PageRecord) -> None:
        """Raise ValueError for a day that had not begun at the page."""
        if self.day > day_of(self.moment, page.zone):
            raise ValueError(f"{self.day} has not begun in {page.zone}")

    def component_of(self, components: Sequence[KnownComponent]) -> KnownComponent | None:
        """Return the component that is asked about. Raises ValueError as `find_component` does."""
        return None if self.component is None else find_component(components, self.component)


def find_component(components: Sequence[KnownComponent], name: str) -> KnownComponent:
    """Return the component with this id, slug or (unique) name. Raises ValueError naming what there
    is.
    """
    matches = [entry for entry in components if name in (entry.component.id, entry.slug)]
    if not matches:
        matches = [entry for entry in components if _is_called(entry, name)]
    if len(matches) == 1:
        return matches[0]
    slugs = sorted(entry.slug for entry in matches or components)
    if matches:
        raise ValueError(
            f"{len(matches)} components are called {name!r}; say which by its slug:"
            f" {', '.join(slugs)}"
        )
    choice = ", ".join(slugs) or "none yet: the page was not read so far"
    raise ValueError(f"no component {name!r}; there are: {choice}")


def _is_called(entry: KnownComponent, name: str) -> bool:
    return entry.component.name.casefold() == name.casefold()
