"""What the Uptime.com platform reads beyond its fixtures: where a page's answers are, ends, its own
figures."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import NotJson, UnexpectedShape
from monitor.kit.protocol import PageContext, Response
from monitor.model import Level, Phase
from monitor.platforms import uptimecom
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "uptimecom"
PAGE = context_of(FIXTURES / "quiet")
PATH = "/statuspage/vendor/ajax"


def live(case: str) -> dict[str, Any]:
    return json.loads((FIXTURES / case / "ajax.json").read_text())


def answering(told: dict[str, Any]) -> Answer:
    return lambda url: Response(url=url, status=200, body=json.dumps(told).encode())


def test_the_slug_is_looked_up_once_and_again_when_it_leads_nowhere() -> None:
    recorded = answers_from(FIXTURES / "quiet")

    def asked(mark: str | None) -> list[str]:
        urls: list[str] = []
        page = replace(PAGE, cursor=mark)
        (piece,) = drive(uptimecom.poll(page), page, recorded, asked=urls)
        assert piece.cursor == PATH
        return [url.removeprefix("https://status.vendor.example") for url in urls]

    assert asked(None) == ["/", PATH]
    assert asked(PATH) == [PATH]
    assert asked("/statuspage/former/ajax") == ["/statuspage/former/ajax", "/", PATH]


def test_an_answer_that_is_wrong_at_the_right_address_is_told_as_it_is() -> None:
    page, html = replace(PAGE, cursor=PATH), answers_from(FIXTURES / "quiet")(PAGE.url).body

    with pytest.raises(NotJson):
        drive(uptimecom.poll(page), page, lambda url: Response(url=url, status=200, body=html))


def test_a_slug_that_is_none_is_not_asked_for() -> None:
    html = answers_from(FIXTURES / "quiet")(PAGE.url).body.replace(
        b'"slug": "vendor"', b'"slug": "../../x?"'
    )

    with pytest.raises(UnexpectedShape, match="no slug"):
        drive(uptimecom.poll(PAGE), PAGE, lambda url: Response(url=url, status=200, body=html))


def test_an_incident_that_left_the_list_is_looked_up_and_one_nobody_has_was_removed() -> None:
    page = replace(PAGE, open_incidents=frozenset({"103", "999"}))
    _, piece = drive(uptimecom.poll(page), page, answers_from(FIXTURES / "ended-incident"))

    assert [(i.id, i.phase, i.resolved_at) for i in piece.incidents] == [
        ("103", Phase.CLOSED, datetime(2026, 5, 16, 10, 45, tzinfo=UTC))
    ]
    assert piece.withdrawn == ("999",)


@pytest.mark.parametrize("word", uptimecom.VOCABULARY)
def test_a_state_is_the_same_level_of_a_component_and_in_an_incident(word: str) -> None:
    told, level = live("ongoing"), uptimecom.VOCABULARY[word]
    told["data"]["components"][2]["status"] = word
    told["data"]["active_incidents"][0]["affected_components"][0]["status"] = word
    page = PageContext(url="https://uptime.com/statuspage/vendor/", now=PAGE.now)
    (piece,) = drive(uptimecom.poll(page), page, answering(told))

    assert {each.component_id: each.level for each in piece.observed or ()}["2"] is level
    assert [impact.level for impact in piece.impacts] == [level] * (level is not Level.OPERATIONAL)


def test_the_pages_figures_are_of_the_span_it_tells_of() -> None:
    told, _ = drive(
        uptimecom.backfill(PAGE, datetime(2026, 2, 19, tzinfo=UTC)),
        PAGE,
        answers_from(FIXTURES / "short-history"),
    )

    assert {(each.component_id, each.window_days): each.ratio for each in told.reported} == {
        ("2", 30): 1.0, ("3", 30): 1.0, ("44", 30): 1.0, (None, 30): 0.995,
    }  # fmt: skip
