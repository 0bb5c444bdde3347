"""What the oldest and the newest Grafana show, by their own code, of answers that are made up
here."""

import pytest
from panels import boards, panels

from grafana.generate.colours import GREEN, GREY, LEVELS, ORANGE, RED

pytestmark = pytest.mark.integration

BOARDS = boards()


def test_what_is_not_known_is_grey_in_every_panel_and_in_every_column(each_grafana):
    shown = [
        panel
        for board in BOARDS.values()
        for panel in panels(board)
        if panel["type"] != "timeseries"
    ]
    answers = each_grafana({"absent": shown})  # a line draws nothing of it: a gap

    for panel, seen in zip(shown, answers, strict=True):
        assert {each["value"] for each in seen} >= {"null", "NaN"}
        assert panel["type"] != "stat" or "no series" in {each["value"] for each in seen}
        assert [each for each in seen if each["color"] != GREY] == [], panel["title"]


def test_a_budget_that_is_overspent_is_red_however_far(each_grafana):
    (left,) = (
        panel
        for panel in panels(BOARDS["vendorstatus-vendor"])
        if panel["title"] == "Error budget left"
    )
    given = [-723.0, -0.01, 0.1, 0.9]

    told = each_grafana(
        {"numbers": [{"panel": left, "frames": [series("left", [value])]} for value in given]}
    )

    assert [colour for ((_, colour),) in told] == [RED, RED, ORANGE, GREEN]


def test_how_old_a_reading_is_is_said_in_hours_and_minutes(each_grafana):
    aged = [
        panel
        for panel in panels(BOARDS["vendorstatus-health"])
        if panel["title"] == "Since days were derived"
    ]

    (told,) = each_grafana(
        {"numbers": [{"panel": panel, "frames": [series("age", [4980])]} for panel in aged]}
    )

    assert [text for text, _ in told] == ["1 hour, 23 minutes"]


TIMELINES = [
    (uid, panel)
    for uid, board in BOARDS.items()
    for panel in panels(board)
    if panel["type"] in ("status-history", "state-timeline")
]


def test_a_level_is_drawn_in_its_own_colour_and_word(each_grafana):
    levels = [*LEVELS, None]
    frame = series("Some vendor", levels)

    answers = each_grafana(
        {"panels": [{"panel": panel, "frames": [frame]} for _, panel in TIMELINES]}
    )

    assert len(answers) >= 5
    for (uid, panel), (made,) in zip(TIMELINES, answers, strict=True):
        drawn = [
            (row[1], colours[1]) for row, colours in zip(made["rows"], made["colours"], strict=True)
        ]
        assert drawn[: len(LEVELS)] == list(LEVELS.values()), f"{uid}: {panel['title']}"
        assert drawn[-1][1] == GREY


def series(name, values):
    """Return a frame as a time series comes from Prometheus: a value a minute, displayed under a
    name."""
    times = {
        "name": "Time",
        "type": "time",
        "values": [60_000 * place for place in range(len(values))],
    }
    told = {"name": "Value", "type": "number", "values": values, "labels": {"name": name}}
    return {"refId": "A", "fields": [times, told | {"config": {"displayNameFromDS": name}}]}
