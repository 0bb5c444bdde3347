"""A page and its state as they were known at an earlier instant: the counterpart of `current`.

Functions take the open connection; the store owns the transactions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import utc
from monitor.model import Incident, Level
from monitor.records.edges import latest
from monitor.records.page import PageRecord
from monitor.records.state import CurrentState, entries_of, levels_of
from monitor.store import components, pages, poll_log
from monitor.store.fact_rows import INCIDENTS
from monitor.store.facts import NOT_ENDED
from monitor.store.tables.facts import INCIDENT, RUN

# What a silence ended was seen at the reading that it ended at; what another state ended was not.
_STATES_SEEN = (
    sa.select(RUN.c.component_id, RUN.c.level)
    .where(
        RUN.c.page_id == sa.bindparam("page"),
        RUN.c.started_at <= sa.bindparam("read_at"),
        sa.or_(
            RUN.c.ended_at.is_(None),
            RUN.c.ended_at > sa.bindparam("read_at"),
            RUN.c.last_seen_at >= sa.bindparam("read_at"),
        ),
    )
    .order_by(RUN.c.started_at, RUN.c.id)
)
_OPEN_INCIDENTS = (
    sa.select(*INCIDENTS.columns)
    .where(
        INCIDENT.c.page_id == sa.bindparam("page"),
        INCIDENT.c.recorded_at <= sa.bindparam("moment"),
        sa.or_(
            INCIDENT.c.superseded_at.is_(None),
            INCIDENT.c.superseded_at > sa.bindparam("moment"),
        ),
        NOT_ENDED,
    )
    .order_by(INCIDENT.c.started_at, INCIDENT.c.external_id)
)


_UNTIL = sa.bindparam("until", type_=RUN.c.ended_at.type)
_SEEN_AROUND = (
    sa.select(RUN.c.id)
    .where(
        RUN.c.page_id == sa.bindparam("page"),
        RUN.c.started_at <= sa.bindparam("moment"),
        sa.func.coalesce(RUN.c.last_seen_at, RUN.c.ended_at, _UNTIL) > sa.bindparam("moment"),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPage:
    """A page with what was read of it up to an instant; its other columns are those of now.

    `read_at` is the last reading. It is None where the log of polls no longer says when that was,
    though a state was seen both before and after: then `page` has it as read at the instant itself.
    """

    page: PageRecord
    read_at: datetime | None


def page_at(connection: Connection, page_id: int, moment: datetime) -> PastPage:
    """Return the page as it was at `moment`. Of polls that are no longer in the log it is not known
    whether they failed (`last_ok` None).
    """
    moment = utc(moment)
    page = pages.page(connection, page_id)
    read_at = _last_reading(connection, page_id, moment)
    poll = poll_log.last_by(connection, page_id, moment)
    if poll is None and _was_read_around(connection, page, moment):
        return PastPage(page=_with_readings(page, moment, moment, None), read_at=None)
    return PastPage(page=_with_readings(page, moment, read_at, poll), read_at=read_at)


def _last_reading(connection: Connection, page_id: int, moment: datetime) -> datetime | None:
    """Return the last reading by then. A state begins with one and was seen last by one; it may end
    a moment after one, where a single reading has seen it.
    """
    readings = [poll_log.last_read(connection, page_id, moment)]
    for column in (RUN.c.started_at, RUN.c.last_seen_at):
        query = sa.select(sa.func.max(column)).where(RUN.c.page_id == page_id, column <= moment)
        readings.append(connection.execute(query).scalar())
    return latest(readings)


def _was_read_around(connection: Connection, page: PageRecord, moment: datetime) -> bool:
    """Whether a state was seen before and after an instant, without a silence between."""
    values = {"page": page.id, "moment": moment, "until": page.observed_until}
    return connection.execute(_SEEN_AROUND, values).first() is not None


def _with_readings(
    page: PageRecord,
    moment: datetime,
    read_at: datetime | None,
    poll: poll_log.PastPoll | None,
) -> PageRecord:
    is_removed = page.removed_at is not None and page.removed_at <= moment
    return replace(
        page,
        observed_until=read_at,
        last_success_at=read_at,
        last_poll_at=None if poll is None else poll.at,
        last_ok=None if poll is None else not poll.failed,
        last_error_reason=None if poll is None else poll.reason,
        last_error_message=_words(poll),
        removed_at=page.removed_at if is_removed else None,
    )


def _words(poll: poll_log.PastPoll | None) -> str | None:
    """Return why a poll failed; the log keeps the short reason alone."""
    return None if poll is None or poll.reason is None else poll.reason.replace("_", " ")


def state_at(connection: Connection, page: PageRecord, moment: datetime) -> CurrentState:
    """Return the state that the page's last reading showed, and the incidents that were known at
    `moment` not to have ended; the page is one of `page_at`.
    """
    moment = utc(moment)
    rows = components.known_at(connection, page.id, moment)
    return CurrentState(
        levels=_levels(connection, page),
        components=tuple(each for each in entries_of(rows) if each.removed_at is None),
        excluded=frozenset(),
        open_incidents=tuple(_open_incidents(connection, page.id, moment)),
    )


def _levels(connection: Connection, page: PageRecord) -> Mapping[str, Level | None]:
    if page.observed_until is None:
        return {}
    rows = connection.execute(_STATES_SEEN, {"page": page.id, "read_at": page.observed_until})
    return levels_of(rows)


def _open_incidents(connection: Connection, page_id: int, moment: datetime) -> list[Incident]:
    rows = connection.execute(_OPEN_INCIDENTS, {"page": page_id, "moment": moment})
    return list(map(INCIDENTS.read, rows))
