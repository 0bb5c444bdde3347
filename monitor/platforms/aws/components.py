"""The components of AWS's dashboard, and what one poll hands to the next of them. Pure.

Nothing lists the services that are well, so the components are those an event ever named in the
regions chosen, and one for each region that stands for all others.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.model import Component
from monitor.platforms.aws.regions import GLOBAL, region_of_component


@dataclass(frozen=True, slots=True)
class Mark:
    """What one poll hands to the next: the day and regions it was made for, and the components by
    id that an event ever named, each with its name.

    An unchanged answer stands only on the same day and for the same regions: an open event falls
    silent by the passing of time alone.
    """

    day: str
    regions: tuple[str, ...]
    names: Mapping[str, str]

    def dump(self) -> str:
        """Return the text of it, which `read_mark` reads."""
        names = dict(sorted(self.names.items()))
        return json.dumps([self.day, list(self.regions), names], ensure_ascii=False)


def read_mark(text: str | None) -> Mark:
    """Return the mark of an earlier poll; an empty one when there is none or another version wrote
    it.
    """
    try:
        day, regions, names = json.loads(text or "")
        own_names = {str(key): str(name) for key, name in names.items()}
        return Mark(str(day), tuple(map(str, regions)), own_names)
    except (ValueError, TypeError, AttributeError):
        return Mark("", (), {})


def list_components(names: Mapping[str, str], regions: Iterable[str]) -> tuple[Component, ...]:
    """Return a component for each region's other services, then those of these names, in a stable
    order.
    """
    components: list[Component] = []
    for region in regions:
        others = f"All other services ({region})"
        components.append(_component(region, others, region, len(components)))
    for key, name in sorted(names.items()):
        region = region_of_component(key)
        full_name = name if region == GLOBAL else f"{name} ({region})"
        components.append(_component(key, full_name, region, len(components)))
    return tuple(components)


def _component(key: str, name: str, region: str, position: int) -> Component:
    return Component(id=key, name=name, group=region, region=region, position=position)
