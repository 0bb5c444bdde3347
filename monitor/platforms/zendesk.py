"""Zendesk's own status API: a list of services, and incidents that say of each service when and how
it was hit. Pure.

`services.json` lists the services, without a state; `incidents.json` lists the incidents of the
last 90 days or, with `as_of_date` and `days_back`, of other days. Both are JSON:API documents. What
is easily misread:

- An incident's `status` goes stale ("monitoring" for months): it is over when it has a
  `resolvedAt`.
- Services have intervals and flags of their own (`incidentService`). Where none has a flag those of
  the incident itself count, of which real ones have one; its `impact` counts where it has none, and
  for services without a flag beside others with one. An outage is rarely one of all pods, and which
  is not told: it is a partial one, unless the impact is critical.
- Parts of a service ("Outbound Calls" of "Voice") are in no list: what hit a part stands for the
  service, where the incident says nothing of the service itself.
- What concerns only Zendesk's internal tools is listed and not rated. `maintResolvesAt` is a plan.

The format is published nowhere; it is known from real answers and from programs that read it, and
anything unexpected is an error.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.errors import Truncated, UnexpectedShape
from monitor.kit.events import (
    ComponentState,
    Event,
    ImpactSpan,
    first_start,
    is_any_unattributed,
    is_past,
    present_spans,
    spans_by_component,
    words_not_in,
)
from monitor.kit.evidence import evidence, gap_evidence
from monitor.kit.fields import (
    Row,
    has_keys,
    identifier,
    items,
    keyword,
    maybe_text,
    number,
    row,
    rows,
    text,
)
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps
from monitor.kit.responses import get_responses, locate_errors, read_json, shape_error, try_json
from monitor.kit.states import states_by_spans
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, Gap, Level, PageInfo, Phase, without_none

ABOUT = About(
    title="Zendesk",
    verified=date(2026, 9, 19),
    live="/api/ssp/services.json and incidents.json, 2 requests",
    reach_days=None,
    reach="Incidents by date, a request for each 90 days; how far back is not known.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Zendesk does not tell which pods an incident hits: one of a single pod counts for the"
        " service everywhere. That all is well is only told by there being no incident."
    ),
)

SOURCE = "zendesk.incidents"
HOST = "status.zendesk.com"
HOSTS = (HOST,)
PAGE = f"https://{HOST}/"
SERVICES = "/api/ssp/services.json"
PROBE = Get(path=SERVICES)
INCIDENTS = "/api/ssp/incidents.json"

VOCABULARY: Mapping[str, Level] = {
    "none": Level.OPERATIONAL,
    "minor": Level.DEGRADED,
    "major": Level.PARTIAL_OUTAGE,
    "critical": Level.MAJOR_OUTAGE,
    "maintenance": Level.MAINTENANCE,
    "outage": Level.PARTIAL_OUTAGE,
    "degradation": Level.DEGRADED,
}
"""Impacts of incidents, and flags of incidents and of the services they name."""

OUTAGE, DEGRADATION = "outage", "degradation"

MAINTENANCE = "maintenance"

WINDOW = 90
"""How many days of incidents are asked for at a time; so many come where nothing is asked."""

LONGEST = timedelta(days=30)
"""How long before the time asked for an incident may have begun: the list may go by beginnings."""

# recognising


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Zendesk's API: the fields of services and incidents, and what is beside
    them.
    """
    answer = try_json(response)
    if not isinstance(answer, dict):
        return
    if _are_all(answer.get("data"), "service", {"slug", "deprecated", "hasSubservices"}):
        yield Signal("shape", "services with a slug and whether they have parts")
        if isinstance(answer.get("meta"), dict) and "location" in answer["meta"]:
            yield Signal("meta", "a location beside the services")
    elif _are_all(answer.get("data"), "incident", {"impact", "startedAt", "internalToolsOnly"}):
        what = "incidents with an impact and whether they concern internal tools only"
        yield Signal("shape", what)
        hits = answer.get("included")
        if _are_all(hits, "incidentService", {"serviceName", "outage", "degradation"}):
            yield Signal("meta", "how each service was hit, beside the incidents")


def _are_all(items: object, kind: str, fields: set[str]) -> bool:
    """Whether something is a list of JSON:API resources of a type that have such attributes."""
    if not isinstance(items, list) or not items:
        return False
    return all(_is(item, kind, fields) for item in items[:20])


def _is(item: object, kind: str, fields: set[str]) -> bool:
    if not isinstance(item, dict) or item.get("type") != kind:
        return False
    attributes = item.get("attributes")
    return has_keys(attributes, fields)


# services


def _resources(items: object, kind: str, where: str) -> Iterator[tuple[str, Row, Row]]:
    """Yield the id, the attributes and the whole of each resource of a list; each must be of the
    kind due.
    """
    for index, resource in enumerate(rows(items, where)):
        place = f"{where}[{index}]"
        if resource.get("type") != kind:
            shape_error(f"{place}.type", kind, resource.get("type"))
        key = identifier(resource.get("id"), f"{place}.id")
        yield key, row(resource.get("attributes"), f"{place}.attributes"), resource


def _flag(attributes: Row, field: str, where: str) -> bool:
    value = attributes.get(field)
    if not isinstance(value, bool):
        shape_error(f"{where}.{field}", "true or false", value)
    return value


def _services(answer: object) -> dict[str, Component]:
    services = {}
    for key, service, _ in _resources(row(answer, "the answer").get("data"), "service", "data"):
        where = f"service {key}"
        if not _flag(service, "deprecated", where):
            position = int(number(service.get("position"), f"{where}.position"))
            name = text(service.get("name"), f"{where}.name")
            services[key] = Component(id=key, name=name, position=position)
    if not services:
        raise UnexpectedShape("data: the list of services is empty")
    return services


# incidents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """How an incident hit a service or, with a `parent`, a part of one. `flag`: the one that is
    set, if one is.
    """

    service: str
    parent: str | None
    name: str
    flag: str | None
    start: datetime
    end: datetime | None

    @property
    def stands_for(self) -> str:
        """The component."""
        return self.parent or self.service


def _events(answer: object, now: datetime) -> list[Event]:
    document = row(answer, "the answer")
    hits = dict(_hits(document.get("included")))
    events = []
    for key, incident, resource in _resources(document.get("data"), "incident", "data"):
        own_hits = _hits_of(resource, hits, f"incident {key}")
        events.append(_event(key, incident, own_hits, now))
    return events


def _hits(items: object) -> Iterator[tuple[str, _Hit | None]]:
    """Yield how services were hit, by the id that incidents refer to; None for an internal tool."""
    for key, service, _ in _resources(items, "incidentService", "included"):
        where = f"incidentService {key}"
        outage, degradation = _flag(service, "outage", where), _flag(service, "degradation", where)
        parent = service.get("serviceParentId")
        hit = _Hit(
            service=identifier(service.get("serviceId"), f"{where}.serviceId"),
            parent=None if parent is None else identifier(parent, f"{where}.serviceParentId"),
            name=text(service.get("serviceName"), f"{where}.serviceName"),
            flag=OUTAGE if outage else DEGRADATION if degradation else None,
            start=instant(service.get("startedAt"), f"{where}.startedAt"),
            end=maybe_instant(service.get("resolvedAt"), f"{where}.resolvedAt"),
        )
        yield key, None if _flag(service, "internalTool", where) else hit


def _hits_of(incident: Row, hits: Mapping[str, _Hit | None], where: str) -> list[_Hit] | None:
    """Return the hits an incident refers to; those of parts only where the service itself is not
    among them.

    None = it refers to internal tools only.
    """
    relationships = row(incident.get("relationships"), f"{where}.relationships")
    services = row(relationships.get("incidentServices"), where)
    references = items(services.get("data"), f"{where}.data")
    own: list[_Hit | None] = []
    for reference in references:
        key = identifier(row(reference, where).get("id"), where)
        if key not in hits:
            shape_error(f"{where}.incidentServices", "what is included", key)
        own.append(hits[key])
    visible = without_none(own)
    return _without_parts(visible) if visible or not references else None


def _without_parts(hits: Sequence[_Hit]) -> list[_Hit]:
    """Return the hits without those of parts of a service that is among them."""
    whole: set[str | None] = set()
    for hit in hits:
        if hit.parent is None:
            whole.add(hit.service)
    return [hit for hit in hits if hit.parent not in whole]


def _event(key: str, incident: Row, hits: Sequence[_Hit] | None, now: datetime) -> Event:
    where = f"incident {key}"
    impact = keyword(incident.get("impact"), f"{where}.impact")
    start = instant(incident.get("startedAt"), f"{where}.startedAt")
    end = _end(incident, impact, where)
    is_rated = not _flag(incident, "internalToolsOnly", where) and hits is not None
    hits = hits or ()
    return Event(
        id=key,
        title=text(incident.get("name"), f"{where}.name"),
        phase=_phase(start, end, now),
        start=start,
        end=end,
        status=text(incident.get("status"), f"{where}.status"),
        impact=impact,
        url=maybe_text(incident.get("postmortem")) or PAGE,
        maintenance=impact == MAINTENANCE,
        component_ids=tuple(dict.fromkeys(hit.stands_for for hit in hits)),
        spans=tuple(_spans(hits, impact, _own_flag(incident), end)) if is_rated else (),
        unattributed=is_rated and not hits and VOCABULARY.get(impact) is not Level.OPERATIONAL,
        unknown_words=words_not_in(VOCABULARY, impact),
    )


def _end(incident: Row, impact: str, where: str) -> datetime | None:
    """Return when an incident ended, or a maintenance is to end; None = it goes on."""
    end = maybe_instant(incident.get("resolvedAt"), f"{where}.resolvedAt")
    if end is None and impact == MAINTENANCE:
        return maybe_instant(incident.get("maintResolvesAt"), f"{where}.maintResolvesAt")
    return end


def _phase(start: datetime, end: datetime | None, now: datetime) -> Phase:
    if start > now:
        return Phase.SCHEDULED
    return Phase.CLOSED if is_past(end, now) else Phase.OPEN


def _own_flag(incident: Row) -> str | None:
    for flag in (OUTAGE, DEGRADATION):
        if incident.get(flag) is True:
            return flag
    return None


def _spans(
    hits: Sequence[_Hit],
    impact: str,
    own: str | None,
    end: datetime | None,
) -> Iterator[ImpactSpan]:
    """Yield what the hits meant: by their flags, where there are none by the incident's `own` flag,
    and where it has none either, as for maintenances, by the impact.

    Where some have flags the impact of the others is as sure as these, or it would give way to
    them.
    """
    have_flags = any(hit.flag for hit in hits)
    by_flags = impact != MAINTENANCE and (have_flags or own is not None)
    basis = Basis.DECLARED if by_flags else Basis.INFERRED
    for hit in hits:
        flag = hit.flag if have_flags else own
        word = _word(flag if by_flags else None, impact)
        yield ImpactSpan(
            component_id=hit.stands_for,
            level=VOCABULARY.get(word),
            start=hit.start,
            end=hit.end or end,
            word=word,
            basis=basis,
        )


def _word(flag: str | None, impact: str) -> str:
    """Return the word that counts: the flag's, but for an outage that is called critical."""
    if flag is None or (flag == OUTAGE and impact == "critical"):
        return impact
    return flag


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield every service's state and the incidents of the last 90 days, in two requests."""
    services, incidents = yield from get_responses((SERVICES, INCIDENTS))
    with locate_errors(services.url):
        components = _services(read_json(services))
    with locate_errors(incidents.url):
        events = _events(read_json(incidents), page.now)
    endings, withdrawn = closed_since(page, events)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name="Zendesk"),
        parts=_states(components, events, page.now),
        events=(*events, *endings),
        withdrawn=withdrawn,
        cursor=dump_open(events),
    )


def _states(
    services: Mapping[str, Component], events: Sequence[Event], now: datetime
) -> list[ComponentState]:
    """Return every service, and others that an incident hits now. What none hits is operational, if
    none of them is unattributed.
    """
    hits = spans_by_component(present_spans(events, now))
    components = {key: _unlisted_service(key) for key in sorted(hits)}
    components.update(services)
    is_sure = not is_any_unattributed(events)
    level, word = (Level.OPERATIONAL, "no incident") if is_sure else (None, None)
    states = []
    for key, component in components.items():
        quiet = ComponentState(component=component, level=level, word=word)
        states += states_by_spans(quiet, hits.get(key, ())) or [quiet]
    return states


def _unlisted_service(key: str) -> Component:
    """Return a service that only an incident knows, after those that are listed."""
    return Component(id=key, name=f"service {key}", position=10**6)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the present state, then the incidents since then. Before the oldest incident there is,
    nothing is known.
    """
    yield from poll(page)
    paths = []
    for back in range(0, (page.now - since + LONGEST).days, WINDOW):
        last = page.now - timedelta(days=back)
        paths.append(f"{INCIDENTS}?as_of_date={last:%Y-%m-%d}&days_back={WINDOW}")
    answers = yield from get_responses(paths)
    events: list[Event] = []
    for answer in answers:
        with locate_errors(answer.url):
            events += _events(read_json(answer), page.now)
    oldest = first_start(events) or page.now
    yield evidence(SOURCE, page, events=events, since=max(since, oldest))
    if oldest > since:
        what = f"incidents {since:%Y-%m-%d}..{oldest:%Y-%m-%d}"
        gap = Gap(what=what, reason=Truncated.reason, message="Zendesk lists no older incidents")
        yield gap_evidence(SOURCE, page, gap)
