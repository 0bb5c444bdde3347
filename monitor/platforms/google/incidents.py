"""The incidents of an answer as rows say them. Pure.

The format: https://status.cloud.google.com/incidents.schema.json. An incident before 2021 has no
id, no status words and no products; it names a service and gives no level.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from monitor.errors import UnexpectedShape
from monitor.kit.fields import Row, optional_rows, optional_text, rows, text, verbatim
from monitor.kit.messages import messages
from monitor.kit.times import instant
from monitor.model import IncidentUpdate
from monitor.platforms.google.products import in_location, product_id, product_names

MOST_IMPACTS = 50_000
"""More than this an answer is not believed to say: the widest real incident has 55 products in 61
locations."""

LONGEST_TITLE = 200


class Update(NamedTuple):
    """One update: `status` None before 2021; `locations` empty when it names none."""

    at: datetime
    status: str | None
    locations: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """One incident as the answer has it. `end` None = open; `updates` are in order of time;
    `products` are names by id; `locations` are those of the incident itself.
    """

    id: str
    title: str
    begin: datetime
    end: datetime | None
    impact: str | None
    severity: str | None
    uri: str | None
    products: Mapping[str, str]
    locations: frozenset[str]
    updates: tuple[Update, ...]
    messages: tuple[IncidentUpdate, ...]

    @property
    def all_locations(self) -> frozenset[str]:
        """Every location the incident or one of its updates names."""
        return self.locations.union(*(update.locations for update in self.updates))

    @property
    def pairs(self) -> Iterator[str]:
        """The ids of every product the incident names in every location it names."""
        for location in self.all_locations:
            for product in self.products:
                yield in_location(product, location)


def read_incidents(answer: object, now: datetime) -> list[IncidentRecord]:
    """Return the incidents. One given twice counts once; two that differ are an error, and so are
    more products and locations than there are.
    """
    by_id: dict[str, Row] = {}
    for row in rows(answer, "the answer"):
        key = _incident_id(row)
        if by_id.setdefault(key, row) != row:
            raise UnexpectedShape(f"incident {key} is there twice and differs")
    incidents = [_incident(key, row, now) for key, row in by_id.items()]
    if sum(map(_count_impacts, incidents)) > MOST_IMPACTS:
        raise UnexpectedShape("the incidents name more products and locations than there are")
    return incidents


def _count_impacts(incident: IncidentRecord) -> int:
    """Return how many impacts an incident makes at most: each product, and it in each location."""
    return len(incident.products) * (1 + len(incident.all_locations))


def _incident_id(row: Row) -> str:
    """Return the incident's id. Before 2021 there is only a number, which counts within its
    service.
    """
    number = row.get("number")
    if "id" not in row and isinstance(number, int):
        return f"{text(row.get('service_key'), 'incident.service_key')}-{number}"
    return text(row.get("id"), "incident.id")


def _incident(key: str, row: Row, now: datetime) -> IncidentRecord:
    """Return an incident with begin and end now at the latest: what is listed has begun, and what
    has an end is over.

    An answer is only read when it changes: an end that we waited for would pass unseen.
    """
    where = f"incident {key}"
    end = row.get("end")
    current = _locations(row, "currently_affected_locations", where)
    previous = _locations(row, "previously_affected_locations", where)
    return IncidentRecord(
        id=key,
        title=_title(row.get("external_desc")) or _title(row.get("service_name")) or "incident",
        begin=min(instant(row.get("begin"), f"{where}.begin"), now),
        end=None if end is None else min(instant(end, f"{where}.end"), now),
        impact=optional_text(row.get("status_impact"), f"{where}.status_impact"),
        severity=optional_text(row.get("severity"), f"{where}.severity"),
        uri=optional_text(row.get("uri"), f"{where}.uri"),
        products=_products(row, where),
        locations=current | previous,
        updates=_updates(row, where, now),
        messages=messages(row.get("updates"), at="when", text="text"),
    )


def _title(description: object) -> str | None:
    """Return the first line of words: descriptions are Markdown, often whole reports."""
    for line in description.splitlines() if isinstance(description, str) else ():
        if words := re.sub(r"[*#_`]+", "", line).strip():
            return words[:LONGEST_TITLE]
    return None


def _updates(row: Row, where: str, now: datetime) -> tuple[Update, ...]:
    """Return the updates in order of time, now at the latest: what is posted was posted."""
    where = f"{where}.updates"
    updates = [_update(update, where) for update in rows(row.get("updates"), where)]
    updates.sort(key=lambda update: update.at)
    return tuple(update._replace(at=min(update.at, now)) for update in updates)


def _update(row: Row, where: str) -> Update:
    return Update(
        at=instant(row.get("when"), f"{where}.when"),
        status=optional_text(row.get("status"), f"{where}.status"),
        locations=_locations(row, "affected_locations", where),
    )


def _locations(row: Row, key: str, where: str) -> frozenset[str]:
    where = f"{where}.{key}"
    ids = set()
    for location in optional_rows(row.get(key), where):
        ids.add(text(location.get("id"), f"{where}.id"))
    return frozenset(ids)


def _products(row: Row, where: str) -> dict[str, str]:
    """Return the affected products' names by id. Before 2021 that is the one service; `zall` is
    none of them.
    """
    if row.get("affected_products") is not None:
        return product_names(row["affected_products"], f"{where}.affected_products")
    service = row.get("service_key")
    if service is None or service == "zall":
        return {}
    name = verbatim(row.get("service_name"), f"{where}.service_name")
    return {product_id(row, "service_key", where): name}
