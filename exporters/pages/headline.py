"""The sentence that `/` begins with: how all vendors are, and whether we can tell. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from exporters.pages.times import Moment, moment
from exporters.pages.words import counted, number_word, sentence_case
from monitor.answers import Silence, Status
from monitor.model import Level, without_none


def headline(statuses: Sequence[Status], now: datetime, *, is_published: bool = False) -> str:
    """Return how many vendors have trouble and how many are unknown; that nothing is wrong only
    where every page is known to be well. What is published is looked at later: it says nothing of
    now, and when pages were read stands beside it.
    """
    count = len(statuses)
    if not count:
        return "Nothing is watched yet."
    levels = [status.level for status in statuses if status.level is not None]
    every = "the one vendor" if count == 1 else counted(count, "vendor")
    if not levels:
        now_word = "" if is_published else " now"
        return f"Nothing is known of {every}{now_word}."
    rest = _unknown_words(count - len(levels))
    bad = sum(level > Level.MAINTENANCE for level in levels)
    if bad:
        some = every if bad == count else f"{number_word(bad)} of {every}"
        return sentence_case(f"{some} {_trouble_words(bad, is_published=is_published)}{rest}.")
    of_levels = f"{number_word(len(levels))} of {every}" if rest else every
    incidents = _open_incident_words(statuses)
    if incidents:
        return f"No component is in trouble at {of_levels}; {incidents}{rest}."
    if rest or is_published:
        return f"No trouble reported by {of_levels}{rest}."
    return f"No trouble reported by {of_levels}; {_all_read(statuses, now)}."


def _trouble_words(vendors: int, *, is_published: bool) -> str:
    if is_published:
        return "had trouble when read last"
    return f"{'has' if vendors == 1 else 'have'} trouble now"


def _unknown_words(unknown: int) -> str:
    """Return what is added of vendors of which nothing is known; "" = none."""
    if not unknown:
        return ""
    return f"; {number_word(unknown)} {'is' if unknown == 1 else 'are'} unknown"


def _open_incident_words(statuses: Sequence[Status]) -> str:
    """Return how many incidents go on at vendors that are well; "" = none."""
    number = sum(len(status.incidents) for status in statuses if status.level is not None)
    if not number:
        return ""
    verb = "changes" if number == 1 else "change"
    return f"{counted(number, 'open incident')} {verb} no level"


def _all_read(statuses: Sequence[Status], now: datetime) -> str:
    oldest = min(status.read_at or now for status in statuses)
    minutes = max(1, -(-(now - oldest) // timedelta(minutes=1)))
    return f"{'it was' if len(statuses) == 1 else 'all were'} read within the last {minutes} min"


def oldest_reading(statuses: Sequence[Status], now: datetime) -> Moment | None:
    """Return the oldest reading of the vendors that are known; None = none is."""
    read = (status.read_at for status in statuses if status.level is not None)
    oldest = min(without_none(read), default=None)
    return None if oldest is None else moment(oldest, UTC, now)


def silence_words(silence: Silence | None, now: datetime) -> str:
    """Return that many pages cannot be read; "" = not so many."""
    if silence is None:
        return ""
    since = moment(silence.since, UTC, now)
    return f"{silence.unreadable} of {silence.pages} pages unreadable since {since.local}"
