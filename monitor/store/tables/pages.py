"""Pages and their components."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from monitor.store.tables.columns import (
    Table,
    big,
    core,
    instant,
    json,
    key,
    maybe_json,
    page_key,
)


class Page(Table, table=True):
    """A monitored page, what it says of itself, and the state of its schedule.

    `external_id` and `page_name` were told on `id_platform`; `hosts` are those its answers came
    from. `refused` is the other page that was last read in its place, as `monitor.identity.as_json`
    writes it; null once it was read again.
    """

    __tablename__ = "page"
    id: int | None = key()
    slug: str = Field(unique=True)
    name: str
    url: str
    platform: str | None = None
    platform_evidence: list[str] = json()
    configured_zone: str | None = None
    page_zone: str | None = None
    external_id: str | None = None
    page_name: str | None = None
    remark: str | None = None
    mark: str | None = None
    interval_seconds: int
    due_at: datetime | None = instant(nullable=True, index=True)
    lease_until: datetime | None = instant(nullable=True)
    failures: int = 0
    parse_failures: int = 0
    last_poll_at: datetime | None = instant(nullable=True)
    last_success_at: datetime | None = instant(nullable=True)
    last_ok: bool | None = None
    last_error_reason: str | None = None
    last_error_message: str | None = None
    observed_until: datetime | None = instant(nullable=True)
    reread_day: date | None = None
    derived_day: date | None = None
    derived_at: datetime | None = instant(nullable=True)
    dirty_since: date | None = None
    version: int = big()
    added_at: datetime = instant()
    removed_at: datetime | None = instant(nullable=True)
    id_platform: str | None = None
    hosts: list[str] | None = maybe_json()
    refused: dict[str, Any] | None = maybe_json()


class Component(Table, table=True):
    """A vendor's part; the slug, given at first sight, never changes. `platform` is the one that
    listed it last.
    """

    __tablename__ = "component"
    __table_args__ = (
        sa.UniqueConstraint("page_id", "external_id"),
        sa.UniqueConstraint("page_id", "slug"),
    )
    id: int | None = key()
    page_id: int = page_key()
    external_id: str
    slug: str
    name: str
    group_name: str | None = None
    region: str | None = None
    position: int
    start_date: date | None = None
    has_bars: bool
    excluded: bool
    first_seen_at: datetime = instant()
    removed_at: datetime | None = instant(nullable=True)
    platform: str | None = None


PAGE = core(Page)
COMPONENT = core(Component)
