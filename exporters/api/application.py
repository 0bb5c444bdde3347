"""The API as an application: its resources, its documents, and what surrounds every answer."""

from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporters.api import (
    catalogue,
    changes,
    compare,
    days,
    documentation,
    evidence,
    incidents,
    models,
    stacks,
    standing,
    status,
    vendors,
    windows,
)
from exporters.api.desk import Desk, Moment, Reply, desk_of
from exporters.api.forms import now_head
from exporters.api.parameters import Nothing
from exporters.api.problems import HANDLERS
from exporters.api.security import secured
from exporters.below import Below
from exporters.responses import html_response

ROOT = "/api/v1"
OPENAPI, DOCS = f"{ROOT}/openapi.json", "/api/docs"

_RESOURCES = (
    standing.router,
    vendors.router,
    days.router,
    windows.router,
    evidence.router,
    incidents.router,
    changes.router,
    compare.router,
    status.router,
    stacks.router,
    catalogue.router,
)
_SEEN_ELSEWHERE = ("ETag", "Last-Modified", "Retry-After")
"""Headers that a page of another origin may read."""


def api(
    desk: Desk,
    *,
    version: str,
    origins: Sequence[str] = (),
    schemes: Callable[[], Collection[str]] = tuple,
) -> FastAPI:
    """Return the application with everything under `/api`. `schemes` says by what a request must
    show who asks now: its documents tell so, and the gate before it sees to it.

    Pages of these `origins` (`https://tools.example.com`, or `*` for any) may read the answers;
    those of no other may.
    """
    middleware = [Middleware(HeadAsGet)]
    if origins:
        middleware.insert(
            0,
            Middleware(
                CORSMiddleware,
                allow_origins=list(origins),
                allow_methods=["GET", "HEAD"],
                allow_headers=["Authorization"],
                expose_headers=list(_SEEN_ELSEWHERE),
            ),
        )
    app = FastAPI(
        title="vendorstatus",
        version=version,
        summary="What vendors' public status pages said, and how reliable they have been.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=middleware,
        exception_handlers=HANDLERS,
    )
    app.state.desk = desk
    app.add_api_route(
        ROOT,
        _index(version),
        response_model=models.Index,
        summary="What can be asked for",
        name="index",
        responses=documentation.PROBLEMS,
    )
    for router in _RESOURCES:
        app.include_router(router, prefix=ROOT, responses=documentation.PROBLEMS)
    _add_documents(app, schemes)
    return app


def api_routes(
    desk: Desk,
    *,
    version: str,
    origins: Sequence[str] = (),
    schemes: Callable[[], Collection[str]] = tuple,
) -> list[BaseRoute]:
    """Return the API as routes of the web application; arguments as those of `api`."""
    return [Below("/api", api(desk, version=version, origins=origins, schemes=schemes))]


def _index(version: str) -> Any:  # noqa: ANN401 - an endpoint
    async def index(request: Request, _parameters: Annotated[Nothing, Query()]) -> Response:
        """Answer the resources that there are, and where their documents stand."""
        app: FastAPI = request.app

        def ask(moment: Moment) -> Reply:
            return Reply((moment.now.date(), version), moment.now, lambda: _document(moment))

        def _document(moment: Moment) -> dict[str, Any]:
            return {
                **now_head(moment.now, "what can be asked for"),
                "version": version,
                "openapi": OPENAPI,
                "documentation": DOCS,
                "resources": documentation.resources(documentation.document(app)),
            }

        return await desk_of(request).answer(request, ask)

    return index


def _add_documents(app: FastAPI, schemes: Callable[[], Collection[str]]) -> None:
    """Add the OpenAPI document, and the page for people that is made of it."""

    def document() -> dict[str, Any]:
        return secured(documentation.document(app), schemes())

    async def openapi(_request: Request) -> Response:
        return JSONResponse(document(), headers={"cache-control": "no-cache"})

    async def docs(request: Request) -> Response:
        return await html_response(request, lambda: documentation.page(document()))

    app.add_route(OPENAPI, openapi, methods=["GET"], include_in_schema=False)
    app.add_route(DOCS, docs, methods=["GET"], include_in_schema=False)


class HeadAsGet:
    """Answers HEAD as GET, without the body: the same headers, its length too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, send_head)
