"""What a poll hands to the next one, and to a backfill, which then need not ask again. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.intervals import utc
from monitor.kit.events import Event
from monitor.model import Phase
from monitor.platforms.statusio.addresses import OBJECT_ID
from monitor.platforms.statusio.incidents import PostedSpan


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read at `at`: each component's code and since when it has it, as `states`.

    `open` is what was listed as open or announced, `posted_spans` what the messages of all that was
    listed said.
    """

    page_id: str
    at: datetime
    states: Mapping[str, tuple[str, datetime]]
    open: Mapping[str, Event] = field(default_factory=dict)
    posted_spans: Mapping[str, Sequence[PostedSpan]] = field(default_factory=dict)

    def states_since(self, last: "Snapshot") -> dict[str, tuple[str, datetime]]:
        """Return the states that are not those of an earlier snapshot."""
        return {key: state for key, state in self.states.items() if state != last.states.get(key)}

    def dump(self) -> str:
        """Return the snapshot as a text, which `read_snapshot` reads."""
        states = {}
        for key, (code, since) in self.states.items():
            states[key] = [code, since.isoformat()]
        spans = {}
        for key, posted in self.posted_spans.items():
            spans[key] = list(map(_encode_span, posted))
        fields = {
            "id": self.page_id,
            "at": self.at.isoformat(),
            "states": states,
            "open": {key: _encode(event) for key, event in self.open.items()},
            "said": spans,
        }
        return json.dumps(fields, ensure_ascii=False)


def read_snapshot(text: str | None) -> Snapshot | None:
    """Return the snapshot of an earlier poll; None when there is none or another version wrote
    it.
    """
    try:
        return _read(json.loads(text or ""))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def _read(fields: Any) -> Snapshot | None:  # noqa: ANN401
    if not re.fullmatch(OBJECT_ID, fields["id"]):
        return None
    states = fields["states"].items()
    return Snapshot(
        fields["id"],
        _instant(fields["at"]),
        {key: (str(code), _instant(since)) for key, (code, since) in states},
        {key: _event(key, values) for key, values in fields["open"].items()},
        {key: _spans(values) for key, values in fields.get("said", {}).items()},
    )


def _encode(event: Event) -> list[Any]:
    return [
        event.title,
        event.impact,
        event.start.isoformat(),
        event.maintenance,
        list(event.component_ids),
    ]


def _event(key: str, values: Sequence[Any]) -> Event:
    title, impact, start, maintenance, component_ids = values
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


def _encode_span(span: PostedSpan) -> list[str]:
    return [span.component_id, span.code, span.start.isoformat(), span.end.isoformat()]


def _spans(values: Iterable[Sequence[Any]]) -> tuple[PostedSpan, ...]:
    spans = []
    for component_id, code, start, end in values:
        spans.append(PostedSpan(str(component_id), str(code), _instant(start), _instant(end)))
    return tuple(spans)


def _instant(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))
