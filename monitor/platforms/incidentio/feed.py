"""The feeds of an incident.io page: incidents by name, with the word of their last update. Pure."""

import re
from html import unescape

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event
from monitor.kit.feeds import Entry, read_feed
from monitor.kit.protocol import PageContext, Response
from monitor.kit.responses import locate_errors
from monitor.model import Phase
from monitor.platforms.incidentio.words import PHASES, ULID

PATHS = ("feed.atom", "feed.rss")
ACCEPT = "application/atom+xml, application/rss+xml"

INCIDENT = re.compile(rf"/incidents/({ULID})")
STATUS = re.compile(r"<b>[^<:]*:\s*([^<]+)</b>")

FEED_PHASES = {
    **{word.removeprefix("maintenance_"): phase for word, phase in PHASES.items()},
    **PHASES,
}


def read_events(response: Response, page: PageContext) -> tuple[list[Event], set[str]]:
    """Return the incidents of the feed, and the words of those that are left out: an incident's
    status cannot be read where labels are localised, and a guess would keep it open for ever.

    Raises what `read_feed` raises; UnexpectedShape for an entry without an incident id or a time.
    """
    feed = read_feed(response)
    events, unknown_words = [], set()
    with locate_errors(response.url):
        for entry in feed.entries:
            status = STATUS.search(unescape(entry.body))
            word = status[1].strip().lower().replace(" ", "_") if status else ""
            if word in FEED_PHASES:
                events.append(_event(entry, word, page))
            else:
                unknown_words.add(word or "(no status)")
    return events, unknown_words


def _event(entry: Entry, word: str, page: PageContext) -> Event:
    incident = INCIDENT.search(f"{entry.id} {entry.link} {entry.body}")
    start = entry.published or entry.updated
    if incident is None or start is None:
        raise UnexpectedShape("a feed entry without an incident id or a time")
    phase = FEED_PHASES[word]
    return Event(
        id=incident[1],
        title=entry.title,
        phase=phase,
        status=word,
        impact="none",
        start=start,
        end=entry.updated or start,
        url=page.absolute(f"incidents/{incident[1]}"),
        planned=phase is Phase.SCHEDULED,
    )
