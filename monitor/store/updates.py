"""Messages of incidents, kept in every version we read, and which incidents a list held last.

The hot path is a poll that tells nothing new: one select of digests for all the incidents listed,
and no write.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import utc
from monitor.kit.html_text import plain_text
from monitor.model import IncidentUpdate, Phase, PostedState
from monitor.records.edges import FAR_FUTURE
from monitor.records.state import LEVELS
from monitor.store.changes.updates import NewUpdate, StoredUpdate
from monitor.store.records import UpdateVersion
from monitor.store.rows import Row, among, chunks, columns, level_number
from monitor.store.tables.facts import INCIDENT, LIST_ENTRY, UPDATE

LONGEST_STATUS = 200
"""In characters; the rest of a status or a state's word is cut off."""


# keeping

_PRESENT = sa.select(*columns(UPDATE, "id incident_id key digest at")).where(
    UPDATE.c.page_id == sa.bindparam("page"),
    UPDATE.c.superseded_at.is_(None),
    among(UPDATE.c.incident_id, "incidents"),
)


def present_updates(
    connection: Connection, page_id: int, incident_ids: Iterable[str]
) -> Iterator[StoredUpdate]:
    """Yield the messages of these incidents that stand now, without what they say."""
    for ids in chunks(incident_ids):
        rows = connection.execute(_PRESENT, {"page": page_id, "incidents": ids}).all()
        yield from map(StoredUpdate._make, rows)


def to_row(new: NewUpdate) -> dict[str, Any]:
    """Return a message as a row, its words as plain text."""
    update = new.update
    return {
        "incident_id": update.incident_id,
        "key": new.key,
        "at": utc(update.at),
        "status": plain_text(update.status, LONGEST_STATUS),
        "text": plain_text(update.text),
        "states": [_state_row(state) for state in update.states] or None,
        "digest": new.digest,
    }


def _state_row(state: PostedState) -> list[str | int | None]:
    word = None if state.word is None else plain_text(state.word, LONGEST_STATUS)
    return [state.component_id, level_number(state.level), word, level_number(state.before)]


# reading

_COLUMNS = columns(UPDATE, "incident_id key at status states")


def _known_then(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    end = table.c.superseded_at
    return (
        table.c.recorded_at <= sa.bindparam("known_at"),
        sa.or_(end.is_(None), end > sa.bindparam("known_at")),
    )


def _is_not_withdrawn(*known: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that an update's incident is not one that the vendor has withdrawn."""
    withdrawn = (
        INCIDENT.c.page_id == sa.bindparam("page"),
        INCIDENT.c.phase == Phase.WITHDRAWN.value,
        *known,
    )
    return UPDATE.c.incident_id.not_in(sa.select(INCIDENT.c.external_id).where(*withdrawn))


_OF_PAGE = (
    sa.select(*_COLUMNS)
    .where(
        UPDATE.c.page_id == sa.bindparam("page"),
        UPDATE.c.states.is_not(sa.null()),
        UPDATE.c.at >= sa.bindparam("since"),
    )
    .order_by(UPDATE.c.at, UPDATE.c.id)
)
_STATES_NOW = _OF_PAGE.where(
    UPDATE.c.superseded_at.is_(None), _is_not_withdrawn(INCIDENT.c.superseded_at.is_(None))
)
_STATES_THEN = _OF_PAGE.where(*_known_then(UPDATE), _is_not_withdrawn(*_known_then(INCIDENT)))


def read_states(connection: Connection, values: Mapping[str, Any]) -> Iterator[IncidentUpdate]:
    """Yield the messages that give states, oldest first and without their text; what was withdrawn
    says nothing.

    `values` are the page, since when, and the moment of knowledge if it is not now.
    """
    query = _STATES_THEN if "known_at" in values else _STATES_NOW
    for incident_id, key, at, status, states in connection.execute(query, values).all():
        yield IncidentUpdate(
            incident_id=incident_id, key=key, at=at, status=status, states=_to_states(states)
        )


def _to_states(states: Iterable[Sequence[Any]] | None) -> tuple[PostedState, ...]:
    return tuple(_to_state(*state) for state in states or ())


@lru_cache(maxsize=8_192)  # the same states are read again whenever days are derived
def _to_state(
    component_id: str,
    level: int | None,
    word: str | None,
    before: int | None,
) -> PostedState:
    return PostedState(
        component_id=component_id, level=LEVELS[level], word=word, before=LEVELS[before]
    )


def update_versions(
    connection: Connection,
    page_id: int,
    incident_id: str,
    *,
    known_at: datetime | None = None,
    edits: bool = False,
) -> list[UpdateVersion]:
    """Return the messages of an incident that stood at `known_at` (None = now), oldest first.

    `edits`: those too that were edited or taken back before; of the same time the one read first
    comes first.
    """
    versions = updates_of(connection, page_id, [incident_id], known_at=known_at, edits=edits)
    return versions.get(incident_id, [])


def updates_of(
    connection: Connection,
    page_id: int,
    incident_ids: Iterable[str],
    *,
    known_at: datetime | None = None,
    edits: bool = False,
) -> dict[str, list[UpdateVersion]]:
    """Return what `update_versions` does, of several incidents at once, by their ids; one without
    messages is not there.
    """
    moment = FAR_FUTURE if known_at is None else utc(known_at)
    end = UPDATE.c.superseded_at
    query = (
        sa.select(*_COLUMNS, UPDATE.c.text, UPDATE.c.recorded_at, end)
        .where(
            UPDATE.c.page_id == page_id,
            among(UPDATE.c.incident_id, "incidents"),
            UPDATE.c.recorded_at <= moment,
        )
        .order_by(UPDATE.c.at, UPDATE.c.id)
    )
    if not edits:
        query = query.where(sa.or_(end.is_(None), end > moment))
    versions: dict[str, list[UpdateVersion]] = defaultdict(list)
    for ids in chunks(incident_ids):
        for row in connection.execute(query, {"incidents": ids}):
            versions[row.incident_id].append(_version(row, moment))
    return versions


def _version(row: Row, moment: datetime) -> UpdateVersion:
    stands = row.superseded_at is None or row.superseded_at > moment
    return UpdateVersion(
        update=IncidentUpdate(
            incident_id=row.incident_id,
            key=row.key,
            at=row.at,
            status=row.status,
            text=row.text,
            states=_to_states(row.states),
        ),
        recorded_at=row.recorded_at,
        superseded_at=None if stands else row.superseded_at,
    )


_WITH_STATES = sa.select(UPDATE.c.id, UPDATE.c.states).where(
    UPDATE.c.page_id == sa.bindparam("page"), UPDATE.c.states.is_not(sa.null())
)
_RESTATE = sa.update(UPDATE).where(UPDATE.c.id == sa.bindparam("row_id"))


def refile(connection: Connection, page_id: int, old_id: str, new_id: str) -> None:
    """Put states posted of a component under the id it has on another platform."""
    for row in connection.execute(_WITH_STATES, {"page": page_id}).all():
        states = []
        for component_id, *rest in row.states:
            key = new_id if component_id == old_id else component_id
            states.append([key, *rest])
        if states != row.states:
            connection.execute(_RESTATE.values(states=states), {"row_id": row.id})


# what is listed

_LIST = sa.select(LIST_ENTRY.c.incident_id).where(
    LIST_ENTRY.c.page_id == sa.bindparam("page"), LIST_ENTRY.c.source == sa.bindparam("source")
)
_UNLIST = sa.delete(LIST_ENTRY).where(
    LIST_ENTRY.c.page_id == sa.bindparam("page"),
    LIST_ENTRY.c.source == sa.bindparam("of_source"),
    LIST_ENTRY.c.incident_id == sa.bindparam("incident"),
)
_ENLIST = sa.insert(LIST_ENTRY)


def replace_list(
    connection: Connection,
    page_id: int,
    source: str,
    incident_ids: Collection[str],
) -> set[str]:
    """Keep what a source's list holds now; return the ids of the incidents it held when it was read
    last, and holds no longer.
    """
    before = set(connection.execute(_LIST, {"page": page_id, "source": source}).scalars())
    former, new = before.difference(incident_ids), set(incident_ids) - before
    if former:
        unlist = [{"page": page_id, "of_source": source, "incident": key} for key in former]
        connection.execute(_UNLIST, unlist)
    if new:
        enlist = [{"page_id": page_id, "source": source, "incident_id": key} for key in new]
        connection.execute(_ENLIST, enlist)
    return former
