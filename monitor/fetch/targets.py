"""Addresses that are asked: read, followed through redirects, and how far each may lead. Pure."""

from functools import lru_cache
from urllib.parse import urldefrag, urljoin

import httpx

from monitor.errors import FetchError, TooManyRedirects
from monitor.fetch.base import Limits
from monitor.fetch.guard import Reach

_CHECK_URL = "correct the address"


@lru_cache(maxsize=4096)
def parse_target(url: str) -> httpx.URL:
    """Return the URL to ask. Raises FetchError when it is none, or not http or https."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError(f"not a URL: {error}", url=url, remedy=_CHECK_URL) from error
    if target.scheme not in ("http", "https") or not target.host:
        raise FetchError("not an http or https URL", url=url, remedy=_CHECK_URL)
    return target


def follow(here: str, location: str, url: str, limits: Limits) -> str:
    """Return where a redirect leads. Raises TooManyRedirects, for the `url` that was asked first,
    when it must not be followed there.
    """
    try:
        there = urldefrag(urljoin(here, location)).url
    except ValueError as error:
        raise TooManyRedirects(f"redirected to {location!r}, which is no URL", url=url) from error
    scheme = there.partition(":")[0].lower()
    if scheme not in ("http", "https"):
        raise TooManyRedirects(f"redirected to {there}, which is not http or https", url=url)
    if scheme == "http" and here.lower().startswith("https:") and not limits.allow_private:
        raise TooManyRedirects(f"redirected from https to {there}", url=url)
    return there


def page_headers(limits: Limits, target: httpx.URL, first: str) -> dict[str, str]:
    """Return the headers of the page's settings, for its own host and for as safe a connection as
    was asked for at `first`.
    """
    is_safe = target.scheme == "https" or not first.lower().startswith("https:")
    return dict(limits.headers) if target.host == limits.own_host and is_safe else {}


def reach_of(limits: Limits, host: str) -> Reach:
    """Return where connections to a host may lead."""
    if not limits.allow_private:
        return Reach.PUBLIC
    return Reach.ANY if host == limits.own_host else Reach.PRIVATE
