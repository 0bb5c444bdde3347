"""How Statuspage's answers are read: a wrong type anywhere in them is the page's shape. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar

from monitor.errors import FetchError, ParseError, UnexpectedShape
from monitor.intervals import utc
from monitor.kit.fields import Row, row
from monitor.kit.protocol import Response, StepsTo, get
from monitor.kit.responses import read_json, shape_error
from monitor.model import Level

LEVELS: Mapping[str, Level] = {
    "operational": Level.OPERATIONAL,
    "under_maintenance": Level.MAINTENANCE,
    "degraded_performance": Level.DEGRADED,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "major_outage": Level.MAJOR_OUTAGE,
}

PAGE_ID = re.compile(r"[a-z0-9]{12}")
UNREADABLE = (FetchError, ParseError)
T = TypeVar("T")


def parse(response: Response, reader: Callable[[Row], T]) -> T:
    """Return what the reader makes of the response's JSON. Raises FetchError or ParseError, with
    the URL.
    """
    answer = read_json(response)
    if not isinstance(answer, dict):
        raise UnexpectedShape("the answer is not an object", url=response.url)
    with shape_of(response):
        return reader(answer)


@contextmanager
def shape_of(response: Response) -> Iterator[None]:
    """Raise UnexpectedShape, with the URL, where a value inside is missing or of another type: what
    is freshly decoded is foreign, so that is no mistake of ours.
    """
    try:
        yield
    except UnexpectedShape as error:
        error.url = error.url or response.url
        raise
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise UnexpectedShape(
            f"a value is missing or of another type: {error!r}", url=response.url
        ) from error


def page_row(answer: Row) -> Row:
    """Return what an answer says of its page. Raises UnexpectedShape where its id is not one of
    Statuspage.
    """
    page = row(answer.get("page"), "answer.page")
    page_id = text_as_is(page, "id", "page")
    if not PAGE_ID.fullmatch(page_id):
        raise UnexpectedShape(
            f"not a Statuspage: page.id is {page_id!r} and not 12 lower case letters and digits",
            remedy="another platform imitates this answer; run `monitor detect URL`",
        )
    return page


def text_as_is(owner: Row, key: str, where: str) -> str:
    """Return a text with the blanks around it, an empty one too: what people left empty must not
    fail the page.
    """
    value = owner.get(key)
    return value if isinstance(value, str) else shape_error(f"{where}.{key}", "text", value)


@lru_cache(maxsize=8_192)  # a page says the same instants again with every answer
def instant(value: str) -> datetime:
    """Return an instant in UTC. Raises ValueError or TypeError, also where it has no offset."""
    return utc(datetime.fromisoformat(value))


@lru_cache(maxsize=8_192)
def calendar_day(value: str) -> date:
    """Return the calendar day a date or a timestamp names, in the offset it is written in."""
    return date.fromisoformat(value[:10])


def is_group(component: Row) -> bool:
    """Whether a row of components is a group, which has no state of its own."""
    return component.get("group") is True


def try_get(path: str, *, accept: str = "application/json") -> StepsTo[Response | FetchError]:
    """Ask for one path and return its response, or the error that kept it from coming."""
    try:
        return (yield from get(path, accept=accept))
    except FetchError as error:
        return error
