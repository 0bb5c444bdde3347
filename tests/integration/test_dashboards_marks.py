"""What is marked on the line charts, asked of a real Prometheus as Grafana asks it: incidents at
their starts, and how long vendors were at which level."""

from datetime import datetime

import pytest
from asking import shown
from panels import boards, built_in, interpolated, resolved, rounded
from watched import reported

pytestmark = [pytest.mark.integration, pytest.mark.hours]

BOARDS = ["vendorstatus-vendor", "vendorstatus-compare"]
MARKS_AT_MOST = 100
"""Grafana asks for as many steps where an annotation's own step is shorter."""


def told(prometheus, world, uid, name, slug=None):
    """Return the series of an annotation over the shown time."""
    board, window = boards()[uid], shown(prometheus)
    values = resolved(board, prometheus, window, {"vendor": [slug]} if slug else None)
    marks = {each["name"]: each for each in board["annotations"]["list"]}
    step = int(rounded(window.seconds * 1000 / MARKS_AT_MOST) / 1000)
    expression = marks[name]["target"]["expr"]
    start, end = window.aligned(step)
    asked = {
        "query": interpolated(expression, {**values, **built_in(step, window)}),
        "start": str(start),
        "end": str(end + step),
        "step": str(step),
    }
    return prometheus("query_range", asked)["result"]


def slugs_of(uid, world):
    """Return the vendors that a dashboard shows, one after another; None = all at once."""
    return sorted(world.vendors) if uid == "vendorstatus-vendor" else [None]


@pytest.mark.parametrize("uid", BOARDS)
def test_incidents_that_go_on_are_marked_at_their_starts(prometheus_of_world, world, uid):
    marked = set()
    for slug in slugs_of(uid, world):
        for each in told(prometheus_of_world, world, uid, "Incidents", slug):
            label, (_, start) = each["metric"], each["values"][-1]
            marked.add((label["vendor"], label["title"], int(float(start)) // 1000))

    report = reported(world)
    for slug, vendor in report.items():
        for incident in vendor["open_incidents"]:
            start = int(datetime.fromisoformat(incident["started_at"]).timestamp())
            assert (slug, incident["title"], start) in marked
    assert marked


@pytest.mark.parametrize("uid", BOARDS)
def test_levels_are_marked_with_their_words(prometheus_of_world, world, uid):
    marked = {}
    for slug in slugs_of(uid, world):
        for each in told(prometheus_of_world, world, uid, "Level changes", slug):
            marked.setdefault(each["metric"]["vendor"], set()).add(each["metric"]["level"])
            assert each["metric"]["name"]

    report = reported(world)
    bad = {
        slug: vendor["current_level"].replace("_", " ")
        for slug, vendor in report.items()
        if vendor["current_level"] not in {None, "operational"}
    }
    assert bad
    assert {slug: level for slug, level in bad.items() if level not in marked[slug]} == {}
