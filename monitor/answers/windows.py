"""What several spans of days add up to, without the days themselves."""

from dataclasses import dataclass
from datetime import date, datetime

from monitor import history
from monitor.config import VendorConfig
from monitor.ratios import DEFAULT_POLICY, RAW_POLICY, WindowFigures, figures
from monitor.spans import Span
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsQuery:
    """The spans of a vendor as a whole, or of the component with this id, asked about at `now`.
    `policy` is one of `monitor.ratios.POLICIES`.
    """

    spans: tuple[Span, ...]
    now: datetime
    component_id: str | None = None
    policy: str = DEFAULT_POLICY

    @property
    def first(self) -> date:
        """The first day of any of the spans."""
        return min(span.first for span in self.spans)

    @property
    def last(self) -> date:
        """The last day of any of the spans."""
        return max(span.last for span in self.spans)


@dataclass(frozen=True, slots=True)
class WindowSum:
    """A span, and what its days add up to."""

    span: Span
    figures: WindowFigures


def windows(
    store: Store, page: PageRecord, vendor: VendorConfig, query: WindowsQuery
) -> tuple[WindowSum, ...]:
    """Return what each span adds up to, in the order in which they are asked for. Raises KeyError
    for a component that the page never had.
    """
    is_raw = query.policy == RAW_POLICY
    _, days = history.read(
        store, page, vendor, first=query.first, last=query.last, now=query.now, raw=is_raw
    )
    own = days.vendor if query.component_id is None else days.components[query.component_id]
    return tuple(WindowSum(span, figures(own, span.window)) for span in query.spans)
