"""What is about the monitor as a whole, as samples: its database and its clock."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from exporters.prometheus.lines import FamilyLines, Lines, unix
from exporters.samples import Sample
from monitor.clocks import ClockLedger, is_ahead
from monitor.store import Health, PageState


def monitor_lines(
    pages: Iterable[PageState],
    now: datetime,
    *,
    size: int | None,
    health: Health | None,
    clocks: ClockLedger | None,
) -> FamilyLines:
    """Return the lines about the monitor. `size` is the database's in bytes; what is None is not
    known.
    """
    lines = Lines()
    lines.add((), _database(pages, now, size, health))
    lines.add((), _clock(now, clocks))
    return lines.by_family()


def _database(
    pages: Iterable[PageState],
    now: datetime,
    size: int | None,
    health: Health | None,
) -> Iterator[Sample]:
    ago = None if health is None else health.written_seconds_ago
    wrote = None if ago is None else now.timestamp() - ago
    yield "database_size_bytes", size, ()
    yield "store_last_write_timestamp_seconds", wrote, ()
    yield "rollup_last_success_timestamp_seconds", _last_derivation(pages, now), ()


def _last_derivation(pages: Iterable[PageState], now: datetime) -> float | None:
    """Return when days were last derived for any page; a derivation later than now is not
    believed.
    """
    newest: datetime | None = None
    for page in pages:
        at = page.derived_at
        if at is not None and (newest is None or at > newest) and not is_ahead(page, now):
            newest = at
    return unix(newest)


def _clock(now: datetime, clocks: ClockLedger | None) -> Iterator[Sample]:
    yield "monitor_clock_timestamp_seconds", unix(now), ()
    if clocks is not None:
        yield "monitor_clock_offset_seconds", clocks.offset_seconds, ()
        yield "monitor_clock_step_seconds", clocks.step_seconds, ()
        yield "monitor_clock_healed_pages", clocks.healed_pages, ()
