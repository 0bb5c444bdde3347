"""Addresses of pages, how they are made alike, and the slugs made of them."""

import re
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from monitor import platforms
from monitor.config.mistakes import Mistake, quote

_FORBIDDEN = re.compile(r"[\s\x00-\x1f\x7f\\<>\"]")
ADDRESS = (
    r"^\s*(?:[Hh][Tt]{2}[Pp][Ss]?://|(?![A-Za-z][A-Za-z0-9+-]*://)/*)"
    r"[^\s/@?#<>\"\\]+(?:[/?#][^\s<>\"\\]*)?\s*$"
)
"""A pattern that every address fits which can be read, and few others."""

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+-]*):(?:(?=//)|(?![0-9/]))")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_API_PATH = re.compile(
    r"/(?:api/v2(?:/[^/]*)?"
    r"|history(?:\.[a-z]+)?"
    r"|index\.(?:json|html?)"
    r"|feed(?:\.[a-z]+)?)/?$"
)
_OTHER_TENANT_DOMAINS = frozenset({"freshstatus.io", "hund.io"})
"""Domains under which every name is a customer's page of a platform that we do not read."""

_SLUGS_NAME_THE_DOMAIN = frozenset(
    {
        "checkly-status-page.com",
        "hostedstatus.com",
        "status.io",
        "statuscast.com",
        "statuspage.datadoghq.com",
        "statuspal.eu",
        "trust.pagerduty.com",
    }
)
"""Domains that slugs have named beside the customer. A page is stored under its slug: another rule
would lose the history of those that are."""

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})


def is_address(text: str) -> bool:
    """Whether a vendor is written as its page's address rather than as a catalogue slug."""
    return any(mark in text for mark in "./:")


def normal_url(text: str) -> str:
    """Return a page's address: scheme, lower-case host and path, ending in "/". Raises ConfigError.

    https is assumed; query, fragment, the default port and the path of an API, history or feed
    address are dropped. Credentials are refused, and never repeated in the message.
    """
    text = text.strip()
    if not text or _FORBIDDEN.search(text):
        what = "this" if "@" in text else quote(text)  # never repeat a password
        raise Mistake(f"{what} is not an address; write it like https://status.example.com")
    parts, port = _split_url(text)
    if "@" in parts.netloc:
        remedy = "remove it, a public page needs none"
        raise Mistake(f"the address carries a user name or password; {remedy}")
    host = _host(parts.hostname or "")
    if not host:
        raise Mistake(f"{quote(text)} names no host; write it like https://status.example.com")
    at = "" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}"
    path = re.sub(r"/{2,}", "/", _API_PATH.sub("/", parts.path)).rstrip("/")
    return f"{parts.scheme}://{host}{at}{path}/"


def _split_url(text: str) -> tuple[SplitResult, int | None]:
    """Return urlsplit's parts and the port, with https when no scheme is written."""
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in _DEFAULT_PORTS:
        raise Mistake(f"the scheme '{scheme[1]}' cannot be read; write an https:// address")
    try:
        parts = urlsplit(text if scheme else f"https://{text.lstrip('/')}")
        port = parts.port
    except ValueError as error:
        remedy = "write https://host or https://host:port"
        raise Mistake(f"the host or port of the address is malformed; {remedy}") from error
    return parts, port


def _host(name: str) -> str:
    """Return the host as it is written in a URL; empty when it cannot be one."""
    if ":" in name:
        return f"[{name}]"
    name = name.removesuffix(".")
    return name if re.fullmatch(r"[\w-]+(?:\.[\w-]+)*", name) else ""


def page_of(url: str) -> str:
    """Return what tells a page from another: its address without the scheme."""
    return url.partition("://")[2]


def same_page(one: str, other: str) -> bool:
    """Whether two addresses are of one page, however it is asked."""
    return page_of(one) == page_of(other)


def slug_from_url(url: str) -> str:
    """Return the slug a page gets when none is written: status.example.com is ``example``.

    A path is added to it. Two pages may get the same slug; then one of them needs a `slug:` of its
    own.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    tenant = _tenant(host)
    words = [tenant] if tenant else _telling_labels(host)
    return to_slug(" ".join([*words, str(parts.port or ""), parts.path]))


def _tenant(host: str) -> str | None:
    """Return the customer's name in a host on a platform's own domain; None on any other host."""
    domains = (platforms.tenant_domains() | _OTHER_TENANT_DOMAINS) - _SLUGS_NAME_THE_DOMAIN
    for domain in sorted(domains):
        if host.endswith(f".{domain}"):
            return host.removesuffix(f".{domain}")
    return None


def _telling_labels(host: str) -> list[str]:
    """Return the labels of a host that tell vendors apart: no www, status or public suffix."""
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit() or len(labels) == 1:
        return [host]
    labels.pop()
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return [label for label in labels if label not in {"www", "status"}] or labels[-1:]


def to_slug(text: str) -> str:
    """Return a text as a slug, which is never empty."""
    from slugify import slugify  # late: most settings say their slugs, or need none

    return slugify(text, max_length=63) or "page"


def free_slug(url: str, slugs: Collection[str]) -> str:
    """Return a slug for a page that nobody has.

    That is the short one, else the whole host's, else a numbered one.
    """
    parts = urlsplit(url)
    short = slug_from_url(url)
    for slug in (short, to_slug(f"{parts.netloc} {parts.path}")):
        if slug not in slugs:
            return slug
    number = 2
    while f"{short[:58]}-{number}" in slugs:
        number += 1
    return f"{short[:58]}-{number}"
