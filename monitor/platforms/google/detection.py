"""Google's own hosts and what their answers look like. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.kit.fields import Row, has_keys, is_list_of, maybe_row
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_json, try_row

INCIDENTS = "incidents.json"
PRODUCTS = "products.json"

PATHS = {
    "status.cloud.google.com": "/",
    "www.google.com": "/appsstatus/",
    "status.firebase.google.com": "/",
}
"""The hosts, each with the path that its dashboards begin with."""
HOSTS = tuple(PATHS)

OLD_URI = re.compile(r"/incident/[a-z0-9-]+/\d+")

INCIDENT_FIELDS = frozenset({"external_desc", "service_key", "updates", "begin"})
PRODUCT_FIELDS = frozenset({"id", "title"})


def probe(url: str) -> tuple[Get, ...]:
    """Return the two lists on Google's own hosts: the pages themselves tell nothing, and the list
    of incidents may be empty.
    """
    return (Get(path=INCIDENTS), Get(path=PRODUCTS)) if _is_googles(url) else ()


def detect(response: Response) -> Iterator[Signal]:
    """Return the signs of Google's dashboards, of kinds host, shape, uri and products.

    The host counts only of a page that answers; the list of products only there, since it looks
    like many others.
    """
    return _signals(response)


def _is_googles(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.startswith(PATHS.get(parts.hostname or "", "\0"))


def _signals(response: Response) -> Iterator[Signal]:
    url, answer = response.final_url or response.url, try_json(response)
    is_googles = response.status == 200 and _is_googles(url)  # noqa: PLR2004
    if is_googles:
        yield Signal("host", f"served by {urlsplit(url).hostname}")
    if is_list_of(answer, INCIDENT_FIELDS):
        yield from _incident_signals(answer)
    elif is_googles and url.endswith(f"/{PRODUCTS}"):
        products = try_row(response).get("products")
        if isinstance(products, list) and _all_have(products, PRODUCT_FIELDS):
            yield Signal("products", "a list of products, each with id and title")


def _incident_signals(incidents: list[Row]) -> Iterator[Signal]:
    yield Signal("shape", "an array of incidents with external_desc and service_key")
    if all(map(_has_own_uri, incidents)):
        yield Signal("uri", "every incident's uri is its own id")


def _all_have(rows: list[object], fields: frozenset[str]) -> bool:
    return all(has_keys(row, fields) for row in rows)


def _has_own_uri(incident: object) -> bool:
    fields = maybe_row(incident)
    uri = fields.get("uri")
    return uri == f"incidents/{fields.get('id')}" or OLD_URI.fullmatch(str(uri)) is not None
