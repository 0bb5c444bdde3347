"""How long `/metrics` takes: ``python -m bench.metrics [vendors] [components]``, by default 1000 and 30.

The store is in memory, so this is our own work only. *cold*: every vendor is read anew, as after a start or at
midnight; *warm*: nothing but the polls' times changed. The ratio is against prometheus_client writing the same samples
from families that already exist, that is, without making them.
"""

import gzip
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from prometheus_client import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from exporters.prometheus import StateMetrics, render
from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Bar,
    Component,
    Confidence,
    Coverage,
    Day,
    DayRun,
    History,
    Incident,
    KnownComponent,
    Level,
    PageFacts,
    PageHistory,
    Phase,
    ReportedUptime,
    Seconds,
)

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
FIRST = TODAY - timedelta(days=89)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: int
    slug: str
    name: str
    url: str = "https://status.example/"
    platform: str | None = "statuspage"
    zone: str = "UTC"
    last_poll_at: datetime | None = NOW
    last_success_at: datetime | None = NOW
    last_ok: bool | None = True
    last_error_reason: str | None = None
    version: int = 1
    removed_at: datetime | None = None
    derived_day: date | None = TODAY
    derived_at: datetime | None = NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    levels: dict[str, Level | None]
    components: tuple[KnownComponent, ...]
    excluded: frozenset[str] = frozenset()
    open_incidents: tuple[Incident, ...] = ()


class Synthetic:
    """Vendors whose components each had about two bad days in ninety."""

    def __init__(self, vendors, components):
        self.components = components
        self.rows = [Row(id=n, slug=f"vendor-{n}", name=f"Vendor {n}") for n in range(vendors)]

    def pages(self):
        return self.rows

    def page_history(self, page_id, _first, _last):
        each = {f"c{n}": _history(page_id + n) for n in range(self.components)}
        return PageHistory(vendor=_history(page_id), components=each)

    def current(self, _page_id):
        ids = [f"c{n}" for n in range(self.components)]
        levels = dict.fromkeys(ids, Level.OPERATIONAL)
        incident = Incident(
            id="i", title="Slow", phase=Phase.OPEN, status="investigating", impact="minor", started_at=NOW
        )
        return Current(levels=levels, components=tuple(map(_known, ids)), open_incidents=(incident,))

    def published(self, _page_id, _first):
        ids = [f"c{n}" for n in range(self.components)]
        day = TODAY - timedelta(days=3)
        span = Interval(NOW - timedelta(days=100), NOW)
        return PageFacts(
            bars=tuple(Bar(component_id=key, day=day, partial_seconds=600, source="s") for key in ids),
            coverage=tuple(Coverage(span=span, aspect=Aspect.BARS, component_id=key) for key in ids),
            reported=tuple(ReportedUptime(component_id=key, window_days=90, ratio=0.9991) for key in (None, *ids)),
        )

    def size_bytes(self):
        return 1_000_000

    def revised_days(self, _page_id, _first, _last):
        return 1

    def poll(self):
        later = self.rows[0].last_poll_at + timedelta(minutes=5)
        self.rows = [replace(row, last_poll_at=later, last_success_at=later) for row in self.rows]


def _known(component_id):
    part = Component(id=component_id, name=f"Component {component_id}", group="Group")
    return KnownComponent(component=part, slug=f"component-{component_id}", first_seen_at=NOW)


def _history(seed):
    bad = {}
    for ago in (seed % 29, 31 + seed % 53):
        day = TODAY - timedelta(days=ago)
        bad[day] = Day(
            day=day, level=Level.PARTIAL_OUTAGE, length_seconds=86_400, covered_seconds=86_400,
            seconds=Seconds(partial=1234.0), source=Aspect.BARS, confidence=Confidence.HIGH,
        )  # fmt: skip
    quiet = (DayRun(FIRST, TODAY, Aspect.BARS, Confidence.HIGH),)
    return History(first=FIRST, last=TODAY, days=bad, quiet=quiet, lengths={TODAY: 43_200.0})


class Ready(Collector):
    """Families as prometheus_client keeps them, made beforehand."""

    def __init__(self, families):
        self.families = families

    def collect(self):
        return self.families


def timed(work, *, times=5):
    best, answer = float("inf"), None
    for _ in range(times):
        began = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - began)
    return best, answer


def main(vendors=1000, components=30):
    store = Synthetic(vendors, components)
    state = StateMetrics(store)
    cold, _ = timed(lambda: StateMetrics(store).families(NOW), times=2)
    state.families(NOW)
    store.poll()
    warm, text = timed(lambda: render(state.families(NOW), openmetrics=False))
    series = sum(not line.startswith(b"#") for line in text.splitlines())
    ready = Ready(list(text_string_to_metric_families(text.decode())))
    client, theirs = timed(lambda: generate_latest(ready), times=2)
    client_openmetrics, _ = timed(lambda: generate_openmetrics(ready), times=2)
    openmetrics, _ = timed(lambda: render(state.families(NOW), openmetrics=True))
    zip_time, zipped = timed(lambda: gzip.compress(text, 1), times=2)
    assert sum(not line.startswith(b"#") for line in theirs.splitlines()) == series

    print(f"{vendors} vendors x {components} components: {series} series, {len(text) / 1e6:.1f} MB")
    print(f"  cold, all vendors read anew      {cold:7.3f} s")
    print(f"  warm, text                       {warm:7.3f} s")
    print(f"  warm, OpenMetrics                {openmetrics:7.3f} s")
    print(f"  prometheus_client, text          {client:7.3f} s   ratio {client / warm:.0f}")
    print(
        f"  prometheus_client, OpenMetrics   {client_openmetrics:7.3f} s   ratio {client_openmetrics / openmetrics:.0f}"
    )
    print(f"  gzip                             {zip_time:7.3f} s   {len(zipped) / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
