"""Whether what one depends on works now, in the four words of the Monitoring Plugins (Nagios,
Icinga, Zabbix): OK, WARNING, CRITICAL, UNKNOWN.

It is stricter than `Standing`: a level counts only while the page can be read, and was read within
two poll intervals.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from monitor.component_patterns import left_out, named_ids
from monitor.config import VendorConfig
from monitor.model import Incident, Level, id_set
from monitor.plain import count_of
from monitor.records.page import PageRecord
from monitor.records.state import CurrentState
from monitor.stacks import Target
from monitor.standing import Verdict, together
from monitor.statuses.source import StateSource
from monitor.statuses.standing import Freshness, Standing

STALE_INTERVALS = 2
"""So many poll intervals after a reading its levels are not those of now any more."""


class Outcome(IntEnum):
    """What a check comes to; the number is its exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_FROM_BEST_TO_WORST = (Outcome.OK, Outcome.WARNING, Outcome.UNKNOWN, Outcome.CRITICAL)


def worst_outcome(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst: what is known to be out, then what is unknown. Of nothing, UNKNOWN."""
    return max(outcomes, key=_FROM_BEST_TO_WORST.index, default=Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which level on a target is a WARNING, and from which CRITICAL."""

    warning: Level = Level.MAINTENANCE
    critical: Level = Level.PARTIAL_OUTAGE

    def outcome(self, level: Level | None) -> Outcome:
        """Return what a level comes to; an unknown one (None) is UNKNOWN whatever is asked."""
        if level is None:
            return Outcome.UNKNOWN
        if level >= self.critical:
            return Outcome.CRITICAL
        return Outcome.WARNING if level >= self.warning else Outcome.OK

    def worst(self, statuses: "Iterable[Status]") -> Outcome:
        """Return what the worst of the statuses comes to; none at all is UNKNOWN."""
        return worst_outcome(self.outcome(status.level) for status in statuses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a target is at `as_of`.

    `level` None = unknown, and `why_unknown` says why. `read_at` (UTC) is the last reading of the
    page, None = never. The counts are of the components asked about; None as long as the page was
    never read. `page` and `interval_seconds` are None of a vendor that is not watched.
    `component_names` are those of them at `level`. `incidents` go on, `maintenances` are in
    progress.
    """

    target: Target
    page: str | None
    as_of: datetime
    interval_seconds: int | None
    level: Level | None
    why_unknown: str | None = None
    read_at: datetime | None = None
    known_components: int | None = None
    counted_components: int | None = None
    component_names: tuple[str, ...] = ()
    incidents: tuple[Incident, ...] = ()
    maintenances: tuple[Incident, ...] = ()

    @property
    def age_seconds(self) -> float | None:
        """How long before `as_of` the page was read; None when never."""
        return None if self.read_at is None else (self.as_of - self.read_at).total_seconds()


def status(
    source: StateSource,
    page: PageRecord,
    vendor: VendorConfig,
    target: Target,
    now: datetime,
) -> Status:
    """Return how the target, of this page, is at `now`. Raises as `status_of` does."""
    return status_of(page, source.current(page.id), vendor, target, now)


def status_of(
    page: PageRecord,
    current: CurrentState,
    vendor: VendorConfig,
    target: Target,
    now: datetime,
    *,
    component_id: str | None = None,
) -> Status:
    """Return what a page's current state comes to for a target. Reads nothing.

    `component_id` is the component that is asked about where that is known: the target's pattern
    may name others too. Raises ValueError where the pattern names no component of a page that was
    read.
    """
    excluded_ids = left_out(current.components, vendor)
    standing = Standing.of(page, replace(current, excluded=excluded_ids), vendor, now)
    ids = id_set(current.components) - excluded_ids
    verdict: Standing | Verdict = standing
    if target.components is not None:
        ids = set(_named_ids(current, target)) if component_id is None else {component_id}
        verdict = together((standing.levels.get(key) for key in ids), vendor.min_coverage)
    level = verdict.level
    why_unknown = _why_not_now(page, standing, vendor)
    if why_unknown is not None:
        level = None
    elif level is None:
        why_unknown = _too_few(verdict)
    return Status(
        target=target,
        page=page.url,
        as_of=now,
        interval_seconds=vendor.interval_seconds,
        level=level,
        why_unknown=why_unknown,
        read_at=standing.read_at,
        known_components=verdict.known_components,
        counted_components=verdict.counted_components,
        component_names=_names_at(level, ids, current),
        incidents=_about(standing.incidents, ids, target),
        maintenances=_about(standing.maintenances, ids, target),
    )


def never_read(vendor: VendorConfig, target: Target, now: datetime) -> Status:
    """Return the status of a vendor that is not in the database yet."""
    return Status(
        target=target,
        page=vendor.url,
        as_of=now,
        interval_seconds=vendor.interval_seconds,
        level=None,
        why_unknown=NEVER,
    )


def not_watched(target: Target, now: datetime) -> Status:
    """Return the status of what the settings in force do not have."""
    return Status(
        target=target,
        page=None,
        as_of=now,
        interval_seconds=None,
        level=None,
        why_unknown=_NOT_WATCHED,
    )


STALE = "the page was not read since; is `monitor serve` running?"
NEVER = "the page was never read"
_NOT_WATCHED = "it is not watched"


def _why_not_now(page: PageRecord, standing: Standing, vendor: VendorConfig) -> str | None:
    """Return why the last reading says nothing of now; None = it does."""
    if page.removed_at is not None:
        return "it is not watched any more"
    if standing.freshness is Freshness.NEVER:
        return f"{NEVER}: {page.last_error_message}" if page.last_error_message else NEVER
    if standing.freshness is Freshness.AHEAD:
        return "it was read by a clock that was ahead"
    if page.last_ok is False:
        return f"the page could not be read: {page.last_error_message}"
    age = standing.age_seconds
    if age is None or age > STALE_INTERVALS * vendor.interval_seconds:
        return STALE
    return None


def _too_few(verdict: Standing | Verdict) -> str:
    if not verdict.counted_components:
        return "it has no component that counts"
    every = count_of(verdict.counted_components, "component")
    are = "is" if 1 in {verdict.known_components, verdict.counted_components} else "are"
    return f"only {verdict.known_components} of {every} {are} known"


def _named_ids(current: CurrentState, target: Target) -> frozenset[str]:
    ids = named_ids(current.components, [target.components or ""])
    if not ids and current.components:
        slugs = ", ".join(sorted(entry.slug for entry in current.components))
        raise ValueError(f"{target.vendor} has no component {target.components!r}; it has {slugs}")
    return ids


def _names_at(level: Level | None, ids: set[str], current: CurrentState) -> tuple[str, ...]:
    """Return the components, in the page's order, that make the level what it is."""
    if level is None or level is Level.OPERATIONAL:
        return ()
    components = (entry.component for entry in current.components if entry.id in ids)
    return tuple(each.full_name for each in components if current.levels.get(each.id) is level)


def _about(
    incidents: Iterable[Incident] | None, ids: set[str], target: Target
) -> tuple[Incident, ...]:
    """Return the incidents that concern what is asked about: of a vendor all, those that name no
    component too.
    """
    if target.components is None:
        return tuple(incidents or ())
    return tuple(each for each in incidents or () if ids.intersection(each.component_ids))
