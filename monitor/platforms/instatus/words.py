"""The words of Instatus: states of components, of the page, and of incidents. Pure."""

from collections.abc import Iterator, Mapping

from monitor.model import Level, Phase

LEVELS: Mapping[str, Level] = {
    "OPERATIONAL": Level.OPERATIONAL,
    "UNDERMAINTENANCE": Level.MAINTENANCE,
    "DEGRADEDPERFORMANCE": Level.DEGRADED,
    "MINOROUTAGE": Level.DEGRADED,
    "PARTIALOUTAGE": Level.PARTIAL_OUTAGE,
    "MAJOROUTAGE": Level.MAJOR_OUTAGE,
}
"""A component's state, an interval's and an incident's impact."""


def _page_levels() -> Iterator[tuple[str, Level]]:
    """Yield the page's words: how many of its components are in which state."""
    yield "UP", Level.OPERATIONAL
    yield "HASISSUES", Level.DEGRADED
    yield "UNDERMAINTENANCE", Level.MAINTENANCE
    for how_many in ("ALL", "SOME", "ONE"):
        for word, level in LEVELS.items():
            if level is not Level.OPERATIONAL:
                yield f"{how_many}{word}", level


PAGE_LEVELS: Mapping[str, Level] = dict(_page_levels())
"""The page's 18 words, as the level of the worst component. Never a component's level: they have
their own words."""

ISSUES = "HASISSUES"
"""The page word that says that something is wrong and not how much."""

PHASES: Mapping[str, Phase] = {
    "INVESTIGATING": Phase.OPEN,
    "IDENTIFIED": Phase.OPEN,
    "MONITORING": Phase.OPEN,
    "RESOLVED": Phase.CLOSED,
    "NOTSTARTEDYET": Phase.SCHEDULED,
    "INPROGRESS": Phase.OPEN,
    "COMPLETED": Phase.CLOSED,
}

MAINTENANCE_WORDS = frozenset({"NOTSTARTEDYET", "INPROGRESS", "COMPLETED"})
