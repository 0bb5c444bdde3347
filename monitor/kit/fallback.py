"""Which errors another source is worth asking after, and what they leave missing. Pure."""

from monitor.errors import (
    BadStatus,
    EmptyBody,
    Moved,
    NotJson,
    PageError,
    Truncated,
    UnexpectedShape,
)
from monitor.model import Gap

FALL_BACK = (BadStatus, EmptyBody, NotJson, Truncated, Moved, UnexpectedShape)
"""After these the next source is worth asking. A block, a timeout or a request to wait is not
worked around."""


NOT_FOUND = frozenset({404, 410})
"""Statuses that say that there is nothing at an address, or nothing any more."""


def is_absent(error: PageError) -> bool:
    """Whether an answer says that there is nothing at its address."""
    return isinstance(error, BadStatus) and error.status in NOT_FOUND


def most_telling(*errors: PageError) -> PageError:
    """Return the error that says most: what an answer lacked rather than that an address has no
    answer.
    """
    for error in errors:
        if not isinstance(error, BadStatus):
            return error
    return errors[0]


def gap_of(what: str, error: PageError) -> Gap:
    """Return the gap that an error left; `what` is missing."""
    return Gap(what=what, reason=error.reason, message=str(error))
