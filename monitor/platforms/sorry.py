"""Sorry status pages: components in a state, and notices of what is planned and unplanned. Pure.

`/api/v1/components` and `/api/v1/notices` on the page's own host. What is easily misread in them:

- A notice has no severity. While it is open its components show as degraded, so that is what one
  that ended counts for.
- The list of notices does not say which components they are about; each notice's own answer does.
- A component that others name as their parent is a group. A notice about a group is about all that
  is in it.
- The address of the next page drops the filter of the list; we ask for the page's number with our
  own.
- States are written with hyphens by some pages and with underscores by others.

A captured `/api/v1/status` and programs that read the rest are all we know; everything unexpected
is refused.
"""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from monitor.errors import BadStatus, UnexpectedShape
from monitor.kit.events import ComponentState, Event, expire_stale, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, identifier, keyword, maybe_text, row, rows, text
from monitor.kit.messages import messages
from monitor.kit.posts import Post, end_of, post_saying
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get, get_all
from monitor.kit.responses import locate_errors, read_json, try_json, unwrap
from monitor.kit.states import UNKNOWN
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, Level, PageInfo, Phase

ABOUT = About(
    title="Sorry",
    verified=None,
    live="/api/v1/components and /api/v1/notices, 2 requests and one for each open notice",
    reach_days=None,
    reach="Every notice since the page exists.",
    granularity="component",
    precision="seconds",
    caveat="Notices have no severity: an unplanned one counts as degraded, however bad it was.",
)

SOURCE = "sorry.notices"
STATUS, COMPONENTS, NOTICES = "/api/v1/status", "/api/v1/components", "/api/v1/notices"
PRESENT = f"{NOTICES}?filter%5Btimeline_state_eq%5D=present"
COMMON_PATHS = (STATUS,)
REMEDY = (
    "run `monitor record URL DIR` and send us the folder: this answer has a shape we do not know"
)

VOCABULARY: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "degraded": Level.DEGRADED,
    "partially-degraded": Level.DEGRADED,
    "partially_degraded": Level.DEGRADED,
    "outage": Level.MAJOR_OUTAGE,
    "under-maintenance": Level.MAINTENANCE,
    "under_maintenance": Level.MAINTENANCE,
    "unplanned": Level.DEGRADED,
    "planned": Level.MAINTENANCE,
    "general": Level.OPERATIONAL,
}
"""States of components, and types of notices."""

TYPES = frozenset({"unplanned", "planned", "general"})
STATES = frozenset({"investigating", "identified", "recovering", "scheduled", "underway"})
OVER = frozenset({"resolved", "complete"})
VOID = frozenset({"false_alarm", "false-alarm", "cancelled"})
UPDATES: Mapping[str, Phase] = {
    **dict.fromkeys(STATES - {"scheduled"}, Phase.OPEN),
    **dict.fromkeys(OVER | VOID, Phase.CLOSED),
    "scheduled": Phase.SCHEDULED,
}
FUTURE = "future"

MOST_PAGES = 50
MARGIN = timedelta(days=7)
"""So much earlier a notice may have begun that still matters on the first day asked for."""


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Sorry page's own summary: its state with a text for it, and links to
    its lists.
    """
    if b'"state_text"' not in response.body:
        return
    answer = try_json(response)
    page = answer.get("page") if isinstance(answer, dict) else None
    if not isinstance(page, dict) or not isinstance(page.get("state"), str):
        return
    yield Signal("shape", "a page with a state and a state_text")
    links = page.get("links")
    if _leads_to_list(links, "components") and _leads_to_list(links, "notices"):
        yield Signal("links", "links to /api/v1/components and /api/v1/notices")


def _leads_to_list(links: object, key: str) -> bool:
    link = links.get(key) if isinstance(links, dict) else None
    return isinstance(link, dict) and link.get("href") == f"/api/v1/{key}"


# components


@dataclass(frozen=True, slots=True)
class _Tree:
    """The components' states, and the components in each group."""

    states: Sequence[ComponentState]
    members: Mapping[str, Sequence[str]]

    def expand(self, ids: Sequence[str]) -> list[str]:
        """Return components a notice names; a group of which none is named stands for all that is
        in it.
        """
        components: dict[str, None] = {}
        for key in ids:
            members = self.members.get(key)
            if members is None:
                components[key] = None
            elif not set(members) & set(ids):
                components.update(dict.fromkeys(members))
        return list(components)


def _tree(listing: Sequence[Row]) -> _Tree:
    if not listing:
        what = "no component is listed: such a page says nothing of any"
        raise UnexpectedShape(what, remedy=REMEDY)
    worst, owners = _worst_of_each(listing), _owners(listing)
    groups: set[str] = set()
    groups.update(*owners.values())
    if groups == worst.keys():
        raise UnexpectedShape("every component is in another one", remedy=REMEDY)
    leaves = {key: list(_ancestors(key, owners)) for key in worst if key not in groups}
    members: dict[str, list[str]] = {}
    for key, ancestors in leaves.items():
        for group in ancestors:
            members.setdefault(group, []).append(key)
    speaking = {group: worst[group] for group in members if _all_operational(members[group], worst)}
    states = []
    for position, (key, component) in enumerate(worst.items()):
        if key in leaves:
            speakers = [speaking[group] for group in leaves[key] if group in speaking]
            group_row = worst[leaves[key][0]] if leaves[key] else None
            speaker = max(speakers, key=_badness, default=component)
            states.append(_state(component, group_row, position, speaker))
    return _Tree(states, members)


def _all_operational(ids: Sequence[str], listing: Mapping[str, Row]) -> bool:
    """Whether nothing in a group says that it is bad: then the group speaks for it."""
    return all(_badness(listing[key]) == Level.OPERATIONAL for key in ids)


def _owners(listing: Sequence[Row]) -> dict[str, list[str]]:
    """Return the listed components that each is in, by id; one that is listed twice may be in
    two.
    """
    keys = {identifier(component.get("id"), "component.id") for component in listing}
    owners: dict[str, list[str]] = {}
    for component in listing:
        key, parent = identifier(component.get("id"), "component.id"), component.get("parent_id")
        if parent is None:
            continue
        owner = identifier(parent, "component.parent_id")
        if owner in keys and owner != key:
            owners.setdefault(key, []).append(owner)
    return owners


def _ancestors(key: str, owners: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield all that a component is in, the nearest first, each once."""
    ancestors = dict.fromkeys(owners.get(key, ()))
    queue = list(ancestors)
    while queue:
        group = queue.pop(0)
        yield group
        further = [owner for owner in owners.get(group, ()) if owner not in ancestors]
        ancestors |= dict.fromkeys(further)
        queue += further


def _worst_of_each(listing: Sequence[Row]) -> dict[str, Row]:
    """Return the rows by id; of several of one id that of the worst state, and an unknown one is
    worse than green.
    """
    worst: dict[str, Row] = {}
    for component in listing:
        key = identifier(component.get("id"), "component.id")
        worst[key] = max(worst.get(key, component), component, key=_badness)
    return worst


def _badness(component: Row) -> float:
    return VOCABULARY.get(keyword(component.get("state"), "component.state"), UNKNOWN)


def _state(component: Row, group: Row | None, position: int, speaker: Row) -> ComponentState:
    """Return a component's state, which its row or a group's (`speaker`) says."""
    word = keyword(speaker.get("state"), "component.state")
    own = Component(
        id=identifier(component.get("id"), "component.id"),
        name=text(component.get("name"), "component.name"),
        group=None if group is None else maybe_text(group.get("name")),
        position=position,
    )
    return ComponentState(component=own, level=VOCABULARY.get(word), word=word)


# notices


def _event(notice: Row, tree: _Tree, now: datetime) -> Event:
    """Return a notice as an event. One that stays open and silent is not rated for ever."""
    key = identifier(notice.get("id"), "notice.id")
    where = f"notice {key}"
    kind = keyword(notice.get("type"), f"{where}.type")
    state = keyword(notice.get("state"), f"{where}.state")
    start = _start(notice, where)
    posts = _posts(notice)
    stated_end = maybe_instant(notice.get("ended_at") or notice.get("ends_at"), f"{where}.ended_at")
    end = end_of(posts, stated_end, start, over=state in OVER)
    components = rows(notice.get("components"), "components")
    hit = tree.expand([identifier(each.get("id"), "component.id") for each in components])
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
    return expire_stale(event, max([start, *(post.at for post in posts)]), now)


def _posts(notice: Row) -> list[Post]:
    """Return a notice's updates; the latest is listed apart too."""
    updates = rows(notice.get("updates") or [], "notice.updates")
    latest = notice.get("latest_update")
    if isinstance(latest, dict):
        updates = [*updates, latest]
    return list(map(_post, updates))


def _post(update: Row) -> Post:
    at = instant(update.get("created_at"), "update.created_at")
    return post_saying(at, (maybe_text(update.get("state")) or "").lower(), UPDATES)


def _phase(notice: Row, state: str, start: datetime, end: datetime | None, now: datetime) -> Phase:
    if state in VOID:
        return Phase.WITHDRAWN
    if state in OVER or (notice.get("ended_at") and end is not None and end <= now):
        return Phase.CLOSED
    is_ahead = start > now or notice.get("timeline_state") == FUTURE
    return Phase.SCHEDULED if is_ahead else Phase.OPEN


# reading


def poll(page: PageContext) -> Steps:
    """Yield every component's state and the notices that are open; of those we held, how they
    ended.
    """
    tree = _tree((yield from _all(COMPONENTS, "components", page)))
    present = yield from _all(PRESENT, "notices", page)
    with locate_errors(page.absolute(NOTICES)):
        notices = {identifier(notice.get("id"), "notice.id"): notice for notice in present}
    no_longer_present = sorted(page.open_incidents - notices.keys())
    notices |= {key: {} for key in no_longer_present}
    events, absent = yield from _details(notices, tree, page)
    yield evidence(
        SOURCE,
        page,
        parts=tree.states,
        events=events,
        withdrawn=[key for key in absent if key in no_longer_present],
    )


def _all(address: str, key: str, page: PageContext) -> Generator[Step, Any, list[Row]]:
    """Return all rows of a list, page after page."""
    listing: list[Row] = []
    next_path: str | None = address
    for _ in range(MOST_PAGES):
        more, next_path = yield from _page(next_path or address, address, key)
        listing += more
        if next_path is None:
            return listing
    what = f"the list of {key} does not end"
    raise UnexpectedShape(what, url=page.absolute(address), remedy=REMEDY)


def _page(path: str, address: str, key: str) -> Generator[Step, Any, tuple[list[Row], str | None]]:
    """Return the rows of one page of a list, and the address of the next page."""
    response = yield from get(path)
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        listing = rows(answer.get(key), key)
        meta = answer.get("meta")
        next_page = meta.get("next_page") if isinstance(meta, dict) else None
        if next_page is None:
            return listing, None
        number = re.search(r"[?&]page=(\d{1,6})(?:&|$)", text(next_page, "meta.next_page"))
        if number is None:
            raise UnexpectedShape("meta.next_page holds no page's number", remedy=REMEDY)
    return listing, f"{address}{'&' if '?' in address else '?'}page={number[1]}"


def _details(
    notices: Mapping[str, Row], tree: _Tree, page: PageContext
) -> Generator[Step, Any, tuple[list[Event], list[str]]]:
    """Return notices as events, and the ids of those that are not there any more. Their components
    stand in their own answers.
    """
    whole = {key: notice for key, notice in notices.items() if "components" in notice}
    partial = [key for key in notices if key not in whole]
    paths = [f"{NOTICES}/{quote(key, safe='')}" for key in partial]
    answers = (yield from get_all(paths)) if paths else []
    absent = []
    for key, answer in zip(partial, answers, strict=True):
        response = unwrap(answer)
        with locate_errors(response.url):
            try:
                whole[key] = row(row(read_json(response), "the answer").get("notice"), "notice")
            except BadStatus as error:
                if error.status not in {404, 410}:
                    raise
                absent.append(key)
    with locate_errors(page.absolute(NOTICES)):
        return [_event(notice, tree, page.now) for notice in whole.values()], absent


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the notices back to `since`, newest first; they cover the time since the oldest of
    them.
    """
    response = yield from get(STATUS)
    with locate_errors(response.url):
        own = row(row(read_json(response), "the answer").get("page"), "page")
        info = PageInfo(name=maybe_text(own.get("name")), indicator=maybe_text(own.get("state")))
    tree = _tree((yield from _all(COMPONENTS, "components", page)))
    notices, first = yield from _since(since, page)
    events, _ = yield from _details(notices, tree, page)
    components = [state.component for state in tree.states]
    yield evidence(
        SOURCE, page, info=info, components=components, events=events, since=max(since, first)
    )
    yield from gap_before(SOURCE, page, since, max(since, first), "no older notice is listed")


def _since(
    since: datetime, page: PageContext
) -> Generator[Step, Any, tuple[dict[str, Row], datetime]]:
    """Return the notices that touch the time from `since` on, and when the oldest of those listed
    began.
    """
    notices: dict[str, Row] = {}
    first, path = page.now, NOTICES
    for _ in range(MOST_PAGES):
        listing, next_path = yield from _page(path, NOTICES, "notices")
        with locate_errors(page.absolute(NOTICES)):
            for notice in listing:
                if _touches(notice, since):
                    notices[identifier(notice.get("id"), "notice.id")] = notice
                first = min(first, _start(notice, "notice"))
        if next_path is None or first < since - MARGIN:
            break
        path = next_path
    return notices, first


def _start(notice: Row, where: str) -> datetime:
    start = notice.get("began_at") or notice.get("begins_at") or notice.get("created_at")
    return instant(start, f"{where}.began_at")


def _touches(notice: Row, since: datetime) -> bool:
    end = maybe_instant(notice.get("ended_at"), "notice.ended_at")
    return end is None or end >= since
