"""The metric families about vendors, components and the monitor's database and clock: what they are
called, what they mean, and why days that are over have none of it.

Values are made in `exporters.samples`, for the past and the present alike. The counters of polling
are in `exporters.prometheus.polls`.
"""

from collections.abc import Mapping

from exporters.text_format import Family

PREFIX = "vendorstatus_"

_UNITS = ("seconds", "ratio", "dates", "bytes")

_CACHE_NOTE = f"cached, see {PREFIX}last_success_timestamp_seconds"
_SCALE = "0 operational, 1 maintenance, 2 degraded, 3 partial outage, 4 major outage"
_DAY_LEVEL = (
    f"Level of the page's calendar day that is so many dates before UTC's, -1 not known: {_SCALE}."
)
_OUTAGE_RATIO = "Outage days among the known days of the window, 0 to 1."
_OUTAGE_DATES = "Calendar days of the window with a partial or major outage."
_KNOWN_DATES = "Calendar days of the window whose level is known."
_COVERAGE = "Share of the window's time some source spoke for, 0 to 1."
_DOWNTIME = "Weighted outage time among the covered time, 0 to 1, by policy."
_REPORTED_UPTIME = f"Uptime of the window as the vendor's page prints it, 0 to 1 ({_CACHE_NOTE})."
_OUTAGE_SINCE = (
    "Unix time since which a partial or major outage goes on without a break, in seconds"
    f" ({_CACHE_NOTE})."
)

_READING = "tells of our reading at one moment"
_LIST = "is the page's list at one moment"
_VENDOR_STATE = "is the state of one moment; a day has `vendor_day_level`"
_COMPONENT_STATE = "is the state of one moment; a day has `component_day_level`"
_PRINTED_FIGURE = "is what the page printed at one moment"
_MONITOR = "is the monitor's own state"


def _gauge(short: str, text: str, only_now: str = "") -> tuple[str, Family]:
    word = short.rsplit("_", 1)[-1]
    unit = word if word in _UNITS else None
    return short, Family(name=PREFIX + short, help=text, unit=unit, only_now=only_now)


STATE_FAMILIES: Mapping[str, Family] = dict(
    (
        _gauge(
            "up", "Whether the last poll of the page was fetched and read: 1 yes, 0 no.", _READING
        ),
        _gauge("last_poll_timestamp_seconds", "Unix time of the last poll, in seconds.", _READING),
        _gauge(
            "last_success_timestamp_seconds",
            "Unix time of the last poll that was fetched and read, in seconds.",
            _READING,
        ),
        _gauge(
            "unreadable_info",
            "Why the last poll of the page failed; 1 until the page is read again.",
            _READING,
        ),
        _gauge(
            "vendor_clock_offset_seconds",
            "How far the clock behind the page is ahead of ours, in seconds.",
            _READING,
        ),
        _gauge(
            "vendor_level",
            "Current level: the worst of the counted components, if it is bad or enough are"
            f" known: {_SCALE} ({_CACHE_NOTE}).",
            _VENDOR_STATE,
        ),
        _gauge("vendor_day_level", _DAY_LEVEL),
        _gauge("vendor_outage_ratio", _OUTAGE_RATIO),
        _gauge("vendor_outage_dates", _OUTAGE_DATES),
        _gauge(
            "vendor_major_dates",
            "Calendar days of the window with a major outage; part of the outage days.",
        ),
        _gauge("vendor_known_dates", _KNOWN_DATES),
        _gauge("vendor_coverage_ratio", _COVERAGE),
        _gauge("vendor_downtime_ratio", _DOWNTIME),
        _gauge("vendor_reported_uptime_ratio", _REPORTED_UPTIME, _PRINTED_FIGURE),
        _gauge(
            "vendor_open_incidents",
            f"Incidents open on the page, not scheduled ones, by impact ({_CACHE_NOTE}).",
            _LIST,
        ),
        _gauge(
            "vendor_components",
            f"Components on the page, excluded ones too ({_CACHE_NOTE}).",
            _LIST,
        ),
        _gauge(
            "vendor_counted_components",
            f"Components that count in the vendor's figures ({_CACHE_NOTE}).",
            _LIST,
        ),
        _gauge(
            "vendor_known_components",
            f"Counted components whose current level is known ({_CACHE_NOTE}).",
            _LIST,
        ),
        _gauge(
            "vendor_disputed_dates",
            "Calendar days of the window on which the page's own sources disagree.",
        ),
        _gauge(
            "vendor_revised_dates",
            "Calendar days of the window that the vendor's record changed after they were closed.",
            "counts changes we saw: before we looked it would say 0",
        ),
        _gauge("vendor_outage_since_timestamp_seconds", _OUTAGE_SINCE, _VENDOR_STATE),
        _gauge(
            "vendor_open_incident_start_timestamp_seconds",
            "Unix time at which an incident began that is open on the page, in seconds"
            f" ({_CACHE_NOTE}).",
            _LIST,
        ),
        _gauge(
            "vendor_overrides",
            "The user's own decisions about single incidents that these figures rest on.",
            "is the present settings'",
        ),
        _gauge(
            "vendor_info",
            "The vendor's name, the software behind its page, the address and tier; always 1.",
        ),
        _gauge(
            "component_level",
            f"Current level of the component: {_SCALE} ({_CACHE_NOTE}).",
            _COMPONENT_STATE,
        ),
        _gauge("component_day_level", _DAY_LEVEL),
        _gauge("component_outage_since_timestamp_seconds", _OUTAGE_SINCE, _COMPONENT_STATE),
        _gauge("component_outage_ratio", _OUTAGE_RATIO),
        _gauge("component_outage_dates", _OUTAGE_DATES),
        _gauge("component_known_dates", _KNOWN_DATES),
        _gauge("component_coverage_ratio", _COVERAGE),
        _gauge("component_downtime_ratio", _DOWNTIME),
        _gauge("component_reported_uptime_ratio", _REPORTED_UPTIME, _PRINTED_FIGURE),
        _gauge(
            "component_formula_uptime_ratio",
            "Uptime of the window by the vendor's own formula from the bars we read, 0 to 1.",
        ),
        _gauge(
            "component_info",
            "The component's present name and group, and whether the user marked it critical;"
            " always 1.",
        ),
        _gauge("database_size_bytes", "Size of the database, in bytes.", _MONITOR),
        _gauge(
            "store_last_write_timestamp_seconds",
            "Unix time at which something was last written to the database, in seconds.",
            _MONITOR,
        ),
        _gauge(
            "rollup_last_success_timestamp_seconds",
            "Unix time at which days were last derived for any page, in seconds.",
            _MONITOR,
        ),
        _gauge("monitor_clock_timestamp_seconds", "Unix time by our clock, in seconds.", _MONITOR),
        _gauge(
            "monitor_clock_offset_seconds",
            "How far our clock is ahead of those behind the pages, by their median, in seconds.",
            _MONITOR,
        ),
        _gauge(
            "monitor_clock_step_seconds",
            "Greatest step of our clock within the last hour, back below 0, in seconds.",
            _MONITOR,
        ),
        _gauge(
            "monitor_clock_healed_pages",
            "Pages whose readings later than now were set aside in the last hour.",
            _MONITOR,
        ),
    )
)
"""By the name without the prefix, in the order they are written and documented."""

HISTORIC = tuple(short for short, family in STATE_FAMILIES.items() if not family.only_now)
"""The families that have a past, in the same order."""
