"""StatusIQ pages (Site24x7, Zoho): the feed that says every component's state in words. Pure.

The page's own data has numbers for states, and two families of programs that read it disagree about what they mean; the
feed `/rss` has an item for every component, titled "Name - Operational", and words can be read. Of several items of one
component the newest counts.

Known from programs that read it; no answer was seen.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from monitor.errors import UnexpectedShape
from monitor.feeds import ACCEPT, Entry, read_feed
from monitor.fields import LONGEST_CODE
from monitor.model import Component, Level, PageInfo
from monitor.protocol import About, PageContext, Response, Signal, Steps, get, reading_of
from monitor.told import Part, evidence

ABOUT = About(
    title="StatusIQ (Site24x7)",
    verified=None,
    live="/rss, 1 request",
    reach_days=0,
    reach="None before the first poll.",
    per="nothing",
    precision="none",
    trust="What came and went between two polls is not known; incidents are not listed.",
)

MAX_BODY_MIB = 4
"""A real feed has some kB."""

SOURCE = "statusiq.rss"
FEED = "/rss"

VOCABULARY: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "informational": Level.OPERATIONAL,
    "under maintenance": Level.MAINTENANCE,
    "degraded performance": Level.DEGRADED,
    "partial outage": Level.PARTIAL_OUTAGE,
    "major outage": Level.MAJOR_OUTAGE,
}

TITLE = re.compile(r"(?P<name>.*\S)\s+-\s+(?P<word>[^-]*\S)\s*", re.DOTALL)
REMEDY = "run `monitor record URL DIR` and send the folder: no real answer of StatusIQ was seen yet"
BEGINNING = datetime.min.replace(tzinfo=UTC)


def detect(response: Response) -> list[Signal]:
    """Return the signs of a StatusIQ page, which are in its HTML; its feed alone looks like any other."""
    return list(_signals(response))


def _signals(response: Response) -> Iterator[Signal]:
    if response.body.lstrip()[:1] != b"<":
        return
    if b"enc_statuspage_id" in response.body:
        yield Signal("markup", "the page holds an enc_statuspage_id")
    if b"/sp/api/public/" in response.body or re.search(
        rb"//[a-z0-9.-]*(?:site24x7|statusiq)\.[a-z.]+/", response.body
    ):
        yield Signal("assets", "the page refers to Site24x7")


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request."""
    response = yield from get(FEED, accept=ACCEPT, conditional=True)
    if response.unchanged:
        return
    with reading_of(response.url):
        feed = read_feed(response)
        if not feed.entries:
            raise UnexpectedShape("the feed is empty: it has an item for every component", remedy=REMEDY)
        newest = sorted(feed.entries, key=lambda entry: entry.published or BEGINNING)
        parts = {part.component.id: part for part in map(_part, newest)}
        yield evidence(SOURCE, page, info=PageInfo(name=feed.title or None), parts=list(parts.values()))


def _part(entry: Entry) -> Part:
    found = TITLE.fullmatch(entry.title)
    if found is None:
        raise UnexpectedShape(f"the title {entry.title[:60]!r} is no name and state", remedy=REMEDY)
    said = " ".join(found["word"].lower().split())[:LONGEST_CODE]
    component = Component(id=found["name"], name=found["name"])
    return Part(component=component, level=VOCABULARY.get(said), word=said)


def backfill(page: PageContext, since: datetime) -> Steps:  # noqa: ARG001
    """Yield the present state: there is no history that could be read."""
    yield from poll(page)
