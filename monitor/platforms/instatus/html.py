"""The data inside an Instatus page's HTML: the root page, a page of the history, one incident's.
Pure.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from monitor.errors import UnexpectedShape
from monitor.intervals import Interval
from monitor.kit.fields import Row, has_keys, rows, verbatim
from monitor.kit.next_data import page_data, values_of, without_empty
from monitor.kit.protocol import PageContext, Response
from monitor.kit.responses import locate_errors, require_ok, sanitize
from monitor.model import Phase
from monitor.platforms.instatus.components import group_names, read_components
from monitor.platforms.instatus.reading import SHOWN_DAYS, PageReading
from monitor.platforms.instatus.rows import maybe_instant, name_of, parse_instant
from monitor.platforms.instatus.words import PHASES

ACTIVE = ("activeIncidents", "activeMaintenances")

DATES = re.compile(r'"startDate":"(?:\$D)?([^"]+)","endDate":"(?:\$D)?([^"]+)"')
AGE = re.compile(r"[0-9]{1,7}")
MOST_DAYS = 1000


def read_root(response: Response, page: PageContext) -> PageReading:
    """Return what the root page says.

    Raises what `require_ok` and `page_data` raise; UnexpectedShape when the page holds no Instatus
    data, or not what is due in it.
    """
    require_ok(response)
    with locate_errors(response.url):
        data = page_data(response.text)
        site = _site(data)
        notices = list(_notices(data))
        site_rows = rows(site.get("components"), "site.components")
        status = "mainStatus" if "mainStatus" in site else "status"
        return PageReading(
            url=response.url,
            name=name_of(site, "site"),
            word=verbatim(site.get(status), f"site.{status}"),
            components=read_components(site_rows),
            group_ids=frozenset(group_names(site_rows)),
            ongoing=_ongoing(data, notices),
            record=next(values_of(data, "componentsUptime", "{"), None),
            notices=notices,
            record_span=_record_span(data, _made_at(response, page)),
            window_days=_window_days(site),
            page_start=maybe_instant(site.get("createdAt"), "site.createdAt"),
        )


def _site(data: str) -> Row:
    for site in values_of(data, "site", "{"):
        if "components" in site:
            return dict(site)
    raise UnexpectedShape("the page's HTML carries no Instatus data")


def read_history_page(response: Response) -> list[Row]:
    """Return the incidents of one page of the history. Raises UnexpectedShape when it has no list,
    not even an empty one.
    """
    require_ok(response)
    with locate_errors(response.url):
        data = page_data(response.text)
        if not (_has_value(data, "notices", "{") or _has_value(data, "notices", "[")):
            raise UnexpectedShape("the history page carries no list of notices")
        return list(_notices(data))


def read_incident_page(response: Response, incident_id: str) -> Row:
    """Return the incident that its own page is about. Raises UnexpectedShape when it is not
    there.
    """
    require_ok(response)
    with locate_errors(response.url):
        data = page_data(response.text)
        decoder = json.JSONDecoder()
        for match in re.finditer(rf'\{{"id":"{re.escape(incident_id)}"', data):
            try:
                value = sanitize(decoder.raw_decode(data, match.start())[0])
                incident: Row = without_empty(value)
            except (ValueError, RecursionError):
                continue
            if {"name", "status"} <= incident.keys() and incident.keys() & {"started", "start"}:
                return incident
        raise UnexpectedShape("the incident's page does not carry the incident")


def _has_value(data: str, key: str, opening: str) -> bool:
    return next(values_of(data, key, opening), None) is not None


def _ongoing(data: str, notices: Sequence[Row]) -> list[Row]:
    """Return what goes on or is planned; pages of 2023 have no lists of that, only one of all there
    was lately.

    Unlike in the summary a list is there when empty: without it nothing is known of what goes on.
    """
    if notices and not any(_has_value(data, key, "[") for key in ACTIVE):
        return [row for row in notices if PHASES.get(str(row["status"])) is not Phase.CLOSED]
    ongoing = []
    for key in ACTIVE:
        ongoing += rows(next(values_of(data, key, "["), None), f"the page's data.{key}")
    return ongoing


def _notices(data: str) -> Iterator[Row]:
    """Yield every incident the data holds by its id or in a list."""
    candidates: list[object] = []
    for by_id in values_of(data, "notices", "{"):
        candidates += by_id.values()
    for notices in values_of(data, "notices", "["):
        candidates += notices
    for notice in candidates:
        if has_keys(notice, {"id", "name", "status"}):
            yield notice


def _record_span(data: str, until: datetime) -> Interval | None:
    """Return the span the record is about, at most until the page was made; None when the page does
    not say.
    """
    dates = DATES.search(data)
    if dates is None:
        return None
    first, last = parse_instant(dates[1]), parse_instant(dates[2])
    return Interval.between(first, min(last, until)) if first and last else None


def _made_at(response: Response, page: PageContext) -> datetime:
    """Return when the answer was made: an intermediate cache says how many seconds it has kept
    it.
    """
    age = response.headers.get("age", "")
    return page.now - timedelta(seconds=int(age)) if AGE.fullmatch(age) else page.now


def _window_days(site: Row) -> int:
    days = site.get("maxUptimeDays")
    return days if type(days) is int and 0 < days < MOST_DAYS else SHOWN_DAYS
