"""Configured pages: making the stored pages those of the settings.

Functions take the open connection; the store owns the transactions.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from monitor.intervals import day_of, zone_named
from monitor.lookups import by_slug
from monitor.records.page import DEFAULT_ZONE, PageRecord
from monitor.store import pages, watched
from monitor.store.records import PageSpec
from monitor.store.tables.pages import PAGE
from monitor.store.upserts import insert_into
from monitor.store.validators import forget_validators


def sync_pages(
    connection: Connection,
    vendors: Sequence[PageSpec],
    *,
    now: datetime,
    keep_others: bool = False,
) -> None:
    """Make the pages those configured. Others are marked as removed, and keep their history, unless
    `keep_others`.

    A new address or platform is detected anew and read at once; a new zone makes every day due for
    deriving.
    """
    before = by_slug(pages.pages(connection, removed=True))
    specs = by_slug(vendors)
    new = [_new_page(spec, now) for slug, spec in specs.items() if slug not in before]
    if new:
        # A replica starting at the same moment may have added them.
        insert = insert_into(connection, PAGE).on_conflict_do_nothing(index_elements=["slug"])
        connection.execute(insert, new)
    for slug, record in before.items():
        if slug in specs:
            _reconfigure(connection, record, specs[slug], now)
        elif record.removed_at is None and not keep_others:
            pages.change(connection, record.id, {"removed_at": now}, step=1)
    watched.keep_settings(connection, vendors)


def put_in_force(
    connection: Connection,
    vendors: Sequence[PageSpec],
    digest: str,
    source: str,
    *,
    now: datetime,
) -> None:
    """Watch exactly these pages; from now on these settings are those that were applied last."""
    sync_pages(connection, vendors, now=now)
    watched.note_applied(connection, digest, source, now)


def _new_page(spec: PageSpec, now: datetime) -> dict[str, Any]:
    return {
        "slug": spec.slug,
        "name": spec.name,
        "url": spec.url,
        **_platform(spec),
        "configured_zone": spec.zone,
        "interval_seconds": spec.interval_seconds,
        "due_at": now,
        "failures": 0,
        "parse_failures": 0,
        "version": 1,
        "added_at": now,
    }


def _platform(spec: PageSpec) -> dict[str, Any]:
    evidence = ["configured"] if spec.platform else []
    return {"platform": spec.platform, "platform_evidence": evidence}


def _reconfigure(connection: Connection, record: PageRecord, spec: PageSpec, now: datetime) -> None:
    values: dict[str, Any] = {}
    if (record.name, record.url) != (spec.name, spec.url):
        values |= {"name": spec.name, "url": spec.url}
    if spec.interval_seconds != record.interval_seconds:
        soon = now + timedelta(seconds=spec.interval_seconds)
        due_at = min(record.due_at or now, soon)
        values |= {"interval_seconds": spec.interval_seconds, "due_at": due_at}
    if spec.zone != record.configured_zone:
        values |= _zone_change(connection, record, spec)
    if spec.url != record.url or spec.platform not in {None, record.platform}:
        # What was read at another address, or as another platform, proves nothing about this one.
        values |= _platform(spec)
        values |= {"mark": None, "failures": 0, "parse_failures": 0, "due_at": now}
        forget_validators(connection, record.id)
    if record.removed_at is not None:
        values |= {"removed_at": None, "due_at": now}
    if values:
        pages.change(connection, record.id, values, step=1)


def _zone_change(connection: Connection, record: PageRecord, spec: PageSpec) -> dict[str, Any]:
    """Return what changes with the page's zone: every day is another day, so all must be derived
    again.
    """
    values: dict[str, Any] = {"configured_zone": spec.zone}
    zone_name = spec.zone or record.page_zone or DEFAULT_ZONE
    if zone_name != record.zone_name:
        first = pages.first_fact(connection, record.id)
        values |= {} if first is None else {"dirty_since": day_of(first, zone_named(zone_name))}
    return values
