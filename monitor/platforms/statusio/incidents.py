"""What is open or announced on a page, and what its messages say of components. Pure.

A location that was last set before an incident's messages was not hit by what they say, though a
part and a location of the incident name it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from monitor.kit.events import Event
from monitor.kit.fields import Row, row, rows, verbatim
from monitor.kit.messages import messages
from monitor.kit.posts import Post, closed_at, post_saying
from monitor.kit.times import instant
from monitor.model import IncidentUpdate, Phase
from monitor.platforms.statusio.codes import END, IMPACTS, PHASES, STATES, read_code
from monitor.platforms.statusio.places import Place


@dataclass(frozen=True, slots=True)
class PostedSpan:
    """The state that messages say a component was in, from one to the next or to its own."""

    component_id: str
    code: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An incident or a maintenance as it is listed, and what the list it is in says of it."""

    fields: Row
    phase: Phase
    maintenance: bool

    @property
    def posts(self) -> list[Row]:
        """Its messages, oldest first."""
        return sorted(rows(self.fields.get("messages"), "messages"), key=_time)


def read_entries(result: Row) -> Iterator[Entry]:
    """Yield all that is listed as open or announced."""
    maintenance = row(result.get("maintenance"), "result.maintenance")
    for fields in rows(maintenance.get("upcoming"), "upcoming"):
        yield Entry(fields, Phase.SCHEDULED, maintenance=True)
    for fields in rows(maintenance.get("active"), "active"):
        yield Entry(fields, Phase.OPEN, maintenance=True)
    for fields in rows(result.get("incidents"), "incidents"):
        yield Entry(fields, Phase.OPEN, maintenance=False)


def read_event(entry: Entry, places: Mapping[str, Place]) -> Event:
    """Return an entry as an event. Its last message says how it stands."""
    fields, posts = entry.fields, entry.posts
    state, impact = _last_codes(posts)
    component_ids = _component_ids(fields, places)
    start_field = "datetime_planned_start" if entry.maintenance else "datetime_open"
    start = instant(fields.get(start_field), start_field)
    is_over = entry.phase is Phase.OPEN and state == END
    is_ahead = entry.phase is Phase.SCHEDULED
    return Event(
        id=verbatim(fields.get("_id"), "_id"),
        title=verbatim(fields.get("name"), "name"),
        phase=Phase.CLOSED if is_over else entry.phase,
        status="scheduled" if is_ahead else STATES.get(state, state or "open"),
        impact="maintenance" if entry.maintenance else IMPACTS.get(impact, impact or "unknown"),
        start=start,
        end=closed_at(map(_post, posts), start) if is_over else None,
        maintenance=entry.maintenance,
        component_ids=component_ids,
        updates=tuple(_updates(fields)),
    )


def _last_codes(posts: Sequence[Row]) -> tuple[str, str]:
    """Return the codes of an event's state and of its impact, by its last message; "" where it has
    none.
    """
    if not posts:
        return "", ""
    return read_code(posts[-1], "state"), read_code(posts[-1], "status")


def _component_ids(fields: Row, places: Mapping[str, Place]) -> tuple[str, ...]:
    """Return the places that an event's parts and locations name, each part at each location."""
    parts = _ids(fields, "components_affected")
    pairs = product(parts, _ids(fields, "containers_affected"))
    keys = dict.fromkeys((*map(".".join, pairs), *parts))
    return tuple(key for key in keys if key in places)


def _ids(fields: Row, key: str) -> list[str]:
    return [verbatim(item.get("_id"), "_id") for item in rows(fields.get(key), key)]


def _time(post: Row) -> datetime:
    return instant(post.get("datetime"), "datetime")


def _post(post: Row) -> Post:
    return post_saying(_time(post), read_code(post, "state"), PHASES)


def _updates(fields: Row) -> Iterator[IncidentUpdate]:
    """Yield what was posted. A message's state is a code, which `STATES` puts into words."""
    updates = messages(fields.get("messages"), at="datetime", status="state", text="details")
    for update in updates:
        yield replace(update, status=STATES.get(update.status, update.status))


def read_posted_spans(
    entry: Entry, event: Event, places: Mapping[str, Place]
) -> Iterator[PostedSpan]:
    """Yield what messages say of each component before its own state was last set; of what is only
    planned nothing, nor of an incident without messages. The first holds since the incident was
    opened.
    """
    posts = entry.posts
    if event.phase is Phase.SCHEDULED or not posts:
        return
    starts = [event.start]
    starts += [max(_time(post), event.start) for post in posts[1:]]
    for key in event.component_ids:
        last_set = places[key].since
        until = min(last_set, event.end or last_set)
        ends = [*starts[1:], until]
        for post, start, end in zip(posts, starts, ends, strict=True):
            if start < min(end, until):
                yield PostedSpan(key, read_code(post, "status"), start, min(end, until))
