"""Work on a loop of its own that Ctrl-C breaks off, and the threads that wait for it."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


MOST_WAITS = 128
"""How many threads only wait, at most."""


def run_interruptibly(work: Coroutine[Any, Any, T], *, waits: str) -> T:
    """Run the work; `waits` is the name of the threads that only wait. Raises KeyboardInterrupt or
    CancelledError where it was broken off.
    """
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_Waits(waits))
        return runner.run(_interruptible(work))


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


class _Waits(ThreadPoolExecutor):
    """Threads that wait for what nobody can interrupt: names to be resolved, files to be read.
    Nobody waits for them at the end, and there are enough for names that are not resolved to keep
    others from being so.
    """

    def __init__(self, name: str) -> None:
        super().__init__(max_workers=MOST_WAITS, thread_name_prefix=name)

    def shutdown(
        self,
        wait: bool = True,  # noqa: ARG002, FBT001, FBT002
        *,
        cancel_futures: bool = False,  # noqa: ARG002
    ) -> None:
        super().shutdown(wait=False, cancel_futures=True)
