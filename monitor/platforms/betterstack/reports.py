"""Reports of Better Stack pages: incidents and maintenances, told by their updates. Pure.

Updates are in no order. The affected resources of a closed report read `resolved`, so how bad it
was is only in its updates, each with the states it changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event, ImpactSpan
from monitor.kit.fields import Row, identifier, rows, verbatim
from monitor.kit.messages import messages, posted_states
from monitor.kit.posts import Post, Says, end_of
from monitor.kit.prose import prose
from monitor.kit.sequences import with_next
from monitor.kit.states import worst_words
from monitor.kit.times import earliest, instant
from monitor.model import Basis, Level, Phase, PostedState, worst_level
from monitor.platforms.betterstack.document import Document
from monitor.platforms.betterstack.words import LEVELS, NOT_MONITORED, WORDS, unknown_words

OVER = "resolved"
MAINTENANCE = "maintenance"
REPORT_TYPES = frozenset({"manual", "automatic", MAINTENANCE})

States = Mapping[str, str]
"""State words by the id of a resource."""

Timeline = list[tuple[datetime, str]]
"""The state words of one resource, each from its time on until the next."""


@dataclass(frozen=True, slots=True)
class _Update:
    """An update of a report: when, the state of each resource it names, and its text."""

    at: datetime
    states: States
    text: str


def read_report(key: str, document: Document, now: datetime) -> Event:
    """Return a report as an event. Raises UnexpectedShape where it lacks an update it names."""
    report, where = document.reports[key], f"status_report {key}"
    kind = verbatim(report.get("report_type"), f"{where}.report_type")
    start = instant(report.get("starts_at"), f"{where}.starts_at")
    status = verbatim(report.get("aggregate_state"), f"{where}.aggregate_state")
    is_maintenance = kind == MAINTENANCE
    updates = sorted(_updates(key, document), key=lambda update: update.at)
    phase, end = _phase_and_end(report, start, updates, now)
    current = _states(report, where)
    timelines: Mapping[str, Timeline]
    if is_maintenance:
        # Its updates name nothing: what the report names is under maintenance for its whole length.
        timelines = {resource: [(start, MAINTENANCE)] for resource in current}
    else:
        timelines = _timelines(start, updates, {} if phase is Phase.CLOSED else current)
    spans = tuple(
        _spans(timelines, end, now, Basis.DECLARED if is_maintenance else Basis.TRANSITION)
    )
    return Event(
        id=key,
        title=verbatim(report.get("title"), f"{where}.title"),
        phase=phase,
        start=start,
        end=end,
        status=status,
        impact=MAINTENANCE if is_maintenance else _impact(spans),
        maintenance=is_maintenance,
        planned=True,
        component_ids=_component_ids(current, updates),
        spans=spans,
        unknown_words=tuple({kind} - REPORT_TYPES | _unknown_states(status, timelines)),
        updates=messages(list(_rows(key, document)), at="published_at", states=_posted_states),
    )


def _component_ids(current: States, updates: Iterable[_Update]) -> tuple[str, ...]:
    """Return all resources that a report or one of its updates names."""
    ids = set(current)
    for update in updates:
        ids.update(update.states)
    return tuple(sorted(ids))


def _rows(key: str, document: Document) -> Iterator[Row]:
    """Yield the report's updates as they are, each with its id."""
    for name in document.update_ids[key]:
        yield document.updates[name] | {"id": name}


def _posted_states(update: Row) -> Iterator[PostedState]:
    return posted_states(update.get("affected_resources"), LEVELS, key="status_page_resource_id")


def _impact(spans: Iterable[ImpactSpan]) -> str:
    """Return the worst state of any resource as the page's own word for it, or `none`."""
    worst = worst_level(span.level for span in spans)
    return WORDS[worst] if worst else "none"


def _unknown_states(status: str, timelines: Mapping[str, Timeline]) -> set[str]:
    words = {status}
    for timeline in timelines.values():
        for _, word in timeline:
            words.add(word)
    return unknown_words(words)


def _updates(key: str, document: Document) -> Iterator[_Update]:
    for name in document.update_ids[key]:
        where = f"status_update {name}"
        if name not in document.updates:
            raise UnexpectedShape(f"status_report {key} names {where}, which is not included")
        update = document.updates[name]
        at = instant(update.get("published_at"), f"{where}.published_at")
        text = update.get("message")
        yield _Update(at, _states(update, where), text if isinstance(text, str) else "")


def _states(owner: Row, where: str) -> States:
    """Return the state word of every resource a report or an update names; the worst where one is
    named twice.
    """
    resources = owner.get("affected_resources")
    if resources is None:
        return {}
    pairs = []
    for resource in rows(resources, f"{where}.affected_resources"):
        key = identifier(resource.get("status_page_resource_id"), where)
        word = verbatim(resource.get("status"), f"{where}.status")
        pairs.append((key, word))
    return worst_words(pairs, LEVELS)


def _phase_and_end(
    report: Row,
    start: datetime,
    updates: Sequence[_Update],
    now: datetime,
) -> tuple[Phase, datetime | None]:
    """Return the report's phase and its end, None = not ended.

    A manual report carries no `ends_at` even when it is over: then the update that says so ended
    it, and those after it are reviews. An end in the future is a plan. A maintenance is marked
    `maintenance` days before it begins, so that only its times tell.
    """
    stated_end = report.get("ends_at")
    if stated_end is not None:
        stated_end = instant(stated_end, "status_report.ends_at")
    if start > now:
        return Phase.SCHEDULED, None
    if stated_end is not None and stated_end > now:
        stated_end = None
    is_ended_maintenance = report["report_type"] == MAINTENANCE and stated_end is not None
    is_over = report["aggregate_state"] == OVER or is_ended_maintenance
    posts = _posts(update for update in updates if update.at <= now)
    end = end_of(posts, stated_end, start, over=is_over)
    return (Phase.OPEN, None) if end is None else (Phase.CLOSED, end)


def _posts(updates: Iterable[_Update]) -> Iterator[Post]:
    """Yield what updates, oldest first, say of their report: it goes on while a resource that they
    named is not well again.

    One that names no resource may say in its text that it is over, or that it is a review.
    """
    current: dict[str, str] = {}
    for update in updates:
        current.update(update.states)
        says = prose(update.text)
        if update.states:
            says = Says.OVER if all(map(_is_well, current.values())) else Says.GOES_ON
        elif says is Says.GOES_ON:
            says = Says.UNCLEAR
        yield Post(update.at, says)


def _is_well(word: str) -> bool:
    return word == NOT_MONITORED or LEVELS.get(word) is Level.OPERATIONAL


def _timelines(
    start: datetime, updates: Iterable[_Update], current: States
) -> Mapping[str, Timeline]:
    """Return each resource's states in order, from the report's start on.

    An update names what it changes; the first that names any is taken to hold since the report's
    start. Where none does, `current` are the states since then.
    """
    changes = [update for update in updates if update.states]
    changes = changes or [_Update(start, current, "")]
    timelines: dict[str, Timeline] = {}
    for update in changes:
        at = start if update is changes[0] else max(update.at, start)
        for resource, word in update.states.items():
            timeline = timelines.setdefault(resource, [])
            if not timeline or timeline[-1][1] != word:
                timeline.append((at, word))
    return timelines


def _spans(
    timelines: Mapping[str, Timeline],
    end: datetime | None,
    now: datetime,
    basis: Basis,
) -> Iterator[ImpactSpan]:
    """Yield the bad states that have begun, each until the next or until the report's end."""
    for resource, timeline in timelines.items():
        for (at, word), following in with_next(timeline):
            level = LEVELS.get(word)
            until = end if following is None else following[0]
            if level is Level.OPERATIONAL or at >= now or until == at:
                continue
            yield ImpactSpan(
                component_id=resource,
                level=level,
                start=at,
                end=earliest(until, end),
                word=word if level is None else None,
                basis=basis,
            )
