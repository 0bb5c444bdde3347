"""What most pages tell: parts in a state, and events with a beginning and an end; and the evidence
these make. Pure.

A platform reads its answers into `Part` and `Event` and hands them to `evidence`, which keeps the
model's promises whatever the vendor wrote: ids are unique, nothing ends before it begins, nothing
that is not over ends ahead, a word nobody knows is counted and never green, and an event that does
not say what it hit leaves its time uncovered.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from monitor.errors import Truncated, UnexpectedShape
from monitor.fields import LONGEST_CODE, Row, instant, maybe_text
from monitor.impacts import IMPACT_WORDS
from monitor.intervals import ONE_DAY, Interval, day_of, subtract, utc
from monitor.model import (
    Aspect,
    Basis,
    Component,
    Coverage,
    Evidence,
    Gap,
    Impact,
    Incident,
    IncidentUpdate,
    Level,
    Observation,
    PageInfo,
    Phase,
    PostedState,
)
from monitor.protocol import PageContext

MIN_DURATION = timedelta(seconds=1)
"""What something that ended as it began counts for."""

SILENT_AFTER = timedelta(days=7)
"""An event that stays open and of which nothing was said for so long does not speak for the present
any more."""

RECENTLY = timedelta(days=2)
"""What ended so recently may have come and gone between two polls."""

UNKNOWN = 1.5
"""How bad an unknown state is where one of several must count: a bad one stands, operational and
maintenance do not."""

NOTHING_LISTED = "the page was read and lists no components, so nothing is known of their state"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentState:
    """A component and its state. `level` None = the vendor's `word` is unknown to us.

    `word` None beside `level` None = nothing is said of its state now; that is no new word.
    """

    component: Component
    level: Level | None
    word: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactSpan:
    """One component at one level over [start, end), as part of an event. `end` None = still going
    on.

    `level` None = the vendor's `word` is unknown to us. `basis` INFERRED = only the event's
    severity is known, not the component's state; what that is worth, the user's `impact_mapping`
    may change.
    """

    component_id: str
    level: Level | None
    start: datetime
    end: datetime | None = None
    word: str | None = None
    basis: Basis = Basis.DECLARED


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An incident or a maintenance. `status` and `impact` are the vendor's own words, the rest is
    what they mean.

    `component_ids` are components it names beside those of its spans. `vague`: something was bad
    and it is not said what, so nothing is known of its time. `words`: words of it that are unknown
    to us. `updates` are all its messages, or none where the answer does not hold them. `planned`:
    its vendor calls it scheduled, so a date ahead is right.
    """

    id: str
    title: str
    phase: Phase
    start: datetime
    end: datetime | None = None
    status: str
    impact: str
    url: str | None = None
    maintenance: bool = False
    planned: bool = False
    component_ids: tuple[str, ...] = ()
    spans: tuple[ImpactSpan, ...] = ()
    vague: bool = False
    words: tuple[str, ...] = ()
    updates: tuple[IncidentUpdate, ...] = ()


def message(
    at: datetime,
    status: str | None = None,
    text: str | None = None,
    *,
    key: str | None = None,
    states: Iterable[PostedState] = (),
) -> IncidentUpdate:
    """Return a message of an event. `key` is the vendor's id of it; None = it has none, and its
    time and status do.

    `text` may be HTML. `evidence` makes the message the event's.
    """
    status = status or ""
    return IncidentUpdate(
        incident_id="",
        key=key or f"{at.isoformat()} {status}".strip(),
        at=at,
        status=status,
        text=text or "",
        states=tuple(states),
    )


def messages(
    listed: object,
    *,
    at: str,
    status: str = "status",
    text: str = "message",
    read_time: Callable[[object, str], datetime] = instant,
    states: Callable[[Row], Iterable[PostedState]] = lambda _: (),
) -> tuple[IncidentUpdate, ...]:
    """Return the messages in a list of a vendor's answer, in which `at`, `status` and `text` are
    their fields.

    What is no message or has no time we can read is left out: people wrote it for people, no level
    depends on it, and it fails no poll.
    """
    told = []
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict):
            continue
        try:
            moment = read_time(each.get(at), at)
        except UnexpectedShape:
            continue
        told.append(
            message(
                moment,
                _said(each.get(status)),
                _said(each.get(text)),
                key=_said(each.get("id")),
                states=states(each),
            )
        )
    return tuple(told)


def posted_states(
    listed: object, levels: Mapping[str, Level], *, key: str, state: str = "status"
) -> Iterator[PostedState]:
    """Yield the states in a list of a message, in which `key` is the component's id; what is none
    is left out.
    """
    for each in listed if isinstance(listed, list) else ():
        code, word = (
            (_said(each.get(key)), _said(each.get(state)))
            if isinstance(each, dict)
            else (None, None)
        )
        if code is not None and word is not None:
            word = word.lower()[:LONGEST_CODE]
            yield PostedState(component_id=code, level=levels.get(word), word=word)


def _said(value: object) -> str | None:
    return str(value) if type(value) is int and abs(value) < 10**LONGEST_CODE else maybe_text(value)


def spans_for(
    component_ids: Iterable[str],
    level: Level | None,
    start: datetime,
    end: datetime | None = None,
    *,
    word: str | None = None,
    basis: Basis = Basis.INFERRED,
) -> tuple[ImpactSpan, ...]:
    """Return one severity over all of these components, from start to end."""
    return tuple(
        ImpactSpan(component_id=each, level=level, start=start, end=end, word=word, basis=basis)
        for each in dict.fromkeys(component_ids)
    )


def worst_words(said: Iterable[tuple[str, str]], vocabulary: Mapping[str, Level]) -> dict[str, str]:
    """Return one word for each id; of several the one of the worst level, and an unknown one is
    worse than green.
    """
    found: dict[str, str] = {}
    for key, word in said:
        found[key] = max(found.get(key, word), word, key=lambda each: vocabulary.get(each, UNKNOWN))
    return found


def current_states(
    components: Iterable[Component], events: Iterable[Event], now: datetime
) -> tuple[ComponentState, ...]:
    """Return the present state of components where a source tells only of events, and of every one
    that goes on.

    What none of them names is operational, unless one is vague: then nothing is known of it.
    """
    going = [event for each in events if (event := start_by(each, now)).phase is Phase.OPEN]
    held: dict[str, ComponentState] = {}
    rest = None if any(event.vague for event in going) else Level.OPERATIONAL
    listed = {component.id: component for component in components}
    for span in (span for event in going for span in event.spans):
        component = listed.get(span.component_id)
        if component is not None and span.start <= now and (span.end is None or span.end > now):
            part = ComponentState(component=component, level=span.level, word=span.word)
            held[component.id] = max(held.get(component.id, part), part, key=_badness)
    calm = (ComponentState(component=component, level=rest) for component in listed.values())
    return tuple(max(held.get(part.component.id, part), part, key=_badness) for part in calm)


def start_by(event: Event, now: datetime) -> Event:
    """Return what nobody planned as going on from now at the latest: it is listed, so the date
    ahead of us is wrong.
    """
    if (
        event.maintenance
        or event.planned
        or event.phase is not Phase.SCHEDULED
        or event.start <= now
    ):
        return event
    spans = tuple(replace(span, start=min(span.start, now)) for span in event.spans)
    return replace(event, phase=Phase.OPEN, start=now, spans=spans)


def recent_or_open(events: Iterable[Event], page: PageContext) -> list[Event]:
    """Return what a poll tells of where a source lists all of the past: not what we know to have
    ended long ago.
    """
    return [
        event
        for event in events
        if event.phase is not Phase.CLOSED
        or event.end is None
        or event.end > page.now - RECENTLY
        or event.id in page.open_incidents
    ]


def unlisted(page: PageContext, events: Iterable[Event]) -> frozenset[str]:
    """Return the ids of what we hold as open or announced and is not among these events.

    Where a source lists all that goes on, these have ended or were withdrawn.
    """
    return page.open_incidents - {event.id for event in events}


def expire_stale(event: Event, spoke: datetime, now: datetime) -> Event:
    """Return the event as it counts when it was last spoken of at `spoke`: if it stays open and
    `SILENT_AFTER` has passed since, nobody knows how it went on. It is listed all the same.
    """
    until = max(spoke, event.start) + SILENT_AFTER
    if event.phase is not Phase.OPEN or until >= now:
        return event
    spans = (part for span in event.spans for part in _silenced(span, until))
    return replace(
        event, status=f"{event.status}, silent since {spoke:%Y-%m-%d}", spans=tuple(spans)
    )


def _silenced(span: ImpactSpan, until: datetime) -> Iterator[ImpactSpan]:
    if span.end is not None and span.end <= until:
        yield span
        return
    if span.start < until:
        yield replace(span, end=until)
    # The basis stays what it was: of one event, what is inferred does not count beside what is
    # declared.
    yield replace(span, level=None, word=None, start=max(span.start, until))


# ------------------------------------------------------------------------------------------- when
# an event was over


class Says(Enum):
    """What a post says of its event: that it goes on, that it is over, what it was (a review), or
    none of these.
    """

    GOES_ON = "goes on"
    OVER = "over"
    REVIEW = "review"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Post:
    """One post about an event, by the time that it is dated to."""

    at: datetime
    says: Says


REVIEWS = frozenset(
    {
        "postmortem",
        "post-mortem",
        "post mortem",
        "post_mortem",
        "post-incident review",
        "post incident review",
        "post_incident_review",
        "retrospective",
        "root cause analysis",
        "root_cause_analysis",
        "rca",
        "review",
        "incident report",
        "incident_report",
        "follow-up",
        "follow_up",
        "followup",
    }
)
"""What pages call a post about what is over."""


def post_saying(at: datetime, word: str, phases: Mapping[str, Phase]) -> Post:
    """Return a post with the vendor's word for the state of its event, as `phases` explains such
    words.

    A word that is neither there nor in `REVIEWS` is unclear.
    """
    if word.lower() in REVIEWS:
        return Post(at, Says.REVIEW)
    meant = {Phase.OPEN: Says.GOES_ON, Phase.CLOSED: Says.OVER, Phase.WITHDRAWN: Says.OVER}
    phase = phases.get(word)
    return Post(at, Says.UNCLEAR if phase is None else meant.get(phase, Says.UNCLEAR))


def calls_over(word: str, phases: Mapping[str, Phase]) -> bool:
    """Whether a vendor's word for an event's present state says that it is over: what is reviewed
    is.
    """
    return post_saying(datetime.min.replace(tzinfo=UTC), word, phases).says in {
        Says.OVER,
        Says.REVIEW,
    }


def over_since(posts: Iterable[Post]) -> datetime | None:
    """Return since when an event is over by its posts, in whatever order they are: the time of the
    first that says so after the last that says it goes on. None = they do not say that it is over.

    So a reopening makes it go on, and neither a review nor a repeated end prolongs it. Of two posts
    of one instant the one that says it is over counts as the later.
    """
    told = list(posts)
    going = max((post.at for post in told if post.says is Says.GOES_ON), default=None)
    return min(
        (
            post.at
            for post in told
            if post.says is Says.OVER and (going is None or post.at >= going)
        ),
        default=None,
    )


def closed_at(posts: Iterable[Post], start: datetime, changed: datetime | None = None) -> datetime:
    """Return when an event ended that its vendor calls over: when its posts say so; where none
    does, with the last of them that is no review, else with its last change. Never before `start`.
    """
    told = list(posts)
    spoken = max((post.at for post in told if post.says is not Says.REVIEW), default=changed)
    return max(over_since(told) or spoken or start, start)


def end_of(
    posts: Iterable[Post],
    said: datetime | None,
    start: datetime,
    *,
    over: bool,
    changed: datetime | None = None,
) -> datetime | None:
    """Return when an event ended whose vendor states an end (`said`, None = none) beside its posts;
    None = it goes on.

    `over`: its vendor calls it over now, and last changed it at `changed`. The stated end counts
    unless a post says later that it goes on: then the event was reopened or its end was dated back,
    and it ended with the post that says so, or goes on.
    """
    told = list(posts)
    held = said is not None and not any(
        post.says is Says.GOES_ON and post.at > said for post in told
    )
    if said is not None and held:
        return max(said, start)
    return closed_at(told, start, said or changed) if over else None


HEADED = re.compile(
    r"\W{0,10}(?:(?:issue|incident|outage|event|post[- ]?incident|final|full|here(?:'s|"
    r" is)|our|the|a|an) ){0,4}"
    r"(?:summary|review|report|retrospective|post[- ]?mortem|root cause|rca)\b",
    re.IGNORECASE,
)
"""A review in prose begins with what it is."""

LASTED = re.compile(
    r"\b(?:from|between) (?:[^.]{0,40}?\b)?\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\b|:|utc)?[^.]{0,40}?"
    r"\b(?:to|until|and|through)\b[^.]{0,30}?\b\d{1,2}(?::\d\d| ?[ap]\.?m\b)",
    re.IGNORECASE,
)
"""Prose that names a beginning and an end tells of what was."""

GOING_ON = re.compile(
    r"\b(?:still|currently|ongoing|investigating|working (?:to|on|towards)|(?:are|is|be|actively)"
    r" monitoring|"
    r"in progress|continu(?:e|ing) (?:to )?(?:work|monitor|investigat|look|see|experienc)\w*|"
    r"(?:provide|share|post|have|be back with|back)\b[^.]{0,20}\b(?:updates?|minutes)|"
    r"(?<!thank you )(?<!thanks )(?<!sorry )(?<!apologi[sz]e )again)\b",
    re.IGNORECASE,
)
"""Prose that says of an event that it goes on."""

UNSURE = re.compile(
    r"\b(?:continu(?!ed (?:patience|support|understanding))\w+|remains?|not"
    r" (?:yet|fully|been)|partial\w*|"
    r"(?:some|many|most) of|appears? to|should (?:now )?(?:be|see)|(?:we|is|are)"
    r" expect\w*|(?:be|remains?) paused|"
    r"(?:once|until|when|whether|as soon"
    r" as|if)\b[^.]{0,80}\b(?:resolved|restored|recovered|fixed))\b",
    re.IGNORECASE,
)
"""Prose that will not swear that an event is over."""

IS_OVER = re.compile(
    r"\b(?:resolved|restored|recovered|remediated|rectified|no longer"
    r" (?:experienc|see|seeing|impact|affect)\w*|"
    r"(?:issue|problem|incident|bug|error)s? (?:is|are|was|were|has been|have been)(?: \w+)?"
    r" fixed|fixed the|"
    r"back (?:to normal|online|up)|(?:working|functioning|operating|performing) (?:as"
    r" (?:expected|usual)|normally)|"
    r"out of impact|all clear|up and running)\b",
    re.IGNORECASE,
)
"""Prose that says of an event that it is over."""


LONGEST_PROSE = 5000
"""Characters of a post that are looked at."""


def prose(text: str) -> Says:
    """Return what a post in English prose, without a word for its state, says of its event. Sure of
    an end only where nothing in it speaks of what goes on.
    """
    text = text[:LONGEST_PROSE]
    if HEADED.match(text):
        return Says.REVIEW
    if GOING_ON.search(text):
        return Says.GOES_ON
    if LASTED.search(text):
        return Says.REVIEW
    if UNSURE.search(text):
        return Says.GOES_ON
    return Says.OVER if IS_OVER.search(text) else Says.UNCLEAR


def gap_before(
    source: str,
    page: PageContext,
    since: datetime,
    first: datetime,
    why: str,
    *,
    what: str = "impacts",
) -> Iterator[Evidence]:
    """Yield what is missing when history was asked for `since` and a source's record begins at
    `first`.
    """
    asked, begun = day_of(since, UTC), day_of(first, UTC)
    if asked < begun:
        gap = Gap(what=f"{what} {asked}..{begun - ONE_DAY}", reason=Truncated.reason, message=why)
        yield Evidence(source=source, read_at=page.now, gaps=(gap,))


def evidence(
    source: str,
    page: PageContext,
    *,
    info: PageInfo | None = None,
    parts: Sequence[ComponentState] | None = None,
    components: Sequence[Component] | None = None,
    events: Iterable[Event] = (),
    since: datetime | None = None,
    withdrawn: Iterable[str] = (),
    words: Iterable[str] = (),
    mark: str | None = None,
) -> Evidence:
    """Return the evidence that parts and events make.

    `parts` are the complete present state; `components` the complete list where no state is told
    with it. Of ids told twice the worst part and the last event count. `since`: everything that
    happened from then to now is among the events (None = they are only some of it); the time of
    vague events is left out of that, and what ended before it is left out altogether: of a time of
    which only what was bad is known, every known day would be bad.
    """
    listed = _worst_of_each(parts) if parts is not None else None
    all_begun = (start_by(event, page.now) for event in events)
    told = {
        event.id: event for event in all_begun if since is None or not _over_before(event, since)
    }
    unknown = {part.word for part in listed or () if part.level is None and part.word} | set(words)
    unknown |= {word for event in told.values() for word in event.words}
    unknown |= {
        span.word
        for event in told.values()
        for span in event.spans
        if span.level is None and span.word
    }
    return Evidence(
        source=source,
        read_at=page.now,
        page=info,
        components=(
            tuple(p.component for p in listed) if listed is not None else _distinct(components)
        ),
        observed=None if listed is None else tuple(map(_observation, listed)),
        incidents=tuple(_incident(event) for event in told.values()),
        updates=tuple(
            update for event in told.values() for update in updates_of(event.id, event.updates)
        ),
        impacts=tuple(
            dict.fromkeys(
                impact for event in told.values() for impact in _impacts(event, source, page.now)
            )
        ),
        coverage=_coverage(told.values(), since, page.now),
        lists=Interval.between(since, page.now) if since is not None else None,
        withdrawn=tuple(sorted(set(withdrawn))),
        unknown_words=tuple(sorted(unknown)),
        mark=mark,
    )


def remarked(evidence: Evidence) -> Evidence:
    """Return evidence with a remark where the complete list of components is empty and nothing else
    says why: that is no page that was not read, and no page where all is well.
    """
    info = evidence.page or PageInfo()
    if evidence.components is None or evidence.components or info.remark is not None:
        return evidence
    of_itself = f"; of itself it says {info.indicator!r}" if info.indicator is not None else ""
    return replace(evidence, page=replace(info, remark=f"{NOTHING_LISTED}{of_itself}"))


def _over_before(event: Event, since: datetime) -> bool:
    return event.phase is Phase.CLOSED and max(event.end or event.start, event.start) <= since


def _worst_of_each(parts: Iterable[ComponentState]) -> list[ComponentState]:
    """Return each component once; of several states the worst known one counts, and unknown is
    worse than green.
    """
    found: dict[str, ComponentState] = {}
    for part in parts:
        held = found.get(part.component.id)
        found[part.component.id] = (
            part
            if held is None
            else replace(max(held, part, key=_badness), component=held.component)
        )
    return list(found.values())


def _badness(part: ComponentState) -> float:
    return UNKNOWN if part.level is None else part.level


def _distinct(components: Iterable[Component] | None) -> tuple[Component, ...] | None:
    return None if components is None else tuple({each.id: each for each in components}.values())


def _observation(part: ComponentState) -> Observation:
    return Observation(component_id=part.component.id, level=part.level, word=part.word)


def _incident(event: Event) -> Incident:
    end = event.end if event.phase is Phase.CLOSED else None
    named = (*event.component_ids, *(span.component_id for span in event.spans))
    return Incident(
        id=event.id,
        title=event.title,
        phase=event.phase,
        status=event.status,
        impact=event.impact,
        started_at=event.start,
        resolved_at=None if end is None else max(end, event.start),
        url=event.url,
        maintenance=event.maintenance,
        component_ids=tuple(dict.fromkeys(named)),
    )


def updates_of(incident_id: str, listed: Iterable[IncidentUpdate]) -> Iterable[IncidentUpdate]:
    """Return messages as those of an incident, oldest first, each under a key of its own."""
    told: dict[str, IncidentUpdate] = {}
    times: Counter[str] = Counter()
    for update in sorted(listed, key=lambda each: each.at):
        key = update.key
        while key in told:
            times[update.key] += 1
            key = f"{update.key} {times[update.key] + 1}"
        told[key] = replace(update, incident_id=incident_id, key=key)
    return told.values()


def _impacts(event: Event, source: str, now: datetime) -> Iterable[Impact]:
    """Yield what the event meant for its components so far; what is announced has not happened
    yet.
    """
    if event.phase in {Phase.SCHEDULED, Phase.WITHDRAWN}:
        return
    for span in event.spans:
        end = _end(span.start, span.end, now, over=event.phase is Phase.CLOSED)
        if (
            span.start > now
            or (span.start == now and span.end is not None)
            or span.level is Level.OPERATIONAL
        ):
            continue
        inferred = span.basis is Basis.INFERRED
        yield Impact(
            component_id=span.component_id,
            level=None if inferred else span.level,
            start=span.start,
            end=end,
            basis=span.basis,
            source=source,
            incident_id=event.id,
            word=IMPACT_WORDS[span.level] if inferred and span.level is not None else span.word,
        )


def _end(start: datetime, end: datetime | None, now: datetime, *, over: bool) -> datetime | None:
    """Return the end, at least a moment after the start. An end that lies ahead is a plan: it is
    still going on. That of an event that is over is left as it is told, and the store ends it when
    that was first read.
    """
    if end is None or end > now:
        return end if over else None
    return min(max(end, start + MIN_DURATION), max(now, start + timedelta(microseconds=1)))


def _coverage(
    events: Iterable[Event], since: datetime | None, now: datetime
) -> tuple[Coverage, ...]:
    whole = Interval.between(since, now) if since is not None else None
    if whole is None:
        return ()
    vague = (
        Interval.between(each.start, min(each.end or now, now)) for each in events if each.vague
    )
    spans = subtract([whole], (span for span in vague if span is not None))
    return tuple(Coverage(span=span, aspect=Aspect.IMPACTS, complete=True) for span in spans)


# ----------------------------------------------------------------------------- lists that only hold
# what is going on


def dump_open(events: Iterable[Event]) -> str:
    """Return what a poll hands to the next one: the events that have not ended.

    For pages that list only what is going on: an event that leaves such a list has ended, and
    nothing else says so.
    """
    return json.dumps(
        {
            event.id: _written(event)
            for event in events
            if event.phase in {Phase.OPEN, Phase.SCHEDULED}
        }
    )


def closed_since(
    page: PageContext, events: Iterable[Event]
) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Return the events of the last poll's `remembered` that are no longer listed, as ended now;
    and the ids of those we hold as open or announced that never took place or are not remembered,
    to be withdrawn.
    """
    listed = {event.id for event in events}
    held = _read(page.mark)
    over = [held[key] for key in sorted(held) if key not in listed and held[key].start < page.now]
    withdrawn = unlisted(page, over) - listed
    return tuple(_closed(event, page.now) for event in over), tuple(sorted(withdrawn))


def _closed(event: Event, now: datetime) -> Event:
    end = min(event.end, now) if event.end is not None else now
    spans = tuple(
        replace(span, end=span.end if span.end is not None and span.end <= now else now)
        for span in event.spans
    )
    return replace(event, phase=Phase.CLOSED, status="no longer listed", end=end, spans=spans)


def _written(event: Event) -> list[Any]:
    spans = [
        [s.component_id, s.level, s.start.isoformat(), s.end and s.end.isoformat(), s.word, s.basis]
        for s in event.spans
    ]
    end = event.end and event.end.isoformat()
    told = [
        event.title,
        event.phase,
        event.start.isoformat(),
        end,
        event.status,
        event.impact,
        event.url,
    ]
    return [*told, event.maintenance, list(event.component_ids), spans, event.vague]


def _read(mark: str | None) -> Mapping[str, Event]:
    """Return the events of an earlier poll; none when there was none or another version wrote
    them.
    """
    try:
        return {key: _event(key, told) for key, told in json.loads(mark or "{}").items()}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return {}


def _event(key: str, told: Sequence[Any]) -> Event:
    title, phase, start, end, status, impact, url, maintenance, component_ids, spans, vague = told
    return Event(
        id=key,
        title=str(title),
        phase=Phase(phase),
        start=_time(start),
        end=end and _time(end),
        status=str(status),
        impact=str(impact),
        url=url,
        maintenance=bool(maintenance),
        component_ids=tuple(map(str, component_ids)),
        spans=tuple(
            ImpactSpan(
                component_id=str(component),
                level=None if level is None else Level(level),
                start=_time(first),
                end=last and _time(last),
                word=word,
                basis=Basis(basis),
            )
            for component, level, first, last, word, basis in spans
        ),
        vague=bool(vague),
    )


def _time(written: str) -> datetime:
    return utc(datetime.fromisoformat(written))
