"""The notices of a Sorry page: what is planned and what is unplanned. Pure."""

from datetime import datetime

from monitor.kit.events import Event, expire_stale, is_past, spans_for
from monitor.kit.fields import Row, identifier, ids_of, keyword, lower_text, maybe_text, rows, text
from monitor.kit.messages import messages
from monitor.kit.posts import Post, end_of, last_word, post_saying
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Level, Phase
from monitor.platforms.sorry.components import Tree
from monitor.platforms.sorry.words import FUTURE, OVER, STATES, TYPES, UPDATES, VOCABULARY, VOID


def event_of(notice: Row, tree: Tree, now: datetime) -> Event:
    """Return a notice as an event. One that stays open and silent is not rated for ever."""
    key = identifier(notice.get("id"), "notice.id")
    where = f"notice {key}"
    kind = keyword(notice.get("type"), f"{where}.type")
    state = keyword(notice.get("state"), f"{where}.state")
    start = start_of(notice, where)
    posts = _posts(notice)
    stated_end = maybe_instant(notice.get("ended_at") or notice.get("ends_at"), f"{where}.ended_at")
    end = end_of(posts, stated_end, start, over=state in OVER)
    components = rows(notice.get("components"), "components")
    hit = tree.expand(ids_of(components, "component"))
    is_general = kind == "general"
    level = VOCABULARY.get(kind) if kind in TYPES else None
    basis = Basis.INFERRED if level is Level.DEGRADED else Basis.DECLARED
    event = Event(
        id=key,
        title=text(notice.get("subject"), f"{where}.subject"),
        phase=_phase(notice, state, start, end, now),
        start=start,
        end=end,
        status=state,
        impact=kind,
        url=maybe_text(notice.get("url")),
        maintenance=kind == "planned",
        component_ids=tuple(hit),
        spans=() if is_general else spans_for(hit, level, start, end, word=kind, basis=basis),
        unattributed=not hit and not is_general and state not in VOID,
        unknown_words=tuple({kind} - TYPES | {state} - STATES - OVER - VOID),
        updates=messages(notice.get("updates"), at="created_at", status="state", text="content"),
    )
    return expire_stale(event, last_word(posts, start), now)


def _posts(notice: Row) -> list[Post]:
    """Return a notice's updates; the latest is listed apart too."""
    updates = rows(notice.get("updates") or [], "notice.updates")
    latest = notice.get("latest_update")
    if isinstance(latest, dict):
        updates = [*updates, latest]
    return list(map(_post, updates))


def _post(update: Row) -> Post:
    at = instant(update.get("created_at"), "update.created_at")
    return post_saying(at, lower_text(update.get("state")), UPDATES)


def _phase(notice: Row, state: str, start: datetime, end: datetime | None, now: datetime) -> Phase:
    if state in VOID:
        return Phase.WITHDRAWN
    if state in OVER or (notice.get("ended_at") and is_past(end, now)):
        return Phase.CLOSED
    is_ahead = start > now or notice.get("timeline_state") == FUTURE
    return Phase.SCHEDULED if is_ahead else Phase.OPEN


def start_of(notice: Row, where: str) -> datetime:
    """Return when a notice began or will; `where` in errors."""
    start = notice.get("began_at") or notice.get("begins_at") or notice.get("created_at")
    return instant(start, f"{where}.began_at")
