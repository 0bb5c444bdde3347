"""Facts: what was told, in every version, and what was observed."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from monitor.store.tables.columns import (
    CURRENT,
    CURRENT_STATES,
    EDITED,
    SUPERSEDED,
    WITHDRAWN,
    Table,
    core,
    current_only,
    double,
    instant,
    json,
    key,
    only,
    page_key,
)


class Incident(Table, table=True):
    """One version of an incident or maintenance, as the vendor published it."""

    __tablename__ = "incident"
    __table_args__ = (
        current_only("incident", "page_id", "external_id"),
        only(SUPERSEDED, "ix_incident_superseded", "page_id", "external_id"),
        only(EDITED, "ix_incident_edited_at", "superseded_at"),
        only(WITHDRAWN, "ix_incident_withdrawn_at", "recorded_at"),
    )
    id: int | None = key()
    page_id: int = page_key(index=True)
    external_id: str
    title: str
    phase: str
    status: str
    impact: str
    url: str | None = None
    maintenance: bool
    started_at: datetime = instant()
    resolved_at: datetime | None = instant(nullable=True)
    component_ids: list[str] = json()
    unlisted_at: datetime | None = instant(nullable=True)
    recorded_at: datetime = instant()
    superseded_at: datetime | None = instant(nullable=True)


class IncidentUpdate(Table, table=True):
    """One version of a message of an incident. `digest` is of what the vendor wrote, `text` and
    `states` of it are what we keep; `states` is NULL when it gives none.
    """

    __tablename__ = "incident_update"
    __table_args__ = (
        current_only("incident_update", "page_id", "incident_id", "key"),
        sa.Index(
            "ix_incident_update_states",
            "page_id",
            "at",
            sqlite_where=CURRENT_STATES,
            postgresql_where=CURRENT_STATES,
        ),
    )
    id: int | None = key()
    page_id: int = page_key(index=True)
    incident_id: str
    key: str
    at: datetime = instant()
    status: str
    text: str
    states: list[list[Any]] | None = Field(
        default=None, sa_type=sa.JSON(none_as_null=True), nullable=True
    )
    digest: str
    recorded_at: datetime = instant()
    superseded_at: datetime | None = instant(nullable=True)


class ListedIncident(Table, table=True):
    """An incident that was on a source's list when it was last read: what is compared with the next
    reading.
    """

    __tablename__ = "listed_incident"
    page_id: int = page_key(primary_key=True)
    source: str = Field(primary_key=True)
    incident_id: str = Field(primary_key=True)


class Impact(Table, table=True):
    """One component at one level over one interval. `last_read_at` is the last poll before one that
    went on was superseded: until then it was known to. NULL = it holds, has an end, or was
    superseded before this was kept.
    """

    __tablename__ = "impact"
    __table_args__ = (
        sa.Index(
            "ix_impact_current",
            "page_id",
            "incident_id",
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
    )
    id: int | None = key()
    page_id: int = page_key(index=True)
    component_id: str
    level: int | None = None
    word: str | None = None
    basis: str
    source: str
    incident_id: str | None = None
    started_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    recorded_at: datetime = instant()
    superseded_at: datetime | None = instant(nullable=True)
    last_read_at: datetime | None = instant(nullable=True)


class Bar(Table, table=True):
    """The vendor's own seconds for one component and day."""

    __tablename__ = "bar"
    __table_args__ = (current_only("bar", "page_id", "component_id", "day", "source"),)
    id: int | None = key()
    page_id: int = page_key(index=True)
    component_id: str
    day: date
    partial_seconds: int
    major_seconds: int
    incident_ids: list[str] = json()
    source: str
    recorded_at: datetime = instant()
    superseded_at: datetime | None = instant(nullable=True)


class Coverage(Table, table=True):
    """A span a source spoke for, about one component or (`WHOLE_PAGE`) all of them."""

    __tablename__ = "coverage"
    id: int | None = key()
    page_id: int = page_key(index=True)
    component_id: str
    aspect: str
    source: str
    started_at: datetime = instant()
    ended_at: datetime = instant()
    recorded_at: datetime = instant()
    superseded_at: datetime | None = instant(nullable=True)


class ReportedFigure(Table, table=True):
    """An uptime figure the vendor printed."""

    __tablename__ = "reported_uptime"
    __table_args__ = (
        current_only("reported_uptime", "page_id", "component_id", "window_days", "source"),
    )
    id: int | None = key()
    page_id: int = page_key(index=True)
    component_id: str
    window_days: int
    ratio: float = double()
    source: str
    recorded_at: datetime = instant()
    superseded_at: datetime | None = instant(nullable=True)


_OPEN_RUN = sa.text("ended_at IS NULL")


class Run(Table, table=True):
    """A polled state that held. Without an end it still held when the page was last observed.

    `last_seen_at` is the last reading that showed it; from then to the end, where another state was
    read, it is taken to have held. None = not ended, or ended before this was kept.
    """

    __tablename__ = "observed_run"
    __table_args__ = (
        sa.Index(
            "uq_observed_run_open",
            "page_id",
            "component_id",
            unique=True,
            sqlite_where=_OPEN_RUN,
            postgresql_where=_OPEN_RUN,
        ),
    )
    id: int | None = key()
    page_id: int = page_key(index=True)
    component_id: str
    level: int | None = None
    word: str | None = None
    started_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    last_seen_at: datetime | None = instant(nullable=True)


INCIDENT = core(Incident)
UPDATE = core(IncidentUpdate)
LIST_ENTRY = core(ListedIncident)
IMPACT = core(Impact)
BAR = core(Bar)
COVERAGE = core(Coverage)
FIGURE = core(ReportedFigure)
RUN = core(Run)
