"""The commands that look after the database: whether it is whole, copies of it, its size."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from monitor import config as configuration
from monitor.config import Settings
from monitor.errors import StoreError
from monitor.runtime import SOME_PAGE_FAILED, ConfigOption, DatabaseOption, now
from monitor.store import Store, upkeep
from monitor.terminal import say

database = typer.Typer(name="db", help="Look after the database.", no_args_is_help=True)

_STEP = 1024.0


def _settings(config: Path | None, url: str | None) -> Settings:
    settings = configuration.load(config, os.environ)
    return settings if url is None else replace(settings, database_url=url)


@database.command(short_help="Say whether the database is whole.")
def check(config: ConfigOption = None, database: DatabaseOption = None) -> None:
    """Check every page, index and reference of the file, and its tables. Exit code 1 when something
    is wrong.

    Of a PostgreSQL database only the tables are compared with those this version needs.
    """
    url = _settings(config, database).database_url
    found: list[str] = []
    if url.startswith("sqlite"):
        file = upkeep.require_file(url, "check")
        found = upkeep.problems(file)
        if upkeep.is_seen_by_others(file):
            say(f"other users may read {file}; chmod 600 would end that", err=True)
    if not found:
        with Store.open(url, migrate=False) as store:
            store.check_schema()
    for line in found:
        say(line, style="red", err=True)
    if found:
        say(
            "the file is damaged; stop the monitor and run `monitor db restore FILE` with your last"
            " backup",
            err=True,
        )
        raise typer.Exit(SOME_PAGE_FAILED)
    if url.startswith("sqlite"):
        say("the database is whole")
    else:
        say(
            "the tables are those this version needs; whether the database is whole,"
            f" {upkeep.SERVER['check']} says"
        )


@database.command(short_help="Copy it, also while it is used.")
def backup(
    file: Annotated[
        Path,
        typer.Argument(help="File to write; one that is there is replaced by a whole copy only."),
    ],
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write a checked copy of the SQLite file as it is at one moment. The monitor may go on
    meanwhile.
    """
    source = upkeep.require_file(_settings(config, database).database_url, "backup")
    size = upkeep.backup(source, file)
    say(f"{source} copied to {file}, {_shown(size)}, checked")


@database.command(short_help="Put a copy back.")
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `monitor db backup` has written.")],
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Put a checked copy in the SQLite file's place; stop the monitor first. What was there is kept
    beside it.
    """
    target = upkeep.require_file(_settings(config, database).database_url, "restore")
    moved = upkeep.restore(target, file, aside=f"replaced-{now():%Y%m%dT%H%M%S}")
    for path in moved:
        say(f"what was there is {path} now")
    say(
        f"{target} is {file} again; days that it lacks are read from the vendors' records by"
        " `monitor backfill`"
    )


@database.command(short_help="Give free room back.")
def vacuum(config: ConfigOption = None, database: DatabaseOption = None) -> None:
    """Write the SQLite file anew without what is free in it. Writers wait meanwhile; needs as much
    room again.
    """
    before, after = upkeep.vacuum(
        upkeep.require_file(_settings(config, database).database_url, "vacuum")
    )
    say(f"{_shown(before)} before, {_shown(after)} now")


@database.command(short_help="Say how large it is.")
def size(config: ConfigOption = None, database: DatabaseOption = None) -> None:
    """Say how large the database is; of an SQLite file also what each table takes and what a vacuum
    gives back.
    """
    url = _settings(config, database).database_url
    if not url.startswith("sqlite"):
        with Store.open(url, migrate=False) as store:
            say(f"{_shown(store.size_bytes())}; {upkeep.SERVER['size']} say more")
        return
    found = upkeep.sizes(upkeep.require_file(url, "size"))
    say(
        f"{_shown(found.file)}, {_shown(found.free)} of it free; {_shown(found.log)} of log"
        " beside it"
    )
    for table in found.tables:
        room = "" if table.bytes is None else f"{_shown(table.bytes):>12}"
        say(f"{table.name:<24}{table.rows:>12,} rows{room}")


def require_whole(url: str) -> None:
    """Check an SQLite file whose last user did not close it. Raises StoreError when it is
    damaged.
    """
    if not url.startswith("sqlite") or not Store.exists(url):
        return
    file = upkeep.require_file(url, "check")
    if not upkeep.was_cut_short(file):
        return
    found = upkeep.problems(file, thorough=False)
    if found:
        raise StoreError(
            f"database {file} is damaged: {found[0]}; run `monitor db check`, then `monitor db"
            " restore FILE` with your last backup, or move the file away to begin a new one",
            cause="damaged",
        )


def _shown(size: float) -> str:
    """Return a size for people, in binary units."""
    for unit in ("B", "KiB", "MiB"):
        if size < _STEP:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= _STEP
    return f"{size:.1f} GiB"
