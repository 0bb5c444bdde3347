"""What a page is known by. Pure.

That is the id its platform gives it. Where the platform gives none, its name and the host its
answers come from: names are freed and taken by others, and hosts redirect to whoever bought them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

GENERIC = frozenset(
    """
    a and blog co company corp dashboard feed gmbh health history inc incident incidents live llc
    ltd news of page s service services status system systems the updates uptime
    """.split()  # noqa: SIM905
)
"""Words that say nothing of whose page it is: companies add and drop them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a page is known by, as far as it is known.

    `external_id` is the id that `platform` gives it, None where it gives none; ids of two platforms
    cannot be compared. `name` is what it calls itself. `hosts` are those its answers come from, as
    `host_of` writes them.
    """

    platform: str | None = None
    external_id: str | None = None
    name: str | None = None
    hosts: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Return it for people: name, id and hosts."""
        parts = [
            repr(self.name) if self.name else "",
            f"id {self.external_id}" if self.external_id else "",
        ]
        at = f"at {', '.join(sorted(self.hosts))}" if self.hosts else ""
        return " ".join(part for part in (*parts, at) if part) or "a page without a name"


def alike(before: str | None, now: str | None) -> bool:
    """Whether two names may be the same company's: one has the other's words, leaving out those any
    page has.

    Spaces between words do not count. A name that is not known, or has no word of its own, is like
    every other.
    """
    old, new = _words(before), _words(now)
    return set(old) <= set(new) or set(new) <= set(old) or "".join(old) == "".join(new)


def _words(name: str | None) -> list[str]:
    return [word for word in re.findall(r"\w+", (name or "").casefold()) if word not in GENERIC]


@lru_cache(maxsize=8_192)  # every request asks for two
def host_of(url: str) -> str:
    """Return a URL's host as identities compare it: lower case, in ASCII, without "www." and
    without its usual port.

    So http and https of one host are the same, and so are a domain and its www. "" when the URL has
    no host.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = host.encode("ascii", "replace").decode("ascii")
    host = host.removeprefix("www.") or host
    return host if port is None or port in DEFAULT_PORTS.values() else f"{host}:{port}"


def as_json(identity: Identity) -> dict[str, Any]:
    """Return an identity as plain values, for keeping."""
    return {
        "platform": identity.platform,
        "external_id": identity.external_id,
        "name": identity.name,
        "hosts": sorted(identity.hosts),
    }


def from_json(values: Mapping[str, Any] | None) -> Identity | None:
    """Return the identity that `as_json` wrote."""
    if not values:
        return None
    hosts: Iterable[str] = values.get("hosts") or ()
    return Identity(
        platform=values.get("platform"),
        external_id=values.get("external_id"),
        name=values.get("name"),
        hosts=frozenset(hosts),
    )


def at_home(identity: Identity, url: str) -> Identity:
    """Return the identity with the host of the address the user configured, which is always the
    page's, if any is.
    """
    host = host_of(url)
    return replace(identity, hosts=identity.hosts | {host}) if identity.hosts and host else identity
