"""What the pages in a browser are made from: the demo's six vendors, 300, and hostile ones.

Each ends at one instant, which is the time for whoever asks.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from exporters.watched import Watched
from monitor import history
from monitor.applied_settings import spec
from monitor.config import VendorConfig
from monitor.demo import demo_truths
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Evidence, Impact, Level, Phase
from monitor.stacks import Stacks, Target
from monitor.store import PageRecord, Store
from tests.simulated import Clock, SimulatedPages, collecting, vendor_of
from tests.store_support import component, evidence, impact, incident, observed, save

NOW = datetime(2026, 11, 29, 14, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MANY = 300
EDITED = 4
"""Where among those that were read the vendor stands that edits, which is Vendor 005."""
FIRST = (NOW - 20 * DAY).date()
TIERS = ("critical", "standard", "low")


@dataclass(frozen=True, slots=True)
class PageWorld:
    """A store, and what an address of each kind names in it."""

    store: Store
    vendors: Mapping[str, VendorConfig]
    stacks: Stacks
    names: Mapping[str, str]
    """What stands for each part of a page's path."""
    questions: Mapping[str, str]
    """The parameters with which a page shows most, by its path."""

    def watched(self) -> Watched:
        return Watched(
            store=self.store,
            vendors=lambda: self.vendors,
            clock=lambda: NOW,
            stacks=lambda: self.stacks,
        )


def demo_world(store: Store) -> PageWorld:
    """Return the demo's vendors, with 90 days behind them, read once."""
    truths = demo_truths(NOW)
    vendors = {truth.slug: vendor_of(truth, tier="critical") for truth in truths}
    asyncio.run(_read(store, SimulatedPages(truths, Clock(NOW)), vendors))
    first, second = "northwind-cloud", "larkspur-ai"
    return PageWorld(
        store=store,
        vendors=vendors,
        stacks={"checkout": (Target(first, "EU - API"), Target("halcyon-pay"))},
        names={
            "vendor": first,
            "component": _a_component(store, first),
            "incident": _an_incident(store, first),
            "days:int": "90",
            "date": "2026-11-29",
            "stack": "checkout",
        },
        questions={"/compare": f"v={first}&v={second}", "/search": "q=api"},
    )


async def _read(store: Store, pages: SimulatedPages, vendors: Mapping[str, VendorConfig]) -> None:
    async with collecting(pages, vendors, store) as collector:
        for page in store.pages():
            await collector.backfill(page, NOW - 91 * DAY, again=True)
            await collector.poll(page)
        await collector.flush()


def many_world(store: Store) -> PageWorld:
    """Return 300 vendors, one of which was never read and one that edited an incident afterwards,
    and a stack of 40 of them.
    """
    vendors = {each.slug: each for each in map(_numbered, range(MANY))}
    store.sync_pages([spec(each) for each in list(vendors.values())[1:]], now=NOW - 100 * DAY)
    for number, page in enumerate(store.pages()):
        for said in _history(number):
            save(store, page, said)
    _edit(store, vendors["vendor-005"])
    slugs = list(vendors)
    return PageWorld(
        store=store,
        vendors=vendors,
        stacks={"all": tuple(map(Target, slugs[:40]))},
        names={"stack": "all"},
        questions={
            "/": "group=tier&sort=share",
            "/compare": "&".join(f"v={slug}" for slug in slugs[:6]),
            "/search": "q=vendor",
        },
    )


def _numbered(number: int) -> VendorConfig:
    slug = f"vendor-{number:03}"
    return VendorConfig(
        slug=slug,
        name=f"Vendor {number:03}",
        url=f"https://{slug}.example/",
        tier=TIERS[number % 3],
    )


def _history(number: int) -> Iterator[Evidence]:
    """Yield what is told of a vendor: outages, some of which go on, and how it is now."""
    at = NOW - 3 * HOUR if number == EDITED else NOW
    span = Interval(NOW - (20 + number % 90) * DAY, at)
    impacts = tuple(_outages(number))
    yield evidence(
        at,
        components=(component(), component("web", "Web", group="Europe")),
        incidents=tuple(map(_told, impacts)),
        impacts=impacts,
        coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),),
    )
    now = Level.MAJOR_OUTAGE if number % 10 == 0 else Level.OPERATIONAL
    yield observed(at, api=now, web=Level.OPERATIONAL)


def _edit(store: Store, vendor: VendorConfig) -> None:
    """Let a vendor say an hour ago that an outage of last week was longer and worse than it had
    said, in other words, and let the days be derived before and after.
    """
    (page,) = store.pages([vendor.slug])
    _derive(store, page, vendor, NOW - 2 * HOUR, None)
    start = NOW - 7 * DAY
    worse = impact(start, start + 5 * HOUR, level=Level.MAJOR_OUTAGE, incident_id="i0")
    said = replace(_told(worse), title="All requests failed in Europe", impact="critical")
    save(store, page, evidence(NOW - HOUR, incidents=(said,), impacts=(worse,)))
    _derive(store, page, vendor, NOW - HOUR, FIRST)
    save(store, page, observed(NOW, api=Level.OPERATIONAL, web=Level.OPERATIONAL))


def _derive(
    store: Store, page: PageRecord, vendor: VendorConfig, now: datetime, revised: date | None
) -> None:
    last = NOW.date()
    _, days = history.read(store, page, vendor, first=FIRST, last=last, now=now)
    store.save_days(page.id, days, today=last, now=now, revised_since=revised)


def _outages(number: int) -> Iterator[Impact]:
    for count in range(number % 5):
        start = NOW - (3 + 7 * count + number % 11) * DAY
        level = Level(1 + (number + count) % 4)
        yield impact(start, start + HOUR, level=level, incident_id=f"i{count}")
    if number % 10 == 0:
        yield impact(NOW - HOUR, None, level=Level.MAJOR_OUTAGE, incident_id="now")


def _told(harm: Impact):
    return incident(
        harm.incident_id,
        title=f"Requests fail ({harm.incident_id})",
        started_at=harm.start,
        resolved_at=harm.end,
        phase=Phase.OPEN if harm.end is None else Phase.CLOSED,
    )


HOSTILE = (
    "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">",
    "\"'><svg onload=document.title='run'>",
    "\u202egnp.exe\u202c \u2066hidden\u2069\u200b\ufeff",
    "first\nsecond\r\n\tthird\0",
    "W" * 10_000,
    "javascript:document.title='run'",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&#0;&nosuch;",
)
"""What a vendor might call things."""
BAD_LINK = "javascript:document.title='run'"


def hostile_world(store: Store) -> PageWorld:
    """Return vendors whose every text is hostile."""
    vendors = {each.slug: each for each in map(_hostile_vendor, range(len(HOSTILE)))}
    store.sync_pages([spec(each) for each in vendors.values()], now=NOW - 100 * DAY)
    for page, text in zip(store.pages(), HOSTILE, strict=True):
        _say(store, page, text)
    slugs = list(vendors)
    return PageWorld(
        store=store,
        vendors=vendors,
        stacks={"W" * 60: tuple(map(Target, slugs))},
        names={
            "vendor": slugs[4],
            "component": _a_component(store, slugs[4]),
            "incident": "i1",
            "days:int": "90",
            "date": "2026-11-28",
            "stack": "W" * 60,
        },
        questions={
            "/compare": "&".join(f"v={slug}" for slug in slugs[:6]),
            "/search": "q=W",
        },
    )


def _hostile_vendor(number: int) -> VendorConfig:
    return VendorConfig(
        slug=f"hostile-{number}", name=HOSTILE[number], url=f"https://hostile-{number}.example/"
    )


def _say(store: Store, page: PageRecord, text: str) -> None:
    start = NOW - DAY
    said = incident(
        title=text, status=text, impact=text, url=BAD_LINK, started_at=start, component_ids=("api",)
    )
    save(
        store,
        page,
        evidence(
            NOW,
            components=(component("api", text, group=text), component("web", f"{text} 2")),
            incidents=(said,),
            impacts=(impact(start, None, level=Level.MAJOR_OUTAGE),),
            coverage=(Coverage(span=Interval(NOW - 40 * DAY, NOW), aspect=Aspect.IMPACTS),),
        ),
    )
    save(store, page, observed(NOW, api=Level.MAJOR_OUTAGE, web=Level.OPERATIONAL))


def _a_component(store: Store, slug: str) -> str:
    (page,) = store.pages([slug])
    return store.current(page.id).components[0].slug


def _an_incident(store: Store, slug: str) -> str:
    (page,) = store.pages([slug])
    return store.current(page.id).open_incidents[0].id
