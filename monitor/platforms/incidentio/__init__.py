"""incident.io status pages: the page's own data calls, the data inside its HTML, and its Statuspage
imitation. Pure.

Best source first: `/proxy/<host>` (state, complete) and `/proxy/<host>/component_impacts`
(history); the same two answers inside the root page's HTML; `/api/v2/...`, which imitates
Statuspage and cuts its component list at 25; the feeds, which name incidents only. The page
publishes no time zone and no bars.

A component that the state does not list as affected is operational: that is how the page itself
reads it, and why an answer without that list is an error and never green.

The format is described at https://docs.incident.io/status-pages/widget-api and otherwise as
observed.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from monitor.intervals import day_of
from monitor.kit.evidence import evidence
from monitor.kit.fallback import FALL_BACK
from monitor.kit.protocol import About, PageContext, Steps
from monitor.kit.responses import locate_errors
from monitor.model import Evidence, Phase, pick
from monitor.platforms.incidentio.components import components_of, remark_of, states_of
from monitor.platforms.incidentio.detection import detect
from monitor.platforms.incidentio.imitation import ask_imitation
from monitor.platforms.incidentio.impacts import (
    claims_of,
    history_evidence,
    impacts_of,
    unknown_levels,
)
from monitor.platforms.incidentio.incidents import (
    all_incidents,
    events_of,
    incidents_by_id,
    ongoing_incidents,
)
from monitor.platforms.incidentio.past import ask_feeds, ask_past
from monitor.platforms.incidentio.reading import PageReading
from monitor.platforms.incidentio.sources import (
    PAGE_DAYS,
    ask_history,
    ask_incidents,
    ask_page,
    has_calls,
)
from monitor.platforms.incidentio.words import LEVELS

__all__ = ["ABOUT", "LEVELS", "backfill", "detect", "poll"]

ABOUT = About(
    title="incident.io",
    verified=date(2026, 9, 29),
    live="/proxy/<host>, 1 request",
    reach_days=None,
    reach="As far back as the page has existed: every component's impacts.",
    granularity="component",
    precision="seconds",
    caveat=(
        "A component named without a state takes the incident's impact; a page's"
        " Statuspage-compatible API lists at most 25 components."
    ),
)

SUMMARY = "incidentio.summary"

LIVE_DAYS = 3
"""Days of impacts read with a poll while an incident is open."""


def poll(page: PageContext) -> Steps:
    """Yield the current state of every component and, while something is going on, the last days'
    impacts.

    Raises PageUnavailable for a parent page, Truncated when only the short list of 25 components
    can be read, and the most telling of the errors met when no source can be read.
    """
    with locate_errors(page.url):
        try:
            reading = yield from ask_page(page, conditional=True)
        except FALL_BACK as error:
            yield from ask_imitation(page, error)
            return
        if reading is None:
            return
        with locate_errors(reading.url):
            yield _present(reading, page)
        yield from _follow_up(reading, page)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the page's impacts back to `since`, newest first, at least the 91 days the page itself
    shows.

    Impacts are asked for in windows of 91 UTC days, each a chunk. An older window that cannot be
    read is a gap; the newest one is then taken from the root page's HTML, which reaches no further
    back. Where neither can be read the feeds name incidents and cover nothing.
    """
    with locate_errors(page.url):
        try:
            reading = yield from ask_page(page, conditional=False)
        except FALL_BACK as error:
            yield from ask_feeds(page, error)
            return
        if reading is None:
            return
        with locate_errors(reading.url):
            components = components_of(reading.summary, page.zone)
            first = day_of(max(since, reading.data_since or since), UTC)
            yield evidence(SUMMARY, page, info=reading.info(), components=components)
        yield from ask_past(reading, page, first)


def _present(reading: PageReading, page: PageContext) -> Evidence:
    incidents = ongoing_incidents(reading)
    claims = claims_of(incidents)
    impacts = impacts_of(claims, incidents, page.now)
    piece = evidence(
        SUMMARY,
        page,
        info=reading.info(remark_of(reading.summary)),
        parts=states_of(reading.summary, page.zone),
        events=events_of(incidents, impacts, page),
        unknown_words=unknown_levels(claims),
    )
    are_whole = all(incident.is_whole for incident in incidents.values())
    return replace(piece, impacts=impacts, outline=not are_whole)


def _follow_up(reading: PageReading, page: PageContext) -> Steps:
    """Yield the last days' impacts while an incident is open, and the end of incidents that have
    left the list.
    """
    ongoing = ongoing_incidents(reading)
    missing = page.open_incidents - ongoing.keys()
    if missing:
        yield from _ask_ends(missing, reading, page)
    elif any(incident.phase is not Phase.SCHEDULED for incident in ongoing.values()):
        try:
            history = yield from ask_history(reading, page, LIVE_DAYS)
        except FALL_BACK:
            # The summary carries the impacts of what is going on; only what came and went is missed
            # until backfill.
            return
        piece = history_evidence(reading, history, all_incidents(reading, history.answer), page)
        yield replace(piece, reported=())


def _ask_ends(missing: frozenset[str], reading: PageReading, page: PageContext) -> Steps:
    """Yield the page's days, with the end of incidents that have left the list. One that is named
    nowhere any more was withdrawn by the vendor.
    """
    history = yield from ask_history(reading, page, PAGE_DAYS)
    incidents = all_incidents(reading, history.answer)
    if missing - incidents.keys() and has_calls(page):
        listing = incidents_by_id((yield from ask_incidents(page)), "incidents")
        incidents |= pick(listing, missing)
    piece = history_evidence(reading, history, incidents, page)
    withdrawn = tuple(sorted(missing - incidents.keys()))
    yield replace(piece, reported=(), withdrawn=withdrawn)
