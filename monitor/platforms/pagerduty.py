"""PagerDuty status pages: services, and posts whose updates say how each service is. Pure.

There are two generations. The older one carries everything in its HTML, as JSON in `script#data`:
services, open incidents and the latest resolved ones. The newer one answers `/api/services`,
`/api/posts` (`is_featured=true`: what goes on or is planned; `since` and `until`: what was) and
`/api/posts/<id>`, where states are ids that `/api/post_enums` explains. What is easily misread:

- Names of states are the customer's; `layout_settings.key` (`incident/severity/minor`) says what
  one is.
- A post has a severity, and each service its own in the same update, which counts. A service that
  is not named again has recovered, but an update that names none changes nothing. The closing
  update often repeats the last severities.
- Posts begin as "detected", often for no service: which ones were hit is told later, and not since
  when.
- The older generation answers any path with its HTML.

Of the newer generation no real answer was seen: it is read, strictly, as several programs read it.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from monitor.errors import BadStatus, FetchError, Moved, NotJson, PageError, UnexpectedShape
from monitor.kit.embedded import json_after
from monitor.kit.events import Event, ImpactSpan, expire_stale, recent_or_open, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, identifier, maybe_text, optional_rows, row, rows, text
from monitor.kit.hosts import is_on
from monitor.kit.messages import message
from monitor.kit.posts import REVIEWS, closed_at, post_saying
from monitor.kit.protocol import (
    About,
    Get,
    PageContext,
    Response,
    Signal,
    Step,
    Steps,
    get,
    get_all,
)
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json, unwrap
from monitor.kit.states import current_states, worst_words
from monitor.kit.times import epoch, instant
from monitor.model import Basis, Component, IncidentUpdate, Level, PageInfo, Phase, PostedState

ABOUT = About(
    title="PagerDuty",
    verified=date(2023, 12, 11),
    live="/api/, 3 requests and one for each post that goes on; older pages 1 request",
    reach_days=None,
    reach=(
        "As far as a page has existed; older pages the latest 80 incidents. (Newer pages are read"
        " unverified.)"
    ),
    granularity="component",
    precision="seconds",
    caveat=(
        "Which services were hit is often told some minutes after an incident was: until then they"
        " are unknown."
    ),
)

SOURCE = "pagerduty.posts"

SERVICES = "/api/services"
ENUMS = "/api/post_enums"
FEATURED = "/api/posts?is_featured=true&limit=500"
BETWEEN = "/api/posts?since={since}&until={until}&limit=500"
POST = "/api/posts/{id}"
DATA = "/api/data"
COMMON_PATHS = (SERVICES, ENUMS)

HOSTS = ("status.pagerduty.com", ".trust.pagerduty.com")

OLDER = "older"
"""The mark of a page of the older generation."""

IN_PAGE = re.compile(r'<script id="data" type="application/json">\s*')

VOCABULARY: Mapping[str, Level] = {
    "all_good": Level.OPERATIONAL,
    "operational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "minor": Level.DEGRADED,
    "major": Level.MAJOR_OUTAGE,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "outage": Level.MAJOR_OUTAGE,
}
"""Of services, and of posts as a whole. The scale has three steps, and major is the last;
older posts call it outage, and no post has both."""

PHASES: Mapping[str, Phase] = {
    "detected": Phase.OPEN,
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "resolved": Phase.CLOSED,
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.OPEN,
    "completed": Phase.CLOSED,
}

WINDOW = timedelta(days=30)
"""What is asked for at once of the past; longer spans are refused."""

MOST_PAGES = 20
AT_ONCE = 20

UNNAMED = "something is going on that names no service"
RECORD = (
    "run `monitor record URL DIR` and send the folder: no real answer of PagerDuty's newer pages"
    " was seen yet"
)

Reading = Generator[Step, Any, Any]


# detection


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its services and states, on PagerDuty's
    own hosts.
    """
    return (Get(path=SERVICES), Get(path=ENUMS)) if is_on(url, HOSTS) else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a PagerDuty page or of its answers; the host counts only beside another
    sign.
    """
    body = response.body
    if b'"post_enums"' in body and re.search(
        rb'"key":\s*"(?:incident|maintenance)/(?:status|severity|impacts)/', body
    ):
        yield Signal("states", "states of posts have keys like incident/severity/minor")
    if b'<script id="data" type="application/json">' in body and b'"layout_settings"' in body:
        yield Signal("markup", "the page carries its layout in script#data")
        if b"/api/v2/status_pages/" in body or b'"globalStatusHeadline"' in body:
            yield Signal("layout", "the layout is one of a PagerDuty status page")
    told = try_json(response) if b'"business_service_id"' in body else None
    services = told.get("services") if isinstance(told, dict) else None
    if isinstance(services, list) and any(
        isinstance(s, dict) and "business_service_id" in s for s in services
    ):
        yield Signal("services", "services have ids of business services")


# the answers


@dataclass(frozen=True, slots=True)
class _Update:
    """One update of a post. `services` holds the words of those it names."""

    at: datetime
    status: str
    severity: str
    services: Mapping[str, str]
    key: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """A post with its updates, oldest first; at least one. `start` and `end` are what it says of
    itself, if it does.
    """

    id: str
    title: str
    maintenance: bool = False
    updates: Sequence[_Update]
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """What was read. `first`: since when everything is listed; None = that is not known.

    `gone`: posts that are not there any more. `cursor`: the generation.
    """

    name: str | None
    components: Sequence[Component]
    events: Sequence[Event]
    first: datetime | None = None
    gone: frozenset[str] = frozenset()
    cursor: str | None = None


def _key(told: object, where: str) -> str:
    """Return a state's word: the last part of its key, or its name, as the page's scripts spell
    it.
    """
    return text(told, where).rpartition("/")[2].lower().replace(" ", "_").replace("-", "_")


def _post(told: Row, updates: Sequence[_Update], **more: Any) -> _Post:  # noqa: ANN401
    key = identifier(told.get("id"), "post.id")
    if not updates:
        raise UnexpectedShape(f"post {key} has no updates", remedy=RECORD)
    ordered = sorted(updates, key=lambda update: update.at)
    ordered = [update for update in ordered if not _is_review(update)] or ordered
    return _Post(
        id=key, title=text(told.get("title"), f"post {key}.title"), updates=ordered, **more
    )


# the older page


def _is_older(response: Response) -> bool:
    return response.status == 200 and b'"open_incidents"' in response.body  # noqa: PLR2004


def _older(response: Response, page: PageContext) -> _Told:
    with locate_errors(response.url):
        told = row(json_after(response, IN_PAGE), "script#data")
        summary = row(told.get("summary"), "summary")
        if summary.get("posts"):
            raise UnexpectedShape(
                "summary.posts has never been seen with anything in it", remedy=RECORD
            )
        lists = [
            rows(summary.get(key), f"summary.{key}")
            for key in ("open_incidents", "resolved_incidents")
        ]
        events = [_event(_older_post(each), page.now) for listed in lists for each in listed]
        layout = row(row(told.get("layout"), "layout").get("layout_settings"), "layout_settings")
        services = rows(
            summary.get("post_status_page_services"), "summary.post_status_page_services"
        )
        return _Told(
            name=maybe_text(layout.get("name")),
            components=_components(services, _groups(layout)),
            events=events,
            first=min((event.start for event in events), default=None),
            gone=page.open_incidents - {event.id for event in events},
            cursor=OLDER,
        )


def _older_post(told: Row) -> _Post:
    return _post(
        told, [_older_update(each) for each in rows(told.get("updates"), "incident.updates")]
    )


def _older_update(told: Row) -> _Update:
    named = rows(told.get("impacted_business_services"), "update.impacted_business_services")
    return _Update(
        at=instant(told.get("reported_at"), "update.reported_at"),
        status=_key(told.get("status"), "update.status"),
        severity=_key(told.get("severity"), "update.severity"),
        services=worst_words(
            (
                (
                    identifier(each.get("id"), "service.id"),
                    _key(each.get("severity"), "service.severity"),
                )
                for each in named
            ),
            VOCABULARY,
        ),
        key=maybe_text(told.get("id")),
        text=maybe_text(told.get("message")),
    )


def _groups(layout: Row) -> dict[str, str]:
    """Return the name of the group each business service is in."""
    heads = optional_rows(layout.get("business_services"), "layout.business_services")
    return {
        child: name
        for head in heads
        if head.get("grouping_element") is True and (name := maybe_text(head.get("name")))
        for child in head.get("child_business_services") or ()
        if isinstance(child, str)
    }


# the newer pages


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the newer pages' posts are read by: the page's services and the words of its states, by
    id.
    """

    components: Sequence[Component]
    words: Mapping[str, str]

    def post(self, response: Response) -> _Post:
        """Return the post in an answer about one."""
        told = row(row(read_json(response), "the answer").get("post"), "post")
        kind = text(told.get("post_type"), "post.post_type")
        if kind not in {"incident", "maintenance"}:
            raise UnexpectedShape(f"a post of the type {kind[:40]!r}", remedy=RECORD)
        updates = rows(told.get("updates"), "post.updates")
        return _post(
            told,
            [self._update(each) for each in updates],
            maintenance=kind == "maintenance",
            start=_time(told.get("starts_at"), "post.starts_at"),
            end=_time(told.get("ends_at"), "post.ends_at"),
        )

    def _update(self, told: Row) -> _Update:
        impacts = optional_rows(told.get("impacts"), "update.impacts")
        return _Update(
            at=_time(told.get("reported_at"), "update.reported_at")
            or shape_error("update.reported_at", "a time", None),
            status=self._word(told.get("status_id"), "update.status_id"),
            severity=self._word(told.get("severity_id"), "update.severity_id"),
            services=worst_words(
                (
                    (
                        identifier(each.get("service_id"), "impact.service_id"),
                        self._word(each.get("severity_id"), "impact"),
                    )
                    for each in impacts
                ),
                VOCABULARY,
            ),
            key=maybe_text(told.get("id")),
            text=maybe_text(told.get("message")),
        )

    def _word(self, key: object, where: str) -> str:
        return self.words.get(identifier(key, where), str(key))


def _answers(services: Response, enums: Response) -> _Answers:
    """Read the services and the words for states."""
    with locate_errors(services.url):
        components = _components(
            rows(row(read_json(services), "the answer").get("services"), "services"), {}
        )
    with locate_errors(enums.url):
        listed = rows(row(read_json(enums), "the answer").get("post_enums"), "post_enums")
        return _Answers(
            components, {identifier(each.get("id"), "post_enum.id"): _enum(each) for each in listed}
        )


def _enum(told: Row) -> str:
    layout = told.get("layout_settings")
    key = maybe_text(layout.get("key")) if isinstance(layout, dict) else None
    return _key(key or told.get("name"), "post_enum.name")


def _time(value: object, where: str) -> datetime | None:
    """Return a time, which some pages write in milliseconds and some as text."""
    if value is None or value == "":
        return None
    return epoch(value, where, per_second=1000) if isinstance(value, int) else instant(value, where)


def _components(services: Iterable[Row], groups: Mapping[str, str]) -> list[Component]:
    """Return the services that are on the page, in its order. A page without any says nothing of
    any.
    """
    found = [
        Component(
            id=identifier(each.get("id"), "service.id"),
            name=maybe_text(each.get("display_name")) or text(each.get("name"), "service.name"),
            group=groups.get(str(each.get("external_business_service_id"))),
            position=position,
        )
        for position, each in enumerate(services)
        if each.get("is_active") is not False
    ]
    return found or shape_error("the services", "at least one that is active", None)


# events


def _event(post: _Post, now: datetime) -> Event:
    return (
        _maintenance(post, now)
        if post.maintenance
        else expire_stale(_incident(post), post.updates[-1].at, now)
    )


def _incident(post: _Post) -> Event:
    first, last = post.updates[0], post.updates[-1]
    start = min(post.start or first.at, first.at)
    phase = PHASES.get(last.status, Phase.OPEN)
    spans = tuple(_spans(post, start))
    worst = max(
        post.updates, key=lambda update: VOCABULARY.get(update.severity, Level.OPERATIONAL)
    ).severity
    named = tuple(key for update in post.updates for key in update.services)
    return Event(
        id=post.id,
        title=post.title,
        phase=phase,
        start=start,
        end=_ended(post) if phase is Phase.CLOSED else None,
        status=last.status,
        impact=worst,
        component_ids=named,
        spans=spans,
        unattributed=not named and any(map(_is_bad, post.updates)),
        unknown_words=tuple({update.status for update in post.updates} - PHASES.keys()),
        updates=tuple(map(_message, post.updates)),
    )


def _message(update: _Update) -> IncidentUpdate:
    states = (
        PostedState(component_id=key, level=VOCABULARY.get(word), word=word)
        for key, word in update.services.items()
    )
    return message(update.at, update.status, update.text, key=update.key, states=states)


def _ended(post: _Post) -> datetime:
    """Return when a post that is closed was closed: what is posted afterwards does not prolong
    it.
    """
    return closed_at(
        [post_saying(update.at, update.status, PHASES) for update in post.updates],
        post.updates[0].at,
    )


def _is_review(update: _Update) -> bool:
    return update.status.replace("_", " ") in REVIEWS or update.status in REVIEWS


def _closes(update: _Update) -> bool:
    return PHASES.get(update.status) is Phase.CLOSED


def _is_bad(update: _Update) -> bool:
    return VOCABULARY.get(update.severity) is not Level.OPERATIONAL and not _closes(update)


def _spans(post: _Post, start: datetime) -> Iterator[ImpactSpan]:
    """Yield how each service was from one update that says so to the next."""
    over = _ended(post) if _closes(post.updates[-1]) else None
    counted = (update for update in post.updates if over is None or update.at <= over)
    telling = [update for update in counted if update.services or _closes(update)]
    ends = [*(update.at for update in telling[1:]), None]
    seen: set[str] = set()
    for update, end in zip(telling, ends, strict=False):
        begun = start if update is post.updates[0] else update.at
        if update is telling[0] and any(map(_is_bad, post.updates[: post.updates.index(update)])):
            yield from spans_for(update.services, None, start, begun, basis=Basis.TRANSITION)
        if _closes(update):
            yield from _named_late(update, seen, start)
            continue
        seen |= update.services.keys()
        for key, word in update.services.items():
            level = VOCABULARY.get(word)
            if level is not Level.OPERATIONAL and begun != end:
                yield ImpactSpan(
                    component_id=key,
                    level=level,
                    start=begun,
                    end=end,
                    word=word,
                    basis=Basis.TRANSITION,
                )


def _named_late(update: _Update, seen: set[str], start: datetime) -> Iterator[ImpactSpan]:
    """Yield the services that only the closing update names: they were hit, and since when is not
    told.
    """
    for key, word in update.services.items():
        if key not in seen and VOCABULARY.get(word) is not Level.OPERATIONAL:
            known = word if word not in VOCABULARY else None
            yield ImpactSpan(
                component_id=key,
                level=None,
                start=start,
                end=update.at,
                word=known,
                basis=Basis.TRANSITION,
            )


def _maintenance(post: _Post, now: datetime) -> Event:
    """Return a maintenance: it lasts as planned or until it is said to be over, on the services
    named last.
    """
    last = post.updates[-1]
    start = post.start or post.updates[0].at
    over = _closes(last)
    end = min(filter(None, (_ended(post) if over else None, post.end)), default=None)
    phase = (
        Phase.SCHEDULED
        if start > now
        else Phase.CLOSED
        if end is not None and end <= now
        else Phase.OPEN
    )
    if over and phase is Phase.SCHEDULED:
        phase, end = Phase.CLOSED, start
    named = next((update.services for update in reversed(post.updates) if update.services), {})
    return Event(
        id=post.id,
        title=post.title,
        phase=phase,
        start=start,
        end=end,
        status=last.status,
        impact="maintenance",
        maintenance=True,
        component_ids=tuple(named),
        spans=tuple(
            ImpactSpan(component_id=key, level=level, start=start, end=end, word=word)
            for key, word in named.items()
            if (level := VOCABULARY.get(word)) is not Level.OPERATIONAL
        ),
        unattributed=not named and _is_bad(last),
        unknown_words=tuple({update.status for update in post.updates} - PHASES.keys()),
    )


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield every service's state: three requests and one for each post that goes on, or one for an
    older page.
    """
    told = yield from _read(page, _featured(page), conditional=True)
    if told is None:
        return
    unnamed = any(event.phase is Phase.OPEN and event.unattributed for event in told.events)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name=told.name, remark=UNNAMED if unnamed else None),
        parts=current_states(told.components, told.events, page.now),
        events=recent_or_open(told.events, page),
        withdrawn=told.gone,
        cursor=told.cursor,
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the posts since then, as far as the page has existed; what lies before it is a gap."""
    told = yield from _read(page, _listed(page, since))
    first = min(page.now, max(since, told.first or page.now))
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name=told.name),
        components=told.components,
        events=[event for event in told.events if event.end is None or event.end >= since],
        since=first,
        cursor=told.cursor,
    )
    yield from gap_before(SOURCE, page, since, first, "the page's record begins later")


def _read(page: PageContext, newer: Reading, *, conditional: bool = False) -> Reading:
    """Return what the page tells, of whichever generation it is; None when nothing has changed."""
    if page.cursor == OLDER:
        response = yield from get("", accept="text/html", conditional=conditional)
        if response.unchanged or _is_older(response):
            return None if response.unchanged else _older(response, page)
    try:
        return (yield from newer)
    except (BadStatus, NotJson, Moved):
        response = yield from get("", accept="text/html")
        if not _is_older(response):
            raise
        return _older(response, page)


def _featured(page: PageContext) -> Reading:
    """Return what goes on or is planned, and how those ended that we hold as open."""
    services, enums, featured = map(unwrap, (yield from get_all((SERVICES, ENUMS, FEATURED))))
    known = _answers(services, enums)
    with locate_errors(featured.url):
        listed = row(read_json(featured), "the answer")
        ids = _ids(listed)
        if listed.get("continuationToken"):
            raise UnexpectedShape("more is going on than one answer holds", remedy=RECORD)
    posts, gone = yield from _posts([*ids, *sorted(page.open_incidents - set(ids))], known)
    if gone & set(ids):
        raise UnexpectedShape(
            f"a post that is listed is not there: {min(gone)}", url=featured.url, remedy=RECORD
        )
    return _Told(None, known.components, [_event(post, page.now) for post in posts], gone=gone)


def _ids(listed: Row) -> list[str]:
    return [identifier(each.get("id"), "post.id") for each in rows(listed.get("posts"), "posts")]


def _posts(ids: Sequence[str], known: _Answers) -> Reading:
    """Return the posts with these ids, and the ids of those that are not there any more."""
    posts, gone = [], set()
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]
        answers = yield from get_all([POST.format(id=quote(key, safe="")) for key in some])
        for key, answer in zip(some, answers, strict=True):
            response = unwrap(answer)
            if response.status == 404:  # noqa: PLR2004
                gone.add(key)
                continue
            with locate_errors(response.url):
                posts.append(known.post(response))
    return posts, frozenset(gone)


def _listed(page: PageContext, since: datetime) -> Reading:
    """Return the posts since then. Without a date of the page's creation they cover the time since
    the oldest.
    """
    services, enums, data = yield from get_all((SERVICES, ENUMS, DATA))
    known = _answers(unwrap(services), unwrap(enums))
    ids: dict[str, None] = {}
    until = page.now
    while until > since:
        begun = max(since, until - WINDOW)
        ids.update(dict.fromkeys((yield from _between(begun, until))))
        until = begun
    posts, _ = yield from _posts(list(ids), known)
    events = [_event(post, page.now) for post in posts]
    name, made = _layout(data)
    return _Told(
        name, known.components, events, made or min((event.start for event in events), default=None)
    )


def _between(begun: datetime, until: datetime) -> Reading:
    """Return the ids of the posts in a span of time, page by page."""
    first = BETWEEN.format(since=_milliseconds(begun), until=_milliseconds(until))
    ids: list[str] = []
    address = first
    for _ in range(MOST_PAGES):
        response = yield from get(address)
        with locate_errors(response.url):
            listed = row(read_json(response), "the answer")
            ids += _ids(listed)
        token = maybe_text(listed.get("continuationToken"))
        if token is None:
            return ids
        address = f"{first}&continuation_token={quote(token, safe='')}"
    raise UnexpectedShape("the list of posts does not end", url=response.url, remedy=RECORD)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _layout(answer: Response | FetchError) -> tuple[str | None, datetime | None]:
    """Return the page's name and when it was made; it need not say either."""
    try:
        told = row(read_json(unwrap(answer)), "the answer")
        settings = row(row(told.get("layout"), "layout").get("layout_settings"), "layout_settings")
        uptime = settings.get("service_uptime_settings")
        made = uptime.get("status_page_creation_date") if isinstance(uptime, dict) else None
        return maybe_text(settings.get("name")), _time(made, "status_page_creation_date")
    except PageError:
        return None, None
