"""Rootly status pages: the page's state and its active incidents, in one answer. Pure.

Pages on a domain of their own answer `/api/v1/status.json`. What is easily misread in it:

- It looks like Statuspage's, but lists no components: everything it says is about the page as a
  whole.
- Only active incidents are listed; one that is no longer there has ended, and nothing else says so.
- `critical` is an impact of incidents only; the indicator is `major` then.

History is English prose in HTML, without years in its list, and is not read. We have seen no real
answer: whatever is not in the description
(https://docs.rootly.com/configuration/status-page-public-api) is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, ImpactSpan, expire_stale, spans_for
from monitor.kit.evidence import evidence
from monitor.kit.fields import Row, identifier, keyword, maybe_text, optional_rows, row, rows, text
from monitor.kit.messages import messages
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.posts import Post, calls_over, end_of, post_saying
from monitor.kit.protocol import About, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, try_json
from monitor.kit.times import instant, maybe_instant
from monitor.kit.zones import own_zone
from monitor.model import Basis, Component, Level, PageInfo, Phase

ABOUT = About(
    title="Rootly",
    verified=None,
    live="/api/v1/status.json, 1 request",
    reach_days=0,
    reach="None before the first poll: past incidents are prose in HTML.",
    granularity="page",
    precision="seconds",
    caveat=(
        "It speaks of the page as a whole, not of components. Many pages are closed to programs by"
        " a challenge."
    ),
)

SOURCE = "rootly.status"
STATUS = "/api/v1/status.json"
COMMON_PATHS = (STATUS,)
PAGE = Component(id="page", name="Page")
REMEDY = (
    "run `monitor record URL DIR` and send us the folder: this answer has a shape we do not know"
)

VOCABULARY: Mapping[str, Level] = {
    "none": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "minor": Level.DEGRADED,
    "major": Level.PARTIAL_OUTAGE,
    "critical": Level.MAJOR_OUTAGE,
}
"""Indicators of the page and impacts of incidents."""

MAINTENANCE = "maintenance"
MAINTENANCE_STATES = frozenset({"scheduled", "in_progress", "completed"})
CLOSED_STATES = frozenset({"resolved", "completed", "closed", "cancelled"})
OPEN_STATES = frozenset(
    {
        "started",
        "in_triage",
        "detected",
        "acknowledged",
        "investigating",
        "identified",
        "monitoring",
        "mitigated",
    }
)
STATUSES = CLOSED_STATES | OPEN_STATES | MAINTENANCE_STATES

PHASES: Mapping[str, Phase] = {
    **dict.fromkeys(OPEN_STATES, Phase.OPEN),
    **dict.fromkeys(CLOSED_STATES, Phase.CLOSED),
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.OPEN,
}

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Rootly page's status: its shape, the address it names, and its ids."""
    if b'"indicator"' not in response.body or b'"time_zone"' not in response.body:
        return
    answer = try_json(response)
    if not _is_status(answer):
        return
    if maybe_text(answer["status"].get("indicator")) in VOCABULARY:
        yield Signal(
            "shape", "an indicator and incidents beside a page with a time zone, and no components"
        )
    if _names_own_host(answer["page"], response):
        yield Signal("address", f"{STATUS} names its own address")
    if UUID.fullmatch(str(answer["page"].get("id"))):
        yield Signal("ids", "the page's id is a UUID")


def _is_status(answer: Any) -> bool:  # noqa: ANN401
    """Whether it has the parts of a page's status, and no components."""
    if not isinstance(answer, dict) or "components" in answer:
        return False
    page, status = answer.get("page"), answer.get("status")
    if not isinstance(page, dict) or not isinstance(status, dict):
        return False
    return isinstance(answer.get("incidents"), list) and "time_zone" in page


def _names_own_host(page: Row, response: Response) -> bool:
    address = urlsplit(response.final_url or response.url)
    host = urlsplit(maybe_text(page.get("url")) or "").hostname
    return address.path == STATUS and host is not None and address.hostname == host


# the answer


def _states(indicator: str, events: Iterable[Event], now: datetime) -> Iterator[ComponentState]:
    """Yield the states that the page's indicator and each incident that goes on say it is in."""
    yield _state(VOCABULARY.get(indicator), indicator)
    for event in events:
        if event.phase is Phase.OPEN:
            for span in event.spans:
                if span.end is None or span.end > now:
                    yield _state(span.level, span.word)


def _state(level: Level | None, word: str | None) -> ComponentState:
    return ComponentState(component=PAGE, level=level, word=word)


def _event(row: Row, now: datetime) -> Event:
    title = text(row.get("name"), "incident.name")
    url = maybe_text(row.get("url")) or maybe_text(row.get("shortlink"))
    key = identifier(row.get("id") or (url or "").rstrip("/").rpartition("/")[2], "incident.id")
    where = f"incident {key}"
    status = keyword(row.get("status"), f"{where}.status")
    impact = keyword(row.get("impact"), f"{where}.impact")
    start = instant(row.get("started_at") or row.get("created_at"), f"{where}.started_at")
    posts = _posts(row)
    last_word = max([start, *(post.at for post in posts)])
    stated_end = maybe_instant(row.get("resolved_at"), f"{where}.resolved_at")
    end = end_of(posts, stated_end, start, over=calls_over(status, PHASES))
    is_maintenance = impact == MAINTENANCE or status in MAINTENANCE_STATES
    event = Event(
        id=key,
        title=title,
        phase=_phase(status, start, end, now),
        start=start,
        end=end,
        status=status,
        impact=impact,
        url=url,
        maintenance=is_maintenance,
        spans=_spans(impact, start, end, is_maintenance=is_maintenance),
        unknown_words=() if status in STATUSES else (status,),
        updates=messages(row.get("incident_updates"), at="created_at", text="body"),
    )
    return expire_stale(event, last_word, now)


def _posts(row: Row) -> list[Post]:
    posts = []
    for update in optional_rows(row.get("incident_updates"), "incident.incident_updates"):
        at = instant(update.get("created_at"), "incident_update.created_at")
        word = (maybe_text(update.get("status")) or "").lower()
        posts.append(post_saying(at, word, PHASES))
    return posts


def _phase(status: str, start: datetime, end: datetime | None, now: datetime) -> Phase:
    if status in CLOSED_STATES or (end is not None and end <= now):
        return Phase.CLOSED
    return Phase.SCHEDULED if start > now else Phase.OPEN


def _spans(
    impact: str, start: datetime, end: datetime | None, *, is_maintenance: bool
) -> tuple[ImpactSpan, ...]:
    """Return what an incident means for the page: its impact, which is a severity and no state."""
    level = VOCABULARY.get(impact)
    if is_maintenance and level is not None:
        level = Level.MAINTENANCE
    basis = Basis.DECLARED if level in {None, Level.MAINTENANCE} else Basis.INFERRED
    return spans_for([PAGE.id], level, start, end, word=impact, basis=basis)


def _info(row: Row, status: Row, page: PageContext) -> PageInfo:
    zone, remark = own_zone(row.get("time_zone"), page)
    return PageInfo(
        name=text(row.get("name"), "page.name"),
        zone=zone,
        indicator=maybe_text(status.get("description")),
        remark=remark,
    )


# reading


def poll(page: PageContext) -> Steps:
    """Yield the page's state and its active incidents in one request."""
    response = yield from get(STATUS, conditional=not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        if "components" in answer:
            raise UnexpectedShape(
                "components are listed, which Rootly's pages do not", remedy=REMEDY
            )
        status = row(answer.get("status"), "status")
        events = [_event(entry, page.now) for entry in rows(answer.get("incidents"), "incidents")]
        ended_events, withdrawn = closed_since(page, events)
        info = _info(row(answer.get("page"), "page"), status, page)
        indicator = keyword(status.get("indicator"), "status.indicator")
        yield evidence(
            SOURCE,
            page,
            info=info,
            parts=list(_states(indicator, events, page.now)),
            events=[*events, *ended_events],
            withdrawn=withdrawn,
            cursor=dump_open(events),
        )


def backfill(page: PageContext, since: datetime) -> Steps:  # noqa: ARG001
    """Yield the present state: the past of these pages cannot be read."""
    yield from poll(page)
