"""The status page platforms we read, one file or package each, named after the platform; no list is
edited.
"""

import importlib
import pkgutil
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Protocol, cast

from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps


class Platform(Protocol):
    """What a platform module provides; see `monitor.kit.protocol`.

    Optional: `MAX_BODY_MIB` overrides the limit; `probe` and `COMMON_PATHS` say what to ask to
    recognise a page where the root page and the common summary address show too little.
    `LAST_RESORT` and `suggested_requests`: see `monitor.kit.protocol`.
    """

    __name__: str
    ABOUT: About
    detect: Callable[[Response], list[Signal]]
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


def probes_for(url: str) -> tuple[Get, ...]:
    """Return what the platforms that know the page's host would ask to recognise it; usually
    nothing.
    """
    asking = (getattr(named(name), "probe", None) for name in names())
    return tuple(get for probe in asking if probe is not None for get in probe(url))


def is_last_resort(name: str) -> bool:
    """Whether a platform reads what belongs to no platform, and is chosen only when no other shows
    any sign.
    """
    return bool(getattr(named(name), "LAST_RESORT", False))


def follow_ups(response: Response) -> tuple[Get, ...]:
    """Return what an answer suggests to the platforms of last resort to ask next."""
    following = (getattr(named(name), "suggested_requests", None) for name in names())
    return tuple(get for follow in following if follow is not None for get in follow(response))


def anywhere(name: str) -> tuple[str, ...]:
    """Return the paths a platform's pages answer on any host, to be asked for when nothing else has
    told enough.
    """
    found: tuple[str, ...] = getattr(named(name), "COMMON_PATHS", ())
    return found
