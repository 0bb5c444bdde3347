"""The past of an incident.io page, window by window; from its HTML or its feeds where the data
calls cannot be read. Pure.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date

from monitor.errors import PageError, UnexpectedShape
from monitor.intervals import ONE_DAY, day_of
from monitor.kit.evidence import evidence, gap_evidence
from monitor.kit.fallback import FALL_BACK, gap_of
from monitor.kit.fields import Row
from monitor.kit.protocol import PageContext, Steps, StepsTo, get
from monitor.model import Evidence, Phase
from monitor.platforms.incidentio import feed
from monitor.platforms.incidentio.impacts import (
    SOURCE,
    history_evidence,
    incident_id_of,
    incident_of,
    rows_of,
    start_of,
)
from monitor.platforms.incidentio.incidents import Incidents, all_incidents
from monitor.platforms.incidentio.reading import PageReading
from monitor.platforms.incidentio.sources import (
    PAGE_DAYS,
    History,
    Window,
    ask_impacts,
    ask_incidents,
    ask_root_history,
    last_days,
    require_calls,
    root_history,
)


def ask_past(reading: PageReading, page: PageContext, first: date) -> Steps:
    """Yield the page's impacts back to the UTC day `first`, newest first, at least the 91 days that
    the page itself shows.
    """
    require_calls(page, reading)
    if reading.history is None:
        try:
            known_ids = yield from _ask_newest(reading, page)
        except FALL_BACK as error:
            reading = yield from ask_root_history(error)
        else:
            yield from _ask_older(reading, page, first, known_ids)
            return
    yield from _root_days(reading, page, first)


def ask_feeds(page: PageContext, first: PageError) -> Steps:
    """Yield the incidents a feed names, without impacts and without coverage. Raises the first
    error when none can.
    """
    for path in feed.PATHS:
        try:
            response = yield from get(path, accept=feed.ACCEPT)
            events, unknown_words = feed.read_events(response, page)
        except FALL_BACK:
            continue
        piece = evidence("incidentio.feed", page, events=events, unknown_words=unknown_words)
        yield replace(piece, gaps=(gap_of("component impacts", first),), outline=True)
        return
    raise first


def _ask_newest(reading: PageReading, page: PageContext) -> StepsTo[frozenset[str]]:
    """Yield what the days that the page shows tell, and return the ids of all incidents named."""
    window = last_days(PAGE_DAYS, page.now)
    if _chunk(window) in page.completed_chunks:
        return frozenset()
    history, incidents = yield from _ask_window(reading, page, window)
    piece = history_evidence(reading, history, incidents, page)
    yield replace(piece, chunk=_chunk(window))
    return frozenset(incidents)


def _ask_older(
    reading: PageReading,
    page: PageContext,
    first: date,
    known_ids: frozenset[str],
) -> Steps:
    """Yield what older windows tell, each with its own incidents only.

    Those of `known_ids` were told with a newer window, with their end: here only their impacts are.
    """
    for window in _older_windows(first, last_days(PAGE_DAYS, page.now)):
        if _chunk(window) in page.completed_chunks:
            continue
        try:
            history, incidents = yield from _ask_window(reading, page, window)
            own = _named_in(history, incidents)
            piece = history_evidence(reading, history, own, page)
        except FALL_BACK as error:
            yield _unread(page, _chunk(window), error)
            continue
        fresh = tuple(incident for incident in piece.incidents if incident.id not in known_ids)
        yield replace(piece, incidents=fresh, reported=(), chunk=_chunk(window))
        known_ids |= own.keys()


def _named_in(history: History, incidents: Incidents) -> Incidents:
    """Return the incidents that impacts of a window belong to."""
    ids = {incident_id_of(row) for row in rows_of(history)}
    return {key: incident for key, incident in incidents.items() if key in ids}


def _older_windows(first: date, newest: Window) -> Iterator[Window]:
    """Yield the windows of 91 days before the newest one, back to `first`."""
    window = newest
    while window.first > first:
        last = window.first - ONE_DAY
        window = Window(max(first, last - (PAGE_DAYS - 1) * ONE_DAY), last)
        yield window


def _chunk(window: Window) -> str:
    return f"impacts {window.first}..{window.last}"


def _ask_window(
    reading: PageReading, page: PageContext, window: Window
) -> StepsTo[tuple[History, Incidents]]:
    """Return the history of a window and every incident named; with their objects where it is not
    known when one of them was closed.
    """
    history = History((yield from ask_impacts(page, window)), window.until(page.now))
    incidents = all_incidents(reading, history.answer)
    if any(_is_undated(row, incidents, window) for row in rows_of(history)):
        objects = yield from ask_incidents(page)
        incidents = all_incidents(reading, history.answer, objects)
    return history, incidents


def _is_undated(row: Row, incidents: Incidents, window: Window) -> bool:
    """Whether an impact of this window is open, its incident over, and the moment it was closed not
    known yet.
    """
    incident = incident_of(row, incidents)
    if "end_at" in row or incident is None or incident.phase is not Phase.CLOSED:
        return False
    return incident.closed_at is None and day_of(start_of(row), UTC) >= window.first


def _root_days(root: PageReading, page: PageContext, first: date) -> Steps:
    """Yield the history the root page shows, and the gap before it."""
    history = root_history(root, page)
    yield history_evidence(root, history, all_incidents(root, history.answer), page)
    begin = day_of(history.span.start, UTC)
    if begin > first:
        missing = _chunk(Window(first, begin - ONE_DAY))
        yield _unread(
            page, missing, UnexpectedShape("the page's HTML shows no older days", url=root.url)
        )


def _unread(page: PageContext, what: str, error: PageError) -> Evidence:
    return gap_evidence(SOURCE, page, gap_of(what, error))
