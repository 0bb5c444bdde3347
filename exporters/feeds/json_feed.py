"""A feed as JSON. Pure. The format: https://www.jsonfeed.org/version/1.1/."""

from typing import Any

from exporters.feeds.atom import AUTHOR
from exporters.feeds.entries import Entry
from exporters.feeds.feed import Feed
from exporters.feeds.texts import html
from exporters.wording import iso, level_key
from monitor.model.levels import level_word
from monitor.plain import json_text

MEDIA_TYPE = "application/feed+json; charset=utf-8"


def json_feed(feed: Feed) -> bytes:
    """Return the feed as a document in UTF-8."""
    home = {} if feed.home is None else {"home_page_url": feed.home}
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        **home,
        "feed_url": feed.url,
        "authors": [{"name": AUTHOR}],
        "items": [_item(entry) for entry in feed.entries],
    }
    return json_text(document, indent=1).encode()


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": html(entry.lines),
        "content_text": "\n".join(entry.lines),
        "date_published": iso(entry.published_at),
        "date_modified": iso(entry.updated_at),
        "tags": [entry.vendor, entry.kind, level_word(entry.level)],
        "_vendorstatus": {
            "vendor": entry.vendor,
            "kind": entry.kind,
            "level": level_key(entry.level),
        },
    }
