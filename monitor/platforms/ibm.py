"""IBM Cloud status: one list of incidents, maintenances and much else, for every service in every
region. Pure.

`getEnhancedStatus` is what the status page itself reads; nothing describes it. What is easily
misread:

- Nine in ten of its items are release notes, announcements and security bulletins, which say
  nothing of a state.
- Only incidents classified `confirmed-cie` (a customer impacting event) are rated. What is
  suspected is listed.
- `sev` 1 is the worst. A time that is not known is 0 or an empty text. An incident is over when it
  has an `outageEnd`, or when it is called resolved: then with its last change.
- Services have no state of their own (`status` is empty): what no incident names is well. Resolved
  incidents stay for about a year, so that one which goes missing was withdrawn.

A component is a service in a region, and `global` is one. The components are those that incidents
name; with `regions`, all services of these regions, and what is global.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from monitor.errors import Truncated, UnexpectedShape
from monitor.kit.events import ComponentState, Event, spans_for
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
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, try_json
from monitor.kit.times import epoch, instant
from monitor.model import Component, Evidence, Gap, Incident, Level, PageInfo, Phase

ABOUT = About(
    title="IBM Cloud",
    verified=date(2026, 8, 1),
    live="/status/getEnhancedStatus, 1 request of some 2.5 MB",
    reach_days=365,
    reach="Incidents of about a year, with their services and regions.",
    granularity="component and region",
    precision="minutes",
    regions="optional",
    caveat=(
        "IBM publishes few incidents (26 in a year), gives each one severity for all of its"
        " services and regions."
    ),
)

SOURCE = "ibm.incidents"
HOST = "cloud.ibm.com"
HOSTS = (HOST,)
PAGE = f"https://{HOST}/status"
STATUS = "/status/getEnhancedStatus"

LEVELS: Mapping[str, Level] = {
    "1": Level.MAJOR_OUTAGE,
    "2": Level.PARTIAL_OUTAGE,
    "3": Level.DEGRADED,
    "4": Level.DEGRADED,
}
"""What a severity of a confirmed incident means."""

INCIDENT, MAINTENANCE = "incident", "maintenance"
NOTES = frozenset({"announcement", "release_note", "security_bulletin"})
CONFIRMED = "confirmed-cie"
UNRATED = frozenset({"potential-cie", "normal"})
OVER = frozenset({"resolved", "completed", "archived", "closed"})
GLOBAL = "global"

# recognising


def probe(url: str) -> tuple[Get, ...]:
    """Return the list, for the status page on IBM's own host: the page itself is an empty shell."""
    parts = urlsplit(url)
    return (
        (Get(path=STATUS),) if parts.hostname == HOST and parts.path.startswith("/status") else ()
    )


def detect(response: Response) -> Iterator[Signal]:
    """Return the signs of IBM's list: its fields, the resource names of IBM's cloud and, beside
    these, the host.
    """
    return _signals(try_json(response))


def _signals(told: object) -> Iterator[Signal]:
    if not isinstance(told, dict) or not told.keys() >= {"statusItems", "resources", "authStatus"}:
        return
    yield Signal("shape", "items, resources and who is asking")
    found = told["statusItems"] if isinstance(told["statusItems"], list) else []
    masks = [each.get("crnMasks") for each in found[:20] if isinstance(each, dict)]
    if any(str(mask).startswith("['crn:v1:bluemix:") for mask in masks):
        yield Signal("names", "items name resources of IBM's cloud")


# the list


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """What one answer says. `services`: names by id; `pairs`: what it lists, by component id, with
    the state told.
    """

    events: tuple[Event, ...]
    services: Mapping[str, str]
    pairs: Mapping[str, str]
    words: tuple[str, ...]


def _list(told: object, now: datetime) -> _List:
    answer = row(told, "the answer")
    listed = rows(answer.get("statusItems"), "statusItems")
    if not listed:
        raise UnexpectedShape("statusItems: there are always release notes, and here is nothing")
    services: dict[str, str] = {}
    events, words = [], []
    for at, each in enumerate(listed):
        kind, where = keyword(each.get("type"), f"statusItems[{at}].type"), f"statusItems[{at}]"
        if kind in {INCIDENT, MAINTENANCE}:
            event = _event(each, kind, where, now)
            events += [event] if event is not None else []
            services |= {
                key: maybe_text(each.get("name")) or key
                for key in _names(each, "resourceIDs", where)[:1]
            }
        elif kind not in NOTES:
            words.append(kind)
    pairs: dict[str, str] = {}
    for at, each in enumerate(rows(answer.get("resources"), "resources")):
        key = text(each.get("resourceID"), f"resources[{at}].resourceID")
        services[key] = maybe_text(each.get("displayName")) or key
        for region in optional_rows(each.get("regions"), f"resources[{at}].regions"):
            name = text(region.get("regionId"), f"resources[{at}].regions.regionId")
            pairs[_id(key, name)] = (maybe_text(region.get("status")) or "")[:60]
    return _List(events=tuple(events), services=services, pairs=pairs, words=tuple(words))


def _id(service: str, region: str) -> str:
    return f"{service}@{region}"


def _names(told: Row, field: str, where: str) -> list[str]:
    return [text(each, f"{where}.{field}") for each in items(told.get(field), f"{where}.{field}")]


def _event(told: Row, kind: str, where: str, now: datetime) -> Event | None:
    """Return an incident or a maintenance; None for what IBM took back, and for a maintenance
    without times.
    """
    start, end = _time(told, "outageStart", where), _time(told, "outageEnd", where)
    if str(told.get("pnpRemoved")).lower() == "true" or (
        kind == MAINTENANCE and (start is None or end is None)
    ):
        return None
    start = start or instant(told.get("creationTime"), f"{where}.creationTime")
    state = maybe_text(told.get("state")) or ""
    if end is None and state.lower() in OVER:
        end = _time(told, "updateTime", where) or start
    named = [
        _id(s, r)
        for s in _names(told, "resourceIDs", where)
        for r in _names(told, "regions", where)
    ]
    level, said, rated = _level(told, kind, where)
    over = end is not None and end <= now
    return Event(
        id=identifier(told.get("id") or told.get("recordID"), f"{where}.id"),
        title=" ".join(
            filter(None, (maybe_text(told.get("name")), maybe_text(told.get("shortDescription"))))
        )
        or kind,
        phase=Phase.SCHEDULED if start > now else Phase.CLOSED if over else Phase.OPEN,
        start=start,
        end=end,
        status=state or "not told",
        impact=said,
        url=PAGE,
        maintenance=kind == MAINTENANCE,
        component_ids=tuple(dict.fromkeys(named)),
        spans=spans_for(named, level, start, end, word=said) if rated else (),
        unattributed=rated and not named,
        unknown_words=(said,) if rated and level is None else (),
    )


def _level(told: Row, kind: str, where: str) -> tuple[Level | None, str, bool]:
    """Return the level, the vendor's word for it, and whether the item says anything of a state at
    all.
    """
    if kind == MAINTENANCE:
        return Level.MAINTENANCE, MAINTENANCE, True
    classified = (maybe_text(told.get("classification")) or "").lower()[:60]
    if classified in UNRATED:
        return None, classified, False
    if classified != CONFIRMED:
        return None, f"classification {classified}", True
    severity = keyword(told["sev"], f"{where}.sev") if told.get("sev") not in (None, "") else "none"
    return LEVELS.get(severity), f"sev {severity}", True


def _time(told: Row, field: str, where: str) -> datetime | None:
    """Return a time in milliseconds since 1970; None for what stands for none."""
    value = told.get(field)
    return (
        None if value in (None, "", 0, "0") else epoch(value, f"{where}.{field}", per_second=1000)
    )


# components


def _chosen(component_id: str, page: PageContext) -> bool:
    """Whether a component is in a region the user chose; what is global concerns all."""
    region = component_id.rpartition("@")[2]
    return (
        region == GLOBAL
        or not page.regions
        or any(fnmatchcase(region, each) for each in page.regions)
    )


def _parts(told: _List, page: PageContext) -> list[ComponentState]:
    """Return the components in their present state: what no incident that goes on names is well, if
    none is unattributed.
    """
    named = {key for event in told.events for key in event.component_ids}
    listed = told.pairs.keys() if page.regions else set[str]()
    keys = sorted(key for key in named | listed | page.components if _chosen(key, page))
    going = [each for each in told.events if each.phase is Phase.OPEN]
    spans: dict[str, list[tuple[Level | None, str | None]]] = {}
    for span in (span for each in going for span in each.spans):
        spans.setdefault(span.component_id, []).append((span.level, span.word))
    unattributed = any(each.unattributed for each in going) or bool(told.words)
    return [
        ComponentState(component=component, level=level, word=said)
        for at, key in enumerate(keys)
        for component in (_component(key, told.services, at),)
        for level, said in spans.get(key)
        or [_well(told.pairs.get(key, ""), unattributed=unattributed)]
    ]


def _component(key: str, services: Mapping[str, str], position: int) -> Component:
    service, _, region = key.rpartition("@")
    name = services.get(service) or service or key
    return Component(id=key, name=name, group=region, region=region, position=position)


def _well(state: str, *, unattributed: bool) -> tuple[Level | None, str | None]:
    """Return the state of what no incident names. IBM's list has a field for it, which nobody has
    seen filled.
    """
    return (None, state or None) if state or unattributed else (Level.OPERATIONAL, "no incident")


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield what goes on, in one request. What is not listed any more was withdrawn: what ended
    stays listed.
    """
    cursor = f"regions {' '.join(page.regions)}"
    response = yield from get(STATUS, conditional=page.cursor == cursor)
    if not response.unchanged:
        yield _told(_read(response, page), page, cursor=cursor)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield what goes on and what was, since the oldest incident listed; of the time before it
    nothing is known.
    """
    response = yield from get(STATUS)
    told = _read(response, page)
    oldest = min((each.start for each in told.events if not each.maintenance), default=page.now)
    yield _told(told, page, since=max(since, oldest))
    if oldest > since:
        what = f"incidents {since:%Y-%m-%d}..{oldest:%Y-%m-%d}"
        gap = Gap(what=what, reason=Truncated.reason, message="IBM lists no older incidents")
        yield Evidence(source=SOURCE, read_at=page.now, gaps=(gap,))


def _read(response: Response, page: PageContext) -> _List:
    with locate_errors(response.url):
        return _list(read_json(response), page.now)


def _told(
    told: _List, page: PageContext, since: datetime | None = None, cursor: str | None = None
) -> Evidence:
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(name="IBM Cloud", remark=_remark(told, page)),
        parts=_parts(told, page),
        events=told.events,
        since=since,
        withdrawn=page.open_incidents - {each.id for each in told.events},
        unknown_words=told.words,
        cursor=cursor,
    )
    return replace(piece, incidents=tuple(_narrowed(piece.incidents, page)))


def _remark(told: _List, page: PageContext) -> str | None:
    """Return which of the user's regions there are not."""
    regions = {key.rpartition("@")[2] for key in told.pairs} | {GLOBAL}
    regions |= {key.rpartition("@")[2] for event in told.events for key in event.component_ids}
    strange = [
        each for each in page.regions if not any(fnmatchcase(region, each) for region in regions)
    ]
    return f"no region is called {', '.join(strange)}: correct `regions`" if strange else None


def _narrowed(incidents: Iterable[Incident], page: PageContext) -> Iterator[Incident]:
    """Yield the incidents that concern a region the user chose or none; what the others meant is
    kept beside them.
    """
    for each in incidents:
        named: Sequence[str] = [key for key in each.component_ids if _chosen(key, page)]
        if named or not each.component_ids:
            yield replace(each, component_ids=tuple(named))
