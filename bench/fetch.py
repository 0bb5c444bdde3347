"""CPU time per unchanged answer (304), by number of hosts: our `Fetcher` against one shared
`httpx.AsyncClient`.

Each host is a loopback address (127.0.x.y) of one server process; every request reuses its host's
connection. What is measured is this process's CPU time, so the server's does not count.

    python bench/fetch.py [--hosts 10,100,400,1000] [--skip-client]
"""

import argparse
import asyncio
import multiprocessing
import resource
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import httpx

from monitor.fetch import Fetcher, Limits, Validators
from monitor.network import idle_hosts

ANSWER = (
    b'HTTP/1.1 304 Not Modified\r\netag: "1"\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver:'
    b" bench\r\n\r\n"
)
CONCURRENCY = 32
FILES = 8192
LIMITS = Limits(allow_private=True)
KNOWN = Validators(etag='"1"', last_modified="Thu, 01 Jan 2026 00:00:00 GMT", sha256="0" * 64)

Get = Callable[[str], Awaitable[object]]


class Server(asyncio.Protocol):
    """Answers every request with 304."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(ANSWER * data.count(b"\r\n\r\n"))


def serve(ready: Connection) -> None:
    """Serve until killed; send the port through `ready`."""

    async def run():
        server = await asyncio.get_running_loop().create_server(Server, "0.0.0.0", 0, backlog=4096)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def ask(get: Get, urls: list[str]) -> float:
    """Ask for all URLs, `CONCURRENCY` at a time; return the CPU seconds that took."""
    todo = iter(urls)

    async def worker():
        for url in todo:
            await get(url)

    begun = time.process_time()
    await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))
    return time.process_time() - begun


async def measure(get: Get, urls: list[str], count: int) -> float:
    """Return CPU milliseconds per request, connections being open already; `count` requests over
    all hosts."""
    await ask(get, urls)
    asked = (urls * (count // len(urls) + 1))[:count]
    return min([await ask(get, asked) for _ in range(2)]) / count * 1000


async def ours(urls: list[str], count: int) -> float:
    """Measure our fetcher."""
    fetcher = Fetcher(
        user_agent="bench",
        concurrency=CONCURRENCY,
        per_host=CONCURRENCY,
        spacing_seconds=0.0,
        idle_hosts=idle_hosts(),
    )

    async def get(url):
        fetched = await fetcher.get(
            url, accept="*/*", limits=LIMITS, validators=KNOWN, provider=None
        )
        assert fetched.response.unchanged

    async with fetcher:
        return await measure(get, urls, count)


async def client(urls: list[str], count: int) -> float:
    """Measure one shared client."""
    headers = {
        "If-None-Match": KNOWN.etag,
        "If-Modified-Since": KNOWN.last_modified,
        "Accept": "*/*",
    }
    limits = httpx.Limits(
        max_connections=None, max_keepalive_connections=None, keepalive_expiry=600
    )
    async with httpx.AsyncClient(limits=limits, trust_env=False, timeout=30) as shared:

        async def get(url):
            assert (await shared.get(url, headers=headers)).status_code == 304

        return await measure(get, urls, count)


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hosts", default="10,100,400,1000")
    parser.add_argument("--skip-client", action="store_true")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard) if hard > 0 else FILES, hard))
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    print(f"{'hosts':>6} {'Fetcher ms':>11} {'AsyncClient ms':>15} {'ratio':>7}", flush=True)
    for hosts in map(int, options.hosts.split(",")):
        urls = [
            f"http://127.0.{1 + n // 250}.{1 + n % 250}:{port}/api/v2/summary.json"
            for n in range(hosts)
        ]
        mine = asyncio.run(ours(urls, 4000))
        line = f"{hosts:>6} {mine:>11.3f}"
        if not options.skip_client:
            theirs = asyncio.run(client(urls, 2000 if hosts <= 100 else 200))
            line += f" {theirs:>15.3f} {theirs / mine:>6.0f}x"
        print(line, flush=True)
    server.kill()


if __name__ == "__main__":
    main()
