"""What several spans of days add up to, without the days themselves."""

from dataclasses import dataclass
from datetime import date, datetime

from monitor import history
from monitor.config import VendorConfig
from monitor.model import PageHistory
from monitor.ratios import DEFAULT_POLICY, RAW_POLICY, WindowFigures, figures
from monitor.spans import Span
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsQuery:
    """Spans of a page's days, asked about at `now`. `policy` is one of
    `monitor.ratios.POLICIES`.
    """

    spans: tuple[Span, ...]
    now: datetime
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


@dataclass(frozen=True, slots=True)
class WindowSums:
    """The days of a page, and the spans of them that are added up."""

    spans: tuple[Span, ...]
    days: PageHistory

    def of(self, component_id: str | None) -> tuple[WindowSum, ...]:
        """Return the sums of a component, None = the vendor as a whole, in the order of the spans.
        Raises KeyError for a component that the page never had.
        """
        own = self.days.vendor if component_id is None else self.days.components[component_id]
        return tuple(WindowSum(span, figures(own, span.window)) for span in self.spans)


def windows(
    store: Store, page: PageRecord, vendor: VendorConfig, query: WindowsQuery
) -> WindowSums:
    """Return what the spans add up to, of the vendor and of each of its components."""
    is_raw = query.policy == RAW_POLICY
    _, days = history.read(
        store, page, vendor, first=query.first, last=query.last, now=query.now, raw=is_raw
    )
    return WindowSums(query.spans, days)
