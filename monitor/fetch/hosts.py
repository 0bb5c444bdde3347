"""The hosts that are asked: each one's queue and connections, and which are closed as unused."""

import ssl
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from monitor.fetch.exchange import Connection
from monitor.fetch.guard import Reach, Resolver
from monitor.fetch.politeness import Clock, Lane, Pace, Slots
from monitor.fetch.routes import Route, trust
from monitor.fetch.transport import HostTransport

TransportKey = tuple[str, int | None, Reach]


class TransportFactory(Protocol):
    """Makes the transport of one host. It is asked again for pages that may lie elsewhere."""

    def __call__(self, *, reach: Reach, proxy: str | None) -> httpx.AsyncBaseTransport:
        """Return a transport that goes no further than this, through this proxy."""
        ...


@dataclass(slots=True, kw_only=True)
class Hosts:
    """Queues and connections by host. `pace` is every host's that `paces` does not name; see
    `Fetcher` for the rest.
    """

    pace: Pace
    paces: Mapping[str, Pace]
    route: Route
    most_idle: int
    idle_seconds: float
    make_transport: TransportFactory
    clock: Clock
    _lanes: OrderedDict[str, Lane] = field(default_factory=OrderedDict)
    _transports: dict[str, dict[TransportKey, httpx.AsyncBaseTransport]] = field(
        default_factory=dict
    )

    def lane(self, host: str) -> Lane:
        """Return a host's queue."""
        lane = self._lanes.get(host)
        if lane is None:
            pace = self.paces.get(host, self.pace)
            lane = self._lanes[host] = Lane(pace, Slots(pace.concurrency))
        else:
            self._lanes.move_to_end(host)
        return lane

    def connection(self, target: httpx.URL, reach: Reach) -> Connection:
        """Return the connection to this target."""
        # A connection that was allowed to a private address must not serve a page that may not go
        # there.
        key = (target.scheme, target.port, reach)
        transports = self._transports.setdefault(target.host, {})
        is_reused = key in transports
        if not is_reused:
            proxy = self.route(target.scheme, target.host, target.port)
            transports[key] = self.make_transport(reach=reach, proxy=proxy)
        return Connection(transports[key], is_reused)

    async def trim(self) -> None:
        """Close what has been idle for long, the longest idle host first."""
        while self._lanes:
            host, lane = next(iter(self._lanes.items()))
            is_old = self.clock() - lane.used_at > self.idle_seconds
            if lane.users or not (is_old or len(self._lanes) > self.most_idle):
                return
            await self._close_host(host)

    async def close(self) -> None:
        """Close all connections."""
        for host in list(self._lanes):
            await self._close_host(host)

    async def _close_host(self, host: str) -> None:
        self._lanes.pop(host, None)
        for transport in self._transports.pop(host, {}).values():
            await transport.aclose()


def host_transports(
    ssl_context: ssl.SSLContext | None, keep_seconds: float, resolver: Resolver | None
) -> TransportFactory:
    """Return what makes transports that trust what `ssl_context` does, None = the usual
    authorities.
    """

    def make(*, reach: Reach, proxy: str | None) -> httpx.AsyncBaseTransport:
        nonlocal ssl_context
        if ssl_context is None:
            ssl_context = trust()  # only now: it reads files, and takes 20 ms
        return HostTransport(
            ssl_context=ssl_context,
            keep_seconds=keep_seconds,
            reach=reach,
            resolver=resolver,
            proxy=proxy,
        )

    return make
