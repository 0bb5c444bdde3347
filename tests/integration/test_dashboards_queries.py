"""Every query of every dashboard, asked of a real Prometheus as Grafana asks it, and the bars beside the report."""

import time
from datetime import UTC, datetime

import pytest
from asking import answer, at_leisure, bars_by_label, one, shown
from panels import boards, queries, resolved
from watched import filled, folders, glance, reported, scraping

from monitor.model import Level

pytestmark = pytest.mark.integration

UNKNOWN = -1


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
    board, window = boards()[uid], shown()
    found = {}
    slugs = sorted(world.vendors) if uid == "vendorstatus-vendor" else [None]
    for slug in slugs:
        values = resolved(board, prometheus_of_world, window, {"vendor": [slug]} if slug else None)
        for query in queries(uid, board):
            found.setdefault(query.name, {})[slug] = problem(query, answer(prometheus_of_world, query, values, window))

    assert found
    # A page need not print an uptime or have an incident: one vendor must answer, and none may do worse than be silent.
    wrong = {
        name: by_vendor
        for name, by_vendor in found.items()
        if None not in by_vendor.values() or set(by_vendor.values()) - {None, "empty"}
    }
    assert not wrong


# ------------------------------------------------------------------------------------------ the values, beside the report


def level_of(day):
    return UNKNOWN if day["level"] is None else Level[day["level"].upper()]


def scraped_from(world):
    """Return the first day of which anything was scraped."""
    return world.scrapes[0][0].date().isoformat()


def assert_same_days(drawn, told, zone, since):
    """Assert that drawn bars are the report's days.

    Imported days are the page's. A scraped day is UTC's: of a page in another zone it may show a neighbour's level.
    """
    assert sorted(drawn) == sorted(told)
    wrong = {day: (drawn[day], level) for day, level in told.items() if drawn[day] != level and day < since}
    assert not wrong
    days = sorted(told)
    for place, day in enumerate(days):
        if day >= since and zone == "Etc/UTC":
            assert drawn[day] == told[day], day
        elif day >= since:
            assert drawn[day] in [told[each] for each in days[max(0, place - 1) : place + 2]], day


def test_the_bars_of_the_vendors_equal_the_report(prometheus_of_world, world, tmp_path):
    board = boards()["vendorstatus-vendors"]
    values = resolved(board, prometheus_of_world, shown())
    drawn = bars_by_label(prometheus_of_world, one(board, "90 days", "A"), "vendor", values)
    report = reported(world, tmp_path)

    assert sorted(drawn) == sorted(report) == sorted(world.vendors)
    assert {level for days in drawn.values() for level in days.values()} >= {UNKNOWN, 0, 1, 2, 3, 4}
    for slug, told in report.items():
        days = {day["date"]: level_of(day) for day in told["days"]}
        assert len(days) == 90
        assert_same_days(drawn[slug], days, told["zone"], scraped_from(world))


def test_the_bars_of_the_components_equal_the_report(prometheus_of_world, world, tmp_path):
    board = boards()["vendorstatus-vendor"]
    for slug, told in reported(world, tmp_path).items():
        values = resolved(board, prometheus_of_world, shown(), {"vendor": [slug]})
        drawn = bars_by_label(prometheus_of_world, one(board, "90 days", "B"), "component", values)

        assert sorted(drawn) == sorted(part["slug"] for part in told["components"])
        for part in told["components"]:
            days = {day["date"]: level_of(day) for day in part["days"]}
            assert_same_days(drawn[part["slug"]], days, told["zone"], scraped_from(world))


# ------------------------------------------------------------------------------------------------- without any history


@pytest.mark.parametrize("binaries", folders() or [None], ids=str)
def test_a_prometheus_that_began_a_moment_ago_shows_today_and_names_every_vendor(world, binaries, tmp_path):
    """At steps of a day Grafana asks for midnights, the last of them before this Prometheus was started."""
    if binaries is None:
        pytest.skip("there is no prometheus on PATH, and VENDORSTATUS_PROMETHEUS_DIRS names none")
    board, report = boards()["vendorstatus-vendors"], reported(world, tmp_path)
    with scraping(world, binaries, tmp_path) as asked:
        values = resolved(board, asked, shown())
        drawn = bars_by_label(asked, one(board, "90 days", "A"), "vendor", values)

    assert sorted(drawn) == sorted(report)
    for slug, days in drawn.items():
        *before, today = [days[day] for day in sorted(days)]
        assert before == [UNKNOWN] * 89
        if report[slug]["zone"] == "Etc/UTC":
            assert today == level_of(report[slug]["days"][-1])


# ----------------------------------------------------------------------------------------------------------------- many

MANY = 200


@pytest.fixture(scope="module")
def prometheus_of_many(request, tmp_path_factory):
    at_leisure(request.config)
    if not folders():
        pytest.skip("there is no prometheus on PATH, and VENDORSTATUS_PROMETHEUS_DIRS names none")
    folder = tmp_path_factory.mktemp("many")
    world = glance(folder, datetime.now(UTC).replace(microsecond=0), MANY)
    with filled(world, folders()[-1], folder) as asked:
        yield asked
    world.store.close()


@pytest.mark.parametrize("uid", ["vendorstatus-vendors", "vendorstatus-compare"])
def test_two_hundred_vendors_are_one_row_each_and_answered_in_seconds(prometheus_of_many, uid):
    board, window = boards()[uid], shown()
    values = resolved(board, prometheus_of_many, window)
    for query in queries(uid, board):
        begun = time.monotonic()
        series = answer(prometheus_of_many, query, values, window)

        assert time.monotonic() - begun < 5, query.name
        assert problem(query, series) is None, query.name
        if query.panel["title"].startswith("90 days") or query.panel["title"] in ("Ranking", "Side by side"):
            assert len(series) == len({each["metric"]["vendor"] for each in series}) == MANY, query.name
