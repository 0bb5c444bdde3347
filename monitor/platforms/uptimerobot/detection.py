"""What UptimeRobot's pages are recognised by, and the key of a page. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.kit.fields import has_keys
from monitor.kit.protocol import (
    Get,
    Response,
    Signal,
)
from monitor.kit.responses import (
    require_ok,
    try_json,
)

LIST = "/api/getMonitorList/{key}?page={page}"
HOST = "stats.uptimerobot.com"
HOSTS = (HOST,)
KEY = re.compile(r"[\w-]{1,100}")
LINK = re.compile(rb"/api/getMonitorList/([\w-]{1,100})")
ANSWER, PAGE = {"psp", "statistics", "days"}, {"totalMonitors", "perPage", "timezone"}


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its monitors, on UptimeRobot's own
    host.
    """
    key = key_in_address(url)
    return (Get(path=LIST.format(key=key, page=1)),) if key else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an UptimeRobot page or of its answers."""
    body = response.body
    if b"pspApiPath" in body:
        yield Signal("path", "the page names the address of its monitors")
        if b"eventsApiPath" in body:
            yield Signal("events", "the page names the address of its events")
    if b'"psp"' not in body or b'"dailyRatios"' not in body:
        return
    answer = try_json(response)
    if not has_keys(answer, ANSWER):
        return
    yield Signal("shape", "a list of monitors with statistics and days")
    page = answer["psp"]
    if has_keys(page, PAGE):
        yield Signal("psp", "the page's number of monitors and time zone")


def key_in_address(url: str) -> str | None:
    """Return the key in the path of an address on UptimeRobot's own host; None elsewhere."""
    parts = urlsplit(url)
    key = parts.path.strip("/").partition("/")[0]
    is_key = key != "api" and KEY.fullmatch(key) is not None
    return key if is_key and parts.hostname == HOST else None


def key_in_html(response: Response) -> str:
    """Return the key in the address that a page names. Raises UnexpectedShape when it names none,
    and what `require_ok` raises.
    """
    match = LINK.search(require_ok(response).body)
    if match is None:
        why = "the page does not tell the address of its monitors"
        raise UnexpectedShape(why, url=response.url)
    return match[1].decode()
