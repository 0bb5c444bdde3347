"""Whether a target of uptime was kept, as far as that can be known. Pure, in exact numbers.

Uptime is 1 minus the downtime that a policy weighs, as a share of all the time that had elapsed of
the days on which the component was there. What nobody spoke for may have been good or bad: so
uptime lies between two bounds, and a target is kept only where the worse one keeps it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from monitor.errors import ConfigError
from monitor.model import Day
from monitor.ratios import Policy
from monitor.shares import milliseconds


class Outcome(StrEnum):
    """What became of a target."""

    KEPT = "kept"
    NOT_KEPT = "not kept"
    UNKNOWN = "cannot be known"


@dataclass(frozen=True, slots=True)
class UptimeBounds:
    """Between what the uptime lies, 0..1: `least` with all unknown time down, `most` with all of it
    up. Equal where everything is known.
    """

    least: Fraction
    most: Fraction

    def outcome(self, target: Fraction) -> Outcome:
        """Return whether the target was kept. Exactly the target is kept."""
        if self.least >= target:
            return Outcome.KEPT
        return Outcome.NOT_KEPT if self.most < target else Outcome.UNKNOWN


def parse_target(text: str) -> Fraction:
    """Return a target in percent, as ``99.9`` or ``99.9%``, as a share of 1.

    Raises ConfigError for what is no number above 0 and at most 100.
    """
    number = text.strip().removesuffix("%").strip()
    try:
        target = Fraction(number) / 100 if number.replace(".", "", 1).isdecimal() else Fraction(0)
    except ValueError:
        target = Fraction(0)
    if not 0 < target <= 1:
        raise ConfigError(
            f"{text!r} is not a target: write a percentage above 0 and at most 100, e.g. 99.9"
        )
    return target


def component_uptime(days: Iterable[Day], policy: Policy) -> UptimeBounds | None:
    """Return the bounds of a component over these days; None where it was there on none of them."""
    length = downtime = unknown = Fraction(0)
    for day in days:
        if day.absence is None:
            length += _length(day)
            downtime += _downtime(day, policy)
            unknown += _unknown(day)
    return _bounds(length, downtime, downtime + unknown)


def vendor_uptime(
    days: Sequence[Day], components: Iterable[Sequence[Day]], policy: Policy
) -> UptimeBounds | None:
    """Return the bounds of a vendor over these days; `components` are the same days of each counted
    one. None where there was no component on any of them.

    A vendor's downtime of a day is that of one component, so in the worst case it is that of the
    component whose known downtime and unknown time together are longest.
    """
    worst = [_downtime(day, policy) for day in days]
    for component in components:
        for place, day in enumerate(component):
            if day.absence is None:
                most = min(_length(day), _downtime(day, policy) + _unknown(day))
                worst[place] = max(worst[place], most)
    length = best_downtime = worst_downtime = Fraction(0)
    for day, most in zip(days, worst, strict=True):
        if day.absence is None:
            length += _length(day)
            best_downtime += _downtime(day, policy)
            # Where no component says anything of an unknown day, all of it may have been bad.
            says_nothing = day.level is None and not most
            worst_downtime += _length(day) if says_nothing else most
    return _bounds(length, best_downtime, worst_downtime)


def _bounds(length: Fraction, best: Fraction, worst: Fraction) -> UptimeBounds | None:
    if not length:
        return None
    return UptimeBounds(max(Fraction(0), 1 - worst / length), max(Fraction(0), 1 - best / length))


def _length(day: Day) -> Fraction:
    return Fraction(milliseconds(day.length_seconds))


def _unknown(day: Day) -> Fraction:
    """Return the milliseconds nobody spoke for."""
    return max(Fraction(0), _length(day) - milliseconds(day.covered_seconds))


def _downtime(day: Day, policy: Policy) -> Fraction:
    """Return the weighted milliseconds of known downtime, at most the day's length."""
    return min(_length(day), Fraction(policy.weigh(day.seconds), 10))
