"""The web server over TLS: its connections are counted and timed as others are."""

import asyncio
import ssl
from contextlib import asynccontextmanager

import httpx
import pytest
from authorities import Authority
from integration.servers import free_port

from exporters import handshakes
from exporters.serving import Server


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


async def answer(scope, receive, send):
    peer = scope["state"]["peer"]
    body = f"{scope['scheme']} {peer.is_encrypted} {sorted(peer.names)}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def encrypted(authority, *, verify=ssl.CERT_NONE, most=8):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.sign("server"))
    context.load_verify_locations(authority.pem)
    context.verify_mode = verify
    port = free_port()
    server = Server(answer, "127.0.0.1", port, most=most, encryption=lambda: context)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 10)


async def ask(port, authority, *, certificate=None):
    trust = ssl.create_default_context(cafile=authority.pem)
    if certificate is not None:
        trust.load_cert_chain(*certificate)
    async with httpx.AsyncClient(verify=trust, trust_env=False) as client:
        return (await client.get(f"https://127.0.0.1:{port}/")).text


async def test_a_request_knows_its_connection(authority):
    async with encrypted(authority, verify=ssl.CERT_OPTIONAL) as port:
        assert await ask(port, authority) == "https True []"
        assert await ask(port, authority, certificate=authority.sign("client")) == (
            "https True ['127.0.0.1', 'client.example', 'localhost']"
        )


async def test_a_client_without_a_certificate_or_with_a_foreign_one_gets_no_answer(
    authority, tmp_path
):
    foreign = Authority(tmp_path, "foreign").sign("client")
    async with encrypted(authority, verify=ssl.CERT_REQUIRED) as port:
        for certificate in (None, foreign):
            with pytest.raises(httpx.TransportError):
                await ask(port, authority, certificate=certificate)
        assert "client" in await ask(port, authority, certificate=authority.sign("client"))


async def test_those_who_never_encrypt_keep_nobody_from_asking(authority):
    async with encrypted(authority, most=4) as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(12)]

        assert await ask(port, authority) == "https True []"
        dropped = [reader for reader, _ in silent if reader.at_eof()]
        assert len(dropped) >= 8
        for _, writer in silent:
            writer.close()


async def test_who_does_not_encrypt_in_time_is_dropped(authority, monkeypatch):
    monkeypatch.setattr(handshakes, "REQUEST_SECONDS", 0.2)
    async with encrypted(authority) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()


async def test_plain_text_is_no_tls_and_the_next_is_answered(authority):
    async with encrypted(authority) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

        assert b"HTTP" not in await reader.read()
        assert await ask(port, authority) == "https True []"
        writer.close()


async def test_what_this_machine_says_unencrypted_is_no_news(authority, caplog):
    caplog.set_level("DEBUG", "exporters.handshakes")
    async with encrypted(authority) as port:
        async with httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx.HTTPError):
                await client.get(f"http://127.0.0.1:{port}/healthz")
        while not caplog.records:
            await asyncio.sleep(0.01)

    assert {each.levelname for each in caplog.records} == {"DEBUG"}
