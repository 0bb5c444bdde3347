"""Whether the web server of this machine lives, for the health check of a container:
``python -m monitor.health``.

It asks `/healthz`, which is open to all, at the port of `MONITOR_LISTEN`: in plain HTTP, else
encrypted. It shows neither a password nor a certificate; a server that refuses it for want of one
lives.
"""

import http.client
import os
import socket
import ssl
import sys
from collections.abc import Mapping
from contextlib import closing, suppress

USUAL = "127.0.0.1:9184"
SECONDS = 2.0
"""How long each way of asking may wait for an answer."""

_ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound
_HANDSHAKE = b"\x16"
"""With what the answer of a server that encrypts begins."""


def address(environment: Mapping[str, str]) -> tuple[str, int]:
    """Return where to ask: the port that is listened at, and where that is at every address, this
    machine's own. Raises ValueError for what is no HOST:PORT.
    """
    host, _, port = (environment.get("MONITOR_LISTEN") or USUAL).rpartition(":")
    host = host.strip("[]")
    return _ANY_ADDRESS.get(host, host), int(port)


def lives(host: str, port: int, seconds: float = SECONDS) -> bool:
    """Return whether a web server answers there that it lives, each way within so long. One that is
    silent, or is not there, is asked once.
    """
    ways = (
        http.client.HTTPConnection(host, port, timeout=seconds),
        http.client.HTTPSConnection(host, port, timeout=seconds, context=_trusting()),
    )
    for connection in ways:
        try:
            with closing(connection):
                connection.request("GET", "/healthz")
                return connection.getresponse().status == http.client.OK
        except (TimeoutError, ConnectionRefusedError):
            return False
        except (OSError, http.client.HTTPException):
            continue  # it hung up, as one that encrypts does on plain HTTP
    return _begins_to_encrypt(host, port, seconds)


def _trusting() -> ssl.SSLContext:
    """Return a context that takes any certificate: we ask ourselves, by a name of nobody's."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _begins_to_encrypt(host: str, port: int, seconds: float) -> bool:
    """Return whether a server greets as one that encrypts. One that misses a certificate hangs up
    after that, without a word that can be relied on.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    greeting = _trusting().wrap_bio(incoming, outgoing)
    with suppress(ssl.SSLWantReadError):
        greeting.do_handshake()
    try:
        with socket.create_connection((host, port), seconds) as connection:
            connection.sendall(outgoing.read())
            return connection.recv(1) == _HANDSHAKE
    except OSError:
        return False


def main() -> int:
    """Return 0 where it lives, else 1."""
    return 0 if lives(*address(os.environ)) else 1


if __name__ == "__main__":
    sys.exit(main())
