"""Vendors' words outside our vocabulary, counted.

Functions take the open connection; the store owns the transactions.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.store.records import UnknownWordRecord
from monitor.store.rows import columns, read_all
from monitor.store.tables.readings import WORD
from monitor.store.upserts import insert_into


def count_word(connection: Connection, page_id: int, word: str, now: datetime) -> None:
    """Count a word we do not know."""
    insert = insert_into(connection, WORD).values(
        page_id=page_id, word=word, first_seen_at=now, last_seen_at=now, count=1
    )
    new = {"last_seen_at": insert.excluded.last_seen_at, "count": WORD.c.count + 1}
    connection.execute(insert.on_conflict_do_update(index_elements=["page_id", "word"], set_=new))


def unknown_words(connection: Connection, page_id: int) -> list[UnknownWordRecord]:
    """Return the page's words outside our vocabulary, in order."""
    query = (
        sa.select(*columns(WORD, "word first_seen_at last_seen_at count"))
        .where(WORD.c.page_id == page_id)
        .order_by(WORD.c.word)
    )
    return read_all(connection, query, UnknownWordRecord)
