"""A page's list of monitors, asked for page by page, and its time zone. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from monitor.intervals import zone_named
from monitor.kit.fields import Row, identifier, number, row, rows, text
from monitor.kit.page_keys import ask_by_key
from monitor.kit.protocol import (
    PageContext,
    Response,
    StepsTo,
    get,
)
from monitor.kit.responses import (
    get_responses,
    locate_errors,
    read_json,
    shape_error,
)
from monitor.lookups import by_key
from monitor.platforms.uptimerobot.detection import LIST, key_in_address, key_in_html

MOST_PAGES = 100

HALF_HOURS: Mapping[str, str] = {
    "+03:30": "Asia/Tehran",
    "+04:30": "Asia/Kabul",
    "+05:30": "Asia/Kolkata",
    "+05:45": "Asia/Kathmandu",
    "+06:30": "Asia/Yangon",
    "+09:30": "Australia/Darwin",
    "-09:30": "Pacific/Marquesas",
}
"""Places that keep such an offset all year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitors:
    """All monitors of a page, as they are listed, and the zone their days are cut in.

    `own_zone` is the page's own zone, None = it names none that we know; `zone` is then the user's
    or the one it named last, None = there is none either.
    """

    key: str
    url: str
    rows: Sequence[Row]
    zone_name: str
    own_zone: ZoneInfo | None
    zone: ZoneInfo | None

    def by_key(self) -> Mapping[str, Row]:
        """Return the monitors by id; of one that is listed twice the last."""
        return by_key(self.rows, monitor_key)

    @property
    def unknown_zone(self) -> str | None:
        """What readers must know where the page's own zone is unknown; None where it is known."""
        if self.own_zone is not None:
            return None
        return f"the page cuts its days at {self.zone_name!r}, which is no time zone we know"


def monitor_key(monitor: Row) -> str:
    """Return a monitor's id."""
    return identifier(monitor.get("monitorId"), "monitor.monitorId")


def read_monitors(page: PageContext) -> StepsTo[Monitors]:
    """Ask for all monitors; a key of the last poll that leads nowhere any more is looked for in the
    page's HTML.
    """
    key = page.cursor or key_in_address(page.url)
    fallback = zone_named(page.zone) if page.zone else None
    get_monitors = partial(_get_monitors, fallback=fallback)
    return (yield from ask_by_key(key, get_monitors, key_in_html, may_move=key == page.cursor))


def _get_monitors(key: str, fallback: ZoneInfo | None) -> StepsTo[Monitors]:
    response = yield from get(LIST.format(key=key, page=1))
    first = row(read_json(response), "the answer")
    with locate_errors(response.url):
        psp = row(first.get("psp"), "psp")
        last_page = _last_page(psp)
        zone_name = text(psp.get("timezone"), "psp.timezone")
    answers = [response]
    if last_page > 1:
        addresses = [LIST.format(key=key, page=page) for page in range(2, last_page + 1)]
        answers += yield from get_responses(addresses)
    monitors: list[Row] = []
    for answer in answers:
        monitors += _rows(answer)
    own_zone = zone_at(zone_name)
    return Monitors(
        key=key,
        url=response.url,
        rows=monitors,
        zone_name=zone_name,
        own_zone=own_zone,
        zone=own_zone or fallback,
    )


def _last_page(psp: Row) -> int:
    total = number(psp.get("totalMonitors"), "psp.totalMonitors")
    size = number(psp.get("perPage"), "psp.perPage")
    if size < 1 or not 0 <= total <= MOST_PAGES * size:
        shape_error(
            "psp", f"at most {MOST_PAGES} pages of monitors", f"{total:g} monitors, {size:g} a page"
        )
    return max(1, -int(-total // size))


def _rows(response: Response) -> list[Row]:
    value = read_json(response)
    with locate_errors(response.url):
        answer = row(value, "the answer")
        if answer.get("status") != "ok":
            shape_error("status", "ok", answer.get("status"))
        return rows(answer.get("data"), "data")


def zone_at(offset: str) -> ZoneInfo | None:
    """Return the zone of an offset such as "+05:30", or of a name; None when no zone has such an
    offset all year.
    """
    name = HALF_HOURS.get(offset, offset)
    whole = re.fullmatch(r"([+-]\d\d):00", offset)
    if whole is not None:
        hours = int(whole[1])
        name = f"Etc/GMT{-hours:+d}" if hours else "UTC"
    try:
        return zone_named(name)
    except ValueError:
        return None
