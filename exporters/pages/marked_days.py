"""The days of a vendor that are disputed, or that it changed after they were over. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from exporters.explain.phrases import amount_text, level_text
from exporters.pages.links import Links
from exporters.pages.times import Moment, day_title, moment
from exporters.pages.vendor_subject import Subject
from monitor.answers import RevisedDay

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
            counted, other = amount_text(day.seconds), amount_text(day.other)
            words = f"Counted is {counted}; other sources say {other}."
            address = links.day(subject.slug, day.day, **subject.question)
            yield day.day, MarkedDay(day_title(day.day), address, "disputed", words, None)


def _revised(
    subject: Subject, revisions: Iterable[RevisedDay], links: Links
) -> Iterator[tuple[date, MarkedDay]]:
    zone, now = subject.record.page.zone, subject.record.query.now
    for change in revisions:
        if subject.is_meant(change.component):
            words = f"Was {level_text(change.before)}; since then it is {level_text(change.after)}."
            at = moment(change.changed_at, zone, now)
            address = links.day(subject.slug, change.date, **subject.question)
            yield change.date, MarkedDay(day_title(change.date), address, "revised", words, at)
