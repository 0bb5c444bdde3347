"""What each of several spans adds up to, as months beside each other, and whether a target was
kept in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from monitor.model import Day, History
from monitor.ratios import Policy, WindowFigures, figures
from monitor.spans import Span
from monitor.targets import Outcome, UptimeBounds, component_uptime, vendor_uptime


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanFigures:
    """One span of a vendor or a component. `uptime` is None where there was no component in it, and
    `outcome` also where no target was asked about.
    """

    span: Span
    figures: WindowFigures
    uptime: UptimeBounds | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanSums:
    """Which spans are asked for, by which policy, and against which target (a share of 1)."""

    spans: Sequence[Span]
    policy: Policy
    target: Fraction | None

    def of_component(self, history: History) -> tuple[SpanFigures, ...]:
        """Return the spans of one component."""
        sums = []
        for span in self.spans:
            days = history.each(span.window)
            sums.append(self._span(span, history, component_uptime(days, self.policy)))
        return tuple(sums)

    def of_vendor(
        self, history: History, counted_histories: Iterable[History]
    ) -> tuple[SpanFigures, ...]:
        """Return the spans of a vendor, with the histories of its counted components."""
        counted_histories = tuple(counted_histories)
        sums = []
        for span in self.spans:
            components = (_days(each, span) for each in counted_histories)
            uptime = vendor_uptime(_days(history, span), components, self.policy)
            sums.append(self._span(span, history, uptime))
        return tuple(sums)

    def _span(self, span: Span, history: History, uptime: UptimeBounds | None) -> SpanFigures:
        return SpanFigures(
            span=span,
            figures=figures(history, span.window),
            uptime=uptime,
            outcome=uptime.outcome(self.target) if uptime and self.target else None,
        )


def _days(history: History, span: Span) -> list[Day]:
    return list(history.each(span.window))
