"""What the oldest and the newest Grafana show, by their own code, of answers that are made up here."""

import pytest
from panels import boards, panels

from grafana.generate.look import GREY

pytestmark = pytest.mark.integration

BOARDS = boards()


def test_what_is_not_known_is_grey_in_every_panel_and_in_every_column(each_grafana):
    shown = [panel for board in BOARDS.values() for panel in panels(board) if panel["type"] != "timeseries"]
    answers = each_grafana({"absent": shown})  # a line draws nothing of it: a gap

    for panel, seen in zip(shown, answers, strict=True):
        assert {each["value"] for each in seen} >= {"null", "NaN"}
        assert panel["type"] != "stat" or "no series" in {each["value"] for each in seen}
        assert [each for each in seen if each["color"] != GREY] == [], panel["title"]
