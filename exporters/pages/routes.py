"""The addresses of the pages, and what answers there."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.pages import times
from exporters.pages.changes import CHANGES
from exporters.pages.compare import COMPARE
from exporters.pages.day import COMPONENT_DAY, DAY
from exporters.pages.definitions import DEFINITIONS
from exporters.pages.definitions_view import figure_definitions
from exporters.pages.home import HOME
from exporters.pages.incident import INCIDENT
from exporters.pages.kept_answers import answer_routes
from exporters.pages.links import Links
from exporters.pages.maintenance import MAINTENANCE
from exporters.pages.navigation import entries
from exporters.pages.pictures import picture_routes
from exporters.pages.problems import PROBLEMS, problem_page
from exporters.pages.rendering import CSP, render, stylesheet
from exporters.pages.search import SEARCH
from exporters.pages.stacks import STACK, STACKS
from exporters.pages.vendor import COMPONENT, COMPONENT_WINDOW, VENDOR, VENDOR_WINDOW
from exporters.pages.visits import LONGEST_SECONDS, Page, PageKind, Site, Visit
from exporters.revalidation import Content, revalidated

PAGES: tuple[PageKind, ...] = (
    HOME,
    COMPARE,
    DEFINITIONS,
    MAINTENANCE,
    SEARCH,
    STACKS,
    STACK,
    CHANGES,
    DAY,
    COMPONENT_DAY,
    INCIDENT,
    VENDOR,
    VENDOR_WINDOW,
    COMPONENT_WINDOW,
    COMPONENT,
)
"""Every kind of page; of two whose paths fit, the first answers."""

_HTML, _CSS = "text/html; charset=utf-8", "text/css; charset=utf-8"


def page_routes(site: Site) -> list[BaseRoute]:
    """Return the routes of the pages, of their pictures and of their stylesheet."""
    pages = [_route(site, kind) for kind in PAGES]
    return [*picture_routes(site), *answer_routes(site), *pages, Route("/style.css", _style)]


def frame(visit: Visit, page: Page) -> bytes:
    """Return a page as HTML, with what all pages print."""
    values = {
        "as_of": times.as_of(visit.as_of),
        "base_url": visit.site.base_url or visit.base_url,
        "definitions": figure_definitions(visit.now, visit.site.policy()),
        "links": visit.links,
        "navigation": entries(visit.links),
        "current": page.navigation,
        "title": page.title,
        "version": visit.site.version,
    }
    return render(page.template, **values, **page.values)


def _route(site: Site, kind: PageKind) -> Route:
    return Route(kind.path, _Endpoint(site, kind.make).answer)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """Answers one kind of page."""

    site: Site
    make: Callable[[Visit], Page]

    async def answer(self, request: Request) -> Response:
        """Answer the page, or one that says why there is none."""
        visit = Visit(
            site=self.site,
            now=self.site.watched.clock(),
            base_url=str(request.base_url),
            path=request.path_params,
            question=request.query_params,
            links=Links(request.scope["path"].strip("/")),
        )
        return await revalidated(request, lambda: self._content(visit))

    def _content(self, visit: Visit) -> Content:
        page = self._page(visit)
        return Content(
            body=frame(visit, page),
            media_type=_HTML,
            max_age_seconds=page.max_age_seconds,
            headers={"content-security-policy": CSP},
            status=page.status,
        )

    def _page(self, visit: Visit) -> Page:
        try:
            with visit.watched.patiently():
                return self.make(visit)
        except PROBLEMS as error:
            return problem_page(error, visit.watched.vendors(), visit.links)


async def _style(request: Request) -> Response:
    content = Content(body=stylesheet(), media_type=_CSS, max_age_seconds=LONGEST_SECONDS)
    return await revalidated(request, lambda: content)
