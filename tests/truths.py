"""Truths of the simulator, made for tests, and its pages as they are asked."""

import json
from datetime import UTC, date, datetime, timedelta

from monitor.demo import (
    Truth,
    TruthComponent,
    TruthIncident,
)
from monitor.demo.server import RENDERERS
from monitor.demo.truth import short_id
from monitor.model import Level

NOW = datetime(
    2026, 11, 20, 14, 3, 7, tzinfo=UTC
)  # 90 days before it, clocks went back in Europe and America
MINUTE = timedelta(minutes=1)
SEEDS = range(20)
PLATFORMS = ("statuspage", "incidentio")


def ask(truth: Truth, path: str, now: datetime = NOW, **query: str):
    status, headers, body = RENDERERS[truth.platform](truth, path, query, now)
    assert status == 200, f"{path}: {status}"
    return json.loads(body) if "json" in headers["content-type"] else body.decode()


def one_component(
    *incidents: TruthIncident, zone: str = "UTC", platform: str = "statuspage"
) -> Truth:
    component = TruthComponent(id="aaaaaaaaaaaa", name="API", start=date(2025, 1, 1))
    return Truth(
        slug="acme", name="Acme", platform=platform, zone=zone, url="https://status.acme.example/",
        created_at=datetime(2025, 1, 1, tzinfo=UTC), components=(component,), incidents=incidents,
    )  # fmt: skip


def incident(
    number: int, start: datetime, end: datetime | None, *moves: tuple[datetime, Level]
) -> TruthIncident:
    key = short_id("incident", str(number))
    return TruthIncident(
        id=key, title="Trouble", impact="major", started_at=start, resolved_at=end,
        effects={"aaaaaaaaaaaa": moves} if moves else {},
    )  # fmt: skip
