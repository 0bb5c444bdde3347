"""Any RSS or Atom feed of incidents, for pages of no platform: words in the entries, and nothing
else. Pure.

A feed says in prose what a status page says in fields, so this is the last resort, and it says
little: one component, the page. What is made of an entry:

- Entries with the same id are one incident; so are those of one title at one address that holds no
  other title (what follows "#" left out), and without ids those of one title within three days.
- Its state is that of the latest update, or what the newest title or category says of its end. An
  update is a line that begins with a word of `STATES`, maybe after its date; where no update has a
  date, one that says it is over counts as the latest. "Closed captions fail" is no end: such a word
  must stand alone, or before a colon, a dash or the like.
- It ended with the update that says so: a "postmortem" and an "update" after it neither prolong nor
  reopen it.
- Its severity is the worst of the words of `SEVERITIES` in titles, categories and lines that begin
  with "Severity" or "Impact"; prose says "outage" of what is none, and a "critical security update"
  is none either. Without such a word it counts as degraded. What is about a security update or a
  vulnerability and names no trouble is listed and rates nothing.
- An entry without a word for its state is unknown for three days from when it was last published,
  never green.
- Planned work counts from the update that says it began to the one that says it is over; feeds
  rarely date plans.

Words are those of the languages that vendors publish in; `words` of the user's `feed` setting are
looked for first.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from monitor.errors import BadStatus, FetchError, ParseError, UnexpectedShape
from monitor.kit.cursor import read_cursor, write_cursor
from monitor.kit.events import Event, first_start
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.feeds import ACCEPT, Feed, read_feed
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Response, Steps, StepsTo, fingerprint, get
from monitor.kit.responses import locate_errors, require_ok
from monitor.kit.states import current_states
from monitor.model import PageInfo
from monitor.platforms.feed.detection import detect, feeds_offered, suggested_requests
from monitor.platforms.feed.grouping import incidents_of
from monitor.platforms.feed.incidents import PAGE, PLANNED_WORK, event_of
from monitor.platforms.feed.words import SCHEDULED, SEVERITIES, STATES, words_of

__all__ = [
    "ABOUT",
    "COMMON_PATHS",
    "LAST_RESORT",
    "MAX_BODY_MIB",
    "PLANNED_WORK",
    "SCHEDULED",
    "SEVERITIES",
    "STATES",
    "backfill",
    "detect",
    "poll",
    "suggested_requests",
]

ABOUT = About(
    title="RSS and Atom feeds",
    verified=date(2026, 9, 3),
    live="the feed, 1 request",
    reach_days=None,
    reach="As long as the feed is, usually 10 to 100 incidents.",
    granularity="page",
    precision="as typed",
    caveat=(
        "Read from words: a feed names no components, seldom says how bad it was, and often not"
        " when it ended. What has no word for its severity counts as degraded."
    ),
)

LAST_RESORT = True
MAX_BODY_MIB = 4
"""Reading words takes its time, and a feed of a hundred incidents has some hundred kB."""

SOURCE = "feed.entries"
COMMON_PATHS = ("/feed", "/rss", "/history.rss", "/feed.xml", "/rss.xml", "/history.atom")

ROOT = re.compile(rb"<(?:rss|feed)\b")


def poll(page: PageContext) -> Steps:
    """Yield the page's state in one request, once its feed is known."""
    before = read_cursor(page.cursor)
    read_as = fingerprint(page.feed)
    may_be_unchanged = not page.open_incidents and before.get("read_as") == read_as
    path, response = yield from _ask_feed(page, conditional=may_be_unchanged)
    if response.unchanged:
        return
    with locate_errors(response.url):
        feed, events = _read(response, page)
        over, withdrawn = closed_since(replace(page, cursor=before.get("open")), events)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name=feed.title or None),
            parts=current_states([PAGE], events, page.now),
            events=[*events, *over],
            withdrawn=withdrawn,
            cursor=write_cursor(path=path, open=dump_open(events), read_as=read_as),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the feed's incidents; they cover the time since the oldest of them, unless it lists
    only what goes on.
    """
    _, response = yield from _ask_feed(page, conditional=False)
    with locate_errors(response.url):
        _, events = _read(response, page)
        first = page.now
        if page.feed.empty != "healthy":
            first = max(since, first_start(events) or page.now)
        yield evidence(SOURCE, page, components=[PAGE], events=events, since=first)
    yield from gap_before(SOURCE, page, since, first, "the feed holds no older entries")


def _ask_feed(page: PageContext, *, conditional: bool) -> StepsTo[tuple[str, Response]]:
    """Return the feed's address and answer: as configured, as found last time, else as the page
    offers it.
    """
    path = page.feed.path or read_cursor(page.cursor).get("path")
    if path:
        return path, (yield from get(str(path), accept=ACCEPT, conditional=conditional))
    root = yield from get("", accept=f"{ACCEPT}, text/html;q=0.7")
    if root.status == 200 and ROOT.search(root.body[:600]):  # noqa: PLR2004
        return "", root
    for path in (*feeds_offered(root.text), *COMMON_PATHS):
        try:
            answer = yield from get(path, accept=ACCEPT)
            read_feed(answer)
        except (FetchError, ParseError):
            continue
        return path, answer
    require_ok(root)
    raise BadStatus(
        "no feed was found on the page",
        status=root.status,
        url=root.url,
        remedy="name it: `feed: {path: /rss}`",
    )


def _read(response: Response, page: PageContext) -> tuple[Feed, list[Event]]:
    feed = read_feed(response)
    if not feed.entries and page.feed.empty != "healthy":
        raise UnexpectedShape(
            "the feed is empty",
            remedy="set `feed: {empty: healthy}` if it only lists what is going on",
        )
    return feed, list(_events(feed, page))


def _events(feed: Feed, page: PageContext) -> Iterator[Event]:
    words = words_of(page.feed)
    for key, entries in incidents_of(feed.entries).items():
        yield event_of(key, entries, words, page.now)
