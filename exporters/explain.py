"""The explanation of a day as lines of text. Instants are in the page's zone, with its offset.
Pure.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from exporters.wording import level_title, percent
from monitor.answers import Explanation, IncidentAccount
from monitor.impacts import impact_level
from monitor.intervals import Interval
from monitor.model import BAD_LEVELS, Aspect, Bar, Basis, Day, Impact, ObservedRun, PostedState
from monitor.plain import duration
from monitor.shares import exact_percent
from monitor.store import PinnedBody, UpdateVersion


def lines(explanation: Explanation) -> Iterator[str]:
    """Yield the explanation: the day, then everything that was said of it, by who said so."""
    page, day = explanation.page, explanation.day
    component = explanation.component
    yield _headline(explanation)
    if day.level is None:
        yield f"  Unknown: {_why_unknown(explanation)}."
    if day.covered_seconds:
        yield from _verdict(explanation)
    bars = (_bar(bar, explanation) for bar in explanation.bars)
    loose = (_impact(impact, explanation) for impact in explanation.loose_impacts)
    bodies = (_body(body, explanation) for body in explanation.bodies)
    yield from _section("the vendor's own record (bars)", bars)
    yield from _section("incidents", _incidents(explanation))
    yield from _section("impacts without an incident", loose)
    yield from _section("what we saw when polling", _runs(explanation))
    yield from _section("who spoke for this day", _coverage(explanation))
    yield from _section("answers kept as evidence (monitor evidence)", bodies)
    which = f" {component.slug}" if component else ""
    yield ""
    yield f"what would make it another day: monitor why {page.slug}{which} {day.day}"


def _headline(explanation: Explanation) -> str:
    page, day, component = explanation.page, explanation.day, explanation.component
    name = page.page_name or page.name
    what = component.component.name if component else "all included components"
    return f"{name}, {what}, {day.day} ({page.zone}): {level_title(day.level)}"


def _section(title: str, content: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(content):
        if number == 0:
            yield from ("", f"{title}:")
        yield f"  {line}"


def _why_unknown(explanation: Explanation) -> str:
    """Return what is missing before the day could be called operational."""
    day, least = explanation.day, exact_percent(explanation.vendor.min_coverage)
    if not day.covered_seconds:
        return "nothing we can read speaks for this day, so nothing is concluded"
    if explanation.component is None:
        return (
            f"nothing bad was said, but only {day.known_components} of {day.counted_components}"
            f" components are known; {least} must be, before the day is called operational"
        )
    return (
        f"nothing bad was said, but only {percent(day.coverage)} of the day is known; {least} must"
        " be, before it is called operational"
    )


def _verdict(explanation: Explanation) -> Iterator[str]:
    day, seconds = explanation.day, explanation.day.seconds
    levels = [level for level in BAD_LEVELS if seconds.of(level)]
    bad = ", ".join(f"{level.title} {duration(seconds.of(level))}" for level in levels)
    nothing = "no outage, degradation or maintenance in what is known"
    yield f"  {bad or nothing}; {percent(day.coverage)} of the day covered"
    if day.component_id is not None:
        name = explanation.name_of(day.component_id)
        yield f"  these are the seconds of {name}, which was out longest"
    if day.source and day.confidence:
        yield f"  outage seconds from {day.source.value}, confidence {day.confidence.value}"
    if day.disputed and day.other is not None:
        yield (
            f"  DISPUTED: {_what_counts(day)} is counted; other sources say"
            f" {duration(day.other.outage)} of outage and {duration(day.other.degraded)} of"
            " degradation"
        )


def _what_counts(day: Day) -> str:
    if day.source is Aspect.BARS:
        return "what the vendor publishes"
    if day.other is not None and day.other.bad < day.seconds.bad:
        return "what we saw, which the vendor's record of that time does not tell of,"
    return "what was seen, not what incidents went on to claim while the component was seen well,"


def _bar(bar: Bar, explanation: Explanation) -> str:
    ids = ", ".join(bar.incident_ids)
    incidents = f"linked incidents {ids}" if ids else "no linked incident"
    return (
        f"{explanation.name_of(bar.component_id)}: partial {duration(bar.partial_seconds)}, "
        f"major {duration(bar.major_seconds)}, {incidents} [{bar.source}]"
    )


def _incidents(explanation: Explanation) -> Iterator[str]:
    for account in explanation.incidents:
        yield from _incident(account, explanation)


def _incident(account: IncidentAccount, explanation: Explanation) -> Iterator[str]:
    incident, override = account.incident, account.override
    kind = "maintenance" if incident.maintenance else "incident"
    state = f"impact {incident.impact}, {incident.status}, {incident.phase.value}"
    yield f"{incident.title} ({kind} {incident.id}, {state})"
    end = _time(incident.resolved_at, explanation) if incident.resolved_at else "not ended"
    yield f"  {_time(incident.started_at, explanation)} to {end}"
    if incident.url:
        yield f"  {incident.url}"
    if override is not None:
        decision = f"{override.decision}, because {override.reason}"
        yield f"  DECIDED BY YOU on {override.decided}: {decision}"
    yield from (f"  {_impact(impact, explanation)}" for impact in account.impacts)
    if incident.unlisted_at:
        yield f"  no longer on the vendor's list since {_time(incident.unlisted_at, explanation)}"
    yield from _messages(account, explanation)
    if not incident.component_ids:
        yield "  names no component: listed, and no level is concluded from it"


def _messages(account: IncidentAccount, explanation: Explanation) -> Iterator[str]:
    """Yield each message: what it said, what it posted, and when we read it so."""
    if account.messages:
        yield "  how it was told:"
    current_keys = {each.update.key for each in account.messages if each.superseded_at is None}
    for version in account.messages:
        update, reading = version.update, _reading(version, current_keys, explanation)
        posted_at = _time(update.at, explanation)
        yield f"    {posted_at} {update.status or 'without a status'} ({reading})"
        yield from (f"      {_state(state, explanation)}" for state in update.states)
        yield from (f"      | {line}" for line in update.text.splitlines())


def _reading(
    version: UpdateVersion, current_keys: Collection[str], explanation: Explanation
) -> str:
    reading = f"read {_time(version.recorded_at, explanation)}"
    if version.superseded_at is None:
        return reading
    what = "edited" if version.update.key in current_keys else "taken back"
    return f"{reading}, {what} before {_time(version.superseded_at, explanation)}"


def _state(state: PostedState, explanation: Explanation) -> str:
    level = f"unknown word {state.word!r}" if state.level is None else state.level.title
    before = "" if state.before is None else f", before {state.before.title}"
    return f"{explanation.name_of(state.component_id)}: {level}{before}"


def _impact(impact: Impact, explanation: Explanation) -> str:
    end = _time(impact.end, explanation) if impact.end else "still going on when last read"
    return (
        f"{explanation.name_of(impact.component_id)}: {_impact_level(impact, explanation)},"
        f" {_time(impact.start, explanation)} to {end} [{impact.basis.value}, {impact.source}]"
    )


def _impact_level(impact: Impact, explanation: Explanation) -> str:
    """Return the level an impact stands for, and why; it is unknown where nobody can read its
    word.
    """
    level = impact_level(impact, explanation.vendor.impact_mapping)
    if level is None:
        return f"unknown, nobody can read {impact.word!r}" if impact.word else "unknown"
    if impact.basis is Basis.INFERRED:
        return f"{level.title}, inferred from {impact.word!r}"
    return level.title


def _runs(explanation: Explanation) -> Iterator[str]:
    """Yield what polls saw: each bad state, then each that nobody can read, and how many good."""
    bad = [run for run in explanation.runs if run.level]
    unknown = [run for run in explanation.runs if run.level is None]
    yield from (_run(run, explanation) for run in (*bad, *unknown))
    good = len(explanation.runs) - len(bad) - len(unknown)
    if good:
        yield f"operational in {good} observed spans"


def _run(run: ObservedRun, explanation: Explanation) -> str:
    span = run.span.clip(explanation.span) or run.span
    name = explanation.name_of(run.component_id)
    return f"{name}: {level_title(run.level)}, {_span([span], explanation)}"


def _coverage(explanation: Explanation) -> Iterator[str]:
    spans: dict[str, list[Interval]] = {}
    for cover in explanation.coverage:
        spans.setdefault(cover.aspect.value, []).append(cover.span)
    for run in explanation.runs:
        if run.level is not None:
            spans.setdefault("observations", []).append(run.span)
    for kind in sorted(spans):
        yield f"{kind}: {_span(spans[kind], explanation)}"


def _body(body: PinnedBody, explanation: Explanation) -> str:
    ref = body.ref
    return (
        f"read {_time(ref.read_at, explanation)}: {ref.url}, status {ref.status}, "
        f"{body.size_bytes} bytes, sha256 {ref.sha256[:12]} ({', '.join(body.why)})"
    )


def _span(spans: Collection[Interval], explanation: Explanation) -> str:
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    return f"{_time(start, explanation)} to {_time(end, explanation)}"


def _time(instant: datetime, explanation: Explanation) -> str:
    return f"{instant.astimezone(explanation.page.zone):%Y-%m-%d %H:%M:%S%z}"
