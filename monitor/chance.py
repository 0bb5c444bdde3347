"""How many outage days several vendors share by chance alone. Pure.

Source: the hypergeometric distribution, https://en.wikipedia.org/wiki/Hypergeometric_distribution
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb, prod

COMMON_SHARE = 0.95
"""The range of a `Chance` holds at least this share of all cases."""


@dataclass(frozen=True, slots=True)
class Chance:
    """How many days would be shared by vendors that have nothing to do with each other: `mean` on
    average, `least` to `most` in at least 95 of 100 cases, at most 2.5 of 100 on either side.
    """

    mean: float
    least: int
    most: int


def joint_chance(days: int, counts: Sequence[int]) -> Chance:
    """Return what chance gives where each of `counts` days is strewn over the same `days` days
    independently of the others.

    Real outages cluster in time, so chance reaches further than this. Raises ValueError where a
    count is negative or more than `days`, or there is none.
    """
    if not counts or not all(0 <= count <= days for count in counts):
        raise ValueError(f"each count must be 0 to {days}: {counts}")
    shares = _distribution(days, counts)
    mean = days * prod(count / days for count in counts) if days else 0.0
    return Chance(mean, _tail(shares, sorted(shares)), _tail(shares, sorted(shares, reverse=True)))


def _distribution(days: int, counts: Sequence[int]) -> Mapping[int, float]:
    """Return the probability of each number of days that all share."""
    shares = {counts[0]: 1.0}
    for count in counts[1:]:
        sums: dict[int, float] = {}
        for before, probability in shares.items():
            for common, part in _overlaps(days, before, count):
                sums[common] = sums.get(common, 0.0) + probability * part
        shares = sums
    return shares


def _overlaps(days: int, first: int, second: int) -> Iterator[tuple[int, float]]:
    """Yield how many of `first` days are among `second` others, and how probable that is."""
    ways = comb(days, second)
    for common in range(max(0, first + second - days), min(first, second) + 1):
        yield common, comb(first, common) * comb(days - first, second - common) / ways


def _tail(shares: Mapping[int, float], numbers: Sequence[int]) -> int:
    """Return the first number at which the tail before and with it passes what a side may have."""
    side = (1 - COMMON_SHARE) / 2
    total = 0.0
    for number in numbers:
        total += shares[number]
        if total > side:
            return number
    return numbers[-1]
