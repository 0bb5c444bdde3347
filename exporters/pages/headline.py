"""The sentence that `/` begins with: how all vendors are, and whether we can tell. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from exporters.pages.times import moment
from exporters.pages.words import counted, number_word, sentence_case
from monitor.answers import Silence, Status
from monitor.model import Level


def headline(statuses: Sequence[Status], now: datetime) -> str:
    """Return how many vendors have trouble and how many are unknown; that nothing is wrong only
    where every page is known to be well.
    """
    count = len(statuses)
    if not count:
        return "Nothing is watched yet."
    every = "the one vendor" if count == 1 else counted(count, "vendor")
    unknown = sum(status.level is None for status in statuses)
    bad = sum((status.level or Level.OPERATIONAL) > Level.MAINTENANCE for status in statuses)
    rest = f"; {number_word(unknown)} {'is' if unknown == 1 else 'are'} unknown" if unknown else ""
    if bad:
        some = every if bad == count else f"{number_word(bad)} of {every}"
        verb = "has" if bad == 1 else "have"
        return sentence_case(f"{some} {verb} trouble now{rest}.")
    if unknown == count:
        return f"Nothing is known of {every} now."
    known = f"{number_word(count - unknown)} of {every}" if unknown else every
    open_incidents = sum(len(status.incidents) for status in statuses if status.level is not None)
    if open_incidents:
        verb = "changes" if open_incidents == 1 else "change"
        told = f"{counted(open_incidents, 'open incident')} {verb} no level"
        return f"No component is in trouble at {known}; {told}{rest}."
    return f"No trouble reported by {known}{rest or f'; {_all_read(statuses, now)}'}."


def _all_read(statuses: Sequence[Status], now: datetime) -> str:
    oldest = min(status.read_at or now for status in statuses)
    minutes = max(1, -(-(now - oldest) // timedelta(minutes=1)))
    return f"{'it was' if len(statuses) == 1 else 'all were'} read within the last {minutes} min"


def silence_words(silence: Silence | None, now: datetime) -> str:
    """Return that many pages cannot be read; "" = not so many."""
    if silence is None:
        return ""
    since = moment(silence.since, UTC, now)
    return f"{silence.unreadable} of {silence.pages} pages unreadable since {since.local}"
