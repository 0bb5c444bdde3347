"""The events of AWS's dashboard, as its current list and its history have them. Pure.

An event has a code, a log, and where it is large a table of services with every change of their
codes: seconds in the current list, milliseconds in the history.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from monitor.kit.fields import Row, identifier, number, optional_rows, row, rows, verbatim
from monitor.kit.messages import messages
from monitor.kit.posts import Post, Says, closed_at
from monitor.kit.responses import shape_error
from monitor.kit.times import epoch
from monitor.model import IncidentUpdate, Level
from monitor.platforms.aws.regions import component_id, region_of

LEVELS: Mapping[str, Level] = {
    "0": Level.OPERATIONAL,
    "1": Level.OPERATIONAL,  # informational: policy notices too, and nothing ever resolves them
    "2": Level.DEGRADED,
    "3": Level.MAJOR_OUTAGE,
}
WORDS: Mapping[str, str] = {
    "0": "resolved",
    "1": "informational",
    "2": "degradation",
    "3": "disruption",
}
OVER_MARK = "[RESOLVED]"
"""What the title of an event, or of an entry of its log, begins with when it is over."""

SILENT_AFTER = timedelta(days=7)
"""How long an open event speaks for the present after its last update; two were left open for
months."""

SECONDS_END = 100_000_000_000
"""A moment from this number on is in milliseconds: in seconds it would be in the year 5138, in them
it is 1973."""

LONGEST_CODE = 20


@dataclass(frozen=True, slots=True)
class Change:
    """A code from a moment on."""

    at: datetime
    code: str


Changes = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """One service in one event: its present code, and the codes it had, in order."""

    name: str
    code: str
    changes: Changes

    @property
    def is_troubled(self) -> bool:
        """Whether its code is unknown or tells of trouble."""
        return LEVELS.get(self.code) is not Level.OPERATIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthEvent:
    """An event. `region` is `GLOBAL` when it names none; `services` are by component id; `end` None
    = it goes on.

    `last_word` is when anything was last said of it.
    """

    arn: str
    region: str
    title: str
    code: str
    start: datetime
    last_word: datetime
    end: datetime | None
    services: Mapping[str, Service]
    updates: tuple[IncidentUpdate, ...] = ()

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by now."""
        return self.end is not None and self.end <= now

    def silent_since(self, now: datetime) -> datetime | None:
        """Return when the event ceased to speak for the present; None = it has not, is over, or
        tells of no trouble.
        """
        until = self.last_word + SILENT_AFTER
        if until >= now or self.is_over(now):
            return None
        return until if any(service.is_troubled for service in self.services.values()) else None

    @property
    def silence(self) -> str:
        """The word for what nobody knows since it fell silent."""
        return f"silent since {self.last_word:%Y-%m-%d}"


Events = dict[str, HealthEvent]
"""Events by their ids."""


def read_current(answer: object) -> Events:
    """Return the events of the current list."""
    return _by_arn(_event(item, "") for item in rows(answer, "the answer"))


def read_history(answer: object) -> Events:
    """Return the events of the history. An empty history is an error: there never was a year
    without events.
    """
    events = _by_arn(_events_of_services(row(answer, "the answer")))
    return events or shape_error("the answer", "a history with events", answer)


def _events_of_services(answer: Row) -> Iterator[HealthEvent]:
    for key, items in answer.items():
        for item in optional_rows(items, key):
            yield _event(item, key)


def _by_arn(events: Iterable[HealthEvent]) -> Events:
    """Return the events by id. One that is listed under several services counts once, with all of
    them.
    """
    by_arn: Events = {}
    for event in events:
        first = by_arn.setdefault(event.arn, event)
        by_arn[event.arn] = replace(first, services={**event.services, **first.services})
    return by_arn


def _event(item: Row, key: str) -> HealthEvent:
    """Return one event; `key` is the service it is listed under in the history, "" elsewhere."""
    start = _moment(item.get("date"), "date")
    code = _code(item.get("status"), "status")
    title = verbatim(item.get("summary"), "summary")
    service = verbatim(item.get("service") or key, "service")
    if "arn" in item or not key:
        arn = verbatim(item.get("arn"), "arn")
    else:
        arn = f"{service}:{start:%Y%m%dT%H%M%SZ}"
    region = region_of(arn, service)
    log = _changes(optional_rows(item.get("event_log"), "event_log"), "status")
    of_services = _changes_of_services(item)
    last_change = _last_change(log, *of_services.values())
    own_changes = _changes_as_a_whole(log, start, code)
    return HealthEvent(
        arn=arn,
        region=region,
        title=title.removeprefix(OVER_MARK).strip() or title,
        code=code,
        start=start,
        last_word=max(start, last_change or start),
        end=_end(item, log, last_change, start),
        services=_services(item, service, region, of_services, own_changes),
        updates=_updates(item),
    )


def _last_change(*courses: Changes) -> datetime | None:
    last_changes: list[Change] = []
    for changes in courses:
        last_changes += changes[-1:]
    return max((change.at for change in last_changes), default=None)


def _moment(value: object, where: str) -> datetime:
    """Return a moment given as a number or its text, in seconds or milliseconds."""
    is_in_seconds = number(value, where) < SECONDS_END
    return epoch(value, where, per_second=1 if is_in_seconds else 1000)


def _code(value: object, where: str) -> str:
    """Return a status code, which is a number here and the same as text there."""
    return identifier(value, where)[:LONGEST_CODE]


def _updates(item: Row) -> tuple[IncidentUpdate, ...]:
    """Return what was posted. A status is a number, which `WORDS` puts into words."""
    updates = []
    for update in messages(item.get("event_log"), at="timestamp", read_time=epoch):
        status = WORDS.get(update.status, update.status)
        updates.append(replace(update, status=status))
    return tuple(updates)


def _changes(entries: Iterable[Row], code: str) -> Changes:
    """Return the codes in entries that have them in the field `code`, in order."""
    changes = []
    for entry in entries:
        at = _moment(entry.get("timestamp"), "timestamp")
        changes.append(Change(at, _code(entry.get(code), code)))
    return tuple(sorted(changes, key=attrgetter("at")))


def _changes_of_services(item: Row) -> dict[str, Changes]:
    """Return the codes each service had, by its key."""
    where = "impacted_service_status_changes"
    entries: dict[str, list[Row]] = {}
    for entry in optional_rows(item.get(where), where):
        entries.setdefault(verbatim(entry.get("service"), "service"), []).append(entry)
    changes: dict[str, Changes] = {}
    for service, own_entries in entries.items():
        changes[service] = _changes(own_entries, "current_status")
    return changes


def _changes_as_a_whole(log: Changes, start: datetime, code: str) -> Changes:
    """Return the codes of an event as a whole.

    Where no update carries the event's own code, the vendor says that it was reached and not when:
    it counts from the beginning.
    """
    is_dated = any(change.code == code for change in log)
    if is_dated or (log and LEVELS.get(code) is Level.OPERATIONAL):
        return log
    return (Change(start, code),)


def _end(item: Row, log: Changes, last_change: datetime | None, start: datetime) -> datetime | None:
    """Return when the event ended, None = it goes on. In the history the event's own code is the
    worst it had.
    """
    if item.get("end_time"):
        return max(_moment(item["end_time"], "end_time"), start)
    posts = _posts(item, log)
    is_over = item["status"] in (0, "0") or _is_resolved(item)
    if is_over or (posts and posts[-1].says is Says.OVER):
        return closed_at(posts, start, last_change)
    return None


def _posts(item: Row, log: Changes) -> Sequence[Post]:
    """Return what the log says of the event: over with the code 0 and under a title that says
    so.
    """
    resolved_at = set()
    for entry in optional_rows(item.get("event_log"), "event_log"):
        if _is_resolved(entry):
            resolved_at.add(_moment(entry.get("timestamp"), "timestamp"))
    posts = []
    for change in log:
        is_over = change.code == "0" or change.at in resolved_at
        posts.append(Post(change.at, Says.OVER if is_over else Says.GOES_ON))
    return posts


def _is_resolved(owner: Row) -> bool:
    return str(owner.get("summary", "")).lstrip().startswith(OVER_MARK)


def _services(
    item: Row,
    service: str,
    region: str,
    of_services: Mapping[str, Changes],
    own: Changes,
) -> dict[str, Service]:
    """Return the services of an event by component id; an event without a table of them has only
    its own.
    """
    where = "impacted_services"
    services = {}
    for key, value in row(item.get(where) or {}, where).items():
        entry = row(value, f"{where}.{verbatim(key, where)}")
        code = _code(entry.get("current"), "current")
        name = verbatim(entry.get("service_name"), "service_name")
        services[component_id(key, region)] = Service(name, code, of_services.get(key, own))
    if not services:
        name = verbatim(item.get("service_name") or service, "service_name")
        code = _code(item.get("status"), "status")
        services[component_id(service, region)] = Service(name, code, of_services.get(service, own))
    return services
