"""SAP Concur Open: services in data centres, the incidents of twenty days, and a list of all since
2013. Pure.

`status_history` tells of one data centre what each service is now and was on each of some twenty
days, with the incidents of each in full. `incidents` holds everything, 23 MB in four languages, and
is read once, for history. What is easily misread:

- `success` is false in good answers too; a data centre nobody knows answers without services, which
  is no good news.
- An incident has one severity, for all of its services in all of its data centres, and ends with
  `end_epoch`, whatever its `status` says. Tests are among them (`is_test`).
- Services differ from data centre to data centre. The query names a data centre by a code, an
  incident by a name.
- Where a data centre cannot be read the others are, and its services are unknown.

A component is a service in a data centre; `regions` choose the data centres that are asked for.
Nothing describes the format: it is that of the page's own script, https://open.concur.com.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any

from monitor.errors import FetchError, PageError, UnexpectedShape
from monitor.kit.events import ComponentState, Event, spans_for
from monitor.kit.evidence import evidence
from monitor.kit.fields import Row, identifier, items, maybe_text, optional_rows, row, rows, text
from monitor.kit.messages import messages
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.posts import closed_at, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Step, Steps, get
from monitor.kit.responses import locate_errors, read_json, try_json
from monitor.kit.times import epoch
from monitor.model import Component, Evidence, Gap, IncidentUpdate, Level, PageInfo, Phase

ABOUT = About(
    title="SAP Concur Open",
    verified=date(2026, 7, 31),
    live="/api/open/status_history, 1 request for each data centre",
    reach_days=None,
    reach="All incidents since 2013, in one answer of some 23 MB; twenty days with every poll.",
    granularity="component and region",
    precision="minutes",
    regions="optional",
    caveat=(
        "SAP posts most incidents when they are over, with one severity for every service and data"
        " centre they name; a banner announces trouble before that and is not read."
    ),
)

SOURCE = "concur.incidents"
HOST = "open.concur.com"
HOSTS = (HOST,)
PAGE = f"https://{HOST}/"
INCIDENTS = "/api/open/incidents"
MAX_BODY_MIB = 40

CENTRES: Mapping[str, str] = {
    "us2": "US2",
    "eu2": "EU2",
    "apj1": "APJ1",
    "usg": "Concur Cloud for Public Sector",
}
"""The data centres in use: the code that the query takes, and the name that incidents use."""

CODES: Mapping[str, str] = {name.lower(): key for key, name in CENTRES.items()}

VOCABULARY: Mapping[str, Level] = {
    "normal": Level.OPERATIONAL,
    "degradation": Level.DEGRADED,
    "disruption": Level.MAJOR_OUTAGE,
}

NOW = "Current Status"
DAY = re.compile(r"(\d{4}-\d\d-\d\d)T([+-]\d{4})")
RESOLVED = "resolved"

MESSAGES: Mapping[str, Phase] = {
    "issue identified": Phase.OPEN,
    "issue status update": Phase.OPEN,
    "issue resolved": Phase.CLOSED,
    "issue identified and resolved": Phase.CLOSED,
}
"""Types of messages. A "Root Cause Analysis" follows days after the end."""


# recognising


def detect(response: Response) -> list[Signal]:
    """Return the signs of Concur Open: the two shapes, what their words are and, beside these, the
    host.
    """
    told = try_json(response)
    return list(_signals(told)) if isinstance(told, dict) else []


def _signals(told: Row) -> Iterator[Signal]:
    services, incidents = told.get("data"), told.get("incidents")
    if (
        isinstance(services, dict)
        and services
        and all(_is_service(key, each) for key, each in services.items())
    ):
        yield Signal("shape", "services by name, each with a current status")
        if {"Expense", "Travel"} <= services.keys():
            yield Signal("words", "services called Expense and Travel")
    elif isinstance(incidents, list) and incidents and all(map(_is_incident, incidents[:20])):
        yield Signal("shape", "incidents with services, data centres and a start since 1970")
        if all(str(each.get("jira_id")).startswith("OPI-") for each in incidents[:20]):
            yield Signal("words", "incidents are tickets of OPI")


def _is_service(key: str, told: object) -> bool:
    return isinstance(told, dict) and told.get("Service") == key and isinstance(told.get(NOW), dict)


def _is_incident(told: object) -> bool:
    return isinstance(told, dict) and told.keys() >= {
        "affected_services",
        "data_centers",
        "start_epoch",
        "severity",
    }


# services, centres


def _path(centre: str) -> str:
    return f"/api/open/status_history?data_center={centre}&utc_offset=-0000"


PROBE = Get(path=_path("us2"))
"""The state of one data centre: the page itself is an empty shell."""


def _centres(page: PageContext) -> list[str]:
    """Return the codes of the data centres chosen, all where none is."""
    chosen = [each.lower() for each in page.regions]
    return [
        key
        for key, name in CENTRES.items()
        if not chosen
        or any(fnmatchcase(key, each) or fnmatchcase(name.lower(), each) for each in chosen)
    ]


def _id(service: str, centre: str) -> str:
    return f"{service}@{centre}"


def _part(service: str, centre: str, state: str | None, position: int = 0) -> ComponentState:
    name = CENTRES[centre]
    return ComponentState(
        component=Component(
            id=_id(service, centre), name=service, group=name, region=name, position=position
        ),
        level=VOCABULARY.get((state or "").lower()),
        word=state and state[:60],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Centre:
    """What one answer says of a data centre; `first`: the instant from which it speaks of days,
    None = of none.
    """

    parts: tuple[ComponentState, ...]
    events: tuple[Event, ...]
    first: datetime | None


def _centre(told: object, centre: str, now: datetime) -> _Centre:
    services = row(row(told, "the answer").get("data"), "data")
    if not services:
        raise UnexpectedShape(f"data: there is no service in the data centre {centre}")
    parts, events, days = [], [], []
    for at, (name, each) in enumerate(services.items()):
        service, where = text(name, "the name of a service"), f"data.{name[:40]}"
        found = row(each, where)
        state = row(found.get(NOW), f"{where}.{NOW}")
        parts.append(_part(service, centre, text(state.get("status"), f"{where}.{NOW}.status"), at))
        entries = {
            key: row(day, f"{where}.{key[:20]}")
            for key, day in found.items()
            if key == NOW or DAY.match(key)
        }
        events += [
            e
            for key, day in entries.items()
            for e in _events(day.get("incidents"), f"{where}.{key}", now)
        ]
        days.append(
            min((start for key in entries if (start := _midnight(key)) is not None), default=None)
        )
    whole = [each for each in days if each is not None]
    return _Centre(
        parts=tuple(parts),
        events=tuple(events),
        first=max(whole) if len(whole) == len(days) else None,
    )


def _midnight(key: str) -> datetime | None:
    """Return the beginning of the day that a key names, as in "2026-05-20T-0500"."""
    found = DAY.fullmatch(key)
    try:
        return datetime.strptime(found[1] + found[2], "%Y-%m-%d%z") if found else None
    except ValueError:
        return None


# incidents


def _events(
    told: object, where: str, now: datetime, since: datetime | None = None
) -> Iterator[Event]:
    """Yield the incidents of a list, of those that ended before `since` none, and no tests."""
    for at, each in enumerate(optional_rows(told, where)):
        if each.get("is_test") != "Y" and not _ended_before(each.get("end_epoch"), since):
            yield _event(each, f"{where}[{at}]", now)


def _ended_before(end: object, since: datetime | None) -> bool:
    """Whether this is the end of something long past, which need not be read: it is years older
    than our vocabulary.
    """
    return since is not None and type(end) is int and 0 < end < since.timestamp()


def _event(told: Row, where: str, now: datetime) -> Event:
    services = [
        text(each, f"{where}.affected_services")
        for each in _names(told, "affected_services", where)
    ]
    names = [text(each, f"{where}.data_centers") for each in _names(told, "data_centers", where)]
    centres = [CODES.get(name.lower(), name.lower()) for name in names]
    start, end = epoch(told.get("start_epoch"), f"{where}.start_epoch"), _end(told, where)
    severity = (maybe_text(told.get("severity")) or "").lower()[:60]
    level = VOCABULARY.get(severity)
    return Event(
        id=identifier(told.get("id"), f"{where}.id"),
        title=f"{severity or 'incident'}: {', '.join(services)} ({', '.join(names)})",
        phase=Phase.CLOSED if end is not None and end <= now else Phase.OPEN,
        start=start,
        end=end,
        status=maybe_text(told.get("status")) or "not told",
        impact=severity or "not told",
        url=PAGE,
        spans=spans_for(
            (_id(service, centre) for centre in centres for service in services),
            level,
            start,
            end,
            word=severity or None,
        ),
        unattributed=not services or not centres,
        unknown_words=tuple(name for name in names if name.lower() not in CODES),
        updates=_messages(told),
    )


def _messages(told: Row) -> tuple[IncidentUpdate, ...]:
    """Return what was posted, in English: every message is there in four languages."""
    listed = told.get("messages")
    said = [
        each | {"text": each["body"].get("en")}
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict) and isinstance(each.get("body"), dict)
    ]
    return messages(said, at="created_epoch", status="message_type", text="text", read_time=epoch)


def _names(told: Row, field: str, where: str) -> list[object]:
    return items(told.get(field), f"{where}.{field}")


def _end(told: Row, where: str) -> datetime | None:
    """Return the end; of a resolved incident without one, the message that says so. None = going
    on.
    """
    if told.get("end_epoch"):
        return epoch(told["end_epoch"], f"{where}.end_epoch")
    if (maybe_text(told.get("status")) or "").lower() != RESOLVED:
        return None
    posts = [
        post_saying(
            epoch(each["created_epoch"], f"{where}.messages.created_epoch"),
            (maybe_text(each.get("message_type")) or "").lower(),
            MESSAGES,
        )
        for each in optional_rows(told.get("messages"), f"{where}.messages")
        if each.get("created_epoch")
    ]
    return closed_at(posts, epoch(told["start_epoch"], f"{where}.start_epoch"))


# poll and backfill


def poll(page: PageContext) -> Steps:
    """Yield the state of every service and the incidents of the last days, in one request for each
    data centre chosen.

    Raises the error of the first data centre when none can be read; otherwise those that cannot are
    unknown.
    """
    told = yield from _asked(page, conditional=len(_centres(page)) == 1)
    if told:
        yield _live(page, told)


def _asked(
    page: PageContext, *, conditional: bool = False
) -> Generator[Step, Any, dict[str, _Centre | PageError]]:
    """Return what each data centre chosen says, or why it does not; nothing when all is as it
    was.
    """
    centres = _centres(page)
    if not centres:
        remedy = f"correct `regions`: the data centres are {', '.join(CENTRES.values())}"
        raise UnexpectedShape("no data centre is chosen", url=page.url, remedy=remedy)
    answers = yield [Get(path=_path(each), conditional=conditional) for each in centres]
    if any(isinstance(each, Response) and each.unchanged for each in answers):
        return {}
    told = {
        each: _read(each, answer, page.now) for each, answer in zip(centres, answers, strict=True)
    }
    if all(isinstance(each, PageError) for each in told.values()):
        raise next(each for each in told.values() if isinstance(each, PageError))
    return told


def _read(centre: str, answer: Response | FetchError, now: datetime) -> _Centre | PageError:
    if isinstance(answer, FetchError):
        return answer
    try:
        with locate_errors(answer.url):
            return _centre(read_json(answer), centre, now)
    except PageError as error:
        return error


def _live(page: PageContext, told: Mapping[str, _Centre | PageError]) -> Evidence:
    read = [each for each in told.values() if isinstance(each, _Centre)]
    failed = {key: each for key, each in told.items() if isinstance(each, PageError)}
    events = {event.id: event for each in read for event in each.events}
    over, withdrawn = closed_since(page, events.values()) if not failed else ((), ())
    notes = (f"{CENTRES[key]} cannot be read: {error.message}" for key, error in failed.items())
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(name="SAP Concur", remark="; ".join(notes) or None),
        parts=[*(part for each in read for part in each.parts), *_unread(page, failed)],
        events=(*events.values(), *over),
        withdrawn=withdrawn,
        cursor=dump_open(events.values()) if not failed else None,
    )
    spoken = (
        evidence(SOURCE, page, events=events.values(), since=each.first).coverage for each in read
    )
    return replace(
        piece,
        coverage=tuple(
            replace(cover, component_id=part.component.id)
            for each, covers in zip(read, spoken, strict=True)
            for cover in covers
            for part in each.parts
        ),
    )


def _unread(page: PageContext, failed: Iterable[str]) -> Sequence[ComponentState]:
    """Return the services we know in data centres that could not be read: nothing is told of
    them.
    """
    known = (key.rpartition("@") for key in sorted(page.components))
    return [
        _part(service, centre, None) for service, _, centre in known if service and centre in failed
    ]


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the present state and the last days, then every incident since then, of all data
    centres.

    The long list is not asked for when the last days are enough. Where it cannot be read (it is
    longer than some limits allow) there is a gap, and the last days remain.
    """
    recent = yield from _asked(page)
    yield _live(page, recent)
    if all(
        isinstance(each, _Centre) and each.first is not None and each.first <= since
        for each in recent.values()
    ):
        return
    try:
        response = yield from get(INCIDENTS)
        with locate_errors(response.url):
            told = rows(row(read_json(response), "the answer").get("incidents"), "incidents")
            if not told:
                raise UnexpectedShape("incidents: the list of all incidents is empty")
            yield evidence(
                SOURCE, page, events=_events(told, "incidents", page.now, since), since=since
            )
    except PageError as error:
        gap = Gap(
            what=f"incidents since {since:%Y-%m-%d}", reason=error.reason, message=error.message
        )
        yield Evidence(source=SOURCE, read_at=page.now, gaps=(gap,))
