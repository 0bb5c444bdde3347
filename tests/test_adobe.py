"""What the Adobe platform reads beyond its fixtures: products are remembered, and damaged answers
are refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import UnexpectedShape
from monitor.kit.protocol import Response
from monitor.model import Evidence
from monitor.platforms import adobe
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "adobe"


def poll(case: str, asked: list[str] | None = None, **context: object) -> Evidence:
    page = context_of(FIXTURES / case, **context)
    (piece,) = drive(adobe.poll(page), page, answers_from(FIXTURES / case), asked=asked)
    return piece


def test_products_are_asked_for_once() -> None:
    first: list[str] = []
    second: list[str] = []
    before = poll("quiet", first)
    after = poll("quiet", second, cursor=before.cursor)

    assert first == [adobe.EVENTS, adobe.PRODUCTS]
    assert second == [adobe.EVENTS]
    assert after.components == before.components
    assert [each.name for each in after.components or ()] == [
        "Harbor Paint",
        "Harbor Sign",
        "Harbor Ads",
    ]


@pytest.mark.parametrize("mark", [None, "", "[1]", "not JSON", "{}"])
def test_without_products_in_mind_the_answer_is_asked_for_in_full(mark: str | None) -> None:
    page = context_of(FIXTURES / "quiet", cursor=mark)

    assert next(adobe.poll(page)).conditional is False


@pytest.mark.parametrize(("held", "conditional"), [((), True), (("INC2",), False)])
def test_an_unchanged_answer_will_do_in_quiet_times(
    held: tuple[str, ...], *, conditional: bool
) -> None:
    page = context_of(
        FIXTURES / "quiet", cursor=poll("quiet").cursor, open_incidents=frozenset(held)
    )

    assert next(adobe.poll(page)).conditional is conditional


def test_the_title_of_an_event_is_that_of_its_last_post() -> None:
    assert [each.title for each in poll("ongoing").incidents if each.id == "INC2"] == [
        "Renders still fail"
    ]


def test_a_maintenance_that_lies_ahead_begins_when_it_is_planned() -> None:
    found = {each.id: each.started_at.isoformat() for each in poll("maintenance").incidents}

    assert found["M2"] == "2026-05-22T02:00:00+00:00"


def test_an_event_goes_on_though_one_of_its_products_was_well_again_long_ago() -> None:
    """All of it is in the record: its product that is still hit must not read as well."""
    document = json.loads((FIXTURES / "ongoing" / "events.json").read_text())
    incidents = document["incidentEvent"]["incidents"]
    (well,) = incidents.pop("INC1")["products"].values()
    long_ago = -60 * 86_400
    for key in ("startedOn", "endedOn"):
        well[key] += long_ago
    for post in well["history"].values():
        post["statusTime"] += long_ago
        post["messageTime"] += long_ago
    well["history"] = {str(int(at) + long_ago): post for at, post in well["history"].items()}
    incidents["INC2"]["products"]["502"] = well
    page = context_of(FIXTURES / "ongoing")
    recorded = answers_from(FIXTURES / "ongoing")

    def answer(url: str) -> Response:
        response = recorded(url)
        body = json.dumps(document).encode()
        return replace(response, body=body) if url == adobe.EVENTS else response

    steps = adobe.backfill(page, page.now - timedelta(days=90))
    history = drive(steps, page, answer)[0]

    assert "INC2" in {incident.id for incident in history.incidents}
    assert "501" in {impact.component_id for impact in history.impacts}


def without_products(event: dict[str, Any]) -> None:
    event["products"] = {}


def with_words_for_times(event: dict[str, Any]) -> None:
    event["products"]["501"]["history"] = {"yesterday": {"status": "Opened"}}


def without_state(event: dict[str, Any]) -> None:
    del next(iter(event["products"]["501"]["history"].values()))["status"]


@pytest.mark.parametrize("damage", [without_products, with_words_for_times, without_state])
def test_an_event_in_another_shape_is_refused_and_asked_for(
    damage: Callable[[dict[str, Any]], None],
) -> None:
    told = json.loads((FIXTURES / "ongoing" / "events.json").read_text())
    damage(told["incidentEvent"]["incidents"]["INC2"])
    page = context_of(FIXTURES / "ongoing")

    with pytest.raises(UnexpectedShape) as caught:
        drive(
            adobe.poll(page),
            page,
            lambda url: Response(url=url, status=200, body=json.dumps(told).encode()),
        )
    assert "monitor record" in caught.value.remedy
    assert caught.value.url == adobe.EVENTS
