"""Data of Next.js inside an HTML page. Pure.

A page's scripts push its data in pieces of one text (`self.__next_f.push([1,"..."])`), which is no
JSON as a whole but holds JSON values; older pages have one JSON document (`__NEXT_DATA__`).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from monitor.errors import Truncated
from monitor.kit.responses import sanitize

PUSH = re.compile(r"self\.__next_f\.push\(\[1,\s*(?=\")")
DOCUMENT = re.compile(r'<script id="__NEXT_DATA__"[^>]*>')

UNREADABLE = 10
"""After so many values of a key that cannot be read there is nothing to find in the page's data,
only time to lose."""


def page_data(html: str) -> str:
    """Return the data of a page as text, "" when it has none. Raises Truncated when a piece breaks
    off.
    """
    decoder = json.JSONDecoder()
    pieces: list[str] = []
    for match in PUSH.finditer(html):
        try:
            pieces.append(decoder.raw_decode(html, match.end())[0])
        except json.JSONDecodeError as error:
            raise Truncated(f"the page's data breaks off at character {error.pos}") from error
    if document := DOCUMENT.search(html):
        pieces.append(html[document.end() :].partition("</script>")[0])
    return "".join(pieces)


def values_of(data: str, key: str, opening: str) -> Iterator[Any]:
    """Yield every object (`opening` "{") or list ("[") that is the key's value and can be read, as
    `without_empty` has it, until too many could not be.

    A reference to a value elsewhere is passed over, and so is the key inside a value of its own.
    """
    decoder, place, failures = json.JSONDecoder(), 0, 0
    pattern = re.compile(rf'"{key}":(?=\{opening})')
    while failures < UNREADABLE and (match := pattern.search(data, place)):
        try:
            value, place = decoder.raw_decode(data, match.end())
            value = without_empty(sanitize(value))
        except (ValueError, RecursionError):
            failures, place = failures + 1, match.end()
            continue
        yield value


def without_empty(value: Any) -> Any:  # noqa: ANN401
    """Return the value without null and `$undefined` members, and with marked dates and dollars as
    plain text.

    A reference (`"$5:1:props:summary"`) stays text, so that where an object or a list is due it is
    an error, not empty.
    """
    if isinstance(value, dict):
        members = {}
        for key, item in value.items():
            if item is not None and item != "$undefined":
                members[key] = without_empty(item)
        return members
    if isinstance(value, list):
        return [without_empty(item) for item in value]
    if isinstance(value, str) and value.startswith(("$D", "$$")):
        return value[2:] if value[1] == "D" else value[1:]
    return value
