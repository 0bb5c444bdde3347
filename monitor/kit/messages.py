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
    listed: object,
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
    told = []
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict):
            continue
        try:
            moment = read_time(each.get(at), at)
        except UnexpectedShape:
            continue
        told.append(
            message(
                moment,
                _said(each.get(status)),
                _said(each.get(text)),
                key=_said(each.get("id")),
                states=states(each),
            )
        )
    return tuple(told)


def posted_states(
    listed: object, levels: Mapping[str, Level], *, key: str, state: str = "status"
) -> Iterator[PostedState]:
    """Yield the states in a list of a message, in which `key` is the component's id; what is none
    is left out.
    """
    for each in listed if isinstance(listed, list) else ():
        code, word = (
            (_said(each.get(key)), _said(each.get(state)))
            if isinstance(each, dict)
            else (None, None)
        )
        if code is not None and word is not None:
            word = word.lower()[:LONGEST_CODE]
            yield PostedState(component_id=code, level=levels.get(word), word=word)


def _said(value: object) -> str | None:
    return str(value) if type(value) is int and abs(value) < 10**LONGEST_CODE else maybe_text(value)


def updates_of(incident_id: str, listed: Iterable[IncidentUpdate]) -> Iterable[IncidentUpdate]:
    """Return messages as those of an incident, oldest first, each under a key of its own."""
    told: dict[str, IncidentUpdate] = {}
    times: Counter[str] = Counter()
    for update in sorted(listed, key=lambda each: each.at):
        key = update.key
        while key in told:
            times[update.key] += 1
            key = f"{update.key} {times[update.key] + 1}"
        told[key] = replace(update, incident_id=incident_id, key=key)
    return told.values()
