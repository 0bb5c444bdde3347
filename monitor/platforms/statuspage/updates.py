"""The updates of an incident: when each was posted, and the component states it posted. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from monitor.kit.fields import Row
from monitor.model import IncidentUpdate, PostedState
from monitor.platforms.statuspage.answers import LEVELS, instant

OPERATIONAL = "operational"
SCHEDULED_STATUS = "scheduled"
WORKING = ("investigating", "identified", "monitoring", "in_progress", "verifying")
CLOSING = ("resolved", "completed")
CLOSED_STATUSES = (*CLOSING, "postmortem")


class Update(NamedTuple):
    """One update of an incident: the component states it posted, by component id."""

    at: datetime
    status: str
    states: Mapping[str, str]


def read_updates(incident: Row) -> list[Update]:
    """Return the updates, oldest first, by the clock at which the state was changed.

    `display_at` is chosen by the author and `updated_at` moves with every edit: only `created_at`
    agrees with the page's own uptime record.
    """
    updates = [_update(update) for update in reversed(incident.get("incident_updates") or ())]
    return sorted(updates, key=lambda update: update.at)


def _update(update: Row) -> Update:
    states: dict[str, str] = {}
    for entry in _affected_components(update):
        states[str(entry["code"])] = str(entry["new_status"])
    return Update(instant(update["created_at"]), update.get("status") or "", states)


def _affected_components(update: Row) -> list[Row]:
    """Return what an update says of components; what names none is left out."""
    return [entry for entry in update.get("affected_components") or () if entry.get("code")]


def messages_of(incident: Row, groups: frozenset[str]) -> Iterator[IncidentUpdate]:
    """Yield the updates as they are kept: with the vendor's text, and the states of components
    only.
    """
    for update in incident.get("incident_updates") or ():
        status, body = str(update.get("status") or ""), update.get("body")
        yield IncidentUpdate(
            incident_id=incident["id"],
            key=str(update.get("id") or f"{update['created_at']} {status}"),
            at=instant(update["created_at"]),
            status=status,
            text=body if isinstance(body, str) else "",
            states=tuple(_posted_states(update, groups)),
        )


def _posted_states(update: Row, groups: frozenset[str]) -> Iterator[PostedState]:
    for entry in _affected_components(update):
        code = str(entry["code"])
        if code not in groups:
            yield _posted_state(code, str(entry["new_status"]), str(entry.get("old_status")))


@lru_cache(maxsize=8_192)  # a page says the same states again with every answer
def _posted_state(code: str, word: str, before: str) -> PostedState:
    return PostedState(
        component_id=code, level=LEVELS.get(word), word=word, before=LEVELS.get(before)
    )


def final_closing(updates: Sequence[Update]) -> int | None:
    """Return the index of the first closing update after which no work was reported any more; None
    where there is none.
    """
    final = None
    for index, update in enumerate(updates):
        if update.status in WORKING:
            final = None
        elif update.status in CLOSING and final is None:
            final = index
    return final


def was_reopened(updates: Sequence[Update], final: int | None) -> bool:
    """Whether some update closed the incident before the `final` one did."""
    return any(update.status in CLOSING for update in updates[:final])


def posts_trouble(updates: Sequence[Update]) -> bool:
    """Whether some update posts another state than operational, beside mere announcements."""
    for update in updates:
        if update.status != SCHEDULED_STATUS and set(update.states.values()) - {OPERATIONAL}:
            return True
    return False
