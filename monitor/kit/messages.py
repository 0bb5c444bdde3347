"""Messages of events, and the states they post. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.fields import LONGEST_CODE, Row, maybe_text
from monitor.kit.times import instant
from monitor.model import (
    IncidentUpdate,
    Level,
    PostedState,
)


def message(
    at: datetime,
    status: str | None = None,
    text: str | None = None,
    *,
    key: str | None = None,
    states: Iterable[PostedState] = (),
) -> IncidentUpdate:
    """Return a message of an event. `key` is the vendor's id of it; None = it has none, and its
    time and status do.

    `text` may be HTML. `evidence` makes the message the event's.
    """
    status = status or ""
    return IncidentUpdate(
        incident_id="",
        key=key or f"{at.isoformat()} {status}".strip(),
        at=at,
        status=status,
        text=text or "",
        states=tuple(states),
    )


def messages(
    items: object,
    *,
    at: str,
    status: str = "status",
    text: str = "message",
    read_time: Callable[[object, str], datetime] = instant,
    states: Callable[[Row], Iterable[PostedState]] = lambda _: (),
) -> tuple[IncidentUpdate, ...]:
    """Return the messages in a list of a vendor's answer, in which `at`, `status` and `text` are
    their fields.

    What is no message or has no time we can read is left out: people wrote it for people, no level
    depends on it, and it fails no poll.
    """
    updates = []
    for item in _rows(items):
        try:
            moment = read_time(item.get(at), at)
        except UnexpectedShape:
            continue
        update = message(
            moment,
            _text(item.get(status)),
            _text(item.get(text)),
            key=_text(item.get("id")),
            states=states(item),
        )
        updates.append(update)
    return tuple(updates)


def posted_states(
    items: object,
    levels: Mapping[str, Level],
    *,
    key: str,
    state: str = "status",
) -> Iterator[PostedState]:
    """Yield the states in a list of a message, in which `key` is the component's id; what is none
    is left out.
    """
    for item in _rows(items):
        component_id, word = _text(item.get(key)), _text(item.get(state))
        if component_id is not None and word is not None:
            word = word.lower()[:LONGEST_CODE]
            yield PostedState(component_id=component_id, level=levels.get(word), word=word)


def _rows(items: object) -> Iterator[Row]:
    """Yield the objects in what may be a list of them."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield item


def _text(value: object) -> str | None:
    """Return a text or a whole number as text; None for anything else."""
    if type(value) is int and abs(value) < 10**LONGEST_CODE:
        return str(value)
    return maybe_text(value)


def updates_of(incident_id: str, updates: Iterable[IncidentUpdate]) -> Iterable[IncidentUpdate]:
    """Return messages as those of an incident, oldest first, each under a key of its own."""
    by_key: dict[str, IncidentUpdate] = {}
    repeats: Counter[str] = Counter()
    for update in sorted(updates, key=lambda update: update.at):
        key = update.key
        while key in by_key:
            repeats[update.key] += 1
            key = f"{update.key} {repeats[update.key] + 1}"
        by_key[key] = replace(update, incident_id=incident_id, key=key)
    return by_key.values()
