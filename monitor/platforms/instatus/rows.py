"""Fields that several kinds of Instatus rows have in common: lists, names, ids, times. Pure."""

import re
from datetime import UTC, datetime
from typing import Any, TypeGuard

from monitor.kit.fields import Row, maybe_row, verbatim
from monitor.kit.responses import shape_error

CUID = re.compile(r"c[a-z0-9]{24,27}")
"""Ids are cuids; older ones are some characters longer."""


def as_list(value: object) -> list[Any]:
    """Return a list; anything else is an empty one."""
    return value if isinstance(value, list) else []


def has_cuid(row: object) -> TypeGuard[Row]:
    """Whether this is an object with an id as Instatus makes them."""
    key = maybe_row(row).get("id")
    return isinstance(key, str) and CUID.fullmatch(key) is not None


def name_of(row: Row, where: str) -> str:
    """Return the name, which is a text or an object of translations with a `default`."""
    name = row.get("name")
    if isinstance(name, dict):
        name = name.get("default") or next(iter(name.values()), None)
    return verbatim(name, f"{where}.name")


def instant(value: object, where: str) -> datetime:
    """Return the instant of an ISO text or of a JavaScript date's own text, in UTC."""
    return maybe_instant(value, where) or shape_error(where, "a time", None)


def maybe_instant(value: object, where: str) -> datetime | None:
    """Return the instant of such a text; None for nothing and for an empty text."""
    if value is None or value == "":
        return None
    return parse_instant(value) or shape_error(where, "a time with its zone", value)


def parse_instant(value: object) -> datetime | None:
    """Return the instant of an ISO text or of a JavaScript date's own text, in UTC; None when it is
    neither, or has no zone.
    """
    if not isinstance(value, str):
        return None
    try:
        at = (
            datetime.strptime(value.partition(" (")[0], "%a %b %d %Y %H:%M:%S GMT%z")
            if "GMT" in value
            else datetime.fromisoformat(value)
        )
        return at.astimezone(UTC) if at.utcoffset() is not None else None
    except (ValueError, OverflowError):
        return None
