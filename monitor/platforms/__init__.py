"""The status page platforms we read, one file or package each, named after the platform; no list is
edited.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Protocol, cast

from monitor.kit.hosts import host_signal, is_on
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps


class Platform(Protocol):
    """What a platform module provides; see `monitor.kit.protocol`.

    Optional: `MAX_BODY_MIB` overrides the limit; `HOSTS` are the platform's own hosts, see
    `monitor.kit.hosts`; `PROBE` is what to ask there to recognise a page whose root page shows too
    little, `probe` says it where it depends on the address, and `COMMON_PATHS` are asked for on any
    host. `LAST_RESORT` and `suggested_requests`: see `monitor.kit.protocol`.
    """

    __name__: str
    ABOUT: About
    detect: Callable[[Response], Iterable[Signal]]
    poll: Callable[[PageContext], Steps]
    backfill: Callable[[PageContext, datetime], Steps]


@cache
def names() -> tuple[str, ...]:
    """Return the names of all platforms, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def named(name: str) -> Platform:
    """Return the platform module. Raises KeyError when there is none of that name."""
    if name not in names():
        raise KeyError(name)
    return cast("Platform", importlib.import_module(f"{__name__}.{name}"))


def caveat(name: str | None) -> str:
    """Return a sentence on what a platform's pages under-report; "" when nothing is known or no
    platform is named.
    """
    return named(name).ABOUT.caveat if name in names() else ""


def hosts(name: str) -> tuple[str, ...]:
    """Return a platform's own hosts and domains, as `monitor.kit.hosts` reads them."""
    own: tuple[str, ...] = getattr(named(name), "HOSTS", ())
    return own


def signals(name: str, response: Response) -> list[Signal]:
    """Return the signs that an answer comes from a platform.

    That it came from one of the platform's hosts is a sign only beside another: what else lives
    there is no page of it.
    """
    signals = list(named(name).detect(response))
    if signals and all(signal.kind != "host" for signal in signals):
        own_host = host_signal(response, hosts(name))
        if own_host is not None:
            return [*signals, own_host]
    return signals


def probes_for(url: str) -> tuple[Get, ...]:
    """Return what the platforms that know the page's host would ask to recognise it; usually
    nothing.
    """
    probes: list[Get] = []
    for name in names():
        probes += probes_of(name, url)
    return tuple(probes)


def probes_of(name: str, url: str) -> tuple[Get, ...]:
    """Return what one platform would ask to recognise the page at an address; usually nothing."""
    platform = named(name)
    probe = getattr(platform, "probe", None)
    if probe is not None:
        return tuple(probe(url))
    always: Get | None = getattr(platform, "PROBE", None)
    return (always,) if always is not None and is_on(url, hosts(name)) else ()


@cache
def tenant_domains() -> frozenset[str]:
    """Return the domains, without a leading dot, under which every name is a customer's page."""
    domains: set[str] = set()
    for name in names():
        domains.update(host[1:] for host in hosts(name) if host.startswith("."))
    return frozenset(domains)


def is_last_resort(name: str) -> bool:
    """Whether a platform reads what belongs to no platform, and is chosen only when no other shows
    any sign.
    """
    return bool(getattr(named(name), "LAST_RESORT", False))


def follow_ups(response: Response) -> tuple[Get, ...]:
    """Return what an answer suggests to the platforms of last resort to ask next."""
    requests: list[Get] = []
    for name in names():
        suggest = getattr(named(name), "suggested_requests", None)
        requests += suggest(response) if suggest is not None else ()
    return tuple(requests)


def anywhere(name: str) -> tuple[str, ...]:
    """Return the paths a platform's pages answer on any host, to be asked for when nothing else has
    told enough.
    """
    paths: tuple[str, ...] = getattr(named(name), "COMMON_PATHS", ())
    return paths
