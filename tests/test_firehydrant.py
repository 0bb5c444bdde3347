"""What the FireHydrant platform reads beyond its fixtures: plans that leave the list, and when an
answer is read again."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.kit.protocol import Get, PageContext, Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import firehydrant
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "firehydrant"
URL = "https://status.vendor.example/data/payload.json"
API = "c0000000-0000-4000-8000-000000000002"
UNDER_WAY = "10000000-0000-4000-8000-000000000006"
PLANNED = "10000000-0000-4000-8000-000000000005"


def payload(case: str, **changes: object) -> dict[str, Any]:
    return {**json.loads((FIXTURES / case / "payload.json").read_text()), **changes}


def poll(told: Mapping[str, Any], page: PageContext) -> list[Evidence]:
    body = json.dumps(told).encode()
    return drive(firehydrant.poll(page), page, lambda url: Response(url=url, status=200, body=body))


def test_a_maintenance_that_leaves_the_list_has_ended_and_one_that_never_began_was_called_off() -> (
    None
):
    page = context_of(FIXTURES / "maintenance")
    first, plans = poll(payload("maintenance"), page)
    held = frozenset(
        i.id for piece in (first, plans) for i in piece.incidents if i.phase is not Phase.CLOSED
    )
    later = replace(
        page, now=page.now + timedelta(hours=1), cursor=first.cursor, open_incidents=held
    )
    told, over = poll(payload("maintenance", scheduledMaintenances=[]), later)

    assert told.withdrawn == (PLANNED,)
    assert [(i.id, i.phase, i.resolved_at) for i in over.incidents] == [
        (UNDER_WAY, Phase.CLOSED, page.now + timedelta(minutes=30))
    ]
    assert [(i.component_id, i.level, i.end) for i in over.impacts] == [
        (API, Level.MAINTENANCE, page.now + timedelta(minutes=30))
    ]
    assert {o.component_id: o.level for o in told.observed or ()}[API] is Level.OPERATIONAL


@pytest.mark.parametrize(("held", "conditional"), [((), True), ((PLANNED,), False)])
def test_the_same_answer_is_read_again_while_something_goes_on(
    held: tuple[str, ...], *, conditional: bool
) -> None:
    """A plan begins and an incident falls silent though not a byte of the answer changes."""
    page = context_of(FIXTURES / "maintenance", open_incidents=frozenset(held))

    asked = next(firehydrant.poll(page))
    assert isinstance(asked, Get)
    assert asked.conditional is conditional


def test_an_unchanged_answer_says_nothing_new() -> None:
    page = context_of(FIXTURES / "quiet")

    assert (
        drive(
            firehydrant.poll(page), page, lambda url: Response(url=url, status=200, unchanged=True)
        )
        == []
    )


def test_a_poll_tells_of_an_incident_that_came_and_went_and_not_of_the_whole_past() -> None:
    page = context_of(FIXTURES / "quiet")
    told = payload("quiet")
    told["incidents"][0]["timestamps"] |= {
        "started": "2026-05-20T11:00:00Z",
        "resolved": "2026-05-20T11:05:00Z",
    }
    (piece,) = poll(told, page)

    assert [incident.id for incident in piece.incidents] == [told["incidents"][0]["id"]]


def test_an_incident_that_was_deleted_is_withdrawn() -> None:
    page = context_of(FIXTURES / "quiet", open_incidents=frozenset({"gone"}))
    (piece,) = drive(firehydrant.poll(page), page, answers_from(FIXTURES / "quiet"))

    assert piece.withdrawn == ("gone",)


@pytest.mark.parametrize(
    ("condition", "severity", "level"),
    [
        ("Unavailable", "SEV1", Level.MAJOR_OUTAGE),
        ("Unavailable", "MAINTENANCE", Level.MAINTENANCE),
        ("Maintenance", "SEV1", Level.MAINTENANCE),
        ("Operational", "MAINTENANCE", Level.OPERATIONAL),
        ("Degraded", "ANYTHING", Level.DEGRADED),
        (None, "SEV1", None),
    ],
)
def test_the_condition_decides_and_of_severities_only_maintenance(
    condition: str | None, severity: str, level: Level | None
) -> None:
    told = payload("ongoing")
    going = told["incidents"][1]
    going["severitySlug"] = severity
    going["components"] = [{**going["components"][0], "condition": condition}]
    (piece,) = poll(told, context_of(FIXTURES / "ongoing"))

    assert {o.component_id: o.level for o in piece.observed or ()}[API] is level
