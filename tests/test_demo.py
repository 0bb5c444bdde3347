"""The simulator: the truth's own arithmetic, what the pages print of it, the server, and the
platforms that read it."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.demo import (
    Truth,
    TruthComponent,
    TruthIncident,
    demo_truths,
    incidentio,
    random_truth,
    statuspage,
)
from monitor.demo.server import RENDERERS, Simulator
from monitor.demo.truth import short_id, ulid
from monitor.errors import MonitorError
from monitor.intervals import Interval, day_interval, day_of, days_between
from monitor.kit.protocol import PageContext, Response
from monitor.model import Aspect, Bar, Evidence, Impact, Level, Seconds
from monitor.platforms import named, signals
from tests.drive import drive

NOW = datetime(
    2026, 11, 20, 14, 3, 7, tzinfo=UTC
)  # 90 days before it, clocks went back in Europe and America
MINUTE = timedelta(minutes=1)
SEEDS = range(20)
PLATFORMS = ("statuspage", "incidentio")


def ask(truth: Truth, path: str, now: datetime = NOW, **query: str):
    status, headers, body = RENDERERS[truth.platform](truth, path, query, now)
    assert status == 200, f"{path}: {status}"
    return json.loads(body) if "json" in headers["content-type"] else body.decode()


def one_component(
    *incidents: TruthIncident, zone: str = "UTC", platform: str = "statuspage"
) -> Truth:
    component = TruthComponent(id="aaaaaaaaaaaa", name="API", start=date(2025, 1, 1))
    return Truth(
        slug="acme", name="Acme", platform=platform, zone=zone, url="https://status.acme.example/",
        created_at=datetime(2025, 1, 1, tzinfo=UTC), components=(component,), incidents=incidents,
    )  # fmt: skip


def incident(
    number: int, start: datetime, end: datetime | None, *moves: tuple[datetime, Level]
) -> TruthIncident:
    key = short_id("incident", str(number))
    return TruthIncident(
        id=key, title="Trouble", impact="major", started_at=start, resolved_at=end,
        effects={"aaaaaaaaaaaa": moves} if moves else {},
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------------------
# truth

BEGIN = datetime(2026, 3, 7, 23, 57, tzinfo=UTC)


@st.composite
def small_incidents(draw: st.DrawFn) -> list[TruthIncident]:
    made = []
    for number in range(draw(st.integers(0, 4))):
        points = sorted(draw(st.sets(st.integers(0, 420), min_size=1, max_size=5)))
        at = [BEGIN + timedelta(seconds=point) for point in points]
        moves = tuple((moment, draw(st.sampled_from(list(Level)))) for moment in at)
        end = draw(
            st.none()
            | st.integers(points[-1], 480).map(lambda second: BEGIN + timedelta(seconds=second))
        )
        made.append(incident(number, at[0], end, *moves))
    return made


@pytest.mark.slow
@given(incidents=small_incidents(), until=st.integers(0, 600))
def test_the_seconds_of_two_days_equal_counting_every_second(incidents, until):
    truth, now = one_component(*incidents), BEGIN + timedelta(seconds=until)
    counted = {day: dict.fromkeys(Level, 0) for day in (date(2026, 3, 7), date(2026, 3, 8))}
    for second in range(until):
        at = BEGIN + timedelta(seconds=second)
        counted[at.date()][truth.level("aaaaaaaaaaaa", at)] += 1

    for day, sums in counted.items():
        seconds = truth.seconds("aaaaaaaaaaaa", day, now=now)
        assert [seconds.of(level) for level in Level if level] == [
            sums[level] for level in Level if level
        ]


@pytest.mark.slow
@given(incidents=small_incidents(), until=st.integers(0, 600))
def test_the_levels_are_the_worst_of_overlapping_incidents_at_every_second(incidents, until):
    truth, now = one_component(*incidents), BEGIN + timedelta(seconds=until)
    levels = truth.levels("aaaaaaaaaaaa", now=now)

    for second in range(until):
        at = BEGIN + timedelta(seconds=second)
        alone = [level_of(one, at) for one in incidents]
        assert [level for span, level in levels if at in span] == [
            top for top in [max(alone, default=0)] if top
        ]


def level_of(one: TruthIncident, at: datetime) -> Level:
    """A second way to say it: the last transition by then, unless the incident is over."""
    found = Level.OPERATIONAL
    for since, level in one.effects["aaaaaaaaaaaa"]:
        if since <= at:
            found = level
    return Level.OPERATIONAL if one.resolved_at is not None and at >= one.resolved_at else found


@pytest.mark.slow
@given(incidents=small_incidents())
def test_levels_are_ascending_and_disjoint_and_equal_neighbours_are_joined(incidents):
    levels = one_component(*incidents).levels("aaaaaaaaaaaa", now=BEGIN + timedelta(hours=1))

    for (earlier, low), (later, high) in pairwise(levels):
        assert earlier.end < later.start or (earlier.end == later.start and low != high)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), back=st.integers(0, 400))
def test_the_seconds_of_a_day_never_exceed_its_length_and_agree_with_the_levels(seed, back):
    now = NOW - timedelta(days=back)
    truth = random_truth(seed, now=now, days=30)
    today = day_of(now, truth.tz)

    for component in truth.components:
        levels = truth.levels(component.id, now=now)
        for day in days_between(today - timedelta(days=31), today + timedelta(days=1)):
            whole = day_interval(day, truth.tz)
            seconds = truth.seconds(component.id, day, now=now)
            assert 0 <= seconds.total <= whole.seconds
            parts = [(part.seconds, level) for span, level in levels if (part := span.clip(whole))]
            assert seconds == Seconds(
                maintenance=sum(s for s, level in parts if level is Level.MAINTENANCE),
                degraded=sum(s for s, level in parts if level is Level.DEGRADED),
                partial=sum(s for s, level in parts if level is Level.PARTIAL_OUTAGE),
                major=sum(s for s, level in parts if level is Level.MAJOR_OUTAGE),
            )


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [("Europe/Berlin", date(2026, 10, 25), 90_000), ("America/Los_Angeles", date(2026, 3, 8), 82_800), ("Australia/Lord_Howe", date(2026, 4, 5), 88_200)],
)  # fmt: skip
def test_an_outage_over_a_change_of_clock_lasts_as_long_as_that_day(zone, day, length):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    truth = one_component(incident(0, start, None, (start, Level.MAJOR_OUTAGE)), zone=zone)

    assert truth.seconds("aaaaaaaaaaaa", day, now=NOW) == Seconds(major=length)


def test_what_lies_after_now_has_not_happened():
    end = NOW + 30 * MINUTE
    truth = one_component(
        incident(
            0,
            NOW - 10 * MINUTE,
            end,
            (NOW - 10 * MINUTE, Level.DEGRADED),
            (NOW + MINUTE, Level.MAJOR_OUTAGE),
        ),
        incident(1, NOW + 5 * MINUTE, end, (NOW + 5 * MINUTE, Level.MAJOR_OUTAGE)),
    )

    assert truth.seconds("aaaaaaaaaaaa", NOW.date(), now=NOW) == Seconds(degraded=600)
    assert [one["id"] for one in ask(truth, "/api/v2/incidents.json")["incidents"]] == [
        truth.incidents[0].id
    ]
    assert "major_outage" not in json.dumps(ask(truth, "/api/v2/summary.json"))
    assert ask(truth, "/api/v2/summary.json", end)["status"]["indicator"] == "none"


def test_equal_seeds_give_equal_truths_and_different_seeds_different_ones():
    assert random_truth(3, now=NOW) == random_truth(3, now=NOW)
    assert random_truth(3, now=NOW).incidents != random_truth(4, now=NOW).incidents


def test_random_truths_hold_everything_that_makes_pages_hard_to_read():
    truths = [random_truth(seed, now=NOW) for seed in range(60)]
    incidents = [(truth, one) for truth in truths for one in truth.incidents]

    assert {truth.zone for truth in truths} >= {"Etc/UTC", "Europe/Berlin", "Australia/Lord_Howe"}
    assert any([c.name for c in truth.components].count("API") == 2 for truth in truths)
    assert any(not c.showcase for truth in truths for c in truth.components)
    assert any(
        c.start > NOW.date() - timedelta(days=90) for truth in truths for c in truth.components
    )
    assert any(not one.effects for _, one in incidents)
    assert any(one.resolved_at is None for _, one in incidents)
    assert any(one.maintenance and one.started_at > NOW for _, one in incidents)
    assert any(one.maintenance and one.is_over(NOW) for _, one in incidents)
    assert any(
        one.maintenance and one.started_at < NOW and not one.is_over(NOW) for _, one in incidents
    )
    assert any(
        start == end
        for _, one in incidents
        for key in one.effects
        for start, end, _ in one.spans(key, NOW)
    )
    assert any(sum(two.effects.keys() & one.effects.keys() != set() and two.started_at < one.started_at < (two.resolved_at or NOW) for two in truth.incidents) for truth, one in incidents)  # fmt: skip


def test_nothing_happens_to_a_component_before_its_first_day():
    for seed in range(60):
        truth = random_truth(seed, now=NOW)
        for component in truth.components:
            begin = day_interval(component.start, truth.tz).start
            assert all(
                moves[0][0] > begin
                for one in truth.incidents
                if (moves := one.effects.get(component.id))
            )


def test_ids_have_the_form_of_their_platform():
    assert re.fullmatch("[a-z0-9]{12}", short_id("a", "b"))
    assert re.fullmatch("01[0-9A-HJKMNP-TV-Z]{24}", ulid(NOW, "a"))
    assert ulid(NOW, "a") < ulid(NOW + MINUTE, "a")


def test_transitions_out_of_order_are_refused():
    with pytest.raises(ValueError, match="out of order"):
        incident(0, NOW, None, (NOW + MINUTE, Level.DEGRADED), (NOW, Level.MAJOR_OUTAGE))


# ---------------------------------------------------------------------------------------------------
# Statuspage prints


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


# ---------------------------------------------------------------------------------------------------
# incident.io prints


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


# -------------------------------------------------------------------------------------------- read
# by the platforms


def context(truth: Truth, now: datetime = NOW) -> PageContext:
    return PageContext(url=truth.url, now=now, zone=truth.zone)


def over(truth: Truth, now: datetime = NOW):
    """Answer the generators' requests from the truth."""

    def answer(url: str) -> Response:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        status, headers, body = RENDERERS[truth.platform](truth, parts.path or "/", query, now)
        return Response(url=url, final_url=url, status=status, headers=headers, body=body)

    return answer


def worst_levels(
    impacts: Iterable[Impact], now: datetime, within: Interval
) -> list[tuple[Interval, Level]]:
    """The worst level of the impacts at every instant inside a span, in the form of
    `Truth.levels`."""
    held = [
        (part, impact.level)
        for impact in impacts
        if (span := Interval.between(impact.start, min(impact.end or now, now)))
        and (part := span.clip(within))
    ]
    edges = sorted({edge for span, _ in held for edge in (span.start, span.end)})
    found: list[tuple[Interval, Level]] = []
    for start, end in pairwise(edges):
        level = max((level for span, level in held if start in span), default=Level.OPERATIONAL)
        if found and found[-1][1] == level and found[-1][0].end == start:
            found[-1] = (Interval(found[-1][0].start, end), level)
        elif level is not Level.OPERATIONAL:
            found.append((Interval(start, end), level))
    return found


def collected(truth: Truth, since: datetime, now: datetime = NOW) -> list[Evidence]:
    platform = named(truth.platform)
    page = context(truth, now)
    evidence = drive(platform.backfill(page, since), page, over(truth, now))
    assert [gap for one in evidence for gap in one.gaps] == []
    return evidence


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_poll_of_the_pages_observes_the_true_levels(platform, seed):
    truth = random_truth(seed, now=NOW, platform=platform)
    page = context(truth)
    evidence = drive(named(platform).poll(page), page, over(truth))
    observed = {o.component_id: o.level for one in evidence for o in one.observed or ()}
    listed = next(one.components for one in evidence if one.components is not None)

    assert observed == {c.id: truth.level(c.id, NOW) for c in truth.components}
    assert {(c.id, c.name, c.group) for c in listed} == {
        (c.id, c.name, c.group) for c in truth.components
    }
    assert [word for one in evidence for word in one.unknown_words] == []


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_backfill_of_the_pages_finds_every_level_of_the_truth_to_the_second(platform, seed):
    truth = random_truth(seed, now=NOW, platform=platform)
    since = NOW - timedelta(days=90)
    impacts = {
        (i.component_id, i.incident_id, i.start, i.level): i
        for one in collected(truth, since)
        for i in one.impacts
    }

    for component in truth.components:
        mine = [impact for impact in impacts.values() if impact.component_id == component.id]
        assert worst_levels(mine, NOW, Interval(since, NOW)) == truth.levels(component.id, now=NOW)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_backfill_of_a_statuspage_finds_the_true_seconds_in_its_bars(seed):
    truth = random_truth(seed, now=NOW)
    evidence = collected(truth, NOW - timedelta(days=90))
    bars = {(bar.component_id, bar.day): bar for one in evidence for bar in one.bars}
    today = day_of(NOW, truth.tz)

    for component in truth.components:
        for day in days_between(max(component.start, today - timedelta(days=89)), today):
            bar = bars.get((component.id, day), Bar(component_id=component.id, day=day, source=""))
            seconds = truth.seconds(component.id, day, now=NOW) if component.showcase else Seconds()
            assert (bar.partial_seconds, bar.major_seconds) == (seconds.partial, seconds.major)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_backfill_covers_the_whole_window(platform):
    truth = random_truth(4, now=NOW, platform=platform)
    since = NOW - timedelta(days=90)
    spans = [
        c.span
        for one in collected(truth, since)
        for c in one.coverage
        if c.aspect is Aspect.IMPACTS
    ]

    assert min(span.start for span in spans) <= since
    assert max(span.end for span in spans) == NOW


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_pages_are_recognised_as_their_platform_and_not_as_the_other(platform):
    truth = random_truth(4, now=NOW, platform=platform)
    response = over(truth)(truth.url)
    other = PLATFORMS[1 - PLATFORMS.index(platform)]

    assert len({signal.kind for signal in signals(platform, response)}) >= 2
    assert signals(other, response) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_polls_follow_the_pages_while_time_passes(platform):
    truth = random_truth(11, now=NOW, platform=platform)
    for minutes in range(0, 600, 45):
        now = NOW + minutes * MINUTE
        page = context(truth, now)
        evidence = drive(named(platform).poll(page), page, over(truth, now))
        assert {o.component_id: o.level for one in evidence for o in one.observed or ()} == {
            c.id: truth.level(c.id, now) for c in truth.components
        }


# -------------------------------------------------------------------------------------------------
# demo and server


def test_the_demo_has_a_vendor_in_every_state():
    worst = {
        truth.slug: max(truth.level(c.id, NOW) for c in truth.components)
        for truth in demo_truths(NOW)
    }

    assert worst == {
        "northwind-cloud": Level.MAJOR_OUTAGE,
        "larkspur-ai": Level.DEGRADED,
        "quillmail": Level.MAINTENANCE,
        "tidepool-maps": Level.OPERATIONAL,
        "halcyon-pay": Level.OPERATIONAL,
        "brightwater-logs": Level.PARTIAL_OUTAGE,
    }


def test_the_demo_goes_on_when_time_passes():
    truths = {truth.slug: truth for truth in demo_truths(NOW)}
    later = NOW + timedelta(minutes=30)

    assert (
        max(truths["larkspur-ai"].level(c.id, later) for c in truths["larkspur-ai"].components)
        is Level.OPERATIONAL
    )
    assert (
        max(truths["quillmail"].level(c.id, later) for c in truths["quillmail"].components)
        is Level.OPERATIONAL
    )
    assert (
        truths["halcyon-pay"]
        .seconds(truths["halcyon-pay"].components[0].id, NOW.date(), now=later)
        .major
        >= 6000
    )


class Watch:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def test_every_vendor_is_served_on_an_origin_of_its_own_and_follows_the_clock():
    watch = Watch()
    simulator = Simulator(demo_truths(NOW), watch)
    await simulator.start()
    try:
        urls = {vendor.slug: vendor.url for vendor in simulator.vendors}
        async with httpx.AsyncClient() as client:
            summary = f"{urls['quillmail']}api/v2/summary.json"
            first = await client.get(summary)
            again = await client.get(summary, headers={"if-none-match": first.headers["etag"]})
            watch.now += timedelta(hours=1)
            later = await client.get(summary, headers={"if-none-match": first.headers["etag"]})
            other = await client.get(f"{urls['larkspur-ai']}proxy/127.0.0.1")

        assert len(set(urls.values())) == 6
        assert first.json()["page"]["url"] == urls["quillmail"].rstrip("/")
        assert (again.status_code, again.content) == (304, b"")
        assert later.status_code == 200
        assert [first.json()["status"]["indicator"], later.json()["status"]["indicator"]] == [
            "maintenance",
            "none",
        ]
        assert first.headers["server"] == "AtlassianEdge"
        assert other.headers["server"] == "Vercel"
        assert other.json()["summary"]["name"] == "Larkspur AI"
    finally:
        await simulator.stop()


async def test_a_taken_port_is_a_clear_error_and_serves_nothing():
    first = Simulator(demo_truths(NOW)[:1], lambda: NOW)
    await first.start()
    try:
        port = urlsplit(first.vendors[0].url).port
        second = Simulator(demo_truths(NOW)[:1], lambda: NOW, first_port=port)
        with pytest.raises(MonitorError, match=rf"cannot listen on 127\.0\.0\.1:{port}"):
            await second.start()
        assert second.vendors == []
    finally:
        await first.stop()


async def test_a_stopped_simulator_frees_its_ports_and_can_be_stopped_again():
    simulator = Simulator(demo_truths(NOW)[:2], lambda: NOW)
    await simulator.start()
    port = urlsplit(simulator.vendors[0].url).port
    await simulator.stop()
    await simulator.stop()
    again = Simulator(demo_truths(NOW)[:1], lambda: NOW, first_port=port)
    await again.start()
    try:
        assert urlsplit(again.vendors[0].url).port == port
    finally:
        await again.stop()


def test_zones_of_random_truths_exist():
    assert all(ZoneInfo(random_truth(seed, now=NOW).zone) for seed in range(20))
