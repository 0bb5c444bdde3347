"""Stores with a past, and what a past day must say, worked out the slow way."""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta

from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of

from monitor.demo import demo_truths
from monitor.intervals import day_of, days_between
from monitor.model import Aspect, Confidence, Day, DayRun, History, Level, PageHistory, Seconds
from monitor.ratios import POLICIES, figures, vendor_formula, window_ending
from monitor.store import PageRecord, Store

Value = tuple[str, frozenset[tuple[str, str]], int]
"""A metric, its labels and a stamp in Unix seconds."""


@asynccontextmanager
async def demo_store(url: str, now: datetime, days: int = 90):
    """Yield a store with the demo's vendors, who have so many days of history, as polled and
    backfilled over a day more at `now`, and their settings.

    A day more than the longest window, so that yesterday has a whole one too at every hour: 90 days
    of 24 hours reach the 91st date of a page, except in the hour before midnight when its clocks
    were put back in between.
    """
    truths = demo_truths(now, days=days)
    vendors = {truth.slug: vendor_of(truth) for truth in truths}
    with Store.open(url) as store:
        async with collecting(SimulatedPages(truths, Clock(now)), vendors, store) as collector:
            for slug in vendors:
                await collector.poll(await page_of(collector, slug))
                await collector.backfill(
                    await page_of(collector, slug), now - timedelta(days=days + 1)
                )
            await collector.flush()
            yield store, vendors


def noon(day: date) -> int:
    return int(datetime.combine(day, time(12), UTC).timestamp())


def told_at(day: date, ago: int) -> int:
    """Return when a day's level is stamped that is so many dates ago: at noon, the last one at the
    end of that date."""
    moment = time(23, 59) if ago == 2 else time(12)
    return int(datetime.combine(day + timedelta(days=ago), moment, UTC).timestamp())


NOT_YET = timedelta(0)


def expected(
    store: Store,
    page: PageRecord,
    days: list[date],
    extra: dict[str, str],
    *,
    now: datetime,
    settled: timedelta = NOT_YET,
) -> dict[Value, float]:
    """Return every figure that these days have, from the store's days; without the info metrics and
    what is younger.

    Nothing is said of days before anything is known of the vendor or component, or before we first
    saw it.
    """
    found = {}
    history = store.page_history(page.id, days[0] - timedelta(days=89), days[-1])
    published = store.published(page.id, history.vendor.first)
    subjects = [("vendor", {"vendor": page.slug}, history.vendor, page.added_at, None)]
    for known in store.known_components(page.id):
        own = {"vendor": page.slug, "component": known.slug}
        subjects.append(
            ("component", own, history.components[known.component.id], known.first_seen_at, known)
        )
    for subject, own, each, seen_at, known in subjects:
        began = False
        for day in days_between(each.first, days[-1]):
            began = began or each.day(day).level is not None or day >= day_of(seen_at, page.zone)
            if not began or day < days[0]:
                continue
            formula = (
                vendor_formula(known, published, each, window_ending(day, 90)) if known else None
            )
            everything = [
                *_figures(subject, each, day),
                (
                    "formula_uptime_ratio",
                    {"window": "90d"},
                    None if formula is None else float(formula / 100),
                ),
            ]
            for name, labels, value in everything:
                if value is not None:
                    key = (
                        f"vendorstatus_{subject}_{name}",
                        frozenset({**own, **labels, **extra}.items()),
                        noon(day),
                    )
                    found[key] = float(value)
            for ago in range(3):
                level, closed = each.day(day).level, day < day_of(now, page.zone)
                labels = {
                    **own,
                    "dates_ago": str(ago),
                    "closed": "yes" if closed else "no",
                    **extra,
                }
                if told_at(day, ago) <= (now - settled).timestamp():
                    key = (
                        f"vendorstatus_{subject}_day_level",
                        frozenset(labels.items()),
                        told_at(day, ago),
                    )
                    found[key] = -1.0 if level is None else float(level)
    return found


def _figures(
    subject: str, history: History, day: date
) -> Iterator[tuple[str, dict[str, str], object]]:
    for length in (7, 30, 90):
        window = {"window": f"{length}d"}
        found = figures(history, window_ending(day, length))
        known = found.known_days > 0
        yield "outage_ratio", window, found.outage_days / found.known_days if known else None
        yield "outage_dates", window, found.outage_days if known else None
        yield "known_dates", window, found.known_days
        yield "coverage_ratio", window, found.coverage_ratio
        yield (
            "downtime_ratio",
            {**window, "policy": "statuspage"},
            found.downtime_ratio(POLICIES["statuspage"]),
        )
        if subject == "vendor":
            yield "major_dates", window, found.major_days if known else None
            if length == 90:
                yield "disputed_dates", window, found.disputed_days if known else None


def history(first: date, last: date, levels: dict[date, Level | None], **more) -> History:
    """Return days that are operational but for those given; None = unknown."""
    days = {
        day: Day(
            day=day, level=level, length_seconds=86_400, covered_seconds=86_400, seconds=Seconds(partial=600.0),
            source=Aspect.BARS, confidence=Confidence.HIGH, disputed=level is Level.MAJOR_OUTAGE,
        )
        for day, level in levels.items()
        if level is not None
    }  # fmt: skip
    runs, start = [], first
    for gap in [*sorted(levels), last + timedelta(days=1)]:
        if start < gap:
            runs.append(DayRun(start, gap - timedelta(days=1), Aspect.BARS, Confidence.HIGH))
        start = gap + timedelta(days=1)
    return History(first=first, last=last, days=days, quiet=tuple(runs), **more)


def keep_days(
    store: Store,
    page: PageRecord,
    vendor: History,
    components: dict[str, History],
    *,
    now: datetime,
):
    """Store these days as derived at `now`."""
    today = now.astimezone(page.zone).date()
    store.save_days(
        page.id,
        PageHistory(vendor=vendor, components=components),
        today=today,
        now=now,
        revised_since=None,
    )
