"""Adobe's document of events: incidents and maintenances, each with the products it is about.
Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from monitor.kit.events import Event, ImpactSpan, expire_stale
from monitor.kit.fields import Row, identifier, maybe_row, maybe_text, row
from monitor.kit.responses import shape_error
from monitor.kit.states import components_in_order
from monitor.lookups import names_of
from monitor.model import Component, Phase
from monitor.platforms.adobe.courses import MAINTENANCE, PHASES, Course, Post, moment, read_course

SITE = "https://status.adobe.com/"

SECTIONS = (("incidentEvent", "incidents"), ("maintenanceEvent", MAINTENANCE))
"""Where the document has its events."""

ORDER = (Phase.OPEN, Phase.SCHEDULED, Phase.CLOSED, Phase.WITHDRAWN)
"""The phase of an event is the first of these that any of its products is in."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The events, and the names of the products they are about."""

    events: list[Event] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def components(self, products: Mapping[str, str]) -> list[Component]:
        """Return all products, in the order of the list, then those that only events name."""
        names = dict(products)
        for key, name in self.names.items():
            names.setdefault(key, name)
        return components_in_order(names)


def read_events(value: object, now: datetime) -> Listing:
    """Return the events in a document. Raises UnexpectedShape for a document of another shape."""
    answer, listing = row(value, "the answer"), Listing()
    for section, key in SECTIONS:
        part = row(answer.get(section), section)
        texts = row(part.get("messages") or {}, f"{section}.messages")
        english = row(texts.get("en") or {}, f"{section}.messages.en")
        for item in row(part.get(key), f"{section}.{key}").values():
            event = row(item, key)
            is_maintenance = key == MAINTENANCE
            courses = _courses(event, now, maintenance=is_maintenance)
            for course in courses:
                listing.names[course.key] = course.name
            listing.events.append(_event(event, courses, english, now, maintenance=is_maintenance))
    return listing


def _courses(event: Row, now: datetime, *, maintenance: bool) -> list[Course]:
    where = _place(event)
    place = f"{where}.products"
    courses = []
    for value in row(event.get("products"), place).values():
        product = row(value, place)
        courses.append(read_course(product, where, now, maintenance=maintenance))
    return courses or shape_error(place, "the products it is about", None)


def _place(event: Row) -> str:
    return f"event {identifier(event.get('id'), 'event.id')[:40]}"


def _event(
    event: Row,
    courses: Sequence[Course],
    texts: Row,
    now: datetime,
    *,
    maintenance: bool,
) -> Event:
    """Return an event; an open one nobody speaks of any more is not rated for ever."""
    key = identifier(event.get("id"), "event.id")
    last = max((course.posts[-1] for course in courses), key=attrgetter("at"))
    phase = min((course.phase for course in courses), key=ORDER.index)
    result = Event(
        id=key,
        title=_title(last, texts) or ", ".join(names_of(courses)),
        phase=phase,
        start=_start(event, courses, phase),
        end=max(_ends(courses), default=None),
        status=last.status,
        impact=last.severity or "not told",
        url=f"{SITE}#/{key}",
        maintenance=maintenance,
        component_ids=tuple(course.key for course in courses),
        spans=tuple(_spans(courses)),
        unknown_words=_unknown_words(courses),
    )
    return expire_stale(result, last.at, now)


def _ends(courses: Iterable[Course]) -> Iterator[datetime]:
    for course in courses:
        if course.end is not None:
            yield course.end


def _spans(courses: Iterable[Course]) -> Iterator[ImpactSpan]:
    for course in courses:
        yield from course.spans()


def _unknown_words(courses: Iterable[Course]) -> tuple[str, ...]:
    words: set[str] = set()
    for course in courses:
        for post in course.posts:
            words.add(post.status)
    return tuple(words - PHASES.keys())


def _start(event: Row, courses: Sequence[Course], phase: Phase) -> datetime:
    """Return when an event began; of one that is announced, the time it is planned for."""
    if phase is Phase.SCHEDULED:
        planned_start = moment(event.get("scheduledDate"), f"{_place(event)}.scheduledDate")
        if planned_start is not None:
            return planned_start
    return min(course.start for course in courses)


def _title(post: Post, texts: Row) -> str | None:
    message = texts.get(post.title or "")
    return maybe_text(maybe_row(message).get("textMessage"))
