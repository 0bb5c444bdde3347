"""Run work to its end: Ctrl-C, threads that wait for what may never come, and exit codes."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeVar

from monitor.terminal import hand_over, say

T = TypeVar("T")


FINE, SOME_PAGE_FAILED, BAD_USAGE, INTERRUPT = 0, 1, 2, 130


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the work that reads pages; Ctrl-C ends it cleanly: what was read is kept, and the same
    command goes on from there.
    """
    try:
        with asyncio.Runner() as runner:
            runner.get_loop().set_default_executor(_Waits())
            return runner.run(_interruptible(work))
    except (KeyboardInterrupt, asyncio.CancelledError):
        end_interrupted("interrupted; what was read is kept, the same command goes on from there")


async def _interruptible(work: Coroutine[Any, Any, T]) -> T:
    """Cancel the work at Ctrl-C, and let a second one break it off.

    asyncio's own handler wakes no loop that is about to wait: a Ctrl-C just then would be noticed
    when the wait is over, and lost where that is a timeout.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        if task is not None:
            task.cancel()

    with contextlib.suppress(ValueError, RuntimeError):  # signals are the main thread's alone
        loop.add_signal_handler(signal.SIGINT, stop)
    return await work


WAITS, MOST_WAITS = "waits", 128
"""Name and number of the threads that only wait."""


class _Waits(ThreadPoolExecutor):
    """Threads that wait for what nobody can interrupt: names to be resolved, files to be read.
    Nobody waits for them at the end, and there are enough for names that are not resolved to keep
    others from being so.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=MOST_WAITS, thread_name_prefix=WAITS)

    def shutdown(
        self,
        wait: bool = True,  # noqa: ARG002, FBT001, FBT002
        *,
        cancel_futures: bool = False,  # noqa: ARG002
    ) -> None:
        super().shutdown(wait=False, cancel_futures=True)


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
