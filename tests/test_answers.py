"""How a vendor stands now, by its page's last reading, what its record holds of a window, and which
day and component a question means."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from store_support import NOW, add_page, component, evidence, incident, observed, save

from monitor.answers import DayQuery, Freshness, Record, ReportQuery, Standing, record, standing
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Bar, Coverage, Level, Phase, ReportedUptime
from monitor.overrides import Override
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


def recorded(store, vendor=ACME, **query) -> Record:
    return record(store, store.pages()[0], vendor, ReportQuery(**({"now": NOW} | query)))


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


def test_how_much_is_unknown_is_a_number_of_what_counts(store):
    read(store, api=Level.OPERATIONAL, web=None)
    now = stands(store)

    assert (now.level, now.known_components, now.unknown_components) == (None, 1, 1)


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
    present = recorded(store)
    past, then = recorded(store, as_of=NOW.date() - DAY), recorded(store, known_at=NOW)

    assert present.standing == stands(store)
    assert {past.standing.level, then.standing.level} == {None}
    assert {each.level for each in (*past.components, *then.components)} == {None}


def test_a_record_has_the_incidents_that_touch_its_window(store):
    page = add_page(store)
    over = incident("i1", phase=Phase.CLOSED, started_at=NOW - 9 * DAY, resolved_at=NOW - 5 * DAY)
    open_since = incident("i2", started_at=NOW - 9 * DAY)
    save(store, page, evidence(NOW, components=PARTS, incidents=(over, open_since)))

    def ids(days: int) -> set[str]:
        return {each.id for each in recorded(store, window_days=days).incidents}

    assert (ids(3), ids(7), ids(30)) == ({"i2"}, {"i1", "i2"}, {"i1", "i2"})


def test_a_component_has_what_the_vendor_prints_and_what_its_formula_gives(store):
    page, midnight = add_page(store), datetime(2026, 5, 22, tzinfo=UTC)
    printed = (
        *(ReportedUptime(component_id="api", window_days=days, ratio=0.9) for days in (30, 90)),
        ReportedUptime(component_id=None, window_days=90, ratio=0.99),
    )
    bars = Coverage(span=Interval(midnight - 100 * DAY, NOW), aspect=Aspect.BARS)
    bar = Bar(component_id="api", day=NOW.date() - 89 * DAY, major_seconds=77_760, source="bars")
    said = {"components": PARTS, "reported": printed, "coverage": (bars,), "bars": (bar,)}
    save(store, page, evidence(NOW, **said))
    api, web = recorded(store).components

    assert (api.reported_uptime, web.reported_uptime) == (0.9, None)
    assert (recorded(store).reported_uptime, recorded(store, window_days=30).reported_uptime) == (
        0.99,
        None,
    )
    assert (api.formula_uptime, web.formula_uptime) == (0.99, 1.0)  # 77,760 s of 90 days
    past = recorded(store, as_of=NOW.date() - DAY)
    assert {past.reported_uptime, past.components[0].reported_uptime} == {None}


def test_a_component_that_left_before_the_window_is_not_in_it_and_one_left_out_says_so(store):
    page = add_page(store, now=NOW - 9 * DAY)
    save(store, page, evidence(NOW - 9 * DAY, components=PARTS))
    save(store, page, evidence(NOW - 5 * DAY, components=PARTS[:1]))

    def names(days: int) -> list[tuple[str, bool]]:
        vendor = replace(ACME, exclude=("web",))
        listed = recorded(store, vendor, window_days=days).components
        return [(each.slug, each.is_excluded) for each in listed]

    assert names(5) == [("api", False)]
    assert names(7) == [("api", False), ("web", True)]


def test_an_incident_touches_a_window_until_the_instant_its_first_day_begins(store):
    page, midnight = add_page(store), datetime(2026, 5, 20, tzinfo=UTC)
    ends = {"at": midnight, "before": midnight - timedelta(seconds=1)}
    listed = [
        incident(key, phase=Phase.CLOSED, started_at=midnight - DAY, resolved_at=end)
        for key, end in ends.items()
    ]
    tomorrow = incident("tomorrow", started_at=datetime(2026, 5, 23, tzinfo=UTC))
    said = evidence(NOW, components=PARTS, incidents=(*listed, tomorrow))
    save(store, page, said)

    assert [each.id for each in recorded(store, window_days=3).incidents] == ["at"]


def test_a_decision_stands_in_the_record_unless_the_raw_figure_is_asked_for(store):
    page = add_page(store)
    save(store, page, evidence(NOW, components=PARTS, incidents=(incident(),)))
    decision = Override(incident="i1", reason="an advisory", decided=NOW.date(), level=Level(0))
    vendor = replace(ACME, overrides=(decision,))

    assert [each.override for each in recorded(store, vendor).overrides] == [decision]
    assert recorded(store, vendor, policy="raw").overrides == ()


def test_a_day_is_asked_about_once_it_has_begun_at_the_page(store):
    page = add_page(store, zone="Pacific/Auckland")  # there it is tomorrow already
    today = NOW.date()

    DayQuery(day=today + DAY, now=NOW).require_begun(page)
    for late in (
        DayQuery(day=today + 2 * DAY, now=NOW),
        DayQuery(day=today + DAY, now=NOW, known_at=NOW - DAY),
    ):
        with pytest.raises(ValueError, match="has not begun in Pacific/Auckland"):
            late.require_begun(page)


def test_a_component_is_meant_by_its_id_its_slug_or_a_name_that_only_it_has(store):
    page = add_page(store)
    twins = (component("k1", "API"), component("k2", "Web"), component("k3", "web"))
    save(store, page, evidence(NOW, components=twins))
    known = store.known_components(page.id)

    def meant(name: str | None) -> str | None:
        entry = DayQuery(day=date(2026, 5, 5), now=NOW, component=name).component_of(known)
        return None if entry is None else entry.component.id

    assert (meant(None), meant("k1"), meant("aPi")) == (None, "k1", "k1")
    with pytest.raises(
        ValueError, match=r"2 components are called 'WEB'; write one of: web .Web., web-2 .web."
    ):
        meant("WEB")
    with pytest.raises(
        ValueError, match=r"no component 'db'; there are: api .API., web .Web., web-2 .web."
    ):
        meant("db")
