"""The tools over the two transports: standard input and output, and HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from exporters.agents.library import require_library
from exporters.api.desk import Desk
from exporters.below import Below

PATH = "/mcp"
MOST_BYTES = 64 * 1024
"""Of a question, which is a few hundred long."""


class Endpoint:
    """The tools, to be served once. Raises ConfigError where the library is not installed."""

    def __init__(self, desk: Desk, *, version: str) -> None:
        require_library()
        from mcp.server.transport_security import TransportSecuritySettings

        from exporters.agents.tools import tool_server

        self._server = tool_server(desk, version=version)
        # Here, as there is nothing to be `running` before it is made.
        self._app = self._server.streamable_http_app(
            streamable_http_path=PATH,
            json_response=True,
            stateless_http=True,
            max_request_body_size=MOST_BYTES,
            # The names that we are asked by are checked before (`exporters.access`), and the origin
            # here: the library would know neither those of the settings nor who shows a token.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )

    async def serve_stdio(self) -> None:
        """Answer on standard output what is asked on standard input, until that ends."""
        await self._server.run_stdio_async()

    def routes(self, origins: Sequence[str] = ()) -> list[BaseRoute]:
        """Return the endpoint as routes of the web application, which answer while it is
        `running`.

        No session is kept: each question stands for itself. A web page may ask when it is of one of
        these `origins`, "*" = any; what is no web page always may.
        """
        return [Below(PATH, _OfOrigins(self._app, frozenset(origins)))]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer the questions that come over HTTP inside; once."""
        async with self._server.session_manager.run():
            yield


class _OfOrigins:
    """Refuses what web pages of other origins ask."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        origin = Headers(scope=scope).get("origin")
        if origin is None or "*" in self._origins or origin in self._origins:
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse("web pages of this origin may not ask\n", status_code=403)
        await refusal(scope, receive, send)
