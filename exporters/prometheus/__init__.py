"""What the store knows, and how polling goes, as Prometheus text. Read at every scrape; nothing is
decided here.

The state of a vendor comes from the store (`StateMetrics`), counters of our own polling from
`PollMetrics`; `exporters.text_format` writes both. Lines look like this::

    vendorstatus_up{vendor="acme"} 1
    vendorstatus_last_success_timestamp_seconds{vendor="acme"} 1779451200
    vendorstatus_vendor_level{vendor="acme"} 3
    vendorstatus_vendor_day_level{vendor="acme",dates_ago="1",closed="yes"} 4
    vendorstatus_vendor_outage_ratio{vendor="acme",window="90d"} 0.25
    vendorstatus_component_level{vendor="acme",component="api"} 3
    vendorstatus_component_info{vendor="acme",component="api",name="API",group="",critical="no"} 1
    vendorstatus_poll_failures_total{platform="statuspage",reason="timeout"} 2.0

Samples carry no timestamps and, outside the info metrics and the open incidents, no free text. The
days of a window are days of the page's zone and end with today there.

A day of a page carries its own date: `dates_ago="1"` is the page's day whose date is one before
UTC's at the moment of the scrape, whatever the page's zone, so that it can be found again without
knowing the zone (`grafana.generate.queries`). It is told until it is over everywhere, and says
whether it is over where the page is.

A vendor's lines are kept, by family, until the store has something new about it or its day ends
(`cache`). The formats want all lines of a family together, so a scrape joins them family by family.
What bundles of vendors compress to is kept too, and a compressed answer is joined from that without
touching the text (`exporters.gzipped`).
"""

from datetime import datetime

from exporters.prometheus.polls import PollMetrics
from exporters.prometheus.state import NoSuchVendor, StateMetrics
from exporters.text_format import render

__all__ = ["NoSuchVendor", "PollMetrics", "StateMetrics", "exposition"]


def exposition(
    state: StateMetrics,
    polls: PollMetrics,
    *,
    now: datetime,
    openmetrics: bool,
) -> bytes:
    """Return everything `/metrics` answers at `now`, in text format 0.0.4 or OpenMetrics 1.0."""
    return render(
        state.families(now), openmetrics=openmetrics, extra=polls.text(openmetrics=openmetrics)
    )
