"""When pages are read, and by what tasks.

The rules of when a page is asked next are in `monitor.collect.timing`; here they are kept.

    schedule   claims the pages that are due and has them read
    histories  pages whose history is to be read
    retiming   what a clock that was set does to pages that wait
    tasks      the pages that are being read
    loops      what is done every second
    pruning    what is cleaned up once a day
"""

from monitor.schedule.loops import STALLED_SECONDS, STUCK_SECONDS, TICK_SECONDS
from monitor.schedule.schedule import DRAIN_SECONDS, LAST_WRITE_SECONDS, Schedule

__all__ = (
    "DRAIN_SECONDS",
    "LAST_WRITE_SECONDS",
    "STALLED_SECONDS",
    "STUCK_SECONDS",
    "TICK_SECONDS",
    "Schedule",
)
