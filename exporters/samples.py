"""What is said of a vendor or component on a day: the family, the labels and the value, named once
for the scrape and for the exported past, so that both are one series.

A level is a number: 0 operational, 1 maintenance, 2 degraded, 3 partial outage, 4 major outage.
What is not known has no sample; it is never 0 (a day that is not known has `UNKNOWN`). Pure.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache

from exporters.text_format import Labels
from monitor.model import History, KnownComponent, Level, PageFacts
from monitor.ratios import Policy, WindowFigures, vendor_formula, window_ending

WINDOW_DAYS = (7, 30, 90)
LONGEST_WINDOW = max(WINDOW_DAYS)
DATES_AGO = (0, 1, 2)
"""The dates of a page's days that are told, in dates before UTC's. West of Greenwich today's is 1
for some hours; east of it a day that UTC has not reached is told when it does."""
UNKNOWN = -1
"""What is said of a day that is not known. Without a sample it would be taken for what was last
said of it."""

WINDOW_LABELS: dict[int, Labels] = {days: (("window", f"{days}d"),) for days in WINDOW_DAYS}
LONGEST: Labels = WINDOW_LABELS[LONGEST_WINDOW]


Sample = tuple[str, float | None, Labels]
"""A family without the prefix, its value (None = not known, which is not written), and the labels
that come after those of what it is about (`vendor_labels`, `component_labels`). A plain tuple: a
scrape of everything makes hundreds of thousands, and a NamedTuple takes as long as all the rest."""


def vendor_labels(slug: str) -> Labels:
    """Return what every series about a vendor begins with."""
    return (("vendor", slug),)


def component_labels(slug: str, entry: KnownComponent) -> Labels:
    """Return what every series about a component of the vendor begins with."""
    return ("vendor", slug), ("component", entry.slug)


def vendor_info(*, name: str, platform: str | None, url: str, tier: str) -> Sample:
    """Return the vendor's name and settings; `platform` None = not detected yet."""
    labels = ("name", name), ("platform", platform or "unknown"), ("url", url), ("tier", tier)
    return "vendor_info", 1, labels


def component_info(entry: KnownComponent, *, critical: bool) -> Sample:
    """Return the component's present name and group."""
    name, group = entry.component.name, entry.component.group or ""
    labels = ("name", name), ("group", group), ("critical", "yes" if critical else "no")
    return "component_info", 1, labels


def day_level(subject: str, ago: int, level: Level | None, *, is_closed: bool) -> Sample:
    """Return the level of a page's day whose date is so many before UTC's; `is_closed`: it is over
    there.
    """
    number = UNKNOWN if level is None else level
    return f"{subject}_day_level", number, _day_labels(ago, is_closed=is_closed)


@cache
def _day_labels(ago: int, *, is_closed: bool) -> Labels:
    return ("dates_ago", str(ago)), ("closed", "yes" if is_closed else "no")


def window_samples(
    subject: str,
    days: int,
    figures: WindowFigures,
    policy: Policy,
) -> Iterator[Sample]:
    """Yield the figures of a window of so many days, always the same families in the same order."""
    window = WINDOW_LABELS[days]
    yield f"{subject}_outage_ratio", figures.outage_day_ratio, window
    yield f"{subject}_outage_dates", figures.outage_days, window
    if subject == "vendor":
        yield "vendor_major_dates", figures.major_days, window
        if days == LONGEST_WINDOW:
            yield "vendor_disputed_dates", figures.disputed_days, window
    yield f"{subject}_known_dates", figures.known_days, window
    yield f"{subject}_coverage_ratio", figures.coverage_ratio, window
    by_policy = _policy_labels(days, policy.name)
    yield f"{subject}_downtime_ratio", figures.downtime_ratio(policy), by_policy


@cache
def _policy_labels(days: int, policy: str) -> Labels:
    return *WINDOW_LABELS[days], ("policy", policy)


def formula_sample(
    entry: KnownComponent,
    record: PageFacts,
    history: History,
    last: date,
) -> Sample:
    """Return the component's uptime by the vendor's own formula, of the longest window that ends
    with `last`; not known before bars fill the whole of it.
    """
    window = window_ending(last, LONGEST_WINDOW)
    percent = vendor_formula(entry, record, history, window)
    ratio = None if percent is None else float(percent / 100)
    return "component_formula_uptime_ratio", ratio, LONGEST
