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
from io import TextIOWrapper
from types import TracebackType
from typing import BinaryIO

import typer
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from monitor.plain import json_text, visible

_out = Console(markup=False, emoji=False, highlight=False)
_err = Console(markup=False, emoji=False, highlight=False, stderr=True)


def say(*lines: str | RenderableType, style: str | None = None, err: bool = False) -> None:
    """Print each text on a line of its own to stdout, or to stderr; no text can make two lines of
    it.

    Anything else is something Rich draws, made of `words`.
    """
    say_each(lines, style=style, err=err)


def say_each(
    lines: Iterable[str | RenderableType], *, style: str | None = None, err: bool = False
) -> None:
    """Print each as `say` does, when it comes: all of them need never be in memory."""
    console = _err if err else _out
    for line in lines:
        if not isinstance(line, str):
            console.print(_Visible(line))
        elif style is None or not console.is_terminal:
            console.file.write(f"{visible(line)}\n")
        else:
            console.print(words(line, style), soft_wrap=True)
    console.file.flush()


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


def width() -> int:
    """Return how many characters fit on a line of the terminal."""
    return _out.width


def words(text: str, style: str = "") -> Text:
    """Return a text for Rich to draw, on one line whatever is in it."""
    return Text(visible(text), style)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, uncut: Sequence[str] = ()
) -> Table:
    """Return a table without lines. The `uncut` columns are never broken, so that they can be
    copied.
    """
    grid = Table(box=None, header_style="dim")
    for column in columns:
        grid.add_column(words(column), overflow="fold", no_wrap=column in uncut)
    for row in rows:
        grid.add_row(*map(words, row))
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

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self.renderable, options):
            if segment.control:
                yield segment
            else:
                text = "\n".join(map(visible, segment.text.split("\n")))
                yield Segment(text, segment.style)


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
    with Progress(*columns, console=_err) as bars:
        task = bars.add_task("", total=total, done="")
        yield lambda text: bars.update(task, advance=1, done=visible(text))


def bars() -> Progress:
    """Return bars on stderr, each with its fields `page` and `what`."""
    return Progress(SpinnerColumn(), _field("page"), BarColumn(), _field("what"), console=_err)


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
        # Whoever reads has enough (`| head`); what is still held back must not fail once more at
        # the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from error


def protect_output() -> None:
    """Make printing safe on any terminal: what its encoding lacks is escaped, and so is all of a
    bug's traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.excepthook = _show_bug
    logging.captureWarnings(capture=True)  # libraries warn of what they read, and quote it


def _show_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback; the message in it may quote what a vendor wrote."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    lines = "".join(traceback.format_exception(kind, error, trace)).rstrip("\n").split("\n")
    with suppress(OSError):
        say(*lines, err=True)
