"""The health check of the container: a server that answers lives, whatever it wants to be shown."""

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager

import pytest
from authorities import Authority
from integration.servers import free_port

from exporters.serving import Server
from monitor.health import address, lives


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


def encryption(authority, *, verify=ssl.CERT_NONE, newest=ssl.TLSVersion.TLSv1_3):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.sign("server"))
    context.load_verify_locations(authority.pem)
    context.verify_mode, context.maximum_version = verify, newest
    return context


@asynccontextmanager
async def serving(context, status=200):
    async def answer(scope, receive, send):
        code = status if scope["path"] == "/healthz" else 404
        await send({"type": "http.response.start", "status": code, "headers": []})
        await send({"type": "http.response.body", "body": b"ok\n"})

    port = free_port()
    server = Server(answer, "127.0.0.1", port, most=8, encryption=lambda: context)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 10)


async def is_alive(port):
    return await asyncio.to_thread(lives, "127.0.0.1", port)


async def test_a_server_that_answers_lives_and_one_that_does_not_say_so_does_not():
    async with serving(None) as well, serving(None, 503) as broken:
        assert await is_alive(well)
        assert not await is_alive(broken)


async def test_a_server_with_a_certificate_of_any_name_lives(authority):
    context = encryption(authority)
    async with serving(context) as well, serving(context, 503) as broken:
        assert await is_alive(well)
        assert not await is_alive(broken)


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_wants_a_certificate_of_every_client_lives(authority, newest):
    context = encryption(authority, verify=ssl.CERT_REQUIRED, newest=newest)
    async with serving(context) as port:
        assert await is_alive(port)


def test_where_nothing_listens_and_where_nothing_is_said_nothing_lives():
    assert not lives("127.0.0.1", free_port(), 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not lives("127.0.0.1", silent.getsockname()[1], 0.2)
        silent.accept()[0].close()
        silent.settimeout(0.1)
        with pytest.raises(TimeoutError):
            silent.accept()  # to one that is slow nothing is said that it would complain of


@pytest.mark.parametrize(
    ("listen", "asked"),
    [
        (None, ("127.0.0.1", 9184)),
        ("", ("127.0.0.1", 9184)),
        ("0.0.0.0:9200", ("127.0.0.1", 9200)),
        ("[::]:9200", ("::1", 9200)),
        ("[fd00::1]:80", ("fd00::1", 80)),
        ("monitor.example:80", ("monitor.example", 80)),
    ],
)
def test_it_asks_where_the_server_listens(listen, asked):
    assert address({} if listen is None else {"MONITOR_LISTEN": listen}) == asked
