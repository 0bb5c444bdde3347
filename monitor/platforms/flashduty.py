"""Flashduty (flashcat) status pages: components and what goes on in one answer, past changes in two
more. Pure.

`/api/status-page/<page id>/` holds `summary/active`, `change/list` and `summary/structure`. A
page's numeric id is in `PAGES`, in what the last poll remembered, or else in the page's HTML. What
is easily misread:

- Components have no state: it is what the changes that go on say. A change's `affected_components`
  show how they are now, which after its end is "operational"; what they were is in its `updates`,
  each from `at_seconds` on.
- `summary/structure` makes ready intervals of that for the components there are today, and also for
  those that were divided since; what it lists counts. An `end_at_seconds` of 0 goes on.
- `close_at_seconds` is 0 while a change is open, and may lie ahead for a planned maintenance.
- A component counts from `available_since_seconds` on.

The words of statuses are documented at https://docs.flashcat.cloud; the answers themselves are not.
"""

import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import BadStatus, ParseError, UnexpectedShape
from monitor.kit.events import Event, ImpactSpan, expire_stale
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import (
    Row,
    identifier,
    keyword,
    maybe_text,
    number,
    optional_rows,
    row,
    rows,
    text,
)
from monitor.kit.messages import messages, posted_states
from monitor.kit.posts import Post, calls_over, closed_at, post_saying
from monitor.kit.protocol import (
    About,
    Get,
    PageContext,
    Response,
    Signal,
    Step,
    Steps,
    get,
    get_all,
)
from monitor.kit.responses import locate_errors, read_json, require_ok, try_json, unwrap
from monitor.kit.states import current_states
from monitor.kit.times import epoch
from monitor.model import Basis, Component, Level, PageInfo, Phase, PostedState

ABOUT = About(
    title="Flashduty",
    verified=date(2026, 8, 21),
    live="/api/status-page/<page id>/summary/active, 1 request",
    reach_days=90,
    reach="90 days of changes, with each component's states and their times.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Some hosts (status.deepseek.com) refuse programs before they can ask anything; such a page"
        " cannot be read."
    ),
)

SOURCE = "flashduty.changes"

ACTIVE = "/api/status-page/{id}/summary/active"
CHANGES = "/api/status-page/{id}/change/list?start_at_seconds={since}&end_at_seconds={now}"
IMPACTS = (
    "/api/status-page/{id}/summary/structure"
    "?start_at_from_seconds={since}&start_at_to_seconds={now}"
)

PAGES: Mapping[str, str] = {"status.deepseek.com": "6410630422455"}
"""Ids of well-known pages by host, which spares reading their HTML."""

PAGE_ID = re.compile(rb'/api/status-page/(\d{6,20})|"page_id"\s*:\s*"?(\d{6,20})')

VOCABULARY: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "full_outage": Level.MAJOR_OUTAGE,
}

PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "ongoing": Phase.OPEN,
    "scheduled": Phase.SCHEDULED,
    "resolved": Phase.CLOSED,
    "completed": Phase.CLOSED,
}

LONGEST = timedelta(days=90)
"""What the page itself asks for, and shows."""

UNNAMED = "a change is going on that names no component"


# detection


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL, on hosts whose page is known."""
    known = PAGES.get(urlsplit(url).hostname or "")
    return (Get(path=ACTIVE.format(id=known)),) if known else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Flashduty page or of its answers."""
    if b"flashcat.cloud/statuspage/" in response.body:
        yield Signal("assets", "pictures are kept at flashcat.cloud")
    if b'"active_changes"' not in response.body:
        return
    told = try_json(response)
    data = told.get("data") if isinstance(told, dict) else None
    page = data.get("page") if isinstance(data, dict) else None
    if isinstance(page, dict) and {"page_id", "components"} <= page.keys():
        yield Signal("shape", "a page with an id and components beside active changes")
        if {"url_name", "date_view", "display_uptime_mode"} <= page.keys():
            yield Signal("settings", "Flashduty's ways of showing dates and percentages")


# asking for answers

Reading = Generator[Step, Any, tuple[str, Response]]


def _active(page: PageContext, *, conditional: bool = False) -> Reading:
    """Ask for what goes on. Return the page's id too; one that leads nowhere any more is looked for
    in the HTML.
    """
    known, failure = page.cursor or PAGES.get(urlsplit(page.url).hostname or ""), None
    if known is not None:
        try:
            return known, (yield from _answer(known, conditional=conditional))
        except (ParseError, BadStatus) as error:
            failure = error
    response = yield from get("", accept="text/html")
    found = PAGE_ID.search(require_ok(response).body)
    key = (found[1] or found[2]).decode() if found is not None else None
    if failure is not None and key in {None, known}:
        raise failure
    if key is None:
        raise UnexpectedShape("the page does not tell its id", url=response.url)
    return key, (yield from _answer(key))


def _answer(key: str, *, conditional: bool = False) -> Generator[Step, Any, Response]:
    response = yield from get(ACTIVE.format(id=key), conditional=conditional)
    if not response.unchanged:
        _data(response)
    return response


def _data(response: Response) -> Row:
    told = row(read_json(response), "the answer")
    with locate_errors(response.url):
        return row(told.get("data"), "data")


# components


def _components(data: Row) -> list[Component]:
    """Return the components in the page's order. Days before one was available are not known."""
    page = row(data.get("page"), "page")
    sections = {
        identifier(each.get("section_id"), "section.section_id"): each
        for each in optional_rows(page.get("sections"), "page.sections")
    }

    def order(each: Row) -> tuple[float, float]:
        own = number(each.get("order_id", 0), "component.order_id")
        section = sections.get(str(each.get("section_id")))
        return (
            (own, 0.0)
            if section is None
            else (number(section.get("order_id", 0), "section.order_id"), own)
        )

    listed = sorted(rows(page.get("components"), "page.components"), key=order)
    return [
        _component(each, sections.get(str(each.get("section_id"))), position)
        for position, each in enumerate(listed)
    ]


def _component(told: Row, section: Row | None, position: int) -> Component:
    key = identifier(told.get("component_id"), "component.component_id")
    since = told.get("available_since_seconds")
    return Component(
        id=key,
        name=text(told.get("name"), f"component {key}.name"),
        group=maybe_text(section.get("name")) if section is not None else None,
        position=position,
        start_date=(
            epoch(since, f"component {key}.available_since_seconds").date() if since else None
        ),
    )


# changes


def _change(told: Row, spans: Sequence[ImpactSpan] | None, now: datetime) -> Event:
    """Return a change. `spans` are those the page makes of it, None = it does not: then its updates
    tell.
    """
    key, status = identifier(told.get("change_id"), "change.change_id"), _status(told)
    start = epoch(told.get("start_at_seconds"), f"change {key}.start_at_seconds")
    updates = optional_rows(told.get("updates"), f"change {key}.updates")
    spoke = max(
        [
            start,
            *(
                epoch(each.get("at_seconds"), f"change {key}.updates.at_seconds")
                for each in updates
            ),
        ]
    )
    closed = _moment(told.get("close_at_seconds"), f"change {key}.close_at_seconds")
    end = closed
    if end is None and calls_over(status, PHASES):
        end = closed_at([_post(each, key) for each in updates], start)
    maintenance = told.get("type") == "maintenance"
    hit = tuple(spans) if spans is not None else tuple(_spans(told, updates, start, end))
    event = Event(
        id=key,
        title=text(told.get("title"), f"change {key}.title"),
        phase=_phase(start, end, status, now),
        start=start,
        end=end,
        status=status,
        impact=_worst(hit),
        maintenance=maintenance,
        spans=hit,
        unattributed=not hit,
        updates=messages(
            updates, at="at_seconds", text="description", read_time=epoch, states=_posted
        ),
    )
    return expire_stale(event, spoke, now)


def _posted(update: Row) -> Iterator[PostedState]:
    return posted_states(update.get("component_changes"), VOCABULARY, key="component_id")


def _post(told: Row, key: str) -> Post:
    at = epoch(told.get("at_seconds"), f"change {key}.updates.at_seconds")
    return post_saying(at, (maybe_text(told.get("status")) or "").lower(), PHASES)


def _status(told: Row) -> str:
    return keyword(told.get("status"), "change.status")


def _moment(told: object, where: str) -> datetime | None:
    """Return an instant; 0 and nothing are none."""
    return epoch(told, where) if told is not None and number(told, where) else None


def _phase(start: datetime, end: datetime | None, status: str, now: datetime) -> Phase:
    if end is not None and end <= now:
        return Phase.CLOSED
    return Phase.SCHEDULED if start > now or status == "scheduled" else Phase.OPEN


def _spans(
    told: Row, updates: Iterable[Row], start: datetime, end: datetime | None
) -> Iterator[ImpactSpan]:
    """Yield what the updates make of each component; of one that no update names, what the change
    itself says.
    """
    courses: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for update in sorted(
        updates, key=lambda each: number(each.get("at_seconds"), "updates.at_seconds")
    ):
        for each in optional_rows(update.get("component_changes"), "updates.component_changes"):
            courses[_key(each)].append(
                (epoch(update.get("at_seconds"), "updates.at_seconds"), _state(each))
            )
    for each in optional_rows(told.get("affected_components"), "change.affected_components"):
        if _key(each) not in courses:
            courses[_key(each)].append((start, _state(each)))
    for key, course in courses.items():
        for (at, state), following in zip_longest(course, course[1:]):
            yield _span(key, state, at, following[0] if following is not None else end)


def _key(told: Row) -> str:
    return identifier(told.get("component_id"), "component_id")


def _state(told: Row) -> str:
    return keyword(told.get("status"), "component status")


def _span(key: str, state: str, start: datetime, end: datetime | None) -> ImpactSpan:
    level = VOCABULARY.get(state)
    return ImpactSpan(
        component_id=key, level=level, start=start, end=end, word=state, basis=Basis.TRANSITION
    )


def _worst(spans: Iterable[ImpactSpan]) -> str:
    """Return the vendor's word for the worst of a change, which has no severity of its own."""
    known = [(span.level, span.word) for span in spans if span.level is not None and span.word]
    return max(known)[1] if known else "unknown"


def _intervals(structure: Row) -> dict[str, list[ImpactSpan]]:
    """Return the intervals that the page makes of changes, by change."""
    found: dict[str, list[ImpactSpan]] = defaultdict(list)
    for each in optional_rows(structure.get("component_impacts"), "component_impacts"):
        start = epoch(each.get("start_at_seconds"), "component_impacts.start_at_seconds")
        end = _moment(each.get("end_at_seconds"), "component_impacts.end_at_seconds")
        found[identifier(each.get("change_id"), "component_impacts.change_id")].append(
            _span(_key(each), _state(each), start, end)
        )
    return found


# reading


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request, and in a second the end of changes that have
    left the list.

    While something goes on the answer is read even if it is the same: what it means changes by
    itself.
    """
    key, response = yield from _active(page, conditional=not page.open_incidents)
    if response.unchanged:
        return
    data = _data(response)
    with locate_errors(response.url):
        told = rows(data.get("active_changes"), "active_changes")
        events = [_change(each, None, page.now) for each in told]
        vague = any(event.phase is Phase.OPEN and event.unattributed for event in events)
        info = row(data.get("page"), "page")
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(
                external_id=key,
                name=maybe_text(info.get("name")),
                remark=UNNAMED if vague else None,
            ),
            parts=current_states(_components(data), events, page.now),
            events=events,
            unknown_words=_unknown(told),
            cursor=key,
        )
    vanished = page.open_incidents - {event.id for event in events}
    if vanished:
        yield from _follow(key, vanished, page)


def _unknown(told: Iterable[Row]) -> set[str]:
    return {_status(each) for each in told} - PHASES.keys()


def _follow(key: str, vanished: Iterable[str], page: PageContext) -> Steps:
    """Yield the end of changes that do not go on any more; what the list does not have either was
    deleted.
    """
    response = yield from get(_path(CHANGES, key, page.now - LONGEST, page.now))
    with locate_errors(response.url):
        told = {
            identifier(each.get("change_id"), "change.change_id"): each
            for each in rows(_data(response).get("items"), "items")
        }
        events = [_change(told[each], None, page.now) for each in sorted(vanished) if each in told]
        yield evidence(SOURCE, page, events=events, withdrawn=set(vanished) - told.keys())


def _path(path: str, key: str, since: datetime, now: datetime) -> str:
    return path.format(id=key, since=int(since.timestamp()), now=int(now.timestamp()))


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the changes of up to 90 days, with the intervals that the page makes of them."""
    key, response = yield from _active(page)
    first = max(since, page.now - LONGEST)
    paths = [_path(path, key, first, page.now) for path in (CHANGES, IMPACTS)]
    changes, structure = map(unwrap, (yield from get_all(paths)))
    with locate_errors(structure.url):
        spans = _intervals(_data(structure))
        titles = _titles(_data(structure))
    with locate_errors(changes.url):
        told = rows(_data(changes).get("items"), "items")
        events = [
            _change(each, spans.pop(identifier(each.get("change_id"), "change_id"), None), page.now)
            for each in told
        ]
        events += [_unlisted(change, titles, spans[change], page.now) for change in spans]
    with locate_errors(response.url):
        components = _components(_data(response))
    yield evidence(
        SOURCE,
        page,
        components=components,
        events=events,
        since=first,
        unknown_words=_unknown(told),
        cursor=key,
    )
    yield from gap_before(SOURCE, page, since, first, "the page shows no older changes")


def _titles(structure: Row) -> dict[str, str]:
    listed = optional_rows(structure.get("linked_changes"), "linked_changes")
    return {
        identifier(each.get("id"), "linked_changes.id"): text(
            each.get("title"), "linked_changes.title"
        )
        for each in listed
    }


def _unlisted(
    key: str, titles: Mapping[str, str], spans: Sequence[ImpactSpan], now: datetime
) -> Event:
    """Return a change that is known from its intervals only."""
    ends = [span.end for span in spans]
    end = None if None in ends else max(each for each in ends if each is not None)
    start = min(span.start for span in spans)
    return Event(
        id=key,
        title=titles.get(key, f"Change {key}"),
        phase=_phase(start, end, "", now),
        start=start,
        end=end,
        status="resolved" if end is not None else "ongoing",
        impact=_worst(spans),
        spans=tuple(spans),
    )
