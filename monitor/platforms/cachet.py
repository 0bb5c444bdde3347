"""Cachet status pages, which people run themselves: components, incidents and schedules, each a
list in pages. Pure.

Version 2 answers at `/api/v1/...` with plain rows, version 3 at `/api/...` with JSON:API: the same
fields under `attributes`, times and states as `{"human", "string" or "value"}`, components and
updates under `included`. Both are read here; which one a page has is asked once and remembered.
What is easily misread:

- Times have no zone: they are the server's. They are taken in the page's configured zone, else as
  UTC.
- An incident's `status` in version 2 is its first state; `latest_status` is the present one.
- Incidents have no severity; what names a component is inferred to be minor. Only version 3
  declares a state for each component of an incident, in a `pivot`; a component is included once, so
  of several incidents it is one's, nobody knows whose. In version 3 a component's own `status`
  stays as it is while an incident declares another.
- Version 2 lists its oldest incidents first, and writes the present time as `completed_at` of what
  is not complete. A schedule's state does not move by itself: its time does.
- In a schedule of version 2, `components[].id` is the row's; the component's is `component_id`.

The shapes are those of captured pages of version 2 and of the programs' source
(github.com/cachethq).
"""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from monitor.errors import FetchError, Truncated, UnexpectedShape
from monitor.intervals import zone_named
from monitor.kit.events import (
    ComponentState,
    Event,
    ImpactSpan,
    expire_stale,
    recent_or_open,
    spans_for,
)
from monitor.kit.evidence import MIN_DURATION, evidence, gap_before
from monitor.kit.fields import Row, identifier, keyword, maybe_text, optional_rows, row, rows, text
from monitor.kit.messages import message
from monitor.kit.posts import Post, closed_at, post_saying
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get, get_all
from monitor.kit.responses import locate_errors, read_json, try_json
from monitor.kit.times import maybe_instant
from monitor.model import Component, Evidence, IncidentUpdate, Level, PageInfo, Phase

ABOUT = About(
    title="Cachet",
    verified=date(2026, 9, 12),
    live="/api/v1/components, incidents and schedules (/api/... in version 3), 3 to 5 requests",
    reach_days=None,
    reach="All incidents and schedules the page has, as far back as its oldest component.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Incidents say no severity and often no component, and a component's state may change"
        " without one; times have no zone, so set `zone` to the server's. Version 3 was not seen"
        " yet."
    ),
)

SOURCE = "cachet.lists"

VOCABULARY: Mapping[str, Level] = {
    "1": Level.OPERATIONAL,
    "2": Level.DEGRADED,
    "3": Level.PARTIAL_OUTAGE,
    "4": Level.MAJOR_OUTAGE,
    "6": Level.MAINTENANCE,
}
"""By a component's `status`, which is a number."""

UNSAID = frozenset({"0", "5"})
"""The numbers by which Cachet itself says that it does not know."""

PHASES: Mapping[str, Phase] = {
    "0": Phase.SCHEDULED,  # before version 2.4, which has schedules
    "1": Phase.OPEN,
    "2": Phase.OPEN,
    "3": Phase.OPEN,
    "4": Phase.CLOSED,
}
SCHEDULED, COMPLETE = "0", "2"
SCHEDULE_STATES = frozenset({"0", "1", COMPLETE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Api:
    """The addresses of one version, relative to the page: it may live in a folder of its host."""

    version: str
    components: str
    incidents: str
    schedules: str
    groups: str | None = None


V2 = _Api(
    version="2",
    components="api/v1/components?per_page=100",
    incidents="api/v1/incidents?per_page=100",
    schedules="api/v1/schedules?per_page=100",
    groups="api/v1/components/groups?per_page=100",
)
V3 = _Api(
    version="3",
    components="api/components?per_page=100&include=group",
    incidents="api/incidents?per_page=100&include=components,updates",
    schedules="api/schedules?per_page=100&sort=-scheduled_at&include=components",
)
COMMON_PATHS = (V2.components, V3.components)
MOST_PAGES = 50
ABSENT = 404

Reading = Generator[Step, Any, Any]


# detection

OWN_KEYS = (
    {"status", "group_id", "enabled"},
    {"component_id", "stickied", "visible", "status"},
    {"status", "scheduled_at", "completed_at", "components"},
    {"status", "order", "enabled", "created"},
    {"status", "guid", "stickied", "occurred"},
    {"status", "scheduled", "completed"},
)
"""What components, incidents and schedules have, of version 2 and then of 3."""

PAGE_KEYS = {"current_page", "from", "per_page", "to"}


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Cachet page: its markup, how it cuts lists into pages, and its rows."""
    head = response.body[:64].lstrip()[:1]
    if head == b"<" and (
        b"://cachethq.io" in response.body or b"/vendor/cachethq/cachet/" in response.body
    ):
        yield Signal("markup", "the page links to cachethq.io or loads Cachet's files")
    told = try_json(response) if head == b"{" or response.body[:3] == b"\xef\xbb\xbf" else None
    data = told.get("data") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(data, list):
        return
    if _in_pages(told):
        yield Signal("pages", "a list is cut into pages as Cachet does")
    first = data[0] if data and isinstance(data[0], dict) else {}
    attributes = first.get("attributes", first)
    if isinstance(attributes, dict) and any(keys <= attributes.keys() for keys in OWN_KEYS):
        yield Signal("rows", "rows have the fields of Cachet's components, incidents or schedules")


def _in_pages(told: Row) -> bool:
    meta = told.get("meta")
    if not isinstance(meta, dict):
        return False
    pages = meta.get("pagination")
    links = pages.get("links") if isinstance(pages, dict) else None
    return (isinstance(links, dict) and "next_page" in links) or meta.keys() >= PAGE_KEYS


# lists


@dataclass(frozen=True, slots=True)
class _Answer:
    """A page of a list. `pages` is how many there are, None = the answer does not say (version
    3).
    """

    rows: Sequence[Row]
    included: Mapping[tuple[str, str], Row]
    more: bool
    pages: int | None


def _answer(response: Response) -> _Answer:
    told = row(read_json(response), "the answer")
    listed = rows(told.get("data"), "data")
    included = {
        (text(each.get("type"), "included.type"), identifier(each.get("id"), "included.id")): each
        for each in optional_rows(told.get("included"), "included")
    }
    pages = row(told.get("meta"), "meta").get("pagination")
    if pages is None:
        return _Answer(
            listed, included, row(told.get("links"), "links").get("next") is not None, None
        )
    links = row(row(pages, "meta.pagination").get("links"), "meta.pagination.links")
    total = identifier(pages.get("total_pages"), "meta.pagination.total_pages")
    return _Answer(
        listed,
        included,
        links.get("next_page") is not None,
        int(total) if total.isdecimal() else None,
    )


def _which(page: PageContext) -> Reading:
    """Return the version of the page and its components' first answer; the version it had last time
    is asked first.
    """
    for api in sorted((V2, V3), key=lambda api: api.version != page.cursor):
        response: Response = yield from get(api.components)
        if response.status != ABSENT:
            break
    return api, response


def _together(api: _Api, *, grouped: bool) -> Reading:
    """Return the first answers of incidents, schedules and, where they are listed apart, groups
    (else None).
    """
    paths = [api.incidents, api.schedules, *([api.groups] if grouped and api.groups else [])]
    answers: list[Response | FetchError] = yield from get_all(paths)
    for answer in answers:
        if isinstance(answer, FetchError):
            raise answer
    incidents, schedules, *groups = answers
    return incidents, schedules, groups[0] if groups else None


def _all(response: Response, path: str) -> Reading:
    """Return all pages of a list whose first answer is here. Raises Truncated when there are too
    many.
    """
    with locate_errors(response.url):
        answers = [_answer(response)]
        while answers[-1].more:
            if len(answers) == MOST_PAGES:
                raise Truncated(f"the list has more than {MOST_PAGES} pages")
            following: Response = yield from get(f"{path}&page={len(answers) + 1}")
            answers.append(_answer(following))
        return answers


def _newest(response: Response, path: str) -> Reading:
    """Return the first page of a list and, where its end is known, the last: the newest is in one
    of them.
    """
    with locate_errors(response.url):
        first = _answer(response)
        if not first.more or first.pages is None:
            return [first]
        last: Response = yield from get(f"{path}&page={first.pages}")
        return [first, _answer(last)]


# rows


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of either version; `where` names it in errors."""

    told: Row
    where: str
    zone: tzinfo
    related: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()

    @property
    def fields(self) -> Row:
        found = self.told.get("attributes")
        return self.told if found is None else row(found, f"{self.where}.attributes")

    @property
    def id(self) -> str:
        return identifier(self.told.get("id"), f"{self.where}.id")

    @property
    def title(self) -> str:
        return maybe_text(self.fields.get("name")) or self.id

    def state(self, *keys: str) -> str:
        """Return the first of these numbers that is there, as a word."""
        value = next((self.fields[key] for key in keys if self.fields.get(key) is not None), None)
        return _number(value, f"{self.where}.{keys[0]}")

    def time(self, name: str) -> datetime | None:
        value = self.fields.get(f"{name}_at")
        nested = self.fields.get(name)
        if value is None and isinstance(nested, dict):
            value = nested.get("string")
        return maybe_instant(value, f"{self.where}.{name}", self.zone)

    def start(self, *names: str) -> datetime:
        """Return the first of these times that is there."""
        found = next((at for name in names if (at := self.time(name)) is not None), None)
        if found is None:
            raise UnexpectedShape(f"{self.where} has no time: none of {', '.join(names)}")
        return found


def _number(value: object, where: str) -> str:
    return keyword(value.get("value") if isinstance(value, dict) else value, where)


def _entries(answer: _Answer, what: str, zone: tzinfo) -> list[_Entry]:
    related = [_related(each, answer.included) for each in answer.rows]
    named = Counter(
        identifier(each.get("id"), "component.id")
        for one in related
        for each in one.get("components", ())
    )
    shared = frozenset(key for key, times in named.items() if times > 1)
    return [
        _Entry(each, what, zone, one, shared)
        for each, one in zip(answer.rows, related, strict=True)
    ]


def _related(told: Row, included: Mapping[tuple[str, str], Row]) -> dict[str, list[Row]]:
    """Return what a row of version 3 refers to, by kind of relation."""
    relations = row(told.get("relationships") or {}, "relationships")
    return {
        name: [_one(each, included) for each in _linked(found)] for name, found in relations.items()
    }


def _linked(relation: object) -> list[Row]:
    data = row(relation, "relationship").get("data")
    return [data] if isinstance(data, dict) else optional_rows(data, "relationship.data")


def _one(link: Row, included: Mapping[tuple[str, str], Row]) -> Row:
    return included.get(
        (text(link.get("type"), "link.type"), identifier(link.get("id"), "link.id")), link
    )


# components


def _parts(entries: Sequence[_Entry], groups: Mapping[str, str]) -> list[ComponentState]:
    """Return the components in their present state; one that is not enabled is not on the page."""
    if not entries:
        raise UnexpectedShape("no component is listed: such a page says nothing of any")
    return [
        _part(each, groups, at)
        for at, each in enumerate(entries)
        if each.fields.get("enabled") is not False
    ]


def _part(entry: _Entry, groups: Mapping[str, str], at: int) -> ComponentState:
    created = entry.time("created")
    group = entry.fields.get("group_id")
    component = Component(
        id=entry.id,
        name=entry.title,
        group=_group_of(entry) or (groups.get(str(group)) if group else None),
        position=at,
        start_date=created.astimezone(entry.zone).date() if created is not None else None,
    )
    said = entry.state("status")
    if said in UNSAID:
        return ComponentState(component=component, level=None)
    return ComponentState(component=component, level=VOCABULARY.get(said), word=said)


def _group_of(entry: _Entry) -> str | None:
    found = next(iter(entry.related.get("group", ())), {})
    return maybe_text(row(found.get("attributes") or {}, "group.attributes").get("name"))


def _groups(response: Response | None) -> dict[str, str]:
    if response is None:
        return {}
    with locate_errors(response.url):
        return {
            identifier(each.get("id"), "group.id"): maybe_text(each.get("name")) or ""
            for each in _answer(response).rows
        }


def _is_grouped(answers: Sequence[_Answer]) -> bool:
    return any(each.get("group_id") for answer in answers for each in answer.rows)


# events


def _incident(entry: _Entry, now: datetime) -> Event:
    status = entry.state("latest_status", "status")
    phase = PHASES.get(status, Phase.OPEN)
    begun = ("scheduled", "occurred", "created") if status == SCHEDULED else ("occurred", "created")
    start = entry.start(*begun)
    posts = _posts(entry)
    changed = max([start, entry.time("updated") or start, *(post.at for post in posts)])
    end = (
        closed_at(posts, start, max(changed, start + MIN_DURATION))
        if phase is Phase.CLOSED
        else None
    )
    named = _named(entry)
    event = Event(
        id=entry.id,
        title=entry.title,
        phase=phase,
        start=start,
        end=end,
        status=status,
        impact="unsaid",
        url=maybe_text(entry.fields.get("permalink")),
        maintenance=status == SCHEDULED,
        component_ids=named,
        spans=_spans(entry, named, start, end),
        unattributed=not named and status != SCHEDULED,
        unknown_words=() if status in PHASES else (status,),
        updates=tuple(_messages(entry)),
    )
    return expire_stale(event, changed, now)


def _messages(entry: _Entry) -> Iterator[IncidentUpdate]:
    """Yield the updates as they are kept. A state is a number; what it stands for is said beside
    it.
    """
    listed = entry.fields.get("updates") or entry.related.get("updates")
    for each in listed if isinstance(listed, list) else ():
        told = _Entry(each, f"{entry.where}.updates", entry.zone)
        at, state = told.time("created"), told.fields.get("status")
        said = told.fields.get("human_status") or (
            state.get("human") if isinstance(state, dict) else state
        )
        if at is not None:
            yield message(
                at,
                str(said or ""),
                maybe_text(told.fields.get("message")),
                key=str(told.told.get("id") or ""),
            )


def _posts(entry: _Entry) -> list[Post]:
    """Return when each update was posted, and what its state says."""
    listed = optional_rows(
        entry.fields.get("updates"), f"{entry.where}.updates"
    ) or entry.related.get("updates", ())
    posts = (_Entry(each, f"{entry.where}.updates", entry.zone) for each in listed)
    return [
        post_saying(each.start("created"), each.state("status"), PHASES)
        for each in posts
        if each.fields.get("status") is not None
    ]


def _named(entry: _Entry) -> tuple[str, ...]:
    """Return the components a row names; 0 is none."""
    key = entry.fields.get("component_id")
    listed = optional_rows(entry.fields.get("components"), f"{entry.where}.components")
    ids = [each.get("component_id") or each.get("id") for each in listed]
    ids += [each.get("id") for each in entry.related.get("components", ())] or (
        [key] if key else []
    )
    return tuple(dict.fromkeys(identifier(each, f"{entry.where}.component") for each in ids))


def _spans(
    entry: _Entry, named: Sequence[str], start: datetime, end: datetime | None
) -> tuple[ImpactSpan, ...]:
    """Return what an incident means for its components: the state it declares for each, else a
    minor one.
    """
    declared = {each: said for each in named if (said := _declared(entry, each)) is not None}
    spans = tuple(
        ImpactSpan(component_id=key, level=VOCABULARY.get(said), start=start, end=end, word=said)
        for key, said in declared.items()
    )
    return spans + spans_for(
        [each for each in named if each not in declared], Level.DEGRADED, start, end
    )


def _declared(entry: _Entry, key: str) -> str | None:
    told = next(
        (each for each in entry.related.get("components", ()) if str(each.get("id")) == key), {}
    )
    attributes = told.get("attributes")
    pivot = attributes.get("pivot") if isinstance(attributes, dict) else None
    if not isinstance(pivot, dict) or key in entry.shared:
        return None
    said = _number(pivot.get("component_status"), "pivot.component_status")
    return None if said in UNSAID else said


def _schedule(entry: _Entry, now: datetime) -> Event:
    status = entry.state("status")
    start = entry.start("scheduled", "created")
    # Version 2 writes the present time where there is no end; version 3 reckons the state from the
    # end.
    end = entry.time("completed") if status == COMPLETE or "attributes" in entry.told else None
    over = status == COMPLETE or (end is not None and end <= now)
    named = _named(entry)
    event = Event(
        id=f"schedule-{entry.id}",
        title=entry.title,
        phase=Phase.CLOSED if over else Phase.SCHEDULED if start > now else Phase.OPEN,
        start=start,
        end=end or (start + MIN_DURATION if over else None),
        status=status,
        impact="maintenance",
        maintenance=True,
        component_ids=named,
        spans=spans_for(
            named, Level.MAINTENANCE, start, end or (start + MIN_DURATION if over else None)
        ),
        unknown_words=() if status in SCHEDULE_STATES else (status,),
    )
    return expire_stale(event, max(start, entry.time("updated") or start), now)


# poll and backfill


@dataclass(frozen=True, slots=True)
class _Told:
    """What a page's lists say. `complete`: they are whole, so an event that is not among them was
    deleted.
    """

    parts: Sequence[ComponentState]
    events: Sequence[Event]
    version: str
    complete: bool

    def gone(self, page: PageContext) -> frozenset[str]:
        return (
            page.open_incidents - {event.id for event in self.events}
            if self.complete
            else frozenset()
        )


def _read(page: PageContext, *, whole: bool) -> Reading:
    """Return what the page says: of its past all there is, or what is on the newest pages of its
    lists.
    """
    zone = zone_named(page.zone or "UTC")
    api, response = yield from _which(page)
    components = yield from _all(response, api.components)
    incidents, schedules, groups = yield from _together(api, grouped=_is_grouped(components))
    with locate_errors(response.url):
        found = [entry for answer in components for entry in _entries(answer, "component", zone)]
        parts = _parts(found, _groups(groups))
    pages = _all if whole else _newest
    posted = yield from pages(incidents, api.incidents)
    planned = [] if schedules.status == ABSENT else (yield from pages(schedules, api.schedules))
    with locate_errors(incidents.url):
        events = [
            _incident(each, page.now)
            for some in posted
            for each in _entries(some, "incident", zone)
        ]
    with locate_errors(schedules.url):
        events += [
            _schedule(each, page.now)
            for some in planned
            for each in _entries(some, "schedule", zone)
        ]
    complete = whole or all(
        len(some) == 1 and not some[0].more for some in (posted, planned) if some
    )
    return _Told(parts, events, api.version, complete)


def poll(page: PageContext) -> Steps:
    """Yield the components' state and what goes on."""
    told: _Told = yield from _read(page, whole=False)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(remark=_remark(told.events)),
        parts=[*told.parts, *_meant(told, page.now)],
        events=recent_or_open(told.events, page),
        withdrawn=told.gone(page),
        cursor=told.version,
    )


def _meant(told: _Told, now: datetime) -> Iterator[ComponentState]:
    """Yield the state that what goes on gives to components; the worst of it and their own counts.

    In version 2 incidents set the state of their component themselves.
    """
    known = {part.component.id: part.component for part in told.parts}
    for event in told.events:
        counts = event.maintenance or told.version == V3.version
        if counts and event.phase is Phase.OPEN and event.start <= now:
            yield from (
                ComponentState(component=known[span.component_id], level=span.level, word=span.word)
                for span in event.spans
                if span.component_id in known and (span.level is not None or span.word)
            )


def _remark(events: Sequence[Event]) -> str | None:
    unnamed = any(event.unattributed and event.phase is Phase.OPEN for event in events)
    return "an incident is going on that names no component" if unnamed else None


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents and schedules: they cover the time since the oldest component was
    made.
    """
    told: _Told = yield from _read(page, whole=True)
    begun = [
        part.component.start_date for part in told.parts if part.component.start_date is not None
    ]
    zone = zone_named(page.zone or "UTC")
    first = datetime.combine(min(begun), datetime.min.time(), zone) if begun else page.now
    yield _history(told, page, max(since, first))
    yield from gap_before(SOURCE, page, since, first, "the page's oldest component was made then")


def _history(told: _Told, page: PageContext, since: datetime) -> Evidence:
    return evidence(
        SOURCE,
        page,
        components=[part.component for part in told.parts],
        events=[event for event in told.events if event.end is None or event.end > since],
        since=since,
        withdrawn=told.gone(page),
        cursor=told.version,
    )
