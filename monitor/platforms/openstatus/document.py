"""The feed: components, the monitors they stand for, and what is posted. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event
from monitor.kit.fields import (
    Row,
    identifier,
    keyword,
    maybe_text,
    row,
    rows,
    text,
)
from monitor.kit.protocol import Response
from monitor.kit.responses import read_json
from monitor.kit.states import worst_words
from monitor.model import Component, Level, PageInfo
from monitor.platforms.openstatus.events import read_events

VOCABULARY: Mapping[str, Level] = {
    "success": Level.OPERATIONAL,
    "info": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "error": Level.MAJOR_OUTAGE,
    "statusReports": Level.DEGRADED,
    "maintenances": Level.MAINTENANCE,
}
"""By state of a monitor; what a report or a maintenance names is at the level of its list."""

REMEDY = (
    "run `monitor record URL DIR` and send the folder: no real answer of OpenStatus was seen yet"
)


@dataclass(frozen=True, slots=True)
class Feed:
    """What the feed says. `monitors` are the words for monitors' states, by the id of their
    component.
    """

    info: PageInfo
    components: Sequence[Component]
    monitors: Mapping[str, str]
    events: Sequence[Event]


def read_feed(response: Response, now: datetime) -> Feed:
    """Return what the feed says. Raises UnexpectedShape when it lists no component."""
    answer = row(read_json(response), "the answer")
    groups: dict[str, object] = {}
    for group in rows(answer.get("pageComponentGroups"), "groups"):
        groups[identifier(group.get("id"), "group.id")] = group.get("name")
    words = _monitor_words(rows(answer.get("monitors"), "monitors"))
    components = rows(answer.get("pageComponents"), "pageComponents")
    if not components:
        raise UnexpectedShape(
            "no component is listed: such a page says nothing of any", remedy=REMEDY
        )
    return Feed(
        components=list(_components(components, groups)),
        monitors=worst_words(_component_words(components, words), VOCABULARY),
        info=_info(answer),
        events=list(read_events(answer, now)),
    )


def _info(answer: Row) -> PageInfo:
    name = maybe_text(answer.get("title"))
    return PageInfo(name=name, indicator=keyword(answer.get("status"), "status"))


def _monitor_words(monitors: Iterable[Row]) -> Mapping[str, str]:
    """Return the word for each monitor's state; of one that is listed twice the worst."""
    words = []
    for monitor in monitors:
        key = identifier(monitor.get("id"), "monitor.id")
        words.append((key, keyword(monitor.get("status"), "monitor.status")))
    return worst_words(words, VOCABULARY)


def _component_words(
    components: Iterable[Row], words: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the components that stand for a monitor, each with the word for its state."""
    for component in components:
        if component.get("monitorId") is not None:
            key = identifier(component.get("id"), "component.id")
            monitor = identifier(component["monitorId"], "component.monitorId")
            yield key, words.get(monitor, "(no monitor)")


def _components(listing: Iterable[Row], groups: Mapping[str, object]) -> Iterator[Component]:
    for position, fields in enumerate(listing):
        key = identifier(fields.get("id"), "component.id")
        name = text(fields.get("name"), "component.name")
        group, group_id = None, fields.get("groupId")
        if group_id is not None:
            group = maybe_text(groups.get(identifier(group_id, "component.groupId")))
        yield Component(id=key, name=name, group=group, position=position)
