"""Collect: fetch a page, let its platform read it, and hand what it said to the writer, which keeps and derives.

The schedule, the command line and replays all go through `Collector`; a backfill is the same path
with an older start.
"""

from monitor.collect.collector import (
    Answers,
    BackfillResult,
    Collector,
    Detected,
    Headers,
    NoObserver,
    PollObserver,
    PollResult,
    spec,
)

__all__ = [
    "Answers",
    "BackfillResult",
    "Collector",
    "Detected",
    "Headers",
    "NoObserver",
    "PollObserver",
    "PollResult",
    "spec",
]
