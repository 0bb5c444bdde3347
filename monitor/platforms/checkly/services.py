"""Checkly's services, and the page's own figures of them. Pure."""

from collections.abc import Collection, Iterator

from monitor.kit.fields import Row, identifier, maybe_text, number, rows, text
from monitor.kit.responses import shape_error
from monitor.kit.times import instant
from monitor.model import Component, ReportedUptime, pick

UPTIME_DAYS = 90


def read_components(answer: Row) -> list[Component]:
    """Return the services in the page's order. Days before one was made are not known."""
    components: list[Component] = []
    for group in _in_order(answer, "metadata", "metadata"):
        for service in _in_order(group, "services", "metadata.services"):
            created_at = service.get("createdAt")
            component = Component(
                id=identifier(service.get("id"), "service.id"),
                name=text(service.get("name"), "service.name"),
                group=maybe_text(group.get("name")),
                position=len(components),
                start_date=instant(created_at, "service.createdAt").date() if created_at else None,
            )
            components.append(component)
    return components


def _in_order(parent: Row, key: str, where: str) -> list[Row]:
    return sorted(rows(parent.get(key), where), key=_order)


def _order(item: Row) -> float:
    return number(item.get("order", 0), "order")


def services_with_days(answer: Row) -> Iterator[tuple[str, Row]]:
    """Yield the services with their days and figures, each with its id."""
    for group in rows(answer.get("uptime"), "uptime"):
        for service in rows(group.get("services"), "uptime.services"):
            yield identifier(service.get("id"), "service.id"), service


def read_uptimes(answer: Row, component_ids: Collection[str]) -> Iterator[ReportedUptime]:
    """Yield the page's own figures of these services, in percent of 90 days."""
    services = pick(dict(services_with_days(answer)), set(component_ids))
    for key, service in services.items():
        figure = service.get("uptime")
        if figure is not None:
            ratio = number(figure, f"service {key}.uptime") / 100
            if not 0 <= ratio <= 1:
                shape_error(f"service {key}.uptime", "a percentage", figure)
            yield ReportedUptime(component_id=key, window_days=UPTIME_DAYS, ratio=ratio)
