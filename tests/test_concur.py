"""What the SAP Concur platform reads beyond its fixtures: least traffic, regions, what vanished,
and the long list."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import platforms
from monitor.errors import FetchError, TimedOut
from monitor.kit.protocol import Response
from monitor.model import Evidence, Phase
from monitor.platforms import concur
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "concur"
TWO = ("US2", "EU2")


def poll(
    case: str, answer: Answer | None = None, asked: list[str] | None = None, **context: object
) -> list[Evidence]:
    page = context_of(FIXTURES / case, **{"regions": TWO, **context})
    return drive(concur.poll(page), page, answer or answers_from(FIXTURES / case), asked=asked)


@pytest.mark.parametrize(
    ("regions", "centres"),
    [
        ((), ["us2", "eu2", "apj1", "usg"]),
        (("eu2",), ["eu2"]),
        (("*Public*", "US2"), ["us2", "usg"]),
    ],
)
def test_a_poll_asks_the_chosen_data_centres_only(
    regions: tuple[str, ...], centres: list[str]
) -> None:
    asked: list[str] = []
    poll("quiet", asked=asked, regions=regions)

    assert [url.partition("data_center=")[2].partition("&")[0] for url in asked] == centres


@pytest.mark.parametrize(("regions", "conditional"), [(("US2",), True), (TWO, False)])
def test_an_unchanged_answer_will_do_where_it_is_the_only_one(
    regions: tuple[str, ...], *, conditional: bool
) -> None:
    page = context_of(FIXTURES / "quiet", regions=regions)

    assert {get.conditional for get in next(concur.poll(page))} == {conditional}


def test_an_unchanged_answer_says_nothing_new() -> None:
    recorded = answers_from(FIXTURES / "quiet")

    assert (
        poll(
            "quiet", lambda url: replace(recorded(url), body=b"", unchanged=True), regions=("US2",)
        )
        == []
    )


def test_the_long_list_is_not_asked_for_where_the_last_days_are_enough() -> None:
    page, asked = context_of(FIXTURES / "quiet"), []
    drive(
        concur.backfill(page, page.now - timedelta(days=3)),
        page,
        answers_from(FIXTURES / "quiet"),
        asked=asked,
    )

    assert not any(url.endswith(concur.INCIDENTS) for url in asked)


def test_a_data_centre_nobody_knows_yet_is_counted() -> None:
    page = context_of(FIXTURES / "unknown-word", regions=TWO)
    steps = concur.backfill(page, page.now - timedelta(days=90))
    told = drive(steps, page, answers_from(FIXTURES / "unknown-word"))

    assert told[-1].unknown_words == ("Atlantis", "calamity")


def test_an_incident_that_no_day_tells_of_any_more_has_ended() -> None:
    (before,) = poll("ongoing")
    (after,) = poll("quiet", cursor=before.cursor, open_incidents=frozenset({"4501", "4502"}))

    assert {(each.id, each.phase, each.resolved_at) for each in after.incidents} == {
        ("4501", Phase.CLOSED, after.read_at),
        ("4502", Phase.CLOSED, after.read_at),
    }


def test_nothing_has_ended_while_a_data_centre_cannot_be_read() -> None:
    (before,) = poll("ongoing")
    recorded = answers_from(FIXTURES / "quiet")

    def half(url: str) -> Response:
        if "eu2" in url:
            raise TimedOut("too slow", url=url)
        return recorded(url)

    (after,) = poll("quiet", half, cursor=before.cursor, open_incidents=frozenset({"4501", "4502"}))

    assert (after.incidents, after.withdrawn, after.cursor) == ((), (), None)
    assert after.page is not None
    assert after.page.remark == "EU2 cannot be read: too slow"


def test_with_no_data_centre_to_be_read_the_poll_fails() -> None:
    def slow(url: str) -> Response:
        raise TimedOut("too slow", url=url)

    with pytest.raises(FetchError):
        poll("quiet", slow)


def test_what_ended_long_ago_is_not_read_however_it_is_written() -> None:
    rows = json.loads((FIXTURES / "ended-incident" / "incidents.json").read_text())
    rows["incidents"].append({"end_epoch": 1_400_000_000, "data_centers": "all of them"})
    recorded, body = answers_from(FIXTURES / "ended-incident"), json.dumps(rows).encode()
    page = context_of(FIXTURES / "ended-incident", regions=TWO)
    told = drive(
        concur.backfill(page, page.now - timedelta(days=90)),
        page,
        lambda url: (
            replace(recorded(url), body=body) if url.endswith(concur.INCIDENTS) else recorded(url)
        ),
    )

    assert {each.id for each in told[-1].incidents} == {"4503", "4504"}


def test_its_own_host_is_asked_and_no_other() -> None:
    assert [get.path for get in platforms.probes_of("concur", "https://open.concur.com/")] == [
        "/api/open/status_history?data_center=us2&utc_offset=-0000"
    ]
    assert platforms.probes_of("concur", "https://open.harbour.example/") == ()
