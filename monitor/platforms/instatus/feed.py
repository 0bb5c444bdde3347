"""The feed of an Instatus page: incidents by name, with the times and words of their updates.
Pure.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from html import unescape
from typing import NamedTuple
from urllib.parse import quote

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event
from monitor.kit.feeds import Entry, read_feed
from monitor.kit.fields import last_segment, verbatim
from monitor.kit.posts import REVIEWS, closed_at, post_saying
from monitor.kit.protocol import PageContext, Response
from monitor.kit.responses import locate_errors, shape_error
from monitor.model import Phase
from monitor.platforms.instatus.words import PHASES as STATUS_PHASES

PATH = "/history.rss"
ACCEPT = "application/rss+xml"

UPDATE = re.compile(
    r"\b([A-Z][a-z]{2}) (\d{1,2}), (\d{2}:\d{2}:\d{2})"
    r" GMT(?:([+-])(\d{1,2})(?::(\d{2}))?)?\s+-\s+([^-<]{1,40}?)\s+-"
)
"""An update in a feed entry: `Jul 23, 17:50:11 GMT+0 - Monitoring - text`. It has no year."""

NO_STATUS = "(no status)"

MAINTENANCE = re.compile(r"Type:\s*Maintenance")

PHASES = {word.casefold(): phase for word, phase in STATUS_PHASES.items()} | {
    "planned": Phase.SCHEDULED,
    "in progress": Phase.OPEN,
}


class Update(NamedTuple):
    """When an update was posted, in UTC, and the vendor's word for the incident's state."""

    at: datetime
    word: str


def read_events(response: Response, page: PageContext) -> tuple[list[Event], set[str]]:
    """Return the incidents of the feed, and the words of those that are left out: an incident's
    state cannot be read where the words are localised, and a guess would keep it open for ever.

    Raises what `read_feed` raises; UnexpectedShape for an entry without an id or a time, and where
    none has an update: then it is some other feed.
    """
    feed = read_feed(response)
    events, unknown_words = [], set()
    with locate_errors(response.url):
        for entry in feed.entries:
            text = re.sub(r"<[^>]*>", " ", unescape(entry.body))
            published_at = entry.published or shape_error("pubDate", "a time", None)
            updates = sorted(_updates(text, published_at))
            word = _last_word(updates)
            if word.casefold() in PHASES:
                start = min(published_at, updates[0].at)
                is_maintenance = MAINTENANCE.search(text) is not None
                events.append(_event(entry, word, start, updates, page, maintenance=is_maintenance))
            else:
                unknown_words.add(word)
        if not events and unknown_words == {NO_STATUS}:
            raise UnexpectedShape("no entry of the feed has an update")
    return events, unknown_words


def _event(
    entry: Entry,
    word: str,
    start: datetime,
    updates: Iterable[Update],
    page: PageContext,
    *,
    maintenance: bool,
) -> Event:
    key = verbatim(last_segment(entry.id), "guid")
    phase = PHASES[word.casefold()]
    posts = (post_saying(update.at, update.word.casefold(), PHASES) for update in updates)
    return Event(
        id=key,
        title=entry.title,
        phase=phase,
        status=word.upper().replace(" ", ""),
        impact="maintenance" if maintenance else "none",
        start=start,
        end=closed_at(posts, start) if phase is Phase.CLOSED else None,
        url=entry.link or page.absolute(quote(key, safe="")),
        maintenance=maintenance,
    )


def _last_word(updates: Iterable[Update]) -> str:
    """Return the state that the last update leaves; a review says nothing of it."""
    word = NO_STATUS
    for update in updates:
        if update.word.casefold() not in REVIEWS:
            word = update.word
    return word


def _updates(text: str, published_at: datetime) -> Iterator[Update]:
    """Yield the updates of an entry, each in the year that brings it nearest to the entry's own
    date.
    """
    for match in UPDATE.finditer(text):
        month, day, clock, sign, hours, minutes, word = match.groups()
        offset = f"{sign or '+'}{int(hours or 0):02}{int(minutes or 0):02}"
        instants = []
        for year in (published_at.year - 1, published_at.year, published_at.year + 1):
            with suppress(ValueError, OverflowError):
                date = f"{day} {month} {year:04} {clock} {offset}"
                instants.append(datetime.strptime(date, "%d %b %Y %H:%M:%S %z").astimezone(UTC))
        nearest = min(instants, key=lambda at: abs(at - published_at), default=published_at)
        yield Update(nearest, word.strip())
