"""The addresses of calendars: of all vendors, of a tier, of a stack and of a vendor."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.feeds.calendar import MEDIA_TYPE, ics
from exporters.feeds.desk import Desk, max_age_seconds
from exporters.revalidation import Content, revalidated

PATHS = ("all", "tier/{tier}", "stack/{stack}", "vendor/{vendor}")


def calendar_routes(desk: Desk) -> list[BaseRoute]:
    """Return the routes of the calendars."""

    async def answer(request: Request) -> Response:
        def make() -> Content:
            vendors = desk.vendors(request.path_params)
            return Content(
                body=ics(desk.calendar(request.path_params, vendors)),
                media_type=MEDIA_TYPE,
                max_age_seconds=max_age_seconds(vendors),
            )

        return await revalidated(request, make)

    return [Route(f"/calendar/{path}.ics", answer) for path in PATHS]
