"""What a PagerDuty post tells: an incident or a maintenance, and how each service was meanwhile.
Pure.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.kit.events import Event, ImpactSpan, expire_stale, is_past, spans_for, words_not_in
from monitor.kit.messages import message
from monitor.kit.sequences import with_next
from monitor.kit.times import earliest
from monitor.model import Basis, IncidentUpdate, Level, Phase, PostedState
from monitor.platforms.pagerduty.posts import PHASES, VOCABULARY, Post, Update


def events_of(posts: Iterable[Post], now: datetime) -> list[Event]:
    """Return the posts as events."""
    return [_event(post, now) for post in posts]


def _event(post: Post, now: datetime) -> Event:
    """Return the post as an event; an incident that is not spoken of any more goes stale."""
    if post.maintenance:
        return _maintenance(post, now)
    return expire_stale(_incident(post), post.updates[-1].at, now)


def _incident(post: Post) -> Event:
    first, last = post.updates[0], post.updates[-1]
    start = min(post.start or first.at, first.at)
    component_ids: list[str] = []
    for update in post.updates:
        component_ids += update.services
    return Event(
        id=post.id,
        title=post.title,
        phase=PHASES.get(last.status, Phase.OPEN),
        start=start,
        end=post.closed_at,
        status=last.status,
        impact=_worst_severity(post),
        component_ids=tuple(component_ids),
        spans=tuple(_spans(post, start)),
        unattributed=not component_ids and any(update.is_bad for update in post.updates),
        unknown_words=_unknown_words(post),
        updates=tuple(_message(update) for update in post.updates),
    )


def _worst_severity(post: Post) -> str:
    """Return the worst severity of the post as a whole; one nobody knows counts as none."""
    return max(post.updates, key=_severity).severity


def _severity(update: Update) -> Level:
    return VOCABULARY.get(update.severity, Level.OPERATIONAL)


def _unknown_words(post: Post) -> tuple[str, ...]:
    return words_not_in(PHASES, *(update.status for update in post.updates))


def _message(update: Update) -> IncidentUpdate:
    states = []
    for key, word in update.services.items():
        states.append(PostedState(component_id=key, level=VOCABULARY.get(word), word=word))
    return message(update.at, update.status, update.text, key=update.key, states=states)


def _spans(post: Post, start: datetime) -> Iterator[ImpactSpan]:
    """Yield how each service was from one update that says so to the next."""
    updates = list(_telling_updates(post))
    if not updates:
        return
    yield from _spans_before(updates[0], post, start)
    known_ids: set[str] = set()
    for update, following in with_next(updates):
        if update.is_closing:
            yield from _late_spans(update, known_ids, start)
            continue
        begin = start if update is post.updates[0] else update.at
        end = None if following is None else following.at
        if begin != end:
            yield from _spans_of(update, begin, end)
        known_ids |= update.services.keys()


def _telling_updates(post: Post) -> Iterator[Update]:
    """Yield the updates that say how services are, until the post is closed: one that names none
    changes nothing.
    """
    over = post.closed_at
    for update in post.updates:
        is_after = over is not None and update.at > over
        if not is_after and (update.services or update.is_closing):
            yield update


def _spans_before(first: Update, post: Post, start: datetime) -> Iterator[ImpactSpan]:
    """Yield that nothing is known of services while something was wrong that named none."""
    earlier = post.updates[: post.updates.index(first)]
    if any(update.is_bad for update in earlier):
        yield from spans_for(first.services, None, start, first.at, basis=Basis.TRANSITION)


def _spans_of(update: Update, start: datetime, end: datetime | None) -> Iterator[ImpactSpan]:
    for key, word in update.services.items():
        level = VOCABULARY.get(word)
        if level is not Level.OPERATIONAL:
            yield ImpactSpan(
                component_id=key,
                level=level,
                start=start,
                end=end,
                word=word,
                basis=Basis.TRANSITION,
            )


def _late_spans(update: Update, known_ids: set[str], start: datetime) -> Iterator[ImpactSpan]:
    """Yield the services that only the closing update names: they were hit, and since when is not
    told.
    """
    for key, word in update.services.items():
        if key not in known_ids and VOCABULARY.get(word) is not Level.OPERATIONAL:
            yield ImpactSpan(
                component_id=key,
                level=None,
                start=start,
                end=update.at,
                word=None if word in VOCABULARY else word,
                basis=Basis.TRANSITION,
            )


def _maintenance(post: Post, now: datetime) -> Event:
    """Return a maintenance: it lasts as planned or until it is said to be over, on the services
    named last.
    """
    last = post.updates[-1]
    phase, start, end = _course(post, now)
    services = post.services_named_last
    spans = []
    for key, word in services.items():
        level = VOCABULARY.get(word)
        if level is not Level.OPERATIONAL:
            spans.append(ImpactSpan(component_id=key, level=level, start=start, end=end, word=word))
    return Event(
        id=post.id,
        title=post.title,
        phase=phase,
        start=start,
        end=end,
        status=last.status,
        impact="maintenance",
        maintenance=True,
        component_ids=tuple(services),
        spans=tuple(spans),
        unattributed=not services and last.is_bad,
        unknown_words=_unknown_words(post),
    )


def _course(post: Post, now: datetime) -> tuple[Phase, datetime, datetime | None]:
    """Return a maintenance's phase, start and end. One that is called over before it was to start
    took no time.
    """
    start = post.start or post.updates[0].at
    end = earliest(post.closed_at, post.end)
    if start > now:
        return (Phase.CLOSED, start, start) if post.is_closed else (Phase.SCHEDULED, start, end)
    is_over = is_past(end, now)
    return (Phase.CLOSED if is_over else Phase.OPEN), start, end
