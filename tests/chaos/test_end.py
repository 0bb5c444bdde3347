"""SIGTERM ends `monitor serve` within ten seconds, whatever hangs, and what was read before is
kept."""

import asyncio
import os
import signal
import socket
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from processes import command, served
from test_pipeline import truth_for

from monitor.demo.server import Simulator, application
from monitor.store import Store, upkeep
from tests.chaos.test_served_under_fault import Served, serving
from tests.chaos.test_slow_clients import HALF, Hanging
from tests.integration.servers import free_port

pytestmark = [pytest.mark.chaos, pytest.mark.hours]

NAMES_THAT_HANG = """
import socket, time
known = socket.getaddrinfo
def getaddrinfo(host, *args, **options):
    if "hang" in str(host):
        open({asked!r}, "a").write("x")
        time.sleep(600)
    return known(host, *args, **options)
socket.getaddrinfo = getaddrinfo
"""


def ends_well(monitor: Served) -> None:
    took = monitor.end()
    print(f"{took:.2f} s")
    assert took < 10
    assert monitor.process.returncode == 0
    assert not [line for line in monitor.log if "Traceback" in line or "bug" in line]
    with Store.open(monitor.url) as store:
        (page,) = store.pages([monitor.slug])
        assert page.last_success_at is not None
    assert upkeep.problems(monitor.folder / "status.db") == []


@contextmanager
def silent_server():
    """Take connections on every address of loopback and never say a word; yields the port and a
    count of them."""
    taken: list[socket.socket] = []
    with closing(socket.create_server(("0.0.0.0", 0), backlog=200)) as listener:

        def take() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        try:
            yield listener.getsockname()[1], taken
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for each in taken:
                each.close()


def test_the_end_comes_within_ten_seconds_while_vendors_take_connections_and_never_answer(tmp_path):
    with silent_server() as (port, taken):
        silent = [
            {
                "slug": f"silent-{n}",
                "url": f"http://127.0.0.{n}:{port}/",
                "allow_private": True,
                "timeout": "10m",
            }
            for n in range(2, 22)
        ]
        with serving(tmp_path / "m", f"sqlite:///{tmp_path}/m/status.db", beside=silent) as (
            monitor,
            _,
        ):
            monitor.until(lambda: len(taken) > 10, 30)
            ends_well(monitor)


def test_the_end_comes_within_ten_seconds_while_names_are_not_resolved(tmp_path):
    asked = tmp_path / "asked"
    (tmp_path / "sitecustomize.py").write_text(NAMES_THAT_HANG.format(asked=str(asked)))
    unresolved = [
        {"slug": f"hang-{n}", "url": f"https://hang-{n}.example/", "timeout": "10m"}
        for n in range(12)
    ]
    path = f"{tmp_path}:{os.environ.get('PYTHONPATH', Path(__file__).parents[2])}"
    url = f"sqlite:///{tmp_path}/m/status.db"
    with serving(tmp_path / "m", url, beside=unresolved, PYTHONPATH=path) as (monitor, _):
        monitor.until(lambda: asked.exists() and len(asked.read_text()) >= 12, 30)
        ends_well(monitor)


def test_the_end_comes_within_ten_seconds_while_clients_are_slow_and_settings_are_read_again(
    tmp_path,
):
    with (
        serving(tmp_path / "m", f"sqlite:///{tmp_path}/m/status.db", files=256) as (monitor, _),
        Hanging(monitor.address, 200, HALF),
        Hanging(monitor.address, 50, HALF + b"\r\n"),
    ):
        time.sleep(2)
        for _ in range(50):
            monitor.process.send_signal(signal.SIGHUP)
        ends_well(monitor)


def test_the_end_comes_within_ten_seconds_while_the_settings_file_does_not_answer(tmp_path):
    with serving(tmp_path / "m", f"sqlite:///{tmp_path}/m/status.db") as (monitor, _):
        (tmp_path / "m" / "monitor.yaml").unlink()
        os.mkfifo(tmp_path / "m" / "monitor.yaml")  # as a folder on a server that has gone
        monitor.process.send_signal(signal.SIGHUP)
        time.sleep(1)
        assert monitor.get("/healthz").text == "ok\n"
        ends_well(monitor)


class SlowHistory(Simulator):
    """A simulator that does not answer what is asked of history, while `slow`."""

    slow, asked = threading.Event(), threading.Event()

    def application(self, truth):
        page = application(truth, self._clock)

        async def slowly(scope, receive, send):
            if any(word in scope["path"] for word in ("history", "uptime", "components.json")):
                self.asked.set()
                while self.slow.is_set():
                    await asyncio.sleep(0.05)
            await page(scope, receive, send)

        return slowly


def test_the_end_comes_within_ten_seconds_in_the_middle_of_a_backfill_which_then_goes_on(
    tmp_path, monkeypatch
):
    address = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("MONITOR_LISTEN", address)
    SlowHistory.slow.set()
    with served(truth_for(1, "statuspage"), kind=SlowHistory) as simulator:
        vendor = {
            "slug": "acme",
            "url": simulator.vendors[0].url,
            "allow_private": True,
            "timeout": "10m",
        }
        (tmp_path / "monitor.yaml").write_text(yaml.safe_dump({"vendors": [vendor]}))
        process = command("serve", folder=tmp_path, database="status.db")
        try:
            assert SlowHistory.asked.wait(60)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
            took = time.monotonic() - begun
            SlowHistory.slow.clear()
            with Store.open(f"sqlite:///{tmp_path}/status.db") as store:
                page = store.pages()[0]
                first, leased = page.last_success_at, page.lease_until
            again = command("serve", folder=tmp_path, database="status.db")
            try:
                until = time.monotonic() + 60
                text = ""
                while 'window="90d"' not in text and time.monotonic() < until:
                    time.sleep(0.5)
                    try:
                        text = httpx.get(f"http://{address}/metrics", timeout=10).text
                    except httpx.HTTPError:
                        continue
            finally:
                again.send_signal(signal.SIGTERM)
                again.communicate(timeout=30)
        finally:
            SlowHistory.slow.clear()
            process.kill()
            process.communicate(timeout=30)

    print(f"{took:.2f} s")
    assert took < 10
    assert process.returncode == 0
    assert (first is not None, leased) == (True, None)
    assert again.returncode == 0
