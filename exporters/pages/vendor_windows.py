"""The windows and calendar months of a vendor's page. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from exporters.pages.links import Links
from exporters.pages.vendor_subject import Subject
from exporters.pages.words import of_known_days
from exporters.report.sentences import downtime
from exporters.wording import count_text, percent
from monitor.answers import WindowSum
from monitor.spans import Span

WINDOWS = (7, 30, 90, 365)
"""The windows that end with the last day, in days."""

MONTHS = 12
"""So many calendar months, the last of which holds the last day."""

BAR_WIDTH = 90
_FULL_SHARE = 0.4
"""The share of outage days at which its bar is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """A window or month and its figures; `bar` is the width of its share in a picture of
    `BAR_WIDTH`.
    """

    title: str
    address: str | None
    outage_days: str
    of_days: str
    share: str
    bar: str
    major: str
    degraded: str
    maintenance: str
    downtime: str
    coverage: str


def spans_until(last: date) -> tuple[Span, ...]:
    """Return the windows that end with a day, then the calendar months up to it, newest first."""
    spans = [Span(last - timedelta(days=days - 1), last, f"last {days} days") for days in WINDOWS]
    first = last.replace(day=1)
    spans.append(Span(first, last, _month_title(first, last)))
    for _ in range(MONTHS - 1):
        end = first - timedelta(days=1)
        first = end.replace(day=1)
        spans.append(Span(first, end, f"{first:%b %Y}"))
    return tuple(spans)


def _month_title(first: date, last: date) -> str:
    is_whole = (last + timedelta(days=1)).day == 1
    return f"{first:%b %Y}" if is_whole else f"{first:%b %Y} (1–{last.day})"


def window_rows(
    sums: Iterable[WindowSum], policy: str, subject: Subject, links: Links
) -> Iterator[WindowRow]:
    """Yield the rows; those of which no day is known say so."""
    for each in sums:
        figures, span = each.figures, each.span
        share = figures.outage_day_ratio
        yield WindowRow(
            title=span.name,
            address=_address(subject, span, links),
            outage_days=count_text(figures.outage_days),
            of_days=of_known_days(figures),
            share=percent(share),
            bar=f"{BAR_WIDTH * min((share or 0) / _FULL_SHARE, 1):.1f}",
            major=count_text(figures.major_days),
            degraded=count_text(figures.degraded_days),
            maintenance=count_text(figures.maintenance_days),
            downtime=downtime(figures, policy),
            coverage=percent(figures.coverage_ratio),
        )


def _address(subject: Subject, span: Span, links: Links) -> str:
    if subject.component is None:
        return links.window(subject.slug, span.days, span.last)
    return links.component_window(subject.slug, subject.component.slug, span.days, span.last)
