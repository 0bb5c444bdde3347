"""Who is at the other end of a connection."""

import ssl
from asyncio import BaseTransport
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import cast

_KINDS = ("DNS", "email", "URI")
"""Kinds of a certificate's names beside addresses, in Python's words."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Whether the connection is encrypted, and the names of the client's verified certificate."""

    is_encrypted: bool = False
    names: frozenset[str] = frozenset()


def peer_of(transport: BaseTransport) -> Peer:
    """Return who is at the other end, once the connection is made."""
    encryption: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    if encryption is None:
        return Peer()
    certificate = encryption.getpeercert() or {}
    pairs = cast(Iterable[tuple[str, str]], certificate.get("subjectAltName", ()))
    return Peer(is_encrypted=True, names=frozenset(_names(pairs)))


def _names(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for kind, name in pairs:
        if kind == "IP Address":
            yield str(ip_address(name.strip()))
        elif kind in _KINDS:
            yield name
