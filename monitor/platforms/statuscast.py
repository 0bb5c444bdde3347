"""StatusCast pages: incidents, and a grid of components and days, from the page's HTML. Pure.

A page is put together of widgets: lists of incidents (going on, of the last days, planned), and
often a history grid with a row for each component and a cell for each of seven days. What is easily
misread:

- A cell holds the worst that was posted for its day, and an incident that is not closed marks every
  day: today's cell is not the present state. How a component is now, and for how long it was bad,
  is told by the incidents that name it.
- `incident-type-serviceunavailable` is what any incident is called that is no maintenance and no
  information; how bad it was says `incident-mostsevere-status-...`. Older pages lack it: there the
  cells of its days say it, and of what is older than the grid it is not known.
- Days are the page's, in a zone that only cells with something in them tell; the sign and the
  severity are an incident's as a whole, and no component is worse than its cell.
- The sign beside an incident shows how things are now. Where it says available and the incident is
  not closed, the page says two things, and nobody knows.
- A closed incident ended with the first update that closes it for good; what follows it is a
  review.
- Rows with rows below them are groups. An incident names the groups of what it hit too.

A bad cell that no incident on the page explains leaves its day unknown. Pages without a grid have
no components: they are read as one. Many pages answer programs they do not know with 403, as
Fastly's does.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import islice, pairwise

from monitor.errors import BotChallenge, Truncated, UnexpectedShape
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of
from monitor.kit.events import ComponentState, Event, ImpactSpan, expire_stale
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.posts import Post, closed_at, post_saying
from monitor.kit.protocol import About, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, require_ok
from monitor.kit.states import current_states
from monitor.kit.times import instant, mail_date
from monitor.model import Basis, Component, Evidence, Impact, Level, PageInfo, Phase

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

WHOLE = Component(id="page", name="The page as a whole")
"""The one component of a page without a grid."""

HOSTS = (".statuscast.com",)

VOCABULARY: Mapping[str, Level] = {
    "available": Level.OPERATIONAL,
    "informational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "scheduledmaintenance": Level.MAINTENANCE,
    "monitoring": Level.DEGRADED,
    "degraded": Level.DEGRADED,
    "partialoutage": Level.PARTIAL_OUTAGE,
    "unavailable": Level.MAJOR_OUTAGE,
}
"""Of cells, of incidents' signs and severities, and of the types that are severities."""

ANY_TYPE = "serviceunavailable"

PHASES: Mapping[str, Phase] = {
    "inprogress": Phase.OPEN,
    "closed": Phase.CLOSED,
    "future": Phase.SCHEDULED,
}

INCIDENT = re.compile(r'class="row incident-body ([^"<>]{1,400})"')
NUMBER = re.compile(r'href="[^"<>]{0,300}/incident/(\d{1,20})["?#]')
TITLE = re.compile(r'aria-label="Incident Title">([^<]{1,1000})<')
BEGUN = re.compile(r'aria-label="Incident Date">([^<]{1,200})<')
UPDATED = re.compile(r'aria-label="Incident Update Date">([^<]{1,200})<')
POSTED = re.compile(r'class="incident-status status-([\w-]{1,40})"')
SIGN = re.compile(r'class="incident-icon[^"<>]{0,100}"><i class="fa component-(\w{1,40})"')
NAMED = re.compile(r'aria-label="Component Name">([^<]{1,1000})<')

ROW = re.compile(r'<tr data-id="(\d{1,20})" data-pid="(\d{1,20})"')
NAME = re.compile(r'class="notranslate">([^<]{1,1000})</a>')
CELL = re.compile(
    r'<td(?: data-component="[^"<>]*" data-start="([^"<>]*)"[^<>]*)?>\s{0,200}<i class="fa'
    r' component-(\w{1,40})"'
)
NEWEST = re.compile(r'data-interval="Day"[^<>]{0,200}data-enddate="(\d\d?)/(\d\d?)/(\d{4}) ')
STATE = re.compile(r'<body[^<>]{0,500}class="[^"<>]{0,500}\bsc-state-(\w{1,40})')

TAIL = 2000
"""Characters at a page's end, among which it says that it ends."""

ZERO = timedelta()
FURTHEST = timedelta(hours=14)
CLOCK_CHANGE = timedelta(hours=1)

MOST_LEVELS = 10
"""Of rows below rows."""

MOST_DAYS = 100
"""Of a grid."""

CALM = frozenset({"normal", "informational"})
"""What pages' `sc-state-` is called when all is well."""

UNEXPLAINED = "the page says that not all is well, and lists nothing that is not"
RECORD = "run `monitor record URL DIR` and send the folder"


# detection


def detect(response: Response) -> list[Signal]:
    """Return the signs of a StatusCast page, which are in its HTML; the host counts only beside
    another sign.
    """
    return list(_signals(response.body)) if b"statuscast" in response.body.lower() else []


def _signals(body: bytes) -> Iterator[Signal]:
    if b"powered by StatusCast" in body or b"provided by StatusCast" in body:
        yield Signal("title", "the page calls itself powered by StatusCast")
    if re.search(
        rb"//statuscast\w{0,30}\.blob\.core\.windows\.net/|//[a-z0-9.-]{0,60}statuscast\.com/", body
    ):
        yield Signal("assets", "the page refers to StatusCast")
    if b'class="row incident-body incident-type-' in body or b'class="historygrid"' in body:
        yield Signal("markup", "the page has StatusCast's incidents or its history grid")


# the grid


@dataclass(frozen=True, slots=True)
class _Grid:
    """The history grid. `meant` are the components by name, and those below each group; `cells`
    words by day.

    `shift` is how long after midnight UTC its days begin. `first` is when the first of them begins,
    None when the page has no grid or does not say which days it shows.
    """

    components: Sequence[Component] = ()
    meant: Mapping[str, Sequence[str]] = field(default_factory=dict)
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cells: Mapping[str, Mapping[date, str]] = field(default_factory=dict)
    shift: timedelta = timedelta()
    first: datetime | None = None

    def hit(self, names: Sequence[str]) -> list[str]:
        """Return the components that names of an incident mean: those of the rows, else all below a
        group.
        """
        if not self.components:
            return [WHOLE.id]
        exact = [key for name in names for key in self.meant.get(name, ())]
        return exact or [key for name in names for key in self.groups.get(name, ())]

    def worst(self, key: str, start: datetime, end: datetime) -> str | None:
        """Return the worst word of a component's cells from start to end; None when there is no bad
        one.
        """
        first, last = day_of(start - self.shift, UTC), day_of(end - self.shift, UTC)
        bad = [
            word
            for day, word in self.cells.get(key, {}).items()
            if first <= day <= last and VOCABULARY.get(word)
        ]
        return max(bad, key=lambda word: VOCABULARY[word], default=None)

    def day(self, day: date) -> Interval:
        """Return the time of one of its days."""
        whole = day_interval(day, UTC)
        return Interval(whole.start + self.shift, whole.end + self.shift)


def _grid(text: str) -> _Grid:
    begun = [found.start() for found in ROW.finditer(text)]
    chunks = [text[start:end] for start, end in pairwise([*begun, len(text)])]
    above = dict(ROW.findall(text))
    rows = dict(zip((key for key, _ in ROW.findall(text)), chunks, strict=True))
    names = {key: _name(chunk, key) for key, chunk in rows.items()}
    inner, newest = set(above.values()), NEWEST.search(text)
    meant: dict[str, list[str]] = defaultdict(list)
    groups: dict[str, list[str]] = defaultdict(list)
    cells: dict[str, dict[date, str]] = {}
    shifts: list[timedelta] = []
    for key, chunk in rows.items():
        if key not in inner:
            cells[key] = dict(_cells(chunk, newest, shifts))
            meant[names[key]].append(key)
            for group in _ancestors(key, above):
                groups[names.get(group, "")].append(key)
    first = max((min(row) for row in cells.values() if row), default=None)
    # Where no cell tells the zone, the first day may not be whole in it.
    whole = day_interval(first + (ONE_DAY if not shifts else ZERO), UTC).start if first else None
    shift = shifts[0] if shifts else ZERO
    return _Grid(
        [
            Component(id=key, name=names[key], group=names.get(above[key]), position=at)
            for at, key in enumerate(cells)
        ],
        meant,
        groups,
        cells,
        shift,
        whole + shift if whole else None,
    )


def _name(chunk: str, key: str) -> str:
    found = NAME.search(chunk)
    return _plain(found[1]) if found else key


def _ancestors(key: str, above: Mapping[str, str]) -> Iterator[str]:
    """Yield the rows above a row, nearest first."""
    for _ in range(MOST_LEVELS):
        key = above.get(key, "0")
        if key not in above:
            return
        yield key


def _cells(
    chunk: str, newest: re.Match[str] | None, shifts: list[timedelta]
) -> Iterator[tuple[date, str]]:
    """Yield a row's days, newest first. Only those on which something was posted say when they
    begin: note how long after midnight UTC that is.
    """
    if newest is None:
        return
    try:
        day = date(int(newest[3]), int(newest[1]), int(newest[2]))
    except ValueError as error:
        raise UnexpectedShape(f"the grid's last day is none: {error}", remedy=RECORD) from error
    for found in islice(CELL.finditer(chunk), MOST_DAYS):
        if found[1]:
            shifts.append(instant(found[1], "the grid's data-start") - day_interval(day, UTC).start)
            if abs(shifts[-1]) > FURTHEST or abs(shifts[-1] - shifts[0]) > CLOCK_CHANGE:
                raise UnexpectedShape(
                    f"the grid's cell of {day} says that it is of {found[1]}", remedy=RECORD
                )
        yield day, found[2].lower()
        day -= ONE_DAY


# incidents


def _events(text: str, grid: _Grid, now: datetime) -> list[Event]:
    """Return the incidents of all lists on the page; what several of them show counts once."""
    found = list(INCIDENT.finditer(text))
    if len(found) != text.count('aria-label="Incident Title"'):
        raise UnexpectedShape("there are more titles of incidents than incidents", remedy=RECORD)
    ends = [*(each.start() for each in found[1:]), len(text)]
    told = (
        _event(each[1], text[each.end() : end], grid, now)
        for each, end in zip(found, ends, strict=False)
    )
    return list({event.id: event for event in told}.values())


@dataclass(frozen=True, slots=True)
class _Said:
    """What an incident says of the components it hit: a severity until `last`, and its sign from
    then on.

    `severity` None = it does not say: then the cells of its days do.
    """

    hit: Sequence[str]
    severity: str | None
    sign: str | None
    phase: Phase
    start: datetime
    last: datetime

    @property
    def harmless(self) -> bool:
        """Whether it is information only."""
        return self.severity is not None and VOCABULARY.get(self.severity) is Level.OPERATIONAL

    def spans(self, grid: _Grid) -> Iterator[ImpactSpan]:
        """Yield what it meant for each component. None is worse than its cells say."""
        for key in () if self.harmless else self.hit:
            cell = grid.worst(key, self.start, self.last)
            word = _milder(self.severity, cell)
            level = VOCABULARY.get(word) if word else None
            basis = (
                Basis.INFERRED if level is not None and word == self.severity else Basis.DECLARED
            )
            if self.phase is not Phase.OPEN or self.last > self.start:
                end = None if self.phase is Phase.SCHEDULED else self.last
                yield ImpactSpan(
                    component_id=key, level=level, start=self.start, end=end, word=word, basis=basis
                )
            if self.phase is Phase.OPEN:
                sign = _milder(self.sign, cell) or word
                now = VOCABULARY.get(sign) if sign else None
                sign = None if now is Level.OPERATIONAL else sign
                yield ImpactSpan(component_id=key, level=now or None, start=self.last, word=sign)


def _milder(word: str | None, cell: str | None) -> str | None:
    """Return the milder of an incident's word and of a component's cell; a word nobody knows
    stays.
    """
    if word is None or cell is None or word not in VOCABULARY:
        return word or cell
    return min(word, cell, key=lambda each: VOCABULARY[each])


def _event(classes: str, text: str, grid: _Grid, now: datetime) -> Event:
    words = dict(part.rpartition("-")[::2] for part in _plain(classes).lower().split())
    kind, status = words.get("incident-type", "no type"), words.get("incident-status", "no status")
    severity, sign = words.get("incident-mostsevere-status"), SIGN.search(text)
    start = mail_date(_plain(_due(BEGUN, text, "Incident Date")), "Incident Date")
    posts = list(_posts(text))
    phase = PHASES.get(status, Phase.OPEN)
    spoke = max([start, *(post.at for post in posts)])
    last = closed_at(posts, start) if phase is Phase.CLOSED else spoke
    said = _Said(
        hit=grid.hit([_plain(each) for each in NAMED.findall(text)]),
        severity=severity or (None if kind == ANY_TYPE else kind),
        sign=sign[1].lower() if sign else None,
        phase=phase,
        start=start,
        last=last,
    )
    event = Event(
        id=_due(NUMBER, text, "address with its number"),
        title=_plain(_due(TITLE, text, "Incident Title")),
        phase=said.phase,
        start=start,
        end=last if said.phase is Phase.CLOSED else None,
        status=status,
        impact=severity or kind,
        maintenance=VOCABULARY.get(kind) is Level.MAINTENANCE,
        component_ids=tuple(said.hit),
        spans=tuple(said.spans(grid)),
        unattributed=not said.hit and not said.harmless and said.phase is not Phase.SCHEDULED,
        unknown_words=() if status in PHASES else (status,),
    )
    return expire_stale(event, spoke, now)


def _posts(text: str) -> Iterator[Post]:
    """Yield an incident's updates, each with the state it gives: after the one that closes it they
    are reviews.
    """
    found = list(UPDATED.finditer(text))
    for each, end in zip(found, [*(after.start() for after in found[1:]), len(text)], strict=False):
        state = POSTED.search(text, each.end(), end)
        at = mail_date(_plain(each[1]), "Incident Update Date")
        yield post_saying(at, state[1].lower() if state else "", PHASES)


def _due(mark: re.Pattern[str], text: str, what: str) -> str:
    found = mark.search(text)
    if found is None:
        raise UnexpectedShape(f"an incident has no {what}", remedy=RECORD)
    return found[1]


def _plain(html: str) -> str:
    return " ".join(unescape(html).split()).replace("\x00", "?") or "?"


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield every component's state, the incidents and seven days, in one request."""
    response = yield from get("", accept="text/html", conditional=True)
    if not response.unchanged:
        yield from _told(response, page, parts=True)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the seven days of the grid, and what incidents beside it tell of before; the days
    before are a gap.
    """
    response = yield from get("", accept="text/html")
    told = next(_told(response, page, parts=False))
    yield told
    first = min((cover.span.start for cover in told.coverage), default=page.now)
    yield from gap_before(SOURCE, page, since, first, "the page shows no older days")


def _told(response: Response, page: PageContext, *, parts: bool) -> Iterator[Evidence]:
    if response.status == 403:  # noqa: PLR2004
        raise BotChallenge("the page refuses programs (status 403)", url=response.url)
    text = require_ok(response).text
    if not INCIDENT.search(text) and not ROW.search(text) and "sc-hero" not in text:
        raise UnexpectedShape(
            "the page shows no incidents and no history grid", url=response.url, remedy=RECORD
        )
    if "</html>" not in text[-TAIL:].lower():
        raise Truncated("the page breaks off", url=response.url)
    with locate_errors(response.url):
        grid = _grid(text)
        events = _events(text, grid, page.now)
        over, withdrawn = closed_since(page, events)
        every = [*events, *over]
        unexplained = list(_unexplained(grid, every, page.now))
        restless = _is_restless(text, every)
        piece = evidence(
            SOURCE,
            page,
            info=PageInfo(remark=UNEXPLAINED if restless else None),
            parts=_parts(grid, every, unexplained, page.now, doubt=restless) if parts else None,
            components=grid.components or (WHOLE,),
            events=every,
            since=grid.first if grid.first and grid.first < page.now else None,
            withdrawn=withdrawn,
            unknown_words={word for row in grid.cells.values() for word in row.values()}
            - VOCABULARY.keys(),
            cursor=dump_open(events),
        )
    yield replace(piece, impacts=(*piece.impacts, *unexplained))


def _parts(
    grid: _Grid,
    events: Sequence[Event],
    unexplained: Sequence[Impact],
    now: datetime,
    *,
    doubt: bool,
) -> list[ComponentState]:
    """Return the present states; nothing is known of a component whose cell of today nothing
    explains.
    """
    today = {
        impact.component_id for impact in unexplained if impact.end is None or impact.end >= now
    }
    found = current_states(grid.components or (WHOLE,), events, now)
    return [
        (
            replace(part, level=None)
            if part.level is Level.OPERATIONAL and (doubt or part.component.id in today)
            else part
        )
        for part in found
    ]


def _is_restless(text: str, events: Iterable[Event]) -> bool:
    """Whether the page as a whole says that not all is well while it lists nothing that goes on."""
    state = STATE.search(text)
    going = any(
        event.phase is Phase.OPEN and (event.spans or event.unattributed) for event in events
    )
    return state is not None and state[1].lower() not in CALM and not going


def _unexplained(grid: _Grid, events: Iterable[Event], now: datetime) -> Iterator[Impact]:
    """Yield the days whose cell is bad though no incident says when: nothing is known of them."""
    known: dict[str, list[ImpactSpan]] = defaultdict(list)
    for span in (
        span for event in events if event.phase is not Phase.SCHEDULED for span in event.spans
    ):
        known[span.component_id].append(span)
    for key, cells in grid.cells.items():
        for day, word in cells.items():
            whole = grid.day(day)
            told = any(
                span.start < whole.end and (span.end or now) >= whole.start for span in known[key]
            )
            if VOCABULARY.get(word) is not Level.OPERATIONAL and whole.start < now and not told:
                end = whole.end if whole.end <= now else None
                yield Impact(
                    component_id=key,
                    level=None,
                    start=whole.start,
                    end=end,
                    basis=Basis.DECLARED,
                    source=SOURCE,
                )
