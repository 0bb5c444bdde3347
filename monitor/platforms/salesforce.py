"""Salesforce Trust: instances in a state, and incidents whose impacts are intervals. Pure.

A component is an instance (a pod such as NA137). The page's address says which are read: that of
one instance, that of one product, or all of them; `regions` (locations or keys of instances) narrow
the last two. What is easily misread:

- Sandboxes, and instances out of use, stand in the same lists; only those in production and in use
  are components.
- `affectsAll` means all of the instances that are named, not all there are.
- An impact has its own severity, start and end; an incident is over when all of them have ended.
  Impacts end with null.
- A maintenance has a plan and, beside it, impacts. Only an impact says that something took place.
- A minor or major incident marks the instance, also where just one of its services is concerned
  (`NONCORE`).
- `INFORMATIONAL` is a note and no trouble.

Addresses and words are as programs read them that use https://api.status.salesforce.com/v1/docs.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from monitor.errors import PageError, PageUnavailable, Truncated, UnexpectedShape
from monitor.kit.events import ComponentState, Event, ImpactSpan
from monitor.kit.evidence import evidence
from monitor.kit.fields import (
    Row,
    identifier,
    items,
    keyword,
    maybe_text,
    optional_rows,
    row,
    rows,
    text,
)
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Step, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, Evidence, Gap, Level, PageInfo, Phase

ABOUT = About(
    title="Salesforce Trust",
    verified=date(2026, 7, 31),
    live="/v1/instances/status/preview, /v1/products/P or /v1/instances/I/status, 1 request",
    reach_days=365,
    reach="About a year of incidents and maintenances, by instance, in pages.",
    granularity="component",
    precision="minutes",
    regions="optional",
    caveat=(
        "Salesforce posts most trouble hours after it began, some of it only as a general message"
        " without a state, and an incident of one service marks the whole instance."
    ),
)

SOURCE = "salesforce.incidents"
API = "https://api.status.salesforce.com/v1"
SITE = "https://status.salesforce.com"
HOSTS = ("status.salesforce.com", "api.status.salesforce.com")

MAINTENANCE = "MaintenanceImpacts"

VOCABULARY: Mapping[str, Level] = {
    "OK": Level.OPERATIONAL,
    "INFORMATIONAL": Level.OPERATIONAL,
    "INFORMATIONAL_CORE": Level.OPERATIONAL,
    "INFORMATIONAL_NONCORE": Level.OPERATIONAL,
    "MAINTENANCE_CORE": Level.MAINTENANCE,
    "MAINTENANCE_NONCORE": Level.MAINTENANCE,
    "MINOR_INCIDENT_CORE": Level.DEGRADED,
    "MINOR_INCIDENT_NONCORE": Level.DEGRADED,
    "MAJOR_INCIDENT_CORE": Level.MAJOR_OUTAGE,
    "MAJOR_INCIDENT_NONCORE": Level.MAJOR_OUTAGE,
    "minor": Level.DEGRADED,
    "major": Level.MAJOR_OUTAGE,
    MAINTENANCE: Level.MAINTENANCE,
}
"""States of instances, severities of an incident's impacts, and the list whose entries are
maintenance."""

RESOLVED = "resolved"

KEPT = timedelta(days=365)
"""How far back the list is believed to be whole."""

BEFORE = timedelta(days=30)
"""What goes on longer than this may be missing from a list that is asked for by its start."""

PAGE_ROWS = 200
MOST_PAGES = 200

PLACE = re.compile(r"/(instances|products)/(?!status/|all/)([^/]+)/")

# recognising


def probe(url: str) -> tuple[Get, ...]:
    """Return the state of what the address names, on Salesforce's own hosts: the page itself is an
    empty shell.
    """
    return (Get(path=_state_path(url)),) if urlsplit(url).hostname in HOSTS else ()


def detect(response: Response) -> Iterator[Signal]:
    """Return the signs of the Trust API: the fields of instances, their states and, beside these,
    the host.
    """
    return _signals(try_json(response))


FIELDS = frozenset(
    {"key", "location", "environment", "status", "isActive", "releaseVersion", "maintenanceWindow"}
)


def _signals(told: object) -> Iterator[Signal]:
    found = told.get("Instances", [told]) if isinstance(told, dict) else told
    some = found[:20] if isinstance(found, list) else []
    if some and all(isinstance(each, dict) and each.keys() >= FIELDS for each in some):
        yield Signal(
            "shape", "instances with an environment, a release and a window for maintenance"
        )
        if all(
            isinstance(each.get("Incidents"), list) and str(each["status"]) in VOCABULARY
            for each in some
        ):
            yield Signal(
                "words", f"instances in a state such as {some[0]['status']}, with their incidents"
            )


def _place(url: str) -> tuple[str, str]:
    """Return what the address names: ("instances", key), ("products", key) or ("", "") for all
    there is.
    """
    found = PLACE.search(urlsplit(url).path.rstrip("/") + "/")
    return (found[1], found[2]) if found else ("", "")


def _state_path(url: str) -> str:
    kind, key = _place(url)
    key = quote(key, safe="%")
    return {"instances": f"{API}/instances/{key}/status", "products": f"{API}/products/{key}"}.get(
        kind, f"{API}/instances/status/preview"
    )


# instances


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What one answer says. `known`: the keys of all instances in it, whether or not they are
    components.
    """

    info: PageInfo
    parts: tuple[ComponentState, ...]
    known: frozenset[str]
    events: tuple[Event, ...]


def _state(told: object, page: PageContext) -> _State:
    kind, key = _place(page.url)
    answer = row(told, "the answer") if kind else {}
    if kind and not {"Instances", "key"} & answer.keys():
        raise PageUnavailable(
            f"{kind} {key}: {maybe_text(answer.get('message')) or 'nothing is told of it'}"
        )
    listed = (
        rows(told, "the answer")
        if not kind
        else rows(answer.get("Instances", [answer]), "Instances")
    )
    if not listed:
        raise UnexpectedShape("the answer lists no instance")
    found = [
        (text(each.get("key"), f"instances[{at}].key"), each) for at, each in enumerate(listed)
    ]
    keys = frozenset(key for key, _ in found)
    chosen = [(key, each) for key, each in found if _counts(each, key, page)]
    if not chosen and kind == "instances":
        raise PageUnavailable(f"the instance {key} is not in use any more")
    return _State(
        info=PageInfo(
            name=" ".join(
                filter(None, ("Salesforce", maybe_text(answer.get("altDisplayName")) or key))
            ),
            remark=(
                None
                if chosen
                else "no instance in production is called or located as `regions` say: correct them"
            ),
        ),
        parts=tuple(_part(key, each, at) for at, (key, each) in enumerate(chosen)),
        known=keys,
        events=tuple(_within(_embedded(found, page.now), keys)),
    )


def _counts(told: Row, key: str, page: PageContext) -> bool:
    """Whether an instance is a component: in use, in production, and chosen. A page of one instance
    is about that.
    """
    where = f"instance {key}"
    if not isinstance(told.get("isActive"), bool):
        shape_error(f"{where}.isActive", "true or false", told.get("isActive"))
    if _place(page.url)[0] == "instances":
        return bool(told["isActive"])
    names = (key, maybe_text(told.get("location")) or "")
    chosen = not page.regions or any(
        fnmatchcase(name, each) for name in names for each in page.regions
    )
    return (
        bool(told["isActive"])
        and text(told.get("environment"), f"{where}.environment") == "production"
        and chosen
    )


def _part(key: str, told: Row, position: int) -> ComponentState:
    state = text(told.get("status"), f"instance {key}.status")
    born = maybe_instant(told.get("createdAt"), f"instance {key}.createdAt")
    return ComponentState(
        component=Component(
            id=key,
            name=key,
            region=maybe_text(told.get("location")),
            position=position,
            start_date=born.date() if born is not None else None,
        ),
        level=VOCABULARY.get(state.upper()),
        word=state[:60],
    )


def _embedded(found: Sequence[tuple[str, Row]], now: datetime) -> tuple[Event, ...]:
    """Return the incidents and maintenances that instances carry. One is told in full by each it
    concerns.
    """
    events: dict[str, Event] = {}
    for key, each in found:
        for event in _events(each, f"instance {key}", (key,), now):
            held = events.get(event.id, event)
            events[event.id] = replace(
                event, spans=tuple(dict.fromkeys((*held.spans, *event.spans)))
            )
    return tuple(events.values())


# incidents, maintenances


def _events(told: Row, where: str, owner: Sequence[str], now: datetime) -> Iterator[Event]:
    for at, each in enumerate(optional_rows(told.get("Incidents"), f"{where}.Incidents")):
        yield _incident(each, f"{where}.Incidents[{at}]", owner, now)
    for at, each in enumerate(optional_rows(told.get("Maintenances"), f"{where}.Maintenances")):
        yield _maintenance(each, f"{where}.Maintenances[{at}]", owner, now)


@dataclass(frozen=True, slots=True)
class _Impact:
    """An interval of an incident or a maintenance, and how bad it was in the vendor's word."""

    word: str
    kind: str
    start: datetime
    end: datetime | None


def _read_impacts(told: Row, field: str, where: str) -> list[_Impact]:
    return [
        _Impact(
            (
                MAINTENANCE
                if field == MAINTENANCE
                else keyword(each.get("severity"), f"{where}.{field}[{at}].severity")
            ),
            maybe_text(each.get("type")) or "",
            instant(each.get("startTime"), f"{where}.{field}[{at}].startTime"),
            maybe_instant(each.get("endTime"), f"{where}.{field}[{at}].endTime"),
        )
        for at, each in enumerate(optional_rows(told.get(field), f"{where}.{field}"))
    ]


def _keys(told: Row, where: str, owner: Sequence[str]) -> tuple[str, ...]:
    """Return the instances concerned; an incident told by an instance need not name it again."""
    named = items(told.get("instanceKeys", list(owner)), f"{where}.instanceKeys")
    return tuple(text(key, f"{where}.instanceKeys") for key in named) or tuple(owner)


def _spans(
    keys: Iterable[str], impacts: Iterable[_Impact], close: datetime | None
) -> tuple[ImpactSpan, ...]:
    return tuple(
        ImpactSpan(
            component_id=key,
            level=VOCABULARY.get(each.word),
            start=each.start,
            end=each.end or close,
            word=each.word,
            basis=Basis.DECLARED,
        )
        for each in impacts
        for key in keys
    )


def _incident(told: Row, where: str, owner: Sequence[str], now: datetime) -> Event:
    """Return an incident. One without impacts says when it was posted and not how bad it was: that
    is not known.
    """
    key, keys = identifier(told.get("id"), f"{where}.id"), _keys(told, where, owner)
    created, changed = (
        instant(told.get(name), f"{where}.{name}") for name in ("createdAt", "updatedAt")
    )
    impacts, state = (
        _read_impacts(told, "IncidentImpacts", where),
        (maybe_text(told.get("status")) or "").lower(),
    )
    close = changed if state == RESOLVED else None
    ends = [each.end or close for each in impacts] or [close]
    over = all(end is not None and end <= now for end in ends)
    kinds = dict.fromkeys(filter(None, (each.kind for each in impacts)))
    services = ", ".join(map(str, items(told.get("serviceKeys", []), f"{where}.serviceKeys")))
    unsaid = (
        ()
        if impacts
        else tuple(
            ImpactSpan(component_id=each, level=None, start=created, end=close) for each in keys
        )
    )
    return Event(
        id=key,
        title=": ".join(
            filter(None, (", ".join(kinds) or maybe_text(told.get("type")) or "incident", services))
        ),
        phase=Phase.CLOSED if over else Phase.OPEN,
        start=min((each.start for each in impacts), default=created),
        end=max(filter(None, ends)) if over else None,
        status=state or ("over" if over else "going on"),
        impact="/".join(dict.fromkeys(each.word for each in impacts)) or "not told",
        url=f"{SITE}/incidents/{quote(key)}",
        spans=unsaid + _spans(keys, impacts, close),
        unattributed=not keys,
    )


def _maintenance(told: Row, where: str, owner: Sequence[str], now: datetime) -> Event:
    """Return a maintenance: going on within its plan, at its level only within its impacts."""
    key, keys = identifier(told.get("id"), f"{where}.id"), _keys(told, where, owner)
    start = instant(told.get("plannedStartTime"), f"{where}.plannedStartTime")
    end = instant(told.get("plannedEndTime"), f"{where}.plannedEndTime")
    impacts = _read_impacts(told, MAINTENANCE, where)
    start = min((start, *(each.start for each in impacts)))
    over = (
        all(each.end is not None and each.end <= now for each in impacts) if impacts else end <= now
    )
    message = told.get("message")
    return Event(
        id=f"maintenance-{key}",
        title=maybe_text(told.get("name")) or "maintenance",
        phase=Phase.SCHEDULED if start > now else Phase.CLOSED if over else Phase.OPEN,
        start=start,
        end=max((each.end for each in impacts if each.end), default=end),
        status=(maybe_text(message.get("eventStatus")) if isinstance(message, dict) else None)
        or "planned",
        impact="maintenance",
        url=f"{SITE}/maintenances/{quote(key)}",
        maintenance=True,
        component_ids=keys,
        spans=_spans(keys, impacts, None),
    )


def _within(events: Iterable[Event], known: frozenset[str]) -> list[Event]:
    """Return the events that name an instance of the page or none at all, with the page's instances
    only.

    Those the user did not choose are kept: chosen later, they have their history.
    """
    kept = []
    for event in events:
        named = {*event.component_ids, *(span.component_id for span in event.spans)}
        if not named or named & known:
            spans = tuple(span for span in event.spans if span.component_id in known)
            kept.append(replace(event, component_ids=tuple(sorted(named & known)), spans=spans))
    return kept


def _shown(piece: Evidence, state: _State) -> Evidence:
    """Return the evidence without the incidents that concern none of the components; what they
    meant stays.
    """
    shown = {part.component.id for part in state.parts}
    listed = tuple(
        each
        for each in piece.incidents
        if not each.component_ids or shown & set(each.component_ids)
    )
    narrowed = (
        replace(each, component_ids=tuple(filter(shown.__contains__, each.component_ids)))
        for each in listed
    )
    return replace(piece, incidents=tuple(narrowed))


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield the states of the page's instances and what goes on, in one request.

    What is no longer listed has ended. The answer is asked for in full when other `regions` are
    chosen than last time.
    """
    before, _, held = (page.cursor or "").rpartition("\n")
    response = yield from get(
        _state_path(page.url), conditional=page.cursor is not None and before == _chosen(page)
    )
    if response.unchanged:
        return
    with locate_errors(response.url):
        state = _state(read_json(response), page)
        over, withdrawn = closed_since(replace(page, cursor=held), state.events)
        piece = evidence(
            SOURCE,
            page,
            info=state.info,
            parts=state.parts,
            events=(*state.events, *over),
            withdrawn=withdrawn,
            cursor=f"{_chosen(page)}\n{dump_open(state.events)}",
        )
        yield _shown(piece, state)


def _chosen(page: PageContext) -> str:
    return " ".join(page.regions)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the state, then all incidents and maintenances since then.

    Raises the errors of the state and of the incidents; where only the maintenances cannot be read
    there is a gap.
    """
    response = yield from get(_state_path(page.url))
    with locate_errors(response.url):
        state = _state(read_json(response), page)
        yield _shown(
            evidence(SOURCE, page, info=state.info, parts=state.parts, events=state.events), state
        )
    first, gaps = max(since, page.now - KEPT), []
    if first > since:
        what = f"incidents {since.date()}..{first.date()}"
        gaps.append(
            Gap(what=what, reason=Truncated.reason, message="Salesforce keeps about a year")
        )
    told = yield from _listed("incidents", page, first)
    try:
        told += yield from _listed("maintenances", page, first)
    except PageError as error:
        gaps.append(Gap(what="maintenances", reason=error.reason, message=error.message))
    events = _within((*state.events, *told), state.known)
    yield replace(
        _shown(evidence(SOURCE, page, events=events, since=first), state), gaps=tuple(gaps)
    )


def _listed(kind: str, page: PageContext, first: datetime) -> Generator[Step, Any, list[Event]]:
    """Return all of a list, page by page. It is over when a page brings nothing new: how long pages
    are is not told.
    """
    found: dict[str, Event] = {}
    asked = {"startTime": f"{first - BEFORE:%Y-%m-%d}T00:00:00.000Z", "limit": PAGE_ROWS}
    place, key = _place(page.url)
    owner = (key,) if place == "instances" else ()
    if owner:
        asked["instance"] = key
    seen = 0
    for _ in range(MOST_PAGES):
        response = yield from get(f"{API}/{kind}?{urlencode({**asked, 'offset': seen})}")
        with locate_errors(response.url):
            told = rows(read_json(response), kind)
            field = "Incidents" if kind == "incidents" else "Maintenances"
            events = {
                each.id: each for each in _events({field: told}, "the answer", owner, page.now)
            }
        seen += len(told)
        if not events.keys() - found.keys():
            return list(found.values())
        found |= events
    raise Truncated(f"the list of {kind} has more than {seen} rows", url=page.url)
