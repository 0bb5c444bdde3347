"""Cases that other tools get wrong, one test each, named after the case. What is right stands in
the name."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of
from test_pipeline import NOW, incident_json, truth_for
from written_pages import API, OTHER, Page, component, polled, watching

from exporters.prometheus import PollMetrics, StateMetrics, exposition
from monitor import config
from monitor.config import VendorConfig
from monitor.errors import ConfigError
from monitor.intervals import day_interval
from monitor.kit.protocol import Response
from monitor.model import Level, Phase
from monitor.ratios import figures, window_ending

TODAY = date(2026, 5, 20)


async def test_01_two_components_of_the_same_name_are_two_series_and_the_outage_is_visible() -> (
    None
):
    page = Page(component(API), component(OTHER, "major_outage"))
    async with watching(page) as collector:
        await polled(collector)
        text = exposition(
            StateMetrics(collector.store), PollMetrics("0"), now=NOW, openmetrics=False
        ).decode()

    series = [
        line for line in text.splitlines() if line.startswith("vendorstatus_component_level{")
    ]
    assert sorted(line.rsplit(" ", 1)[1] for line in series) == ["0", "4"]
    assert len({line.rsplit(" ", 1)[0] for line in series}) == 2


async def test_02_and_10_maintenance_is_maintenance_and_no_outage() -> None:
    page = Page(component(status="under_maintenance"))
    page.indicator = "maintenance"
    async with watching(page) as collector:
        result, stored, state = await polled(collector)

    assert result.outcome == "ok"
    assert state.levels == {API: Level.MAINTENANCE}
    assert stored.remark is None


async def test_03_a_page_answering_503_for_hours_is_not_up_and_covers_nothing() -> None:
    page, clock = Page(), Clock(NOW)
    async with watching(page, clock) as collector:
        await polled(collector)
        page.raw = Response(url="", status=503, body=b"busy")
        for _ in range(12):
            clock.forward(minutes=15)
            result, stored, state = await polled(collector)
        facts = collector.store.facts(stored.id)

    assert result.outcome == "failed"
    assert stored.last_ok is False
    assert stored.last_success_at == NOW
    assert state.levels == {API: Level.OPERATIONAL}
    assert all(run.span.end <= NOW for run in facts.runs)


async def test_04_an_escalated_and_renamed_incident_shows_its_current_version_and_keeps_both() -> (
    None
):
    page, clock = Page(component(status="major_outage")), Clock(NOW)
    page.incidents = [{**incident_json(API), "impact": "minor"}]
    async with watching(page, clock) as collector:
        _, stored, _ = await polled(collector)
        clock.forward(minutes=5)
        page.incidents = [incident_json(API, name="API down everywhere")]
        await polled(collector)
        versions = collector.store.incident_versions(stored.id, "iiiiiiiiiii1")
        (current,) = collector.store.facts(stored.id).incidents

    assert (current.title, current.impact) == ("API down everywhere", "critical")
    assert len(versions) == 2


async def test_05_a_renamed_component_is_one_component_with_its_new_name_and_its_old_slug() -> None:
    page, clock = Page(), Clock(NOW)
    async with watching(page, clock) as collector:
        await polled(collector)
        clock.forward(minutes=5)
        page.rows = [component(name="Public API")]
        _, _, state = await polled(collector)

    (known,) = state.components
    assert (known.component.name, known.slug) == ("Public API", "api")


async def test_06_a_removed_component_disappears_from_now_and_keeps_its_history() -> None:
    page, clock = Page(component(), component(OTHER, "major_outage", name="Old")), Clock(NOW)
    async with watching(page, clock) as collector:
        await polled(collector)
        clock.forward(minutes=5)
        page.rows = [component()]
        _, stored, state = await polled(collector)
        history = collector.store.page_history(stored.id, TODAY, TODAY)

    assert set(state.levels) == {API}
    assert history.components[OTHER].day(TODAY).seconds.major == 300


async def test_07_a_maintenance_announced_for_next_year_is_scheduled_not_active() -> None:
    page = Page()
    announced = {
        **incident_json(API), "status": "scheduled", "impact": "maintenance", "incident_updates": [],
        "scheduled_for": "2027-02-01T00:00:00.000Z", "scheduled_until": "2027-02-01T04:00:00.000Z",
    }  # fmt: skip
    page.maintenances = [announced]
    async with watching(page) as collector:
        _, _, state = await polled(collector)

    assert [incident.phase for incident in state.open_incidents] == [Phase.SCHEDULED]
    assert state.levels == {API: Level.OPERATIONAL}


def test_08_an_interval_of_90_minutes_is_accepted() -> None:
    settings = config.parse(
        "vendors:\n  - url: https://status.acme.example\n    interval: 90m\n", "monitor.yaml"
    )

    assert settings.vendors[0].interval_seconds == 5400


async def test_11_an_unknown_status_word_makes_that_component_unknown_and_the_rest_is_read() -> (
    None
):
    page = Page(component(status="wobbly"), component(OTHER, "partial_outage", name="Web"))
    async with watching(page) as collector:
        _, stored, state = await polled(collector)
        words = collector.store.unknown_words(stored.id)

    assert state.levels == {API: None, OTHER: Level.PARTIAL_OUTAGE}
    assert [word.word for word in words] == ["wobbly"]


async def test_12_components_decide_and_a_contradicting_indicator_is_visible() -> None:
    page = Page(component(status="partial_outage"))
    async with watching(page) as collector:
        _, stored, state = await polled(collector)

    assert state.levels == {API: Level.PARTIAL_OUTAGE}
    assert stored.remark is not None


async def test_13_an_incident_naming_no_component_is_listed_and_gives_no_level() -> None:
    page = Page()
    page.incidents = [{**incident_json(API, linked=False), "incident_updates": []}]
    async with watching(page) as collector:
        _, stored, state = await polled(collector)
        history = collector.store.page_history(stored.id, TODAY, TODAY)

    assert [incident.component_ids for incident in state.open_incidents] == [()]
    assert history.vendor.day(TODAY).incident_ids == ("iiiiiiiiiii1",)
    assert history.vendor.day(TODAY).level is Level.OPERATIONAL


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        (
            "14",
            Response(
                url="", status=200, final_url="https://new.example/", body=b"<html>hello</html>"
            ),
            "moved",
        ),
        ("15", Response(url="", status=200, body=b""), "empty_body"),
    ],
    ids=["14_a_redirect_that_drops_the_path_is_unreadable", "15_an_empty_body_is_a_failed_poll"],
)
async def test_14_and_15_a_wrong_answer_with_status_200(
    name: str, raw: Response, reason: str
) -> None:
    page = Page()
    page.raw = raw
    async with watching(page) as collector:
        result, stored, state = await polled(collector)

    assert result.outcome == "failed", name
    assert stored.last_error_reason == reason
    assert state.levels == {}


async def test_16_and_17_an_ongoing_incident_counts_to_now_and_overlaps_count_once() -> None:
    page = Page(component(status="major_outage"))
    page.incidents = [incident_json(API), {**incident_json(API), "id": "iiiiiiiiiii2"}]
    async with watching(page) as collector:
        _, stored, _ = await polled(collector)
        history = collector.store.page_history(stored.id, TODAY, TODAY)

    assert history.components[API].day(TODAY).seconds.major == 3600  # 11:30 to 12:30, once


async def test_18_and_19_a_window_deeper_than_the_data_has_unknown_days_and_coverage_below_one() -> (
    None
):
    page = Page()
    page.older = [
        {
            **incident_json(API, linked=False), "id": f"old{number:09d}", "status": "resolved", "incident_updates": [],
            "created_at": (stamp := (NOW - timedelta(days=30 * number / 49)).isoformat()), "started_at": stamp,
            "updated_at": stamp, "resolved_at": stamp,
        }
        for number in range(50)
    ]  # fmt: skip
    async with watching(page) as collector:
        _, stored, _ = await polled(collector)
        (slug,) = collector.vendors
        await collector.derive(slug, since=NOW - timedelta(days=90))
        window = window_ending(TODAY, 90)
        found = figures(
            collector.store.page_history(stored.id, window.first, window.last).vendor, window
        )

    assert 55 < found.unknown_days < 62
    assert found.coverage_ratio == pytest.approx(1 / 3, abs=0.02)


async def test_20_an_impact_word_in_no_table_is_unknown_not_green() -> None:
    page = Page()
    paperwork = {
        "code": API,
        "name": "API",
        "old_status": "operational",
        "new_status": "operational",
    }
    incident = incident_json(API)
    (update,) = incident["incident_updates"]  # type: ignore[misc]
    page.incidents = [
        {
            **incident,
            "impact": "catastrophic",
            "incident_updates": [{**update, "affected_components": [paperwork]}],
        }  # type: ignore[dict-item]
    ]
    async with watching(page) as collector:
        _, stored, _ = await polled(collector)
        day = collector.store.page_history(stored.id, TODAY, TODAY).components[API].day(TODAY)

    assert day.coverage < 1


async def test_22_a_deleted_active_incident_is_withdrawn_not_resolved() -> None:
    page, clock = Page(component(status="major_outage")), Clock(NOW)
    page.incidents = [incident_json(API)]
    async with watching(page, clock) as collector:
        _, stored, _ = await polled(collector)
        clock.forward(minutes=5)
        page.incidents = []
        await polled(collector)
        (incident,) = collector.store.facts(stored.id).incidents

    assert incident.phase is Phase.WITHDRAWN


async def test_25_a_critical_incident_of_19_days_with_degraded_components_is_19_degraded_days() -> (
    None
):
    page = Page(component(status="degraded_performance"))
    incident = incident_json(API)
    started = "2026-05-01T12:00:00.000Z"
    (update,) = incident["incident_updates"]  # type: ignore[misc]
    change = {
        "code": API,
        "name": "API",
        "old_status": "operational",
        "new_status": "degraded_performance",
    }
    page.incidents = [
        {
            **incident, "created_at": started, "started_at": started,
            "incident_updates": [{**update, "created_at": started, "affected_components": [change]}],  # type: ignore[dict-item]
        }
    ]  # fmt: skip
    async with watching(page) as collector:
        _, stored, _ = await polled(collector)
        (slug,) = collector.vendors
        await collector.derive(slug, since=datetime(2026, 5, 1, tzinfo=UTC))
        window = window_ending(TODAY, 20)
        found = figures(
            collector.store.page_history(stored.id, window.first, window.last).vendor, window
        )

    assert (found.outage_days, found.degraded_days) == (0, 20)


async def test_26_an_excluded_third_party_component_does_not_take_the_vendor_down_and_shows_as_excluded() -> (
    None
):
    page = Page(component(), component(OTHER, "major_outage", name="Twilio SMS"))
    async with watching(page, exclude=("Twilio*",)) as collector:
        _, stored, _ = await polled(collector)
        state = collector.store.current(stored.id)
        history = collector.store.page_history(stored.id, TODAY, TODAY)

    assert state.excluded == frozenset({OTHER})
    assert history.vendor.day(TODAY).level is Level.OPERATIONAL
    assert history.components[OTHER].day(TODAY).incident_ids == ()


async def test_28_days_are_cut_in_the_pages_own_zone() -> None:
    page = Page(component(status="major_outage"), zone="America/Los_Angeles")
    page.incidents = [incident_json(API)]
    async with watching(page) as collector:
        _, stored, _ = await polled(collector)

    assert stored.zone_name == "America/Los_Angeles"
    assert day_interval(TODAY, stored.zone).start.hour == 7


def test_29_a_bare_number_is_no_duration() -> None:
    with pytest.raises(ConfigError, match="timeout"):
        config.parse(
            "vendors:\n  - url: https://status.acme.example\n    timeout: 2\n", "monitor.yaml"
        )


@pytest.mark.slow
async def test_30_incident_titles_are_labels_of_the_newest_open_ones_alone() -> None:
    page = Page(component(status="major_outage"))
    page.incidents = [incident_json(API, name="a title of many words")]
    async with watching(page) as collector:
        await polled(collector)
        text = exposition(
            StateMetrics(collector.store), PollMetrics("0"), now=NOW, openmetrics=False
        ).decode()

    (named,) = (line for line in text.splitlines() if "a title of many words" in line)
    assert named.startswith("vendorstatus_vendor_open_incident_start_timestamp_seconds{")


def test_settings_of_a_vendor_have_units_in_their_names() -> None:
    names = set(VendorConfig.__dataclass_fields__)

    assert {"interval_seconds", "timeout_seconds", "min_outage_seconds"} <= names


async def test_09_a_429_is_honoured_and_counted() -> None:
    from monitor.errors import Throttled

    truth = truth_for(5, "statuspage")
    pages = SimulatedPages(
        [truth], Clock(NOW), lambda url: Throttled("429", retry_after=timedelta(hours=1), url=url)
    )
    async with collecting(
        pages, {truth.slug: vendor_of(truth, platform="statuspage")}
    ) as collector:
        result = await collector.poll(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)

    assert result.error is not None
    assert result.error.reason == "throttled"
    assert page.due_at is not None
    assert page.due_at >= NOW + timedelta(hours=1)


async def test_21_a_history_that_breaks_half_way_is_reported_and_resumed() -> None:
    truth = truth_for(3, "statuspage")
    broken = True

    def answer(url: str) -> Response | None:
        lost = broken and "/api/v2/incidents/" in url
        return Response(url=url, final_url=url, status=500, body=b"no") if lost else None

    pages = SimulatedPages(
        [truth], Clock(NOW), lambda url: answer(url) or (no_list(url) if broken else None)
    )
    async with collecting(pages) as collector:
        first = await collector.backfill(
            await page_of(collector, truth.slug), NOW - timedelta(days=90)
        )
        broken = False
        second = await collector.backfill(
            await page_of(collector, truth.slug), NOW - timedelta(days=90)
        )

    assert first.gaps
    assert not first.complete
    assert second.complete


def no_list(url: str) -> Response | None:
    return (
        Response(url=url, final_url=url, status=404, body=b"no")
        if url.endswith("/api/v2/incidents.json")
        else None
    )


async def test_23_a_bar_edited_after_the_day_closed_revises_the_day_and_both_stay_readable() -> (
    None
):
    truth = truth_for(3, "statuspage")
    clock, edited = Clock(NOW), False
    pages = SimulatedPages([truth], clock)
    code, day = truth.components[0].id, date(2026, 5, 10)

    def answer(url: str) -> Response | None:
        if not edited or "uptime_showcase" not in url:
            return None
        original = pages._page(url)
        content = json.loads(original.body)
        for bar in content["timelines"][code]["days"]:
            if bar["date"] == day.isoformat():
                bar["outages"] = {"m": 5100}
        return replace(original, body=json.dumps(content).encode())

    pages.override = answer
    async with collecting(pages) as collector:
        await collector.backfill(await page_of(collector, truth.slug), NOW - timedelta(days=90))
        then = clock.now
        clock.forward(hours=1)
        edited = True
        page = await page_of(collector, truth.slug)
        await collector.backfill(page, NOW - timedelta(days=90), again=True)
        revisions = collector.store.revisions(page.id, code, day)
        known_then = collector.store.facts(page.id, known_at=then)
        count = collector.store.revised_days(page.id, day, day)

    assert revisions[-1].revision == 2
    assert revisions[-1].day.seconds.major == 5100
    assert not [
        bar
        for bar in known_then.bars
        if bar.component_id == code and bar.day == day and bar.major_seconds == 5100
    ]
    assert count >= 1
