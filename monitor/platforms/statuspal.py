"""Statuspal pages: a summary of the present, and a list of incidents. Pure.

Both are at `statuspal.io` or `statuspal.eu`, under the page's subdomain, whatever host the page
itself is on; its HTML names it. Times are UTC without saying so. What is easily misread:

- Services stand inside each other (`children`), which is how every captured summary has them;
  programs also read flat lists (`parent_id`). A service with others inside is a group. One that is
  in trouble while nothing in it is as bad speaks for all in it; so does an incident that names it
  and nothing inside it.
- A page's owner can name types of incident. What the page is in is told twice then, as such a type
  and as the type it stands for (`current_incident_type` "info", `current_status_type` "minor";
  since 2025), which is remembered; what is in a list of maintenances is one. Another type that
  nothing explains means nothing to us.
- `info_notices` are texts and no incidents.
"""

import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.intervals import zone_named
from monitor.kit.events import ComponentState, Event, spans_for
from monitor.kit.evidence import evidence, gap_before
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
from monitor.kit.messages import messages
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Step, Steps, get
from monitor.kit.responses import locate_errors, read_json, require_ok, try_json
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, Level, PageInfo, Phase, worst_level

ABOUT = About(
    title="Statuspal",
    verified=date(2025, 10, 17),
    live="statuspal.io/api/v2/status_pages/<name>/summary, 1 request",
    reach_days=None,
    reach="All incidents, page by page.",
    granularity="component",
    precision="as typed",
    caveat=(
        "An incident has one type for all its services and its whole length; types that the page's"
        " owner named are known only as far as the page says what they stand for."
    ),
)

SOURCE = "statuspal.incidents"
MOST_PAGES = 50
"""Pages of the list of incidents that are read at most."""

VOCABULARY: Mapping[str, Level] = {
    "none": Level.OPERATIONAL,
    "minor": Level.DEGRADED,
    "major": Level.MAJOR_OUTAGE,
    "scheduled": Level.MAINTENANCE,
    "info": Level.DEGRADED,
    "performance": Level.DEGRADED,
    "emergency-maintenance": Level.MAINTENANCE,
    "maintenances": Level.MAINTENANCE,
}
"""By type of incident, null is none; then by types that owners named, as their pages said what they
stood for; last by the list that an incident is in."""

STATUSPALS = frozenset({"none", "minor", "major", "scheduled"})
"""Types that mean the same on every page."""

MAINTENANCES = ("maintenances", "upcoming_maintenances")
DEEPEST = 20
"""How deep services may stand inside each other."""

HOSTS = (".statuspal.io", ".statuspal.eu")
IN_HTML = re.compile(
    r"statuspal\.(io|eu)/(?:api/v\d/)?status_pages/([a-z0-9][a-z0-9-]{0,62})|"
    r"//([a-z0-9][a-z0-9-]{0,62})\.statuspal\.(io|eu)"
)
OURS = frozenset({"www", "app", "docs", "api", "cdn", "assets", "status"})
"""Names under statuspal.io that are no customer's page."""

REMEDY = (
    "run `monitor record URL DIR` and send the folder: no summary of Statuspal like this was"
    " seen yet"
)


# detection


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its summary, on Statuspal's own
    hosts.
    """
    root = _own(urlsplit(url).hostname or "")
    return (Get(path=f"{root}/summary"),) if root else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Statuspal page: its host, its summary's shape, and what its HTML refers
    to.
    """
    host = urlsplit(response.final_url or response.url).hostname or ""
    if b"statuspal." not in response.body and b'"current_incident_type"' not in response.body:
        return
    if host.endswith(HOSTS) or host in {"statuspal.io", "statuspal.eu"}:
        yield Signal("host", f"the host is {host}")
    told = try_json(response)
    if (
        isinstance(told, dict)
        and isinstance(told.get("status_page"), dict)
        and isinstance(told.get("services"), list)
    ):
        yield Signal("shape", "a status_page beside its services")
        if "current_incident_type" in told["status_page"]:
            yield Signal("type", "the page says what kind of incident it is in")
    elif told is None and response.body.lstrip()[:1] == b"<":
        if _named_in(response.text):
            yield Signal("markup", "the page names its own address at Statuspal")
        if re.search(
            rb"(?:src|href)=[\"']https?://(?:[a-z0-9-]+\.)*statuspal\.(?:io|eu)/", response.body
        ):
            yield Signal("assets", "the page loads from Statuspal")


def _own(host: str) -> str | None:
    """Return the root of the API for a page on Statuspal's own host."""
    name, _, rest = host.partition(".")
    return (
        _root(rest.removeprefix("statuspal."), name)
        if host.endswith(HOSTS) and name not in OURS
        else None
    )


def _root(zone: str, name: str) -> str:
    return f"https://statuspal.{zone}/api/v2/status_pages/{name}"


def _named_in(html: str) -> str | None:
    """Return the root of the API that a page's HTML names."""
    for found in IN_HTML.finditer(html):
        zone, name = (found[1], found[2]) if found[2] else (found[4], found[3])
        if name not in OURS:
            return _root(zone, name)
    return None


# the answers


@dataclass(frozen=True, slots=True)
class _Page:
    """What incidents are read with. `inside`: the services in each group, however deep. `means`:
    types to levels.
    """

    inside: Mapping[str, Sequence[str]]
    means: Mapping[str, Level]

    def expanded(self, named: Sequence[str]) -> list[str]:
        """Return the services an incident names; a group of which none is named stands for all that
        is in it.
        """
        found: dict[str, None] = {}
        for key in named:
            members = self.inside.get(key)
            if members is None:
                found[key] = None
            elif not set(members) & set(named):
                found.update(dict.fromkeys(members))
        return list(found)


@dataclass(frozen=True, slots=True)
class _Told:
    """A summary. `own`: the page's own types of incident, each with the type it was seen to stand
    for.
    """

    page: _Page
    own: Mapping[str, str]
    info: PageInfo
    parts: Sequence[ComponentState]
    events: Sequence[Event]


def _told(response: Response, page: PageContext) -> _Told:
    told = row(read_json(response), "the answer")
    about = row(told.get("status_page"), "status_page")
    services = list(_flat(rows(told.get("services"), "services")))
    if not services:
        raise UnexpectedShape(
            "no service is listed: such a page says nothing of any", remedy=REMEDY
        )
    own = _own_types(told, about, page.cursor)
    reader = _Page(_inside(services), _meanings(told, own))
    events = [
        _event(each, reader, page.now, listed)
        for listed in ("incidents", *MAINTENANCES)
        for each in optional_rows(told.get(listed), listed)
    ]
    return _Told(reader, own, _info(about), list(_parts(services, reader)), events)


def _info(about: Row) -> PageInfo:
    zone = maybe_text(about.get("time_zone"))
    return PageInfo(
        external_id=maybe_text(about.get("subdomain")),
        name=maybe_text(about.get("name")),
        zone=zone if zone is not None and _is_zone(zone) else None,
        indicator=_type(about, "current_incident_type"),
    )


def _is_zone(name: str) -> bool:
    try:
        zone_named(name)
    except ValueError:
        return False
    return True


def _own_types(told: Row, about: Row, cursor: str | None) -> dict[str, str]:
    """Return the page's own types and what they stand for: those of earlier polls, and the one it
    is in now.
    """
    own = _remembered(cursor)[1]
    said, stands_for = (
        _type(about, "current_incident_type"),
        maybe_text(told.get("current_status_type")),
    )
    if said not in STATUSPALS and stands_for in STATUSPALS - {"none"}:
        own[said] = stands_for
    return own


def _meanings(told: Row, own: Mapping[str, str]) -> dict[str, Level]:
    """Return what types of incident mean on this page; what it says of its own goes before what
    others' meant.
    """
    means = dict(VOCABULARY)
    for listed in MAINTENANCES:
        for each in optional_rows(told.get(listed), listed):
            means.setdefault(_kind(each), VOCABULARY["maintenances"])
    return means | {kind: VOCABULARY[stands_for] for kind, stands_for in own.items()}


def _type(told: Row, key: str) -> str:
    """Return a type of incident; null is "none". A key that is missing is no null."""
    if key not in told:
        raise UnexpectedShape(f"{key} is missing", remedy=REMEDY)
    return "none" if told[key] is None else keyword(told[key], key)


# services


@dataclass(frozen=True, slots=True)
class _Service:
    """A service, and the id of the one it is in. `said` are the types of incident it says that it
    is in.
    """

    key: str
    name: str
    parent: str | None
    said: tuple[str, ...]


def _flat(listed: Sequence[Row], parent: str | None = None, depth: int = 0) -> Iterator[_Service]:
    """Yield services and all inside them, each after the one it is in."""
    if depth > DEEPEST:
        raise UnexpectedShape(
            f"services stand more than {DEEPEST} deep inside each other", remedy=REMEDY
        )
    for each in listed:
        key, above = identifier(each.get("id"), "service.id"), each.get("parent_id")
        said = [_type(each, "current_incident_type")]
        if each.get("parent_incident_type") is not None:
            said.append(_type(each, "parent_incident_type"))
        owner = (
            parent
            if parent is not None or above is None
            else identifier(above, "service.parent_id")
        )
        yield _Service(
            key,
            text(each.get("name"), "service.name"),
            owner if owner != key else None,
            tuple(said),
        )
        yield from _flat(optional_rows(each.get("children"), "service.children"), key, depth + 1)


def _inside(services: Sequence[_Service]) -> dict[str, list[str]]:
    """Return the services that have none inside them by the listed ones that they are in."""
    parents = {each.key: each.parent for each in services}
    groups = {parent for parent in parents.values() if parent in parents}
    single = [key for key in parents if key not in groups]
    if not single:
        raise UnexpectedShape("every service is in another one", remedy=REMEDY)
    inside: dict[str, list[str]] = {}
    for key in single:
        for group in _above(key, parents):
            inside.setdefault(group, []).append(key)
    return inside


def _above(key: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the services that one is in, the nearest first."""
    for _ in range(DEEPEST):
        owner = parents.get(key)
        if owner is None or owner not in parents:
            return
        yield owner
        key = owner


def _parts(services: Sequence[_Service], page: _Page) -> Iterator[ComponentState]:
    """Yield the services with none inside them, once for each type of incident they or what speaks
    for them are in.
    """
    said: dict[str, list[str]] = {}
    for each in services:
        said.setdefault(each.key, []).extend(each.said)
    names = {each.key: each.name for each in services}
    speaks = {
        group: said[group]
        for group in page.inside
        if group in said and _is_alone(group, said, page)
    }
    for at, each in enumerate(services):
        if each.key not in page.inside:
            group = names.get(each.parent) if each.parent is not None else None
            component = Component(id=each.key, name=each.name, group=group, position=at)
            spoken = (
                kind
                for owner, kinds in speaks.items()
                if each.key in page.inside[owner]
                for kind in kinds
            )
            for kind in (*each.said, *spoken):
                yield ComponentState(component=component, level=page.means.get(kind), word=kind)


def _is_alone(group: str, said: Mapping[str, Sequence[str]], page: _Page) -> bool:
    """Whether a group's state is its own: nothing in it is in such an incident, or in one as
    bad.
    """
    within = {kind for key in page.inside[group] for kind in said[key]}
    worst = worst_level(page.means.get(kind) for kind in within)
    level = worst_level(page.means.get(kind) for kind in said[group])
    return not set(said[group]) <= within and (level is None or worst is None or level > worst)


# incidents


def _kind(told: Row) -> str:
    return keyword(told.get("type") or "none", "incident.type")


def _event(told: Row, page: _Page, now: datetime, listed: str = "incidents") -> Event:
    key, kind = identifier(told.get("id"), "incident.id"), _kind(told)
    start = instant(told.get("starts_at"), "incident.starts_at", UTC)
    end = maybe_instant(told.get("ends_at"), "incident.ends_at", UTC)
    phase = (
        Phase.SCHEDULED
        if start > now
        else Phase.CLOSED
        if end is not None and end <= now
        else Phase.OPEN
    )
    named, level = page.expanded(_services(told)), page.means.get(kind)
    basis = Basis.DECLARED if level in {None, Level.MAINTENANCE} else Basis.INFERRED
    return Event(
        id=key,
        title=text(told.get("title"), "incident.title"),
        phase=phase,
        start=start,
        end=end,
        status=str(phase),
        impact=kind,
        url=maybe_text(told.get("url")),
        maintenance=level is Level.MAINTENANCE or listed in MAINTENANCES,
        spans=spans_for(named, level, start, end, word=kind, basis=basis),
        unattributed=not named and level is not Level.OPERATIONAL,
        unknown_words=() if level is not None else (kind,),
        updates=messages(
            told.get("updates"), at="posted_at", status="type", text="description", read_time=_utc
        ),
    )


def _utc(value: object, where: str) -> datetime:
    return instant(value, where, UTC)


def _services(told: Row) -> list[str]:
    """Return the services an incident names, which programs read as ids or as objects."""
    if "service_ids" in told:
        return [
            identifier(each, "incident.service_ids")
            for each in items(told["service_ids"], "incident.service_ids")
        ]
    return [
        identifier(each.get("id"), "incident.services.id")
        for each in optional_rows(told.get("services"), "incident.services")
    ]


# reading


def _api(page: PageContext) -> Generator[Step, Any, str]:
    """Return the root of the page's API: from its address, from the last poll, else from its
    HTML.
    """
    known = _own(urlsplit(page.url).hostname or "") or _remembered(page.cursor)[0]
    if known is not None:
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


def _remembered(cursor: str | None) -> tuple[str | None, dict[str, str]]:
    """Return what a poll handed on: the root of the API, and the page's own types of incident."""
    try:
        told = json.loads(cursor or "{}")
        root, types = told.get("root"), told.get("types")
    except (ValueError, AttributeError):  # an earlier version wrote the root alone
        root, types = cursor, None
    own = (
        {key: meant for key, meant in types.items() if str(meant) in STATUSPALS}
        if isinstance(types, dict)
        else {}
    )
    return root if isinstance(root, str) and root.startswith("https://statuspal.") else None, own


def poll(page: PageContext) -> Steps:
    """Yield every service's state in one request; two when the page's name must first be read from
    its HTML.
    """
    root = yield from _api(page)
    response = yield from get(
        f"{root}/summary", conditional=page.cursor is not None and not page.open_incidents
    )
    if response.unchanged:
        return
    with locate_errors(response.url):
        told = _told(response, page)
        cursor = json.dumps({"root": root, "types": told.own})
        yield evidence(
            SOURCE, page, info=told.info, parts=told.parts, events=told.events, cursor=cursor
        )
    if page.open_incidents - {event.id for event in told.events}:
        yield from _listed(root, page, told)


def _listed(root: str, page: PageContext, told: _Told) -> Steps:
    """Yield how incidents ended that left the summary; what the list does not have either was
    withdrawn.
    """
    response = yield from get(f"{root}/incidents")
    with locate_errors(response.url):
        events = _events(row(read_json(response), "the answer"), told.page, page.now)
        gone = page.open_incidents - {event.id for event in (*told.events, *events)}
        yield evidence(SOURCE, page, events=events, withdrawn=gone)


def _events(told: Row, page: _Page, now: datetime) -> list[Event]:
    return [_event(each, page, now) for each in rows(told.get("incidents"), "incidents")]


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents back to `since`, newest first; they cover the time since the oldest of
    them.

    The summary is read before them: it says what is inside the services that they name.
    """
    root = yield from _api(page)
    response = yield from get(f"{root}/summary")
    with locate_errors(response.url):
        about = _told(response, page)
        yield evidence(
            SOURCE, page, info=about.info, components=[part.component for part in about.parts]
        )
    address, first = f"{root}/incidents", page.now
    events: list[Event] = []
    for _ in range(MOST_PAGES):
        response = yield from get(address)
        with locate_errors(response.url):
            told = row(read_json(response), "the answer")
            events += _events(told, about.page, page.now)
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
