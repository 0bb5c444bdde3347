"""What the Zendesk platform reads beyond its fixtures: windows of time, what vanished, and
strictness."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import platforms
from monitor.errors import TimedOut, UnexpectedShape
from monitor.kit.protocol import Response
from monitor.model import Evidence, Phase
from monitor.platforms import zendesk
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "zendesk"


def poll(case: str, answer: Answer | None = None, **context: object) -> Evidence:
    page = context_of(FIXTURES / case, **context)
    (piece,) = drive(zendesk.poll(page), page, answer or answers_from(FIXTURES / case))
    return piece


def with_incidents(case: str, told: Any) -> Answer:
    recorded = answers_from(FIXTURES / case)
    body = json.dumps(told).encode()
    return lambda url: (
        Response(url=url, status=200, body=body) if zendesk.INCIDENTS in url else recorded(url)
    )


def test_history_is_asked_for_ninety_days_at_a_time_from_a_month_before() -> None:
    page, asked = context_of(FIXTURES / "quiet"), []
    quiet = with_incidents("quiet", {"data": [], "included": []})
    drive(zendesk.backfill(page, page.now - timedelta(days=160)), page, quiet, asked=asked)

    assert [url.partition("?")[2] for url in asked if "?" in url] == [
        "as_of_date=2026-05-20&days_back=90",
        "as_of_date=2026-02-19&days_back=90",
        "as_of_date=2025-11-21&days_back=90",
    ]


def test_without_any_incident_no_day_is_covered() -> None:
    page = context_of(FIXTURES / "quiet")
    quiet = with_incidents("quiet", {"data": [], "included": []})
    told = drive(zendesk.backfill(page, page.now - timedelta(days=90)), page, quiet)

    assert [cover for piece in told for cover in piece.coverage] == []
    assert [gap.what for piece in told for gap in piece.gaps] == [
        "incidents 2026-02-19..2026-05-20"
    ]


def test_a_window_that_cannot_be_read_fails_the_backfill() -> None:
    recorded = answers_from(FIXTURES / "quiet")

    def half(url: str) -> Response:
        if "as_of_date=2026-02-19" in url:
            raise TimedOut("too slow", url=url)
        return recorded(url)

    page = context_of(FIXTURES / "quiet")
    with pytest.raises(TimedOut):
        drive(zendesk.backfill(page, page.now - timedelta(days=90)), page, half)


def test_an_incident_that_left_the_list_has_ended() -> None:
    before = poll("ongoing")
    after = poll("quiet", cursor=before.cursor, open_incidents=frozenset({"901", "902", "777"}))

    assert {(each.id, each.phase, each.resolved_at) for each in after.incidents} == {
        ("901", Phase.CLOSED, after.read_at),
        ("902", Phase.CLOSED, after.read_at),
    }
    assert after.withdrawn == ("777",)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("data", 0, "type"), "outage"),
        (("data", 0, "attributes", "internalToolsOnly"), "no"),
        (("data", 0, "attributes", "startedAt"), "yesterday"),
        (("data", 0, "relationships"), None),
        (("included", 0, "attributes", "outage"), None),
        (("included", 0, "attributes", "serviceId"), None),
        (("included",), None),
    ],
)
def test_a_shape_nobody_has_shown_us_is_an_error_that_asks_for_a_recording(
    place: tuple[Any, ...], value: Any
) -> None:
    told = json.loads((FIXTURES / "ongoing" / "incidents.json").read_text())
    owner = told
    for key in place[:-1]:
        owner = owner[key]
    owner[place[-1]] = value

    with pytest.raises(UnexpectedShape, match="monitor record URL DIR"):
        poll("ongoing", with_incidents("ongoing", told))


def test_its_own_host_is_asked_and_no_other() -> None:
    assert [get.path for get in platforms.probes_of("zendesk", "https://status.zendesk.com/")] == [
        zendesk.SERVICES
    ]
    assert platforms.probes_of("zendesk", "https://status.harbour.example/") == ()
