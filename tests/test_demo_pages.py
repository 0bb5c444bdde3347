"""What the simulated pages print of a truth."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from truths import MINUTE, NOW, ask, incident, one_component

from monitor.demo import (
    Truth,
    demo_truths,
    incidentio,
    random_truth,
    statuspage,
)
from monitor.intervals import day_of
from monitor.model import Level


@pytest.mark.parametrize("seed", range(6))
def test_the_summary_shows_every_component_at_its_true_level_and_groups_at_their_worst(seed):
    truth = random_truth(seed, now=NOW)
    rows = {row["id"]: row for row in ask(truth, "/api/v2/summary.json")["components"]}

    for component in truth.components:
        assert rows[component.id]["status"] == statuspage.STATES[truth.level(component.id, NOW)]
        assert not rows[component.id]["group"]
    for row in rows.values():
        if row["group"]:
            worst = max(truth.level(key, NOW) for key in row["components"])
            assert row["status"] == statuspage.STATES[worst]
            assert {rows[key]["group_id"] for key in row["components"]} == {row["id"]}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_the_showcase_and_the_uptime_record_print_the_true_seconds(seed):
    truth = random_truth(seed, now=NOW)
    shown = [c for c in truth.components if c.showcase]
    answer = ask(truth, "/uptime_showcase", components=",".join(c.id for c in truth.components))

    assert list(answer["timelines"]) == [c.id for c in shown]
    for component in shown:
        days = answer["timelines"][component.id]["days"]
        record = recorded(truth, component.id)
        assert len(days) == 90
        assert days[-1]["date"] == day_of(NOW, truth.tz).isoformat()
        for day in days:
            seconds = truth.seconds(component.id, date.fromisoformat(day["date"]), now=NOW)
            assert (day["outages"].get("p", 0), day["outages"].get("m", 0)) == (
                seconds.partial,
                seconds.major,
            )
            assert (record[day["date"]]["p"], record[day["date"]]["m"]) == (
                seconds.partial,
                seconds.major,
            )


def recorded(truth: Truth, component_id: str) -> dict[str, dict[str, object]]:
    pages = [ask(truth, f"/uptime/{component_id}.json", page=str(number)) for number in (1, 2)]
    return {day["date"][:10]: day for page in pages for month in page["months"] for day in month["days"] if "date" in day}  # fmt: skip


def test_uptime_months_are_three_a_page_with_midnights_in_the_pages_offset_and_undated_future_days():
    truth = one_component(zone="Europe/Berlin")
    months = ask(truth, "/uptime/aaaaaaaaaaaa.json")["months"]
    october = months[1]["days"]

    assert [(month["name"], month["year"]) for month in months] == [
        ("September", 2026),
        ("October", 2026),
        ("November", 2026),
    ]
    assert october[24]["date"] == "2026-10-25T00:00:00.000+02:00"
    assert october[25]["date"] == "2026-10-26T00:00:00.000+01:00"
    assert months[2]["days"][20] == {"color": "#EAEAEA"}
    assert months[2]["start_offset"] == 0
    assert (
        ask(truth, "/uptime/aaaaaaaaaaaa.json", page="9")["months"][0]["uptime_percentage"] is None
    )


def test_the_printed_percentage_is_cut_to_two_decimals_over_whole_days():
    start = datetime(2026, 11, 1, tzinfo=UTC)
    truth = one_component(
        incident(0, start, start + timedelta(seconds=1000), (start, Level.PARTIAL_OUTAGE), (start + timedelta(seconds=600), Level.MAJOR_OUTAGE))
    )  # fmt: skip
    (values,) = ask(truth, "/uptime_showcase", components="aaaaaaaaaaaa")["values"]

    assert values == {"component": "aaaaaaaaaaaa", "thirty": 99.97, "sixty": 99.98, "ninety": 99.99}


def test_updates_carry_each_transition_at_its_instant_newest_first_with_prefixed_names():
    truth = random_truth(5, now=NOW, live=False)
    for raw in ask(truth, "/api/v2/incidents.json")["incidents"]:
        one = next(one for one in truth.incidents if one.id == raw["id"])
        stamps = [update["created_at"] for update in raw["incident_updates"]]
        assert [datetime.fromisoformat(stamp) for stamp in stamps] == sorted(
            {at for at in one.instants() if at <= NOW}, reverse=True
        )
        for update in raw["incident_updates"]:
            for affected in update["affected_components"] or ():
                assert affected["name"] == truth.component(affected["code"]).full_name
                level = one.level(affected["code"], datetime.fromisoformat(update["created_at"]))
                assert affected["new_status"] == statuspage.STATES[level]


@pytest.mark.slow
def test_fifty_incidents_are_listed_newest_resolution_first_and_paging_changes_nothing():
    truth = random_truth(1, now=NOW, incidents=90)
    listed = ask(truth, "/api/v2/incidents.json")["incidents"]
    order = [datetime.fromisoformat(one["resolved_at"] or one["created_at"]) for one in listed]

    assert len(listed) == 50
    assert order == sorted(order, reverse=True)
    assert ask(truth, "/api/v2/incidents.json", page="2")["incidents"] == listed


@pytest.mark.slow
def test_the_history_names_every_incident_once_and_each_can_be_read_by_its_code():
    truth = random_truth(1, now=NOW, incidents=70)
    months = [
        month
        for number in ("1", "2", "3")
        for month in ask(truth, "/history.json", page=number)["months"]
    ]
    codes = [one["code"] for month in months for one in month["incidents"]]

    assert sorted(codes) == sorted(one.id for one in truth.incidents if one.started_at <= NOW)
    assert all(
        ask(truth, f"/api/v2/incidents/{code}.json")["incident"]["id"] == code for code in codes
    )


def test_a_maintenance_is_announced_in_advance_without_harming_its_component():
    truth = next(truth for truth in demo_truths(NOW) if truth.slug == "quillmail")
    planned = ask(truth, "/api/v2/summary.json")["scheduled_maintenances"]
    waiting = next(one for one in planned if one["status"] == "scheduled")

    assert {one["status"] for one in planned} == {"scheduled", "in_progress"}
    assert (
        datetime.fromisoformat(waiting["scheduled_for"])
        > NOW
        > datetime.fromisoformat(waiting["started_at"])
    )
    assert waiting["components"][0]["status"] == "operational"


def test_page_and_feed_carry_the_marks_of_the_platform():
    truth = random_truth(2, now=NOW, incidents=40)
    page, feed = ask(truth, "/"), ask(truth, "/history.atom")

    assert re.search(
        r'<body class="status index status-(none|minor|major|critical|maintenance)">', page
    )
    assert "dka575ofm4ao0.cloudfront.net" in page
    assert page.count("data-uptime-lazy") == sum(c.showcase for c in truth.components)
    assert feed.count("<entry>") == 25


def test_unknown_paths_and_untracked_components_answer_as_the_platform_does():
    truth = one_component()

    assert statuspage.answer(truth, "/api/v2/nothing.json", {}, NOW)[0] == 404
    assert statuspage.answer(truth, "/uptime/zzzzzzzzzzzz.json", {}, NOW)[0] == 404
    assert incidentio.answer(truth, "/uptime_showcase", {}, NOW)[0] == 404
    assert ask(truth, "/uptime_showcase", components="zzzzzzzzzzzz") == {
        "components": {},
        "timelines": {},
        "values": [],
    }


def test_the_page_changes_its_mark_exactly_when_something_changed():
    truth = one_component(incident(0, NOW - MINUTE, NOW + MINUTE, (NOW - MINUTE, Level.DEGRADED)))
    marks = [
        ask(truth, "/api/v2/status.json", NOW + timedelta(seconds=s))["page"]["updated_at"]
        for s in (0, 59, 60, 90)
    ]

    assert marks[0] == marks[1] != marks[2] == marks[3] == "2026-11-20T14:04:07.000Z"


@pytest.mark.parametrize("seed", range(6))
def test_the_data_call_lists_affected_components_only_and_at_their_true_level(seed):
    truth = random_truth(seed, now=NOW, platform="incidentio")
    summary = ask(truth, "/proxy/status.vendor.example")["summary"]
    affected = {row["component_id"]: row["status"] for row in summary["affected_components"]}

    for component in truth.components:
        level = truth.level(component.id, NOW)
        assert affected.get(component.id, "operational") == incidentio.STATES[level]
    assert "operational" not in affected.values()


def test_impacts_are_those_that_touch_the_asked_span_and_open_ones_have_no_end():
    truth = next(truth for truth in demo_truths(NOW) if truth.slug == "brightwater-logs")
    query = {"start_at": "2026-11-20T00:00:00.000Z", "end_at": "2026-11-20T23:59:59.999Z"}
    impacts = ask(truth, "/proxy/x/component_impacts", **query)["component_impacts"]

    assert [impact["status"] for impact in impacts if "end_at" not in impact] == ["partial_outage"]
    assert all(impact.get("end_at", "9") >= query["start_at"] for impact in impacts)
    assert incidentio.answer(truth, "/proxy/x/component_impacts", {}, NOW)[0] == 422


def test_the_html_carries_the_same_data_as_the_calls():
    truth = random_truth(8, now=NOW, platform="incidentio", zone="UTC")
    pushed = re.findall(r"self\.__next_f\.push\((\[1,.*?\])\)</script>", ask(truth, "/"))
    flight = "".join(json.loads(text)[1] for text in pushed)
    lines = dict(line.split(":", 1) for line in flight.splitlines())
    data = json.loads(lines["1b"])[3]["data"]
    called = ask(
        truth,
        "/proxy/x/component_impacts",
        start_at="2026-08-22T00:00:00Z",
        end_at="2026-11-21T00:00:00Z",
    )

    assert json.loads(lines["5"])[1][3]["summary"]["id"] == truth.page_id
    assert [one["id"] for one in data["component_impacts"]] == [
        one["id"] for one in called["component_impacts"]
    ]
    assert json.loads(lines["20"])[3]["initialNow"]["isoDate"] == "2026-11-20T14:03:07.000Z"


def test_the_compatible_summary_is_cut_to_25_components_in_changing_order():
    parts = [(None, f"Part {number}") for number in range(30)]
    truth = random_truth(1, now=NOW, platform="incidentio", parts=parts)
    first, later = (
        ask(truth, "/api/v2/summary.json", at)["components"] for at in (NOW, NOW + MINUTE)
    )

    assert len(first) == len(later) == 25
    assert {row["id"] for row in first} != {row["id"] for row in later}
    assert len(ask(truth, "/api/v2/components.json")["components"]) == 30
    assert "time_zone" not in ask(truth, "/api/v2/status.json")["page"]
