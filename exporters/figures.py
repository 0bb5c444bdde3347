"""The figures of a window and the seconds of a day as columns. Pure; None is what is unknown."""

from typing import Any

from monitor.lookups import attributes
from monitor.model import Seconds
from monitor.ratios import POLICIES, WindowFigures

COUNTS = (
    "known_days",
    "outage_days",
    "major_days",
    "degraded_days",
    "maintenance_days",
    "unknown_days",
    "absent_days",
    "disputed_days",
)
"""Numbers of days, named as in `WindowFigures`."""

SECONDS = ("major_seconds", "partial_seconds", "degraded_seconds", "maintenance_seconds")
"""Seconds at each bad level, named as in `Seconds`."""


def count_columns(figures: WindowFigures) -> dict[str, int | None]:
    """Return the numbers of days by their columns."""
    return attributes(figures, COUNTS)


def ratio_columns(figures: WindowFigures, policy: str) -> dict[str, Any]:
    """Return the window's two ratios; downtime is weighed by the policy."""
    return {
        "outage_day_ratio": figures.outage_day_ratio,
        "downtime_ratio": figures.downtime_ratio(POLICIES[policy]),
    }


def figure_columns(figures: WindowFigures, policy: str) -> dict[str, Any]:
    """Return all of a window's figures but its coverage, which every table calls its own way."""
    least, most = figures.outage_day_bounds or (None, None)
    return {
        **count_columns(figures),
        "outage_days_least": least,
        "outage_days_most": most,
        **ratio_columns(figures, policy),
        "policy": policy,
        **second_columns(figures.seconds),
    }


def second_columns(seconds: Seconds | None) -> dict[str, float | None]:
    """Return the seconds at each bad level by their columns."""
    if seconds is None:
        return dict.fromkeys(SECONDS)
    return {name: getattr(seconds, name.removesuffix("_seconds")) for name in SECONDS}
