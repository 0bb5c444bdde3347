"""Databases and small evidence for the tests of the store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
import sqlalchemy as sa

from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Coverage,
    Evidence,
    Gap,
    Impact,
    Incident,
    Level,
    Observation,
    PageInfo,
    Phase,
    ReportedUptime,
)
from monitor.store import PageRecord, PageSpec, PollRecord, Store
from monitor.store.engine import connect
from monitor.store.poll_log import instants
from monitor.store.tables.readings import POLL

POSTGRES = "VENDORSTATUS_TEST_POSTGRES"
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)]
NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
GAP_SECONDS = 900.0


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Give the URL of an empty database; on PostgreSQL a schema of its own."""
    if kind == "sqlite":
        yield "sqlite://"
        return
    base = os.environ.get(POSTGRES)
    if not base:
        pytest.skip(f"{POSTGRES} is not set to the URL of a PostgreSQL database")
    schema = f"test_{uuid4().hex}"
    admin = connect(base)
    with admin.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    try:
        yield f"{base}{'&' if '?' in base else '?'}options={quote(f'-csearch_path={schema}')}"
    finally:
        with admin.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


def add_page(store: Store, slug: str = "acme", *, now: datetime = NOW, **changes) -> PageRecord:
    """Configure one page and return it."""
    values = {"slug": slug, "name": slug.title(), "url": f"https://{slug}.example/"} | changes
    store.sync_pages([PageSpec(**values)], now=now)
    return store.pages([slug])[0]


def evidence(read_at: datetime = NOW, **parts) -> Evidence:
    return Evidence(**({"source": "acme.summary", "read_at": read_at} | parts))


def observed(read_at: datetime, **levels: Level | None) -> Evidence:
    seen = tuple(Observation(component_id=key, level=level) for key, level in levels.items())
    return evidence(read_at, observed=seen)


def save(store: Store, page: PageRecord, said: Evidence, *, now: datetime | None = None):
    return store.save(page.id, said, now=now or said.read_at, max_gap_seconds=GAP_SECONDS)


def component(key: str = "api", name: str = "API", **changes) -> Component:
    return Component(**({"id": key, "name": name} | changes))


def incident(key: str = "i1", **changes) -> Incident:
    values = {
        "id": key, "title": "API errors", "phase": Phase.OPEN, "status": "investigating", "impact": "major",
        "started_at": NOW - HOUR, "component_ids": ("api",),
    }  # fmt: skip
    return Incident(**(values | changes))


def impact(start: datetime, end: datetime | None = None, **changes) -> Impact:
    values = {
        "component_id": "api", "level": Level.PARTIAL_OUTAGE, "start": start, "end": end,
        "basis": Basis.TRANSITION, "source": "acme.summary", "incident_id": "i1",
    }  # fmt: skip
    return Impact(**(values | changes))


def polls_of(store: Store, page: PageRecord) -> list[tuple[str, datetime]]:
    """Return what each poll of the page came to, and when it began, in their order in time."""
    with store._read() as connection:
        rows = connection.execute(sa.select(POLL).where(POLL.c.page_id == page.id)).all()
    return sorted(
        ((row.outcome, at) for row in rows for at in instants(row.started_at, row.later)),
        key=lambda e: e[1],
    )


def poll(page: PageRecord, at: datetime, outcome: str = "unchanged", **changes) -> PollRecord:
    values = {
        "page_id": page.id, "started_at": at, "duration_ms": 120, "outcome": outcome,
        "due_at": at + 5 * MINUTE, "max_gap_seconds": GAP_SECONDS, "requests": 1,
    }  # fmt: skip
    return PollRecord(**(values | changes))


def full_evidence() -> Evidence:
    """Return evidence with something of every kind in it."""
    span = Interval(NOW - 2 * DAY, NOW)
    return evidence(
        page=PageInfo(name="Acme", zone="Europe/Berlin"),
        components=(
            component(),
            component("web", "Web", has_bars=True, start_date=date(2026, 1, 1)),
        ),
        incidents=(
            incident(),
            incident("i2", phase=Phase.CLOSED, resolved_at=NOW, url="https://acme.example/i2"),
        ),
        impacts=(
            impact(NOW - HOUR),
            impact(
                NOW - DAY,
                NOW - DAY + HOUR,
                level=None,
                basis=Basis.INFERRED,
                word="major",
                incident_id="i2",
            ),
        ),
        bars=(
            Bar(
                component_id="web",
                day=date(2026, 5, 21),
                partial_seconds=60,
                incident_ids=("i2",),
                source="s",
            ),
        ),
        coverage=(
            Coverage(span=span, aspect=Aspect.IMPACTS, complete=True),
            Coverage(span=span, aspect=Aspect.BARS, component_id="web", complete=True),
        ),
        observed=(
            Observation(component_id="api", level=Level.MAJOR_OUTAGE),
            Observation(component_id="web", level=None, word="odd"),
        ),
        reported=(ReportedUptime(component_id=None, window_days=90, ratio=0.99),),
        gaps=(Gap(what="2026-04", reason="timeout", message="too slow"),),
        chunk="history 2026-05",
        cursor="etag-of-feed",
    )


def open_claims(store, page, **asked):
    return store.facts(page.id, **asked).open_claims


def rows(store: Store, table: str) -> int:
    """Return how many rows a table has."""
    with store._read() as connection:
        return connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
