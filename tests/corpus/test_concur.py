"""Real incidents of SAP Concur, with the counts and times read off them by hand."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Impact
from monitor.platforms import concur
from tests.corpus.captures import answer_of, claimed, readers
from tests.drive import Answer, drive, recognised

pytestmark = pytest.mark.corpus

CAPTURE, BANNER = (
    "sap-concur/sap-concur-incidents-20260731.json",
    "sap-concur/sap-concur-banner-20260731.json",
)
NOW = datetime(2026, 7, 31, 12, 0, tzinfo=UTC)


PAGE = PageContext(url="https://open.concur.com/", now=NOW)


def answers(corpus: Path) -> Answer:
    """The captured incidents, beside a state that was not captured."""
    state = {
        "data": {
            "Expense": {
                "Service": "Expense",
                "Current Status": {"status": "normal", "incidents": []},
            }
        }
    }
    bodies = {True: (corpus / "captures" / CAPTURE).read_bytes(), False: json.dumps(state).encode()}
    return lambda url: Response(url=url, status=200, body=bodies[url.endswith("incidents")])


@pytest.fixture
def told(corpus: Path) -> Evidence:
    """The last 30 days before the capture."""
    return drive(concur.backfill(PAGE, NOW - timedelta(days=30)), PAGE, answers(corpus))[-1]


def test_seven_incidents_ended_in_july(told: Evidence) -> None:
    """Of 25 rows seven ended after 1 July 12:00 UTC; the one before, 4576, ended on 30 June. All
    are resolved."""
    assert sorted(each.id for each in told.incidents) == [
        "4586",
        "4590",
        "4594",
        "4596",
        "4597",
        "4598",
        "4600",
    ]
    assert {each.status for each in told.incidents} == {"RESOLVED"}
    assert told.unknown_words == ()


def test_the_services_of_an_incident_are_affected_in_each_of_its_data_centres(
    told: Evidence,
) -> None:
    """5 services in US2; 7 in two data centres; Travel in three; Travel in four, twice; 4 in EU2; 1
    in one."""
    assert len(told.impacts) == 5 + 7 * 2 + 3 + 4 + 4 + 4 + 1


def test_two_incidents_of_july_as_the_list_dates_them(told: Evidence) -> None:
    """4600: 10:57 to 12:02 on the 24th, a disruption. 4597: 14:44 to 15:11 on the 21st, a
    degradation."""
    travel = [each for each in told.impacts if each.component_id == "Travel@us2"]

    assert [shown(each) for each in travel if each.incident_id in {"4600", "4597"}] == [
        "4600 critical 2026-07-24 10:57..12:02",
        "4597 minor 2026-07-21 14:44..15:11",
    ]


def shown(impact: Impact) -> str:
    return f"{impact.incident_id} {impact.word} {impact.start:%Y-%m-%d %H:%M}..{impact.end:%H:%M}"


def test_all_data_centres_of_the_capture_are_known(told: Evidence) -> None:
    assert {each.component_id.rpartition("@")[2] for each in told.impacts} == {
        "us2",
        "eu2",
        "apj1",
        "usg",
    }


def test_the_list_of_incidents_is_claimed_and_nothing_else(corpus: Path) -> None:
    """The banner beside it shows nothing that is Concur's alone."""
    assert claimed(corpus, concur) == {CAPTURE}


def test_the_banner_is_nobody_s_and_is_not_read(corpus: Path) -> None:
    """`display` is false, so its four texts on a possible problem were not shown; nobody makes
    anything of them."""
    assert recognised([answer_of(corpus, BANNER)("https://open.concur.com/api/v3/banner")]) == []
    assert readers(corpus, BANNER) == set()


def test_the_banner_is_never_asked_for(corpus: Path) -> None:
    asked: list[str] = []
    for steps in (concur.poll(PAGE), concur.backfill(PAGE, NOW - timedelta(days=30))):
        drive(steps, PAGE, answers(corpus), asked=asked)

    assert any(url.endswith("incidents") for url in asked)
    assert not any("banner" in url for url in asked)
