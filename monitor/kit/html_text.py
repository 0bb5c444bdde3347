"""Messages for people as plain text. Pure."""

import re
from html import unescape

LONGEST_MESSAGE = 4_000
"""How many characters of a message for people are kept; the longest seen in ten thousand had
fewer."""

_BREAK = re.compile(
    r"<(?:br|hr|/?(?:p|div|li|ul|ol|tr|table|blockquote|h[1-6]))\b[^<>]*>", re.IGNORECASE
)

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^<>]*>", re.DOTALL)

_HALF_TAG = re.compile(r"<[^<>]{0,300}\Z")


def plain_text(html: str, most: int = LONGEST_MESSAGE) -> str:
    """Return a message for people as plain text: no HTML, nothing a terminal would obey, at most
    `most` characters.

    Lines are kept where it breaks them, empty ones left out. Anything may be given; what is cut off
    ends in "…".
    """
    # Markup takes room too, and what cannot be kept need not be read; no tag must be left half.
    read = html if len(html) <= 4 * most else _HALF_TAG.sub("", html[: 4 * most])
    text = unescape(_TAG.sub("", _BREAK.sub("\n", read)))
    lines = filter(None, map(_printable, text.splitlines()))
    message = "\n".join(lines)
    is_whole = len(message) <= most and len(read) == len(html)
    return message if is_whole else f"{message[: most - 1]}…"


def _printable(line: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in line)
    return " ".join(printable.split())
