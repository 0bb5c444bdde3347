"""The components of a page, from the rows of `summary.json` or `components.json`. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.kit.fields import Row, items
from monitor.kit.states import UNKNOWN
from monitor.model import Component, Observation
from monitor.platforms.statuspage.answers import LEVELS, calendar_day, is_group, text_as_is


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The components in the order the page shows them, and their present states. `rows` are all
    that are listed, `groups` the ids of those that are no components.
    """

    rows: Sequence[Row]
    groups: frozenset[str]
    components: tuple[Component, ...]
    states: tuple[Observation, ...]


def read_components(answer: Row) -> Listing:
    """Return the components that an answer lists."""
    rows = items(answer.get("components"), "answer.components")
    groups, leaves = _divide(rows)
    names = {text_as_is(row, "id", "components[]"): row["name"] for row in groups}
    leaves = _each_once(_in_page_order(leaves, groups))
    return Listing(
        rows=rows,
        groups=frozenset(names),
        components=tuple(_components(leaves, names)),
        states=tuple(map(_state, leaves)),
    )


def _divide(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows that are groups, and those that are components."""
    groups: list[Row] = []
    leaves: list[Row] = []
    for row in rows:
        (groups if is_group(row) else leaves).append(row)
    return groups, leaves


def _components(leaves: Iterable[Row], groups: Mapping[str, str]) -> Iterator[Component]:
    for position, row in enumerate(leaves):
        group = groups.get(row.get("group_id") or "")
        yield _component(row, group, position)


def _in_page_order(leaves: Iterable[Row], groups: Iterable[Row]) -> list[Row]:
    """Return the components as the page shows them: groups and single ones share an order."""
    positions = {row["id"]: row.get("position") or 0 for row in groups}

    def place(row: Row) -> tuple[int, int]:
        own, group = row.get("position") or 0, row.get("group_id")
        return (positions[group], own) if group in positions else (own, 0)

    return sorted(leaves, key=place)


def _each_once(leaves: Sequence[Row]) -> list[Row]:
    """Return each component once: of one listed twice the worse state, a word we do not know unless
    one is bad.
    """
    worst = {row["id"]: row for row in sorted(leaves, key=_badness)}
    return [row for row in leaves if worst[row["id"]] is row]


def _badness(row: Row) -> float:
    return LEVELS.get(str(row.get("status")), UNKNOWN)


def _component(row: Row, group: str | None, position: int) -> Component:
    return Component(
        id=text_as_is(row, "id", "components[]"),
        name=text_as_is(row, "name", "components[]").strip() or row["id"],
        group=group,
        position=position,
        start_date=calendar_day(row["start_date"]) if row.get("start_date") else None,
        has_bars=row.get("showcase") is True,
    )


def _state(row: Row) -> Observation:
    word = str(row.get("status"))
    return Observation(
        component_id=text_as_is(row, "id", "components[]"), level=LEVELS.get(word), word=word
    )
