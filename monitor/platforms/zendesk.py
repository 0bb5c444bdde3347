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

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from monitor.errors import FetchError, Truncated, UnexpectedShape
from monitor.kit.events import ComponentState, Event, ImpactSpan, spans_for
from monitor.kit.evidence import evidence
from monitor.kit.fields import Row, identifier, items, keyword, maybe_text, number, row, rows, text
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Step, Steps, get_all
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, Evidence, Gap, Level, PageInfo, Phase

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


def detect(response: Response) -> list[Signal]:
    """Return the signs of Zendesk's API: the fields of services and incidents, what is beside them,
    and the host.
    """
    told = try_json(response)
    return list(_signals(told)) if isinstance(told, dict) else []


def _signals(told: Row) -> Iterator[Signal]:
    if _all(told.get("data"), "service", {"slug", "deprecated", "hasSubservices"}):
        yield Signal("shape", "services with a slug and whether they have parts")
        if isinstance(told.get("meta"), dict) and "location" in told["meta"]:
            yield Signal("meta", "a location beside the services")
    elif _all(told.get("data"), "incident", {"impact", "startedAt", "internalToolsOnly"}):
        yield Signal(
            "shape", "incidents with an impact and whether they concern internal tools only"
        )
        if _all(told.get("included"), "incidentService", {"serviceName", "outage", "degradation"}):
            yield Signal("meta", "how each service was hit, beside the incidents")


def _all(told: object, kind: str, fields: set[str]) -> bool:
    """Whether something is a list of JSON:API resources of a type that have such attributes."""
    return (
        isinstance(told, list)
        and bool(told)
        and all(
            isinstance(each, dict)
            and each.get("type") == kind
            and isinstance(each.get("attributes"), dict)
            and fields <= each["attributes"].keys()
            for each in told[:20]
        )
    )


# services


def _resources(told: object, kind: str, where: str) -> Iterator[tuple[str, Row, Row]]:
    """Yield the id, the attributes and the whole of each resource of a list; each must be of the
    kind due.
    """
    for at, each in enumerate(rows(told, where)):
        if each.get("type") != kind:
            shape_error(f"{where}[{at}].type", kind, each.get("type"))
        yield (
            identifier(each.get("id"), f"{where}[{at}].id"),
            row(each.get("attributes"), f"{where}[{at}].attributes"),
            each,
        )


def _flag(told: Row, field: str, where: str) -> bool:
    value = told.get(field)
    return (
        value
        if isinstance(value, bool)
        else shape_error(f"{where}.{field}", "true or false", value)
    )


def _services(told: object) -> dict[str, Component]:
    found = {}
    for key, each, _ in _resources(row(told, "the answer").get("data"), "service", "data"):
        if not _flag(each, "deprecated", f"service {key}"):
            place = int(number(each.get("position"), f"service {key}.position"))
            found[key] = Component(
                id=key, name=text(each.get("name"), f"service {key}.name"), position=place
            )
    if not found:
        raise UnexpectedShape("data: the list of services is empty")
    return found


# incidents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """How an incident hit a service or, with a `parent`, a part of one. `said`: the flag that is
    set, if one is.
    """

    service: str
    parent: str | None
    name: str
    said: str | None
    start: datetime
    end: datetime | None

    @property
    def stands_for(self) -> str:
        """The component."""
        return self.parent or self.service


def _events(told: object, now: datetime) -> list[Event]:
    answer = row(told, "the answer")
    hits = dict(_hits(answer.get("included")))
    return [
        _event(key, each, _named(whole, hits, f"incident {key}"), now)
        for key, each, whole in _incidents(answer)
    ]


def _incidents(answer: Row) -> Iterator[tuple[str, Row, Row]]:
    return _resources(answer.get("data"), "incident", "data")


def _hits(told: object) -> Iterator[tuple[str, _Hit | None]]:
    """Yield how services were hit, by the id that incidents refer to; None for an internal tool."""
    for key, each, _ in _resources(told, "incidentService", "included"):
        where = f"incidentService {key}"
        outage, degradation = _flag(each, "outage", where), _flag(each, "degradation", where)
        parent = each.get("serviceParentId")
        hit = _Hit(
            service=identifier(each.get("serviceId"), f"{where}.serviceId"),
            parent=None if parent is None else identifier(parent, f"{where}.serviceParentId"),
            name=text(each.get("serviceName"), f"{where}.serviceName"),
            said=OUTAGE if outage else DEGRADATION if degradation else None,
            start=instant(each.get("startedAt"), f"{where}.startedAt"),
            end=maybe_instant(each.get("resolvedAt"), f"{where}.resolvedAt"),
        )
        yield key, None if _flag(each, "internalTool", where) else hit


def _named(told: Row, hits: Mapping[str, _Hit | None], where: str) -> list[_Hit] | None:
    """Return the hits an incident refers to; those of parts only where the service itself is not
    among them.

    None = it refers to internal tools only.
    """
    relations = row(
        row(told.get("relationships"), f"{where}.relationships").get("incidentServices"), where
    )
    keys = [
        identifier(row(each, where).get("id"), where)
        for each in items(relations.get("data"), f"{where}.data")
    ]
    for key in keys:
        if key not in hits:
            shape_error(f"{where}.incidentServices", "what is included", key)
    found = [hit for key in keys if (hit := hits[key]) is not None]
    whole = {hit.service for hit in found if hit.parent is None}
    return [hit for hit in found if hit.parent not in whole] if found or not keys else None


def _event(key: str, told: Row, hits: Sequence[_Hit] | None, now: datetime) -> Event:
    where = f"incident {key}"
    impact = keyword(told.get("impact"), f"{where}.impact")
    start, planned = instant(told.get("startedAt"), f"{where}.startedAt"), impact == MAINTENANCE
    end = maybe_instant(told.get("resolvedAt"), f"{where}.resolvedAt")
    if planned and end is None:
        end = maybe_instant(told.get("maintResolvesAt"), f"{where}.maintResolvesAt")
    rated = not _flag(told, "internalToolsOnly", where) and hits is not None
    over = end is not None and end <= now
    return Event(
        id=key,
        title=text(told.get("name"), f"{where}.name"),
        phase=Phase.SCHEDULED if start > now else Phase.CLOSED if over else Phase.OPEN,
        start=start,
        end=end,
        status=text(told.get("status"), f"{where}.status"),
        impact=impact,
        url=maybe_text(told.get("postmortem")) or PAGE,
        maintenance=planned,
        component_ids=tuple(dict.fromkeys(hit.stands_for for hit in hits or ())),
        spans=tuple(_spans(hits or (), impact, _own_flag(told), end)) if rated else (),
        unattributed=rated and not hits and VOCABULARY.get(impact) is not Level.OPERATIONAL,
        unknown_words=() if impact in VOCABULARY else (impact,),
    )


def _own_flag(told: Row) -> str | None:
    return next((flag for flag in (OUTAGE, DEGRADATION) if told.get(flag) is True), None)


def _spans(
    hits: Sequence[_Hit], impact: str, own: str | None, end: datetime | None
) -> Iterator[ImpactSpan]:
    """Yield what the hits meant: by their flags, where there are none by the incident's `own` flag,
    and where it has none either, as for maintenances, by the impact.

    Where some have flags the impact of the others is as sure as these, or it would give way to
    them.
    """
    theirs = any(hit.said for hit in hits)
    flagged = impact != MAINTENANCE and (theirs or own is not None)
    for hit in hits:
        said = (hit.said if theirs else own) if flagged else None
        said = said or impact
        if said == OUTAGE and impact == "critical":
            said = impact
        basis = Basis.DECLARED if flagged else Basis.INFERRED
        yield from spans_for(
            [hit.stands_for],
            VOCABULARY.get(said),
            hit.start,
            hit.end or end,
            word=said,
            basis=basis,
        )


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield every service's state and the incidents of the last 90 days, in two requests."""
    services, listed = yield from _asked(SERVICES, INCIDENTS)
    with locate_errors(services.url):
        found = _services(read_json(services))
    with locate_errors(listed.url):
        events = _events(read_json(listed), page.now)
    over, withdrawn = closed_since(page, events)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name="Zendesk"),
        parts=_parts(found, events, page.now),
        events=(*events, *over),
        withdrawn=withdrawn,
        cursor=dump_open(events),
    )


def _asked(*paths: str) -> Generator[Step, Any, list[Response]]:
    """Return the answers. Raises the first error."""
    answers = yield from get_all(paths)
    for each in answers:
        if isinstance(each, FetchError):
            raise each
    return [each for each in answers if isinstance(each, Response)]


def _parts(
    services: Mapping[str, Component], events: Iterable[Event], now: datetime
) -> list[ComponentState]:
    """Return every service, and others that an incident hits now. What none hits is well, if none
    is vague.
    """
    going = [each for each in events if each.phase is Phase.OPEN]
    hit: dict[str, list[ImpactSpan]] = {}
    for span in (span for each in going for span in each.spans):
        if span.start <= now and (span.end is None or span.end > now):
            hit.setdefault(span.component_id, []).append(span)
    well = (
        (None, None)
        if any(each.unattributed for each in going)
        else (Level.OPERATIONAL, "no incident")
    )
    strangers = {
        key: Component(id=key, name=f"service {key}", position=10**6) for key in sorted(hit)
    }
    return [
        ComponentState(component=component, level=level, word=said)
        for key, component in {**strangers, **services}.items()
        for level, said in [(span.level, span.word) for span in hit.get(key, ())] or [well]
    ]


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the present state, then the incidents since then. Before the oldest incident there is,
    nothing is known.
    """
    yield from poll(page)
    days = (page.now - since + LONGEST).days
    paths = [
        f"{INCIDENTS}?as_of_date={page.now - timedelta(days=back):%Y-%m-%d}&days_back={WINDOW}"
        for back in range(0, days, WINDOW)
    ]
    answers = yield from _asked(*paths)
    events: list[Event] = []
    for each in answers:
        with locate_errors(each.url):
            events += _events(read_json(each), page.now)
    oldest = min((each.start for each in events), default=page.now)
    yield evidence(SOURCE, page, events=events, since=max(since, oldest))
    if oldest > since:
        what = f"incidents {since:%Y-%m-%d}..{oldest:%Y-%m-%d}"
        gap = Gap(what=what, reason=Truncated.reason, message="Zendesk lists no older incidents")
        yield Evidence(source=SOURCE, read_at=page.now, gaps=(gap,))
