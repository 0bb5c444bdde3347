"""A table of texts without lines, laid out for the width that there is."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

GAP = 2
"""Blanks between columns."""

INDENT = 1
"""Blanks before the first column."""


class Grid:
    """A table of texts that are fit to be shown. A word is broken only where the first column alone
    is too wide for it: where there is no room beside each other, the last columns go below.
    """

    def __init__(
        self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, uncut: Sequence[str] = ()
    ) -> None:
        self._columns = columns
        self._rows = rows
        self._uncut = {at for at, column in enumerate(columns) if column in uncut}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the header and the rows, as wide as the options say."""
        room = options.max_width
        beside = self._beside(room)
        below = [at for at in range(len(self._columns)) if at not in beside]
        if not below:
            yield self._part(beside, self._rows, room, header=True)
            return
        yield self._part(beside, [], room, header=True)
        for row in self._rows:
            yield self._part(beside, [row], room)
            for at in below:
                label = "" if at in self._uncut else f"{self._columns[at]}: "
                yield Padding(Text(label + row[at]), (0, 0, 0, INDENT + GAP), expand=False)

    def _beside(self, room: int) -> list[int]:
        """Return the columns that stand side by side; those for which there is no room go below."""
        columns = list(range(len(self._columns)))
        if self._least(columns) > room:
            columns = [at for at in columns if at == 0 or at not in self._uncut]
        while self._least(columns) > room and len(columns) > 1:
            columns.pop()
        return columns

    def _least(self, columns: Sequence[int]) -> int:
        """Return the width in which these columns can stand side by side with no word broken."""
        return INDENT + sum(self._longest_word(at) + GAP for at in columns) - GAP

    def _texts(self, at: int) -> list[str]:
        return [self._columns[at], *(row[at] for row in self._rows)]

    def _longest_word(self, at: int) -> int:
        texts = self._texts(at)
        if at in self._uncut:
            return max(map(cell_len, texts))
        return max(map(_word_width, texts))

    def _part(
        self,
        columns: Sequence[int],
        rows: Sequence[Sequence[str]],
        room: int,
        *,
        header: bool = False,
    ) -> Table:
        """Return some of the columns of some of the rows, in the widths they have in all rows."""
        part = Table(box=None, header_style="dim", show_header=header, pad_edge=False, padding=0)
        widths = self._widths(columns, room)
        for place, at in enumerate(columns):
            indent = INDENT if place == 0 else GAP
            part.add_column(
                Text(f"{' ' * indent}{self._columns[at]}"),
                overflow="fold",
                width=indent + widths[at],
            )
        for row in rows:
            cells = []
            for place, at in enumerate(columns):
                indent = INDENT if place == 0 else GAP
                cells.append(Padding(Text(row[at]), (0, 0, 0, indent)))
            part.add_row(*cells)
        return part

    def _widths(self, columns: Sequence[int], room: int) -> dict[int, int]:
        """Return the columns' widths: as wide as their texts, then no wider than their longest
        words, at last as there is room.
        """
        widths, least = {}, {}
        for at in columns:
            widths[at] = max(map(cell_len, self._texts(at)))
            least[at] = self._longest_word(at)
        room -= INDENT + GAP * (len(columns) - 1)
        for smallest in (least, dict.fromkeys(columns, 1)):
            while sum(widths.values()) > room:
                wide = [at for at in columns if widths[at] > smallest[at]]
                if not wide:
                    break
                widths[max(wide, key=widths.__getitem__)] -= 1
        return widths


def _word_width(text: str) -> int:
    """Return how wide the longest word of a text is."""
    return max(map(cell_len, text.split(" ")))
