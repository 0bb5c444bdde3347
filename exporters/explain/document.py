"""The explanation of a day: the day, then everything that was said of it, by who said so. Pure."""

from collections.abc import Iterable, Iterator

from exporters.explain.coverage import component_numbers, spans_by_source
from exporters.explain.forms import Document, Entry, Section
from exporters.explain.incidents import impact_text, incident_entries
from exporters.explain.phrases import (
    SOURCE_REASONS,
    bad_text,
    dispute_reason,
    dispute_values,
    local,
    longest_text,
    span_text,
    spans_text,
    why_unknown,
    worst_text,
)
from exporters.wording import level_title, percent
from monitor.answers import Explanation
from monitor.model import Bar, ObservedRun, Seconds
from monitor.plain import count_of
from monitor.store import DayRevision, PinnedBody


def document(explanation: Explanation) -> Document:
    """Return the explanation of one day."""
    page, day, component = explanation.page, explanation.day, explanation.component
    which = f" {component.slug}" if component else ""
    return Document(
        headline=_headline(explanation),
        entries=tuple(_verdict(explanation)),
        sections=tuple(_sections(explanation)),
        hint=f"what would make it another day: monitor why {page.slug}{which} {day.day}",
    )


def _headline(explanation: Explanation) -> str:
    page, day, component = explanation.page, explanation.day, explanation.component
    name = page.page_name or page.name
    what = component.component.full_name if component else "all included components"
    return f"{name}, {what}, {day.day} ({page.zone}): {level_title(day.level)}"


def _verdict(explanation: Explanation) -> Iterator[Entry]:
    day = explanation.day
    if day.level is None:
        yield Entry(f"Unknown: {why_unknown(explanation)}.")
    if not day.covered_seconds:
        return
    nothing = "no outage, degradation or maintenance in what is known"
    yield Entry(f"{bad_text(day.seconds) or nothing}; {percent(day.coverage)} of the day covered")
    if day.component_id is not None:
        yield Entry(longest_text(day, explanation.name_of(day.component_id)))
    yield from _worst(explanation)
    if day.source and day.confidence:
        reason = SOURCE_REASONS[day.source]
        yield Entry(f"source {day.source.value}: {reason}; confidence {day.confidence.value}")
    for dispute in explanation.disputes:
        whose = "" if explanation.component else f"{dispute.component.component.full_name}: "
        yield Entry(f"DISPUTED: {whose}{dispute_reason(dispute)}")
        yield Entry(dispute_values(dispute), 1)


def _worst(explanation: Explanation) -> Iterator[Entry]:
    """Yield which components were as bad as a vendor's day, unless it is the one just named."""
    day = explanation.day
    others = [entry for entry in explanation.worst if entry.component.id != day.component_id]
    if day.level is not None and others:
        yield Entry(worst_text(day.level, explanation.worst))


def _sections(explanation: Explanation) -> Iterator[Section]:
    incidents: list[Entry] = []
    for account in explanation.incidents:
        incidents += incident_entries(account, explanation)
    bars = (_bar(bar, explanation) for bar in explanation.bars)
    loose = (impact_text(impact, explanation) for impact in explanation.loose_impacts)
    revisions = (_revision(each, explanation) for each in explanation.revisions)
    bodies = (_body(body, explanation) for body in explanation.bodies)
    yield _section("the vendor's own record (bars)", bars)
    yield Section("incidents", tuple(incidents))
    yield _section("impacts without an incident", loose)
    yield _section("what we saw when polling", _runs(explanation))
    yield _section("sources that cover this day", _coverage(explanation))
    yield _section("what this day was before the vendor changed its record", revisions)
    yield _section("answers kept as evidence (monitor evidence)", bodies)


def _section(title: str, texts: Iterable[str]) -> Section:
    return Section(title, tuple(map(Entry, texts)))


def _bar(bar: Bar, explanation: Explanation) -> str:
    ids = ", ".join(bar.incident_ids)
    incidents = f"linked incidents {ids}" if ids else "no linked incident"
    seconds = Seconds(partial=bar.partial_seconds, major=bar.major_seconds)
    bad = bad_text(seconds) or "no outage"
    return f"{explanation.name_of(bar.component_id)}: {bad}, {incidents} [{bar.source}]"


def _runs(explanation: Explanation) -> Iterator[str]:
    """Yield what polls saw: each bad state, then each that nobody can read, and how many good."""
    bad, unknown, good = [], [], 0
    for run in explanation.runs:
        if run.level:
            bad.append(_run(run, explanation))
        elif run.level is None:
            unknown.append(_run(run, explanation))
        else:
            good += 1
    yield from bad
    yield from unknown
    if good:
        yield f"operational in {good} observed spans"


def _run(run: ObservedRun, explanation: Explanation) -> str:
    span = run.span.clip(explanation.span) or run.span
    name = explanation.name_of(run.component_id)
    return f"{name}: {level_title(run.level)}, {span_text(span, explanation.page.zone)}"


def _coverage(explanation: Explanation) -> Iterator[str]:
    numbers = component_numbers(explanation)
    for aspect, spans in spans_by_source(explanation).items():
        number = numbers[aspect]
        part = ""
        if explanation.component is None and number is not None:
            part = f", for {count_of(number, 'component')}"
        yield f"{aspect.value}{part}: {spans_text(spans, explanation.page.zone)}"


def _revision(revision: DayRevision, explanation: Explanation) -> str:
    day, zone = revision.day, explanation.page.zone
    until = (
        "" if revision.superseded_at is None else f" until {local(revision.superseded_at, zone)}"
    )
    seconds = bad_text(day.seconds)
    return (
        f"from {local(revision.recorded_at, zone)}{until}: {level_title(day.level)}"
        + (f", {seconds}" if seconds else "")
        + (", disputed" if day.disputed else "")
    )


def _body(body: PinnedBody, explanation: Explanation) -> str:
    ref = body.ref
    return (
        f"read {local(ref.read_at, explanation.page.zone)}: {ref.url}, status {ref.status}, "
        f"{body.size_bytes} bytes, sha256 {ref.sha256[:12]} ({', '.join(body.why)})"
    )
