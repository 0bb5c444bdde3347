"""Raw answers that are kept for good: behind which days, for how long, and how a user gets at
them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of

from exporters import explain
from monitor.answers import DayQuery, explanation
from monitor.collect import Collector
from monitor.demo.chance import random_truth
from monitor.demo.truth import Truth, TruthIncident
from monitor.kit.protocol import Response
from monitor.model import Basis, Evidence, Level, Observation
from monitor.pins import bad_days
from monitor.store import Body, BodyRef, Pin, Store
from monitor.writer import derive_page
from tests.store_support import DATABASES, add_page, database, evidence, impact

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAY = date(2026, 5, 20)
HOUR = timedelta(hours=1)
ONE = timedelta(days=1)
SUMMARY = "https://status.acme.example/api/v2/summary.json"


@pytest.fixture(params=DATABASES)
def store(request):
    with database(request.param) as url, Store.open(url) as opened:
        yield opened


def acme(*incidents: TruthIncident) -> Truth:
    """A Statuspage of days in UTC with these incidents and no other."""
    truth = random_truth(5, now=NOW, platform="statuspage", url="https://status.acme.example/")
    return replace(truth, zone="UTC", incidents=incidents)


def outage(
    truth: Truth, start: datetime, end: datetime | None, level: Level = Level.MAJOR_OUTAGE
) -> TruthIncident:
    return TruthIncident(
        id="iiiiiiiiiii1", title="API down", impact="critical", started_at=start, resolved_at=end,
        effects={truth.components[0].id: ((start, level),)},
    )  # fmt: skip


def whys(store: Store, day: date) -> set[str]:
    """Why anything is kept of the only page's day."""
    return {why for body in store.pinned(store.pages()[0].id, day) for why in body.why}


async def polled(
    collector: Collector, clock: Clock, truth: Truth, until: datetime, every: timedelta = HOUR
) -> None:
    while clock.now <= until:
        await collector.poll(await page_of(collector, truth.slug))
        clock.now += every
    await collector.flush()


def vendors(truth: Truth):
    return {truth.slug: vendor_of(truth, zone="UTC", interval_seconds=3600, platform="statuspage")}


async def test_an_outage_over_two_days_keeps_what_was_read_of_it_though_the_second_day_only_has_unchanged_answers(
    store,
):
    truth = acme()
    truth = acme(outage(truth, NOW + HOUR, NOW + 40 * HOUR))
    clock = Clock(NOW)
    async with collecting(SimulatedPages([truth], clock), vendors(truth), store) as collector:
        await polled(collector, clock, truth, NOW + 30 * HOUR)
    page = store.pages()[0]

    first, second = store.pinned(page.id, DAY), store.pinned(page.id, DAY + ONE)
    assert first
    assert second
    assert all(each.ref.read_at < datetime(2026, 5, 21, tzinfo=UTC) for each in second)
    assert any(each.ref.url == SUMMARY and b"major_outage" in each.body for each in second)
    assert all(sha256(each.body).hexdigest() == each.ref.sha256 for each in first)


async def test_a_process_that_begins_during_an_outage_keeps_what_was_read_before_for_the_new_day(
    store,
):
    truth = acme()
    truth = acme(outage(truth, NOW + HOUR, NOW + 40 * HOUR))
    clock = Clock(NOW)
    pages = SimulatedPages([truth], clock)
    async with collecting(pages, vendors(truth), store) as collector:
        await polled(collector, clock, truth, NOW + 5 * HOUR)
    async with collecting(pages, vendors(truth), store) as collector:
        await polled(collector, clock, truth, NOW + 20 * HOUR)

    assert "bad" in whys(store, DAY + ONE)


@pytest.mark.slow
async def test_a_quiet_page_keeps_nothing_for_good_and_a_bad_one_not_every_poll(store):
    truth = acme()
    clock = Clock(NOW)
    async with collecting(SimulatedPages([truth], clock), vendors(truth), store) as collector:
        await polled(collector, clock, truth, NOW + 20 * HOUR)
    assert count(store) == 0

    troubled = acme(outage(truth, NOW + HOUR, NOW + 4 * HOUR))
    clock = Clock(NOW)
    moving = SimulatedPages([troubled], clock, restless(troubled, clock))
    async with collecting(moving, vendors(truth), store) as collector:
        await polled(collector, clock, troubled, NOW + 20 * HOUR)
    summaries = [each for each in store.pinned(store.pages()[0].id, DAY) if each.ref.url == SUMMARY]
    assert (
        1 <= len(summaries) <= 3
    )  # when it began, perhaps when its incident came, and when it ended


def restless(truth: Truth, clock: Clock) -> Callable[[str], Response | None]:
    """A page that says something else at every reading, and nothing new."""
    own = SimulatedPages([truth], clock)

    def answer(url: str) -> Response | None:
        told = own._page(url)
        if "summary" not in url or told.status != 200:
            return None
        body = json.loads(told.body) | {"served": clock.now.isoformat()}
        return replace(
            told, body=json.dumps(body).encode(), headers={"content-type": "application/json"}
        )

    return answer


def count(store: Store) -> int:
    page = store.pages()[0]
    return sum(len(words) for words in store.pinned_for(page.id, date.min, date.max).values())


@pytest.mark.slow
async def test_what_is_kept_for_good_outlives_31_days_and_the_rest_does_not(store):
    truth = acme()
    truth = acme(outage(truth, NOW + 3 * HOUR, NOW + 5 * HOUR))
    clock = Clock(NOW)
    async with collecting(SimulatedPages([truth], clock), vendors(truth), store) as collector:
        await polled(collector, clock, truth, NOW + 6 * HOUR)
    page = store.pages()[0]
    before = store.pinned(page.id, DAY)
    (other,) = store.keep_snapshots([Body(b"quiet", "text/plain")], now=NOW)

    pruned = store.prune(now=NOW + 31 * ONE, snapshot_days=30, poll_days=30)

    assert pruned.snapshots >= 1
    assert store.snapshot(other) is None
    assert before
    assert store.pinned(page.id, DAY) == before


async def test_of_what_cannot_be_read_the_first_of_a_kind_a_day_is_kept(store):
    truth = acme()
    clock = Clock(NOW)
    broken = ""

    def answer(url: str) -> Response | None:
        body = f"{broken} {clock.now}".encode()
        html = {"content-type": "text/html; charset=utf-8"}
        if broken == "challenge":
            body = b"<html><title>Just a moment...</title>" + body
            return Response(
                url=url,
                final_url=url,
                status=403,
                headers={**html, "cf-mitigated": "challenge"},
                body=body,
            )
        return (
            Response(url=url, final_url=url, status=200, headers=html, body=body)
            if broken
            else None
        )

    async with collecting(
        SimulatedPages([truth], clock, answer), vendors(truth), store
    ) as collector:
        await polled(collector, clock, truth, NOW)
        for each in ("garbage", "garbage", "challenge", "challenge"):
            broken = each
            clock.forward(hours=1)
            assert (await collector.poll(await page_of(collector, truth.slug))).error is not None
        clock.now = NOW + ONE
        broken = "garbage"
        assert (await collector.poll(await page_of(collector, truth.slug))).error is not None
        page = await page_of(collector, truth.slug)

    kept = store.pinned(page.id, DAY)
    assert sorted((each.why, each.ref.status) for each in kept) == [
        (("bot_challenge",), 403),
        (("not_json",), 200),
    ]
    assert all(each.ref.url == SUMMARY for each in kept)
    assert kept[0].body.startswith(b"garbage 2026-05-20 14:00")
    assert [each.why for each in store.pinned(page.id, DAY + ONE)] == [("not_json",)]


async def test_a_backfill_keeps_what_tells_of_bad_days_and_the_same_again_keeps_no_more(store):
    truth = acme()
    start = NOW - 20 * ONE
    truth = acme(outage(truth, start, start + 2 * HOUR))
    clock = Clock(NOW)
    async with collecting(SimulatedPages([truth], clock), vendors(truth), store) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        await collector.backfill(await page_of(collector, truth.slug), NOW - 60 * ONE)
        page = await page_of(collector, truth.slug)
        kept = store.pinned(page.id, start.date())
        clock.forward(days=1)
        await collector.backfill(await page_of(collector, truth.slug), NOW - 60 * ONE, again=True)

    assert any(b"API down" in each.body for each in kept)
    assert store.pinned(page.id, start.date()) == kept
    assert list(store.pinned_for(page.id, date.min, date.max)) == [start.date()]


async def test_what_a_backfill_could_not_read_is_kept_once_a_day(store):
    truth = acme()
    clock = Clock(NOW)
    broken = False

    def answer(url: str) -> Response | None:
        body = f"garbage {clock.now}".encode()
        return (
            Response(url=url, final_url=url, status=200, headers={}, body=body) if broken else None
        )

    async with collecting(
        SimulatedPages([truth], clock, answer), vendors(truth), store
    ) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        broken = True
        for _ in range(2):
            clock.forward(hours=1)
            result = await collector.backfill(
                await page_of(collector, truth.slug), NOW - 9 * ONE, again=True
            )
            assert not result.complete
        page = await page_of(collector, truth.slug)

    kept = store.pinned(page.id, DAY)
    assert {each.why for each in kept} == {("not_json",)}
    assert all(each.body == b"garbage 2026-05-20 13:00:00+00:00" for each in kept)


@pytest.mark.slow
async def test_a_day_that_a_backfill_revises_keeps_the_answer_that_changed_it(store):
    truth = acme()
    late = outage(truth, NOW - 2 * HOUR, NOW - HOUR)
    clock = Clock(NOW - 20 * ONE)
    pages = SimulatedPages([truth], clock)
    async with collecting(pages, vendors(truth), store) as collector:
        await collector.poll(await page_of(collector, truth.slug))
        await collector.backfill(await page_of(collector, truth.slug), clock.now - 30 * ONE)
        clock.now = NOW - ONE
        await polled(collector, clock, truth, NOW + 20 * HOUR)
        await collector.reread(await page_of(collector, truth.slug))
        page = await page_of(collector, truth.slug)
        assert store.page_history(page.id, DAY, DAY).vendor.day(DAY).level is Level.OPERATIONAL
        pages.truths = [replace(truth, incidents=(late,))]
        clock.forward(hours=1)
        await collector.reread(await page_of(collector, truth.slug))

    revised = [each for each in store.pinned(page.id, DAY) if "revised" in each.why]
    assert store.revised_days(page.id, DAY, DAY) >= 1
    assert any(b"API down" in each.body for each in revised)


async def test_a_disputed_day_keeps_an_answer_of_each_side(store):
    truth = acme()
    seen = acme(outage(truth, NOW + HOUR, NOW + 3 * HOUR))
    clock = Clock(NOW)
    pages = SimulatedPages([seen], clock)
    async with collecting(pages, vendors(truth), store) as collector:
        await polled(collector, clock, truth, NOW + 2 * HOUR)
        pages.truths = [truth]  # the vendor takes all of it back
        await polled(collector, clock, truth, NOW + 30 * HOUR)
        await collector.backfill(await page_of(collector, truth.slug), NOW - 5 * ONE)
        page = await page_of(collector, truth.slug)

    assert store.disputed_days(page.id, DAY, DAY) >= 1
    sides = {b"major_outage" in each.body for each in store.pinned(page.id, DAY)}
    assert {"bad", "disputed"} <= whys(store, DAY)
    assert sides == {True, False}


@pytest.mark.parametrize(("setting", "kept"), [("none", set()), ("all", {"read", "bad"})])
async def test_the_setting_keeps_all_or_nothing(store, setting, kept):
    truth = acme()
    truth = acme(outage(truth, NOW + 2 * HOUR, NOW + 3 * HOUR))
    clock = Clock(NOW)
    async with collecting(SimulatedPages([truth], clock), vendors(truth), store) as first:
        collector = Collector(
            store, first._driver._fetcher, first.vendors, clock=clock, evidence=setting
        )
        await polled(collector, clock, truth, NOW + 5 * HOUR)
        await collector.close()

    assert whys(store, DAY) == kept


async def test_what_a_clock_ahead_kept_is_of_no_day_to_come_and_not_read_later_than_now(store):
    truth = acme()
    truth = acme(outage(truth, NOW + HOUR, NOW + 90 * HOUR))
    clock = Clock(NOW)
    async with collecting(SimulatedPages([truth], clock), vendors(truth), store) as collector:
        await polled(collector, clock, truth, NOW + 2 * HOUR)
        clock.now = NOW + 30 * HOUR
        await polled(collector, clock, truth, NOW + 32 * HOUR)
        assert "bad" in whys(store, DAY + ONE)
        clock.now = NOW + 3 * HOUR
        await collector.poll(await page_of(collector, truth.slug))
        await collector.flush()

    page = store.pages()[0]
    assert list(store.pinned_for(page.id, date.min, date.max)) == [DAY]
    assert max(each.ref.read_at for each in store.pinned(page.id, DAY)) <= clock.now


async def test_a_rebuild_changes_nothing_that_is_kept(store):
    truth = acme()
    truth = acme(outage(truth, NOW + HOUR, NOW + 3 * HOUR))
    clock = Clock(NOW)
    async with collecting(SimulatedPages([truth], clock), vendors(truth), store) as collector:
        await polled(collector, clock, truth, NOW + 30 * HOUR)
    page = store.pages()[0]
    before = store.pinned(page.id, DAY)
    derive_page(store, page, vendors(truth)[truth.slug], first=DAY - ONE, now=clock.now)

    assert store.pinned(page.id, DAY) == before


# ------------------------------------------------------------------------------------------------------
# which days


def days(said: Evidence, since: datetime = NOW - 200 * ONE) -> list[int]:
    return sorted(
        (day - DAY).days
        for day in bad_days(said, UTC, {"major": Level.PARTIAL_OUTAGE}, since=since)
    )


def test_an_impact_is_bad_on_its_days_until_the_reading():
    assert days(
        evidence(NOW, impacts=(impact(NOW - ONE), impact(NOW - 5 * ONE, NOW - 4 * ONE)))
    ) == [-5, -4, -1, 0]
    assert days(evidence(NOW, impacts=(impact(NOW - ONE, NOW + 9 * ONE),))) == [-1, 0]
    assert days(evidence(NOW, impacts=(impact(NOW + ONE),))) == []


def test_what_is_open_for_years_is_bad_on_its_last_90_days():
    assert days(evidence(NOW, impacts=(impact(NOW - 900 * ONE),)), NOW - 999 * ONE) == list(
        range(-90, 1)
    )


def test_days_before_anything_changed_are_left_out():
    assert days(evidence(NOW, impacts=(impact(NOW - 9 * ONE, NOW),)), NOW - ONE) == [-1, 0]


def test_maintenance_is_not_bad_and_what_nobody_can_read_is():
    inferred = {"level": None, "basis": Basis.INFERRED}
    assert days(evidence(NOW, impacts=(impact(NOW - ONE, level=Level.MAINTENANCE),))) == []
    assert days(evidence(NOW, impacts=(impact(NOW - ONE, word="major", **inferred),))) == [-1, 0]
    assert days(evidence(NOW, impacts=(impact(NOW - ONE, word="odd", **inferred),))) == [-1, 0]
    assert days(evidence(NOW, unknown_words=("odd",))) == [0]
    assert days(
        evidence(NOW, observed=(Observation(component_id="api", level=None, word="odd"),))
    ) == [0]
    assert (
        days(evidence(NOW, observed=(Observation(component_id="api", level=Level.OPERATIONAL),)))
        == []
    )


def test_explain_names_what_is_kept_of_a_day_and_not_what_came_later(store):
    page = add_page(store, now=NOW - ONE)
    store.pin_first(
        page.id, DAY, "bad", bodies=[Body(b'{"down": true}', "application/json", SUMMARY)], now=NOW
    )
    vendor = vendor_of(acme(), zone="UTC")

    def told(known_at: datetime | None) -> str:
        query = DayQuery(day=DAY, now=NOW + ONE, known_at=known_at)
        return "\n".join(
            explain.text_lines(explain.document(explanation(store, page, vendor, query)))
        )

    digest = sha256(b'{"down": true}').hexdigest()[:12]
    assert (
        f"read 2026-05-20 12:00:00+0000: {SUMMARY}, status 200, 14 bytes, sha256 {digest} (bad)"
        in told(None)
    )
    assert "answers kept" not in told(NOW - HOUR)


def test_a_body_that_is_kept_for_two_reasons_stands_where_it_was_read_first(store):
    page = add_page(store)
    digests = store.keep_snapshots(
        [Body(b"one", "text/plain"), Body(b"two", "text/plain")], now=NOW
    )
    one, two = (BodyRef(SUMMARY, 200, digest, NOW) for digest in digests)
    pins = [Pin(DAY, "bad", one), Pin(DAY, "read", replace(two, read_at=NOW + HOUR))]
    store.pin(page.id, [*pins, Pin(DAY, "read", replace(one, read_at=NOW + 2 * HOUR))], now=NOW)

    assert [(each.body, each.why) for each in store.pinned(page.id, DAY)] == [
        (b"one", ("bad", "read")),
        (b"two", ("read",)),
    ]
