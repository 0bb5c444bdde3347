"""Copying a whole database into another, of any kind, while the source is used.

The source is read in one transaction, and so as it was at one moment. What the target has and the
source has not, or has otherwise, is deleted first; then what is missing is added. No row is ever
added beside one that it could not stand beside. Each piece is one transaction: a copy that is
broken off goes on where it was, by comparing. At the end all of the target is read again. Until
then it carries the mark of `copy_mark`, and nothing else opens it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from monitor.errors import StoreError
from monitor.lookups import names_of
from monitor.plain import join_names
from monitor.store import addresses, copy_mark, engine, schema, upkeep
from monitor.store.copy_rows import (
    CHUNK_ROWS,
    Chunk,
    ChunkRows,
    chunks,
    count,
    delete,
    insert,
    overwrite,
    read,
    set_sequences,
    tables,
)
from monitor.store.servers import servers
from monitor.store.tables.pages import PAGE
from monitor.watching import is_alive


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table after its copy: rows and checksum on both sides. The checksum is of the values, not
    of how a database keeps them.
    """

    name: str
    rows: int
    checksum: str
    target_rows: int
    target_checksum: str

    @property
    def is_equal(self) -> bool:
        """Whether both sides hold the same."""
        return (self.rows, self.checksum) == (self.target_rows, self.target_checksum)


Progress = Callable[[int, int, str], None]
"""Called after each step, with how many are done, how many there are, and the table's name."""


def copy(
    source: str,
    target: str,
    *,
    now: datetime,
    replace: bool = False,
    size: int = CHUNK_ROWS,
    progress: Progress = lambda *_: None,
) -> list[CopiedTable]:
    """Make the target hold what the source holds, and return what both hold, table by table.

    The target is empty or an unfinished copy; `replace` also takes a finished one, or any database
    of ours that nobody serves `now` and that has no later poll than the source. It stays marked as
    unfinished where a table differs. Raises StoreError.
    """
    with ExitStack() as stack:
        origin = stack.enter_context(_open(source))
        schema.ensure_schema(origin, migrate=False)
        database = stack.enter_context(_open(target))
        mark, is_fresh = _mark(origin, database, now, replace=replace)
        with engine.store_errors(origin), engine.reading(origin).connect() as connection:
            _lift_limits(connection)
            work = _Work(connection, database, mark, progress)
            with engine.reading(database).connect() as beside:
                work.plan = list(chunks(connection, beside, size))
            work.is_fresh = is_fresh
            work.run()
        tables_copied = work.compare()
        if all(table.is_equal for table in tables_copied):
            _finish(database, mark)
        return tables_copied


@contextmanager
def _open(url: str) -> Iterator[Engine]:
    database = engine.connect(url)
    try:
        yield database
    finally:
        database.dispose()


def _lift_limits(connection: Connection) -> None:
    """Let the source wait while the target writes, as long as that takes."""
    engine.lift_limits(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))


# whether the target may be written


def _mark(source: Engine, target: Engine, now: datetime, *, replace: bool) -> tuple[str, bool]:
    """Mark the target as an unfinished copy; return the mark, and whether the target is empty.
    Raises StoreError when it is not to be written.
    """
    where, head = addresses.display(target.url), schema.revisions()[-1]
    _require_free(source, target, where)
    version = _version(target, where)
    if copy_mark.is_mark(version):
        _require_revision(version or "", head, where)
        is_fresh = False
    else:
        is_fresh = version is None or not _has_pages(target)
        if not is_fresh and not replace:
            raise StoreError(
                f"{where} holds a history already; name an empty database, or add --replace to"
                " make it equal to the source"
            )
        schema.ensure_schema(target, migrate=True)
        if not is_fresh:
            _require_unserved(target, now, where)
            _require_earlier(source, target, where)
        version = head
    mark = copy_mark.new_mark(head)
    _set_version(target, version or head, mark)
    _require_another(source, target, mark, version or head)
    return mark, is_fresh


def _require_free(source: Engine, target: Engine, where: str) -> None:
    """Raise StoreError when a target that is a file is the source, or in use."""
    file, origin = addresses.file_of(target.url), addresses.file_of(source.url)
    if file is None:
        return
    if origin is not None and file.exists() and file.samefile(origin):
        raise _same(where)
    upkeep.require_unused(file)


def _same(where: str) -> StoreError:
    return StoreError(f"{where} is the source itself; name another database")


def _version(target: Engine, where: str) -> str | None:
    with engine.store_errors(target), engine.reading(target).connect() as connection:
        version = schema.revision(connection)
        strangers = set() if version else set(sa.inspect(connection).get_table_names())
    names = sorted(strangers.intersection(names_of(tables())))
    if names:
        raise StoreError(
            f"{where} has a table {names[0]} of another program; name an empty database"
        )
    return version


def _require_revision(mark: str, head: str, where: str) -> None:
    if copy_mark.marked_revision(mark) != head:
        raise StoreError(
            f"{where} is an unfinished copy of another version of vendorstatus; remove it, or empty"
            " that database, and begin anew"
        )


def _has_pages(database: Engine) -> bool:
    with engine.store_errors(database), engine.reading(database).connect() as connection:
        return connection.execute(sa.select(PAGE.c.id).limit(1)).first() is not None


def _require_unserved(target: Engine, now: datetime, where: str) -> None:
    """Raise StoreError while a monitor serves the target."""
    with engine.store_errors(target), engine.reading(target).connect() as connection:
        alive = [each.name for each in servers(connection) if is_alive(each.seen_at, now)]
    if alive:
        raise StoreError(f"{where} is served by {join_names(alive)}; stop the monitor first")


def _require_earlier(source: Engine, target: Engine, where: str) -> None:
    """Raise StoreError when the target was polled into after the source: replacing it would lose
    that.
    """
    latest = []
    for database in (source, target):
        with engine.store_errors(database), engine.reading(database).connect() as connection:
            latest.append(connection.execute(sa.select(sa.func.max(PAGE.c.last_poll_at))).scalar())
    ours, theirs = latest
    if theirs is not None and (ours is None or theirs > ours):
        raise StoreError(
            f"{where} has polls up to {theirs:%Y-%m-%d %H:%M:%S} UTC, later than all of the"
            " source; --replace would lose them. Copy the other way, or empty it first"
        )


def _set_version(target: Engine, before: str, after: str) -> None:
    with engine.store_errors(target), target.begin() as connection:
        copy_mark.set_version(connection, before, after)


def _require_another(source: Engine, target: Engine, mark: str, before: str) -> None:
    """Raise StoreError, and take the mark away, when both addresses lead to one database."""
    with engine.store_errors(source), engine.reading(source).connect() as connection:
        is_same = schema.revision(connection) == mark
    if is_same:
        _set_version(target, mark, before)
        raise _same(addresses.display(target.url))


def _finish(target: Engine, mark: str) -> None:
    with engine.store_errors(target), target.begin() as connection:
        set_sequences(connection)
        copy_mark.set_version(connection, mark, copy_mark.marked_revision(mark))


# the copy


@dataclass(slots=True)
class _Work:
    """One run. `digests` is what the source holds, for each piece of the plan."""

    source: Connection
    target: Engine
    mark: str
    progress: Progress
    plan: list[Chunk] = field(default_factory=list)
    is_fresh: bool = False
    digests: dict[Chunk, str] = field(default_factory=dict)
    counts: dict[Chunk, int] = field(default_factory=dict)
    steps: int = 0

    def run(self) -> None:
        """Bring every piece of the target to what the source has."""
        unequal = self.plan
        if not self.is_fresh:
            unequal = [chunk for chunk in self.plan if self._clear(chunk)]
            self.steps = len(self.plan) - len(unequal) + len(self.plan)
        for chunk in unequal:
            self._fill(chunk)

    def _clear(self, chunk: Chunk) -> bool:
        """Delete what the source does not have like this; return whether the piece differed.

        A page whose slug is the same stays: what belongs to it would go with it.
        """
        ours = self._read_source(chunk)
        with self._writing() as connection:
            theirs = read(connection, chunk)
            is_unequal = theirs.digest != self.digests[chunk]
            if is_unequal:
                unlike = theirs.unlike(ours)
                keys = [key for key in unlike if not _is_page(chunk, key, ours, theirs)]
                delete(connection, chunk.table, keys)
        self._step(chunk)
        return is_unequal

    def _fill(self, chunk: Chunk) -> None:
        """Add what the target lacks."""
        ours = self._read_source(chunk)
        with self._writing() as connection:
            theirs = read(connection, chunk)
            new, others = [], []
            for key in ours.unlike(theirs):
                if key in theirs.rows:
                    others.append(key)
                else:
                    new.append(ours.rows[key])
            insert(connection, chunk.table, new)
            for key in others:
                overwrite(connection, chunk.table, key, ours.rows[key])
        self._step(chunk)

    def _read_source(self, chunk: Chunk) -> ChunkRows:
        rows = read(self.source, chunk)
        self.digests[chunk], self.counts[chunk] = rows.digest, len(rows.rows)
        return rows

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Give a transaction of the target, which is still ours."""
        with engine.store_errors(self.target), self.target.begin() as connection:
            copy_mark.set_version(connection, self.mark, self.mark)
            try:
                yield connection
            except (sa.exc.DataError, sa.exc.IntegrityError) as error:
                raise StoreError(
                    f"{addresses.display(self.target.url)} does not take a row:"
                    f" {str(error.orig).strip()}; run `monitor db check` on the source"
                ) from error

    def _step(self, chunk: Chunk) -> None:
        self.steps += 1
        passes = 2 if self.is_fresh else 3
        self.progress(self.steps, passes * len(self.plan), chunk.table.name)

    # what came of it

    def compare(self) -> list[CopiedTable]:
        """Read all of the target again, and return what both sides hold."""
        pieces: dict[str, list[Chunk]] = defaultdict(list)
        for chunk in self.plan:
            pieces[chunk.table.name].append(chunk)
        with engine.store_errors(self.target), engine.reading(self.target).connect() as connection:
            return [self._compare(connection, table, pieces[table.name]) for table in tables()]

    def _compare(self, connection: Connection, table: sa.Table, pieces: list[Chunk]) -> CopiedTable:
        ours, theirs = hashlib.sha256(), hashlib.sha256()
        rows = 0
        for chunk in pieces:
            ours.update(self.digests[chunk].encode())
            theirs.update(read(connection, chunk).digest.encode())
            rows += self.counts[chunk]
            self._step(chunk)
        return CopiedTable(
            name=table.name,
            rows=rows,
            checksum=ours.hexdigest(),
            target_rows=count(connection, table),
            target_checksum=theirs.hexdigest(),
        )


def _is_page(chunk: Chunk, key: tuple[int, ...], ours: ChunkRows, theirs: ChunkRows) -> bool:
    """Whether a row is a page that the source has under the same key and slug."""
    return chunk.table is PAGE and key in ours.rows and ours.rows[key].slug == theirs.rows[key].slug
