"""What a service manager is told, on a socket of the test's own."""

import contextlib
import os
import select
import signal
import socket
import time

import pytest
import yaml
from processes import command, now, served
from simulated import SimulatedPages, collecting
from test_pipeline import truth_for
from test_schedule import settings_for

from monitor.notify import LONGEST_STATUS, Notifier, watchdog_seconds
from monitor.schedule import STUCK_SECONDS, Schedule
from monitor.writer import RETRY_SECONDS
from tests.integration.servers import free_port


class Manager:
    """A service manager's socket."""

    def __init__(self, address):
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)

    def heard(self, seconds=0.2):
        """Return the next message as a mapping; empty when none comes."""
        ready, _, _ = select.select([self.socket], [], [], seconds)
        if not ready:
            return {}
        return dict(line.split("=", 1) for line in self.socket.recv(65536).decode().split("\n"))

    def until(self, key, seconds=60.0):
        """Return the next message that has this key."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if key in (message := self.heard(end - time.monotonic())):
                return message
        raise AssertionError(f"no {key}")


@pytest.fixture(params=["file", "abstract"])
def manager(request, tmp_path):
    address = (
        str(tmp_path / "notify") if request.param == "file" else f"@vendorstatus-test-{os.getpid()}"
    )
    with contextlib.closing((made := Manager(address)).socket):
        yield made


def notifier(manager, **env):
    return Notifier({"NOTIFY_SOCKET": manager.address, **env}, 7, lambda: 12.5)


def test_being_ready_reloading_and_stopping_are_told_with_a_status_of_one_line(manager):
    told = notifier(manager)
    told.ready("watching 3\nvendors")
    told.reloading()
    told.stopping()

    assert manager.heard() == {"READY": "1", "STATUS": "watching 3 vendors"}
    assert manager.heard() == {
        "RELOADING": "1", "MONOTONIC_USEC": "12500000", "STATUS": "reading the settings again",
    }  # fmt: skip
    assert manager.heard()["STOPPING"] == "1"
    assert manager.heard() == {}


def test_a_status_is_cut_where_no_manager_would_show_it_whole(manager):
    notifier(manager).ready("x" * 100_000)

    assert len(manager.heard()["STATUS"]) == LONGEST_STATUS


@pytest.mark.parametrize(
    ("env", "seconds"),
    [
        ({}, None), ({"WATCHDOG_USEC": "30000000"}, 30.0), ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None), ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None), ({"WATCHDOG_USEC": "-1"}, None),
    ],
)  # fmt: skip
def test_a_sign_of_life_is_given_where_it_is_wanted_of_this_process(env, seconds):
    assert watchdog_seconds(env, 7) == seconds


def test_signs_of_life_come_four_times_in_the_time_for_one(manager):
    clock = [0.0]
    told = Notifier(
        {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "8000000"}, 7, lambda: clock[0]
    )
    for second in range(8):
        clock[0] = float(second)
        told.alive()
    signs = 0
    while manager.heard(0.05) == {"WATCHDOG": "1"}:
        signs += 1

    assert signs == 4


def test_no_sign_of_life_is_given_where_none_is_wanted(manager):
    notifier(manager).alive()

    assert manager.heard() == {}


@pytest.mark.parametrize(
    "address", ["", "/nowhere/at/all", "@nobody", "vsock:2:1234", "relative", "@" + "x" * 200]
)
def test_without_a_manager_nothing_is_told_and_nothing_fails(address):
    told = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"}, 7)
    told.ready("well")
    told.alive()


def test_a_manager_that_reads_nothing_holds_nothing_up(manager):
    told = notifier(manager)
    begun = time.monotonic()
    for _ in range(5000):
        told.ready("well")

    assert time.monotonic() - begun < 5


async def test_a_loop_whose_ticks_have_got_stuck_gives_no_sign_of_life_and_one_that_waits_for_the_database_does():
    clock, signs = [0.0], []
    async with collecting(SimulatedPages([], now)) as collector:
        schedule = Schedule(
            collector,
            settings_for(),
            clock=now,
            timer=lambda: clock[0],
            on_alive=lambda: signs.append(clock[0]),
        )
        await schedule._sign_of_life()
        await schedule.tick()
        for at in (1.0, 4 * RETRY_SECONDS, STUCK_SECONDS, STUCK_SECONDS + 1):
            clock[0] = at
            await schedule._sign_of_life()

    assert signs == [1.0, 4 * RETRY_SECONDS, STUCK_SECONDS]


@pytest.mark.integration
def test_the_command_tells_its_manager_when_it_is_ready_reloads_lives_and_ends(
    manager, monkeypatch, tmp_path
):
    monkeypatch.setenv("NOTIFY_SOCKET", manager.address)
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    monkeypatch.setenv("MONITOR_LISTEN", f"127.0.0.1:{free_port()}")
    with served(truth_for(1, "statuspage")) as simulator:
        vendor = {"slug": "acme", "url": simulator.vendors[0].url, "allow_private": True}
        (tmp_path / "monitor.yaml").write_text(
            yaml.safe_dump({"vendors": [vendor], "backfill": "1d"})
        )
        process = command("serve", folder=tmp_path)
        try:
            assert manager.until("READY")["STATUS"].startswith(
                "watching 1 vendor; metrics on http://127.0.0.1:"
            )
            manager.until("WATCHDOG", 2)
            process.send_signal(signal.SIGHUP)
            manager.until("RELOADING")
            assert manager.until("READY")["STATUS"] == "1 vendor: the same as before"
            (tmp_path / "monitor.yaml").write_text("vendors: []")
            process.send_signal(signal.SIGHUP)
            assert "monitor.yaml:1: vendors" in manager.until("READY")["STATUS"]
            process.send_signal(signal.SIGSTOP)
            while manager.heard():
                pass
            assert manager.heard(3) == {}  # a loop that is frozen
            process.send_signal(signal.SIGCONT)
            manager.until("WATCHDOG", 5)
            process.send_signal(signal.SIGTERM)
            manager.until("STOPPING", 5)
        finally:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)

    assert process.returncode == 0
