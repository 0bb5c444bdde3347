"""A store in memory and its builders, and the small world whose exposition is the golden text."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from exporters.prometheus import PollMetrics, StateMetrics, exposition
from exporters.text_format import render
from monitor.clocks import ClockLedger
from monitor.config import VendorConfig
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
    ObservedRun,
    PageFacts,
    PageHistory,
    Phase,
    ReportedUptime,
    Seconds,
)
from monitor.overrides import Override
from monitor.store import Health

NOW = datetime(2026, 5, 22, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
FIRST = TODAY - timedelta(days=89)
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: int = 1
    slug: str = "acme"
    name: str = "Acme"
    url: str = "https://status.acme.example/"
    platform: str | None = "statuspage"
    zone: tzinfo = UTC
    last_poll_at: datetime | None = NOW - timedelta(minutes=1)
    last_success_at: datetime | None = NOW - timedelta(minutes=1)
    last_ok: bool | None = True
    last_error_reason: str | None = None
    version: int = 1
    derived_day: date | None = TODAY
    derived_at: datetime | None = NOW - timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    levels: dict[str, Level | None] = field(default_factory=dict)
    components: tuple[KnownComponent, ...] = ()
    excluded: frozenset[str] = frozenset()
    open_incidents: tuple[Incident, ...] = ()


class MemoryStore:
    """The readings of a store, kept in dictionaries. `reads` counts how often a page's state was
    read."""

    def __init__(self):
        self.rows: list[Row] = []
        self.histories: dict[int, PageHistory] = {}
        self.currents: dict[int, Current] = {}
        self.revised: dict[int, int] = {}
        self.records: dict[int, PageFacts] = {}
        self.told: dict[int, PageFacts] = {}
        self.reads = 0

    def add(self, row, *, current=None, history=None, published=None, revised=0):
        self.rows.append(row)
        self.currents[row.id] = current or Current()
        self.histories[row.id] = history or PageHistory(vendor=unknown_history(), components={})
        self.revised[row.id] = revised
        self.records[row.id] = published or PageFacts()
        return self

    def change(self, **changes):
        self.rows[0] = replace(self.rows[0], **changes)

    def page_states(self, slugs=None):
        return [row for row in self.rows if slugs is None or row.slug in slugs]

    def listed_history(self, page_id, first, last):
        self.reads += 1
        return self.histories[page_id]

    def current(self, page_id):
        return self.currents[page_id]

    def published(self, page_id, first):
        return self.records[page_id]

    def facts(self, page_id, *, since=None):
        return self.told.get(page_id, PageFacts())

    def revised_days(self, page_id, first, last):
        return self.revised[page_id]

    def size_bytes(self):
        return 1_056_768


def known(component_id, name, *, slug=None, group=None):
    return KnownComponent(
        component=Component(id=component_id, name=name, group=group),
        slug=slug or component_id,
        first_seen_at=NOW - timedelta(days=400),
    )


def incident(incident_id, impact, *, phase=Phase.OPEN, maintenance=False):
    return Incident(
        id=incident_id, title="Something", phase=phase, status="investigating", impact=impact,
        started_at=NOW - timedelta(hours=1), maintenance=maintenance,
    )  # fmt: skip


def bad_day(ago, level, seconds=3600.0, *, disputed=False, today=TODAY):
    name = {
        Level.DEGRADED: "degraded",
        Level.PARTIAL_OUTAGE: "partial",
        Level.MAJOR_OUTAGE: "major",
    }[level]
    return Day(
        day=today - timedelta(days=ago), level=level, length_seconds=86_400, covered_seconds=86_400,
        seconds=Seconds(**{name: seconds}), source=Aspect.BARS, confidence=Confidence.HIGH, disputed=disputed,
    )  # fmt: skip


def history(*days, first=FIRST, last=TODAY):
    quiet = DayRun(first, last, Aspect.BARS, Confidence.HIGH)
    return History(first=first, last=last, days={day.day: day for day in days}, quiet=(quiet,))


def unknown_history():
    return History(first=FIRST, last=TODAY, days={})


def record(*bars, reported=(), components=("a",)):
    """What the vendor published: bars over the last 90 days for these components, and the uptimes
    it prints."""
    span = Interval(datetime.combine(FIRST, datetime.min.time(), UTC), NOW)
    return PageFacts(
        bars=bars,
        coverage=tuple(
            Coverage(span=span, aspect=Aspect.BARS, component_id=each) for each in components
        ),
        reported=tuple(
            ReportedUptime(component_id=key, window_days=days, ratio=ratio)
            for key, days, ratio in reported
        ),
    )


def bar(component_id, ago, **seconds):
    return Bar(
        component_id=component_id, day=TODAY - timedelta(days=ago), source="acme.bars", **seconds
    )


def page_history(vendor=None, **components):
    return PageHistory(vendor=vendor or history(), components=components)


def values(store, family, *, now=NOW, **settings):
    """The samples of one state family, by their labels without braces and quotes."""
    text = render(StateMetrics(store, **settings).families(now), openmetrics=False).decode()
    return samples_in(text, family)


def samples_in(text, family):
    found = re.findall(rf"^vendorstatus_{family}\{{(.*)\}} (\S+)$", text, re.MULTILINE)
    return {labels.replace('"', ""): float(value) for labels, value in found}


def golden_store():
    """Three vendors: one with everything, one whose polls fail since yesterday, one that was never
    polled."""
    components = (
        known("c1", "API", slug="api", group="Europe"),
        known("c2", "API", slug="api-2", group="America"),
        known("c3", 'Mail "by others"', slug="mail-by-others"),
        known("c4", "Console", slug="console"),
    )
    outages = history(
        bad_day(0, Level.PARTIAL_OUTAGE, 600), bad_day(3, Level.MAJOR_OUTAGE, 7200), bad_day(20, Level.DEGRADED),
        bad_day(60, Level.PARTIAL_OUTAGE, disputed=True),
    )  # fmt: skip
    acme = page_history(
        outages,
        c1=outages,
        c2=history(),
        c3=history(bad_day(5, Level.MAJOR_OUTAGE)),
        c4=unknown_history(),
    )
    acme_now = Current(
        levels={
            "c1": Level.PARTIAL_OUTAGE,
            "c2": Level.OPERATIONAL,
            "c3": Level.MAJOR_OUTAGE,
            "c4": None,
        },
        components=components,
        open_incidents=(
            incident("i1", "major"),
            incident("i2", "maintenance", phase=Phase.SCHEDULED),
        ),
    )
    seen = Interval(NOW - timedelta(minutes=50), NOW - timedelta(minutes=1))
    runs = tuple(
        ObservedRun(component_id=key, level=acme_now.levels[key], span=seen) for key in ("c1", "c3")
    )
    globex_now = Current(
        levels={"g": Level.DEGRADED}, components=(known("g", "Shop", slug="shop"),)
    )
    globex_days = history(
        bad_day(1, Level.DEGRADED), first=TODAY - timedelta(days=9), last=TODAY - timedelta(days=1)
    )
    yesterday = NOW - timedelta(hours=14)
    globex = Row(
        id=2, slug="globex", name="Globex", url="https://globex.example/status/", platform="incidentio", version=7,
        zone=ZoneInfo("America/New_York"), last_success_at=yesterday, last_ok=False, last_error_reason="timeout",
        derived_day=yesterday.date(), derived_at=yesterday,
    )  # fmt: skip
    initech = Row(
        id=3, slug="initech", name="Initech", url="https://status.initech.example/", platform=None, version=0,
        last_poll_at=None, last_success_at=None, last_ok=None, derived_day=None, derived_at=None,
    )  # fmt: skip
    printed = ((None, 90, 0.9987), ("c1", 90, 0.9989), ("c2", 90, 1.0))
    bars = (
        bar("c1", 0, partial_seconds=600),
        bar("c1", 3, major_seconds=7200),
        bar("c1", 60, partial_seconds=3600),
    )
    acme_record = record(*bars, reported=printed, components=("c1", "c2"))
    store = MemoryStore().add(
        Row(), current=acme_now, history=acme, published=acme_record, revised=2
    )
    store.told[1] = PageFacts(components=components, runs=runs)
    store.add(globex, current=globex_now, history=page_history(globex_days, g=globex_days))
    return store.add(initech)


GOLDEN_ACME = VendorConfig(
    slug="acme", name="Acme", url="https://status.acme.example/", tier="critical", critical=("europe",),
    exclude=("mail-by-others",),
    overrides=(Override(incident="i7", level=Level.OPERATIONAL, reason="an advisory", decided=date(2026, 5, 6)),),
)  # fmt: skip
GOLDEN_VENDORS = {"acme": GOLDEN_ACME}


def golden_state(store=None):
    return StateMetrics(
        store or golden_store(),
        vendors=GOLDEN_VENDORS,
        clocks=golden_clocks(),
        health=golden_health(),
    )


def golden_health():
    seconds = iter((0.0, 0.0))
    health = Health(lambda: next(seconds, 30.0))
    health.wrote()
    return health


def golden_clocks():
    ledger = ClockLedger(lambda: 1000.0)
    for vendor, offset in {"acme": -3.25, "globex": -3.5, "initech": 3600.0}.items():
        ledger.note_offset(vendor, offset)
    ledger.look(NOW)
    ledger.look(NOW - timedelta(hours=8))
    ledger.note_healed(2)
    return ledger


def golden_polls():
    polls = PollMetrics("1.2.3", loaded_at=NOW.timestamp())
    polls.polled("statuspage", "ok", None, 0.3)
    polls.polled("statuspage", "unchanged", None, 0.05)
    polls.polled("incidentio", "failed", "timeout", 20.0)
    polls.revised("statuspage", 2)
    polls.unknown_words("statuspage", 1)
    polls.moved("acme", "instatus", "statuspage")
    polls.moved("hooli", "statuspage", "statuspage")
    polls.store_failed("busy")
    polls.queued("statuspage", 0.2)
    polls.overloaded("statuspage")
    polls.woke(0.002)
    polls.lagged(0.25)
    polls.loaded(0.5)
    polls.skipped()
    return polls


def golden_text():
    return exposition(golden_state(), golden_polls(), now=NOW, openmetrics=False).decode()
