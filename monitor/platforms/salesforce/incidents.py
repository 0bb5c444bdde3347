"""The incidents and maintenances of Salesforce Trust, whose impacts are intervals. Pure.

- `affectsAll` means all of the instances that are named, not all there are.
- An impact has its own severity, start and end; an incident is over when all of them have ended.
  Impacts end with null.
- A maintenance has a plan and, beside it, impacts. Only an impact says that something took place.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from monitor.kit.events import Event, ImpactSpan, component_ids_of, is_past, spans_for
from monitor.kit.fields import (
    Row,
    identifier,
    items,
    keyword,
    lower_text,
    maybe_row,
    maybe_text,
    optional_rows,
    texts,
)
from monitor.kit.states import words_of
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Phase
from monitor.platforms.salesforce.addresses import SITE
from monitor.platforms.salesforce.words import MAINTENANCE, VOCABULARY

OVER = "resolved"

INCIDENTS, MAINTENANCES = "Incidents", "Maintenances"


def read_events(owner: Row, where: str, keys: Sequence[str], now: datetime) -> Iterator[Event]:
    """Yield the incidents and maintenances in an answer or an instance, `where` in errors.

    `keys` are the instances it is about: what is listed need not name them again.
    """
    for kind, read in ((INCIDENTS, _incident), (MAINTENANCES, _maintenance)):
        place = f"{where}.{kind}"
        for index, item in enumerate(optional_rows(owner.get(kind), place)):
            yield read(item, f"{place}[{index}]", keys, now)


@dataclass(frozen=True, slots=True)
class _Impact:
    """An interval of an incident or a maintenance, and how bad it was in the vendor's word; "" = it
    does not say.
    """

    word: str
    kind: str
    start: datetime
    end: datetime | None


def _read_impacts(
    item: Row,
    name: str,
    where: str,
    default_end: datetime | None = None,
) -> list[_Impact]:
    """Return the impacts of an incident or a maintenance; one without an end has that of its
    incident, `default_end`.
    """
    impacts = []
    for index, impact in enumerate(optional_rows(item.get(name), f"{where}.{name}")):
        place = f"{where}.{name}[{index}]"
        word = name
        if name != MAINTENANCE:
            word = keyword(impact.get("severity"), f"{place}.severity")
        kind = maybe_text(impact.get("type")) or ""
        start = instant(impact.get("startTime"), f"{place}.startTime")
        end = maybe_instant(impact.get("endTime"), f"{place}.endTime")
        impacts.append(_Impact(word, kind, start, end or default_end))
    return impacts


def _instance_keys(item: Row, where: str, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the instances concerned: those it names, else those of its owner."""
    own = texts(item.get("instanceKeys", []), f"{where}.instanceKeys")
    return tuple(own or keys)


def _spans(keys: Iterable[str], impacts: Iterable[_Impact]) -> tuple[ImpactSpan, ...]:
    """Return the impacts on instances."""
    spans: list[ImpactSpan] = []
    for impact in impacts:
        spans += spans_for(
            keys,
            VOCABULARY.get(impact.word),
            impact.start,
            impact.end,
            word=impact.word or None,
            basis=Basis.DECLARED,
        )
    return tuple(spans)


def _incident(item: Row, where: str, owner_keys: Sequence[str], now: datetime) -> Event:
    """Return an incident. One without impacts says when it was posted and not how bad it was: that
    is not known.
    """
    key = identifier(item.get("id"), f"{where}.id")
    keys = _instance_keys(item, where, owner_keys)
    posted_at = instant(item.get("createdAt"), f"{where}.createdAt")
    changed_at = instant(item.get("updatedAt"), f"{where}.updatedAt")
    status = lower_text(item.get("status"))
    own_end = changed_at if status == OVER else None
    impacts = _read_impacts(item, "IncidentImpacts", where, own_end)
    if not impacts:
        impacts = [_Impact("", "", posted_at, own_end)]
    end = _last(_ends(impacts), now)
    return Event(
        id=key,
        title=_title(item, where, impacts),
        phase=Phase.CLOSED if end else Phase.OPEN,
        start=min(impact.start for impact in impacts),
        end=end,
        status=status or ("over" if end else "going on"),
        impact="/".join(words_of(impacts)) or "not told",
        url=f"{SITE}/incidents/{quote(key)}",
        spans=_spans(keys, impacts),
        unattributed=not keys,
    )


def _ends(impacts: Iterable[_Impact]) -> list[datetime | None]:
    return [impact.end for impact in impacts]


def _last(ends: Sequence[datetime | None], now: datetime) -> datetime | None:
    """Return the last of the ends, where all of them are past; None while one goes on."""
    is_over = all(is_past(end, now) for end in ends)
    return max(filter(None, ends)) if is_over else None


def _title(item: Row, where: str, impacts: Iterable[_Impact]) -> str:
    """Return what an incident is, and which services it concerns: incidents have no title."""
    kinds = dict.fromkeys(impact.kind for impact in impacts if impact.kind)
    what = ", ".join(kinds) or maybe_text(item.get("type")) or "incident"
    services = items(item.get("serviceKeys", []), f"{where}.serviceKeys")
    names = ", ".join(map(str, services))
    return ": ".join(filter(None, (what, names)))


def _maintenance(item: Row, where: str, owner_keys: Sequence[str], now: datetime) -> Event:
    """Return a maintenance: going on within its plan, at its level only within its impacts."""
    key = identifier(item.get("id"), f"{where}.id")
    keys = _instance_keys(item, where, owner_keys)
    start = instant(item.get("plannedStartTime"), f"{where}.plannedStartTime")
    planned_end = instant(item.get("plannedEndTime"), f"{where}.plannedEndTime")
    impacts = _read_impacts(item, MAINTENANCE, where)
    start = min([start, *(impact.start for impact in impacts)])
    ends = _ends(impacts) or [planned_end]
    phase = Phase.CLOSED if _last(ends, now) else Phase.OPEN
    message = item.get("message")
    status = maybe_text(maybe_row(message).get("eventStatus"))
    return Event(
        id=f"maintenance-{key}",
        title=maybe_text(item.get("name")) or "maintenance",
        phase=Phase.SCHEDULED if start > now else phase,
        start=start,
        end=max(filter(None, ends), default=planned_end),
        status=status or "planned",
        impact="maintenance",
        url=f"{SITE}/maintenances/{quote(key)}",
        maintenance=True,
        component_ids=keys,
        spans=_spans(keys, impacts),
    )


def limit_to(events: Iterable[Event], keys: frozenset[str]) -> list[Event]:
    """Return the events that name one of these instances or none at all, with these instances only.

    Those the user did not choose are kept: chosen later, they have their history.
    """
    own_events = []
    for event in events:
        event_keys = {*event.component_ids, *component_ids_of(event.spans)}
        if not event_keys or event_keys & keys:
            spans = tuple(span for span in event.spans if span.component_id in keys)
            own_keys = tuple(sorted(event_keys & keys))
            own_events.append(replace(event, component_ids=own_keys, spans=spans))
    return own_events
