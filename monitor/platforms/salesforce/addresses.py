"""What an address of Salesforce Trust names, and where the API tells of it. Pure."""

import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from monitor.kit.hosts import is_on
from monitor.kit.protocol import Get

API = "https://api.status.salesforce.com/v1"
SITE = "https://status.salesforce.com"
HOSTS = ("status.salesforce.com", "api.status.salesforce.com")

PLACE = re.compile(r"/(instances|products)/(?!status/|all/)([^/]+)/")


class Place(NamedTuple):
    """What an address names: a kind ("instances" or "products") and a key; both are "" for all
    there is.
    """

    kind: str
    key: str

    @property
    def is_one_instance(self) -> bool:
        """Whether it is a single instance."""
        return self.kind == "instances"


def probe(url: str) -> tuple[Get, ...]:
    """Return the state of what the address names, on Salesforce's own hosts: the page itself is an
    empty shell.
    """
    return (Get(path=state_address(url)),) if is_on(url, HOSTS) else ()


def place_of(url: str) -> Place:
    """Return what a page's address names."""
    match = PLACE.search(urlsplit(url).path.rstrip("/") + "/")
    return Place(match[1], match[2]) if match else Place("", "")


def state_address(url: str) -> str:
    """Return where the API tells the state of what a page's address names."""
    place = place_of(url)
    key = quote(place.key, safe="%")
    if place.is_one_instance:
        return f"{API}/instances/{key}/status"
    return f"{API}/products/{key}" if place.kind else f"{API}/instances/status/preview"
