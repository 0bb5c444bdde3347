"""Google Cloud, Google Workspace and Firebase: an array of incidents, and beside it a list of
products. Pure.

The format: https://status.cloud.google.com/incidents.schema.json; the rest was measured on five
years of captured answers. What is easily misread:

- An incident is over when it has an `end`, and by no other sign: `AVAILABLE` is posted before that
  and ends nothing.
- `SERVICE_INFORMATION` is a note, not a state. Where a note is posted inside an incident that has a
  level, the level posted before it, or else the first one, holds; so does it through `AVAILABLE`
  until the end.
- Locations come and go from update to update. A location that only the incident itself lists was
  affected throughout. Products are only listed for the whole incident.
- What is listed has begun, what is posted was posted, and what has an end is over, though it is
  dated ahead of us: then the vendor's clock, or its date, is off.
- An incident stays in the answer for 365 days after its end, and is edited for weeks: the answer is
  always read whole.
- A product whose name changed has a `current_title`. An `uri` has no leading slash.
- Before 2021 incidents had no id, no status words and no products; such an answer names services
  and gives no level.

A component is a product; where incidents name locations, also a product in a location
(`<product>/<location>`). The product itself stands for all of it: it is as bad as the worst of its
locations. What no open incident names is well: that is how the dashboard itself reads, and why an
answer that lists incidents in another form is an error.
"""

import json
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import BadStatus, FetchError, ParseError, UnexpectedShape
from monitor.intervals import Interval
from monitor.kit.messages import messages, updates_of
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Step, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error
from monitor.model import (
    Aspect,
    Basis,
    Component,
    Coverage,
    Evidence,
    Gap,
    Impact,
    Incident,
    IncidentUpdate,
    Level,
    Observation,
    PageInfo,
    Phase,
    worst_level,
)
from monitor.standing import is_bad

ABOUT = About(
    title="Google Cloud, Workspace, Firebase",
    verified=date(2026, 9, 19),
    live="/incidents.json, 1 request",
    reach_days=365,
    reach="365 days after an incident's end, by product and (Google Cloud) location.",
    granularity="component",
    precision="seconds",
    caveat=(
        "The public feed has been thinned: Google Cloud published 20 to 40 incidents a month in"
        " 2022 and 2023, 9 to 21 in 2024 and 0 to 2 since March 2025. A better figure since then is"
        " less disclosure before it is better service. No answer of Firebase's dashboard was seen;"
        " it is read as the two others are."
    ),
)

INCIDENTS = "incidents.json"
PRODUCTS = "products.json"
SOURCE = "google.incidents"
MAX_BODY_MIB = 16

KEPT = timedelta(days=365)
"""How long after its end an incident stays in the answer: 662 of 672 left it exactly then."""

MOST_IMPACTS = 50_000
"""More than this an answer is not believed to say: the widest real incident has 55 products in 61
locations."""

OUTAGE, DISRUPTION, INFORMATION, AVAILABLE = (
    "SERVICE_OUTAGE",
    "SERVICE_DISRUPTION",
    "SERVICE_INFORMATION",
    "AVAILABLE",
)
LEVELS: Mapping[tuple[str, str], Level] = {
    (OUTAGE, "high"): Level.MAJOR_OUTAGE,
    (OUTAGE, "medium"): Level.MAJOR_OUTAGE,
    (OUTAGE, "low"): Level.MAJOR_OUTAGE,
    (DISRUPTION, "high"): Level.PARTIAL_OUTAGE,
    (DISRUPTION, "medium"): Level.DEGRADED,
    (DISRUPTION, "low"): Level.DEGRADED,
}
"""Levels by status and severity of the incident. Every disruption measured was `medium`, every
outage `high`."""

NO_LEVEL = (INFORMATION, AVAILABLE)
SEVERITIES = ("high", "medium", "low")

Row = dict[str, Any]
Reading = Generator[Step, Any, Any]

# recognising

HOSTS = {
    "status.cloud.google.com": "/",
    "www.google.com": "/appsstatus/",
    "status.firebase.google.com": "/",
}
ID = re.compile(r"[A-Za-z0-9]{16,24}")
OLD_URI = re.compile(r"/incident/[a-z0-9-]+/\d+")


def probe(url: str) -> tuple[Get, ...]:
    """Return the two lists on Google's own hosts: the pages themselves tell nothing, and the feed
    may be empty.
    """
    return (Get(path=INCIDENTS), Get(path=PRODUCTS)) if _is_ours(url) else ()


def _is_ours(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.startswith(HOSTS.get(parts.hostname or "", "\0"))


def detect(response: Response) -> list[Signal]:
    """Return the signs of Google's dashboards, of kinds host, shape, uri and products.

    The host counts only of a page that answers; the list of products only there, since it looks
    like many others.
    """
    signals = []
    url = response.final_url or response.url
    if response.status == 200 and _is_ours(url):  # noqa: PLR2004
        signals.append(Signal("host", f"served by {urlsplit(url).hostname}"))
    head = response.body[:512].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if head == b"[":
        signals += _json_signals(response.text)
    elif head == b"{" and signals and url.endswith(f"/{PRODUCTS}"):
        signals += _catalogue_signals(response.text)
    return signals


def _catalogue_signals(text: str) -> Iterator[Signal]:
    try:
        if all({"id", "title"} <= row.keys() for row in json.loads(text)["products"]):
            yield Signal("products", "a list of products, each with id and title")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return


def _json_signals(text: str) -> Iterator[Signal]:
    try:
        rows = json.loads(text)
        if not rows or not all(
            {"external_desc", "service_key", "updates", "begin"} <= row.keys() for row in rows
        ):
            return
    except (ValueError, TypeError, AttributeError, RecursionError):
        return
    yield Signal("shape", "an array of incidents with external_desc and service_key")
    if all(
        row.get("uri") == f"incidents/{row.get('id')}" or OLD_URI.fullmatch(str(row.get("uri")))
        for row in rows
    ):
        yield Signal("uri", "every incident's uri is its own id")


# decoding, with the place


def _objects(value: object, where: str) -> list[Row]:
    if not isinstance(value, list):
        shape_error(where, "a list", value)
    return [
        row if isinstance(row, dict) else shape_error(f"{where}[]", "an object", row)
        for row in value
    ]


def _text(owner: Row, key: str, where: str) -> str:
    value = owner.get(key)
    return (
        value if isinstance(value, str) and value else shape_error(f"{where}.{key}", "text", value)
    )


def _text_or_none(owner: Row, key: str, where: str) -> str | None:
    return None if owner.get(key) is None else _text(owner, key, where)


def _time(owner: Row, key: str, where: str) -> datetime:
    return _time_or_none(owner, key, where) or shape_error(f"{where}.{key}", "a time", None)


def _time_or_none(owner: Row, key: str, where: str) -> datetime | None:
    value = owner.get(key)
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        shape_error(f"{where}.{key}", "a time", value)
    return (
        instant.astimezone(UTC)
        if instant.tzinfo
        else shape_error(f"{where}.{key}", "a time with its zone", value)
    )


# incidents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """One update: `status` None before 2021; `locations` empty when it names none."""

    at: datetime
    status: str | None
    locations: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """One incident as the answer tells it. `end` None = open; `posts` are in order of time;
    `products` name by id.
    """

    id: str
    title: str
    begin: datetime
    end: datetime | None
    impact: str | None
    severity: str | None
    uri: str | None
    products: Mapping[str, str]
    locations: frozenset[str]
    posts: tuple[_Post, ...]
    updates: tuple[IncidentUpdate, ...] = ()

    @property
    def all_locations(self) -> frozenset[str]:
        """Every location the incident or one of its updates names."""
        return self.locations.union(*(post.locations for post in self.posts))

    @property
    def pairs(self) -> Iterator[str]:
        """Every product the incident names, in every location it names: the ids of these
        components.
        """
        return (f"{product}/{place}" for product in self.products for place in self.all_locations)


def _events(told: object, now: datetime) -> list[_Event]:
    """Return the incidents. One given twice counts once; two that differ are an error."""
    found: dict[str, Row] = {}
    for row in _objects(told, "the answer"):
        key = _incident_id(row)
        if found.setdefault(key, row) != row:
            raise UnexpectedShape(f"incident {key} is there twice and differs")
    events = [_event(key, row, now) for key, row in found.items()]
    if sum(len(event.products) * (1 + len(event.all_locations)) for event in events) > MOST_IMPACTS:
        raise UnexpectedShape("the incidents name more products and locations than there are")
    return events


def _incident_id(row: Row) -> str:
    """Return the incident's id. Before 2021 there is only a number, which counts within its
    service.
    """
    number = row.get("number")
    if "id" not in row and isinstance(number, int):
        return f"{_text(row, 'service_key', 'incident')}-{number}"
    return _text(row, "id", "incident")


def _event(key: str, row: Row, now: datetime) -> _Event:
    where = f"incident {key}"
    begin, end = _times(row, where, now)
    posts = (
        _post(post, f"{where}.updates[]")
        for post in _objects(row.get("updates"), f"{where}.updates")
    )
    affected = ("currently_affected_locations", "previously_affected_locations")
    return _Event(
        id=key,
        title=_title(row.get("external_desc"), row.get("service_name"), key),
        begin=begin,
        end=end,
        impact=_text_or_none(row, "status_impact", where),
        severity=_text_or_none(row, "severity", where),
        uri=_text_or_none(row, "uri", where),
        products=_products_of(row, where),
        locations=frozenset().union(*(_places(row, name, where) for name in affected)),
        posts=tuple(
            replace(post, at=min(post.at, now)) for post in sorted(posts, key=lambda post: post.at)
        ),
        updates=messages(row.get("updates"), at="when", text="text"),
    )


def _title(*texts: object) -> str:
    """Return the first line of words of the first text that has one: descriptions are Markdown,
    often whole reports.
    """
    for text in texts:
        for line in text.splitlines() if isinstance(text, str) else ():
            if words := re.sub(r"[*#_`]+", "", line).strip():
                return words[:200]
    return "incident"


def _times(row: Row, where: str, now: datetime) -> tuple[datetime, datetime | None]:
    """Return begin and end, now at the latest: what is listed has begun, and what has an end is
    over.

    An answer is only read when it changes: an end that we waited for would pass unseen.
    """
    begin, end = _time(row, "begin", where), _time_or_none(row, "end", where)
    return min(begin, now), None if end is None else min(end, now)


def _post(row: Row, where: str) -> _Post:
    return _Post(
        at=_time(row, "when", where),
        status=_text_or_none(row, "status", where),
        locations=_places(row, "affected_locations", where),
    )


def _places(row: Row, key: str, where: str) -> frozenset[str]:
    if row.get(key) is None:
        return frozenset()
    return frozenset(
        _text(place, "id", f"{where}.{key}[]") for place in _objects(row[key], f"{where}.{key}")
    )


def _products_of(row: Row, where: str) -> dict[str, str]:
    """Return the affected products' names by id. Before 2021 that is the one service; `zall` is
    none of them.
    """
    if row.get("affected_products") is not None:
        products = _objects(row["affected_products"], f"{where}.affected_products")
        return dict(_product(product, f"{where}.affected_products[]") for product in products)
    key = _text_or_none(row, "service_key", where)
    return (
        {}
        if key is None or key == "zall"
        else {_whole(key, where): _text(row, "service_name", where)}
    )


def _product(row: Row, where: str) -> tuple[str, str]:
    name = _text_or_none(row, "current_title", where) or _text(row, "title", where)
    return _whole(_text(row, "id", where), where), name


def _whole(key: str, where: str) -> str:
    """Return a product's id, which must not look like one of our pairs."""
    return key if "/" not in key else shape_error(where, "an id without a slash", key)


# levels over time


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of an incident at one level; `end` None = going on. `level` None = `word` says
    something unknown.
    """

    start: datetime
    end: datetime | None
    level: Level | None
    word: str
    basis: Basis


def _pieces(event: _Event, notes: set[str]) -> list[_Piece]:
    """Return the incident's levels, from its begin to its end without a hole; none for a mere note.

    The posted levels hold in turn. Where the incident as a whole is said to be worse than anything
    posted, it was so throughout; so it was where only notes were posted. Words nobody knows are
    added to the notes.
    """
    if event.end is not None and event.end <= event.begin:
        return []
    posted = _posted(event, notes)
    overall = None
    if event.impact is not None and event.impact not in NO_LEVEL:
        overall = _level(event.impact, event.severity, notes)
    worst = worst_level(level for _, _, level in posted)
    if overall is not None and (worst is None or overall > worst):
        return [_Piece(event.begin, event.end, overall, event.impact or "", Basis.DECLARED)]
    if not posted:
        return _unsaid(event, notes)
    ends = [at for at, _, _ in posted[1:]] + [event.end]
    pieces = (
        _Piece(
            at,
            end if event.end is None or end is None else min(end, event.end),
            level,
            word,
            Basis.TRANSITION,
        )
        for (at, word, level), end in zip(posted, ends, strict=True)
    )
    return [piece for piece in pieces if piece.end is None or piece.start < piece.end]


def _posted(event: _Event, notes: set[str]) -> list[tuple[datetime, str, Level | None]]:
    """Return the levels the updates post, each with the time it holds from; the first holds since
    the begin.
    """
    posted: list[tuple[datetime, str, Level | None]] = []
    for post in event.posts:
        if post.status is None or post.status in NO_LEVEL:
            continue
        level = _level(post.status, event.severity, notes)
        if not posted:
            posted.append((event.begin, post.status, level))
        elif posted[-1][2] != level:
            posted.append((max(post.at, event.begin), post.status, level))
    return posted


def _unsaid(event: _Event, notes: set[str]) -> list[_Piece]:
    """Return what is left where no status has a level: nothing for a note, else a stretch that is
    unknown.
    """
    if event.impact in NO_LEVEL or (
        event.impact is None and any(post.status in NO_LEVEL for post in event.posts)
    ):
        return []
    word = event.impact or event.severity or "no status"
    notes.add(word)
    return [_Piece(event.begin, event.end, None, word, Basis.DECLARED)]


def _level(status: str, severity: str | None, notes: set[str]) -> Level | None:
    """Return the level of a status. A severity nobody knows leaves a disruption unknown; none at
    all is not high.
    """
    if severity is not None and severity not in SEVERITIES:
        notes.add(severity)
        return Level.MAJOR_OUTAGE if status == OUTAGE else None
    level = LEVELS.get((status, severity or "medium"))
    if level is None:
        notes.add(status)
    return level


def _stays(event: _Event) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """Return when each location was affected: while the updates name it, or throughout when none of
    them does.

    An update that names no location at all leaves them as they were. The first that names any holds
    since the begin.
    """
    stays: dict[str, list[tuple[datetime, datetime | None]]] = {}
    here: dict[str, datetime] = {}
    naming = [post for post in event.posts if post.locations]
    for index, post in enumerate(naming):
        at = event.begin if index == 0 else max(post.at, event.begin)
        for place in here.keys() - post.locations:
            stays.setdefault(place, []).append((here.pop(place), at))
        for place in post.locations:
            here.setdefault(place, at)
    for place, since in here.items():
        stays.setdefault(place, []).append((since, event.end))
    for place in event.locations - stays.keys():
        stays[place] = [(event.begin, event.end)]
    return stays


def _during(
    pieces: Sequence[_Piece], stays: Sequence[tuple[datetime, datetime | None]]
) -> Iterator[_Piece]:
    """Yield the parts of the pieces inside the stays; both in order and each without overlaps."""
    piece_at = stay_at = 0
    while piece_at < len(pieces) and stay_at < len(stays):
        piece, (since, until) = pieces[piece_at], stays[stay_at]
        start, end = max(piece.start, since), _earlier(piece.end, until)
        if end is None or start < end:
            yield _Piece(start, end, piece.level, piece.word, piece.basis)
        if end == piece.end:
            piece_at += 1
        else:
            stay_at += 1


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((end for end in (one, other) if end is not None), default=None)


def _impacts(event: _Event, now: datetime, notes: set[str]) -> Iterator[Impact]:
    """Yield the incident's impact on every product, and on every product in every location."""
    pieces = _pieces(event, notes)
    by_place = {"": pieces}
    for place, stays in _stays(event).items():
        by_place[f"/{place}"] = list(_during(pieces, stays))
    for place, parts_of in sorted(by_place.items()):
        for product in event.products:
            for piece in parts_of:
                if piece.start < now or (piece.start == now and piece.end is None):
                    yield _impact(f"{product}{place}", piece, event, now)


def _impact(key: str, piece: _Piece, event: _Event, now: datetime) -> Impact:
    return Impact(
        component_id=key,
        level=piece.level,
        start=piece.start,
        end=piece.end if piece.end is None or piece.end <= now else None,
        basis=piece.basis,
        source=SOURCE,
        incident_id=event.id,
        word=piece.word if piece.level is None else None,
    )


def _incident(event: _Event, page: PageContext) -> Incident:
    status = event.posts[-1].status if event.posts else None
    return Incident(
        id=event.id,
        title=event.title,
        phase=Phase.OPEN if event.end is None else Phase.CLOSED,
        status=status or "unknown",
        impact=event.impact or event.severity or "unknown",
        started_at=event.begin,
        resolved_at=None if event.end is None else max(event.begin, event.end),
        url=page.absolute(event.uri) if event.uri else None,
        # its locations would be thousands of ids, and each has its impact
        component_ids=tuple(event.products),
    )


# components


def _components(names: Mapping[str, str], pairs: Iterable[str]) -> tuple[Component, ...]:
    """Return the products by name, each followed by its locations."""
    places: dict[str, set[str]] = {}
    for pair in pairs:
        product, _, place = pair.partition("/")
        places.setdefault(product, set()).add(place)
    listed: list[tuple[str, str, str | None]] = []
    for product, name in sorted(names.items(), key=lambda item: (item[1].casefold(), item[0])):
        listed.append((product, name, None))
        listed += ((product, name, place) for place in sorted(places.get(product, ())))
    return tuple(
        Component(
            id=product if place is None else f"{product}/{place}",
            name=name if place is None else f"{name} ({place})",
            group=None if place is None else name,
            region=place,
            position=position,
        )
        for position, (product, name, place) in enumerate(listed)
    )


def _catalogue() -> Reading:
    """Return the page's products by id, and the gap where the list cannot be read; None and no gap
    when it has none.
    """
    try:
        response = yield from get(PRODUCTS)
        with locate_errors(response.url):
            told = read_json(response)
            rows = _objects(told.get("products") if isinstance(told, dict) else told, "products")
            return dict(_product(row, "products[]") for row in rows), None
    except (FetchError, ParseError) as error:
        if isinstance(error, BadStatus) and error.status in {404, 410}:
            return None, None
        return None, Gap(what="the list of products", reason=error.reason, message=str(error))


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Read the incidents, conditional; only where they changed, the products too.

    Raises the error of `incidents.json` when it cannot be read. Without the products what is known
    of them stays.
    """
    response = yield from get(INCIDENTS, conditional=True)
    if not response.unchanged:
        yield from _read(response, page)


def backfill(page: PageContext, since: datetime) -> Steps:  # noqa: ARG001
    """Read a year, as every answer holds it, however little of it was asked for: it is edited for
    weeks.
    """
    response = yield from get(INCIDENTS)
    yield from _read(response, page)


def _read(response: Response, page: PageContext) -> Steps:
    with locate_errors(response.url):
        events = _events(read_json(response), page.now)
    names, gap = yield from _catalogue()
    with locate_errors(response.url):
        yield _evidence(events, names, gap, page)


@dataclass(slots=True)
class _Listed:
    """The products by id, and the pairs of product and location, that there are as far as we
    know.
    """

    names: dict[str, str] = field(default_factory=dict)
    pairs: set[str] = field(default_factory=set)


def _listed(
    events: Iterable[_Event], names: Mapping[str, str] | None, known: Iterable[str]
) -> _Listed:
    """Return what the incidents and the catalogue name, and the pairs known from earlier whose
    product has a name.
    """
    listed = _Listed()
    for event in events:
        for key, name in event.products.items():
            listed.names.setdefault(key, name)  # the newest incident comes first
        listed.pairs.update(event.pairs)
    listed.names |= names or {}
    listed.pairs.update(
        key for key in known if key.partition("/")[0] in listed.names and "/" in key
    )
    return listed


def _evidence(
    events: Sequence[_Event], names: Mapping[str, str] | None, gap: Gap | None, page: PageContext
) -> Evidence:
    notes: set[str] = set()
    listed = _listed(events, names, page.components)
    components = _components(listed.names, listed.pairs)
    told = (impact for event in events for impact in _impacts(event, page.now, notes))
    impacts = tuple(dict.fromkeys(islice(told, MOST_IMPACTS + 1)))
    if len(impacts) > MOST_IMPACTS:
        raise UnexpectedShape(f"the incidents have more than {MOST_IMPACTS} impacts")
    # Without its catalogue the page has the products it had: a list of the feed's alone would
    # remove the rest.
    keep_known = gap is not None and bool(page.components)
    keys = dict.fromkeys(
        [*(component.id for component in components), *(page.components if keep_known else ())]
    )
    return Evidence(
        source=SOURCE,
        read_at=page.now,
        page=PageInfo(),
        components=None if keep_known else components,
        incidents=tuple(_incident(event, page) for event in events),
        updates=tuple(update for event in events for update in updates_of(event.id, event.updates)),
        impacts=impacts,
        observed=tuple(_observed(keys, impacts)),
        coverage=(
            Coverage(
                span=Interval(page.now - KEPT, page.now), aspect=Aspect.IMPACTS, complete=True
            ),
        ),
        lists=Interval(page.now - KEPT, page.now),
        withdrawn=tuple(sorted(page.open_incidents - {event.id for event in events})),
        gaps=(gap,) if gap is not None else (),
        unknown_words=tuple(sorted(notes)),
    )


def _observed(keys: Iterable[str], impacts: Iterable[Impact]) -> Iterator[Observation]:
    """Yield every component's state: the worst that is going on if it is bad, unknown where a word
    for it is, else well.
    """
    going_on: dict[str, list[Impact]] = {}
    for impact in impacts:
        if impact.end is None:
            going_on.setdefault(impact.component_id, []).append(impact)
    for key in keys:
        here = going_on.get(key, [])
        unknown = next((impact for impact in here if impact.level is None), None)
        worst = Level.OPERATIONAL if not here else worst_level(impact.level for impact in here)
        if unknown is None or is_bad(worst):
            yield Observation(component_id=key, level=worst)
        else:
            yield Observation(component_id=key, level=None, word=unknown.word)
