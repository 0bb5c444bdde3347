"""Counters of our own polling since the process began."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from exporters.families import PREFIX
from exporters.text_format import END
from monitor.errors import STORE_CAUSES

_POLL_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LOOP_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SCHEDULER_SECONDS = (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)


class PollMetrics:
    """Counters of our own polling since the process began, in a registry of their own.

    The methods are what the collecting side calls, through a protocol it defines itself; they never
    block. `platform` is the platform's name, None = not detected yet; `loaded_at` is when the
    settings were read (Unix time, seconds). Lines look like this::

        vendorstatus_polls_total{platform="statuspage"} 12.0
        vendorstatus_poll_failures_total{platform="statuspage",reason="throttled"} 1.0
        vendorstatus_build_info{version="1.2.3"} 1.0
    """

    def __init__(self, version: str, *, loaded_at: float = 0.0) -> None:
        registry = CollectorRegistry()
        self._collector = _NoCreatedSamples(registry)

        def counter(short: str, text: str, *labels: str) -> Counter:
            return Counter(PREFIX + short, text, labels, registry=registry)

        def gauge(short: str, text: str, *labels: str) -> Gauge:
            return Gauge(PREFIX + short, text, labels, registry=registry)

        def histogram(short: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(PREFIX + short, text, labels, buckets=buckets, registry=registry)

        self._polls = counter("polls", "Polls of pages.", "platform")
        self._failures = counter(
            "poll_failures", "Polls that failed, by reason.", "platform", "reason"
        )
        self._not_modified = counter(
            "poll_not_modified", "Polls answered with what was read before.", "platform"
        )
        self._revisions = counter("revisions", "Closed days that changed afterwards.", "platform")
        self._unknown_words = counter(
            "unknown_words", "Words of pages that we have no meaning for.", "platform"
        )
        self._moves = counter(
            "platform_changes", "Pages found on another platform than before.", "before", "after"
        )
        self._addresses = counter(
            "address_changes",
            "Pages that answered from another host than before, under the same id.",
            "platform",
        )
        self._seconds = histogram(
            "poll_duration_seconds",
            "How long pages took to answer polls, in seconds.",
            _POLL_SECONDS,
            "platform",
        )
        self._queue = histogram(
            "poll_queue_seconds",
            "How long polls waited for us and not for their page, in seconds.",
            _POLL_SECONDS,
            "platform",
        )
        self._overloaded = counter(
            "overloaded_polls",
            "Polls that say nothing, because this process stood still meanwhile.",
            "platform",
        )
        self._loop_lag = histogram(
            "event_loop_lag_seconds", "How late our event loop woke up, in seconds.", _LOOP_SECONDS
        )
        self._lag = histogram(
            "scheduler_lag_seconds", "How late polls began, in seconds.", _SCHEDULER_SECONDS
        )
        self._load = gauge(
            "scheduler_load_ratio", "Polls that the intervals ask for, to those that can be done."
        )
        self._skipped = counter(
            "skipped_polls", "Polls left out because the one before had not ended."
        )
        self._store = counter(
            "store_failures", "Tries to read or write the database that failed, by cause.", "cause"
        )
        for cause in STORE_CAUSES:
            self._store.labels(cause)
        self._reload_ok = gauge(
            "config_last_reload_successful",
            "Whether the last reading of the settings succeeded: 1 yes, 0 no; then the ones before"
            " hold.",
        )
        self._reload_at = gauge(
            "config_last_reload_success_timestamp_seconds",
            "Unix time of the last reading of the settings that succeeded, in seconds.",
        )
        gauge("build_info", "The running version; always 1.", "version").labels(version).set(1)
        self.reread(loaded_at)

    def polled(
        self,
        platform: str | None,
        outcome: str,
        reason: str | None,
        seconds: float,
    ) -> None:
        """Count a poll whose page took `seconds` to answer. `outcome` is ok, unchanged or failed.

        `reason` is a failure's reason. Raises ValueError for another outcome.
        """
        if outcome not in {"ok", "unchanged", "failed"}:
            raise ValueError(f"a poll ends ok, unchanged or failed, not {outcome!r}")
        name = platform or "unknown"
        self._polls.labels(name).inc()
        self._seconds.labels(name).observe(seconds)
        if outcome == "failed":
            self._failures.labels(name, reason or "error").inc()
        elif outcome == "unchanged":
            self._not_modified.labels(name).inc()

    def queued(self, platform: str | None, seconds: float) -> None:
        """Count how long a poll waited for its turn, the database and our own processor."""
        self._queue.labels(platform or "unknown").observe(seconds)

    def overloaded(self, platform: str | None) -> None:
        """Count a poll that we were too late for to say anything about its page."""
        self._overloaded.labels(platform or "unknown").inc()

    def woke(self, seconds_late: float) -> None:
        """Count how late the event loop woke up from a nap."""
        self._loop_lag.observe(seconds_late)

    def revised(self, platform: str | None, days: int) -> None:
        """Count closed days that changed."""
        self._revisions.labels(platform or "unknown").inc(days)

    def unknown_words(self, platform: str | None, count: int) -> None:
        """Count words of a page that we have no meaning for."""
        self._unknown_words.labels(platform or "unknown").inc(count)

    def moved(self, vendor: str, before: str, after: str) -> None:  # noqa: ARG002
        """Count a page that was found on another platform than before, or, where both are the same,
        at another address; which page it was, the log says.
        """
        if before == after:
            self._addresses.labels(after).inc()
        else:
            self._moves.labels(before, after).inc()

    def lagged(self, seconds: float) -> None:
        """Count a poll that began this late, in seconds after it was due."""
        self._lag.observe(seconds)

    def loaded(self, ratio: float) -> None:
        """Set what the pages' intervals ask for against what this process can do."""
        self._load.set(ratio)

    def skipped(self, polls: int = 1) -> None:
        """Count polls that were left out."""
        self._skipped.inc(polls)

    def store_failed(self, cause: str) -> None:
        """Count something that the database could not do. `cause` is one of
        `monitor.errors.STORE_CAUSES`.
        """
        self._store.labels(cause).inc()

    def reread(self, at: float | None) -> None:
        """Note that the settings were read at this Unix time; None = they could not be, and those
        before hold.
        """
        self._reload_ok.set(at is not None)
        if at is not None:
            self._reload_at.set(at)

    def text(self, *, openmetrics: bool) -> bytes:
        """Return the counters in text format 0.0.4, or in OpenMetrics 1.0 without its last line."""
        if openmetrics:
            text: bytes = generate_openmetrics(self._collector)  # type: ignore[no-untyped-call]
            return text.removesuffix(END)
        return generate_latest(self._collector)


class _NoCreatedSamples(Collector):
    """A registry without the `_created` samples, which would double the series and say when *we*
    began.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = list(_without_created(metric.samples))
            yield metric


def _without_created(samples: Iterable[Sample]) -> Iterator[Sample]:
    for sample in samples:
        if not sample.name.endswith("_created"):
            yield sample
