"""How pages are reached: the route, the headers they are asked with, and the connections that are
kept.

Reads the environment variables and files that headers are taken from.
"""

import os
import re
import resource
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypedDict

from monitor.collect import Headers
from monitor.config import Header, NetworkSettings, VendorConfig
from monitor.errors import ConfigError
from monitor.fetch import Route, route, trust

LONGEST_KEPT_SECONDS = 900.0
"""How long a connection nobody uses is kept at most: servers end theirs sooner, and a new one costs
3 ms of CPU."""

LONGEST_HEADER = 16_384

MOST_FILES = 65_536
"""How many open files we count on where more are allowed: a kept TLS connection takes 25 kB."""


class NetworkOptions(TypedDict):
    """What a `Fetcher` is told of the network."""

    route: Route
    ssl_context: ssl.SSLContext


def network_options(network: NetworkSettings) -> NetworkOptions:
    """Return how a fetcher reaches pages with these settings. Raises ConfigError for files that
    cannot be used.
    """
    return {
        "route": route(network.proxy, network.no_proxy),
        "ssl_context": trust(network.ca_file, network.client_cert),
    }


def headers_by_slug(vendors: Iterable[VendorConfig]) -> Mapping[str, Headers]:
    """Return the headers of each vendor that has some. Raises ConfigError for a value that is not
    there.
    """
    headers = {}
    for vendor in vendors:
        if vendor.headers:
            headers[vendor.slug] = headers_of(vendor)
    return headers


def headers_of(vendor: VendorConfig) -> Headers:
    """Return the headers that a vendor's page is asked with. Raises ConfigError for a value that is
    not there.
    """
    return tuple((header.name, _secret(vendor, header)) for header in vendor.headers)


def _secret(vendor: VendorConfig, header: Header) -> str:
    where = f"vendor {vendor.slug}, header {header.name}"
    match header.kind:
        case "env":
            source = f"the variable {header.value}"
            value = os.environ.get(header.value, "")
        case "file":
            source = header.value
            value = _read_secret(header.value, where)
        case _:
            return header.value
    if not re.fullmatch(r"[ -~]+", value.strip()):
        raise ConfigError(
            f"{where}: {source} is not set, empty or not plain ASCII in one line; put the value"
            " there"
        )
    return value.strip()


def _read_secret(file: str, where: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")[:LONGEST_HEADER]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: {file} cannot be read: {error.__class__.__name__}") from error


def idle_seconds(intervals: Iterable[float]) -> float:
    """Return how long an unused connection is kept: until the next poll, and a quarter of an hour
    at most.
    """
    return min(max(intervals, default=0.0) * 1.25 + 30.0, LONGEST_KEPT_SECONDS)


def open_files() -> int:
    """Return how many files we may have open: polls, the database and the web server each get a
    share of them.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_FILES if limit == resource.RLIM_INFINITY else min(limit, MOST_FILES)


def idle_hosts() -> int:
    """Return of how many hosts connections are kept: a third of the files that may be open, each
    host having two.
    """
    return max(16, open_files() // 6)
