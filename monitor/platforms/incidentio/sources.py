"""What an incident.io page is asked for, best source first. Pure."""

from datetime import UTC, date, datetime
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from monitor.errors import PageError, PageUnavailable, UnexpectedShape
from monitor.intervals import ONE_DAY, Interval, day_interval, day_of
from monitor.kit.fallback import FALL_BACK, most_telling
from monitor.kit.fields import Row, row, rows
from monitor.kit.protocol import PageContext, StepsTo, get
from monitor.kit.responses import locate_errors
from monitor.platforms.incidentio.reading import PageReading, read_call, read_root, read_summary

PAGE_DAYS = 91
"""Days of history the page itself asks for, today included; asking for the same makes use of the
vendor's cache."""


class Window(NamedTuple):
    """UTC days from the first to the last, both included."""

    first: date
    last: date

    def until(self, now: datetime) -> Interval:
        """Return its span, at most until now."""
        start = day_interval(self.first, UTC).start
        return Interval(start, min(day_interval(self.last, UTC).end, now))


class History(NamedTuple):
    """The impacts that touch a span, with links to the incidents they belong to: an answer of the
    data call, or what the root page shows.
    """

    answer: Row
    span: Interval


def last_days(days: int, now: datetime) -> Window:
    """Return the last UTC days, today included."""
    today = day_of(now, UTC)
    return Window(today - (days - 1) * ONE_DAY, today)


def has_calls(page: PageContext) -> bool:
    """Whether the page has data calls we know of. A page below its host's root has only HTML: the
    host's calls would tell of its parent.
    """
    return not urlsplit(page.url).path.strip("/")


def ask_page(page: PageContext, *, conditional: bool) -> StepsTo[PageReading | None]:
    """Return the page, from its data call or else from its HTML; None = unchanged since the last
    poll.
    """
    if not has_calls(page):
        return (yield from _ask_root())
    try:
        response = yield from get(_proxy(page), conditional=conditional)
        return None if response.unchanged else read_summary(response)
    except (*FALL_BACK, PageUnavailable) as error:
        first = error
    return (yield from _ask_root_after(first))


def ask_root_history(first: PageError) -> StepsTo[PageReading]:
    """Return the root page with its history, in place of what failed first. Raises the more telling
    of both errors when it has none.
    """
    root = yield from _ask_root_after(first)
    if root.history is None:
        raise first
    return root


def ask_history(reading: PageReading, page: PageContext, days: int) -> StepsTo[History]:
    """Return the history of the last days: what the reading has, or from the data call, or else,
    where it is the days that the page shows, from its HTML.
    """
    if reading.history is not None:
        return root_history(reading, page)
    require_calls(page, reading)
    window = last_days(days, page.now)
    try:
        return History((yield from ask_impacts(page, window)), window.until(page.now))
    except FALL_BACK as error:
        if days < PAGE_DAYS:
            raise
        first = error
    return root_history((yield from ask_root_history(first)), page)


def root_history(root: PageReading, page: PageContext) -> History:
    """Return the root page's history, which speaks for its 91 days, until it was rendered."""
    until = min(root.rendered_at or page.now, page.now)
    return History(row(root.history, "data"), last_days(PAGE_DAYS, until).until(until))


def require_calls(page: PageContext, reading: PageReading) -> None:
    """Raise UnexpectedShape where a page has neither history in its HTML nor data calls."""
    if reading.history is None and not has_calls(page):
        raise UnexpectedShape("the page's HTML carries no history", url=reading.url)


def ask_impacts(page: PageContext, window: Window) -> StepsTo[Row]:
    """Return the impacts that touch the window, with links to the incidents they belong to."""
    first, last = f"{window.first}T00:00:00.000Z", f"{window.last}T23:59:59.999Z"
    query = urlencode({"start_at": first, "end_at": last})
    response = yield from get(f"{_proxy(page)}/component_impacts?{query}")
    with locate_errors(response.url):
        answer = read_call(response)
        rows(answer.get("component_impacts"), "the answer.component_impacts")
        return answer


def ask_incidents(page: PageContext) -> StepsTo[list[Row]]:
    """Return the incident objects the page lists, or none when it does not serve the list."""
    try:
        response = yield from get(f"{_proxy(page)}/incidents")
        with locate_errors(response.url):
            return rows(read_call(response).get("incidents"), "the answer.incidents")
    except FALL_BACK:
        return []


def _proxy(page: PageContext) -> str:
    return f"/proxy/{urlsplit(page.url).netloc}"


def _ask_root() -> StepsTo[PageReading]:
    return read_root((yield from get("", accept="text/html")))


def _ask_root_after(first: PageError) -> StepsTo[PageReading]:
    try:
        return (yield from _ask_root())
    except FALL_BACK as error:
        raise most_telling(first, error) from error
