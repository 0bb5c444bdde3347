"""The words of Better Stack for states, and the levels they mean. Pure."""

from collections.abc import Iterable, Mapping

from monitor.model import Level

LEVELS: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "resolved": Level.OPERATIONAL,  # a resource in an update that ends a report
    "maintenance": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "downtime": Level.MAJOR_OUTAGE,
}
"""States of resources, of the page, and of resources in a report's updates."""

DAY_LEVELS: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "degraded": Level.DEGRADED,
    "downtime": Level.MAJOR_OUTAGE,
    # only of today: was down, is up; reads `downtime` once the day is over
    "recovered": Level.MAJOR_OUTAGE,
}
"""What a day's mark says its `downtime_duration` was."""

WORDS = {level: word for word, level in LEVELS.items() if word != "resolved"}

NOT_MONITORED = "not_monitored"
"""No state: of such a day or resource nothing is known."""


def unknown_words(words: Iterable[str], levels: Mapping[str, Level] = LEVELS) -> set[str]:
    """Return the words that mean nothing to us; `not_monitored` is none of them."""
    return set(words) - levels.keys() - {NOT_MONITORED}
