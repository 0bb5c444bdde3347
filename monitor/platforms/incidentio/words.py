"""The words of incident.io: states of components and of incidents. Pure."""

from collections.abc import Mapping

from monitor.model import Level, Phase

LEVELS: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "under_maintenance": Level.MAINTENANCE,
    "degraded_performance": Level.DEGRADED,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "full_outage": Level.MAJOR_OUTAGE,
    "major_outage": Level.MAJOR_OUTAGE,  # the imitated Statuspage addresses use this word
}
WORDS = {level: word for word, level in LEVELS.items() if word != "major_outage"}

PHASES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "resolved": Phase.CLOSED,
    "postmortem": Phase.CLOSED,
    "maintenance_scheduled": Phase.SCHEDULED,
    "maintenance_in_progress": Phase.OPEN,
    "maintenance_complete": Phase.CLOSED,
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.OPEN,
    "verifying": Phase.OPEN,
    "completed": Phase.CLOSED,
    "resolvido": Phase.CLOSED,  # feed labels are localised; this one was seen
}

ULID = r"01[0-9A-HJKMNP-TV-Z]{24}"
"""Ids of pages, components and incidents are ULIDs."""
