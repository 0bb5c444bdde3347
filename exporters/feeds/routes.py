"""The addresses of feeds: of all vendors, of a tier or stack, of a vendor and of one of its
components.
"""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.feeds import atom, json_feed
from exporters.feeds.desk import Desk, Place, max_age_seconds
from exporters.feeds.entries import KINDS
from exporters.feeds.feed import Feed
from exporters.revalidation import Content, revalidated
from monitor.model import LEVEL_OF_WORD, Level

FORMS: Mapping[str, tuple[str, Callable[[Feed], bytes]]] = {
    "atom": (atom.MEDIA_TYPE, atom.atom),
    "json": (json_feed.MEDIA_TYPE, json_feed.json_feed),
}
"""A feed's forms by the endings of their addresses."""

PATHS = ("all", "tier/{tier}", "stack/{stack}", "vendor/{vendor}", "vendor/{vendor}/{component}")


def feed_routes(desk: Desk) -> list[BaseRoute]:
    """Return the routes of the feeds."""
    routes: list[BaseRoute] = []
    for form in FORMS:
        routes += (Route(f"/feeds/{path}.{form}", _endpoint(desk, form)) for path in PATHS)
    return routes


def _endpoint(desk: Desk, form: str) -> Callable[[Request], object]:
    media_type, write = FORMS[form]

    async def answer(request: Request) -> Response:
        level, kinds = _level(request), _kinds(request)

        def make() -> Content:
            vendors = desk.vendors(request.path_params)
            feed = desk.feed(_place(request), request.path_params, vendors, level, kinds)
            return Content(
                body=write(feed),
                media_type=media_type,
                max_age_seconds=max_age_seconds(vendors),
            )

        return await revalidated(request, make)

    return answer


def _place(request: Request) -> Place:
    url = str(request.url.replace(path=quote(request.url.path)))
    return Place(url, request.url.netloc)


def _level(request: Request) -> Level | None:
    """Read `level=partial_outage`; None = any. Raises HTTPException 400."""
    word = request.query_params.get("level")
    if word is not None and word not in LEVEL_OF_WORD:
        raise HTTPException(400, f"there is no such level; there are {', '.join(LEVEL_OF_WORD)}")
    return None if word is None else LEVEL_OF_WORD[word]


def _kinds(request: Request) -> Sequence[str]:
    """Read `kind=incident&kind=level`; none = all. Raises HTTPException 400."""
    kinds = ",".join(request.query_params.getlist("kind")).split(",")
    if kinds == [""]:
        return KINDS
    if not set(kinds) <= set(KINDS):
        raise HTTPException(400, f"there is no such kind; there are {', '.join(KINDS)}")
    return kinds
