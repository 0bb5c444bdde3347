"""The command as a process, or typed in this one, and pages served to it from a thread of the
test."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import cli
from monitor.demo.server import Simulator, application
from monitor.demo.truth import Truth


class SlowSimulator(Simulator):
    """A simulator that is slow to hand out history, so that there is time to interrupt."""

    seconds = 0.0
    asked_for_history = threading.Event()

    def application(self, truth: Truth):
        page = application(truth, self._clock)

        async def slow(scope, receive, send):
            until = time.monotonic() + self.seconds
            if self.seconds and "summary" not in scope["path"]:
                self.asked_for_history.set()
            while self.asked_for_history.is_set() and self.seconds and time.monotonic() < until:
                await asyncio.sleep(0.05)
            await page(scope, receive, send)

        return slow


def now() -> datetime:
    return datetime.now(UTC)


def typed(
    monkeypatch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs the command in this process and returns its exit code, stdout and
    stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["monitor", *words])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *captured.readouterr()

    return run


@contextmanager
def served(*truths: Truth, kind: type[Simulator] = SlowSimulator) -> Iterator[Simulator]:
    """Serve pages from a thread of this process."""
    simulator, loop = kind(truths, now), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(simulator.start(), loop).result(10)
        yield simulator
    finally:
        asyncio.run_coroutine_threadsafe(simulator.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def command(*words: str, folder: Path, database: str = "monitor.db") -> subprocess.Popen[str]:
    environment = os.environ | {
        "MONITOR_DATABASE_URL": f"sqlite:///{folder / database}",
        "COLUMNS": "200",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "monitor", *words], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def result(*words: str, folder: Path, **options: str) -> tuple[int, str, str]:
    process = command(*words, folder=folder, **options)
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err
