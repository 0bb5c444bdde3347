"""Connecting: several addresses, proxies, connections left open, TLS."""

import asyncio
import ssl
import subprocess
import time
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import httpcore
import httpx
import pytest
from h2.errors import ErrorCodes
from h2.events import StreamReset
from loopback import (
    LOCAL,
    PUBLIC,
    Time,
    always,
    fetcher,
    message,
    mocked,
    read,
    serving,
)

from monitor.errors import (
    ConnectFailed,
    FetchError,
    TimedOut,
)
from monitor.fetch import (
    trust,
)
from monitor.fetch.guard import GuardedBackend, Reach, interleave


async def closed_port() -> int:
    async with serving(always(b"")) as server:
        return int(server.url.rpartition(":")[2])


async def test_a_refused_connection_is_tried_once_more_and_then_an_error():
    clock = Time()
    url = f"http://127.0.0.1:{await closed_port()}/"
    with pytest.raises(ConnectFailed) as caught:
        await read(url, clock=clock, sleep=clock.sleep)

    assert clock.slept == [0.2]
    assert caught.value.url == url
    assert caught.value.remedy


async def test_a_connection_that_succeeds_at_the_second_try_answers():
    tried = []

    def answer(request):
        tried.append(request)
        if len(tried) == 1:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, text="ok")

    async with mocked(answer) as asking:
        fetched = await asking.get("https://a.test/", accept="*/*", limits=PUBLIC)

    assert fetched.response.body == b"ok"
    assert len(tried) == 2


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectTimeout("x"), TimedOut),
        (httpx.ReadTimeout("x"), TimedOut),
        (httpx.ReadError("x"), FetchError),
        (httpx.ProxyError("x"), ConnectFailed),
        (KeyError("a bug of a library"), FetchError),
    ],
)
async def test_whatever_breaks_is_one_of_our_errors_and_is_not_tried_again(error, expected):
    tried = []

    def answer(request):
        tried.append(request)
        raise error

    async with mocked(answer) as asking:
        with pytest.raises(expected) as caught:
            await asking.get("https://a.test/", accept="*/*", limits=PUBLIC)

    assert len(tried) == 1
    assert caught.value.url == "https://a.test/"
    assert caught.value.remedy


async def test_a_host_that_does_not_resolve_is_an_error():
    async def resolver(host, port):
        raise OSError("Name or service not known")

    with pytest.raises(ConnectFailed, match="cannot be resolved"):
        await read("https://nowhere.test/", limits=PUBLIC, resolver=resolver)


async def test_the_next_address_is_tried_when_the_first_does_not_connect():
    async def resolver(host, port):
        return ["127.0.0.2", "127.0.0.1"]

    async with serving(always(message(b"second"))) as server:
        port = server.url.rpartition(":")[2]
        assert (await read(f"http://a.test:{port}/", resolver=resolver)).response.body == b"second"


def test_the_families_take_turns_beginning_with_the_preferred_one():
    assert interleave(["::1", "::2", "::3", "1.1.1.1", "1.1.1.2"]) == [
        "::1",
        "1.1.1.1",
        "::2",
        "1.1.1.2",
        "::3",
    ]
    assert interleave(["1.1.1.1", "::1"]) == ["1.1.1.1", "::1"]
    assert interleave([]) == []


class Dialled(httpcore.AsyncNetworkBackend):
    """Answers by address: "dead" refuses at once, "mute" never answers, anything else stands after
    `seconds`."""

    def __init__(self, **answers):
        self.answers = answers
        self.tried = []
        self.closed = []

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.tried.append(host)
        kind = self.answers.get(host, "good")
        if kind == "dead":
            raise httpcore.ConnectError("refused")
        if kind == "mute":
            await asyncio.sleep(timeout)
            raise httpcore.ConnectTimeout("nothing")
        return Stands(host, self.closed)


class Stands(httpcore.AsyncNetworkStream):
    def __init__(self, host, closed):
        self.host = host
        self.closed = closed

    async def aclose(self):
        self.closed.append(self.host)


def dialling(addresses, **answers):
    async def resolver(host, port):
        return addresses

    guarded = GuardedBackend(reach=Reach.ANY, resolver=resolver)
    guarded._backend = Dialled(**answers)
    return guarded


@pytest.mark.parametrize("kind", ["dead", "mute"])
async def test_the_last_of_many_addresses_is_reached_though_all_before_it_are_dead(kind):
    """Four addresses were tried, whatever the fifth."""
    bad = {f"2001:db8::{n}": kind for n in range(1, 7)}
    dial = dialling([*bad, "127.0.0.1"], **bad)
    found = await asyncio.wait_for(dial.connect_tcp("a.test", 80, 5.0), 2.0)

    assert found.host == "127.0.0.1"
    assert dial._backend.tried[:2] == ["2001:db8::1", "127.0.0.1"]


async def test_the_last_of_many_addresses_of_one_family_is_reached_in_time():
    mute = {f"192.0.2.{n}": "mute" for n in range(1, 8)}
    dial = dialling([*mute, "192.0.2.99"], **mute)
    begun = time.monotonic()

    assert (await dial.connect_tcp("a.test", 80, 5.0)).host == "192.0.2.99"
    assert time.monotonic() - begun < 4.0
    assert dial._backend.tried == [*mute, "192.0.2.99"]


async def test_a_preferred_address_that_answers_is_the_only_one_asked():
    dial = dialling(["2001:db8::1", "127.0.0.1"])

    assert (await dial.connect_tcp("a.test", 80, 5.0)).host == "2001:db8::1"
    assert dial._backend.tried == ["2001:db8::1"]


async def test_when_no_address_answers_the_last_failure_is_told_within_the_time():
    dial = dialling(["192.0.2.1", "192.0.2.2"], **{"192.0.2.1": "mute", "192.0.2.2": "mute"})
    begun = time.monotonic()
    with pytest.raises(httpcore.ConnectTimeout):
        await dial.connect_tcp("a.test", 80, 0.6)

    assert time.monotonic() - begun < 3.0
    with pytest.raises(httpcore.ConnectError, match="no address"):
        await dialling([]).connect_tcp("a.test", 80, 0.6)


async def test_a_request_that_an_http2_server_refused_unread_is_asked_once_more():
    tried = []

    def answer(request):
        tried.append(request)
        if len(tried) == 1:
            raise httpcore.RemoteProtocolError(
                StreamReset(stream_id=1, error_code=ErrorCodes.REFUSED_STREAM)
            )
        return httpx.Response(200, text="ok")

    async with mocked(answer) as asking:
        assert (
            await asking.get("https://a.test/", accept="*/*", limits=PUBLIC)
        ).response.body == b"ok"
    assert len(tried) == 2


async def test_a_connection_the_host_has_closed_meanwhile_is_replaced():
    async def answer(writer, path, headers):
        if path == "/second" and server.connections == 1:
            writer.close()
        else:
            writer.write(message(path.encode()))

    async with serving(answer) as server, fetcher() as asking:
        await asking.get(f"{server.url}/first", accept="*/*", limits=LOCAL)
        fetched = await asking.get(f"{server.url}/second", accept="*/*", limits=LOCAL)

    assert fetched.response.body == b"/second"
    assert server.connections == 2


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=status.test", "-addext", "subjectAltName=DNS:status.test",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder


def tls_server(certificate: Path, *protocols: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    context.set_alpn_protocols(list(protocols))
    return context


async def at_home(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


class Http2(asyncio.Protocol):
    """Answers every HTTP/2 request with its path and the protocol."""

    def connection_made(self, transport):
        self.transport = transport
        self.connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.connection.initiate_connection()
        transport.write(self.connection.data_to_send())

    def data_received(self, data):
        for event in self.connection.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                self.connection.send_headers(event.stream_id, [(":status", "200"), ("etag", '"2"')])
                self.connection.send_data(
                    event.stream_id, dict(event.headers)[b":authority"], end_stream=True
                )
        self.transport.write(self.connection.data_to_send())


async def test_http_2_is_spoken_where_tls_offers_it_and_the_certificate_is_checked_for_the_name(
    certificate,
):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        Http2, "127.0.0.1", 0, ssl=tls_server(certificate, "h2", "http/1.1")
    )
    port = server.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=certificate / "cert.pem")
    async with fetcher(ssl_context=trusting, resolver=at_home) as asking:
        got = await asyncio.gather(
            *(
                asking.get(f"https://status.test:{port}/{n}", accept="*/*", limits=LOCAL)
                for n in range(4)
            )
        )
        with pytest.raises(ConnectFailed, match="certificate"):
            await asking.get(f"https://other.test:{port}/", accept="*/*", limits=LOCAL)
    server.close()

    assert [fetched.response.body for fetched in got] == [f"status.test:{port}".encode()] * 4
    assert got[0].validators.etag == '"2"'


async def test_an_authority_of_ones_own_is_trusted_beside_the_others(certificate):
    """A company's proxy or page has a certificate that no public authority signed."""
    there = trust(certificate / "cert.pem")
    assert len(there.get_ca_certs()) > len(trust().get_ca_certs())

    async def resolver(host, port):
        return ["127.0.0.1"]

    async with serving(always(message(b"ours")), ssl=tls_server(certificate, "http/1.1")) as server:
        url = server.url.replace("127.0.0.1", "status.test")
        assert (await read(url, ssl_context=there, resolver=resolver)).response.body == b"ours"


async def test_an_unknown_certificate_is_refused(certificate):
    async with serving(always(message(b"x")), ssl=tls_server(certificate, "http/1.1")) as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(ConnectFailed, match=r"(?i)certificate"):
            await read(f"https://status.test:{port}/", resolver=at_home)

    assert server.paths == []
