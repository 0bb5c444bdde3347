"""How long deriving takes: 1,000 vendors x 30 components x 90 days, from stored facts to stored
days.

Prints seconds of CPU and the peak memory. `python -m bench.rebuild [VENDORS]`.
"""

import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Coverage,
    Evidence,
    Impact,
    Incident,
    Level,
    PageInfo,
    Phase,
)
from monitor.store import PageSpec, Store
from monitor.writer import derive_page

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAYS, COMPONENTS = 90, 30


def evidence(rng: random.Random) -> Evidence:
    """About 2 % of the component-days are bad, as on real pages."""
    components = tuple(
        Component(id=f"c{n}", name=f"Component {n}", has_bars=True) for n in range(COMPONENTS)
    )
    impacts, bars, incidents = [], [], []
    for number in range(DAYS * COMPONENTS // 50):
        start = NOW - timedelta(minutes=rng.randrange(60, DAYS * 1440))
        end = start + timedelta(minutes=rng.randrange(5, 50))
        key = rng.choice(components).id
        level = rng.choice([Level.DEGRADED, Level.PARTIAL_OUTAGE, Level.MAJOR_OUTAGE])
        source = "statuspage.incident"
        impacts.append(
            Impact(
                component_id=key,
                level=level,
                start=start,
                end=end,
                basis=Basis.TRANSITION,
                source=source,
                incident_id=f"i{number}",
            )
        )
        incidents.append(
            Incident(
                id=f"i{number}",
                title="x",
                phase=Phase.CLOSED,
                status="resolved",
                impact="minor",
                started_at=start,
                resolved_at=end,
                component_ids=(key,),
            )
        )
        if level.is_outage:
            bars.append(
                Bar(
                    component_id=key,
                    day=start.date(),
                    partial_seconds=600,
                    source="statuspage.uptime",
                )
            )
    bars = list({(bar.component_id, bar.day): bar for bar in bars}.values())
    span = Interval(NOW - timedelta(days=DAYS), NOW)
    coverage = tuple(
        Coverage(span=span, aspect=Aspect.BARS, component_id=each.id) for each in components
    )
    return Evidence(
        source="statuspage.incident",
        read_at=NOW,
        page=PageInfo(zone="Etc/UTC"),
        components=components,
        incidents=tuple(incidents),
        impacts=tuple(impacts),
        bars=tuple(bars),
        coverage=(*coverage, Coverage(span=span, aspect=Aspect.IMPACTS)),
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rng = random.Random(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'bench.db'}") as store,
    ):
        vendors = [
            VendorConfig(slug=f"v{n}", name=f"V {n}", url=f"https://v{n}.example/")
            for n in range(count)
        ]
        store.sync_pages([PageSpec(slug=v.slug, name=v.name, url=v.url) for v in vendors], now=NOW)
        begun = time.process_time()
        for page in store.pages():
            store.save(page.id, evidence(rng), now=NOW, max_gap_seconds=900)
        saved = time.process_time()
        first = (NOW - timedelta(days=DAYS - 1)).date()
        for page, vendor in zip(store.pages(), vendors, strict=True):
            derive_page(store, page, vendor, first=first, now=NOW)
        derived = time.process_time()
        for page, vendor in zip(store.pages(), vendors, strict=True):
            derive_page(store, page, vendor, first=first, now=NOW)
        again = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} vendors x {COMPONENTS} components x {DAYS} days")
    for what, seconds in (
        ("save the facts", saved - begun),
        ("derive", derived - saved),
        ("derive again", again - derived),
    ):
        print(f"{what:16} {seconds:7.2f} s CPU {seconds / count * 1000:7.2f} ms a vendor")
    print(f"peak memory      {peak:7.0f} MB")


if __name__ == "__main__":
    main()
