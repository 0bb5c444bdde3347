"""Why a day is what it is, and each single change that would make it another one.

Levels and outage seconds are compared, whole seconds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor import history
from monitor.answers.alternatives import Case, Change, changes
from monitor.answers.day_query import DayQuery
from monitor.config import VendorConfig
from monitor.intervals import ONE_DAY
from monitor.model import Aspect, Day, Level, PageHistory
from monitor.overrides import apply
from monitor.plain import count_of, duration
from monitor.shares import exact_percent, percent
from monitor.standing import is_bad
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why one day is what it is: the rule that decided, the components that are as bad as the day
    with who says so, and every single change that alters the day. `zone` is the name of its zone.
    `seconds_of` is the name of the component whose seconds a vendor's day has; None where it has
    none, and for a component.
    """

    name: str
    zone: str
    day: Day
    seconds_of: str | None
    rule: str
    witnesses: tuple[str, ...]
    changes: tuple[Change, ...]


def reasons(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    query: DayQuery,
    *,
    with_changes: bool = True,
) -> Reasons:
    """Return why a day is what it is. Without `with_changes` there are none: each takes
    deriving the day of all components again.

    Raises ValueError when the component is not known or its name is not unique, or the day has not
    begun.
    """
    query.require_begun(page)
    since = query.day - 2 * ONE_DAY  # in another zone the day begins up to 26 hours earlier
    raw, _ = history.read(
        store,
        page,
        vendor,
        first=since,
        last=query.day,
        now=query.now,
        known_at=query.known_at,
        raw=True,
    )
    facts = apply(raw, vendor.overrides)
    case = Case(
        vendor=vendor,
        raw=raw,
        facts=facts,
        options=history.options(vendor, page.zone, facts),
        component=query.component_of(facts.components),
        day=query.day,
        now=query.moment,
    )
    days = case.page_days()
    day = case.own_day(days)
    names = {entry.id: entry.component.full_name for entry in facts.components}
    tried = changes(case, day, store, page, query.now) if with_changes else ()
    part = "" if case.component is None else f", {case.component.component.full_name}"
    return Reasons(
        name=f"{vendor.name}{part}",
        zone=page.zone_name,
        day=day,
        seconds_of=names.get(day.component_id or ""),
        rule=_rule(case, day),
        witnesses=tuple(_witnesses(case, days, day)),
        changes=tuple(_turns(tried, day)),
    )


def _turns(changes: Iterable[Change], day: Day) -> Iterator[Change]:
    """Yield the changes by which the day would be another one."""
    for change in changes:
        if _verdict(change.day) != _verdict(day):
            yield change


def _verdict(day: Day) -> tuple[Level | None, int]:
    return day.level, round(day.seconds.outage)


def _rule(case: Case, day: Day) -> str:
    """Return the rule of the day in words; `monitor.days.classify` has the rules themselves."""
    dispute = "; disputed: other sources say otherwise" if day.disputed else ""
    if day.level is None and not day.covered_seconds:
        return "no source covers the day, so it is unknown, never green"
    if day.level is None:
        least = f"{exact_percent(case.options.min_coverage)} must be"
        return f"good needs coverage: {_coverage(day)}, {least}{dispute}"
    if day.level.is_outage and day.source is Aspect.BARS:
        return f"published bar: the vendor's own seconds count{dispute}"
    if is_bad(day.level):
        return f"bad needs one witness{dispute}"
    if day.seconds.bad:
        limit = duration(case.options.min_outage_seconds)
        return (
            f"nothing bad lasted more than min_outage ({limit}), and good needs coverage:"
            f" {_coverage(day)}{dispute}"
        )
    return f"good needs coverage: {_coverage(day)}, and nothing bad counts{dispute}"


def _coverage(day: Day) -> str:
    share = f"{percent(day.coverage)} of the day known"
    if day.counted_components is None:
        return share
    return (
        f"{share}, {day.known_components} of {count_of(day.counted_components, 'component')} known"
    )


def _witnesses(case: Case, days: PageHistory, verdict: Day) -> Iterator[str]:
    """Yield the components that have the day's level, with their source and incidents; none where
    nothing is bad.
    """
    if not is_bad(verdict.level):
        return
    for entry in case.facts.components:
        day = days.components[entry.component.id].day(case.day)
        counts = (
            entry.component.id not in case.options.exclude
            if case.component is None
            else entry is case.component
        )
        if counts and day.level is verdict.level:
            source = "no source" if day.source is None else day.source.value
            ids = ", ".join(day.incident_ids)
            yield f"{entry.component.full_name}: {source}" + (f", incident {ids}" if ids else "")
