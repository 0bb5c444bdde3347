"""One reading of a PagerDuty page, of whichever generation. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.kit.events import Event
from monitor.model import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """What was read. `first`: since when everything is listed; None = that is not known.

    `withdrawn`: posts that are not there any more. `cursor`: the generation.
    """

    name: str | None = None
    components: Sequence[Component]
    events: Sequence[Event]
    first: datetime | None = None
    withdrawn: frozenset[str] = frozenset()
    cursor: str | None = None
