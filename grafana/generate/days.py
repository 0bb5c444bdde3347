"""The PromQL of days: a page's day under its own date, whatever the zone. Pure."""

from exporters.samples import DATES_AGO, UNKNOWN
from grafana.generate.queries import (
    KNOWN_LATELY,
    LONGEST,
    OUTAGE,
    at_the_end,
    component_titles,
    max_by,
    series,
    vendor_names,
)

_HOURS = 24
_MOST = "1438m"
"""A day without its first and its last minute: then it may have been another date when the monitor
answered than the one that the sample is stamped with."""
_GOOD = 1
"""The highest level that is good: maintenance."""


def day_levels(subject: str, by: str, *matchers: str) -> str:
    """Return the level of each day as it was told last, `UNKNOWN` included; to be asked at steps of
    one day.

    A step is a midnight of UTC and shows the page's day of that date, in whatever zone. That day is
    told on three dates of UTC: on its own, on the next, and on the one after. What was told last of
    a day that was over goes first. What was told of a day before it was over holds if it is bad, or
    if that was today: of a monitor that died at noon nobody knows how the day went on.
    """
    metric = f"{subject}_day_level"

    def level(ago: int, closed: str) -> str:
        samples = series(metric, *matchers, f'dates_ago="{ago}"', f'closed="{closed}"', over=_MOST)
        return f"{max_by(by)} (last_over_time({samples} offset -{_HOURS * (ago + 1) - 1}h59m))"

    final = [level(ago, "yes") for ago in sorted(DATES_AGO, reverse=True)]
    # after two dates it is over in every zone
    so_far = [f"{level(ago, 'no')} > {_floor(ago)}" for ago in (1, 0)]
    return f"({' or '.join(final + so_far)})"


def _floor(ago: int) -> str:
    """Return what a level must be above: anything at the step so many dates before the range's
    last, else `_GOOD`.

    Only a subquery can be asked what the time is at the end.
    """
    last = "scalar(last_over_time(vector(time() - time() % 86400)[1m:1m] @ end()))"
    return f"({_GOOD} - {_GOOD - UNKNOWN + 1} * (time() >= bool {last} - {ago * 86_400}))"


def daily(metric: str, by: str, *matchers: str) -> str:
    """Return a figure as it stood at the end of each day, as far as it has gone; to be asked at
    steps of one day.
    """
    return f"{max_by(by)} (last_over_time({series(metric, *matchers, over='1d')} offset -1d))"


def vendor_bars(*matchers: str) -> str:
    """Return each vendor's day levels with its name, `UNKNOWN` on days without a sample."""
    names = vendor_names(*matchers)
    return (
        f"{day_levels('vendor', 'vendor', *matchers)} * on (vendor) group_left (name) {names} or"
        f" {UNKNOWN} * {names}"
    )


def worst(count: str, expression: str, subject: str, by: str, *matchers: str) -> str:
    """Keep the rows of so many vendors (or components), the worst by the outage ratio of 90 days at
    the end.

    One without a ratio, of which nothing is known yet, counts as good.
    """
    ratio = at_the_end(f"{subject}_outage_ratio", by, *matchers, LONGEST)
    info = f"last_over_time({series(f'{subject}_info', *matchers)}{KNOWN_LATELY})"
    return f"({expression}) and on ({by}) topk({count}, {ratio} or 0 * max by ({by}) ({info}))"


def component_bars(*matchers: str) -> str:
    """Return the day levels of one vendor's components with their titles, `UNKNOWN` on days without
    a sample.
    """
    titles = component_titles(*matchers)
    levels = day_levels("component", "component", *matchers)
    return (
        f"{levels} * on (component) group_left (title, critical) {titles} or {UNKNOWN} * {titles}"
    )


def failing_days(*matchers: str) -> str:
    """Return 1 for a vendor's day with an outage and 0 for another known day; to be asked at steps
    of one day.
    """
    return f"(({day_levels('vendor', 'vendor', *matchers)} >= 0) >= bool {OUTAGE})"


def over_90_days(function: str, daily: str) -> str:
    """Apply a function over time to the last 90 days of something that has a value a day."""
    return f"{function}(({daily})[90d:1d])"
