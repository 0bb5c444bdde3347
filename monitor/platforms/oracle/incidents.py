"""The feed of incidents: their titles, and posts whose times carry no year. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from monitor.kit.events import Event, expire_stale, spans_for, words_not_in
from monitor.kit.feeds import Entry, read_feed
from monitor.kit.posts import REVIEWS, closed_at, posts_saying
from monitor.kit.protocol import Response
from monitor.kit.responses import shape_error
from monitor.model import Evidence, Phase
from monitor.platforms.oracle.document import ENTRY, VOCABULARY, Document

PHASES: Mapping[str, Phase] = {
    "Investigating": Phase.OPEN,
    "Identified": Phase.OPEN,
    "Monitoring": Phase.OPEN,
    "Resolved": Phase.CLOSED,
}

POST = re.compile(
    r"<small>\s*([A-Z][a-z]{2})\s*<var data-var=['\"]date['\"]>\s*(\d{1,2})\s*</var>\s*,?\s*"
    r"<var data-var=['\"]time['\"]>\s*(\d\d):(\d\d)\s*</var>\s*UTC\s*</small>\s*(?:<br\s*/?>)?\s*"
    r"<strong>([^<]{1,60})</strong>"
)

MONTHS = {
    "Jan": 1,
    "Feb": 2,
    "Mar": 3,
    "Apr": 4,
    "May": 5,
    "Jun": 6,
    "Jul": 7,
    "Aug": 8,
    "Sep": 9,
    "Oct": 10,
    "Nov": 11,
    "Dec": 12,
}


class Incidents(NamedTuple):
    """The incidents in the feed, and the oldest of their last posts; None when there is none."""

    events: list[Event]
    oldest: datetime | None


class _Post(NamedTuple):
    """A post of an incident: when, and the state it was in."""

    at: datetime
    state: str

    @property
    def is_over(self) -> bool:
        """Whether it says that the incident is over."""
        return PHASES.get(self.state) is Phase.CLOSED


def read_incidents(response: Response, document: Document, now: datetime) -> Incidents:
    """Return the incidents in the feed."""
    events: list[Event] = []
    oldest: datetime | None = None
    for entry in read_feed(response).entries:
        event, last_post = _event(entry, document, now)
        events.append(event)
        oldest = last_post if oldest is None else min(oldest, last_post)
    return Incidents(events, oldest)


def _event(entry: Entry, document: Document, now: datetime) -> tuple[Event, datetime]:
    """Return an incident and the time of its last post. An open one that nobody speaks of is not
    rated for ever.
    """
    where = f"entry {entry.id[:60]}"
    service, region_name = _title(entry, where)
    posts = _posts(entry, where)
    updates = [post for post in posts if post.state.lower() not in REVIEWS] or posts
    last = max(updates, key=lambda post: (post.at, post.is_over))
    start, end = min(posts).at, None
    if last.is_over:
        end = closed_at(posts_saying(posts, PHASES), start)
    region = document.regions.get(region_name)
    key = f"{region}/{service}"
    is_attributed = key in document.ids
    event = Event(
        id=entry.id,
        title=entry.title,
        phase=PHASES.get(last.state, Phase.OPEN),
        start=start,
        end=end,
        status=last.state,
        impact="not told",
        url=entry.link,
        spans=spans_for([key], VOCABULARY[ENTRY], start, end) if is_attributed else (),
        unattributed=not is_attributed and (region is None or region in document.rated_regions),
        unknown_words=words_not_in(PHASES, *(post.state for post in updates)),
    )
    return expire_stale(event, last.at, now), max(posts).at


def _title(entry: Entry, where: str) -> tuple[str, str]:
    """Return the names of the service and the region that an entry's title begins with."""
    pieces = [piece.strip() for piece in entry.title.split("|")]
    if len(pieces) < 3 or not all(pieces):  # noqa: PLR2004
        shape_error(f"{where}.title", "a service, a region and a reference", entry.title)
    return pieces[0], pieces[1]


def _posts(entry: Entry, where: str) -> list[_Post]:
    entry_date = entry.published or entry.updated
    if entry_date is None:
        shape_error(where, "its date", None)
    posts = []
    for *time, state in POST.findall(entry.body):
        posts.append(_Post(_nearest(time, entry_date, where), state.strip()))
    return posts or shape_error(f"{where}.description", "posts with their times", entry.body)


def _nearest(time: Sequence[str], entry_date: datetime, where: str) -> datetime:
    """Return the time of a post, which carries no year, in the year that brings it nearest to the
    entry's date.
    """
    month = MONTHS.get(time[0], 0)
    day, hour, minute = map(int, time[1:])
    candidates = []
    for year in (entry_date.year - 1, entry_date.year, entry_date.year + 1):
        with suppress(ValueError):  # the 29th of February, and what is no day or time at all
            candidates.append(datetime(year, month, day, hour, minute, tzinfo=UTC))
    if not candidates:
        shape_error(where, "a day of the year", " ".join(time))
    return min(candidates, key=lambda at: abs(at - entry_date))


def rated_only(piece: Evidence, events: Iterable[Event], document: Document) -> Evidence:
    """Return the evidence with only the incidents that concern a chosen region; what the others
    meant stays, for a region chosen later.
    """
    ids = {event.id for event in events if _concerns(event, document)}
    incidents = tuple(incident for incident in piece.incidents if incident.id in ids)
    return replace(piece, incidents=incidents)


def _concerns(event: Event, document: Document) -> bool:
    """Whether an incident concerns a chosen region."""
    for span in event.spans:
        region = span.component_id.partition("/")[0]
        if region in document.rated_regions:
            return True
    return event.unattributed
