"""The root page: asked for where the JSON cannot be read, and for the bars it embeds. Pure."""

from monitor.errors import (
    BotChallenge,
    EmptyBody,
    FetchError,
    PageError,
    PageUnavailable,
    Truncated,
    UnexpectedShape,
)
from monitor.kit.protocol import PageContext, Response, StepsTo, get
from monitor.platforms.statuspage.detection import why_unavailable

SPEAKING = (BotChallenge, EmptyBody, Truncated, UnexpectedShape)
"""Errors that say themselves why there is no answer: the root page would say nothing more."""


def read_root(page: PageContext) -> StepsTo[Response | None]:
    """Return the root page; None when it does not answer."""
    try:
        # Asked for with another Accept the root answers a different body, without the bars.
        return (yield from get(page.url, accept="text/html"))
    except FetchError:
        return None


def explain_failure(
    page: PageContext, response: Response, error: PageError
) -> StepsTo[Response | None]:
    """Raise PageUnavailable when that is why the JSON could not be read; return the root page if it
    had to be read.

    The root page is not asked for where it could say nothing: a challenge, a broken transfer, other
    JSON, an error 5xx.
    """
    why, root = why_unavailable(response), None
    if why is None and not isinstance(error, SPEAKING) and response.status < 500:  # noqa: PLR2004
        root = yield from read_root(page)
        why = why_unavailable(root) if root is not None else None
    if why is not None:
        raise PageUnavailable(why, url=response.url) from error
    return root
