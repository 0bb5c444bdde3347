"""RSS 2.0 and Atom: the entries of a feed, whichever it is. Pure.

An error page that is well-formed XML would read as an empty, healthy feed, so the root must be one
we know. Entity declarations are refused: feeds need none, and they are how XML attacks its reader.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import unescape
from xml.etree import ElementTree as ET

from monitor.errors import Truncated, UnexpectedShape
from monitor.kit.fields import maybe_text
from monitor.kit.protocol import Response
from monitor.kit.responses import require_ok
from monitor.kit.times import instant, mail_date

ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8"

ROOTS = {"rss": "item", "feed": "entry"}
"""A feed's root element, and the element of an entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed. `id` is its guid, else its link, else its title; `body` is HTML, "" when
    there is none.

    `published` and `updated` are in UTC, None where the feed does not say (RSS never says
    `updated`).
    """

    id: str
    title: str
    link: str | None
    body: str
    published: datetime | None
    updated: datetime | None
    categories: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The body's text, a line for each piece of it; empty lines are left out."""
        return text_lines(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed's title, when it was made (None = it does not say), and its entries in the order
    given.
    """

    title: str
    built: datetime | None
    entries: tuple[Entry, ...]


def read_feed(response: Response) -> Feed:
    """Return the feed in an answer.

    Raises what `require_ok` raises; Truncated when the XML breaks off; UnexpectedShape when it is
    no feed, declares entities, or an entry has no id or a date that is none.
    """
    body = require_ok(response).body
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise UnexpectedShape(
            "a document type came where a feed was due; it may be a web page", url=response.url
        )
    try:
        root = ET.fromstring(body.strip())  # noqa: S314 - what declares entities was refused
    except ET.ParseError as error:
        broken = error.code in BREAKS_OFF
        kind = Truncated if broken and body.lstrip()[:1] == b"<" else UnexpectedShape
        raise kind(f"not a whole feed: {error}", url=response.url) from error
    except (ValueError, LookupError) as error:  # an encoding nobody knows
        raise UnexpectedShape(f"not a feed: {error}", url=response.url) from error
    return _feed(root, response.url)


TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^<>]*>", re.DOTALL)
"""A parser of HTML would need seconds for a long feed; entries hold little more than paragraphs. A
comment that nothing closes goes on to the end: looking for the end of each anew would take
minutes."""

INLINE = re.compile(r"</?(?:abbr|time|var)\b[^<>]*>", re.IGNORECASE)
"""Tags inside a line: pages mark the parts of a date with them ("Aug <var>21</var>,
<var>00:37</var> UTC")."""

BREAKS_OFF = (3, 5, 20)
"""expat's codes for "no element found", "unclosed token" and "unclosed CDATA section": the document
ends too early."""


def _feed(root: ET.Element, url: str) -> Feed:
    kind = _tag(root)
    channel = next(_nodes(root, "channel"), None) if kind == "rss" else root
    if kind not in ROOTS or channel is None:
        raise UnexpectedShape(f"not a feed: the root is <{kind[:40]}>", url=url)
    texts = _texts(channel)
    written_at = _first(texts, "lastBuildDate", "pubDate", "updated")
    nodes = _nodes(channel, ROOTS[kind])
    return Feed(
        title=texts.get("title", ""),
        built=_date(written_at, "the feed's date"),
        entries=tuple(_entry(node, number) for number, node in enumerate(nodes, 1)),
    )


def _nodes(parent: ET.Element, name: str) -> Iterator[ET.Element]:
    for node in parent:
        if _tag(node) == name:
            yield node


def _entry(node: ET.Element, number: int) -> Entry:
    texts, where = _texts(node), f"entry {number}"
    link = texts.get("link") or _href(node)
    key = _first(texts, "guid", "id") or link or texts.get("title")
    if not key:
        raise UnexpectedShape(f"{where} of the feed has neither an id nor a link nor a title")
    published = _first(texts, "published", "pubDate", "date")
    return Entry(
        id=key,
        title=texts.get("title") or key,
        link=link,
        body=_first(texts, "encoded", "content", "description", "summary") or "",
        published=_date(published, f"{where}, published"),
        updated=_date(texts.get("updated"), f"{where}, updated"),
        categories=tuple(dict.fromkeys(_labels(node))),
    )


def _texts(node: ET.Element) -> dict[str, str]:
    """Return the texts of a node's children by name; of several of a name the first counts."""
    texts: dict[str, str] = {}
    for child in node:
        text = maybe_text("".join(child.itertext()) if len(child) else child.text)
        if text is not None:
            texts.setdefault(_tag(child), text)
    return texts


def _first(texts: Mapping[str, str], *names: str) -> str | None:
    """Return the text of the first of these names that has one."""
    for name in names:
        if name in texts:
            return texts[name]
    return None


def _href(node: ET.Element) -> str | None:
    """Return where an Atom entry links to: its links have no text, but an attribute."""
    for link in _nodes(node, "link"):
        if address := link.get("href"):
            return address
    return None


def _labels(node: ET.Element) -> Iterator[str]:
    for category in _nodes(node, "category"):
        label = maybe_text(category.text) or maybe_text(category.get("term"))
        if label is not None:
            yield label


def _tag(node: ET.Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _date(text: str | None, where: str) -> datetime | None:
    """Return a date as RSS or as Atom writes it; None when there is none."""
    if text is None:
        return None
    return instant(text, where) if text[:4].isdigit() else mail_date(text, where)


@lru_cache(maxsize=8)
def text_lines(html: str) -> tuple[str, ...]:
    """Return the text of a piece of HTML, a line for each piece of it; empty lines are left out."""
    text = unescape(TAG.sub("\n", INLINE.sub("", html)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(filter(None, lines))
