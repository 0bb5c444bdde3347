"""Spans beside each other, as months are compared: for a terminal and as Markdown."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from exporters.report.markdown import bullets
from exporters.report.sentences import page_remarks
from exporters.report.spans import SpanRow, definitions, span_facts, span_rows
from monitor.answers import Record, ReportQuery
from monitor.drawing import side_by_side, words
from monitor.plain import markdown_text

_SHORTEST_NAME = 16
_GAP = 2
Cell = Sequence[str]
"""What is said of one span, fact by fact."""
_COLOURS = {"kept": "green", "not kept": "red", "cannot be known": "yellow"}


def span_parts(
    records: Iterable[Record],
    query: ReportQuery,
    *,
    components: bool,
    width: int,
) -> Iterator[RenderableType]:
    """Yield a table of the spans that this width shows, in blocks where not all fit beside each
    other, and what its figures mean.
    """
    rows: list[SpanRow] = []
    notes: list[str] = []
    for record in records:
        rows += span_rows(record, components=components)
        notes += _notes(record)
    if rows:
        yield from _blocks(rows, query.policy, width)
    for text in definitions(query):
        yield words(text, "dim")
    for note in notes:
        yield words(note, "italic")


def _notes(record: Record) -> Iterator[str]:
    for note in page_remarks(record):
        yield f"{record.name}: {note}"


def _blocks(rows: Sequence[SpanRow], policy: str, width: int) -> Iterator[RenderableType]:
    """Yield the table: a row on one line where there is room, else one fact below another."""
    titles = [column.span.title for column in rows[0].spans]
    facts, names = [], []
    for row in rows:
        facts.append(_cells_of(row, policy))
        names.append(row.name if row.is_vendor else f"  {row.name}")
    name_width = max(map(len, names))
    widths = _widths(titles, facts, _line_width)
    if name_width + sum(widths) + _GAP * len(widths) <= width:
        yield _table(names, titles, facts, rows, one_line=True)
        return
    room = width - min(name_width, max(_SHORTEST_NAME, width // 3))
    for first, last in _pages(_widths(titles, facts, _longest_fact), room):
        part = [cells[first:last] for cells in facts]
        yield _table(names, titles[first:last], part, rows, one_line=False)
        yield words("")


def _cells_of(row: SpanRow, policy: str) -> list[Cell]:
    return [span_facts(column, policy) for column in row.spans]


def _line_width(cell: Cell) -> int:
    return len(", ".join(cell))


def _longest_fact(cell: Cell) -> int:
    return max(map(len, cell), default=0)


def _widths(
    titles: Sequence[str], facts: Sequence[Sequence[Cell]], width: Callable[[Cell], int]
) -> list[int]:
    """Return how wide each column is, its title too."""
    widths = list(map(len, titles))
    for cells in facts:
        for column, cell in enumerate(cells):
            widths[column] = max(widths[column], width(cell))
    return widths


def _pages(widths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Yield from which to which column there is room beside each other; at least one."""
    first = filling = 0
    for column, width in enumerate(widths):
        if column > first and filling + _GAP + width > room:
            yield first, column
            first, filling = column, 0
        filling += _GAP + width
    yield first, len(widths)


def _table(
    names: Sequence[str],
    titles: Sequence[str],
    facts: Sequence[Sequence[Cell]],
    rows: Sequence[SpanRow],
    *,
    one_line: bool,
) -> RenderableType:
    heads = []
    for name, row in zip(names, rows, strict=True):
        heads.append(words(name, "bold" if row.is_vendor else ""))
    texts = list(map(_texts, facts))
    return side_by_side(titles, heads, texts, on_one_line=one_line)


def _texts(cells: Sequence[Cell]) -> list[list[Text]]:
    return [list(map(_fact, cell)) for cell in cells]


def _fact(fact: str) -> Text:
    return words(fact, _COLOURS.get(fact, ""))


def span_markdown(
    records: Iterable[Record], query: ReportQuery, *, components: bool
) -> Iterator[str]:
    """Yield a table of the spans to send to somebody, with what its figures mean."""
    notes: list[str] = []
    for number, record in enumerate(records):
        if not number:
            titles = [markdown_text(column.span.title) for column in record.spans]
            yield f"| | {' | '.join(titles)} |"
            yield f"|---|{'---|' * len(titles)}"
        for row in span_rows(record, components=components):
            name = markdown_text(row.name)
            cells = [", ".join(cell) for cell in _cells_of(row, query.policy)]
            yield f"| {f'**{name}**' if row.is_vendor else name} | {' | '.join(cells)} |"
        notes.append(f"{record.name}: source {record.page.url}")
        notes += _notes(record)
    yield ""
    yield from bullets((*definitions(query), *notes))
