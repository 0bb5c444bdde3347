"""Which answers are a feed of incidents, and which feeds a page offers. Pure."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from monitor.errors import FetchError, ParseError
from monitor.kit.feeds import ACCEPT, Feed, read_feed
from monitor.kit.protocol import FeedSettings, Get, Response, Signal
from monitor.platforms.feed.updates import heading_of, updates_of
from monitor.platforms.feed.words import words_of

LINK = re.compile(r"<link\b[^>]{0,600}>", re.IGNORECASE)
FEED_TYPE = re.compile(r"application/(?:rss|atom)\+xml", re.IGNORECASE)
ADDRESS = re.compile(r"""href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
TITLE = re.compile(r"status|incident|störung|incidencia|障害", re.IGNORECASE)

MOST_ENTRIES = 20


def suggested_requests(response: Response) -> tuple[Get, ...]:
    """Return the feeds that a page's HTML offers."""
    if response.body[:200].lstrip()[:1] != b"<" or b"alternate" not in response.body:
        return ()
    return tuple(Get(path=path, accept=ACCEPT) for path in feeds_offered(response.text))


def feeds_offered(html: str) -> list[str]:
    """Return the addresses of the feeds that a page's head links to."""
    addresses = []
    for link in LINK.findall(html[:200_000]):
        address = ADDRESS.search(link)
        if address is not None and FEED_TYPE.search(link):
            addresses.append(unescape(address[1]))
    return addresses


def detect(response: Response) -> Iterable[Signal]:
    """Return the signs of a feed of incidents: entries that speak in states, and what its title
    calls it.
    """
    head = response.body[:600]
    if b"<rss" not in head and b"<feed" not in head:
        return []
    try:
        feed = read_feed(response)
    except (FetchError, ParseError):
        return []
    return _signals(feed)


def _signals(feed: Feed) -> Iterator[Signal]:
    words, entries = words_of(FeedSettings()), feed.entries[:MOST_ENTRIES]
    telling = [entry for entry in entries if updates_of(entry, words) or heading_of(entry, words)]
    if telling and 2 * len(telling) >= len(entries):
        yield Signal("words", f"entries say their state, like {telling[0].title[:60]!r}")
    if TITLE.search(feed.title):
        yield Signal("title", f"the feed is called {feed.title[:60]!r}")
