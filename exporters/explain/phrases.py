"""How instants, seconds, sources and disputes of a day are put into words. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from exporters.wording import level_title
from monitor.answers import ComponentDay, Dispute, Explanation
from monitor.intervals import Interval
from monitor.model import Absence, Aspect, Day, KnownComponent, Level, Seconds
from monitor.plain import duration, join_names
from monitor.shares import exact_percent, percent

_AGREED_SECONDS = 1.0
_MOST_SPANS = 5

SOURCE_REASONS = {
    Aspect.BARS: "the vendor's own uptime record, which comes before incidents and polls",
    Aspect.IMPACTS: "incidents and polls, as no uptime record of the vendor covers this day",
    Aspect.OBSERVATIONS: "our polls, as neither an uptime record nor an incident tells of this day",
}
"""Why the seconds of a day are those of this source."""

_ABSENCES = {
    Absence.UNBORN: "the page did not list {what} yet",
    Absence.GONE: "the page did not list {what} any more",
}


def absence_text(absence: Absence, component: KnownComponent | None) -> str:
    """Return why there was no such component on a day; None = none that counts for the vendor."""
    what = "a component that counts" if component is None else "the component"
    return _ABSENCES[absence].format(what=what)


def local(instant: datetime, zone: tzinfo) -> str:
    """Return an instant in the zone, with its offset."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S%z}"


def span_text(span: Interval, zone: tzinfo) -> str:
    """Return the beginning and the end of a span."""
    return f"{local(span.start, zone)} to {local(span.end, zone)}"


def spans_text(spans: Iterable[Interval], zone: tzinfo) -> str:
    """Return spans one after another, the first few of many."""
    texts = [span_text(span, zone) for span in spans]
    more = f" and {len(texts) - _MOST_SPANS} more" if len(texts) > _MOST_SPANS else ""
    return ", ".join(texts[:_MOST_SPANS]) + more


def bad_text(seconds: Seconds) -> str:
    """Return the seconds at each bad level, the worst first; "" where there are none."""
    return ", ".join(f"{level.title} {duration(seconds.of(level))}" for level in seconds.levels)


def amount_text(seconds: Seconds | None) -> str:
    """Return the seconds at each bad level, where there are none, or None, ``nothing bad``."""
    return (bad_text(seconds) if seconds is not None else "") or "nothing bad"


def level_text(day: Day) -> str:
    """Return a day's level, and behind it the seconds at each bad level where there are any."""
    seconds = bad_text(day.seconds)
    return f"{level_title(day.level)} ({seconds})" if seconds else level_title(day.level)


def why_unknown(explanation: Explanation) -> str:
    """Return what is missing before the day could be called operational."""
    day, least = explanation.day, exact_percent(explanation.vendor.min_coverage)
    if day.absence is not None:
        return absence_text(day.absence, explanation.component)
    if not day.covered_seconds:
        return "no source that we can read covers this day"
    if explanation.component is None:
        return (
            f"nothing bad was said, but only {day.known_components} of {day.counted_components}"
            f" components are known; {least} must be, before the day is called operational"
        )
    return (
        f"nothing bad was said, but only {percent(day.coverage)} of the day is known; {least} must"
        " be, before it is called operational"
    )


def dispute_reason(dispute: Dispute) -> str:
    """Return which sources disagree, and which of them counts."""
    day, other = dispute.day, dispute.other
    if day.source is Aspect.BARS and abs(day.seconds.outage - other.outage) >= _AGREED_SECONDS:
        return "the uptime record and the incidents or polls disagree; the record is counted"
    if other.bad < day.seconds.bad:
        return (
            "the vendor's list of incidents does not tell of what was seen, or was told before;"
            " what was seen or told is counted"
        )
    return (
        "incidents claim more than counts, because the component was seen well meanwhile; what was"
        " seen is counted"
    )


def dispute_values(dispute: Dispute) -> str:
    """Return both values: what counts, and what the others say."""
    own, other = amount_text(dispute.day.seconds), amount_text(dispute.other)
    return f"counted: {own}; the others say: {other}"


def longest_text(day: Day, name: str) -> str:
    """Return whose seconds a vendor's day has."""
    if day.seconds.outage:
        return f"these are the seconds of {name}, which was out longest"
    return f"these are the seconds of {name}, which was bad longest; no component was out"


def worst_text(level: Level, worst: Sequence[ComponentDay]) -> str:
    """Return which components were at the level of a vendor's day, and how long."""
    names = []
    for entry in worst:
        length = duration(entry.day.seconds.of(level))
        names.append(f"{entry.component.component.full_name} {length}")
    return f"{level.title} of {join_names(names)}"
