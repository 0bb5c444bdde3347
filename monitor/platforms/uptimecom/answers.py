"""Where an Uptime.com page answers: the present, and the incidents of a span of days. Pure."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from monitor.errors import BadStatus, ParseError, UnexpectedShape
from monitor.kit.embedded import json_after
from monitor.kit.fields import Row, row, text
from monitor.kit.protocol import PageContext, Response, StepsTo, get
from monitor.kit.responses import locate_errors, read_json, shape_error
from monitor.platforms.uptimecom.detection import LIVE, OWN_PATH

HISTORY = "history"
CONTROLLER = re.compile(r"createElement\(\s*StatusPageDisplayController\s*,\s*")


def ask_current(page: PageContext, *, conditional: bool = False) -> StepsTo[tuple[str, Response]]:
    """Return the path of the present and its answer. A path of the last poll that leads nowhere any
    more is looked for in the page's HTML.

    Raises what kept the path from answering where the HTML names no other.
    """
    path = page.cursor or (LIVE if OWN_PATH.search(urlsplit(page.url).path) else None)
    if path is None:
        path = yield from _ask_path()
        return path, (yield from _ask(path))
    try:
        return path, (yield from _ask(path, conditional=conditional))
    except (ParseError, BadStatus) as failure:
        if path == LIVE:
            raise
        new_path = yield from _ask_path(failure)
        if new_path == path:
            raise
    return new_path, (yield from _ask(new_path))


def ask_history(path: str, since: datetime, now: datetime) -> StepsTo[Response]:
    """Return the incidents from one day to another; the answer says which span it is about."""
    base = path.removesuffix(LIVE) + HISTORY
    return (yield from get(f"{base}?start={since:%Y%m%d}&end={now:%Y%m%d}"))


def data_of(response: Response) -> Row:
    """Return what an answer holds. Raises UnexpectedShape where it tells of an error."""
    answer = row(read_json(response), "the answer")
    with locate_errors(response.url):
        if answer.get("error"):
            shape_error("error", "null", answer["error"])
        return row(answer.get("data"), "data")


def _ask(path: str, *, conditional: bool = False) -> StepsTo[Response]:
    response = yield from get(path, conditional=conditional)
    if not response.unchanged:
        data_of(response)
    return response


def _ask_path(failure: Exception | None = None) -> StepsTo[str]:
    """Return where a page on a vendor's own host says that its state is. Raises `failure` where its
    HTML does not.
    """
    response = yield from get("", accept="text/html")
    try:
        return _path_in(response)
    except ParseError:
        if failure is None:
            raise
        raise failure from None


def _path_in(response: Response) -> str:
    props = row(json_after(response, CONTROLLER), "the controller's properties")
    with locate_errors(response.url):
        slug = text(row(props.get("statuspage"), "statuspage").get("slug"), "statuspage.slug")
    if not re.fullmatch(r"[\w-]+", slug):
        raise UnexpectedShape(f"{slug[:40]!r} is no slug", url=response.url)
    return f"/statuspage/{slug}/{LIVE}"
