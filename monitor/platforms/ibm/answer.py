"""IBM's list: items of many kinds, and the services with their regions. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event
from monitor.kit.fields import (
    Row,
    keyword,
    maybe_text,
    optional_rows,
    row,
    rows,
    text,
    with_places,
)
from monitor.kit.protocol import PageContext, Response
from monitor.kit.responses import locate_errors, read_json
from monitor.platforms.ibm.incidents import INCIDENT, MAINTENANCE, read_events, read_names
from monitor.platforms.ibm.regions import component_id

NOTES = frozenset({"announcement", "release_note", "security_bulletin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one answer says. `services`: names by id; `words`: the vendor's word for the state of
    every component listed, by its id; `unknown_kinds`: kinds of items that we do not know.
    """

    events: tuple[Event, ...]
    services: Mapping[str, str]
    words: Mapping[str, str]
    unknown_kinds: tuple[str, ...]


def read_answer(response: Response, page: PageContext) -> Answer:
    """Return what an answer says. Raises UnexpectedShape when it lists nothing."""
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        entries = rows(answer.get("statusItems"), "statusItems")
        if not entries:
            raise UnexpectedShape(
                "statusItems: there are always release notes, and here is nothing"
            )
        services: dict[str, str] = {}
        events: list[Event] = []
        unknown_kinds: list[str] = []
        for entry, where in with_places(entries, "statusItems"):
            kind = keyword(entry.get("type"), f"{where}.type")
            if kind in {INCIDENT, MAINTENANCE}:
                events += read_events(entry, kind, where, page.now)
                for key in read_names(entry, "resourceIDs", where)[:1]:
                    services[key] = maybe_text(entry.get("name")) or key
            elif kind not in NOTES:
                unknown_kinds.append(kind)
        names, words = _resources(rows(answer.get("resources"), "resources"))
        return Answer(
            events=tuple(events),
            services=services | names,
            words=words,
            unknown_kinds=tuple(unknown_kinds),
        )


def _resources(resources: Iterable[Row]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of all services by id, and the words for their states in every region."""
    names: dict[str, str] = {}
    words: dict[str, str] = {}
    for resource, where in with_places(resources, "resources"):
        key = text(resource.get("resourceID"), f"{where}.resourceID")
        names[key] = maybe_text(resource.get("displayName")) or key
        words |= _words(resource, key, where)
    return names, words


def _words(resource: Row, service: str, where: str) -> dict[str, str]:
    """Return the words for the state of a service in its regions, by the component's id."""
    words = {}
    for region in optional_rows(resource.get("regions"), f"{where}.regions"):
        name = text(region.get("regionId"), f"{where}.regions.regionId")
        words[component_id(service, name)] = (maybe_text(region.get("status")) or "")[:60]
    return words
