"""What every command needs: a way to run that ends though threads wait for what may never come."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

from monitor.loop import MOST_WAITS
from monitor.running import run

HANGS = """
import asyncio, time
from monitor.running import end_despite_waiting_threads, run

async def work():
    waiting = asyncio.create_task(asyncio.to_thread(time.sleep, {seconds}))
    await asyncio.sleep(0.1)
    print("kept")

run(work())
end_despite_waiting_threads(3)
"""


def ended(seconds: float) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-c", HANGS.format(seconds=seconds)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[1],
    )


def test_a_thread_that_waits_for_ever_does_not_keep_a_command_from_ending():
    done = ended(600)

    assert (done.returncode, done.stdout, done.stderr) == (3, "kept\n", "")


def test_a_command_without_such_a_thread_ends_as_it_would():
    done = ended(0.01)

    assert (done.returncode, done.stdout, done.stderr) == (0, "kept\n", "")


def test_some_threads_that_wait_hold_up_no_other():
    ends: list[float] = []
    release = threading.Event()

    async def work() -> None:
        hanging = [
            asyncio.create_task(asyncio.to_thread(release.wait, 60.0))
            for _ in range(MOST_WAITS - 1)
        ]
        await asyncio.sleep(0)
        await asyncio.wait_for(asyncio.to_thread(ends.append, 1.0), 4.5)
        for each in hanging:
            each.cancel()

    try:
        run(work())
    finally:
        release.set()  # a later test that ends a command would end this process with it

    assert ends == [1.0]


STRUCK = """
import asyncio, os, signal, threading
from monitor.running import run

def strike():
    struck.wait()
    os.kill(os.getpid(), signal.SIGINT)

async def work():
    threading.Timer(0.5, struck.set).start()
    await asyncio.sleep(60)

struck = threading.Event()
threading.Thread(target=strike, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
run(work())
"""


def test_a_ctrl_c_that_does_not_interrupt_the_wait_of_the_loop_is_noticed_at_once():
    """Another thread takes the signal: to the loop it is as one that comes just before it begins to
    wait."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", STRUCK], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 130, done.stderr
    assert "interrupted; what was read is kept" in done.stderr
    assert time.monotonic() - began < 30
