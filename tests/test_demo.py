"""The simulator: its pages read by the platforms, the demo and the server."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from truths import MINUTE, NOW, PLATFORMS, SEEDS

from monitor.demo import (
    Truth,
    demo_truths,
    random_truth,
)
from monitor.demo.server import RENDERERS, Simulator
from monitor.errors import MonitorError
from monitor.intervals import Interval, day_of, days_between
from monitor.kit.protocol import PageContext, Response
from monitor.model import Aspect, Bar, Evidence, Impact, Level, Seconds
from monitor.platforms import named, signals
from tests.drive import drive


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
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_long_history_is_on_the_pages_from_its_first_day_on(platform):
    """Larkspur AI and Northwind Cloud have more incidents than their pages list at once."""
    slug = {"statuspage": "northwind-cloud", "incidentio": "larkspur-ai"}[platform]
    (truth,) = [each for each in demo_truths(NOW, days=420) if each.slug == slug]
    since = NOW - timedelta(days=420)
    impacts = {
        (i.component_id, i.incident_id, i.start, i.level): i
        for one in collected(truth, since)
        for i in one.impacts
    }

    assert len(truth.incidents) > 50
    for component in truth.components:
        mine = [impact for impact in impacts.values() if impact.component_id == component.id]
        assert worst_levels(mine, NOW, Interval(since, NOW)) == truth.levels(component.id, now=NOW)


@pytest.mark.parametrize(("days", "earliest"), [(1, 0), (90, 60), (420, 360)])
def test_the_demos_past_is_as_long_as_was_asked_and_never_longer(days, earliest):
    for truth in demo_truths(NOW, days=days):
        starts = [incident.started_at for incident in truth.incidents]
        assert all(start >= NOW - timedelta(days=max(days, 2)) for start in starts)
        assert truth.slug == "tidepool-maps" or min(starts) <= NOW - timedelta(days=earliest)
    assert demo_truths(NOW, days=90) == demo_truths(NOW)


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
