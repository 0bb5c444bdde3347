"""A page's whole history: how much it is, under which slug it stands, and an end of it.

Functions take the open connection; the store owns the transactions.
"""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.store.pages import change, first_fact
from monitor.store.tables.facts import INCIDENT
from monitor.store.tables.pages import COMPONENT, PAGE
from monitor.store.tables.readings import PIN, POLL


class HistorySize(NamedTuple):
    """How much is stored of a page. `first_at` is the earliest instant that anything spoke for;
    None = nothing did. `answers` are those kept for good.
    """

    first_at: datetime | None
    components: int
    incidents: int
    polls: int
    answers: int


def history_size(connection: Connection, page_id: int) -> HistorySize:
    """Return how much is stored of a page."""

    def count(table: sa.Table, *which: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(table)
        return int(connection.execute(query.where(table.c.page_id == page_id, *which)).scalar_one())

    polls = sa.select(sa.func.sum(sa.func.coalesce(POLL.c.polls, 1)))
    return HistorySize(
        first_at=first_fact(connection, page_id),
        components=count(COMPONENT),
        incidents=count(INCIDENT, INCIDENT.c.superseded_at.is_(None)),
        polls=int(connection.execute(polls.where(POLL.c.page_id == page_id)).scalar() or 0),
        answers=count(PIN),
    )


def rename_page(connection: Connection, page_id: int, slug: str) -> None:
    """Give a page another slug, which no other page has."""
    change(connection, page_id, {"slug": slug}, step=1)


def delete_page(connection: Connection, page_id: int) -> None:
    """Delete a page and all that is stored of it. Bodies that no other page has are pruned later,
    as any that are old.
    """
    connection.execute(sa.delete(PAGE).where(PAGE.c.id == page_id))
