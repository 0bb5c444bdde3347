"""Every platform over answers of 8 MiB: its own fixtures' longest lists, repeated with other ids, and markup without end.

An answer that big is read within a second of a quick machine's processor time and 200 MiB, or refused at once.
"""

import copy
import gc
import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from monitor import platforms
from monitor.errors import PageError
from monitor.model import Evidence
from monitor.protocol import Response, Steps
from tests.drive import Answer, answers_from, drive
from tests.pace import within_a_second
from tests.test_hard_input import bodies_of, whole_cases
from tests.test_platforms import known_page

pytestmark = pytest.mark.measure

BIG = 8 * 1024 * 1024
MEMORY = 200 * 1024 * 1024
IDS = re.compile(r"(^|_)(id|uuid|guid|key|code|slug)$", re.IGNORECASE)


def lists_in(value: Any) -> Iterator[list[Any]]:
    """Yield every list of objects inside."""
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from lists_in(item)


def renumbered(value: Any, number: int) -> Any:
    """Return a copy whose ids are other ids."""
    if isinstance(value, list):
        return [renumbered(item, number) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for key, item in value.items():
        if IDS.search(key) and isinstance(item, str):
            changed[key] = f"{item[:-5]}{number:05x}"
        elif IDS.search(key) and type(item) is int:
            changed[key] = item + 1000 * number
        else:
            changed[key] = renumbered(item, number)
    return changed


def big_json(told: Any, size: int) -> bytes | None:
    """Return the value with its longest list, or else its longest mapping, made long; None when it has neither."""
    value = copy.deepcopy(told)
    longest = max(lists_in(value), key=lambda each: len(json.dumps(each)), default=None)
    if longest is None:
        return _long_mapping(value, size) if isinstance(value, dict) and value else None
    pattern, size_now = list(longest), len(json.dumps(value))
    step = max(1, len(json.dumps(pattern)))
    for number in range(1, (size - size_now) // step):
        longest.extend(renumbered(pattern, number))
    return json.dumps(value).encode()


def _long_mapping(value: dict[str, Any], size: int) -> bytes:
    pattern = dict(value)
    step = max(1, len(json.dumps(pattern)))
    for number in range(1, size // step):
        value |= {f"{key[:-6]}{number:06d}": renumbered(item, number) for key, item in pattern.items()}
    return json.dumps(value).encode()


def big_text(body: bytes, size: int) -> bytes:
    """Return a feed with its items repeated, or a page with markup without end before its own."""
    items = re.findall(rb"<(?:item|entry)[ >].*?</(?:item|entry)>", body, re.DOTALL)
    if items:
        repeated = b"".join(items)
        numbered = (re.sub(rb"</(guid|id)>", rb"%d</\1>" % number, repeated) for number in range(size // len(repeated)))
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
    """Return how big an answer of a platform may be: what is bigger is refused before it is read."""
    return min(BIG, int(getattr(platforms.named(name), "MAX_BODY_MIB", 8) * 1024 * 1024))


def biggest_answer(name: str) -> tuple[Path, str]:
    """Return the platform's case of something going on, with its answer that can be made biggest."""
    (case,) = (case for case in whole_cases(name) if case.parent.name == "ongoing")
    answers = {url: big(body, limit(name)) for url, body in bodies_of(case).items()}
    url = max(answers, key=lambda url: (len(answers[url]) > limit(name) // 2, len(bodies_of(case)[url])))
    assert len(answers[url]) > limit(name) // 2
    return case, url


def reading(name: str, case: Path, url: str) -> tuple[list[Steps], Any, Answer]:
    recorded, body = answers_from(case.parent), big(bodies_of(case)[url], limit(name))
    page = known_page(case, json.loads(case.read_text()))
    platform = platforms.named(name)

    def answer(asked: str) -> Response:
        return replace(recorded(asked), body=body) if unquote(asked) == url else recorded(asked)

    since = page.now.replace(year=page.now.year - 1)
    return [platform.poll(page), platform.backfill(page, since)], page, answer


def told(steps: Steps, page: Any, answer: Answer) -> list[Evidence]:
    with suppress(PageError):
        return drive(steps, page, answer)
    return []


def resident(what: str) -> int:
    """Return a line of the kernel's account of this process's memory (VmRSS now, VmHWM at most), in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))


@pytest.mark.parametrize("name", platforms.names())
def test_an_answer_of_8_mib_is_read_within_a_second_and_200_mib(name: str) -> None:
    case, url = biggest_answer(name)
    polls, page, answer = reading(name, case, url)
    for steps in polls:
        gc.collect()
        gc.freeze()  # what other tests left behind is none of the reader's
        Path("/proc/self/clear_refs").write_text("5")  # the most there was is counted from here on
        before, begun = resident("VmRSS"), time.process_time()
        told(steps, page, answer)
        assert within_a_second(time.process_time() - begun), url
        assert resident("VmHWM") - before < MEMORY, url
