"""Spans beside each other, as months are compared: for a terminal and as Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from exporters.report.sentences import page_remarks
from exporters.report.spans import SpanRow, definitions, span_facts, span_rows
from monitor.answers import Record, ReportQuery
from monitor.plain import markdown_text
from monitor.terminal import side_by_side, words

_SHORTEST_NAME = 16
_GAP = 2
_COLOURS = {"kept": "green", "not kept": "red", "cannot be known": "yellow"}


def span_parts(
    records: Iterable[Record], query: ReportQuery, *, components: bool, width: int
) -> Iterator[RenderableType]:
    """Yield a table of the spans that this width shows, in blocks where not all fit beside each
    other, and what its figures mean.
    """
    rows: list[SpanRow] = []
    notes: list[str] = []
    for record in records:
        rows += span_rows(record, components=components)
        notes += (f"{record.name}: {note}" for note in page_remarks(record))
    if rows:
        yield from _blocks(rows, query.policy, width)
    yield from (words(text, "dim") for text in definitions(query))
    yield from (words(note, "italic") for note in notes)


def _blocks(rows: Sequence[SpanRow], policy: str, width: int) -> Iterator[RenderableType]:
    """Yield the table: a row on one line where there is room, else one fact below another."""
    titles = [found.span.title for found in rows[0].spans]
    facts = [[span_facts(found, policy) for found in row.spans] for row in rows]
    names = [row.name if row.is_vendor else f"  {row.name}" for row in rows]
    name_width = max(map(len, names))
    on_one_line = [
        max(len(titles[place]), *(len(", ".join(each[place])) for each in facts))
        for place in range(len(titles))
    ]
    if name_width + sum(_GAP + each for each in on_one_line) <= width:
        yield _table(names, titles, facts, rows, one_line=True)
        return
    stacked = [
        max(len(titles[place]), *(len(fact) for each in facts for fact in each[place]))
        for place in range(len(titles))
    ]
    room = width - min(name_width, max(_SHORTEST_NAME, width // 3))
    for first, last in _pages(stacked, room):
        part = [each[first:last] for each in facts]
        yield _table(names, titles[first:last], part, rows, one_line=False)
        yield words("")


def _pages(widths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Yield from which to which column there is room beside each other; at least one."""
    first = used = 0
    for place, each in enumerate(widths):
        if place > first and used + _GAP + each > room:
            yield first, place
            first, used = place, 0
        used += _GAP + each
    yield first, len(widths)


def _table(
    names: Sequence[str],
    titles: Sequence[str],
    facts: Sequence[Sequence[Sequence[str]]],
    rows: Sequence[SpanRow],
    *,
    one_line: bool,
) -> RenderableType:
    heads = [
        words(name, "bold" if row.is_vendor else "") for name, row in zip(names, rows, strict=True)
    ]
    cells = [[list(map(_fact, cell)) for cell in each] for each in facts]
    return side_by_side(titles, heads, cells, on_one_line=one_line)


def _fact(fact: str) -> Text:
    return words(fact, _COLOURS.get(fact, ""))


def span_markdown(
    records: Iterable[Record], query: ReportQuery, *, components: bool
) -> Iterator[str]:
    """Yield a table of the spans to send to somebody, with what its figures mean."""
    notes: list[str] = []
    for number, record in enumerate(records):
        if not number:
            titles = [markdown_text(found.span.title) for found in record.spans]
            yield f"| | {' | '.join(titles)} |"
            yield f"|---|{'---|' * len(titles)}"
        for row in span_rows(record, components=components):
            name = markdown_text(row.name)
            cells = [", ".join(span_facts(found, query.policy)) for found in row.spans]
            yield f"| {f'**{name}**' if row.is_vendor else name} | {' | '.join(cells)} |"
        notes.append(f"{record.name}: source {record.page.url}")
        notes += (f"{record.name}: {note}" for note in page_remarks(record))
    yield ""
    yield from (f"- {markdown_text(text)}" for text in (*definitions(query), *notes))
