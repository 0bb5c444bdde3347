"""Where dashboards and their cells lead. Pure."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import dashboard as models

VENDORS, VENDOR, COMPARE, HEALTH = (
    f"vendorstatus-{name}" for name in ("vendors", "vendor", "compare", "health")
)
TITLES: Mapping[str, str] = {
    VENDORS: "Vendors",
    VENDOR: "Vendor",
    COMPARE: "Compare",
    HEALTH: "Monitor health",
}

DATA_LINK_KEYS = ("title", "url", "targetBlank")
"""What a data link has; the rest of the SDK's model belongs to links of dashboards."""

_SOURCE_AND_JOBS = "${datasource:queryparam}&${job:queryparam}"
_CHOICE = "&${tier:queryparam}&${search:queryparam}&${vendor:queryparam}"
_SHARED_CHOICES: Mapping[tuple[str, str], str] = {
    (VENDORS, COMPARE): _CHOICE,
    (COMPARE, VENDORS): _CHOICE,
    (VENDOR, COMPARE): "&var-reference=${vendor}",
}
"""What a link from one dashboard to another keeps of its choices, beside the data source, the jobs
and the time."""


def vendor_link(slug: str) -> builders.DashboardLink:
    """Return a data link to one vendor's dashboard that keeps the time range; `slug` is an
    expression of Grafana's.
    """
    url = f"/d/{VENDOR}?{_SOURCE_AND_JOBS}&var-vendor={slug}&${{__url_time_range}}"
    return builders.DashboardLink("Show this vendor").url(url)


def page_link(address: str) -> builders.DashboardLink:
    """Return a data link to a vendor's own status page; `address` is an expression of Grafana's."""
    return builders.DashboardLink("Open the status page").url(address).target_blank(True)


def dashboard_link(here: str, uid: str) -> builders.DashboardLink:
    """Return the link from the dashboard of one uid to that of another."""
    address = f"/d/{uid}?{_SOURCE_AND_JOBS}{_SHARED_CHOICES.get((here, uid), '')}"
    link = builders.DashboardLink(TITLES[uid]).type(models.DashboardLinkType.LINK).url(address)
    return link.icon("dashboard").tooltip("").tags([]).keep_time(True)
