"""The PromQL of the dashboards, in pieces that hold on imported history and on what was scraped.
Pure.

Three things shape every expression. Replicas share one database, so `instance` is always aggregated
away. Imported history has one sample a day, at 12:00 UTC, so a figure that is not there right now
is looked for in the last 25 hours. And what is not known has no sample, or of a day `UNKNOWN`; a
panel that must show it draws `UNKNOWN`, never as green.
"""

from exporters.families import PREFIX
from exporters.samples import UNKNOWN
from monitor.model import BAD_LEVELS

JOB = 'job=~"$job"'
OUTAGE = 3
"""The lowest level that is an outage (partial)."""
DEGRADED = 2
BELIEVED_SECONDS = 1800
"""For so long after its page was read a level is what holds now; the alert rules believe it as
long."""
STALE_SECONDS = 3600
"""A page that was not read for this long is stale; the alert rules say so then."""
DAILY = "25h"
"""Far enough back to find the one sample a day of imported history."""
SINCE_THE_STEP_BEFORE = "$__interval"
LATELY = "8d"
"""Far enough back that what is known of vendors by name outlives a weekend's outage."""
KNOWN_COVERAGE = 0.9
"""The least coverage at which vendors are ranked against each other."""

CHOSEN_VENDORS = 'vendor=~"$vendor"'
ONE_VENDOR = 'vendor="$vendor"'
CHOSEN_COMPONENTS = 'component=~"$component"'
LONGEST = 'window="90d"'
NOT_MAINTENANCE = 'impact!="maintenance"'


def series(metric: str, *matchers: str, over: str = "") -> str:
    """Return a selector of our metric within the chosen jobs; `over` makes it a range, as in
    ``over="1d"``.
    """
    return f"{PREFIX}{metric}{{{','.join((JOB, *matchers))}}}" + (f"[{over}]" if over else "")


def now(metric: str, by: str, *matchers: str) -> str:
    """Return what a metric is at this moment, replicas merged, with the labels `by` (empty =
    none).
    """
    return f"{max_by(by)} ({series(metric, *matchers)})"


def newest(metric: str, by: str, *matchers: str) -> str:
    """Return a metric's value, or the last one within 25 hours: what is scraped goes before
    imported history.
    """
    past = f"{max_by(by)} (last_over_time({series(metric, *matchers, over=DAILY)}))"
    return f"({now(metric, by, *matchers)} or {past})"


def lately(metric: str, by: str, *matchers: str) -> str:
    """Return the last value of a metric within eight days: what a monitor that is dead said
    last.
    """
    return f"{max_by(by)} (last_over_time({series(metric, *matchers, over=LATELY)}))"


def max_by(by: str) -> str:
    """Return the aggregation that leaves the labels `by` (empty = none)."""
    return f"max by ({by})" if by else "max"


# names

# At steps of a day Grafana rounds the end of the range down to midnight, so "at the end" would be
# before a monitor that was started today: one day is added. Names are looked for in the week
# before, so that they outlive a weekend's outage.
_TO_THE_END = "@ end() offset -1d"
KNOWN_LATELY = f"[{LATELY}] {_TO_THE_END}"


def vendor_names(*matchers: str) -> str:
    """Return 1 for every vendor that is or lately was configured, with the labels vendor and name.

    One name each: of two replicas or of a rename, one wins. `@ end()` gives the present name to
    every past day.
    """
    info = f"last_over_time({series('vendor_info', *matchers)}{KNOWN_LATELY})"
    return f"topk by (vendor) (1, max by (vendor, name) ({info}))"


def component_titles(*matchers: str) -> str:
    """Return 1 for every component of one vendor, with the labels component, title ("group / name")
    and critical.
    """
    info = f"last_over_time({series('component_info', *matchers)}{KNOWN_LATELY})"
    components = f"topk by (component) (1, max by (component, group, name, critical) ({info}))"
    return _add_title(components, "component, title, critical")


def present_titles(*matchers: str) -> str:
    """Return 1 for every present component of several vendors, with the labels vendor, component
    and title.

    Looks no further back than Prometheus does by itself: a week of every component would be too
    much to read.
    """
    info = series("component_info", *matchers)
    components = (
        f"topk by (vendor, component) (1, max by (vendor, component, group, name) ({info}))"
    )
    return _add_title(components, "vendor, component, title")


def _add_title(info: str, labels: str) -> str:
    """Add `title`, and keep these labels alone: with others, a day's level and "unknown" would be
    two series.

    A component without a group would get " / name": the second replacement takes that away.
    """
    title = f'label_join({info}, "title", " / ", "group", "name")'
    return f'max by ({labels}) (label_replace({title}, "title", "$1", "title", " / (.+)"))'


def with_name(expression: str, *matchers: str) -> str:
    """Give a vendor's series its name."""
    return f"{expression} * on (vendor) group_left (name) {vendor_names(*matchers)}"


def with_page(expression: str, *matchers: str) -> str:
    """Give a vendor's series the address of its page, as the label url: of two replicas' or of a
    move, one.
    """
    info = f"max by (vendor, url) (last_over_time({series('vendor_info', *matchers, over=LATELY)}))"
    return f"{expression} * on (vendor) group_left (url) topk by (vendor) (1, {info})"


def with_title(expression: str, *matchers: str) -> str:
    """Give the series of one vendor's components their titles."""
    return (
        f"{expression} * on (component) group_left (title, critical) {component_titles(*matchers)}"
    )


def at_the_end(metric: str, by: str, *matchers: str) -> str:
    """Return what a metric is at the end of the shown time, at every step of it."""
    return f"{max_by(by)} (last_over_time({series(metric, *matchers, over=DAILY)} {_TO_THE_END}))"


# freshness


def read_lately(by: str, *matchers: str, within: int = BELIEVED_SECONDS) -> str:
    """Return the vendors whose page was read within so many seconds; the value is the age of that
    reading.
    """
    return f"(time() - {now('last_success_timestamp_seconds', by, *matchers)} < {within})"


def level_now(*matchers: str) -> str:
    """Return each vendor's present level, `UNKNOWN` when its page was not read lately or says
    nothing.

    Every vendor that is or lately was configured has one: of a dead monitor it is shown that
    nothing is known.
    """
    level = (
        f"({now('vendor_level', 'vendor', *matchers)} and on (vendor)"
        f" {read_lately('vendor', *matchers)})"
    )
    return f"({level} or {UNKNOWN} * {lately('vendor_info', 'vendor', *matchers)})"


def component_level_now(vendor: str, *matchers: str) -> str:
    """Return the present level of one vendor's components, by component; `UNKNOWN` as for a
    vendor.
    """
    level = now("component_level", "vendor, component", vendor, *matchers)
    fresh = f"max by (component) ({level} and on (vendor) {read_lately('vendor', vendor)})"
    return f"({fresh} or {UNKNOWN} * {lately('component_info', 'component', vendor, *matchers)})"


def stale_pages(*matchers: str) -> str:
    """Return how many pages are stale, or were never read."""
    read = read_lately("vendor", *matchers, within=STALE_SECONDS)
    return f"count({now('vendor_info', 'vendor', *matchers)}) - (count({read}) or vector(0))"


def open_incidents(*matchers: str) -> str:
    """Return how many incidents are open on pages as they were last read, without maintenance."""
    return f"sum({now('vendor_open_incidents', 'vendor, impact', *matchers, NOT_MAINTENANCE)})"


def open_starts(*matchers: str) -> str:
    """Return when each incident began that is open on a page as it was last read, in milliseconds
    of Unix time.

    The labels are vendor, title, impact and url; of a page that was not read lately nothing is
    known to be open.
    """
    began = now(
        "vendor_open_incident_start_timestamp_seconds", "vendor, title, impact, url", *matchers
    )
    return f"({began} and on (vendor) {read_lately('vendor', *matchers)}) * 1000"


# since the step before


def incident_starts(*matchers: str) -> str:
    """Return when each incident began that was seen open since the step before, maintenance too, in
    milliseconds of Unix time; by vendor, title and impact.
    """
    began = series(
        "vendor_open_incident_start_timestamp_seconds", *matchers, over=SINCE_THE_STEP_BEFORE
    )
    return f"max by (vendor, title, impact) (last_over_time({began})) * 1000"


def bad_levels(*matchers: str) -> str:
    """Return the vendors' worst levels since the step before as they were read, but for operational
    ones, each with its word as the label level.
    """
    seen = series("vendor_level", *matchers, over=SINCE_THE_STEP_BEFORE)
    worst = f"max by (vendor) (max_over_time({seen}))"
    words = []
    for level in BAD_LEVELS:
        named = f'label_replace({worst} == {int(level)}, "level", "{level.title}", "", "")'
        words.append(named)
    return f"({' or '.join(words)})"


# rates


def rate(counter: str, by: str, *matchers: str) -> str:
    """Return a counter's rate per second, summed over replicas."""
    samples = series(counter, *matchers, over="$__rate_interval")
    return f"sum by ({by}) (rate({samples}))" if by else f"sum(rate({samples}))"


def rate_or_zero(counter: str, *matchers: str) -> str:
    """Return a counter's rate; a counter that never counted is absent and means 0 where polls are
    counted.
    """
    return f"({rate(counter, '', *matchers)} or 0 * {rate('polls_total', '')})"


def share(part: str, whole: str) -> str:
    """Return part / whole, 0 where there is a whole and no part. A whole of zero has no share."""
    return f"({part} or 0 * {whole}) / ({whole} > 0)"
