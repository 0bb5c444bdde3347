"""One request and its answer: sent, read within its limits, and our errors for what breaks."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

import httpcore
import httpx
from h2.errors import ErrorCodes

from monitor.errors import ConnectFailed, FetchError, TimedOut
from monitor.fetch.base import Limits
from monitor.fetch.body import Body
from monitor.fetch.politeness import Sleep

REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({420, 429})
RETRY_SECONDS = 0.2
WAIT_AND_SEE = "nothing to do unless it persists"

_CONNECT_ERRORS = (httpcore.ConnectError, httpx.ConnectError)
_BROKEN = (
    httpcore.RemoteProtocolError,
    httpcore.ReadError,
    httpcore.WriteError,
    httpx.RemoteProtocolError,
    httpx.ReadError,
    httpx.WriteError,
)
_TIMEOUTS = (httpcore.TimeoutException, httpx.TimeoutException)
_CONNECT_TIMEOUTS = (httpcore.ConnectTimeout, httpx.ConnectTimeout)
_REFUSALS = (*_CONNECT_ERRORS, httpcore.ProxyError, httpx.ProxyError)
_CHECK_NETWORK = "check the address and your own network"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request was answered, redirects not followed. `wire_bytes` are the body's as
    sent.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    wire_bytes: int


@dataclass(frozen=True, slots=True)
class Connection:
    """A host's transport; `is_reused`: an earlier request may have left a connection open."""

    transport: httpx.AsyncBaseTransport
    is_reused: bool


async def exchange(
    connection: Connection,
    target: httpx.URL,
    headers: Mapping[str, str],
    limits: Limits,
    *,
    seconds: float,
    sleep: Sleep,
) -> Answer:
    """Return the answer to one GET that arrives within these seconds.

    A connection that could not be made is tried once more after 0.2 s, and so is one that an
    earlier request had left open and that broke before the answer began, and what an HTTP/2 server
    refused unread. Raises FetchError.
    """
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            response = await _send(connection, target, headers, limits, sleep)
            try:
                return await _read(response, limits, str(target))
            finally:
                await response.aclose()
    except TimeoutError as error:
        message = f"not finished in {limits.timeout_seconds:g} s"
        raise TimedOut(message, remedy=_raise_limit(limits)) from error


async def _send(
    connection: Connection,
    target: httpx.URL,
    headers: Mapping[str, str],
    limits: Limits,
    sleep: Sleep,
) -> httpx.Response:
    stall = limits.timeout_seconds / 2
    timeouts = {
        "connect": limits.connect_seconds,
        "read": stall,
        "write": stall,
        "pool": limits.timeout_seconds,
    }
    request = httpx.Request("GET", target, headers=headers, extensions={"timeout": timeouts})
    try:
        return await connection.transport.handle_async_request(request)
    except Exception as error:
        if not _may_be_repeated(error, connection):
            raise _as_fetch_error(error, limits) from error
    await sleep(RETRY_SECONDS)
    try:
        return await connection.transport.handle_async_request(request)
    except Exception as error:
        raise _as_fetch_error(error, limits) from error


def _may_be_repeated(error: Exception, connection: Connection) -> bool:
    if isinstance(error, _CONNECT_ERRORS):
        return True
    return isinstance(error, _BROKEN) and (connection.is_reused or _was_refused(error))


def _was_refused(error: Exception) -> bool:
    """Whether an HTTP/2 server says that it has not begun with the request (RFC 9113, section
    8.7).
    """
    codes = (getattr(arg, "error_code", None) for arg in error.args)
    return ErrorCodes.REFUSED_STREAM in codes


async def _read(response: httpx.Response, limits: Limits, url: str) -> Answer:
    """Read an answer's body within its limit. Answers whose body says nothing to us are not
    read.
    """
    headers = dict(response.headers.items())
    status = response.status_code
    if status in BUSY or (status in REDIRECTS and "location" in headers):
        return Answer(status, headers, b"", 0)
    # A 304 may carry the headers of the body it stands for; it is read to its end only to keep the
    # connection.
    of_body = {} if status == HTTPStatus.NOT_MODIFIED else headers
    body = Body(of_body.get("content-encoding", ""), max_bytes=limits.max_body_bytes, url=url)
    body.refuse_length(of_body.get("content-length"))
    chunks = aiter(cast("AsyncIterator[bytes]", response.stream))
    while (chunk := await _next(chunks, limits)) is not None:
        body.feed(chunk)
    return Answer(status, headers, body.finish(), body.wire_bytes)


async def _next(chunks: AsyncIterator[bytes], limits: Limits) -> bytes | None:
    try:
        return await anext(chunks, None)
    except Exception as error:
        raise _as_fetch_error(error, limits) from error


def _raise_limit(limits: Limits) -> str:
    """Return what to do about a page that may be slow: twice the time, at most what is allowed."""
    seconds = min(2 * limits.timeout_seconds, _MOST_SECONDS)
    return f"if this page is always slow, set `timeout: {seconds:g}s`"


_MOST_SECONDS = 600
"""The most that the setting `timeout` may be."""


def _as_fetch_error(error: Exception, limits: Limits) -> FetchError:
    """Return our error for one of the many that httpcore, h2, h11, anyio and ssl let through."""
    what = str(error) or type(error).__name__
    if isinstance(error, FetchError):
        return error
    if isinstance(error, _CONNECT_TIMEOUTS):
        return TimedOut(f"no connection within {limits.connect_seconds:g} s", remedy=_CHECK_NETWORK)
    if isinstance(error, _TIMEOUTS):
        message = f"no answer in {limits.timeout_seconds / 2:g} s"
        return TimedOut(message, remedy=_raise_limit(limits))
    if isinstance(error, _REFUSALS):
        return ConnectFailed(f"cannot connect: {what}")
    return FetchError(f"the connection broke: {what}", remedy=WAIT_AND_SEE)
