"""Connections that are being encrypted: they count as connections whose clients have not asked
yet.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from ipaddress import ip_address
from typing import Self

from exporters.connections import REQUEST_SECONDS, Phase, Standing

log = logging.getLogger(__name__)

CLOSING_SECONDS = 2.0
"""How long a client may take to agree that an encrypted connection ends."""


class Handshake:
    """One that goes on in a task of its own, so that the next connection does not wait for it."""

    def __init__(
        self,
        client: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext,
        on_end: Callable[[Self], object],
    ) -> None:
        self._client = client
        self._is_local = _is_local(client)
        self._standing = Standing(Phase.ASKING, asyncio.get_running_loop().time())
        self._task = asyncio.create_task(self._encrypt(protocol, context), name="handshake")
        self._task.add_done_callback(lambda _: on_end(self))

    def standing(self) -> Standing:
        """Return that it waits for the client, and since when."""
        return self._standing

    def drop(self) -> None:
        """End it at once."""
        self._task.cancel()

    async def _encrypt(
        self, protocol: Callable[[], asyncio.Protocol], context: ssl.SSLContext
    ) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                protocol,
                self._client,
                ssl=context,
                ssl_handshake_timeout=REQUEST_SECONDS,
                ssl_shutdown_timeout=CLOSING_SECONDS,
            )
        except OSError as error:  # the client's: no TLS, no trust, no certificate, or it has gone
            # A health check on this machine tries both ways, again and again.
            level = logging.DEBUG if self._is_local else logging.INFO
            log.log(level, "a connection could not be encrypted: %s", error)
            self._client.close()
        except BaseException:
            self._client.close()
            raise


def _is_local(client: socket.socket) -> bool:
    """Whether a client is on this machine; one that has gone already is not known to be."""
    try:
        return ip_address(client.getpeername()[0]).is_loopback
    except (OSError, ValueError, IndexError):
        return False
