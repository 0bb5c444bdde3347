"""Answers in the format and compression that the client wants, and those to what goes wrong."""

import gzip
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporters.gzipped import piece, stream
from exporters.negotiation import wants_gzip, wants_openmetrics
from exporters.prometheus import NoSuchVendor
from exporters.text_format import ON_SURROGATES, OPENMETRICS_TYPE, TEXT_TYPE, Block, parts_of
from monitor.errors import StoreError

_GZIP_LEVEL = 1
# Answers are sent in chunks of about this size: handing over a hundred megabytes at once would hold
# up everything else.
_CHUNK_BYTES = 256 * 1024
# A text below this size is compressed as a whole, which takes a few milliseconds and gives the
# smallest answer.
_SMALL_BYTES = 1_000_000


class MakesBlocks(Protocol):
    """Makes an exposition in one of the two formats."""

    def __call__(self, *, openmetrics: bool) -> list[Block]:
        """Return the blocks in order."""


async def scrape_response(request: Request, make_blocks: MakesBlocks) -> Response:
    """Make the blocks in a thread and send them in chunks."""
    openmetrics = wants_openmetrics(request.headers.get("accept", ""))
    use_gzip = _takes_gzip(request)

    def make_content() -> list[bytes]:
        blocks = make_blocks(openmetrics=openmetrics)
        parts = list(parts_of(blocks))
        if not use_gzip:
            return parts
        is_small = sum(map(len, parts)) < _SMALL_BYTES
        return stream([piece(parts)] if is_small else [block.piece() for block in blocks])

    content = await run_in_threadpool(make_content)
    headers = _headers(OPENMETRICS_TYPE if openmetrics else TEXT_TYPE, use_gzip=use_gzip)
    headers["content-length"] = str(sum(map(len, content)))
    return StreamingResponse(_chunks(content), headers=headers)


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


async def html_response(request: Request, make_text: Callable[[], str]) -> Response:
    """Make the text in a thread."""
    use_gzip = _takes_gzip(request)

    def make_content() -> bytes:
        body = make_text().encode(errors=ON_SURROGATES)
        return gzip.compress(body, _GZIP_LEVEL, mtime=0) if use_gzip else body

    content = await run_in_threadpool(make_content)
    return Response(content, headers=_headers("text/html; charset=utf-8", use_gzip=use_gzip))


def _takes_gzip(request: Request) -> bool:
    return wants_gzip(request.headers.get("accept-encoding", ""))


def _headers(content_type: str, *, use_gzip: bool) -> dict[str, str]:
    headers = {"content-type": content_type, "vary": "Accept, Accept-Encoding"}
    return headers | {"content-encoding": "gzip"} if use_gzip else headers


async def _answer_unreadable(_request: Request, _error: Exception) -> Response:
    # What is wrong the store's health has logged, once for all who met it.
    return PlainTextResponse("the database cannot be read\n", status_code=503)


async def _answer_unknown(_request: Request, error: Exception) -> Response:
    # Starlette only sends us what we registered for.
    if not isinstance(error, NoSuchVendor):  # pragma: no cover
        raise error
    message = f"no vendor {error.slug!r} is configured; /sd lists the vendors there are\n"
    return PlainTextResponse(message, status_code=404)


async def _answer_refusal(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):  # pragma: no cover
        raise error
    return PlainTextResponse(
        f"{error.detail}\n", status_code=error.status_code, headers=error.headers
    )


ERROR_HANDLERS = {
    StoreError: _answer_unreadable,
    NoSuchVendor: _answer_unknown,
    HTTPException: _answer_refusal,
}
"""What answers an endpoint's exception."""


_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


class SecurityHeaders:
    """Adds to every answer that nobody may sniff, frame or run anything in it, nor keep it unless
    it says for how long. An answer may say itself, more strictly, what it loads.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers added."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "no-referrer"
                headers.setdefault("cache-control", "no-store")
                headers.setdefault("content-security-policy", _CSP)
            await send(message)

        await self._app(scope, receive, send_with_headers)
