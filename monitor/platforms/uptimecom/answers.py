"""Where an Uptime.com page answers: the present, and the incidents of a span of days. Pure."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.kit.embedded import json_after
from monitor.kit.fields import Row, row, text
from monitor.kit.page_keys import ask_by_key
from monitor.kit.protocol import PageContext, Response, StepsTo, get
from monitor.kit.responses import locate_errors, read_json, shape_error
from monitor.platforms.uptimecom.detection import LIVE, OWN_PATH

HISTORY = "history"
CONTROLLER = re.compile(r"createElement\(\s*StatusPageDisplayController\s*,\s*")


def ask_current(page: PageContext, *, conditional: bool = False) -> StepsTo[tuple[str, Response]]:
    """Return the path of the present and its answer.

    Raises what kept a known path from answering where the page's HTML names no other.
    """
    known_path = page.cursor or (LIVE if OWN_PATH.search(urlsplit(page.url).path) else None)

    def ask(path: str) -> StepsTo[tuple[str, Response]]:
        response = yield from get(path, conditional=conditional and path == known_path)
        if not response.unchanged:
            data_of(response)
        return path, response

    return (yield from ask_by_key(known_path, ask, _path_in, may_move=known_path != LIVE))


def _path_in(response: Response) -> str:
    """Return where a page on a vendor's own host says that its state is."""
    props = row(json_after(response, CONTROLLER), "the controller's properties")
    with locate_errors(response.url):
        slug = text(row(props.get("statuspage"), "statuspage").get("slug"), "statuspage.slug")
    if not re.fullmatch(r"[\w-]+", slug):
        raise UnexpectedShape(f"{slug[:40]!r} is no slug", url=response.url)
    return f"/statuspage/{slug}/{LIVE}"


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
