"""One page of a list, and the cursor that says where the next one begins. Pure.

A cursor holds the key of the last entry that was given, not a number: entries that are added or
leave between two pages are neither given twice nor skipped.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from exporters.api.problems import BadParameter

LEAST, USUAL, MOST = 1, 100, 200
"""How many entries a page may have, and has where nothing says how many."""

Key = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some entries in order; `cursor` is for the next ones, None = there are no more."""

    entries: tuple[T, ...]
    cursor: str | None


def page(entries: Iterable[T], key: Callable[[T], Key], limit: int, after: str | None) -> Page[T]:
    """Return the first `limit` entries by key behind the cursor `after`; None = from the first.

    Raises BadParameter for a text that is no cursor of this list.
    """
    in_order = sorted(entries, key=key)
    if after is not None:
        last = _decode(after)
        try:
            in_order = [each for each in in_order if key(each) > last]
        except TypeError:
            raise _no_cursor(after) from None
    part = tuple(in_order[:limit])
    cursor = _encode(key(part[-1])) if len(in_order) > limit else None
    return Page(part, cursor)


def _encode(key: Key) -> str:
    text = json.dumps(key, ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> Key:
    text = cursor + "=" * (-len(cursor) % 4)
    try:
        key = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeError, ValueError, RecursionError):
        raise _no_cursor(cursor) from None
    if not isinstance(key, list) or not all(isinstance(each, (str, int)) for each in key):
        raise _no_cursor(cursor)
    return tuple(key)


def _no_cursor(cursor: str) -> BadParameter:
    return BadParameter(
        f"cursor: {cursor!r} is no cursor of this list; give the `next_cursor` of the page before"
    )
