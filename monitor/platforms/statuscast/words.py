"""The words of StatusCast, and the texts of its HTML. Pure."""

import re
from collections.abc import Iterator, Mapping
from html import unescape

from monitor.kit.sequences import with_next
from monitor.model import Level

VOCABULARY: Mapping[str, Level] = {
    "available": Level.OPERATIONAL,
    "informational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "scheduledmaintenance": Level.MAINTENANCE,
    "monitoring": Level.DEGRADED,
    "degraded": Level.DEGRADED,
    "partialoutage": Level.PARTIAL_OUTAGE,
    "unavailable": Level.MAJOR_OUTAGE,
}
"""Of cells, of incidents' signs and severities, and of the types that are severities."""

RECORD = "run `monitor record URL DIR` and send the folder"


def level_of(word: str | None) -> Level | None:
    """Return the level of a word; None when there is none or it is unknown."""
    return None if word is None else VOCABULARY.get(word)


def plain(html: str) -> str:
    """Return a piece of HTML without tags as one line of text; "?" when it is empty."""
    return " ".join(unescape(html).split()).replace("\x00", "?") or "?"


def pieces(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield each match with the text from its end until the next match begins, or to the end."""
    for match, following in with_next(list(pattern.finditer(text))):
        end = len(text) if following is None else following.start()
        yield match, text[match.end() : end]
