"""The components of a Flashduty page, in its sections. Pure."""

from monitor.kit.fields import Row, identifier, maybe_text, number, optional_rows, row, rows, text
from monitor.kit.times import epoch
from monitor.model import Component


def components_of(data: Row) -> list[Component]:
    """Return the components in the page's order. Days before one was available are not known."""
    page = row(data.get("page"), "page")
    sections: dict[str, Row] = {}
    for section in optional_rows(page.get("sections"), "page.sections"):
        sections[identifier(section.get("section_id"), "section.section_id")] = section

    def section_of(record: Row) -> Row | None:
        return sections.get(str(record.get("section_id")))

    def order(record: Row) -> tuple[float, float]:
        own = number(record.get("order_id", 0), "component.order_id")
        section = section_of(record)
        if section is None:
            return own, 0.0
        return number(section.get("order_id", 0), "section.order_id"), own

    records = sorted(rows(page.get("components"), "page.components"), key=order)
    components = []
    for position, record in enumerate(records):
        components.append(_component(record, section_of(record), position))
    return components


def _component(record: Row, section: Row | None, position: int) -> Component:
    key = identifier(record.get("component_id"), "component.component_id")
    since = record.get("available_since_seconds")
    first = epoch(since, f"component {key}.available_since_seconds").date() if since else None
    return Component(
        id=key,
        name=text(record.get("name"), f"component {key}.name"),
        group=maybe_text(section.get("name")) if section is not None else None,
        position=position,
        start_date=first,
    )
