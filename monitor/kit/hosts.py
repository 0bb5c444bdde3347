"""The hosts of a platform: which addresses are its own. Pure.

A platform names them in `HOSTS`, each a whole host (``status.heroku.com``) or, with a leading dot,
a domain under which every name is a customer's page (``.statuspage.io``).
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from monitor.kit.protocol import Response, Signal


def host_of(url: str) -> str:
    """Return the host of a URL in lower case; "" where it has none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_on(url: str, hosts: Iterable[str]) -> bool:
    """Whether a URL's host is one of these, or under one of these domains."""
    host = host_of(url)
    return any(_is_under(host, name) for name in hosts)


def _is_under(host: str, name: str) -> bool:
    return host.endswith(name) if name[0] == "." else host == name


def host_signal(response: Response, hosts: Iterable[str]) -> Signal | None:
    """Return the sign that an answer came from one of these hosts; None when it did not."""
    url = response.final_url or response.url
    return Signal("host", f"the host is {host_of(url)}") if is_on(url, hosts) else None
