"""Clients of `monitor serve` that open connections by the hundred, finish no request and read no
answer."""

import contextlib
import resource
import socket
import threading
import time
from pathlib import Path
from typing import Self

import pytest

from exporters.connections import most_connections
from tests.chaos.test_served_under_fault import INTERVAL, serving

pytestmark = [pytest.mark.chaos, pytest.mark.hours]

FILES = 256
LIMIT = most_connections(FILES)
HALF = b"GET /metrics HTTP/1.1\r\nHost: monitor.example\r\n"
LOG_BYTES = 20_000
PROBE_SECONDS = 5
"""How long a container's health check waits. All answer within one second where the machine has
time for that."""


class Hanging:
    """So many connections that stay open, opened anew when they are ended, from a thread."""

    def __init__(self, address: str, count: int, sent: bytes = HALF) -> None:
        host, _, port = address.partition(":")
        self._there, self._count, self._sent = (host, int(port)), count, sent
        self._sockets: list[socket.socket] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self.opened = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for each in self._sockets:
            each.close()

    def _keep(self) -> None:
        while not self._over.is_set():
            for each in [each for each in self._sockets if _ended(each)]:
                self._sockets.remove(each)
                each.close()
            for _ in range(self._count - len(self._sockets)):
                with contextlib.suppress(OSError):
                    self._sockets.append(client := socket.create_connection(self._there, timeout=2))
                    client.sendall(self._sent)
                    client.setblocking(False)
                    self.opened += 1
            self._over.wait(5)


def _ended(client: socket.socket) -> bool:
    try:
        return client.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("sent", [HALF, HALF + b"\r\n"], ids=["half a request", "no answer read"])
def test_ten_times_as_many_slow_clients_as_may_be_stop_neither_probes_nor_polls_and_fill_no_log(
    tmp_path, sent
):
    with serving(tmp_path / "m", f"sqlite:///{tmp_path}/m/status.db", files=FILES) as (monitor, _):
        polled = monitor.value("last_poll_timestamp_seconds")
        lines = len(monitor.log)
        with Hanging(monitor.address, 10 * LIMIT, sent) as clients:
            monitor.until(lambda: clients.opened >= 10 * LIMIT, 30)
            probes, until = [], time.monotonic() + INTERVAL + 15
            while time.monotonic() < until:
                begun = time.monotonic()
                assert monitor.get("/healthz").text == "ok\n"
                probes.append(time.monotonic() - begun)
                time.sleep(0.5)
            assert monitor.value("last_poll_timestamp_seconds") != polled
            assert monitor.get("/readyz").status_code == 200
            files = len(list(Path(f"/proc/{monitor.process.pid}/fd").iterdir()))
            took = monitor.end()
        said = "\n".join(monitor.log[lines:])
    ordered = sorted(probes)
    nine_in_ten, slowest = ordered[len(ordered) * 9 // 10], ordered[-1]
    print(
        f"/healthz {nine_in_ten:.3f} s, at worst {slowest:.3f} s; {clients.opened} connections, {len(said)} bytes of log"
    )
    assert nine_in_ten < 1
    assert slowest < PROBE_SECONDS
    assert files < FILES / 2
    assert len(said) < LOG_BYTES
    assert "Traceback" not in said
    assert took < 10


def test_a_process_without_descriptors_goes_on_when_it_has_some_and_says_it_once_a_minute(tmp_path):
    with serving(tmp_path / "m", f"sqlite:///{tmp_path}/m/status.db", files=FILES) as (monitor, _):
        lines, pid = len(monitor.log), monitor.process.pid
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (10, FILES))  # fewer than are open
        with Hanging(monitor.address, 10):
            time.sleep(20)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (FILES, FILES))
            monitor.until(lambda: monitor.get("/healthz").text == "ok\n", 5)
        said = monitor.log[lines:]
        print(said)
        assert len([line for line in said if "cannot accept a connection" in line]) == 1
        assert len("\n".join(said)) < LOG_BYTES
        assert monitor.end() < 10
