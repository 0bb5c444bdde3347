"""How the last poll of a page went, as samples."""

from exporters.prometheus.lines import FamilyLines, Lines, unix
from exporters.samples import Sample, vendor_labels
from monitor.errors import ClockOff
from monitor.store import PageState

UNKEPT = "store"
"""The reason for which a page is unreadable while what is read of it cannot be kept."""


def polling_lines(
    page: PageState,
    offset: float | None,
    *,
    ahead: bool,
    stale: bool,
) -> FamilyLines:
    """Return the lines that change with every poll. `offset` is how far the page's clock is ahead
    of ours, in seconds, None = not heard.

    `ahead`: what is stored of the page lies later than now; when it was read, nobody knows, and it
    is not up. `stale`: nothing could be kept for too long.
    """
    samples: list[Sample] = [("vendor_clock_offset_seconds", offset, ())]
    if ahead:
        samples += [("up", 0, ()), _unreadable(ClockOff.reason)]
    else:
        samples += [
            ("up", False if stale else page.last_ok, ()),
            ("last_poll_timestamp_seconds", unix(page.last_poll_at), ()),
            ("last_success_timestamp_seconds", unix(page.last_success_at), ()),
        ]
        if stale or page.last_ok is False:
            samples.append(_unreadable(UNKEPT if stale else page.last_error_reason or "error"))
    lines = Lines()
    lines.add(vendor_labels(page.slug), samples)
    return lines.by_family()


def _unreadable(reason: str) -> Sample:
    return "unreadable_info", 1, (("reason", reason),)
