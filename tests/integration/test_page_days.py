"""A cell is a page's own day, in whatever zone: what Prometheus holds of four days watched, beside
the report.

The pages lie from fourteen hours ahead of UTC to eight behind it, and fail for forty minutes around
each other's midnights, which days of UTC would cut in two; some of them together.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from asking import answer, at_leisure, bars_by_label, one, shown, shown_days
from instants import simulated_now
from page import page
from panels import boards, resolved
from test_dashboards_pictures import FOLDER, WIDE, take
from watched import UNKNOWN, Asked, World, export, exposed, folders, holding, levels_of, reported

from exporters.prometheus import PollMetrics
from monitor.applied_settings import spec
from monitor.collect import Collector
from monitor.demo import Truth, TruthIncident, random_truth
from monitor.model import Level
from monitor.store import Store
from tests.simulated import Clock, SimulatedPages, vendor_of

pytestmark = [pytest.mark.integration, pytest.mark.hours]

ZONES = ("America/Los_Angeles", "Asia/Kolkata", "Etc/UTC", "Europe/Berlin", "Pacific/Kiritimati")
WATCHED = timedelta(days=4)
EVERY = timedelta(minutes=20)
BAD = (time(20), time(23, 40), time(6, 50), time(18, 10), time(9, 50), time(22, 30))
"""When outages begin (UTC), each in one of the zones shortly before a midnight, or over it."""
LONG = timedelta(minutes=40)
DAYS = 92
"""So many days of each page cover the 90 dates of UTC that end with today, whatever date it is
where the page is."""

Levels = Mapping[str, int]
"""A level, or `UNKNOWN`, by date."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The world as scraped until `world.now`, what the report said then, and what was exported at
    the first scrape."""

    world: World
    report: Mapping[str, dict]
    history: Path

    def vendors(self) -> dict[str, Levels]:
        """Return what the report says of each vendor's days."""
        return {slug: levels_of(told, told, self.world.now) for slug, told in self.report.items()}

    def components(self, slug: str) -> dict[str, Levels]:
        """Return what the report says of the days of each of a vendor's components."""
        told = self.report[slug]
        return {part["slug"]: levels_of(told, part, self.world.now) for part in told["components"]}


# ---------------------------------------------------------------------------------------------------------------
# watching


def page_in(zone: str, number: int, now: datetime) -> Truth:
    """Return a vendor that fails once or twice a day at some of the times, others than its
    neighbours'."""
    parts = ((None, "API"), (None, "Console"))
    slug = zone.rsplit("/", maxsplit=1)[-1].lower().replace("_", "-")
    truth = random_truth(
        number,
        now=now - WATCHED,
        slug=slug,
        name=zone,
        zone=zone,
        parts=parts,
        incidents=9,
        live=False,
    )
    for ago in range(WATCHED.days + 1):
        for place, moment in enumerate(BAD):
            if (place + ago + number) % 3 == 0:
                begun = datetime.combine(now.date() - timedelta(days=ago), moment, UTC)
                truth = failing(truth, begun, f"{slug}-{ago}-{place}", part=(place + number) % 2)
    return truth


def failing(truth: Truth, begun: datetime, key: str, *, part: int) -> Truth:
    outage = TruthIncident(
        id=key, title=key, impact="critical", started_at=begun, resolved_at=begun + LONG,
        effects={truth.components[part].id: ((begun, Level.MAJOR_OUTAGE if part else Level.PARTIAL_OUTAGE),)},
    )  # fmt: skip
    return replace(truth, incidents=(*truth.incidents, outage))


async def watched(folder: Path, now: datetime) -> list[Moment]:
    """Read the history, watch for four days, and return the first moment and the last."""
    clock = Clock(now - WATCHED)
    pages = SimulatedPages([page_in(zone, number, now) for number, zone in enumerate(ZONES)], clock)
    vendors = {
        truth.slug: vendor_of(truth, interval_seconds=EVERY.total_seconds())
        for truth in pages.truths
    }
    store = Store.open(f"sqlite:///{folder / 'vendorstatus.db'}")
    store.sync_pages([spec(vendor) for vendor in vendors.values()], now=clock())
    collector = Collector(store, pages, vendors, clock=clock)
    for row in store.pages():
        await collector.backfill(row, clock() - timedelta(days=DAYS), again=True)
    world = World(store=store, vendors=vendors, polls=PollMetrics("1.2.3"), now=clock(), scrapes=())
    moments, history = [], folder / "history.om"
    while clock() <= now:
        for row in store.pages():
            await collector.poll(row)
        await collector.flush()
        world = replace(world, now=clock())
        world = replace(world, scrapes=[*world.scrapes, (clock(), exposed(world))])
        if not moments:
            export(world, history, DAYS)
        if clock() in {now - WATCHED, now}:
            moments.append(Moment(world=world, report=reported(world, DAYS), history=history))
        clock.forward(seconds=EVERY.total_seconds())
    await collector.close()
    return moments


@pytest.fixture(scope="module")
def moments(request, tmp_path_factory) -> list[Moment]:
    at_leisure(request.config)
    moments = asyncio.run(watched(tmp_path_factory.mktemp("pages"), simulated_now()))
    yield moments
    moments[0].world.store.close()


@pytest.fixture(scope="module", params=folders() or [None], ids=str)
def prometheus_of_pages(request) -> Path:
    if request.param is None:
        pytest.skip("there is no prometheus on PATH, and VENDORSTATUS_PROMETHEUS_DIRS names none")
    return request.param


# ----------------------------------------------------------------------------------------------------------------
# drawn


def cells(asked: Asked, uid: str, ref: str, label: str, **picked: list[str]) -> dict[str, Levels]:
    board = boards()[uid]
    return bars_by_label(
        asked, one(board, *ref.split("/")), label, resolved(board, asked, shown(asked), picked)
    )


def assert_cells(drawn: Mapping[str, Levels], told: Mapping[str, Levels], days: list[str]) -> None:
    """Assert that each cell is what the report says of its date, and grey where that date has not
    begun."""
    assert sorted(drawn) == sorted(told)
    for subject, levels in told.items():
        ours = {day: level for day, level in drawn[subject].items() if day in days}
        assert ours == {day: levels.get(day, UNKNOWN) for day in days}, subject


def counted(asked: Asked, title: str) -> float:
    board = boards()["vendorstatus-compare"]
    (series,) = answer(
        asked, one(board, title, "A"), resolved(board, asked, shown(asked)), shown(asked)
    )
    return float(series["values"][0][1])


def together(told: Mapping[str, Levels], days: list[str]) -> dict[str, tuple[int, int]]:
    """Return how many vendors had an outage on each date, and of how many it is known, where it is
    of any."""
    known = {
        day: [each[day] for each in told.values() if each.get(day, UNKNOWN) != UNKNOWN]
        for day in days
    }
    return {
        day: (sum(level >= 3 for level in levels), len(levels))
        for day, levels in known.items()
        if levels
    }


# -----------------------------------------------------------------------------------------------------------------
# tests


def test_the_days_asked_about_are_cut_otherwise_by_utc_and_have_what_is_counted(moments):
    last = moments[-1]
    told = last.vendors()
    failed = [number for number, _ in together(told, shown_days(last.world)).values()]

    assert {zone for each in last.report.values() for zone in [each["zone"]]} == set(ZONES)
    assert any(number >= 2 for number in failed)
    assert {level for levels in told.values() for level in levels.values()} >= {0, 3, 4}
    # An outage of forty minutes before a midnight of UTC lies on one date where the page is and on
    # two of UTC's.
    assert {len([day for day in levels.values() if day >= 3]) for levels in told.values()} != {0}


def test_from_the_first_scrape_on_three_days_are_the_reports_without_any_history(
    moments, prometheus_of_pages, tmp_path
):
    first = moments[0]
    with holding(first.world, [], prometheus_of_pages, tmp_path) as asked:
        for uid, title in (
            ("vendorstatus-vendors", "Day by day"),
            ("vendorstatus-compare", "Day by day, side by side"),
        ):
            drawn = cells(asked, uid, f"{title}/A", "vendor")
            assert_cells(drawn, first.vendors(), shown_days(asked)[-3:])
            assert {level for days in drawn.values() for day, level in days.items() if day < shown_days(asked)[-3]} == {UNKNOWN}  # fmt: skip


@pytest.mark.parametrize("moment", [0, -1], ids=["at the first scrape", "four days later"])
def test_every_cell_count_and_joint_day_is_the_reports(
    moments, prometheus_of_pages, tmp_path, moment
):
    at = moments[moment]
    with holding(at.world, [at.history], prometheus_of_pages, tmp_path) as asked:
        told, days = at.vendors(), shown_days(asked)
        assert_cells(cells(asked, "vendorstatus-vendors", "Day by day/A", "vendor"), told, days)
        for slug in told:
            drawn = cells(asked, "vendorstatus-vendor", "Day by day/B", "component", vendor=[slug])
            assert_cells(drawn, at.components(slug), days)

        failed = together(told, days)
        assert (
            counted(asked, "Days two or more failed")
            == sum(number >= 2 for number, _ in failed.values())
            > 0
        )
        assert (
            counted(asked, "Days nobody failed")
            == sum(number == 0 for number, _ in failed.values())
            > 0
        )
        assert counted(asked, "Most on one day") == max(number for number, _ in failed.values())
        assert counted(asked, "Days all failed") == sum(
            number == known >= 2 for number, known in failed.values()
        )


def test_pages_of_all_zones_can_be_looked_at_side_by_side(
    moments, grafana, prometheus_of_pages, tmp_path
):
    at = moments[-1]
    with holding(at.world, [at.history], prometheus_of_pages, tmp_path) as asked:
        text = page(grafana, asked, boards()["vendorstatus-compare"], WIDE, 90)

    assert all(zone in text for zone in ZONES)
    if FOLDER:
        take(Path(FOLDER) / "zones.png", text, WIDE, tmp_path)
