"""What a vendor's page says first: the sentence, what it rests on, and how it is now. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from exporters.cells import level_class
from exporters.pages.links import Links
from exporters.pages.times import Moment, moment, window_words
from exporters.pages.vendor_subject import Subject
from exporters.pages.words import sentence_case
from exporters.report.sentences import headline, page_remarks, remarks, scope
from exporters.wording import age_words, day_words, level_title, percent
from monitor.answers import STALE_INTERVALS, Record
from monitor.intervals import ONE_DAY
from monitor.model import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The sentence with everything needed to argue with it. `permalink` is the lasting address of
    the figure, or of the one that `permalink_title` names.
    """

    sentence: str
    window: str
    scope: str
    zone: str
    coverage: str
    as_of: Moment
    permalink: str
    permalink_title: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Announcement:
    """An incident or maintenance that goes on, since when, and where."""

    title: str
    address: str
    since: Moment
    components: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """How it is now, and how old our reading is; `why` says why it is unknown, else "". From
    `silent_at` on the last reading, at `read_at`, says nothing of how it is then: None = it does
    not even now.
    """

    classes: str
    level: str
    is_bad: bool
    age: str
    read_at: Moment | None
    silent_at: Moment | None
    why: str
    announcements: tuple[Announcement, ...]


def head(subject: Subject, links: Links, as_of: datetime) -> Head:
    """Return what the page says first; all that it shows was told by `as_of`."""
    record, figures = subject.record, subject.figures
    zone, window = record.page.zone, subject.window
    address, title = _permalink(subject, links)
    told = record if subject.is_of_today else _without_present(record)
    own_remarks = remarks(told) if subject.component is None else page_remarks(told)
    return Head(
        sentence=sentence_case(headline(figures)),
        window=window_words(window),
        scope=scope(record) if subject.component is None else "this component alone",
        zone=record.page.zone_name,
        coverage=percent(figures.coverage_ratio),
        as_of=moment(as_of, zone, as_of),
        permalink=address,
        permalink_title=title,
        remarks=tuple(map(sentence_case, own_remarks)),
    )


def _without_present(record: Record) -> Record:
    """Return a record without what goes on and how the last reading went: days that are over have
    nothing to do with either.
    """
    return replace(
        record,
        page=replace(record.page, last_ok=None),
        standing=replace(record.standing, incidents=None, maintenances=None),
    )


def _permalink(subject: Subject, links: Links) -> tuple[str, str]:
    """Return a lasting address and what it leads to. Of what is published, components have one for
    the end of each month alone.
    """
    window, component = subject.window, subject.component
    last, title = window.last, "Permalink of this figure"
    if component is None:
        return links.window(subject.slug, window.days, last), title
    if links.published and subject.is_of_today:
        last = last.replace(day=1) - ONE_DAY
        title = f"Permalink of the figure of {day_words(last)}"
    return links.component_window(subject.slug, component.slug, window.days, last), title


def present(subject: Subject, links: Links, interval_seconds: int) -> Present | None:
    """Return how it is now, of a page that is polled so often; None of a window in the past, which
    has no now.
    """
    if not subject.is_of_today:
        return None
    standing, level = subject.record.standing, subject.level
    silence = timedelta(seconds=STALE_INTERVALS * interval_seconds)
    silent_at = standing.read_at + silence if standing.read_at and level is not None else None
    return Present(
        classes=level_class(level),
        level=level_title(level),
        is_bad=level is not None and level.is_outage,
        age=age_words(standing.age_seconds),
        read_at=_maybe_moment(subject, standing.read_at),
        silent_at=_maybe_moment(subject, silent_at),
        why=_why_unknown(subject),
        announcements=tuple(_announcements(subject, links)),
    )


def _maybe_moment(subject: Subject, instant: datetime | None) -> Moment | None:
    record = subject.record
    return None if instant is None else moment(instant, record.page.zone, record.query.now)


def _why_unknown(subject: Subject) -> str:
    if subject.level is not None:
        return ""
    page = subject.record.page
    if page.last_ok is False and page.last_error_message:
        return f"The page cannot be read: {page.last_error_message}"
    return "Too little is known of it now."


def _announcements(subject: Subject, links: Links) -> Iterator[Announcement]:
    standing = subject.record.standing
    for incident in (*(standing.incidents or ()), *(standing.maintenances or ())):
        if _is_about(incident, subject):
            yield Announcement(
                incident.title,
                links.incident(subject.slug, incident.id),
                moment(incident.started_at, subject.record.page.zone, standing.as_of),
                ", ".join(_names(incident, subject)),
            )


def _is_about(incident: Incident, subject: Subject) -> bool:
    component = subject.component
    return component is None or component.component.id in incident.component_ids


def _names(incident: Incident, subject: Subject) -> Iterator[str]:
    for part in subject.record.components:
        if part.component.id in incident.component_ids:
            yield part.component.full_name
