"""`/v/<vendor>/bars.png`: a vendor's last 90 days, for what shows a link to its page."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.pages.bars_picture import DAYS, bars_picture
from exporters.pages.visits import LONGEST_SECONDS, Site
from exporters.revalidation import Content, revalidated
from monitor import answers
from monitor.answers import ReportQuery
from monitor.model import Day

_PNG = "image/png"


def picture_routes(site: Site) -> list[BaseRoute]:
    """Return the route of the pictures. Its endpoint raises NoSuchVendor and StoreError."""

    async def picture(request: Request) -> Response:
        slug = request.path_params["vendor"]

        def make() -> Content:
            interval = site.watched.vendor(slug).interval_seconds
            return Content(
                body=vendor_picture(site, slug),
                media_type=_PNG,
                max_age_seconds=min(LONGEST_SECONDS, interval),
            )

        return await revalidated(request, make)

    return [Route("/v/{vendor}/bars.png", picture)]


def vendor_picture(site: Site, slug: str) -> bytes:
    """Return the picture of a vendor's days, as PNG. Raises NoSuchVendor and StoreError."""
    return bars_picture(_days(site, slug))


def _days(site: Site, slug: str) -> tuple[Day, ...]:
    """Return the days of a vendor; none of one that was never read."""
    vendor, now = site.watched.vendor(slug), site.watched.clock()
    with site.watched.patiently():
        page = site.watched.page(slug)
        if page is None:
            return ()
        query = ReportQuery(now=now, window_days=DAYS, policy=site.policy())
        return answers.record(site.watched.store, page, vendor, query).days
