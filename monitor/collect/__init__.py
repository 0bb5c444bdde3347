"""Collect: fetch a page, let its platform read it, and hand what it said to the writer, which keeps
and derives.

The schedule, the command line and replays all go through `Collector`; a backfill is the same path
with an older start.

    collector       puts these together, polls, backfills, hands on to the writer
    polls           one poll of a page
    backfills       a page's history
    identification  which platform a watched page is on
    parts           what polls and backfills work with, and what both do
    driver          how a platform's steps are driven
    detection       which platform a page is
    ownership       whether what was read is the page's own
    timetable       when each vendor's page is due again
    reports         what is logged and counted
    vendor_settings the vendors, and what the settings say of reading them
    session         the bookkeeping of one reading
    results         what a poll and a backfill come to
    observer        who is told what happens
    timing          every rule of when a page is asked next, pure
"""

from monitor.collect.collector import Collector
from monitor.collect.detection import Detection
from monitor.collect.observer import NoObserver, PollObserver
from monitor.collect.results import BackfillResult, PollResult
from monitor.collect.session import Answers
from monitor.collect.vendor_settings import Headers

__all__ = [
    "Answers",
    "BackfillResult",
    "Collector",
    "Detection",
    "Headers",
    "NoObserver",
    "PollObserver",
    "PollResult",
]
