"""What a poll hands to the next one: a small mapping, as the text that the store keeps. Pure."""

import json
from collections.abc import Mapping
from typing import Any


def read_cursor(cursor: str | None) -> Mapping[str, Any]:
    """Return what the last poll handed on; an empty mapping when it handed on nothing.

    So it is when the text is not a mapping's: another version of the platform wrote it, and the
    poll that finds nothing asks in full.
    """
    try:
        values = json.loads(cursor or "{}")
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def read_names(cursor: str | None) -> dict[str, str]:
    """Return names or words by their keys, as the last poll handed them on; empty without any."""
    return {key: str(name) for key, name in read_cursor(cursor).items()}


def write_cursor(**values: Any) -> str:  # noqa: ANN401
    """Return the text of what the next poll is handed; values of None are left out."""
    return json.dumps({key: value for key, value in values.items() if value is not None})
