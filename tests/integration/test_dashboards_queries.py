"""Every query of every dashboard, asked of a real Prometheus as Grafana asks it, and the bars
beside the report."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from asking import answer, at_leisure, bars_by_label, one, shown, shown_days
from instants import simulated_now
from panels import boards, queries, resolved
from watched import UNKNOWN, filled, folders, glance, levels_of, reported, scraping

from monitor.intervals import day_of, zone_named

pytestmark = [pytest.mark.integration, pytest.mark.hours]


def problem(query, series):
    """Return what is wrong with an answer; None when nothing is."""
    points = max((len(each["values"]) for each in series), default=0)
    if not series:
        return "empty"
    if query.panel["type"] == "status-history" and points > query.width / 2:
        return f"too many points: {points} in {query.width} pixels"
    return None


@pytest.mark.parametrize("uid", boards())
def test_every_query_is_answered_over_90_days(prometheus_of_world, world, uid):
    board, window = boards()[uid], shown(prometheus_of_world)
    found = {}
    slugs = sorted(world.vendors) if uid == "vendorstatus-vendor" else [None]
    for slug in slugs:
        values = resolved(board, prometheus_of_world, window, {"vendor": [slug]} if slug else None)
        for query in queries(uid, board):
            found.setdefault(query.name, {})[slug] = problem(
                query, answer(prometheus_of_world, query, values, window)
            )

    assert found
    # A page need not print an uptime or have an incident: one vendor must answer, and none may do
    # worse than be silent.
    wrong = {
        name: by_vendor
        for name, by_vendor in found.items()
        if None not in by_vendor.values() or set(by_vendor.values()) - {None, "empty"}
    }
    assert not wrong


# ------------------------------------------------------------------------------------------ the
# values, beside the report


def assert_same_days(drawn, days, asked):
    """Assert that each bar is the page's day of its date, and grey where the page has not come to
    it yet."""
    assert drawn == {day: days.get(day, UNKNOWN) for day in shown_days(asked)}


def test_the_bars_of_the_vendors_equal_the_report(prometheus_of_world, world):
    board = boards()["vendorstatus-vendors"]
    values = resolved(board, prometheus_of_world, shown(prometheus_of_world))
    drawn = bars_by_label(prometheus_of_world, one(board, "Day by day", "A"), "vendor", values)
    report = reported(world)

    assert sorted(drawn) == sorted(report) == sorted(world.vendors)
    assert {level for days in drawn.values() for level in days.values()} >= {UNKNOWN, 0, 1, 2, 3, 4}
    for slug, told in report.items():
        assert len(told["days"]) == 90
        assert_same_days(
            drawn[slug], levels_of(told, told, prometheus_of_world.now), prometheus_of_world
        )


def test_the_bars_of_the_components_equal_the_report(prometheus_of_world, world):
    board = boards()["vendorstatus-vendor"]
    for slug, told in reported(world).items():
        values = resolved(
            board, prometheus_of_world, shown(prometheus_of_world), {"vendor": [slug]}
        )
        drawn = bars_by_label(
            prometheus_of_world, one(board, "Day by day", "B"), "component", values
        )

        assert sorted(drawn) == sorted(part["slug"] for part in told["components"])
        for part in told["components"]:
            days = levels_of(told, part, prometheus_of_world.now)
            assert len(days) == 90
            assert_same_days(drawn[part["slug"]], days, prometheus_of_world)


def test_the_report_of_each_page_ends_with_its_own_today(world):
    last = {told["zone"]: told["days"][-1]["date"] for told in reported(world).values()}

    assert sorted(last) == ["America/Los_Angeles", "Etc/UTC", "Europe/Berlin", "Pacific/Auckland"]
    assert last == {zone: day_of(world.now, zone_named(zone)).isoformat() for zone in last}


# -------------------------------------------------------------------------------------------------
# without any history


@pytest.mark.parametrize("binaries", folders() or [None], ids=str)
def test_a_prometheus_that_began_a_moment_ago_shows_today_and_names_every_vendor(
    world, binaries, tmp_path
):
    """At steps of a day Grafana asks for midnights, the last of them before this Prometheus was
    started.

    Its today is this machine's and the page's is the world's: the dates of the world are drawn as
    this machine's.
    """
    if binaries is None:
        pytest.skip("there is no prometheus on PATH, and VENDORSTATUS_PROMETHEUS_DIRS names none")
    board, report = boards()["vendorstatus-vendors"], reported(world)
    away_from_midnight()
    with scraping(world, binaries, tmp_path) as asked:
        values = resolved(board, asked, shown(asked))
        drawn = bars_by_label(asked, one(board, "Day by day", "A"), "vendor", values)

    assert sorted(drawn) == sorted(report)
    for slug, days in drawn.items():
        told = levels_of(report[slug], report[slug], world.now)
        assert len(told) == 90
        *before, third, second, today = [days[day] for day in sorted(days)]
        assert before == [UNKNOWN] * 87
        dates = [(world.now.date() - timedelta(days=ago)).isoformat() for ago in (2, 1, 0)]
        assert [third, second, today] == [told.get(day, UNKNOWN) for day in dates]


def away_from_midnight():
    """Wait until it is none of the two minutes around a midnight of UTC, in which nothing is
    drawn."""
    while f"{datetime.now(UTC):%H:%M}" > "23:57" or f"{datetime.now(UTC):%H:%M}" < "00:01":
        time.sleep(1)


# -----------------------------------------------------------------------------------------------------------------
# many

MANY = 200


@pytest.fixture(scope="module")
def prometheus_of_many(request, tmp_path_factory):
    at_leisure(request.config)
    if not folders():
        pytest.skip("there is no prometheus on PATH, and VENDORSTATUS_PROMETHEUS_DIRS names none")
    folder = tmp_path_factory.mktemp("many")
    world = glance(folder, simulated_now(), MANY)
    with filled(world, folders()[-1], folder) as asked:
        yield asked
    world.store.close()


@pytest.mark.parametrize("uid", ["vendorstatus-vendors", "vendorstatus-compare"])
def test_two_hundred_vendors_are_one_row_each_and_answered_in_seconds(prometheus_of_many, uid):
    board, window = boards()[uid], shown(prometheus_of_many)
    values = resolved(board, prometheus_of_many, window)
    for query in queries(uid, board):
        begun = time.monotonic()
        series = answer(prometheus_of_many, query, values, window)

        assert time.monotonic() - begun < 5, query.name
        assert problem(query, series) is None, query.name
        if query.panel["title"].startswith("Day by day"):
            assert len(series) == len({each["metric"]["vendor"] for each in series}) == 30, (
                query.name
            )
        if query.panel["title"] in ("Ranking", "Side by side"):
            assert len(series) == len({each["metric"]["vendor"] for each in series}) == MANY, (
                query.name
            )


def test_the_bars_of_two_hundred_vendors_are_the_worst_and_a_search_narrows_them(
    prometheus_of_many,
):
    board, window = boards()["vendorstatus-vendors"], shown(prometheus_of_many)
    bars, ratios = one(board, "Day by day", "A"), one(board, "Ranking", "C")

    def shown_with(**picked):
        values = resolved(board, prometheus_of_many, window, picked)
        return {
            each["metric"]["vendor"] for each in answer(prometheus_of_many, bars, values, window)
        }, values

    ten, values = shown_with(worst=["10"])
    ratio = {each["metric"]["vendor"]: float(each["values"][0][1]) for each in answer(prometheus_of_many, ratios, values, window)}  # fmt: skip
    assert len(ten) == 10
    assert min(ratio[slug] for slug in ten) >= max(ratio[slug] for slug in ratio.keys() - ten)
    assert len(shown_with(worst=["1000"])[0]) == MANY
    found, values = shown_with(worst=["1000"], search=[world_name(prometheus_of_many, "vendor-17")])
    assert "vendor-17" in found
    assert len(found) < MANY / 2


def world_name(asked, slug):
    (told,) = asked("query", {"query": f'vendorstatus_vendor_info{{vendor="{slug}"}}', "time": str(asked.now.timestamp())})["result"]  # fmt: skip
    return told["metric"]["name"].upper()
