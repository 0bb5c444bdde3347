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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.errors import UnexpectedShape
from monitor.kit.cursor import read_cursor, write_cursor
from monitor.kit.events import ComponentState, Event, first_start, unlisted
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, maybe_row, maybe_text, optional_rows, row, rows
from monitor.kit.protocol import About, PageContext, Response, Steps, StepsTo, get
from monitor.kit.responses import locate_errors, read_json, require_ok
from monitor.kit.states import components_of
from monitor.kit.zones import own_zone
from monitor.model import PageInfo
from monitor.platforms.statuspal.addresses import HOSTS, api_root_in, api_root_of, detect, probe
from monitor.platforms.statuspal.incidents import INCIDENTS, Reader
from monitor.platforms.statuspal.services import flatten, members_of_groups, read_states
from monitor.platforms.statuspal.types import (
    COMMON_TYPES,
    MAINTENANCES,
    REMEDY,
    VOCABULARY,
    levels_of_types,
    own_types,
    type_of,
)

__all__ = ["ABOUT", "HOSTS", "VOCABULARY", "backfill", "detect", "poll", "probe"]

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


@dataclass(frozen=True, slots=True)
class _Summary:
    """A summary. `own_types`: the page's own types of incident, each with the type it was seen to
    stand for.
    """

    reader: Reader
    own_types: Mapping[str, str]
    info: PageInfo
    states: Sequence[ComponentState]
    events: Sequence[Event]


def poll(page: PageContext) -> Steps:
    """Yield every service's state in one request; two when the page's name must first be read from
    its HTML.
    """
    root = yield from _api_root(page)
    is_current = page.cursor is not None and not page.open_incidents
    response = yield from get(f"{root}/summary", conditional=is_current)
    if response.unchanged:
        return
    with locate_errors(response.url):
        summary = _read_summary(response, page)
        yield evidence(
            SOURCE,
            page,
            info=summary.info,
            parts=summary.states,
            events=summary.events,
            cursor=write_cursor(root=root, types=summary.own_types),
        )
    if unlisted(page, summary.events):
        yield from _ended_incidents(root, page, summary)


def _ended_incidents(root: str, page: PageContext, summary: _Summary) -> Steps:
    """Yield how incidents ended that left the summary; what the list does not have either was
    withdrawn.
    """
    response = yield from get(f"{root}/incidents")
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        events = summary.reader.read_all(rows(answer.get(INCIDENTS), INCIDENTS))
        withdrawn = unlisted(page, [*summary.events, *events])
        yield evidence(SOURCE, page, events=events, withdrawn=withdrawn)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents back to `since`, newest first; they cover the time since the oldest of
    them.

    The summary is read before them: it says what is inside the services that they name.
    """
    root = yield from _api_root(page)
    response = yield from get(f"{root}/summary")
    with locate_errors(response.url):
        summary = _read_summary(response, page)
        components = components_of(summary.states)
        yield evidence(SOURCE, page, info=summary.info, components=components)
    address, first = f"{root}/incidents", page.now
    events: list[Event] = []
    for _ in range(MOST_PAGES):
        response = yield from get(address)
        with locate_errors(response.url):
            answer = row(read_json(response), "the answer")
            events += summary.reader.read_all(rows(answer.get(INCIDENTS), INCIDENTS))
        first = min(first, first_start(events) or first)
        following = _next_address(answer, root)
        if following is None or first <= since:
            break
        address = following
    # In one piece: what covers a time completely would take back what another piece said of it.
    yield evidence(SOURCE, page, events=events, since=max(since, first) if events else None)
    yield from gap_before(SOURCE, page, since, max(since, first), "no older incident is listed")


def _api_root(page: PageContext) -> StepsTo[str]:
    """Return the root of the page's API: from its address, from the last poll, else from its
    HTML.
    """
    root = api_root_of(page.url) or _last_root(page)
    if root is not None:
        return root
    response = require_ok((yield from get("", accept="text/html")))
    root = api_root_in(response.text)
    if root is None:
        raise UnexpectedShape(
            "the page's HTML does not name its address at Statuspal",
            url=response.url,
            remedy="configure the page's own address, like https://NAME.statuspal.io",
        )
    return root


def _last_root(page: PageContext) -> str | None:
    """Return the root of the API that the last poll handed on."""
    # an earlier version wrote the root alone
    root = read_cursor(page.cursor).get("root", page.cursor)
    return root if isinstance(root, str) and root.startswith("https://statuspal.") else None


def _last_types(page: PageContext) -> dict[str, str]:
    """Return the page's own types of incident that the last poll handed on."""
    types = read_cursor(page.cursor).get("types")
    if not isinstance(types, dict):
        return {}
    return {word: str(meaning) for word, meaning in types.items() if meaning in COMMON_TYPES}


def _read_summary(response: Response, page: PageContext) -> _Summary:
    answer = row(read_json(response), "the answer")
    about = row(answer.get("status_page"), "status_page")
    services = list(flatten(rows(answer.get("services"), "services")))
    if not services:
        raise UnexpectedShape(
            "no service is listed: such a page says nothing of any", remedy=REMEDY
        )
    types = own_types(answer, about, _last_types(page))
    reader = Reader(members_of_groups(services), levels_of_types(answer, types), page.now)
    events: list[Event] = []
    for name in (INCIDENTS, *MAINTENANCES):
        events += reader.read_all(optional_rows(answer.get(name), name), name)
    states = list(read_states(services, reader.members, reader.levels))
    return _Summary(reader, types, _info(about, page), states, events)


def _info(about: Row, page: PageContext) -> PageInfo:
    zone, _ = own_zone(about.get("time_zone"), page)
    return PageInfo(
        external_id=maybe_text(about.get("subdomain")),
        name=maybe_text(about.get("name")),
        zone=zone,
        indicator=type_of(about, "current_incident_type"),
    )


def _next_address(answer: Row, root: str) -> str | None:
    """Return the address of the next page of a list; only one on the same API is followed."""
    links = answer.get("links")
    following = maybe_text(maybe_row(links).get("next"))
    return following if following is not None and following.startswith(f"{root}/") else None
