"""Shares: how much of something, exactly, and how that is printed. Pure.

Lengths of time are added in whole milliseconds, where the order of what is added cannot matter as
it does for floats. A share is 0 or 1, and is printed as 0 % or 100 %, only where it is exactly
that.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal


def milliseconds(seconds: float) -> int:
    """Return a length in whole milliseconds, the nearest ones; what lies between two is even."""
    return round(seconds * 1000)


def maybe_share(part: int | None, whole: int | None) -> float | None:
    """Return the part of so many, 0..1; None where nothing is told, or there is nothing."""
    return None if part is None or not whole else share(part, whole)


def share(part_seconds: float, whole_seconds: float) -> float:
    """Return the part of the whole, 0..1, both taken in milliseconds; more than the whole is 1.

    0 and 1 only where it is exactly that. Of a whole of less than half a millisecond it is 0.
    """
    part, whole = milliseconds(part_seconds), milliseconds(whole_seconds)
    return min(part, whole) / whole if whole else 0.0


def mean_seconds(lengths: Iterable[float], of: int) -> float:
    """Return the mean of lengths in seconds, those not given being 0, down to the millisecond: as
    long as the longest possible only where all are.

    It is 0 only where all are 0, and where the mean is of nothing.
    """
    total = sum(map(milliseconds, lengths))
    return max(total // max(1, of), min(total, 1)) / 1000


def percent(ratio: float, decimals: int = 1) -> str:
    """Return a ratio, 0..1, as a percentage with so many decimals; a half is rounded up.

    "0 %" and "100 %" are printed only for exactly that: what lies between is at least the smallest
    figure that can be printed, and at most the largest below 100.
    """
    exact = Decimal(repr(float(ratio))) * 100
    if exact in (0, 100):
        return f"{exact:.0f} %"
    unit = Decimal(1).scaleb(-decimals)
    nearest = exact.quantize(unit, rounding=ROUND_HALF_UP)
    return f"{min(max(nearest, unit), 100 - unit)} %"


def exact_percent(ratio: float) -> str:
    """Return a ratio that somebody has set as the percentage it is, with all its decimals."""
    exact = (Decimal(repr(float(ratio))) * 100).normalize()
    return f"{exact:f} %"
