"""What a poll hands to the next one, and to a backfill, which then need not ask again. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.intervals import utc
from monitor.kit.events import Event
from monitor.model import Phase
from monitor.platforms.statusio.addresses import OBJECT_ID
from monitor.platforms.statusio.document import Said


@dataclass(frozen=True, slots=True)
class Mark:
    """What was read at `at`: each component's code and since when it has it, as `states`.

    `open` is what was listed as open or announced, `said` what the messages of all that was listed
    said.
    """

    page_id: str
    at: datetime
    states: Mapping[str, tuple[str, datetime]]
    open: Mapping[str, Event] = field(default_factory=dict)
    said: Mapping[str, Sequence[Said]] = field(default_factory=dict)

    def written(self) -> str:
        """Return the mark as a text, which `read_mark` reads."""
        told = {
            "id": self.page_id,
            "at": self.at.isoformat(),
            "states": {key: [code, at.isoformat()] for key, (code, at) in self.states.items()},
            "open": {key: _written(event) for key, event in self.open.items()},
            "said": {key: list(map(_written_said, said)) for key, said in self.said.items()},
        }
        return json.dumps(told, ensure_ascii=False)


def read_mark(text: str | None) -> Mark | None:
    """Return the mark of an earlier poll; None when there is none or another version wrote it."""
    try:
        return _read(json.loads(text or ""))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def _read(told: Any) -> Mark | None:  # noqa: ANN401
    if not re.fullmatch(OBJECT_ID, told["id"]):
        return None
    return Mark(
        told["id"],
        _instant(told["at"]),
        {key: (str(code), _instant(since)) for key, (code, since) in told["states"].items()},
        {key: _event(key, fields) for key, fields in told["open"].items()},
        {key: tuple(_said(*each) for each in said) for key, said in told.get("said", {}).items()},
    )


def _written(event: Event) -> list[Any]:
    return [
        event.title,
        event.impact,
        event.start.isoformat(),
        event.maintenance,
        list(event.component_ids),
    ]


def _event(key: str, fields: Sequence[Any]) -> Event:
    title, impact, start, maintenance, component_ids = fields
    return Event(
        id=key,
        title=str(title),
        phase=Phase.OPEN,
        status="open",
        impact=str(impact),
        start=_instant(start),
        maintenance=bool(maintenance),
        component_ids=tuple(map(str, component_ids)),
    )


def _written_said(said: Said) -> list[str]:
    return [said.component_id, said.code, said.start.isoformat(), said.end.isoformat()]


def _said(component_id: object, code: object, start: str, end: str) -> Said:
    return Said(str(component_id), str(code), _instant(start), _instant(end))


def _instant(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))
