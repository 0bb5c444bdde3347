"""The components of a Cachet page, with their own state. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState
from monitor.kit.fields import identifier, maybe_text, row
from monitor.kit.protocol import Response
from monitor.kit.responses import locate_errors
from monitor.model import Component, Level
from monitor.platforms.cachet.entries import UNSAID, Entry
from monitor.platforms.cachet.lists import ListPage, read_list

VOCABULARY: Mapping[str, Level] = {
    "1": Level.OPERATIONAL,
    "2": Level.DEGRADED,
    "3": Level.PARTIAL_OUTAGE,
    "4": Level.MAJOR_OUTAGE,
    "6": Level.MAINTENANCE,
}
"""By a component's `status`, which is a number."""


def read_states(entries: Sequence[Entry], groups: Mapping[str, str]) -> list[ComponentState]:
    """Return the components in their present state; one that is not enabled is not on the page.

    `groups` are the names of groups by id. Raises UnexpectedShape when no component is listed.
    """
    if not entries:
        raise UnexpectedShape("no component is listed: such a page says nothing of any")
    states = []
    for position, entry in enumerate(entries):
        if entry.fields.get("enabled") is not False:
            states.append(_state(entry, groups, position))
    return states


def _state(entry: Entry, groups: Mapping[str, str], position: int) -> ComponentState:
    first_time = entry.time("created")
    group_id = entry.fields.get("group_id")
    component = Component(
        id=entry.id,
        name=entry.title,
        group=_group_in(entry) or (groups.get(str(group_id)) if group_id else None),
        position=position,
        start_date=first_time.astimezone(entry.zone).date() if first_time is not None else None,
    )
    word = entry.state("status")
    if word in UNSAID:
        return ComponentState(component=component, level=None)
    return ComponentState(component=component, level=VOCABULARY.get(word), word=word)


def _group_in(entry: Entry) -> str | None:
    """Return the name of the group that a component of version 3 refers to."""
    group = next(iter(entry.relations.get("group", ())), {})
    return maybe_text(row(group.get("attributes") or {}, "group.attributes").get("name"))


def has_groups(pages: Iterable[ListPage]) -> bool:
    """Whether any component is in a group whose name another list has."""
    return any(_group_ids(pages))


def _group_ids(pages: Iterable[ListPage]) -> Iterator[object]:
    for page in pages:
        for item in page.rows:
            yield item.get("group_id")


def read_groups(response: Response | None) -> dict[str, str]:
    """Return the names of groups by id; None = they are not listed apart."""
    if response is None:
        return {}
    names: dict[str, str] = {}
    with locate_errors(response.url):
        for item in read_list(response).rows:
            key = identifier(item.get("id"), "group.id")
            names[key] = maybe_text(item.get("name")) or ""
    return names
