"""What the Better Stack platform reads beyond its fixtures: zones, days kept through polls, and
damaged answers."""

import json
import re
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated import Clock, SimulatedPages, collecting, page_of

from monitor.config import VendorConfig
from monitor.errors import NotJson, ParseError, Throttled, UnexpectedShape, UnknownPlatform
from monitor.intervals import days_between
from monitor.kit.protocol import PageContext, Response
from monitor.model import Aspect, Evidence, Level, Phase
from monitor.platforms import betterstack
from tests.damage import assert_sound, damaged_bytes, levels_of
from tests.drive import Answer, answers_from, context_of, drive
from tests.pace import reads_within_a_second

FIXTURES = Path(__file__).parent / "fixtures" / "betterstack"
HOST = "https://status.relay.example/"
INDEX = f"{HOST}index.json"
NOW = datetime(2026, 5, 20, 18, 0, tzinfo=UTC)
PAGE = PageContext(url=HOST, now=NOW)
CASES = ("quiet", "ongoing", "ended-incident", "overlapping", "maintenance", "unknown-word")


def told(case: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((FIXTURES / case / "index.json").read_text())
    return answer


def with_body(body: bytes | dict[str, Any]) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda url: Response(
        url=url,
        final_url=url,
        status=200,
        headers={"content-type": "application/json"},
        body=content,
    )


def poll(answer: Answer, page: PageContext = PAGE) -> Evidence:
    (evidence,) = drive(betterstack.poll(page), page, answer)
    return evidence


def backfill(answer: Answer, page: PageContext = PAGE, days: int = 90) -> Evidence:
    (evidence,) = drive(betterstack.backfill(page, page.now - timedelta(days=days)), page, answer)
    return evidence


def resource(answer: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in answer["included"] if row["id"] == key)[
        "attributes"
    ]
    return found


# -------------------------------------------------------------------------------------------------------------
# zones


def test_days_are_those_of_the_page_and_not_of_utc() -> None:
    answer = told("renamed-component")
    answer["data"]["attributes"]["timezone"] = "Tokyo"
    evidence = backfill(with_body(answer))

    assert evidence.page is not None
    assert evidence.page.zone == "Asia/Tokyo"
    assert min(cover.span.start for cover in evidence.coverage) == datetime(
        2026, 5, 16, 15, 0, tzinfo=UTC
    )


def test_days_of_a_zone_nobody_knows_are_those_of_the_zone_we_were_told() -> None:
    answer = told("renamed-component")
    answer["data"]["attributes"]["timezone"] = "Olympus"
    evidence = backfill(with_body(answer), replace(PAGE, zone="Asia/Tokyo"))

    assert evidence.page is not None
    assert evidence.page.zone is None
    assert min(cover.span.start for cover in evidence.coverage) == datetime(
        2026, 5, 16, 15, 0, tzinfo=UTC
    )
    assert not evidence.gaps
    assert evidence.unknown_words == ("Olympus",)

    (gap,) = backfill(with_body(answer), replace(PAGE, zone=None)).gaps
    assert "`zone:`" in gap.message


def test_a_day_that_has_not_begun_is_left_out() -> None:
    answer = told("quiet")
    resource(answer, "501")["status_history"].append(
        {
            "day": "2026-05-21",
            "status": "downtime",
            "downtime_duration": 5.0,
            "maintenance_duration": 0.0,
        }
    )

    evidence = backfill(with_body(answer))

    assert evidence.bars == ()
    assert all(cover.span.end == NOW for cover in evidence.coverage)


# ----------------------------------------------------------------------------------------------------------
# what it says


def test_a_monitor_shown_twice_is_two_components_in_the_order_of_the_page() -> None:
    answer = told("quiet")
    answer["data"]["relationships"]["resources"]["data"].reverse()
    components = poll(with_body(answer)).components or ()

    assert [(one.id, one.name, one.group, one.position) for one in components] == [
        ("503", "Console", "Web", 0),
        ("502", "Relay API, again", "Platform", 1),
        ("501", "Relay API", "Platform", 2),
    ]


def test_a_poll_keeps_the_last_three_days_and_a_backfill_all_since_it_was_asked_for() -> None:
    answer = with_body(told("quiet"))

    assert {cover.span.start.date() for cover in poll(answer).coverage} == {date(2026, 5, 18)}
    assert {cover.span.start.date() for cover in backfill(answer, days=1).coverage} == {
        date(2026, 5, 19)
    }


def test_an_unchanged_answer_says_nothing_new() -> None:
    unchanged = Response(url=INDEX, status=304, unchanged=True)

    assert drive(betterstack.poll(PAGE), PAGE, lambda _url: unchanged) == []


def test_the_availability_the_page_prints_is_reported() -> None:
    reported = {
        one.component_id: (one.ratio, one.window_days)
        for one in poll(with_body(told("ongoing"))).reported
    }

    assert reported == {"501": (0.995, 90), "502": (1.0, 90), "503": (1.0, 90)}


def test_a_report_without_an_end_that_is_over_ended_with_its_last_update() -> None:
    (incident,) = poll(with_body(told("ended-incident"))).incidents

    assert incident.phase is Phase.CLOSED
    assert incident.started_at == datetime(2026, 5, 18, 16, 0, tzinfo=UTC)
    assert incident.resolved_at == datetime(2026, 5, 18, 18, 0, tzinfo=UTC)
    assert incident.impact == "downtime"
    assert incident.component_ids == ("501", "502")


def test_a_maintenance_marked_before_it_begins_is_scheduled() -> None:
    phases = {
        incident.id: incident.phase for incident in poll(with_body(told("maintenance"))).incidents
    }

    assert phases == {"905": Phase.SCHEDULED, "906": Phase.OPEN, "907": Phase.CLOSED}


def test_an_open_report_whose_updates_name_nothing_takes_its_own_list() -> None:
    answer = told("ongoing")
    for row in answer["included"]:
        if row["type"] == "status_update":
            row["attributes"]["affected_resources"] = []

    (impact,) = poll(with_body(answer)).impacts

    assert (impact.component_id, impact.level, impact.end) == ("503", Level.DEGRADED, None)


def test_a_day_marked_down_counts_as_an_outage_though_it_shows_no_seconds() -> None:
    answer = told("quiet")
    resource(answer, "501")["status_history"][1]["status"] = "downtime"

    (bar,) = backfill(with_body(answer)).bars

    assert (bar.day, bar.major_seconds) == (date(2026, 5, 18), 1)


def test_the_same_resource_twice_counts_once_and_two_that_differ_are_an_error() -> None:
    answer = told("quiet")
    row = next(row for row in answer["included"] if row["id"] == "501")
    answer["included"].append(row)
    assert len(poll(with_body(answer)).components or ()) == 3

    answer["included"].append({**row, "attributes": {**row["attributes"], "status": "downtime"}})
    with pytest.raises(UnexpectedShape, match="twice"):
        poll(with_body(answer))


def test_a_page_without_resources_is_not_well() -> None:
    answer = told("quiet")
    answer["data"]["relationships"]["resources"]["data"] = []
    answer["included"] = [
        row for row in answer["included"] if row["type"] != "status_page_resource"
    ]

    with pytest.raises(UnexpectedShape, match="no resources"):
        poll(with_body(answer))


# -------------------------------------------------------------------------------------------------
# through the pipeline

FIRST, LAST = date(2026, 5, 16), date(2026, 5, 20)
VENDOR = VendorConfig(slug="relay", name="Relay", url=HOST, platform="betterstack")


async def days_of(
    answers: list[tuple[datetime, dict[str, Any]]], component: str
) -> dict[date, Any]:
    """Poll the first answer's page and backfill it, then poll each of the rest at its time; return
    the days."""
    clock = Clock(answers[0][0])
    pages = SimulatedPages([], clock)
    async with collecting(pages, {"relay": VENDOR}) as collector:
        for index, (at, answer) in enumerate(answers):
            clock.now, pages.override = at, with_body(answer)
            assert (await collector.poll(await page_of(collector, "relay"))).error is None
            if index == 0:
                assert (
                    await collector.backfill(
                        await page_of(collector, "relay"), at - timedelta(days=90)
                    )
                ).complete
        page = await page_of(collector, "relay")
        history = collector.store.page_history(page.id, FIRST, LAST)
    return {day: history.components[component].day(day) for day in days_between(FIRST, LAST)}


async def test_degraded_seconds_are_no_outage_and_keep_their_day() -> None:
    days = await days_of([(NOW, told("ended-incident"))], "501")

    assert days[date(2026, 5, 16)].level is None
    assert days[date(2026, 5, 17)].level is Level.OPERATIONAL
    assert (days[date(2026, 5, 18)].level, days[date(2026, 5, 18)].seconds.degraded) == (
        Level.DEGRADED,
        7200,
    )
    assert (days[date(2026, 5, 19)].level, days[date(2026, 5, 19)].seconds.degraded) == (
        Level.DEGRADED,
        420,
    )


async def test_a_day_marked_down_counts_its_degraded_seconds_once() -> None:
    day = (await days_of([(NOW, told("ended-incident"))], "502"))[date(2026, 5, 18)]

    assert (day.level, day.seconds.major, day.seconds.total) == (Level.MAJOR_OUTAGE, 7200, 7200)
    assert not day.disputed


def test_degraded_time_that_goes_on_while_the_day_is_marked_down_goes_on_from_now() -> None:
    """So far it is in the day's sum."""
    answer = told("ongoing")
    today = resource(answer, "503")["status_history"][-1]
    today |= {"status": "downtime", "downtime_duration": 60.0}
    (before,) = (
        impact for impact in poll(with_body(told("ongoing"))).impacts if impact.end is None
    )
    (going,) = (
        impact for impact in poll(with_body(answer)).impacts if impact.component_id == "503"
    )

    assert today["day"] == "2026-05-20"
    assert (before.level, before.start) == (Level.DEGRADED, NOW - timedelta(hours=1))
    assert going == replace(before, start=NOW)


async def test_unexplained_seconds_that_grow_through_the_day_are_replaced_and_a_report_explains_them() -> (
    None
):
    first, more, explained = told("quiet"), told("quiet"), told("quiet")
    for answer, seconds in ((first, 100.0), (more, 300.0), (explained, 3600.0)):
        resource(answer, "501")["status_history"][3] |= {
            "status": "degraded",
            "downtime_duration": seconds,
        }
    report = told("ongoing")
    explained["included"] += [
        row for row in report["included"] if row["type"] in {"status_report", "status_update"}
    ]
    explained["data"]["relationships"]["status_reports"] = report["data"]["relationships"][
        "status_reports"
    ]
    text = json.dumps(explained).replace(
        '"status_page_resource_id": "503"', '"status_page_resource_id": "501"'
    )
    at = [NOW, NOW + timedelta(minutes=5), NOW + timedelta(minutes=10)]

    grown = await days_of([(at[0], first), (at[1], more)], "501")
    told_later = await days_of([(at[0], first), (at[1], more), (at[2], json.loads(text))], "501")

    assert grown[date(2026, 5, 20)].seconds.degraded == 300
    assert (
        told_later[date(2026, 5, 20)].seconds.degraded == 4200
    )  # 17:00 to 18:10, the report's own time


# ---------------------------------------------------------------------------------------------------------
# recognising


async def detected(answers: dict[str, Response | Throttled]) -> tuple[str, list[str]]:
    missing = Response(url="", status=404, body=b"Not Found")
    pages = SimulatedPages([], Clock(NOW), lambda url: answers.get(url.removeprefix(HOST), missing))
    async with collecting(pages, {"relay": VENDOR}) as collector:
        try:
            name = (await collector.detect(HOST)).platform
        except (UnknownPlatform, Throttled) as error:
            name = error.reason
    return name, [url.removeprefix(HOST) for url in pages.asked]


async def test_detection_asks_for_the_address_that_only_this_platform_names() -> None:
    body = (FIXTURES / "quiet" / "index.json").read_bytes()

    name, asked = await detected({"index.json": Response(url=INDEX, status=200, body=body)})

    assert name == "betterstack"
    assert asked[:2] == ["", "api/v2/summary.json"]
    assert asked[-1] == "index.json"


async def test_a_platform_that_showed_one_sign_is_asked_about_first() -> None:
    root = Response(
        url=HOST, status=200, body=b'<html><div class="status-page__overview"></div></html>'
    )
    body = (FIXTURES / "quiet" / "index.json").read_bytes()

    name, asked = await detected(
        {"": root, "index.json": Response(url=INDEX, status=200, body=body)}
    )

    assert (name, asked) == ("betterstack", ["", "api/v2/summary.json", "index.json"])


async def test_a_host_that_refuses_us_is_not_asked_for_more_addresses() -> None:
    challenge = Response(url=HOST, status=403, body=b"<html><title>Just a moment...</title></html>")

    assert await detected({"": challenge}) == ("unknown_platform", ["", "api/v2/summary.json"])
    assert (await detected({"": Throttled("wait", url=HOST)}))[1] == ["", "api/v2/summary.json"]


def test_html_on_the_data_address_is_not_json() -> None:
    with pytest.raises(NotJson):
        poll(
            answers_from(FIXTURES / "html-instead-of-json"),
            context_of(FIXTURES / "html-instead-of-json"),
        )


# --------------------------------------------------------------------------------------------------------
# damaged answers

SAYS = {
    Level.MAINTENANCE: (rb'"maintenance"', rb'"maintenance_duration": [1-9]'),
    Level.DEGRADED: (rb'"degraded"',),
    Level.PARTIAL_OUTAGE: (),
    Level.MAJOR_OUTAGE: (rb'"downtime"', rb'"recovered"'),
    Level.OPERATIONAL: (rb'"operational"', rb'"resolved"'),
}


@pytest.mark.slow
@given(
    body=st.sampled_from(CASES).flatmap(lambda case: damaged_bytes(told(case))),
    days=st.sampled_from([1, 90]),
)
def test_a_damaged_answer_is_sound_evidence_or_a_parse_error(body: bytes, days: int) -> None:
    try:
        read = [poll(with_body(body)), backfill(with_body(body), days=days)]
    except ParseError:
        return
    for evidence in read:
        assert_sound(evidence, PAGE)
        for level in levels_of(evidence):
            assert any(re.search(word, body) for word in SAYS[level]), level


@pytest.mark.slow
@given(body=damaged_bytes(told("ended-incident")))
def test_an_error_of_a_damaged_answer_names_the_address(body: bytes) -> None:
    try:
        poll(with_body(body))
    except ParseError as error:
        found = error.url
    else:
        found = INDEX
    assert found == INDEX


@pytest.mark.measure
def test_an_answer_of_eight_mebibytes_is_read_within_a_second_and_200_megabytes() -> None:
    answer = told("ongoing")
    row = resource(answer, "501")
    history = [
        {"day": str(date(2026, 5, 20) - timedelta(days=n)), "status": "downtime", "downtime_duration": 60.5 + n,
         "maintenance_duration": 0.0}
        for n in range(90)
    ]  # fmt: skip
    answer["included"] += [
        {
            "id": f"9{n:06}",
            "type": "status_page_resource",
            "attributes": {**row, "status_history": history},
        }
        for n in range(895)
    ]
    body = json.dumps(answer).encode()
    tracemalloc.start()
    evidence = backfill(with_body(body))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(body) > 8 * 1024 * 1024
    assert len(evidence.bars) > 80_000
    assert {cover.aspect for cover in evidence.coverage} == {Aspect.BARS, Aspect.IMPACTS}
    assert reads_within_a_second(lambda: backfill(with_body(body)))
    assert peak < 200e6


def test_a_resource_counts_from_the_day_its_record_begins() -> None:
    answer = told("quiet")
    before = {each.id: each.start_date for each in poll(with_body(answer)).components or ()}
    late = resource(answer, "501")["status_history"]
    late[0]["status"] = late[1]["status"] = "not_monitored"
    after = {each.id: each.start_date for each in poll(with_body(answer)).components or ()}

    assert before["501"] is None
    assert after["501"] == date.fromisoformat(late[2]["day"])
    assert after | {"501": None} == before


def test_a_resource_that_was_not_monitored_for_a_while_does_not_begin_anew() -> None:
    answer = told("quiet")
    resource(answer, "501")["status_history"][1]["status"] = "not_monitored"

    starts = {each.id: each.start_date for each in poll(with_body(answer)).components or ()}
    assert starts["501"] is None
