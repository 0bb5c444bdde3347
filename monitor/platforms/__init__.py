"""The status page platforms we read, one file each. A file's name is the platform's name; no list is edited."""

import importlib
import pkgutil
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Protocol, cast

from monitor.protocol import PageContext, Response, Signal, Steps


class Platform(Protocol):
    """What a platform module provides; see `monitor.protocol`.

    Optional: `MAX_BODY_MIB` overrides the limit; `PROBES` are paths, relative to the page, whose answers `detect`
    recognises where the root page and the common summary address show too little; `TRUST` and `REACH` are sentences
    for people: what the source under-reports ("" when nothing is known), and how far back, how precise, it speaks.
    """

    __name__: str
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


def probes(name: str) -> tuple[str, ...]:
    """Return the paths a platform asks to be read in order to recognise it."""
    found: tuple[str, ...] = getattr(named(name), "PROBES", ())
    return found
