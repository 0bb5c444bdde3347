"""What the IBM Cloud platform reads beyond its fixtures: levels from numbers, regions, and least
traffic."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import PageError
from monitor.kit.protocol import Response
from monitor.model import Evidence, Level
from monitor.platforms import ibm
from tests.damage import damaged, paths
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "ibm"
CASES = ("ongoing", "maintenance", "unknown-word", "suspected")


def told(case: str) -> object:
    return json.loads((FIXTURES / case / "status.json").read_text())


def answering(body: object) -> Answer:
    return lambda url: Response(url=url, status=200, body=json.dumps(body).encode())


def poll(case: str, answer: Answer | None = None, **context: object) -> Evidence:
    page = context_of(FIXTURES / case, **context)
    (piece,) = drive(ibm.poll(page), page, answer or answers_from(FIXTURES / case))
    return piece


def severities(body: object) -> set[Level]:
    """Return the levels that the severities and the maintenances anywhere in an answer stand
    for."""
    found = {Level.MAINTENANCE} if '"maintenance"' in json.dumps(body) else set()
    for place in paths(body):
        value: object = body
        for key in place:
            value = value[key]  # type: ignore[index]
        if place[-1] == "sev" and str(value) in ibm.LEVELS:
            found.add(ibm.LEVELS[str(value)])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
def test_no_level_is_told_that_no_severity_in_the_answer_stands_for(
    case: str, data: st.DataObject
) -> None:
    body = data.draw(damaged(told(case)))
    try:
        piece = poll(case, answering(body))
    except PageError:
        return

    assert {each.level for each in piece.observed or () if each.level} <= severities(body)


@pytest.mark.parametrize(
    ("sev", "level"), [("1", Level.MAJOR_OUTAGE), (3, Level.DEGRADED), ("", None), (0, None)]
)
def test_a_severity_may_be_a_text_and_one_that_is_not_told_is_not_green(
    sev: object, level: Level | None
) -> None:
    body = told("ongoing")
    body["statusItems"][0]["sev"] = sev  # type: ignore[index]
    piece = poll("ongoing", answering(body))

    assert {each.component_id: each.level for each in piece.observed or ()}[
        "gull-compute@eu-de"
    ] is level


@pytest.mark.parametrize(("regions", "conditional"), [((), True), (("eu-de",), False)])
def test_an_unchanged_answer_will_not_do_once_other_regions_are_chosen(
    regions: tuple[str, ...], *, conditional: bool
) -> None:
    page = context_of(FIXTURES / "quiet", cursor=poll("quiet").cursor, regions=regions)

    assert next(ibm.poll(page)).conditional is conditional


def test_a_region_is_chosen_in_whatever_case_its_name_is_written() -> None:
    evidence = poll("quiet", regions=("EU-DE",))

    assert {each.region for each in evidence.components or ()} == {"eu-de", "global"}
    assert evidence.page is not None
    assert evidence.page.remark is None


def test_an_unchanged_answer_says_nothing_new() -> None:
    page = context_of(FIXTURES / "quiet")

    assert (
        drive(ibm.poll(page), page, lambda url: Response(url=url, status=200, unchanged=True)) == []
    )


def test_components_bear_the_names_that_the_list_of_resources_gives() -> None:
    found = {
        each.id: (each.name, each.region) for each in poll("renamed-component").components or ()
    }

    assert found["gull-store@eu-de"] == ("Gull Storage", "eu-de")


def test_only_the_status_page_of_its_host_is_asked() -> None:
    assert [get.path for get in ibm.probe("https://cloud.ibm.com/status/")] == [ibm.STATUS]
    assert ibm.probe("https://cloud.ibm.com/docs/") == ()
    assert ibm.probe("https://status.harbour.example/status/") == ()
