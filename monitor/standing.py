"""Bad needs one witness, good needs coverage: the one rule for a moment, a day and a vendor. Pure.

A level worse than maintenance stands as soon as anything says it. "Operational" and "maintenance"
say that nothing was bad, and stand only where enough is known: of a day's seconds, of a vendor's
counted components.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import Level, without_none

DEFAULT_MIN_COVERAGE = 0.9
"""The share that must be known before anything is called operational; a setting
(`min_coverage`)."""

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Verdict:
    """A level, and how much of what counts is known. `level` None = too little is known to say that
    all is well.
    """

    level: Level | None
    known_components: int
    counted_components: int


def is_outage(level: Level | None) -> bool:
    """Whether the level is known, and an outage."""
    return level is not None and level.is_outage


def is_bad(level: Level | None) -> bool:
    """Whether the level is worse than maintenance: then it needs no coverage to stand."""
    return level is not None and level > Level.MAINTENANCE


def standing_level(
    worst: Level | None,
    *,
    share: float,
    of: float,
    min_coverage: float,
) -> Level | None:
    """Return the worst known level where it stands, else None: a `share` is known `of` all seconds,
    or of all components.
    """
    if is_bad(worst):
        return worst
    return worst if share > 0 and share + _ROUNDING >= min_coverage * of else None


def together(levels: Iterable[Level | None], min_coverage: float = DEFAULT_MIN_COVERAGE) -> Verdict:
    """Return what components come to, each with its level (None = unknown). Of no component nothing
    is known.
    """
    every = list(levels)
    known_levels = without_none(every)
    worst = max(known_levels, default=None)
    level = standing_level(worst, share=len(known_levels), of=len(every), min_coverage=min_coverage)
    return Verdict(level, len(known_levels), len(every))
