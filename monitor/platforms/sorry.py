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

from monitor.errors import BadStatus, FetchError, UnexpectedShape
from monitor.kit.events import ComponentState, Event, expire_stale, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, identifier, keyword, maybe_text, row, rows, text
from monitor.kit.messages import messages
from monitor.kit.posts import Post, end_of, post_saying
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get, get_all
from monitor.kit.responses import locate_errors, read_json, try_json
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


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Sorry page's own summary: its state with a text for it, and links to
    its lists.
    """
    if b'"state_text"' not in response.body:
        return
    told = try_json(response)
    page = told.get("page") if isinstance(told, dict) else None
    if not isinstance(page, dict) or not isinstance(page.get("state"), str):
        return
    yield Signal("shape", "a page with a state and a state_text")
    links = page.get("links")
    if isinstance(links, dict) and all(
        _leads(links.get(key), f"/api/v1/{key}") for key in ("components", "notices")
    ):
        yield Signal("links", "links to /api/v1/components and /api/v1/notices")


def _leads(link: object, path: str) -> bool:
    return isinstance(link, dict) and link.get("href") == path


# components


@dataclass(frozen=True, slots=True)
class _Tree:
    """The components' states, and what is in each group."""

    parts: Sequence[ComponentState]
    inside: Mapping[str, Sequence[str]]

    def expanded(self, named: Sequence[str]) -> list[str]:
        """Return components a notice names; a group of which none is named stands for all that is
        in it.
        """
        found: dict[str, None] = {}
        for key in named:
            members = self.inside.get(key)
            if members is None:
                found[key] = None
            elif not set(members) & set(named):
                found.update(dict.fromkeys(members))
        return list(found)


def _tree(listed: Sequence[Row]) -> _Tree:
    if not listed:
        raise UnexpectedShape(
            "no component is listed: such a page says nothing of any", remedy=REMEDY
        )
    told, owners = _worst_of_each(listed), _owners(listed)
    groups = {group for above in owners.values() for group in above}
    if groups == told.keys():
        raise UnexpectedShape("every component is in another one", remedy=REMEDY)
    inside: dict[str, list[str]] = {}
    for key in told:
        for group in () if key in groups else _above(key, owners):
            inside.setdefault(group, []).append(key)
    alone = {
        group
        for group, members in inside.items()
        if all(_is_well(told[member]) for member in members)
    }
    parts = []
    for at, (key, each) in enumerate(told.items()):
        if key not in groups:
            above = list(_above(key, owners))
            speaker = max(
                (told[group] for group in above if group in alone), key=_badness, default=None
            )
            parts.append(_part(key, each, told[above[0]] if above else None, at, speaker))
    return _Tree(parts, inside)


def _owners(listed: Sequence[Row]) -> dict[str, list[str]]:
    """Return the listed components that each is in, by id; one that is listed twice may be in
    two.
    """
    keys = {identifier(each.get("id"), "component.id") for each in listed}
    owners: dict[str, list[str]] = {}
    for each in listed:
        key, parent = identifier(each.get("id"), "component.id"), each.get("parent_id")
        if (
            parent is not None
            and (above := identifier(parent, "component.parent_id")) in keys
            and above != key
        ):
            owners.setdefault(key, []).append(above)
    return owners


def _above(key: str, owners: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield all that a component is in, the nearest first, each once."""
    found = dict.fromkeys(owners.get(key, ()))
    waiting = list(found)
    while waiting:
        group = waiting.pop(0)
        yield group
        following = [each for each in owners.get(group, ()) if each not in found]
        found |= dict.fromkeys(following)
        waiting += following


def _worst_of_each(listed: Sequence[Row]) -> dict[str, Row]:
    """Return the rows by id; of several of one id that of the worst state, and an unknown one is
    worse than green.
    """
    found: dict[str, Row] = {}
    for each in listed:
        key = identifier(each.get("id"), "component.id")
        found[key] = max(found.get(key, each), each, key=_badness)
    return found


def _badness(told: Row) -> float:
    return VOCABULARY.get(keyword(told.get("state"), "component.state"), UNKNOWN)


def _is_well(told: Row) -> bool:
    return VOCABULARY.get(keyword(told.get("state"), "component.state")) is Level.OPERATIONAL


def _part(key: str, each: Row, group: Row | None, at: int, speaker: Row | None) -> ComponentState:
    """Return a component's state, which is its group's (`speaker`) where nothing in the group says
    that it is bad.
    """
    said = keyword((speaker or each).get("state"), "component.state")
    name = maybe_text(group.get("name")) if group is not None else None
    component = Component(
        id=key, name=text(each.get("name"), "component.name"), group=name, position=at
    )
    return ComponentState(component=component, level=VOCABULARY.get(said), word=said)


# notices


def _event(told: Row, tree: _Tree, now: datetime) -> Event:
    """Return a notice as an event. One that stays open and silent is not rated for ever."""
    key = identifier(told.get("id"), "notice.id")
    kind, state = (
        keyword(told.get("type"), f"notice {key}.type"),
        keyword(told.get("state"), f"notice {key}.state"),
    )
    start = instant(
        told.get("began_at") or told.get("begins_at") or told.get("created_at"),
        f"notice {key}.began_at",
    )
    posts = _posts(told)
    spoke = max([start, *(post.at for post in posts)])
    said = maybe_instant(told.get("ended_at") or told.get("ends_at"), f"notice {key}.ended_at")
    end = end_of(posts, said, start, over=state in OVER)
    named = tree.expanded(
        [
            identifier(each.get("id"), "component.id")
            for each in rows(told.get("components"), "components")
        ]
    )
    level, general = VOCABULARY.get(kind) if kind in TYPES else None, kind == "general"
    basis = Basis.INFERRED if level is Level.DEGRADED else Basis.DECLARED
    event = Event(
        id=key,
        title=text(told.get("subject"), f"notice {key}.subject"),
        phase=_phase(told, state, start, end, now),
        start=start,
        end=end,
        status=state,
        impact=kind,
        url=maybe_text(told.get("url")),
        maintenance=kind == "planned",
        component_ids=tuple(named),
        spans=() if general else spans_for(named, level, start, end, word=kind, basis=basis),
        unattributed=not named and not general and state not in VOID,
        unknown_words=tuple({kind} - TYPES | {state} - STATES - OVER - VOID),
        updates=messages(told.get("updates"), at="created_at", status="state", text="content"),
    )
    return expire_stale(event, spoke, now)


def _posts(told: Row) -> list[Post]:
    """Return a notice's updates; the latest is told apart too."""
    latest = told.get("latest_update")
    updates = [
        *rows(told.get("updates") or [], "notice.updates"),
        *([latest] if isinstance(latest, dict) else []),
    ]
    return [
        post_saying(
            instant(each.get("created_at"), "update.created_at"),
            (maybe_text(each.get("state")) or "").lower(),
            UPDATES,
        )
        for each in updates
    ]


def _phase(told: Row, state: str, start: datetime, end: datetime | None, now: datetime) -> Phase:
    if state in VOID:
        return Phase.WITHDRAWN
    if (end is not None and end <= now and told.get("ended_at")) or state in OVER:
        return Phase.CLOSED
    return Phase.SCHEDULED if start > now or told.get("timeline_state") == FUTURE else Phase.OPEN


# reading


def poll(page: PageContext) -> Steps:
    """Yield every component's state and the notices that are open; of those we held, how they
    ended.
    """
    tree = _tree((yield from _all(COMPONENTS, "components", page)))
    open_ = yield from _all(PRESENT, "notices", page)
    with locate_errors(page.absolute(NOTICES)):
        listed = {identifier(each.get("id"), "notice.id"): each for each in open_}
    left = sorted(page.open_incidents - listed.keys())
    listed |= {key: {} for key in left}
    events, gone = yield from _details(listed, tree, page)
    yield evidence(
        SOURCE,
        page,
        parts=tree.parts,
        events=events,
        withdrawn=[key for key in gone if key in left],
    )


def _all(address: str, key: str, page: PageContext) -> Generator[Step, Any, list[Row]]:
    """Return all rows of a list, page after page."""
    found: list[Row] = []
    following: str | None = address
    for _ in range(MOST_PAGES):
        listed, following = yield from _page(following or address, address, key)
        found += listed
        if following is None:
            return found
    raise UnexpectedShape(
        f"the list of {key} does not end", url=page.absolute(address), remedy=REMEDY
    )


def _page(asked: str, address: str, key: str) -> Generator[Step, Any, tuple[list[Row], str | None]]:
    """Return the rows of one page of a list, and the address of the next page."""
    response = yield from get(asked)
    with locate_errors(response.url):
        told = row(read_json(response), "the answer")
        listed = rows(told.get(key), key)
        meta = told.get("meta")
        following = meta.get("next_page") if isinstance(meta, dict) else None
        if following is None:
            return listed, None
        number = re.search(r"[?&]page=(\d{1,6})(?:&|$)", text(following, "meta.next_page"))
        if number is None:
            raise UnexpectedShape("meta.next_page holds no page's number", remedy=REMEDY)
    return listed, f"{address}{'&' if '?' in address else '?'}page={number[1]}"


def _details(
    listed: Mapping[str, Row], tree: _Tree, page: PageContext
) -> Generator[Step, Any, tuple[list[Event], list[str]]]:
    """Return notices as events, and the ids of those that are gone. Their components stand in their
    own answers.
    """
    known = {key: each for key, each in listed.items() if "components" in each}
    asked = [key for key in listed if key not in known]
    answers = (
        (yield from get_all([f"{NOTICES}/{quote(key, safe='')}" for key in asked])) if asked else []
    )
    gone = []
    for key, answer in zip(asked, answers, strict=True):
        if isinstance(answer, FetchError):
            raise answer
        with locate_errors(answer.url):
            try:
                known[key] = row(row(read_json(answer), "the answer").get("notice"), "notice")
            except BadStatus as error:
                if error.status not in {404, 410}:
                    raise
                gone.append(key)
    with locate_errors(page.absolute(NOTICES)):
        return [_event(each, tree, page.now) for each in known.values()], gone


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the notices back to `since`, newest first; they cover the time since the oldest of
    them.
    """
    response = yield from get(STATUS)
    with locate_errors(response.url):
        told = row(row(read_json(response), "the answer").get("page"), "page")
        info = PageInfo(name=maybe_text(told.get("name")), indicator=maybe_text(told.get("state")))
    tree = _tree((yield from _all(COMPONENTS, "components", page)))
    wanted, first = yield from _since(since, page)
    events, _ = yield from _details(wanted, tree, page)
    components = [part.component for part in tree.parts]
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
    wanted: dict[str, Row] = {}
    first, asked = page.now, NOTICES
    for _ in range(MOST_PAGES):
        listed, following = yield from _page(asked, NOTICES, "notices")
        with locate_errors(page.absolute(NOTICES)):
            wanted |= {
                identifier(each.get("id"), "notice.id"): each
                for each in listed
                if _touches(each, since)
            }
            first = min([first, *map(_began, listed)])
        if following is None or first < since - MARGIN:
            break
        asked = following
    return wanted, first


def _began(told: Row) -> datetime:
    return instant(
        told.get("began_at") or told.get("begins_at") or told.get("created_at"), "notice.began_at"
    )


def _touches(told: Row, since: datetime) -> bool:
    end = maybe_instant(told.get("ended_at"), "notice.ended_at")
    return end is None or end >= since
