"""StatusCast pages: incidents, and a grid of components and days, from the page's HTML. Pure.

A page is put together of widgets: lists of incidents (going on, of the last days, planned), and
often a history grid with a row for each component and a cell for each of seven days. What is easily
misread:

- A cell holds the worst that was posted for its day, and an incident that is not closed marks every
  day: today's cell is not the present state. How a component is now, and for how long it was bad,
  is told by the incidents that name it.
- An incident names the groups of what it hit too.

A bad cell that no incident on the page explains leaves its day unknown. Pages without a grid have
no components: they are read as one. Many pages answer programs they do not know with 403, as
Fastly's does. How days are placed and incidents are read: see `grid` and `incidents`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from monitor.errors import BotChallenge, Truncated, UnexpectedShape
from monitor.intervals import Interval
from monitor.kit.events import (
    ComponentState,
    Event,
    ImpactSpan,
    all_spans,
    open_events,
    spans_by_component,
)
from monitor.kit.evidence import evidence, first_covered, gap_before
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Response, Steps, get
from monitor.kit.responses import locate_errors, require_ok
from monitor.kit.states import current_states
from monitor.model import Basis, Evidence, Impact, Level, PageInfo, Phase
from monitor.platforms.statuscast.detection import detect
from monitor.platforms.statuscast.grid import ROW, WHOLE, Grid, read_grid
from monitor.platforms.statuscast.incidents import INCIDENT, read_incidents
from monitor.platforms.statuscast.words import RECORD, VOCABULARY, level_of

__all__ = ["ABOUT", "HOSTS", "VOCABULARY", "backfill", "detect", "poll"]

ABOUT = About(
    title="StatusCast",
    verified=date(2023, 1, 20),
    live="the page, 1 request",
    reach_days=7,
    reach="The seven days of the page's grid; incidents listed beside it may be older.",
    granularity="component",
    precision="minutes",
    caveat=(
        "An incident has one severity for all it names, until its last update; what is still open"
        " though its sign is green is unknown. Some pages refuse programs."
    ),
)

SOURCE = "statuscast.page"

HOSTS = (".statuscast.com",)

STATE = re.compile(r'<body[^<>]{0,500}class="[^"<>]{0,500}\bsc-state-(\w{1,40})')

CALM = frozenset({"normal", "informational"})
"""What pages' `sc-state-` is called when all is well."""

TAIL = 2000
"""Characters at a page's end, among which it says that it ends."""

NOTHING_BAD_LISTED = "the page says that not all is well, and lists nothing that is not"


def poll(page: PageContext) -> Steps:
    """Yield every component's state, the incidents and seven days, in one request."""
    response = yield from get("", accept="text/html", conditional=True)
    if not response.unchanged:
        yield _read(response, page, with_states=True)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the seven days of the grid, and what incidents beside it tell of before; the days
    before are a gap.
    """
    response = yield from get("", accept="text/html")
    piece = _read(response, page, with_states=False)
    yield piece
    first = first_covered(piece, page)
    yield from gap_before(SOURCE, page, since, first, "the page shows no older days")


def _read(response: Response, page: PageContext, *, with_states: bool) -> Evidence:
    text = _text(response)
    with locate_errors(response.url):
        grid = read_grid(text)
        listed_events = read_incidents(text, grid, page.now)
        closed_events, withdrawn = closed_since(page, listed_events)
        events = [*listed_events, *closed_events]
        unknown_days = list(_unknown_days(grid, events, page.now))
        is_restless = _is_restless(text, events)
        states = None
        if with_states:
            states = _states(grid, events, unknown_days, page.now, doubt=is_restless)
        piece = evidence(
            SOURCE,
            page,
            info=PageInfo(remark=NOTHING_BAD_LISTED if is_restless else None),
            parts=states,
            components=grid.components or (WHOLE,),
            events=events,
            since=grid.first if grid.first and grid.first < page.now else None,
            withdrawn=withdrawn,
            unknown_words=grid.unknown_words(),
            cursor=dump_open(listed_events),
        )
    return replace(piece, impacts=(*piece.impacts, *unknown_days))


def _text(response: Response) -> str:
    """Return the page's HTML. Raises the error of an answer that is not all of a StatusCast
    page.
    """
    if response.status == 403:  # noqa: PLR2004
        raise BotChallenge("the page refuses programs (status 403)", url=response.url)
    text = require_ok(response).text
    if not INCIDENT.search(text) and not ROW.search(text) and "sc-hero" not in text:
        raise UnexpectedShape(
            "the page shows no incidents and no history grid", url=response.url, remedy=RECORD
        )
    if "</html>" not in text[-TAIL:].lower():
        raise Truncated("the page breaks off", url=response.url)
    return text


def _states(
    grid: Grid,
    events: Sequence[Event],
    unknown_days: Sequence[Impact],
    now: datetime,
    *,
    doubt: bool,
) -> list[ComponentState]:
    """Return the present states; nothing is known of a component whose cell of today nothing
    explains.
    """
    in_doubt = {day.component_id for day in unknown_days if day.end is None or day.end >= now}
    states = []
    for state in current_states(grid.components or (WHOLE,), events, now):
        is_doubtful = doubt or state.component.id in in_doubt
        if state.level is Level.OPERATIONAL and is_doubtful:
            state = replace(state, level=None)  # noqa: PLW2901
        states.append(state)
    return states


def _is_restless(text: str, events: Iterable[Event]) -> bool:
    """Whether the page as a whole says that not all is well while it lists nothing that goes on."""
    state = STATE.search(text)
    if state is None or state[1].lower() in CALM:
        return False
    return not any(event.spans or event.unattributed for event in open_events(events))


def _unknown_days(grid: Grid, events: Iterable[Event], now: datetime) -> Iterator[Impact]:
    """Yield the days whose cell is bad though no incident says when: nothing is known of them."""
    past_events = [event for event in events if event.phase is not Phase.SCHEDULED]
    spans = spans_by_component(all_spans(past_events))
    for key, time in _bad_days(grid, now):
        if not _touches_any(time, spans.get(key, ()), now):
            yield Impact(
                component_id=key,
                level=None,
                start=time.start,
                end=time.end if time.end <= now else None,
                basis=Basis.DECLARED,
                source=SOURCE,
            )


def _bad_days(grid: Grid, now: datetime) -> Iterator[tuple[str, Interval]]:
    """Yield the components' days so far whose cell is bad."""
    for key, cells in grid.cells.items():
        for day, word in cells.items():
            time = grid.day(day)
            if level_of(word) is not Level.OPERATIONAL and time.start < now:
                yield key, time


def _touches_any(time: Interval, spans: Iterable[ImpactSpan], now: datetime) -> bool:
    return any(span.start < time.end and (span.end or now) >= time.start for span in spans)
