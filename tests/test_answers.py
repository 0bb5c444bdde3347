"""How a vendor stands now, by its page's last reading, and which component a question means."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from store_support import NOW, add_page, component, evidence, incident, observed, save

from monitor.answers import DayQuery, Freshness, ReportQuery, Standing, record, standing
from monitor.config import VendorConfig
from monitor.model import Level, Phase
from monitor.store import Store

ACME = VendorConfig(
    slug="acme", name="Acme", url="https://status.acme.example/", interval_seconds=300
)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PARTS = (component(), component("web", "Web"))


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


def stands(store, after=timedelta(0), vendor=ACME) -> Standing:
    return standing(store, store.pages()[0], vendor, NOW + after)


def read(store, **levels: Level | None) -> None:
    page = add_page(store)
    save(store, page, evidence(NOW, components=PARTS))
    save(store, page, observed(NOW, **levels))


@pytest.mark.parametrize(
    ("after", "freshness", "level", "age_seconds"),
    [
        (0 * MINUTE, Freshness.FRESH, Level.DEGRADED, 0),
        (15 * MINUTE, Freshness.FRESH, Level.DEGRADED, 900),
        (15 * MINUTE + timedelta(seconds=1), Freshness.STALE, None, 901),
        (-1 * MINUTE, Freshness.FRESH, Level.DEGRADED, -60),  # clocks differ by so much
        (-3 * MINUTE, Freshness.AHEAD, None, None),
    ],
)
def test_a_reading_speaks_for_now_as_long_as_three_intervals(
    store, after, freshness, level, age_seconds
):
    read(store, api=Level.DEGRADED, web=Level.OPERATIONAL)
    now = stands(store, after)

    assert (now.freshness, now.level, now.age_seconds) == (freshness, level, age_seconds)
    assert now.levels == ({} if level is None else {"api": level, "web": Level.OPERATIONAL})
    assert (now.known_components, now.counted_components) == (0 if level is None else 2, 2)


def test_of_a_page_that_was_never_read_nothing_is_known_and_nothing_is_zero(store):
    add_page(store)
    now = stands(store)

    assert now.freshness is Freshness.NEVER
    figures = (
        *(now.read_at, now.age_seconds, now.level, now.incidents, now.maintenances),
        *(now.known_components, now.counted_components, now.unknown_components),
    )
    assert set(figures) == {None}


def test_only_what_counts_is_counted(store):
    read(store, api=Level.DEGRADED, web=Level.OPERATIONAL)
    now = stands(store, vendor=replace(ACME, exclude=("api",)))

    assert (now.level, now.counted_components) == (Level.OPERATIONAL, 1)
    assert now.levels["api"] is Level.DEGRADED


def test_what_is_announced_is_not_open_and_maintenance_is_no_incident(store):
    page = add_page(store)
    later = incident("i2", started_at=NOW - MINUTE)
    works = incident("m1", maintenance=True)
    announced = incident("m2", maintenance=True, phase=Phase.SCHEDULED)
    listed = (later, incident(), works, announced)
    save(store, page, evidence(NOW, components=PARTS, incidents=listed))
    now = stands(store)

    assert [each.id for each in now.incidents] == ["i1", "i2"]
    assert [each.id for each in now.maintenances] == ["m1"]


def test_a_record_stands_as_the_vendor_does_now_and_of_a_past_window_knows_no_level(store):
    read(store, api=Level.DEGRADED, web=Level.OPERATIONAL)
    page, today = store.pages()[0], NOW.date()
    present = record(store, page, ACME, ReportQuery(now=NOW))
    past = record(store, page, ACME, ReportQuery(now=NOW, as_of=today - DAY))
    then = record(store, page, ACME, ReportQuery(now=NOW, known_at=NOW))

    assert present.standing == stands(store)
    assert {past.standing.level, then.standing.level} == {None}
    assert {each.level for each in (*past.components, *then.components)} == {None}


def test_a_record_has_the_incidents_that_touch_its_window(store):
    page = add_page(store)
    over = incident("i1", phase=Phase.CLOSED, started_at=NOW - 9 * DAY, resolved_at=NOW - 5 * DAY)
    open_since = incident("i2", started_at=NOW - 9 * DAY)
    save(store, page, evidence(NOW, components=PARTS, incidents=(over, open_since)))

    def ids(days: int) -> set[str]:
        found = record(store, store.pages()[0], ACME, ReportQuery(now=NOW, window_days=days))
        return {each.id for each in found.incidents}

    assert (ids(3), ids(7), ids(30)) == ({"i2"}, {"i1", "i2"}, {"i1", "i2"})


def test_a_component_is_meant_by_its_id_its_slug_or_a_name_that_only_it_has(store):
    page = add_page(store)
    twins = (component("k1", "API"), component("k2", "Web"), component("k3", "web"))
    save(store, page, evidence(NOW, components=twins))
    known = store.known_components(page.id)

    def meant(name: str | None) -> str | None:
        entry = DayQuery(day=date(2026, 5, 5), now=NOW, component=name).component_of(known)
        return None if entry is None else entry.component.id

    assert (meant(None), meant("k1"), meant("aPi")) == (None, "k1", "k1")
    with pytest.raises(ValueError, match="2 components are called 'WEB'; say which by its slug"):
        meant("WEB")
    with pytest.raises(ValueError, match="no component 'db'; there are: api, web, web-2"):
        meant("db")
