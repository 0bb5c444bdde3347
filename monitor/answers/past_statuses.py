"""How targets were at an earlier instant, by what had been read until then."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from monitor.config import VendorConfig
from monitor.stacks import Target, vendors_of
from monitor.statuses.status import NEVER, STALE, Status
from monitor.statuses.targets import StatusOf, statuses_at, target_status
from monitor.store import CurrentState, PageRecord, PastPage, Store

_PAST_WORDS = {
    NEVER: "the page had not been read by then",
    STALE: "the page was not read then",
}
"""What is said of an earlier instant in place of what is said of now."""


def past_statuses(
    store: Store,
    vendors: Mapping[str, VendorConfig],
    targets: Iterable[Target],
    known_at: datetime,
) -> Iterator[Status]:
    """Yield how each target was at an instant, as `statuses_at` does."""
    targets = list(targets)
    pages = store.pages(vendors_of(targets), removed=True)

    def read(page: PageRecord) -> StatusOf:
        past = store.page_at(page.id, known_at)
        return partial(_status, past, store.state_at(past.page, known_at))

    return statuses_at(known_at, vendors, targets, pages, read)


def _status(
    past: PastPage, state: CurrentState, vendor: VendorConfig, target: Target, moment: datetime
) -> Status:
    status = target_status(past.page, state, vendor, target, moment)
    why_unknown = _PAST_WORDS.get(status.why_unknown or "", status.why_unknown)
    return replace(status, why_unknown=why_unknown, read_at=past.read_at)
