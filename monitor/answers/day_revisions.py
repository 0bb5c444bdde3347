"""Which days vendors changed after they were over, and from what to what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from monitor.model import Day, KnownComponent, Window, by_id
from monitor.store import DayRevision, PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedDay:
    """One change of a closed day, of a component or of the vendor when it is None: what it was
    `before`, and what it was `after`, from `changed_at` (UTC) on. `number` counts a day's changes
    from 1.
    """

    component: KnownComponent | None
    date: date
    number: int
    changed_at: datetime
    before: Day
    after: Day


def revised_days(
    store: Store,
    page: PageRecord,
    window: Window,
    *,
    moment: datetime,
) -> tuple[RevisedDay, ...]:
    """Return the changes of a window's days that were known at `moment`: by day, the vendor's
    before its components', each day's in their order.

    They are the days as they were derived then, by the settings of that time.
    """
    components = by_id(store.known_components(page.id))
    edits: list[RevisedDay] = []
    for (key, day), versions in store.all_revisions(page.id, window.first, window.last).items():
        component = None if key is None else components.get(key)
        if key is None or component is not None:
            edits += _changes(component, day, versions, moment)
    return tuple(sorted(edits, key=_place))


def _changes(
    component: KnownComponent | None,
    day: date,
    versions: Sequence[DayRevision],
    moment: datetime,
) -> Iterator[RevisedDay]:
    for number, (before, after) in enumerate(pairwise(versions), start=1):
        if after.recorded_at <= moment:
            yield RevisedDay(
                component=component,
                date=day,
                number=number,
                changed_at=after.recorded_at,
                before=before.day,
                after=after.day,
            )


def _place(change: RevisedDay) -> tuple[date, str, int]:
    slug = "" if change.component is None else change.component.slug
    return change.date, slug, change.number
