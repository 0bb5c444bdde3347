"""Small servers on loopback, and fetchers that ask them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx

from monitor.fetch import (
    Fetcher,
    Limits,
    Validators,
)

NOW = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
LOCAL = Limits(allow_private=True, timeout_seconds=3.0, connect_seconds=2.0)
PUBLIC = Limits(timeout_seconds=3.0, connect_seconds=2.0)

Send = Callable[[asyncio.StreamWriter, str, dict[str, str]], Awaitable[None]]


class Server:
    """A loopback server that hands each request to `answer` and counts what it saw."""

    def __init__(self, answer: Send) -> None:
        self.answer = answer
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                path = head[0].split(" ")[1]
                headers = {
                    k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if line)
                }
                self.paths.append(path)
                self.headers.append(headers)
                await self.answer(writer, path, headers)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(answer: Send, host: str = "127.0.0.1", **options) -> AsyncIterator[Server]:
    server = Server(answer)
    listening = await asyncio.start_server(server.serve, host, 0, **options)
    scheme = "https" if "ssl" in options else "http"
    server.url = f"{scheme}://{host}:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()


def message(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    named = {"content-length": str(len(body))} | {
        k.replace("_", "-"): v for k, v in headers.items()
    }
    lines = "".join(f"{k}: {v}\r\n" for k, v in named.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1") + body


def always(*messages: bytes) -> Send:
    """Send the messages in turn, the last one ever after."""
    left = list(messages)

    async def answer(writer, path, headers):
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return answer


TLS = ssl.create_default_context()  # made once: it takes 20 ms


def fetcher(**changes) -> Fetcher:
    return Fetcher(
        **{"user_agent": "test/1", "spacing_seconds": 0.0, "ssl_context": TLS, **changes}
    )


def mocked(handler, **changes) -> Fetcher:
    return fetcher(
        transport_factory=lambda *, reach, proxy: httpx.MockTransport(handler), **changes
    )


async def read(
    url: str, *, limits: Limits = LOCAL, validators: Validators | None = None, **changes
):
    async with fetcher(**changes) as asking:
        return await asking.get(
            url, accept="application/json", limits=limits, validators=validators
        )


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def redirecting(status: int = 302, **routes: str) -> Send:
    async def answer(writer, path, headers):
        there = routes.get(path.strip("/") or "root")
        writer.write(
            message(b"moved", status, location=there)
            if there
            else message(b"here", last_modified="x")
        )

    return answer
