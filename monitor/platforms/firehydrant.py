"""FireHydrant status pages: one JSON document with the components and all incidents there ever
were. Pure.

`/data/payload.json` is what the page itself is drawn from. What is easily misread in it:

- Components have no state. Each incident says the condition of the components it hit, so their
  present state is what the open incidents say; the conditions in a closed incident are those of the
  outage.
- Conditions have the customer's own names; `conditions` maps each to OPERATIONAL, DEGRADED or
  OFFLINE. A condition named "Maintenance" is mapped to DEGRADED there, so one with that word in its
  name is a maintenance, as is all of an incident of that severity.
- An incident is over when it has a time `resolved`, or when a note in its timeline begins with that
  word; where they differ the note counts, as the time may be of the day the incident was reviewed.
- Incidents stand in no order, and `acknowledged` may be weeks later than `resolved`.
- An incident that names no components says nothing of any, so its time is not known to be good.

Planned maintenances (`scheduledMaintenances`) are known only from a program that reads them. Other
severities than MAINTENANCE are the customer's and decide nothing. The format is not documented.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.kit.events import (
    Event,
    ImpactSpan,
    expire_stale,
    first_start,
    is_any_unattributed,
    phase_at,
    recent_or_open,
)
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import (
    Row,
    has_keys,
    identifier,
    maybe_row,
    maybe_text,
    optional_rows,
    row,
    rows,
    text,
)
from monitor.kit.messages import messages
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.posts import Post, end_of, over_since, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, try_row
from monitor.kit.states import current_states
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, Level, PageInfo, Phase

ABOUT = About(
    title="FireHydrant",
    verified=date(2026, 7, 31),
    live="/data/payload.json, 1 request",
    reach_days=None,
    reach="Every incident since the page exists.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Many incidents name no component: their time is unknown, not an outage. A condition holds"
        " for the whole length of an incident."
    ),
)

SOURCE = "firehydrant.incidents"
PLANS = "firehydrant.maintenances"
"""Planned maintenances leave the list when they are over; that does not withdraw them."""

PAYLOAD = "/data/payload.json"
PROBE = Get(path=PAYLOAD)
COMMON_PATHS = (PAYLOAD,)
HOSTS = frozenset({"status.redis.io", "status.firehydrant.com", "status.backblaze.com"})

VOCABULARY: Mapping[str, Level] = {
    "OPERATIONAL": Level.OPERATIONAL,
    "MAINTENANCE": Level.MAINTENANCE,
    "DEGRADED": Level.DEGRADED,
    "OFFLINE": Level.MAJOR_OUTAGE,
}
"""What a page's conditions are mapped to; MAINTENANCE is a word in their names, and a severity."""

MAINTENANCE = "MAINTENANCE"

NOTE = re.compile(r"\W{0,10}\*\*([\w -]{1,40})\*\*")
"""The state that a note in a timeline begins with."""

NOTES: Mapping[str, Phase] = {
    "started": Phase.OPEN,
    "detected": Phase.OPEN,
    "acknowledged": Phase.OPEN,
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "resolved": Phase.CLOSED,
    "closed": Phase.CLOSED,
}

NO_COMPONENT = "an incident is going on that names no component"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a FireHydrant payload."""
    if b'"conditions"' not in response.body:
        return
    answer = try_row(response)
    if not isinstance(answer.get("incidents"), list):
        return
    if _are_conditions(answer.get("conditions")):
        yield Signal("shape", "conditions are mapped to FireHydrant's words")
    config = answer.get("config")
    if has_keys(config, {"companyName", "operationalMessage"}):
        yield Signal("config", "a company's name and its message for quiet times")
    if b"type.googleapis.com/firehydrant." in response.body:
        yield Signal("types", "timelines hold FireHydrant's own types")


def _are_conditions(value: object) -> bool:
    """Whether a value maps names of conditions to FireHydrant's words, one at least."""
    if not isinstance(value, dict) or not value:
        return False
    return VOCABULARY.keys() >= set(map(str, value.values()))


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payload:
    """What the document says. `incidents` and `plans` are those that have happened or will."""

    name: str | None
    components: Sequence[Component]
    incidents: Sequence[Event]
    plans: Sequence[Event]


def _read_payload(response: Response, now: datetime) -> _Payload:
    answer = row(read_json(response), "the answer")
    components = list(_components(answer))
    reader = _Reader(
        conditions=_conditions(answer),
        ids={component.name: component.id for component in components},
        now=now,
    )
    plans = answer.get("scheduledMaintenances")
    return _Payload(
        name=maybe_text(row(answer.get("config"), "config").get("companyName")),
        components=components,
        incidents=list(map(reader.incident, rows(answer.get("incidents"), "incidents"))),
        plans=list(map(reader.plan, optional_rows(plans, "scheduledMaintenances"))),
    )


def _components(answer: Row) -> Iterator[Component]:
    for position, item in enumerate(rows(answer.get("components"), "components")):
        yield Component(
            id=identifier(item.get("id"), "component.id"),
            name=text(item.get("name"), "component.name"),
            position=position,
        )


def _conditions(answer: Row) -> Mapping[str, str]:
    """Return what each condition's name is mapped to. Names are compared without spaces around
    them.
    """
    words: dict[str, str] = {}
    for name, word in row(answer.get("conditions"), "conditions").items():
        words[name.strip()] = identifier(word, f"conditions.{name[:40]}")
    return words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """What is needed to read an incident: the page's conditions, and its components' ids by
    name.
    """

    conditions: Mapping[str, str]
    ids: Mapping[str, str]
    now: datetime

    def incident(self, item: Row) -> Event:
        """Return an incident; an open one nobody speaks of any more is not rated for ever."""
        key = identifier(item.get("id"), "incident.id")
        where = f"incident {key}"
        times = row(item.get("timestamps"), f"{where}.timestamps")
        first = times.get("started") or times.get("detected")
        start = instant(first, f"{where}.timestamps.started")
        stated_end = maybe_instant(times.get("resolved"), f"{where}.timestamps.resolved")
        timeline = _timeline(item, f"{where}.timeline")
        end = _end(timeline, stated_end, start)
        severity = maybe_text(item.get("severitySlug")) or "UNSET"
        is_maintenance = severity.upper() == MAINTENANCE
        spans = tuple(self._spans(item, start, end, maintenance=is_maintenance))
        event = Event(
            id=key,
            title=text(item.get("title") or item.get("name"), f"{where}.title"),
            phase=phase_at(start, end, self.now),
            start=start,
            end=end,
            status="open" if end is None else "resolved",
            impact=severity,
            maintenance=is_maintenance,
            spans=spans,
            unattributed=not spans,
            updates=messages(timeline, at="occurredAt", text="note"),
        )
        return expire_stale(event, _last_word_at(timeline) or start, self.now)

    def plan(self, item: Row) -> Event:
        """Return a planned maintenance. Whatever its components' condition is called, they are in
        maintenance.
        """
        key = identifier(item.get("id"), "maintenance.id")
        start = instant(item.get("startsAt"), f"maintenance {key}.startsAt")
        end = instant(item.get("endsAt"), f"maintenance {key}.endsAt")
        phase = phase_at(start, end, self.now)
        spans = tuple(self._spans(item, start, end, maintenance=True))
        return Event(
            id=key,
            title=text(item.get("name") or item.get("title"), f"maintenance {key}.name"),
            phase=phase,
            start=start,
            end=end,
            status=str(phase),
            impact=MAINTENANCE,
            maintenance=True,
            spans=spans,
            unattributed=not spans,
        )

    def _spans(
        self,
        item: Row,
        start: datetime,
        end: datetime | None,
        *,
        maintenance: bool,
    ) -> Iterator[ImpactSpan]:
        for key, condition in self._hit_components(item):
            yield ImpactSpan(
                component_id=key,
                level=self._level(condition, maintenance=maintenance),
                start=start,
                end=end,
                word=condition,
                basis=Basis.DECLARED,
            )

    def _hit_components(self, item: Row) -> Iterator[tuple[str, str | None]]:
        """Yield the ids of the components that an incident names, each with its condition; some
        answers name them only.
        """
        where = f"incident {item.get('id')}"
        components = optional_rows(item.get("components"), f"{where}.components")
        for component in components:
            key = identifier(component.get("id"), f"{where}.components.id")
            yield key, maybe_text(component.get("condition"))
        if not components:
            by_name = row(item.get("componentConditions") or {}, f"{where}.componentConditions")
            for name, condition in by_name.items():
                key = text(name, f"{where}.componentConditions")
                yield self.ids.get(key, key), maybe_text(condition)

    def _level(self, condition: str | None, *, maintenance: bool) -> Level | None:
        if condition is None:
            return None
        level = VOCABULARY.get(self.conditions.get(condition, condition))
        if level in {None, Level.OPERATIONAL}:
            return level
        is_maintenance = maintenance or MAINTENANCE.lower() in condition.lower()
        return Level.MAINTENANCE if is_maintenance else level


# timelines


def _timeline(incident: Row, where: str) -> list[Row]:
    """Return the entries of an incident's timeline, each with its `note` (None = it has none) and
    `at`, its time (None = it has none).
    """
    entries = []
    for entry in optional_rows(incident.get("timeline"), where):
        details = entry.get("details")
        note = maybe_row(details).get("note")
        at = maybe_instant(entry.get("occurredAt"), where)
        entries.append(entry | {"note": note, "at": at})
    return entries


def _end(timeline: Sequence[Row], stated_end: datetime | None, start: datetime) -> datetime | None:
    """Return when an incident ended; None = it goes on. `stated_end` has whole seconds, notes have
    parts of them.
    """
    posts = list(_posts(timeline))
    over = over_since(posts)
    if over is None:
        return end_of(posts, stated_end, start, over=stated_end is not None)
    if stated_end is not None and abs(over - stated_end) < timedelta(seconds=1):
        return stated_end
    return over


def _posts(timeline: Iterable[Row]) -> Iterator[Post]:
    """Yield what the notes that begin with a state say of their incident."""
    for entry in timeline:
        state = NOTE.match(maybe_text(entry["note"]) or "")
        if entry["at"] is not None and state is not None:
            yield post_saying(entry["at"], state[1].strip().lower(), NOTES)


def _last_word_at(timeline: Iterable[Row]) -> datetime | None:
    """Return when an incident was last spoken of; None where nothing in its timeline has a time."""
    return max((entry["at"] for entry in timeline if entry["at"] is not None), default=None)


# reading


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request.

    While something goes on or is planned the answer is read even if it is the same: what it means
    changes by itself.
    """
    response = yield from get(PAYLOAD, conditional=not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        payload = _read_payload(response, page.now)
        events = [*payload.incidents, *payload.plans]
        ended_events, withdrawn = closed_since(page, events)
        remark = NO_COMPONENT if is_any_unattributed(events) else None
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name=payload.name, remark=remark),
            parts=current_states(payload.components, events, page.now),
            events=recent_or_open(payload.incidents, page),
            withdrawn=withdrawn,
            cursor=dump_open(payload.plans),
        )
        if payload.plans or ended_events:
            yield evidence(PLANS, page, events=[*payload.plans, *ended_events])


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents; they cover the time since the oldest of them, before which nothing says
    there was a page.
    """
    response = yield from get(PAYLOAD)
    with locate_errors(response.url):
        payload = _read_payload(response, page.now)
        incidents = payload.incidents
        first = max(since, min(page.now, first_start(incidents) or page.now))
        yield evidence(SOURCE, page, components=payload.components, events=incidents, since=first)
        if payload.plans:
            yield evidence(PLANS, page, events=payload.plans)
    yield from gap_before(
        SOURCE, page, since, first, "no older incident is listed, and the page may be younger"
    )
