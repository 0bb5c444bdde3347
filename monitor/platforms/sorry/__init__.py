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
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from monitor.errors import BadStatus, UnexpectedShape
from monitor.kit.events import Event
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fallback import is_absent
from monitor.kit.fields import Row, identifier, maybe_row, maybe_text, row, rows, text
from monitor.kit.protocol import (
    About,
    PageContext,
    Response,
    Signal,
    Steps,
    StepsTo,
    get,
    get_each,
)
from monitor.kit.responses import locate_errors, read_json, try_json, unwrap
from monitor.kit.states import components_of
from monitor.kit.times import maybe_instant
from monitor.model import PageInfo
from monitor.platforms.sorry.components import Tree, read_tree
from monitor.platforms.sorry.notices import event_of, start_of
from monitor.platforms.sorry.words import REMEDY, VOCABULARY

__all__ = ["ABOUT", "COMMON_PATHS", "VOCABULARY", "backfill", "detect", "poll"]

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
    page = maybe_row(answer).get("page")
    if not isinstance(page, dict) or not isinstance(page.get("state"), str):
        return
    yield Signal("shape", "a page with a state and a state_text")
    links = page.get("links")
    if _leads_to_list(links, "components") and _leads_to_list(links, "notices"):
        yield Signal("links", "links to /api/v1/components and /api/v1/notices")


def _leads_to_list(links: object, key: str) -> bool:
    link = maybe_row(links).get(key)
    return isinstance(link, dict) and link.get("href") == f"/api/v1/{key}"


def poll(page: PageContext) -> Steps:
    """Yield every component's state and the notices that are open; of those we held, how they
    ended.
    """
    tree = read_tree((yield from _all(COMPONENTS, "components", page)))
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
        withdrawn=set(absent).intersection(no_longer_present),
    )


def _all(address: str, key: str, page: PageContext) -> StepsTo[list[Row]]:
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


def _page(path: str, address: str, key: str) -> StepsTo[tuple[list[Row], str | None]]:
    """Return the rows of one page of a list, and the address of the next page."""
    response = yield from get(path)
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        listing = rows(answer.get(key), key)
        meta = answer.get("meta")
        next_page = maybe_row(meta).get("next_page")
        if next_page is None:
            return listing, None
        number = re.search(r"[?&]page=(\d{1,6})(?:&|$)", text(next_page, "meta.next_page"))
        if number is None:
            raise UnexpectedShape("meta.next_page holds no page's number", remedy=REMEDY)
    return listing, f"{address}{'&' if '?' in address else '?'}page={number[1]}"


def _details(
    notices: Mapping[str, Row], tree: Tree, page: PageContext
) -> StepsTo[tuple[list[Event], list[str]]]:
    """Return notices as events, and the ids of those that are not there any more. Their components
    stand in their own answers.
    """
    whole: list[Row] = []
    partial: list[str] = []
    for key, notice in notices.items():
        if "components" in notice:
            whole.append(notice)
        else:
            partial.append(key)
    answers, absent = yield from _ask_each(partial)
    with locate_errors(page.absolute(NOTICES)):
        return [event_of(notice, tree, page.now) for notice in (*whole, *answers)], absent


def _notice_path(key: str) -> str:
    return f"{NOTICES}/{quote(key, safe='')}"


def _ask_each(ids: Sequence[str]) -> StepsTo[tuple[list[Row], list[str]]]:
    """Return the notices' own answers, and the ids of those that are not there any more."""
    notices: list[Row] = []
    absent: list[str] = []
    answers = (yield from get_each(ids, _notice_path)) if ids else []
    for key, answer in answers:
        response = unwrap(answer)
        with locate_errors(response.url):
            try:
                notices.append(row(row(read_json(response), "the answer").get("notice"), "notice"))
            except BadStatus as error:
                if not is_absent(error):
                    raise
                absent.append(key)
    return notices, absent


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the notices back to `since`, newest first; they cover the time since the oldest of
    them.
    """
    response = yield from get(STATUS)
    with locate_errors(response.url):
        own = row(row(read_json(response), "the answer").get("page"), "page")
        name = maybe_text(own.get("name"))
        info = PageInfo(name=name, indicator=maybe_text(own.get("state")))
    tree = read_tree((yield from _all(COMPONENTS, "components", page)))
    notices, first = yield from _since(since, page)
    events, _ = yield from _details(notices, tree, page)
    components = components_of(tree.states)
    start = max(since, first)
    yield evidence(SOURCE, page, info=info, components=components, events=events, since=start)
    yield from gap_before(SOURCE, page, since, start, "no older notice is listed")


def _since(since: datetime, page: PageContext) -> StepsTo[tuple[dict[str, Row], datetime]]:
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
                first = min(first, start_of(notice, "notice"))
        if next_path is None or first < since - MARGIN:
            break
        path = next_path
    return notices, first


def _touches(notice: Row, since: datetime) -> bool:
    end = maybe_instant(notice.get("ended_at"), "notice.ended_at")
    return end is None or end >= since
