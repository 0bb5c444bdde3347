"""CPU of one whole poll: ask, read, keep, plan the next. Unchanged pages by number of hosts; a
changed page against its GET alone.

Each host is a loopback address (127.0.x.y) of one server process; only this process's CPU is
counted, connections being open already. `python -m bench.poll [--hosts 10,100,1000]`
"""

import argparse
import asyncio
import itertools
import json
import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from monitor.collect import Collector
from monitor.config import VendorConfig
from monitor.fetch import Fetcher, Limits
from monitor.network import idle_hosts
from monitor.store import PageSpec, Store

COMPONENTS = 60
PAGE_ID = "abcdefghijkl"
EDITS = itertools.count()


def component_row(number: int, status: str) -> dict[str, object]:
    """Return a component in a state, as Statuspage writes it."""
    return {
        "id": f"c{number:011d}",
        "name": f"Component {number}",
        "position": number,
        "description": None,
        "showcase": True,
        "status": status,
        "start_date": "2024-01-01",
        "created_at": "2024-01-01T00:00:00.000Z",
        "updated_at": "2024-01-01T00:00:00.000Z",
        "group_id": None,
        "page_id": PAGE_ID,
        "group": False,
        "only_show_if_degraded": False,
    }


def body(path: str, edit: int | None) -> bytes:
    """A Statuspage answer with 60 components; `edit` changes one component's state, None = all are
    well.

    A page that says that something is wrong and not what is read whole at every poll.
    """
    page = {
        "id": PAGE_ID,
        "name": "Bench",
        "url": "https://x",
        "time_zone": "Etc/UTC",
        "updated_at": f"2026-05-20T12:00:00.{(edit or 0) % 1000:03d}Z",
    }
    rows = [component_row(number, "operational") for number in range(COMPONENTS)]
    if edit is not None:
        rows[edit % COMPONENTS]["status"] = "degraded_performance"
    status = {"indicator": "none" if edit is None else "minor", "description": ""}
    if "incidents" in path:
        return json.dumps({"page": page, "incidents": []}).encode()
    return json.dumps(
        {
            "page": page,
            "components": rows,
            "incidents": [],
            "scheduled_maintenances": [],
            "status": status,
        }
    ).encode()


class Server(asyncio.Protocol):
    """Answers 304 to a conditional request, but for hosts 127.0.9.x, whose pages change every
    time."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        for request in data.split(b"\r\n\r\n")[:-1]:
            path = request.split(b" ", 2)[1].decode()
            if b"if-none-match" in request.lower() and b"127.0.9." not in request:
                self.transport.write(b'HTTP/1.1 304 Not Modified\r\netag: W/"1"\r\n\r\n')
                continue
            content = body(path, next(EDITS) if b"127.0.9." in request else None)
            head = (
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag:"
                f' W/"1"\r\ncontent-length: {len(content)}\r\n\r\n'
            )
            self.transport.write(head.encode() + content)


def serve(ready: Connection) -> None:
    """Serve until killed; send the port through `ready`."""

    async def run():
        server = await asyncio.get_running_loop().create_server(Server, "0.0.0.0", 0, backlog=4096)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def rounds(collector: Collector, store: Store, times: int) -> tuple[float, float]:
    """Return CPU milliseconds per poll over `times` rounds of all pages, 32 at a time, after rounds
    to warm up.

    The second number is the part spent on deriving days, which happens once for all pages that had
    news.
    """
    pages = store.pages()
    for page in pages:
        store.set_platform(page.id, "statuspage", [])
    for warm in (True, False):
        begun, polls, deriving = time.process_time(), 0, 0.0
        for _ in range(2 if warm else times):
            todo = iter(store.pages())

            async def work(todo=todo):
                for page in todo:
                    result = await collector.poll(page)
                    assert result.error is None, result.error

            await asyncio.gather(*(work() for _ in range(32)))
            flushing = time.process_time()
            await collector.flush()
            deriving += time.process_time() - flushing
            polls += len(pages)
        spent = time.process_time() - begun
    return spent / polls * 1000, deriving / polls * 1000


async def poll(urls: list[str], times: int) -> tuple[float, float]:
    """Measure whole polls with a database in a file."""
    vendors = {
        f"v{n}": VendorConfig(
            slug=f"v{n}", name=f"V{n}", url=url, allow_private=True, platform="statuspage"
        )
        for n, url in enumerate(urls)
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'bench.db'}") as store,
    ):
        store.sync_pages(
            [PageSpec(slug=v.slug, name=v.name, url=v.url) for v in vendors.values()],
            now=datetime.now(UTC),
        )
        async with Fetcher(
            user_agent="bench",
            per_host=32,
            per_provider=32,
            spacing_seconds=0.0,
            idle_hosts=idle_hosts(),
        ) as fetcher:
            collector = Collector(store, fetcher, vendors, clock=lambda: datetime.now(UTC))
            spent = await rounds(collector, store, times)
            await collector.close()
    return spent


async def get_alone(urls: list[str], times: int) -> float:
    """Measure the two requests of a changed page without anything else."""
    async with Fetcher(
        user_agent="bench", per_host=32, per_provider=32, spacing_seconds=0.0
    ) as fetcher:
        for warm in (True, False):
            begun = time.process_time()
            for _ in range(2 if warm else times):
                for url in urls:
                    for path in ("api/v2/summary.json", "api/v2/incidents.json"):
                        await fetcher.get(
                            url + path, accept="application/json", limits=Limits(allow_private=True)
                        )
            spent = time.process_time() - begun
    return spent / (times * len(urls)) * 1000


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", default="10,100,1000")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard) if hard > 0 else 8192, hard))
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    for hosts in map(int, options.hosts.split(",")):
        urls = [f"http://127.0.{1 + n // 250}.{1 + n % 250}:{port}/" for n in range(hosts)]
        whole, _ = asyncio.run(poll(urls, max(2, 2000 // hosts)))
        print(f"unchanged page, {hosts:>5} hosts: {whole:.3f} ms CPU a poll", flush=True)
    urls = [f"http://127.0.9.{1 + n}:{port}/" for n in range(10)]
    alone, (whole, deriving) = asyncio.run(get_alone(urls, 20)), asyncio.run(poll(urls, 20))
    kept = whole - deriving
    print(f"changed page of {COMPONENTS} components, its two GETs alone: {alone:.2f} ms CPU")
    print(f"  read, understood and kept: {kept:.2f} ms, {kept / alone:.1f} times the GETs")
    print(f"  its days derived too:      {whole:.2f} ms, {whole / alone:.1f} times the GETs")
    server.kill()


if __name__ == "__main__":
    main()
