"""What OpenStatus' feed is recognised by. Pure."""

from collections.abc import Iterator

from monitor.kit.fields import (
    has_lists,
)
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_json

FEED = "/feed/json"
COMMON_PATHS = (FEED,)
OWN_DOMAIN = ".openstatus.dev"


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its feed, on OpenStatus's own hosts."""
    host = url.partition("://")[2].partition("/")[0]
    return (Get(path=FEED),) if host.endswith(OWN_DOMAIN) else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an OpenStatus feed."""
    if b'"pageComponents"' not in response.body and b'"statusReports"' not in response.body:
        return
    answer = try_json(response)
    if not isinstance(answer, dict):
        return
    if has_lists(answer, "statusReports", "maintenances"):
        yield Signal("shape", "status reports beside maintenances")
    if has_lists(answer, "pageComponents", "pageComponentGroups"):
        yield Signal("components", "page components and their groups")
