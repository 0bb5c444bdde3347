"""The web application: metrics for Prometheus, probes for an orchestrator, a landing page for
people.

It answers from the store and never asks a vendor anything. No authentication: put it behind a proxy
that has some.
"""

import gzip
import re
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporters.connections import MOST
from exporters.gzipped import piece, stream
from exporters.prometheus import NoSuchVendor, PollMetrics, StateMetrics, VendorNow
from exporters.serving import Server
from exporters.text_format import OPENMETRICS_TYPE, TEXT_TYPE, Block, blocks
from monitor.errors import StoreError
from monitor.plain import visible

_GZIP_LEVEL = 1
# Answers are sent in chunks of about this size: handing over a hundred megabytes at once would hold
# up everything else.
_CHUNK_BYTES = 256 * 1024
# A text below this size is compressed as a whole, which takes a few milliseconds and gives the
# smallest answer.
_SMALL_BYTES = 1_000_000
_HTML_TYPE = "text/html; charset=utf-8"


def application(
    state: StateMetrics,
    polls: PollMetrics,
    *,
    readiness: Callable[[], list[str]],
    clock: Callable[[], datetime],
    version: str,
) -> Starlette:
    """Return the application with `/`, `/metrics`, `/metrics/monitor`, `/sd`, `/healthz` and
    `/readyz`.

    `readiness` returns what keeps us from working, in words for people, empty when nothing does; it
    and everything that reads the store runs in a thread and must not raise. `clock` gives the aware
    time of a request. While the store cannot be read `/metrics` answers from what it said last, and
    is honest about it (`StateMetrics`); when it has said nothing yet, and at `/`, the answer is
    503: a scrape that fails is seen, an empty one looks like health.
    """
    pages = _Pages(state=state, polls=polls, readiness=readiness, clock=clock, version=version)
    app = Starlette(
        routes=[
            Route("/", pages.landing),
            Route("/metrics", pages.metrics),
            Route("/metrics/monitor", pages.own_metrics),
            Route("/sd", pages.discovery),
            Route("/healthz", pages.healthz),
            Route("/readyz", pages.readyz),
        ],
        middleware=[Middleware(_Headers)],
        exception_handlers={
            StoreError: _unreadable,
            NoSuchVendor: _unknown,
            HTTPException: _refused,
        },
    )
    app.router.redirect_slashes = False
    return app


def server(app: Starlette, host: str, port: int, *, most: int = MOST) -> Server:
    """Return a server for ``await server.serve()``, on sockets that listen already if it is given
    some. It logs no access and leaves signals to the caller, who sets `should_exit` to stop it. At
    most `most` connections are open at once (`exporters.connections.most_connections`).
    """
    return Server(app, host, port, most=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pages:
    """The endpoints."""

    state: StateMetrics
    polls: PollMetrics
    readiness: Callable[[], list[str]]
    clock: Callable[[], datetime]
    version: str

    async def metrics(self, request: Request) -> Response:
        """Answer everything, or with `vendor` or `shard` only what is about these vendors."""
        part = _Part.of(request.query_params)

        def found(*, openmetrics: bool) -> list[Block]:
            if part is None:
                extra = self.polls.text(openmetrics=openmetrics)
                return blocks(
                    self.state.families(self.clock()), openmetrics=openmetrics, extra=extra
                )
            families = self.state.families_of(part.slugs(self.state), self.clock())
            return blocks(families, openmetrics=openmetrics)

        return await _scraped(request, found)

    async def own_metrics(self, request: Request) -> Response:
        """Answer what is about the monitor itself, for those who scrape the vendors in parts."""

        def found(*, openmetrics: bool) -> list[Block]:
            extra = self.polls.text(openmetrics=openmetrics)
            return blocks(
                self.state.families_of_monitor(self.clock()), openmetrics=openmetrics, extra=extra
            )

        return await _scraped(request, found)

    async def discovery(self, request: Request) -> Response:
        """Answer the targets to scrape in parts: the monitor itself, and one for each vendor or
        shard.
        """
        shards = request.query_params.get("shards")
        count = None if shards is None else _number(shards, "shards", low=1, high=_MAX_SHARDS)
        slugs = await run_in_threadpool(self.state.slugs)
        return JSONResponse(_target_groups(request.url.netloc, slugs, count))

    async def landing(self, request: Request) -> Response:
        def body() -> bytes:
            return _landing(self.version, self.state.vendors(self.clock())).encode(errors="replace")

        return await _answer(request, body, _HTML_TYPE)

    async def healthz(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(self, _request: Request) -> Response:
        problems = [visible(each) for each in await run_in_threadpool(self.readiness)]
        return JSONResponse(
            {"ready": not problems, "problems": problems}, status_code=503 if problems else 200
        )


class _Scrape(Protocol):
    def __call__(self, *, openmetrics: bool) -> list[Block]: ...


async def _scraped(request: Request, found: _Scrape) -> Response:
    """Make the blocks in a thread and send them in chunks, in the format and compression the client
    wants.
    """
    openmetrics = wants_openmetrics(request.headers.get("accept", ""))
    zipped = _wants_gzip(request.headers.get("accept-encoding", ""))

    def content_of() -> list[bytes]:
        each = found(openmetrics=openmetrics)
        parts = [part for block in each for part in block.parts]
        if not zipped:
            return parts
        small = sum(map(len, parts)) < _SMALL_BYTES
        return stream([piece(parts)] if small else [block.piece() for block in each])

    content = await run_in_threadpool(content_of)
    headers = _headers(OPENMETRICS_TYPE if openmetrics else TEXT_TYPE, zipped=zipped)
    headers["content-length"] = str(sum(map(len, content)))
    return StreamingResponse(_chunks(content), headers=headers)


def _headers(content_type: str, *, zipped: bool) -> dict[str, str]:
    headers = {"content-type": content_type, "vary": "Accept, Accept-Encoding"}
    return headers | {"content-encoding": "gzip"} if zipped else headers


async def _chunks(parts: list[bytes]) -> AsyncIterator[bytes]:
    chunk: list[bytes] = []
    size = 0
    for part in parts:
        chunk.append(part)
        size += len(part)
        if size >= _CHUNK_BYTES:
            yield b"".join(chunk)
            chunk, size = [], 0
    yield b"".join(chunk)


async def _answer(request: Request, body: Callable[[], bytes], content_type: str) -> Response:
    """Make the body in a thread, compressed when the client takes that."""
    zipped = _wants_gzip(request.headers.get("accept-encoding", ""))

    def content() -> bytes:
        return gzip.compress(body(), _GZIP_LEVEL, mtime=0) if zipped else body()

    return Response(await run_in_threadpool(content), headers=_headers(content_type, zipped=zipped))


async def _unreadable(_request: Request, _error: Exception) -> Response:
    # What is wrong the store's health has logged, once for all who met it.
    return PlainTextResponse("the database cannot be read\n", status_code=503)


async def _unknown(_request: Request, error: Exception) -> Response:
    if not isinstance(
        error, NoSuchVendor
    ):  # pragma: no cover - Starlette only sends us what we registered for
        raise error
    message = f"no vendor {error.slug!r} is configured; /sd lists the vendors there are\n"
    return PlainTextResponse(message, status_code=404)


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(
        error, HTTPException
    ):  # pragma: no cover - Starlette only sends us what we registered for
        raise error
    return PlainTextResponse(
        f"{error.detail}\n", status_code=error.status_code, headers=error.headers
    )


class _Headers:
    """Adds to every answer that nobody may sniff, frame or run anything in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "no-referrer"
                headers["cache-control"] = "no-store"
                headers["content-security-policy"] = (
                    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none';"
                    " base-uri 'none'"
                )
            await send(message)

        await self._app(scope, receive, send_with_headers)


# in parts

_MAX_SHARDS = 1000


@dataclass(frozen=True, slots=True)
class _Part:
    """The vendors a scrape is about: those of `named`, else shard `number` of `count`."""

    named: frozenset[str]
    number: int = 0
    count: int = 0

    @classmethod
    def of(cls, query: QueryParams) -> "_Part | None":
        """Read `vendor=a&vendor=b`, `vendor=a,b` or `shard=2/8`; None = everything. Raises
        HTTPException 400.
        """
        if "vendor" in query and "shard" in query:
            raise HTTPException(400, "ask for vendors or for a shard, not for both")
        if "vendor" in query:
            return cls(
                frozenset(slug for value in query.getlist("vendor") for slug in value.split(","))
            )
        if "shard" not in query:
            return None
        number, slash, count = query["shard"].partition("/")
        if not slash:
            raise HTTPException(400, "write a shard as number/count, such as shard=1/8")
        of = _number(count, "the count of shards", low=1, high=_MAX_SHARDS)
        return cls(frozenset(), _number(number, "the shard", low=1, high=of), of)

    def slugs(self, state: StateMetrics) -> Collection[str]:
        """Return the vendors' slugs. A vendor's shard depends on its slug alone, so that others
        never move it.
        """
        if not self.count:
            return self.named
        return [
            slug
            for slug in state.slugs()
            if zlib.crc32(slug.encode()) % self.count == self.number - 1
        ]


def _number(text: str, what: str, *, low: int, high: int) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not low <= int(text) <= high:
        raise HTTPException(400, f"{what} must be a whole number from {low} to {high}")
    return int(text)


def _target_groups(address: str, slugs: list[str], shards: int | None) -> list[dict[str, object]]:
    """Return Prometheus target groups. Each has an `instance` of its own: all have the same
    address.
    """
    parts = (
        [("vendor", slug) for slug in slugs]
        if shards is None
        else [("shard", f"{number}/{shards}") for number in range(1, shards + 1)]
    )
    groups = [{"__metrics_path__": "/metrics/monitor", "instance": f"{address}/monitor"}]
    groups += [
        {f"__param_{name}": value, "instance": f"{address}/{value}"} for name, value in parts
    ]
    return [{"targets": [address], "labels": labels} for labels in groups]


# negotiation


def wants_openmetrics(accept: str) -> bool:
    """Whether an Accept header prefers OpenMetrics 1 to text. Only when it is named: ``*/*`` and
    nothing mean text.
    """
    openmetrics = text = 0.0
    for media_type, parameters, weight in _preferences(accept):
        if media_type == "application/openmetrics-text":
            if parameters.get("version", "1").split(".")[0] == "1":
                openmetrics = max(openmetrics, weight)
        elif media_type in ("text/plain", "text/*", "*/*"):
            text = max(text, weight)
    return openmetrics > 0 and openmetrics >= text


def _wants_gzip(accept_encoding: str) -> bool:
    weights = {coding: weight for coding, _, weight in _preferences(accept_encoding)}
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _preferences(header: str) -> Iterator[tuple[str, dict[str, str], float]]:
    """Yield what a header accepts, in lower case, with its parameters and weight. What cannot be
    read weighs 1.
    """
    for entry in header.lower().split(","):
        name, *rest = (part.strip() for part in entry.split(";"))
        parameters = {
            key.strip(): value.strip(' "')
            for key, _, value in (part.partition("=") for part in rest)
        }
        try:
            weight = float(parameters.get("q", "1"))
        except ValueError:
            weight = 1.0
        yield name, parameters, weight


# the landing

_LANDING = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>vendorstatus</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid #8886 }}
</style>
</head>
<body>
<h1>vendorstatus <small>{version}</small></h1>
<p><a href="metrics">metrics</a> &middot; <a href="healthz">health</a> &middot; <a href="readyz">readiness</a></p>
{vendors}
</body>
</html>
"""  # noqa: E501
_TABLE = """<table>
<thead><tr>
<th scope="col">Vendor</th><th scope="col">Now</th><th scope="col">Last read</th>
</tr></thead>
<tbody>
{rows}
</tbody>
</table>"""


def _landing(version: str, vendors: list[VendorNow]) -> str:
    rows = "\n".join(map(_row, vendors))
    table = _TABLE.format(rows=rows) if vendors else "<p>No vendor is configured.</p>"
    return _LANDING.format(version=escape(version), vendors=table)


def _row(vendor: VendorNow) -> str:
    level = "unknown" if vendor.level is None else vendor.level.title
    return (
        f'<tr><td><a href="{escape(vendor.url)}">{escape(visible(vendor.name))}</a></td>'
        f"<td>{escape(level)}</td><td>{escape(_last_read(vendor))}</td></tr>"
    )


def _last_read(vendor: VendorNow) -> str:
    if vendor.last_ok is None:
        return "not polled yet"
    read_at = vendor.last_success_at
    words = "never" if read_at is None else f"{read_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return words if vendor.last_ok else f"{words}; the last poll failed"
