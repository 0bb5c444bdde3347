"""What the entries about one incident tell: its state, its severity, and when it began and ended.
Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from monitor.kit.events import Event, ImpactSpan, expire_stale
from monitor.kit.feeds import Entry
from monitor.kit.posts import closed_at, over_since
from monitor.model import Basis, Component, Level, Phase, without_none
from monitor.platforms.feed.grouping import TOGETHER
from monitor.platforms.feed.severities import is_bulletin, level_of
from monitor.platforms.feed.updates import Update, heading_of, pieces_of, post_of, updates_of
from monitor.platforms.feed.words import (
    IN_PROGRESS,
    NO_STATE,
    NO_STATE_ANY_MORE,
    OPEN,
    OVER,
    SCHEDULED,
    Words,
)

PAGE = Component(id="page", name="The page as a whole")

PLANNED_WORK = re.compile(
    r"\b(maintenance|(?:scheduled|planned)"
    r" (?:work|upgrade|downtime)|wartung|mantenimiento|manutenção)\b"
    r"|メンテナンス|维护",
    re.IGNORECASE,
)
AFTERMATH = re.compile(
    r"\b(?:after|following|post|nach|après|tras|após)\b.*", re.IGNORECASE | re.DOTALL
)
"""What went wrong after planned work is not planned."""

PHASES = {OVER: Phase.CLOSED, NO_STATE_ANY_MORE: Phase.CLOSED, SCHEDULED: Phase.SCHEDULED}


class State(NamedTuple):
    """An incident's state, and when it ended; None = it goes on."""

    word: str
    end: datetime | None = None


def event_of(key: str, entries: Sequence[Entry], words: Words, now: datetime) -> Event:
    """Return the incident that these entries, newest first, are about."""
    updates = _all_updates(entries, words)
    dates = _dates(entries)
    posts = _times(updates)
    start = min([*dates, *posts], default=now)
    last = max(dates, default=now)
    is_planned = any(_is_planned(entry, words) for entry in entries)
    state = _state(updates, heading_of(entries[0], words), last)
    if state is None:
        state = State(SCHEDULED) if is_planned else _without_words(last, now)
    if not is_planned and state.word != SCHEDULED:
        start = min(start, now)  # what is listed goes on, however the vendor's clock goes
    if is_planned:
        impact, spans = "maintenance", list(_work(updates, state, min(last, now)))
    elif is_bulletin(entries, words):
        impact, spans = "bulletin", []
    else:
        impact, spans = "unknown", [_span(entries, state, start, words)]
    event = Event(
        id=key,
        title=entries[0].title,
        phase=PHASES.get(state.word, Phase.OPEN),
        start=start,
        end=state.end,
        status=state.word,
        impact=impact,
        url=entries[0].link,
        maintenance=is_planned,
        spans=tuple(spans),
    )
    return expire_stale(event, max([last, *posts]), now)


def _all_updates(entries: Sequence[Entry], words: Words) -> list[Update]:
    """Return the updates of all entries; of several entries each without a date in it is one, as it
    was published.
    """
    if len(entries) == 1:
        return updates_of(entries[0], words)
    all_updates: list[Update] = []
    for entry in entries:
        updates = updates_of(entry, words)
        if updates and not _times(updates):
            updates = [replace(_most_telling(updates), at=entry.published)]
        all_updates += updates
    return all_updates


def _most_telling(updates: Sequence[Update]) -> Update:
    """Return the first update that says that the incident is over, else the first."""
    for update in updates:
        if update.meaning == OVER:
            return update
    return updates[0]


def _times(updates: Iterable[Update]) -> list[datetime]:
    """Return the dates of the updates that have one."""
    return [at for at, _ in _with_dates(updates)]


def _with_dates(updates: Iterable[Update]) -> Iterator[tuple[datetime, Update]]:
    """Yield the updates that have a date, each with it."""
    for update in updates:
        if update.at is not None:
            yield update.at, update


def _dates(entries: Sequence[Entry]) -> list[datetime]:
    dates: list[datetime | None] = []
    for entry in entries:
        dates += [entry.published, entry.updated]
    return without_none(dates)


def _is_planned(entry: Entry, words: Words) -> bool:
    if any(words.states.get(piece) == SCHEDULED for piece in pieces_of(entry)):
        return True
    title = AFTERMATH.sub("", entry.title)
    return PLANNED_WORK.search(" ".join([title, *entry.categories])) is not None


def _state(updates: Sequence[Update], heading: Sequence[str], last: datetime) -> State | None:
    """Return an incident's state; None where no word says it. `last` is when its newest entry was
    published.
    """
    with_dates = list(_with_dates(updates))
    posts = [post_of(at, update) for at, update in with_dates]
    if not with_dates:
        meanings = [update.meaning for update in updates]
        return _state_without_dates([*meanings, *heading], last)
    if OVER in heading:
        return State(OVER, closed_at(posts, min(_times(updates))))
    over = over_since(posts)
    if over is not None:
        return State(OVER, over)
    at, newest = max(with_dates, key=lambda pair: pair[0])
    return State(newest.meaning, at if newest.meaning == OVER else None)


def _state_without_dates(meanings: Sequence[str], last: datetime) -> State | None:
    """Return the first state that is told, unless one says that the incident is over."""
    if OVER in meanings:
        return State(OVER, last)
    return State(meanings[0]) if meanings else None


def _without_words(last: datetime, now: datetime) -> State:
    """Return that an incident's state is unknown, for as long as `TOGETHER`."""
    until = last + TOGETHER
    return State(NO_STATE_ANY_MORE, until) if until <= now else State(NO_STATE)


def _span(entries: Sequence[Entry], state: State, start: datetime, words: Words) -> ImpactSpan:
    if state.word in {NO_STATE, NO_STATE_ANY_MORE}:
        return ImpactSpan(component_id=PAGE.id, level=None, start=start, end=state.end)
    return ImpactSpan(
        component_id=PAGE.id,
        level=level_of(entries, words),
        start=start,
        end=state.end,
        basis=Basis.INFERRED,
    )


def _work(updates: Sequence[Update], state: State, last: datetime) -> Iterator[ImpactSpan]:
    """Yield when planned work went on; nothing when no word says that it did."""
    start = _work_start(updates)
    if start is None and state.word == OPEN:
        start = last
    if start is not None:
        yield ImpactSpan(component_id=PAGE.id, level=Level.MAINTENANCE, start=start, end=state.end)


def _work_start(updates: Iterable[Update]) -> datetime | None:
    """Return when planned work began: with the first word that says so, else with the latest update
    that has it going on; None where no update with a date does.
    """
    going_on = [update for update in updates if update.meaning == OPEN]
    in_progress = [update for update in going_on if update.word in IN_PROGRESS]
    dates = _times(in_progress)
    if dates:
        return min(dates)
    return going_on[0].at if going_on else None
