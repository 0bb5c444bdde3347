"""Oracle's document: the services of every region, in their states. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState
from monitor.kit.fields import Row, identifier, maybe_row, rows, text
from monitor.kit.patterns import match_any
from monitor.kit.protocol import PageContext, Response
from monitor.kit.responses import read_json
from monitor.kit.states import components_of, in_trouble
from monitor.model import Component, Level, id_set

ENTRY = "<item>"

VOCABULARY: Mapping[str, Level] = {
    "NormalPerformance": Level.OPERATIONAL,
    "ServiceDisruption": Level.PARTIAL_OUTAGE,
    ENTRY: Level.DEGRADED,
}
"""The states of services; and an entry of the feed, which is an incident without a severity."""

LONGEST_WORD = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the document says. `regions`: canonical names by every name of a region;
    `rated_regions`: those the user chose, with the states of their services; `ids`: all components.
    """

    regions: Mapping[str, str]
    rated_regions: frozenset[str]
    states: Sequence[ComponentState]
    ids: frozenset[str]

    @property
    def has_trouble(self) -> bool:
        """Whether a service in a chosen region is not known to be operational."""
        return bool(in_trouble(self.states))


def read_document(response: Response, page: PageContext) -> Document:
    """Return what the document says. Raises UnexpectedShape when it lists no service."""
    answer = read_json(response)
    reports = maybe_row(answer).get("regionHealthReports")
    regions: dict[str, str] = {}
    rated_states: list[ComponentState] = []
    rated_regions, ids = set[str](), set[str]()
    for at, report in enumerate(rows(reports, "regionHealthReports")):
        where = f"regionHealthReports[{at}]"
        key = text(report.get("regionCanonicalName"), f"{where}.regionCanonicalName")
        name = text(report.get("regionName"), f"{where}.regionName")
        regions |= {key: key, name: key}
        states = _states(report, key, where)
        ids |= id_set(components_of(states))
        if match_any([key, name], page.regions):
            rated_regions.add(key)
            rated_states += states
    if not ids:
        raise UnexpectedShape("the answer lists no service")
    return Document(
        regions=regions,
        rated_regions=frozenset(rated_regions),
        states=rated_states,
        ids=frozenset(ids),
    )


def _states(report: Row, region: str, where: str) -> list[ComponentState]:
    place = f"{where}.serviceHealthReports"
    states = []
    for index, service in enumerate(rows(report.get("serviceHealthReports"), place)):
        states.append(_state(service, region, f"{place}[{index}]"))
    return states


def _state(service: Row, region: str, where: str) -> ComponentState:
    name = text(service.get("serviceName"), f"{where}.serviceName")
    word = identifier(service.get("serviceStatus"), f"{where}.serviceStatus")[:LONGEST_WORD]
    group = text(service.get("serviceCategoryName"), f"{where}.serviceCategoryName")
    return ComponentState(
        component=Component(id=f"{region}/{name}", name=name, group=group, region=region),
        level=VOCABULARY.get(word) if word != ENTRY else None,
        word=word,
    )
