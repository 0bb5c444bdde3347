"""Zscaler's Trust portal: one JSON document a cloud, with its services and the posts about them.
Pure.

`/api/cloud-status` answers for one cloud; the page's address names it:
https://trust.zscaler.com/zscaler.net/. What is easily misread:

- A service's boolean `status` stays true while a degradation is open. It is never read: a service
  is in the state that its posts have, those of `category_status` now and those of `issues` in the
  last seven days.
- A post's `severityTid` is a row of the list `severity`, and only its name has a meaning.
  Informational posts, security advisories and posts without impact on the service are no trouble;
  what is under investigation is not known.
- One post stands under each service it is about. Times of posts are e-mail dates; the days of the
  answer, `start_date` and `end_date`, carry no zone and are UTC, as the minutes counted from them
  show.

Maintenance is told elsewhere and not read. The format is not documented.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import quote, urlencode, urlsplit

from monitor.errors import PageUnavailable, UnexpectedShape
from monitor.kit.events import Event, ImpactSpan, events_since, expire_stale, is_past, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import (
    Row,
    identifier,
    is_list_of,
    last_segment,
    maybe_row,
    maybe_text,
    row,
    rows,
    text,
)
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.kit.states import current_states
from monitor.kit.times import instant, mail_date
from monitor.model import Component, Level, PageInfo, Phase

ABOUT = About(
    title="Zscaler Trust",
    verified=date(2026, 8, 12),
    live="/api/cloud-status of one cloud, 1 request",
    reach_days=7,
    reach="The posts of the last seven days.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Zscaler keeps its page green beside an open post; we read the posts. Where its posts say"
        " no more than that something is being investigated, nothing is known, and maintenance is"
        " not told here."
    ),
)

SOURCE = "zscaler.issues"
HOST = "trust.zscaler.com"
HOSTS = (HOST,)
SITE = f"https://{HOST}"
API = f"{SITE}/api/cloud-status"

VOCABULARY: Mapping[str, Level] = {
    "No Service Impact": Level.OPERATIONAL,
    "Informational": Level.OPERATIONAL,
    "Security Advisory": Level.OPERATIONAL,
    "Service Degradation": Level.DEGRADED,
    "Service Disruption": Level.MAJOR_OUTAGE,
}
"""The names of severities."""

UNSAID = "Under Investigation"
"""A severity that says of the service's state that it is not known yet."""

PHASES: Mapping[str, Phase] = {"in progress": Phase.OPEN, "resolved": Phase.CLOSED}

CLOUDS: Mapping[str, str] = {"zscaler.net": "zsn"}
"""What the portal calls a cloud when it asks; other names are passed on as they stand in the
address."""

NO_CLOUDS = frozenset({"", "api", "cloud-status", "incidents", "posts"})
"""First parts of a path that are none."""

LEGEND = frozenset({"tid", "name", "visible", "show_legend", "color_code"})
REPORT = re.compile(r'class="report-time">(\w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d UTC)<')

LONGEST_WORD = 60


# detection


def probe(url: str) -> tuple[Get, ...]:
    """Return the answer about the cloud at this URL, or about the first cloud where it names
    none.
    """
    if urlsplit(url).hostname != HOST:
        return ()
    return (Get(path=_path(_cloud(url) or "zsn")),)


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of the Trust portal's answer; `host` only ever beside another sign."""
    if b'"subCategory"' not in response.body:
        return
    answer = try_json(response)
    data = maybe_row(answer).get("data")
    if not isinstance(data, dict):
        return
    if is_list_of(data.get("severity"), LEGEND):
        yield Signal("legend", "severities with what of them is shown")
    if is_list_of(data.get("category"), {"subCategory"}):
        yield Signal("services", "services stand as categories of a category")


def _cloud(url: str) -> str:
    """Return what the portal calls the cloud an address names; "" when it names none."""
    name = urlsplit(url).path.strip("/").partition("/")[0]
    return "" if name in NO_CLOUDS else CLOUDS.get(name, name)


def _path(cloud: str) -> str:
    query = {"cloud": cloud, "requestType": "core_cloud_services", "dateOffset": 0}
    return f"{API}?{urlencode(query)}"


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What an answer says. `since`: the first instant it speaks of."""

    since: datetime
    components: Sequence[Component]
    events: Sequence[Event]


def _read(response: Response, now: datetime) -> _Answer:
    data = row(row(read_json(response), "the answer").get("data"), "data")
    reader = _Reader(legend=_legend(data), now=now)
    services: list[Row] = []
    for number, group in enumerate(rows(data.get("category"), "category")):
        services += rows(group.get("subCategory"), f"category[{number}].subCategory")
    if not services:
        raise UnexpectedShape(
            "the answer has no service; is the cloud in the page's address one that exists?"
        )
    components: list[Component] = []
    events: list[Event] = []
    for position, service in enumerate(services):
        key = identifier(service.get("tid"), "service.tid")
        name = text(service.get("name"), "service.name")
        components.append(Component(id=key, name=name, position=position))
        events += reader.events(service, key)
    since = instant(data.get("start_date"), "start_date", UTC)
    return _Answer(since=since, components=components, events=_merge(events))


def _legend(data: Row) -> Mapping[str, str]:
    legend = {}
    for severity in rows(data.get("severity"), "severity"):
        key = identifier(severity.get("tid"), "severity.tid")
        legend[key] = text(severity.get("name"), "severity.name")
    return legend


def _merge(events: Sequence[Event]) -> list[Event]:
    """Return each post once, with all of its services."""
    first: dict[str, Event] = {}
    spans: dict[str, list[ImpactSpan]] = defaultdict(list)
    for event in events:
        first.setdefault(event.id, event)
        spans[event.id] += event.spans
    return [replace(event, spans=tuple(spans[key])) for key, event in first.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """What is needed to read a post: the names of severities."""

    legend: Mapping[str, str]
    now: datetime

    def events(self, service: Row, key: str) -> Iterator[Event]:
        """Yield the posts about a service; one that is told as present is not over, whatever else
        is said.
        """
        present = service.get("category_status") or []
        if isinstance(present, dict):
            present = [present]
        current: dict[str, Event] = {}
        for post in rows(present, f"service {key}.category_status"):
            event = self._event(post, key, present=True)
            current[event.id] = event
        yield from current.values()
        for post in rows(service.get("issues") or [], f"service {key}.issues"):
            event = self._event(post, key, present=False)
            if event.id not in current:
                yield event

    def _event(self, post: Row, key: str, *, present: bool) -> Event:
        """Return a post; an open one nobody speaks of any more is not rated for ever."""
        alias = text(post.get("alias"), f"service {key}.alias")
        where = f"post {alias[:40]}"
        start = mail_date(post.get("from"), f"{where}.from")
        status = text(post.get("status"), f"{where}.status")
        end = None if present else self._end(post, status, where)
        severity = identifier(post.get("severityTid"), f"{where}.severityTid")
        name = self.legend.get(severity, f"severity {severity}")[:LONGEST_WORD]
        event = Event(
            id=last_segment(alias) or alias,
            title=text(post.get("title"), f"{where}.title"),
            phase=Phase.CLOSED if is_past(end, self.now) else Phase.OPEN,
            start=start,
            end=end,
            status=status,
            impact=name,
            url=SITE + quote(alias if alias.startswith("/") else f"/{alias}"),
            spans=spans_for(
                [key], VOCABULARY.get(name), start, end, word=None if name == UNSAID else name
            ),
            unknown_words=() if status.lower() in PHASES else (status[:LONGEST_WORD],),
        )
        return expire_stale(event, _updated_at(post, where, start), self.now)

    def _end(self, post: Row, status: str, where: str) -> datetime | None:
        """Return when a post says it ended; None while it goes on. One that is over must say."""
        end = mail_date(post.get("to"), f"{where}.to") if post.get("to") else None
        if end is None and PHASES.get(status.lower()) is Phase.CLOSED:
            shape_error(f"{where}.to", "when it ended", None)
        return end


def _updated_at(post: Row, where: str, start: datetime) -> datetime:
    """Return when a post was last written to: its text holds the time of each update."""
    dates = REPORT.findall(maybe_text(post.get("description")) or "")
    return max((mail_date(date, f"{where}.description") for date in dates), default=start)


# reading


def _path_of(page: PageContext) -> str:
    cloud = _cloud(page.url)
    if not cloud:
        raise PageUnavailable(
            "the address names none of Zscaler's clouds",
            url=page.url,
            remedy=f"configure the page of one cloud, such as {SITE}/zscaler.net/",
        )
    return _path(cloud)


def poll(page: PageContext) -> Steps:
    """Yield every service's state in one request; a post that is listed no longer has ended."""
    response = yield from get(_path_of(page), conditional=not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        answer = _read(response, page.now)
        endings, withdrawn = closed_since(page, answer.events)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name=f"Zscaler {urlsplit(page.url).path.strip('/')}"),
            parts=current_states(answer.components, answer.events, page.now),
            events=[*answer.events, *endings],
            withdrawn=withdrawn,
            cursor=dump_open(answer.events),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the posts of the last seven days, which is all the portal tells."""
    response = yield from get(_path_of(page))
    with locate_errors(response.url):
        answer = _read(response, page.now)
        first = max(since, answer.since)
        events = events_since(answer.events, since)
        yield evidence(SOURCE, page, components=answer.components, events=events, since=first)
    yield from gap_before(SOURCE, page, since, first, "the portal tells of seven days only")
