"""The history of a page, best source first. Pure."""

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.errors import BadStatus, PageError
from monitor.intervals import utc, zone_named
from monitor.kit.fallback import gap_of
from monitor.kit.protocol import PageContext, Response, Step, Steps
from monitor.kit.responses import unwrap
from monitor.model import Evidence, PageInfo, Phase
from monitor.platforms.statuspage.answers import UNREADABLE, parse, try_get
from monitor.platforms.statuspage.bars import Timelines
from monitor.platforms.statuspage.history import SOURCE, read_history
from monitor.platforms.statuspage.history_feed import read_feed_incidents
from monitor.platforms.statuspage.incident_lists import (
    INCIDENTS,
    incident_evidence,
    listed_evidence,
    read_maintenance_list,
    state_evidence,
)
from monitor.platforms.statuspage.incidents import read_incident_list
from monitor.platforms.statuspage.live import PageState, read_live_state, read_state
from monitor.platforms.statuspage.older_bars import read_older_bars
from monitor.platforms.statuspage.polling import SUMMARY
from monitor.platforms.statuspage.root import explain_failure
from monitor.platforms.statuspage.shown_bars import embedded_bars, read_shown_bars
from monitor.platforms.statuspage.single_incidents import read_incidents

MAINTENANCES_CHUNK = "maintenances"


def backfill(page: PageContext, since: datetime) -> Steps:
    """Read the history back to `since`: the current structure, bars, the listed incidents, then
    what lies deeper.

    Every piece is yielded as soon as it is known. What could not be read is a gap and leaves its
    span uncovered. Raises what `poll` raises when neither the page's structure nor its bars can be
    read.
    """
    since = utc(since)
    state, root = yield from _read_structure(page)
    shown = yield from read_shown_bars(page, state, root)
    if shown is not None and not state.components:
        state = replace(state, components=shown.components)
    yield from read_older_bars(page, state, since, shown)
    known_ids = yield from _read_maintenances(page, state)
    yield from _read_incident_history(page, state, since, known_ids, shown)


def _read_structure(page: PageContext) -> Generator[Step, Any, tuple[PageState, Response | None]]:
    """Return the page's structure, and its root page when that was read; an archived page has only
    its root page.
    """
    response, root = (yield from try_get(SUMMARY)), None
    try:
        state = read_live_state(unwrap(response), page)
    except UNREADABLE as error:
        if isinstance(response, Response):
            root = yield from explain_failure(page, response, error)
        other = yield from _state_without_summary(page)
        if other is None and root is not None and _embeds_bars(root):
            return PageState(info=PageInfo(), zone=_zone(page)), root
        if other is None:
            raise error from None
        state = other
    state = replace(state, zone=state.zone or _zone(page))
    yield state_evidence(state, page)
    return state, root


def _state_without_summary(page: PageContext) -> Generator[Step, Any, PageState | None]:
    """Return the structure that `components.json` says; None when it cannot be read either."""
    response = yield from try_get("/api/v2/components.json")
    try:
        return parse(unwrap(response), lambda answer: read_state(answer, page, live=False))
    except UNREADABLE:
        return None


def _embeds_bars(root: Response) -> bool:
    return root.status == 200 and bool(embedded_bars(root.text)[0])  # noqa: PLR2004


def _zone(page: PageContext) -> ZoneInfo | None:
    return zone_named(page.zone) if page.zone else None


def _read_maintenances(page: PageContext, state: PageState) -> Generator[Step, Any, frozenset[str]]:
    """Yield the listed maintenances and return the ids of those that are over."""
    if MAINTENANCES_CHUNK in page.completed_chunks:
        return frozenset()
    source = "statuspage.maintenances"
    try:
        maintenances = yield from read_maintenance_list()
    except UNREADABLE as error:
        gap = gap_of("scheduled maintenances", error)
        yield Evidence(source=source, read_at=page.now, gaps=(gap,))
        return frozenset()
    if maintenances is None:
        return frozenset()
    yield incident_evidence(page, state, maintenances, source=source, chunk=MAINTENANCES_CHUNK)
    return frozenset(each.id for each in maintenances if each.times.phase is Phase.CLOSED)


def _read_incident_history(
    page: PageContext,
    state: PageState,
    since: datetime,
    known_ids: frozenset[str],
    shown: Timelines | None,
) -> Steps:
    """Read incidents: the listed ones, then through `/history`, then those the bars name, at last
    the feed.
    """
    newest = yield from _read_newest(page, state)
    reach = None
    if isinstance(newest, Evidence):
        known_ids |= {incident.id for incident in newest.incidents}
        reach = newest.lists
    if reach is not None and reach.start <= max(since, state.born or since):
        return
    if (yield from read_history(page, state, since, known_ids)):
        return
    linked_ids = shown.incident_ids if shown is not None else ()
    others = [code for code in linked_ids if code not in known_ids]
    yield from read_incidents(page, state, others)
    error: PageError = BadStatus(
        "the page has no history", status=404, url=page.absolute("/history.json")
    )
    if isinstance(newest, PageError):
        error = newest
        if not others:
            yield from read_feed_incidents(page, state)
    what = f"incidents before {reach.start:%Y-%m-%d}" if reach is not None else "incidents"
    yield Evidence(source=SOURCE, read_at=page.now, gaps=(gap_of(what, error),))


def _read_newest(page: PageContext, state: PageState) -> Generator[Step, Any, Evidence | PageError]:
    """Yield the newest fifty incidents and return that evidence; the error when they cannot be
    read.
    """
    response = yield from try_get(INCIDENTS)
    try:
        evidence = listed_evidence(page, state, parse(unwrap(response), read_incident_list))
    except UNREADABLE as error:
        return error
    yield evidence
    return evidence
