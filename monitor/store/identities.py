"""Who a page is: keeping what it is known by, and the other page that was found in its place.

Functions take the open connection; the store owns the transactions.
"""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.identity import Identity, as_json
from monitor.store import facts, pages


def know(connection: Connection, page_id: int, identity: Identity) -> None:
    """Keep what the page is known by after a reading that was its own: whatever was refused before
    is gone again.
    """
    values = {
        "external_id": identity.external_id,
        "id_platform": identity.platform,
        "hosts": sorted(identity.hosts),
        "refused": None,
    }
    pages.change(connection, page_id, values, step=1)


def refuse(connection: Connection, page_id: int, other: Identity) -> None:
    """Keep which other page was read in its place; nothing else of it is kept."""
    pages.change(connection, page_id, {"refused": as_json(other)}, step=1)


def accept(
    connection: Connection, page_id: int, *, now: datetime
) -> tuple[Identity, Identity] | None:
    """Take the refused page for the page from now on; return what it was and what it is. None =
    none was refused.

    Its history stays, and what was going on ended at the last reading. What was read of the former
    page makes no request conditional and completes no backfill of this one. A page that only
    answers from another host goes on.
    """
    page = pages.page(connection, page_id, lock=True)
    other, before = page.refused, page.identity
    if other is None:
        return None
    only_host = other.external_id in {None, before.external_id} and other.name in {
        None,
        before.name,
    }
    if only_host and other.platform in {None, before.platform}:
        other = replace(before, hosts=before.hosts | other.hosts)
    else:
        facts.leave(connection, page_id, at=page.last_success_at or now, now=now)
        pages.forget_units(connection, page_id)
        connection.execute(sa.delete(pages.VALIDATOR).where(pages.VALIDATOR.c.page_id == page_id))
        if other.platform not in {None, page.platform}:
            why = [f"accepted by the user, was {page.platform}"]
            pages.set_platform(connection, page_id, other.platform, why)
    know(connection, page_id, other)
    again = {"mark": None, "failures": 0, "parse_failures": 0, "due_at": now}
    pages.change(connection, page_id, again | {"page_name": other.name})
    return before, other
