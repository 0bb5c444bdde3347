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

from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, present_spans
from monitor.kit.evidence import evidence
from monitor.kit.fields import Row, keyword, maybe_text, row, text
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Steps, get
from monitor.kit.responses import locate_errors, read_json
from monitor.kit.zones import own_zone
from monitor.model import Level, PageInfo
from monitor.platforms.rootly.detection import COMMON_PATHS, STATUS, detect
from monitor.platforms.rootly.incidents import PAGE, VOCABULARY, read_events

__all__ = ["ABOUT", "COMMON_PATHS", "VOCABULARY", "backfill", "detect", "poll"]

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

REMEDY = (
    "run `monitor record URL DIR` and send us the folder: this answer has a shape we do not know"
)


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
        events = list(read_events(answer, page.now))
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


def _states(indicator: str, events: Iterable[Event], now: datetime) -> Iterator[ComponentState]:
    """Yield the states that the page's indicator and each incident that goes on say it is in."""
    yield _state(VOCABULARY.get(indicator), indicator)
    for span in present_spans(events, now):
        yield _state(span.level, span.word)


def _state(level: Level | None, word: str | None) -> ComponentState:
    return ComponentState(component=PAGE, level=level, word=word)


def _info(row: Row, status: Row, page: PageContext) -> PageInfo:
    zone, remark = own_zone(row.get("time_zone"), page)
    return PageInfo(
        name=text(row.get("name"), "page.name"),
        zone=zone,
        indicator=maybe_text(status.get("description")),
        remark=remark,
    )


def backfill(page: PageContext, since: datetime) -> Steps:  # noqa: ARG001
    """Yield the present state: the past of these pages cannot be read."""
    yield from poll(page)
