"""A new page's first pass, poll and backfill: what it asks, and that it says the same as both
apart."""

from dataclasses import replace
from datetime import timedelta

import pytest
from processes import now, served, typed
from simulated import Clock, SimulatedPages, collecting, page_of
from store_support import NOW
from test_pipeline import truth_for

from monitor.collect import Answers
from monitor.config import Settings
from monitor.demo.chance import random_truth
from monitor.demo.server import Simulator, application
from monitor.errors import TimedOut
from monitor.intervals import window_start
from monitor.schedule import Schedule

pytestmark = pytest.mark.hours

REQUESTS = {"statuspage": 5, "incidentio": 3}
"""The root page, and what poll and backfill read of it, each once, while nothing is going on."""

both = pytest.mark.parametrize("platform", list(REQUESTS))


def schedule_of(collector, clock) -> Schedule:
    return Schedule(
        collector, Settings(vendors=(), database_url="sqlite://", source="test"), clock=clock
    )


@pytest.mark.slow
@both
@pytest.mark.parametrize("zone", ["Etc/UTC", "America/Los_Angeles", "Pacific/Auckland"])
async def test_the_first_pass_of_serve_asks_for_everything_once_and_for_no_day_before_the_window(
    platform: str, zone: str
) -> None:
    clock = Clock(NOW)
    pages = SimulatedPages([truth_for(3, platform, zone=zone, live=False)], clock)
    async with collecting(pages) as collector:
        await schedule_of(collector, clock)._work(collector.store.pages()[0])

    assert len(pages.asked) == len(set(pages.asked)) == REQUESTS[platform]


class Counted(Simulator):
    """A simulator that says what it was asked."""

    asked: list[str]

    def application(self, truth):
        page, self.asked = application(truth, self._clock), []

        async def counting(scope, receive, send):
            self.asked.append(scope["path"])
            await page(scope, receive, send)

        return counting


@pytest.mark.slow
@both
def test_the_command_backfill_asks_a_new_page_as_often_as_serve_does(
    platform, monkeypatch, capsys, tmp_path
) -> None:
    truth = random_truth(
        3, now=now(), platform=platform, slug="acme", url="https://acme.example/", live=False
    )
    with served(truth, kind=Counted) as simulator:
        (vendor,) = simulator.vendors
        settings = f"vendors:\n  - {{url: {vendor.url!r}, slug: acme, allow_private: true}}\n"
        (tmp_path / "monitor.yaml").write_text(settings + "database: status.db\n")
        code, _, _ = typed(monkeypatch, capsys)(
            "backfill", "--config", str(tmp_path / "monitor.yaml")
        )

        assert code == 0
        assert len(simulator.asked) == REQUESTS[platform]


@pytest.mark.slow
@both
async def test_a_first_pass_says_the_same_as_a_poll_and_a_backfill_apart(platform: str) -> None:
    truth, found = truth_for(3, platform), []
    for answers in (Answers(), None):
        async with collecting(SimulatedPages([truth], Clock(NOW))) as collector:
            await collector.poll(await page_of(collector, truth.slug), answers=answers)
            page = await page_of(collector, truth.slug)
            result = await collector.backfill(
                page, window_start(90, page.zone, NOW), answers=answers
            )
            facts = collector.store.facts(page.id)
            found.append(
                (result.reach, result.gaps, facts.runs, facts.impacts, facts.coverage, facts.bars)
            )

    assert found[0] == found[1]


async def test_what_was_not_answered_at_the_poll_is_asked_again_by_the_backfill() -> None:
    truth, clock = truth_for(3, "statuspage"), Clock(NOW)
    broken = [TimedOut("no answer")]

    def once(url: str):
        return broken.pop() if "incidents.json" in url and broken else None

    pages = SimulatedPages([truth], clock, override=once)
    async with collecting(pages) as collector:
        answers = Answers()
        polled = await collector.poll(await page_of(collector, truth.slug), answers=answers)
        page = await page_of(collector, truth.slug)
        filled = await collector.backfill(page, NOW - timedelta(days=30), answers=answers)

    assert filled.complete
    assert [url for url in pages.asked if url.endswith("/incidents.json")] == [
        truth.url + "api/v2/incidents.json"
    ] * 2
    assert polled.outcome in {"ok", "failed"}


async def test_what_a_backfill_says_out_of_an_answer_is_of_the_instant_it_was_read() -> None:
    truth, clock = replace(truth_for(3, "statuspage"), incidents=()), Clock(NOW)
    async with collecting(SimulatedPages([truth], clock)) as collector:
        answers = Answers()
        await collector.poll(await page_of(collector, truth.slug), answers=answers)
        clock.forward(seconds=90)
        page = await page_of(collector, truth.slug)
        await collector.backfill(page, NOW - timedelta(days=30), answers=answers)
        page = await page_of(collector, truth.slug)

    assert page.observed_until == NOW
