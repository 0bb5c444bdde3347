"""Writes the manual page of the commands from what they say of themselves:
``python -m docs.manpage docs/man/monitor.1`` (`make man`).

click-man, which does so for Click, cannot read Typer's commands: Typer brings a Click of its own.
"""

import sys
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


def page() -> str:
    """Return the page in the man macros of roff."""
    return "\n".join(_lines(typer.main.get_command(app))) + "\n"


def _lines(command: Command) -> Iterator[str]:
    context = _context(command, "monitor", None)
    yield '.\\" Written by `make man` from the commands; do not edit.'
    yield f'.TH MONITOR 1 "" "vendorstatus {__version__}" "User Commands"'
    yield from (".SH NAME", "monitor \\- how reliable vendors have been, by their status pages")
    yield from (".SH SYNOPSIS", *_usage(command, context))
    yield from (".SH DESCRIPTION", _escaped(command.help))
    yield from (".SH OPTIONS OF EVERY COMMAND", *_parameters(command, context))
    yield ".SH COMMANDS"
    yield from _commands(command, context)
    yield from (".SH EXIT STATUS", _sentence(ENDINGS["monitor"].codes))
    yield from (".SH ENVIRONMENT", *_definitions(ENVIRONMENT))
    yield from (".SH FILES", *_definitions(FILES))
    yield from (".SH SEE ALSO", _escaped("`monitor assets DIR` writes the documentation."))


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
            yield from (".PP", _escaped(" ".join(paragraph.split())))
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
            yield from (".TP", f".B {_escaped(names)}", _escaped(" ".join(text.split())) or "\\&")


def _ending(path: str) -> Iterator[str]:
    ending = ENDINGS[path]
    yield from (".PP", "Examples:", ".nf", ".RS")
    yield from map(_escaped, ending.examples)
    yield from (".RE", ".fi", ".PP", _escaped(f"Exit status: {ending.codes}."))


def _definitions(entries: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, text in entries:
        yield from (".TP", f".B {_escaped(name)}", _escaped(text))


def _sentence(codes: str) -> str:
    return _escaped(f"{codes}, 130 interrupted.")


def _escaped(text: str) -> str:
    """Return a text as one line that roff prints as it is."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    plain = plain.replace("'", "\\(aq").replace("~", "\\(ti").replace("^", "\\(ha")
    return f"\\&{plain}" if plain.startswith((".", "\\(aq")) else plain


def main() -> int:
    """Write the page to the file that is named, or to its place."""
    match sys.argv[1:]:
        case []:
            FILE.write_text(page())
        case [name]:
            Path(name).write_text(page())
        case _:
            return BAD_USAGE
    return 0


if __name__ == "__main__":
    sys.exit(main())
