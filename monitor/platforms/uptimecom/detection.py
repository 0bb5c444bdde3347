"""Which answers are an Uptime.com page's. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.kit.fields import has_keys, maybe_row
from monitor.kit.hosts import is_on
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_json

HOSTS = ("uptime.com",)
LIVE = "ajax"
OWN_PATH = re.compile(r"/statuspage/[\w-]+/$")

FIELDS = frozenset({"global_is_operational", "components", "active_incidents"})


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its state, on Uptime.com's own host."""
    is_hosted = is_on(url, HOSTS) and OWN_PATH.match(urlsplit(url).path) is not None
    return (Get(path=LIVE),) if is_hosted else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an Uptime.com page or of its answers."""
    if b'"has_components_under_critical_state"' in response.body:
        yield Signal("flags", "the page says whether components are in a critical state")
        answer = try_json(response)
        data = maybe_row(answer).get("data")
        if has_keys(data, FIELDS):
            yield Signal("shape", "components and active incidents beside an overall flag")
    if b"StatusPageDisplayController" in response.body:
        yield Signal("controller", "the page is drawn by Uptime.com's controller")
