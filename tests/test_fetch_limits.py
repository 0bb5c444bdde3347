"""Fetching within limits: time, sizes, compression."""

import asyncio
import gzip
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from loopback import (
    always,
    message,
    read,
    serving,
)

from monitor.errors import (
    FetchError,
    TimedOut,
    TooLarge,
)
from monitor.fetch import (
    Limits,
)


async def test_a_silent_host_times_out():
    async def silent(writer, path, headers):
        await asyncio.sleep(2)

    limits = Limits(allow_private=True, timeout_seconds=0.4)
    async with serving(silent) as server:
        with pytest.raises(TimedOut, match=r"no answer in 0\.2 s") as caught:
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
        with pytest.raises(TimedOut, match=r"not finished in 0\.3 s"):
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
