"""Asking a monitor elsewhere for `monitor status`, by its API. No database is touched."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from monitor.errors import ServerError
from monitor.intervals import utc
from monitor.model import LEVEL_OF_WORD, Incident, Phase
from monitor.plain import masked_url
from monitor.stacks import Target
from monitor.statuses.status import Status
from monitor.statuses.target_query import TargetQuery

TOKEN = "MONITOR_TOKEN"  # noqa: S105 - the variable's name
"""The variable with the bearer token that a server asks for."""

OLDEST = timedelta(minutes=5)
"""How far the instant of an answer may be from our clock: one that is older was kept somewhere."""

_PATH = "/api/v1/status"


def ask_monitor(query: TargetQuery, url: str, clock: Callable[[], datetime]) -> list[Status]:
    """Return the targets' statuses as the monitor at this address answers them.

    Raises ServerError for whatever is no answer of the present.
    """
    from monitor.fetch.asking import ask_server

    token = os.environ.get(TOKEN, "").strip() or None
    document = ask_server(url, _PATH, list(_parameters(query)), token=token)
    try:
        as_of = _instant(document["as_of"])
        statuses = [_status(each, as_of) for each in document["targets"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ServerError(
            f"{masked_url(url)} answers what this version cannot read ({error!r}); is it a"
            " `monitor serve` of this version?"
        ) from error
    now = clock()
    if abs(now - as_of) > OLDEST:
        raise ServerError(
            f"{masked_url(url)} gave an answer of {as_of:%Y-%m-%d %H:%M} UTC, and it is"
            f" {now:%Y-%m-%d %H:%M} here; set both clocks by NTP, and let no proxy keep answers"
        )
    return statuses


def _parameters(query: TargetQuery) -> Iterator[tuple[str, str]]:
    for target in query.targets:
        yield "target", str(target)
    for stack in query.stacks:
        yield "stack", stack
    if query.tier is not None:
        yield "tier", query.tier
    if query.components is not None:
        yield "component", query.components


def _status(entry: Mapping[str, Any], as_of: datetime) -> Status:
    """Return the status that an answer tells. Raises KeyError, TypeError or ValueError."""
    word = entry["level"]
    return Status(
        target=Target(str(entry["vendor"]), _maybe_text(entry["components"])),
        page=_maybe_text(entry["page"]),
        as_of=as_of,
        interval_seconds=_maybe_count(entry["interval_seconds"]),
        level=None if word is None else LEVEL_OF_WORD[word],
        why_unknown=_maybe_text(entry["why_unknown"]),
        read_at=None if entry["read_at"] is None else _instant(entry["read_at"]),
        known_components=_maybe_count(entry["known_components"]),
        counted_components=_maybe_count(entry["counted_components"]),
        component_names=tuple(str(name) for name in entry["components_at_level"]),
        incidents=_incidents(entry["incidents"], maintenance=False),
        maintenances=_incidents(entry["maintenances"], maintenance=True),
    )


def _incidents(entries: Iterable[Mapping[str, Any]], *, maintenance: bool) -> tuple[Incident, ...]:
    return tuple(_incident(entry, maintenance=maintenance) for entry in entries)


def _incident(entry: Mapping[str, Any], *, maintenance: bool) -> Incident:
    return Incident(
        id=str(entry["id"]),
        title=str(entry["title"]),
        phase=Phase.OPEN,
        status=str(entry["status"]),
        impact="",
        started_at=_instant(entry["started_at"]),
        url=_maybe_text(entry["url"]),
        maintenance=maintenance,
    )


def _instant(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))


def _maybe_text(value: object) -> str | None:
    return None if value is None else str(value)


def _maybe_count(value: object) -> int | None:
    if value is None or isinstance(value, int):
        return value
    raise TypeError(f"{value!r} is no number")
