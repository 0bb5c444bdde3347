"""What the Salesforce platform reads beyond its fixtures: pages of a list, what vanished, regions,
and its addresses."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import platforms
from monitor.errors import Truncated
from monitor.kit.protocol import Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import salesforce
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "salesforce"


def poll(case: str, answer: Answer | None = None, **context: object) -> Evidence:
    page = context_of(FIXTURES / case, **context)
    (piece,) = drive(salesforce.poll(page), page, answer or answers_from(FIXTURES / case))
    return piece


def levels(piece: Evidence) -> dict[str, Level | None]:
    return {seen.component_id: seen.level for seen in piece.observed or ()}


def test_an_incident_that_left_the_list_ended_between_two_polls() -> None:
    before = poll("ongoing")
    after = poll("quiet", cursor=before.cursor, open_incidents=frozenset({"6101", "6102", "6000"}))

    assert {(each.id, each.phase, each.resolved_at) for each in after.incidents} == {
        ("6101", Phase.CLOSED, after.read_at),
        ("6102", Phase.CLOSED, after.read_at),
    }
    assert {(each.component_id, each.end) for each in after.impacts} == {
        ("NA901", after.read_at),
        ("EU902", after.read_at),
    }
    assert after.withdrawn == ("6000",)


@pytest.mark.parametrize(("regions", "conditional"), [((), True), (("EMEA",), False)])
def test_an_unchanged_answer_will_not_do_once_other_regions_are_chosen(
    regions: tuple[str, ...], *, conditional: bool
) -> None:
    page = context_of(FIXTURES / "quiet", cursor=poll("quiet").cursor, regions=regions)

    assert next(salesforce.poll(page)).conditional is conditional


def test_an_unchanged_answer_says_nothing_new() -> None:
    page = context_of(FIXTURES / "quiet", cursor=poll("quiet").cursor)
    unchanged = Response(url=page.url, status=200, unchanged=True)

    assert drive(salesforce.poll(page), page, lambda _: unchanged) == []


def served(told: list[object], most: int) -> Answer:
    """Return a page whose lists come in pieces of at most so many rows, whatever is asked for."""
    recorded = answers_from(FIXTURES / "ended-incident")

    def answer(url: str) -> Response:
        if "offset=" not in url:
            return recorded(url)
        offset = int(url.rpartition("offset=")[2])
        part = told[offset : offset + most] if "/incidents" in url else []
        return Response(url=url, status=200, body=json.dumps(part).encode())

    return answer


def test_a_list_is_read_to_its_end_though_its_pages_are_shorter_than_asked_for() -> None:
    (row, *_) = json.loads((FIXTURES / "ended-incident" / "incidents.json").read_text())
    page = context_of(FIXTURES / "ended-incident")
    answer = served([row | {"id": key} for key in range(7)], most=3)
    told = drive(salesforce.backfill(page, page.now - timedelta(days=90)), page, answer)

    assert {each.id for each in told[-1].incidents} == {str(key) for key in range(7)}


def test_a_list_without_end_is_refused_rather_than_cut_off() -> None:
    (row, *_) = json.loads((FIXTURES / "ended-incident" / "incidents.json").read_text())
    page = context_of(FIXTURES / "ended-incident")
    answer = served([row | {"id": key} for key in range(salesforce.MOST_PAGES + 1)], most=1)

    with pytest.raises(Truncated):
        drive(salesforce.backfill(page, page.now - timedelta(days=90)), page, answer)


def test_a_region_chosen_by_key_or_by_location_narrows_the_components() -> None:
    assert levels(poll("quiet", regions=("AP903", "EMEA"))) == {
        "AP903": Level.OPERATIONAL,
        "EU902": Level.OPERATIONAL,
    }


def test_an_instance_counts_from_the_day_it_was_entered() -> None:
    found = {each.id: each.start_date for each in poll("product").components or ()}

    assert found == {"HARBOUREAST": datetime(2024, 6, 24, tzinfo=UTC).date(), "HARBOURWEST": None}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://status.salesforce.com/", "/instances/status/preview"),
        ("https://status.salesforce.com/products/all/", "/instances/status/preview"),
        (
            "https://api.status.salesforce.com/v1/instances/status/preview/",
            "/instances/status/preview",
        ),
        ("https://status.salesforce.com/products/Tableau", "/products/Tableau"),
        ("https://api.status.salesforce.com/v1/instances/NA901/status/", "/instances/NA901/status"),
    ],
)
def test_the_address_says_what_is_read(url: str, path: str) -> None:
    assert [get.path for get in salesforce.probe(url)] == [salesforce.API + path]


def test_other_hosts_are_not_asked() -> None:
    assert salesforce.probe("https://status.harbour.example/products/Tableau/") == ()


def test_without_its_host_the_fields_and_words_of_instances_prove_it() -> None:
    answer = answers_from(FIXTURES / "quiet")(f"{salesforce.API}/instances/status/preview")
    elsewhere = replace(answer, url="https://status.harbour.example/", final_url="")

    assert {signal.kind for signal in platforms.signals("salesforce", elsewhere)} == {
        "shape",
        "words",
    }


def test_of_an_instance_that_is_listed_twice_the_worse_state_counts() -> None:
    whole = answers_from(FIXTURES / "quiet")(f"{salesforce.API}/instances/status/preview")
    instances = json.loads(whole.body)
    worse = instances[0] | {"status": "MAJOR_INCIDENT_CORE"}
    body = json.dumps([worse, *instances]).encode()
    piece = poll("quiet", lambda _: replace(whole, body=body))

    assert levels(piece) == levels(poll("quiet")) | {worse["key"]: Level.MAJOR_OUTAGE}
