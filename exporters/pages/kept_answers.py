"""`/v/<vendor>/day/<date>/answers/<sha256>`: an answer that is kept behind a day, as it came.

It is a stranger's text, so it is sent as a file to keep and never as a page of ours.
"""

from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.pages.visits import LONGEST_SECONDS, Site
from exporters.revalidation import Content, revalidated
from monitor.store import PinnedBody

_FILE = "application/octet-stream"
_CSP = "sandbox; default-src 'none'"


def answer_routes(site: Site) -> list[BaseRoute]:
    """Return the route of the kept answers. Its endpoint raises NoSuchVendor, StoreError, and
    HTTPException 404 for what is not kept.
    """

    async def answer(request: Request) -> Response:
        path = request.path_params

        def make() -> Content:
            body = _kept(site, path["vendor"], path["date"], path["sha256"])
            return Content(
                body=body.body,
                media_type=_FILE,
                max_age_seconds=LONGEST_SECONDS,
                headers={
                    "content-disposition": f'attachment; filename="{body.ref.sha256[:16]}.bin"',
                    "content-security-policy": _CSP,
                    "x-content-type-options": "nosniff",
                },
            )

        return await revalidated(request, make)

    return [Route("/v/{vendor}/day/{date}/answers/{sha256}", answer)]


def _kept(site: Site, slug: str, day: str, sha256: str) -> PinnedBody:
    """Return the body of a day. Raises NoSuchVendor, StoreError, and HTTPException 404."""
    site.watched.vendor(slug)
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise HTTPException(404, "a day is such as 2026-05-22") from None
    with site.watched.patiently():
        page = site.watched.page(slug)
        bodies = [] if page is None else site.watched.store.pinned(page.id, wanted)
    for body in bodies:
        if body.ref.sha256 == sha256:
            return body
    raise HTTPException(404, "no such answer is kept of this day")
