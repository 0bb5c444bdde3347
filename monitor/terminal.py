"""The only way anything is printed, but for the log: what `say` writes holds nothing a terminal
would obey.

Vendors' texts are in nearly everything we print. Here all of it goes through `monitor.plain`; what
is more than lines of text, or coloured, `monitor.drawing` draws.
"""

import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from io import TextIOWrapper
from itertools import chain
from types import TracebackType
from typing import Any, BinaryIO

import typer

from monitor.plain import json_text, visible

_Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]

Drawn = Any
"""Something that Rich draws, made by `monitor.drawing`."""


class _Voice:
    """What of all that might be said is wanted."""

    is_quiet = False


def is_quiet() -> bool:
    """Whether notes and progress are left out."""
    return _Voice.is_quiet


def be_quiet(quiet: bool) -> None:  # noqa: FBT001
    """Have notes and progress left out from now on, or not."""
    _Voice.is_quiet = quiet


def is_for_people(*, err: bool = False) -> bool:
    """Whether stdout, or stderr, is a terminal."""
    return (sys.stderr if err else sys.stdout).isatty()


def say(*lines: str | Drawn, style: str | None = None, err: bool = False) -> None:
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


def say_each(lines: Iterable[str | Drawn], *, style: str | None = None, err: bool = False) -> None:
    """Print each as `say` does, when it comes: all of them need never be in memory.

    Ends the command when nobody reads its stdout any more.
    """
    try:
        _print_each(lines, style, err=err)
    except BrokenPipeError as error:
        forget_output(err=err)
        if not err:
            raise typer.Exit from error


def _print_each(lines: Iterable[str | Drawn], style: str | None, *, err: bool) -> None:
    stream = sys.stderr if err else sys.stdout
    lines = iter(lines)
    for line in lines:
        if style is not None or not isinstance(line, str):
            from monitor.drawing import show

            show(chain([line], lines), style, err=err)
            return
        stream.write(f"{visible(line)}\n")
    stream.flush()


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
        from monitor.drawing import prose

        say_each((prose(line, style or "") for line in lines), err=err)
    else:
        say_each(lines, style=style, err=err)


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
