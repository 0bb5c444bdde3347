"""The incidents and maintenances of a Statuspal page. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from monitor.kit.events import Event, is_past, spans_for
from monitor.kit.fields import (
    Row,
    identifier,
    identifiers,
    ids_of,
    maybe_text,
    optional_rows,
    text,
)
from monitor.kit.messages import messages
from monitor.kit.times import instant, maybe_instant
from monitor.model import Basis, Level, Phase
from monitor.platforms.statuspal.services import Members
from monitor.platforms.statuspal.types import MAINTENANCES, type_of_incident

INCIDENTS = "incidents"


@dataclass(frozen=True, slots=True)
class Reader:
    """What incidents are read with: the services in each group, and the levels of types."""

    members: Members
    levels: Mapping[str, Level]
    now: datetime

    def read_all(self, items: Iterable[Row], list_name: str = INCIDENTS) -> list[Event]:
        """Return the incidents of a list, which has this name."""
        return [self._event(item, list_name) for item in items]

    def _event(self, item: Row, list_name: str) -> Event:
        key, word = identifier(item.get("id"), "incident.id"), type_of_incident(item)
        start = instant(item.get("starts_at"), "incident.starts_at", UTC)
        end = maybe_instant(item.get("ends_at"), "incident.ends_at", UTC)
        phase = self._phase(start, end)
        component_ids, level = self._expand(_service_ids(item)), self.levels.get(word)
        basis = Basis.DECLARED if level in {None, Level.MAINTENANCE} else Basis.INFERRED
        return Event(
            id=key,
            title=text(item.get("title"), "incident.title"),
            phase=phase,
            start=start,
            end=end,
            status=str(phase),
            impact=word,
            url=maybe_text(item.get("url")),
            maintenance=level is Level.MAINTENANCE or list_name in MAINTENANCES,
            spans=spans_for(component_ids, level, start, end, word=word, basis=basis),
            unattributed=not component_ids and level is not Level.OPERATIONAL,
            unknown_words=() if level is not None else (word,),
            updates=messages(
                item.get("updates"),
                at="posted_at",
                status="type",
                text="description",
                read_time=partial(instant, zone=UTC),
            ),
        )

    def _phase(self, start: datetime, end: datetime | None) -> Phase:
        if start > self.now:
            return Phase.SCHEDULED
        return Phase.CLOSED if is_past(end, self.now) else Phase.OPEN

    def _expand(self, service_ids: Sequence[str]) -> Sequence[str]:
        """Return the services an incident names; a group of which none is named stands for all that
        is in it.
        """
        expanded_ids: dict[str, None] = {}
        for key in service_ids:
            members = self.members.get(key, (key,))
            if key not in self.members or not set(members) & set(service_ids):
                expanded_ids.update(dict.fromkeys(members))
        return list(expanded_ids)


def _service_ids(item: Row) -> list[str]:
    """Return the services an incident names, which programs read as ids or as objects."""
    if "service_ids" in item:
        return identifiers(item["service_ids"], "incident.service_ids")
    services = optional_rows(item.get("services"), "incident.services")
    return ids_of(services, "incident.services")
