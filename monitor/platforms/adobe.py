"""Adobe's status page: forty days of events in one document, the products in another. Pure.

A component is a product. `StatusEvents` holds incidents and maintenances, each with the products it
is about, and for each product the history of what was posted, by the second it was posted. What is
easily misread:

- `endedOn` may be 0 for a product whose last post says that it is closed: the posts tell what goes
  on, and `endedOn` when it ended, where it is told. After a product was reopened an earlier
  `endedOn` counts no more.
- Each post has its own severity, so a product's level changes within an incident. A potential issue
  is one that is not known to be any.
- A maintenance goes on once that was posted; that its time has come says nothing.
- What was dismissed was none, and what was cancelled did not take place.

The products stand in `SnowServiceRegistry`; a poll remembers them and asks for the events only. The
host answers 403 to programs it does not know. Nobody has shown us a real answer: the shape is as
programs read it that follow the page, and whatever differs from it is refused.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event, ImpactSpan, expire_stale
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, identifier, keyword, maybe_text, number, row
from monitor.kit.posts import closed_at, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.kit.states import current_states
from monitor.kit.times import epoch
from monitor.model import Basis, Component, Level, PageInfo, Phase

ABOUT = About(
    title="Adobe",
    verified=None,
    live="StatusEvents, 1 request of some 5 MB; 1 more for the products the first time",
    reach_days=40,
    reach="The events of the last 40 days.",
    granularity="component",
    precision="seconds",
    caveat=(
        "A product counts as hit though an event may be about some of its features or regions only."
    ),
)

SOURCE = "adobe.events"
HOSTS = frozenset({"status.adobe.com", "data.status.adobe.com"})
API = "https://data.status.adobe.com/adobestatus"
EVENTS = f"{API}/StatusEvents"
PRODUCTS = f"{API}/SnowServiceRegistry"
PROBE = Get(path=PRODUCTS)
SITE = "https://status.adobe.com/"
MAX_BODY_MIB = 16

MAINTENANCE = "maintenance"

VOCABULARY: Mapping[str, Level] = {
    MAINTENANCE: Level.MAINTENANCE,
    "trivial": Level.DEGRADED,
    "minor": Level.DEGRADED,
    "major": Level.MAJOR_OUTAGE,
}
"""Severities; every maintenance is one, whatever its posts say."""

UNSAID = "potential"
"""A severity that says of the product's state that it is not known."""

PHASES: Mapping[str, Phase] = {
    "discovery": Phase.OPEN,
    "opened": Phase.OPEN,
    "started": Phase.OPEN,
    "updated": Phase.OPEN,
    "reopened": Phase.OPEN,
    "scheduled": Phase.SCHEDULED,
    "closed": Phase.CLOSED,
    "completed": Phase.CLOSED,
    "canceled": Phase.WITHDRAWN,
    "cancelled": Phase.WITHDRAWN,
    "dismissed": Phase.WITHDRAWN,
}

REACH = timedelta(days=40)


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Adobe's documents; `host` only ever beside another sign."""
    marked = b'"incidentEvent"' in response.body or b'"serviceEnvironments"' in response.body
    told = try_json(response) if marked else None
    if not isinstance(told, dict):
        return
    if all(
        isinstance(told.get(key), dict)
        for key in ("clouds", "products", "services", "environments")
    ):
        yield Signal("registry", "clouds, products, services and environments")
        if b'"productServices"' in response.body:
            yield Signal("fields", "products of services, services of environments")
    if all(isinstance(told.get(key), dict) for key in ("incidentEvent", "maintenanceEvent")):
        yield Signal("events", "incidents and maintenances")
        if b'"titleToken"' in response.body and b'"history"' in response.body:
            yield Signal("history", "posts whose texts stand elsewhere")


# the documents


def _products(response: Response) -> dict[str, str]:
    """Return the names of all products by id; what has no name is not shown on the page either."""
    told = row(row(read_json(response), "the answer").get("products"), "products")
    found = {
        identifier(product.get("id"), "product.id"): name
        for product in (row(each, "product") for each in told.values())
        if (name := maybe_text(product.get("name"))) is not None
    }
    if not found:
        raise UnexpectedShape("the answer lists no product")
    return found


def _remembered(cursor: str | None) -> dict[str, str]:
    """Return the products that an earlier poll was told; none when there was none or another
    version wrote them.
    """
    try:
        return {str(key): str(name) for key, name in json.loads(cursor or "{}").items()}
    except (ValueError, AttributeError, RecursionError):
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """The events, and the names of the products they are about."""

    events: Sequence[Event]
    names: Mapping[str, str]

    def components(self, products: Mapping[str, str]) -> list[Component]:
        """Return all products, in the order of the list, then those that only events name."""
        named = {key: name for key, name in self.names.items() if key not in products}
        return [
            Component(id=key, name=name, position=at)
            for at, (key, name) in enumerate({**products, **named}.items())
        ]


def _told(response: Response, now: datetime) -> _Told:
    answer = row(read_json(response), "the answer")
    names: dict[str, str] = {}
    events: list[Event] = []
    for section, key in (("incidentEvent", "incidents"), ("maintenanceEvent", MAINTENANCE)):
        told = row(answer.get(section), section)
        texts = row(
            row(told.get("messages") or {}, f"{section}.messages").get("en") or {},
            f"{section}.messages.en",
        )
        events += [
            _event(row(each, key), texts, now, names, maintenance=key == MAINTENANCE)
            for each in row(told.get(key), f"{section}.{key}").values()
        ]
    return _Told(events=events, names=names)


def _event(
    told: Row, texts: Row, now: datetime, names: dict[str, str], *, maintenance: bool
) -> Event:
    """Return an event, and add the names of its products; an open one nobody speaks of is not rated
    for ever.
    """
    where = f"event {identifier(told.get('id'), 'event.id')[:40]}"
    courses = []
    for each in row(told.get("products"), f"{where}.products").values():
        product = row(each, f"{where}.products")
        course = _course(product, where, now, maintenance=maintenance)
        names[course.key] = maybe_text(product.get("name")) or course.key
        courses.append(course)
    if not courses:
        shape_error(f"{where}.products", "the products it is about", None)
    last = max(courses, key=lambda course: course.posts[-1].at).posts[-1]
    phase = min((course.phase for course in courses), key=ORDER.index)
    planned = (
        _moment(told.get("scheduledDate"), f"{where}.scheduledDate")
        if phase is Phase.SCHEDULED
        else None
    )
    event = Event(
        id=identifier(told.get("id"), "event.id"),
        title=_title(last, texts) or ", ".join(names[course.key] for course in courses),
        phase=phase,
        start=planned or min(course.start for course in courses),
        end=max((course.end for course in courses if course.end is not None), default=None),
        status=last.status,
        impact=MAINTENANCE if maintenance else last.severity or "not told",
        url=f"{SITE}#/{identifier(told.get('id'), 'event.id')}",
        maintenance=maintenance,
        component_ids=tuple(course.key for course in courses),
        spans=tuple(span for course in courses for span in course.spans(maintenance=maintenance)),
        unknown_words=tuple(
            {post.status for course in courses for post in course.posts} - PHASES.keys()
        ),
    )
    return expire_stale(event, last.at, now)


ORDER = (Phase.OPEN, Phase.SCHEDULED, Phase.CLOSED, Phase.WITHDRAWN)
"""The phase of an event is the first of these that any of its products is in."""


def _title(post: "_Post", texts: Row) -> str | None:
    told = texts.get(post.title or "")
    return maybe_text(told.get("textMessage")) if isinstance(told, dict) else None


# one product


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """What was posted of a product in an event: its state, how bad it is, and where the title
    stands.
    """

    at: datetime
    status: str
    severity: str | None
    title: str | None

    @property
    def phase(self) -> Phase:
        """The phase; an event with a word we do not know is open until we do."""
        return PHASES.get(self.status, Phase.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """What a product went through in an event, post by post. `end` None = it goes on, or has not
    begun.
    """

    key: str
    posts: Sequence[_Post]
    phase: Phase
    start: datetime
    end: datetime | None

    def spans(self, *, maintenance: bool) -> Iterator[ImpactSpan]:
        """Yield the spans between posts that found the event going on; posts that say the same make
        one span.
        """
        if self.phase in {Phase.SCHEDULED, Phase.WITHDRAWN}:
            return
        held: ImpactSpan | None = None
        for post, until in zip(
            self.posts, [*(post.at for post in self.posts[1:]), self.end], strict=True
        ):
            end = min((at for at in (until, self.end) if at is not None), default=None)
            if post.phase is not Phase.OPEN or (end is not None and end <= post.at):
                continue
            span = self._span(post, end, maintenance=maintenance)
            if held is not None and (held.end, held.level, held.word) == (
                span.start,
                span.level,
                span.word,
            ):
                span = self._span(post, end, maintenance=maintenance, start=held.start)
            elif held is not None:
                yield held
            held = span
        if held is not None:
            yield held

    def _span(
        self, post: _Post, end: datetime | None, *, maintenance: bool, start: datetime | None = None
    ) -> ImpactSpan:
        said = MAINTENANCE if maintenance else post.severity
        return ImpactSpan(
            component_id=self.key,
            level=VOCABULARY.get(said or ""),
            start=start or post.at,
            end=end,
            word=None if said == UNSAID else said,
            basis=Basis.TRANSITION,
        )


def _course(told: Row, where: str, now: datetime, *, maintenance: bool) -> _Course:
    key = identifier(told.get("id"), f"{where}.product.id")
    posts = _posts(told, f"{where}.product {key[:40]}")
    started, ended = (
        _moment(told.get(name), f"{where}.{name}") for name in ("startedOn", "endedOn")
    )
    if started is not None and started < posts[0].at and not maintenance:
        # What was noticed before it was posted began as the first post describes it, even if that
        # says it is over.
        first = posts[0]
        posts.insert(
            0, _Post(at=started, status="opened", severity=first.severity, title=first.title)
        )
    last = posts[-1]
    if ended is not None and any(post.status == "reopened" and post.at > ended for post in posts):
        ended = None
    phase = last.phase
    if phase is Phase.OPEN and ended is not None and ended <= now:
        phase = Phase.CLOSED
    end = (
        ended
        if phase is Phase.OPEN
        else min(
            ended
            or closed_at(
                [post_saying(post.at, post.status, PHASES) for post in posts], posts[0].at
            ),
            now,
        )
    )
    start = next((post.at for post in posts if post.phase is Phase.OPEN), started or posts[0].at)
    return _Course(
        key=key,
        posts=posts,
        phase=phase,
        start=start,
        end=None if phase is Phase.SCHEDULED else end,
    )


def _posts(told: Row, where: str) -> list[_Post]:
    found = [
        _Post(
            at=epoch(key, f"{where}.history"),
            status=keyword(post.get("status"), f"{where}.status"),
            severity=keyword(post["severity"], f"{where}.severity")
            if post.get("severity")
            else None,
            title=maybe_text(post.get("titleToken")),
        )
        for key, post in (
            (key, row(each, f"{where}.history"))
            for key, each in row(told.get("history"), f"{where}.history").items()
        )
    ]
    return sorted(found, key=lambda post: post.at) or shape_error(
        f"{where}.history", "at least one post", None
    )


def _moment(value: object, where: str) -> datetime | None:
    """Return a time in seconds since 1970; 0 and nothing are none."""
    return None if value is None or number(value, where) == 0 else epoch(value, where)


# reading


def poll(page: PageContext) -> Steps:
    """Yield every product's state from the events; the products themselves are asked for the first
    time only.
    """
    products = _remembered(page.cursor)
    response = yield from get(EVENTS, conditional=bool(products) and not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        told = _told(response, page.now)
    if not products:
        response = yield from get(PRODUCTS)
        with locate_errors(response.url):
            products = _products(response)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name="Adobe"),
        parts=current_states(told.components(products), told.events, page.now),
        events=told.events,
        withdrawn=page.open_incidents - {event.id for event in told.events},
        cursor=json.dumps(products),
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the products and the events of forty days, which is all that is kept."""
    response = yield from get(PRODUCTS)
    with locate_errors(response.url):
        products = _products(response)
    response = yield from get(EVENTS)
    with locate_errors(response.url):
        told = _told(response, page.now)
    first = max(since, page.now - REACH)
    events = [event for event in told.events if event.end is None or event.end >= first]
    yield evidence(
        SOURCE,
        page,
        components=told.components(products),
        events=events,
        since=first,
        cursor=json.dumps(products),
    )
    yield from gap_before(SOURCE, page, since, first, "Adobe keeps forty days")
