"""The AWS Health Dashboard: one list of events for every service in every region. Pure.

`/public/currentevents` lists what is going on or was over a short while ago; `historyevents.json`,
of which storage in several regions has copies, lists about a year. Both hold events with a code (0
resolved, 1 informational, 2 degradation, 3 disruption), a log, and for large events a table of
services with every change of their codes: seconds in the first, milliseconds in the last. Nothing
lists the services that are well, so a page's components are those an event ever named in the
regions chosen (`regions` of the vendor), and one for each region that stands for all others.

The dashboard speaks of regions a user has nothing to do with, so AWS is never rated as a whole:
without `regions` its events are listed and nothing is rated. Facts are kept of every region all the
same, so that a region chosen later has its history. An event that stays open and of which nothing
was said for `SILENT_AFTER` is listed with its age and rates nothing from then on: all that it names
is unknown, and so is the rest of its region.

The format is published nowhere. That of the events is as observed, that of the history as programs
read it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from monitor.errors import FetchError, PageError, ParseError
from monitor.intervals import Interval
from monitor.kit.fallback import gap_of
from monitor.kit.protocol import About, Get, PageContext, Steps, StepsTo, get
from monitor.kit.responses import locate_errors
from monitor.model import Aspect, Coverage, pick
from monitor.platforms.aws.components import read_mark
from monitor.platforms.aws.detection import HOSTS, detect
from monitor.platforms.aws.encoding import read_answer
from monitor.platforms.aws.events import LEVELS, Events, HealthEvent, read_current, read_history
from monitor.platforms.aws.view import evidence_of, view_events

__all__ = ["ABOUT", "HOSTS", "LEVELS", "PROBE", "backfill", "detect", "poll"]

ABOUT = About(
    title="AWS Health Dashboard",
    verified=date(2026, 7, 31),
    live="/public/currentevents, 1 request",
    reach_days=365,
    reach="About a year of events, per service and region.",
    granularity="component and region",
    precision="seconds",
    regions="required",
    caveat=(
        "AWS posts an event only for trouble that many customers have; informational events (code"
        " 1), with which most outages begin, count as operational. The shape of its history is"
        " known from programs that read it, no answer of it was seen."
    ),
)

CURRENT = "/public/currentevents"
PROBE = Get(path=CURRENT)
HISTORY_COPIES = (
    "https://history-events-us-east-1-prod.s3.amazonaws.com/historyevents.json",
    "https://history-events-eu-west-1-prod.s3.amazonaws.com/historyevents.json",
    "https://history-events-us-west-2-prod.s3.amazonaws.com/historyevents.json",
    "https://history-events-ap-northeast-1-prod.s3.amazonaws.com/historyevents.json",
)
"""Copies of one file; the first that can be read is read."""

HISTORY_DAYS = 365
"""The most the history is trusted to reach back: single older events may linger in it."""


def poll(page: PageContext) -> Steps:
    """Yield what is going on in the chosen regions, in one request.

    Two when an event we hold as open has left the list: the history then says how it ended, and
    what is in neither was withdrawn. Raises the errors of the answers that cannot be read.
    """
    mark = read_mark(page.cursor)
    is_current = mark.day == f"{page.now:%Y-%m-%d}" and mark.regions == page.regions
    response = yield from get(CURRENT, conditional=is_current)
    if response.unchanged:
        return
    with locate_errors(response.url):
        events = read_current(read_answer(response))
    missing = page.open_incidents - events.keys()
    history = (yield from _get_history()) if missing else {}
    events |= pick(history, missing)
    yield evidence_of(view_events(page, events.values()), withdrawn=missing - history.keys())


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the events since then, from the current list and the history together, in two requests.

    The history covers the time since its oldest event, at most `HISTORY_DAYS`. When no copy of it
    can be read the current list is kept alone: it covers nothing of the past, which the evidence
    says as a gap.
    """
    response = yield from get(CURRENT)
    with locate_errors(response.url):
        current = read_current(read_answer(response))
    try:
        history = yield from _get_history()
    except (FetchError, ParseError) as error:
        gaps = (gap_of("history", error),)
        yield evidence_of(view_events(page, current.values()), gaps=gaps)
        return
    events: Events = {}
    for arn, event in history.items():
        if event.end is None or event.end > since:
            events[arn] = event
    events |= current
    view = view_events(page, events.values())
    yield evidence_of(view, coverage=_coverage(history.values(), page, since))


def _coverage(
    history: Iterable[HealthEvent], page: PageContext, since: datetime
) -> tuple[Coverage, ...]:
    oldest = min(event.start for event in history)
    first = max(oldest, since, page.now - timedelta(days=HISTORY_DAYS))
    span = Interval.between(first, page.now)
    return (Coverage(span=span, aspect=Aspect.IMPACTS, complete=True),) if span else ()


def _get_history() -> StepsTo[Events]:
    """Return the events of the first copy of the history that can be read. Raises the last copy's
    error.
    """
    failure: PageError | None = None
    for address in HISTORY_COPIES:
        try:
            response = yield from get(address)
            with locate_errors(response.url):
                return read_history(read_answer(response))
        except (FetchError, ParseError) as error:
            failure = error
    raise failure or AssertionError("there are copies")
