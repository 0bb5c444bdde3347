"""The document of a page's present state: its places, and what is open or announced. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event
from monitor.kit.fields import row, rows
from monitor.platforms.statusio.codes import LEVELS, read_code
from monitor.platforms.statusio.incidents import (
    PostedSpan,
    read_entries,
    read_event,
    read_posted_spans,
)
from monitor.platforms.statusio.places import Place, read_places, remark_on


@dataclass(frozen=True, slots=True)
class Document:
    """What the document says. `posted_spans` is what each event's messages say, by its id.

    `unknown_codes` are codes nobody knows.
    """

    places: tuple[Place, ...]
    events: tuple[Event, ...]
    posted_spans: Mapping[str, Sequence[PostedSpan]]
    unknown_codes: frozenset[str]
    remark: str | None


def read_document(answer: object) -> Document:
    """Return what a decoded answer says. Raises UnexpectedShape when it lists no components."""
    result = row(row(answer, "the answer").get("result"), "result")
    read_code(row(result.get("status_overall"), "result.status_overall"), "status_code")
    parts = rows(result.get("status"), "status")
    if not parts:
        why = "a page without components says nothing of their state"
        raise UnexpectedShape(f"result.status is empty: {why}")
    places = read_places(parts)
    events, posted_spans = {}, {}
    for entry in list(read_entries(result)):
        event = read_event(entry, places)
        events[event.id] = event
        posted_spans[event.id] = tuple(read_posted_spans(entry, event, places))
    codes = {place.code for place in places.values()}
    for span in chain.from_iterable(posted_spans.values()):
        codes.add(span.code)
    return Document(
        places=tuple(places.values()),
        events=tuple(events.values()),
        posted_spans=posted_spans,
        unknown_codes=frozenset(codes - LEVELS.keys()),
        remark=remark_on(parts),
    )
