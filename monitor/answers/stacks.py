"""How several targets are, now or as it was known at an earlier instant, and what a stack of them
comes to with the unknown ones among them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.answers.status import NEVER, STALE, Status, never_read, not_watched, status_of
from monitor.config import VendorConfig
from monitor.history import named_ids
from monitor.lookups import by_slug
from monitor.model import KnownComponent, Level
from monitor.stacks import Target, vendors_of
from monitor.standing import together
from monitor.store import CurrentState, PageRecord, PastPage, Store

_ALL = 1.0
"""The share of the targets that must be known before a stack is called operational."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackStatus:
    """How a stack is at `as_of`, by its targets in the order of the settings."""

    name: str
    as_of: datetime
    statuses: tuple[Status, ...]

    @property
    def level(self) -> Level | None:
        """The worst level of the targets. One that is degraded or worse stands whatever the others
        are; else None = unknown, as long as one of them is.
        """
        return together((status.level for status in self.statuses), _ALL).level

    @property
    def known_targets(self) -> int:
        """How many targets have a level that is known."""
        return sum(status.level is not None for status in self.statuses)


def stack_status(
    store: Store,
    vendors: Mapping[str, VendorConfig],
    name: str,
    targets: Iterable[Target],
    now: datetime,
) -> StackStatus:
    """Return how a stack of these targets is at `now`."""
    statuses = tuple(target_statuses(store, vendors, targets, now))
    return StackStatus(name=name, as_of=now, statuses=statuses)


def target_statuses(
    store: Store,
    vendors: Mapping[str, VendorConfig],
    targets: Iterable[Target],
    now: datetime,
    *,
    known_at: datetime | None = None,
) -> Iterator[Status]:
    """Yield how each target is at `now`; the vendors are by slug. `known_at`: how it was at that
    instant, by what had been read until then; None = now.

    A vendor that is not watched, or a pattern that names no component, is unknown and says why.
    """
    targets = list(targets)
    pages = by_slug(store.pages(vendors_of(targets), removed=True))
    looks: dict[int, _Look] = {}
    for target in targets:
        vendor, page = vendors.get(target.vendor), pages.get(target.vendor)
        if vendor is None:
            yield not_watched(target, known_at or now)
        elif page is None:
            yield never_read(vendor, target, known_at or now)
        else:
            if page.id not in looks:
                looks[page.id] = _look(store, page, known_at)
            yield looks[page.id].status(vendor, target, known_at or now)


def named_slugs(components: Sequence[KnownComponent], pattern: str) -> list[str]:
    """Return the slugs of the components that a target's pattern names."""
    ids = named_ids(components, [pattern])
    return [entry.slug for entry in components if entry.id in ids]


_PAST_WORDS = {
    NEVER: "the page had not been read by then",
    STALE: "the page was not read then",
}
"""What is said of an earlier instant in place of what is said of now."""


@dataclass(frozen=True, slots=True)
class _Look:
    """A page with its state, now or in the past."""

    page: PageRecord
    current: CurrentState
    past: PastPage | None

    def status(self, vendor: VendorConfig, target: Target, moment: datetime) -> Status:
        status = target_status(self.page, self.current, vendor, target, moment)
        if self.past is None:
            return status
        why_unknown = _PAST_WORDS.get(status.why_unknown or "", status.why_unknown)
        return replace(status, why_unknown=why_unknown, read_at=self.past.read_at)


def _look(store: Store, page: PageRecord, known_at: datetime | None) -> _Look:
    if known_at is None:
        return _Look(page, store.current(page.id), None)
    past = store.page_at(page.id, known_at)
    return _Look(past.page, store.state_at(past.page, known_at), past)


def target_status(
    page: PageRecord,
    current: CurrentState,
    vendor: VendorConfig,
    target: Target,
    now: datetime,
) -> Status:
    """Return what a page's current state comes to for a target, as `status_of` does; a pattern that
    names no component of the page is unknown and says so.
    """
    try:
        return status_of(page, current, vendor, target, now)
    except ValueError as error:
        unknown = never_read(vendor, target, now)
        return replace(unknown, why_unknown=str(error), read_at=page.observed_until)
