"""Which of a numbered list a person means: numbers, ranges, names and patterns. Pure."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from monitor.errors import ConfigError


def select(answer: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names that an answer means, in the list's order; an empty answer means all of
    them.

    An answer holds, separated by commas, numbers from 1 on (``3``), ranges (``2-5``), names or
    patterns (``API*``), upper and lower case alike. Raises ConfigError naming the first piece that
    means nothing in the list.
    """
    pieces = [piece.strip() for piece in answer.split(",") if piece.strip()]
    if not pieces:
        return tuple(names)
    places = {place for piece in pieces for place in _places(piece, names)}
    return tuple(name for place, name in enumerate(names) if place in places)


def _places(piece: str, names: Sequence[str]) -> set[int]:
    first, dash, last = piece.partition("-")
    if first.isdecimal() and (last.isdecimal() if dash else True):
        wanted = set(range(int(first), int(last or first) + 1)) if len(last or first) < 6 else set()  # noqa: PLR2004
        found = {number - 1 for number in wanted if 1 <= number <= len(names)}
        if wanted and len(found) == len(wanted):
            return found
    found = {
        place for place, name in enumerate(names) if fnmatchcase(name.casefold(), piece.casefold())
    }
    if not found:
        raise ConfigError(
            f"{piece!r} is in the list neither as a number nor as a name; it has {len(names)}"
            " entries"
        )
    return found
