"""How a vendor stands now: the level of what counts of it, how much of that is known, and since
when.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.clocks import PageInstants, is_ahead
from monitor.component_patterns import left_out
from monitor.config import VendorConfig
from monitor.day_range import gap_seconds
from monitor.model import Incident, Level
from monitor.records.page import PageRecord
from monitor.records.state import CurrentState
from monitor.standing import Verdict, together
from monitor.statuses.source import StateSource


class Freshness(StrEnum):
    """What the last reading of a page's state says of now. Only a fresh one says anything."""

    FRESH = "fresh"  # it is at most three poll intervals old
    STALE = "stale"  # it is older
    AHEAD = "ahead"  # it lies later than now, by a clock that was wrong, and is not believed
    NEVER = "never"  # there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a vendor stands at `as_of`, by the last reading of its page, at `read_at` (UTC; None =
    never).

    `level` is the worst of the components that count; None = unknown: the reading is not fresh, or
    too few of them are known to call it operational. `levels` are those of the components on the
    page by id. Of a page that was never read the counts and what is open are None: nothing listed
    is not nothing open. `incidents` go on and `maintenances` are in progress, both by start;
    announced ones are in neither.
    """

    as_of: datetime
    read_at: datetime | None
    freshness: Freshness
    level: Level | None
    levels: Mapping[str, Level | None]
    known_components: int | None
    counted_components: int | None
    incidents: tuple[Incident, ...] | None
    maintenances: tuple[Incident, ...] | None

    @classmethod
    def of(
        cls,
        page: PageRecord,
        current: CurrentState,
        vendor: VendorConfig,
        now: datetime,
    ) -> "Standing":
        """Return what a page's current state comes to at `now`. Reads nothing."""
        how_fresh = freshness(page, page.observed_until, vendor.interval_seconds, now)
        if how_fresh is not Freshness.FRESH:
            current = replace(current, levels={})
        joint = verdict(current, vendor.min_coverage)
        # A backfill can come before the first poll that succeeds.
        is_read = page.last_success_at is not None or bool(current.components)
        return cls(
            as_of=now,
            read_at=page.observed_until,
            freshness=how_fresh,
            level=joint.level,
            levels=current.levels,
            known_components=joint.known_components if is_read else None,
            counted_components=joint.counted_components if is_read else None,
            incidents=_open(current, maintenance=False) if is_read else None,
            maintenances=_open(current, maintenance=True) if is_read else None,
        )

    @property
    def unknown_components(self) -> int | None:
        """How many of the components that count are unknown; None as the other counts are."""
        if self.known_components is None or self.counted_components is None:
            return None
        return self.counted_components - self.known_components

    @property
    def age_seconds(self) -> float | None:
        """How long before `as_of` the page was read; None when never, or by a clock ahead."""
        if self.read_at is None or self.freshness is Freshness.AHEAD:
            return None
        return (self.as_of - self.read_at).total_seconds()


def standing(
    source: StateSource, page: PageRecord, vendor: VendorConfig, now: datetime
) -> Standing:
    """Return how a vendor stands at `now`, an aware instant."""
    current = source.current(page.id)
    # What the settings leave out now, not when the days were derived last.
    current = replace(current, excluded=left_out(current.components, vendor))
    return Standing.of(page, current, vendor, now)


def verdict(current: CurrentState, min_coverage: float) -> Verdict:
    """Return what the components that count came to at the last reading."""
    return together(_levels_that_count(current), min_coverage)


def _levels_that_count(current: CurrentState) -> Iterator[Level | None]:
    for entry in current.components:
        if entry.id not in current.excluded:
            yield current.levels.get(entry.id)


def freshness(
    page: PageInstants,
    read_at: datetime | None,
    interval_seconds: float,
    now: datetime,
) -> Freshness:
    """Return what the last reading of a page, at `read_at`, says of `now`; it is polled at this
    interval.
    """
    if read_at is None:
        return Freshness.NEVER
    if is_ahead(page, now):
        return Freshness.AHEAD
    age = (now - read_at).total_seconds()
    return Freshness.FRESH if age <= gap_seconds(interval_seconds) else Freshness.STALE


def _open(current: CurrentState, *, maintenance: bool) -> tuple[Incident, ...]:
    incidents = (each for each in current.open_incidents if each.maintenance == maintenance)
    by_start = sorted(incidents, key=lambda incident: incident.started_at)
    return tuple(incident for incident in by_start if incident.is_open)
