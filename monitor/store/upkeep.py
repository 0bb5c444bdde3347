"""Looking after an SQLite file: is it whole, copy it while it is used, put a copy back, give room
back, its size.

A PostgreSQL database has tools of its own for all of that, which `SERVER` names.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import StoreError
from monitor.store import addresses, copy_mark, schema
from monitor.store.faults import cause_of, store_error

SERVER = {
    "check": "pg_amcheck --all --heapallindexed",
    "backup": "pg_dump --format=custom --file=FILE DATABASE",
    "restore": "pg_restore --clean --if-exists --dbname=DATABASE FILE",
    "vacuum": "VACUUM (ANALYZE), which autovacuum does by itself",
    "size": "\\l+ and \\dt+ in psql",
}
WAIT_SECONDS = 5.0
NO_DATABASE = "file is not a database"
"""What SQLite says of a file that does not begin as its own do."""
_PROBLEMS = 20
_OTHERS = 0o077
_BESIDE = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table with its indexes: rows, and bytes where SQLite can count them."""

    name: str
    rows: int
    bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much room a database takes, in bytes. `free` is what a vacuum would give back, `log` the
    write-ahead log.
    """

    file: int
    free: int
    log: int
    tables: tuple[TableSize, ...]


def require_file(url: str, work: str) -> Path:
    """Return the SQLite file of this URL. Raises StoreError, naming the server's own tool, for
    anything else.
    """
    address = addresses.parse(url)
    file = addresses.file_of(address)
    if file is not None:
        return file
    if address.get_backend_name() == "postgresql":
        raise StoreError(
            f"this is for SQLite files; for {addresses.display(url)} use {SERVER[work]}"
        )
    raise StoreError(f"{addresses.display(url)} has no file")


@contextmanager
def open_file(file: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a file that is there, for reading unless `write`; what SQLite says of it is raised as
    StoreError.
    """
    if not file.is_file():
        raise store_error(str(file), "there is no such file", "gone")
    try:
        with closing(
            sqlite3.connect(
                f"{file.absolute().as_uri()}?mode=rw",
                uri=True,
                isolation_level=None,
                timeout=WAIT_SECONDS,
            )
        ) as connection:
            if not write:
                connection.execute("PRAGMA query_only=ON")
            yield connection
    except UnicodeDecodeError as error:  # SQLite's own messages quote names in the file
        raise store_error(str(file), f"what it holds cannot be read: {error}", "damaged") from error
    except sqlite3.Error as error:
        cause = cause_of(error)
        if cause is None:
            raise
        raise store_error(str(file), str(error), cause) from error


def problems(file: Path, *, thorough: bool = True) -> list[str]:
    """Return what is wrong inside an SQLite file, in SQLite's words, none when it is whole.

    `thorough` also compares the indexes with their tables, which takes several times as long.
    Raises StoreError when the file cannot be read for another reason than that it is damaged.
    """
    check = "integrity_check" if thorough else "quick_check"
    try:
        with open_file(file) as connection:
            answers = [str(row[0]) for row in connection.execute(f"PRAGMA {check}({_PROBLEMS})")]
            if answers == ["ok"]:
                answers = _strangers(connection) if thorough else []
            return "\n".join(answers).splitlines()
    except StoreError as error:
        if error.cause != "damaged":
            raise
        return [str(error.__cause__)]


def _strangers(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("PRAGMA foreign_key_check").fetchmany(_PROBLEMS)
    return [f"row {row[1]} of {row[0]} belongs to no row of {row[2]}" for row in rows]


def was_cut_short(file: Path) -> bool:
    """Whether the last process that had the file open did not close it, or one has it open now: its
    log is there.
    """
    try:
        return file.with_name(f"{file.name}-wal").stat().st_size > 0
    except OSError:
        return False


def is_seen_by_others(file: Path) -> bool:
    """Whether other users than the file's owner may read it."""
    return bool(file.stat().st_mode & _OTHERS)


def backup(file: Path, target: Path) -> int:
    """Copy the database while it is used, as it is at one moment; return the copy's size in bytes.

    The copy takes its place only when it is whole. Raises StoreError; what was at `target` is then
    as it was.
    """
    if target.is_dir():
        raise StoreError(f"{target} is a folder; name a file")
    if target.exists() and file.exists() and target.samefile(file):
        raise StoreError(f"{target} is the database itself; name another file")
    part = _checked_copy(file, target)
    part.replace(target)
    return target.stat().st_size


def _checked_copy(file: Path, target: Path) -> Path:
    """Return a checked copy beside `target`, for nobody's eyes but ours."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(
            f"cannot write {target}: {error.strerror}; choose a writable place"
        ) from error
    try:
        with open_file(file) as source, open_file(part, write=True) as copy:
            source.backup(copy)  # all pages in one step: of one moment, whoever writes meanwhile
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        _require_whole(part, file)
        _sync(part)
    except BaseException:
        for end in ("", *_BESIDE):
            part.with_name(f"{part.name}{end}").unlink(missing_ok=True)
        raise
    return part


def _require_whole(copy: Path, file: Path) -> None:
    wrong = problems(copy)
    if wrong:
        raise store_error(str(file), f"its copy is not whole: {wrong[0]}", "damaged")


def _sync(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


def restore(file: Path, source: Path, *, aside: str) -> list[Path]:
    """Put a copy in the database's place; return where the files that were there are now, named
    with `aside`.

    Raises StoreError, and leaves all as it was, when the copy is damaged, is none of ours or of a
    newer version, or when some process has the database open.
    """
    if not source.is_file():
        raise StoreError(f"no file {source}; name one that `monitor db backup` has written")
    if not file.parent.is_dir():
        raise StoreError(
            f"no folder {file.parent.absolute()} to restore to; make it (mkdir -p) first"
        )
    with open_file(source) as connection:
        revision = revision_of(connection)
    if revision is None:
        raise StoreError(
            f"{source} is not a database of ours; name a file that `monitor db backup` has written"
        )
    if copy_mark.is_mark(revision):
        raise copy_mark.refusal(str(source))
    if revision not in schema.revisions():
        raise StoreError(
            f"{source} has schema {revision}, newer than {schema.revisions()[-1]}; upgrade"
            " vendorstatus"
        )
    require_unused(file)
    part = _checked_copy(source, file)
    old_files = []
    for end in ("", *_BESIDE):
        old = file.with_name(f"{file.name}{end}")
        if old.exists():
            old_files.append(old.rename(file.with_name(f"{file.name}.{aside}{end}")))
    part.replace(file)
    return old_files


def revision_of(connection: sqlite3.Connection) -> str | None:
    """Return the schema revision of a file; None when it is no database of ours."""
    if not connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    ).fetchone():
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def require_unused(file: Path) -> None:
    """Raise StoreError when some process has the database open. One that is damaged cannot be
    asked.
    """
    if not file.exists():
        return
    try:
        with open_file(file, write=True) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except StoreError as error:
        if error.cause != "busy":
            return
        raise StoreError(f"{file} is in use; stop the monitor first", cause="busy") from error


def vacuum(file: Path) -> tuple[int, int]:
    """Write the file anew without the room that is free in it; return its size before and after, in
    bytes.

    Needs as much free space as the file takes. Raises StoreError; the file is then as it was.
    """
    before, free = file.stat().st_size if file.is_file() else 0, shutil.disk_usage(file.parent).free
    if before > free:
        raise store_error(str(file), f"a vacuum needs {before} bytes, {free} are free", "full")
    with open_file(file, write=True) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, file.stat().st_size


def sizes(file: Path) -> Sizes:
    """Return how much room the database takes, its tables largest first."""
    with open_file(file) as connection:
        (page,) = connection.execute("PRAGMA page_size").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        tables = []
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            if not name.startswith("sqlite_"):
                tables.append(_table(connection, name))
    log = file.with_name(f"{file.name}-wal")
    return Sizes(
        file=file.stat().st_size,
        free=page * free,
        log=log.stat().st_size if log.exists() else 0,
        tables=tuple(
            sorted(tables, key=lambda table: (-(table.bytes or 0), -table.rows, table.name))
        ),
    )


def _table(connection: sqlite3.Connection, name: str) -> TableSize:
    count = f'SELECT count(*) FROM "{name}"'  # noqa: S608 - a name of the schema
    (rows,) = connection.execute(count).fetchone()
    query = (
        "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE"
        " tbl_name = ?)"
    )
    try:
        (size,) = connection.execute(query, (name,)).fetchone()
    except sqlite3.OperationalError:  # not every SQLite can count
        size = None
    return TableSize(name, rows, size)
