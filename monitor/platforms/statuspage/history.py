"""Incidents before the listed ones: through `/history`, page by page. Pure."""

import html
import json
import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitor.errors import BadStatus, PageError, UnexpectedShape
from monitor.intervals import Interval, day_interval, day_of
from monitor.kit.fallback import gap_of
from monitor.kit.fields import Row, items
from monitor.kit.protocol import PageContext, Step
from monitor.kit.responses import require_ok, sanitize, unwrap
from monitor.model import Aspect, Coverage, Evidence
from monitor.platforms.statuspage.answers import (
    UNREADABLE,
    instant,
    parse,
    shape_of,
    text_as_is,
    try_get,
)
from monitor.platforms.statuspage.live import PageState
from monitor.platforms.statuspage.quarters import (
    MONTHS,
    MONTHS_A_PAGE,
    SETTLED_AFTER,
    Quarter,
    months_back,
    quarters,
)
from monitor.platforms.statuspage.single_incidents import read_incidents

SOURCE = "statuspage.history"


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of `/history`: its months' first days, newest first, and the incidents in them.
    `born` is when the page was made, None = it does not say.
    """

    months: tuple[date, ...]
    incident_ids: tuple[str, ...]
    born: datetime | None


def read_history(
    page: PageContext, state: PageState, since: datetime, known_ids: frozenset[str]
) -> Generator[Step, Any, bool]:
    """Read `/history` until it reaches `since`; return False when the page has no history at all.

    Coverage grows page by page as long as everything in them was read; a hole ends it, reading goes
    on until a second page in a row fails.
    """
    whole, failures, any_read, floor = True, 0, False, max(since, state.born or since)
    for quarter in quarters(day_of(page.now, state.days_zone)):
        oldest = quarter.oldest
        if _chunk(quarter) not in page.completed_chunks:
            answer = yield from _read_page(quarter.number)
            if isinstance(answer, PageError):
                if quarter.number == 1 and _is_absent(answer):
                    return False
                gap = gap_of(f"history {quarter.month}", answer)
                yield Evidence(source=SOURCE, read_at=page.now, gaps=(gap,))
                whole, failures = False, failures + 1
                if failures > 1:
                    return any_read
                continue
            floor = max(floor, answer.born or floor)
            new_ids = [code for code in answer.incident_ids if code not in known_ids]
            whole &= yield from read_incidents(page, state, new_ids)
            oldest = min(answer.months, default=oldest)
            if whole:
                yield _coverage_evidence(page, state, quarter, oldest, answer.born or state.born)
        failures, any_read = 0, True
        if day_interval(oldest, state.days_zone).start <= floor:
            break
    return True


def _chunk(quarter: Quarter) -> str:
    return f"history:{quarter.month}"


def _is_absent(error: PageError) -> bool:
    return isinstance(error, BadStatus) and error.status in {404, 410}


def _coverage_evidence(
    page: PageContext, state: PageState, quarter: Quarter, oldest: date, born: datetime | None
) -> Evidence:
    """Return what is covered once the months from `oldest` on were read: from when the page was
    `born`, None = it is not known.
    """
    start = day_interval(oldest, state.days_zone).start
    span = Interval.between(max(start, born or start), state.until or page.now)
    end = day_interval(months_back(oldest, -MONTHS_A_PAGE), state.days_zone).start
    return Evidence(
        source=SOURCE,
        read_at=page.now,
        coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),) if span else (),
        chunk=_chunk(quarter),
        final=end < page.now - SETTLED_AFTER,
    )


def _read_page(number: int) -> Generator[Step, Any, HistoryPage | PageError]:
    """Return one page of the history from its JSON or else from its HTML; the first error when
    neither can be read.
    """
    response = yield from try_get(f"/history.json?page={number}")
    try:
        return parse(unwrap(response), _history_page)
    except UNREADABLE as error:
        first = error
    response = yield from try_get(f"/history?page={number}", accept="text/html")
    try:
        answer = require_ok(unwrap(response))
        with shape_of(answer):
            return _history_page(_react_props(answer.text))
    except UNREADABLE as error:
        return first if _is_absent(error) else error


def _react_props(text: str) -> Row:
    at = text.find('data-react-class="HistoryIndex"')
    tag = text[text.rfind("<", 0, at) :] if at >= 0 else ""
    match = re.search(r'data-react-props="([^"]*)"', tag)
    if match is None:
        raise UnexpectedShape("the history page holds no HistoryIndex")
    props: Row = sanitize(json.loads(html.unescape(match.group(1))))
    return props


def _history_page(answer: Row) -> HistoryPage:
    page = (answer.get("page_status") or {}).get("page") or answer.get("page") or {}
    months: list[date] = []
    ids: list[str] = []
    for month in items(answer.get("months"), "answer.months"):
        months.append(date(int(month["year"]), MONTHS.index(month["name"]) + 1, 1))
        incidents = month.get("incidents") or ()
        ids += [text_as_is(each, "code", "months[].incidents[]") for each in incidents]
    born = instant(page["created_at"]) if page.get("created_at") else None
    return HistoryPage(tuple(months), tuple(dict.fromkeys(ids)), born)
