"""Who a page is: keeping what it is known by, and the other page that was found in its place.

Functions take the open connection; the store owns the transactions.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from monitor.identity import Identity, as_json
from monitor.records.page import PageRecord
from monitor.store import pages
from monitor.store.saving import close_platform
from monitor.store.units import forget_units
from monitor.store.validators import forget_validators


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

    The history stays, and what was going on ended at the last reading. The former page's
    validators and completed backfills are dropped, and the page is due at once. A page that only
    answers from another host goes on.
    """
    page = pages.page(connection, page_id, lock=True)
    other, before = page.refused, page.identity
    if other is None:
        return None
    if _is_same_elsewhere(page, other):
        other = replace(before, hosts=before.hosts | other.hosts)
    else:
        close_platform(connection, page_id, at=page.last_success_at or now, now=now)
        forget_units(connection, page_id)
        forget_validators(connection, page_id)
        if other.platform not in {None, page.platform}:
            why = [f"accepted by the user, was {page.platform}"]
            pages.set_platform(connection, page_id, other.platform, why)
    know(connection, page_id, other)
    again = {"mark": None, "failures": 0, "parse_failures": 0, "due_at": now}
    pages.change(connection, page_id, again | {"page_name": other.name})
    return before, other


def _is_same_elsewhere(page: PageRecord, other: Identity) -> bool:
    """Whether it is the same page as far as it says, and only answers from another host."""
    return (
        other.external_id in {None, page.external_id}
        and other.name in {None, page.page_name}
        and other.platform in {None, page.platform}
    )
