"""Who may keep a connection to the web server, and the server with clients that are slow, many, or
send nonsense."""

import asyncio
import contextlib
import errno
import logging
import os
import random
import socket
import statistics
import time
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from exporters import connections
from exporters.connections import (
    ANSWER_SECONDS,
    FEWEST,
    HEAD_BYTES,
    MOST,
    REQUEST_SECONDS,
    SLOW_SECONDS,
    Phase,
    Standing,
    expendable,
    most_connections,
)
from exporters.serving import Server, listening
from monitor.logs import OnceAMinute

HALF = b"GET /healthz HTTP/1.1\r\nHost: monitor.example\r\n"
WHOLE = HALF + b"\r\n"
LIMIT = 8


# ----------------------------------------------------------------------------------------------------------
# the rules


@pytest.mark.parametrize(
    ("descriptors", "most"), [(64, FEWEST), (256, 64), (1024, 256), (65_536, MOST)]
)
def test_the_web_server_has_a_quarter_of_the_descriptors_within_bounds(descriptors, most):
    assert most_connections(descriptors) == most


@pytest.mark.parametrize(
    ("phase", "seconds"),
    [(Phase.ASKING, REQUEST_SECONDS), (Phase.READING, ANSWER_SECONDS), (Phase.WORKING, None)],
)
def test_a_client_has_its_time_and_what_waits_for_us_has_none(phase, seconds):
    standing = Standing(phase, 100.0)

    assert not standing.is_overdue(100 + (seconds or 1e9) - 0.001)
    assert standing.is_overdue(100 + (seconds or 1e9)) == (seconds is not None)


def test_time_begins_anew_only_when_a_connection_waits_for_something_else():
    standing = Standing(Phase.ASKING, 1.0)

    assert standing.in_phase(Phase.ASKING, 5.0) == standing
    assert standing.in_phase(Phase.WORKING, 5.0) == Standing(Phase.WORKING, 5.0)


def test_who_asks_nothing_for_longest_goes_first_then_who_does_not_read_and_never_who_waits_for_us():
    now = 100.0
    standings = {
        "works": Standing(Phase.WORKING, 1.0),
        "reads": Standing(Phase.READING, now - SLOW_SECONDS / 2),
        "has not read lately": Standing(Phase.READING, now - SLOW_SECONDS),
        "reads not": Standing(Phase.READING, now - 2 * SLOW_SECONDS),
        "asks nothing": Standing(Phase.ASKING, 50.0),
        "has just come": Standing(Phase.ASKING, 99.9),
    }
    order = []
    while (found := expendable(standings.items(), now)) is not None:
        order.append(found)
        del standings[found]

    assert order == ["asks nothing", "has just come", "reads not", "has not read lately"]


# ---------------------------------------------------------------------------------------------------------
# the server


async def large(_request):
    async def chunks():
        for _ in range(200):
            yield b"x" * 1_000_000

    return StreamingResponse(chunks())


async def healthz(_request):
    return PlainTextResponse("ok\n")


@asynccontextmanager
async def serving(most=LIMIT, listener=None):
    """Serve a small and a large answer; yields the server and its port."""
    listener = listener or listening("127.0.0.1", 0)
    app = Starlette(routes=[Route("/healthz", healthz), Route("/large", large)])
    web = Server(app, "127.0.0.1", 0, most=most)
    port = listener.getsockname()[1]
    task = asyncio.create_task(web.serve(sockets=[listener]))
    try:
        while not web.started:
            await asyncio.sleep(0.01)
        yield web, port
    finally:
        web.should_exit = True
        await asyncio.wait_for(task, 10)


class Client:
    """A connection that is used by hand."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, port, sent=b""):
        client = cls(*await asyncio.open_connection("127.0.0.1", port, limit=4096))
        client.writer.write(sent)
        return client

    async def ended(self, seconds=5.0):
        """Whether the server ends it within this time, whatever is read until then."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(65536):
                    pass
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True

    def close(self):
        self.writer.transport.abort()


async def health(port):
    """Ask as a probe does; return the answer's first line."""
    client = await Client.to(port, WHOLE)
    try:
        return (await asyncio.wait_for(client.reader.readline(), 5)).strip()
    finally:
        client.close()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(connections, "_LIMITS", {Phase.ASKING: 0.5, Phase.READING: 1.0})


async def test_ten_times_as_many_half_open_requests_as_may_be_keep_no_probe_waiting():
    async with serving() as (web, port):
        clients = [await Client.to(port, HALF) for _ in range(10 * LIMIT)]
        begun = asyncio.get_running_loop().time()
        answers = [await health(port) for _ in range(20)]
        took = asyncio.get_running_loop().time() - begun
        open_now = len(web.server_state.connections)
        for client in clients:
            client.close()

    assert set(answers) == {b"HTTP/1.1 200 OK"}
    assert took / 20 < 1
    assert open_now <= LIMIT


async def test_clients_that_read_nothing_of_large_answers_keep_no_probe_waiting_for_long():
    async with serving() as (_, port):
        clients = [
            await Client.to(port, b"GET /large HTTP/1.1\r\nHost: monitor.example\r\n\r\n")
            for _ in range(10 * LIMIT)
        ]
        for client in clients:
            client.writer.transport.pause_reading()
        begun = asyncio.get_running_loop().time()
        answer = await asyncio.wait_for(health(port), 10 * LIMIT)
        took = asyncio.get_running_loop().time() - begun
        for client in clients:
            client.close()

    assert answer == b"HTTP/1.1 200 OK"
    assert took < 10 * SLOW_SECONDS


@pytest.mark.parametrize(
    "sent",
    [b"", HALF, b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx", WHOLE],
)
async def test_who_does_not_finish_a_request_in_time_is_dropped_however_slowly_it_goes_on(
    quick, sent
):
    async with serving() as (_, port):
        client = await Client.to(port, sent)

        async def drip():
            while not client.writer.is_closing():
                client.writer.write(b"x")
                await asyncio.sleep(0.1)

        dripping = asyncio.create_task(drip())
        assert await client.ended(4)
        client.close()
        await dripping


async def test_who_asks_again_and_again_in_time_is_kept(quick):
    async with serving() as (_, port):
        client = await Client.to(port)
        for _ in range(20):
            client.writer.write(WHOLE)
            assert (await asyncio.wait_for(client.reader.readuntil(b"ok\n"), 2)).startswith(
                b"HTTP/1.1 200"
            )
            await asyncio.sleep(0.1)
        client.close()


async def test_the_end_of_an_answer_does_not_wait_until_its_beginning_is_acknowledged():
    """A client acknowledges after 40 ms what it has nothing to say to."""
    async with serving() as (_, port):
        client, taken = await Client.to(port), []
        for _ in range(10):
            began = time.perf_counter()
            client.writer.write(WHOLE)
            await asyncio.wait_for(client.reader.readuntil(b"ok\n"), 5)
            taken.append(time.perf_counter() - began)
        client.close()

    assert statistics.median(taken) < 0.03


@pytest.mark.slow
@pytest.mark.parametrize("requests", [1, 20_000])
async def test_who_does_not_read_its_answers_in_time_is_dropped(quick, requests):
    listener = listening("127.0.0.1", 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    async with serving(listener=listener) as (web, port):
        sent = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n" if requests == 1 else WHOLE * requests
        client = await Client.to(port)
        client.writer.transport.pause_reading()
        client.writer.write(sent)
        async with asyncio.timeout(10):
            while not web.server_state.connections:
                await asyncio.sleep(0.05)
            while web.server_state.connections:
                await asyncio.sleep(0.05)
        client.close()


async def test_a_head_that_is_too_long_is_refused():
    async with serving() as (_, port):
        client = await Client.to(port, HALF + b"X: " + b"x" * 2 * HEAD_BYTES)
        answer = await asyncio.wait_for(client.reader.readline(), 5)
        client.close()

    assert answer.startswith(b"HTTP/1.1 4")


async def test_the_end_comes_although_clients_are_slow():
    begun = asyncio.get_running_loop().time()
    async with serving(most=64) as (_, port):
        clients = [await Client.to(port, HALF) for _ in range(20)]
        clients += [
            await Client.to(port, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(20)
        ]
        for client in clients:
            client.writer.transport.pause_reading()
        await asyncio.sleep(0.5)
    took = asyncio.get_running_loop().time() - begun
    for client in clients:
        client.close()

    assert took < 9


class WithoutDescriptors(socket.socket):
    """A listening socket for which the system has nothing left, so many times."""

    times, number = 0, errno.EMFILE

    def accept(self):
        if self.times:
            self.times -= 1
            raise OSError(self.number, os.strerror(self.number))
        return super().accept()


async def test_a_system_without_descriptors_is_told_once_and_asked_again_without_haste(caplog):
    listener = WithoutDescriptors(socket.AF_INET)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.times = 5
    logger, once = logging.getLogger("exporters.serving"), OnceAMinute()
    logger.addFilter(once)
    try:
        async with serving(listener=listener) as (_, port):
            begun = asyncio.get_running_loop().time()
            answer = await health(port)
            took = asyncio.get_running_loop().time() - begun
    finally:
        logger.removeFilter(once)

    assert answer == b"HTTP/1.1 200 OK"
    assert 0.9 < took < 3
    assert [record.getMessage() for record in caplog.records] == [
        "cannot accept a connection: Too many open files; allow more open files (ulimit -n)"
    ]


@pytest.mark.parametrize(
    "number", [errno.EPROTO, errno.EHOSTUNREACH, errno.EPERM, errno.ECONNABORTED]
)
async def test_trouble_with_one_connection_is_no_end_of_accepting(number):
    listener = WithoutDescriptors(socket.AF_INET)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.times, listener.number = 1, number
    async with serving(listener=listener) as (_, port):
        assert await health(port) == b"HTTP/1.1 200 OK"


async def test_an_end_of_accepting_ends_the_server(caplog):
    listener = listening("127.0.0.1", 0)
    async with serving(listener=listener) as (web, _):
        listener.shutdown(socket.SHUT_RDWR)
        async with asyncio.timeout(5):
            while not web.should_exit:
                await asyncio.sleep(0.05)

    assert "no connections are accepted any more" in caplog.text


NONSENSE = [
    b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", WHOLE + b"nonsense\r\n\r\n", WHOLE * 3 + b"\0",
    b"GET /healthz HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
    b"GET /%zz%00 HTTP/1.1\r\nHost: a\r\n\r\n", b"HEAD /healthz HTTP/1.0\r\n\r\nGET",
    b"POST /healthz HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
]  # fmt: skip


@pytest.mark.slow
async def test_nonsense_is_refused_and_neither_a_bug_nor_a_flood_in_the_log(caplog):
    dice = random.Random(1)
    async with serving(most=64) as (_, port):
        for _ in range(300):
            sent = dice.choice(NONSENSE)
            cut = dice.choice([len(sent), dice.randrange(len(sent) + 1)])
            client = await Client.to(port, sent[:cut])
            if dice.random() < 0.3:
                await asyncio.sleep(0.005)
                client.writer.write(dice.choice(NONSENSE))
            if dice.random() < 0.3:
                with contextlib.suppress(OSError):
                    client.writer.write_eof()
            await asyncio.sleep(0.002)
            client.close()
        answer = await health(port)

    assert answer == b"HTTP/1.1 200 OK"
    assert [
        record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR
    ] == []
