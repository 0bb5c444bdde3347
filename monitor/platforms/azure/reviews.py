"""Azure's reviews of past outages: pieces of HTML, with the time of an outage in prose. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event
from monitor.kit.feeds import text_lines
from monitor.kit.protocol import Response
from monitor.kit.responses import require_ok
from monitor.kit.sequences import with_next
from monitor.model import Phase
from monitor.platforms.azure.feed import SITE, WHOLE
from monitor.platforms.azure.prose import window_in
from monitor.platforms.azure.regions import REGIONS

RECORD = "run `monitor record URL DIR` and send the folder: nobody has shown us a real answer yet"
OK = 200
MOST_TITLE = 300
MOST_TEXT = 20_000
"""Characters of a review that are read, and before it for its heading; the time is in the first
sentences."""

PANEL = re.compile(r'\bid="incident-history-collapse-([A-Za-z0-9_-]{1,40})"')
HEADING = re.compile(r"\b(\d\d)/(\d\d)/(20\d\d)\b ?(.*)")
REGION = re.compile(rf"\b(?:{'|'.join(sorted(REGIONS, key=len, reverse=True))})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review: the day it is filed under, the regions its text names, and its outage."""

    day: date
    regions: frozenset[str]
    event: Event


def read_reviews(response: Response, *, first: bool) -> list[Review]:
    """Return the reviews of a page of the history.

    The first page always has some; one after the last has none, and may be empty. Raises what
    `require_ok` raises, and UnexpectedShape for a first page without reviews and for a review
    without its day.
    """
    if not first and response.status == OK and not response.body.strip():
        return []
    html = require_ok(response).text
    panels = list(PANEL.finditer(html))
    if first and not panels:
        raise UnexpectedShape("the history holds no review", remedy=RECORD)
    reviews: list[Review] = []
    start = 0
    for panel, following in with_next(panels):
        end = following.start() if following is not None else len(html)
        before = html[max(start, panel.start() - MOST_TEXT) : panel.start()]
        start = panel.end()
        reviews.append(_review(panel[1], before, html[start:end]))
    return reviews


def _review(key: str, before: str, panel: str) -> Review:
    """Return a review. Its heading, with its day, is in the link before it that opens it."""
    link = before.rfind(f'aria-controls="incident-history-collapse-{key}"')
    inside = before[link:].partition(">")[2]
    heading = HEADING.search(_flat(inside)) if link >= 0 else None
    day = heading and _day(heading[1], heading[2], heading[3])
    if heading is None or day is None:
        raise UnexpectedShape(f"the review {key} has no day in its heading", remedy=RECORD)
    title = heading[4].partition("Tracking ID:")[0].strip(" -\u2013") or f"Review {key}"
    text = _flat(panel[:MOST_TEXT])
    regions = frozenset(REGION.findall(f"{title} {text}"))
    event = _event(key, title[:MOST_TITLE], day, text)
    return Review(day=day, regions=regions, event=event)


def _flat(html: str) -> str:
    return " ".join(text_lines(html))


def _day(month: str, day: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _event(key: str, title: str, day: date, text: str) -> Event:
    """Return the outage, which is listed and rates nothing: were it rated, only bad days would be
    known before the first poll, and all known days would be bad. One whose time is not told is
    listed on its day.
    """
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    start, end = window_in(text) or (noon, noon)
    return Event(
        id=key,
        title=title,
        phase=Phase.CLOSED,
        start=start,
        end=end,
        status="reviewed",
        impact="review",
        url=f"https://{SITE}/en-us/status/history/?trackingId={key}",
        component_ids=(WHOLE,),
    )
