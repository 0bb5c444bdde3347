"""Every platform over answers of 8 MiB: its own fixtures' longest lists, repeated with other ids,
and markup without end.

An answer that big is read within a second of a quick machine's processor time and 200 MiB, or
refused at once.
"""

import copy
import gc
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from monitor import platforms
from monitor.errors import PageError
from monitor.kit.protocol import Response, Steps
from tests.drive import answers_from, drive, known_page
from tests.pace import reads_within_a_second, seconds, within_a_second
from tests.test_hard_input import bodies_of, lists_in, whole_cases

pytestmark = pytest.mark.measure

BIG = 8 * 1024 * 1024
MEMORY = 200 * 1024 * 1024
IDS = re.compile(r"(^|_)(id|uuid|guid|key|code|slug)$", re.IGNORECASE)


NUMBER = 87654321
"""Stands in a pattern where each copy gets a number of its own."""


def renumbered(value: Any) -> Any:
    """Return a copy with `NUMBER` in every id."""
    if isinstance(value, list):
        return [renumbered(item) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for key, item in value.items():
        if IDS.search(key) and isinstance(item, str):
            changed[key] = f"{item[:-8]}{NUMBER}"
        elif IDS.search(key) and type(item) is int:
            changed[key] = int(f"{item}{NUMBER}")
        else:
            changed[key] = renumbered(item)
    return changed


def copies(pattern: Any, size: int) -> str:
    """Return the inside of a JSON list or object, as often as it fills the size, each time with
    other ids."""
    inside = json.dumps(pattern)[1:-1]
    return ", ".join(
        inside.replace(str(NUMBER), f"{n:08}")
        for n in range(10_000_000, 10_000_000 + size // len(inside))
    )


def big_json(told: Any, size: int) -> bytes | None:
    """Return the value with its longest list, or else its longest mapping, made long; None when it
    has neither."""
    value = copy.deepcopy(told)
    objects = (each for each in lists_in(value) if any(isinstance(item, dict) for item in each))
    longest = max(objects, key=lambda each: len(json.dumps(each)), default=None)
    if longest is None:
        return _long_mapping(value, size) if isinstance(value, dict) and value else None
    more = copies(renumbered(longest), size - len(json.dumps(value)))
    longest.append("more of them")
    return json.dumps(value).replace('"more of them"', more, 1).encode()


def _long_mapping(value: dict[str, Any], size: int) -> bytes:
    pattern = {f"{key[:-8]}{NUMBER}": renumbered(item) for key, item in value.items()}
    return f"{json.dumps(value)[:-1]}, {copies(pattern, size)}}}".encode()


def big_text(body: bytes, size: int) -> bytes:
    """Return a feed with its items repeated, or a page with markup without end before its own."""
    items = re.findall(rb"<(?:item|entry)[ >].*?</(?:item|entry)>", body, re.DOTALL)
    if items:
        repeated = b"".join(items)
        numbered = (
            re.sub(rb"</(guid|id)>", rb"%d</\1>" % number, repeated)
            for number in range(size // len(repeated))
        )
        return body.replace(items[-1], items[-1] + b"".join(numbered), 1)
    filler = b'<div class="day" data-x="1"><a href="/x">x</a></div>\n'
    return body[: len(body) // 2] + filler * (size // len(filler)) + body[len(body) // 2 :]


def big(body: bytes, size: int = BIG) -> bytes:
    try:
        told = json.loads(body)
    except ValueError:
        return big_text(body, size)
    return big_json(told, size) or body


def limit(name: str) -> int:
    """Return how big an answer of a platform may be: what is bigger is refused before it is
    read."""
    return min(BIG, int(getattr(platforms.named(name), "MAX_BODY_MIB", 8) * 1024 * 1024))


def biggest_answer(name: str) -> tuple[Path, str, bytes]:
    """Return the platform's case of something going on, with its longest answer that can be made
    big, so made."""
    (case,) = (case for case in whole_cases(name) if case.name == "ongoing")
    for url, body in sorted(bodies_of(case).items(), key=lambda each: len(each[1]), reverse=True):
        answer = big(body, limit(name))
        if len(answer) > limit(name) // 2:
            return case, url, answer
    raise AssertionError(f"no answer of {name} can be made big")


def readings(name: str, case: Path, url: str, body: bytes) -> list[Callable[[], object]]:
    """Return what polls and what backfills the case, its answer at the address being this one."""
    recorded = answers_from(case)
    page = known_page(case)
    platform = platforms.named(name)

    def answer(asked: str) -> Response:
        return replace(recorded(asked), body=body) if unquote(asked) == url else recorded(asked)

    def read(steps: Steps) -> None:
        with suppress(PageError):
            drive(steps, page, answer)

    since = page.now.replace(year=page.now.year - 1)
    return [lambda: read(platform.poll(page)), lambda: read(platform.backfill(page, since))]


def resident(what: str) -> int:
    """Return a line of the kernel's account of this process's memory (VmRSS now, VmHWM at most), in
    bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))


def cost_of(read: Callable[[], object]) -> tuple[float, int]:
    """Return the processor seconds it took, and how many bytes more than before were in use at
    most."""
    gc.collect()
    gc.freeze()  # what other tests left behind is none of the reader's
    Path("/proc/self/clear_refs").write_text("5")  # the most there was is counted from here on
    before = resident("VmRSS")
    taken = seconds(read)
    return taken, resident("VmHWM") - before


@pytest.mark.parametrize("name", platforms.names())
def test_an_answer_of_8_mib_is_read_within_a_second_and_200_mib(name: str) -> None:
    case, url, body = biggest_answer(name)
    for read in readings(name, case, url, body):
        taken, memory = cost_of(read)
        assert memory < MEMORY, url
        assert within_a_second(taken) or reads_within_a_second(read), url
