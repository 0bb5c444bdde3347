"""The days of a vendor that are disputed, or that it changed after they were over. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from exporters.explain.phrases import bad_text
from exporters.pages.links import Links
from exporters.pages.times import Moment, day_words, moment
from exporters.pages.vendor_subject import Subject
from exporters.wording import level_title
from monitor.answers import RevisedDay
from monitor.model import Day, Seconds

MOST = 30
"""So many days are told of; the newest are."""


@dataclass(frozen=True, slots=True)
class MarkedDay:
    """A day, and what is to be said of it; `at` is when a change was read."""

    title: str
    address: str
    mark: str
    words: str
    at: Moment | None


def marked_days(subject: Subject, revisions: Iterable[RevisedDay], links: Links) -> list[MarkedDay]:
    """Return the disputed and revised days of what the page is about, newest first."""
    marks = [*_disputed(subject, links), *_revised(subject, revisions, links)]
    newest_first = sorted(marks, key=lambda pair: pair[0], reverse=True)
    return [mark for _, mark in newest_first[:MOST]]


def _disputed(subject: Subject, links: Links) -> Iterator[tuple[date, MarkedDay]]:
    for day in subject.days:
        if day.disputed:
            words = f"Counted is {_amount(day.seconds)}; other sources say {_amount(day.other)}."
            address = links.day(subject.slug, day.day, **subject.question)
            yield day.day, MarkedDay(_title(day.day), address, "disputed", words, None)


def _revised(
    subject: Subject, revisions: Iterable[RevisedDay], links: Links
) -> Iterator[tuple[date, MarkedDay]]:
    zone, now = subject.record.page.zone, subject.record.query.now
    for change in revisions:
        if subject.is_meant(change.component):
            words = f"Was {_words(change.before)}; since then it is {_words(change.after)}."
            at = moment(change.changed_at, zone, now)
            address = links.day(subject.slug, change.date, **subject.question)
            yield change.date, MarkedDay(_title(change.date), address, "revised", words, at)


def _title(day: date) -> str:
    return f"{day:%a} {day_words(day)}"


def _words(day: Day) -> str:
    seconds = bad_text(day.seconds)
    return f"{level_title(day.level)} ({seconds})" if seconds else level_title(day.level)


def _amount(seconds: Seconds | None) -> str:
    return (bad_text(seconds) if seconds is not None else "") or "nothing bad"
