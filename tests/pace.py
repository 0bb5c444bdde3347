"""How fast this machine is just now: a bound on time must mean the same on a slow machine and
beside other work."""

import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

BIG = 8 * 1024 * 1024
PACES = 10
"""So many times the pace is the most a reading may take: the slowest took 2 to 6.4 times it, with
the noise of both. What the bound is for, reading that grows with the square of the answer, takes
hundreds of times."""


def within_a_second(taken: float) -> bool:
    """Whether what took so many processor seconds is within one, or within `PACES` times this
    machine's pace."""
    return taken < 1 or taken < PACES * max(pace() for _ in range(2))


def reads_within_a_second(read: Callable[[], object]) -> bool:
    """Whether it is done within a second (see `within_a_second`) in the best of three times: others
    use this machine too."""
    return any(within_a_second(seconds(read)) for _ in range(3))


def seconds(read: Callable[[], object]) -> float:
    """Return the processor seconds that it takes."""
    begun = time.process_time()
    read()
    return time.process_time() - begun


def pace() -> float:
    """Return the processor seconds in which this machine decodes 8 MiB of JSON and looks once at
    each value in it."""
    begun = time.process_time()
    _walk(json.loads(_document()))
    return time.process_time() - begun


@cache
def _document() -> bytes:
    """Return 8 MiB of JSON in the shape that status pages have: a list of small objects with texts
    in them."""
    row = {
        "id": "abcdefghijkl",
        "name": "API of a region",
        "status": "operational",
        "at": "2026-05-22T12:00:00Z",
    }
    rows = [
        row | {"position": n, "updates": [{"body": "We look into it.", "key": str(n)}]}
        for n in range(100)
    ]
    return json.dumps(rows * (BIG // len(json.dumps(rows)) + 1)).encode()


def _walk(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_walk, value.values()))
    return 1 + sum(map(_walk, value)) if isinstance(value, list) else 1
