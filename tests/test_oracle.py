"""What the Oracle platform reads beyond its fixtures: chosen regions, when the feed is asked for,
and damaged dates."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import UnexpectedShape
from monitor.kit.protocol import Response
from monitor.model import Evidence
from monitor.platforms import oracle
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "oracle"
NORTH = ("north-harbor-1",)


def poll(case: str, asked: list[str] | None = None, **context: object) -> list[Evidence]:
    page = context_of(FIXTURES / case, **{"regions": NORTH, **context})
    return drive(oracle.poll(page), page, answers_from(FIXTURES / case), asked=asked)


@pytest.mark.parametrize(
    ("regions", "found"),
    [
        (("north-harbor-1",), {"north-harbor-1"}),
        (("South Harbor (Dock)",), {"south-harbor-1"}),
        (("*-harbor-1",), {"north-harbor-1", "south-harbor-1"}),
        (("North-Harbor-1", "south harbor (dock)"), {"north-harbor-1", "south-harbor-1"}),
    ],
)
def test_a_region_is_chosen_by_either_of_its_names_or_a_pattern(
    regions: tuple[str, ...], found: set[str]
) -> None:
    (piece,) = poll("quiet", regions=regions)

    assert {each.region for each in piece.components or ()} == found


def test_the_feed_is_asked_for_only_while_something_is_wrong() -> None:
    quiet: list[str] = []
    ongoing: list[str] = []
    held: list[str] = []
    poll("quiet", quiet)
    poll("ongoing", ongoing)
    poll("quiet", held, open_incidents=frozenset({"x"}))

    assert [len(each) for each in (quiet, ongoing, held)] == [1, 2, 2]


@pytest.mark.parametrize(
    ("context", "conditional"),
    [
        ({}, True),
        ({"regions": ("south-harbor-1",)}, False),
        ({"open_incidents": frozenset({"x"})}, False),
    ],
)
def test_an_unchanged_answer_will_do_for_the_same_regions_in_quiet_times(
    context: dict[str, object], *, conditional: bool
) -> None:
    (before,) = poll("quiet")
    page = context_of(FIXTURES / "quiet", **{"regions": NORTH, "cursor": before.cursor, **context})

    assert next(oracle.poll(page)).conditional is conditional


def test_incidents_of_other_regions_are_not_listed_and_what_they_meant_is_kept() -> None:
    page = context_of(FIXTURES / "quiet", regions=NORTH)
    _, told = drive(
        oracle.backfill(page, page.now.replace(month=1)), page, answers_from(FIXTURES / "quiet")
    )

    assert {each.component_ids for each in told.incidents} == {("north-harbor-1/Object Storage",)}
    assert {each.component_id for each in told.impacts} >= {"south-harbor-1/Compute"}


@pytest.mark.parametrize(
    "damage", [("May <var", "Mai <var"), (">20</var>", ">40</var>"), (">09:58<", ">29:58<")]
)
def test_a_post_without_a_day_of_the_year_is_refused(damage: tuple[str, str]) -> None:
    recorded = answers_from(FIXTURES / "ongoing")
    page = context_of(FIXTURES / "ongoing", regions=NORTH)

    def answer(url: str) -> Response:
        response = recorded(url)
        escaped = (text.replace("<", "&lt;").replace(">", "&gt;") for text in damage)
        old, new = (text.encode() for text in escaped)
        return (
            replace(response, body=response.body.replace(old, new))
            if url.endswith(".rss")
            else response
        )

    with pytest.raises(UnexpectedShape, match="a day of the year") as caught:
        drive(oracle.poll(page), page, answer)
    assert "monitor record" in caught.value.remedy
