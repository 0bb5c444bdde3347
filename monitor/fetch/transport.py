"""One connection pool per host.

A pool shared by many hosts walks all its connections for every request: with httpx 0.28 and
httpcore 1.0 a small answer costs 14 ms of CPU at 200 hosts, and more with each further host. A pool
per origin stays flat, so each origin has its own, and `handle_async_request` is called on it
directly: `httpx.AsyncClient` would add cookies, environment proxies and its own redirects, none of
which are wanted here. Pools are built on httpcore, because httpx offers no public way to give its
transport a network backend, which is where the guard sits.
"""

import ssl
from collections.abc import AsyncIterator
from typing import Protocol, cast

import httpcore
import httpx

from monitor.fetch.guard import GuardedBackend, Reach, Resolver

RESOLVE_SECONDS = 2.0
"""How long a name is looked up here that a proxy is asked for."""

_PORTS = {"http": 80, "https": 443}


class _Closable(Protocol):
    def __aiter__(self) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...


class _Stream(httpx.AsyncByteStream):
    """A body as httpcore streams it, without a layer of its own."""

    def __init__(self, stream: _Closable) -> None:
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    async def aclose(self) -> None:
        await self._stream.aclose()


class HostTransport(httpx.AsyncBaseTransport):
    """The connections to one host. HTTP/2 where TLS offers it, HTTP/1.1 otherwise; the environment
    is not read.

    A connection is kept for `keep_seconds` without use; one that the host closed meanwhile is not
    used again. With `proxy` (a URL, http or https) the proxy resolves the names; those that we can
    resolve too are checked first, as without it. Raises httpcore's exceptions and ForbiddenAddress.
    """

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext,
        keep_seconds: float,
        reach: Reach = Reach.PUBLIC,
        resolver: Resolver | None = None,
        proxy: str | None = None,
    ) -> None:
        self._guard = GuardedBackend(reach=reach, resolver=resolver)
        self._is_proxied = proxy is not None
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context,
            proxy=_proxy(proxy) if proxy else None,
            keepalive_expiry=keep_seconds,
            http2=True,
            network_backend=GuardedBackend(reach=Reach.ANY) if proxy else self._guard,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return the answer with its body unread."""
        url = request.url
        if self._is_proxied:
            await self._guard.check(url.host, url.port or _PORTS[url.scheme], RESOLVE_SECONDS)
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        stream = _Stream(cast("_Closable", answer.stream))
        return httpx.Response(
            answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


def _proxy(url: str) -> httpcore.Proxy:
    proxy = httpx.Proxy(url)
    return httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth)
