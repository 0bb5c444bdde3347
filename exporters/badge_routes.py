"""The addresses of badges: `/badge/<vendor>.svg` and, for shields.io, `/badge/<vendor>.json`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporters.badges import (
    Badge,
    endpoint,
    level_badge,
    max_age_seconds,
    outage_days_badge,
    svg,
    unknown_badge,
)
from exporters.revalidation import Content, revalidated
from exporters.watched import Watched
from monitor import answers
from monitor.errors import StoreError
from monitor.plain import json_text

METRICS: Mapping[str, int] = {f"outage-days-{days}d": days for days in (7, 30, 90, 365)}
"""What a badge can show in the place of the level now, and over how many days."""

_SVG_TYPE, _JSON_TYPE = "image/svg+xml", "application/json"


def badge_routes(watched: Watched) -> list[Route]:
    """Return the routes of the badges."""
    pages = _Badges(watched)
    return [
        Route("/badge/{vendor}.svg", pages.picture),
        Route("/badge/{vendor}.json", pages.for_shields),
    ]


@dataclass(frozen=True, slots=True)
class _Badges:
    """The endpoints."""

    watched: Watched

    async def picture(self, request: Request) -> Response:
        """Answer a badge as a picture."""
        return await self._answer(request, _SVG_TYPE, svg)

    async def for_shields(self, request: Request) -> Response:
        """Answer a badge as shields.io reads it."""
        return await self._answer(request, _JSON_TYPE, lambda badge: json_text(endpoint(badge)))

    async def _answer(
        self, request: Request, media_type: str, write: Callable[[Badge], str]
    ) -> Response:
        slug, days = request.path_params["vendor"], _days(request)

        def make() -> Content:
            badge, max_age = self._badge(slug, days)
            return Content(
                body=write(badge).encode(), media_type=media_type, max_age_seconds=max_age
            )

        return await revalidated(request, make)

    def _badge(self, slug: str, days: int | None) -> tuple[Badge, int]:
        """Return a badge and for how many seconds it may be kept. Where the database cannot be read
        the vendor is unknown: a picture that is missing says less. Raises NoSuchVendor.
        """
        vendor, now = self.watched.vendor(slug), self.watched.clock()
        try:
            with self.watched.patiently():
                if days is not None:
                    badge = vendor_badge(self.watched, slug, days, now)
                    return badge, vendor.interval_seconds
                status = self.watched.status(slug, now)
                return level_badge(vendor.name, status.level), max_age_seconds(status)
        except StoreError:
            return unknown_badge(vendor.name), 0


def vendor_badge(watched: Watched, slug: str, days: int | None, now: datetime) -> Badge:
    """Return the badge of a vendor at `now`: of its outage days in so many days, or of its level
    where that is None. Raises NoSuchVendor and StoreError.
    """
    vendor = watched.vendor(slug)
    if days is None:
        return level_badge(vendor.name, watched.status(slug, now).level)
    page = watched.page(slug)
    if page is None:
        return unknown_badge(vendor.name)
    query = answers.ReportQuery(now=now, window_days=days)
    return outage_days_badge(vendor.name, answers.record(watched.store, page, vendor, query))


def _days(request: Request) -> int | None:
    """Read `metric=outage-days-90d`; None = the level now. Raises HTTPException 400."""
    metric = request.query_params.get("metric")
    if metric is None:
        return None
    if metric not in METRICS:
        raise HTTPException(400, f"there is no such metric; there are {', '.join(METRICS)}")
    return METRICS[metric]
