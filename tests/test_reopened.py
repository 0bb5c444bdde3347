"""Reopenings: what a page says of an incident after it said that it was over, platform by platform.

Each test changes a case's recorded answer as a vendor would go on posting, and asks when the
incident ended.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor import platforms
from monitor.kit.protocol import Response
from monitor.model import Incident, Phase
from tests.cases import FIXTURES, expected_of
from tests.drive import answers_from, context_of, drive

Change = Callable[[Any], None]


def read(
    platform: str, file: str, change: Change, case: str = "review-afterwards"
) -> dict[str, Incident]:
    """Return the incidents that a backfill tells when one recorded answer is changed."""
    folder = FIXTURES / platform / case
    told = json.loads((folder / file).read_text())
    change(told)
    recorded = answers_from(folder)
    before = (folder / file).read_bytes()

    def answer(url: str) -> Response:
        found = recorded(url)
        return replace(found, body=json.dumps(told).encode()) if found.body == before else found

    known = expected_of(folder).get("context", {})
    page = context_of(folder, cursor=known.get("cursor"))
    pieces = drive(
        platforms.named(platform).backfill(page, page.now - timedelta(days=90)), page, answer
    )
    return {incident.id: incident for piece in pieces for incident in piece.incidents}


def datadog(told: Any) -> Any:
    return next(each for each in told["incidents"] if each["id"].endswith("0003"))


def reopen_datadog(told: Any) -> None:
    incident = datadog(told)
    incident |= {
        "resolved": False,
        "currentStatus": "investigating",
        "resolvedDate": "2026-05-16T11:30:00Z",
    }
    incident["timeline"].insert(
        0, incident["timeline"][-1] | {"startedAt": "2026-05-18T08:00:00Z", "id": "again"}
    )


def date_the_end_back(told: Any) -> None:
    datadog(told)["resolvedDate"] = "2026-05-16T09:00:00Z"


def reopen_slack(told: Any) -> None:
    told[0]["notes"].append(
        {"body": "Messages are slow again.", "date_created": "2026-05-20T04:55:00-07:00"}
    )


def reopen_firehydrant(told: Any) -> None:
    incident = next(each for each in told["incidents"] if each["id"].endswith("0003"))
    note = {
        "details": {"note": "**Identified** - it is back"},
        "occurredAt": "2026-05-19T09:00:00Z",
    }
    incident["timeline"].append(note)
    incident["timestamps"]["resolved"] = None


def reopen_flashduty(told: Any) -> None:
    change = told["data"]["items"][0]
    change["status"] = "investigating"
    change["updates"].append(
        {"at_seconds": 1779200000, "status": "investigating", "component_changes": []}
    )


@pytest.mark.parametrize(
    ("platform", "file", "change", "key"),
    [
        ("datadog", "config.json", reopen_datadog, "10000000-0000-4000-8000-000000000003"),
        ("firehydrant", "payload.json", reopen_firehydrant, "10000000-0000-4000-8000-000000000003"),
        ("flashduty", "changes.json", reopen_flashduty, "103"),
    ],
)
def test_an_incident_that_is_reopened_goes_on(
    platform: str, file: str, change: Change, key: str
) -> None:
    incident = read(platform, file, change)[key]

    assert (incident.phase, incident.resolved_at) == (Phase.OPEN, None)


def test_a_reopened_incident_that_is_called_over_ended_with_its_last_post() -> None:
    assert read("slack", "history.json", reopen_slack)["110"].resolved_at == datetime(
        2026, 5, 20, 11, 55, tzinfo=UTC
    )


def test_an_end_that_is_dated_before_the_first_post_does_not_make_an_incident_vanish() -> None:
    incident = read("datadog", "config.json", date_the_end_back)[
        "10000000-0000-4000-8000-000000000003"
    ]

    assert incident.resolved_at == datetime(2026, 5, 16, 11, 30, tzinfo=UTC)


def test_a_bad_state_that_a_report_posted_counts_however_early_the_report_is_said_to_have_ended() -> (
    None
):
    """A Better Stack report whose end lies before its update says that it was down."""

    def dated_back(told: Any) -> None:
        report = next(each for each in told["included"] if each["type"] == "status_report")
        report["attributes"]["ends_at"] = report["attributes"]["starts_at"]

    (incident,) = read("betterstack", "index.json", dated_back, "ended-incident").values()

    assert incident.resolved_at is not None
    assert incident.resolved_at > incident.started_at


def review_uptimecom(told: Any) -> None:
    incident = told["data"]["past_incidents"][0]
    incident["latest_update_incident_state"] = "postmortem"


def review_flashduty(told: Any) -> None:
    told["data"]["items"][0]["status"] = "retrospective"


def review_datadog(told: Any) -> None:
    datadog(told).update(resolved=False, currentStatus="postmortem")


@pytest.mark.parametrize(
    ("platform", "file", "change", "key"),
    [
        ("datadog", "config.json", review_datadog, "10000000-0000-4000-8000-000000000003"),
        ("flashduty", "changes.json", review_flashduty, "103"),
        ("uptimecom", "history.json", review_uptimecom, "103"),
    ],
)
def test_what_is_called_reviewed_is_over_since_it_was_said_to_be(
    platform: str, file: str, change: Change, key: str
) -> None:
    incident = read(platform, file, change)[key]

    assert incident.phase is Phase.CLOSED
    assert incident.resolved_at is not None
    assert incident.resolved_at < datetime(2026, 5, 17, tzinfo=UTC)
