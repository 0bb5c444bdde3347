"""Writes the manual page of the commands from what they say of themselves:
``python -m docs.manpage docs/man/monitor.1`` (`make man`).

click-man, which does so for Click, cannot read Typer's commands: Typer brings a Click of its own.
"""

import re
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from monitor import __version__
from monitor.cli import app
from monitor.cli.examples import ENDINGS
from monitor.running import BAD_USAGE

Command = Context = Any
"""Typer brings its own Click, and exports no types of it."""

FILE = Path(__file__).parent / "man" / "monitor.1"

LINE = 76
"""How many bytes of text a line of roff has at most; what is escaped at its beginning is beside."""

_DAY = re.compile(r'^\.TH MONITOR 1 "([^"]*)"', re.MULTILINE)
_ENDS_A_SENTENCE = (".", "?", "!", ".)")

FILES = (
    ("./monitor.yaml", "The settings; else monitor.yaml in the user's configuration folder."),
    ("vendorstatus.db", "The history, in the user's data folder where the settings name no other."),
)
ENVIRONMENT = (
    ("MONITOR_CONFIG", "The settings file."),
    ("MONITOR_DATABASE_URL", "The database; it goes before the settings."),
    ("MONITOR_VENDORS", "What is watched, where there is no settings file."),
    ("MONITOR_LISTEN", "Where `monitor serve` listens, as HOST:PORT."),
    ("MONITOR_TOKEN", "The token by which `monitor status --url` asks."),
)


def page(day: str) -> str:
    """Return the page in the man macros of roff, as of a day such as 2026-05-22."""
    return "\n".join(_lines(typer.main.get_command(app), day)) + "\n"


def renewed(before: str, today: str) -> str:
    """Return the page, of today; of the day that it had before where nothing else changes."""
    found = _DAY.search(before)
    same = page(today if found is None else found[1])
    return same if same == before else page(today)


def _lines(command: Command, day: str) -> Iterator[str]:
    context = _context(command, "monitor", None)
    yield '.\\" Written by `make man` from the commands; do not edit.'
    yield f'.TH MONITOR 1 "{day}" "vendorstatus {__version__}" "User Commands"'
    yield from (".SH NAME", "monitor \\- how reliable vendors have been, by their status pages")
    yield from (".SH SYNOPSIS", *_usage(command, context))
    yield from (".SH DESCRIPTION", *_filled(command.help))
    yield from (".SH OPTIONS OF EVERY COMMAND", *_parameters(command, context))
    yield ".SH COMMANDS"
    yield from _commands(command, context)
    yield from (".SH EXIT STATUS", *_filled(f"{ENDINGS['monitor'].codes}, 130 interrupted."))
    yield from (".SH ENVIRONMENT", *_definitions(ENVIRONMENT))
    yield from (".SH FILES", *_definitions(FILES))
    yield from (".SH SEE ALSO", *_filled("`monitor assets DIR` writes the documentation."))


def _commands(group: Command, context: Context) -> Iterator[str]:
    for name, command in group.commands.items():
        if command.hidden:
            continue
        path = f"{context.info_name} {name}"
        inner = _context(command, path, context)
        if hasattr(command, "commands"):
            yield from _commands(command, inner)
            continue
        yield f'.SS "{_escaped(path)}"'
        yield from _usage(command, inner)
        for paragraph in command.help.split("\n\n"):
            yield from (".PP", *_filled(paragraph))
        yield from _parameters(command, inner)
        yield from _ending(path)


def _context(command: Command, path: str, parent: Context) -> Context:
    settings = command.context_settings
    return command.context_class(command, info_name=path, parent=parent, **settings)


def _usage(command: Command, context: Context) -> Iterator[str]:
    words = " ".join(command.collect_usage_pieces(context))
    yield from (f".B {_escaped(context.info_name)}", _escaped(words))


def _parameters(command: Command, context: Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        is_told_once = parameter.name == "help" and context.parent is not None
        if record is not None and not is_told_once:
            names, text = record
            yield from (".TP", f".B {_escaped(names)}", *(_filled(text) or ["\\&"]))


def _ending(path: str) -> Iterator[str]:
    ending = ENDINGS[path]
    yield from (".PP", "Examples:", ".nf", ".RS")
    yield from map(_escaped, ending.examples)
    yield from (".RE", ".fi", ".PP", *_filled(f"Exit status: {ending.codes}."))


def _definitions(entries: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, text in entries:
        yield from (".TP", f".B {_escaped(name)}", *_filled(text))


def _filled(text: str) -> list[str]:
    """Return a text as lines, each as long as a line of roff should be, that are filled anew where
    the page is read.
    """
    plain = _escaped(" ".join(text.split()))
    lines = textwrap.wrap(plain, LINE, break_long_words=False, break_on_hyphens=False)
    return [_opened(_held(line)) for line in lines[:-1]] + [_opened(line) for line in lines[-1:]]


def _held(line: str) -> str:
    """Return a line that others follow; roff puts two spaces behind a sentence that ends one."""
    return f"{line}\\&" if line.endswith(_ENDS_A_SENTENCE) else line


def _escaped(text: str) -> str:
    """Return a text as one line that roff prints as it is."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    return _opened(plain.replace("'", "\\(aq").replace("~", "\\(ti").replace("^", "\\(ha"))


def _opened(line: str) -> str:
    """Return a line that roff would take for a request as one that it prints."""
    return f"\\&{line}" if line.startswith((".", "\\(aq")) else line


def main() -> int:
    """Write the page to the file that is named, or to its place."""
    match sys.argv[1:]:
        case []:
            file = FILE
        case [name]:
            file = Path(name)
        case _:
            return BAD_USAGE
    before = file.read_text() if file.is_file() else ""
    file.write_text(renewed(before, time.strftime("%Y-%m-%d", time.gmtime())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
