"""Meta's status page: one JSON document with its business products, and a feed a product with what
goes on. Pure.

`/data/orgs.json` lists organisations, which are products for businesses and developers, each with
its services and their state; Facebook, Instagram and WhatsApp as people use them are not among
them. An address such as https://metastatus.com/whatsapp-business-api/ is about that organisation
only. What is easily misread:

- A state is prose. Real answers have shown "No known issues" so far; programs that read the page
  look for disruptions that are high (or major) or medium. Whatever else it says is unknown.
- Services are numbered within their organisation, and several are called "Platform Status".
- A feed holds what goes on and nothing else: it is empty when all is well, and what has left it has
  ended. Its entries say neither how bad it is nor which service is hit: that is taken from the
  services' states, so it is inferred.

Any other path answers 200 with a web page. The format is not documented.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from monitor.errors import PageUnavailable, UnexpectedShape
from monitor.kit.events import ComponentState, Event, ImpactSpan, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.feeds import ACCEPT, Entry, read_feed
from monitor.kit.fields import Row, identifier, items, maybe_text, rows, text
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.model import Component, Level, PageInfo, Phase

ABOUT = About(
    title="Meta",
    verified=date(2026, 7, 31),
    live="/data/orgs.json, 1 request, and 1 for each organisation with trouble",
    reach_days=0,
    reach="None before the first poll: feeds hold only what goes on.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Only products for businesses and developers are covered, and of the words for trouble none"
        " has been seen in a real answer yet: one we do not know reads as unknown."
    ),
)

MAX_BODY_MIB = 4
"""A real answer has some 20 kB, a feed a few."""

SOURCE = "meta.states"
EVENTS = "meta.events"
HOSTS = frozenset({"metastatus.com", "www.metastatus.com"})
SITE = "https://metastatus.com/"
ORGANISATIONS = f"{SITE}data/orgs.json"
PROBE = Get(path=ORGANISATIONS)

VOCABULARY: Mapping[str, Level] = {
    "No known issues": Level.OPERATIONAL,
    "Medium disruption": Level.PARTIAL_OUTAGE,
    "High disruption": Level.MAJOR_OUTAGE,
    "Major disruption": Level.MAJOR_OUTAGE,
}

ORGANISATION = {"id", "name", "services", "section", "feature_flags"}
FEED_NAMES = "['outage-events-feed-"

FILE = re.compile(r"[\w.-]+\.rss", re.ASCII)

LONGEST_WORD = 60


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of the list of organisations."""
    if b'"rss_file_paths"' not in response.body:
        return
    listing = try_json(response)
    if not isinstance(listing, list) or not all(isinstance(entry, dict) for entry in listing):
        return
    if all(entry.keys() >= ORGANISATION for entry in listing):
        yield Signal("shape", "organisations with services and sections")
    if all(str(entry.get("rss_file_paths")).startswith(FEED_NAMES) for entry in listing):
        yield Signal("feeds", "every organisation has a feed of outage events")


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _Organisation:
    """A product: its feeds, by address, and its services in their states."""

    id: str
    name: str
    feeds: Sequence[str]
    states: Sequence[ComponentState]

    @property
    def trouble(self) -> Sequence[ComponentState]:
        """The services that are not known to be operational."""
        return [state for state in self.states if state.level is not Level.OPERATIONAL]


def _organisations(response: Response, page: PageContext) -> list[_Organisation]:
    """Return the organisations that the page's address is about: one, or all of them."""
    entries = rows(read_json(response), "the answer")
    organisations = [_organisation(row, f"organisations[{at}]") for at, row in enumerate(entries)]
    if not any(organisation.states for organisation in organisations):
        raise UnexpectedShape("the answer lists no service")
    wanted_id = urlsplit(page.url).path.strip("/")
    if not wanted_id:
        return organisations
    matches = [organisation for organisation in organisations if organisation.id == wanted_id]
    if not matches:
        raise PageUnavailable(
            f"no organisation is called {wanted_id[:40]}", remedy=f"choose one of those at {SITE}"
        )
    return matches


def _organisation(row: Row, where: str) -> _Organisation:
    key, name = identifier(row.get("id"), f"{where}.id"), text(row.get("name"), f"{where}.name")
    files = items(row.get("rss_file_paths") or [], f"{where}.rss_file_paths")
    feeds = [_feed(file, f"{where}.rss_file_paths") for file in files]
    states = []
    for at, service in enumerate(rows(row.get("services"), f"{where}.services")):
        states.append(_state(service, key, name, f"{where}.services[{at}]"))
    return _Organisation(id=key, name=name, feeds=feeds, states=states)


def _feed(file: object, where: str) -> str:
    name = text(file, where)
    return SITE + name if FILE.fullmatch(name) else shape_error(where, "the name of a feed", name)


def _state(service: Row, owner: str, group: str, where: str) -> ComponentState:
    word = maybe_text(service.get("status"))
    return ComponentState(
        component=Component(
            id=f"{owner}/{identifier(service.get('id'), f'{where}.id')}",
            name=text(service.get("name"), f"{where}.name"),
            group=group,
        ),
        level=None if word is None else VOCABULARY.get(word),
        word=word and word[:LONGEST_WORD],
    )


def _event(entry: Entry, organisation: _Organisation) -> Event:
    """Return an entry of a feed as an event in all services of its organisation that are not known
    to be operational.
    """
    start = entry.published or entry.updated
    if start is None:
        shape_error(f"entry {entry.id[:40]}", "when it was published", None)
    spans: list[ImpactSpan] = []
    for state in organisation.trouble:
        spans += spans_for([state.component.id], state.level, start, word=state.word)
    words = dict.fromkeys(state.word for state in organisation.trouble if state.word)
    return Event(
        id=f"{organisation.id}/{entry.id}",
        title=entry.title,
        phase=Phase.OPEN,
        start=start,
        status="listed",
        impact=", ".join(words) or "not told",
        url=entry.link,
        spans=tuple(spans),
    )


# reading


def poll(page: PageContext) -> Steps:
    """Yield every service's state, then what goes on where something is wrong."""
    response = yield from get(ORGANISATIONS, conditional=not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        organisations = _organisations(response, page)
        states: list[ComponentState] = []
        for organisation in organisations:
            states += organisation.states
        yield evidence(SOURCE, page, info=PageInfo(name="Meta"), parts=states)
    yield from _follow([one for one in organisations if one.trouble], page)


def _follow(organisations: Sequence[_Organisation], page: PageContext) -> Steps:
    """Yield the entries of these organisations' feeds; an event that is listed no longer has
    ended.
    """
    events: list[Event] = []
    for organisation in organisations:
        for address in organisation.feeds:
            response = yield from get(address, accept=ACCEPT)
            with locate_errors(response.url):
                entries = read_feed(response).entries
                events += [_event(entry, organisation) for entry in entries]
    ended_events, withdrawn = closed_since(page, events)
    if events or ended_events or withdrawn:
        yield evidence(
            EVENTS,
            page,
            events=[*events, *ended_events],
            withdrawn=withdrawn,
            cursor=dump_open(events),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the present state: these pages publish no history, so nothing is covered before the
    first poll.
    """
    yield from poll(page)
    yield from gap_before(SOURCE, page, since, page.now, "Meta's page tells only of what goes on")
