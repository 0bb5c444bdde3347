"""Statuspal pages: a summary of the present, and a list of incidents. Pure.

Both are at `statuspal.io` or `statuspal.eu`, under the page's subdomain, whatever host the page itself is on; its HTML
names it. A service says what kind of incident it is in now, and what kind the service above it is in; services
with children are groups. Times are UTC without saying so. Incident types beside minor, major and scheduled are the
customer's own and mean nothing to us.

The shapes are those of programs that read Statuspal and of https://docs.statuspal.io; no answer was seen.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.fields import Row, code, instant, items, maybe_instant, maybe_text, peek, row, rows, some_rows, text, word
from monitor.model import Basis, Component, Level, PageInfo, Phase, worst_level
from monitor.protocol import (
    About,
    Get,
    PageContext,
    Response,
    Signal,
    Step,
    Steps,
    get,
    read_json,
    reading_of,
    require_ok,
)
from monitor.told import Event, Part, evidence, gap_before, messages, spread

ABOUT = About(
    title="Statuspal",
    verified=None,
    live="statuspal.io/api/v2/status_pages/<name>/summary, 1 request",
    reach_days=None,
    reach="All incidents, page by page.",
    per="component",
    precision="as typed",
    trust="An incident has one type for all its services and its whole length; the customer's own types are unknown.",
)

SOURCE = "statuspal.incidents"
MOST_PAGES = 50
"""Pages of the list of incidents that are read at most."""

VOCABULARY: Mapping[str, Level] = {
    "none": Level.OPERATIONAL,
    "minor": Level.DEGRADED,
    "major": Level.MAJOR_OUTAGE,
    "scheduled": Level.MAINTENANCE,
}
"""By type of incident; null is none."""

HOSTS = (".statuspal.io", ".statuspal.eu")
IN_HTML = re.compile(r"statuspal\.(io|eu)/(?:api/v\d/)?status_pages/([a-z0-9][a-z0-9-]{0,62})|"
                     r"//([a-z0-9][a-z0-9-]{0,62})\.statuspal\.(io|eu)")  # fmt: skip
OURS = frozenset({"www", "app", "docs", "api", "cdn", "assets", "status"})
"""Names under statuspal.io that are no customer's page."""

REMEDY = "run `monitor record URL DIR` and send the folder: no real answer of Statuspal was seen yet"


# ------------------------------------------------------------------------------------------------------ detection


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its summary, on Statuspal's own hosts."""
    root = _own(urlsplit(url).hostname or "")
    return (Get(path=f"{root}/summary"),) if root else ()


def detect(response: Response) -> list[Signal]:
    """Return the signs of a Statuspal page: its host, its summary's shape, and what its HTML refers to."""
    return list(_signals(response))


def _signals(response: Response) -> Iterator[Signal]:
    host = urlsplit(response.final_url or response.url).hostname or ""
    if b"statuspal." not in response.body and b'"current_incident_type"' not in response.body:
        return
    if host.endswith(HOSTS) or host in {"statuspal.io", "statuspal.eu"}:
        yield Signal("host", f"the host is {host}")
    told = peek(response)
    if isinstance(told, dict) and isinstance(told.get("status_page"), dict) and isinstance(told.get("services"), list):
        yield Signal("shape", "a status_page beside its services")
        if "current_incident_type" in told["status_page"]:
            yield Signal("type", "the page says what kind of incident it is in")
    elif told is None and response.body.lstrip()[:1] == b"<":
        if _named_in(response.text):
            yield Signal("markup", "the page names its own address at Statuspal")
        if re.search(rb"(?:src|href)=[\"']https?://(?:[a-z0-9-]+\.)*statuspal\.(?:io|eu)/", response.body):
            yield Signal("assets", "the page loads from Statuspal")


def _own(host: str) -> str | None:
    """Return the root of the API for a page on Statuspal's own host."""
    name, _, rest = host.partition(".")
    return _root(rest.removeprefix("statuspal."), name) if host.endswith(HOSTS) and name not in OURS else None


def _root(zone: str, name: str) -> str:
    return f"https://statuspal.{zone}/api/v2/status_pages/{name}"


def _named_in(html: str) -> str | None:
    """Return the root of the API that a page's HTML names."""
    for found in IN_HTML.finditer(html):
        zone, name = (found[1], found[2]) if found[2] else (found[4], found[3])
        if name not in OURS:
            return _root(zone, name)
    return None


# ------------------------------------------------------------------------------------------------------ the answers


@dataclass(frozen=True, slots=True)
class _Told:
    info: PageInfo
    parts: Sequence[Part]
    events: Sequence[Event]


def _told(response: Response, now: datetime) -> _Told:
    told = row(read_json(response), "the answer")
    page = row(told.get("status_page"), "status_page")
    listed = rows(told.get("services"), "services")
    names = {code(each.get("id"), "service.id"): text(each.get("name"), "service.name") for each in listed}
    parts = [_part(each, names, at) for at, each in enumerate(listed) if not each.get("children_ids")]
    if not parts:
        raise UnexpectedShape("no service is listed: such a page says nothing of any", remedy=REMEDY)
    lists = [some_rows(told.get(key), key) for key in ("incidents", "maintenances", "upcoming_maintenances")]
    return _Told(
        info=PageInfo(name=maybe_text(page.get("name")), indicator=_type(page, "current_incident_type")),
        parts=parts,
        events=[_event(each, now) for listed in lists for each in listed],
    )


def _type(told: Row, key: str) -> str:
    """Return a type of incident; null is "none". A key that is missing is no null."""
    if key not in told:
        raise UnexpectedShape(f"{key} is missing", remedy=REMEDY)
    return "none" if told[key] is None else word(told[key], key)


def _part(told: Row, names: Mapping[str, str], at: int) -> Part:
    """Return a service's state: the worse of its own and that of the service above it."""
    said = [_type(told, "current_incident_type")]
    if told.get("parent_incident_type") is not None:
        said.append(_type(told, "parent_incident_type"))
    levels = [VOCABULARY.get(each) for each in said]
    worst = worst_level(levels)
    level = None if worst is Level.OPERATIONAL and None in levels else worst
    shown = next((each for each in said if VOCABULARY.get(each) is level), said[0])
    parent = told.get("parent_id")
    component = Component(
        id=code(told.get("id"), "service.id"),
        name=text(told.get("name"), "service.name"),
        group=names.get(code(parent, "service.parent_id")) if parent is not None else None,
        position=at,
    )
    return Part(component=component, level=level, word=shown)


def _event(told: Row, now: datetime) -> Event:
    key = code(told.get("id"), "incident.id")
    kind = word(told.get("type") or "none", "incident.type")
    start = instant(told.get("starts_at"), "incident.starts_at", UTC)
    end = maybe_instant(told.get("ends_at"), "incident.ends_at", UTC)
    phase = Phase.SCHEDULED if start > now else Phase.CLOSED if end is not None and end <= now else Phase.OPEN
    named, level = _services(told), VOCABULARY.get(kind)
    basis = Basis.DECLARED if level in {None, Level.MAINTENANCE} else Basis.INFERRED
    return Event(
        id=key,
        title=text(told.get("title"), "incident.title"),
        phase=phase,
        start=start,
        end=end,
        status=str(phase),
        impact=kind,
        maintenance=kind == "scheduled",
        spans=spread(named, level, start, end, word=kind, basis=basis),
        vague=not named and level is not Level.OPERATIONAL,
        words=() if kind in VOCABULARY else (kind,),
        updates=messages(told.get("updates"), at="posted_at", status="type", text="description", read_time=_utc),
    )


def _utc(value: object, where: str) -> datetime:
    return instant(value, where, UTC)


def _services(told: Row) -> list[str]:
    """Return the services an incident names, which programs read as ids or as objects."""
    if "service_ids" in told:
        return [code(each, "incident.service_ids") for each in items(told["service_ids"], "incident.service_ids")]
    return [
        code(each.get("id"), "incident.services.id") for each in some_rows(told.get("services"), "incident.services")
    ]


# ------------------------------------------------------------------------------------------------------------ reading


def _api(page: PageContext) -> Generator[Step, Any, str]:
    """Return the root of the page's API: from its address, from the last poll, else from its HTML."""
    known = _own(urlsplit(page.url).hostname or "") or page.mark
    if known and known.startswith("https://statuspal."):
        return known
    response = require_ok((yield from get("", accept="text/html")))
    found = _named_in(response.text)
    if found is None:
        raise UnexpectedShape(
            "the page's HTML does not name its address at Statuspal",
            url=response.url,
            remedy="configure the page's own address, like https://NAME.statuspal.io",
        )
    return found


def poll(page: PageContext) -> Steps:
    """Yield every service's state in one request; two when the page's name must first be read from its HTML."""
    root = yield from _api(page)
    response = yield from get(f"{root}/summary", conditional=page.mark is not None and not page.open_incidents)
    if response.unchanged:
        return
    with reading_of(response.url):
        told = _told(response, page.now)
        yield evidence(SOURCE, page, info=told.info, parts=told.parts, events=told.events, mark=root)
    if page.open_incidents - {event.id for event in told.events}:
        yield from _listed(root, page, told.events)


def _listed(root: str, page: PageContext, known: Iterable[Event]) -> Steps:
    """Yield how incidents ended that left the summary; what the list does not have either was withdrawn."""
    response = yield from get(f"{root}/incidents")
    with reading_of(response.url):
        events = [
            _event(each, page.now)
            for each in rows(row(read_json(response), "the answer").get("incidents"), "incidents")
        ]
        gone = page.open_incidents - {event.id for event in (*known, *events)}
        yield evidence(SOURCE, page, events=events, withdrawn=gone)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents back to `since`, newest first; they cover the time since the oldest of them."""
    root = yield from _api(page)
    address, first = f"{root}/incidents", page.now
    events: list[Event] = []
    for _ in range(MOST_PAGES):
        response = yield from get(address)
        with reading_of(response.url):
            told = row(read_json(response), "the answer")
            events += [_event(each, page.now) for each in rows(told.get("incidents"), "incidents")]
        first = min([first, *(event.start for event in events)])
        following = _next(told, root)
        if following is None or first <= since:
            break
        address = following
    # In one piece: what covers a time completely would take back what another piece said of it.
    yield evidence(SOURCE, page, events=events, since=max(since, first) if events else None)
    yield from gap_before(SOURCE, page, since, max(since, first), "no older incident is listed")


def _next(told: Row, root: str) -> str | None:
    """Return the address of the next page of a list; only one on the same API is followed."""
    links = told.get("links")
    following = maybe_text(links.get("next")) if isinstance(links, dict) else None
    return following if following is not None and following.startswith(f"{root}/") else None
