"""What the Zscaler platform reads beyond its fixtures: the cloud in the address, and posts that
leave the list."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.kit.protocol import Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import zscaler
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "zscaler"


def poll(case: str, **context: object) -> Evidence:
    page = context_of(FIXTURES / case, **context)
    (piece,) = drive(zscaler.poll(page), page, answers_from(FIXTURES / case))
    return piece


@pytest.mark.parametrize(
    ("url", "cloud"),
    [
        ("https://trust.zscaler.com/zscaler.net/", "zsn"),
        ("https://trust.zscaler.com/zscaler.net/cloud-status/", "zsn"),
        ("https://trust.zscaler.com/harborcloud.net/", "harborcloud.net"),
        ("https://trust.zscaler.com/", "zsn"),
        ("https://trust.zscaler.com/cloud-status/", "zsn"),
    ],
)
def test_the_address_says_which_cloud_is_asked_for(url: str, cloud: str) -> None:
    (get,) = zscaler.probe(url)

    assert get.path == f"{zscaler.API}?cloud={cloud}&requestType=core_cloud_services&dateOffset=0"


def test_other_hosts_are_not_asked() -> None:
    assert zscaler.probe("https://trust.harbor.example/zscaler.net/") == ()


def test_a_post_that_is_listed_nowhere_any_more_has_ended() -> None:
    before = poll("ongoing")
    after = poll("unlinked-components", cursor=before.cursor, open_incidents=frozenset({"9010"}))

    assert [(i.id, i.phase, i.resolved_at) for i in after.incidents] == [
        ("9010", Phase.CLOSED, after.read_at)
    ]
    assert [(i.component_id, i.end) for i in after.impacts] == [("102", after.read_at)]
    assert after.withdrawn == ()


def changed(case: str, change: Callable[[dict], object]) -> Evidence:
    """Return what a poll reads when the second service of a case's answer is changed."""
    told = json.loads((FIXTURES / case / "cloud-status.json").read_text())
    change(told["data"]["category"][0]["subCategory"][1])
    page = context_of(FIXTURES / case)
    (piece,) = drive(
        zscaler.poll(page),
        page,
        lambda url: Response(url=url, status=200, body=json.dumps(told).encode()),
    )
    return piece


def state_of_traffic(piece: Evidence) -> Level | None:
    return {each.component_id: each.level for each in piece.observed or ()}["102"]


def test_the_boolean_of_a_service_says_nothing() -> None:
    assert (
        state_of_traffic(changed("quiet", lambda service: service.update(status=False)))
        is Level.OPERATIONAL
    )
    assert (
        state_of_traffic(changed("ongoing", lambda service: service.update(status=True)))
        is Level.MAJOR_OUTAGE
    )


def test_a_post_that_is_present_is_not_over_whatever_the_week_says_of_it() -> None:
    def resolve(service: dict) -> None:
        service["issues"][1].update(status="Resolved", to="Wed, 20 May 2026 11:00:00 UTC")

    assert state_of_traffic(changed("ongoing", resolve)) is Level.MAJOR_OUTAGE


def test_a_present_post_may_stand_alone_where_a_list_is_due() -> None:
    def unwrap(service: dict) -> None:
        service["category_status"] = service["category_status"][0]

    assert state_of_traffic(changed("ongoing", unwrap)) is Level.MAJOR_OUTAGE


def test_a_post_whose_end_is_planned_goes_on() -> None:
    def plan(service: dict) -> None:
        service["issues"][1]["to"] = "Wed, 20 May 2026 18:00:00 UTC"
        del service["category_status"]

    piece = changed("ongoing", plan)

    assert state_of_traffic(piece) is Level.MAJOR_OUTAGE
    assert {each.end for each in piece.impacts if each.incident_id == "9010"} == {None}
