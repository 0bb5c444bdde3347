"""Meta's list of organisations: what it is recognised by, and each one's services. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.errors import PageUnavailable, UnexpectedShape
from monitor.kit.events import ComponentState
from monitor.kit.fields import Row, identifier, is_list_of, items, maybe_text, rows, text
from monitor.kit.protocol import Get, PageContext, Response, Signal
from monitor.kit.responses import read_json, shape_error, try_json
from monitor.kit.states import in_trouble
from monitor.model import Component, Level

HOSTS = frozenset({"metastatus.com", "www.metastatus.com"})
SITE = "https://metastatus.com/"
ORGANISATIONS = f"{SITE}data/orgs.json"
PROBE = Get(path=ORGANISATIONS)

ORGANISATION = {"id", "name", "services", "section", "feature_flags"}
FEED_NAMES = "['outage-events-feed-"

VOCABULARY: Mapping[str, Level] = {
    "No known issues": Level.OPERATIONAL,
    "Medium disruption": Level.PARTIAL_OUTAGE,
    "High disruption": Level.MAJOR_OUTAGE,
    "Major disruption": Level.MAJOR_OUTAGE,
}

FILE = re.compile(r"[\w.-]+\.rss", re.ASCII)

LONGEST_WORD = 60


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of the list of organisations."""
    if b'"rss_file_paths"' not in response.body:
        return
    listing = try_json(response)
    if not is_list_of(listing, frozenset()):
        return
    if is_list_of(listing, ORGANISATION):
        yield Signal("shape", "organisations with services and sections")
    if all(str(entry.get("rss_file_paths")).startswith(FEED_NAMES) for entry in listing):
        yield Signal("feeds", "every organisation has a feed of outage events")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A product: its feeds, by address, and its services in their states."""

    id: str
    name: str
    feeds: Sequence[str]
    states: Sequence[ComponentState]

    @property
    def trouble(self) -> Sequence[ComponentState]:
        """The services that are not known to be operational."""
        return in_trouble(self.states)


def read_organisations(response: Response, page: PageContext) -> list[Organisation]:
    """Return the organisations that the page's address is about: one, or all of them."""
    entries = rows(read_json(response), "the answer")
    organisations = []
    for at, entry in enumerate(entries):
        organisations.append(_organisation(entry, f"organisations[{at}]"))
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


def _organisation(row: Row, where: str) -> Organisation:
    key = identifier(row.get("id"), f"{where}.id")
    name = text(row.get("name"), f"{where}.name")
    files = items(row.get("rss_file_paths") or [], f"{where}.rss_file_paths")
    feeds = [_feed(file, f"{where}.rss_file_paths") for file in files]
    states = []
    for at, service in enumerate(rows(row.get("services"), f"{where}.services")):
        states.append(_state(service, key, name, f"{where}.services[{at}]"))
    return Organisation(id=key, name=name, feeds=feeds, states=states)


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
