"""What polls read, on its way into the store, and days derived from it.

Every store call of the collecting side goes through the thread of one `Writer`.

    writer      one thread that writes for many pages at once
    deriving    days derived from what was written
    polls       what a poll or a piece of a backfill read, written in a transaction
    parts       what both of these work with
    pinning     bodies kept for good
    page_cache  what the store knows of a page, so that its next poll is cheap
    poll_write  what one poll read
"""

from monitor.writer.deriving import derive_page
from monitor.writer.page_cache import PageCache
from monitor.writer.poll_write import PollWrite
from monitor.writer.writer import RETRY_SECONDS, Writer

__all__ = ("RETRY_SECONDS", "PageCache", "PollWrite", "Writer", "derive_page")
