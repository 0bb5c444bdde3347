"""What the Rootly platform reads beyond its fixtures: incidents that leave the list, and what tells
its pages apart."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import UnexpectedShape
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import rootly
from tests.drive import context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "rootly"
URL = "https://status.orchard.example/api/v1/status.json"


def told(case: str, **changes: object) -> dict[str, Any]:
    return {**json.loads((FIXTURES / case / "status.json").read_text()), **changes}


def poll(answer: Mapping[str, Any], page: PageContext) -> Evidence:
    body = json.dumps(answer).encode()
    (piece,) = drive(rootly.poll(page), page, lambda url: Response(url=url, status=200, body=body))
    return piece


def test_an_incident_that_leaves_the_list_has_ended_and_a_plan_that_never_began_was_called_off() -> (
    None
):
    page = context_of(FIXTURES / "maintenance")
    first = poll(told("maintenance"), page)
    held = frozenset(incident.id for incident in first.incidents)
    later = replace(
        page, now=page.now + timedelta(hours=1), cursor=first.cursor, open_incidents=held
    )
    piece = poll(told("quiet"), later)

    (planned,) = [incident.id for incident in first.incidents if incident.phase is Phase.SCHEDULED]
    assert piece.withdrawn == (planned,)
    assert [(i.phase, i.resolved_at) for i in piece.incidents] == [(Phase.CLOSED, later.now)]
    assert [(i.level, i.end) for i in piece.impacts] == [(Level.MAINTENANCE, later.now)]


@pytest.mark.parametrize(
    ("indicator", "level"),
    [("none", Level.DEGRADED), ("major", Level.PARTIAL_OUTAGE), ("wobbly", Level.DEGRADED)],
)
def test_the_worst_of_the_indicator_and_the_open_incidents_counts(
    indicator: str, level: Level
) -> None:
    answer = told("ongoing", status={"indicator": indicator, "description": "Text"})

    (seen,) = poll(answer, context_of(FIXTURES / "ongoing")).observed or ()

    assert seen.level is level


@pytest.mark.parametrize(
    ("zone", "known", "days"),
    [("Mars/Olympus", None, "UTC"), ("localtime", None, "UTC"), (7, "Asia/Tokyo", "Asia/Tokyo")],
)
def test_a_zone_nobody_knows_is_said_and_the_rest_is_read(
    zone: object, known: str | None, days: str
) -> None:
    quiet = told("quiet")
    piece = poll(
        quiet | {"page": quiet["page"] | {"time_zone": zone}},
        replace(context_of(FIXTURES / "quiet"), zone=known),
    )

    assert piece.page is not None
    assert piece.page.zone is None
    assert piece.page.remark == (
        f"the page names the time zone {str(zone)!r}, which is none we know: days in {days}, see `zone`"
    )


def test_a_list_of_components_is_another_platforms_and_so_is_another_address() -> None:
    whole = told("quiet")
    kinds = {
        name: {
            signal.kind
            for signal in rootly.detect(
                Response(url=url, status=200, body=json.dumps(answer).encode())
            )
        }
        for name, url, answer in (
            ("its own", URL, whole),
            ("a guest", URL.replace("orchard", "elsewhere"), whole),
            ("with components", URL, {**whole, "components": []}),
            (
                "with an id",
                URL,
                {**whole, "page": {**whole["page"], "id": "00000000-0000-4000-8000-000000000001"}},
            ),
        )
    }

    assert kinds == {
        "its own": {"shape", "address"},
        "a guest": {"shape"},
        "with components": set(),
        "with an id": {"shape", "address", "ids"},
    }


def test_what_is_refused_asks_for_a_recording() -> None:
    with pytest.raises(UnexpectedShape, match="monitor record"):
        poll(told("quiet", components=[]), context_of(FIXTURES / "quiet"))
