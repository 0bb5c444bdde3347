"""What the Cachet platform reads beyond its fixtures: every state, the version it remembers, and
its traffic."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import BadStatus, Truncated
from monitor.kit.protocol import Response
from monitor.model import Evidence, Level
from monitor.platforms import cachet
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "cachet"


def poll(
    case: str, answer: Answer | None = None, asked: list[str] | None = None, **context: object
) -> Evidence:
    page = context_of(FIXTURES / case, **context)
    (piece,) = drive(cachet.poll(page), page, answer or answers_from(FIXTURES / case), asked=asked)
    return piece


def paths(asked: list[str]) -> list[str]:
    return [url.removeprefix("https://status.orchard.example/").partition("?")[0] for url in asked]


def changed(case: str, path: str, change: Any) -> Answer:
    """Return a page whose answer at `path` is changed by a function of it."""
    recorded = answers_from(FIXTURES / case)

    def answer(url: str) -> Response:
        response = recorded(url)
        if path not in url or response.status != 200:
            return response
        told = json.loads(response.body)
        change(told)
        return replace(response, body=json.dumps(told).encode())

    return answer


@pytest.mark.parametrize(
    ("number", "level", "words"),
    [
        (0, None, ()),
        (1, Level.OPERATIONAL, ()),
        (2, Level.DEGRADED, ()),
        (3, Level.PARTIAL_OUTAGE, ()),
        (4, Level.MAJOR_OUTAGE, ()),
        (5, None, ()),
        (6, Level.MAINTENANCE, ()),
        (7, None, ("7",)),
        ("4", Level.MAJOR_OUTAGE, ()),
        ("major", None, ("major",)),
    ],
)
@pytest.mark.parametrize(("case", "nested"), [("quiet", False), ("version-3", True)])
def test_every_number_is_its_level_alone(
    case: str, nested: bool, number: Any, level: Level | None, words: tuple[str, ...]
) -> None:
    def set_state(told: Any) -> None:
        row = told["data"][2]
        row.get("attributes", row)["status"] = (
            {"human": "Operational", "value": number} if nested else number
        )

    piece = poll(case, changed(case, "/components?", set_state))

    assert {seen.component_id: seen.level for seen in piece.observed or ()}["3"] is level
    assert piece.unknown_words == words


def test_older_answers_of_version_3_have_a_plain_number_for_a_state() -> None:
    def set_state(told: Any) -> None:
        told["data"][2]["attributes"]["status"] = 3

    piece = poll("version-3", changed("version-3", "/components?", set_state))

    assert {seen.component_id: seen.level for seen in piece.observed or ()}[
        "3"
    ] is Level.PARTIAL_OUTAGE


def test_the_version_is_asked_once_and_remembered() -> None:
    first: list[str] = []
    then: list[str] = []
    mark = poll("version-3", asked=first).cursor
    poll("version-3", asked=then, cursor=mark)

    assert paths(first)[:2] == ["status/api/v1/components", "status/api/components"]
    assert paths(then) == ["status/api/components", "status/api/incidents", "status/api/schedules"]


def test_a_page_that_was_upgraded_is_read_all_the_same() -> None:
    assert poll("version-3", cursor="2").cursor == "3"
    assert poll("quiet", cursor="3").cursor == "2"


def test_groups_are_asked_for_only_where_a_component_is_in_one() -> None:
    grouped: list[str] = []
    alone: list[str] = []
    piece = poll("quiet", asked=grouped)
    poll("young-page", asked=alone)

    assert paths(grouped)[-1] == "api/v1/components/groups"
    assert [component.group for component in piece.components or ()] == [None, "Fruit", "Fruit"]
    assert paths(alone) == ["api/v1/components", "api/v1/incidents", "api/v1/schedules"]


def test_a_poll_reads_the_ends_of_a_long_list_and_a_backfill_all_of_it() -> None:
    asked: list[str] = []
    poll("in-pages", asked=asked)

    assert [url.rpartition("&page=")[2] for url in asked if "&page=" in url] == ["3"]


def test_a_list_without_end_is_given_up() -> None:
    def go_on(told: Any) -> None:
        told["meta"]["pagination"]["links"]["next_page"] = "http://localhost/again"

    page = context_of(FIXTURES / "quiet")
    recorded = changed("quiet", "/components?", go_on)

    def answer(url: str) -> Response:
        return replace(recorded(url.partition("&page=")[0]), url=url)

    with pytest.raises(Truncated):
        drive(cachet.poll(page), page, answer)


def test_a_page_with_neither_version_raises_what_it_answered() -> None:
    page = context_of(FIXTURES / "quiet")
    with pytest.raises(BadStatus) as caught:
        drive(cachet.poll(page), page, lambda url: Response(url=url, status=404, body=b"Not Found"))

    assert caught.value.status == 404
