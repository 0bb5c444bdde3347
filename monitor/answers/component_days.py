"""Which components make a vendor's day what it is: those as bad as it, and those disputed. Pure."""

from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class ComponentDay:
    """A component with its own day."""

    component: KnownComponent
    day: Day


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
    dispute_list = []
    for entry, row in _rows(page_days, components, component, day):
        if row.disputed and row.other is not None:
            dispute_list.append(Dispute(entry, row, row.other))
    return tuple(dispute_list)


def component_days(
    page_days: PageHistory,
    components: Mapping[str, KnownComponent],
    component: KnownComponent | None,
    day: date,
) -> tuple[ComponentDay, ...]:
    """Return the day of a component, or of each that counts for the vendor, in the order of
    `components`.
    """
    rows = _rows(page_days, components, component, day)
    return tuple(ComponentDay(entry, row) for entry, row in rows)


def worst_components(
    page_days: PageHistory, components: Mapping[str, KnownComponent], day: date
) -> tuple[ComponentDay, ...]:
    """Return the counted components that are as bad as the vendor's day, in the order of
    `components`; none where it is operational or unknown.
    """
    level = page_days.vendor.day(day).level
    if not level:
        return ()
    rows = _rows(page_days, components, None, day)
    return tuple(ComponentDay(entry, row) for entry, row in rows if row.level is level)


def _rows(
    page_days: PageHistory,
    components: Mapping[str, KnownComponent],
    component: KnownComponent | None,
    day: date,
) -> Iterator[tuple[KnownComponent, Day]]:
    """Yield the day of one component, or of all that count in the vendor's figure."""
    for key, entry in components.items():
        is_asked = key not in page_days.excluded if component is None else key == component.id
        if is_asked:
            yield entry, page_days.components[key].day(day)
