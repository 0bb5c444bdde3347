"""The figures of a vendor's row, and its strip of days: written once, kept until they change."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from exporters.boards import Entry
from exporters.cells import Strip, strip
from exporters.pages.links import Links
from exporters.pages.rendering import macro
from exporters.wording import percent
from monitor.answers import Record

THIN_COVERAGE = 0.9
"""Below it a coverage is printed bold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The `cells` of a vendor's row, and what rows are sorted by: the share of outage days and the
    coverage, 0..1; None = nothing is known.
    """

    cells: Markup
    outage_share: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the template prints. `outage_days` None = no day is known."""

    name: str
    address: str
    strip: Strip
    outage_days: int | None
    known_days: int
    share: str
    coverage: str
    is_thin: bool


def figures_of(
    entry: Entry, record: Record, links: Links, revised: Collection[date] = ()
) -> Figures:
    """Return the figures of a vendor, as they stand on the page of these links; `revised` are the
    days that the vendor changed after they were over.
    """
    own = record.figures
    coverage = own.coverage_ratio
    shown = Shown(
        name=entry.name,
        address=f"{links.vendor(entry.vendor.slug)}#days",
        strip=strip(record.days, today=record.window.last, revised=revised),
        outage_days=own.outage_days,
        known_days=own.known_days,
        share=percent(own.outage_day_ratio),
        coverage=percent(coverage),
        is_thin=coverage is None or coverage < THIN_COVERAGE,
    )
    return Figures(
        cells=macro("figures.html", "cells")(shown),
        outage_share=own.outage_day_ratio,
        coverage=coverage,
    )
