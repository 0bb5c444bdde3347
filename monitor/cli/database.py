"""`monitor db`: whether the database is whole, copies of it, its size."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.copying import copy
from monitor.cli.options import ConfigOption, DatabaseOption
from monitor.cli.rows import Facts, Plain, PlainOption, Shape, ShapeOption, print_facts, utc
from monitor.errors import StoreError
from monitor.own_settings import load_settings
from monitor.running import SOME_PAGE_FAILED
from monitor.store import Store, addresses, places, upkeep
from monitor.terminal import say, say_json
from monitor.wall_clock import now

commands = typer.Typer(name="db", help="Look after the database.", no_args_is_help=True)
commands.command(short_help="Copy it into another, SQLite or PostgreSQL.")(copy)

_STEP = 1024.0


@commands.command(short_help="Say where the database is.")
def path(
    form: PlainOption = Plain.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Print where the database is, whether or not it is there: the file's path, or the server's
    address without its password. Nothing is made.

    JSON says more: kind, whether it exists, revision of its schema, size, and the last poll that is
    kept.
    """
    url = load_settings(config, database).database_url
    if form is Plain.TABLE:
        file = addresses.file_of(addresses.parse(url))
        say(addresses.display(url) if file is None else str(file.absolute()))
        return
    there = places.place(url)
    say_json(
        {
            "url": there.address,
            "path": None if there.file is None else str(there.file),
            "kind": there.kind,
            "exists": there.exists,
            "revision": there.revision,
            "size_bytes": there.size_bytes,
            "last_write": utc(there.last_write),
        }
    )


@commands.command(short_help="Say whether the database is whole.")
def check(
    form: PlainOption = Plain.TABLE, config: ConfigOption = None, database: DatabaseOption = None
) -> None:
    """Check every page, index and reference of the file, and its tables. Exit code 1 when something
    is wrong.

    Of a PostgreSQL database only the tables are compared with those this version needs.
    """
    url = _require_database(config, database)
    is_file = url.startswith("sqlite")
    if is_file:
        _check_file(upkeep.require_file(url, "check"), form)
    with Store.open(url, migrate=False) as store:
        store.check_schema()
    if form is Plain.JSON:
        say_json(_check_facts(url, [], is_whole=True if is_file else None))
    elif is_file:
        say("the database is whole")
    else:
        say(
            "the tables are those this version needs; whether the database is whole,"
            f" {upkeep.SERVER['check']} says"
        )


def _check_facts(url: str, problems: Sequence[str], *, is_whole: bool | None) -> Facts:
    """Return what a check came to; a server's database says itself whether it is whole."""
    return {"database": addresses.display(url), "whole": is_whole, "problems": list(problems)}


def _check_file(file: Path, form: Plain) -> None:
    """End the command, after saying why, when an SQLite file is damaged."""
    problems = upkeep.problems(file)
    if upkeep.is_seen_by_others(file):
        say(f"other users may read {file}; chmod 600 would end that", err=True)
    if problems and form is Plain.JSON:
        say_json(_check_facts(f"sqlite:///{file}", problems, is_whole=False))
    for problem in problems:
        say(problem, style="red", err=True)
    if problems:
        say(
            f"{_what_is_wrong(file, problems)} stop the monitor and run `monitor db restore FILE`"
            " with your last backup",
            err=True,
        )
        raise typer.Exit(SOME_PAGE_FAILED)


def _what_is_wrong(file: Path, problems: list[str]) -> str:
    """Return what the problems come to: a file that SQLite does not know as one may be another."""
    if problems == [upkeep.NO_DATABASE]:
        return f"{file} is damaged, or was never a database: correct the path, or"
    return "the file is damaged;"


@commands.command(short_help="Copy the file, also while it is in use.")
def backup(
    file: Annotated[
        Path,
        typer.Argument(
            help="File to write; one that is there is replaced by a whole copy only.",
        ),
    ],
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write a checked copy of the SQLite file as it is at one moment. The monitor may go on
    meanwhile.
    """
    source = _require_finished(_require_database(config, database), "backup")
    size = upkeep.backup(source, file)
    say(f"{source} copied to {file}, {_readable(size)}, checked")


@commands.command(short_help="Put a copy back.")
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `monitor db backup` has written.")],
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Put a checked copy in the SQLite file's place; stop the monitor first. What was there is kept
    beside it.
    """
    target = upkeep.require_file(load_settings(config, database).database_url, "restore")
    for path in upkeep.restore(target, file, aside=f"replaced-{now():%Y%m%dT%H%M%S}"):
        say(f"what was there is {path} now")
    say(
        f"{target} is {file} again; days that it lacks are read from the vendors' records by"
        " `monitor backfill`"
    )


@commands.command(short_help="Give free disk space back.")
def vacuum(config: ConfigOption = None, database: DatabaseOption = None) -> None:
    """Write the SQLite file anew without what is free in it. Writers wait meanwhile; needs as much
    room again.
    """
    before, after = upkeep.vacuum(_require_finished(_require_database(config, database), "vacuum"))
    say(f"{_readable(before)} before, {_readable(after)} now")


@commands.command(short_help="Say how large the database is.")
def size(
    form: ShapeOption = Shape.TABLE, config: ConfigOption = None, database: DatabaseOption = None
) -> None:
    """Say how large the database is; of an SQLite file also what each table takes and what a vacuum
    gives back.
    """
    url = _require_database(config, database)
    if not url.startswith("sqlite"):
        with Store.open(url, migrate=False) as store:
            count = store.size_bytes()
        if form is Shape.TABLE:
            say(f"{_readable(count)}; {upkeep.SERVER['size']} say more")
        else:
            _print_size({"size_bytes": count, "free_bytes": None, "log_bytes": None}, [], form)
        return
    sizes = upkeep.sizes(_require_finished(url, "size"))
    if form is not Shape.TABLE:
        whole = {
            "size_bytes": sizes.file,
            "free_bytes": sizes.free,
            "log_bytes": sizes.log,
        }
        tables = [
            {"table": each.name, "rows": each.rows, "bytes": each.bytes} for each in sizes.tables
        ]
        _print_size(whole, tables, form)
        return
    say(
        f"{_readable(sizes.file)}, {_readable(sizes.free)} of it free; {_readable(sizes.log)} of"
        " log beside it"
    )
    for table in sizes.tables:
        room = "" if table.bytes is None else f"{_readable(table.bytes):>12}"
        say(f"{table.name:<24}{table.rows:>12,} {'row ' if table.rows == 1 else 'rows'}{room}")


def _print_size(whole: Facts, tables: Sequence[Facts], form: Shape) -> None:
    """Print sizes in bytes; what is no JSON has a row for each table."""
    if form is Shape.JSON:
        say_json({**whole, "tables": list(tables)})
    else:
        print_facts(tables, form)


def require_whole(url: str) -> None:
    """Check an SQLite file whose last user did not close it. Raises StoreError when it is
    damaged.
    """
    if not url.startswith("sqlite") or not Store.exists(url):
        return
    file = upkeep.require_file(url, "check")
    if not upkeep.was_cut_short(file):
        return
    problems = upkeep.problems(file, thorough=False)
    if problems:
        raise StoreError(
            f"database {file} is damaged: {problems[0]}; run `monitor db check`, then `monitor db"
            " restore FILE` with your last backup, or move the file away to begin a new one",
            cause="damaged",
        )


def _require_database(config: Path | None, database: str | None) -> str:
    """Return the URL of the database. Raises StoreError where there is none."""
    url = load_settings(config, database).database_url
    places.require(url)
    return url


def _require_finished(url: str, work: str) -> Path:
    """Return the SQLite file of this URL. Raises StoreError for an unfinished copy, and, naming the
    server's own tool, for anything else.
    """
    file = upkeep.require_file(url, work)
    places.require_finished(url)
    return file


def _readable(size: float) -> str:
    """Return a size for people, in binary units."""
    for unit in ("B", "KiB", "MiB"):
        if size < _STEP:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= _STEP
    return f"{size:.1f} GiB"
