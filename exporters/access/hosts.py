"""By which names the web server may be asked, against DNS rebinding. Pure.

A web page of an attacker gives its own name the address of this machine, and its scripts then read
our answers as the page's own. That takes a name which the attacker has: an address needs none, and
a name that public DNS cannot have is nobody's out there. Where we listen on loopback alone such
names count as foreign all the same: who is in the local network can have them, and cannot reach us
otherwise.
"""

import re
from collections.abc import Collection
from ipaddress import IPv6Address, ip_address

_PRIVATE = re.compile(r"[a-z0-9_-]+|[a-z0-9_.-]+\.(internal|local|svc)")
"""Names that no public DNS answers: single words, and by RFC 6762, ICANN's reservation for private
use and Kubernetes' habit those that end so."""


def is_loopback(host: str) -> bool:
    """Whether who listens there is reached from this machine alone. A name other than localhost may
    be anything: False.
    """
    if _is_localhost(host):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (inner or address).is_loopback


def is_ours(header: str, names: Collection[str], *, is_local: bool) -> bool:
    """Whether a request with this `Host` header may be answered.

    `names` are our own, in lower case; `is_local` = we listen on loopback alone.
    """
    host = host_of(header)
    if _is_address(host) or _is_localhost(host) or host in names:
        return True
    return not is_local and _PRIVATE.fullmatch(host) is not None


def host_of(header: str) -> str:
    """Return the host of a `Host` header, in lower case, without port, brackets and last dot."""
    text = header.strip().lower()
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        return address if not rest or rest.startswith(":") else text
    return text.partition(":")[0].removesuffix(".")


def _is_localhost(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
