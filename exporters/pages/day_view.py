"""A day with what is behind it, as the page shows it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from exporters.cells import level_class
from exporters.explain.coverage import component_numbers, spans_by_source
from exporters.explain.phrases import (
    SOURCE_REASONS,
    bad_text,
    dispute_reason,
    dispute_values,
    longest_text,
    why_unknown,
    worst_text,
)
from exporters.pages.day_sources import worst_first
from exporters.pages.links import Links
from exporters.pages.source_rows import SOURCE_TITLES
from exporters.pages.times import Moment, day_title, moment
from exporters.pages.words import counted, sentence_case
from exporters.wording import level_title, percent
from monitor.answers import Explanation, Reasons
from monitor.intervals import Interval
from monitor.model import Aspect, Day, Level, Seconds
from monitor.plain import duration
from monitor.store import DayRevision

MOST_ROWS = 100
"""So many components stand in the table of what was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHead:
    """What a day's page says first, and what that rests on."""

    title: str
    sentences: tuple[str, ...]
    disputes: tuple[tuple[str, str], ...]
    scope: str
    zone: str
    hours: str
    start: Moment
    end: Moment
    coverage: str
    source: str
    as_of: Moment


def head(explanation: Explanation, as_of: datetime) -> DayHead:
    """Return what the page says first; all that it shows was told by `as_of`."""
    page, day, span = explanation.page, explanation.day, explanation.span
    dispute = ", disputed" if day.disputed else ""
    return DayHead(
        title=f"{day_title(day.day)}: {level_title(day.level)}{dispute}",
        sentences=tuple(map(sentence_case, _sentences(explanation))),
        disputes=tuple(_disputes(explanation)),
        scope="Any component that counts" if explanation.component is None else "This component",
        zone=page.zone_name,
        hours=f"{span.seconds / 3600:g} h",
        start=moment(span.start, page.zone, explanation.as_of),
        end=moment(span.end, page.zone, explanation.as_of),
        coverage=percent(day.coverage if day.length_seconds else None),
        source=_source(day),
        as_of=moment(as_of, page.zone, as_of),
    )


def _sentences(explanation: Explanation) -> Iterator[str]:
    day = explanation.day
    if day.level is None:
        yield f"unknown: {why_unknown(explanation)}"
    if day.covered_seconds:
        yield bad_text(day.seconds) or "no outage, degradation or maintenance in what is known"
    if day.component_id is not None and day.covered_seconds:
        yield longest_text(day, explanation.name_of(day.component_id))
    others = [entry for entry in explanation.worst if entry.component.id != day.component_id]
    if day.level is not None and others:
        yield worst_text(day.level, explanation.worst)


def _source(day: Day) -> str:
    if day.source is None or day.confidence is None:
        return ""
    reason = SOURCE_REASONS[day.source]
    source = f"{SOURCE_TITLES[day.source]}, confidence {day.confidence.value}"
    return f"Outage seconds from {source}: {reason}."


def _disputes(explanation: Explanation) -> Iterator[tuple[str, str]]:
    for dispute in explanation.disputes:
        whose = "" if explanation.component else f"{dispute.component.component.full_name}: "
        yield (
            sentence_case(f"{whose}{dispute_reason(dispute)}."),
            sentence_case(f"{dispute_values(dispute)}."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownThen:
    """The day as it was known in a time; `address` shows it so, None where there is no asking."""

    word: str
    at: Moment
    value: str
    address: str | None
    is_current: bool


def switch(
    versions: Sequence[DayRevision], explanation: Explanation, links: Links
) -> list[KnownThen]:
    """Return the values that the day had, oldest first; none where it never changed."""
    if len(versions) < 2:  # noqa: PLR2004 - what it was, and what it is
        return []
    return [_known_then(version, explanation, links) for version in versions]


def _known_then(version: DayRevision, explanation: Explanation, links: Links) -> KnownThen:
    until, as_of = version.superseded_at, explanation.as_of
    is_first = version.revision == 1
    has_begun = is_first or version.recorded_at <= as_of
    seconds = bad_text(version.day.seconds)
    parts = [level_title(version.day.level), seconds, "disputed" if version.day.disputed else ""]
    return KnownThen(
        word="until" if until else "since",
        at=moment(until or version.recorded_at, explanation.page.zone, as_of),
        value=f"{', '.join(filter(None, parts))}; revision {version.revision}",
        address=_known_address(until, explanation, links),
        is_current=has_begun and (until is None or as_of < until),
    )


def _known_address(until: datetime | None, explanation: Explanation, links: Links) -> str | None:
    """Return where the day is shown as it was known just before an instant; None = as it is."""
    question = component_question(explanation)
    if not links.takes_questions:
        return None
    if until is not None:
        last = until.astimezone(UTC) - timedelta(microseconds=1)
        question["known_at"] = f"{last:%Y-%m-%dT%H:%M:%S.%fZ}"
    return links.day(explanation.page.slug, explanation.day.day, **question)


def component_question(explanation: Explanation) -> dict[str, str]:
    """Return the parameters by which the same component is asked about on another day."""
    component = explanation.component
    return {} if component is None else {"component": component.slug}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenRow:
    """What counts of a component, and what the other sources say."""

    name: str
    address: str | None
    classes: str
    level: str
    major: str
    partial: str
    degraded: str
    maintenance: str
    coverage: str
    source: str
    other: str
    is_disputed: bool


def chosen_rows(explanation: Explanation, links: Links) -> Iterator[ChosenRow]:
    """Yield the vendor's row, if it is about the vendor, then those of at most `MOST_ROWS`
    components, the worst first.
    """
    slug, own = explanation.page.slug, explanation.day
    if explanation.component is None:
        yield _chosen_row("any component", None, own)
    for entry in worst_first(explanation.days)[:MOST_ROWS]:
        address = None
        if explanation.component is None and links.takes_questions:
            address = links.day(slug, own.day, component=entry.component.slug)
        yield _chosen_row(entry.component.component.full_name, address, entry.day)


def _chosen_row(name: str, address: str | None, day: Day) -> ChosenRow:
    known = day.known_seconds
    return ChosenRow(
        name=name,
        address=address,
        classes=level_class(day.level),
        level=level_title(day.level),
        major=_length(known, Level.MAJOR_OUTAGE),
        partial=_length(known, Level.PARTIAL_OUTAGE),
        degraded=_length(known, Level.DEGRADED),
        maintenance=_length(known, Level.MAINTENANCE),
        coverage=percent(day.coverage if day.length_seconds else None),
        source=_short_source(day),
        other=_other(day),
        is_disputed=day.disputed,
    )


def _length(known: Seconds | None, level: Level) -> str:
    return "unknown" if known is None else duration(known.of(level))


def _short_source(day: Day) -> str:
    if day.source is None or day.confidence is None:
        return "no source"
    return f"{SOURCE_TITLES[day.source]}, {day.confidence.value}"


def _other(day: Day) -> str:
    if not day.disputed:
        return "none disagrees"
    if day.other is None:
        return "disputed: see the components"
    return f"disputed: {bad_text(day.other) or 'nothing bad'}"


def tried_changes(reasons: Reasons) -> Iterator[tuple[str, str]]:
    """Yield what would make it another day, and which."""
    for change in reasons.changes:
        seconds = bad_text(change.day.seconds)
        level = level_title(change.day.level)
        yield change.what, f"{level} ({seconds})" if seconds else level


@dataclass(frozen=True, slots=True)
class Speaker:
    """A source that speaks of the day: of how many components, and when."""

    source: str
    components: str
    spans: tuple[tuple[Moment, Moment], ...]
    more_spans: int


_MOST_SPANS = 10


def speakers(explanation: Explanation) -> Iterator[Speaker]:
    """Yield the sources that speak of the day, the best first."""
    numbers = component_numbers(explanation)
    for aspect, spans in spans_by_source(explanation).items():
        yield Speaker(
            source=sentence_case(SOURCE_TITLES[aspect]),
            components=_of_components(aspect, numbers),
            spans=tuple(_edges(span, explanation) for span in spans[:_MOST_SPANS]),
            more_spans=max(len(spans) - _MOST_SPANS, 0),
        )


def _edges(span: Interval, explanation: Explanation) -> tuple[Moment, Moment]:
    return _at(span.start, explanation), _at(span.end, explanation)


def _at(instant: datetime, explanation: Explanation) -> Moment:
    return moment(instant, explanation.page.zone, explanation.as_of)


def _of_components(aspect: Aspect, numbers: Mapping[Aspect, int | None]) -> str:
    number = numbers[aspect]
    return "the whole page" if number is None else counted(number, "component")


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRow:
    """An answer that is kept as evidence; `address` is where it is as it came, None = nowhere."""

    read_at: Moment
    url: str
    status: int
    size: str
    sha256: str
    address: str | None
    why: str


def bodies(explanation: Explanation, links: Links) -> Iterator[BodyRow]:
    """Yield the answers that are kept as evidence of the page's day."""
    slug, day = explanation.page.slug, explanation.day.day
    for body in explanation.bodies:
        yield BodyRow(
            read_at=_at(body.ref.read_at, explanation),
            url=body.ref.url,
            status=body.ref.status,
            size=f"{body.size_bytes:,} bytes",
            sha256=body.ref.sha256[:16],
            address=links.kept_answer(slug, day, body.ref.sha256),
            why=", ".join(body.why),
        )


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The day before or after."""

    title: str
    address: str


def neighbour(explanation: Explanation, days: int, last: date, links: Links) -> Neighbour | None:
    """Return the day so many days later, up to the `last` one that has begun."""
    day = explanation.day.day + timedelta(days=days)
    if day > last:
        return None
    question = component_question(explanation)
    return Neighbour(day_title(day), links.day(explanation.page.slug, day, **question))
