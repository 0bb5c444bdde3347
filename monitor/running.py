"""Run work to its end: Ctrl-C, threads that wait for what may never come, and exit codes."""

import os
import signal
import sys
import threading
import time
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

from monitor.terminal import hand_over, say

T = TypeVar("T")


WAITS = "waits"
"""Name of the threads that only wait."""

FINE, SOME_PAGE_FAILED, BAD_USAGE, INTERRUPT = 0, 1, 2, 130


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the work that reads pages; Ctrl-C ends it cleanly: what was read is kept, and the same
    command goes on from there.
    """
    from asyncio import CancelledError  # late: it is a tenth of what a short command takes

    from monitor.loop import run_interruptibly

    try:
        return run_interruptibly(work, waits=WAITS)
    except (KeyboardInterrupt, CancelledError):
        end_interrupted("interrupted; what was read is kept, the same command goes on from there")


def end_despite_waiting_threads(code: int) -> None:
    """End the process with this exit code at once if a thread still waits for what may never come;
    else do nothing.

    To be called when all else is done: the interpreter itself would wait for that thread.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(f"{WAITS}_")]
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        hand_over()
        os._exit(code)


_PATIENCE_SECONDS = 0.5


class _Signals:
    """Whether Ctrl-C is ours to answer: in a process of our own, but not in one that calls us."""

    are_ours = False


def own_signals() -> None:
    """Note that this process is the command's own."""
    _Signals.are_ours = True


def end_interrupted(message: str = "interrupted") -> NoReturn:
    """Say so in one line, once, and end the process."""
    if _Signals.are_ours:
        signal.signal(signal.SIGINT, _end_at_once)
    say(message, err=True)
    sys.exit(INTERRUPT)


def _end_at_once(*_: object) -> None:
    """End the process at a second Ctrl-C, while it still closes what it has opened."""
    hand_over()
    os._exit(INTERRUPT)
