"""Where a Flashduty page answers: what goes on, past changes, intervals made of these. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.fields import Row, row
from monitor.kit.hosts import host_of
from monitor.kit.page_keys import ask_by_key
from monitor.kit.protocol import PageContext, Response, StepsTo, get
from monitor.kit.responses import get_responses, locate_errors, read_json, require_ok

ACTIVE = "/api/status-page/{id}/summary/active"
CHANGES = "/api/status-page/{id}/change/list?start_at_seconds={since}&end_at_seconds={now}"
IMPACTS = (
    "/api/status-page/{id}/summary/structure"
    "?start_at_from_seconds={since}&start_at_to_seconds={now}"
)

WELL_KNOWN_IDS: Mapping[str, str] = {"status.deepseek.com": "6410630422455"}
"""Ids of well-known pages by host, which spares reading their HTML."""

PAGE_ID = re.compile(rb'/api/status-page/(\d{6,20})|"page_id"\s*:\s*"?(\d{6,20})')


def well_known_id(url: str) -> str | None:
    """Return the id of a well-known page by its address; None for any other."""
    return WELL_KNOWN_IDS.get(host_of(url))


def ask_active(page: PageContext, *, conditional: bool = False) -> StepsTo[tuple[str, Response]]:
    """Return the page's id and the answer about what goes on.

    Raises what kept a known id from leading anywhere where the page's HTML tells no other.
    """
    known_id = page.cursor or well_known_id(page.url)

    def ask(key: str) -> StepsTo[tuple[str, Response]]:
        is_conditional = conditional and key == known_id
        response = yield from get(ACTIVE.format(id=key), conditional=is_conditional)
        if not response.unchanged:
            data_of(response)
        return key, response

    return (yield from ask_by_key(known_id, ask, _id_in))


def _id_in(response: Response) -> str:
    match = PAGE_ID.search(require_ok(response).body)
    if match is None:
        raise UnexpectedShape("the page does not tell its id", url=response.url)
    return (match[1] or match[2]).decode()


def ask_changes(key: str, since: datetime, now: datetime) -> StepsTo[Response]:
    """Return the changes that began between two instants."""
    return (yield from get(_between(CHANGES, key, since, now)))


def ask_past(key: str, since: datetime, now: datetime) -> StepsTo[list[Response]]:
    """Return the changes that began between two instants, and the intervals made of them."""
    paths = [_between(CHANGES, key, since, now), _between(IMPACTS, key, since, now)]
    return (yield from get_responses(paths))


def _between(path: str, key: str, since: datetime, now: datetime) -> str:
    return path.format(id=key, since=int(since.timestamp()), now=int(now.timestamp()))


def data_of(response: Response) -> Row:
    """Return what an answer holds."""
    answer = row(read_json(response), "the answer")
    with locate_errors(response.url):
        return row(answer.get("data"), "data")
