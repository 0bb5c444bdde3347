"""The history of a page, best source first. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from monitor.errors import BadStatus, PageError
from monitor.intervals import Interval, utc, zone_named
from monitor.kit.evidence import gap_evidence
from monitor.kit.fallback import gap_of
from monitor.kit.protocol import PageContext, Response, Steps, StepsTo
from monitor.kit.responses import unwrap
from monitor.kit.sequences import not_among
from monitor.model import Gap, PageInfo, Phase, id_set
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
    timelines = yield from read_shown_bars(state, root)
    if timelines is not None and not state.components:
        state = replace(state, components=timelines.evidence.components or ())
    yield from read_older_bars(state, since, timelines)
    known_ids = yield from _read_maintenances(state)
    yield from _read_incident_history(state, since, known_ids, timelines)


def _read_structure(page: PageContext) -> StepsTo[tuple[PageState, Response | None]]:
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
            zone = zone_named(page.zone or "UTC")
            return PageState(page=page, info=PageInfo(), days_zone=zone, until=page.now), root
        if other is None:
            raise error from None
        state = other
    yield state_evidence(state)
    return state, root


def _state_without_summary(page: PageContext) -> StepsTo[PageState | None]:
    """Return the structure that `components.json` says; None when it cannot be read either."""
    response = yield from try_get("/api/v2/components.json")
    try:
        return parse(unwrap(response), lambda answer: read_state(answer, page, live=False))
    except UNREADABLE:
        return None


def _embeds_bars(root: Response) -> bool:
    return root.status == 200 and bool(embedded_bars(root.text)[0])  # noqa: PLR2004


def _read_maintenances(state: PageState) -> StepsTo[frozenset[str]]:
    """Yield the listed maintenances and return the ids of those that are over."""
    if MAINTENANCES_CHUNK in state.page.completed_chunks:
        return frozenset()
    source = "statuspage.maintenances"
    try:
        maintenances = yield from read_maintenance_list()
    except UNREADABLE as error:
        yield gap_evidence(source, state.page, gap_of("scheduled maintenances", error))
        return frozenset()
    if maintenances is None:
        return frozenset()
    yield incident_evidence(state, maintenances, source=source, chunk=MAINTENANCES_CHUNK)
    return frozenset(each.id for each in maintenances if each.times.phase is Phase.CLOSED)


class Newest(NamedTuple):
    """What the list of the newest incidents says: their ids and the span it covers, or the error
    when it cannot be read.
    """

    ids: frozenset[str] = frozenset()
    reach: Interval | None = None
    error: PageError | None = None


def _read_incident_history(
    state: PageState,
    since: datetime,
    known_ids: frozenset[str],
    timelines: Timelines | None,
) -> Steps:
    """Read incidents: the listed ones, then through `/history`, then those the bars name, at last
    the feed.
    """
    newest = yield from _read_newest(state)
    known_ids |= newest.ids
    if newest.reach is not None and newest.reach.start <= max(since, state.born or since):
        return
    if (yield from read_history(state, since, known_ids)):
        return
    linked_ids = timelines.incident_ids if timelines is not None else ()
    others = not_among(linked_ids, known_ids)
    yield from read_incidents(state, others)
    if newest.error is not None and not others:
        yield from read_feed_incidents(state)
    yield gap_evidence(SOURCE, state.page, _history_gap(state.page, newest))


def _read_newest(state: PageState) -> StepsTo[Newest]:
    """Yield the newest fifty incidents and return what they cover."""
    response = yield from try_get(INCIDENTS)
    try:
        incidents = parse(unwrap(response), read_incident_list)
    except UNREADABLE as error:
        return Newest(error=error)
    evidence = listed_evidence(state, incidents)
    yield evidence
    return Newest(frozenset(id_set(incidents)), evidence.lists)


def _history_gap(page: PageContext, newest: Newest) -> Gap:
    url = page.absolute("/history.json")
    error = newest.error or BadStatus("the page has no history", status=404, url=url)
    reach = newest.reach
    return gap_of(f"incidents before {reach.start:%Y-%m-%d}" if reach else "incidents", error)
