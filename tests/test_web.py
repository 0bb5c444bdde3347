"""What the web application answers, over ASGI and over a real socket."""

import asyncio
import signal
import socket
import threading

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from test_prometheus import NOW, Current, MemoryStore, Row, golden_polls, golden_state, golden_store, golden_text, known

from exporters.prometheus import OPENMETRICS_TYPE, TEXT_TYPE
from exporters.web import application, server, wants_openmetrics
from monitor.errors import StoreError
from monitor.model import Level

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=0.0.4;q=0.25,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Broken(MemoryStore):
    def page_states(self, slugs=None):
        raise StoreError("the database file is locked: /secret/place.db")


def app_of(store=None, *, readiness=list):
    state = golden_state(store)
    return application(state, golden_polls(), readiness=readiness, clock=lambda: NOW, version="1.2.3")


async def ask(path, store=None, *, method="GET", readiness=list, headers=None):
    transport = httpx.ASGITransport(app=app_of(store, readiness=readiness))
    plain = {"accept-encoding": "identity", **(headers or {})}
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        return await client.request(method, path, headers=plain)


# ------------------------------------------------------------------------------------------------------------- metrics


async def test_metrics_answers_text_without_a_redirect():
    answer = await ask("/metrics")

    assert (answer.status_code, answer.headers["content-type"]) == (200, TEXT_TYPE)
    assert answer.text == golden_text()


@pytest.mark.parametrize("accept", [PROMETHEUS_2, PROMETHEUS_3], ids=["prometheus 2", "prometheus 3"])
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


@pytest.mark.parametrize("path", ["/metrics", "/"])
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


async def test_scrapes_at_the_same_time_agree():
    store = golden_store()
    transport = httpx.ASGITransport(app=app_of(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        answers = await asyncio.gather(*(client.get("/metrics") for _ in range(8)))

    assert {answer.text for answer in answers} == {golden_text()}
    assert store.reads == len(store.rows)


# -------------------------------------------------------------------------------------------------------------- probes


async def test_healthz_says_that_the_process_is_up_whatever_the_store_says():
    answer = await ask("/healthz", Broken(), readiness=lambda: ["database"])

    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_readyz_is_ready_without_problems():
    answer = await ask("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": []})


async def test_readyz_lists_what_is_wrong():
    answer = await ask("/readyz", readiness=lambda: ["the database does not answer", "the scheduler stands still"])

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "problems": ["the database does not answer", "the scheduler stands still"],
    }


# --------------------------------------------------------------------------------------------------------- the landing


async def test_the_landing_page_says_how_each_vendor_stands_in_words():
    page = (await ask("/")).text

    assert "1.2.3" in page
    assert 'href="metrics"' in page
    assert row_of(page, "Acme") == ["Acme", "partial outage", "2026-05-22 11:59 UTC"]
    assert row_of(page, "Globex") == ["Globex", "degraded", "2026-05-21 22:00 UTC; the last poll failed"]
    assert row_of(page, "Initech") == ["Initech", "unknown", "not polled yet"]


def row_of(page, name):
    (line,) = [line for line in page.splitlines() if f">{name}<" in line]
    cells = line.removeprefix("<tr><td>").removesuffix("</td></tr>").split("</td><td>")
    return [cells[0].partition(">")[2].removesuffix("</a>"), *cells[1:]]


async def test_a_page_that_never_answered_is_never_read_and_not_green():
    store = MemoryStore().add(Row(last_ok=False, last_success_at=None))

    assert row_of((await ask("/", store)).text, "Acme") == ["Acme", "unknown", "never; the last poll failed"]


async def test_what_vendors_are_called_cannot_become_markup():
    name = "<script>alert('x')</script>\ud800 {0} {version}"
    row = Row(name=name, url='https://x.example/"><b>')
    current = Current(levels={"a": Level.OPERATIONAL}, components=(known("a", "A"),))
    page = (await ask("/", MemoryStore().add(row, current=current))).text

    assert "<script" not in page
    assert "<b>" not in page
    assert "{0} {version}" in page


async def test_without_vendors_the_landing_page_says_so():
    answer = await ask("/", MemoryStore())

    assert answer.status_code == 200
    assert "No vendor is configured." in answer.text


# -------------------------------------------------------------------------------------------------------- other answers


async def test_an_unknown_address_is_plainly_not_found():
    answer = await ask("/nothing")

    assert (answer.status_code, answer.text) == (404, "Not Found\n")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_nothing_can_be_posted():
    answer = await ask("/metrics", method="POST")

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz", "/readyz", "/nothing"])
async def test_no_answer_may_be_sniffed_framed_or_run(path):
    headers = (await ask(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers
    assert headers["cache-control"] == "no-store"


# ---------------------------------------------------------------------------------------------------------- the server


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
        answer = await client.get(f"http://127.0.0.1:{port}/metrics", headers={"accept-encoding": "gzip"})
    web.should_exit = True
    await asyncio.wait_for(serving, 10)

    assert answer.text == golden_text()
    assert "server" not in answer.headers
    assert during == handlers
