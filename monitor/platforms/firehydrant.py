"""FireHydrant status pages: one JSON document with the components and all incidents there ever
were. Pure.

`/data/payload.json` is what the page itself is drawn from. What is easily misread in it:

- Components have no state. Each incident says the condition of the components it hit, so the
  present is what the open incidents say; in a closed incident the conditions are those of the
  outage.
- Conditions have the customer's own names; `conditions` maps each to OPERATIONAL, DEGRADED or
  OFFLINE. A "Maintenance" is mapped to DEGRADED there, so a condition called so is a maintenance,
  as is all of an incident of that severity.
- An incident is over when it has a time `resolved`, or when a note in its timeline begins with that
  word; where they differ the note counts, as the time may be of the day the incident was reviewed.
  Incidents stand in no order, `acknowledged` may be weeks later than `resolved`, and one that names
  no components says nothing of any, so its time is not known to be good.

Planned maintenances (`scheduledMaintenances`) are known from a program that reads them only. Other
severities than MAINTENANCE are the customer's and decide nothing. The format is not documented.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.kit.events import Event, ImpactSpan, expire_stale, recent_or_open
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, identifier, maybe_text, optional_rows, row, rows, text
from monitor.kit.messages import messages
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.posts import Post, end_of, over_since, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, try_json
from monitor.kit.states import current_states
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Component, IncidentUpdate, Level, PageInfo, Phase

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
"""Planned maintenances leave the list when they are over; an answer that has them no more does not
take them back."""

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

UNNAMED = "an incident is going on that names no component"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a FireHydrant payload."""
    if b'"conditions"' not in response.body:
        return
    told = try_json(response)
    if not isinstance(told, dict) or not isinstance(told.get("incidents"), list):
        return
    conditions = told.get("conditions")
    if (
        isinstance(conditions, dict)
        and conditions
        and set(map(str, conditions.values())) <= VOCABULARY.keys()
    ):
        yield Signal("shape", "conditions are mapped to FireHydrant's words")
    config = told.get("config")
    if isinstance(config, dict) and {"companyName", "operationalMessage"} <= config.keys():
        yield Signal("config", "a company's name and its message for quiet times")
    if b"type.googleapis.com/firehydrant." in response.body:
        yield Signal("types", "timelines hold FireHydrant's own types")


# the document


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payload:
    """What the document says. `incidents` and `plans` are those that have happened or will."""

    name: str | None
    components: Sequence[Component]
    incidents: Sequence[Event]
    plans: Sequence[Event]


def _payload(response: Response, now: datetime) -> _Payload:
    told = row(read_json(response), "the answer")
    listed = rows(told.get("components"), "components")
    components = [
        Component(
            id=identifier(each.get("id"), "component.id"),
            name=text(each.get("name"), "component.name"),
            position=at,
        )
        for at, each in enumerate(listed)
    ]
    reader = _Reader(
        conditions=_conditions(told),
        ids={each.name: each.id for each in components},
        url=response.url,
        now=now,
    )
    return _Payload(
        name=maybe_text(row(told.get("config"), "config").get("companyName")),
        components=components,
        incidents=[reader.incident(each) for each in rows(told.get("incidents"), "incidents")],
        plans=[
            reader.plan(each)
            for each in optional_rows(told.get("scheduledMaintenances"), "scheduledMaintenances")
        ],
    )


def _conditions(told: Row) -> Mapping[str, str]:
    """Return what each condition's name is mapped to. Names are compared without spaces around
    them.
    """
    table = row(told.get("conditions"), "conditions")
    return {
        name.strip(): identifier(meant, f"conditions.{name[:40]}") for name, meant in table.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """What is needed to read an incident: the page's conditions, and its components' ids by
    name.
    """

    conditions: Mapping[str, str]
    ids: Mapping[str, str]
    url: str
    now: datetime

    def incident(self, told: Row) -> Event:
        """Return an incident; an open one nobody speaks of any more is not rated for ever."""
        key = identifier(told.get("id"), "incident.id")
        times = row(told.get("timestamps"), f"incident {key}.timestamps")
        start = instant(
            times.get("started") or times.get("detected"), f"incident {key}.timestamps.started"
        )
        end = _end(
            told, maybe_instant(times.get("resolved"), f"incident {key}.timestamps.resolved"), start
        )
        severity = maybe_text(told.get("severitySlug")) or "UNSET"
        spans = self._spans(told, start, end, maintenance=severity.upper() == MAINTENANCE)
        event = Event(
            id=key,
            title=text(told.get("title") or told.get("name"), f"incident {key}.title"),
            phase=self._phase(start, end),
            start=start,
            end=end,
            status="open" if end is None else "resolved",
            impact=severity,
            maintenance=severity.upper() == MAINTENANCE,
            spans=spans,
            unattributed=not spans,
            updates=_messages(told),
        )
        return expire_stale(event, _spoke(told, start), self.now)

    def plan(self, told: Row) -> Event:
        """Return a planned maintenance. Whatever its components' condition is called, they are in
        maintenance.
        """
        key = identifier(told.get("id"), "maintenance.id")
        start = instant(told.get("startsAt"), f"maintenance {key}.startsAt")
        end = instant(told.get("endsAt"), f"maintenance {key}.endsAt")
        phase, spans = self._phase(start, end), self._spans(told, start, end, maintenance=True)
        return Event(
            id=key,
            title=text(told.get("name") or told.get("title"), f"maintenance {key}.name"),
            phase=phase,
            start=start,
            end=end,
            status=str(phase),
            impact=MAINTENANCE,
            maintenance=True,
            spans=spans,
            unattributed=not spans,
        )

    def _phase(self, start: datetime, end: datetime | None) -> Phase:
        if end is not None and end <= self.now:
            return Phase.CLOSED
        return Phase.SCHEDULED if start > self.now else Phase.OPEN

    def _spans(
        self, told: Row, start: datetime, end: datetime | None, *, maintenance: bool
    ) -> tuple[ImpactSpan, ...]:
        return tuple(
            ImpactSpan(
                component_id=key,
                level=self._level(condition, maintenance=maintenance),
                start=start,
                end=end,
                word=condition,
                basis=Basis.DECLARED,
            )
            for key, condition in self._hit(told)
        )

    def _hit(self, told: Row) -> Iterator[tuple[str, str | None]]:
        """Yield the components an incident names, by id, each with its condition; some answers name
        them only.
        """
        where = f"incident {told.get('id')}"
        listed = optional_rows(told.get("components"), f"{where}.components")
        for each in listed:
            yield (
                identifier(each.get("id"), f"{where}.components.id"),
                maybe_text(each.get("condition")),
            )
        if not listed:
            named = row(told.get("componentConditions") or {}, f"{where}.componentConditions")
            for name, condition in named.items():
                key = text(name, f"{where}.componentConditions")
                yield self.ids.get(key, key), maybe_text(condition)

    def _level(self, condition: str | None, *, maintenance: bool) -> Level | None:
        if condition is None:
            return None
        level = VOCABULARY.get(self.conditions.get(condition, condition))
        if level in {None, Level.OPERATIONAL}:
            return level
        return (
            Level.MAINTENANCE if maintenance or MAINTENANCE.lower() in condition.lower() else level
        )


def _messages(told: Row) -> tuple[IncidentUpdate, ...]:
    listed = optional_rows(told.get("timeline"), f"incident {told.get('id')}.timeline")
    details = (each.get("details") for each in listed)
    notes = (each.get("note") if isinstance(each, dict) else None for each in details)
    return messages(
        [each | {"note": note} for each, note in zip(listed, notes, strict=True)],
        at="occurredAt",
        text="note",
    )


def _end(told: Row, said: datetime | None, start: datetime) -> datetime | None:
    """Return when an incident ended, None = it goes on: `said` has whole seconds, notes have parts
    of them.
    """
    posts = _notes(told)
    over = over_since(posts)
    if over is None:
        return end_of(posts, said, start, over=said is not None)
    return said if said is not None and abs(over - said) < timedelta(seconds=1) else over


def _notes(told: Row) -> list[Post]:
    where = f"incident {told.get('id')}.timeline"
    found = []
    for each in optional_rows(told.get("timeline"), where):
        at, details = maybe_instant(each.get("occurredAt"), where), each.get("details")
        note = maybe_text(details.get("note")) if isinstance(details, dict) else None
        state = NOTE.match(note or "")
        if at is not None and state is not None:
            found.append(post_saying(at, state[1].strip().lower(), NOTES))
    return found


def _spoke(told: Row, start: datetime) -> datetime:
    """Return when an incident was last spoken of."""
    where = f"incident {told.get('id')}.timeline"
    posts = (
        maybe_instant(each.get("occurredAt"), where)
        for each in optional_rows(told.get("timeline"), where)
    )
    return max((post for post in posts if post is not None), default=start)


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
        told = _payload(response, page.now)
        going = [*told.incidents, *told.plans]
        over, withdrawn = closed_since(page, going)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name=told.name, remark=_remark(going)),
            parts=current_states(told.components, going, page.now),
            events=recent_or_open(told.incidents, page),
            withdrawn=withdrawn,
            cursor=dump_open(told.plans),
        )
        if told.plans or over:
            yield evidence(PLANS, page, events=[*told.plans, *over])


def _remark(events: Sequence[Event]) -> str | None:
    return (
        UNNAMED
        if any(event.phase is Phase.OPEN and event.unattributed for event in events)
        else None
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents; they cover the time since the oldest of them, before which nothing says
    there was a page.
    """
    response = yield from get(PAYLOAD)
    with locate_errors(response.url):
        told = _payload(response, page.now)
        first = max(since, min([page.now, *(event.start for event in told.incidents)]))
        events = [event for event in told.incidents if event.end is None or event.end >= since]
        yield evidence(SOURCE, page, components=told.components, events=events, since=first)
        if told.plans:
            yield evidence(PLANS, page, events=told.plans)
    yield from gap_before(
        SOURCE, page, since, first, "no older incident is listed, and the page may be younger"
    )
