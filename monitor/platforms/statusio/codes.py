"""The codes of Status.io: what they mean, and the page's words for them. Pure.

The words beside a code were changed over the years, so the codes are read.
"""

from collections.abc import Mapping

from monitor.kit.fields import Row, identifier
from monitor.model import Level, Phase

LEVELS: Mapping[str, Level] = {
    "100": Level.OPERATIONAL,
    "200": Level.MAINTENANCE,
    "300": Level.DEGRADED,
    "400": Level.PARTIAL_OUTAGE,
    "500": Level.MAJOR_OUTAGE,
    "600": Level.DEGRADED,  # a security event: something is wrong, and it is not unavailability
}
"""What the code of a component's state means."""

IMPACTS: Mapping[str, str] = {
    "100": "operational",
    "200": "maintenance",
    "300": "degraded",
    "400": "partial disruption",
    "500": "disruption",
    "600": "security",
}
STATES: Mapping[str, str] = {
    "100": "investigating",
    "200": "identified",
    "300": "monitoring",
    "400": "resolved",
}
"""The words for the codes of an incident's state."""

END = "400"
PHASES: Mapping[str, Phase] = {**dict.fromkeys(STATES, Phase.OPEN), END: Phase.CLOSED}

LONGEST = 20
"""How much of a code is kept; all that are known have three digits."""


def read_code(owner: Row, key: str) -> str:
    """Return the code in a field. Raises UnexpectedShape when there is none."""
    return identifier(owner.get(key), key)[:LONGEST]
