"""`monitor mcp` as a process, started as an assistant starts it, and what it says without its
library."""

import asyncio
import json
import os
import sys
from importlib import util
from pathlib import Path

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from pages_at_hand import Command, truth

from tests.processes import served

pytestmark = pytest.mark.hours


@pytest.fixture
def settings(tmp_path: Path):
    """Settings that watch a simulated page as `acme`."""
    with served(truth()) as simulator:
        file = tmp_path / "monitor.yaml"
        url = simulator.vendors[0].url
        file.write_text(f"vendors:\n  - {{slug: acme, url: '{url}', allow_private: true}}\n")
        yield file


@pytest.mark.integration
def test_an_assistant_starts_the_command_and_is_answered(
    monitor: Command, settings: Path, tmp_path: Path
) -> None:
    assert monitor("poll", "acme", "--config", str(settings))[0] == 0
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "monitor", "mcp", "--config", str(settings)],
        env=dict(os.environ),
    )

    status, wrong = asyncio.run(ask(parameters, "acme", "acmee"))

    assert not status.is_error
    assert status.structured_content["vendors"][0]["level"] == "operational"
    assert json.loads(status.content[0].text) == status.structured_content
    assert "did you mean 'acme'?" in wrong.content[0].text


async def ask(parameters: StdioServerParameters, *vendors: str):
    async with Client(stdio_client(parameters)) as client:
        return [await client.call_tool("vendor_status", {"vendor": each}) for each in vendors]


def test_without_the_library_the_command_says_how_it_is_installed(
    monitor: Command, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = util.find_spec
    monkeypatch.setattr(
        "exporters.agents.library.find_spec",
        lambda name: None if name == "mcp" else find(name),
    )

    code, out, err = monitor("mcp", "--config", str(settings))

    assert (code, out) == (2, "")
    assert ".[mcp]" in " ".join(err.split())


def test_without_a_database_the_command_says_what_makes_one(
    monitor: Command, settings: Path
) -> None:
    code, out, err = monitor("mcp", "--config", str(settings))

    assert (code, out) == (2, "")
    assert "no database" in err
