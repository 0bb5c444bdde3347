"""Messages of incidents: edited ones are kept anew, those no longer among them were taken back.
Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from monitor.intervals import utc
from monitor.model import IncidentUpdate

LONGEST_KEY = 200
"""In characters; a longer key is stored as its hash."""


class StoredUpdate(NamedTuple):
    """A message that stands now: `digest` tells what the vendor wrote, `at` when it was posted."""

    id: int
    incident_id: str
    key: str
    digest: str
    at: datetime


class NewUpdate(NamedTuple):
    """A message to store, under this key and with this digest."""

    update: IncidentUpdate
    key: str
    digest: str


@dataclass(slots=True)
class UpdateChange:
    """Messages to add and the ids of rows that hold no longer; `affected_from` are the times of
    both, of new ones only where they give states.
    """

    fresh: list[NewUpdate] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    affected_from: list[datetime] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fresh or self.stale)


def compare_updates(
    rows: Iterable[StoredUpdate], updates: Sequence[IncidentUpdate]
) -> UpdateChange:
    """Return in what all messages of some incidents differ from what is stored of these."""
    change = UpdateChange()
    news = {}
    for update in updates:
        key = stored_key(update)
        news[update.incident_id, key] = NewUpdate(update, key, digest_of(update))
    for row in rows:
        same = news.get((row.incident_id, row.key))
        if same is not None and same.digest == row.digest:
            del news[row.incident_id, row.key]
        else:
            change.stale.append(row.id)
            change.affected_from.append(row.at)
    for new in news.values():
        change.fresh.append(new)
        if new.update.states:
            change.affected_from.append(utc(new.update.at))
    return change


def stored_key(update: IncidentUpdate) -> str:
    """Return the key a message is stored under."""
    return update.key if len(update.key) <= LONGEST_KEY else _hash(update.key)


def digest_of(update: IncidentUpdate) -> str:
    """Return what tells one version from another: of what the vendor wrote, as cleaning it would
    cost more.
    """
    states = (
        f"{state.component_id}\x1f{state.level}\x1f{state.word}\x1f{state.before}"
        for state in update.states
    )
    return _hash("\x1e".join((utc(update.at).isoformat(), update.status, update.text, *states)))


def _hash(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=12).hexdigest()
