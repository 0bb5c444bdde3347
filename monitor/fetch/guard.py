"""Which addresses may be connected to, checked at the moment of connecting.

A check before the request could be answered differently by the next DNS query, so the name is resolved once, every
address is checked, and the connection goes to a checked address. TLS still verifies, and the Host header still names,
the host that was asked.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpcore

from monitor.errors import ForbiddenAddress

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host, preferred first. Raises OSError when there are none."""

NAT64 = IPv6Network("64:ff9b::/96")

PLATFORM_ADDRESSES = frozenset({IPv4Address("168.63.129.16")})
"""Global by number, but answered by the cloud's own host.
Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""

ATTEMPTS = 4


async def resolve(host: str, port: int) -> list[str]:
    """Return the host's addresses in the system's order of preference. Raises OSError when it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_forbidden(address: str) -> bool:
    """Whether this is no global unicast address: loopback, private, shared, link-local, metadata, multicast, ...

    IPv6 addresses that carry an IPv4 address (mapped, 6to4, NAT64) are judged by it. Anything that is not an address
    is forbidden.
    """
    try:
        parsed = _carried(ip_address(address))
    except ValueError:
        return True
    if isinstance(parsed, IPv6Address) and parsed.is_site_local:
        return True
    unusual = parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified
    return unusual or not parsed.is_global or parsed in PLATFORM_ADDRESSES


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections only to addresses that may be connected to; `allow_private` lets it connect to all.

    The addresses are tried in order, each with its share of the remaining time. Raises ForbiddenAddress when any of
    the host's addresses is forbidden: a name that also points inside is not to be trusted with the rest.
    """

    def __init__(self, *, allow_private: bool, resolver: Resolver | None = None) -> None:
        self._allow_private = allow_private
        self._resolve = resolver or resolve
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check and connect. Raises httpcore's errors and ForbiddenAddress."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + (timeout or 60.0)
        addresses = (await self._checked(host, port, deadline - clock()))[:ATTEMPTS]
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share = max(deadline - clock(), 0.001) / min(left, 2)
            try:
                return await self._backend.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Pause, as httpcore asks for between its own retries."""
        await asyncio.sleep(seconds)

    async def _checked(self, host: str, port: int, seconds: float) -> Sequence[str]:
        try:
            async with asyncio.timeout(seconds):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from error
        if not self._allow_private:
            for address in addresses:
                if is_forbidden(address):
                    raise ForbiddenAddress(f"{host} resolves to {address}, which is not a global address")
        return addresses
