"""Fields of a vendor's answer: each is read with its place, so that a wrong one is named. Pure.

Every function takes the value and `where` it stands (``incidents[3].start``) and raises
UnexpectedShape when something else is there than was due. Texts come out as a database takes them:
half characters, which JSON can spell, and NUL are replaced.
"""

import math
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard, TypeVar

from monitor.kit.responses import shape_error

Row = dict[str, Any]
T = TypeVar("T")

YEARS = range(1990, 2200)
"""A date of any other year is a mistake, and the last days of the calendar have no instant after
them to end in."""

LONGEST_CODE = 60


def row(value: object, where: str) -> Row:
    """Return an object."""
    return value if isinstance(value, dict) else shape_error(where, "an object", value)


def maybe_row(value: object) -> Row:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def has_keys(value: object, keys: AbstractSet[str]) -> TypeGuard[Row]:
    """Whether something is an object with all of these keys."""
    return isinstance(value, dict) and value.keys() >= keys


def has_lists(entry: Row, *keys: str) -> bool:
    """Whether an object has a list, be it an empty one, under each of these keys."""
    return all(isinstance(entry.get(key), list) for key in keys)


def is_list_of(value: object, keys: AbstractSet[str]) -> TypeGuard[list[Row]]:
    """Whether something is a list, not an empty one, of objects with all of these keys."""
    if not isinstance(value, list) or not value:
        return False
    return all(has_keys(item, keys) for item in value)


def items(value: object, where: str) -> list[Any]:
    """Return a list of anything."""
    return value if isinstance(value, list) else shape_error(where, "a list", value)


def with_places(entries: Iterable[T], where: str) -> Iterator[tuple[T, str]]:
    """Yield the entries of the list that stands at `where`, each with its own place in it."""
    for index, entry in enumerate(entries):
        yield entry, f"{where}[{index}]"


def rows(value: object, where: str) -> list[Row]:
    """Return a list of objects."""
    return [row(item, place) for item, place in with_places(items(value, where), where)]


def optional_rows(value: object, where: str) -> list[Row]:
    """Return a list of objects; nothing and null are an empty list."""
    return [] if value is None else rows(value, where)


def text(value: object, where: str) -> str:
    """Return a text that is not empty."""
    clean = maybe_text(value)
    return clean if clean is not None else shape_error(where, "text", value)


def optional_text(value: object, where: str) -> str | None:
    """Return a text that is not empty; nothing and null are None."""
    return None if value is None else text(value, where)


def maybe_text(value: object) -> str | None:
    """Return a text; None for an empty one and for anything else."""
    if not isinstance(value, str):
        return None
    if not value.isascii() or "\x00" in value:
        value = value.encode(errors="replace").decode().replace("\x00", "?")
    return value.strip() or None


def lower_text(value: object) -> str:
    """Return a text in lower case; "" for an empty one and for anything else."""
    return (maybe_text(value) or "").lower()


def texts(value: object, where: str) -> list[str]:
    """Return a list of texts that are not empty."""
    return [text(item, where) for item in items(value, where)]


def last_segment(address: str) -> str:
    """Return what stands after the last slash of an address or a path, one at its end aside; all
    of it where there is none.
    """
    return address.rstrip("/").rpartition("/")[2]


def verbatim(value: object, where: str) -> str:
    """Return a text that is not empty as it is, blanks around it too: pages do have names that end
    in one, and a component named otherwise would be renamed.
    """
    return value if isinstance(value, str) and value else shape_error(where, "text", value)


def optional_verbatim(value: object, where: str) -> str | None:
    """Return a text as it is, an empty one too; None for null."""
    if value is None or isinstance(value, str):
        return value
    return shape_error(where, "text", value)


def identifier(value: object, where: str) -> str:
    """Return an id or a code word, which may be a text or a whole number."""
    if type(value) is int and abs(value) < 10**LONGEST_CODE:
        return str(value)
    return text(value, where)


def identifiers(value: object, where: str) -> list[str]:
    """Return a list of ids or code words."""
    return [identifier(item, where) for item in items(value, where)]


def ids_of(entries: Iterable[Row], where: str) -> list[str]:
    """Return the ids of objects, in their order."""
    return [identifier(entry.get("id"), f"{where}.id") for entry in entries]


def keyword(value: object, where: str) -> str:
    """Return a word of the vendor's vocabulary as it is looked up: lower case, of a reasonable
    length.
    """
    return identifier(value, where).lower()[:LONGEST_CODE]


def number(value: object, where: str) -> float:
    """Return a finite number; a text that spells one is taken too."""
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            result = float(value)
        except (ValueError, OverflowError):
            result = math.nan
        if math.isfinite(result):
            return result
    return shape_error(where, "a number", value)


def percentage(value: object) -> float | None:
    """Return the ratio (0 to 1) of a percentage that a page prints; None when it is none."""
    try:
        ratio = Decimal(str(value)) / 100
        return float(ratio) if 0 <= ratio <= 1 else None
    except InvalidOperation:
        return None
