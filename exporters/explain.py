"""Every piece of evidence behind one classified day: what was said, by whom, when we read it, and
what it came to.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from exporters.wording import duration
from monitor import history
from monitor.classify import Options
from monitor.config import VendorConfig
from monitor.intervals import Interval, day_interval
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Day,
    Impact,
    Incident,
    KnownComponent,
    ObservedRun,
    PageFacts,
    PostedState,
    level_word,
)
from monitor.overrides import Override, overridden
from monitor.store import PageRecord, PinnedBody, Store, UpdateVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One day of one component, or of the vendor when `component` is None, with its evidence.

    `told` are the messages of its incidents by their ids, in every version read until `now`, oldest
    first.
    """

    page: PageRecord
    component: KnownComponent | None
    day: Day
    span: Interval
    facts: PageFacts
    options: Options
    now: datetime
    told: Mapping[str, Sequence[UpdateVersion]] = field(default_factory=dict)
    overridden: Mapping[str, Override] = field(default_factory=dict)
    bodies: Sequence[PinnedBody] = ()


def gather(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    *,
    component: str | None,
    day: date,
    now: datetime,
    known_at: datetime | None = None,
) -> Explanation:
    """Return the evidence behind a day. `component` is an id, a slug or a name; None = the vendor's
    own day.

    Raises ValueError when the component is not known or its name is not unique, or the day has not
    begun.
    """
    zone = page.zone
    moment = min(now, known_at or now)
    if day > moment.astimezone(zone).date():
        raise ValueError(f"{day} has not begun in {page.zone}")
    facts, derived = history.read(
        store, page, vendor, first=day, last=day, now=now, known_at=known_at
    )
    settings = history.options(vendor, page.zone, facts)
    known = find(facts.components, component) if component is not None else None
    classified = (derived.components[known.component.id] if known else derived.vendor).day(day)
    span = day_interval(day, zone)
    ids = {known.component.id} if known else {each.component.id for each in facts.components}
    about = _about(facts, ids, span, day)
    told = {
        each.id: store.incident_updates(page.id, each.id, known_at=moment, edits=True)
        for each in about.incidents
    }
    decided = {
        each.incident.id: each.override for each in overridden(about.incidents, vendor.overrides)
    }
    return Explanation(
        page=page,
        component=known,
        day=classified,
        span=span,
        facts=about,
        options=settings,
        now=moment,
        told=told,
        overridden=decided,
        bodies=[each for each in store.pinned(page.id, day) if each.ref.read_at <= moment],
    )


def find(components: Sequence[KnownComponent], wanted: str) -> KnownComponent:
    """Return the component with this id, slug or (unique) name. Raises ValueError naming what there
    is.
    """
    for matches in (
        [each for each in components if wanted in (each.component.id, each.slug)],
        [each for each in components if each.component.name.casefold() == wanted.casefold()],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            slugs = ", ".join(each.slug for each in matches)
            raise ValueError(
                f"{len(matches)} components are called {wanted!r}; say which by its slug: {slugs}"
            )
    known = (
        ", ".join(sorted(each.slug for each in components))
        or "none yet: the page was not read so far"
    )
    raise ValueError(f"no component {wanted!r}; there are: {known}")


def _about(facts: PageFacts, ids: set[str], span: Interval, day: date) -> PageFacts:
    bars = tuple(bar for bar in facts.bars if bar.component_id in ids and bar.day == day)
    impacts, excused = (
        tuple(each for each in kind if each.component_id in ids and _lasts(each, span))
        for kind in (facts.impacts, facts.excused)
    )
    named = {impact.incident_id for impact in (*impacts, *excused)}.union(
        *(bar.incident_ids for bar in bars)
    )
    return PageFacts(
        components=facts.components,
        incidents=tuple(
            i
            for i in facts.incidents
            if i.id in named or (not i.component_ids and _touches(i, span))
        ),
        impacts=impacts,
        bars=bars,
        coverage=tuple(
            c
            for c in facts.coverage
            if c.component_id in {None, *ids} and c.span.clip(span) is not None
        ),
        runs=tuple(
            run for run in facts.runs if run.component_id in ids and run.span.clip(span) is not None
        ),
    )


def _lasts(impact: Impact, span: Interval) -> bool:
    return impact.start < span.end and (impact.end is None or impact.end > span.start)


def _touches(incident: Incident, span: Interval) -> bool:
    return incident.started_at < span.end and (
        incident.resolved_at is None or incident.resolved_at > span.start
    )


# in words


def lines(explanation: Explanation) -> Iterator[str]:
    """Yield the explanation as lines of text. Instants are shown in the page's zone, with its
    offset.
    """
    yield _headline(explanation)
    yield from _verdict(explanation)
    yield from _section(
        "the vendor's own record (bars)", [_bar(bar, explanation) for bar in explanation.facts.bars]
    )
    yield from _section(
        "incidents",
        [line for i in explanation.facts.incidents for line in _incident(i, explanation)],
    )
    loose = [impact for impact in explanation.facts.impacts if impact.incident_id is None]
    yield from _section(
        "impacts without an incident", [_impact(impact, explanation) for impact in loose]
    )
    yield from _section("what we saw when polling", _runs(explanation))
    yield from _section("who spoke for this day", _coverage(explanation))
    yield from _section("answers kept as evidence (monitor evidence)", _kept(explanation))
    yield ""
    which = f" {explanation.component.slug}" if explanation.component else ""
    yield (
        f"what would make it another day: monitor why {explanation.page.slug}{which}"
        f" {explanation.day.day}"
    )


def _headline(explanation: Explanation) -> str:
    page = explanation.page
    what = (
        explanation.component.component.name if explanation.component else "all included components"
    )
    return (
        f"{page.page_name or page.name}, {what}, {explanation.day.day} ({page.zone}):"
        f" {_level(explanation.day)}"
    )


def _level(day: Day) -> str:
    return level_word(day.level).replace("_", " ")


def _verdict(explanation: Explanation) -> Iterator[str]:
    day = explanation.day
    if day.level is None:
        yield f"  Unknown: {_why_unknown(explanation)}."
    if day.covered_seconds:
        yield from _known(explanation)


def _why_unknown(explanation: Explanation) -> str:
    """Return what is missing before the day could be called operational."""
    day, needed = explanation.day, f"{explanation.options.min_coverage:.0%}"
    if not day.covered_seconds:
        return "nothing we can read speaks for this day, so nothing is concluded"
    if explanation.component is None:
        known = f"{day.known_components} of {day.counted_components} components are known"
        return (
            f"nothing bad was said, but only {known}; {needed} must be, before the day is called"
            " operational"
        )
    known = f"only {day.coverage:.0%} of the day is known"
    return f"nothing bad was said, but {known}; {needed} must be, before it is called operational"


def _known(explanation: Explanation) -> Iterator[str]:
    day = explanation.day
    seconds = day.seconds
    parts = [
        f"{name} {duration(value)}"
        for name, value in (
            ("major outage", seconds.major),
            ("partial outage", seconds.partial),
            ("degraded", seconds.degraded),
            ("maintenance", seconds.maintenance),
        )
        if value
    ]
    nothing = "no outage, degradation or maintenance in what is known"
    yield f"  {', '.join(parts) or nothing}; {day.coverage:.0%} of the day covered"
    if day.component_id is not None:
        yield (
            f"  these are the seconds of {_name(day.component_id, explanation)}, which was out"
            " longest"
        )
    if day.source and day.confidence:
        yield f"  outage seconds from {day.source.value}, confidence {day.confidence.value}"
    if day.disputed and day.other is not None:
        yield (
            f"  DISPUTED: {_counted(day)} is counted; other sources say"
            f" {duration(day.other.outage)} of outage and {duration(day.other.degraded)} of"
            " degradation"
        )


def _counted(day: Day) -> str:
    if day.source is Aspect.BARS:
        return "what the vendor publishes"
    if day.other is not None and day.other.bad < day.seconds.bad:
        return "what we saw, which the vendor's record of that time does not tell of,"
    return "what was seen, not what incidents went on to claim while the component was seen well,"


def _section(title: str, content: Sequence[str]) -> Iterator[str]:
    if content:
        yield ""
        yield f"{title}:"
        yield from (f"  {line}" for line in content)


def _bar(bar: Bar, explanation: Explanation) -> str:
    linked = (
        f", linked incidents {', '.join(bar.incident_ids)}"
        if bar.incident_ids
        else ", no linked incident"
    )
    return (
        f"{_name(bar.component_id, explanation)}: partial {duration(bar.partial_seconds)}, "
        f"major {duration(bar.major_seconds)}{linked} [{bar.source}]"
    )


def _incident(incident: Incident, explanation: Explanation) -> Iterator[str]:
    kind = "maintenance" if incident.maintenance else "incident"
    ended = _time(incident.resolved_at, explanation) if incident.resolved_at else "not ended"
    state = f"impact {incident.impact}, {incident.status}, {incident.phase.value}"
    yield f"{incident.title} ({kind} {incident.id}, {state})"
    yield f"  {_time(incident.started_at, explanation)} to {ended}"
    if incident.url:
        yield f"  {incident.url}"
    override = explanation.overridden.get(incident.id)
    if override is not None:
        yield f"  DECIDED BY YOU on {override.decided}: {override.said}, because {override.reason}"
    impacts = [impact for impact in explanation.facts.impacts if impact.incident_id == incident.id]
    yield from (f"  {_impact(impact, explanation)}" for impact in impacts)
    if incident.unlisted_at:
        yield f"  no longer on the vendor's list since {_time(incident.unlisted_at, explanation)}"
    yield from _told(incident, explanation)
    if not incident.component_ids:
        yield "  names no component: listed, and no level is concluded from it"


def _told(incident: Incident, explanation: Explanation) -> Iterator[str]:
    """Yield how the incident was told: each message, what it posted, and when we read it so."""
    versions = explanation.told.get(incident.id, ())
    if versions:
        yield "  how it was told:"
    standing = {each.update.key for each in versions if each.superseded_at is None}
    for version in versions:
        update, read = version.update, _read(version, standing, explanation)
        yield f"    {_time(update.at, explanation)} {update.status or 'without a status'} ({read})"
        yield from (f"      {_state(state, explanation)}" for state in update.states)
        yield from (f"      | {line}" for line in update.text.splitlines())


def _read(version: UpdateVersion, standing: Container[str], explanation: Explanation) -> str:
    read = f"read {_time(version.recorded_at, explanation)}"
    if version.superseded_at is None:
        return read
    what = "edited" if version.update.key in standing else "taken back"
    return f"{read}, {what} before {_time(version.superseded_at, explanation)}"


def _state(state: PostedState, explanation: Explanation) -> str:
    level = f"unknown word {state.word!r}" if state.level is None else state.level.title
    before = "" if state.before is None else f", before {state.before.title}"
    return f"{_name(state.component_id, explanation)}: {level}{before}"


def _impact(impact: Impact, explanation: Explanation) -> str:
    level = _impact_level(impact, explanation.options)
    ended = _time(impact.end, explanation) if impact.end else "still going on when last read"
    name = _name(impact.component_id, explanation)
    return (
        f"{name}: {level}, {_time(impact.start, explanation)} to {ended} [{impact.basis.value},"
        f" {impact.source}]"
    )


def _impact_level(impact: Impact, options: Options) -> str:
    """Return the level an impact stands for in words, and why; it is unknown where nobody can read
    its word.
    """
    inferred = (
        options.impact_mapping.get(impact.word or "") if impact.basis is Basis.INFERRED else None
    )
    if inferred is not None:
        return f"{inferred.title}, inferred from {impact.word!r}"
    if impact.level is None:
        return f"unknown, nobody can read {impact.word!r}" if impact.word else "unknown"
    return impact.level.title


def _runs(explanation: Explanation) -> list[str]:
    bad = [run for run in explanation.facts.runs if run.level]
    unknown = [run for run in explanation.facts.runs if run.level is None]
    good = len(explanation.facts.runs) - len(bad) - len(unknown)
    content = [_run(run, explanation) for run in (*bad, *unknown)]
    return [*content, f"operational in {good} observed spans"] if good else content


def _run(run: ObservedRun, explanation: Explanation) -> str:
    span = run.span.clip(explanation.span) or run.span
    level = level_word(run.level).replace("_", " ")
    ended = _time(span.end, explanation)
    return (
        f"{_name(run.component_id, explanation)}: {level}, {_time(span.start, explanation)} to"
        f" {ended}"
    )


def _coverage(explanation: Explanation) -> list[str]:
    kinds: dict[str, list[Interval]] = {}
    for cover in explanation.facts.coverage:
        kinds.setdefault(cover.aspect.value, []).append(cover.span)
    for run in explanation.facts.runs:
        if run.level is not None:
            kinds.setdefault("observations", []).append(run.span)
    return [
        f"{kind}: {_time(min(s.start for s in spans), explanation)} to"
        f" {_time(max(s.end for s in spans), explanation)}"
        for kind, spans in sorted(kinds.items())
    ]


def _kept(explanation: Explanation) -> list[str]:
    """Return a line for each body kept behind the page's day: when it was read, what it is and why
    it is kept.
    """
    return [
        f"read {_time(each.ref.read_at, explanation)}: {each.ref.url}, status {each.ref.status}, "
        f"{each.size_bytes} bytes, sha256 {each.ref.sha256[:12]} ({', '.join(each.why)})"
        for each in explanation.bodies
    ]


def _name(component_id: str, explanation: Explanation) -> str:
    for known in explanation.facts.components:
        if known.component.id == component_id:
            return known.component.name
    return component_id


def _time(instant: datetime, explanation: Explanation) -> str:
    return instant.astimezone(explanation.page.zone).strftime("%Y-%m-%d %H:%M:%S%z")
