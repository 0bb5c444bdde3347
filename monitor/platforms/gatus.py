"""Gatus dashboards: every endpoint's last results in one answer, and its last changes in one answer
each. Pure.

`/api/v1/endpoints/statuses` lists the endpoints with their newest results;
`/api/v1/endpoints/<key>/statuses` also has the events: when an endpoint began to be watched
(START), and each time it turned UNHEALTHY or HEALTHY, the last fifty. A result is a check by Gatus
itself: it either succeeded or not. What is easily misread:

- A dashboard whose Gatus has stopped still shows its last results, so a result counts only while it
  is fresh.
- Results stand oldest first. Endpoints that are turned off or were never checked are not listed;
  one in a maintenance of its own looks like all others.
- Suites, which are checks in a row, are in an answer of their own, which older versions do not
  have. They have results and no events.

The shapes are those of a Gatus run for it, and of the program's source,
https://github.com/TwiN/gatus (config/endpoint, config/suite).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from monitor.errors import FetchError, ParseError, UnexpectedShape
from monitor.intervals import Interval
from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence, gap_evidence
from monitor.kit.fallback import gap_of
from monitor.kit.fields import (
    Row,
    has_keys,
    keyword,
    lower_text,
    maybe_text,
    optional_rows,
    row,
    rows,
    text,
)
from monitor.kit.protocol import (
    About,
    PageContext,
    Response,
    Signal,
    Steps,
    StepsTo,
    get_each,
)
from monitor.kit.responses import get_responses, locate_errors, read_json, try_json, unwrap
from monitor.kit.sequences import batches, with_end
from monitor.kit.states import components_of
from monitor.kit.times import instant
from monitor.model import Aspect, Basis, Component, Coverage, Evidence, Impact, Level

ABOUT = About(
    title="Gatus",
    verified=date(2026, 11, 29),
    live="/api/v1/endpoints/statuses and /api/v1/suites/statuses, 2 requests",
    reach_days=None,
    reach="The last 50 changes of each endpoint, a request each; suites have no history.",
    granularity="component",
    precision="seconds",
    caveat=(
        "An endpoint is up or down as Gatus's own checks see it; while Gatus itself was stopped"
        " nothing was checked, and its events do not show that."
    ),
)

SOURCE = "gatus.results"
EVENTS = "gatus.events"
STATUSES = "/api/v1/endpoints/statuses"
SUITES = "/api/v1/suites/statuses"
COMMON_PATHS = (STATUSES, "/api/v1/config")
ABSENT = 404
AT_ONCE = 10
"""Endpoints whose events are asked for together."""

FRESH = timedelta(hours=1)
"""A result older than this says nothing of now: endpoints are checked every minute unless
configured otherwise."""

VOCABULARY: Mapping[str, Level] = {
    "true": Level.OPERATIONAL,
    "false": Level.MAJOR_OUTAGE,
    "START": Level.OPERATIONAL,
    "HEALTHY": Level.OPERATIONAL,
    "UNHEALTHY": Level.MAJOR_OUTAGE,
}
"""By `success` of the last result, and by type of event. A START is always followed by what the
first check found."""

REMEDY = (
    "run `monitor record URL DIR` and send the folder: no answer of Gatus like this was seen yet"
)


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Gatus dashboard: its title and settings, and the shape of its
    results.
    """
    if b"| Gatus</title>" in response.body or b"gatus.io" in response.body[:100_000].lower():
        yield Signal("markup", "the page calls itself Gatus")
    answer = try_json(response)
    if has_keys(answer, {"oidc", "authenticated"}):
        yield Signal("config", "settings say whether sign-in is needed")
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        yield from _endpoint_signals(answer[0])


def _endpoint_signals(item: Row) -> Iterator[Signal]:
    if isinstance(item.get("results"), list) and {"name", "key"} <= item.keys():
        yield Signal("shape", "endpoints have a name, a key and results")
        if item["key"] == f"{_key_part(item.get('group'))}_{_key_part(item['name'])}":
            yield Signal("keys", "an endpoint's key is made of its group and name")


def _key_part(value: object) -> str:
    """Return what Gatus makes of a group or a name in an endpoint's key."""
    hyphens = str.maketrans(dict.fromkeys("/_,.# +&", "-"))
    return lower_text(value).translate(hyphens)


# endpoints and suites


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """An endpoint or a suite, with its newest results."""

    component: Component
    results: Sequence[Row]


@dataclass(frozen=True, slots=True)
class _Dashboard:
    """What is watched. `url` is where the endpoints were listed."""

    url: str
    endpoints: Sequence[_Endpoint]
    suites: Sequence[_Endpoint]


def _get_dashboard() -> StepsTo[_Dashboard]:
    """Ask for all there is.

    Raises the error of an answer that cannot be read: a suite that fails must not be missing.
    """
    statuses, suite_statuses = yield from get_responses([STATUSES, SUITES])
    with locate_errors(statuses.url):
        endpoints = list(_endpoints(statuses, 0))
    has_suites = suite_statuses.status != ABSENT and suite_statuses.body.strip() != b"null"
    with locate_errors(suite_statuses.url):
        suites = list(_endpoints(suite_statuses, len(endpoints))) if has_suites else []
    if not endpoints and not suites:
        raise UnexpectedShape(
            "no endpoint is listed: such a dashboard says nothing of any",
            url=statuses.url,
            remedy=REMEDY,
        )
    return _Dashboard(statuses.url, endpoints, suites)


def _endpoints(response: Response, first: int) -> Iterator[_Endpoint]:
    """Yield the endpoints or suites in an answer, at positions from `first` on."""
    for position, item in enumerate(rows(read_json(response), "the answer"), first):
        component = Component(
            id=text(item.get("key"), "endpoint.key"),
            name=text(item.get("name"), "endpoint.name"),
            group=maybe_text(item.get("group")),
            position=position,
        )
        yield _Endpoint(component, optional_rows(item.get("results"), "endpoint.results"))


def _state(endpoint: _Endpoint, now: datetime) -> ComponentState:
    """Return an endpoint's state by its newest result; nothing is known of it when that is old or
    missing.
    """
    newest = max(endpoint.results, key=_checked_at, default=None)
    if newest is None or now - _checked_at(newest) > FRESH:
        return ComponentState(component=endpoint.component, level=None)
    word = str(newest.get("success")).lower()
    return ComponentState(component=endpoint.component, level=VOCABULARY.get(word), word=word)


def _checked_at(result: Row) -> datetime:
    return instant(result.get("timestamp"), "result.timestamp")


def poll(page: PageContext) -> Steps:
    """Yield every endpoint's and suite's state. The answers change with every check, so nothing is
    conditional.
    """
    dashboard = yield from _get_dashboard()
    with locate_errors(dashboard.url):
        endpoints = [*dashboard.endpoints, *dashboard.suites]
        states = [_state(endpoint, page.now) for endpoint in endpoints]
        yield evidence(SOURCE, page, parts=states)
    if all(state.word is None for state in states):
        raise UnexpectedShape(
            "no result is fresh: Gatus itself may have stopped", url=dashboard.url, remedy=REMEDY
        )


# history


class _Turn(NamedTuple):
    """An event: when an endpoint turned to a state, and Gatus's word for it."""

    at: datetime
    word: str


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield each endpoint's outages from its events, which cover the time since the first of them;
    suites have none.
    """
    dashboard = yield from _get_dashboard()
    endpoints = components_of(dashboard.endpoints)
    yield evidence(SOURCE, page, components=[*endpoints, *components_of(dashboard.suites)])
    for batch in batches(endpoints, AT_ONCE):
        for component, answer in (yield from get_each(batch, _events_path)):
            yield _past(component, answer, page, since)


def _events_path(component: Component) -> str:
    return f"/api/v1/endpoints/{quote(component.id, safe='')}/statuses"


def _past(
    component: Component,
    answer: Response | FetchError,
    page: PageContext,
    since: datetime,
) -> Evidence:
    """Return one endpoint's past; a gap when its answer cannot be read."""
    try:
        response = unwrap(answer)
        with locate_errors(response.url):
            events = _turns(row(read_json(response), "the answer"))
    except (FetchError, ParseError) as error:
        return gap_evidence(EVENTS, page, gap_of(f"events of {component.name}", error))
    turns = [turn for turn in events if turn.at < page.now]
    return Evidence(
        source=EVENTS,
        read_at=page.now,
        impacts=tuple(_impacts(component.id, turns, since)),
        coverage=tuple(_coverage(component.id, turns, page.now, since)),
        unknown_words=tuple(sorted(_unknown_words(events))),
    )


def _unknown_words(turns: Iterable[_Turn]) -> set[str]:
    words = set()
    for turn in turns:
        if turn.word not in VOCABULARY:
            words.add(keyword(turn.word, "event.type"))
    return words


def _turns(answer: Row) -> list[_Turn]:
    """Return what an endpoint turned to, oldest first."""
    turns = []
    for item in optional_rows(answer.get("events"), "events"):
        at = instant(item.get("timestamp"), "event.timestamp")
        turns.append(_Turn(at, text(item.get("type"), "event.type")))
    return sorted(turns, key=lambda turn: turn.at)


def _coverage(
    key: str,
    turns: Sequence[_Turn],
    now: datetime,
    since: datetime,
) -> Iterator[Coverage]:
    """Yield the time that an endpoint's events speak for: from the first of them on."""
    span = Interval.between(max(since, turns[0].at), now) if turns else None
    if span is not None:
        yield Coverage(span=span, aspect=Aspect.IMPACTS, component_id=key, complete=True)


def _impacts(key: str, turns: Sequence[_Turn], since: datetime) -> Iterator[Impact]:
    """Yield what was bad after `since`; the last of it goes on where no turn follows."""
    for turn, end in with_end(turns):
        level = VOCABULARY.get(turn.word)
        if level is not Level.OPERATIONAL and (end is None or end > max(turn.at, since)):
            yield Impact(
                component_id=key,
                level=level,
                start=turn.at,
                end=end,
                basis=Basis.TRANSITION,
                source=EVENTS,
                word="unknown event" if level is None else "UNHEALTHY",
            )
