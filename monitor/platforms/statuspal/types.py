"""The types of incident on a Statuspal page, some of which its owner named. Pure."""

from collections.abc import Mapping

from monitor.errors import UnexpectedShape
from monitor.kit.fields import Row, keyword, maybe_text, optional_rows
from monitor.model import Level

VOCABULARY: Mapping[str, Level] = {
    "none": Level.OPERATIONAL,
    "minor": Level.DEGRADED,
    "major": Level.MAJOR_OUTAGE,
    "scheduled": Level.MAINTENANCE,
    "info": Level.DEGRADED,
    "performance": Level.DEGRADED,
    "emergency-maintenance": Level.MAINTENANCE,
    "maintenances": Level.MAINTENANCE,
}
"""By type of incident, null is none; then by types that owners named, as their pages said what they
stood for; last by the list that an incident is in."""

COMMON_TYPES = frozenset({"none", "minor", "major", "scheduled"})
"""Types that mean the same on every page."""

MAINTENANCES = ("maintenances", "upcoming_maintenances")
"""Lists of maintenances: whatever is in them is one."""

REMEDY = (
    "run `monitor record URL DIR` and send the folder: no summary of Statuspal like this was"
    " seen yet"
)


def type_of(owner: Row, key: str) -> str:
    """Return a type of incident; null is "none". A key that is missing is no null."""
    if key not in owner:
        raise UnexpectedShape(f"{key} is missing", remedy=REMEDY)
    return "none" if owner[key] is None else keyword(owner[key], key)


def type_of_incident(incident: Row) -> str:
    """Return the type of an incident; one that has none is of "none"."""
    return keyword(incident.get("type") or "none", "incident.type")


def own_types(summary: Row, page: Row, previous: Mapping[str, str]) -> dict[str, str]:
    """Return the page's own types and what they stand for: those of earlier polls, and the one it
    is in now.
    """
    current = type_of(page, "current_incident_type")
    stands_for = maybe_text(summary.get("current_status_type"))
    if current not in COMMON_TYPES and stands_for in COMMON_TYPES - {"none"}:
        return {**previous, current: stands_for}
    return dict(previous)


def levels_of_types(summary: Row, own: Mapping[str, str]) -> Mapping[str, Level]:
    """Return what types of incident mean on this page; what it says of its own goes before what
    others' meant.
    """
    levels = dict(VOCABULARY)
    for name in MAINTENANCES:
        for incident in optional_rows(summary.get(name), name):
            levels.setdefault(type_of_incident(incident), Level.MAINTENANCE)
    return levels | {word: VOCABULARY[stands_for] for word, stands_for in own.items()}
