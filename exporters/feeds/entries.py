"""What a feed says: an entry an incident, a level change, a day that the vendor changed, and a
vendor that cannot be read. Pure.

An entry's id is made of what nobody renames: the page's address, and the vendor's own ids.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import NAMESPACE_URL, uuid5

from exporters.feeds.texts import duration, instant, paragraphs, title
from exporters.wording import UNKNOWN, level_title
from monitor.answers import (
    STALE_INTERVALS,
    Chronicle,
    IncidentStory,
    LevelChange,
    RevisedDay,
    Status,
)
from monitor.intervals import day_of
from monitor.model import KnownComponent, Level, Phase, worst_level
from monitor.plain import join_names
from monitor.store import PageRecord

MOST_NAMES = 10
"""How many components an entry names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. `level` is what it is about, None = unknown; `lines` are its text, a paragraph
    each, with nothing in them that is obeyed or hidden. `updated_at` is never before `published_at`
    (UTC).
    """

    id: str
    kind: str
    vendor: str
    title: str
    lines: tuple[str, ...]
    level: Level | None
    url: str
    published_at: datetime
    updated_at: datetime

    def is_at_least(self, level: Level) -> bool:
        """Whether it is about this level or a worse one; what is unknown may be."""
        return self.level is None or self.level >= level


INCIDENT, LEVEL, EDIT, READING = KINDS = ("incident", "level", "edit", "reading")
"""What an entry is about."""


def urn(*parts: str) -> str:
    """Return an id that is the same for the same parts, here and everywhere."""
    return uuid5(NAMESPACE_URL, "vendorstatus\x00" + "\x00".join(parts)).urn


def entries_of(chronicle: Chronicle) -> Iterator[Entry]:
    """Yield an entry for all that happened."""
    for story in chronicle.incidents:
        yield _incident(chronicle, story)
    for change in chronicle.changes:
        yield _level_change(chronicle, change)
    for edit in chronicle.edits:
        yield _edit(chronicle, edit)


def unread_entry(status: Status, name: str, page: PageRecord) -> Entry | None:
    """Return the entry of a page whose last reading says nothing of now any more; None where it
    does, and where the vendor is not watched.
    """
    if status.level is not None or status.interval_seconds is None:
        return None
    patience = timedelta(seconds=STALE_INTERVALS * status.interval_seconds)
    since = (status.read_at or page.added_at) + patience
    if not page.added_at <= since < status.as_of:
        return None
    words = "never" if status.read_at is None else instant(status.read_at)
    return Entry(
        id=urn(page.url, READING, since.isoformat()),
        kind=READING,
        vendor=status.target.vendor,
        title=title(f"{name}: {UNKNOWN}"),
        lines=paragraphs(
            f"How it stands is unknown: {status.why_unknown}.", f"Last read: {words}."
        ),
        level=None,
        url=page.url,
        published_at=since,
        updated_at=since,
    )


def _subject(chronicle: Chronicle) -> str:
    if chronicle.component is None:
        return chronicle.vendor.name
    return f"{chronicle.vendor.name} {chronicle.component.component.full_name}"


def _subject_id(chronicle: Chronicle) -> str:
    return "" if chronicle.component is None else chronicle.component.id


def _incident(chronicle: Chronicle, story: IncidentStory) -> Entry:
    incident = story.incident
    return Entry(
        id=incident_id(chronicle, story),
        kind=INCIDENT,
        vendor=chronicle.page.slug,
        title=title(f"{chronicle.vendor.name}: {incident.title}"),
        lines=paragraphs(*incident_lines(story)),
        level=story.level,
        url=incident.url or chronicle.page.url,
        published_at=story.published_at,
        updated_at=story.updated_at,
    )


def incident_id(chronicle: Chronicle, story: IncidentStory) -> str:
    """Return an incident's id, in feeds and in calendars."""
    return urn(chronicle.page.url, INCIDENT, story.incident.id)


def incident_lines(story: IncidentStory) -> Iterator[str]:
    """Yield what is known of an incident, then its messages, the newest first."""
    incident = story.incident
    kind = "Maintenance" if incident.maintenance else "Incident"
    is_plain = incident.maintenance and story.level is Level.MAINTENANCE
    level = "" if is_plain else f", {level_title(story.level)}"
    yield f"{kind}{level}; status: {incident.status or 'not given'}."
    yield _when(story)
    if story.components:
        yield f"Components: {_names(story.components)}."
    elif not incident.component_ids:
        yield "It names no component."
    if incident.unlisted_at is not None:
        yield f"No longer on the vendor's list since {instant(incident.unlisted_at)}."
    for message in reversed(story.messages):
        yield f"{instant(message.update.at)}, {message.update.status or 'without a status'}:"
        yield message.update.text


def _when(story: IncidentStory) -> str:
    incident, start = story.incident, instant(story.incident.started_at)
    if incident.phase is Phase.WITHDRAWN:
        return f"Withdrawn by the vendor; it was told to begin at {start}."
    if incident.phase is Phase.SCHEDULED:
        return f"Announced for {start}."
    if incident.phase is Phase.CLOSED and incident.resolved_at is None:
        return f"From {start}; it is over, and its end was not told."
    if incident.resolved_at is None:
        return f"Since {start}, not ended when last read."
    return f"From {start} to {instant(incident.resolved_at)}."


def _level_change(chronicle: Chronicle, change: LevelChange) -> Entry:
    start = change.start
    return Entry(
        id=urn(
            chronicle.page.url, LEVEL, _subject_id(chronicle), start.isoformat(), change.level.word
        ),
        kind=LEVEL,
        vendor=chronicle.page.slug,
        title=title(f"{_subject(chronicle)}: {change.level.title}"),
        lines=paragraphs(
            _how_long(change, chronicle.page.zone), f"Components: {_names(change.components)}."
        ),
        level=change.level,
        url=chronicle.page.url,
        published_at=start,
        # Of today the span grows at every reading; that is no news.
        updated_at=start if change.end is None or change.seconds is not None else change.end,
    )


def _how_long(change: LevelChange, zone: tzinfo) -> str:
    level, start = change.level.title.capitalize(), instant(change.start)
    if change.end is None:
        return f"{level} since {start}, going on when last read."
    if change.seconds is not None:
        return f"{level} for {duration(change.seconds)} on {day_of(change.start, zone)} ({zone})."
    length = duration((change.end - change.start).total_seconds())
    return f"{level} from {start} to {instant(change.end)}, {length}."


def _edit(chronicle: Chronicle, edit: RevisedDay) -> Entry:
    day, before, after = edit.date, edit.before, edit.after
    subject = _subject_id(chronicle)
    return Entry(
        id=urn(chronicle.page.url, EDIT, subject, day.isoformat(), str(edit.number)),
        kind=EDIT,
        vendor=chronicle.page.slug,
        title=title(f"{_subject(chronicle)}: {day} changed by the vendor"),
        lines=paragraphs(
            f"{day} ({chronicle.page.zone_name}) was {level_title(before.level)}, with"
            f" {duration(before.seconds.outage)} of outage.",
            f"It is now {level_title(after.level)}, with {duration(after.seconds.outage)}.",
        ),
        level=None if after.level is None else worst_level([before.level, after.level]),
        url=chronicle.page.url,
        published_at=edit.changed_at,
        updated_at=edit.changed_at,
    )


def _names(components: Iterable[KnownComponent]) -> str:
    return join_names([entry.component.full_name for entry in components], MOST_NAMES)
