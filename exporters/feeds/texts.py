"""Vendors' texts, fit for a feed: of a length that can be read, and nothing in them that is obeyed,
hidden, or cannot be written in XML. Pure.
"""

from datetime import UTC, datetime, timedelta
from html import escape

from monitor.plain import visible

LONGEST_TITLE = 200
LONGEST_LINE = 2_000
MOST_LINES = 200

_NO_XML = str.maketrans(dict.fromkeys("\ufffe\uffff", "\ufffd"))
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def title(text: str) -> str:
    """Return a text as a title, on one line."""
    return _shorten(_clean(" ".join(text.split())), LONGEST_TITLE)


def paragraphs(*texts: str) -> tuple[str, ...]:
    """Return the lines of texts, empty ones left out."""
    lines: list[str] = []
    for text in texts:
        lines += (line.strip() for line in text.splitlines())
    paragraph_lines = [_shorten(_clean(line), LONGEST_LINE) for line in lines if line]
    if len(paragraph_lines) > MOST_LINES:
        return (*paragraph_lines[:MOST_LINES], "…")
    return tuple(paragraph_lines)


def html(lines: tuple[str, ...]) -> str:
    """Return lines as paragraphs of HTML that show just them."""
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _clean(text: str) -> str:
    return visible(text).translate(_NO_XML)


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def instant(when: datetime) -> str:
    """Return an instant as people read it, to the minute, in UTC."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def duration(seconds: float) -> str:
    """Return a length of time in its two largest units, cut off, e.g. ``1 h 5 min``."""
    rest, words = int(timedelta(seconds=seconds).total_seconds()), []
    for unit, size in _UNITS:
        if rest >= size:
            words.append(f"{rest // size} {unit}")
            rest %= size
    return " ".join(words[:2]) or "0 s"
