"""The pages that are being read, a task each.

History has a lane of its own: the first pass of a page that was never polled, and backfills and
rereads of others, hold up no poll of a page that is known.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from monitor.load import POLL_SECONDS, smooth
from monitor.lookups import slugs_of
from monitor.store import PageRecord


class _PageTask(NamedTuple):
    task: asyncio.Task[None]
    slug: str
    is_history: bool
    started_at: float


class PageTasks:
    """Runs the tasks, at most one a page. `timer` is a monotonic clock in seconds."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._tasks: dict[int, _PageTask] = {}
        self.has_room = asyncio.Event()
        """Set whenever a task has ended."""
        self.poll_seconds = POLL_SECONDS
        """How long polls took lately, on average."""

    def __len__(self) -> int:
        return len(self._tasks)

    def __contains__(self, page_id: object) -> bool:
        return page_id in self._tasks

    @property
    def slugs(self) -> set[str]:
        """The vendors whose pages are being read."""
        return set(slugs_of(self._tasks.values()))

    @property
    def histories(self) -> int:
        """How many tasks are in the lane of histories."""
        return sum(task.is_history for task in self._tasks.values())

    def is_in_history(self, page_id: int) -> bool:
        """Whether the page's history is being read."""
        return page_id in self._tasks and self._tasks[page_id].is_history

    def start(self, page: PageRecord, work: Coroutine[Any, Any, None], *, is_history: bool) -> None:
        """Start reading a page of which nothing is being read."""
        task = asyncio.create_task(work, name=f"page {page.slug}")
        self._tasks[page.id] = _PageTask(task, page.slug, is_history, self._timer())
        task.add_done_callback(lambda _: self._end(page.id))

    def _end(self, page_id: int) -> None:
        page_task = self._tasks.pop(page_id)
        if not page_task.is_history:
            self.poll_seconds = smooth(self.poll_seconds, self._timer() - page_task.started_at)
        self.has_room.set()

    async def wait(self) -> None:
        """Wait until every task that runs now has ended."""
        await asyncio.gather(*(task.task for task in self._tasks.values()))

    async def drain(self, seconds: float) -> None:
        """Let the tasks finish for so long, then cancel the rest.

        APScheduler's `shutdown(wait=True)` would cancel running coroutines at once.
        """
        tasks = [task.task for task in self._tasks.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
