"""Days as cells: a level is a height, and the title says in words what it is. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources

from exporters.explain.phrases import level_text
from exporters.wording import NOT_THERE, UNKNOWN, counts_text, day_title, level_title, percent
from monitor.model import Absence, Day, Level
from monitor.plain import count_of

ABSENT = "ca"

REVISED_KEY = ("mr", "revised: changed by the vendor afterwards")
"""The mark of `revised` days, of which not every row tells."""

KEYS = (
    *((f"c{level.value}", level.title) for level in reversed(Level)),
    ("cu", "unknown: too little is known of the day"),
    (ABSENT, NOT_THERE),
    ("c0 h", "known in part"),
    ("mx", "disputed: sources disagree"),
    REVISED_KEY,
)
"""The classes of cells and marks, and what they mean."""

_ABSENCES = {Absence.UNBORN: "not on the page yet", Absence.GONE: "no longer on the page"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A day: the classes of its element, and what it is in words."""

    day: date
    classes: str
    title: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of days, oldest first, and the same in words."""

    cells: tuple[Cell, ...]
    summary: str


def cells_style() -> str:
    """Return the style of cells, which a page's own goes on from."""
    return resources.files("exporters").joinpath("cells.css").read_text("utf-8")


def level_class(level: Level | None) -> str:
    """Return the class of a level, for a cell and for its swatch; None = unknown."""
    return "cu" if level is None else f"c{level.value}"


def strip(
    days: Sequence[Day], *, today: date | None = None, revised: Collection[date] = ()
) -> Strip:
    """Return the row of these days. `today` is the page's day that still goes on; `revised` are
    those that the vendor changed after they were over.
    """
    cells = []
    for place, day in enumerate(days):
        is_today, is_revised = day.day == today, day.day in revised
        cells.append(cell(day, is_first=not place, is_today=is_today, is_revised=is_revised))
    return Strip(tuple(cells), summary(days))


def cell(
    day: Day, *, is_first: bool = True, is_today: bool = False, is_revised: bool = False
) -> Cell:
    """Return the cell of a day; the `is_first` of a row has no mark of a new month."""
    classes = [level_class(day.level) if day.absence is None else ABSENT]
    if day.level is not None and day.coverage < 1:
        classes.append("h")
    if day.day.day == 1 and not is_first:
        classes.append("k")
    if day.disputed:
        classes.append("x")
    if is_revised:
        classes.append("r")
    title = "; ".join(_words(day, is_today=is_today, is_revised=is_revised))
    return Cell(day.day, " ".join(classes), f"{day_title(day.day)}: {title}")


def _words(day: Day, *, is_today: bool, is_revised: bool) -> Iterator[str]:
    if day.absence is not None:
        yield _ABSENCES[day.absence]
        return
    yield level_text(day)
    if not day.covered_seconds:
        yield "nobody spoke for this day"
    elif day.coverage < 1:
        yield f"{percent(day.coverage)} of the day is known"
    if day.disputed:
        yield "disputed: sources disagree"
    if is_revised:
        yield "revised by the vendor"
    if is_today:
        yield "the day so far"


def summary(days: Sequence[Day]) -> str:
    """Return how many days were at each level at worst, such as ``90 days: 2 major outage, 88
    operational``.
    """
    counts = counts_text(map(_state, days), _STATES)
    disputed = sum(day.disputed for day in days)
    remark = f", {disputed} disputed" if disputed else ""
    return f"{count_of(len(days), 'day')}: {counts}{remark}"


_STATES = (*(level.title for level in reversed(Level)), UNKNOWN, NOT_THERE)
"""What `_state` says of days, the worst first."""


def _state(day: Day) -> str:
    return NOT_THERE if day.absence is not None else level_title(day.level)
