"""Which answers are a PagerDuty page's. Pure."""

import re
from collections.abc import Iterator

from monitor.kit.fields import has_keys, maybe_row
from monitor.kit.hosts import is_on
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_json
from monitor.platforms.pagerduty.newer import ENUMS, SERVICES

HOSTS = ("status.pagerduty.com", ".trust.pagerduty.com")

STATE_KEY = re.compile(rb'"key":\s*"(?:incident|maintenance)/(?:status|severity|impacts)/')


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its services and states, on PagerDuty's
    own hosts.
    """
    return (Get(path=SERVICES), Get(path=ENUMS)) if is_on(url, HOSTS) else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a PagerDuty page or of its answers; the host counts only beside another
    sign.
    """
    body = response.body
    if b'"post_enums"' in body and STATE_KEY.search(body):
        yield Signal("states", "states of posts have keys like incident/severity/minor")
    if b'<script id="data" type="application/json">' in body and b'"layout_settings"' in body:
        yield Signal("markup", "the page carries its layout in script#data")
        if b"/api/v2/status_pages/" in body or b'"globalStatusHeadline"' in body:
            yield Signal("layout", "the layout is one of a PagerDuty status page")
    if b'"business_service_id"' in body and _has_services(try_json(response)):
        yield Signal("services", "services have ids of business services")


def _has_services(answer: object) -> bool:
    services = maybe_row(answer).get("services")
    return isinstance(services, list) and any(
        has_keys(service, {"business_service_id"}) for service in services
    )
