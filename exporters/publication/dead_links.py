"""Links to what is not published, which become plain text. Pure.

A site of some vendors and months has no page of others, and a template need not know which.
"""

import posixpath
import re
from collections.abc import Collection
from html import unescape
from urllib.parse import unquote, urlsplit

_LINK = re.compile(r'<a\b(?P<before>[^<>]*?) href="(?P<address>[^"<>]*)"(?P<after>[^<>]*)>')


def without_dead_links(html: str, place: str, paths: Collection[str]) -> str:
    """Return a page without the links to files that are not among `paths`.

    `place` is the folder of the page. Pages are linked as folders: the file is `index.html` in it.
    What stays of a link is an element that leads nowhere; with a name of its own it is a picture.
    """

    def replace(match: re.Match[str]) -> str:
        path = target(unescape(match["address"]), place)
        if path is None or path in paths:
            return match[0]
        attributes = match["before"] + match["after"]
        role = ' role="img"' if " aria-label=" in attributes else ""
        return f"<a{attributes}{role}>"

    return _LINK.sub(replace, html)


def target(address: str, place: str) -> str | None:
    """Return the file below the folder that a link on the page at `place` leads to; None = it leads
    elsewhere, or stays on the page.
    """
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = unquote(parts.path)
    joined = posixpath.normpath(posixpath.join(place, path))
    if not path.endswith("/") and posixpath.basename(path) not in (".", ".."):
        return joined
    return "index.html" if joined == "." else f"{joined}/index.html"
