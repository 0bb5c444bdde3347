"""Items of IBM's list that are incidents or maintenances. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.kit.events import Event, phase_by_end, spans_for
from monitor.kit.fields import Row, identifier, keyword, lower_text, maybe_text, texts
from monitor.kit.times import epoch, instant
from monitor.model import Level, Phase
from monitor.platforms.ibm.regions import component_id

PAGE = "https://cloud.ibm.com/status"

LEVELS: Mapping[str, Level] = {
    "1": Level.MAJOR_OUTAGE,
    "2": Level.PARTIAL_OUTAGE,
    "3": Level.DEGRADED,
    "4": Level.DEGRADED,
}
"""What a severity of a confirmed incident means."""

INCIDENT, MAINTENANCE = "incident", "maintenance"

CUSTOMER_IMPACT = "confirmed-cie"
NO_IMPACT = frozenset({"potential-cie", "normal"})
OVER = frozenset({"resolved", "completed", "archived", "closed"})


def read_events(entry: Row, kind: str, where: str, now: datetime) -> Iterator[Event]:
    """Yield an incident or a maintenance; none for what IBM took back, and for a maintenance
    without times.
    """
    times = _times(entry, kind, where)
    if times is None:
        return
    start, end = times
    component_ids = _component_ids(entry, where)
    severity = _severity(entry, kind, where)
    spans = spans_for(component_ids, severity.level, start, end, word=severity.word)
    yield Event(
        id=identifier(entry.get("id") or entry.get("recordID"), f"{where}.id"),
        title=_title(entry) or kind,
        phase=_phase(start, end, now),
        start=start,
        end=end,
        status=maybe_text(entry.get("state")) or "not told",
        impact=severity.word,
        url=PAGE,
        maintenance=kind == MAINTENANCE,
        component_ids=component_ids,
        spans=spans if severity.counts else (),
        unattributed=severity.counts and not component_ids,
        unknown_words=severity.unknown_words,
    )


def _times(entry: Row, kind: str, where: str) -> tuple[datetime, datetime | None] | None:
    """Return when an item began and ended (None = it goes on); None for one that is to be left
    out.
    """
    start, end = _time(entry, "outageStart", where), _time(entry, "outageEnd", where)
    lacks_times = kind == MAINTENANCE and (start is None or end is None)
    if lacks_times or str(entry.get("pnpRemoved")).lower() == "true":
        return None
    start = start or instant(entry.get("creationTime"), f"{where}.creationTime")
    if end is None and lower_text(entry.get("state")) in OVER:
        end = _time(entry, "updateTime", where) or start
    return start, end


def _time(entry: Row, field: str, where: str) -> datetime | None:
    """Return a time in milliseconds since 1970; None for what stands for none."""
    value = entry.get(field)
    if value in (None, "", 0, "0"):
        return None
    return epoch(value, f"{where}.{field}", per_second=1000)


def _title(entry: Row) -> str:
    pieces = maybe_text(entry.get("name")), maybe_text(entry.get("shortDescription"))
    return " ".join(filter(None, pieces))


def _phase(start: datetime, end: datetime | None, now: datetime) -> Phase:
    if start > now:
        return Phase.SCHEDULED
    return phase_by_end(end, now)


def _component_ids(entry: Row, where: str) -> tuple[str, ...]:
    """Return every service that an item names, in every region that it names."""
    ids: dict[str, None] = {}
    for service in read_names(entry, "resourceIDs", where):
        for region in read_names(entry, "regions", where):
            ids[component_id(service, region)] = None
    return tuple(ids)


def read_names(entry: Row, field: str, where: str) -> list[str]:
    """Return the texts in a list of an item."""
    return texts(entry.get(field), f"{where}.{field}")


@dataclass(frozen=True, slots=True)
class _Severity:
    """How bad an item is, in the vendor's word. `counts`: it says something of a state at all.
    `level` None = it does not, or the word is unknown.
    """

    level: Level | None
    word: str
    counts: bool = True

    @property
    def unknown_words(self) -> tuple[str, ...]:
        """The word, where it should mean something and does not to us."""
        return (self.word,) if self.counts and self.level is None else ()


def _severity(entry: Row, kind: str, where: str) -> _Severity:
    if kind == MAINTENANCE:
        return _Severity(Level.MAINTENANCE, MAINTENANCE)
    classification = lower_text(entry.get("classification"))[:60]
    if classification in NO_IMPACT:
        return _Severity(None, classification, counts=False)
    if classification != CUSTOMER_IMPACT:
        return _Severity(None, f"classification {classification}")
    value = entry.get("sev")
    severity = "none" if value in (None, "") else keyword(value, f"{where}.sev")
    return _Severity(LEVELS.get(severity), f"sev {severity}")
