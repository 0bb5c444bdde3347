"""The answer of a Better Stack page, a JSON:API document, sorted by what its rows are. Pure."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from monitor.errors import UnexpectedShape
from monitor.intervals import zone_named
from monitor.kit.fields import Row, identifier, row, rows, verbatim
from monitor.kit.responses import shape_error
from monitor.kit.zones import iana_zone

Key = tuple[str, str]
"""What names a row of the document: its type and its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The answer: the attributes of its rows by id, resources in the page's order.

    `update_ids` are the ids of each report's updates, in no order.
    """

    page_id: str
    attributes: Row
    sections: Mapping[str, Row]
    resources: Mapping[str, Row]
    reports: Mapping[str, Row]
    updates: Mapping[str, Row]
    update_ids: Mapping[str, Sequence[str]]

    @property
    def own_zone(self) -> str | None:
        """The IANA name of the zone the page says it cuts its days in; None when it names none we
        know.
        """
        name = self.attributes.get("timezone")
        return iana_zone(name) if isinstance(name, str) else None

    def zone(self, last_zone: str | None) -> ZoneInfo | None:
        """Return the zone the days are cut in: the page's own, else `last_zone`, the user's or the
        one it named last. None = neither is known.
        """
        name = self.own_zone or last_zone
        return zone_named(name) if name else None


def read_document(answer: object) -> Document:
    """Return the answer as a document. Raises UnexpectedShape when it is not one, or lacks what it
    names itself.
    """
    whole = row(answer, "the answer")
    page = row(whole.get("data"), "the answer.data")
    if page.get("type") != "status_page":
        shape_error("data.type", "status_page", page.get("type"))
    entities = unique_rows(rows(whole.get("included"), "the answer.included"), _key, "included")
    relations = row(page.get("relationships"), "data.relationships")
    resources = _in_order(relations, "resources", entities, "status_page_resource")
    if not resources:
        raise UnexpectedShape("the page has no resources: it says nothing of any state")
    reports = _in_order(relations, "status_reports", entities, "status_report")
    sections = _in_order(relations, "sections", entities, "status_page_section")
    return Document(
        page_id=identifier(page.get("id"), "data.id"),
        attributes=row(page.get("attributes"), "data.attributes"),
        sections=_attributes(sections),
        resources=_attributes(resources),
        reports=_attributes(reports),
        updates=_attributes(_of_type("status_update", entities)),
        update_ids=dict(_ids_of_updates(reports)),
    )


def unique_rows(items: Iterable[Row], key: Callable[[Row], Any], where: str) -> dict[Any, Row]:
    """Return the rows by key. The same row twice counts once; two that differ under one key are an
    error.
    """
    by_key: dict[Any, Row] = {}
    for item in items:
        if by_key.setdefault(key(item), item) != item:
            raise UnexpectedShape(f"{where}: {key(item)} is there twice and differs")
    return by_key


def seconds(value: object, where: str) -> float:
    """Return a number of seconds or a share, finite and not negative; a text is none."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value < math.inf:  # type: ignore[operator]
        shape_error(where, "a number of seconds", value)
    return float(value)  # type: ignore[arg-type]


def _key(item: Row) -> Key:
    kind = verbatim(item.get("type"), "included[].type")
    return kind, identifier(item.get("id"), "included[].id")


def _in_order(
    relations: Row,
    name: str,
    entities: Mapping[Key, Row],
    kind: str,
) -> Mapping[str, Row]:
    """Return the rows of a type by id: those that the relation names in its order, then the others.

    Raises UnexpectedShape when one that it names is missing.
    """
    where = f"data.relationships.{name}"
    first = {}
    for item in rows(row(relations.get(name), where).get("data"), f"{where}.data"):
        key = identifier(item.get("id"), where)
        if (kind, key) not in entities:
            raise UnexpectedShape(f"{where} names {key}, which is not included")
        first[key] = entities[kind, key]
    return first | _of_type(kind, entities)


def _of_type(kind: str, entities: Mapping[Key, Row]) -> dict[str, Row]:
    own_entities = {}
    for (entity_kind, key), entity in entities.items():
        if entity_kind == kind:
            own_entities[key] = entity
    return own_entities


def _attributes(entities: Mapping[str, Row]) -> dict[str, Row]:
    attributes: dict[str, Row] = {}
    for key, entity in entities.items():
        where = f"{entity['type']} {key}.attributes"
        attributes[key] = row(entity.get("attributes"), where)
    return attributes


def _ids_of_updates(reports: Mapping[str, Row]) -> Iterator[tuple[str, list[str]]]:
    """Yield each report's id with those of its updates, each once."""
    where = "status_report.relationships"
    for key, report in reports.items():
        relations = row(report.get("relationships"), where)
        updates = row(relations.get("status_updates"), f"{where}.status_updates")
        ids: dict[str, None] = {}
        for link in rows(updates.get("data"), f"{where}.status_updates.data"):
            ids[identifier(link.get("id"), where)] = None
        yield key, list(ids)
