"""Fields of a vendor's answer: each is read with its place, so that a wrong one is named. Pure.

Every function takes the value and `where` it stands (``incidents[3].start``) and raises
UnexpectedShape when something else is there than was due. Texts come out as a database takes them:
half characters, which JSON can spell, and NUL are replaced.
"""

import json
import math
import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from html import unescape
from typing import Any

from monitor.errors import UnexpectedShape
from monitor.intervals import zone_named
from monitor.protocol import PageContext, Response, require_ok, sanitized, shape_error

Row = dict[str, Any]

YEARS = range(1990, 2200)
"""A date of any other year is a mistake, and the last days of the calendar have no instant after
them to end in."""

LONGEST_CODE = 60

LONGEST_MESSAGE = 4_000
"""How many characters of a message for people are kept; the longest seen in ten thousand had
fewer."""

_BREAK = re.compile(
    r"<(?:br|hr|/?(?:p|div|li|ul|ol|tr|table|blockquote|h[1-6]))\b[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^<>]*>", re.DOTALL)
_HALF_TAG = re.compile(r"<[^<>]{0,300}\Z")


def try_json(response: Response) -> Any:  # noqa: ANN401
    """Return the decoded JSON of an answer for a detector to look at; None when it is none. Never
    raises.

    Every platform looks at the same answer, which is decoded once. What is returned must not be
    changed.
    """
    return _decoded(response.body) if response.status == 200 else None  # noqa: PLR2004


@lru_cache(maxsize=2)
def _decoded(body: bytes) -> Any:  # noqa: ANN401
    if body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return None


def embedded(response: Response, mark: re.Pattern[str]) -> Any:  # noqa: ANN401
    """Return the JSON value that begins where `mark` ends in an HTML page.

    Raises what `require_ok` raises; UnexpectedShape when the page has no such mark, or no whole
    JSON value after it.
    """
    text = require_ok(response).text
    found = mark.search(text)
    if found is None:
        raise UnexpectedShape(f"the page holds no {mark.pattern!r}", url=response.url)
    try:
        return sanitized(json.JSONDecoder().raw_decode(text, found.end())[0])
    except (ValueError, RecursionError) as error:
        raise UnexpectedShape(
            f"what follows {mark.pattern!r} is not whole JSON: {error}", url=response.url
        ) from error


def row(value: object, where: str) -> Row:
    """Return an object."""
    return value if isinstance(value, dict) else shape_error(where, "an object", value)


def items(value: object, where: str) -> list[Any]:
    """Return a list of anything."""
    return value if isinstance(value, list) else shape_error(where, "a list", value)


def rows(value: object, where: str) -> list[Row]:
    """Return a list of objects."""
    return [row(item, f"{where}[{index}]") for index, item in enumerate(items(value, where))]


def optional_rows(value: object, where: str) -> list[Row]:
    """Return a list of objects; nothing and null are an empty list."""
    return [] if value is None else rows(value, where)


def text(value: object, where: str) -> str:
    """Return a text that is not empty."""
    clean = maybe_text(value)
    return clean if clean is not None else shape_error(where, "text", value)


def maybe_text(value: object) -> str | None:
    """Return a text; None for an empty one and for anything else."""
    if not isinstance(value, str):
        return None
    if not value.isascii() or "\x00" in value:
        value = value.encode(errors="replace").decode().replace("\x00", "?")
    return value.strip() or None


def plain_text(html: str, most: int = LONGEST_MESSAGE) -> str:
    """Return a message for people as plain text: no HTML, nothing a terminal would obey, at most
    `most` characters.

    Lines are kept where it breaks them, empty ones left out. Anything may be given; what is cut off
    ends in "…".
    """
    # Markup takes room too, and what cannot be kept need not be read; no tag must be left half.
    read = html if len(html) <= 4 * most else _HALF_TAG.sub("", html[: 4 * most])
    told = unescape(_TAG.sub("", _BREAK.sub("\n", read)))
    seen = "\n".join(line for each in told.splitlines() if (line := _printable(each)))
    return seen if len(seen) <= most and len(read) == len(html) else f"{seen[: most - 1]}…"


def _printable(line: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in line).split())


def identifier(value: object, where: str) -> str:
    """Return an id or a code word, which may be a text or a whole number."""
    if type(value) is int and abs(value) < 10**LONGEST_CODE:
        return str(value)
    return text(value, where)


def keyword(value: object, where: str) -> str:
    """Return a word of the vendor's vocabulary as it is looked up: lower case, of a reasonable
    length.
    """
    return identifier(value, where).lower()[:LONGEST_CODE]


def number(value: object, where: str) -> float:
    """Return a finite number; a text that spells one is taken too."""
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            found = float(value)
        except (ValueError, OverflowError):
            found = math.nan
        if math.isfinite(found):
            return found
    return shape_error(where, "a number", value)


def instant(value: object, where: str, zone: tzinfo | None = None) -> datetime:
    """Return an ISO 8601 time in UTC. A time without an offset is taken in `zone`, and is wrong
    without one.
    """
    try:
        at = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if at is not None and at.utcoffset() is None and zone is not None:
            at = at.replace(tzinfo=zone)
        if at is not None and at.utcoffset() is not None and at.year in YEARS:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return shape_error(where, "a time with its offset" if zone is None else "a time", value)


def maybe_instant(value: object, where: str, zone: tzinfo | None = None) -> datetime | None:
    """Return an ISO 8601 time as `instant` does; None for null and for an empty text."""
    return None if value is None or value == "" else instant(value, where, zone)


def epoch(value: object, where: str, *, per_second: int = 1) -> datetime:
    """Return the instant of a count since 1970 in seconds, or in milliseconds with
    `per_second=1000`.
    """
    try:
        at = datetime.fromtimestamp(number(value, where) / per_second, UTC)
        if at.year in YEARS:
            return at
    except (OverflowError, OSError, ValueError):
        pass
    return shape_error(where, "a time since 1970", value)


def own_zone(value: object, page: PageContext) -> tuple[str | None, str | None]:
    """Return the IANA zone that a page names as its own, and what readers must know where it is
    none we know.

    Then its days are cut in the zone we have for it, the user's or the one it named last, else in
    UTC; the remark names the setting. A page that names no zone has neither.
    """
    if value is None or value == "":
        return None, None
    name = maybe_text(value) or str(value)
    try:
        return zone_named(name).key, None
    except ValueError:
        known = page.zone or "UTC"
        return (
            None,
            (
                f"the page names the time zone {name[:60]!r}, which is none we know: days in"
                f" {known}, see `zone`"
            ),
        )


ABBREVIATED_ZONES = {
    "Z": "+0000",
    "UTC": "+0000",
    "GMT": "+0000",
    "PST": "-0800",
    "PDT": "-0700",
    "MST": "-0700",
    "MDT": "-0600",
    "CST": "-0600",
    "CDT": "-0500",
    "EST": "-0500",
    "EDT": "-0400",
    "BST": "+0100",
    "CET": "+0100",
    "CEST": "+0200",
    "IST": "+0530",
    "JST": "+0900",
    "AEST": "+1000",
    "AEDT": "+1100",
    "SGT": "+0800",
}
"""Zones that feeds write by name. IST and CST are taken as India's and North America's."""


def mail_date(value: object, where: str) -> datetime:
    """Return a date as e-mail and RSS write it, in UTC. Names of zones are read too, which RFC 822
    barely knows.
    """
    written = maybe_text(value) or ""
    head, _, zone = written.rpartition(" ")
    try:
        at = parsedate_to_datetime(f"{head} {ABBREVIATED_ZONES.get(zone.upper(), zone)}")
        if at.utcoffset() is not None and at.year in YEARS:
            return at.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        pass
    return shape_error(where, "a date as in e-mail", value)
