"""`monitor init`: the first settings file, of the vendors that people say they depend on."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from monitor import config as configuration
from monitor.cli import suggested_words
from monitor.cli.invocation import to_type
from monitor.cli.options import ConfigOption
from monitor.errors import ConfigError
from monitor.lookups import names_of
from monitor.picks import select
from monitor.plain import count_of, indent
from monitor.terminal import ask, note, say

commands = typer.Typer()

MOST_OFFERED = 20
"""How many vendors of the catalogue are offered for one word."""


@commands.command(short_help="Write a first monitor.yaml.")
def init(
    vendors: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="VENDOR|URL",
            help="Vendors of the catalogue, or addresses of status pages; without any, it asks.",
            autocompletion=suggested_words.pages,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a settings file that is there.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Write a settings file with the vendors that you depend on.

    At a terminal it asks for them, and looks in the catalogue for what you type. No page is asked:
    `monitor add` checks one and lets you pick components.
    """
    own_file = configuration.locate(config, os.environ)
    path = own_file or configuration.user_config_path()
    if path.exists() and not force:
        raise ConfigError(
            f"{path} is there already, and nothing was written; add to it with"
            f" {to_type('add', 'VENDOR', config=config)}, or replace it with --force"
        )
    words = vendors or _ask_for_vendors()
    text, watched = configuration.begin(path, [configuration.page_url(word) for word in words])
    is_replaced = path.exists()
    _say_plan(path, text, is_replaced=is_replaced)
    configuration.replace_text(path, text)
    say(f"{'replaced' if is_replaced else 'wrote'} {path}: {count_of(len(watched), 'vendor')}")
    _say_what_holds(is_first=own_file is None)
    say(f"next: {to_type('backfill', config=config)}")
    say(f"then: {to_type('report', config=config)}")


def _say_plan(path: Path, text: str, *, is_replaced: bool) -> None:
    kind = "which is replaced," if is_replaced else "a new file,"
    say(f"{path}, {kind} gets:", *indent(text.splitlines()))


def _say_what_holds(*, is_first: bool) -> None:
    """Say what else decides, or did until now, which vendors are watched."""
    if os.environ.get("MONITOR_VENDORS", "").strip():
        problem = "MONITOR_VENDORS says which vendors are watched, whatever the file lists"
        note(f"{problem}; unset it", kind="warning")
    elif is_first:
        count = count_of(len(configuration.default_slugs()), "vendor")
        note(f"until now the built-in list of {count} was watched; from now on only this file's")


def _ask_for_vendors() -> list[str]:
    """Ask until nothing more is named. Raises ConfigError where nobody can be asked, and where
    nothing was named at all.
    """
    if not sys.stdin.isatty():
        line = to_type("init", "anthropic", "github")
        raise ConfigError(f"name the vendors that you depend on, like {line}")
    pages: list[str] = []
    question = "Which vendors do you depend on? Names or addresses, comma between"
    while answer := ask(question).strip():
        for word in filter(None, map(str.strip, answer.split(","))):
            own_pages = _pages_meant(word)
            say(*[f"{word}: {page}" for page in own_pages])
            pages += own_pages
        question = "More? Enter to finish"
    if not pages:
        raise ConfigError("no vendor was named, and nothing was written")
    return pages


def _pages_meant(word: str) -> Sequence[str]:
    """Return the pages that a word means, asking where the catalogue has several like it."""
    try:
        return [configuration.page_url(word)]
    except ConfigError as error:
        entries = configuration.search_catalog(word)[:MOST_OFFERED]
        if not entries:
            say(str(error), style="yellow", err=True)
            return []
    names = names_of(entries)
    say(*[f"{number:>5}  {name}" for number, name in enumerate(names, 1)])
    while answer := ask(f"Which of these is {word}? Numbers or names; Enter for none").strip():
        try:
            selection = select(answer, names)
        except ConfigError as error:
            say(str(error), style="yellow", err=True)
        else:
            return [entry.url for entry in entries if entry.name in selection]
    return []
