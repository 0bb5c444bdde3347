"""The first cell of a vendor's row at `/`: its name and its level now, written once and kept until
they change.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from markupsafe import Markup

from exporters.boards import Entry
from exporters.cells import level_class
from exporters.pages.links import Links
from exporters.pages.rendering import macro
from exporters.pages.times import Moment, moment
from exporters.wording import level_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the template prints; `last_read` of a vendor that is unknown now, None = never."""

    name: str
    address: str
    level_class: str
    level: str
    last_read: Moment | None


class RowHeads:
    """The cells of vendors, as they stand on the page of these links. Safe to use from several
    threads: what two want at one time is made twice.
    """

    def __init__(self, links: Links) -> None:
        self._links = links
        self._cells: dict[str, tuple[Entry, Markup]] = {}

    def cell(self, entry: Entry, now: datetime) -> Markup:
        """Return the cell of a vendor at `now`."""
        if entry.status.level is None:
            return self._cell(entry, last_read(entry, now))
        last = self._cells.get(entry.vendor.slug)
        if last is not None and last[0] is entry:
            return last[1]
        cell = self._cell(entry, None)
        self._cells[entry.vendor.slug] = entry, cell
        return cell

    def _cell(self, entry: Entry, last_read: Moment | None) -> Markup:
        head = Head(
            name=entry.name,
            address=self._links.vendor(entry.vendor.slug),
            level_class=level_class(entry.status.level),
            level=level_title(entry.status.level),
            last_read=last_read,
        )
        cell: Markup = macro("figures.html", "head")(head)
        return cell


def last_read(entry: Entry, now: datetime) -> Moment | None:
    """Return when a vendor's page was read last; None = never."""
    read_at = entry.status.read_at
    return None if read_at is None else entry_moment(entry, read_at, now)


def entry_moment(entry: Entry, instant: datetime, now: datetime) -> Moment:
    """Return an instant in the zone of the vendor's page; in UTC where nothing of it is stored."""
    return moment(instant, entry_zone(entry), now)


def entry_zone(entry: Entry) -> tzinfo:
    """Return the zone of the vendor's page; UTC where nothing of it is stored."""
    return UTC if entry.page is None else entry.page.zone
