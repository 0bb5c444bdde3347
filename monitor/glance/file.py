"""The file of an SQLite database, opened for one look at the state of its pages."""

import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from monitor.glance import statements
from monitor.records.edges import FAR_FUTURE
from monitor.records.page import PageRecord, page_record
from monitor.records.state import (
    CurrentState,
    IncidentRow,
    component_row,
    current_state,
    incident_of,
    levels_of,
)
from monitor.records.watching import AppliedSettings, ServerRecord, WatchedPage

_PLAIN = re.compile(r"sqlite:///([A-Za-z0-9_./ -]+)")
"""Addresses without a character that may be, or have to be, written otherwise."""

_BUSY_SECONDS = 0.2
"""How long another process's hold is waited for; the store waits longer."""


class NoGlance(Exception):
    """The database is not read in passing: it is for the store, which says what is wrong with it if
    anything is.
    """


class Glance:
    """The state of a database in one transaction; its methods are those of the store."""

    def __init__(self, connection: sqlite3.Connection, address: str) -> None:
        self.address = address
        self._connection = connection

    def watched_pages(self) -> list[WatchedPage]:
        """Return every page by slug, former ones too, with the settings it is watched by."""
        rows = statements.WATCHED_PAGES.rows(self._connection)
        return [WatchedPage._make(row.values()) for row in rows]

    def applied(self) -> AppliedSettings | None:
        """Return the settings that were last put in force as a whole; None = that is not known."""
        rows = statements.APPLIED.rows(self._connection)
        return next((AppliedSettings(**row) for row in rows), None)

    def servers(self) -> list[ServerRecord]:
        """Return the servers that did not end, or not as they should, longest running first."""
        return [ServerRecord(**row) for row in statements.SERVERS.rows(self._connection)]

    def pages(
        self, slugs: Collection[str] | None = None, *, removed: bool = False
    ) -> list[PageRecord]:
        """Return the pages by slug, only those of `slugs` if given, with `removed` also former
        ones.
        """
        pages = []
        for row in statements.PAGES.rows(self._connection):
            is_wanted = slugs is None or row["slug"] in slugs
            if is_wanted and (removed or row["removed_at"] is None):
                pages.append(page_record(row))
        return pages

    def current(self, page_id: int) -> CurrentState:
        """Return the page's state at its last success."""
        page = {"page": page_id}
        components = statements.COMPONENTS.rows(self._connection, page)
        levels = statements.LEVELS.rows(self._connection, page)
        incidents = statements.OPEN_INCIDENTS.rows(self._connection, page)
        return current_state(
            [component_row(tuple(row.values()), FAR_FUTURE) for row in components],
            levels_of(row.values() for row in levels),
            [incident_of(IncidentRow(**row)) for row in incidents],
        )


@contextmanager
def glance(url: str) -> Iterator[Glance]:
    """Look into the file of a database, as of one moment; nothing is written.

    Raises NoGlance, also inside the block, unless it is an SQLite file that can be read at
    once and has the tables of this version.
    """
    file = sqlite_file(url)
    if file is None:
        raise NoGlance(url)
    try:
        with closing(_connect(file)) as connection:
            revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            if revisions != [(statements.REVISION,)]:
                raise NoGlance(url)
            yield Glance(connection, url)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise NoGlance(url) from error


def sqlite_file(url: str) -> Path | None:
    """Return the file that a plain address of an SQLite database names, a path and no more; None of
    any other address, which only the store can tell.
    """
    match = _PLAIN.fullmatch(url)
    return Path(match[1]).absolute() if match else None


def _connect(file: Path) -> sqlite3.Connection:
    # For writing, although nothing is: as the last to leave it has to tidy up the log like any
    # other, and after a crash it may be the first that comes.
    connection = sqlite3.connect(
        f"{file.as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )
    connection.execute("PRAGMA query_only=ON")
    connection.execute("BEGIN")
    return connection
