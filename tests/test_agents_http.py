"""/mcp: the tools over HTTP on loopback, who may ask there, and when it is there at all."""

import asyncio
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from agents_world import desk_of
from api_world import NOW, app_of
from mcp.client import Client
from scrape_world import MemoryStore, golden_polls, golden_state

from exporters.agents import Endpoint
from exporters.serving import listening
from exporters.web import application, server
from tests.integration.servers import free_port

pytestmark = pytest.mark.hours

PING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
TAKES = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}


@asynccontextmanager
async def serving(*origins: str):
    """Serve the whole web application, with the tools, and give its address."""
    endpoint = Endpoint(desk_of(), version="1.2.3")
    app = application(
        golden_state(MemoryStore()),
        golden_polls(),
        readiness=list,
        clock=lambda: NOW,
        routes=endpoint.routes(origins),
    )
    listener = listening("127.0.0.1", 0)
    port = listener.getsockname()[1]
    async with endpoint.running():
        web = server(app, "127.0.0.1", port)
        answering = asyncio.create_task(web.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            web.should_exit = True
            await answering


async def post(url: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(url, json=PING, headers=TAKES | headers)


@pytest.mark.slow
async def test_an_assistant_is_answered_over_http():
    async with serving() as url, Client(url) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        status = await client.call_tool("vendor_status", {"vendor": "initech"})
        wrong = await client.call_tool("vendor_status", {"vendor": "acmee"})

    assert "vendor_status" in names
    assert status.structured_content["vendors"][0]["level"] == "unknown"
    assert "did you mean 'acme'?" in wrong.content[0].text


@pytest.mark.slow
async def test_a_web_page_may_ask_only_where_its_origin_is_named():
    async with serving("https://tools.example.com") as url:
        answers = {
            "none": await post(url),
            "named": await post(url, origin="https://tools.example.com"),
            "other": await post(url, origin="https://evil.example"),
            "rebound": await post(url, origin=url.removesuffix("/mcp")),
        }

    statuses = {name: each.status_code for name, each in answers.items()}
    assert statuses == {"none": 200, "named": 200, "other": 403, "rebound": 403}


@pytest.mark.slow
async def test_a_question_that_is_too_long_is_refused():
    async with serving() as url, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(url, content=b" " * 70_000, headers=TAKES)

    assert answer.status_code == 413


async def test_it_is_not_there_unless_the_settings_say_so():
    transport = httpx.ASGITransport(app=app_of())
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.example") as client:
        answer = await client.post("/mcp", json=PING, headers=TAKES)

    assert answer.status_code == 404


@pytest.mark.hours
@pytest.mark.integration
@pytest.mark.parametrize(("setting", "status"), [("true", 200), ("false", 404)])
def test_the_server_answers_assistants_where_the_settings_say_so(
    tmp_path: Path, setting: str, status: int
) -> None:
    port, file = free_port(), tmp_path / "monitor.yaml"
    file.write_text(
        f"server: {{port: {port}, mcp: {setting}}}\n"
        "vendors:\n  - {slug: acme, url: 'http://127.0.0.1:9/', allow_private: true}\n"
    )
    words = ["serve", "--config", str(file), "--database", f"sqlite:///{tmp_path}/x.db", "--create"]
    process = subprocess.Popen([sys.executable, "-m", "monitor", *words], stderr=subprocess.DEVNULL)
    try:
        assert _post_when_there(f"http://127.0.0.1:{port}/mcp").status_code == status
    finally:
        process.terminate()
        assert process.wait(60) == 0


def _post_when_there(url: str) -> httpx.Response:
    until = time.monotonic() + 60
    while True:
        try:
            return httpx.post(url, json=PING, headers=TAKES, trust_env=False)
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
