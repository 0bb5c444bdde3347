"""Real servers for tests: each on a free loopback port, with its files in a temporary folder, ended
by its own pid."""

import asyncio
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from exporters.web import server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


PROMETHEUS_DIRS = "VENDORSTATUS_PROMETHEUS_DIRS"
"""Folders, separated by colons, with other generations of prometheus and promtool than the one on
PATH."""


def generations() -> list[str]:
    """Return the folder of each Prometheus to test on, for the parameters of a fixture; "" = the
    one on PATH.

    Where no second one is known its place is held by a folder that is not there, so that a test
    says what it misses.
    """
    others = [folder for folder in os.environ.get(PROMETHEUS_DIRS, "").split(":") if folder]
    return ["", *(others or [f"${PROMETHEUS_DIRS}"])]


def program(name: str, folder: str = "") -> str:
    """Return the path of a program in a folder, else on PATH; skip the test, naming it, when it is
    not there."""
    path = shutil.which(name, path=folder or None)
    if path is None:
        pytest.skip(f"{name} is not {f'in {folder}' if folder else 'on PATH'}")
    return path


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """Serve an application on a real socket; yield host:port."""
    port = free_port()
    web = server(app, "127.0.0.1", port)
    task = asyncio.create_task(web.serve())
    try:
        while not web.started:
            await asyncio.sleep(0.01)
            if task.done():
                await task
        yield f"127.0.0.1:{port}"
    finally:
        web.should_exit = True
        await asyncio.wait_for(task, 10)


@contextmanager
def served_by_thread(app: Starlette) -> Iterator[str]:
    """Serve an application from a thread of its own; yield host:port."""
    port = free_port()
    web = server(app, "127.0.0.1", port)
    thread = threading.Thread(target=lambda: asyncio.run(web.serve()))
    thread.start()
    try:
        while not web.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"127.0.0.1:{port}"
    finally:
        web.should_exit = True
        thread.join(10)


class Prometheus:
    """A running Prometheus."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Return the samples of an instant query: labels without `__name__`, and value."""
        answer = await self._get("/api/v1/query", {"query": expression})
        found = answer["data"]["result"]
        return [
            ({k: v for k, v in each["metric"].items() if k != "__name__"}, float(each["value"][1]))
            for each in found
        ]

    async def one(self, expression: str, *, seconds: float = 20) -> tuple[dict[str, str], float]:
        """Wait for an expression to have a sample, and return it. Fails when it has more than one,
        or none in time."""
        deadline = time.monotonic() + seconds
        while not (found := await self.query(expression)):
            assert time.monotonic() < deadline, (
                f"no sample of {expression} in {seconds} s: {await self.targets()}"
            )
            await asyncio.sleep(0.1)
        (sample,) = found
        return sample

    async def samples(
        self, selector: str
    ) -> dict[frozenset[tuple[str, str]], list[tuple[float, float]]]:
        """Return every stored sample that a range selector finds, as (Unix seconds, value) by
        labels with `__name__`."""
        answer = await self._get("/api/v1/query", {"query": selector})
        assert answer["data"]["resultType"] == "matrix"
        return {
            frozenset(each["metric"].items()): [
                (stamp, float(value)) for stamp, value in each["values"]
            ]
            for each in answer["data"]["result"]
        }

    async def targets(self) -> list[dict[str, str]]:
        answer = await self._get("/api/v1/targets", {})
        return [
            {key: target[key] for key in ("scrapeUrl", "health", "lastError")}
            for target in answer["data"]["activeTargets"]
        ]

    async def _get(self, path: str, parameters: Mapping[str, str]) -> dict:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (
                (await client.get(f"http://{self.address}{path}", params=parameters))
                .raise_for_status()
                .json()
            )


@contextmanager
def prometheus(
    folder: Path, config: str, *, binaries: str = "", flags: Sequence[str] = ()
) -> Iterator[Prometheus]:
    """Run Prometheus with this configuration; its data (`prometheus`) and log are in the folder.

    `binaries` is the folder of another one than that on PATH, `flags` are more arguments.
    """
    binary = program("prometheus", binaries)
    (folder / "prometheus.yml").write_text(config)
    address = f"127.0.0.1:{free_port()}"
    command = [
        binary,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address={address}",
        *flags,
    ]
    with _running(command, folder / "prometheus.log", f"http://{address}/-/ready"):
        yield Prometheus(address)


@contextmanager
def alertmanager(folder: Path, config: str) -> Iterator[str]:
    """Run Alertmanager with this configuration; its data and log are in the folder. Yield
    host:port."""
    binary = program("prometheus-alertmanager")
    (folder / "alertmanager.yml").write_text(config)
    address = f"127.0.0.1:{free_port()}"
    command = [
        binary,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with _running(command, folder / "alertmanager.log", f"http://{address}/-/ready"):
        yield address


@contextmanager
def _running(command: Sequence[str], log: Path, ready: str, seconds: float = 30) -> Iterator[None]:
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as process,
    ):
        try:
            deadline = time.monotonic() + seconds
            while not _answers(ready):
                assert process.poll() is None, f"{command[0]} ended: {log.read_text()}"
                assert time.monotonic() < deadline, (
                    f"{command[0]} is not ready in {seconds} s: {log.read_text()}"
                )
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=2).status_code == 200
    except httpx.TransportError:
        return False
