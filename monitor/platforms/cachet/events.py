"""The incidents and schedules of a Cachet page. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from monitor.kit.events import Event, ImpactSpan, expire_stale, is_past, spans_for, words_not_in
from monitor.kit.evidence import MIN_DURATION
from monitor.kit.fields import maybe_text
from monitor.kit.messages import message
from monitor.kit.posts import Post, closed_at, last_word, post_saying
from monitor.model import IncidentUpdate, Level, Phase
from monitor.platforms.cachet.components import VOCABULARY
from monitor.platforms.cachet.entries import Entry

PHASES: Mapping[str, Phase] = {
    "0": Phase.SCHEDULED,  # before version 2.4, which has schedules
    "1": Phase.OPEN,
    "2": Phase.OPEN,
    "3": Phase.OPEN,
    "4": Phase.CLOSED,
}
AHEAD, COMPLETE = "0", "2"
SCHEDULE_STATES = frozenset({"0", "1", COMPLETE})


def read_incident(entry: Entry, now: datetime) -> Event:
    """Return an incident. `latest_status` is its present state, `status` its first in version 2."""
    status = entry.state("latest_status", "status")
    phase = PHASES.get(status, Phase.OPEN)
    is_scheduled = status == AHEAD
    times = ("scheduled", "occurred", "created") if is_scheduled else ("occurred", "created")
    start = entry.first_time(*times)
    posts = _posts(entry)
    spoke_at = max(last_word(posts, start), entry.time("updated") or start)
    end = None
    if phase is Phase.CLOSED:
        end = closed_at(posts, start, max(spoke_at, start + MIN_DURATION))
    ids = entry.component_ids()
    event = Event(
        id=entry.id,
        title=entry.title,
        phase=phase,
        start=start,
        end=end,
        status=status,
        impact="unsaid",
        url=maybe_text(entry.fields.get("permalink")),
        maintenance=is_scheduled,
        component_ids=ids,
        spans=_spans(entry, ids, start, end),
        unattributed=not ids and not is_scheduled,
        unknown_words=words_not_in(PHASES, status),
        updates=tuple(_messages(entry)),
    )
    return expire_stale(event, spoke_at, now)


def _posts(entry: Entry) -> list[Post]:
    """Return when each update was posted, and what its state says."""
    posts = []
    for update in entry.updates():
        if update.fields.get("status") is not None:
            at = update.first_time("created")
            posts.append(post_saying(at, update.state("status"), PHASES))
    return posts


def _messages(entry: Entry) -> Iterator[IncidentUpdate]:
    """Yield the updates as they are kept. A state is a number; what it stands for is said beside
    it.
    """
    for update in entry.updates():
        at, state = update.time("created"), update.fields.get("status")
        if isinstance(state, dict):
            state = state.get("human")
        if at is not None:
            yield message(
                at,
                str(update.fields.get("human_status") or state or ""),
                maybe_text(update.fields.get("message")),
                key=str(update.row.get("id") or ""),
            )


def _spans(
    entry: Entry,
    ids: Sequence[str],
    start: datetime,
    end: datetime | None,
) -> tuple[ImpactSpan, ...]:
    """Return what an incident means for its components: the state it declares for each, else a
    minor one.
    """
    spans, others = [], []
    for key in ids:
        word = entry.own_state(key)
        if word is None:
            others.append(key)
        else:
            level = VOCABULARY.get(word)
            span = ImpactSpan(component_id=key, level=level, start=start, end=end, word=word)
            spans.append(span)
    return (*spans, *spans_for(others, Level.DEGRADED, start, end))


def read_schedule(entry: Entry, now: datetime) -> Event:
    """Return a schedule. Its state does not move by itself: its time does."""
    status = entry.state("status")
    start = entry.first_time("scheduled", "created")
    # Version 2 writes the present time where there is no end; version 3 reckons the state from the
    # end.
    states_end = status == COMPLETE or "attributes" in entry.row
    end = entry.time("completed") if states_end else None
    is_over = status == COMPLETE or is_past(end, now)
    phase = Phase.SCHEDULED if start > now else Phase.OPEN
    if is_over:
        phase, end = Phase.CLOSED, end or start + MIN_DURATION
    ids = entry.component_ids()
    event = Event(
        id=f"schedule-{entry.id}",
        title=entry.title,
        phase=phase,
        start=start,
        end=end,
        status=status,
        impact="maintenance",
        maintenance=True,
        component_ids=ids,
        spans=spans_for(ids, Level.MAINTENANCE, start, end),
        unknown_words=words_not_in(SCHEDULE_STATES, status),
    )
    return expire_stale(event, max(start, entry.time("updated") or start), now)
