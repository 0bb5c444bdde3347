"""How gently hosts are asked."""

import asyncio
import resource
import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import httpx
import pytest
from loopback import (
    LOCAL,
    PUBLIC,
    Time,
    always,
    fetcher,
    message,
    mocked,
    serving,
)

from monitor.fetch import (
    Fetcher,
    Limits,
    Pace,
)
from monitor.fetch.politeness import PACES, Slots
from monitor.network import idle_hosts, idle_seconds


class Crowd:
    """Counts how many requests run at once, in all and by host."""

    def __init__(self) -> None:
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.starts: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.starts.append(request.url.host)
        for name in (request.url.host, "all"):
            self.running[name] += 1
            self.most[name] = max(self.most[name], self.running[name])
        await asyncio.sleep(0.002)
        self.running.subtract((request.url.host, "all"))
        return httpx.Response(200, text="ok")


async def crowd_of(asking: Fetcher, urls: list[str], provider: str | None = None) -> None:
    await asyncio.gather(
        *(asking.get(url, accept="*/*", limits=PUBLIC, provider=provider) for url in urls)
    )


async def test_a_host_never_gets_more_requests_at_once_than_agreed():
    crowd = Crowd()
    async with mocked(crowd, per_host=2, concurrency=8) as asking:
        await crowd_of(asking, [f"https://{host}.test/{n}" for n in range(10) for host in "abcdef"])

    assert max(crowd.most[f"{host}.test"] for host in "abcdef") == 2
    assert crowd.most["all"] == 8


async def test_a_provider_never_gets_more_requests_at_once_than_agreed():
    crowd = Crowd()
    async with mocked(crowd, per_provider=3, concurrency=20) as asking:
        await crowd_of(asking, [f"https://h{n}.test/" for n in range(20)], provider="statuspage")

    assert crowd.most["all"] == 3


GIVES_WAY = replace(PUBLIC, gives_way=True)


async def test_requests_that_give_way_take_no_place_of_a_provider_or_the_whole_from_others():
    """Twenty pages of one provider, whose requests give way and never end; others go through at
    once."""
    asked, ended = [], asyncio.Event()

    async def answer(request):
        asked.append(request.url.host)
        if "new" in request.url.host:
            await ended.wait()
        return httpx.Response(200)

    async with mocked(answer, per_provider=4, concurrency=8) as asking:
        new = [
            asyncio.create_task(
                asking.get(
                    f"https://new{n}.test/", accept="*/*", limits=GIVES_WAY, provider="statuspage"
                )
            )
            for n in range(20)
        ]
        await asyncio.sleep(0.05)
        assert len(asked) == 2
        async with asyncio.timeout(10):
            await crowd_of(
                asking, [f"https://known{n}.test/" for n in range(8)], provider="statuspage"
            )
        ended.set()
        await asyncio.gather(*new)


@pytest.mark.parametrize("places", [1, 2])
async def test_on_one_host_those_that_give_way_wait_for_all_others(places: int):
    asked, end = [], asyncio.Event()

    async def answer(request):
        asked.append(request.url.path)
        if request.url.path == "/new0":
            await end.wait()
        return httpx.Response(200)

    async with mocked(answer, per_host=places, spacing_seconds=0.0) as asking:
        new = [
            asyncio.create_task(
                asking.get(f"https://a.test/new{n}", accept="*/*", limits=GIVES_WAY)
            )
            for n in range(5)
        ]
        while not asked:
            await asyncio.sleep(0.001)
        known = asyncio.create_task(
            crowd_of(asking, [f"https://a.test/known{n}" for n in range(5)])
        )
        await asyncio.sleep(0.05)
        assert len(asked) == 1 + (5 if places > 1 else 0)
        end.set()
        await asyncio.gather(known, *new)

    assert [path[:4] for path in asked] == ["/new"] + ["/kno"] * 5 + ["/new"] * 4


async def test_a_place_that_was_given_to_somebody_who_left_goes_to_the_next():
    slots, held = Slots(1), []

    async def hold(name: str, *, gives_way: bool = False) -> None:
        async with slots.hold(gives_way=gives_way):
            held.append(name)
            await asyncio.sleep(0.01)

    first = asyncio.create_task(hold("first"))
    await asyncio.sleep(0)
    leaving = [asyncio.create_task(hold("leaving")) for _ in range(2)]
    last = asyncio.create_task(hold("last", gives_way=True))
    await asyncio.sleep(0.002)
    leaving[0].cancel()
    await first
    leaving[1].cancel()  # it has just been given the place
    async with asyncio.timeout(5):
        await last

    assert held[-1] == "last"
    assert all(task.cancelled() or task.done() for task in leaving)


async def test_a_hosts_requests_start_apart_with_some_jitter():
    clock = Time()
    jitters = iter([0.0, 1.0, 0.5, 0.0])
    async with mocked(
        lambda request: httpx.Response(200),
        spacing_seconds=1.0,
        clock=clock,
        sleep=clock.sleep,
        jitter=lambda: next(jitters),
    ) as asking:
        for _ in range(3):
            await asking.get("https://a.test/", accept="*/*", limits=PUBLIC)
        await asking.get("https://b.test/", accept="*/*", limits=PUBLIC)

    assert clock.slept == [1.0, 1.5]


async def test_a_host_with_a_pace_of_its_own_is_asked_at_that_pace():
    crowd = Crowd()
    async with mocked(
        crowd, per_host=4, paces={"slow.test": Pace(concurrency=1, spacing_seconds=0.0)}
    ) as asking:
        await crowd_of(asking, [f"https://slow.test/{n}" for n in range(5)])

    assert crowd.most["slow.test"] == 1


async def test_a_host_may_rest_from_the_end_of_one_request_to_the_start_of_the_next():
    clock, began = Time(), []

    async def answer(request):
        began.append(clock.now)
        await clock.sleep(5.0)
        return httpx.Response(200)

    paces = {"slow.test": Pace(concurrency=1, spacing_seconds=1.0, rest_seconds=1.0)}
    async with mocked(
        answer, paces=paces, clock=clock, sleep=clock.sleep, jitter=lambda: 0.0
    ) as asking:
        await crowd_of(asking, [f"https://slow.test/{n}" for n in range(3)])

    assert [later - earlier for earlier, later in pairwise(began)] == [6.0, 6.0]


def test_status_io_is_asked_one_at_a_time_with_a_second_of_rest():
    assert PACES["api.status.io"] == Pace(concurrency=1, spacing_seconds=1.0, rest_seconds=1.0)


async def test_waiting_for_ones_turn_does_not_count_against_the_time_limit():
    async def slow(request):
        await asyncio.sleep(0.1)
        return httpx.Response(200)

    limits = Limits(timeout_seconds=0.15)
    async with mocked(slow, per_host=1) as asking:
        await asyncio.gather(
            *(asking.get("https://a.test/", accept="*/*", limits=limits) for _ in range(3))
        )


class Closing(httpx.MockTransport):
    """A transport that says when it is closed."""

    closed = False

    async def aclose(self) -> None:
        self.closed = True


async def test_a_connection_is_kept_from_one_poll_to_the_next(monkeypatch):
    """It was given up after 75 s, while pages are polled every 300 s: none was ever used again."""
    ahead = [0.0]
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + ahead[0])
    async with (
        serving(always(message(b"x"))) as server,
        fetcher(idle_seconds=idle_seconds([60, 300])) as asking,
    ):
        for later in (0.0, 315.0, 640.0):
            ahead[0] = later
            await asking.get(server.url, accept="*/*", limits=LOCAL)

    assert server.connections == 1
    assert len(server.paths) == 3


@pytest.mark.parametrize(
    ("intervals", "kept"), [([], 30), ([60], 105), ([60, 300], 405), ([86_400], 900)]
)
def test_connections_are_kept_until_the_next_poll_and_not_for_ever(intervals, kept):
    assert idle_seconds(intervals) == kept


@pytest.mark.parametrize(("files", "hosts"), [(64, 16), (1024, 170), (10**9, 10_922), (-1, 10_922)])
def test_connections_are_kept_of_as_many_hosts_as_files_allow(monkeypatch, files, hosts):
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (files, files))
    assert idle_hosts() == hosts


async def test_transports_of_unused_hosts_are_closed_by_number_and_by_age():
    clock = Time()
    made: list[Closing] = []

    def factory(*, reach, proxy):
        made.append(Closing(lambda request: httpx.Response(200)))
        return made[-1]

    async with fetcher(
        transport_factory=factory, idle_hosts=2, idle_seconds=100, clock=clock
    ) as asking:
        for host in "abc":
            await asking.get(f"https://{host}.test/", accept="*/*", limits=PUBLIC)
        await asking.get("https://c.test/", accept="*/*", limits=PUBLIC)
        by_number = [transport.closed for transport in made]
        clock.now += 101
        await asking.get("https://c.test/", accept="*/*", limits=PUBLIC)
        by_age = [transport.closed for transport in made]

    assert by_number == [True, False, False]
    assert by_age == [True, True, True, False]
    assert made[-1].closed
