"""The messages of incidents on every platform that publishes them, as its fixtures tell them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import platforms
from monitor.model import Evidence, IncidentUpdate
from monitor.protocol import Response
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures"
TELLING = (
    "aws", "betterstack", "cachet", "checkly", "datadog", "firehydrant", "google", "heroku", "incidentio",
    "openstatus", "pagerduty", "rootly", "slack", "sorry", "statusio", "statuspage", "uptimecom",
)  # fmt: skip


def told(platform: str) -> list[Evidence]:
    found = []
    for case in sorted((FIXTURES / platform).iterdir()):
        for step in ("poll", "backfill"):
            page = context_of(case)
            module = platforms.named(platform)
            steps = module.poll(page) if step == "poll" else module.backfill(page, page.now - timedelta(days=90))
            try:
                found += drive(steps, page, answers_from(case))
            except Exception:  # noqa: BLE001 - a case of a broken page tells nothing
                continue
    return found


@pytest.fixture(scope="module", params=TELLING)
def messages(request) -> list[IncidentUpdate]:
    return [update for evidence in told(request.param) for update in evidence.updates]


def test_the_messages_of_incidents_are_read_with_their_times(messages):
    assert messages
    assert all(each.at.utcoffset() == timedelta(0) for each in messages)
    assert all(each.key for each in messages)


def test_a_message_has_a_text_or_a_status(messages):
    assert all(each.text or each.status for each in messages)


def test_statuspal_writes_the_times_of_messages_without_a_zone_in_utc():
    case = FIXTURES / "statuspal" / "ended-incident"
    page, recorded = context_of(case), answers_from(case)
    posted = b'{"id": 5, "type": "issue", "posted_at": "2026-05-11T09:00:00", "description": "We look."}'

    def answer(url: str) -> Response:
        response = recorded(url)
        return replace(response, body=response.body.replace(b'"updates": []', b'"updates": [' + posted + b"]"))

    steps = platforms.named("statuspal").backfill(page, page.now - timedelta(days=90))
    updates = [update for evidence in drive(steps, page, answer) for update in evidence.updates]
    assert {(each.key, each.status, each.text) for each in updates} == {("5", "issue", "We look.")}
    assert {each.at for each in updates} == {datetime(2026, 5, 11, 9, tzinfo=UTC)}
    assert len({each.incident_id for each in updates}) == len(updates)
