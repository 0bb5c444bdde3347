"""What Adobe's documents are known by. Pure."""

from collections.abc import Iterator

from monitor.kit.fields import Row
from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import try_row


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Adobe's documents; `host` only ever beside another sign."""
    body = response.body
    if b'"incidentEvent"' not in body and b'"serviceEnvironments"' not in body:
        return
    answer = try_row(response)
    if _has_objects(answer, "clouds", "products", "services", "environments"):
        yield Signal("registry", "clouds, products, services and environments")
        if b'"productServices"' in body:
            yield Signal("fields", "products of services, services of environments")
    if _has_objects(answer, "incidentEvent", "maintenanceEvent"):
        yield Signal("events", "incidents and maintenances")
        if b'"titleToken"' in body and b'"history"' in body:
            yield Signal("history", "posts whose texts stand elsewhere")


def _has_objects(answer: Row, *keys: str) -> bool:
    return all(isinstance(answer.get(key), dict) for key in keys)
