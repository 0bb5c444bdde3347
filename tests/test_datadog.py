"""What the Datadog platform reads beyond its fixtures: updates in any order, deleted incidents, its
own vocabulary."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.kit.protocol import Response
from monitor.model import Evidence, Level
from monitor.platforms import datadog
from tests.drive import context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "datadog"
CHAT = "a0000000-0000-4000-8000-000000000001"


def config(case: str) -> dict[str, Any]:
    return json.loads((FIXTURES / case / "config.json").read_text())


def poll(told: dict[str, Any], **context: object) -> Evidence:
    page = context_of(FIXTURES / "ended-incident", **context)
    body = json.dumps(told).encode()
    (piece,) = drive(datadog.poll(page), page, lambda url: Response(url=url, status=200, body=body))
    return piece


def test_the_order_of_the_updates_does_not_matter() -> None:
    told, reversed_ = config("ended-incident"), config("ended-incident")
    held = frozenset({told["incidents"][0]["id"]})
    reversed_["incidents"][0]["timeline"].reverse()

    assert len(poll(told, open_incidents=held).impacts) == 4
    assert set(poll(told, open_incidents=held).impacts) == set(
        poll(reversed_, open_incidents=held).impacts
    )


def test_an_incident_that_was_deleted_is_withdrawn() -> None:
    told = config("ongoing")
    key = told["incidents"][0]["id"]
    told["incidents"][0]["deletedAt"] = "2026-05-20T11:00:00Z"
    piece = poll(told, open_incidents=frozenset({key}))

    assert piece.withdrawn == (key,)
    assert piece.impacts == ()


@pytest.mark.parametrize("word", datadog.VOCABULARY)
def test_a_state_is_the_same_level_of_a_component_and_in_an_update(word: str) -> None:
    told = config("ongoing")
    told["components"][1]["components"][0]["status"] = word
    told["incidents"][0]["timeline"][0]["componentsAffected"][0]["status"] = word.upper()
    piece, level = poll(told), datadog.VOCABULARY[word]

    assert {each.component_id: each.level for each in piece.observed or ()}[CHAT] is level
    assert [impact.level for impact in piece.impacts] == [level] * (level is not Level.OPERATIONAL)


def test_groups_are_no_components() -> None:
    piece = poll(config("quiet"))

    assert [(each.name, each.group) for each in piece.components or ()] == [
        ("Chat", "API"), ("Search", "API"), ("Website", None),
    ]  # fmt: skip
