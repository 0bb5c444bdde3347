"""Ask the network: one GET, with its redirects, within its limits, as politely as agreed."""

import asyncio
import random
import ssl
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self, cast
from urllib.parse import urldefrag, urljoin

import httpcore
import httpx
from h2.errors import ErrorCodes

from monitor.errors import (
    BadStatus,
    ConnectFailed,
    FetchError,
    Overloaded,
    Throttled,
    TimedOut,
    TooManyRedirects,
)
from monitor.fetch.base import FetchResult, Limits, Validators, http_date, parse_retry_after, settle
from monitor.fetch.body import ACCEPT_ENCODING, Body, sniff_encoding
from monitor.fetch.guard import Reach, Resolver
from monitor.fetch.lateness import OUR_SHARE, Lateness
from monitor.fetch.politeness import (
    PACES,
    PER_PROVIDER,
    Clock,
    Lane,
    Pace,
    Politeness,
    Sleep,
    Slots,
)
from monitor.fetch.routes import Route, direct, trust
from monitor.fetch.transport import HostTransport
from monitor.kit.protocol import Response

REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({420, 429})
RETRY_SECONDS = 0.2

CONNECT_ERRORS = (httpcore.ConnectError, httpx.ConnectError)
BROKEN = (
    httpcore.RemoteProtocolError,
    httpcore.ReadError,
    httpcore.WriteError,
    httpx.RemoteProtocolError,
    httpx.ReadError,
    httpx.WriteError,
)
TIMEOUTS = (httpcore.TimeoutException, httpx.TimeoutException)
CONNECT_TIMEOUTS = (httpcore.ConnectTimeout, httpx.ConnectTimeout)
REFUSALS = (*CONNECT_ERRORS, httpcore.ProxyError, httpx.ProxyError)
CHECK_URL = "correct the address"
CHECK_NETWORK = "check the address and your own network"
WAIT_AND_SEE = "nothing to do unless it persists"

TransportKey = tuple[str, int | None, Reach]


class TransportFactory(Protocol):
    """Makes the transport of one host. It is asked again for pages that may lie elsewhere."""

    def __call__(self, *, reach: Reach, proxy: str | None) -> httpx.AsyncBaseTransport: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class _Hop:
    """What one request of a `get` answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    wire_bytes: int


class Fetcher:
    """Answers GETs from the network. An async context manager; leaving it closes all connections.

    At most `concurrency` requests run at once, `per_provider` of them for one provider, and half as
    many beside them that give way; `per_host` for one host in all, and a host's requests start at
    least `spacing_seconds` apart; `paces` has hosts with rules of their own. A host that answers
    420, 429, or 503 with Retry-After rests for all its pages: short rests are waited for, longer
    ones raise Throttled at once. Nothing is retried but a connection that could not be made, or
    that an earlier request had left open and that broke before the answer began, and what an HTTP/2
    server refused unread: once, after 0.2 s.

    Connections unused for `idle_seconds`, and those of the longest unused hosts beyond
    `idle_hosts`, are closed. `route` says which proxy a host is asked through; without it none is
    used. `ssl_context` is what TLS trusts. `lateness` is watched while the fetcher is open; without
    one every time limit is the host's.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        concurrency: int = 32,
        per_host: int = 2,
        spacing_seconds: float = 0.2,
        per_provider: int = PER_PROVIDER,
        paces: Mapping[str, Pace] = PACES,
        route: Route = direct,
        ssl_context: ssl.SSLContext | None = None,
        idle_hosts: int = 256,
        idle_seconds: float = 150.0,
        transport_factory: TransportFactory | None = None,
        resolver: Resolver | None = None,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        lateness: Lateness | None = None,
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": ACCEPT_ENCODING}
        self._pace = Pace(concurrency=per_host, spacing_seconds=spacing_seconds)
        self._paces = paces
        self._route = route
        self._ssl_context = ssl_context
        self._idle_hosts = idle_hosts
        self._idle_seconds = idle_seconds
        self._make_transport = transport_factory or self._host_transport
        self._resolver = resolver
        self._sleep = sleep
        self._clock = clock
        self._wall_clock = wall_clock
        self._lateness = lateness
        self._watch: asyncio.Task[None] | None = None
        self._lanes: OrderedDict[str, Lane] = OrderedDict()
        self._transports: dict[str, dict[TransportKey, httpx.AsyncBaseTransport]] = {}
        self._politeness = Politeness(
            concurrency=concurrency,
            per_provider=per_provider,
            clock=clock,
            sleep=sleep,
            jitter=jitter,
        )

    async def __aenter__(self) -> Self:
        if self._lateness is not None:
            self._watch = asyncio.create_task(self._lateness.watch(), name="lateness")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        for host in list(self._lanes):
            await self._forget(host)

    async def get(
        self,
        url: str,
        *,
        accept: str,
        limits: Limits,
        validators: Validators | None = None,
        provider: str | None = None,
    ) -> FetchResult:
        """Return the answer to one GET, whatever its status; see `Fetches.get`.

        Raises ConnectFailed, TimedOut, TooLarge, ForbiddenAddress, TooManyRedirects, Throttled,
        BadStatus for a 304 that was not asked for, and FetchError for everything else that breaks;
        Overloaded for a time limit that was reached while this process stood still. All carry the
        URL and a remedy.
        """
        await self._trim()
        spent = took = 0.0
        first = here = url.partition("#")[0]
        passed: tuple[str, ...] = ()
        for _ in range(limits.max_redirects + 1):
            headers = self._request_headers(accept, validators if here == first else None)
            try:
                target = _parsed(here)
                headers |= _own_headers(limits, target, first)
                async with self._politeness.turn(
                    target.host, self._lane(target.host), provider, gives_way=limits.gives_way
                ):
                    started = self._clock()
                    try:
                        hop = await self._within(limits, spent, target, headers)
                    except TimedOut as error:
                        self._require_own_time(error, started)
                        raise
                    finally:
                        ended = self._clock()
                        spent += ended - started
                        took += max(0.0, ended - started - self._stood_still(started, ended))
                    self._heed(hop, target.host, url)
            except FetchError as error:
                error.url, error.elapsed_seconds = url, took
                raise
            except Overloaded as error:
                error.url = url
                raise
            location = hop.headers.get("location")
            if hop.status not in REDIRECTS or not location:
                return _fetched(url, (*passed, here), hop, validators, took)
            passed = (*passed, here)
            here = _follow(here, location, url, limits)
        raise TooManyRedirects(
            f"more than {limits.max_redirects} redirects, the last to {here}", url=url
        )

    # ------------------------------------------------------------------------------------------ one
    # request

    def _stood_still(self, start: float, end: float) -> float:
        return 0.0 if self._lateness is None else self._lateness.within(start, end)

    def _require_own_time(self, error: TimedOut, started: float) -> None:
        """Raise Overloaded when we stood still for too much of the time that the host was given."""
        now = self._clock()
        stood = self._stood_still(started, now)
        if stood >= OUR_SHARE * (now - started) > 0:
            message = (
                f"our own process stood still for {stood:.1f} of {now - started:.1f} s:"
                f" {error.message}"
            )
            raise Overloaded(message) from error

    async def _within(
        self, limits: Limits, spent: float, target: httpx.URL, headers: dict[str, str]
    ) -> _Hop:
        """Do one request in what is left of the total time."""
        try:
            async with asyncio.timeout(max(limits.timeout_seconds - spent, 0.0)):
                return await self._hop(limits, target, headers)
        except TimeoutError as error:
            raise TimedOut(f"not finished within {limits.timeout_seconds:g} s") from error

    async def _hop(self, limits: Limits, target: httpx.URL, headers: dict[str, str]) -> _Hop:
        response = await self._send(limits, target, headers)
        try:
            return await _read(response, limits, str(target))
        finally:
            await response.aclose()

    async def _send(
        self, limits: Limits, target: httpx.URL, headers: dict[str, str]
    ) -> httpx.Response:
        request = httpx.Request(
            "GET", target, headers=headers, extensions={"timeout": _timeouts(limits)}
        )
        transport, reused = self._transport(target, _reach(limits, target.host))
        try:
            return await transport.handle_async_request(request)
        except (*CONNECT_ERRORS, *BROKEN) as error:
            if not (reused or isinstance(error, CONNECT_ERRORS) or _was_refused(error)):
                raise _translated(error, limits) from error
        except Exception as error:
            raise _translated(error, limits) from error
        await self._sleep(RETRY_SECONDS)
        try:
            return await transport.handle_async_request(request)
        except Exception as error:
            raise _translated(error, limits) from error

    def _request_headers(self, accept: str, known: Validators | None) -> dict[str, str]:
        headers = {**self._headers, "Accept": accept}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        return headers

    def _heed(self, hop: _Hop, host: str, url: str) -> None:
        """Raise Throttled when the host asked us to wait, and remember it."""
        asked = hop.headers.get("retry-after")
        if hop.status not in BUSY and not (hop.status == HTTPStatus.SERVICE_UNAVAILABLE and asked):
            return
        now = http_date(hop.headers.get("date")) or datetime.fromtimestamp(self._wall_clock(), UTC)
        wait = parse_retry_after(asked, now=now)
        if hop.status not in BUSY and wait is None:
            return
        self._politeness.throttle(host, wait)
        said = "without saying how long" if wait is None else f"{wait.total_seconds():.0f} s"
        raise Throttled(
            f"status {hop.status}: {host} asks us to wait {said}", retry_after=wait, url=url
        )

    # ------------------------------------------------------------------------------------- hosts
    # and transports

    def _lane(self, host: str) -> Lane:
        lane = self._lanes.get(host)
        if lane is None:
            pace = self._paces.get(host, self._pace)
            lane = self._lanes[host] = Lane(pace, Slots(pace.concurrency))
        else:
            self._lanes.move_to_end(host)
        return lane

    def _transport(self, target: httpx.URL, reach: Reach) -> tuple[httpx.AsyncBaseTransport, bool]:
        """Return the transport for this target, and whether an earlier request may have left a
        connection open.
        """
        # A connection that was allowed to a private address must not serve a page that may not go
        # there.
        key = (target.scheme, target.port, reach)
        transports = self._transports.setdefault(target.host, {})
        reused = key in transports
        if not reused:
            transports[key] = self._make_transport(
                reach=reach, proxy=self._route(target.scheme, target.host, target.port)
            )
        return transports[key], reused

    def _host_transport(self, *, reach: Reach, proxy: str | None) -> httpx.AsyncBaseTransport:
        if self._ssl_context is None:
            self._ssl_context = trust()
        return HostTransport(
            ssl_context=self._ssl_context,
            keep_seconds=self._idle_seconds,
            reach=reach,
            resolver=self._resolver,
            proxy=proxy,
        )

    async def _trim(self) -> None:
        """Close what has been idle for long, the longest idle host first."""
        while self._lanes:
            host, lane = next(iter(self._lanes.items()))
            aged = self._clock() - lane.used_at > self._idle_seconds
            if lane.users or not (aged or len(self._lanes) > self._idle_hosts):
                return
            await self._forget(host)

    async def _forget(self, host: str) -> None:
        self._lanes.pop(host, None)
        for transport in self._transports.pop(host, {}).values():
            await transport.aclose()


async def _read(response: httpx.Response, limits: Limits, url: str) -> _Hop:
    """Read an answer's body within its limit. Answers whose body says nothing to us are not
    read.
    """
    headers = dict(response.headers.items())
    status = response.status_code
    if status in BUSY or (status in REDIRECTS and "location" in headers):
        return _Hop(status, headers, b"", 0)
    # A 304 may carry the headers of the body it stands for; it is read to its end only to keep the
    # connection.
    declared = {} if status == HTTPStatus.NOT_MODIFIED else headers
    body = Body(declared.get("content-encoding", ""), max_bytes=limits.max_body_bytes, url=url)
    body.refuse_declared(declared.get("content-length"))
    chunks = aiter(cast("AsyncIterator[bytes]", response.stream))
    while (chunk := await _next(chunks, limits)) is not None:
        body.feed(chunk)
    return _Hop(status, headers, body.finish(), body.wire_bytes)


async def _next(chunks: AsyncIterator[bytes], limits: Limits) -> bytes | None:
    try:
        return await anext(chunks, None)
    except Exception as error:
        raise _translated(error, limits) from error


def _fetched(
    url: str, chain: tuple[str, ...], hop: _Hop, known: Validators | None, seconds: float
) -> FetchResult:
    *redirects, final_url = chain
    redirected = final_url != url.partition("#")[0]
    if hop.status == HTTPStatus.NOT_MODIFIED and (
        redirected or not (known and (known.etag or known.last_modified))
    ):
        raise BadStatus(
            "status 304, though nothing conditional was asked",
            status=304,
            url=url,
            remedy=WAIT_AND_SEE,
        )
    response = Response(
        url=url,
        final_url=final_url,
        redirects=tuple(redirects),
        status=hop.status,
        headers=hop.headers,
        body=hop.body,
        text_encoding=sniff_encoding(hop.body, hop.headers.get("content-type", "")),
    )
    response, validators = settle(response, known)
    return FetchResult(
        response=response, validators=validators, elapsed_seconds=seconds, wire_bytes=hop.wire_bytes
    )


def _follow(here: str, location: str, url: str, limits: Limits) -> str:
    """Return where a redirect leads. Raises TooManyRedirects when it must not be followed there."""
    try:
        there = urldefrag(urljoin(here, location)).url
    except ValueError as error:
        raise TooManyRedirects(f"redirected to {location!r}, which is no URL", url=url) from error
    scheme = there.partition(":")[0].lower()
    if scheme not in ("http", "https"):
        raise TooManyRedirects(f"redirected to {there}, which is not http or https", url=url)
    if scheme == "http" and here.lower().startswith("https:") and not limits.allow_private:
        raise TooManyRedirects(f"redirected from https to {there}", url=url)
    return there


@lru_cache(maxsize=4096)
def _parsed(here: str) -> httpx.URL:
    """Return the URL to ask. Raises FetchError when it is none, or not http or https."""
    try:
        target = httpx.URL(here)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError(f"not a URL: {error}", url=here, remedy=CHECK_URL) from error
    if target.scheme not in ("http", "https") or not target.host:
        raise FetchError("not an http or https URL", url=here, remedy=CHECK_URL)
    return target


def _own_headers(limits: Limits, target: httpx.URL, first: str) -> dict[str, str]:
    """Return the headers of the page's settings, for its own host and for as safe a connection as
    was asked for.
    """
    safe = target.scheme == "https" or not first.lower().startswith("https:")
    return dict(limits.headers) if target.host == limits.own_host and safe else {}


def _was_refused(error: Exception) -> bool:
    """Whether an HTTP/2 server says that it has not begun with the request (RFC 9113, section
    8.7).
    """
    return any(
        getattr(each, "error_code", None) == ErrorCodes.REFUSED_STREAM for each in error.args
    )


def _reach(limits: Limits, host: str) -> Reach:
    if not limits.allow_private:
        return Reach.PUBLIC
    return Reach.ANY if host == limits.own_host else Reach.PRIVATE


def _timeouts(limits: Limits) -> dict[str, float]:
    stall = limits.timeout_seconds / 2
    return {
        "connect": limits.connect_seconds,
        "read": stall,
        "write": stall,
        "pool": limits.timeout_seconds,
    }


def _translated(error: Exception, limits: Limits) -> FetchError:
    """Return our error for one of the many that httpcore, h2, h11, anyio and ssl let through."""
    what = str(error) or type(error).__name__
    if isinstance(error, FetchError):
        return error
    if isinstance(error, CONNECT_TIMEOUTS):
        return TimedOut(f"no connection within {limits.connect_seconds:g} s", remedy=CHECK_NETWORK)
    if isinstance(error, TIMEOUTS):
        return TimedOut(f"no answer for {limits.timeout_seconds / 2:g} s")
    if isinstance(error, REFUSALS):
        return ConnectFailed(f"cannot connect: {what}")
    return FetchError(f"the connection broke: {what}", remedy=WAIT_AND_SEE)
