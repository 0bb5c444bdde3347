"""The whole path, all real but the network: collect, keep, derive; and what must never happen on
the way."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of

from monitor.collect import NoObserver
from monitor.demo.chance import random_truth
from monitor.errors import ConnectFailed, Throttled
from monitor.fetch import Limits
from monitor.intervals import day_interval, day_of, days_between
from monitor.kit.protocol import Response
from monitor.model import Level, Phase
from monitor.ratios import figures, window_ending
from monitor.store import Store

NOW = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)


def truth_for(seed: int, platform: str, **changes: object):
    return random_truth(
        seed, now=NOW, platform=platform, url="https://status.acme.example/", **changes
    )


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["statuspage", "incidentio"])
@pytest.mark.parametrize("seed", range(8))
async def test_random_truth_comes_back_as_stored_days(platform: str, seed: int) -> None:
    truth = truth_for(seed, platform)
    pages = SimulatedPages([truth], Clock(NOW))
    async with collecting(pages) as collector:
        assert (await collector.poll(await page_of(collector, truth.slug))).error is None
        page = await page_of(collector, truth.slug)
        zone = page.zone
        last = day_of(NOW, zone)
        first = last - timedelta(days=80)
        result = await collector.backfill(page, day_interval(first, zone).start)
        history = collector.store.page_history(page.id, first, last)

    assert result.complete
    assert page.zone_name == truth.zone
    for component in truth.components:
        for day in days_between(max(first, component.start + timedelta(days=1)), last):
            wanted = truth.seconds(component.id, day, now=NOW)
            found = history.components[component.id].day(day)
            assert found.level is not None
            for level in (
                Level.MAINTENANCE,
                Level.DEGRADED,
                Level.PARTIAL_OUTAGE,
                Level.MAJOR_OUTAGE,
            ):
                assert found.seconds.of(level) == pytest.approx(wanted.of(level), abs=1.01), (
                    component.name,
                    day,
                    level,
                )


@pytest.mark.slow
async def test_ingesting_the_same_page_twice_changes_nothing() -> None:
    truth = truth_for(3, "statuspage")
    pages = SimulatedPages([truth], Clock(NOW))
    async with collecting(pages) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)
        await collector.backfill(page, NOW - timedelta(days=90))
        before = dump(collector.store)
        await collector.backfill(page, NOW - timedelta(days=90), again=True)

        assert dump(collector.store) == before


async def test_a_second_backfill_asks_for_nothing_that_was_complete() -> None:
    truth = truth_for(3, "statuspage")
    pages = SimulatedPages([truth], Clock(NOW))
    async with collecting(pages) as collector:
        page = await page_of(collector, truth.slug)
        first = await collector.backfill(page, NOW - timedelta(days=90))
        page = await page_of(collector, truth.slug)
        pages.asked.clear()
        second = await collector.backfill(page, NOW - timedelta(days=90))

    assert first.requests > 3
    assert not [url for url in pages.asked if "/incidents/" in url or "uptime" in url]
    assert second.complete


@pytest.mark.slow
async def test_an_unchanged_page_is_a_304_or_the_same_body_and_extends_the_observation() -> None:
    truth = replace(truth_for(5, "statuspage"), incidents=())
    clock = Clock(NOW)
    async with collecting(SimulatedPages([truth], clock)) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        clock.forward(minutes=5)
        again = await collector.poll(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)

    assert again.outcome == "unchanged"
    assert page.last_success_at == clock.now
    assert page.observed_until == clock.now


@pytest.mark.slow
async def test_a_page_down_for_a_day_leaves_the_day_unknown_and_no_uptime_grows() -> None:
    truth = replace(truth_for(5, "statuspage"), incidents=(), zone="UTC")
    clock = Clock(datetime(2026, 5, 20, 0, 0, tzinfo=UTC))
    down = False
    pages = SimulatedPages(
        [truth], clock, lambda url: ConnectFailed("refused", url=url) if down else None
    )
    vendors = {truth.slug: vendor_of(truth, zone="UTC", interval_seconds=1800)}
    async with collecting(pages, vendors) as collector:
        for half_hour in range(4 * 48):
            down = 48 <= half_hour < 3 * 48  # all of the 21st and the 22nd
            await collector.poll(await page_of(collector, truth.slug))
            clock.forward(minutes=30)
        page = await page_of(collector, truth.slug)
        history = collector.store.page_history(page.id, date(2026, 5, 20), date(2026, 5, 23))
        found = figures(history.vendor, window_ending(date(2026, 5, 22), 3))

    assert history.vendor.day(date(2026, 5, 20)).level is Level.OPERATIONAL
    assert history.vendor.day(date(2026, 5, 22)).level is None
    assert history.vendor.day(date(2026, 5, 23)).level is Level.OPERATIONAL
    assert found.covered_seconds == 23.5 * 3600  # from the first to the last reading of the 20th
    assert page.last_ok


@pytest.mark.parametrize(("silent_minutes", "known_minutes"), [(15, 20), (16, 5)])
async def test_a_silence_of_more_than_three_poll_intervals_counts_as_known_nowhere(
    silent_minutes: int, known_minutes: int
) -> None:
    truth = replace(truth_for(5, "statuspage"), incidents=(), zone="UTC")
    today = NOW.date()
    clock = Clock(datetime(today.year, today.month, today.day, tzinfo=UTC))
    vendors = {truth.slug: vendor_of(truth, zone="UTC", interval_seconds=300)}
    async with collecting(SimulatedPages([truth], clock), vendors) as collector:
        for minutes in (0, 5, silent_minutes):
            clock.forward(minutes=minutes)
            await collector.poll(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)
        history = collector.store.page_history(page.id, today, today)

    assert history.vendor.day(today).covered_seconds == known_minutes * 60


async def test_a_failed_page_keeps_its_level_with_an_ageing_last_success() -> None:
    truth = truth_for(5, "statuspage")
    clock = Clock(NOW)
    broken = False
    pages = SimulatedPages(
        [truth], clock, lambda url: ConnectFailed("refused", url=url) if broken else None
    )
    async with collecting(pages) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        before = await page_of(collector, truth.slug)
        levels = collector.store.current(before.id).levels
        broken = True
        clock.forward(minutes=5)
        failed = await collector.poll(before)
        after = await page_of(collector, truth.slug)

    assert failed.outcome == "failed"
    assert after.last_ok is False
    assert after.last_success_at == before.last_success_at
    assert collector.store.current(before.id).levels == levels


async def test_retry_after_is_honoured() -> None:
    truth = truth_for(5, "statuspage")
    clock = Clock(NOW)
    pages = SimulatedPages(
        [truth], clock, lambda url: Throttled("429", retry_after=timedelta(hours=2), url=url)
    )
    vendors = {truth.slug: vendor_of(truth, platform="statuspage")}
    async with collecting(pages, vendors) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)

    assert page.due_at is not None
    assert page.due_at >= NOW + timedelta(hours=2)
    assert page.last_error_reason == "throttled"


async def test_a_page_that_is_broken_for_a_while_keeps_its_platform_and_is_read_again_when_it_heals() -> (
    None
):
    truth = truth_for(5, "statuspage")
    html = Response(
        url="", status=200, headers={"content-type": "text/html"}, body=b"<html>sorry</html>"
    )
    broken = False
    pages = SimulatedPages(
        [truth], Clock(NOW), lambda url: replace(html, url=url, final_url=url) if broken else None
    )
    async with collecting(pages) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        broken = True
        for _ in range(5):
            await collector.poll(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)
        assert (page.platform, page.parse_failures, page.last_error_reason) == (
            "statuspage",
            5,
            "not_json",
        )
        broken = False
        healed = await collector.poll(page)
        page = await page_of(collector, truth.slug)

    assert healed.error is None
    assert (page.platform, page.parse_failures) == ("statuspage", 0)


async def test_a_word_nobody_knows_is_logged_once_and_counted_every_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, logger="monitor.collect")
    truth, counted = truth_for(5, "statuspage"), Moves()
    body = b""

    def answer(url: str) -> Response | None:
        known = body if url.endswith("summary.json") else b""
        return Response(url=url, final_url=url, status=200, body=known) if known else None

    pages = SimulatedPages([truth], Clock(NOW), answer)
    async with collecting(pages, observer=counted) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        told = json.loads(
            (
                await pages.get(f"{truth.url}api/v2/summary.json", accept="", limits=Limits())
            ).response.body
        )
        for number in range(3):
            told["components"][0]["status"] = "wobbly"
            told["page"]["updated_at"] = f"2026-05-20T12:3{number}:00.000Z"
            body = json.dumps(told).encode()
            pages.clock.forward(minutes=5)
            await collector.poll(await page_of(collector, truth.slug))

    assert counted.words == 3
    assert caplog.text.count("unknown words vendor=vendor-5 words=wobbly") == 1


class Moves(NoObserver):
    """Counts what a metric would count."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self.words = 0

    def unknown_words(self, provider: str, count: int) -> None:
        self.words += count

    def moved(self, vendor: str, before: str, after: str) -> None:
        self.seen.append((vendor, before, after))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after", "known_hours"),
    [("statuspage", "incidentio", 12.5), ("incidentio", "statuspage", 20.5)],
)
async def test_a_page_that_moves_to_another_platform_keeps_its_history(
    before: str, after: str, known_hours: float, caplog: pytest.LogCaptureFixture
) -> None:
    """Its components have other ids there and the same names. Between the two nothing is known,
    unless the new page's own record speaks for that time, as a Statuspage's bars do.
    """
    caplog.set_level(logging.WARNING, logger="monitor.collect")
    old, new = (truth_for(3, name, slug="acme", zone="Etc/UTC") for name in (before, after))
    pages, moves = SimulatedPages([old], Clock(NOW)), Moves()
    async with collecting(pages, observer=moves) as collector:
        await collector.poll(await page_of(collector, "acme"))
        page = await page_of(collector, "acme")
        await collector.backfill(page, NOW - timedelta(days=60))
        store, days = collector.store, (date(2026, 3, 25), date(2026, 5, 19))
        told, then = store.facts(page.id), store.page_history(page.id, *days)

        pages.truths = [new]
        for _ in range(3):
            pages.clock.forward(hours=2)
            assert (await collector.poll(await page_of(collector, "acme"))).outcome == "failed"
        pages.clock.forward(hours=2)
        assert (await collector.poll(await page_of(collector, "acme"))).error is None
        page = await page_of(collector, "acme")
        facts, now = store.facts(page.id), store.page_history(page.id, *days)
        gap = store.page_history(page.id, date(2026, 5, 20), date(2026, 5, 20)).vendor.day(
            date(2026, 5, 20)
        )

    assert page.platform == after
    assert any(
        line.startswith(f"moved: was {before} until 2026-05-20 12:30")
        for line in page.platform_evidence
    )
    assert moves.seen == [("acme", before, after)]
    assert f"platform changed vendor=acme from={before} to={after}" in caplog.text
    assert {known.component.id for known in facts.components} == {
        part.id for part in new.components
    }
    slugs = {known.slug: known.component.id for known in told.components}
    moved_to = {known.slug: known.component.id for known in facts.components}
    assert slugs.keys() == moved_to.keys()
    for slug, key in slugs.items():
        for day in days_between(*days):
            found, before_it = (
                now.components[moved_to[slug]].day(day),
                then.components[key].day(day),
            )
            assert (found.level, found.seconds) == (before_it.level, before_it.seconds), (slug, day)
    assert gap.coverage * gap.length_seconds / 3600 == pytest.approx(known_hours, abs=0.1)


async def test_what_was_going_on_when_a_page_moved_ends_with_the_last_reading() -> None:
    """Nobody will say when it ended; as it stands it would go on for ever."""
    old = next(
        truth
        for seed in range(50)
        if _going_on(truth := truth_for(seed, "statuspage", slug="acme"))
    )
    new = truth_for(3, "incidentio", slug="acme", live=False)
    pages = SimulatedPages([old], Clock(NOW))
    async with collecting(pages) as collector:
        await collector.poll(await page_of(collector, "acme"))
        page = await page_of(collector, "acme")
        await collector.backfill(page, NOW - timedelta(days=30))
        open_before = collector.store.current(page.id).open_incidents
        pages.truths = [new]
        for _ in range(4):
            pages.clock.forward(hours=2)
            await collector.poll(await page_of(collector, "acme"))
        facts = collector.store.facts(page.id)

    assert open_before
    left = {
        incident.id: incident
        for incident in facts.incidents
        if incident.id in {i.id for i in open_before}
    }
    assert {incident.phase for incident in left.values()} <= {Phase.CLOSED, Phase.WITHDRAWN}
    assert {
        incident.resolved_at for incident in left.values() if incident.phase is Phase.CLOSED
    } == {NOW}
    assert all(
        impact.end is not None for impact in facts.impacts if impact.source.startswith("statuspage")
    )


def _going_on(truth) -> bool:
    return any(
        each.started_at <= NOW and each.resolved_at is None and each.effects
        for each in truth.incidents
    )


@pytest.mark.parametrize(
    ("status", "counts"), [(404, True), (410, True), (500, False), (403, False)]
)
async def test_addresses_that_are_gone_count_as_signs_of_a_move_and_a_broken_server_does_not(
    status: int, counts: bool
) -> None:
    truth = truth_for(5, "incidentio")
    gone = False

    def answer(url: str) -> Response | None:
        return Response(url=url, final_url=url, status=status, body=b"no") if gone else None

    pages = SimulatedPages([truth], Clock(NOW), answer)
    async with collecting(pages) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        gone = True
        await collector.poll(await page_of(collector, truth.slug))

        assert (await page_of(collector, truth.slug)).parse_failures == int(counts)


@pytest.mark.parametrize(
    ("configured", "first_zone"), [("UTC", "Mars/Olympus"), (None, "Asia/Tokyo")]
)
async def test_a_zone_nobody_knows_leaves_the_page_readable_where_another_is_known(
    configured: str | None, first_zone: str
) -> None:
    truth = truth_for(5, "statuspage", zone="UTC")
    zone = first_zone

    def answer(url: str) -> Response | None:
        if not url.endswith("summary.json"):
            return None
        told = pages._page(url)
        body = json.loads(told.body)
        body["page"]["time_zone"] = zone
        return replace(told, body=json.dumps(body).encode())

    pages = SimulatedPages([truth], Clock(NOW), answer)
    async with collecting(pages, {truth.slug: vendor_of(truth, zone=configured)}) as collector:
        assert (await collector.poll(await page_of(collector, truth.slug))).error is None
        zone = "Mars/Olympus"
        pages.clock.forward(minutes=5)
        assert (await collector.poll(await page_of(collector, truth.slug))).error is None
        result = await collector.backfill(
            await page_of(collector, truth.slug), NOW - timedelta(days=30)
        )
        page = await page_of(collector, truth.slug)

    assert result.error is None
    assert page.zone_name == (configured or first_zone)
    assert page.page_zone == (None if configured else first_zone)
    assert f"names the time zone 'Mars/Olympus', which is none we know: days in {page.zone}" in (
        page.remark or ""
    )


async def test_a_renamed_emptied_and_withdrawn_incident_is_superseded_and_both_stories_stay_readable() -> (
    None
):
    clock = Clock(NOW)
    component = "aaaaaaaaaaa1"
    story = {"incidents": [incident_json(component)]}
    pages = SimulatedPages([], clock, lambda url: scripted(url, component, story))
    vendor = vendor_of(truth_for(1, "statuspage"), platform="statuspage", zone="UTC")
    async with collecting(pages, {vendor.slug: vendor}) as collector:
        await collector.poll(await page_of(collector, vendor.slug))
        seen_first = clock.now
        clock.forward(minutes=5)
        story["incidents"] = [incident_json(component, name="Renamed", linked=False)]
        await collector.poll(await page_of(collector, vendor.slug))
        clock.forward(minutes=5)
        story["incidents"] = []
        await collector.poll(await page_of(collector, vendor.slug))
        page = await page_of(collector, vendor.slug)
        now_known = collector.store.facts(page.id)
        then_known = collector.store.facts(page.id, known_at=seen_first)

    assert [i.title for i in then_known.incidents] == ["API down"]
    assert then_known.impacts
    assert [(i.title, i.phase) for i in now_known.incidents] == [("Renamed", Phase.WITHDRAWN)]
    assert now_known.impacts == ()


def incident_json(
    component: str, *, name: str = "API down", linked: bool = True
) -> dict[str, object]:
    started = "2026-05-20T11:30:00.000Z"
    change = {
        "code": component,
        "name": "API",
        "old_status": "operational",
        "new_status": "major_outage",
    }
    update = {
        "id": "u1", "status": "investigating", "body": "", "created_at": started, "updated_at": started, "display_at": started,
        "affected_components": [change],
    }  # fmt: skip
    return {
        "id": "iiiiiiiiiii1", "name": name, "status": "investigating", "impact": "critical", "created_at": started,
        "updated_at": started, "started_at": started, "resolved_at": None, "monitoring_at": None, "page_id": "pppppppppppp",
        "shortlink": "https://stspg.io/x", "components": [{"id": component, "name": "API"}] if linked else [],
        "incident_updates": [update],
    }  # fmt: skip


def scripted(url: str, component: str, story: dict[str, object]) -> Response:
    page = {
        "id": "pppppppppppp",
        "name": "Acme",
        "url": "https://status.acme.example",
        "time_zone": "Etc/UTC",
        "updated_at": f"2026-05-20T12:00:00.{len(json.dumps(story)) % 1000:03d}Z",
    }
    row = {
        "id": component, "name": "API", "status": "operational", "created_at": "2024-01-01T00:00:00.000Z",
        "updated_at": "2024-01-01T00:00:00.000Z", "position": 1, "description": None, "showcase": False, "start_date": None,
        "group_id": None, "page_id": page["id"], "group": False, "only_show_if_degraded": False,
    }  # fmt: skip
    status = {"indicator": "none", "description": "All Systems Operational"}
    bodies = {
        "/api/v2/summary.json": {
            "page": page,
            "components": [row],
            "scheduled_maintenances": [],
            "status": status,
            **story,
        },
        "/api/v2/incidents.json": {"page": page, **story},
        "/api/v2/scheduled-maintenances.json": {"page": page, "scheduled_maintenances": []},
    }
    for path, body in bodies.items():
        if url.endswith(path):
            return Response(
                url=url,
                final_url=url,
                status=200,
                headers={"content-type": "application/json"},
                body=json.dumps(body).encode(),
            )
    return Response(url=url, final_url=url, status=404, body=b"Not Found")


async def test_one_page_failing_does_not_fail_the_other() -> None:
    good, bad = (
        truth_for(1, "statuspage"),
        random_truth(
            2, now=NOW, platform="statuspage", slug="bad", url="https://status.bad.example/"
        ),
    )
    pages = SimulatedPages(
        [good, bad], Clock(NOW), lambda url: ConnectFailed("no", url=url) if "bad" in url else None
    )
    async with collecting(pages) as collector:
        results = [await collector.poll(page) for page in collector.store.pages()]

    assert {result.slug: result.outcome for result in results} == {good.slug: "ok", "bad": "failed"}


async def test_figures_from_stored_days_equal_figures_from_facts() -> None:
    truth = truth_for(4, "statuspage")
    async with collecting(SimulatedPages([truth], Clock(NOW))) as collector:
        await collector.backfill(await page_of(collector, truth.slug), NOW - timedelta(days=90))
        page = await page_of(collector, truth.slug)
        last = day_of(NOW, page.zone)
        window = window_ending(last, 90)
        stored = collector.store.page_history(page.id, window.first, window.last)
        from monitor import history

        _, derived = history.read(
            collector.store,
            page,
            collector.vendors[truth.slug],
            first=window.first,
            last=last,
            now=NOW,
        )

    assert figures(stored.vendor, window) == figures(derived.vendor, window)


VOLATILE = {
    "id",
    "recorded_at",
    "superseded_at",
    "completed_at",
    "first_seen_at",
    "last_seen_at",
    "derived_at",
    "added_at",
    "due_at",
    "lease_until",
    "version",
    "started_at_poll",
}


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every fact and day, without database keys and the moments of reading."""
    tables = (
        "component",
        "incident",
        "impact",
        "bar",
        "coverage",
        "reported_uptime",
        "unit",
        "day",
        "quiet_run",
    )
    with store._read() as connection:
        return {
            table: sorted(
                tuple(sorted((k, str(v)) for k, v in row._mapping.items() if k not in VOLATILE))
                for row in connection.execute(sa.text(f"SELECT * FROM {table}"))
            )
            for table in tables
        }


KILLED = """
import asyncio, os, signal, sys
sys.path[:0] = {paths!r}
from test_pipeline import *

async def main():
    truth = truth_for(3, "statuspage")
    pages = SimulatedPages([truth], Clock(NOW))
    stop_after = int(sys.argv[2])
    def override(url):
        if stop_after and len(pages.asked) > stop_after:
            os.kill(os.getpid(), signal.SIGKILL)
    pages.override = override
    store = Store.open("sqlite:///" + sys.argv[1])
    async with collecting(pages, store=store) as collector:
        await collector.backfill(await page_of(collector, truth.slug), NOW - timedelta(days=90))
    print(len(pages.asked))
    store.close()

asyncio.run(main())
"""


@pytest.mark.slow
def test_a_backfill_killed_in_the_middle_and_run_again_gives_the_same_rows(tmp_path: Path) -> None:
    script = KILLED.format(paths=[str(Path(__file__).parent), str(Path(__file__).parent.parent)])

    def run(database: str, stop_after: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", script, str(tmp_path / database), str(stop_after)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=dict(os.environ)
        )

    whole = run("whole.db", 0)
    killed = run("killed.db", 6)
    resumed = run("killed.db", 0)

    assert killed.returncode == -signal.SIGKILL
    assert whole.returncode == resumed.returncode == 0, whole.stderr + resumed.stderr
    assert int(resumed.stdout) < int(whole.stdout)
    with (
        Store.open(f"sqlite:///{tmp_path / 'whole.db'}") as one,
        Store.open(f"sqlite:///{tmp_path / 'killed.db'}") as other,
    ):
        assert dump(other) == dump(one)


async def test_the_daily_rereading_asks_again_for_the_last_days_and_is_noted() -> None:
    truth = truth_for(3, "statuspage")
    clock = Clock(NOW)
    pages = SimulatedPages([truth], clock)
    async with collecting(pages) as collector:
        await collector.backfill(await page_of(collector, truth.slug), NOW - timedelta(days=90))
        clock.forward(hours=1)
        pages.asked.clear()
        result = await collector.reread(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)

    assert result.complete
    assert any("uptime_showcase" in url for url in pages.asked)
    assert page.reread_day == day_of(clock.now, page.zone)


@pytest.mark.slow
async def test_a_cancelled_backfill_keeps_what_it_read_and_goes_on_from_there() -> None:
    truth = truth_for(3, "statuspage")
    pages = SimulatedPages([truth], Clock(NOW))
    answer = pages.get

    async def interrupted(url: str, **options):
        if len(pages.asked) > 6:
            raise asyncio.CancelledError
        return await answer(url, **options)

    async with collecting(pages) as collector:
        page = await page_of(collector, truth.slug)
        pages.get = interrupted
        with pytest.raises(asyncio.CancelledError):
            await collector.backfill(page, NOW - timedelta(days=90))
        pages.get = answer
        kept = collector.store.units(page.id)
        result = await collector.backfill(
            await page_of(collector, truth.slug), NOW - timedelta(days=90)
        )

    assert kept
    assert result.complete
