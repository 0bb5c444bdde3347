"""The ninety days of bars a page shows, from `/uptime_showcase` or embedded in its root page."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from monitor.errors import FetchError
from monitor.kit.evidence import gap_evidence
from monitor.kit.fallback import gap_of
from monitor.kit.fields import Row
from monitor.kit.protocol import Response, StepsTo
from monitor.kit.responses import require_ok, sanitize, unwrap
from monitor.kit.sequences import batches
from monitor.model import Gap
from monitor.platforms.statuspage.answers import (
    UNREADABLE,
    parse,
    shape_of,
    try_get,
)
from monitor.platforms.statuspage.bars import SOURCE, Timelines, read_timelines
from monitor.platforms.statuspage.live import PageState
from monitor.platforms.statuspage.root import read_root

CHUNK = "bars"

SHOWCASE_IDS = 60
"""Components asked for in one `/uptime_showcase` call: what the page itself does."""

UPTIME_DATA = re.compile(r"uptimeData\s*=\s*(?=\{)")
UPTIME_VALUES = re.compile(r"uptimeValues\s*=\s*(?=\[)")
PERCENTAGES = re.compile(r'id="uptime-percent-([a-z0-9]{12})">\s*([\d.]+)\s*<')


class BarReading(NamedTuple):
    """The bars that were read, None when the page has none there, and what of them could not be
    read.
    """

    timelines: Timelines | None
    gaps: tuple[Gap, ...] = ()


def read_shown_bars(state: PageState, root: Response | None) -> StepsTo[Timelines | None]:
    """Yield the last ninety days' bars and return them; None when the page shows none or they were
    read before.
    """
    ids = [component.id for component in state.components if component.has_bars]
    if CHUNK in state.page.completed_chunks or (state.components and not ids):
        return None
    timelines, gaps = yield from _ask_bars(state, root, ids)
    if timelines is None:
        yield gap_evidence(SOURCE, state.page, *gaps)
        return None
    evidence = replace(timelines.evidence, gaps=gaps, chunk=None if gaps else CHUNK)
    yield replace(evidence, components=None) if state.components else evidence
    return timelines


def _ask_bars(state: PageState, root: Response | None, ids: Sequence[str]) -> StepsTo[BarReading]:
    """Return the showcase's bars, or those of the root page where there is no showcase."""
    reading = yield from _showcase(state, ids)
    if reading.timelines is None and not reading.gaps:
        return (yield from _embedded_bars(state, root))
    return reading


def _showcase(state: PageState, ids: Sequence[str]) -> StepsTo[BarReading]:
    """Return the showcase's bars, None when the page has no showcase, and what of it could not be
    read.
    """
    lines: dict[str, Row] = {}
    values: list[Row] = []
    gaps: list[Gap] = []

    def check(answer: Row) -> Row:
        """Return the answer when its bars can be read; what that raises is raised here."""
        read_timelines(*_parts_of(answer), state)
        return answer

    for batch in batches(ids, SHOWCASE_IDS):
        response = yield from try_get("/uptime_showcase?components=" + ",".join(batch))
        if isinstance(response, Response) and response.status == 404:  # noqa: PLR2004
            continue
        try:
            answer = parse(unwrap(response), check)
        except UNREADABLE as error:
            gaps.append(gap_of(f"uptime bars of {len(batch)} components", error))
            continue
        more_lines, more_values = _parts_of(answer)
        lines |= more_lines
        values += more_values
    timelines = read_timelines(lines, values, state) if lines else None
    return BarReading(timelines, tuple(gaps))


def _parts_of(answer: Row) -> tuple[dict[str, Row], list[Row]]:
    """Return the timelines and the printed percentages of an answer of the showcase."""
    return answer.get("timelines") or {}, answer.get("values") or []


def _embedded_bars(state: PageState, root: Response | None) -> StepsTo[BarReading]:
    if root is None:
        root = yield from read_root(state.page)
    try:
        response = require_ok(unwrap(root or FetchError("the root page did not answer")))
        with shape_of(response):
            timelines = read_timelines(*embedded_bars(response.text), state)
    except UNREADABLE as error:
        return BarReading(None, (gap_of("uptime bars", error),))
    if timelines.evidence.components:
        return BarReading(timelines)
    gap = Gap(what="uptime bars", reason="absent", message="the page shows no uptime record")
    return BarReading(None, (gap,))


def embedded_bars(html: str) -> tuple[Mapping[str, Row], Sequence[Row]]:
    """Return the timelines and the printed percentages in a page's HTML; both empty when it has
    none.

    Understands `var uptimeData = {...}` (until mid-2026), `window.uptimeData = {...}` (until
    September 2026) and an object of the showcase's shape in either place.
    """
    data = _json_after(UPTIME_DATA, html) or {}
    values = data.get("values") if "timelines" in data else _json_after(UPTIME_VALUES, html)
    if not values:
        percentages = PERCENTAGES.findall(html)
        values = [{"component": code, "ninety": percent} for code, percent in percentages]
    return data.get("timelines", data), values


def _json_after(prefix: re.Pattern[str], html: str) -> Any:  # noqa: ANN401
    """Return the first whole JSON value after the prefix; None where there is none. A line of a
    script may only look like the data.
    """
    for match in prefix.finditer(html):
        try:
            return sanitize(json.JSONDecoder().raw_decode(html, match.end())[0])
        except json.JSONDecodeError:
            continue
    return None
