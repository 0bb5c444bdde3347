"""What a Checkly page is known by, and where it says its slug. Pure."""

import re
from collections.abc import Iterator

from monitor.errors import UnexpectedShape
from monitor.kit.fields import Row, has_keys
from monitor.kit.hosts import host_of
from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import require_ok, try_row

DOMAIN = ".checkly-status-page.com"
HOSTS = (DOMAIN,)

SLUG = re.compile(
    rb'"maintenance-windows-([\w-]{1,100})"'
    rb"|/api/status-page/([\w-]{1,100})/(?:uptime|unresolved-inc|maintenance-w)"
)

REMEDY = (
    "configure the page's address on checkly-status-page.com, or run `monitor record URL DIR` and"
    " send the folder"
)


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Checkly page or of its answers; `host` only ever beside another
    sign.
    """
    body = response.body
    if b"__NUXT_DATA__" in body:
        yield from _signals_of_page(body)
    if b'"partialError"' in body or b'"incidentUpdates"' in body:
        answer = try_row(response)
        yield from _signals_of_uptime(answer, body)
        yield from _signals_of_incidents(answer, body)


def _signals_of_page(body: bytes) -> Iterator[Signal]:
    if b'"status-page-resolver-' in body:
        yield Signal("resolver", "the page found its status page by its host")
    if b'"unresolved-incidents-' in body or b'"maintenance-windows-' in body:
        yield Signal("state", "the page carries unresolved incidents and maintenance windows")


def _signals_of_uptime(answer: Row, body: bytes) -> Iterator[Signal]:
    if {"metadata", "uptime", "partialError"} <= answer.keys():
        yield Signal("uptime", "services' days beside metadata")
        if b'"lastUpdateStatus"' in body:
            yield Signal("events", "days hold incidents with their last update's status")


def _signals_of_incidents(answer: Row, body: bytes) -> Iterator[Signal]:
    incidents = answer.get("incidents")
    if isinstance(incidents, list) and incidents and all(map(_is_incident, incidents)):
        yield Signal(
            "incidents", "incidents with a severity, services and the last update's status"
        )
        if b'"publicIncidentUpdateDate"' in body:
            yield Signal("updates", "updates have Checkly's date")


def _is_incident(value: object) -> bool:
    return has_keys(value, {"severity", "lastUpdateStatus", "services", "incidentUpdates"})


def slug_of_host(url: str) -> str | None:
    """Return the slug that a host on Checkly's own domain tells; None on any other."""
    host = host_of(url)
    return host.removesuffix(DOMAIN) if host.endswith(DOMAIN) else None


def slug_in_page(response: Response) -> str:
    """Return the slug that stands in a page's HTML. Raises UnexpectedShape when none does, and what
    `require_ok` raises.
    """
    match = SLUG.search(require_ok(response).body)
    if match is None:
        raise UnexpectedShape(
            "the page does not tell the slug of its API", url=response.url, remedy=REMEDY
        )
    return (match[1] or match[2]).decode()
