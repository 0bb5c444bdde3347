"""The web application: metrics for Prometheus, probes for an orchestrator, and what else it is
given.

It answers from the store and never asks a vendor anything. Who may ask is decided before it
(`exporters.access`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ssl import SSLContext

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from exporters.connections import MOST
from exporters.parts import Part, shard_count, target_groups
from exporters.prometheus import PollMetrics, StateMetrics
from exporters.responses import ERROR_HANDLERS, SecurityHeaders, scrape_response
from exporters.serving import Server, no_encryption
from exporters.text_format import Block, blocks
from monitor.plain import visible


def application(
    state: StateMetrics,
    polls: PollMetrics,
    *,
    readiness: Callable[[], list[str]],
    clock: Callable[[], datetime],
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Return the application with `/metrics`, `/metrics/monitor`, `/sd`, `/healthz`,
    `/readyz` and these `routes`.

    `readiness` returns what keeps us from working, in words for people, empty when nothing does; it
    and everything that reads the store runs in a thread and must not raise. `clock` gives the aware
    time of a request. While the store cannot be read `/metrics` answers from what it said last, and
    is honest about it (`StateMetrics`); when it has said nothing yet, the answer is 503: a scrape
    that fails is seen, an empty one looks like health.
    """
    pages = _Pages(
        state=state,
        polls=polls,
        readiness=readiness,
        clock=clock,
    )
    app = Starlette(
        routes=[
            Route("/metrics", pages.metrics),
            Route("/metrics/monitor", pages.own_metrics),
            Route("/sd", pages.discovery),
            Route("/healthz", pages.healthz),
            Route("/readyz", pages.readyz),
            *routes,
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers=ERROR_HANDLERS,
    )
    app.router.redirect_slashes = False
    return app


def server(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    most: int = MOST,
    encryption: Callable[[], SSLContext | None] = no_encryption,
) -> Server:
    """Return a server for ``await server.serve()``, on sockets that listen already if it is given
    some. It logs no access and leaves signals to the caller, who sets `should_exit` to stop it. At
    most `most` connections are open at once (`exporters.connections.most_connections`); what
    `encryption` returns encrypts a new one.
    """
    return Server(app, host, port, most=most, encryption=encryption)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pages:
    """The endpoints."""

    state: StateMetrics
    polls: PollMetrics
    readiness: Callable[[], list[str]]
    clock: Callable[[], datetime]

    async def metrics(self, request: Request) -> Response:
        """Answer everything, or with `vendor` or `shard` only what is about these vendors."""
        part = Part.of(request.query_params)

        def make_blocks(*, openmetrics: bool) -> list[Block]:
            now = self.clock()
            if part is None:
                extra = self.polls.text(openmetrics=openmetrics)
                return blocks(self.state.families(now), openmetrics=openmetrics, extra=extra)
            families = self.state.families_of(part.slugs(self.state), now)
            return blocks(families, openmetrics=openmetrics)

        return await scrape_response(request, make_blocks)

    async def own_metrics(self, request: Request) -> Response:
        """Answer what is about the monitor itself, for those who scrape the vendors in parts."""

        def make_blocks(*, openmetrics: bool) -> list[Block]:
            families = self.state.families_of_monitor(self.clock())
            extra = self.polls.text(openmetrics=openmetrics)
            return blocks(families, openmetrics=openmetrics, extra=extra)

        return await scrape_response(request, make_blocks)

    async def discovery(self, request: Request) -> Response:
        """Answer the targets to scrape in parts: the monitor itself, and one for each vendor or
        shard.
        """
        shards = shard_count(request.query_params)
        slugs = await run_in_threadpool(self.state.slugs)
        return JSONResponse(list(target_groups(request.url.netloc, slugs, shards)))

    async def healthz(self, _request: Request) -> Response:
        """Answer that the process answers."""
        return PlainTextResponse("ok\n")

    async def readyz(self, request: Request) -> Response:
        """Answer whether anything keeps us from working, and to those who may ask what."""
        problems = list(map(visible, await run_in_threadpool(self.readiness)))
        if problems and getattr(request.state, "is_unknown", False):
            problems = ["say who you are to see them"]
        return JSONResponse(
            {"ready": not problems, "problems": problems}, status_code=503 if problems else 200
        )
