"""Who is told what happens while pages are read."""

from typing import Protocol


class PollObserver(Protocol):
    """Who counts what happened; the exporter implements it."""

    def polled(  # noqa: D102
        self,
        provider: str,
        outcome: str,
        reason: str | None,
        seconds: float,
    ) -> None: ...
    def revised(self, provider: str, days: int) -> None: ...  # noqa: D102
    def unknown_words(self, provider: str, count: int) -> None: ...  # noqa: D102
    def moved(self, vendor: str, before: str, after: str) -> None: ...  # noqa: D102
    def queued(self, provider: str, seconds: float) -> None: ...  # noqa: D102
    def overloaded(self, provider: str) -> None: ...  # noqa: D102
    def woke(self, seconds_late: float) -> None: ...  # noqa: D102


class NoObserver:
    """Counts nothing."""

    def polled(self, provider: str, outcome: str, reason: str | None, seconds: float) -> None:
        """Ignore a poll."""

    def revised(self, provider: str, days: int) -> None:
        """Ignore revised days."""

    def unknown_words(self, provider: str, count: int) -> None:
        """Ignore unknown vendor words."""

    def moved(self, vendor: str, before: str, after: str) -> None:
        """Ignore a page that changed its platform, or, where both are the same, its address."""

    def queued(self, provider: str, seconds: float) -> None:
        """Ignore how long a poll waited for us and not for its page."""

    def overloaded(self, provider: str) -> None:
        """Ignore a poll that we were too late for to say anything."""

    def woke(self, seconds_late: float) -> None:
        """Ignore how late the event loop woke up."""
