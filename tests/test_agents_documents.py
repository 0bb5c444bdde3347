"""docs/agents.md: its configuration blocks start our command, and it names the tools there are."""

import json
import re
from pathlib import Path

import pytest
import typer
from agents_world import desk_of
from mcp.client import Client

from exporters.agents.endpoint import PATH
from exporters.agents.tools import tool_server
from monitor.cli import app
from monitor.config import Settings

TEXT = (Path(__file__).parents[1] / "docs/agents.md").read_text()
BLOCKS = [
    json.loads(block)
    for block in re.findall(r"^```json\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
]
SERVERS = [block.get("mcpServers", block.get("servers"))["vendorstatus"] for block in BLOCKS]


def test_three_assistants_have_a_block() -> None:
    assert len(SERVERS) >= 3


@pytest.mark.parametrize("server", [each for each in SERVERS if "command" in each])
def test_a_block_starts_the_command_with_options_that_it_takes(server: dict[str, object]) -> None:
    assert server["command"] == "monitor"
    words = [word for word in server["args"] if word != "--quiet"]
    assert words[0] == "mcp"

    command = typer.main.get_command(app).commands["mcp"]
    command.make_context("mcp", words[1:])


@pytest.mark.parametrize("server", [each for each in SERVERS if "url" in each])
def test_a_block_asks_the_address_that_is_served_by_default(server: dict[str, object]) -> None:
    usual = Settings(vendors=(), database_url="sqlite://", source="")

    assert server["url"] == f"http://{usual.host}:{usual.port}{PATH}"


async def test_the_document_names_each_tool_with_what_it_takes() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", TEXT, re.MULTILINE))
    async with Client(tool_server(desk_of(), version="1")) as client:
        tools = (await client.list_tools()).tools

    for tool in tools:
        assert re.findall(r"`(\w+)`", rows[tool.name]) == [*tool.input_schema["properties"]]
    assert rows.keys() == {tool.name for tool in tools}
