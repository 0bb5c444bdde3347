"""The only way anything is printed, but for the log: what `say` writes holds nothing a terminal
would obey.

Vendors' texts are in nearly everything we print. Here all of it goes through `monitor.plain`, and
Rich's markup, emoji codes and highlighting are off: `[beta] API` is a name, and `[/a]` in an
address is no mistake of ours.
"""

import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from io import StringIO, TextIOWrapper
from types import TracebackType
from typing import BinaryIO

import typer
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from monitor.grid import Grid
from monitor.plain import json_text, visible

_Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]

UNLIMITED = 100_000
"""The columns of a file or a pipe: whoever reads it there breaks lines himself, or does not."""


class _Paper(Console):
    """A stream that text goes to: where it is a terminal, as wide as that, and with its colours."""

    def __init__(self, *, err: bool = False) -> None:
        stream = sys.stderr if err else sys.stdout
        super().__init__(
            markup=False,
            emoji=False,
            highlight=False,
            stderr=err,
            width=None if stream.isatty() else UNLIMITED,
            color_system=None if _is_plain() else "auto",
        )

    @property
    def has_blocks(self) -> bool:
        """Whether its encoding has the blocks that cells of days are made of."""
        return _has_blocks(getattr(self.file, "encoding", None) or "utf-8")

    def on_broken_pipe(self) -> None:
        """Leave it to `say_each` what then happens."""
        raise  # noqa: PLE0704


def _is_plain() -> bool:
    """Whether the user, or the terminal, wants no codes at all (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") in {"dumb", "unknown"}


class _Voice:
    """What of all that might be said is wanted."""

    is_quiet = False


def be_quiet(quiet: bool) -> None:  # noqa: FBT001
    """Have notes and progress left out from now on, or not."""
    _Voice.is_quiet = quiet


def is_for_people(*, err: bool = False) -> bool:
    """Whether stdout, or stderr, is a terminal."""
    return (sys.stderr if err else sys.stdout).isatty()


def say(*lines: str | RenderableType, style: str | None = None, err: bool = False) -> None:
    """Print each text on a line of its own to stdout, or to stderr; no text can make two lines of
    it.

    Anything else is something Rich draws, made of `words`.
    """
    say_each(lines, style=style, err=err)


def note(text: str, *, kind: str = "note") -> None:
    """Print what is good to know beside an answer to stderr, unless we are to be quiet."""
    if not _Voice.is_quiet:
        tell(f"{kind}: {text}", style="yellow", err=True)


def aside(text: str) -> None:
    """Print what goes on meanwhile to stderr, unless we are to be quiet."""
    if not _Voice.is_quiet:
        tell(text, err=True)


def say_each(
    lines: Iterable[str | RenderableType], *, style: str | None = None, err: bool = False
) -> None:
    """Print each as `say` does, when it comes: all of them need never be in memory.

    Ends the command when nobody reads its stdout any more.
    """
    try:
        _print_each(lines, style, _Paper(err=err))
    except BrokenPipeError as error:
        forget_output(err=err)
        if not err:
            raise typer.Exit from error


def _print_each(lines: Iterable[str | RenderableType], style: str | None, paper: _Paper) -> None:
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
    """Yield the lines that `say_each` would write to a file or a pipe."""
    for line in lines:
        if isinstance(line, str):
            yield visible(line)
            continue
        sheet = StringIO()
        visible_line = _Visible(line, has_blocks=True)
        Console(file=sheet, width=UNLIMITED, color_system=None).print(visible_line)
        yield from map(str.rstrip, sheet.getvalue().split("\n")[:-1])


def say_json(value: object) -> None:
    """Print JSON in which hidden characters are escaped; it says the same to a program."""
    say(*json_text(value, indent=2).split("\n"))


def hand_over() -> None:
    """Write what is printed and still held back, as far as somebody takes it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()


def ask(question: str) -> str:
    """Return what a person answers; "" for Enter alone."""
    return str(typer.prompt(visible(question), default="", show_default=False))


def tell(*lines: str, style: str | None = None, err: bool = False) -> None:
    """Print sentences as `say` does; a terminal breaks them between words, and keeps their
    indentation.
    """
    tell_each(lines, style=style, err=err)


def tell_each(lines: Iterable[str], *, style: str | None = None, err: bool = False) -> None:
    """Print each as `tell` does, when it comes."""
    if is_for_people(err=err):
        say_each((_prose(line, style or "") for line in lines), err=err)
    else:
        say_each(lines, style=style, err=err)


def _prose(line: str, style: str) -> RenderableType:
    text = line.lstrip(" ")
    return Padding(words(text, style), (0, 0, 0, len(line) - len(text)), expand=False)


def width() -> int:
    """Return how many characters fit on a line of stdout: of a terminal's, else `UNLIMITED`."""
    return _Paper().width


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


# bars


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar on stderr; yield what moves it by one and says what was done."""
    columns = (
        TextColumn(what, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        _field("done"),
    )
    with _progress(*columns) as bars:
        task = bars.add_task("", total=total, done="")
        yield lambda text: bars.update(task, advance=1, done=visible(text))


def bars() -> Progress:
    """Return bars on stderr, each with its fields `page` and `what`."""
    spinner = SpinnerColumn("dots" if _Paper(err=True).has_blocks else "line")
    return _progress(spinner, _field("page"), BarColumn(), _field("what"))


def _progress(*columns: ProgressColumn) -> Progress:
    """Return bars that are shown only to who looks on while they move."""
    is_seen = is_for_people(err=True) and not _is_plain() and not _Voice.is_quiet
    return Progress(*columns, console=_Paper(err=True), disable=not is_seen)


def _field(name: str) -> TextColumn:
    return TextColumn(f"{{task.fields[{name}]}}", markup=False)


# stdout


@contextmanager
def binary_stdout() -> Iterator[BinaryIO]:
    """Yield stdout for bytes, of formats that are for programs. Ends the command when nobody reads
    any more.
    """
    try:
        yield sys.stdout.buffer
        sys.stdout.flush()
    except BrokenPipeError as error:
        forget_output()
        raise typer.Exit from error


def forget_output(*, err: bool = False) -> None:
    """Throw away what is still to be printed: whoever reads has enough (`| head`), and what is held
    back must not fail once more at the end.
    """
    stream = sys.stderr if err else sys.stdout
    with suppress(OSError, ValueError):  # a stream of a test has no number
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def protect_output() -> None:
    """Make printing safe on any terminal: what its encoding lacks is escaped, and so is all of a
    bug's traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not isinstance(sys.excepthook, partial):
        sys.excepthook = partial(_show_bug, sys.excepthook)
    logging.captureWarnings(capture=True)  # libraries warn of what they read, and quote it


def _show_bug(
    before: _Hook,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Print a traceback; the message in it may quote what a vendor wrote."""
    if issubclass(kind, KeyboardInterrupt):
        before(kind, error, trace)
        return
    lines = "".join(traceback.format_exception(kind, error, trace)).rstrip("\n").split("\n")
    with suppress(OSError):
        say(*lines, err=True)
