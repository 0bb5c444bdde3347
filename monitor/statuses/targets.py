"""How several targets are, and what a stack of them comes to with the unknown ones among them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from monitor.component_patterns import named_ids
from monitor.config import VendorConfig
from monitor.lookups import by_slug
from monitor.model import KnownComponent, Level
from monitor.records.page import PageRecord
from monitor.records.state import CurrentState
from monitor.stacks import Target, vendors_of
from monitor.standing import together
from monitor.statuses.source import StateSource
from monitor.statuses.status import Status, never_read, not_watched, status_of

StatusOf = Callable[[VendorConfig, Target, datetime], Status]
"""How a target of a page that has been read is at a moment."""

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
    source: StateSource,
    vendors: Mapping[str, VendorConfig],
    name: str,
    targets: Iterable[Target],
    now: datetime,
) -> StackStatus:
    """Return how a stack of these targets is at `now`."""
    statuses = tuple(target_statuses(source, vendors, targets, now))
    return StackStatus(name=name, as_of=now, statuses=statuses)


def target_statuses(
    source: StateSource,
    vendors: Mapping[str, VendorConfig],
    targets: Iterable[Target],
    now: datetime,
) -> Iterator[Status]:
    """Yield how each target is at `now`, as `statuses_at` does."""
    targets = list(targets)
    pages = source.pages(vendors_of(targets), removed=True)

    def read(page: PageRecord) -> StatusOf:
        return partial(target_status, page, source.current(page.id))

    return statuses_at(now, vendors, targets, pages, read)


def statuses_at(
    moment: datetime,
    vendors: Mapping[str, VendorConfig],
    targets: Iterable[Target],
    pages: Iterable[PageRecord],
    read: Callable[[PageRecord], StatusOf],
) -> Iterator[Status]:
    """Yield how each target is at a moment; the vendors are by slug. `read` reads a page, once, and
    returns what says how a target of it is.

    A vendor that is not watched, or a pattern that names no component, is unknown and says why.
    """
    pages_by_slug = by_slug(pages)
    status_of: dict[int, StatusOf] = {}
    for target in targets:
        vendor, page = vendors.get(target.vendor), pages_by_slug.get(target.vendor)
        if vendor is None:
            yield not_watched(target, moment)
        elif page is None:
            yield never_read(vendor, target, moment)
        else:
            if page.id not in status_of:
                status_of[page.id] = read(page)
            yield status_of[page.id](vendor, target, moment)


def named_slugs(components: Sequence[KnownComponent], pattern: str) -> list[str]:
    """Return the slugs of the components that a target's pattern names."""
    ids = named_ids(components, [pattern])
    return [entry.slug for entry in components if entry.id in ids]


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
