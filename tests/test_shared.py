"""One page as several vendors: each is told what it needs, and the page is asked once."""

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of

from monitor.collect import Collector
from monitor.collect.timing import JITTER
from monitor.config import VendorConfig
from monitor.demo.chance import random_truth
from monitor.demo.truth import Truth
from monitor.errors import BadStatus, ConnectFailed, FetchError, Throttled
from monitor.fetch import FetchResult, Limits, SharedFetcher, Validators, settle
from monitor.kit.protocol import Response
from monitor.model import Level

NOW = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)
URL = "https://status.acme.example/api/v2/summary.json"


@dataclass
class Site:
    """Answers with its body, or "not modified" to who has its tag, and notes what it was asked."""

    body: bytes = b"one"
    error: FetchError | None = None
    asked: list[str | None] = field(default_factory=list)

    async def get(
        self,
        url: str,
        *,
        accept: str,
        limits: Limits,
        validators: Validators | None = None,
        provider: str | None = None,
    ) -> FetchResult:
        tag = f'"{self.body.decode()}"'
        self.asked.append(validators.etag if validators else None)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        same = validators is not None and validators.etag == tag
        response = Response(
            url=url,
            final_url=url,
            status=304 if same else 200,
            headers={"etag": tag},
            body=b"" if same else self.body,
        )
        response, learned = settle(response, validators)
        return FetchResult(response=response, validators=learned)


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


Ask = Callable[..., object]


async def ask(
    shared: SharedFetcher,
    reader: str,
    known: Validators | None = None,
    limits: Limits | None = None,
) -> FetchResult:
    return await shared.get(
        reader, URL, accept="application/json", limits=limits or Limits(), validators=known
    )


async def test_readers_that_ask_at_the_same_time_are_answered_by_one_request() -> None:
    site = Site()
    shared = SharedFetcher(site, Seconds())
    found = await asyncio.gather(*(ask(shared, f"team-{number}") for number in range(5)))

    assert len(site.asked) == 1
    assert {each.response.body for each in found} == {b"one"}


async def test_an_answer_is_given_to_each_reader_once_and_while_it_is_young() -> None:
    site, clock = Site(), Seconds()
    shared = SharedFetcher(site, clock)
    await ask(shared, "a")
    await ask(shared, "b")
    assert len(site.asked) == 1
    await ask(shared, "a")
    assert len(site.asked) == 2
    await ask(shared, "b")
    assert len(site.asked) == 2
    clock.now += 5.1
    await ask(shared, "c")
    assert len(site.asked) == 3
    clock.now -= 3600
    await ask(shared, "d")
    assert len(site.asked) == 4


async def test_not_modified_is_only_for_who_has_the_same_body() -> None:
    """One that never got the body, and one that has an older one, are given it."""
    site = Site()
    shared = SharedFetcher(site, Seconds())
    known = (await ask(shared, "a")).validators
    older = Validators(etag='"zero"', sha256="0" * 64)
    again = await ask(shared, "a", known)
    assert again.response.unchanged
    assert (await ask(shared, "b", known)).response.unchanged
    assert len(site.asked) == 2

    new = await ask(shared, "c")
    late = await ask(shared, "d", older)

    assert (new.response.body, late.response.body) == (b"one", b"one")
    assert not new.response.unchanged
    assert not late.response.unchanged
    assert site.asked == [None, known.etag, None]  # what "c" was given serves "d" too


async def test_a_body_asked_for_in_full_is_unchanged_for_who_has_it() -> None:
    site = Site()
    shared = SharedFetcher(site, Seconds())
    known = (await ask(SharedFetcher(site, Seconds()), "a")).validators
    await ask(shared, "b")
    given = await ask(shared, "a", known)

    assert given.response.unchanged
    assert given.validators == known
    assert len(site.asked) == 2


async def test_other_limits_are_other_requests() -> None:
    site = Site()
    shared = SharedFetcher(site, Seconds())
    await ask(shared, "a")
    await ask(shared, "b", limits=Limits(allow_private=True))

    assert len(site.asked) == 2


@pytest.mark.parametrize(
    "error",
    [
        ConnectFailed("refused", url=URL),
        BadStatus("status 304", status=304, url=URL),
        Throttled("wait", retry_after=timedelta(hours=1), url=URL),
    ],
)
async def test_an_error_is_shared_and_each_reader_has_its_own(error: FetchError) -> None:
    site = Site(error=error)
    shared = SharedFetcher(site, Seconds())
    found = []
    for reader in ("a", "b", "c"):
        with pytest.raises(type(error)) as caught:
            await ask(shared, reader)
        caught.value.page = caught.value.page or reader
        found.append(caught.value)

    assert len(site.asked) == 1
    assert [each.page for each in found] == ["a", "b", "c"]
    assert {str(each).replace(f"page {each.page}; ", "") for each in found} == {
        str(replaced(error))
    }
    assert getattr(found[1], "retry_after", None) == getattr(error, "retry_after", None)


def replaced(error: FetchError) -> FetchError:
    error.page = ""
    return error


async def test_who_waits_asks_for_itself_when_the_one_before_it_gave_up() -> None:
    site = Site()
    shared = SharedFetcher(site, Seconds())
    first = asyncio.create_task(ask(shared, "a"))
    second = asyncio.create_task(ask(shared, "b"))
    await asyncio.sleep(0)
    first.cancel()

    assert (await second).response.body == b"one"
    assert len(site.asked) == 2


# ---------------------------------------------------------------------------------------------
# through the collector


def acme(**changes: object) -> Truth:
    truth = random_truth(
        5,
        now=NOW,
        platform="statuspage",
        slug="acme",
        url="https://status.acme.example/",
        live=False,
    )
    return replace(truth, **changes)  # type: ignore[arg-type]


def teams(truth: Truth, count: int = 3) -> dict[str, VendorConfig]:
    return {
        f"team-{number}": vendor_of(
            truth,
            slug=f"team-{number}",
            zone="UTC",
            include=(truth.components[number].id,),
            interval_seconds=300,
        )
        for number in range(count)
    }


async def poll_due(collector: Collector, clock: Clock) -> int:
    """Poll what is due as the schedule does: all together. Return how many were."""
    await collector.flush()
    due = collector.store.claim_due(now=clock(), limit=100, lease_seconds=120)
    found = await asyncio.gather(*(collector.poll(page) for page in due))
    assert [each.error for each in found] == [None] * len(found)
    return len(found)


async def test_vendors_of_a_page_stay_together_whatever_chance_makes_of_their_waits() -> None:
    """The first waits as long as it may, the next as short."""
    shares = itertools.cycle((JITTER, -JITTER))
    truth, clock = acme(incidents=()), Clock(NOW)
    pages = SimulatedPages([truth], clock)
    async with collecting(pages, teams(truth), uniform=lambda *_: next(shares)) as collector:
        for _ in range(3):
            assert await poll_due(collector, clock) == 3
            (due,) = {(await page_of(collector, slug)).due_at for slug in collector.vendors}
            clock.now = due


@pytest.mark.slow
async def test_several_vendors_of_a_page_cost_one_request_a_round() -> None:
    truth = acme(incidents=())
    clock = Clock(NOW)
    pages = SimulatedPages([truth], clock)
    async with collecting(pages, teams(truth)) as collector:
        for number, slug in enumerate(
            ("team-1", "team-2")
        ):  # they begin apart, as after a first start
            collector.store.set_due(
                (await page_of(collector, slug)).id,
                clock.now + timedelta(seconds=70 * (number + 1)),
            )
        for _ in range(30 * 60):
            clock.forward(seconds=1)
            await poll_due(collector, clock)
        pages.asked.clear()
        polled = 0
        for _ in range(60 * 60):
            clock.forward(seconds=1)
            polled += await poll_due(collector, clock)

    assert polled >= 3 * 11
    assert len(pages.asked) == polled / 3
    assert len(set(pages.asked)) == 1


async def test_each_vendor_has_its_own_figure_and_a_new_one_is_given_the_whole_answer() -> None:
    truth = acme(incidents=())
    clock = Clock(NOW)
    body: dict[str, object] = {}
    pages = SimulatedPages([truth], clock, lambda url: changed(url, body) if body else None)
    vendors = teams(truth)
    async with collecting(pages, vendors) as collector:
        for slug in ("team-0", "team-1"):
            await collector.poll(await page_of(collector, slug))
        told = json.loads(pages._page(f"{truth.url}api/v2/summary.json").body)
        clock.forward(minutes=5)
        for slug in vendors:  # an unchanged answer for two, and the first for the third
            result = await collector.poll(await page_of(collector, slug))
            assert result.outcome == ("ok" if slug == "team-2" else "unchanged")
        third = collector.store.current((await page_of(collector, "team-2")).id)

        assert set(third.levels.values()) == {Level.OPERATIONAL}
        told["components"] = [
            each | {"status": "major_outage"} if each["id"] == truth.components[0].id else each
            for each in told["components"]
        ]
        told["page"]["updated_at"] = "2026-05-20T12:34:00.000Z"
        body |= told
        clock.forward(minutes=5)
        for slug in vendors:
            await collector.poll(await page_of(collector, slug))
        today = {
            slug: collector.store.page_history(
                (page := await page_of(collector, slug)).id, NOW.date(), NOW.date()
            )
            .vendor.day(NOW.date())
            .level
            for slug in vendors
        }
        page = await page_of(collector, "team-0")
        assert page.last_ok
        levels = [
            collector.store.current((await page_of(collector, slug)).id).levels for slug in vendors
        ]

    assert all(each[truth.components[0].id] is Level.MAJOR_OUTAGE for each in levels)
    assert today["team-1"] is not Level.MAJOR_OUTAGE


def changed(url: str, body: dict[str, object]) -> Response | None:
    if not url.endswith("summary.json"):
        return None
    return Response(url=url, final_url=url, status=200, body=json.dumps(body).encode())
