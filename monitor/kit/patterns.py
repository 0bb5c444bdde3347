"""Names that a user chooses by patterns, as in `regions`. Pure."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase


def match_any(names: Collection[str], patterns: Iterable[str]) -> bool:
    """Whether one of the names matches one of the patterns (`eu-*`), in whatever case they are."""
    for pattern in patterns:
        if any(fnmatchcase(name.lower(), pattern.lower()) for name in names):
            return True
    return False


def unmatched_patterns(patterns: Iterable[str], names: Collection[str]) -> list[str]:
    """Return the patterns that match none of the names."""
    return [pattern for pattern in patterns if not match_any(names, [pattern])]
