"""What the Upptime platform reads beyond its fixtures: where its files lie, and what its minutes
are worth."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import platforms
from monitor.errors import BadStatus, UnexpectedShape
from monitor.kit.protocol import Response
from monitor.model import Bar, Level
from monitor.platforms import upptime
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "upptime"
FILES = "https://raw.githubusercontent.com/orchard/uptime/HEAD/history/"
PAGE = context_of(FIXTURES / "quiet")


def asked(**changes: object) -> list[str]:
    urls: list[str] = []
    page = replace(PAGE, **changes)  # type: ignore[arg-type]
    recorded = answers_from(FIXTURES / "quiet")
    (piece,) = drive(upptime.poll(page), page, recorded, asked=urls)
    assert piece.cursor == "orchard/uptime"
    return urls


def test_the_repository_is_looked_for_once_and_not_at_all_where_the_address_tells_it() -> None:
    two = [f"{FILES}summary.json", f"{FILES}api.yml"]

    assert asked() == [PAGE.url, *two]
    assert asked(cursor="orchard/uptime") == two
    assert asked(url="https://github.com/orchard/uptime/") == two
    assert asked(url="https://raw.githubusercontent.com/orchard/uptime/master/history/") == two


def test_a_repository_that_is_gone_is_looked_for_again_and_a_configured_one_is_not() -> None:
    gone = "https://raw.githubusercontent.com/orchard/old/HEAD/history/summary.json"

    assert asked(cursor="orchard/old")[:2] == [gone, PAGE.url]
    assert asked(cursor="{not a repository}")[0] == PAGE.url
    with pytest.raises(BadStatus):
        asked(url="https://github.com/orchard/old/")


def test_only_addresses_on_github_are_asked_for_a_summary_before_anything_is_known() -> None:
    (get,) = upptime.probe("https://github.com/orchard/uptime/")

    assert get.path == f"{FILES}summary.json"
    assert upptime.probe("https://github.com/") == ()
    assert upptime.probe("https://status.orchard.example/orchard/uptime/") == ()


def test_a_page_that_only_names_upptime_is_not_one() -> None:
    blog = Response(
        url="https://blog.example/",
        status=200,
        body=b'<a href="https://upptime.js.org">Upptime</a>',
    )

    assert {signal.kind for signal in platforms.signals("upptime", blog)} == {"brand"}
    assert {
        s.kind for s in platforms.signals("upptime", answers_from(FIXTURES / "quiet")(PAGE.url))
    } == {
        "brand",
        "sapper",
    }


def with_api(days: object, **changes: object) -> Answer:
    """Return the quiet case's answers with other minutes of downtime for the API."""
    recorded = answers_from(FIXTURES / "quiet")

    def answer(url: str) -> Response:
        response = recorded(url)
        if not url.endswith("summary.json"):
            return response
        first, *rest = json.loads(response.body)
        return replace(
            response,
            body=json.dumps([{**first, "dailyMinutesDown": days, **changes}, *rest]).encode(),
        )

    return answer


@pytest.mark.slow
@given(
    days=st.dictionaries(
        st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.integers(0, 3000), max_size=20
    )
)
def test_a_day_is_down_for_its_minutes_and_never_for_longer_than_it_lasts(
    days: dict[date, int],
) -> None:
    pieces = drive(
        upptime.backfill(PAGE, PAGE.now - timedelta(days=90)),
        PAGE,
        with_api({str(day): minutes for day, minutes in days.items()}),
    )

    covered = {
        day: minutes
        for day, minutes in days.items()
        if date(2026, 4, 1) <= day < PAGE.now.date() and minutes
    }
    assert {bar for piece in pieces for bar in piece.bars} == {
        Bar(
            component_id="api",
            day=day,
            major_seconds=60 * min(minutes, 1440),
            source=upptime.SOURCE,
        )
        for day, minutes in covered.items()
    }


@pytest.mark.parametrize(
    "days", [{"yesterday": 3}, {"2026-05-10": -1}, {"2026-05-10": "long"}, ["2026-05-10"], None]
)
def test_days_that_are_none_are_refused(days: object) -> None:
    with pytest.raises(UnexpectedShape, match="dailyMinutesDown"):
        drive(upptime.poll(PAGE), PAGE, with_api(days))


def test_figures_are_told_while_they_are_of_today_and_a_share() -> None:
    (piece,) = drive(
        upptime.poll(PAGE), PAGE, with_api({}, uptimeMonth="99.95%", uptimeYear="-2.00%")
    )
    later = replace(PAGE, now=datetime(2026, 6, 20, tzinfo=UTC))
    (old,) = drive(upptime.poll(later), later, answers_from(FIXTURES / "quiet"))

    assert [(each.window_days, each.ratio) for each in piece.reported if each.component_id == "api"] == [
        (1, 1.0), (7, 1.0), (30, pytest.approx(0.9995)),
    ]  # fmt: skip
    assert old.reported == ()
    assert {one.level for one in old.observed or ()} == {None}
    assert {one.level for one in piece.observed or ()} == {Level.OPERATIONAL}
