"""Rootly status pages: the page's state and its active incidents, in one answer. Pure.

Pages on a domain of their own answer `/api/v1/status.json`. What is easily misread in it:

- It looks like Statuspage's, but lists no components: everything it says is about the page as a
  whole.
- Only active incidents are listed; one that is no longer there has ended, and nothing else says so.
- `critical` is an impact of incidents only; the indicator says `major` then.

History is English prose in HTML, without years in its list, and is not read. We have seen no real
answer: whatever the description (https://docs.rootly.com/configuration/status-page-public-api) does
not tell of is refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, expire_stale, spans_for
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
PLANNED = frozenset({"scheduled", "in_progress", "completed"})
OVER = frozenset({"resolved", "completed", "closed", "cancelled"})
GOING = frozenset(
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

UPDATES: Mapping[str, Phase] = {
    **dict.fromkeys(GOING, Phase.OPEN),
    **dict.fromkeys(OVER, Phase.CLOSED),
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.OPEN,
}

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Rootly page's status: its shape, the address it names, and its ids."""
    if b'"indicator"' not in response.body or b'"time_zone"' not in response.body:
        return
    told = try_json(response)
    if (
        not isinstance(told, dict)
        or "components" in told
        or not isinstance(told.get("incidents"), list)
    ):
        return
    page, status = told.get("page"), told.get("status")
    if not isinstance(page, dict) or not isinstance(status, dict) or "time_zone" not in page:
        return
    if maybe_text(status.get("indicator")) in VOCABULARY:
        yield Signal(
            "shape", "an indicator and incidents beside a page with a time zone, and no components"
        )
    asked, named = (
        urlsplit(response.final_url or response.url),
        urlsplit(maybe_text(page.get("url")) or ""),
    )
    if asked.path == STATUS and asked.hostname and asked.hostname == named.hostname:
        yield Signal("address", f"{STATUS} names its own address")
    if UUID.fullmatch(str(page.get("id"))):
        yield Signal("ids", "the page's id is a UUID")


# the answer


def _parts(indicator: str, events: Sequence[Event], now: datetime) -> list[ComponentState]:
    """Return the page's state: the worst of what its indicator and the incidents that go on say."""
    going = [event for event in events if event.phase is Phase.OPEN]
    spans = [span for event in going for span in event.spans if span.end is None or span.end > now]
    said = ComponentState(component=PAGE, level=VOCABULARY.get(indicator), word=indicator)
    return [
        said,
        *(ComponentState(component=PAGE, level=span.level, word=span.word) for span in spans),
    ]


def _event(told: Row, now: datetime) -> Event:
    title = text(told.get("name"), "incident.name")
    url = maybe_text(told.get("url")) or maybe_text(told.get("shortlink"))
    key = identifier(told.get("id") or (url or "").rstrip("/").rpartition("/")[2], "incident.id")
    status, impact = (
        keyword(told.get("status"), f"incident {key}.status"),
        keyword(told.get("impact"), f"incident {key}.impact"),
    )
    start = instant(told.get("started_at") or told.get("created_at"), f"incident {key}.started_at")
    posts = _posts(told)
    spoke = max([start, *(post.at for post in posts)])
    said = maybe_instant(told.get("resolved_at"), f"incident {key}.resolved_at")
    end = end_of(posts, said, start, over=calls_over(status, UPDATES))
    planned = impact == MAINTENANCE or status in PLANNED
    level = VOCABULARY.get(impact)
    if planned and level is not None:
        level = Level.MAINTENANCE
    event = Event(
        id=key,
        title=title,
        phase=_phase(status, start, end, now),
        start=start,
        end=end,
        status=status,
        impact=impact,
        url=url,
        maintenance=planned,
        spans=spans_for(
            [PAGE.id],
            level,
            start,
            end,
            word=impact,
            basis=Basis.DECLARED if level in {None, Level.MAINTENANCE} else Basis.INFERRED,
        ),
        unknown_words=() if status in OVER | GOING | PLANNED else (status,),
        updates=messages(told.get("incident_updates"), at="created_at", text="body"),
    )
    return expire_stale(event, spoke, now)


def _posts(told: Row) -> list[Post]:
    return [
        post_saying(
            instant(each.get("created_at"), "incident_update.created_at"),
            (maybe_text(each.get("status")) or "").lower(),
            UPDATES,
        )
        for each in optional_rows(told.get("incident_updates"), "incident.incident_updates")
    ]


def _phase(status: str, start: datetime, end: datetime | None, now: datetime) -> Phase:
    if status in OVER or (end is not None and end <= now):
        return Phase.CLOSED
    return Phase.SCHEDULED if start > now else Phase.OPEN


def _info(told: Row, status: Row, page: PageContext) -> PageInfo:
    zone, remark = own_zone(told.get("time_zone"), page)
    return PageInfo(
        name=text(told.get("name"), "page.name"),
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
        told = row(read_json(response), "the answer")
        if "components" in told:
            raise UnexpectedShape(
                "components are listed, which Rootly's pages do not", remedy=REMEDY
            )
        status = row(told.get("status"), "status")
        events = [_event(each, page.now) for each in rows(told.get("incidents"), "incidents")]
        over, withdrawn = closed_since(page, events)
        yield evidence(
            SOURCE,
            page,
            info=_info(row(told.get("page"), "page"), status, page),
            parts=_parts(keyword(status.get("indicator"), "status.indicator"), events, page.now),
            events=[*events, *over],
            withdrawn=withdrawn,
            cursor=dump_open(events),
        )


def backfill(page: PageContext, since: datetime) -> Steps:  # noqa: ARG001
    """Yield the present state: the past of these pages cannot be read."""
    yield from poll(page)
