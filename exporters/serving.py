"""The web server: uvicorn, with connections that are counted and timed, and a loop of our own that
accepts them.

uvicorn bounds a request's head and how long a connection without a request is kept after an answer;
it has no limit of time for a request or for reading an answer, and its limit of concurrency refuses
probes while others hold connections. asyncio's own accepting goes on trying, and logging, when no
descriptors are left.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from exporters.access.peers import peer_of
from exporters.connections import HEAD_BYTES, Phase, Standing, expendable
from exporters.handshakes import Handshake

log = logging.getLogger(__name__)

_SCARCE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_OVER = (errno.EBADF, errno.EINVAL, errno.ENOTSOCK)
"""What accepting says when the socket listens no more. All else is about one connection, or passes:
accept(2)."""
_AGAIN_SECONDS = 0.2
"""How long accepting rests when the system has nothing left for another connection."""
_ROOM_SECONDS = 0.02
_SWEEP_TICKS = 10
"""uvicorn ticks ten times a second."""
_BACKLOG = 1024
"""How many connections may wait to be accepted; these take none of our descriptors."""


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises OSError when the port is taken, or the host none
    of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


class Connection(H11Protocol):
    """One client's connection, which knows what it waits for. `all_open` are those that are open,
    first the one that was made, or answered, first.
    """

    def __init__(
        self, config: uvicorn.Config, state: ServerState, all_open: "dict[Open, None]"
    ) -> None:
        super().__init__(config, state, {})
        self._all_open = all_open
        self._standing = Standing(Phase.ASKING, self.loop.time())

    def standing(self) -> Standing:
        """Return what it waits for now, and since when it was seen to."""
        self._standing = self._standing.in_phase(self._phase(), self.loop.time())
        return self._standing

    def _ask(self) -> None:
        """Begin to count the time for a request."""
        self._standing = Standing(Phase.ASKING, self.loop.time())
        self._all_open.pop(self, None)
        self._all_open[self] = None

    def _phase(self) -> Phase:
        if self.transport.get_write_buffer_size():
            return Phase.READING
        return Phase.WORKING if self._is_answering() else Phase.ASKING

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for its first request."""
        super().connection_made(transport)
        self.app_state = {"peer": peer_of(transport)}
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._all_open.pop(self, None)
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request, once the answer is read."""
        if not self.transport.get_write_buffer_size():
            self._ask()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request; where an answer has begun, or none may be sent any more, break
        off.
        """
        if self._is_answering():
            self.drop()
            return
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.drop()

    def shutdown(self) -> None:
        """End it when its answer is sent."""
        try:
            super().shutdown()
        except h11.LocalProtocolError:
            self.drop()

    def drop(self) -> None:
        """End it at once, whatever is unsent: closing it would wait for a client that reads
        nothing.
        """
        self.transport.abort()


Open = Connection | Handshake
"""What takes one of the places."""


def no_encryption() -> ssl.SSLContext | None:
    """Return that new connections are not encrypted."""
    return None


class Server(uvicorn.Server):
    """Serves on sockets that listen, to at most `most` connections at once.

    `encryption` is asked at each new connection for what encrypts it, None = nothing.
    """

    def __init__(
        self,
        app: Any,  # noqa: ANN401
        host: str,
        port: int,
        *,
        most: int,
        encryption: Callable[[], ssl.SSLContext | None] = no_encryption,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                access_log=False,
                log_config=None,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=5,
                http=Connection,
                ws="none",
                h11_max_incomplete_event_size=HEAD_BYTES,
            )
        )
        self._most = most
        self._encryption = encryption
        self._open: dict[Open, None] = {}

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to the caller."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept on these sockets, else on one of our own. Raises OSError when there can be
        none.
        """
        listeners = [listening(self.config.host, self.config.port)] if sockets is None else sockets
        await super().startup(sockets=[])
        for listener in listeners:
            acceptor = _Acceptor(listener, self._welcome, self._accepting_failed)
            self.servers.append(acceptor)  # type: ignore[arg-type]

    async def on_tick(self, counter: int) -> bool:
        """Drop the connections whose clients have had their time."""
        if counter % _SWEEP_TICKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self._open):
                if connection.standing().is_overdue(now):
                    connection.drop()
        return await super().on_tick(counter)

    async def _welcome(self, client: socket.socket) -> None:
        """Serve a connection, when need be in the place of another."""
        while len(self._open) >= self._most and not self.should_exit:
            await self._make_room()
        context = self._encryption()
        if context is None:
            loop = asyncio.get_running_loop()
            await loop.connect_accepted_socket(self._connection, client)
            return
        self._open[Handshake(client, self._connection, context, self._forget)] = None

    def _forget(self, handshake: Handshake) -> None:
        self._open.pop(handshake, None)

    async def _make_room(self) -> None:
        await asyncio.sleep(0 if self._drop_one() else _ROOM_SECONDS)

    def _connection(self) -> Connection:
        return Connection(self.config, self.server_state, self._open)

    def _drop_one(self) -> bool:
        """Drop the connection that can best be spared, which is gone in the loop's next turn; False
        when none can.
        """
        standings = ((connection, connection.standing()) for connection in self._open)
        connection = expendable(standings, asyncio.get_running_loop().time())
        if connection is None:
            log.warning(
                "all %d connections that may be open are being answered; the next waits", self._most
            )
            return False
        log.warning(
            "%d connections are open, no more may be: the one that idles longest is dropped",
            self._most,
        )
        connection.drop()
        return True

    def _accepting_failed(self, error: OSError | None) -> None:
        """Make room when the system has none for another connection; end when accepting did."""
        if error is None:
            self.should_exit = True
            return
        if error.errno not in _SCARCE:
            log.warning("a connection could not be accepted: %s", error.strerror)
            return
        log.error(
            "cannot accept a connection: %s; allow more open files (ulimit -n)", error.strerror
        )
        if self._open:
            self._drop_one()


def _send_at_once(client: socket.socket) -> None:
    """Keep the system from holding back the end of an answer until its beginning is acknowledged,
    which takes 40 ms of each request but the first. asyncio does so itself only where a socket
    names its protocol.
    """
    if client.family in (socket.AF_INET, socket.AF_INET6):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Acceptor:
    """Accepts from one listening socket, one connection after the other, until it is closed."""

    def __init__(
        self,
        listener: socket.socket,
        welcome: Callable[[socket.socket], Any],
        on_failure: Callable[[OSError | None], None],
    ) -> None:
        listener.setblocking(False)  # noqa: FBT003
        self._listener = listener
        self._welcome = welcome
        self._on_failure = on_failure
        self._task = asyncio.create_task(self._accept(), name="accept")
        self._task.add_done_callback(self._on_end)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(self._listener)
                _send_at_once(client)
            except ConnectionAbortedError:
                continue
            except OSError as error:
                if error.errno in _OVER:
                    raise
                self._on_failure(error)
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            try:
                await self._welcome(client)
            except OSError:
                client.close()  # it has gone meanwhile
            except BaseException:
                client.close()
                raise

    def _on_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.error("no connections are accepted any more", exc_info=task.exception())
            self._on_failure(None)

    def close(self) -> None:
        """Accept no more."""
        self._task.cancel()
        self._listener.close()

    async def wait_closed(self) -> None:
        """Wait until nothing is being accepted."""
        await asyncio.wait([self._task])
