"""What the web application answers, over ASGI and over a real socket."""

import asyncio
import gzip
import signal
import socket
import threading

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from scrape_world import MemoryStore, golden_store, golden_text
from web_world import BROWSER, PROMETHEUS_2, PROMETHEUS_3, Broken, app_of, ask, many_vendors

from exporters.negotiation import wants_openmetrics
from exporters.text_format import OPENMETRICS_TYPE, TEXT_TYPE
from exporters.web import server

# metrics


async def test_metrics_answers_text_without_a_redirect():
    answer = await ask("/metrics")

    assert (answer.status_code, answer.headers["content-type"]) == (200, TEXT_TYPE)
    assert answer.text == golden_text()


@pytest.mark.parametrize(
    "accept", [PROMETHEUS_2, PROMETHEUS_3], ids=["prometheus 2", "prometheus 3"]
)
async def test_prometheus_gets_openmetrics(accept):
    answer = await ask("/metrics", headers={"accept": accept})

    assert answer.headers["content-type"] == OPENMETRICS_TYPE
    assert len(list(parse_openmetrics(answer.text))) == len(list(parse_text(golden_text())))


@pytest.mark.parametrize(
    ("accept", "openmetrics"),
    [
        ("", False),
        ("*/*", False),
        (BROWSER, False),
        ("text/plain", False),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text; version=1.0.0", True),
        ("application/openmetrics-text; version=0.0.1", False),
        ("application/openmetrics-text; version=2.0.0, text/plain", False),
        ("application/openmetrics-text;version=1.0.0;q=0.2, text/plain;version=0.0.4;q=0.7", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=lots, ;;,=", True),
    ],
)
def test_openmetrics_is_answered_only_when_it_is_preferred(accept, openmetrics):
    assert wants_openmetrics(accept) is openmetrics


async def test_metrics_are_compressed_only_when_that_is_accepted():
    plain = await ask("/metrics", headers={"accept-encoding": "deflate, gzip;q=0"})
    zipped = await ask("/metrics", headers={"accept-encoding": "gzip"})

    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) < len(plain.content) / 4
    assert zipped.text == plain.text
    assert set(zipped.headers["vary"].split(", ")) == {"Accept", "Accept-Encoding"}


async def test_metrics_with_a_slash_is_not_found_and_not_redirected():
    assert (await ask("/metrics/")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/metrics?vendor=acme", "/metrics?shard=1/2", "/metrics/monitor", "/sd"],
)
async def test_a_store_that_cannot_be_read_fails_the_scrape_and_keeps_its_place_to_itself(path):
    answer = await ask(path, Broken())

    assert answer.status_code == 503
    assert "secret" not in answer.text
    assert "vendorstatus_" not in answer.text


async def test_metrics_are_made_outside_the_event_loops_thread():
    threads = []

    class Watched(MemoryStore):
        def page_states(self, slugs=None):
            threads.append(threading.current_thread())
            return super().page_states(slugs)

    await ask("/metrics", Watched())

    assert threads
    assert threading.current_thread() not in threads


async def test_health_is_answered_while_a_scrape_is_being_made():
    reading, go_on = threading.Event(), threading.Event()

    class Slow(MemoryStore):
        def page_states(self, slugs=None):
            reading.set()
            assert go_on.wait(10), "/healthz waited for the scrape"
            return super().page_states(slugs)

    transport = httpx.ASGITransport(app=app_of(Slow()))
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        scrape = asyncio.create_task(client.get("/metrics"))
        await asyncio.to_thread(reading.wait, 10)
        health = await client.get("/healthz")
        go_on.set()

        assert health.text == "ok\n"
        assert (await scrape).status_code == 200


async def test_scrapes_at_the_same_time_agree():
    store = golden_store()
    transport = httpx.ASGITransport(app=app_of(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        answers = await asyncio.gather(*(client.get("/metrics") for _ in range(8)))

    assert {answer.text for answer in answers} == {golden_text()}
    assert store.reads == len(store.rows)


@pytest.mark.slow
@pytest.mark.parametrize("accept", ["text/plain", PROMETHEUS_3], ids=["text", "OpenMetrics"])
async def test_a_large_answer_is_the_same_compressed_and_plain_and_says_its_length(accept):
    transport = httpx.ASGITransport(app=app_of(many_vendors()))
    answers = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        for encoding in ("gzip", "identity"):
            headers = {"accept": accept, "accept-encoding": encoding}
            async with client.stream("GET", "/metrics", headers=headers) as answer:
                answers[encoding] = b"".join([chunk async for chunk in answer.aiter_raw()])
                assert int(answer.headers["content-length"]) == len(answers[encoding])

    assert len(answers["identity"]) > 1_000_000 > 5 * len(answers["gzip"])
    assert gzip.decompress(answers["gzip"]) == answers["identity"]


async def test_a_large_answer_is_sent_in_chunks():
    sent = []

    async def send(message):
        sent.append(len(message.get("body", b"")))

    async def receive():
        return {"type": "http.disconnect"} if sum(sent) else {"type": "http.request", "body": b""}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/metrics",
        "query_string": b"",
        "headers": [],
        "root_path": "",
    }
    scope |= {
        "scheme": "http",
        "server": ("monitor.example", 80),
        "http_version": "1.1",
        "asgi": {"spec_version": "2.4"},
    }
    await app_of(many_vendors())(scope, receive, send)

    assert sum(sent) > 1_000_000
    assert max(sent) < 600_000


# probes


async def test_healthz_says_that_the_process_is_up_whatever_the_store_says():
    answer = await ask("/healthz", Broken(), readiness=lambda: ["database"])

    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_readyz_is_ready_without_problems():
    answer = await ask("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": []})


async def test_readyz_lists_what_is_wrong():
    answer = await ask(
        "/readyz", readiness=lambda: ["the database does not answer", "the scheduler stands still"]
    )

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "problems": ["the database does not answer", "the scheduler stands still"],
    }


# other answers


async def test_an_unknown_address_is_plainly_not_found():
    answer = await ask("/nothing")

    assert (answer.status_code, answer.text) == (404, "Not Found\n")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_nothing_can_be_posted():
    answer = await ask("/metrics", method="POST")

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/metrics?vendor=x", "/sd", "/healthz", "/readyz", "/nothing"]
)
async def test_no_answer_may_be_sniffed_framed_or_run(path):
    headers = (await ask(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers
    assert headers["cache-control"] == "no-store"


# the server


async def test_the_server_serves_stops_when_told_and_leaves_signals_alone():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    web = server(app_of(), "127.0.0.1", port)
    serving = asyncio.create_task(web.serve())
    while not web.started:
        await asyncio.sleep(0.01)
    during = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(
            f"http://127.0.0.1:{port}/metrics", headers={"accept-encoding": "gzip"}
        )
    web.should_exit = True
    await asyncio.wait_for(serving, 10)

    assert answer.text == golden_text()
    assert "server" not in answer.headers
    assert during == handlers
