"""The past as Prometheus is given it: one sample a day at 12:00 UTC, no `instance`. The one place that writes it."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from exporters.prometheus import WINDOW_DAYS
from monitor.intervals import day_of, zone_named
from monitor.model import History
from monitor.ratios import DEFAULT_POLICY, POLICIES, figures, window_ending

if TYPE_CHECKING:
    from watched import World


def history_lines(world: "World") -> Iterator[str]:
    """Yield OpenMetrics lines, series by series, without the closing line."""
    for page in world.store.pages():
        today = day_of(world.now, zone_named(page.zone))
        history = world.store.page_history(page.id, today - timedelta(days=179), today)
        days = [today - timedelta(days=back) for back in reversed(range(90))]
        noons = {day: datetime.combine(day, time(12), UTC) for day in days}
        stamps = {day: int(noon.timestamp()) for day, noon in noons.items() if noon <= world.now}
        vendor = f'job="vendorstatus",vendor="{page.slug}"'
        yield from _lines("vendor", vendor, history.vendor, stamps)
        for known in world.store.current(page.id).components:
            told = history.components.get(known.component.id)
            if told is not None:
                yield from _lines("component", f'{vendor},component="{known.slug}"', told, stamps)


def _lines(subject: str, labels: str, history: History, stamps: dict) -> Iterator[str]:
    prefix = f"vendorstatus_{subject}"
    for day, stamp in stamps.items():
        level = history.day(day).level
        if level is not None:
            yield f"{prefix}_day_severity{{{labels}}} {int(level)} {stamp}"
    for length in WINDOW_DAYS:
        window = f'{labels},window="{length}d"'
        found = {day: figures(history, window_ending(day, length)) for day in stamps}
        values = {
            f"outage_ratio{{{window}}}": lambda f: f.outage_day_ratio,
            f"outage_dates{{{window}}}": lambda f: f.outage_days if f.known_days else None,
            f"major_dates{{{window}}}": lambda f: f.major_days if f.known_days else None,
            f"observed_dates{{{window}}}": lambda f: f.known_days,
            f"coverage_ratio{{{window}}}": lambda f: f.coverage_ratio,
            f'downtime_ratio{{{window},policy="statuspage"}}': lambda f: f.downtime_ratio(POLICIES[DEFAULT_POLICY]),
        }
        if length == max(WINDOW_DAYS):
            values[f"disputed_dates{{{window}}}"] = lambda f: f.disputed_days if f.known_days else None
        for name, value in values.items():
            if subject == "component" and name.startswith(("major", "disputed")):
                continue
            for day, stamp in stamps.items():
                if (told := value(found[day])) is not None:
                    yield f"{prefix}_{name} {told} {stamp}"
