"""A feed as Atom. Pure. The format: https://www.rfc-editor.org/rfc/rfc4287.

The standard library writes the XML. feedgen, which knows Atom, has no wheel, so it cannot be locked
as our dependencies are, and brings a second XML library along; what it knows is the forty lines
here.
"""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from exporters.feeds.entries import Entry
from exporters.feeds.feed import Feed
from exporters.feeds.texts import html
from monitor.model.levels import level_word

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
AUTHOR = "vendorstatus"

_ATOM = "http://www.w3.org/2005/Atom"
register_namespace("", _ATOM)


def atom(feed: Feed) -> bytes:
    """Return the feed as a document in UTF-8."""
    root = Element(f"{{{_ATOM}}}feed")
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", _date(feed.updated_at))
    _add(_add(root, "author"), "name", AUTHOR)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.url)
    if feed.home is not None:
        _add(root, "link", rel="alternate", href=feed.home)
    for entry in feed.entries:
        _add_entry(root, entry)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add_entry(root: Element, entry: Entry) -> None:
    element = _add(root, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "published", _date(entry.published_at))
    _add(element, "updated", _date(entry.updated_at))
    _add(element, "link", rel="alternate", href=entry.url)
    for scheme, term in (
        ("vendor", entry.vendor),
        ("kind", entry.kind),
        ("level", level_word(entry.level)),
    ):
        _add(element, "category", scheme=f"urn:vendorstatus:{scheme}", term=term)
    _add(element, "content", html(entry.lines), type="html")


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    element = SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _date(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
