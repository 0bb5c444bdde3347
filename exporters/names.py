"""The names of a component as columns. Pure; None is what is no component, or not listed."""

from typing import Any

from monitor.model import Component

NO_NAMES: dict[str, Any] = dict.fromkeys(
    ("component", "component_id", "component_name", "component_group")
)
"""The same columns for the vendor itself."""


def name_columns(slug: str, component: Component) -> dict[str, Any]:
    """Return the names of a component by their columns; `slug` is the one it has at its page."""
    return {
        "component": slug,
        "component_id": component.id,
        "component_name": component.name,
        "component_group": component.group,
    }
