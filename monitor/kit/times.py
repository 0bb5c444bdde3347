"""Instants in a vendor's answer, read into UTC. Pure; each raises what `fields` raise."""

from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

from monitor.kit.fields import YEARS, maybe_text, number
from monitor.kit.responses import shape_error
from monitor.model import without_none


def instant(value: object, where: str, zone: tzinfo | None = None) -> datetime:
    """Return an ISO 8601 time in UTC. A time without an offset is taken in `zone`, and is wrong
    without one.
    """
    try:
        at = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if at is not None and at.tzinfo is None and zone is not None:
            at = at.replace(tzinfo=zone)
        if at is not None and at.tzinfo is not None and at.year in YEARS:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return shape_error(where, "a time with its offset" if zone is None else "a time", value)


def maybe_instant(value: object, where: str, zone: tzinfo | None = None) -> datetime | None:
    """Return an ISO 8601 time as `instant` does; None for null and for an empty text."""
    return None if value is None or value == "" else instant(value, where, zone)


def earliest(*moments: datetime | None) -> datetime | None:
    """Return the first of these moments; None is one that has not come, later than any."""
    return min(without_none(moments), default=None)


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
    text = maybe_text(value) or ""
    head, _, zone = text.rpartition(" ")
    try:
        at = parsedate_to_datetime(f"{head} {ABBREVIATED_ZONES.get(zone.upper(), zone)}")
        if at.utcoffset() is not None and at.year in YEARS:
            return at.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        pass
    return shape_error(where, "a date as in e-mail", value)
