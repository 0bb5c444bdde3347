"""What an answer of Concur Open is known by. Pure."""

from collections.abc import Iterator
from typing import Any, TypeGuard

from monitor.kit.fields import Row, has_keys, maybe_row
from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import try_row
from monitor.platforms.concur.centres import NOW

LOOKED_AT = 20
"""How many of the list of all incidents are looked at."""


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Concur Open: the two shapes, what their words are and, beside these, the
    host.
    """
    answer = try_row(response)
    services, incidents = answer.get("data"), answer.get("incidents")
    if _are_services(services):
        yield Signal("shape", "services by name, each with a current status")
        if {"Expense", "Travel"} <= services.keys():
            yield Signal("words", "services called Expense and Travel")
    elif isinstance(incidents, list) and incidents:
        yield from _signals_of_incidents(incidents[:LOOKED_AT])


def _are_services(value: object) -> TypeGuard[Row]:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(_is_service(key, service) for key, service in value.items())
    )


def _is_service(key: str, value: object) -> bool:
    service = maybe_row(value)
    return service.get("Service") == key and isinstance(service.get(NOW), dict)


def _signals_of_incidents(incidents: list[Any]) -> Iterator[Signal]:
    if all(map(_is_incident, incidents)):
        yield Signal("shape", "incidents with services, data centres and a start since 1970")
        if all(str(incident.get("jira_id")).startswith("OPI-") for incident in incidents):
            yield Signal("words", "incidents are tickets of OPI")


def _is_incident(value: object) -> bool:
    return has_keys(value, {"affected_services", "data_centers", "start_epoch", "severity"})
