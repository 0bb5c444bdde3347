"""The messages of incidents on every platform that publishes them, as its fixtures tell them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import platforms
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Incident, IncidentUpdate, Phase
from monitor.store import Store
from tests.drive import answers_from, context_of, drive
from tests.store_support import MINUTE, NOW, add_page, save

FIXTURES = Path(__file__).parent / "fixtures"
TELLING = (
    "aws", "betterstack", "cachet", "checkly", "concur", "datadog", "firehydrant", "google", "heroku", "incidentio",
    "openstatus", "pagerduty", "rootly", "slack", "sorry", "statusio", "statuspage", "uptimecom",
)  # fmt: skip


def told(platform: str) -> list[Evidence]:
    found = []
    for case in sorted((FIXTURES / platform).iterdir()):
        for step in ("poll", "backfill"):
            page = context_of(case)
            module = platforms.named(platform)
            steps = (
                module.poll(page)
                if step == "poll"
                else module.backfill(page, page.now - timedelta(days=90))
            )
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
    posted = (
        b'{"id": 5, "type": "issue", "posted_at": "2026-05-11T09:00:00", "description": "We look."}'
    )

    def answer(url: str) -> Response:
        response = recorded(url)
        return replace(
            response, body=response.body.replace(b'"updates": []', b'"updates": [' + posted + b"]")
        )

    steps = platforms.named("statuspal").backfill(page, page.now - timedelta(days=90))
    updates = [update for evidence in drive(steps, page, answer) for update in evidence.updates]
    assert {(each.key, each.status, each.text) for each in updates} == {("5", "issue", "We look.")}
    assert {each.at for each in updates} == {datetime(2026, 5, 11, 9, tzinfo=UTC)}
    assert len({each.incident_id for each in updates}) == len(updates)


# ------------------------------------------------------------------------------------------- from
# one poll to the next


class Page:
    """A Statuspage page whose incidents change between polls of one store."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.mark = store, NOW, 0
        self.page = add_page(store)
        self.incidents: list[dict[str, Any]] = []
        self.served = True

    def answer(self, url: str) -> Response:
        page = {
            "id": "abcd1234efgh",
            "name": "Acme",
            "time_zone": "Etc/UTC",
            "updated_at": f"2026-05-22T10:00:{self.mark:02}.000Z",
        }
        part = {"id": "api", "name": "API", "status": "operational", "position": 1, "group": False}
        part |= {
            "group_id": None,
            "created_at": "2026-01-01T00:00:00Z",
            "showcase": False,
            "start_date": None,
        }
        bodies = {
            "summary.json": {"page": page, "components": [part], "status": {"indicator": "none"}},
            "incidents.json": {"page": page, "incidents": self.incidents},
        }
        body = bodies.get(url.rpartition("/")[2])
        status = 200 if body is not None else 404
        return Response(url=url, final_url=url, status=status, body=json.dumps(body or {}).encode())

    def poll(self) -> None:
        """Poll once, a minute after the last time."""
        self.now, self.mark = self.now + MINUTE, self.mark + 1
        unfinished = frozenset(self.store.unfinished_incidents(self.page.id))
        context = PageContext(url=self.page.url, now=self.now, open_incidents=unfinished)
        for evidence in drive(platforms.named("statuspage").poll(context), context, self.answer):
            save(self.store, self.page, evidence, now=self.now)

    def texts(self) -> list[str]:
        return [each.update.text for each in self.store.incident_updates(self.page.id, "i1")]

    def incident(self) -> Incident:
        return self.store.incident_versions(self.page.id, "i1")[-1].incident


def post(key: str, minute: int, status: str = "investigating", **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "status": status,
        "created_at": f"2026-05-22T11:{minute:02d}:00Z",
        "body": key,
    } | more


def trouble(*updates: dict[str, Any], **more: Any) -> dict[str, Any]:
    values = {
        "id": "i1",
        "name": "Trouble",
        "impact": "minor",
        "components": [],
        "resolved_at": None,
    }
    values |= {"status": updates[-1]["status"], "created_at": updates[0]["created_at"]}
    return values | {"incident_updates": list(reversed(updates))} | more


def test_what_is_posted_edited_deleted_unlisted_and_listed_again_can_all_be_read() -> None:
    with Store.open("sqlite://") as store:
        page = Page(store)
        page.incidents = [trouble(post("a", 0))]
        page.poll()
        page.incidents = [trouble(post("a", 0, body="a, edited"), post("b", 10))]
        page.poll()
        assert page.texts() == ["a, edited", "b"]
        page.incidents = [trouble(post("b", 10), name="Renamed")]
        page.poll()
        assert page.texts() == ["b"]
        page.incidents = []
        page.poll()
        gone = page.now
        assert (page.incident().phase, page.incident().unlisted_at) == (Phase.WITHDRAWN, gone)
        page.incidents = [
            trouble(
                post("b", 10), post("c", 20, status="resolved"), resolved_at="2026-05-22T11:20:00Z"
            )
        ]
        page.poll()
        assert (page.incident().phase, page.incident().unlisted_at) == (Phase.CLOSED, None)
        page.poll()
        version = store.pages()[0].version
        page.poll()
        assert store.pages()[0].version == version, "the same again changes nothing"
        page.incidents = []
        page.poll()
        assert (page.incident().phase, page.incident().unlisted_at) == (Phase.CLOSED, page.now)
        versions = store.incident_updates(page.page.id, "i1", edits=True)
        assert [each.update.text for each in versions] == ["a", "a, edited", "b", "c"]
        known = store.incident_updates(page.page.id, "i1", known_at=gone)
        assert [each.update.text for each in known] == ["b"]
