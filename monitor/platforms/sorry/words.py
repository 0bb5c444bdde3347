"""The words of Sorry pages, and what they mean. Pure."""

from collections.abc import Mapping

from monitor.model import Level, Phase

REMEDY = (
    "run `monitor record URL DIR` and send us the folder: this answer has a shape we do not know"
)

VOCABULARY: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "degraded": Level.DEGRADED,
    "partially-degraded": Level.DEGRADED,
    "partially_degraded": Level.DEGRADED,
    "outage": Level.MAJOR_OUTAGE,
    "under-maintenance": Level.MAINTENANCE,
    "under_maintenance": Level.MAINTENANCE,
    "unplanned": Level.DEGRADED,
    "planned": Level.MAINTENANCE,
    "general": Level.OPERATIONAL,
}
"""States of components, and types of notices."""

TYPES = frozenset({"unplanned", "planned", "general"})
STATES = frozenset({"investigating", "identified", "recovering", "scheduled", "underway"})
OVER = frozenset({"resolved", "complete"})
VOID = frozenset({"false_alarm", "false-alarm", "cancelled"})
UPDATES: Mapping[str, Phase] = {
    **dict.fromkeys(STATES - {"scheduled"}, Phase.OPEN),
    **dict.fromkeys(OVER | VOID, Phase.CLOSED),
    "scheduled": Phase.SCHEDULED,
}
FUTURE = "future"
