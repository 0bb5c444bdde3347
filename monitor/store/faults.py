"""What a driver's error means: the cause it is counted under, and what to do about it.

Anything that is not in the tables here is a bug of ours and keeps its traceback.
"""

import re
import sqlite3

from monitor.errors import StoreError

REMEDIES = {
    "busy": "another process holds it: stop that one, or use PostgreSQL",
    "full": "make room on its disk; what was read meanwhile is kept as soon as there is some",
    "damaged": (
        "stop the monitor, run `monitor db check`, then `monitor db restore FILE` with your last"
        " backup"
    ),
    "gone": "put the file back, or restart the monitor: it begins a new one",
    "read_only": "give the monitor's user the right to write it, and its folder",
    "io": "look at the disk it is on: the system could not read or write the file",
    "unreachable": "check that it is running, reachable and takes our user",
    "timeout": "look at what the server is busy with; it is asked again",
    "other": "check that it is running, reachable and writable",
}

_SQLITE = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_PROTOCOL: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_CANTOPEN: "gone",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_AUTH: "read_only",
    sqlite3.SQLITE_IOERR: "io",
}
"""By primary result code: https://sqlite.org/rescode.html."""

_SQLITE_EXACTLY = {sqlite3.SQLITE_READONLY_DBMOVED: "gone"}
_PRIMARY = 0xFF
_UNKNOWN_DATABASE = re.compile('database ".*" does not exist')
"""In the words of a server that was asked for it; the driver gives them no state."""

_POSTGRES = {
    "53100": "full",
    "53300": "unreachable",
    "57014": "timeout",
    "25P03": "timeout",
    "25006": "read_only",
    "42501": "read_only",
    "3D000": "gone",
    "55P03": "busy",
    "40001": "busy",
    "40P01": "busy",
    "XX001": "damaged",
    "XX002": "damaged",
}
"""By SQLSTATE; by its class where only that matters:
https://www.postgresql.org/docs/current/errcodes-appendix.html."""

_POSTGRES_CLASSES = {
    "08": "unreachable",
    "28": "unreachable",
    "53": "full",
    "57": "unreachable",
    "58": "io",
}


def cause_of(error: BaseException) -> str | None:
    """Return why the driver raised this; None when it is no fault of the database's that we
    know.
    """
    if isinstance(error, sqlite3.Error):
        return _sqlite_cause(error)
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return _POSTGRES.get(state, _POSTGRES_CLASSES.get(state[:2]))
    if isinstance(error, TimeoutError) or type(error).__name__ in {
        "ConnectionTimeout",
        "NoAnswer",
    }:
        return "timeout"
    # A driver that never heard from the server has no state to give.
    return "unreachable" if type(error).__name__ in {"OperationalError", "InterfaceError"} else None


def _sqlite_cause(error: sqlite3.Error) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    cause = _SQLITE_EXACTLY.get(code, _SQLITE.get(code & _PRIMARY))
    if (
        cause is None
        and isinstance(error, sqlite3.OperationalError)
        and "decode to UTF-8" in str(error)
    ):
        return "damaged"
    return cause


def store_error(where: str, detail: str, cause: str) -> StoreError:
    """Return the error for people: which database, what it said, what to do."""
    is_unknown = _UNKNOWN_DATABASE.search(detail) is not None
    remedy = "make it (createdb), or correct the address" if is_unknown else REMEDIES[cause]
    return StoreError(f"database {where}: {detail}; {remedy}", cause=cause)
