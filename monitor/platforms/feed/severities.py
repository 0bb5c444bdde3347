"""How bad an incident of a feed was: the words for a severity in titles, categories and certain
lines. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from monitor.kit.feeds import Entry
from monitor.model import Level
from monitor.platforms.feed.words import Words

BULLETIN = re.compile(
    r"\bsecurity"
    r" (?:updates?|patch(?:es)?|advisor(?:y|ies)|bulletins?|notices?|releases?|fix(?:es)?)\b"
    r"|\bvulnerabilit(?:y|ies)\b|\bcve-\d",
    re.IGNORECASE,
)
"""A title about what is no state of the page. A severity in it is one of the matter, not of the
page."""

NOT_OF_THE_PAGE = re.compile(
    r"\b(?:critical|major|minor)(?: and \w+)?"
    r" (?=(?:security|software|version|upgrade|updates?|patch|fix|release|"
    r"vulnerabilit|cve\b|bug|feature|change))",
    re.IGNORECASE,
)
"""Words for a severity that say how important something is."""

SEVERITY_LINE = re.compile(r"(?:severity|impact|status)\s*:\s*(.+)", re.IGNORECASE)

WHOLES = frozenset({"outage", "ausfall", "disruption"})
"""Words that are part of the name of a partial outage."""


def level_of(entries: Iterable[Entry], words: Words) -> Level:
    """Return the worst severity that is named; degraded without any."""
    return max(_levels(entries, words), default=Level.DEGRADED)


def is_bulletin(entries: Sequence[Entry], words: Words) -> bool:
    """Whether all entries are about a security update or the like, and none names a severity of the
    page.
    """
    if not all(BULLETIN.search(entry.title) for entry in entries):
        return False
    return not any(_levels(entries, words))


def _levels(entries: Iterable[Entry], words: Words) -> Iterator[Level]:
    for entry in entries:
        title = NOT_OF_THE_PAGE.sub("", entry.title)
        for piece in (title, *entry.categories, *_severities(entry)):
            yield from _levels_in(piece.casefold(), words)


def _severities(entry: Entry) -> Iterator[str]:
    """Yield what the lines say that are there to say a severity."""
    for line in entry.lines:
        match = SEVERITY_LINE.match(line)
        if match is not None:
            yield match[1]


def _levels_in(text: str, words: Words) -> Iterator[Level]:
    """Yield the severities that a text names; of a partial outage "outage" is a part."""
    levels = {word: words.levels[word] for word in words.severity.findall(text)}
    is_partial = Level.PARTIAL_OUTAGE in levels.values()
    for word, level in levels.items():
        if not (is_partial and word in WHOLES):
            yield level
