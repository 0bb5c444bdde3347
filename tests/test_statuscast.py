"""What the StatusCast platform reads beyond its fixtures: what a page must show, and what incidents
that left it meant."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import UnexpectedShape
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import statuscast
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "statuscast"
PAGE = context_of(FIXTURES / "quiet")


def body_of(case: str) -> bytes:
    return answers_from(FIXTURES / case)(PAGE.url).body


def polled(body: bytes, page: PageContext = PAGE) -> Evidence:
    (piece,) = drive(
        statuscast.poll(page), page, lambda url: Response(url=url, status=200, body=body)
    )
    return piece


def levels(piece: Evidence) -> dict[str, Level | None]:
    return {seen.component_id: seen.level for seen in piece.observed or ()}


def test_an_incident_that_leaves_the_page_ended_when_it_was_missed() -> None:
    held = polled(body_of("ongoing"))
    later = replace(
        PAGE,
        now=PAGE.now + timedelta(minutes=5),
        cursor=held.cursor,
        open_incidents=frozenset({"502", "never seen"}),
    )
    gone = polled(body_of("quiet"), later)

    assert {(i.id, i.phase, i.resolved_at) for i in gone.incidents if i.id == "502"} == {
        ("502", Phase.CLOSED, later.now)
    }
    assert {
        i.end for i in gone.impacts if i.incident_id == "502" and i.level is Level.MAJOR_OUTAGE
    } == {later.now}
    assert gone.withdrawn == ("never seen",)
    assert set(levels(gone).values()) == {Level.OPERATIONAL}


def test_a_page_whose_incidents_are_written_otherwise_is_not_one_without_incidents() -> None:
    with pytest.raises(UnexpectedShape, match="more titles"):
        polled(
            body_of("ongoing").replace(b'class="row incident-body ', b'class="incident-body row ')
        )


def test_cells_that_are_of_another_day_than_their_column_are_not_read_by_it() -> None:
    with pytest.raises(UnexpectedShape, match="cell of 2026-05-20"):
        polled(body_of("quiet").replace(b'data-enddate="5/20/2026', b'data-enddate="5/22/2026'))


def test_a_grid_that_shows_something_else_than_days_tells_of_no_days() -> None:
    piece = polled(body_of("quiet").replace(b'data-interval="Day"', b'data-interval="Week"'))

    assert piece.coverage == ()
    assert set(levels(piece).values()) == {Level.OPERATIONAL}


def test_an_incident_that_stays_open_in_silence_is_not_rated_for_ever() -> None:
    weeks = replace(PAGE, now=PAGE.now + timedelta(days=20))
    piece = polled(
        body_of("ongoing").replace(b'data-interval="Day"', b'data-interval="Week"'), weeks
    )

    assert levels(piece)["112"] is None
    assert [i.status for i in piece.incidents] == ["inprogress, silent since 2026-05-20"]


@pytest.mark.parametrize(("word", "level"), [*statuscast.VOCABULARY.items(), ("unheard", None)])
def test_the_sign_of_an_incident_is_the_level_now_and_green_is_none_while_it_is_open(
    word: str, level: Level | None
) -> None:
    sign = b'incident-icon m-r-sm"><i class="fa component-'
    piece = polled(body_of("ongoing").replace(sign + b"unavailable", sign + word.encode()))

    assert levels(piece)["112"] is (level or None)
