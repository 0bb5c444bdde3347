"""`monitor db copy`: the whole database into another, of any kind."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer

from monitor.cli.options import ConfigOption, DatabaseOption
from monitor.config import read_database
from monitor.errors import ConfigError
from monitor.own_settings import load_settings
from monitor.plain import count_of
from monitor.progress import counting
from monitor.running import SOME_PAGE_FAILED, end_interrupted
from monitor.store import addresses, copies, places
from monitor.terminal import say
from monitor.wall_clock import now

_CHECKSUM_SHOWN = 12


def copy(
    to: Annotated[
        str, typer.Option("--to", help="Database to fill, a path or URL; empty or not there yet.")
    ],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Make a database that holds something equal to this one."),
    ] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Copy all of the database into another, SQLite or PostgreSQL, as it is at one moment. The
    monitor may go on meanwhile.

    A copy that broke off is finished by the same command; until then no command takes it. Each
    table is read again at the end and compared: exit code 1 when one differs.
    """
    source = load_settings(config, database).database_url
    target = read_database(to, "--to")
    places.require(source)
    for url, use in ((source, "copied"), (target, "copied to")):
        _require_lasting(url, use)
    _require_folder(target)
    try:
        with _bar() as progress:
            tables = copies.copy(source, target, now=now(), replace=replace, progress=progress)
    except KeyboardInterrupt:
        end_interrupted("interrupted; the same command finishes the copy")
    for table in tables:
        _say_table(table)
    where = addresses.display(target)
    if not all(table.is_equal for table in tables):
        say(f"{where} is not equal and stays unfinished; run the same command again", err=True)
        raise typer.Exit(SOME_PAGE_FAILED)
    rows = count_of(sum(table.rows for table in tables), "row", ",")
    say(f"{addresses.display(source)} copied to {where}: {rows}, read again and equal")


def _say_table(table: copies.CopiedTable) -> None:
    checksum = table.checksum[:_CHECKSUM_SHOWN]
    rows = f"{table.name:<24}{table.rows:>12,} {'row ' if table.rows == 1 else 'rows'}"
    if table.is_equal:
        say(f"{rows}  {checksum}")
    else:
        other = (
            f"{count_of(table.target_rows, 'row', ',')} {table.target_checksum[:_CHECKSUM_SHOWN]}"
        )
        say(
            f"{rows}  {checksum}  DIFFERS: the copy has {other}",
            style="red",
        )


def _require_lasting(url: str, use: str) -> None:
    """Raise ConfigError for a database in memory."""
    address = addresses.parse(url)
    if address.get_backend_name() == "sqlite" and addresses.file_of(address) is None:
        raise ConfigError(f"a database in memory cannot be {use}; name a file or a server")


def _require_folder(url: str) -> None:
    """Raise ConfigError when the file would be made in a folder that is not there."""
    file = places.missing_file(url)
    if file is not None and not file.parent.is_dir():
        raise ConfigError(
            f"no folder {file.parent} to copy to; make it (mkdir -p), or name another place"
        )


@contextmanager
def _bar() -> Iterator[copies.Progress]:
    """Yield what shows the steps of a copy, of which nobody knows the number before the first."""
    with ExitStack() as stack:
        steps = 0
        move = None

        def progress(done: int, total: int, table: str) -> None:
            nonlocal steps, move
            if move is None:
                move = stack.enter_context(counting("copying", total))
            for _ in range(done - steps):
                move(table)
            steps = done

        yield progress
