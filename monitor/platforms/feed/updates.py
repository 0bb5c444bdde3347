"""The updates in an entry of a feed: lines that begin with a word for a state, with their dates.
Pure.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import UnexpectedShape
from monitor.kit.feeds import Entry
from monitor.kit.posts import REVIEWS, Post, Says
from monitor.kit.times import instant, mail_date
from monitor.platforms.feed.words import OPEN, OVER, UPDATE_WORDS, Words

DATE = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))"
    r"|(?P<mail>(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d"
    r" (?:[A-Z]{1,4}|[+-]\d{4}))"
    r"|(?P<month>[A-Z][a-z]{2})[a-z]* +(?P<day>\d{1,2}),? +(?:\d{4},? +)?"
    r"(?P<clock>\d\d:\d\d)(?::\d\d)? *(?P<zone>[A-Z]{3,4})\b"
)
"""The ways of writing an instant that are read inside a text: only such as say their zone."""

HALF_A_YEAR = timedelta(days=182)
"""What is nearer than that is in the right year: most dates are, and a feed has thousands."""

TITLE_BREAK = r"\s[-–—|]\s|:\s|[\[\]()【】]"
"""What parts the pieces of a title."""


@dataclass(frozen=True, slots=True)
class Update:
    """One update: its word, what that means, and when it was made (None = it has no date)."""

    word: str
    meaning: str
    at: datetime | None


def updates_of(entry: Entry, words: Words) -> list[Update]:
    """Return the updates of an entry, each with the date at or before it."""
    updates, at = [], None
    for line in entry.lines:
        date = DATE.search(line[:200])
        at = _read_date(date, entry.published) if date else at
        begins_with_date = date is not None and date.start() <= 2  # noqa: PLR2004
        rest = line[date.end() :] if date and begins_with_date else line
        word = words.state_in(rest.strip(" -–—:•*.()[]"))
        if word is not None:
            updates.append(Update(word, words.states[word], at))
            at = None
    return updates


def post_of(at: datetime, update: Update) -> Post:
    """Return what an update says: one called just so says nothing of an incident that is over."""
    if update.meaning == OVER:
        return Post(at, Says.REVIEW if update.word in REVIEWS else Says.OVER)
    goes_on = update.meaning == OPEN and update.word not in UPDATE_WORDS
    return Post(at, Says.GOES_ON if goes_on else Says.UNCLEAR)


def heading_of(entry: Entry, words: Words) -> list[str]:
    """Return what an entry's title and categories say of its state."""
    meanings = []
    for piece in pieces_of(entry):
        word = words.state_in(piece)
        if word is not None:
            meanings.append(words.states[word])
    return meanings


def pieces_of(entry: Entry) -> list[str]:
    """Return the categories, and the pieces of the title between brackets, colons and dashes."""
    pieces = []
    for text in (*entry.categories, *re.split(TITLE_BREAK, entry.title)):
        piece = text.strip(" -[]").casefold()
        if piece:
            pieces.append(piece)
    return pieces


def _read_date(date: re.Match[str], near: datetime | None) -> datetime | None:
    """Return the instant that is written, without a year the one nearest to `near`; None when it is
    none.
    """
    with suppress(UnexpectedShape):
        if date["iso"]:
            return instant(date["iso"], "update")
        if date["mail"]:
            return mail_date(date["mail"], "update")
        return None if near is None else _nearest(date, near)
    return None


def _nearest(date: re.Match[str], near: datetime) -> datetime | None:
    """Return the instant that is written without a year, in the year that brings it nearest."""
    instants = []
    for year in (near.year, near.year + 1, near.year - 1):
        text = f"{date['day']} {date['month']} {year} {date['clock']}:00 {date['zone']}"
        with suppress(UnexpectedShape):  # the 30th of February, or a zone nobody knows
            instants.append(mail_date(text, "update"))
        if instants and abs(instants[-1] - near) < HALF_A_YEAR:
            return instants[-1]
    return min(instants, key=lambda at: abs(at - near), default=None)
