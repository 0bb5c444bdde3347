"""The history grid of a StatusCast page: a row for each component, a cell for each day. Pure.

Rows with rows below them are groups. Days are the page's, in a zone that only cells with something
in them tell.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from monitor.errors import UnexpectedShape
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of
from monitor.kit.times import instant
from monitor.model import Component
from monitor.platforms.statuscast.words import RECORD, VOCABULARY, pieces, plain

ROW = re.compile(r'<tr data-id="(\d{1,20})" data-pid="(\d{1,20})"')
NAME = re.compile(r'class="notranslate">([^<]{1,1000})</a>')
CELL = re.compile(
    r'<td(?: data-component="[^"<>]*" data-start="([^"<>]*)"[^<>]*)?>\s{0,200}<i class="fa'
    r' component-(\w{1,40})"'
)
NEWEST = re.compile(r'data-interval="Day"[^<>]{0,200}data-enddate="(\d\d?)/(\d\d?)/(\d{4}) ')

WHOLE = Component(id="page", name="The page as a whole")
"""The one component of a page without a grid."""

FURTHEST = timedelta(hours=14)
CLOCK_CHANGE = timedelta(hours=1)

MOST_LEVELS = 10
"""Of rows below rows."""

MOST_DAYS = 100
"""Of a grid."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The history grid. Ids of components are by their name, and by the name of each group they are
    in; `cells` are words by day, of each component.

    `shift` is how long after midnight UTC its days begin. `first` is when the first of them begins,
    None when the page has no grid or does not say which days it shows.
    """

    components: Sequence[Component] = ()
    ids_by_name: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ids_by_group: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cells: Mapping[str, Mapping[date, str]] = field(default_factory=dict)
    shift: timedelta = timedelta()
    first: datetime | None = None

    def component_ids(self, names: Iterable[str]) -> list[str]:
        """Return the components that names of an incident mean: those of the rows, else all below a
        group.
        """
        if not self.components:
            return [WHOLE.id]
        own, of_groups = list[str](), list[str]()
        for name in names:
            own += self.ids_by_name.get(name, ())
            of_groups += self.ids_by_group.get(name, ())
        return own or of_groups

    def worst_word(self, key: str, start: datetime, end: datetime) -> str | None:
        """Return the worst word of a component's cells from start to end; None when there is no bad
        one.
        """
        first, last = day_of(start - self.shift, UTC), day_of(end - self.shift, UTC)
        bad_words = []
        for day, word in self.cells.get(key, {}).items():
            if first <= day <= last and VOCABULARY.get(word):
                bad_words.append(word)
        return max(bad_words, key=lambda word: VOCABULARY[word], default=None)

    def day(self, day: date) -> Interval:
        """Return the time of one of its days."""
        whole = day_interval(day, UTC)
        return Interval(whole.start + self.shift, whole.end + self.shift)

    def unknown_words(self) -> set[str]:
        """Return the words of cells that mean nothing to us."""
        words: set[str] = set()
        for cells in self.cells.values():
            words.update(cells.values())
        return words - VOCABULARY.keys()


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the grid: its name, the id of the row above it ("0" = none), and its cells' HTML."""

    name: str
    parent: str
    html: str


@dataclass(frozen=True, slots=True)
class _Cell:
    """A day of a row and its word. Only a cell on which something was posted says when its day
    begins: `shift` is how long after midnight UTC that is.
    """

    day: date
    word: str
    shift: timedelta | None


def read_grid(text: str) -> Grid:
    """Return the grid of a page; an empty one when it has none. Raises UnexpectedShape when its
    days are none.
    """
    rows = {match[1]: _row(match, html) for match, html in pieces(ROW, text)}
    groups = {row.parent for row in rows.values()}
    newest = _newest_day(text) if rows else None
    ids_by_name: dict[str, list[str]] = {}
    ids_by_group: dict[str, list[str]] = {}
    words: dict[str, dict[date, str]] = {}
    all_cells: list[_Cell] = []
    for key, row in rows.items():
        if key in groups:
            continue
        cells = list(_cells(row.html, newest))
        all_cells += cells
        words[key] = {cell.day: cell.word for cell in cells}
        ids_by_name.setdefault(row.name, []).append(key)
        for group in _rows_above(row, rows):
            ids_by_group.setdefault(group.name, []).append(key)
    shift = _shift(all_cells)
    return Grid(
        components=list(_components(words, rows)),
        ids_by_name=ids_by_name,
        ids_by_group=ids_by_group,
        cells=words,
        shift=shift or timedelta(),
        first=_first_instant(words.values(), shift),
    )


def _row(match: re.Match[str], html: str) -> _Row:
    name = NAME.search(html)
    return _Row(plain(name[1]) if name else match[1], match[2], html)


def _components(keys: Iterable[str], rows: Mapping[str, _Row]) -> Iterator[Component]:
    for position, key in enumerate(keys):
        row = rows[key]
        group = rows[row.parent].name if row.parent in rows else None
        yield Component(id=key, name=row.name, group=group, position=position)


def _rows_above(row: _Row, rows: Mapping[str, _Row]) -> Iterator[_Row]:
    """Yield the rows above a row, nearest first."""
    for _ in range(MOST_LEVELS):
        above = rows.get(row.parent)
        if above is None:
            return
        yield above
        row = above


def _newest_day(text: str) -> date | None:
    """Return the day of the first cell of each row; None when the page does not say it."""
    match = NEWEST.search(text)
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[1]), int(match[2]))
    except ValueError as error:
        raise UnexpectedShape(f"the grid's last day is none: {error}", remedy=RECORD) from error


def _cells(html: str, newest: date | None) -> Iterator[_Cell]:
    """Yield a row's cells, newest first; none when it is not known which days they are of."""
    if newest is None:
        return
    day = newest
    for match in islice(CELL.finditer(html), MOST_DAYS):
        shift = None
        if match[1]:
            shift = instant(match[1], "the grid's data-start") - day_interval(day, UTC).start
        yield _Cell(day, match[2].lower(), shift)
        day -= ONE_DAY


def _shift(cells: Iterable[_Cell]) -> timedelta | None:
    """Return how long after midnight UTC days begin, as the first cell that says it does; None when
    none does.

    Raises UnexpectedShape when a cell's day cannot begin then, or another's says something else.
    """
    first: timedelta | None = None
    for cell in cells:
        if cell.shift is None:
            continue
        first = cell.shift if first is None else first
        if abs(cell.shift) > FURTHEST or abs(cell.shift - first) > CLOCK_CHANGE:
            why = f"the grid's cell of {cell.day} begins {cell.shift} after midnight UTC"
            raise UnexpectedShape(why, remedy=RECORD)
    return first


def _first_instant(rows: Iterable[Mapping[date, str]], shift: timedelta | None) -> datetime | None:
    """Return when the first day begins that every row has; None when no row has any."""
    first = max((min(words) for words in rows if words), default=None)
    if first is None:
        return None
    if shift is None:  # Where no cell tells the zone, the first day may not be whole in it.
        return day_interval(first + ONE_DAY, UTC).start
    return day_interval(first, UTC).start + shift
