"""Which components make a day disputed: two values of one component each. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from monitor.model import Day, History, KnownComponent, PageHistory, Seconds


@dataclass(frozen=True, slots=True)
class Dispute:
    """A component's day of which sources say different things: `day.seconds` count, `other` are
    what the others say.
    """

    component: KnownComponent
    day: Day
    other: Seconds


def days_of(page_days: PageHistory, component: KnownComponent | None) -> History:
    """Return the days of a component, or of the vendor when it is None."""
    return page_days.vendor if component is None else page_days.components[component.id]


def disputes(
    page_days: PageHistory,
    components: Mapping[str, KnownComponent],
    component: KnownComponent | None,
    day: date,
) -> tuple[Dispute, ...]:
    """Return the disputes of a component's day, or of all counted components for the vendor's, in
    the order of `components`; none where the day is not disputed.
    """
    if not days_of(page_days, component).day(day).disputed:
        return ()
    found = []
    for key, entry in components.items():
        is_asked = key not in page_days.excluded if component is None else key == component.id
        row = page_days.components[key].day(day) if is_asked else None
        if row is not None and row.disputed and row.other is not None:
            found.append(Dispute(entry, row, row.other))
    return tuple(found)
