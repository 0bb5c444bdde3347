"""How an incident was told: its messages, kept in every version we read, and which incidents a list
held last.

The hot path is a poll that tells nothing new: one select of digests for all the incidents listed,
and no write.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import utc
from monitor.kit.html_text import plain_text
from monitor.model import IncidentUpdate, Level, Phase, PostedState
from monitor.store import tables
from monitor.store.records import UpdateVersion

INCIDENT = tables.core(tables.Incident)
UPDATE = tables.core(tables.IncidentUpdate)
LISTED = tables.core(tables.ListedIncident)

LONGEST_KEY = 200
LONGEST_STATUS = 200

_LEVELS: dict[int | None, Level | None] = {None: None, **{level.value: level for level in Level}}
_AT_ONCE = 1_000
"""How many values one IN list holds; every database takes that many."""


# keeping

_KNOWN = sa.select(
    UPDATE.c.id, UPDATE.c.incident_id, UPDATE.c.key, UPDATE.c.digest, UPDATE.c.at
).where(
    UPDATE.c.page_id == sa.bindparam("page"),
    UPDATE.c.superseded_at.is_(None),
    UPDATE.c.incident_id.in_(sa.bindparam("incidents", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Differences:
    """New rows, the ids of those that hold no longer, and the times of both, as far as they may
    tell of states.
    """

    fresh: Sequence[dict[str, Any]] = ()
    stale: Sequence[int] = ()
    affected: Sequence[datetime] = ()


def compare(connection: Connection, page_id: int, listed: Sequence[IncidentUpdate]) -> Differences:
    """Return in what all messages of some incidents differ from what we hold of these incidents."""
    if not listed:
        return Differences()
    said = {(update.incident_id, _key(update)): update for update in listed}
    digests = {key: _digest(update) for key, update in said.items()}
    held: set[tuple[str, str]] = set()
    stale: dict[int, datetime] = {}
    for row_id, incident_id, key, digest, at in _known(
        connection, page_id, dict.fromkeys(each for each, _ in said)
    ):
        if digests.get((incident_id, key)) == digest:
            held.add((incident_id, key))
        else:
            stale[row_id] = at
    fresh = [_row(said[key], key[1], digest) for key, digest in digests.items() if key not in held]
    posted = (row["at"] for row in fresh if row["states"])
    return Differences(fresh, list(stale), (*stale.values(), *posted))


def _known(connection: Connection, page_id: int, incident_ids: Iterable[str]) -> Iterator[Any]:
    ids = list(incident_ids)
    for start in range(0, len(ids), _AT_ONCE):
        yield from connection.execute(
            _KNOWN, {"page": page_id, "incidents": ids[start : start + _AT_ONCE]}
        ).all()


def _key(update: IncidentUpdate) -> str:
    return update.key if len(update.key) <= LONGEST_KEY else _hashed(update.key)


def _hashed(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=12).hexdigest()


def _digest(update: IncidentUpdate) -> str:
    """Return what tells one version from another: of what the vendor wrote, as cleaning it would
    cost more.
    """
    states = ((each.component_id, each.level, each.word, each.before) for each in update.states)
    words = (f"{code}\x1f{level}\x1f{word}\x1f{before}" for code, level, word, before in states)
    return _hashed("\x1e".join((utc(update.at).isoformat(), update.status, update.text, *words)))


def _row(update: IncidentUpdate, key: str, digest: str) -> dict[str, Any]:
    return {
        "incident_id": update.incident_id,
        "key": key,
        "at": utc(update.at),
        "status": plain_text(update.status, LONGEST_STATUS),
        "text": plain_text(update.text),
        "states": [_written(each) for each in update.states] or None,
        "digest": digest,
    }


def _written(state: PostedState) -> list[str | int | None]:
    word = None if state.word is None else plain_text(state.word, LONGEST_STATUS)
    return [state.component_id, _number(state.level), word, _number(state.before)]


def _number(level: Level | None) -> int | None:
    return None if level is None else int(level)


# reading

_COLUMNS = (UPDATE.c.incident_id, UPDATE.c.key, UPDATE.c.at, UPDATE.c.status, UPDATE.c.states)


def _known_then(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    superseded = table.c.superseded_at
    return (
        table.c.recorded_at <= sa.bindparam("known_at"),
        sa.or_(superseded.is_(None), superseded > sa.bindparam("known_at")),
    )


def _standing(*known: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether an update's incident is not one that the vendor has withdrawn."""
    gone = (
        INCIDENT.c.page_id == sa.bindparam("page"),
        INCIDENT.c.phase == Phase.WITHDRAWN.value,
        *known,
    )
    return UPDATE.c.incident_id.not_in(sa.select(INCIDENT.c.external_id).where(*gone))


_OF_PAGE = (
    sa.select(*_COLUMNS)
    .where(
        UPDATE.c.page_id == sa.bindparam("page"),
        UPDATE.c.states.is_not(sa.null()),
        UPDATE.c.at >= sa.bindparam("since"),
    )
    .order_by(UPDATE.c.at, UPDATE.c.id)
)
_STATES = (
    _OF_PAGE.where(UPDATE.c.superseded_at.is_(None), _standing(INCIDENT.c.superseded_at.is_(None))),
    _OF_PAGE.where(*_known_then(UPDATE), _standing(*_known_then(INCIDENT))),
)


def read_states(connection: Connection, values: Mapping[str, Any]) -> Iterator[IncidentUpdate]:
    """Yield the messages that give states, oldest first and without their text; what was withdrawn
    says nothing.

    `values` are the page, since when, and the moment of knowledge if it is not now.
    """
    for incident_id, key, at, status, states in connection.execute(
        _STATES["known_at" in values], values
    ).all():
        yield IncidentUpdate(
            incident_id=incident_id, key=key, at=at, status=status, states=_read(states)
        )


def _read(states: Iterable[Sequence[Any]] | None) -> tuple[PostedState, ...]:
    return tuple(_state(*each) for each in states or ())


@lru_cache(maxsize=8_192)  # the same states are read again whenever days are derived
def _state(
    component_id: str, level: int | None, word: str | None, before: int | None
) -> PostedState:
    return PostedState(
        component_id=component_id, level=_LEVELS[level], word=word, before=_LEVELS[before]
    )


def told(
    connection: Connection,
    page_id: int,
    incident_id: str,
    known_at: datetime | None,
    *,
    edits: bool,
) -> list[UpdateVersion]:
    """Return the messages of an incident with their text. See `Store.incident_updates`."""
    moment = tables.FAR_FUTURE if known_at is None else utc(known_at)
    held = sa.or_(UPDATE.c.superseded_at.is_(None), UPDATE.c.superseded_at > moment)
    query = sa.select(*_COLUMNS, UPDATE.c.text, UPDATE.c.recorded_at, UPDATE.c.superseded_at).where(
        UPDATE.c.page_id == page_id,
        UPDATE.c.incident_id == incident_id,
        UPDATE.c.recorded_at <= moment,
        *(() if edits else (held,)),
    )
    return [
        UpdateVersion(
            update=IncidentUpdate(
                incident_id=code, key=key, at=at, status=status, text=text, states=_read(states)
            ),
            recorded_at=recorded_at,
            superseded_at=(
                None if superseded_at is None or superseded_at > moment else superseded_at
            ),
        )
        for code, key, at, status, states, text, recorded_at, superseded_at in connection.execute(
            query.order_by(UPDATE.c.at, UPDATE.c.id)
        )
    ]


_HOLDING = sa.select(UPDATE.c.id, UPDATE.c.states).where(
    UPDATE.c.page_id == sa.bindparam("page"), UPDATE.c.states.is_not(sa.null())
)
_RESTATE = sa.update(UPDATE).where(UPDATE.c.id == sa.bindparam("row_id"))


def refile(connection: Connection, page_id: int, old: str, new: str) -> None:
    """Put states posted of a component under the id it has on another platform."""
    for row_id, states in connection.execute(_HOLDING, {"page": page_id}).all():
        if any(state[0] == old for state in states):
            moved = [[new if state[0] == old else state[0], *state[1:]] for state in states]
            connection.execute(_RESTATE.values(states=moved), {"row_id": row_id})


# what is listed

_LISTED = sa.select(LISTED.c.incident_id).where(
    LISTED.c.page_id == sa.bindparam("page"), LISTED.c.source == sa.bindparam("source")
)
_UNLIST = sa.delete(LISTED).where(
    LISTED.c.page_id == sa.bindparam("page"),
    LISTED.c.source == sa.bindparam("of_source"),
    LISTED.c.incident_id == sa.bindparam("incident"),
)


def no_longer_listed(
    connection: Connection, page_id: int, source: str, listed: Collection[str]
) -> set[str]:
    """Keep what a source's list holds now; return the ids of the incidents it held when it was read
    last.
    """
    held = set(connection.execute(_LISTED, {"page": page_id, "source": source}).scalars())
    gone, new = held.difference(listed), set(listed) - held
    if gone:
        rows = [{"page": page_id, "of_source": source, "incident": each} for each in gone]
        connection.execute(_UNLIST, rows)
    if new:
        connection.execute(
            sa.insert(LISTED),
            [{"page_id": page_id, "source": source, "incident_id": each} for each in new],
        )
    return gone
