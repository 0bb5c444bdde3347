"""The components of an incident.io summary, with their groups and states. Pure."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import NamedTuple

from monitor.intervals import day_of, zone_named
from monitor.kit.events import ComponentState
from monitor.kit.fields import Row, optional_rows, optional_verbatim, row, rows, verbatim
from monitor.kit.states import worst_words
from monitor.model import Component
from monitor.platforms.incidentio.times import maybe_instant
from monitor.platforms.incidentio.words import LEVELS

STRUCTURE = "summary.structure"
COMPONENT = f"{STRUCTURE}.component"


class GroupedRow(NamedTuple):
    """A component's row, and the name of its group; None = it is in none."""

    row: Row
    group: str | None


def listing_of(summary: Row) -> dict[str, GroupedRow]:
    """Return the visible components by id, in the page's order."""
    listing: dict[str, GroupedRow] = {}
    hidden_ids = set()
    for entry, group in _structure_rows(summary):
        key = verbatim(entry.get("component_id"), f"{COMPONENT}.component_id")
        if entry.get("hidden") is True or group.get("hidden") is True:
            hidden_ids.add(key)
        else:
            name = optional_verbatim(group.get("name"), f"{STRUCTURE}.group.name")
            listing[key] = GroupedRow(entry, name)
    for entry in rows(summary.get("components"), "summary.components"):
        key = verbatim(entry.get("id"), "summary.components.id")
        if key not in hidden_ids:
            listing.setdefault(key, GroupedRow(entry, None))
    return listing


def components_of(summary: Row, zone: str | None) -> tuple[Component, ...]:
    """Return the components; `zone` is the page's, in which a first day is told (None = UTC)."""
    days = zone_named(zone) if zone else UTC
    components = []
    for position, (key, (entry, group)) in enumerate(listing_of(summary).items()):
        since = entry.get("data_available_since")
        start = maybe_instant(since, f"{COMPONENT}.data_available_since")
        components.append(
            Component(
                id=key,
                name=verbatim(entry.get("name"), f"{COMPONENT}.name"),
                group=group,
                position=position,
                start_date=None if start is None else day_of(start, days),
            )
        )
    return tuple(components)


def states_of(summary: Row, zone: str | None) -> list[ComponentState]:
    """Return every component with its state. Whatever is not listed as affected is operational."""
    words = _affected_words(summary)
    states = []
    for component in components_of(summary, zone):
        word = words.get(component.id, "operational")
        states.append(ComponentState(component=component, level=LEVELS.get(word), word=word))
    return states


def remark_of(summary: Row) -> str | None:
    """Return which components are affected and not shown on the page; None when none is."""
    strangers = sorted(_affected_words(summary).keys() - listing_of(summary).keys())
    return f"affected and not shown on the page: {', '.join(strangers)}" if strangers else None


def _structure_rows(summary: Row) -> Iterator[tuple[Row, Row]]:
    """Yield the components of the page's structure, each with its group; {} = it is in none."""
    structure = row(summary.get("structure"), STRUCTURE)
    for item in optional_rows(structure.get("items"), f"{STRUCTURE}.items"):
        group = row(item.get("group", {}), f"{STRUCTURE}.group")
        if group:
            for entry in rows(group.get("components"), f"{STRUCTURE}.group.components"):
                yield entry, group
        elif item.get("component", {}) != {}:
            yield row(item["component"], COMPONENT), group


def _affected_words(summary: Row) -> Mapping[str, str]:
    """Return the states of the components that are listed as affected, by id."""
    where = "summary.affected_components"
    pairs = []
    for entry in rows(summary.get("affected_components"), where):
        key = verbatim(entry.get("component_id"), f"{where}.component_id")
        word = optional_verbatim(entry.get("current_status"), f"{where}.current_status")
        pairs.append((key, word or verbatim(entry.get("status"), f"{where}.status")))
    return worst_words(pairs, LEVELS)
