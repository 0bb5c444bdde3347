"""The services of Concur in one data centre: what each is now, and its last days. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event
from monitor.kit.fields import Row, row, text
from monitor.kit.patterns import match_any
from monitor.kit.protocol import PageContext
from monitor.model import Component, without_none
from monitor.platforms.concur.incidents import CENTRES, VOCABULARY, component_id, read_incidents

NOW = "Current Status"
DAY = re.compile(r"(\d{4}-\d\d-\d\d)T([+-]\d{4})")


def chosen_centres(page: PageContext) -> list[str]:
    """Return the codes of the data centres that the user chose, all where none is.

    Raises UnexpectedShape when what is chosen is none of them.
    """
    centres = []
    for code, name in CENTRES.items():
        if not page.regions or match_any([code, name], page.regions):
            centres.append(code)
    if not centres:
        remedy = f"correct `regions`: the data centres are {', '.join(CENTRES.values())}"
        raise UnexpectedShape("no data centre is chosen", url=page.url, remedy=remedy)
    return centres


def state_in(
    centre: str,
    service: str,
    word: str | None = None,
    position: int = 0,
) -> ComponentState:
    """Return the state of a service in a data centre; without a word nothing is known of it."""
    name = CENTRES[centre]
    component = Component(
        id=component_id(service, centre), name=service, group=name, region=name, position=position
    )
    level = VOCABULARY.get((word or "").lower())
    return ComponentState(component=component, level=level, word=word and word[:60])


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreStatus:
    """What one answer says of a data centre; `first`: the instant from which it speaks of days,
    None = of none.
    """

    states: tuple[ComponentState, ...]
    events: tuple[Event, ...]
    first: datetime | None

    def speaks_since(self, moment: datetime) -> bool:
        """Whether it speaks of all days from a moment on."""
        return self.first is not None and self.first <= moment


def read_centre(answer: object, centre: str, now: datetime) -> CentreStatus:
    """Return what an answer says of a data centre. Raises UnexpectedShape when it has no services:
    so it is for a data centre nobody knows.
    """
    services = row(row(answer, "the answer").get("data"), "data")
    if not services:
        raise UnexpectedShape(f"data: there is no service in the data centre {centre}")
    states: list[ComponentState] = []
    events: list[Event] = []
    firsts: list[datetime | None] = []
    for position, (name, value) in enumerate(services.items()):
        service, where = text(name, "the name of a service"), f"data.{name[:40]}"
        days = row(value, where)
        current = row(days.get(NOW), f"{where}.{NOW}")
        word = text(current.get("status"), f"{where}.{NOW}.status")
        states.append(state_in(centre, service, word, position))
        entries = _entries(days, where)
        for key, entry in entries.items():
            events += read_incidents(entry.get("incidents"), f"{where}.{key}", now)
        firsts.append(_first_day(entries))
    starts = without_none(firsts)
    return CentreStatus(
        states=tuple(states),
        events=tuple(events),
        first=max(starts) if len(starts) == len(firsts) else None,
    )


def _entries(days: Row, where: str) -> Mapping[str, Row]:
    """Return what a service is now and was on each day."""
    entries: dict[str, Row] = {}
    for key, entry in days.items():
        if key == NOW or DAY.match(key):
            entries[key] = row(entry, f"{where}.{key[:20]}")
    return entries


def _first_day(keys: Iterable[str]) -> datetime | None:
    """Return the beginning of the first day; None when there is none."""
    return min(without_none(map(_midnight, keys)), default=None)


def _midnight(key: str) -> datetime | None:
    """Return the beginning of the day that a key names, as in "2026-05-20T-0500"."""
    match = DAY.fullmatch(key)
    try:
        return datetime.strptime(match[1] + match[2], "%Y-%m-%d%z") if match else None
    except ValueError:
        return None
