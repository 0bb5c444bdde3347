"""Bad needs one witness, good needs coverage: the one rule for a moment, a day and a vendor. Pure.

A level worse than maintenance stands as soon as anything says it. "Operational" and "maintenance"
say that nothing was bad, and stand only where enough is known: of a day's seconds, of a vendor's
counted components.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import Level

DEFAULT_MIN_COVERAGE = 0.9
"""The share that must be known before anything is called operational; a setting
(`min_coverage`)."""

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Standing:
    """A level, and how much of what counts is known. `level` None = too little is known to say that
    all is well.
    """

    level: Level | None
    known: int
    counted: int


def is_bad(level: Level | None) -> bool:
    """Whether the level is worse than maintenance: then it needs no coverage to stand."""
    return level is not None and level > Level.MAINTENANCE


def judged(
    worst: Level | None, *, known: float, counted: float, min_coverage: float
) -> Level | None:
    """Return the worst known level where it stands, else None: of `counted` (seconds, components)
    `known` are known.
    """
    if is_bad(worst):
        return worst
    return worst if known > 0 and known + _ROUNDING >= min_coverage * counted else None


def together(
    levels: Iterable[Level | None], min_coverage: float = DEFAULT_MIN_COVERAGE
) -> Standing:
    """Return what components come to, each with its level (None = unknown). Of no component nothing
    is known.
    """
    every = list(levels)
    known = [level for level in every if level is not None]
    worst = max(known, default=None)
    level = judged(worst, known=len(known), counted=len(every), min_coverage=min_coverage)
    return Standing(level=level, known=len(known), counted=len(every))
