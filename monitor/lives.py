"""When components were on their page, as far as that can be known. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, tzinfo

from monitor.intervals import day_of
from monitor.model import ALWAYS, History, KnownComponent, Life


def with_lives(
    components: Iterable[KnownComponent],
    histories: Mapping[str, History],
    zone: tzinfo,
    *,
    first_read_at: datetime | None,
) -> dict[str, History]:
    """Return the components' histories by id, each with the days on which it was there.

    `first_read_at` is when the page's first component was first seen; None = never.
    """
    first_read = None if first_read_at is None else day_of(first_read_at, zone)
    lively = {}
    for component in components:
        history = histories[component.id]
        life = _life(component, history, first_read, zone)
        lively[component.id] = history if life == ALWAYS else replace(history, life=life)
    return lively


def _life(
    component: KnownComponent,
    history: History,
    first_read: date | None,
    zone: tzinfo,
) -> Life:
    removed_at = component.removed_at
    last = None if removed_at is None else day_of(removed_at, zone)
    return Life(_first_day(component, history, first_read, zone), last)


def _first_day(
    component: KnownComponent,
    history: History,
    first_read: date | None,
    zone: tzinfo,
) -> date | None:
    """Return the first day on which the component was there; None = it has always been.

    Without a start date, one that was there when the page was first read has always been there, and
    one that came later is there since it came, or since anything is known of it.
    """
    if component.component.start_date is not None:
        return component.component.start_date
    came = day_of(component.first_seen_at, zone)
    if first_read is None or came <= first_read:
        return None
    return min([came, *history.days, *(run.first for run in history.quiet)])


def vendor_life(lives: Iterable[Life]) -> Life:
    """Return the vendor's life by those of its counted components: it began with the first of them.

    A page that no longer lists any of them has not ended: nothing says that its vendor has.
    """
    days = []
    for life in lives:
        if life.first is None:
            return ALWAYS
        days.append(life.first)
    return Life(min(days)) if days else ALWAYS
