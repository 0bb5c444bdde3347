"""Whether an answer is the page's own or another company's. Pure.

A page is known by the id its platform gives it. Where the platform gives none, by its name and by
the host its answers come from: names are freed and taken by others, and hosts redirect to whoever
bought them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from monitor.model import PageInfo

DEFAULT_PORTS = {"http": 80, "https": 443}

GENERIC = frozenset(
    {
        "a",
        "and",
        "blog",
        "co",
        "company",
        "corp",
        "dashboard",
        "feed",
        "gmbh",
        "health",
        "history",
        "inc",
        "incident",
        "incidents",
        "live",
        "llc",
        "ltd",
        "news",
        "of",
        "page",
        "s",
        "service",
        "services",
        "status",
        "system",
        "systems",
        "the",
        "updates",
        "uptime",
    }
)
"""Words that say nothing of whose page it is: companies add and drop them."""


class Verdict(StrEnum):
    """What an answer is. `MOVED` is the same page at an address that was not known for it."""

    SAME = "same"
    MOVED = "moved"
    ANOTHER = "another"


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

    @property
    def known(self) -> bool:
        """Whether anything is known that an answer could contradict."""
        return bool(self.external_id or self.name or self.hosts)

    def __str__(self) -> str:
        """Return it for people: name, id and hosts."""
        parts = [
            repr(self.name) if self.name else "",
            f"id {self.external_id}" if self.external_id else "",
        ]
        at = f"at {', '.join(sorted(self.hosts))}" if self.hosts else ""
        return " ".join(part for part in (*parts, at) if part) or "a page without a name"


def judge(stored: Identity, told: Identity, *, refused: Identity | None = None) -> Verdict:
    """Return whether what an answer tells of itself is the page that is stored.

    The same id is the same page, moved if it came from a host not known for it. Another id of the
    same platform is another page. Without two ids to compare another host is another page, since
    nothing vouches for it; on a known host, so is a name with nothing in common with the stored
    one, unless the page changed its platform, when pages are named anew. What is not told
    contradicts nothing, with one exception: after a page of another id was refused (`refused`),
    only an id can tell that it is gone again. A page of which nothing is stored is what it tells to
    be.
    """
    elsewhere = bool(stored.hosts) and not told.hosts <= stored.hosts
    if stored.external_id and told.external_id:
        if stored.external_id == told.external_id:
            return Verdict.MOVED if elsewhere else Verdict.SAME
        if _comparable(stored, told):
            return Verdict.ANOTHER
    elif refused is not None and refused.external_id and stored.external_id:
        return Verdict.ANOTHER
    if elsewhere or (_comparable(stored, told) and not alike(stored.name, told.name)):
        return Verdict.ANOTHER
    return Verdict.SAME


def _comparable(stored: Identity, told: Identity) -> bool:
    return None in (stored.platform, told.platform) or stored.platform == told.platform


def lacking(stored: Identity, told: Identity) -> bool:
    """Whether the answers so far leave out what could still tell the page from another one: its id,
    else its name.
    """
    if stored.external_id:
        return told.external_id is None
    return stored.name is not None and told.name is None and told.external_id is None


def learned(stored: Identity, told: Identity) -> Identity:
    """Return what is known of a page after an answer that was judged to be its own: the newest of
    each, all hosts.

    The id that another platform gave it says nothing any more.
    """
    kept = stored.external_id if _comparable(stored, told) else None
    return Identity(
        platform=told.platform or stored.platform,
        external_id=told.external_id or kept,
        name=told.name or stored.name,
        hosts=stored.hosts | told.hosts,
    )


@dataclass(slots=True, kw_only=True)
class Witness:
    """What one reading tells of its page, piece by piece, against what is `stored`; `refused` as
    `judge` has it.

    An id vouches for the hosts of all answers before it. A page of which nothing is stored is what
    the first piece tells, and later pieces of the same reading may not contradict it.
    """

    stored: Identity
    platform: str | None
    refused: Identity | None = None
    told: Identity = field(init=False)
    moved: bool = False
    _vouched: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.told = Identity(platform=self.platform)

    @property
    def lacking(self) -> bool:
        """Whether no piece so far told what could tell the page from another one."""
        return lacking(self.stored, self.told)

    @property
    def known(self) -> Identity:
        """What is known of the page after this reading."""
        return learned(self.stored, self.told)

    def hear(self, info: PageInfo | None, hosts: Iterable[str]) -> Verdict:
        """Judge the next piece: what it says of the page, and the hosts the reading's answers came
        from so far.
        """
        info, seen = info or PageInfo(), frozenset(hosts)
        said = Identity(
            platform=self.platform,
            external_id=info.external_id,
            name=info.name,
            hosts=seen - self._vouched,
        )
        verdict = judge(self.stored, said, refused=None if self.told.external_id else self.refused)
        self.told = replace(
            self.told,
            external_id=said.external_id or self.told.external_id,
            name=said.name or self.told.name,
            hosts=seen,
        )
        if verdict is Verdict.ANOTHER:
            return verdict
        if said.external_id is not None:
            self._vouched |= seen
            self.stored = replace(learned(self.stored, said), hosts=self.stored.hosts)
        self.moved |= verdict is Verdict.MOVED
        return verdict


def difference(stored: Identity, told: Identity) -> str:
    """Say in what the other page differs from the stored one, for people."""
    if stored.external_id and told.external_id and stored.external_id != told.external_id:
        now, before = (
            f"{each.external_id} ({each.name})" if each.name else each.external_id
            for each in (told, stored)
        )
        return f"its id is {now}, before {before}"
    new = sorted(told.hosts - stored.hosts)
    if new and stored.hosts:
        return (
            f"it answers from {', '.join(new)}, before from {', '.join(sorted(stored.hosts))}, and"
            " no id vouches for it"
        )
    if not alike(stored.name, told.name):
        return f"its name is {told.name!r}, before {stored.name!r}, and no id vouches for it"
    return "it does not tell the id that it had"


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


def from_json(told: Mapping[str, Any] | None) -> Identity | None:
    """Return the identity that `as_json` wrote."""
    if not told:
        return None
    hosts: Iterable[str] = told.get("hosts") or ()
    return Identity(
        platform=told.get("platform"),
        external_id=told.get("external_id"),
        name=told.get("name"),
        hosts=frozenset(hosts),
    )


def at_home(identity: Identity, url: str) -> Identity:
    """Return the identity with the host of the address the user configured, which is always the
    page's, if any is.
    """
    host = host_of(url)
    return replace(identity, hosts=identity.hosts | {host}) if identity.hosts and host else identity
