"""Which addresses may be connected to, checked at the moment of connecting.

A check before the request could be answered differently by the next DNS query, so the name is
resolved once, every address is checked, and the connection goes to a checked address. TLS still
verifies, and the Host header still names, the host that was asked.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from itertools import chain, zip_longest

import httpcore

from monitor.errors import ForbiddenAddress
from monitor.model import without_none

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host, preferred first. Raises OSError when there are none."""


class Reach(StrEnum):
    """Where a connection may lead: to the public internet, to private networks too, or anywhere at
    all.
    """

    PUBLIC = "public"
    PRIVATE = "private"
    ANY = "any"


PUBLIC_IPV6 = IPv6Network("2000::/3")
"""The only part of IPv6 that holds public addresses."""

NOT_PUBLIC = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.0.2.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv4Network("224.0.0.0/4"),
    IPv4Network("240.0.0.0/4"),
)
NOT_PUBLIC_IPV6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "3fff::/20"))
"""Private, shared, local, reserved, multicast, for documentation, benchmarks or tunnels. The list
is ours: what Python calls global changes from one version to the next.
Sources: https://www.iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry
"""

METADATA = frozenset(
    ip_address(text)
    for text in (
        "168.63.129.16",
        "192.0.0.192",
        "100.100.100.200",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fd00:42::42",
    )
)
"""Where clouds answer a machine's questions about itself, besides 169.254.0.0/16: Azure, Oracle,
Alibaba, AWS, Google, Scaleway. A page has no business there, however it names them."""

LINK_LOCAL = (IPv4Network("169.254.0.0/16"), IPv6Network("fe80::/10"))
NAT64 = IPv6Network("64:ff9b::/96")
ISATAP = (0x00005EFE, 0x02005EFE)
"""The upper half of an interface identifier whose lower half is an IPv4 address (RFC 5214)."""

ATTEMPT_DELAY = 0.25
"""How many seconds after one attempt to connect the next address is tried beside it (RFC 8305,
section 5)."""

MOST_ADDRESSES = 64


async def resolve(host: str, port: int) -> list[str]:
    """Return the host's addresses in the system's order of preference. Raises OSError when it has
    none.
    """
    entries = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def is_forbidden(address: str, reach: Reach = Reach.PUBLIC) -> bool:
    """Whether this lies beyond the reach. Private networks do not include link-local and metadata
    addresses.

    An IPv6 address that stands for an IPv4 address (mapped, NAT64) is judged by that, one that
    leads to it through a tunnel (6to4, ISATAP) by both. Anything that is not an address is
    forbidden.
    """
    try:
        stood_for = _stood_for(ip_address(address))
    except ValueError:
        return True
    if reach is Reach.ANY:
        return False
    ends = [stood_for, *_tunnel_ends(stood_for)]
    if any(map(_is_local, ends)):
        return True
    return reach is Reach.PUBLIC and not all(map(_is_public, ends))


def _is_local(address: IPv4Address | IPv6Address) -> bool:
    """Whether this is an address of the link, or one under which a cloud answers its machines."""
    return address in METADATA or any(address in network for network in LINK_LOCAL)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC)
    return address in PUBLIC_IPV6 and not any(address in network for network in NOT_PUBLIC_IPV6)


def _stood_for(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    return _last(address) if address in NAT64 else address.ipv4_mapped or address


def _tunnel_ends(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """Return the other end of the tunnel that an IPv6 address leads into, if it does."""
    if isinstance(address, IPv4Address):
        return []
    if (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
        return [_last(address)]
    return [address.sixtofour] if address.sixtofour is not None else []


def _last(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)


def interleave(addresses: Iterable[str]) -> list[str]:
    """Return the addresses with the families in turn, beginning with the first one's (RFC 8305,
    section 4).
    """
    families: dict[bool, list[str]] = {}
    for address in addresses:
        families.setdefault(":" in address, []).append(address)
    turns = zip_longest(*families.values())
    return without_none(chain.from_iterable(turns))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections only to addresses within the reach.

    All addresses are tried, the families in turn, each a quarter of a second after the one before
    or as soon as that fails; the first that answers is taken (Happy Eyeballs, RFC 8305). Raises
    ForbiddenAddress when any of the host's addresses is forbidden: a name that also points inside
    is not to be trusted with the rest.
    """

    def __init__(self, *, reach: Reach, resolver: Resolver | None = None) -> None:
        self._reach = reach
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
        addresses = await self._resolve_checked(host, port, deadline - clock())

        async def connect(address: str) -> httpcore.AsyncNetworkStream:
            seconds = max(deadline - clock(), 0.001)
            return await self._backend.connect_tcp(
                address, port, seconds, local_address, socket_options
            )

        return await _first(connect, interleave(addresses)[:MOST_ADDRESSES])

    async def check(self, host: str, port: int, seconds: float) -> None:
        """Check a host that a proxy is to be asked for. One that has no address here is left to the
        proxy, which may know it. Raises ForbiddenAddress.
        """
        try:
            await self._resolve_checked(host, port, seconds)
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            return

    async def sleep(self, seconds: float) -> None:
        """Pause, as httpcore asks for between its own retries."""
        await asyncio.sleep(seconds)

    async def _resolve_checked(self, host: str, port: int, seconds: float) -> Sequence[str]:
        try:
            async with asyncio.timeout(seconds):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from error
        for address in addresses:
            if is_forbidden(address, self._reach):
                raise ForbiddenAddress(f"{host} resolves to {address}, {_WHY[self._reach]}")
        return addresses


_WHY = {
    Reach.PUBLIC: "which is not a global address",
    Reach.PRIVATE: (
        "which is an address of the link or of a cloud's metadata, and not the page's own host"
    ),
    Reach.ANY: "which is no address",
}


async def _first(
    connect: Callable[[str], Awaitable[httpcore.AsyncNetworkStream]], addresses: Sequence[str]
) -> httpcore.AsyncNetworkStream:
    """Return the first connection that stands; the others are given up. Raises the last failure
    when none does.
    """
    waiting, trying = deque(addresses), set[asyncio.Task[httpcore.AsyncNetworkStream]]()
    failure: BaseException = httpcore.ConnectError("there is no address")
    try:
        while waiting or trying:
            if waiting:
                trying.add(asyncio.ensure_future(connect(waiting.popleft())))
            delay = ATTEMPT_DELAY if waiting else None
            tasks, _ = await asyncio.wait(
                trying, timeout=delay, return_when=asyncio.FIRST_COMPLETED
            )
            for task in tasks:
                trying.discard(task)
                error = task.exception()
                if error is None:
                    return task.result()
                failure = error
                if not isinstance(failure, (httpcore.ConnectError, httpcore.ConnectTimeout)):
                    raise failure
    finally:
        await _give_up(trying)
    raise failure


async def _give_up(trying: Iterable[asyncio.Task[httpcore.AsyncNetworkStream]]) -> None:
    for task in trying:
        task.cancel()
    for result in await asyncio.gather(*trying, return_exceptions=True):
        if not isinstance(result, BaseException):
            await result.aclose()
