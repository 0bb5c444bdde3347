"""Fields of incidents in words, what they were and what they are. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from exporters.pages.times import Moment
from monitor.answers import FieldEdit
from monitor.model import Incident
from monitor.plain import join_names

_TITLES = {
    "title": "title",
    "impact": "impact word",
    "status": "status",
    "phase": "phase",
    "maintenance": "kind",
    "started_at": "start",
    "resolved_at": "end",
    "component_ids": "components",
    "url": "address",
    "unlisted_at": "on the vendor’s list",
}
"""Every field of `monitor.answers.FIELDS`, as people call it."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a field says: a text of the vendor's, or an instant beside our own words."""

    text: str
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A field that was changed, and when we saw that."""

    title: str
    was: Value
    now: Value
    seen_at: Moment
    is_afterwards: bool


@dataclass(frozen=True, slots=True)
class FieldWords:
    """Puts fields into words: how an instant is printed, and what a component is called."""

    at: Callable[[datetime], Moment]
    name_of: Callable[[str], str]

    def value(self, field: str, incident: Incident) -> Value:
        """Return what an incident says in a field."""
        value = getattr(incident, field)
        match field:
            case "started_at":
                return Value("", self.at(incident.started_at))
            case "resolved_at":
                return self._instant("", incident.resolved_at, "none")
            case "unlisted_at":
                return self._instant("not since", incident.unlisted_at, "yes")
            case "component_ids":
                names = [self.name_of(key) for key in incident.component_ids]
                return Value(join_names(names) if names else "none")
            case "maintenance":
                return Value("maintenance" if incident.maintenance else "incident")
            case _:
                return Value(str(value) if value else "none")

    def _instant(self, words: str, instant: datetime | None, otherwise: str) -> Value:
        return Value(otherwise) if instant is None else Value(words, self.at(instant))

    def change(self, edit: FieldEdit) -> Change:
        """Return an edit in words."""
        return Change(
            title=_TITLES[edit.field],
            was=self.value(edit.field, edit.before),
            now=self.value(edit.field, edit.after),
            seen_at=self.at(edit.seen_at),
            is_afterwards=edit.is_afterwards,
        )

    def comparison(self, first: Incident, last: Incident) -> list[tuple[str, Value, Value]]:
        """Return every field of two versions of an incident."""
        rows = []
        for field, title in _TITLES.items():
            rows.append((title, self.value(field, first), self.value(field, last)))
        return rows
