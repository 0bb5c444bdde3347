"""The components of an Uptime.com page, in groups, with the states they tell. Pure."""

from collections.abc import Iterator, Mapping

from monitor.kit.events import ComponentState
from monitor.kit.fields import Row, identifier, keyword, number, rows, text
from monitor.kit.responses import shape_error
from monitor.model import Component, Level

VOCABULARY: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "under-maintenance": Level.MAINTENANCE,
    "degraded-performance": Level.DEGRADED,
    "partial-outage": Level.PARTIAL_OUTAGE,
    "major-outage": Level.MAJOR_OUTAGE,
}

DEEPEST = 9
"""Groups stand in groups; more of them in each other are no page."""


def component_states(data: Row) -> list[ComponentState]:
    """Return the components in the page's order. Groups are none: their states are those of their
    parts.
    """
    states = []
    for position, (record, group) in enumerate(_leaves(data.get("components"))):
        states.append(_component_state(record, group, position))
    return states


def _leaves(records: object, groups: tuple[str, ...] = ()) -> Iterator[tuple[Row, str | None]]:
    """Yield the components in the page's order, with the group they are in."""
    for record in sorted(rows(records, "components"), key=_weight):
        if record.get("is_group") is not True:
            yield record, groups[-1] if groups else None
        elif len(groups) < DEEPEST:
            name = text(record.get("name"), "component.name")
            yield from _leaves(record.get("subcomponents"), (*groups, name))
        else:
            shape_error("components", f"at most {DEEPEST} groups in each other", "more")


def _weight(record: Row) -> float:
    return number(record.get("sorting_weight", 0), "weight")


def _component_state(record: Row, group: str | None, position: int) -> ComponentState:
    key, state = id_and_state(record)
    name = text(record.get("name"), f"component {key}.name")
    component = Component(id=key, name=name, group=group, position=position)
    return ComponentState(component=component, level=VOCABULARY.get(state), word=state)


def id_and_state(record: Row) -> tuple[str, str]:
    """Return a component's id and the word for its state, with hyphens as the page shows it."""
    key = identifier(record.get("id"), "component.id")
    return key, keyword(record.get("status"), f"component {key}.status").replace("_", "-")
