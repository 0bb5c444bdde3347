"""Where Statuspal's pages are, and what they are recognised by. Pure."""

import re
from collections.abc import Iterator

from monitor.kit.hosts import host_of
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_json

HOSTS = (".statuspal.io", ".statuspal.eu")
OWN_SITES = frozenset({"statuspal.io", "statuspal.eu"})
OWN_NAMES = frozenset({"www", "app", "docs", "api", "cdn", "assets", "status"})
"""Names under statuspal.io that are no customer's page."""

IN_HTML = re.compile(
    r"statuspal\.(io|eu)/(?:api/v\d/)?status_pages/([a-z0-9][a-z0-9-]{0,62})|"
    r"//([a-z0-9][a-z0-9-]{0,62})\.statuspal\.(io|eu)"
)
ASSET = re.compile(rb"(?:src|href)=[\"']https?://(?:[a-z0-9-]+\.)*statuspal\.(?:io|eu)/")


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its summary, on Statuspal's own
    hosts.
    """
    root = api_root_of(url)
    return (Get(path=f"{root}/summary"),) if root else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Statuspal page: its host, its summary's shape, and what its HTML refers
    to.
    """
    if b"statuspal." not in response.body and b'"current_incident_type"' not in response.body:
        return
    host = host_of(response.final_url or response.url)
    if host.endswith(HOSTS) or host in OWN_SITES:
        yield Signal("host", f"the host is {host}")
    if response.body.lstrip()[:1] == b"<":
        yield from _html_signals(response)
    else:
        yield from _json_signals(try_json(response))


def _html_signals(response: Response) -> Iterator[Signal]:
    if api_root_in(response.text):
        yield Signal("markup", "the page names its own address at Statuspal")
    if ASSET.search(response.body):
        yield Signal("assets", "the page loads from Statuspal")


def _json_signals(answer: object) -> Iterator[Signal]:
    if not isinstance(answer, dict) or not isinstance(answer.get("services"), list):
        return
    page = answer.get("status_page")
    if isinstance(page, dict):
        yield Signal("shape", "a status_page beside its services")
        if "current_incident_type" in page:
            yield Signal("type", "the page says what kind of incident it is in")


def api_root_of(url: str) -> str | None:
    """Return the root of the API for a page on Statuspal's own hosts; None for any other."""
    host = host_of(url)
    name, _, site = host.partition(".")
    is_page = host.endswith(HOSTS) and name not in OWN_NAMES
    return _api_root(site.removeprefix("statuspal."), name) if is_page else None


def api_root_in(html: str) -> str | None:
    """Return the root of the API that a page's HTML names; None when it names none."""
    for match in IN_HTML.finditer(html):
        domain, name = match[1], match[2]
        if not name:
            domain, name = match[4], match[3]
        if name not in OWN_NAMES:
            return _api_root(domain, name)
    return None


def _api_root(domain: str, name: str) -> str:
    return f"https://statuspal.{domain}/api/v2/status_pages/{name}"
