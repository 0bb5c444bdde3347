"""The key (an id, a slug, a path) by which an API knows a page: the page's HTML holds it. Pure."""

from collections.abc import Callable

from monitor.errors import BadStatus, PageError, ParseError, UnexpectedShape
from monitor.kit.protocol import Response, StepsTo, T, get


def ask_by_key(
    key: str | None,
    ask: Callable[[str], StepsTo[T]],
    key_in: Callable[[Response], str],
    *,
    may_move: bool = True,
) -> StepsTo[T]:
    """Return what `ask` reads by a page's key. Where none is known, or the known one leads nowhere
    any more, it is looked for in the page's HTML.

    `key_in` reads it there, and raises UnexpectedShape where there is none. Raises what kept the
    known key from leading anywhere where the HTML holds no other, or it cannot be another:
    `may_move` False.
    """
    failure: PageError | None = None
    if key is not None:
        try:
            return (yield from ask(key))
        except (ParseError, BadStatus) as error:
            if not may_move:
                raise
            failure = error
    response = yield from get("", accept="text/html")
    try:
        new_key = key_in(response)
    except UnexpectedShape:
        if failure is None:
            raise
        raise failure from None
    if failure is not None and new_key == key:
        raise failure
    return (yield from ask(new_key))
