"""A record in sentences: the headline figure with everything needed to argue with it, and what a
reader must know beside it. Pure.
"""

from collections.abc import Iterator

from exporters.wording import UNKNOWN, percent
from monitor.answers import ComponentRecord, Record
from monitor.model import Aspect, Day
from monitor.overrides import Overridden
from monitor.plain import count_of
from monitor.ratios import POLICIES, RAW_POLICY, WindowFigures


def sentence(record: Record) -> str:
    """Return the figure as one sentence that carries its definition, window, zone, scope and
    coverage.
    """
    return (
        f"{record.name}: {headline(record.figures)}, {record.window.first} to"
        f" {record.window.last}, days in {record.page.zone}, {scope(record)}, coverage"
        f" {percent(record.figures.coverage_ratio)}"
    )


def headline(figures: WindowFigures) -> str:
    """Return on how many of how many known days there was an outage, and the bounds."""
    if figures.absent_days == figures.window.days:
        return f"there was no component yet on {_any_of(figures.absent_days)}"
    if figures.outage_day_bounds is None:
        return f"no data for {_any_of(figures.unknown_days)}"
    headline = (
        f"partial or major outage on {figures.outage_days} of"
        f" {count_of(figures.known_days, 'known day')}"
        f" ({percent(figures.outage_day_ratio)})"
    )
    if not figures.unknown_days:
        return headline
    least, most = figures.outage_day_bounds
    return f"{headline}, {least} to {most} of {figures.known_days + figures.unknown_days}"


def _any_of(days: int) -> str:
    return "the day" if days == 1 else f"any of the {days} days"


def scope(record: Record) -> str:
    """Return which components the figure is about."""
    left_out = sum(component.is_excluded for component in record.components)
    if not left_out:
        return "any component"
    counted = count_of(len(record.components) - left_out, "component")
    return f"any of {counted} ({left_out} excluded)"


def remarks(record: Record) -> Iterator[str]:
    """Yield what a reader must know beside the sentence: unknown and disputed days, stale readings,
    decisions of the user.
    """
    figures = record.figures
    if figures.unknown_days and figures.known_days:
        yield (
            f"{_days(figures.unknown_days)} unknown and left out of both numbers; the range beside"
            " them takes all unknown days as good, and as bad"
        )
    if figures.absent_days:
        yield f"{_days(figures.absent_days)} before the first component and left out of all numbers"
    if figures.disputed_days:
        number = count_of(figures.disputed_days, "day")
        yield f"on {number} {_dispute(record)} (see `monitor explain`)"
    yield from _present(record)
    yield from page_remarks(record)


def page_remarks(record: Record) -> Iterator[str]:
    """Yield what a reader must know of a page whatever days are asked about."""
    page = record.page
    if page.last_ok is False and page.last_error_message:
        yield f"the last reading failed: {page.last_error_message}"
    yield from map(_override, record.overrides)
    if page.remark:
        yield f"about the page: {page.remark}"
    for incident in record.standing.incidents or ():
        if not incident.component_ids:
            yield f"an open incident names no component, so it changes no level: {incident.title}"
    if record.caveat:
        yield f"about this source: {record.caveat.rstrip('.')}"


def _days(days: int) -> str:
    return f"{count_of(days, 'day')} {'is' if days == 1 else 'are'}"


def _disputed_days(record: Record) -> Iterator[Day]:
    for component in record.components:
        for day in component.days:
            if day.disputed and not component.is_excluded:
                yield day


def _dispute(record: Record) -> str:
    """Say who disagrees, and what counts: an uptime record, where there is none what was seen."""
    if all(day.source is Aspect.BARS for day in _disputed_days(record)):
        return "the uptime record and the incidents disagree; the record is counted"
    return (
        "the vendor's record, its incidents and our polls disagree; an uptime record is counted"
        " where there is one, else what was seen"
    )


def _present(record: Record) -> Iterator[str]:
    """Yield that the present state is unknown and why, or how much of it is."""
    standing, query = record.standing, record.query
    asks_for_past = query.as_of is not None or query.known_at is not None
    if asks_for_past or not standing.unknown_components:
        return
    if not standing.known_components:
        yield (
            "the current state is unknown: the page was not read recently, or nothing on it could"
            " be read"
        )
        return
    part = (
        f"the state of {standing.unknown_components} of {standing.counted_components} components is"
        " unknown"
    )
    yield f"the current state is unknown: {part}" if standing.level is None else part


def _override(decision: Overridden) -> str:
    override, incident = decision.override, decision.incident
    return (
        f"decided by you on {override.decided}: {incident.title!r} ({incident.id}) is"
        f" {override.decision}, because {override.reason}; `--policy {RAW_POLICY}` shows the figure"
        " without your decisions"
    )


def component_name(component: ComponentRecord) -> str:
    """Return the name with its group, and "(excluded)", "(removed)" or since when it has been
    there, where that is so.
    """
    name = component.component.full_name
    if component.is_excluded:
        return f"{name} (excluded)"
    if component.removed_at is not None:
        return f"{name} (removed)"
    return f"{name} (since {component.life.first})" if component.figures.absent_days else name


def outage_days(figures: WindowFigures) -> str:
    """Return the outage days with the days they are of; "unknown" when none is known."""
    if figures.outage_days is None:
        return UNKNOWN
    return f"{figures.outage_days} of {figures.known_days}"


def downtime(figures: WindowFigures, policy: str) -> str:
    """Return the weighted downtime ratio as a percentage with three decimals; "unknown" without
    coverage.
    """
    return percent(figures.downtime_ratio(POLICIES[policy]), decimals=3)
