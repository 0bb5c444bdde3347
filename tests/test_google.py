"""What the Google platform reads beyond its fixtures: traffic, products and locations, a year's
edits, damaged answers."""

import json
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated import Clock, SimulatedPages, collecting, page_of

from monitor.config import VendorConfig
from monitor.errors import ParseError, UnexpectedShape
from monitor.kit.protocol import PageContext, Response
from monitor.model import Aspect, Evidence, Level, Phase
from monitor.platforms import google
from tests.damage import assert_sound, damaged_bytes, levels_of
from tests.drive import Answer, answers_from, context_of, drive
from tests.pace import reads_within_a_second

FIXTURES = Path(__file__).parent / "fixtures" / "google"
HOST = "https://status.cloud.google.com/"
NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
PAGE = PageContext(url=HOST, now=NOW)
QUEUE, TABLE = "Qm3vZk7TgY1sRb8uXd2P", "Tn5wAj9HfC4oLe6iVk1S"
CASES = (
    "ended-incident",
    "ongoing",
    "overlapping",
    "maintenance",
    "unknown-word",
    "only-notes-posted",
    "before-2021",
)


def told(case: str) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = json.loads((FIXTURES / case / "incidents.json").read_text())
    return answer


def with_body(body: bytes | list[dict[str, Any]]) -> Answer:
    """Return a page with these incidents and the products of the fixtures."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    products = (FIXTURES / "quiet" / "products.json").read_bytes()
    return lambda url: Response(
        url=url,
        final_url=url,
        status=200,
        body=products if url.endswith("products.json") else content,
    )


def poll(answer: Answer, page: PageContext = PAGE, asked: list[str] | None = None) -> Evidence:
    (evidence,) = drive(google.poll(page), page, answer, asked=asked)
    return evidence


def pieces(
    evidence: Evidence, component: str
) -> list[tuple[str | None, datetime, datetime | None]]:
    return [
        (None if one.level is None else one.level.word, one.start, one.end)
        for one in evidence.impacts
        if one.component_id == component
    ]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-05-{text}:00+00:00")


# -----------------------------------------------------------------------------------------------------------
# traffic


def test_an_unchanged_answer_costs_one_request_and_a_changed_one_two() -> None:
    asked: list[str] = []
    unchanged = Response(url=f"{HOST}incidents.json", status=304, unchanged=True)
    assert drive(google.poll(PAGE), PAGE, lambda _url: unchanged, asked=asked) == []
    poll(with_body([]), asked=asked)

    assert [url.removeprefix(HOST) for url in asked] == [
        "incidents.json",
        "incidents.json",
        "products.json",
    ]


def test_a_dashboard_below_its_hosts_root_is_asked_there() -> None:
    asked: list[str] = []
    case = FIXTURES / "without-locations"
    page = context_of(case)
    (evidence,) = drive(google.poll(page), page, answers_from(case), asked=asked)

    assert asked[0] == "https://www.google.com/appsstatus/dashboard/incidents.json"
    assert evidence.incidents[0].url == f"{page.url}incidents/aB3cD4eF5gH6iJ7kL8mN"


def test_however_little_is_asked_for_the_whole_year_is_read_again() -> None:
    (evidence,) = drive(
        google.backfill(PAGE, NOW - timedelta(days=7)), PAGE, with_body(told("ended-incident"))
    )

    assert evidence.impacts
    assert [(c.aspect, c.complete, c.span.end - c.span.start) for c in evidence.coverage] == [
        (Aspect.IMPACTS, True, timedelta(days=365))
    ]


# ------------------------------------------------------------------------------------------------------
# what it says


def test_a_product_is_followed_by_its_locations_under_its_present_name() -> None:
    page = context_of(FIXTURES / "renamed-component")
    (evidence,) = drive(google.poll(page), page, answers_from(FIXTURES / "renamed-component"))

    assert [(one.name, one.group, one.region) for one in evidence.components or ()] == [
        ("Courier", None, None),
        ("Queue on Relay Platform", None, None),
        ("Queue on Relay Platform (europe-north9)", "Queue on Relay Platform", "europe-north9"),
        ("Queue on Relay Platform (us-east9)", "Queue on Relay Platform", "us-east9"),
        ("Table Store", None, None),
        ("Table Store (europe-north9)", "Table Store", "europe-north9"),
        ("Table Store (us-east9)", "Table Store", "us-east9"),
    ]


def test_a_location_that_no_incident_names_any_more_stays_a_component() -> None:
    page = PageContext(
        url=HOST, now=NOW, components=frozenset({f"{QUEUE}/us-east9", "gone/us-east9"})
    )
    keys = {one.id for one in poll(with_body([]), page).components or ()}

    assert f"{QUEUE}/us-east9" in keys
    assert "gone/us-east9" not in keys  # nothing says its product's name


def test_a_note_inside_an_outage_ends_nothing() -> None:
    (incident,) = told("ended-incident")
    incident["updates"][1]["status"] = "SERVICE_INFORMATION"

    assert pieces(poll(with_body([incident])), QUEUE) == [
        ("major_outage", at("10T08:00"), at("10T10:00")),
        ("partial_outage", at("10T10:00"), at("10T12:00")),
    ]


def test_the_worst_that_is_said_of_the_whole_is_not_less_than_what_was_posted() -> None:
    (incident,) = told("ended-incident")
    for update in incident["updates"]:
        update["status"] = update["status"].replace("OUTAGE", "DISRUPTION")

    assert pieces(poll(with_body([incident])), QUEUE) == [
        ("major_outage", at("10T08:00"), at("10T12:00"))
    ]


def test_a_disruption_of_unsaid_or_lower_severity_is_a_degradation() -> None:
    (incident,) = told("only-notes-posted")
    levels = {}
    for severity in ("high", "medium", "low", None):
        incident["severity"] = severity
        levels[severity] = {one.level for one in poll(with_body([incident])).impacts}

    assert levels.pop("high") == {Level.PARTIAL_OUTAGE}
    assert set(map(frozenset, levels.values())) == {frozenset({Level.DEGRADED})}


def test_a_location_only_the_incident_lists_was_affected_throughout() -> None:
    (incident,) = told("ended-incident")
    incident["previously_affected_locations"].append({"title": "Global", "id": "global"})

    assert pieces(poll(with_body([incident])), f"{QUEUE}/global") == pieces(
        poll(with_body([incident])), QUEUE
    )


def test_an_end_before_the_begin_leaves_an_incident_without_impact() -> None:
    (incident,) = told("ended-incident")
    incident["end"] = "2026-05-10T07:00:00+00:00"
    evidence = poll(with_body([incident]))

    assert evidence.impacts == ()
    assert [(one.phase, one.resolved_at) for one in evidence.incidents] == [
        (Phase.CLOSED, at("10T08:00"))
    ]


def test_an_end_that_lies_ahead_has_come() -> None:
    (incident,) = told("ended-incident")
    incident["end"] = "2026-05-21T00:00:00+00:00"
    evidence = poll(with_body([incident]))

    assert [(one.phase, one.resolved_at) for one in evidence.incidents] == [(Phase.CLOSED, NOW)]
    assert pieces(evidence, QUEUE)[-1] == ("partial_outage", at("10T10:00"), NOW)


def test_an_incident_dated_ahead_goes_on_at_what_was_posted_last_while_it_is_listed_without_an_end() -> (
    None
):
    (incident,) = told("ended-incident")
    end = incident.pop("end")
    ahead = datetime.fromisoformat("2026-05-20T19:00:00+00:00")
    for key, row in (("begin", incident), *(("when", post) for post in incident["updates"])):
        row[key] = (datetime.fromisoformat(row[key]) + (ahead - at("10T08:00"))).isoformat()
    going = poll(with_body([incident]))
    over = poll(
        with_body(
            [{**incident, "end": (datetime.fromisoformat(end) + timedelta(days=11)).isoformat()}]
        )
    )

    assert [(one.phase, one.started_at) for one in going.incidents] == [(Phase.OPEN, NOW)]
    assert pieces(going, QUEUE) == [("partial_outage", NOW, None)]
    assert {seen.component_id: seen.level for seen in going.observed or ()}[
        QUEUE
    ] is Level.PARTIAL_OUTAGE
    assert [(one.phase, one.resolved_at) for one in over.incidents] == [(Phase.CLOSED, NOW)]
    assert over.impacts == ()


def test_the_title_is_the_first_line_of_words() -> None:
    titles = [incident.title for incident in poll(with_body(told("ongoing"))).incidents]

    assert titles == ["Summary"] * 3


def test_one_incident_twice_counts_once_and_two_that_differ_are_an_error() -> None:
    (incident,) = told("ended-incident")
    assert len(poll(with_body([incident, incident])).incidents) == 1

    with pytest.raises(UnexpectedShape, match="twice"):
        poll(with_body([incident, {**incident, "severity": "low"}]))


def test_the_trust_note_says_that_the_feed_was_thinned() -> None:
    assert "thinned" in google.ABOUT.caveat
    assert "365 days" in google.ABOUT.reach


# -------------------------------------------------------------------------------------------------
# through the pipeline


async def test_an_incident_that_is_edited_weeks_later_is_told_anew_and_days_follow() -> None:
    clock = Clock(NOW)
    pages = SimulatedPages([], clock, with_body(told("ended-incident")))
    vendor = VendorConfig(slug="relay", name="Relay", url=HOST, platform="google")
    (later,) = told("ended-incident")
    later["begin"], later["end"] = "2026-05-09T22:00:00+00:00", "2026-05-10T10:00:00+00:00"
    async with collecting(pages, {"relay": vendor}) as collector:
        await collector.backfill(await page_of(collector, "relay"), NOW - timedelta(days=90))
        page = await page_of(collector, "relay")
        before = collector.store.page_history(
            page.id, date(2026, 5, 8), date(2026, 5, 11)
        ).components[QUEUE]
        clock.forward(days=29)
        pages.override = with_body([later])
        await collector.reread(page)
        after = collector.store.page_history(
            page.id, date(2026, 5, 8), date(2026, 5, 11)
        ).components[QUEUE]

    day = date(2026, 5, 10)
    assert (before.day(day).seconds.major, before.day(day).seconds.partial) == (7200, 7200)
    assert (after.day(day).seconds.major, after.day(day).seconds.partial) == (36_000, 0)
    assert after.day(date(2026, 5, 9)).level is Level.MAJOR_OUTAGE
    assert after.day(date(2026, 5, 8)).level is Level.OPERATIONAL


async def test_an_empty_feed_is_recognised_by_its_host_and_its_products() -> None:
    pages = SimulatedPages([], Clock(NOW), with_body([]))
    vendor = VendorConfig(slug="relay", name="Relay", url=HOST)
    async with collecting(pages, {"relay": vendor}) as collector:
        name = (await collector.detect(HOST)).platform

    assert name == "google"
    assert pages.asked == [f"{HOST}incidents.json", f"{HOST}products.json"]


def test_only_its_own_hosts_are_asked_for_its_lists() -> None:
    assert [get.path for get in google.probe("https://www.google.com/appsstatus/dashboard/")] == [
        "incidents.json",
        "products.json",
    ]
    assert google.probe("https://www.google.com/search") == ()
    assert google.probe("https://status.relay.example/") == ()


# --------------------------------------------------------------------------------------------------------
# damaged answers

SAYS = {
    Level.DEGRADED: "SERVICE_DISRUPTION",
    Level.PARTIAL_OUTAGE: "SERVICE_DISRUPTION",
    Level.MAJOR_OUTAGE: "SERVICE_OUTAGE",
}


@given(body=st.sampled_from(CASES).flatmap(lambda case: damaged_bytes(told(case))))
def test_a_damaged_answer_is_sound_evidence_or_a_parse_error(body: bytes) -> None:
    try:
        evidence = poll(with_body(body))
    except ParseError:
        return
    assert_sound(evidence, PAGE)
    for level in levels_of(evidence) - {Level.OPERATIONAL}:
        assert SAYS[level].encode() in body, level


@given(
    body=damaged_bytes(
        {"products": [{"id": "a", "title": "A", "current_title": "B"}, {"id": "b", "title": "C"}]}
    )
)
def test_a_damaged_list_of_products_never_hides_the_incidents(body: bytes) -> None:
    incidents = json.dumps(told("ongoing")).encode()

    def answer(url: str) -> Response:
        return Response(
            url=url, status=200, body=body if url.endswith("products.json") else incidents
        )

    evidence = poll(answer)
    assert_sound(evidence, PAGE)
    assert Level.MAJOR_OUTAGE in levels_of(evidence)


@pytest.mark.measure
@pytest.mark.parametrize(
    "kind", ["many incidents", "one incident of many updates", "more pairs than there are"]
)
def test_an_answer_of_eight_mebibytes_is_read_within_a_second_and_200_megabytes(kind: str) -> None:
    (row,) = told("ended-incident")
    update = {**row["updates"][2], "text": "x" * 400}
    if kind == "many incidents":
        rows = [
            {**row, "id": f"aB3cD4eF5gH6iJ7k{n:04}", "updates": [update] * 8} for n in range(1_450)
        ]
    elif kind == "one incident of many updates":
        rows = [
            {
                **row,
                "updates": [
                    {**update, "affected_locations": [{"id": str(n % 2)}]} for n in range(15_500)
                ],
            }
        ]
    else:
        many = [{"id": f"{n:06}", "title": "x" * 20} for n in range(90_000)]
        rows = [{**row, "affected_products": many, "previously_affected_locations": many}]
    body = json.dumps(rows).encode()
    tracemalloc.start()
    read_or_refuse(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(body) > 8 * 1024 * 1024
    assert reads_within_a_second(lambda: read_or_refuse(body))
    assert peak < 200e6


def read_or_refuse(body: bytes) -> Evidence | None:
    """Read it; None when it is refused for what no page can mean."""
    try:
        return poll(with_body(body))
    except UnexpectedShape:
        return None


def test_more_products_and_locations_than_there_are_is_refused() -> None:
    (row,) = told("ended-incident")
    many = [{"id": f"{n:06}", "title": "x"} for n in range(300)]

    with pytest.raises(UnexpectedShape, match="than there are"):
        poll(with_body([{**row, "affected_products": many, "previously_affected_locations": many}]))


def test_an_outage_shows_beside_an_incident_whose_word_nobody_can_read() -> None:
    out = told("ongoing")[0]
    wobbly = {**out, "id": "wB3cD4eF5gH6iJ7kL8mN", "status_impact": "WOBBLY", "updates": []}
    other = {**wobbly, "id": "wB3cD4eF5gH6iJ7kL8mO"}

    assert state_of(QUEUE, [wobbly, out]) == (Level.MAJOR_OUTAGE, None)
    assert state_of(QUEUE, [wobbly, other]) == (None, "WOBBLY")


def state_of(component: str, rows: list[dict[str, Any]]) -> tuple[Level | None, str | None]:
    (state,) = (
        each for each in poll(with_body(rows)).observed or () if each.component_id == component
    )
    return state.level, state.word
