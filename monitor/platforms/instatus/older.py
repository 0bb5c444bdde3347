"""What an Instatus page tells of the time before its uptime record: incidents by name, from its
history pages or its feed. Pure.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from monitor.errors import PageError, UnexpectedShape
from monitor.intervals import ONE_DAY, day_of
from monitor.kit.events import Event
from monitor.kit.evidence import evidence, gap_evidence
from monitor.kit.fallback import FALL_BACK, gap_of
from monitor.kit.fields import Row
from monitor.kit.protocol import PageContext, Steps, StepsTo, get
from monitor.model import Evidence, Gap
from monitor.platforms.instatus import feed
from monitor.platforms.instatus.html import read_history_page
from monitor.platforms.instatus.incidents import events_of, incident_id, incident_ids, start_of
from monitor.platforms.instatus.reading import PageReading

SOURCE = "instatus.notices"

HISTORY_PAGES = 24
"""Most `/history/<n>` pages read in one backfill."""


def named_incidents(
    page: PageContext,
    events: Iterable[Event],
    *,
    unknown_words: Iterable[str] = (),
    chunk: str | None = None,
    gaps: Iterable[Gap] = (),
) -> Evidence:
    """Return incidents of which only that is known, and not what they meant for components."""
    piece = evidence(SOURCE, page, events=events, unknown_words=unknown_words)
    return replace(piece, chunk=chunk, gaps=tuple(gaps), outline=True)


def unread(page: PageContext, what: str, error: PageError) -> Evidence:
    """Return that something could not be read, and why."""
    return gap_evidence(SOURCE, page, gap_of(what, error))


def ask_older(reading: PageReading, page: PageContext, since: datetime) -> Steps:
    """Yield the gap before the record, and the incidents of the history pages, until one is older
    than `since`.
    """
    if reading.record_span is not None:
        last = day_of(reading.record_span.start, UTC) - ONE_DAY
        error = UnexpectedShape("the uptime record shows no older days", url=reading.url)
        yield unread(page, f"impacts {day_of(since, UTC)}..{last}", error)
    yield from _ask_history(reading, page, since)


def _ask_history(reading: PageReading, page: PageContext, since: datetime) -> Steps:
    """Yield the incidents of the history pages that the root page does not have, until a page has
    one older than `since`, or none that the pages before it have not.
    """
    known_ids = incident_ids((*reading.notices, *reading.ongoing))
    previous_ids: set[str] = set()
    for number in range(1, HISTORY_PAGES + 1):
        chunk = f"history {number}"
        if chunk in page.completed_chunks:
            continue
        try:
            rows = yield from _ask_history_page(number)
        except FALL_BACK as error:
            yield from _instead_of_history(page, number, error, known_ids)
            return
        news = (row for row in rows if incident_id(row) not in known_ids)
        yield named_incidents(page, events_of(news, reading, page), chunk=chunk)
        ids = incident_ids(rows)
        if ids <= previous_ids or any(start_of(row) < since for row in rows):
            return
        previous_ids |= ids


def ask_feed(page: PageContext, first: PageError, known_ids: Collection[str] = ()) -> Steps:
    """Yield the incidents the feed names, without components and without coverage. Raises `first`
    when it cannot.
    """
    try:
        response = yield from get(feed.PATH, accept=feed.ACCEPT)
        events, unknown_words = feed.read_events(response, page)
    except FALL_BACK as error:
        raise first from error
    yield named_incidents(
        page,
        (event for event in events if event.id not in known_ids),
        unknown_words=unknown_words,
        gaps=[gap_of("the components' past", first)],
    )


def _instead_of_history(
    page: PageContext,
    number: int,
    error: PageError,
    known_ids: Collection[str],
) -> Steps:
    """Yield the gap a history page leaves; in place of the first one, what the feed names."""
    if number == 1:
        try:
            yield from ask_feed(page, error, known_ids)
        except FALL_BACK:
            pass
        else:
            return
    yield unread(page, f"history {number}", error)


def _ask_history_page(number: int) -> StepsTo[list[Row]]:
    return read_history_page((yield from get(f"/history/{number}", accept="text/html")))
