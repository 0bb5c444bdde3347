"""Vendors by their share of outage days, and those of which too little is known. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exporters.pages.links import Links
from exporters.pages.times import window_words
from exporters.wording import percent
from monitor.answers import Record
from monitor.model import Window
from monitor.plain import count_of

LEAST_COVERAGE = 0.9
"""Of a vendor that is less known, no rank is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A vendor's rank: the same for the same share. `bounds` are its outage days if every unknown
    day was good, and if every one was bad.
    """

    rank: int
    name: str
    address: str
    evidence: str
    outage_days: int
    known_days: int
    bounds: str
    share: str
    coverage: str


@dataclass(frozen=True, slots=True)
class Unranked:
    """A vendor that has no rank, and why."""

    name: str
    address: str
    reason: str


def is_ranked(record: Record) -> bool:
    """Whether enough is known of a vendor."""
    coverage = record.figures.coverage_ratio
    is_covered = coverage is not None and coverage >= LEAST_COVERAGE
    return is_covered and record.figures.outage_days is not None


def places(records: Sequence[Record], links: Links) -> Iterator[Place]:
    """Yield the vendors that have a rank, the fewest outage days first; of an equal share by
    name.
    """
    ranked = sorted(filter(is_ranked, records), key=_order)
    rank, share_before = 0, None
    for number, record in enumerate(ranked, 1):
        figures = record.figures
        if figures.outage_day_ratio != share_before:
            rank, share_before = number, figures.outage_day_ratio
        least, most = figures.outage_day_bounds or (0, 0)
        yield Place(
            rank=rank,
            name=record.name,
            address=links.vendor(record.page.slug),
            evidence=links.window(record.page.slug, record.window.days, record.window.last),
            outage_days=least,
            known_days=figures.known_days,
            bounds=f"{least}" if least == most else f"{least} to {most}",
            share=percent(figures.outage_day_ratio),
            coverage=percent(figures.coverage_ratio),
        )


def _order(record: Record) -> tuple[float, str, str]:
    return record.figures.outage_day_ratio or 0, record.name.casefold(), record.page.slug


def unranked(records: Sequence[Record], links: Links) -> Iterator[Unranked]:
    """Yield the vendors that were read and have no rank, by name."""
    for record in sorted(records, key=lambda each: (each.name.casefold(), each.page.slug)):
        if not is_ranked(record):
            coverage = percent(record.figures.coverage_ratio)
            known = f"{record.figures.known_days} of {record.window.days} days are known"
            reason = f"coverage {coverage}; {known}"
            yield Unranked(record.name, links.vendor(record.page.slug), reason)


def sentence(ranked: int, vendors: int) -> str:
    """Return how many vendors have a rank."""
    if not vendors:
        return "No vendor is watched."
    left_out = vendors - ranked
    rest = f"; {left_out} {'has' if left_out == 1 else 'have'} none" if left_out else ""
    subject = f"{ranked} of {count_of(vendors, 'vendor')}"
    return f"{subject} {'has' if ranked == 1 else 'have'} a rank{rest}."


def windows_words(records: Sequence[Record]) -> str:
    """Return from when to when the windows are; "" without any."""
    if not records:
        return ""
    first = min(record.window.first for record in records)
    last = max(record.window.last for record in records)
    return window_words(Window(first, last))
