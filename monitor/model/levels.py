"""The closed vocabularies: levels, and what is said of evidence. Pure."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum

from monitor.model.lookup import without_none


class Level(IntEnum):
    """How bad one component was, worst highest. *Unknown* is not a level but the absence of one:
    ``None``.
    """

    OPERATIONAL = 0
    MAINTENANCE = 1
    DEGRADED = 2
    PARTIAL_OUTAGE = 3
    MAJOR_OUTAGE = 4

    @property
    def word(self) -> str:
        """The machine word, e.g. ``partial_outage``."""
        return self.name.lower()

    @property
    def title(self) -> str:
        """The word for people, e.g. ``partial outage``."""
        return self.word.replace("_", " ")

    @property
    def is_outage(self) -> bool:
        """Whether this level counts in the headline figure (partial or major outage)."""
        return self >= Level.PARTIAL_OUTAGE


LEVEL_OF_WORD = {level.word: level for level in Level}
"""The levels by their machine words, the best first."""

BAD_LEVELS = (Level.MAJOR_OUTAGE, Level.PARTIAL_OUTAGE, Level.DEGRADED, Level.MAINTENANCE)


def level_word(level: Level | None) -> str:
    """Return the machine word of a level; ``unknown`` for None."""
    return "unknown" if level is None else level.word


class Basis(StrEnum):
    """Why we believe an impact's level."""

    TRANSITION = "transition"  # the vendor posted the component's state
    DECLARED = "declared"  # the platform serves impacts itself
    INFERRED = "inferred"  # only the incident's impact word is known; a per-vendor setting maps it


class Phase(StrEnum):
    """Where an incident or maintenance is in its life."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # the vendor removed it; kept as we saw it


class Aspect(StrEnum):
    """What kind of statement a coverage span is about."""

    BARS = "bars"
    IMPACTS = "impacts"
    OBSERVATIONS = "observations"


class Confidence(StrEnum):
    """How firmly a day's level stands: first-hand record, rebuilt from updates, or inferred."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def worst_level(levels: Iterable[Level | None]) -> Level | None:
    """Return the worst known level; None when none is known."""
    return max(without_none(levels), default=None)
