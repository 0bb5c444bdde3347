"""Fetching, against small servers on loopback."""

import asyncio
import gzip
import hashlib
import re
import resource
import ssl
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import httpcore
import httpx
import pytest
from h2.errors import ErrorCodes
from h2.events import StreamReset
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import (
    BadStatus,
    ConfigError,
    ConnectFailed,
    FetchError,
    ForbiddenAddress,
    Throttled,
    TimedOut,
    TooLarge,
    TooManyRedirects,
)
from monitor.fetch import (
    Fetcher,
    Limits,
    Pace,
    Validators,
    is_forbidden,
    parse_retry_after,
    route,
    sniff_encoding,
    trust,
    user_agent,
)
from monitor.fetch.guard import METADATA, GuardedBackend, Reach, interleave
from monitor.fetch.hosts import host_transports
from monitor.fetch.politeness import PACES, Slots
from monitor.kit.protocol import Response
from monitor.network import idle_hosts, idle_seconds

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


# ------------------------------------------------------------------------------------------------
# answers, validators


async def test_an_answer_carries_status_headers_body_and_what_it_cost():
    async with serving(always(message(b'{"a": 1}', etag='"1"', X_Thing="Yes"))) as server:
        fetched = await read(f"{server.url}/a.json#part")

    assert fetched.response.status == 200
    assert fetched.response.body == b'{"a": 1}'
    assert fetched.response.headers["x-thing"] == "Yes"
    assert fetched.response.final_url == f"{server.url}/a.json"
    assert not fetched.response.unchanged
    assert fetched.wire_bytes == 8
    assert 0 < fetched.elapsed_seconds < 3


async def test_requests_say_who_asks_and_what_is_understood():
    async with serving(always(message(b"x"))) as server:
        await read(server.url)

    sent = server.headers[0]
    assert sent["user-agent"] == "test/1"
    assert sent["accept"] == "application/json"
    assert sent["accept-encoding"] == "gzip, deflate"
    assert "if-none-match" not in sent
    assert "if-modified-since" not in sent


async def test_validators_make_a_round_trip_and_304_means_unchanged():
    last = "Wed, 06 May 2026 11:00:00 GMT"

    async def answer(writer, path, headers):
        known = headers.get("if-none-match") == '"v1"' and headers.get("if-modified-since") == last
        writer.write(
            b'HTTP/1.1 304 X\r\netag: "v1"\r\ncontent-encoding: gzip\r\ncontent-length: 99999999\r\n\r\n'
            if known
            else message(b"body", etag='"v1"', last_modified=last)
        )

    async with serving(answer) as server, fetcher() as asking:
        first = await asking.get(server.url, accept="*/*", limits=LOCAL)
        second = await asking.get(
            server.url, accept="*/*", limits=LOCAL, validators=first.validators
        )

    assert first.validators == Validators(
        etag='"v1"', last_modified=last, sha256=hashlib.sha256(b"body").hexdigest()
    )
    assert second.response.unchanged
    assert second.response.status == 304
    assert second.response.body == b""
    assert second.validators == first.validators
    assert server.connections == 1


async def test_the_same_body_again_is_unchanged_though_the_host_has_no_validators():
    async with serving(always(message(b"same"))) as server, fetcher() as asking:
        first = await asking.get(server.url, accept="*/*", limits=LOCAL, validators=Validators())
        second = await asking.get(
            server.url, accept="*/*", limits=LOCAL, validators=first.validators
        )

    assert not first.response.unchanged
    assert second.response.unchanged
    assert second.response.body == b""
    assert second.response.status == 200


async def test_a_304_nobody_asked_for_is_an_error_not_an_unchanged_page():
    async with serving(always(b"HTTP/1.1 304 X\r\n\r\n")) as server:
        with pytest.raises(BadStatus):
            await read(server.url, validators=Validators(sha256="0" * 64))


async def test_a_failing_status_is_an_answer_and_leaves_the_validators_as_they_were():
    known = Validators(etag='"old"', sha256="0" * 64)
    async with serving(always(message(b"oops", 500, etag='"new"'))) as server:
        fetched = await read(server.url, validators=known)

    assert fetched.response.status == 500
    assert fetched.response.body == b"oops"
    assert fetched.validators == known


async def test_an_etag_that_cannot_be_sent_back_is_not_kept():
    async with serving(always(message(b"x", etag='"\xe9"'))) as server:
        assert (await read(server.url)).validators.etag is None


# -----------------------------------------------------------------------------------------------------
# throttling


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, {"retry_after": "120"}, timedelta(seconds=120)),
        (420, {"retry_after": "7"}, timedelta(seconds=7)),
        (503, {"retry_after": "30"}, timedelta(seconds=30)),
        (429, {}, None),
        (429, {"retry_after": "soon"}, None),
        (
            429,
            {
                "retry_after": "Wed, 06 May 2026 12:01:30 GMT",
                "date": "Wed, 06 May 2026 12:00:00 GMT",
            },
            timedelta(seconds=90),
        ),
    ],
    ids=["seconds", "420", "503", "unsaid", "unreadable", "date"],
)
async def test_a_host_that_asks_us_to_wait_is_throttled(status, header, wait):
    async with serving(always(message(b"slow down", status, **header))) as server:
        with pytest.raises(Throttled) as caught:
            await read(f"{server.url}/x")

    assert caught.value.retry_after == wait
    assert caught.value.url == f"{server.url}/x"
    assert caught.value.remedy


async def test_a_503_that_asks_for_nothing_is_an_answer_like_any_other():
    async with serving(always(message(b"down", 503))) as server:
        assert (await read(server.url)).response.status == 503


async def test_a_retry_date_without_the_hosts_date_is_compared_to_our_own_clock():
    async with serving(
        always(message(b"", 429, retry_after="Wed, 06 May 2026 12:01:00 GMT"))
    ) as server:
        with pytest.raises(Throttled) as caught:
            await read(server.url, wall_clock=NOW.timestamp)

    assert caught.value.retry_after == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("0", timedelta(0)),
        (" 15 ", timedelta(seconds=15)),
        ("9" * 50, timedelta(days=1)),
        ("Wed, 06 May 2026 11:00:00 GMT", timedelta(0)),
        ("Wed, 06 May 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Fri, 06 May 2089 12:10:00 GMT", timedelta(days=1)),
        ("Wed, 99 May 2026 12:10:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_within_a_day(value, wait):
    assert parse_retry_after(value, now=NOW) == wait


async def test_a_resting_host_is_not_asked_again_by_its_other_pages_until_the_time_is_over():
    clock = Time()
    async with (
        serving(always(message(b"", 429, retry_after="100"), message(b"ok"))) as server,
        fetcher(clock=clock, sleep=clock.sleep) as asking,
    ):
        with pytest.raises(Throttled):
            await asking.get(f"{server.url}/a", accept="*/*", limits=LOCAL)
        clock.now += 40
        with pytest.raises(Throttled) as caught:
            await asking.get(f"{server.url}/b", accept="*/*", limits=LOCAL)
        clock.now += 59
        fetched = await asking.get(f"{server.url}/b", accept="*/*", limits=LOCAL)

    assert caught.value.retry_after == timedelta(seconds=60)
    assert caught.value.url == f"{server.url}/b"
    assert clock.slept == [1.0]
    assert fetched.response.body == b"ok"
    assert server.paths == ["/a", "/b"]


# ----------------------------------------------------------------------------------------------
# timeouts and sizes


async def test_a_silent_host_times_out():
    async def silent(writer, path, headers):
        await asyncio.sleep(2)

    limits = Limits(allow_private=True, timeout_seconds=0.4)
    async with serving(silent) as server:
        with pytest.raises(TimedOut, match=r"no answer for 0\.2 s") as caught:
            await read(server.url, limits=limits)

    assert caught.value.url == server.url
    assert caught.value.remedy


async def test_a_dripping_host_ends_at_the_total_limit():
    async def drip(writer, path, headers):
        writer.write(b"HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.02)

    started = asyncio.get_running_loop().time()
    async with serving(drip) as server:
        with pytest.raises(TimedOut, match=r"not finished within 0\.3 s"):
            await read(server.url, limits=Limits(allow_private=True, timeout_seconds=0.3))

    assert asyncio.get_running_loop().time() - started < 0.8


async def test_a_resolver_that_hangs_ends_at_the_connect_limit():
    async def hang(host, port):
        await asyncio.sleep(10)

    with pytest.raises(TimedOut, match="no connection"):
        await read("http://a.test/", limits=Limits(connect_seconds=0.05), resolver=hang)


async def test_the_callers_cancellation_passes_through():
    async def silent(writer, path, headers):
        await asyncio.sleep(2)

    async with serving(silent) as server:
        asking = asyncio.create_task(read(server.url))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


SMALL = Limits(allow_private=True, max_body_bytes=1000, timeout_seconds=3.0)


async def test_a_body_declared_too_large_is_refused_before_it_comes():
    async with serving(always(b"HTTP/1.1 200 X\r\ncontent-length: 50000000\r\n\r\n")) as server:
        with pytest.raises(TooLarge, match="50000000"):
            await read(server.url, limits=SMALL)


async def test_a_body_that_turns_out_too_large_is_refused():
    async def endless(writer, path, headers):
        writer.write(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(1000):
            writer.write(b"64\r\n" + b"x" * 100 + b"\r\n")
            await writer.drain()

    async with serving(endless) as server:
        with pytest.raises(TooLarge):
            await read(server.url, limits=SMALL)


async def test_a_body_of_exactly_the_limit_is_read():
    async with serving(
        always(message(gzip.compress(b"x" * 1000), content_encoding="gzip"))
    ) as server:
        assert (await read(server.url, limits=SMALL)).response.body == b"x" * 1000


async def test_a_body_too_large_after_decompression_is_refused():
    async with serving(
        always(message(gzip.compress(b"x" * 1001), content_encoding="gzip"))
    ) as server:
        with pytest.raises(TooLarge, match="decompressed"):
            await read(server.url, limits=SMALL)


@pytest.mark.measure
def test_a_gzip_bomb_of_300_mb_costs_less_than_20_mb():
    run = subprocess.run(
        [sys.executable, "-c", BOMB],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=Path(__file__).parents[1],
    )

    assert run.returncode == 0, run.stderr
    grown = int(run.stdout)
    assert grown < 20 * 1024


BOMB = r"""
import asyncio, re, threading, zlib
from monitor.errors import TooLarge
from monitor.fetch import Fetcher, Limits

def peak():
    return int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])

packer = zlib.compressobj(9, zlib.DEFLATED, 31)
zeros = bytes(1 << 20)
bomb = b"".join(packer.compress(zeros) for _ in range(300)) + packer.flush()

async def serve(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    head = f"HTTP/1.1 200 X\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}\r\n\r\n"
    writer.write(head.encode() + bomb)
    try:
        await writer.drain()
    except ConnectionError:
        pass
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with Fetcher(user_agent="t") as fetcher:
        await asyncio.sleep(0.05)
        try:
            await fetcher.get(url, accept="*/*", limits=Limits(allow_private=True, max_body_bytes=10))
        except TooLarge:
            pass
        before = peak()
        try:
            await fetcher.get(url, accept="*/*", limits=Limits(allow_private=True))
        except TooLarge as error:
            assert "decompressed" in str(error), error
            print(peak() - before)
    server.close()

asyncio.run(main())
"""


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


TEXT = b"all systems operational " * 5000


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]) + b"\0\0"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("identity", TEXT),
        ("none", TEXT),
        ("UTF-8", TEXT),
        ("iso-8859-1", TEXT),
        ("binary", TEXT),
        ("identity, identity", TEXT),
        ("aws-chunked", TEXT),
        (",", TEXT),
        ("identity,gzip", gzip.compress(TEXT)),
        ("gzip, aws-chunked", gzip.compress(TEXT)),
        ("utf-8, Deflate", zlib.compress(TEXT)),
    ],
)
async def test_compressed_bodies_are_decompressed(encoding, sent):
    async with serving(always(message(sent, content_encoding=encoding))) as server:
        fetched = await read(server.url)

    assert fetched.response.body == TEXT
    assert fetched.wire_bytes == len(sent)


@pytest.mark.parametrize("size", [256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3 * 256 * 1024])
async def test_a_body_around_the_piece_size_is_whole(size):
    async with serving(
        always(message(gzip.compress(b"y" * size), content_encoding="gzip"))
    ) as server:
        assert len((await read(server.url)).response.body) == size


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", gzip.compress(TEXT)[:-20]),
        ("gzip", b"not gzip at all"),
        ("gzip", gzip.compress(b"x") + b"rubbish"),
        ("br", b"\x0b\x02\x80"),
        ("identity, br", b"\x0b\x02\x80"),
        ("utf-8, rot13", TEXT),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT))),
    ],
    ids=[
        "breaks off",
        "not gzip",
        "rubbish after it",
        "unknown",
        "unknown in a list",
        "no encoding",
        "twice",
    ],
)
async def test_a_body_that_cannot_be_decompressed_is_an_error_with_a_remedy(encoding, sent):
    async with serving(always(message(sent, content_encoding=encoding))) as server:
        with pytest.raises(FetchError) as caught:
            await read(server.url)

    assert caught.value.url == server.url
    assert caught.value.remedy


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n64\r\nshort",
        b"this is not HTTP\r\n\r\n",
        b"",
    ],
    ids=["shorter than declared", "chunk breaks off", "no HTTP", "nothing"],
)
async def test_a_broken_answer_is_an_error_with_url_and_remedy(sent):
    async def answer(writer, path, headers):
        writer.write(sent)
        writer.close()

    async with serving(answer) as server:
        with pytest.raises(FetchError, match="the connection broke") as caught:
            await read(server.url)

    assert caught.value.url == server.url
    assert caught.value.remedy


# -------------------------------------------------------------------------------------------------------
# redirects


def redirecting(status: int = 302, **routes: str) -> Send:
    async def answer(writer, path, headers):
        there = routes.get(path.strip("/") or "root")
        writer.write(
            message(b"moved", status, location=there)
            if there
            else message(b"here", last_modified="x")
        )

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_the_final_url_is_kept(status):
    async with serving(redirecting(status, a="b?q=1#frag")) as server:
        fetched = await read(f"{server.url}/a")

    assert fetched.response.body == b"here"
    assert fetched.response.url == f"{server.url}/a"
    assert fetched.response.final_url == f"{server.url}/b?q=1"


async def test_a_redirect_that_drops_the_path_shows_in_the_final_url():
    async with serving(redirecting(**{"api/v2/summary.json": "/"})) as server:
        fetched = await read(f"{server.url}/api/v2/summary.json")

    assert fetched.response.final_url == f"{server.url}/"


async def test_three_redirects_are_followed_and_a_fourth_is_not():
    async with serving(redirecting(a="/b", b="/c", c="/d", x="/a")) as server, fetcher() as asking:
        fetched = await asking.get(f"{server.url}/a", accept="*/*", limits=LOCAL)
        with pytest.raises(TooManyRedirects) as caught:
            await asking.get(f"{server.url}/x", accept="*/*", limits=LOCAL)

    assert fetched.response.final_url == f"{server.url}/d"
    assert caught.value.url == f"{server.url}/x"
    assert caught.value.remedy


@pytest.mark.parametrize("there", ["file:///etc/passwd", "ftp://a.test/", "gopher://a.test/"])
async def test_a_redirect_to_another_scheme_is_refused(there):
    async with serving(redirecting(a=there)) as server:
        with pytest.raises(TooManyRedirects, match="not http"):
            await read(f"{server.url}/a")


@pytest.mark.parametrize("there", ["http://:80/", "http://[::1", "http://a b.test:99999/"])
async def test_a_redirect_to_no_url_is_an_error(there):
    async with serving(redirecting(a=there)) as server:
        with pytest.raises(FetchError):
            await read(f"{server.url}/a")


async def test_a_redirect_to_a_private_address_is_refused_by_the_guard():
    def answer(request):
        return httpx.Response(302, headers={"location": "http://169.254.169.254/latest/meta-data"})

    make = host_transports(None, 150.0, None)

    def factory(*, reach, proxy):
        transport = make(reach=reach, proxy=proxy)

        async def route(request):
            return (
                answer(request)
                if request.url.host == "a.test"
                else await transport.handle_async_request(request)
            )

        return httpx.MockTransport(route)

    async with fetcher(transport_factory=factory) as asking:
        with pytest.raises(ForbiddenAddress, match=r"169\.254\.169\.254") as caught:
            await asking.get("http://a.test/", accept="*/*", limits=PUBLIC)

    assert caught.value.url == "http://a.test/"


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
async def test_a_redirect_out_of_https_is_refused_unless_private_pages_are_allowed(allowed, scheme):
    def answer(request):
        there = {"location": "http://b.test/"}
        return (
            httpx.Response(302, headers=there)
            if request.url.scheme == "https"
            else httpx.Response(200, text="ok")
        )

    async with mocked(answer) as asking:
        getting = asking.get(
            f"{scheme}://a.test/", accept="*/*", limits=Limits(allow_private=allowed)
        )
        if allowed:
            assert (await getting).response.final_url == "http://b.test/"
        else:
            with pytest.raises(TooManyRedirects, match="from https"):
                await getting


SECRET = (("authorization", "Bearer secret"),)


async def test_a_pages_own_headers_go_to_its_host_alone():
    seen = []

    def answer(request):
        seen.append((request.url.host, request.headers.get("authorization")))
        there = {"a.test": "https://b.test/", "b.test": "https://a.test/again"}
        again = request.url.path == "/again"
        return (
            httpx.Response(200)
            if again
            else httpx.Response(302, headers={"location": there[request.url.host]})
        )

    limits = replace(PUBLIC, own_host="a.test", headers=SECRET)
    async with mocked(answer) as asking:
        await asking.get("https://a.test/", accept="*/*", limits=limits)
        await asking.get(
            "https://a.test/again", accept="*/*", limits=replace(limits, own_host="c.test")
        )

    assert seen == [
        ("a.test", "Bearer secret"),
        ("b.test", None),
        ("a.test", "Bearer secret"),
        ("a.test", None),
    ]
    assert "secret" not in repr(limits)


async def test_a_pages_own_headers_do_not_leave_tls():
    seen = []

    def answer(request):
        seen.append((request.url.scheme, request.headers.get("authorization")))
        there = {"location": "http://a.test/"}
        return (
            httpx.Response(302, headers=there)
            if request.url.scheme == "https"
            else httpx.Response(200)
        )

    limits = Limits(allow_private=True, own_host="a.test", headers=SECRET)
    async with mocked(answer) as asking:
        await asking.get("https://a.test/", accept="*/*", limits=limits)
        await asking.get("http://a.test/", accept="*/*", limits=limits)

    assert seen == [("https", "Bearer secret"), ("http", None), ("http", "Bearer secret")]


async def test_validators_are_only_exchanged_with_the_url_itself_not_with_where_it_redirects():
    known = Validators(
        etag='"e"',
        last_modified="Wed, 06 May 2026 11:00:00 GMT",
        sha256=hashlib.sha256(b"here").hexdigest(),
    )
    async with serving(redirecting(a="/b")) as server:
        fetched = await read(f"{server.url}/a", validators=known)

    assert ["if-modified-since" in headers for headers in server.headers] == [True, False]
    assert ["if-none-match" in headers for headers in server.headers] == [True, False]
    assert fetched.validators == Validators(sha256=known.sha256)
    assert fetched.response.unchanged


async def test_a_304_from_where_a_redirect_leads_says_nothing_about_the_page():
    def answer(request):
        return (
            httpx.Response(302, headers={"location": "/b"})
            if request.url.path == "/a"
            else httpx.Response(304)
        )

    async with mocked(answer) as asking:
        with pytest.raises(BadStatus):
            await asking.get(
                "https://a.test/a", accept="*/*", limits=PUBLIC, validators=Validators(etag='"e"')
            )


# -----------------------------------------------------------------------------------------------------------
# guard

FORBIDDEN = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2606:4700::5efe:10.0.0.7",
    "2606:4700::200:5efe:127.0.0.1",
    "3fff::1",
    "fc00::1",
    "fd00::5efe:8.8.8.8",
    "fd00:ec2::254",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "not an address",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_that_are_not_global_are_forbidden(address):
    assert is_forbidden(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::",
        "2606:4700::5efe:8.8.8.8",
    ],
)
def test_global_addresses_are_not_forbidden(address):
    assert not is_forbidden(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.1",
        "0",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "169.254.169.254",
        "[64:ff9b::7f00:1]",
    ],
)
async def test_no_way_to_write_an_inner_address_gets_through(host):
    async with serving(always(message(b"secret"))) as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(ForbiddenAddress) as caught:
            await read(f"http://{host}:{port}/", limits=PUBLIC)

    assert server.connections == 0
    assert "allow_private" in caught.value.remedy


@pytest.mark.parametrize(
    "address",
    [
        *sorted(map(str, METADATA)),
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fe80::1",
        "fe80::1%eth0",
    ],
)
def test_private_networks_are_not_the_link_and_not_the_cloud(address):
    assert is_forbidden(address, Reach.PRIVATE)
    assert not is_forbidden(address, Reach.ANY)


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "127.0.0.1", "192.168.1.1", "fd00::1", "::1", "100.64.0.1", "1.1.1.1"]
)
def test_a_page_of_ones_own_may_lie_in_a_private_network(address):
    assert not is_forbidden(address, Reach.PRIVATE)


@given(st.ip_addresses(v=4))
def test_what_the_list_calls_public_python_calls_global(address):
    """Python's list is another one, and wider by what is no page's: relays, anycast of the network
    itself."""
    if not is_forbidden(str(address)):
        assert address.is_global


@pytest.mark.parametrize("own_host", [None, "a.test"])
async def test_a_private_page_leads_to_no_metadata(own_host):
    """The settings allow the page itself; what it redirects to, or a name that turns inward, they
    do not name."""

    async def resolver(host, port):
        return ["127.0.0.1"] if host == "a.test" else [host]

    async with serving(redirecting(a="http://169.254.169.254/")) as server:
        port = server.url.rpartition(":")[2]
        limits = replace(LOCAL, own_host=own_host)
        with pytest.raises(ForbiddenAddress, match="metadata"):
            await read(f"http://a.test:{port}/a", limits=limits, resolver=resolver)


@pytest.mark.parametrize(
    ("limits", "reach"),
    [
        (PUBLIC, Reach.PUBLIC),
        (replace(PUBLIC, own_host="a.test"), Reach.PUBLIC),
        (LOCAL, Reach.PRIVATE),
        (replace(LOCAL, own_host="b.test"), Reach.PRIVATE),
        (replace(LOCAL, own_host="a.test"), Reach.ANY),
    ],
)
async def test_only_a_private_page_s_own_host_may_lie_anywhere(limits, reach):
    asked = []

    def factory(*, reach, proxy):
        asked.append(reach)
        return httpx.MockTransport(lambda request: httpx.Response(200))

    async with fetcher(transport_factory=factory) as asking:
        await asking.get("https://a.test/", accept="*/*", limits=limits)
    assert asked == [reach]


async def test_one_inner_address_among_global_ones_is_enough_to_refuse():
    async def resolver(host, port):
        return ["93.184.215.14", "10.0.0.7"]

    with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.7"):
        await read("https://rebound.test/", limits=PUBLIC, resolver=resolver)


async def test_the_name_is_resolved_once_and_the_host_header_keeps_it():
    asked = []

    async def resolver(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    async with serving(always(message(b"x"))) as server:
        port = server.url.rpartition(":")[2]
        await read(f"http://status.test:{port}/", resolver=resolver)

    assert asked == ["status.test"]
    assert server.headers[0]["host"] == f"status.test:{port}"


async def test_a_connection_opened_for_a_private_page_is_not_used_for_a_public_one():
    async with serving(always(message(b"x"))) as server, fetcher() as asking:
        await asking.get(server.url, accept="*/*", limits=LOCAL)
        with pytest.raises(ForbiddenAddress):
            await asking.get(server.url, accept="*/*", limits=PUBLIC)
        await asking.get(server.url, accept="*/*", limits=LOCAL)

    assert server.connections == 1
    assert len(server.paths) == 2


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.test/",
        "a.test/x",
        "http://",
        "http://[::1",
        "http://[::1#x",
        "",
    ],
)
async def test_only_http_and_https_urls_are_asked(url):
    with pytest.raises(FetchError) as caught:
        await read(url)

    assert caught.value.url == url
    assert caught.value.remedy


async def nothing_here(host, port):
    """Resolve as inside a company whose names are the proxy's business."""
    if host == "127.0.0.1":
        return [host]
    raise OSError("Name or service not known")


async def test_with_a_proxy_the_proxy_is_asked_and_resolves_the_name():
    async with serving(always(message(b"through"))) as server:
        fetched = await read(
            "http://status.test/x",
            limits=PUBLIC,
            route=lambda *_: server.url,
            resolver=nothing_here,
        )

    assert fetched.response.body == b"through"
    assert server.paths == ["http://status.test/x"]


@pytest.mark.parametrize("host", ["10.0.0.7", "[::1]", "169.254.169.254", "inner.test"])
async def test_a_proxy_is_not_asked_for_what_may_not_be_asked_directly(host):
    async def resolver(name, port):
        return ["192.168.1.1"] if name == "inner.test" else [name]

    async with serving(always(message(b"secret"))) as server:
        with pytest.raises(ForbiddenAddress):
            await read(
                f"http://{host}/", limits=PUBLIC, route=lambda *_: server.url, resolver=resolver
            )
    assert server.connections == 0


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def proxies(monkeypatch):
    """Return a function that sets the environment's proxies, and these alone."""

    def put(**variables):
        for name in PROXIES:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    put()
    return put


HTTPS = ("https", "status.vendor.test", None)


def test_the_environments_proxies_are_used(proxies):
    proxies(HTTPS_PROXY="http://one.test:3128", NO_PROXY="inner.test,.corp.test")
    found = route()

    assert found(*HTTPS) == "http://one.test:3128"
    assert found("http", "status.vendor.test", None) is None
    assert found("https", "inner.test", None) is None
    assert found("https", "a.corp.test", 8443) is None


def test_all_hosts_of_both_schemes_go_through_the_one_for_all(proxies):
    proxies(ALL_PROXY="http://all.test:3128", https_proxy="http://low.test:3128")
    assert route()("http", "a.test", None) == "http://all.test:3128"
    assert route()(*HTTPS) == "http://low.test:3128"


def test_the_settings_proxy_goes_before_the_environments_and_its_exceptions_are_added(proxies):
    proxies(HTTPS_PROXY="http://one.test:3128", NO_PROXY="inner.test")
    found = route("http://own.test:8080", ("other.test",))

    assert found(*HTTPS) == found("http", "a.test", None) == "http://own.test:8080"
    assert found("https", "inner.test", None) is None
    assert found("https", "other.test", None) is None
    assert route("http://own.test:8080", ("*",))(*HTTPS) is None


def test_without_proxies_hosts_are_asked_directly(proxies):
    assert route()(*HTTPS) is None


def test_a_proxy_of_another_kind_is_refused_without_repeating_its_password(proxies):
    proxies(HTTPS_PROXY="socks5://user:secret@one.test:1080")
    with pytest.raises(ConfigError, match="https proxy of the environment") as caught:
        route()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
@pytest.mark.parametrize("key", ["ca_file", "client_cert"])
def test_a_certificate_file_that_cannot_be_used_is_named(tmp_path, key, content):
    path = tmp_path / "file.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(
        ConfigError, match=rf"network\.{key}: {re.escape(str(path))} cannot be used"
    ):
        trust(**{key: path})


# ---------------------------------------------------------------------------------------------------
# connecting


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


# ---------------------------------------------------------------------------------------------------
# politeness


class Crowd:
    """Counts how many requests run at once, in all and by host."""

    def __init__(self) -> None:
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.starts: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.starts.append(request.url.host)
        for name in (request.url.host, "all"):
            self.running[name] += 1
            self.most[name] = max(self.most[name], self.running[name])
        await asyncio.sleep(0.002)
        self.running.subtract((request.url.host, "all"))
        return httpx.Response(200, text="ok")


async def crowd_of(asking: Fetcher, urls: list[str], provider: str | None = None) -> None:
    await asyncio.gather(
        *(asking.get(url, accept="*/*", limits=PUBLIC, provider=provider) for url in urls)
    )


async def test_a_host_never_gets_more_requests_at_once_than_agreed():
    crowd = Crowd()
    async with mocked(crowd, per_host=2, concurrency=8) as asking:
        await crowd_of(asking, [f"https://{host}.test/{n}" for n in range(10) for host in "abcdef"])

    assert max(crowd.most[f"{host}.test"] for host in "abcdef") == 2
    assert crowd.most["all"] == 8


async def test_a_provider_never_gets_more_requests_at_once_than_agreed():
    crowd = Crowd()
    async with mocked(crowd, per_provider=3, concurrency=20) as asking:
        await crowd_of(asking, [f"https://h{n}.test/" for n in range(20)], provider="statuspage")

    assert crowd.most["all"] == 3


GIVES_WAY = replace(PUBLIC, gives_way=True)


async def test_requests_that_give_way_take_no_place_of_a_provider_or_the_whole_from_others():
    """Twenty pages of one provider, whose requests give way and never end; others go through at
    once."""
    asked, ended = [], asyncio.Event()

    async def answer(request):
        asked.append(request.url.host)
        if "new" in request.url.host:
            await ended.wait()
        return httpx.Response(200)

    async with mocked(answer, per_provider=4, concurrency=8) as asking:
        new = [
            asyncio.create_task(
                asking.get(
                    f"https://new{n}.test/", accept="*/*", limits=GIVES_WAY, provider="statuspage"
                )
            )
            for n in range(20)
        ]
        await asyncio.sleep(0.05)
        assert len(asked) == 2
        async with asyncio.timeout(10):
            await crowd_of(
                asking, [f"https://known{n}.test/" for n in range(8)], provider="statuspage"
            )
        ended.set()
        await asyncio.gather(*new)


@pytest.mark.parametrize("places", [1, 2])
async def test_on_one_host_those_that_give_way_wait_for_all_others(places: int):
    asked, end = [], asyncio.Event()

    async def answer(request):
        asked.append(request.url.path)
        if request.url.path == "/new0":
            await end.wait()
        return httpx.Response(200)

    async with mocked(answer, per_host=places, spacing_seconds=0.0) as asking:
        new = [
            asyncio.create_task(
                asking.get(f"https://a.test/new{n}", accept="*/*", limits=GIVES_WAY)
            )
            for n in range(5)
        ]
        while not asked:
            await asyncio.sleep(0.001)
        known = asyncio.create_task(
            crowd_of(asking, [f"https://a.test/known{n}" for n in range(5)])
        )
        await asyncio.sleep(0.05)
        assert len(asked) == 1 + (5 if places > 1 else 0)
        end.set()
        await asyncio.gather(known, *new)

    assert [path[:4] for path in asked] == ["/new"] + ["/kno"] * 5 + ["/new"] * 4


async def test_a_place_that_was_given_to_somebody_who_left_goes_to_the_next():
    slots, held = Slots(1), []

    async def hold(name: str, *, gives_way: bool = False) -> None:
        async with slots.hold(gives_way=gives_way):
            held.append(name)
            await asyncio.sleep(0.01)

    first = asyncio.create_task(hold("first"))
    await asyncio.sleep(0)
    leaving = [asyncio.create_task(hold("leaving")) for _ in range(2)]
    last = asyncio.create_task(hold("last", gives_way=True))
    await asyncio.sleep(0.002)
    leaving[0].cancel()
    await first
    leaving[1].cancel()  # it has just been given the place
    async with asyncio.timeout(5):
        await last

    assert held[-1] == "last"
    assert all(task.cancelled() or task.done() for task in leaving)


async def test_a_hosts_requests_start_apart_with_some_jitter():
    clock = Time()
    jitters = iter([0.0, 1.0, 0.5, 0.0])
    async with mocked(
        lambda request: httpx.Response(200),
        spacing_seconds=1.0,
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: next(jitters),
    ) as asking:
        for _ in range(3):
            await asking.get("https://a.test/", accept="*/*", limits=PUBLIC)
        await asking.get("https://b.test/", accept="*/*", limits=PUBLIC)

    assert clock.slept == [1.0, 1.5]


async def test_a_host_with_a_pace_of_its_own_is_asked_at_that_pace():
    crowd = Crowd()
    async with mocked(
        crowd, per_host=4, paces={"slow.test": Pace(concurrency=1, spacing_seconds=0.0)}
    ) as asking:
        await crowd_of(asking, [f"https://slow.test/{n}" for n in range(5)])

    assert crowd.most["slow.test"] == 1


async def test_a_host_may_rest_from_the_end_of_one_request_to_the_start_of_the_next():
    clock, began = Time(), []

    async def answer(request):
        began.append(clock.now)
        await clock.sleep(5.0)
        return httpx.Response(200)

    paces = {"slow.test": Pace(concurrency=1, spacing_seconds=1.0, rest_seconds=1.0)}
    async with mocked(
        answer, paces=paces, clock=clock, sleep=clock.sleep, jitter=lambda: 0.0
    ) as asking:
        await crowd_of(asking, [f"https://slow.test/{n}" for n in range(3)])

    assert [later - earlier for earlier, later in pairwise(began)] == [6.0, 6.0]


def test_status_io_is_asked_one_at_a_time_with_a_second_of_rest():
    assert PACES["api.status.io"] == Pace(concurrency=1, spacing_seconds=1.0, rest_seconds=1.0)


async def test_waiting_for_ones_turn_does_not_count_against_the_time_limit():
    async def slow(request):
        await asyncio.sleep(0.1)
        return httpx.Response(200)

    limits = Limits(timeout_seconds=0.15)
    async with mocked(slow, per_host=1) as asking:
        await asyncio.gather(
            *(asking.get("https://a.test/", accept="*/*", limits=limits) for _ in range(3))
        )


class Closing(httpx.MockTransport):
    """A transport that says when it is closed."""

    closed = False

    async def aclose(self) -> None:
        self.closed = True


async def test_a_connection_is_kept_from_one_poll_to_the_next(monkeypatch):
    """It was given up after 75 s, while pages are polled every 300 s: none was ever used again."""
    ahead = [0.0]
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + ahead[0])
    async with (
        serving(always(message(b"x"))) as server,
        fetcher(idle_seconds=idle_seconds([60, 300])) as asking,
    ):
        for later in (0.0, 315.0, 640.0):
            ahead[0] = later
            await asking.get(server.url, accept="*/*", limits=LOCAL)

    assert server.connections == 1
    assert len(server.paths) == 3


@pytest.mark.parametrize(
    ("intervals", "kept"), [([], 30), ([60], 105), ([60, 300], 405), ([86_400], 900)]
)
def test_connections_are_kept_until_the_next_poll_and_not_for_ever(intervals, kept):
    assert idle_seconds(intervals) == kept


@pytest.mark.parametrize(("files", "hosts"), [(64, 16), (1024, 170), (10**9, 10_922), (-1, 10_922)])
def test_connections_are_kept_of_as_many_hosts_as_files_allow(monkeypatch, files, hosts):
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (files, files))
    assert idle_hosts() == hosts


async def test_transports_of_unused_hosts_are_closed_by_number_and_by_age():
    clock = Time()
    made: list[Closing] = []

    def factory(*, reach, proxy):
        made.append(Closing(lambda request: httpx.Response(200)))
        return made[-1]

    async with fetcher(
        transport_factory=factory, idle_hosts=2, idle_seconds=100, clock=clock
    ) as asking:
        for host in "abc":
            await asking.get(f"https://{host}.test/", accept="*/*", limits=PUBLIC)
        await asking.get("https://c.test/", accept="*/*", limits=PUBLIC)
        by_number = [transport.closed for transport in made]
        clock.now += 101
        await asking.get("https://c.test/", accept="*/*", limits=PUBLIC)
        by_age = [transport.closed for transport in made]

    assert by_number == [True, False, False]
    assert by_age == [True, True, True, False]
    assert made[-1].closed


# -----------------------------------------------------------------------------------------------------------
# TLS


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


# -------------------------------------------------------------------------------------------------
# text encodings


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("{é}".encode(), "application/json", "{é}"),
        ("{é}".encode("utf-8-sig"), "application/json", "{é}"),
        ("\ufeff{é}".encode("utf-16-le"), "application/json", "{é}"),
        ("\ufeff{é}".encode("utf-16-be"), "application/json;charset=utf-16", "{é}"),
        ("[é]".encode("utf-16-be"), "application/json; charset=utf-16", "[é]"),
        ("[é]".encode("utf-16-le"), "application/json; charset=UTF-16", "[é]"),
        ("é".encode("latin-1"), 'text/plain; charset="ISO-8859-1"', "é"),
        ("é".encode(), "text/plain; charset=no-such-charset", "é"),
        ("é".encode(), "text/plain; charset=hex", "é"),
        ("é".encode(), "text/plain; charset=idna", "é"),
        ("é".encode(), "text/plain; charset=", "é"),
        (
            '<html><meta charset="windows-1252">é'.encode("cp1252"),
            "text/html",
            '<html><meta charset="windows-1252">é',
        ),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">\x83\x41',
            "text/html",
            '<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">ア',
        ),
        ('<meta charset="utf-16">é'.encode(), "text/html", '<meta charset="utf-16">é'),
        (
            b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>',
            "application/xml",
            '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>',
        ),
        (("<html>" + " " * 1100 + '<meta charset="cp1252">é').encode(), "text/html", None),
        (b"", "", ""),
        (b"\xff\xff", "text/plain", "\ufffd\ufffd"),
    ],
)
def test_the_text_encoding_is_the_marks_then_the_headers_then_the_pages_own(
    body, content_type, text
):
    response = Response(
        url="u", status=200, body=body, text_encoding=sniff_encoding(body, content_type)
    )

    assert response.text == (body.decode() if text is None else text)


# ---------------------------------------------------------------------------------------------------
# small rules


@pytest.mark.parametrize(
    ("contact", "rest"),
    [
        (None, ""),
        ("", ""),
        ("ops@example.com", " (ops@example.com)"),
        ("https://example.com/x", " (https://example.com/x)"),
        ("a\r\nX-Evil: 1)", " (aX-Evil: 1)"),
        ("é", ""),
    ],
)
def test_the_user_agent_names_the_product_and_whom_to_write_to(contact, rest):
    assert re.fullmatch(r"vendorstatus/\d+\.\d+\.\d+" + re.escape(rest), user_agent(contact))
