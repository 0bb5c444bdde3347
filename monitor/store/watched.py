"""By which settings pages are watched, as far as the database knows.

Functions take the open connection; the store owns the transactions.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.records.watching import AppliedSettings, WatchedPage
from monitor.store.records import PageSpec
from monitor.store.rows import Row, execute_each
from monitor.store.tables.pages import PAGE
from monitor.store.tables.watching import APPLIED, WATCHED_SETTINGS
from monitor.store.upserts import upsert

_ONLY = 1
"""Id of the only row of what was applied."""

WATCHED = (
    sa.select(
        PAGE.c.slug,
        PAGE.c.name,
        PAGE.c.url,
        PAGE.c.configured_zone,
        PAGE.c.interval_seconds,
        PAGE.c.removed_at,
        WATCHED_SETTINGS.c.settings,
    )
    .outerjoin(WATCHED_SETTINGS, WATCHED_SETTINGS.c.page_id == PAGE.c.id)
    .order_by(PAGE.c.slug)
)


APPLICATION = sa.select(APPLIED.c.digest, APPLIED.c.source, APPLIED.c.applied_at)


def watched_pages(connection: Connection) -> list[WatchedPage]:
    """Return every page by slug, former ones too, with the settings it is watched by."""
    return list(map(WatchedPage._make, connection.execute(WATCHED)))


def keep_settings(connection: Connection, specs: Iterable[PageSpec]) -> None:
    """Keep the settings of these pages, which are in the database."""
    settings = {}
    for spec in specs:
        if spec.settings is not None:
            settings[spec.slug] = spec.settings
    query = sa.select(PAGE.c.slug, PAGE.c.id, WATCHED_SETTINGS.c.settings).outerjoin(
        WATCHED_SETTINGS, WATCHED_SETTINGS.c.page_id == PAGE.c.id
    )
    rows = connection.execute(query).all()
    new = list(_differing_settings(rows, settings))
    execute_each(connection, upsert(connection, WATCHED_SETTINGS, "page_id", "settings"), new)


def _differing_settings(
    rows: Iterable[Row], settings: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    for row in rows:
        if row.slug in settings and row.settings != settings[row.slug]:
            yield {"page_id": row.id, "settings": settings[row.slug]}


def applied(connection: Connection) -> AppliedSettings | None:
    """Return the settings that were last put in force as a whole; None = that is not known."""
    row = connection.execute(APPLICATION).one_or_none()
    return None if row is None else AppliedSettings._make(row)


def note_applied(connection: Connection, digest: str, source: str, now: datetime) -> None:
    """Keep that these settings are in force, as a whole, from now on."""
    statement = upsert(connection, APPLIED, "id", "digest source applied_at")
    values = {"id": _ONLY, "digest": digest, "source": source, "applied_at": now}
    connection.execute(statement, values)
