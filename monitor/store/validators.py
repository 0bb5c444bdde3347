"""Validators: what makes the next request for a URL conditional.

Functions take the open connection; the store owns the transactions.
"""

from collections.abc import Mapping
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.lookups import attributes
from monitor.store.records import Validator
from monitor.store.rows import columns, execute_each
from monitor.store.tables.readings import VALIDATOR
from monitor.store.upserts import upsert

_WORDS = "etag last_modified sha256"


class ValidatorLike(Protocol):
    """Anything that carries what makes a request conditional."""

    @property
    def etag(self) -> str | None: ...  # noqa: D102
    @property
    def last_modified(self) -> str | None: ...  # noqa: D102
    @property
    def sha256(self) -> str | None: ...  # noqa: D102


_SELECT = sa.select(*columns(VALIDATOR, f"url {_WORDS}"))


def validators(connection: Connection, page_id: int) -> dict[str, Validator]:
    """Return what makes the page's requests conditional, by URL."""
    rows = connection.execute(_SELECT.where(VALIDATOR.c.page_id == page_id))
    return {row.url: Validator(row.etag, row.last_modified, row.sha256) for row in rows}


def save_validators(
    connection: Connection, by_page: Mapping[int, Mapping[str, ValidatorLike]]
) -> None:
    """Keep the validators of URLs by page; those of other URLs stay. Only call it when all they
    stand for was understood and kept.
    """
    rows = []
    for page_id, by_url in by_page.items():
        for url, validator in by_url.items():
            words = attributes(validator, _WORDS.split())
            rows.append({"page_id": page_id, "url": url, **words})
    execute_each(connection, upsert(connection, VALIDATOR, "page_id url", _WORDS), rows)


def forget_validators(connection: Connection, page_id: int) -> None:
    """Make the next request for every URL of the page unconditional."""
    connection.execute(sa.delete(VALIDATOR).where(VALIDATOR.c.page_id == page_id))
