"""The entries of a numbered list that a person selects: by numbers, ranges, names and patterns.
Pure.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from monitor.errors import ConfigError

_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


def select(answer: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names that an answer selects, in the list's order; an empty answer selects all.

    An answer holds, separated by commas, numbers from 1 on (``3``), ranges (``2-5``), names or
    patterns (``API*``), upper and lower case alike. Raises ConfigError naming the first piece that
    selects nothing in the list.
    """
    numbers: set[int] = set()
    for part in answer.split(","):
        piece = part.strip()
        if not piece:
            continue
        matches = _range(piece, len(names)) or _matching(piece, names)
        if not matches:
            raise ConfigError(
                f"{piece!r} is in the list neither as a number nor as a name; it has {len(names)}"
                " entries"
            )
        numbers |= matches
    if not numbers:
        return tuple(names)
    return tuple(name for number, name in enumerate(names, 1) if number in numbers)


def _range(piece: str, count: int) -> set[int]:
    """Return the numbers of a range; none when it is no range, or leads out of the list."""
    match = _RANGE.fullmatch(piece)
    if match is None:
        return set()
    first, last = int(match[1]), int(match[2] or match[1])
    return set(range(first, last + 1)) if first >= 1 and last <= count else set()


def _matching(pattern: str, names: Sequence[str]) -> set[int]:
    """Return the numbers of the names that a pattern matches."""
    numbers = set()
    for number, name in enumerate(names, 1):
        if fnmatchcase(name.casefold(), pattern.casefold()):
            numbers.add(number)
    return numbers
