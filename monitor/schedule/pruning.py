"""What is old is deleted once a day: the only module that imports apscheduler.

APScheduler waits until a time of day, for hours when the clock is set back: it runs nothing else.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class Pruning:
    """Prunes daily, from an hour after it was planned on."""

    def __init__(self, prune: Callable[[], Awaitable[None]]) -> None:
        self._prune = prune
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    @property
    def is_running(self) -> bool:
        """Whether it was started and is not shut down."""
        return bool(self._scheduler.running)

    def start(self, now: datetime) -> None:
        """Begin to prune an hour from now."""
        self._scheduler.start()
        self.plan(now)

    def plan(self, now: datetime) -> None:
        """Prune an hour from now and daily from then on, whatever was planned."""
        self._scheduler.add_job(
            self._prune,
            "interval",
            hours=24,
            jitter=3600,
            id="prune",
            next_run_time=now + timedelta(hours=1),
            replace_existing=True,
        )

    def stop(self) -> None:
        """Begin no pruning any more."""
        for job in self._scheduler.get_jobs():
            job.remove()

    def shut_down(self) -> None:
        """End the scheduler; a pruning that runs is cancelled."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
