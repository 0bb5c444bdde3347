"""Serves truths as status pages on loopback, each on a port of its own because platforms own their
root path.

Pages follow the clock that is passed in, so incidents begin and end while one watches. Nothing
leaves the machine.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from exporters.revalidation import is_known
from monitor.demo import incidentio, statuspage
from monitor.demo.truth import Truth
from monitor.errors import MonitorError

Clock = Callable[[], datetime]

RENDERERS = {"statuspage": statuspage.answer, "incidentio": incidentio.answer}


def application(truth: Truth, clock: Clock) -> Starlette:
    """Return the ASGI application of one vendor's page, as of the clock at each request.

    A request whose If-None-Match carries the page's validator is answered 304 without a body.
    """

    async def page(request: Request) -> Response:
        answer = RENDERERS[truth.platform]
        status, headers, body = answer(truth, request.url.path, dict(request.query_params), clock())
        tags = request.headers.get("if-none-match", "")
        if "etag" in headers and is_known(headers["etag"], tags):
            status, body = 304, b""
        return Response(body, status_code=status, headers=headers)

    return Starlette(routes=[Route("/{path:path}", page)])


class Simulator:
    """Serves every truth on `host`, on consecutive ports from `first_port` or, with 0, on ports the
    system chooses.

    `vendors` are the truths with the addresses they are served at, once `start` returned. `stop`
    may be called in any state and more than once.
    """

    def __init__(
        self,
        truths: Sequence[Truth],
        clock: Clock,
        *,
        host: str = "127.0.0.1",
        first_port: int = 0,
    ) -> None:
        self.vendors: list[Truth] = []
        self._truths = truths
        self._clock = clock
        self._host = host
        self._first_port = first_port
        self._servers: list[_Server] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to serve; every page answers when this returns.

        Raises MonitorError, and serves nothing, when an address cannot be used.
        """
        sockets: list[socket.socket] = []
        try:
            for place in range(len(self._truths)):
                sockets.append(  # noqa: PERF401 - those bound before a failure are closed
                    _bind(self._host, self._first_port + place if self._first_port else 0)
                )
        except MonitorError:
            for listening in sockets:
                listening.close()
            raise
        for truth, listening in zip(self._truths, sockets, strict=True):
            self._serve(truth, listening)
        while not all(server.started for server in self._servers):
            for task in self._tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Stop serving and wait until every port is free."""
        for server in self._servers:
            server.should_exit = True
        await asyncio.gather(*self._tasks)
        self._servers.clear()
        self._tasks.clear()
        self.vendors.clear()

    def application(self, truth: Truth) -> ASGIApp:
        """Return what serves one vendor's page; a subclass may put something before it."""
        return application(truth, self._clock)

    def _serve(self, truth: Truth, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        truth = replace(truth, url=f"http://{host}:{port}/")
        config = uvicorn.Config(
            self.application(truth),
            access_log=False,
            log_level="warning",
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = _Server(config)
        self._servers.append(server)
        self._tasks.append(asyncio.create_task(server.serve(sockets=[listening])))
        self.vendors.append(truth)


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to the command that runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise MonitorError(
            f"the simulator cannot listen on {host}:{port} ({error}); choose another port, or 0 for"
            " any free one"
        ) from error
    return listening
