"""What Rich draws: tables, labelled texts and sentences, none of which holds anything a terminal
would obey.

Rich's markup, emoji codes and highlighting are off: `[beta] API` is a name, and `[/a]` in an
address is no mistake of ours. Rich takes long to import, so only what draws imports this.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from monitor.grid import Grid
from monitor.plain import visible

UNLIMITED = 100_000
"""The columns of a file or a pipe: whoever reads it there breaks lines himself, or does not."""


class Paper(Console):
    """A stream that text goes to: where it is a terminal, as wide as that, and with its colours."""

    def __init__(self, *, err: bool = False) -> None:
        stream = sys.stderr if err else sys.stdout
        super().__init__(
            markup=False,
            emoji=False,
            highlight=False,
            stderr=err,
            width=None if stream.isatty() else UNLIMITED,
            color_system=None if is_plain() else "auto",
        )

    @property
    def has_blocks(self) -> bool:
        """Whether its encoding has the blocks that cells of days are made of."""
        return _has_blocks(getattr(self.file, "encoding", None) or "utf-8")

    def on_broken_pipe(self) -> None:
        """Leave it to `say_each` what then happens."""
        raise  # noqa: PLE0704


def is_plain() -> bool:
    """Whether the user, or the terminal, wants no codes at all (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") in {"dumb", "unknown"}


def show(lines: Iterable[str | RenderableType], style: str | None, *, err: bool) -> None:
    """Print each on a stream: texts on a line of their own, in the style where it is a terminal."""
    paper = Paper(err=err)
    for line in lines:
        if not isinstance(line, str):
            paper.print(_Visible(line, paper.has_blocks))
        elif style is None or not paper.is_terminal:
            paper.file.write(f"{visible(line)}\n")
        else:
            paper.print(words(line, style), soft_wrap=True)
    paper.file.flush()


_BLOCKS = str.maketrans("▁▂▄▆█", "_-=%#")
"""The cells of days, and what stands for them where the encoding has no blocks."""


def _has_blocks(encoding: str) -> bool:
    try:
        "▁▂▄▆█".encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def plain_lines(lines: Iterable[str | RenderableType]) -> Iterator[str]:
    """Yield the lines that `monitor.terminal.say_each` would write to a file or a pipe."""
    for line in lines:
        if isinstance(line, str):
            yield visible(line)
            continue
        sheet = StringIO()
        visible_line = _Visible(line, has_blocks=True)
        Console(file=sheet, width=UNLIMITED, color_system=None).print(visible_line)
        yield from map(str.rstrip, sheet.getvalue().split("\n")[:-1])


def prose(line: str, style: str) -> RenderableType:
    """Return a sentence that is broken between words, and keeps its indentation."""
    text = line.lstrip(" ")
    return Padding(words(text, style), (0, 0, 0, len(line) - len(text)), expand=False)


def width() -> int:
    """Return how many characters fit on a line of stdout: of a terminal's, else `UNLIMITED`."""
    return Paper().width


def words(text: str, style: str = "") -> Text:
    """Return a text for Rich to draw, on one line whatever is in it."""
    return Text(visible(text), style)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, uncut: Sequence[str] = ()
) -> RenderableType:
    """Return a table without lines, which is broken between words where it must be.

    The `uncut` columns are never broken, so that they can be copied: where a terminal is too narrow
    for them, all but the first column are put below their rows.
    """
    return Grid(columns, [list(map(visible, row)) for row in rows], uncut=uncut)


def side_by_side(
    titles: Sequence[str],
    names: Sequence[Text],
    cells: Sequence[Sequence[Sequence[Text]]],
    *,
    on_one_line: bool,
) -> Table:
    """Return a table without lines of which each cell holds several facts, one below another.

    A row `on_one_line` has them behind each other; without that only its name may be broken.
    """
    between = Text(", " if on_one_line else "\n")
    grid = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    grid.add_column(words(""), no_wrap=on_one_line)
    for title in titles:
        grid.add_column(words(title), no_wrap=True)
    for name, row in zip(names, cells, strict=True):
        grid.add_row(name, *(between.join(facts) for facts in row))
    return grid


def paragraph(lines: Mapping[str, str]) -> Table:
    """Return labelled texts below each other, each broken where the terminal ends; empty ones are
    left out.
    """
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    for label, text in lines.items():
        if text:
            grid.add_row(words(f"  {label}"), words(text))
    grid.add_row()
    return grid


@dataclass(frozen=True)
class _Visible:
    """Something Rich draws, with what is hidden in it shown: the net under those who forgot
    `words`.
    """

    renderable: RenderableType
    has_blocks: bool

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self.renderable, options, pad=False):
            yield from _without_end(Segment(self._show(each.text), each.style) for each in line)
            yield Segment.line()

    def _show(self, text: str) -> str:
        return visible(text) if self.has_blocks else visible(text).translate(_BLOCKS)


def _without_end(line: Iterable[Segment]) -> list[Segment]:
    """Return a line without the blanks that fill it up."""
    segments = list(line)
    while segments:
        last = segments.pop()
        text = last.text.rstrip(" ")
        if text:
            return [*segments, Segment(text, last.style)]
    return segments
