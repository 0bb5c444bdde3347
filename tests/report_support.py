"""A record with every kind of day, component and remark, for the tests of the report's forms."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.answers import Record, ReportQuery, record
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level, Phase, ReportedUptime
from monitor.overrides import Override
from monitor.store import Store
from tests.store_support import add_page, component, evidence, impact, incident, observed, save

START = datetime(2026, 5, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = START + 3 * DAY + 12 * HOUR


def report(store: Store, days: int = 4, **query) -> Record:
    """Return the record of four days in Tokyo: an outage, a disputed one, one half read, today."""
    page = add_page(store, now=START, zone="Asia/Tokyo")
    api, web = component("api", "API", group="Core"), component("web", "Web", position=1)
    old = component("old", "Old", position=2)
    save(store, page, evidence(START, components=(api, web, old)))
    over = incident(started_at=START + HOUR, resolved_at=START + 2 * HOUR, phase=Phase.CLOSED)
    rumours = incident("i2", title="Rumours", component_ids=(), started_at=NOW - HOUR)
    upgrade = incident(
        "m1", title="Upgrade", maintenance=True, impact="maintenance", component_ids=("web",),
        started_at=NOW - 2 * HOUR, url="https://status.acme.example/m1",
    )  # fmt: skip
    impacts = (
        impact(START + HOUR, START + 2 * HOUR, level=Level.MAJOR_OUTAGE),
        impact(START + DAY, START + DAY + HOUR, incident_id="i3"),
        impact(NOW - 2 * HOUR, None, level=Level.MAINTENANCE, component_id="web", incident_id="m1"),
    )
    tokyo = START - 9 * HOUR
    coverage = (
        Coverage(span=Interval(tokyo, tokyo + 2.5 * DAY), aspect=Aspect.IMPACTS),
        Coverage(span=Interval(tokyo + DAY, tokyo + 2 * DAY), aspect=Aspect.BARS),
    )
    save(store, page, evidence(
        NOW - HOUR, components=(api, web), incidents=(over, rumours, upgrade), impacts=impacts,
        coverage=coverage,
        reported=(
            ReportedUptime(component_id="api", window_days=days, ratio=0.99),
            ReportedUptime(component_id=None, window_days=days, ratio=0.98),
        ),
    ))  # fmt: skip
    save(store, page, observed(NOW, api=Level.DEGRADED, web=None))
    decision = Override(
        incident="i2", reason="it was a rumour", decided=date(2026, 5, 9), level=Level.OPERATIONAL
    )
    vendor = VendorConfig(
        slug="acme",
        name="Acme",
        url="https://acme.example/",
        exclude=("web",),
        overrides=(decision,),
    )
    answer = record(
        store, store.pages()[0], vendor, ReportQuery(now=NOW, window_days=days, **query)
    )
    row = replace(
        answer.page, platform="statuspage", last_success_at=NOW, last_ok=False,
        last_error_message="HTTP 503", remark="its feed disagrees",
    )  # fmt: skip
    return replace(answer, page=row, caveat="It tells little.")


SENTENCE = (
    "Acme: partial or major outage on 1 of 3 known days (33.3 %), 1 to 2 of 4, 2026-05-05 to"
    " 2026-05-08, days in Asia/Tokyo, any of 2 components (1 excluded), coverage 64.5 %"
)
REMARKS = [
    (
        "1 day is unknown and left out of both numbers; the range beside them takes all unknown"
        " days as good, and as bad"
    ),
    (
        "on 1 day the uptime record and the incidents disagree; the record is counted (see `monitor"
        " explain`)"
    ),
    "the last reading failed: HTTP 503",
    (
        "decided by you on 2026-05-09: 'Rumours' (i2) is left out, because it was a rumour;"
        " `--policy raw` shows the figure without your decisions"
    ),
    "about the page: its feed disagrees",
    "an open incident names no component, so it changes no level: Rumours",
    "about this source: It tells little",
]
