"""What the Heroku platform reads beyond its fixtures: least traffic, ends, and colours over
time."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import platforms
from monitor.model import Evidence, Phase
from monitor.platforms import heroku
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "heroku"
HOST = "https://status.heroku.com"
CURRENT, HISTORY = f"{HOST}/api/v4/current-status", f"{HOST}/api/v4/incidents?limit=100"


def history_with(**changes: Any) -> Evidence:
    """Return what the history says when its newest incident is changed."""
    page, recorded = context_of(FIXTURES / "quiet"), answers_from(FIXTURES / "quiet")
    told = json.loads((FIXTURES / "quiet" / "history.json").read_text())
    told[0] |= changes
    body = json.dumps(told).encode()
    (piece,) = drive(
        heroku.backfill(page, page.now - timedelta(days=90)),
        page,
        lambda url: replace(recorded(url), body=body),
    )
    return piece


def words(piece: Evidence) -> set[str | None]:
    return {impact.word for impact in piece.impacts if impact.incident_id == "3"}


@pytest.mark.parametrize("case", ["quiet", "ongoing"])
def test_a_poll_is_one_request(case: str) -> None:
    page, asked = context_of(FIXTURES / case), []
    drive(heroku.poll(page), page, answers_from(FIXTURES / case), asked=asked)

    assert asked == [CURRENT]


def test_an_incident_that_left_the_list_costs_one_more_request_and_ends_with_its_last_post() -> (
    None
):
    page, asked = context_of(FIXTURES / "ended-incident", open_incidents=frozenset({"9"})), []
    pieces = drive(heroku.poll(page), page, answers_from(FIXTURES / "ended-incident"), asked=asked)

    (incident,) = (each for piece in pieces for each in piece.incidents if each.id == "9")
    assert asked == [CURRENT, HISTORY]
    assert (incident.phase, incident.resolved_at) == (
        Phase.CLOSED,
        datetime(2026, 5, 20, 11, 20, tzinfo=UTC),
    )


def test_an_unchanged_answer_says_nothing_new() -> None:
    page, recorded = context_of(FIXTURES / "ongoing"), answers_from(FIXTURES / "ongoing")

    assert (
        drive(heroku.poll(page), page, lambda url: replace(recorded(url), body=b"", unchanged=True))
        == []
    )


def test_the_worst_colour_of_an_incidents_posts_is_its_worth() -> None:
    post = {"created_at": "2026-05-02T08:00:00Z", "update_type": "issue", "contents": "Invented."}
    prod = [
        history_with(updates=[post | {"status_prod": each, "status_dev": "green"}])
        for each in ("yellow", "blue")
    ]

    assert [words(piece) for piece in (history_with(), *prod)] == [
        {"critical"},
        {"minor"},
        {"maintenance"},
    ]


def test_a_system_that_is_not_green_tells_what_posts_do_not() -> None:
    assert words(history_with(updates=[], systems=[{"name": "Apps", "status": "red"}])) == {
        "critical"
    }
    assert words(history_with(updates=[], systems=[{"name": "Apps", "status": "green"}])) == set()


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"resolved_at": "2026-05-02T09:00:00Z"}, "09:00"),
        ({}, "09:30"),
        ({"updates": [], "updated_at": "2026-05-02T10:15:00Z"}, "10:15"),
        ({"updates": [], "updated_at": None}, "08:00"),
    ],
)
def test_it_ended_when_that_is_said_else_with_the_last_post_else_with_the_last_change(
    changes: dict[str, Any], end: str
) -> None:
    (incident,) = (each for each in history_with(**changes).incidents if each.id == "3")

    assert f"{incident.resolved_at:%H:%M}" == end


def test_what_is_announced_is_listed_and_is_no_maintenance_yet() -> None:
    page = context_of(FIXTURES / "maintenance")
    (piece,) = drive(heroku.poll(page), page, answers_from(FIXTURES / "maintenance"))

    assert [(each.id, each.phase, each.maintenance) for each in piece.incidents] == [
        ("20", Phase.SCHEDULED, True),
        ("21", Phase.SCHEDULED, True),
    ]
    assert piece.impacts == ()


def test_only_its_own_host_is_asked() -> None:
    assert [get.path for get in platforms.probes_of("heroku", "https://status.heroku.com/")] == [
        "/api/v4/current-status"
    ]
    assert platforms.probes_of("heroku", "https://status.harbour.example/") == ()
