"""The mark of a database that is an unfinished copy: it stands in the place of the schema's
revision.

Whatever opens a database looks at that first, earlier versions too, and so none takes half of a
history for a whole one. The end of the mark is anew with every run of a copy: of two at once, the
first sees that it is no longer its turn.
"""

from secrets import token_hex

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.errors import StoreError

_WORD = "copying"
_VERSION = sa.table("alembic_version", sa.column("version_num"))


def new_mark(revision: str) -> str:
    """Return a mark that nobody has; the copy has this revision of the schema."""
    return f"{_WORD}-{revision}-{token_hex(6)}"


def is_mark(version: str | None) -> bool:
    """Whether this is no revision but the mark of an unfinished copy."""
    return version is not None and version.startswith(f"{_WORD}-")


def marked_revision(mark: str) -> str:
    """Return the revision of the schema that a marked copy has."""
    return mark.split("-")[1]


def refusal(where: str) -> StoreError:
    """Return the error for whoever wants to use an unfinished copy."""
    return StoreError(
        f"{where} is an unfinished copy; run the same `monitor db copy` again to finish it"
    )


def set_version(connection: Connection, before: str, after: str) -> None:
    """Put one revision or mark in the other's place. Raises StoreError when `before` is not there:
    another copy to the same place has begun.

    Setting a mark to itself is how a transaction makes sure that it is still its turn.
    """
    change = sa.update(_VERSION).where(_VERSION.c.version_num == before)
    if connection.execute(change.values(version_num=after)).rowcount != 1:
        raise StoreError("another copy to the same place has begun; leave it to that one")
