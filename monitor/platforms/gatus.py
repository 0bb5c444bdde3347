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
- Suites, whole courses of checks, are in an answer of their own, which older versions do not have.
  They have results and no events.

The shapes are those of a Gatus run for it, and of the program's source,
https://github.com/TwiN/gatus (config/endpoint, config/suite).
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from monitor.errors import FetchError, PageError, ParseError, UnexpectedShape
from monitor.intervals import Interval
from monitor.kit.events import ComponentState
from monitor.kit.evidence import MIN_DURATION, evidence
from monitor.kit.fields import Row, keyword, maybe_text, optional_rows, row, rows, text
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get_all
from monitor.kit.responses import locate_errors, read_json, try_json
from monitor.kit.times import instant
from monitor.model import Aspect, Basis, Component, Coverage, Evidence, Gap, Impact, Level

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
"""By `success` of the last result, and by type of event. A START is always followed by what was
found."""

REMEDY = (
    "run `monitor record URL DIR` and send the folder: no answer of Gatus like this was seen yet"
)


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Gatus dashboard: its title and settings, and the shape of its
    results.
    """
    if b"| Gatus</title>" in response.body or b"gatus.io" in response.body[:100_000].lower():
        yield Signal("markup", "the page calls itself Gatus")
    told = try_json(response)
    if isinstance(told, dict) and set(told) >= {"oidc", "authenticated"}:
        yield Signal("config", "settings say whether sign-in is needed")
    first = told[0] if isinstance(told, list) and told and isinstance(told[0], dict) else {}
    if {"name", "key", "results"} <= first.keys() and isinstance(first["results"], list):
        yield Signal("shape", "endpoints have a name, a key and results")
        if first["key"] == _key(
            maybe_text(first.get("group")) or "", maybe_text(first["name"]) or ""
        ):
            yield Signal("keys", "an endpoint's key is made of its group and name")


def _key(group: str, name: str) -> str:
    """Return the key that Gatus makes of a group and a name."""
    table = str.maketrans(dict.fromkeys("/_,.# +&", "-"))
    return f"{group.strip().lower().translate(table)}_{name.strip().lower().translate(table)}"


@dataclass(frozen=True, slots=True)
class _Endpoint:
    component: Component
    key: str
    results: Sequence[Row]


def _listed() -> Generator[Step, Any, tuple[str, list[_Endpoint], list[_Endpoint]]]:
    """Ask for all there is. Return where the endpoints were found, these, and the suites.

    Raises the error of an answer that cannot be read: a suite that fails must not be missing.
    """
    answers = yield from get_all([STATUSES, SUITES])
    for each in answers:
        if isinstance(each, FetchError):
            raise each
    endpoints, suites = (each for each in answers if isinstance(each, Response))
    with locate_errors(endpoints.url):
        found = _endpoints(endpoints, 0)
    with locate_errors(suites.url):
        courses = (
            []
            if suites.status == ABSENT or suites.body.strip() == b"null"
            else _endpoints(suites, len(found))
        )
    if not (found or courses):
        raise UnexpectedShape(
            "no endpoint is listed: such a dashboard says nothing of any",
            url=endpoints.url,
            remedy=REMEDY,
        )
    return endpoints.url, found, courses


def _endpoints(response: Response, first: int) -> list[_Endpoint]:
    return [
        _endpoint(each, at)
        for at, each in enumerate(rows(read_json(response), "the answer"), first)
    ]


def _endpoint(told: Row, at: int) -> _Endpoint:
    key = text(told.get("key"), "endpoint.key")
    component = Component(
        id=key,
        name=text(told.get("name"), "endpoint.name"),
        group=maybe_text(told.get("group")),
        position=at,
    )
    return _Endpoint(component, key, optional_rows(told.get("results"), "endpoint.results"))


def _part(endpoint: _Endpoint, now: datetime) -> ComponentState:
    """Return an endpoint's state by its newest result; nothing is known of it when that is old or
    missing.
    """
    found = [
        (instant(each.get("timestamp"), "result.timestamp"), each.get("success"))
        for each in endpoint.results
    ]
    at, success = max(found, key=lambda each: each[0], default=(None, None))
    if at is None or now - at > FRESH:
        return ComponentState(component=endpoint.component, level=None)
    said = str(success).lower()
    return ComponentState(component=endpoint.component, level=VOCABULARY.get(said), word=said)


def poll(page: PageContext) -> Steps:
    """Yield every endpoint's and suite's state. The answers change with every check, so nothing is
    conditional.
    """
    url, endpoints, suites = yield from _listed()
    with locate_errors(url):
        parts = [_part(each, page.now) for each in (*endpoints, *suites)]
        old = sum(part.word is None for part in parts)
        told = evidence(SOURCE, page, parts=parts)
    yield told
    if old == len(parts):
        raise UnexpectedShape(
            "no result is fresh: Gatus itself may have stopped", url=url, remedy=REMEDY
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield each endpoint's outages from its events, which cover the time since the first of them;
    suites have none.
    """
    _, endpoints, suites = yield from _listed()
    yield evidence(SOURCE, page, components=[each.component for each in (*endpoints, *suites)])
    for first in range(0, len(endpoints), AT_ONCE):
        some = endpoints[first : first + AT_ONCE]
        answers = yield from get_all(
            [f"/api/v1/endpoints/{quote(each.key, safe='')}/statuses" for each in some]
        )
        for endpoint, answer in zip(some, answers, strict=True):
            yield _past(endpoint, answer, page, since)


def _past(
    endpoint: _Endpoint, answer: Response | FetchError, page: PageContext, since: datetime
) -> Evidence:
    """Return one endpoint's past; a gap when its answer cannot be read."""
    try:
        if isinstance(answer, FetchError):
            raise answer
        with locate_errors(answer.url):
            turns, words = _turns(row(read_json(answer), "the answer"), page.now)
    except (FetchError, ParseError) as error:
        return _unread(endpoint, page, error)
    begun = Interval.between(max(since, turns[0][0]), page.now) if turns else None
    cover = (
        Coverage(span=begun, aspect=Aspect.IMPACTS, component_id=endpoint.key, complete=True)
        if begun
        else None
    )
    return Evidence(
        source=EVENTS,
        read_at=page.now,
        impacts=tuple(_impacts(endpoint.key, turns, page.now, since)),
        coverage=() if cover is None else (cover,),
        unknown_words=words,
    )


def _unread(endpoint: _Endpoint, page: PageContext, error: PageError) -> Evidence:
    gap = Gap(what=f"events of {endpoint.component.name}", reason=error.reason, message=str(error))
    return Evidence(source=EVENTS, read_at=page.now, gaps=(gap,))


def _turns(told: Row, now: datetime) -> tuple[list[tuple[datetime, Level | None]], tuple[str, ...]]:
    """Return what an endpoint turned to and when, oldest first, and the types of event we do not
    know.
    """
    events = [
        (instant(each.get("timestamp"), "event.timestamp"), text(each.get("type"), "event.type"))
        for each in optional_rows(told.get("events"), "events")
    ]
    turns = sorted(
        ((at, VOCABULARY.get(kind)) for at, kind in events if at < now), key=lambda each: each[0]
    )
    return turns, tuple(
        sorted({keyword(kind, "event.type") for _, kind in events if kind not in VOCABULARY})
    )


def _impacts(
    key: str, turns: Sequence[tuple[datetime, Level | None]], now: datetime, since: datetime
) -> Iterator[Impact]:
    for (start, level), (end, _) in pairwise([*turns, (now + MIN_DURATION, None)]):
        over = end if end <= now else None
        if level is not Level.OPERATIONAL and start < end and (over is None or over > since):
            yield Impact(
                component_id=key,
                level=level,
                start=start,
                end=over,
                basis=Basis.TRANSITION,
                source=EVENTS,
                word="UNHEALTHY" if level else "unknown event",
            )
