"""Incidents before the listed ones: through `/history`, page by page. Pure."""

import html
import json
import re
from datetime import date, datetime
from typing import NamedTuple

from monitor.errors import PageError, UnexpectedShape
from monitor.intervals import Interval, day_interval, day_of
from monitor.kit.evidence import gap_evidence
from monitor.kit.fallback import gap_of, is_absent
from monitor.kit.fields import Row, items
from monitor.kit.protocol import StepsTo
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


class HistoryPage(NamedTuple):
    """One page of `/history`: the first day of its oldest month, and the incidents in it. `born` is
    when the status page was made, None = it does not say.
    """

    oldest: date
    incident_ids: tuple[str, ...] = ()
    born: datetime | None = None


def read_history(state: PageState, since: datetime, known_ids: frozenset[str]) -> StepsTo[bool]:
    """Read `/history` until it reaches `since`; return False when the page has no history at all.

    Coverage grows page by page as long as everything in them was read; a hole ends it, reading goes
    on until a second page in a row fails.
    """
    whole, failures, any_read = True, 0, False
    floor = _later(since, state.born)
    for quarter in quarters(day_of(state.page.now, state.days_zone)):
        was_read = _chunk(quarter) in state.page.completed_chunks
        answer = HistoryPage(quarter.oldest) if was_read else (yield from _read_page(quarter))
        if isinstance(answer, PageError):
            if quarter.number == 1 and is_absent(answer):
                return False
            yield gap_evidence(SOURCE, state.page, gap_of(f"history {quarter.month}", answer))
            whole = False
            failures += 1
            if failures > 1:
                return any_read
            continue
        if not was_read:
            whole &= yield from read_incidents(state, answer.incident_ids, known_ids)
            if whole:
                yield _coverage_evidence(state, quarter, answer)
        failures, any_read = 0, True
        floor = _later(floor, answer.born)
        if day_interval(answer.oldest, state.days_zone).start <= floor:
            break
    return True


def _later(floor: datetime, born: datetime | None) -> datetime:
    """Return the moment that reading need not go behind: a page has no history before it was
    made.
    """
    return floor if born is None else max(floor, born)


def _chunk(quarter: Quarter) -> str:
    return f"history:{quarter.month}"


def _coverage_evidence(state: PageState, quarter: Quarter, answer: HistoryPage) -> Evidence:
    """Return what is covered once a page and all newer ones were read: not what was before the
    status page was made.
    """
    start = day_interval(answer.oldest, state.days_zone).start
    born = answer.born or state.born or start
    span = Interval.between(max(start, born), state.until)
    end = day_interval(months_back(answer.oldest, -MONTHS_A_PAGE), state.days_zone).start
    return Evidence(
        source=SOURCE,
        read_at=state.page.now,
        coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),) if span else (),
        chunk=_chunk(quarter),
        final=end < state.page.now - SETTLED_AFTER,
    )


def _read_page(quarter: Quarter) -> StepsTo[HistoryPage | PageError]:
    """Return one page of the history from its JSON or else from its HTML; the first error when
    neither can be read.
    """
    response = yield from try_get(f"/history.json?page={quarter.number}")
    try:
        return parse(unwrap(response), lambda answer: _history_page(answer, quarter))
    except UNREADABLE as error:
        first = error
    response = yield from try_get(f"/history?page={quarter.number}", accept="text/html")
    try:
        answer = require_ok(unwrap(response))
        with shape_of(answer):
            return _history_page(_react_props(answer.text), quarter)
    except UNREADABLE as error:
        return first if is_absent(error) else error


def _react_props(text: str) -> Row:
    at = text.find('data-react-class="HistoryIndex"')
    tag = text[text.rfind("<", 0, at) :] if at >= 0 else ""
    match = re.search(r'data-react-props="([^"]*)"', tag)
    if match is None:
        raise UnexpectedShape("the history page holds no HistoryIndex")
    props: Row = sanitize(json.loads(html.unescape(match.group(1))))
    return props


def _history_page(answer: Row, quarter: Quarter) -> HistoryPage:
    page = (answer.get("page_status") or {}).get("page") or answer.get("page") or {}
    months: list[date] = []
    ids: list[str] = []
    for month in items(answer.get("months"), "answer.months"):
        number = MONTHS.index(month["name"][:3]) + 1
        months.append(date(int(month["year"]), number, 1))
        incidents = month.get("incidents") or ()
        ids += [text_as_is(each, "code", "months[].incidents[]") for each in incidents]
    born = instant(page["created_at"]) if page.get("created_at") else None
    return HistoryPage(min(months, default=quarter.oldest), tuple(dict.fromkeys(ids)), born)
