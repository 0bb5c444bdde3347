"""What the Okta platform reads beyond its fixtures: plans that vanish, records withdrawn, and when
it looks again."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import Response
from monitor.model import Evidence, Phase
from monitor.platforms import okta
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "okta"


def poll(case: str, **context: object) -> Evidence:
    page = context_of(FIXTURES / case, **context)
    (piece,) = drive(okta.poll(page), page, answers_from(FIXTURES / case))
    return piece


def test_a_plan_that_left_the_page_ended_if_it_had_begun_and_an_incident_was_withdrawn() -> None:
    going, planned, incident = "a9C00000000220AAA", "a9C00000000221AAA", "a9C00000000299AAA"
    before = poll("maintenance")
    after = poll(
        "quiet", cursor=before.cursor, open_incidents=frozenset({going, planned, incident})
    )

    ended = {each.id: each for each in after.incidents}[going]
    assert (ended.phase, ended.resolved_at) == (Phase.CLOSED, after.read_at)
    assert [each.end for each in after.impacts if each.incident_id == going] == [after.read_at]
    assert after.withdrawn == (planned, incident)


@pytest.mark.parametrize(("held", "conditional"), [((), True), (("a9C00000000220AAA",), False)])
def test_an_unchanged_page_will_not_do_while_something_goes_on(
    held: tuple[str, ...], *, conditional: bool
) -> None:
    page = context_of(FIXTURES / "quiet", open_incidents=frozenset(held))

    assert next(okta.poll(page)).conditional is conditional


def test_an_unchanged_page_says_nothing_new() -> None:
    page = context_of(FIXTURES / "quiet")

    assert (
        drive(okta.poll(page), page, lambda url: Response(url=url, status=200, unchanged=True))
        == []
    )


def test_cells_stand_in_the_group_of_their_domain() -> None:
    assert {each.group for each in poll("quiet").components or ()} == {
        "harbor.example",
        "harborpreview.example",
    }


def test_an_incident_that_lasts_into_the_future_ended_at_the_latest_when_it_was_read() -> None:
    page = replace(
        context_of(FIXTURES / "ended-incident"), now=datetime(2026, 4, 10, 23, 0, tzinfo=UTC)
    )
    (piece,) = drive(okta.poll(page), page, answers_from(FIXTURES / "ended-incident"))

    assert {each.id: each.resolved_at for each in piece.incidents}["a9C00000000202AAA"] == page.now
