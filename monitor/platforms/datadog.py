"""Datadog status pages: one JSON document with the components, all incidents and all maintenances.
Pure.

`/config.json` is what the page is drawn from. What is easily misread in it:

- `componentsAffected` of an incident shows what its components are now, which after its end is
  "operational". What they were stands in its `timeline`: each update names components and the state
  they were in from `startedAt` on.
- `startedAt` is when it happened, `createdAt` when somebody typed it in, perhaps months later.
  Incidents older than the page itself (`created`) were typed in: they are listed, and the time
  around them is not known to be good.
- `resolvedDate` may lie before an update that says that the incident goes on: then the update that
  says it is over ends it. What is posted after the end is a review.
- `maintenances` is null when there are none. Their fields are known only from programs that read
  them.

The page computes its percentages itself, from the partial and major outages in the timelines.
Nothing is documented.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from monitor.errors import PageUnavailable
from monitor.kit.events import (
    ComponentState,
    Event,
    ImpactSpan,
    recent_or_open,
    spans_for,
    unlisted,
)
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import (
    Row,
    identifier,
    ids_of,
    keyword,
    maybe_text,
    number,
    optional_rows,
    row,
    rows,
    text,
)
from monitor.kit.hosts import is_on
from monitor.kit.messages import messages, posted_states
from monitor.kit.posts import Post, calls_over, end_of, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_row
from monitor.kit.sequences import with_end
from monitor.kit.states import components_of, worst_word, worst_words
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, Level, PageInfo, Phase, PostedState

ABOUT = About(
    title="Datadog",
    verified=date(2026, 9, 11),
    live="/config.json, 1 request",
    reach_days=None,
    reach="Every incident since the page exists.",
    granularity="component",
    precision="as typed",
    caveat="Incidents may be typed in days later, with times rounded to minutes.",
)

SOURCE = "datadog.config"

CONFIG = "/config.json"
PROBE = Get(path=CONFIG)
COMMON_PATHS = (CONFIG,)
TENANTS = ".statuspage.datadoghq.com"
HOSTS = (TENANTS,)

VOCABULARY: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "major_outage": Level.MAJOR_OUTAGE,
}

DEEPEST = 9
"""Groups may stand in groups. An answer in which more than these are nested is no page's."""

INCIDENT_PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "resolved": Phase.CLOSED,
}
MAINTENANCE_PHASES: Mapping[str, Phase] = {
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.OPEN,
    "completed": Phase.CLOSED,
    "canceled": Phase.WITHDRAWN,
}


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Datadog page's document."""
    if b'"domainPrefix"' not in response.body:
        return
    answer = try_row(response)
    if {"pageType", "domainPrefix", "components", "incidents"} <= answer.keys():
        yield Signal("shape", "a page with a type and a domain prefix")
    if {"sourceDatacenter", "visualizationType"} <= answer.keys():
        yield Signal("settings", "Datadog's data centre and way of drawing")
    if is_on(str(answer.get("pageUrl")), HOSTS):
        yield Signal("address", f"the page says that its address is on *{TENANTS}")


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """What the document says. `began_at` is when the page began, `unknown_words` are states of
    incidents and maintenances that mean nothing to us.
    """

    info: PageInfo
    began_at: datetime
    states: Sequence[ComponentState]
    events: Sequence[Event]
    unknown_words: set[str]


def _read_document(response: Response) -> _Document:
    answer = row(read_json(response), "the answer")
    if answer.get("enabled") is False:
        raise PageUnavailable("the vendor has switched this page off", url=response.url)
    incidents = _without_deleted(rows(answer.get("incidents"), "incidents"))
    plans = _without_deleted(optional_rows(answer.get("maintenances"), "maintenances"))
    unknown_words = _unknown_words(incidents, INCIDENT_PHASES)
    unknown_words |= _unknown_words(plans, MAINTENANCE_PHASES)
    return _Document(
        info=PageInfo(
            external_id=maybe_text(answer.get("id")), name=maybe_text(answer.get("name"))
        ),
        began_at=instant(answer.get("created"), "created"),
        states=list(_component_states(answer.get("components"))),
        events=[*map(_incident, incidents), *map(_maintenance, plans)],
        unknown_words=unknown_words,
    )


def _without_deleted(items: Iterable[Row]) -> list[Row]:
    return [item for item in items if item.get("deletedAt") is None]


def _unknown_words(items: Iterable[Row], phases: Mapping[str, Phase]) -> set[str]:
    return set(map(_status, items)) - phases.keys()


def _component_states(components: object) -> Iterator[ComponentState]:
    for position, (item, group) in enumerate(_leaves(components)):
        key, word = _id_and_word(item, "component")
        name = text(item.get("name"), f"component {key}.name")
        component = Component(id=key, name=name, group=group, position=position)
        yield ComponentState(component=component, level=VOCABULARY.get(word), word=word)


def _leaves(components: object, groups: tuple[str, ...] = ()) -> Iterator[tuple[Row, str | None]]:
    """Yield the components in the page's order, each with the name of the innermost group it is
    in; groups have no state of their own.
    """
    for item in sorted(rows(components, "components"), key=_position):
        if item.get("type") == "ComponentGroup" and len(groups) < DEEPEST:
            name = text(item.get("name"), "component.name")
            yield from _leaves(item.get("components"), (*groups, name))
        elif item.get("type") == "Component":
            yield item, groups[-1] if groups else None
        else:
            shape_error("component.type", "Component or ComponentGroup", item.get("type"))


def _position(component: Row) -> float:
    return number(component.get("position", 0), "position")


def _id_and_word(component: Row, where: str) -> tuple[str, str]:
    key = identifier(component.get("id"), f"{where}.id")
    return key, keyword(component.get("status"), f"{where} {key}.status")


def _status(item: Row) -> str:
    return keyword(item.get("currentStatus"), "currentStatus")


# incidents


class _Update(NamedTuple):
    """A message of an incident: when it was true, and the states of components by it."""

    post: Post
    states: Sequence[tuple[str, str]]


class _Change(NamedTuple):
    """When a component came into a state, and the vendor's word for it."""

    at: datetime
    word: str


def _incident(item: Row) -> Event:
    key = identifier(item.get("id"), "incident.id")
    where, status = f"incident {key}", _status(item)
    updates = _updates(item, where)
    stated_start = instant(item.get("publishedDate"), f"{where}.publishedDate")
    posts = [update.post for update in updates]
    start = min([stated_start, *(post.at for post in posts)])
    end = end_of(
        posts,
        maybe_instant(item.get("resolvedDate"), f"{where}.resolvedDate"),
        start,
        over=item.get("resolved") is True or calls_over(status, INCIDENT_PHASES),
    )
    component_ids = _component_ids(item, where)
    # Where no update says which state they were in, that of now does not: it may be after the end.
    spans = tuple(_spans(updates, end)) or spans_for(
        component_ids, None, start, end, basis=Basis.DECLARED
    )
    return Event(
        id=key,
        title=text(item.get("title"), f"{where}.title"),
        phase=Phase.OPEN if end is None else Phase.CLOSED,
        start=start,
        end=end,
        status=status,
        impact=worst_word(spans) or _first_word(spans) or "unknown",
        component_ids=component_ids,
        spans=spans,
        unattributed=not spans,
        updates=messages(
            item.get("timeline"), at="startedAt", text="description", states=_posted_states
        ),
    )


def _first_word(spans: Iterable[ImpactSpan]) -> str | None:
    for span in spans:
        if span.word:
            return span.word
    return None


def _posted_states(update: Row) -> Iterator[PostedState]:
    return posted_states(update.get("componentsAffected"), VOCABULARY, key="id")


def _component_ids(item: Row, where: str) -> tuple[str, ...]:
    place = f"{where}.componentsAffected"
    return tuple(ids_of(optional_rows(item.get("componentsAffected"), place), place))


def _updates(incident: Row, where: str) -> list[_Update]:
    """Return an incident's updates, oldest first."""
    place = f"{where}.timeline"
    newest_first = optional_rows(incident.get("timeline"), place)
    updates = [_update(item, place) for item in reversed(newest_first)]
    return sorted(updates, key=lambda update: update.post.at)


def _update(item: Row, where: str) -> _Update:
    at = instant(item.get("startedAt"), f"{where}.startedAt")
    components = optional_rows(item.get("componentsAffected"), f"{where}.componentsAffected")
    states = [_id_and_word(component, where) for component in components]
    status = keyword(item.get("status") or "none", f"{where}.status")
    return _Update(post_saying(at, status, INCIDENT_PHASES), states)


def _spans(updates: Iterable[_Update], end: datetime | None) -> Iterator[ImpactSpan]:
    """Yield what the updates, oldest first, say of each component: it keeps a state until an update
    names it again, or the end.
    """
    changes_of: dict[str, list[_Change]] = defaultdict(list)
    for update in updates:
        for key, word in worst_words(update.states, VOCABULARY).items():
            changes_of[key].append(_Change(update.post.at, word))
    for key, changes in changes_of.items():
        for change, change_end in with_end(changes, end):
            if _is_within(change, changes[0], end):
                yield ImpactSpan(
                    component_id=key,
                    level=VOCABULARY.get(change.word),
                    start=change.at,
                    end=change_end,
                    word=change.word,
                    basis=Basis.TRANSITION,
                )


def _is_within(change: _Change, first: _Change, end: datetime | None) -> bool:
    """Whether a change was before the end of its incident, or with it where all were."""
    return end is None or change.at < end or change.at == end == first.at


def _maintenance(item: Row) -> Event:
    key = identifier(item.get("id"), "maintenance.id")
    where, status = f"maintenance {key}", _status(item)
    start = instant(item.get("startDate"), f"{where}.startDate")
    end = maybe_instant(item.get("completedDate"), f"{where}.completedDate")
    component_ids = _component_ids(item, where)
    return Event(
        id=key,
        title=text(item.get("title"), f"{where}.title"),
        phase=MAINTENANCE_PHASES.get(status, Phase.OPEN),
        start=start,
        end=end,
        status=status,
        impact="maintenance",
        maintenance=True,
        component_ids=component_ids,
        spans=spans_for(
            component_ids, Level.MAINTENANCE, start, end, word="maintenance", basis=Basis.DECLARED
        ),
    )


# reading


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request."""
    response = yield from get(CONFIG, conditional=True)
    if response.unchanged:
        return
    with locate_errors(response.url):
        document = _read_document(response)
        yield evidence(
            SOURCE,
            page,
            info=document.info,
            parts=document.states,
            events=recent_or_open(document.events, page),
            withdrawn=unlisted(page, document.events),
            unknown_words=document.unknown_words,
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents; they cover the time since the page began."""
    response = yield from get(CONFIG)
    with locate_errors(response.url):
        document = _read_document(response)
        first = min(page.now, max(since, document.began_at))
        yield evidence(
            SOURCE,
            page,
            components=components_of(document.states),
            events=document.events,
            since=first,
            unknown_words=document.unknown_words,
        )
    yield from gap_before(
        SOURCE, page, since, first, "the page began then; what it tells of before was typed in"
    )
