"""The words of Salesforce Trust, and what its API is recognised by. Pure."""

from collections.abc import Iterator, Mapping

from monitor.kit.fields import Row, has_keys
from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import try_json
from monitor.model import Level

MAINTENANCE = "MaintenanceImpacts"

VOCABULARY: Mapping[str, Level] = {
    "OK": Level.OPERATIONAL,
    "INFORMATIONAL": Level.OPERATIONAL,
    "INFORMATIONAL_CORE": Level.OPERATIONAL,
    "INFORMATIONAL_NONCORE": Level.OPERATIONAL,
    "MAINTENANCE_CORE": Level.MAINTENANCE,
    "MAINTENANCE_NONCORE": Level.MAINTENANCE,
    "MINOR_INCIDENT_CORE": Level.DEGRADED,
    "MINOR_INCIDENT_NONCORE": Level.DEGRADED,
    "MAJOR_INCIDENT_CORE": Level.MAJOR_OUTAGE,
    "MAJOR_INCIDENT_NONCORE": Level.MAJOR_OUTAGE,
    "minor": Level.DEGRADED,
    "major": Level.MAJOR_OUTAGE,
    MAINTENANCE: Level.MAINTENANCE,
}
"""States of instances, severities of an incident's impacts, and the list whose entries are
maintenance."""

FIELDS = frozenset(
    {"key", "location", "environment", "status", "isActive", "releaseVersion", "maintenanceWindow"}
)
"""What every instance has."""

SAMPLE = 20
"""Instances that are looked at to recognise them."""


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of the Trust API: the fields of instances and their states."""
    answer = try_json(response)
    instances = answer.get("Instances", [answer]) if isinstance(answer, dict) else answer
    sample = instances[:SAMPLE] if isinstance(instances, list) else []
    if not sample or not all(map(_is_instance, sample)):
        return
    yield Signal("shape", "instances with an environment, a release and a window for maintenance")
    if all(map(_has_our_words, sample)):
        state = sample[0]["status"]
        yield Signal("words", f"instances in a state such as {state}, with their incidents")


def _has_our_words(instance: Row) -> bool:
    return isinstance(instance.get("Incidents"), list) and str(instance["status"]) in VOCABULARY


def _is_instance(item: object) -> bool:
    return has_keys(item, FIELDS)
