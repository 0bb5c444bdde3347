"""Records for a terminal: per vendor the sentence, its remarks, then two lines a component."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from exporters.report.sentences import component_name, downtime, outage_days, remarks, sentence
from exporters.report.spans import definitions, verdicts
from exporters.wording import NOT_THERE, level_title, percent
from monitor.answers import ComponentRecord, Record, ReportQuery
from monitor.drawing import words
from monitor.model import Day, Level

# Height says what colour says: the row can be read without colours.
CELLS: Mapping[Level | None, tuple[str, str]] = {
    None: ("?", "bright_black"),
    Level.OPERATIONAL: ("▁", "green"),
    Level.MAINTENANCE: ("▂", "blue"),
    Level.DEGRADED: ("▄", "yellow"),
    Level.PARTIAL_OUTAGE: ("▆", "dark_orange"),
    Level.MAJOR_OUTAGE: ("█", "red"),
}
ABSENT = (".", "bright_black")
"""A day on which there was no such component."""
INDENT = 2


def terminal_parts(
    records: Iterable[Record], *, width: int, query: ReportQuery | None = None
) -> Iterator[RenderableType]:
    """Yield what a terminal of this width shows, from top to bottom, and the legend at the end.

    Where a target was asked about, `query` says it, and what it means stands below.
    """
    has_absent_days = False
    for record in records:
        yield words(sentence(record), "bold")
        yield from _below(verdicts(record.spans, record), "bold")
        yield from _below(remarks(record), "italic")
        if record.components:
            yield _indent(words(_scale(record.days, width), "dim"))
        for component in record.components:
            yield from _component_parts(component, record, width)
            has_absent_days = has_absent_days or component.figures.absent_days > 0
        yield words("")
    yield legend(absent=has_absent_days, width=width)
    if query is not None:
        for text in definitions(query):
            yield words(text, "dim")


def _below(texts: Iterable[str], style: str) -> Iterator[RenderableType]:
    """Yield texts that belong to the line above them."""
    for text in texts:
        yield _indent(words(text, style))


def _component_parts(
    component: ComponentRecord, record: Record, width: int
) -> Iterator[RenderableType]:
    yield _indent(_figures_line(component, record))
    yield from _below(verdicts(component.spans, record), "")
    for row in _rows(component.days, width):
        yield _indent(cells(row))


def cells(days: Sequence[Day]) -> Text:
    """Return one coloured character per day, oldest first; partly covered days are dim."""
    row = words("")
    row.no_wrap = True
    for day in days:
        glyph, colour = CELLS[day.level] if day.absence is None else ABSENT
        row.append(glyph, style=f"dim {colour}" if 0 < day.coverage < 1 else colour)
    return row


def legend(*, absent: bool = False, width: int = 100) -> Text:
    """Return what the characters mean, in lines of this width; `absent` days are explained only
    where there are some.
    """
    entries = [(*cell, level_title(level)) for level, cell in CELLS.items()]
    if absent:
        entries.append((*ABSENT, NOT_THERE))
    text, room = words(""), width
    for glyph, colour, title in entries:
        entry = f"{glyph} {title}"
        if len(entry) > room and room < width:
            text.append("\n")
            room = width
        text.append(f"{glyph} ", style=colour)
        text.append(f"{title}   ", style="dim")
        room -= len(entry) + len("   ")
    return text


def _indent(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, INDENT), expand=False)


def _rows(days: Sequence[Day], width: int) -> list[Sequence[Day]]:
    """Return the days in rows that fit, as even as can be; one row where the terminal is wide
    enough.
    """
    count = -(-len(days) // max(7, width - INDENT))
    length = -(-len(days) // count)
    return [days[start : start + length] for start in range(0, len(days), length)]


def _scale(days: Sequence[Day], width: int) -> str:
    """Return the line above the cells that says which days they are."""
    rows = _rows(days, width)
    if len(rows) > 1:
        spans = "; ".join(f"{row[0].day} to {row[-1].day}" for row in rows)
        return f"{len(rows)} rows of days: {spans}"
    first, last = f"{days[0].day}", f"{days[-1].day}"
    gap = len(days) - len(first) - len(last)
    return first + " " * gap + last if gap > 0 else f"{first} to {last}"


def _figures_line(component: ComponentRecord, record: Record) -> Text:
    figures = component.figures
    line = words(f"{component_name(component)}: ")
    if record.query.as_of is None:
        glyph, colour = CELLS[component.level]
        line.append(f"now {glyph} {level_title(component.level)}; ", style=colour)
    major = "" if figures.major_days is None else f" days ({figures.major_days} major)"
    line.append(f"outage {outage_days(figures)}{major}; ")
    line.append(
        f"downtime {downtime(figures, record.query.policy)}, coverage"
        f" {percent(figures.coverage_ratio)}",
        "dim",
    )
    return line
