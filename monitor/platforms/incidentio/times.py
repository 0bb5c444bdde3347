"""Instants in an incident.io answer. Pure."""

from datetime import UTC, datetime

from monitor.kit.responses import shape_error


def instant(value: object, where: str) -> datetime:
    """Return an ISO 8601 time with its offset, of any year, in UTC."""
    return maybe_instant(value, where) or shape_error(where, "a time", None)


def maybe_instant(value: object, where: str) -> datetime | None:
    """Return such a time; None for nothing and for an empty text."""
    if value is None or value == "":
        return None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
        return shape_error(where, "a time with its zone", value)
    return at.astimezone(UTC)
