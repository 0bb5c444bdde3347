"""A database file in which pages stand in every way a status can tell, and settings for it."""

from datetime import timedelta
from pathlib import Path

from store_support import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    component,
    evidence,
    full_evidence,
    incident,
    observed,
    poll,
    save,
)

from monitor.applied_settings import put_in_force
from monitor.config import Settings, VendorConfig
from monitor.identity import Identity
from monitor.model import Incident, Level, PageInfo, Phase
from monitor.stacks import Target
from monitor.store import PageRecord, ServerRecord, Store

WORK = incident("w1", title="Work", maintenance=True, component_ids=("web",))
PLANNED = incident(
    "w2", title="More work", maintenance=True, phase=Phase.SCHEDULED, started_at=NOW + DAY
)


def vendor(slug: str, **changes) -> VendorConfig:
    return VendorConfig(slug=slug, name=slug.title(), url=f"https://{slug}.example/", **changes)


VENDORS = (
    vendor("acme", tier="critical"),
    vendor("ahead"),
    vendor("broken"),
    vendor("full", min_coverage=0.4, exclude=("Old*",)),
    vendor("never", interval_seconds=600),
    vendor("quiet", tier="low"),
    vendor("stale"),
    vendor("some", include=("API",)),
    vendor("unknown", min_coverage=1.0),
)
FORMER = vendor("former")
NEW = vendor("new")


def settings(file: Path, vendors: tuple[VendorConfig, ...] = VENDORS) -> Settings:
    """Return settings for these vendors and the database in a file."""
    stacks = {
        "shop": (Target("acme", "web"), Target("quiet"), Target("nobody")),
        "odd": (Target("acme", "no such part"), Target("former")),
    }
    return Settings(
        vendors=vendors, database_url=f"sqlite:///{file}", stacks=stacks, source="monitor.yaml"
    )


def fill(file: Path) -> None:
    """Make the file."""
    with Store.open(f"sqlite:///{file}") as store:
        put_in_force(store, settings(file), [*VENDORS, FORMER], NOW - 9 * DAY)
        for page in store.pages():
            _READINGS.get(page.slug, read_well)(store, page)
        put_in_force(store, settings(file), VENDORS, NOW - MINUTE)
        enrolled = {"digest": "x", "keys": {"database": "1"}, "started_at": NOW - HOUR}
        store.enroll(ServerRecord("one", "host (process 1)", seen_at=NOW, **enrolled))


def read_well(store: Store, page: PageRecord) -> None:
    """Read two components that are well."""
    read(store, page, NOW - MINUTE, Level.OPERATIONAL, Level.OPERATIONAL)


def read(store: Store, page: PageRecord, at, api: Level | None, web: Level | None, *told: Incident):
    """Read two components, at these levels, and incidents."""
    parts = (component(), component("web", "Web", group="EU", region="eu", position=1))
    save(store, page, evidence(at, components=parts, incidents=told))
    save(store, page, observed(at, api=api, web=web))
    store.record_polls([poll(page, at)])


def _acme(store: Store, page: PageRecord) -> None:
    read(store, page, NOW - HOUR, Level.OPERATIONAL, Level.MAINTENANCE)
    over = incident("i0", phase=Phase.CLOSED, resolved_at=NOW - MINUTE)
    told = (incident(url="https://acme.example/i1"), over, WORK, PLANNED)
    read(store, page, NOW - MINUTE, Level.PARTIAL_OUTAGE, Level.MAINTENANCE, *told)
    said = evidence(NOW - MINUTE, page=PageInfo(name="Acme Status", zone="Europe/Berlin"))
    save(store, page, said)


def _ahead(store: Store, page: PageRecord) -> None:
    read(store, page, NOW + HOUR, Level.OPERATIONAL, Level.OPERATIONAL)


def _broken(store: Store, page: PageRecord) -> None:
    read(store, page, NOW - 6 * MINUTE, Level.OPERATIONAL, Level.DEGRADED)
    failure = {"reason": "timeout", "message": "no answer within 20 s", "failures": 1}
    store.record_polls([poll(page, NOW - MINUTE, "failed", **failure)])


def _full(store: Store, page: PageRecord) -> None:
    save(store, page, full_evidence())
    store.record_polls([poll(page, NOW)])
    store.set_platform(page.id, "statuspage", ["header: says so"])
    store.set_reread(page.id, NOW.date())
    own = Identity(platform="statuspage", external_id="p1", hosts=frozenset({"full.example"}))
    store.know(page.id, own)
    store.refuse(page.id, Identity(platform="statuspage", external_id="p2", name="Another"))


def _never(store: Store, page: PageRecord) -> None:
    failure = {"reason": "connect", "message": "cannot connect", "failures": 3}
    store.record_polls([poll(page, NOW - MINUTE, "failed", **failure)])


def _stale(store: Store, page: PageRecord) -> None:
    read(store, page, NOW - timedelta(minutes=11), Level.OPERATIONAL, Level.OPERATIONAL)


def _unknown(store: Store, page: PageRecord) -> None:
    read(store, page, NOW - MINUTE, Level.OPERATIONAL, None)


_READINGS = {
    "acme": _acme,
    "ahead": _ahead,
    "broken": _broken,
    "full": _full,
    "never": _never,
    "stale": _stale,
    "unknown": _unknown,
}
