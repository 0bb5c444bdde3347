"""Durations as people write them: `90m`, `1h30m`, `2d 12h`."""

import re

from monitor.config.mistakes import Mistake, quote

DAY_SECONDS = 86_400

DURATION = (
    r"(?:([0-9]{1,9})d)? ?" r"(?:([0-9]{1,9})h)? ?" r"(?:([0-9]{1,9})m)? ?" r"(?:([0-9]{1,9})s)?"
)
"""The pattern of a duration, which fits an empty text too."""

_DURATION = re.compile(DURATION)
_UNITS = {"d": DAY_SECONDS, "h": 3_600, "m": 60, "s": 1}


def parse_duration(text: str) -> int:
    """Return the seconds of ``90m``, ``1h30m``, ``2d 12h`` or ``300s``. Raises ConfigError.

    Units come in the order d, h, m, s, each at most once; a number without a unit is refused.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise Mistake(f"{quote(text)} is not a duration; write it like 5m, 1h30m, 300s or 2d")
    seconds = 0
    for count, unit in zip(match.groups(), _UNITS.values(), strict=True):
        seconds += int(count or 0) * unit
    return seconds


def format_duration(seconds: int) -> str:
    """Return the shortest text `parse_duration` reads back as the same seconds.

    For example ``1h30m``; 0 is ``0s``.
    """
    parts = []
    for letter, unit in _UNITS.items():
        count, seconds = divmod(seconds, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0s"
