"""Okta's page: what it is recognised by, and the lists in its hidden elements. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.kit.embedded import json_after
from monitor.kit.events import Event
from monitor.kit.fields import Row, rows
from monitor.kit.protocol import PageContext, Response, Signal
from monitor.kit.times import instant
from monitor.model import Component, Phase
from monitor.platforms.okta.records import PLANS, read_cells, read_events

HOSTS = ("status.okta.com",)

RECORDS = re.compile(
    r'data-id="incidents"[^<>]{0,200}>\s*|(?=\[\s*\{"attributes":\s*\{"type":\s*"Incident__c")'
)
PLANNED_OUTAGES = re.compile(r'data-id="planned-outages"[^<>]{0,200}>\s*')
CELLS = re.compile(r'data-id="cellList"[^<>]{0,200}>')


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Okta's page: its title, its records and the elements they are in."""
    body = response.body
    if body[:64].lstrip()[:1] != b"<":
        return
    if b"<title>Okta Status" in body:
        yield Signal("title", "the page calls itself Okta Status")
    if b'"Incident__c"' in body and b'"Impacted_Cells__c"' in body:
        yield Signal("records", "incidents that name the cells they hit")
    if b'data-id="incidents"' in body and b'data-id="cellList"' in body:
        yield Signal("elements", "hidden elements with incidents and cells")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the page says. `whole_since`: the oldest change among its incidents, None = it lists
    none.
    """

    cells: Sequence[str]
    incidents: Sequence[Event]
    plans: Sequence[Event]
    whole_since: datetime | None

    @property
    def events(self) -> list[Event]:
        """Incidents and planned outages."""
        return [*self.incidents, *self.plans]

    def components(self, page: PageContext) -> list[Component]:
        """Return the cells: all there are if the page lists them, and those that are named."""
        keys = list(self.cells)
        for event in self.events:
            if event.phase is Phase.OPEN or not self.cells:
                keys += event.component_ids
        if not self.cells:
            keys += sorted(page.components)
        components = []
        for position, key in enumerate(dict.fromkeys(keys)):
            group = key.partition(":")[0]
            components.append(Component(id=key, name=key, group=group, position=position))
        return components


def read_status(response: Response, now: datetime) -> Status:
    """Return what the page says. Raises UnexpectedShape when it holds no records."""
    incidents = rows(json_after(response, RECORDS), "incidents")
    html = response.text
    plans: list[Row] = []
    if PLANNED_OUTAGES.search(html):
        plans = rows(json_after(response, PLANNED_OUTAGES), PLANS)
    changes = [_changed_at(row, f"incidents[{at}]") for at, row in enumerate(incidents)]
    return Status(
        cells=read_cells(_cell_names(html)),
        incidents=read_events(incidents, "incidents", now),
        plans=read_events(plans, PLANS, now),
        whole_since=min(changes, default=None),
    )


def _cell_names(html: str) -> str | None:
    """Return the text of the list of cells; None where the page has none."""
    cells = CELLS.search(html)
    return html[cells.end() :].partition("<")[0] if cells else None


def _changed_at(row: Row, where: str) -> datetime:
    change = row.get("LastModifiedDate") or row.get("Last_Updated__c")
    return instant(change, f"{where}.LastModifiedDate")
