"""The figures of a vendor's row, and its strip of days: made once, and kept until they change."""

from dataclasses import dataclass

from markupsafe import Markup

from exporters.boards import Entry
from exporters.pages.cells import strip
from exporters.pages.links import Links
from exporters.pages.rendering import macro
from exporters.wording import percent
from monitor.answers import Record

THIN_COVERAGE = 0.9
"""Below it a coverage is printed bold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a vendor's window. `share_of_days` and `covered` are what rows are sorted by;
    None = nothing is known.
    """

    outage_days: int | None
    known_days: int
    share: str
    coverage: str
    is_thin: bool
    strip: Markup
    share_of_days: float | None
    covered: float | None


def figures_of(entry: Entry, record: Record, links: Links) -> Figures:
    """Return the figures of a vendor, as they stand on the page of these links."""
    own = record.figures
    coverage = own.coverage_ratio
    row_of_days = strip(record.days, today=record.window.last)
    address = f"{links.vendor(entry.vendor.slug)}#days"
    return Figures(
        outage_days=own.outage_days,
        known_days=own.known_days,
        share=percent(own.outage_day_ratio),
        coverage=percent(coverage),
        is_thin=coverage is None or coverage < THIN_COVERAGE,
        strip=macro("parts.html", "strip")(row_of_days, entry.name, address),
        share_of_days=own.outage_day_ratio,
        covered=coverage,
    )
