"""What the Gatus platform reads beyond its fixtures: how many requests a past takes, and what is
fresh."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import BadStatus
from monitor.kit.protocol import Response
from monitor.model import Level
from monitor.platforms import gatus
from tests.drive import answers_from, context_of, drive

QUIET = Path(__file__).parent / "fixtures" / "gatus" / "quiet"


def test_a_poll_is_two_requests_and_the_past_one_more_for_each_endpoint() -> None:
    page, asked = context_of(QUIET), []
    drive(gatus.poll(page), page, answers_from(QUIET), asked=asked)
    drive(
        gatus.backfill(page, page.now - timedelta(days=90)), page, answers_from(QUIET), asked=asked
    )

    assert [url.partition("/api/v1/")[2] for url in asked] == [
        "endpoints/statuses", "suites/statuses", "endpoints/statuses", "suites/statuses",
        "endpoints/core_api/statuses", "endpoints/core_web-site/statuses", "endpoints/extra_mail/statuses",
    ]  # fmt: skip


@pytest.mark.parametrize(("age", "level"), [(0.9, Level.OPERATIONAL), (1.1, None)])
def test_a_result_counts_for_an_hour(age: float, level: Level | None) -> None:
    """The third endpoint stays fresh, or the whole dashboard would count as stopped."""
    page = context_of(QUIET)
    told = json.loads((QUIET / "statuses.json").read_text())
    for result in told[0]["results"]:
        result["timestamp"] = (page.now - timedelta(hours=age)).isoformat()
    recorded = answers_from(QUIET)

    def answer(url: str) -> Response:
        return replace(recorded(url), body=json.dumps(told).encode())

    (piece,) = drive(gatus.poll(page), page, answer)
    assert {seen.component_id: seen.level for seen in piece.observed or ()}["core_api"] is level


@pytest.mark.parametrize(
    ("group", "name", "key"),
    [
        ("core", "Web site", "core_web-site"),
        ("", "API v1.2", "_api-v1-2"),
        ("A/B", "x_y", "a-b_x-y"),
    ],
)
def test_keys_are_made_as_gatus_makes_them(group: str, name: str, key: str) -> None:
    told = [{"group": group, "name": name, "key": key, "results": []}]
    found = gatus.detect(
        Response(url="https://health.vendor.example/", status=200, body=json.dumps(told).encode())
    )

    assert {signal.kind for signal in found} == {"shape", "keys"}


@pytest.mark.parametrize(("status", "body"), [(404, b"Not Found"), (200, b"null")])
def test_a_version_without_suites_has_its_endpoints_alone(status: int, body: bytes) -> None:
    page, recorded = context_of(QUIET), answers_from(QUIET)

    def answer(url: str) -> Response:
        return Response(url=url, status=status, body=body) if "suites" in url else recorded(url)

    (piece,) = drive(gatus.poll(page), page, answer)

    assert [each.id for each in piece.components or ()] == [
        "core_api",
        "core_web-site",
        "extra_mail",
    ]


def test_suites_that_cannot_be_read_are_not_taken_for_none() -> None:
    page, recorded = context_of(QUIET), answers_from(QUIET)

    def answer(url: str) -> Response:
        return replace(recorded(url), status=500) if "suites" in url else recorded(url)

    with pytest.raises(BadStatus, match="500"):
        drive(gatus.poll(page), page, answer)
