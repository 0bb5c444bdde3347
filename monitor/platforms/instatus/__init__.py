"""Instatus status pages: two small JSON answers for the present, the page's own HTML for the past.
Pure.

`/summary.json` has the page's word and what is going on (its two lists are absent when empty; until
2023 what is in them had no id, only an address), `/v3/components.json` (once `/v2/components.json`,
`/components.json`) has the components' states. The root page's HTML carries all of that and the
uptime record it draws: for every component the intervals at each level in the days it shows, and
the incidents behind them. There is no JSON history. Older incidents are listed by `/history/<n>`
and `/history.rss`, by name, without components' states.

An incident's `impact` is the state its latest update left, not the worst it was: an outage reads
OPERATIONAL while it is monitored. So no level is taken from it where the record shows intervals; of
a component without a record, such as one that has left the page, it is all that is told, and is
believed with low confidence. A page describes its JSON at `/public-api`; the rest is as observed.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import quote

from monitor.errors import PageError
from monitor.intervals import day_of
from monitor.kit.events import Event
from monitor.kit.evidence import evidence
from monitor.kit.fallback import FALL_BACK, NOT_FOUND, gap_of
from monitor.kit.protocol import About, PageContext, Steps, StepsTo, get
from monitor.kit.responses import locate_errors
from monitor.kit.states import components_of
from monitor.model import Evidence, Gap
from monitor.platforms.instatus.components import states_of
from monitor.platforms.instatus.detection import HOSTS, detect
from monitor.platforms.instatus.html import read_incident_page
from monitor.platforms.instatus.incidents import events_of, incident_id, incident_ids
from monitor.platforms.instatus.older import ask_feed, ask_older, named_incidents, unread
from monitor.platforms.instatus.reading import PageReading
from monitor.platforms.instatus.record import record_evidence
from monitor.platforms.instatus.sources import SUMMARY, ask_root, ask_state
from monitor.platforms.instatus.words import LEVELS, PAGE_LEVELS

__all__ = ["ABOUT", "COMMON_PATHS", "HOSTS", "LEVELS", "PAGE_LEVELS", "backfill", "detect", "poll"]

ABOUT = About(
    title="Instatus",
    verified=date(2026, 9, 4),
    live="/summary.json and /v3/components.json, 2 requests; one more when what goes on changes",
    reach_days=90,
    reach=(
        "The days the page's uptime record shows, usually 90; older incidents are listed by name"
        " only and cover nothing."
    ),
    granularity="component",
    precision="seconds",
    caveat=(
        "The vendor decides which components show an uptime record; an incident's own impact word"
        " is that of its latest update and may read operational on an outage; pages with automatic"
        " monitoring post incidents of under a minute."
    ),
)

COMMON_PATHS = (SUMMARY,)


def poll(page: PageContext) -> Steps:
    """Yield the current state of every component and what is going on, what that means for which
    component, and the end of what no longer is.

    Raises the more telling of the errors met when neither the JSON answers nor the HTML can be
    read.
    """
    with locate_errors(page.url):
        reading = yield from ask_state(page)
        if reading is None:
            return
        with locate_errors(reading.url):
            yield _present(reading, page)
        yield from _follow_up(reading, page)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the intervals of the days that the page's uptime record shows, and by name what is
    older, back to `since`.

    The days before the record are a gap. Where the HTML cannot be read the feed names incidents and
    covers nothing.
    """
    with locate_errors(page.url):
        try:
            reading = yield from ask_root(page)
        except FALL_BACK as error:
            yield from ask_feed(page, error)
            return
        with locate_errors(reading.url):
            components = tuple(components_of(states_of(reading.components)))
            yield replace(record_evidence(reading, page), components=components)
        span = reading.record_span
        if span is None or day_of(span.start, UTC) > day_of(since, UTC):
            yield from ask_older(reading, page, since)


def _present(reading: PageReading, page: PageContext) -> Evidence:
    piece = evidence(
        "instatus.state",
        page,
        info=reading.info,
        parts=states_of(reading.components),
        events=events_of(reading.ongoing, reading, page),
        unknown_words=reading.unknown_words,
        cursor=_cursor(reading),
    )
    return replace(piece, outline=True)


def _cursor(reading: PageReading) -> str:
    """Return what is listed as going on or planned, for the next poll to notice a change."""
    rows = []
    for row in reading.ongoing:
        states = [str(row.get(key, "")) for key in ("status", "impact", "updatedAt")]
        rows.append([incident_id(row), *states])
    return json.dumps(sorted(rows))


def _follow_up(reading: PageReading, page: PageContext) -> Steps:
    """Yield how incidents that have left the list ended; else, if the list has changed since the
    last poll, what its incidents mean for components, which only the root page's record says.

    That is read at every change: read only when all is over, a wrong claim could not be noticed.
    """
    missing = page.open_incidents - incident_ids(reading.ongoing)
    if missing:
        yield from _ask_ends(missing, reading, page)
    elif reading.ongoing and _cursor(reading) != page.cursor:
        try:
            _, piece = yield from _ask_record(reading, page)
        except PageError as error:  # a gap: the state is known
            piece = unread(page, "what goes on", error)
        yield piece


def _ask_record(reading: PageReading, page: PageContext) -> StepsTo[tuple[PageReading, Evidence]]:
    """Return the root page, and what its record tells."""
    root = reading if reading.record is not None else (yield from ask_root(page))
    with locate_errors(root.url):
        return root, record_evidence(root, page)


def _ask_ends(missing: frozenset[str], reading: PageReading, page: PageContext) -> Steps:
    """Yield the record, and from their own pages how incidents ended that have left the list and
    are not on the root page any more. One without a page was withdrawn.
    """
    root, piece = yield from _ask_record(reading, page)
    events: list[Event] = []
    withdrawn: list[str] = []
    gaps: list[Gap] = []
    for key in sorted(missing - {incident.id for incident in piece.incidents}):
        response = yield from get(f"/{quote(key, safe='')}", accept="text/html")
        if response.status in NOT_FOUND:
            withdrawn.append(key)
            continue
        try:
            with locate_errors(response.url):
                events += events_of([read_incident_page(response, key)], root, page)
        except FALL_BACK as error:
            gaps.append(gap_of(f"incident {key}", error))
    yield replace(piece, withdrawn=tuple(withdrawn), gaps=(*piece.gaps, *gaps))
    if events:
        yield named_incidents(page, events)
